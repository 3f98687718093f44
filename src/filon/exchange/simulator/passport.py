"""The carmaker's passport data for the founding chain's packs: a filled-in sheet of the model, and their publication.

All values are invented but lie where batteries of that kind lie. What follows from the books is not in it.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path

from filon.core.ident import sgtin
from filon.exchange.points.columns import headings, keys
from filon.exchange.points.write import asked
from filon.exchange.simulator.cells import PACKS
from filon.exchange.simulator.world import PRODUCTS, SITES
from filon.passport.point import Category

SINCE = "2026-09-12"
PLACED = "2026-09-14T08:00:00Z"
SHEET = "2026-09-12_voltarine_passeport.csv"
PUBLICATION = "2026-09-13_voltarine_publication.points.json"
_DOCS = "https://docs.voltarine.example.com"

MODEL: dict[str, tuple[str, ...]] = {
    "manufacturerAddress": ("street: 12 rue du Canal; postcode: 59500; city: Douai; country: FR",),
    "manufacturerContact": ("web: https://voltarine.example.com/; email: batteries@voltarine.example.com",),
    "category": ("ev",),
    "weight": ("398",),
    "capacity": ("170",),
    "chemistry": ("short: NMC; name: NMC811 / graphite",),
    "hazardousSubstances": (
        "name: Lithium hexafluorophosphate; cas: 21324-40-3; percent: 1,1; location: electrolyte",
        "name: Ethylene carbonate; cas: 96-49-1; percent: 3,2; location: electrolyte",
    ),
    "extinguishingAgent": ("water mist", "CO2"),
    "renewableContent": ("0",),
    "minimalVoltage": ("value: 264",),
    "nominalVoltage": ("value: 353",),
    "maximumVoltage": ("value: 403",),
    "originalPower": ("soc: 80; watts: 160000", "soc: 20; watts: 120000"),
    "powerLimit": ("value: 175000; low: 0; high: 45",),
    "expectedCycles": ("1500",),
    "cycleLifeTest": ("IEC 62660-1:2018",),
    "exhaustionThreshold": ("70",),
    "idleTemperature": ("low: -30; high: 60; test: IEC 62660-2:2018",),
    "warranty": ("96",),
    "initialEfficiency": ("94,5",),
    "halfLifeEfficiency": ("92",),
    "internalResistance": ("component: pack; ohm: 0,062", "component: cell; ohm: 0,0011"),
    "cycleLifeRate": ("0,5",),
    "collectionSymbol": ("subject: separate collection",),
    "wasteInformation": (f"title: Fin de vie; uri: {_DOCS}/pack60/end-of-life.pdf; language: fr",),
    "instructions": (f"title: Notice d'utilisation; uri: {_DOCS}/pack60/manual.pdf; language: fr",),
    "partNumbers": ("number: VL-M-24; name: module; supplier: Voltarine", "number: VL-BMS-2; name: BMS"),
    "spareSources": ("name: Voltarine Pièces; email: pieces@voltarine.example.com",),
    "dismantling": (f"title: Démontage; uri: {_DOCS}/pack60/dismantling.pdf; kind: DismantlingManual",),
    "safetyMeasures": (f"title: Consignes de sécurité; uri: {_DOCS}/pack60/safety.pdf",),
    "conformityDeclaration": (f"title: UE-2026-0060; uri: {_DOCS}/pack60/doc.pdf",),
    "testReports": (f"title: Rapport d'essais 26-118; uri: {_DOCS}/pack60/tests.pdf",),
    "powerRatio": ("2,7",),
    "initialSelfDischarge": ("2",),
    "earlyDisplay": ("carbonFootprint", "recycledCobalt", "recycledLithium", "recycledNickel", "recycledShares"),
}
"""What is said of the model: {data point: its items}."""
SHOWN_BY = {"conformityDeclaration": "doc", "testReports": "tests", "chemistry": "tests", "capacity": "tests"}
"""Points whose value a document shows: which."""
PLACING = {
    "ratedCapacity": "170", "capacityFade": "0", "power": "160000", "powerFade": "0", "resistance": "0.062",
    "resistanceIncrease": "0", "efficiency": "94.5", "efficiencyFade": "0", "lifetimeCycles": "1500",
    "lifetimeYears": "12", "stateOfCertifiedEnergy": "100", "cycles": "2", "stateOfCharge": "30",
}  # fmt: skip
"""What was measured on each pack when it was placed on the market."""


def simulate_passport(folder: Path) -> list[Path]:
    """Write the sheet and the publication; the same bytes every time."""
    written = [folder / SHEET, folder / PUBLICATION]
    for path, data in zip(written, (sheet(), publication()), strict=True):
        path.write_bytes(data)
    return written


def sheet() -> bytes:
    """The sheet of the model as a French company fills it in."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(headings("fr"))
    writer.writerows([row.get(key, "") for key in keys()] for row in _rows())
    return ("\ufeff" + out.getvalue()).encode()


def _rows() -> Iterator[dict[str, str]]:
    for one in asked(Category.EV):
        row = {"model": PRODUCTS["pack"].gtin, "since": SINCE, "point": one.label["fr"]}
        if one.code in {"metalSymbols", "recycledLead"}:
            yield {**row, "holds": "non"}
        for value in MODEL.get(one.code, ()):
            document = hashlib.sha256(SHOWN_BY[one.code].encode()).hexdigest() if one.code in SHOWN_BY else ""
            yield {**row, "value": value, "document": document}


def publication() -> bytes:
    """Every pack placed on the market, measured and published."""
    number = PRODUCTS["pack"].gtin
    packs = [sgtin(number, f"{serial:06d}") for serial in range(1, PACKS + 1)]
    maker = SITES["packs"].company.id
    said = {
        "filonPoints": "1",
        "statements": [{"subject": pack, "at": PLACED, "points": PLACING} for pack in packs],
        "deeds": [
            {"deed": "place", "of": packs, "operator": maker, "at": PLACED},
            {"deed": "publish", "of": packs, "at": PLACED},
        ],
    }
    return (json.dumps(said, indent=1) + "\n").encode()
