"""Cellonord and the carmaker: cells by the batch of ten thousand, packs of 288 of them.

A 60 kWh pack has 288 cells of 208 Wh (12 modules of 24 pouch cells; custody, section 6). Per cell: 0.2888 kg of
cathode material (1.386 kg/kWh for NMC811, section 4), and by the carbon reference's cell recipe graphite 0.218,
copper foil 0.124 and aluminium foil 0.028 against cathode 0.377. Cell yield 92 %.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from filon.exchange.simulator.deed import (
    Assembled,
    Deed,
    Delivered,
    Line,
    Made,
    Range,
    Received,
    Rejected,
    Shipped,
    Traits,
)
from filon.exchange.simulator.floor import Floor, Route, arrivals, assay_of, carried, content, day
from filon.exchange.simulator.strand import DAY, Strand
from filon.exchange.simulator.world import PRODUCTS, SITES

BATCHES = 12
BATCH = 10_000
"""Cells a batch (custody, section 6)."""
REJECTED = 150
"""Cells of a batch that fail at grading: its last serial numbers."""
TO_PACKS = 720
"""Cells of each of the first eight batches that go to the carmaker: two and a half packs."""
PACK_BATCHES = 8
CELLS_A_PACK = 288
PACKS = 20
FIRST_BATCH = 38
"""8 August."""
SCRAP = Fraction(8, 100)
"""Of the cathode coated, by mass: what is cut off or coated badly."""

Used = list[tuple[Line, Traits]]


class _Hall:
    """What lies at Cellonord, by product."""

    def __init__(self, before: Iterable[Deed]) -> None:
        self.floors: dict[str, Floor] = {}
        for held in arrivals(list(before), SITES["cellonord"]):
            self.floors.setdefault(held.lot.product.key, Floor()).put(held)


def cells(strand: Strand, before: Iterable[Deed]) -> Iterator[Deed]:
    """Batches of cells with their scrap; then packs, delivered to the car plant week by week."""
    hall = _Hall(before)
    packs = _Packs(strand)
    for number in range(BATCHES):
        when = day(FIRST_BATCH + 4 * number + number // 6, 11, 20)
        made = list(_batch(strand, hall, number, when))
        yield from made
        if number < PACK_BATCHES:
            yield from packs.take(made[0], when)
    yield from packs.deliveries()


def _batch(strand: Strand, hall: _Hall, number: int, when: datetime) -> Iterator[Deed]:
    about, floors = strand.chance.about, hall.floors
    cathode: Used = floors["cam"].take(about("3145", "4", "0.5"), when)
    graphite = floors["graphite"].take(about("1818", "4", "0.5"), when)
    copper = floors["copper foil"].take(about("1034", "2", "0.5"), when)
    aluminium = floors["aluminium foil"].take(about("233.5", "1.0", "0.5"), when)
    used = [*cathode, *graphite, *copper, *aluminium]
    order, site = strand.note("CN-L1", number + 1), SITES["cellonord"]
    base = strand.number * BATCHES * BATCH + number * BATCH
    batch = strand.lot("cell", "CEL-26", number + 1)
    traits = Traits(serials=(base + 1, base + BATCH), piece=Decimal("0.768"))
    taken = tuple(line for line, _ in used)
    yield Made(when=when, site=site, line=Line(batch, Decimal(BATCH)), traits=traits, used=taken, campaign=order)
    lot = strand.lot("cathode scrap", "CHU-26", number + 1)
    yield scrap_of(
        strand,
        [*cathode, *aluminium],
        Made(when=when, site=site, line=Line(lot, Decimal(0)), traits=Traits(), campaign=order),
    )
    trim = Line(strand.lot("copper trim", "ROG-26", number + 1), about("31.0", "1.0", "0.5"))
    yield Made(when=when, site=site, line=trim, traits=Traits({"Cu": Decimal("99.90")}), campaign=order)
    rejects = Range(batch, base + BATCH - REJECTED + 1, base + BATCH)
    yield Rejected(when=when + 8 * DAY, site=site, range=rejects)


def scrap_of(strand: Strand, coated: Used, made: Made) -> Made:
    """The deed `made` with the scrap's weight and assays: 8 % of what was coated, foil and all."""
    total = sum((line.amount for line, _ in coated), Decimal(0))
    kg = (total * 8 / 100).quantize(Decimal(1)) + strand.chance.about("0", "3", "0.5")
    assay = {
        element: assay_of(content(coated, element) * SCRAP * strand.chance.near_one(5), Fraction(kg))
        for element in ("Li", "Ni", "Co", "Mn", "Al")
    }
    return Made(
        when=made.when, site=made.site, line=Line(made.line.lot, kg), traits=Traits(assay), campaign=made.campaign
    )


class _Packs:
    """The pack workshop: takes 720 cells a batch and builds packs as soon as 288 are there."""

    def __init__(self, strand: Strand) -> None:
        self.strand = strand
        self.waiting: list[Range] = []
        self.built: list[Assembled] = []

    def take(self, batch: Deed, when: datetime) -> Iterator[Deed]:
        """Cells of a batch travel ten days after coating, and become packs from the third day on."""
        assert isinstance(batch, Made)
        assert batch.traits.serials
        first = batch.traits.serials[0]
        sent = Range(batch.line.lot, first, first + TO_PACKS - 1)
        shipped, received = _travelled(self.strand, sent, when + 10 * DAY)
        yield from (shipped, received)
        self.waiting.append(sent)
        start = received.when.replace(hour=7, minute=30) + 2 * DAY
        turn = 0
        while sum(one.pieces for one in self.waiting) >= CELLS_A_PACK:
            pack = self._build(start + timedelta(hours=5 * turn))
            yield pack
            turn += 1

    def _build(self, when: datetime) -> Assembled:
        ranges, missing = [], CELLS_A_PACK
        while missing:
            first = self.waiting.pop(0)
            some = Range(first.lot, first.first, min(first.last, first.first + missing - 1))
            ranges.append(some)
            if some.last < first.last:
                self.waiting.insert(0, Range(first.lot, some.last + 1, first.last))
            missing -= some.pieces
        serial = str(self.strand.number * PACKS + len(self.built) + 1).zfill(6)
        pack = Assembled(when=when, site=SITES["packs"], product=PRODUCTS["pack"], serial=serial, ranges=tuple(ranges))
        self.built.append(pack)
        return pack

    def deliveries(self) -> Iterator[Deed]:
        """Five packs a lorry to the car plant."""
        for number in range(0, len(self.built), 5):
            some = self.built[number : number + 5]
            left = some[-1].when.replace(hour=17, minute=0) + DAY
            note = self.strand.note("VL-26", number // 5 + 1)
            yield Delivered(
                when=left, site=SITES["packs"], note=note, to=SITES["cars"],
                packs=tuple(one.id for one in some), arrival=left + timedelta(hours=15),
            )  # fmt: skip


def _travelled(strand: Strand, sent: Range, when: datetime) -> tuple[Shipped, Received]:
    route = Route(SITES["cellonord"], SITES["packs"], (1, 1), "1", 0, order="VA-PO-9")
    note = f"BL-{sent.lot.number}"
    return carried(strand.chance, route, [Line(sent.lot, Decimal(sent.pieces))], when.replace(hour=18), note)
