"""Deeds: what happens to matter in the simulated chain, in the trade's words and free of any file format.

A plan is a tuple of deeds, oldest first. Files, events and the truth are three readings of the same plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from filon.exchange.simulator.world import Product, Site


@dataclass(frozen=True, slots=True)
class Lot:
    """A lot: what it is and its maker's number for it."""

    product: Product
    number: str

    @property
    def id(self) -> str:
        """Its identifier, the same in every company's files."""
        return self.product.lot(self.number)


@dataclass(frozen=True, slots=True)
class Line:
    """Some of a lot: kg as weighed, or pieces of an article."""

    lot: Lot
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Traits:
    """What the maker declares of a lot.

    Args:
        assay: {element: percent}.
        moisture: percent of wet mass; None = not stated.
        basis: of the assays, `dry` or `wet`.
        origin: site key of a mine, where the maker names one.
        recycled: percent.
        serials: first and last serial number of a batch of articles.
        piece: kg of one piece.
    """

    assay: Mapping[str, Decimal] = field(default_factory=dict)
    moisture: Decimal | None = None
    basis: str = "wet"
    certificate: str = ""
    origin: str = ""
    recycled: Decimal | None = None
    status: str = "final"
    serials: tuple[int, int] | None = None
    piece: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Something done at a site at a local time, and in which month's file it is told (empty: its own month)."""

    when: datetime
    site: Site
    told: str = ""

    @property
    def month(self) -> str:
        """`2026-07`: the month whose file tells of it."""
        return self.told or f"{self.when:%Y-%m}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Made(Deed):
    """A lot came to be: out of `used`, or from the ground, or in the same campaign as what was used."""

    line: Line
    traits: Traits
    used: tuple[Line, ...] = ()
    campaign: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipped(Deed):
    """Goods left `site` for `to` under a delivery note. `serials` where only some of a batch went."""

    note: str
    to: Site
    lines: tuple[Line, ...]
    order: str = ""
    packages: int | None = None
    seal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received(Deed):
    """Goods of a delivery note arrived, weighed again."""

    note: str
    maker: Site
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Range:
    """Pieces first..last of a batch."""

    lot: Lot
    first: int
    last: int

    @property
    def pieces(self) -> int:
        """How many."""
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembled(Deed):
    """A pack was built of cells."""

    product: Product
    serial: str
    ranges: tuple[Range, ...]

    @property
    def id(self) -> str:
        """Identifier of the pack."""
        return self.product.piece(self.serial)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected(Deed):
    """Pieces of a batch were destroyed."""

    range: Range


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted(Deed):
    """A stock was measured."""

    line: Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered(Deed):
    """Packs left `site` and arrived at `to`."""

    note: str
    to: Site
    packs: tuple[str, ...]
    arrival: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistaken(Deed):
    """`wrong` was told in place of `right`; at `when` it is declared an error and `right` is told.

    `right` stands in the plan too: the matter was always as it says.
    """

    wrong: Made
    right: Made


Plan = tuple[Deed, ...]
