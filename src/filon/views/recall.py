"""A recall on one page: what came of some lots and where it is now, whom to tell, and what they came from.

Every quantity of recalled matter is three figures: at least, if evenly mixed, at most.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from shlex import quote

from filon.views.figure import Figure, Named, Sentence
from filon.views.flows import Sankey
from filon.views.ledger_state import LedgerState
from filon.views.lot import SiteName


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants recalled: names, or all that came from somewhere at some time; both = the names from there.

    Args:
        names: lots, pieces, `CEL-26-001 100-388`.
        supplier, site: identifier or name.
        since, until: days on which the lots were made, inclusive.
        paper: number of a certificate, assay, order or delivery note.
        element: of which kg are told; empty = the lots' first in the order of `ELEMENTS`.
    """

    names: tuple[str, ...] = ()
    supplier: str = ""
    site: str = ""
    since: date | None = None
    until: date | None = None
    paper: str = ""
    element: str = ""

    @property
    def narrowed(self) -> bool:
        """Whether anything but names says what is meant."""
        return bool(self.supplier or self.site or self.since or self.until or self.paper)

    @property
    def text(self) -> str:
        """The same in one line, as it can be typed at a terminal."""
        told = [quote(name) for name in self.names[:SHOWN]]
        told += ["…"] if len(self.names) > SHOWN else []
        options = {"supplier": self.supplier, "site": self.site, "since": self.since, "until": self.until}
        options |= {"paper": self.paper, "element": self.element}
        return " ".join([*told, *(f"--{name} {quote(str(value))}" for name, value in options.items() if value)])


SHOWN = 5
"""So many names are repeated when a recall says what was asked for."""


@dataclass(frozen=True, slots=True)
class Between:
    """Recalled matter, kg of the element: at least, if evenly mixed, at most; unknown where amounts are."""

    least: Figure
    likely: Figure
    most: Figure


@dataclass(frozen=True, slots=True)
class RecallLine:
    """One affected lot at one place, or gone on into others.

    Args:
        state: `stock`, `transit`, or `used` where nothing of the lot is left.
        site: where it is, or where it was made; for a transit the delivery note.
        holder: who runs that site, or receives the transit; empty if unsaid.
        mass: kg of material there; of the lot when it was made where it is used up.
        pieces: how many, None for bulk.
        held: recalled matter in it.
    """

    key: str
    number: str
    product: str
    stage: Named
    state: str
    site: SiteName
    holder: str
    made: date
    mass: Figure
    pieces: int | None
    held: Between
    href: str


@dataclass(frozen=True, slots=True)
class Consignment:
    """One affected lot, or battery, under one delivery note: a line of the letter to who received it.

    Args:
        mass, pieces: what was shipped; no pieces for bulk.
        held: recalled matter in it.
        under_way: kg of it that has not arrived.
    """

    note: str
    day: date
    key: str
    number: str
    product: str
    mass: Figure
    pieces: int | None
    held: Between
    under_way: Figure


@dataclass(frozen=True, slots=True)
class Receiver:
    """A company that received affected lots: whom to tell.

    Args:
        notes: delivery notes, oldest first.
        lots: how many lots it received; `mass` and `pieces` of them.
        held: recalled matter shipped to it.
        under_way: kg of material that has not arrived.
        deliveries: lot by lot, oldest first.
    """

    key: str
    name: str
    country: str
    sites: tuple[str, ...]
    notes: Sequence[str]
    first: date
    last: date
    lots: int
    mass: Figure
    pieces: int
    held: Between
    under_way: Figure
    deliveries: Sequence[Consignment] = ()


@dataclass(frozen=True, slots=True)
class StageSpread:
    """How far it spread in one stage: lots and pieces affected, and where recalled matter is there now."""

    stage: Named
    lots: int
    pieces: int
    stock: Figure
    transit: Figure
    used: int


@dataclass(frozen=True, slots=True)
class MirrorLine:
    """A lot that the recalled ones came from: how much of them came through it."""

    key: str
    number: str
    product: str
    stage: Named
    site: SiteName
    made: date
    through: Between
    href: str


@dataclass(frozen=True, slots=True)
class RecallView:
    """A recall and its mirror.

    Args:
        asked: what was asked for, as it can be asked again.
        element: of which kg are told; `elements` are the others that are in it.
        on: as things stood on that day; None = now.
        sentences: the gist, most urgent first.
        started: recalled matter in all.
        start: the recalled lots.
        there: affected lots that are somewhere, the most likely matter first; lines are made when they are looked at.
        used: affected lots that went on wholly.
        gone: (account, kg) of what left the books.
        behind: what the recalled lots came from.
        sankey: recalled matter from site to site, if evenly mixed.
        unknown, several: names that no lot has, or more than one.
    """

    ledger: LedgerState
    asked: str
    element: Named
    elements: tuple[Named, ...]
    on: date | None
    sentences: tuple[Sentence, ...]
    started: Figure
    start: Sequence[MirrorLine]
    receivers: tuple[Receiver, ...]
    stages: tuple[StageSpread, ...]
    there: Sequence[RecallLine]
    used: Sequence[RecallLine]
    gone: tuple[tuple[Named, Figure], ...]
    behind: Sequence[MirrorLine]
    sankey: Sankey | None = None
    unknown: tuple[str, ...] = ()
    several: tuple[str, ...] = ()

    @property
    def hold(self) -> tuple[tuple[str, tuple[RecallLine, ...]], ...]:
        """What is to be held, site by site: (company and site, lots in stock there)."""
        places: dict[str, list[RecallLine]] = {}
        for line in self.there:
            if line.state == "stock":
                places.setdefault(" · ".join(filter(None, (line.holder, line.site.name))), []).append(line)
        return tuple((place, tuple(places[place])) for place in sorted(places))
