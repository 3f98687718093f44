"""A plant of any size, told event by event in constant memory: for benchmarks, not for stories.

15 GWh a year are 250 000 packs of 60 kWh, 72 million cells (custody reference, section 6); with salts by the tonne and
three events a pack that is about a million events a year. Nothing is kept but what lies on the floors, so a year
streams through a few megabytes.

    for event in islice(events(seed=1), 1_000_000): ...

Demand pulls: a pack asks for cells, a batch for cathode material, that for precursor, that for salts. Cells are
graded: packs take trays at random out of a window of the last few thousand cells.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache, partial
from itertools import count

from filon.core.moment import offset
from filon.epcis.document import Vocabulary
from filon.epcis.event import Event
from filon.exchange.simulator.cathode import cathode_of, sieved, sievings_of
from filon.exchange.simulator.cells import BATCH, CELLS_A_PACK, REJECTED, scrap_of
from filon.exchange.simulator.chance import Chance
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
from filon.exchange.simulator.floor import START
from filon.exchange.simulator.master import master
from filon.exchange.simulator.precursor import precursor_of, sludge_of
from filon.exchange.simulator.strand import Strand
from filon.exchange.simulator.told import telling
from filon.exchange.simulator.world import PRODUCTS, SITES, Site, place

PACKS_A_YEAR = 250_000
"""15 GWh a year at 60 kWh a pack."""
STEP = timedelta(seconds=30)
"""From event to event: a million of them are a year less a fortnight."""

Used = list[tuple[Line, Traits]]

_SALTS = {
    "Co": ("atlas sulfate", "tizi works", "rivage", "20.90"),
    "Ni": ("nickel sulfate", "pohja", "rivage", "22.20"),
    "Mn": ("manganese sulfate", "manganor", "rivage", "32.20"),
    "Li": ("lithium hydroxide", "rheinquell", "katodia", "16.45"),
    "C": ("graphite", "svartberg", "cellonord", "99.95"),
    "Cu": ("copper foil", "folimet", "cellonord", "99.90"),
    "Al": ("aluminium foil", "folimet", "cellonord", "99.50"),
}


def events(
    seed: int = 1, packs: int | None = None, *, tray: int = 24, window: int = 4000, mines: int = 30
) -> Iterator[Event]:
    """The events of a plant, oldest first; endless without `packs`.

    Args:
        packs: stop after so many packs.
        tray: cells that stay together through grading, a divisor of 288; 1 shuffles every cell on its own and gives
            288 flow edges a pack, 72 million a year.
        window: cells among which a pack's trays are drawn.
        mines: how many mines each metal comes from.
    """
    plant = _Plant(Strand(0, Chance(seed)), tray, window, mines)
    for number in count(1) if packs is None else range(1, packs + 1):
        for deed in plant.pack(number):
            yield from telling(deed)


def master_data(mines: int = 30) -> tuple[Vocabulary, ...]:
    """Master data of the plant's sites and products."""
    origins = [place(f"mine:{metal}:{number}") for metal in _SALTS for number in range(mines)]
    return master([*SITES.values(), *origins], PRODUCTS.values())


@cache
def _site(key: str) -> Site:
    """A site whose own system reports to the second, whatever its company sends in the founding chain."""
    site = SITES[key]
    return replace(site, company=replace(site.company, medium="epcis"))


def _joined(trays: Iterable[Range]) -> tuple[Range, ...]:
    """Ranges in order, neighbours as one."""
    out: list[Range] = []
    for one in trays:
        if out and out[-1].lot == one.lot and out[-1].last + 1 == one.first:
            out[-1] = Range(one.lot, out[-1].first, one.last)
        else:
            out.append(one)
    return tuple(out)


class _Stock:
    """Lots on hand, oldest first."""

    def __init__(self) -> None:
        self.lots: deque[tuple[Line, Traits]] = deque()
        self.kg = Decimal(0)

    def put(self, line: Line, traits: Traits) -> None:
        self.lots.append((line, traits))
        self.kg += line.amount

    def take(self, kg: Decimal) -> Used:
        self.kg -= kg
        out: Used = []
        while kg:
            line, traits = self.lots.popleft()
            some = min(kg, line.amount)
            out.append((Line(line.lot, some), traits))
            if some < line.amount:
                self.lots.appendleft((Line(line.lot, line.amount - some), traits))
            kg -= some
        return out


class _Plant:
    """What lies on the floors, and the clock."""

    def __init__(self, strand: Strand, tray: int, window: int, mines: int) -> None:
        if tray < 1 or CELLS_A_PACK % tray:
            raise ValueError("a pack of 288 cells is filled with whole trays")
        self.strand, self.chance = strand, strand.chance
        self.tray, self.trays, self.mines = tray, max(window, CELLS_A_PACK) // tray, mines
        self.stocks: dict[str, _Stock] = {key: _Stock() for key in (*_SALTS, "pcam", "cam")}
        self.window: list[Range] = []
        self.graded: deque[Range] = deque()
        self.serials: dict[str, int] = {}
        self.clock = START

    # ---- a pack and what it asks for

    def pack(self, number: int) -> Iterator[Deed]:
        """One pack out of the window, and whatever had to be made before."""
        while len(self.window) + len(self.graded) < self.trays + CELLS_A_PACK // self.tray:
            yield from self.batch()
        while len(self.window) < self.trays:
            self.window.append(self.graded.popleft())
        trays = sorted(
            (self.draw() for _ in range(CELLS_A_PACK // self.tray)), key=lambda one: (one.lot.number, one.first)
        )
        product, serial = PRODUCTS["pack"], str(number).zfill(7)
        built = Assembled(
            when=self.now("packs"), site=_site("packs"), product=product, serial=serial, ranges=_joined(trays)
        )
        yield built
        note, left = f"VL-{serial}", self.now("packs")
        yield Delivered(
            when=left, site=_site("packs"), note=note, to=_site("cars"), packs=(built.id,), arrival=self.now("cars")
        )

    def draw(self) -> Range:
        """One tray at random out of the window; the next graded one takes its place."""
        index = self.chance.days(0, self.trays - 1)
        drawn, self.window[index] = self.window[index], self.graded.popleft()
        return drawn

    def batch(self) -> Iterator[Deed]:
        """Ten thousand cells, their scrap and rejects, on their way to the pack workshop."""
        cathode = yield from self.taken("cam", self.chance.about("3145", "4", "0.5"))
        graphite = yield from self.taken("C", self.chance.about("1818", "4", "0.5"))
        copper = yield from self.taken("Cu", self.chance.about("1034", "2", "0.5"))
        foil = yield from self.taken("Al", self.chance.about("233.5", "1.0", "0.5"))
        number, site, when = self.serial("batch"), _site("cellonord"), self.now("cellonord")
        lot, order = self.strand.lot("cell", "CEL", number), f"CN-{number}"
        first = BATCH * (number - 1) + 1
        good = BATCH - REJECTED
        traits = Traits(serials=(first, first + BATCH - 1), piece=Decimal("0.768"))
        taken = tuple(line for line, _ in [*cathode, *graphite, *copper, *foil])
        yield Made(when=when, site=site, line=Line(lot, Decimal(BATCH)), traits=traits, used=taken, campaign=order)
        scrap = Line(self.strand.lot("cathode scrap", "CHU", number), Decimal(0))
        empty = Made(when=when, site=site, line=scrap, traits=Traits(), campaign=order)
        yield scrap_of(self.strand, [*cathode, *foil], empty)
        rejected = Range(lot, first + good, first + BATCH - 1)
        yield Rejected(when=self.now("cellonord"), site=site, range=rejected)
        whole = good - good % self.tray
        yield from self.carried("cellonord", "packs", Line(lot, Decimal(whole)), f"BL-{lot.number}")
        starts = range(first, first + whole, self.tray)
        self.graded.extend(Range(lot, start, start + self.tray - 1) for start in starts)

    def taken(self, key: str, kg: Decimal) -> Generator[Deed, None, Used]:
        """Take from a stock, after making or buying what is missing."""
        stock = self.stocks[key]
        while stock.kg < kg:
            yield from {"cam": self.cathode, "pcam": self.precursor}.get(key, partial(self.salt, key))()
        return stock.take(kg)

    def cathode(self) -> Iterator[Deed]:
        """Five tonnes of cathode material and its sievings, on their way to the cell plant."""
        precursor = yield from self.taken("pcam", Decimal(4900))
        lithium = yield from self.taken("Li", self.chance.about("2215", "6", "1"))
        used, number, when = [*precursor, *lithium], self.serial("cam"), self.now("katodia")
        taken, order = tuple(line for line, _ in used), f"KT-{number}"
        made = cathode_of(self.strand, used, self.strand.lot("cam", "KAT", number))
        made = replace(made, site=_site("katodia"), when=when, used=taken, campaign=order)
        yield made
        line = Line(self.strand.lot("sievings", "KSV", number), sieved(made.line.amount))
        left = sievings_of(self.strand, used, line)
        yield replace(left, site=made.site, when=when, campaign=order)
        yield from self.carried("katodia", "cellonord", made.line, f"WZ-{made.line.lot.number}")
        self.stocks["cam"].put(made.line, made.traits)

    def precursor(self) -> Iterator[Deed]:
        """Ten tonnes of precursor and its sludge, straight from the salts, on their way to the cathode plant."""
        cobalt = yield from self.taken("Co", self.chance.about("3070", "6", "1"))
        nickel = yield from self.taken("Ni", self.chance.about("23180", "40", "1"))
        manganese = yield from self.taken("Mn", self.chance.about("1854", "4", "1"))
        used, number, when = [*cobalt, *nickel, *manganese], self.serial("pcam"), self.now("rivage")
        taken, order = tuple(line for line, _ in used), f"OF-{number}"
        made = precursor_of(self.strand, used, self.strand.lot("pcam", "RIV", number))
        made = replace(made, site=_site("rivage"), when=when, used=taken, campaign=order)
        yield made
        left = sludge_of(self.strand, used, self.strand.lot("sludge", "BOU", number))
        yield replace(left, site=made.site, when=when, campaign=order)
        yield from self.carried("rivage", "katodia", made.line, f"BL-{made.line.lot.number}")
        self.stocks["pcam"].put(made.line, made.traits)

    def salt(self, metal: str) -> Iterator[Deed]:
        """One tonne of a salt, from one of its mines."""
        product, start, to, middle = _SALTS[metal]
        lot = self.strand.lot(product, metal, self.serial(metal))
        origin = f"mine:{metal}:{self.chance.days(0, self.mines - 1)}"
        traits = Traits({metal: self.chance.about(middle, "0.04", "0.01")}, origin=origin)
        line = Line(lot, self.chance.about("1000", "4", "0.5"))
        yield Made(when=self.now(start), site=_site(start), line=line, traits=traits)
        yield from self.carried(start, to, line, f"DN-{lot.number}")
        self.stocks[metal].put(line, traits)

    # ---- clock, numbers, roads

    def carried(self, start: str, to: str, line: Line, note: str) -> Iterator[Deed]:
        """One lot shipped, and received as it was shipped."""
        yield Shipped(when=self.now(start), site=_site(start), note=note, to=_site(to), lines=(line,))
        yield Received(when=self.now(to), site=_site(to), note=note, maker=_site(start), lines=(line,))

    def now(self, site: str) -> datetime:
        """The next moment, in local time of a site."""
        self.clock += STEP
        return self.clock + offset(SITES[site].zone)

    def serial(self, key: str) -> int:
        """The next number of a series."""
        self.serials[key] = self.serials.get(key, 0) + 1
        return self.serials[key]
