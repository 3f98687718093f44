"""A ledger with an agreement beside it: three deliveries in two contract years, one lot without readings; by hand.

A: 50 kWh at 2 kg CO2e on 100 kg = 1 a kg; B: 150 kWh at 2 on 200 kg = 1.5; C has no readings; X is another's.
"""

import json
from dataclasses import replace

from carbon_ledger import NOW
from carbon_story import power, used
from filon.app import capture
from filon.app.ledger import Ledger
from filon.books.register import LOCATION
from filon.epcis.document import MasterElement, Vocabulary
from filon.epcis.event import FILON, Typed
from filon.epcis.jsonwrite import write
from story import birth, receive, ship, site

AGREEMENT = {
    "id": "CTR-1", "parties": [{"role": "seller", "name": "Mine SA"}, {"role": "buyer", "name": "Auto SA"}],
    "status": "contracted", "product": {"form": "CoSO4·7H2O", "element": "Co"},
    "quantity": {"perYear": "1", "unit": "t"}, "start": "2025-03-01", "years": 3,
}  # fmt: skip
BASELINE = {
    "year": 2020, "value": "2", "unit": "kg CO2e/kg", "variant": "market", "source": "invented", "of": "CTR-1",
    "stamp": {"ruleset": "filon-1", "factors": "factors/1", "gwp": "ar6_100", "allocation": "mass"},
    "targets": [{"year": 2025, "percent": "80"}, {"year": 2030, "percent": "65"}],
}  # fmt: skip


def ordered(day, note, name, kg, order="CTR-1/L1"):
    sent = ship(day, "M", "W", note, {name: kg})
    papers = (*sent.bizTransactionList, Typed(f"urn:epcglobal:cbv:bt:1:{order}", "po"))
    return [replace(sent, bizTransactionList=papers), receive(day + 1, "W", note, {name: kg})]


EVENTS = [
    birth(5, "M", "A", "100", form="CoSO4·7H2O", origin=site("M"), Co="20"),
    used(30, "M", power("50", "2", reading="m-1"), since="2026-01-01", until="2026-01-31"),
    *ordered(40, "N1", "A", "100"),
    birth(70, "M", "B", "200", form="CoSO4·7H2O", origin=site("M"), Co="20"),
    used(89, "M", power("150", "2", reading="m-3"), since="2026-03-01", until="2026-03-31"),
    *ordered(95, "N2", "B", "50"), *ordered(96, "N3", "B", "150", "CTR-1-L2"),
    birth(130, "M", "C", "100", form="CoSO4·7H2O", origin=site("M"), Co="20"),
    *ordered(135, "N4", "C", "100"),
    birth(131, "M", "X", "100", form="CoSO4·7H2O", origin=site("M")),
    *ordered(136, "N5", "X", "100", "OTHER-9"),
]  # fmt: skip


def filled(folder):
    """A ledger in a folder, its agreement and baseline beside it."""
    places = Vocabulary(LOCATION, tuple(
        MasterElement(site(key), {FILON + "name": name, FILON + "country": "MA", FILON + "kind": kind})
        for key, name, kind in (("M", "Mine d'Essai", "mine"), ("W", "Works", "pcam"))
    ))  # fmt: skip
    ledger = Ledger.open(folder / "filon.db")
    files = [capture.File("chain.jsonld", write(EVENTS, master=[places]))]
    assert capture.capture(ledger, files, now=lambda: NOW, accept=capture.ALL_WARNINGS)[0].entry == 0
    (folder / "filon-agreement.json").write_text(json.dumps(AGREEMENT))
    (folder / "filon-baseline-ctr.json").write_text(json.dumps(BASELINE))
    return ledger
