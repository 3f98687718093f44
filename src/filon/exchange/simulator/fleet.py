"""A fleet of batteries for passports by the million: made by the batch, with ranges of serial numbers, under one roof.

A works buys salts by the shipload, makes cathode material, cells and packs, and places them batch by batch: five
hundred packs with one measurement and one declaration. Every twentieth batch begins a campaign with other salts.

    for name, events in fleet(seed=1, packs=1_000_000): ...      # a document a campaign

Source: custody reference, section 6 (cells a pack); carbon reference, section 9 (order of magnitude of what is used).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from filon.epcis.event import FILON, Event
from filon.exchange.simulator.cathode import cathode_of
from filon.exchange.simulator.cells import CELLS_A_PACK
from filon.exchange.simulator.chance import Chance
from filon.exchange.simulator.deed import Line, Made, Traits
from filon.exchange.simulator.floor import START
from filon.exchange.simulator.passport import PLACING
from filon.exchange.simulator.strand import Strand
from filon.exchange.simulator.told import moment, telling
from filon.exchange.simulator.world import PRODUCTS, SITES

BATCH = 500
"""Packs a batch, of one shift."""
BATCHES = 20
"""Batches a campaign."""
SITE = replace(SITES["packs"], company=replace(SITES["packs"].company, medium="epcis"))
CELLS = BATCH * BATCHES * CELLS_A_PACK
CATHODE_A_CELL = Decimal("0.2888")
_BOUGHT = {
    # product: (tonnes a campaign, element, percent, kg CO2e a kg, its share of primary data)
    "atlas sulfate": ("150", "Co", "20.90", "5.1", "40"),
    "recycled cobalt": ("105", "Co", "20.90", "1.5", "80"),
    "nickel sulfate": ("1920", "Ni", "22.20", "2.9", "60"),
    "manganese sulfate": ("155", "Mn", "32.20", "0.6", "30"),
    "lithium hydroxide": ("400", "Li", "16.45", "6.1", "70"),
    "graphite": ("524", "C", "99.95", "4.2", "50"),
    "copper foil": ("298", "Cu", "99.90", "5.2", "35"),
    "aluminium foil": ("68", "Al", "99.50", "7.4", "35"),
}
_INTO_CATHODE = 5
Used = list[tuple[Line, Traits]]


def fleet(seed: int, packs: int) -> Iterator[tuple[str, Sequence[Event]]]:
    """(document name, its events) campaign by campaign, until there are so many packs."""
    for number, first in enumerate(range(0, packs, BATCH * BATCHES), 1):
        made = _Campaign(Strand(0, Chance(seed * 100_003 + number)), number)
        yield (
            f"fleet-{number:04}.jsonld",
            [*made.bought(), *made.cells(), *made.packs(first, min(packs, first + BATCH * BATCHES))],
        )


class _Campaign:
    """Ten thousand packs of the same salts."""

    def __init__(self, strand: Strand, number: int) -> None:
        self.strand, self.number = strand, number
        self.clock = START + timedelta(days=number - 1)
        self.stock: Used = []
        self.batch = strand.lot("cell", "ZEL", number)

    def bought(self) -> Iterator[Event]:
        """What the works buys: one lot a material, of a mine each time another, and what its making emitted."""
        for key, (tonnes, element, percent, emitted, primary) in _BOUGHT.items():
            about = self.strand.chance.about
            mine = "" if key == "recycled cobalt" else f"mine:{element}:{self.strand.chance.days(0, 29)}"
            recycled = Decimal(100) if key == "recycled cobalt" else None
            traits = Traits({element: about(percent, "0.04", "0.01")}, origin=mine, recycled=recycled)
            line = Line(self.strand.lot(key, "ACH", self.number), about(tonnes, "0.4", "0.1") * 1000)
            self.stock.append((line, traits))
            own = {"value": emitted, "primary": primary, "source": "supplier, product footprint"}
            spent = {"flow": "product footprint", "amount": str(line.amount), "uom": "KGM", "ownFactor": own}
            yield from self.told(line, traits, (), spent)

    def cells(self) -> Iterator[Event]:
        """Cathode material out of five salts, and all cells of the campaign out of it."""
        salts, rest = self.stock[:_INTO_CATHODE], self.stock[_INTO_CATHODE:]
        made = cathode_of(self.strand, salts, self.strand.lot("cam", "KAT", self.number))
        used = [line for line, _ in salts]
        yield from self.told(made.line, made.traits, used, _power(made.line.amount * 8))
        cathode = Line(made.line.lot, min(made.line.amount, CELLS * CATHODE_A_CELL))
        serials = ((self.number - 1) * CELLS + 1, self.number * CELLS)
        used = [cathode, *(line for line, _ in rest)]
        cell = Traits(serials=serials, piece=Decimal("0.768"))
        yield from self.told(Line(self.batch, Decimal(CELLS)), cell, used, _power(CELLS * Decimal("1.3")))

    def packs(self, first: int, last: int) -> Iterator[Event]:
        """Batch by batch: assembled, measured, placed on the market and published."""
        for start in range(first, last, BATCH):
            serials = (start + 1, min(start + BATCH, last))
            pieces = serials[1] - start
            line = Line(self.strand.lot("pack", "VLP", start // BATCH + 1), Decimal(pieces))
            traits = Traits(serials=serials, piece=Decimal(398))
            used = [Line(self.batch, Decimal(pieces * CELLS_A_PACK))]
            yield from self.told(line, traits, used, _power(Decimal(30 * pieces)))
            yield from self.placed([PRODUCTS["pack"].piece(f"{n}") for n in range(serials[0], serials[1] + 1)])

    def placed(self, packs: Sequence[str]) -> Iterator[Event]:
        """What was measured on each, and the deeds that begin its life."""
        points = [{"point": code, "value": value} for code, value in PLACING.items()]
        deeds = [
            {"deed": "place", "of": list(packs), "operator": SITE.company.id},
            {"deed": "publish", "of": list(packs)},
        ]
        when = moment(self.now(), SITE)
        for member, told in (("points", points), ("life", deeds)):
            yield Event("ObjectEvent", when, "+00:00", action="OBSERVE", bizStep="inspecting", readPoint=SITE.id,
                        epcList=tuple(packs), extensions={FILON + member: told})  # fmt: skip

    def told(self, line: Line, traits: Traits, used: Sequence[Line], spent: Mapping[str, object]) -> Iterator[Event]:
        """A making as an event, with what it took of energy or what its maker says it emitted."""
        order = f"F-{line.lot.number}" if used else ""
        made = Made(when=self.now(), site=SITE, line=line, traits=traits, used=tuple(used), campaign=order)
        for event in telling(made):
            yield replace(event, extensions={**event.extensions, FILON + "activity": [spent]})

    def now(self) -> datetime:
        """The next moment of the campaign's days."""
        self.clock += timedelta(minutes=10)
        return self.clock


def _power(kwh: Decimal) -> dict[str, object]:
    return {"flow": "electricity", "amount": str(kwh), "uom": "KWH", "supply": "grid"}
