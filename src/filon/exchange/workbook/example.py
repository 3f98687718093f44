"""The rows of the example workbook: a refinery buys concentrate, makes cobalt sulfate, ships it; one receipt.

Companies, places and numbers are invented; GTIN and GLN lie in the range that GS1 keeps for demonstrations (952).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

Row = Mapping[str, object]

EXAMPLE_LISTS: Sequence[Row] = (
    {
        "lists.kind": "site",
        "lists.name": "Atlas (MA)",
        "lists.id": "9521234500018",
        "lists.country": "MA",
        "lists.zone": "+01:00",
        "lists.party": "Atlas",
        "lists.type": "refinery",
    },
    {
        "lists.kind": "site",
        "lists.name": "Puits 7",
        "lists.id": "9521234500025",
        "lists.country": "MA",
        "lists.zone": "+01:00",
        "lists.party": "Atlas",
        "lists.type": "mine",
    },
    {
        "lists.kind": "site",
        "lists.name": "Rivage (MA)",
        "lists.id": "9521234600015",
        "lists.country": "MA",
        "lists.zone": "+01:00",
        "lists.party": "Rivage",
        "lists.type": "pcam",
    },
    {
        "lists.kind": "product",
        "lists.name": "Concentré Atlas",
        "lists.id": "09521234510017",
        "lists.form": "arsenide concentrate",
    },
    {
        "lists.kind": "product",
        "lists.name": "CoSO4·7H2O",
        "lists.id": "09521234510024",
        "lists.form": "CoSO4·7H2O",
    },
    {
        "lists.kind": "product",
        "lists.name": "Résidu Atlas",
        "lists.id": "09521234510031",
        "lists.form": "leach residue",
    },
    {"lists.kind": "partner", "lists.name": "Atlas", "lists.id": "9521234500001", "lists.country": "MA"},
    {"lists.kind": "partner", "lists.name": "Rivage", "lists.id": "9521234600008", "lists.country": "MA"},
)

EXAMPLE: Mapping[str, Sequence[Row]] = {
    "lots": (
        {
            "lots.lot": "MIN-26-0107",
            "lots.date": date(2026, 10, 28),
            "lots.site": "Puits 7",
            "lots.product": "Concentré Atlas",
            "lots.net_kg": Decimal("61800.0"),
            "lots.moist": Decimal("8.0"),
            "lots.ni": Decimal("1.2"),
            "lots.co": Decimal("9.8"),
            "lots.as": Decimal("58.2"),
            "lots.fe": Decimal("6.5"),
            "lots.basis": "dry",
            "lots.status": "final",
            "lots.origin": "Puits 7",
        },
        {
            "lots.lot": "ATL-26-0311",
            "lots.date": date(2026, 11, 3),
            "lots.site": "Atlas (MA)",
            "lots.product": "CoSO4·7H2O",
            "lots.net_kg": Decimal("24150.5"),
            "lots.moist": Decimal("0.4"),
            "lots.co": Decimal("20.9"),
            "lots.basis": "dry",
            "lots.status": "final",
            "lots.coa": "COA-881",
            "lots.recycled": Decimal(0),
        },
        {
            "lots.lot": "RES-26-0311",
            "lots.date": date(2026, 11, 3),
            "lots.site": "Atlas (MA)",
            "lots.product": "Résidu Atlas",
            "lots.net_kg": Decimal(57500),
            "lots.moist": Decimal(20),
            "lots.ni": Decimal("1.47"),
            "lots.co": Decimal("1.07"),
            "lots.as": Decimal("71.2"),
            "lots.fe": Decimal("7.95"),
            "lots.basis": "dry",
            "lots.status": "final",
        },
    ),
    "mix": (
        {
            "mix.out": "ATL-26-0311",
            "mix.inp": "MIN-26-0107",
            "mix.kg": Decimal(61200),
            "mix.campaign": "OF-4471",
        },
        {
            "mix.out": "RES-26-0311",
            "mix.campaign": "OF-4471",
        },
    ),
    "ship": (
        {
            "ship.ship": "BL-4102",
            "ship.date": date(2026, 10, 29),
            "ship.lot": "MIN-26-0107",
            "ship.net_kg": Decimal("61800.0"),
            "ship.to": "Atlas",
            "ship.to_site": "Atlas (MA)",
        },
        {
            "ship.ship": "BL-5521",
            "ship.date": date(2026, 11, 3),
            "ship.lot": "ATL-26-0311",
            "ship.net_kg": Decimal("24150.5"),
            "ship.to": "Rivage",
            "ship.to_site": "Rivage (MA)",
            "ship.po": "CTR-07/L3",
            "ship.pack": 24,
            "ship.seal": "MSKU771",
        },
    ),
    "recv": (
        {
            "recv.ship": "BL-4102",
            "recv.from": "Atlas",
            "recv.date": date(2026, 10, 30),
            "recv.lot": "MIN-26-0107",
            "recv.product": "Concentré Atlas",
            "recv.net_kg": Decimal("61790.0"),
            "recv.site": "Atlas (MA)",
        },
    ),
}
