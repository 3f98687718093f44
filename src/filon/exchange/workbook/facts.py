"""What the rows say once every name in them is known: lots made, inputs used, shipments, receipts, stock, parts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from filon.core.finding import Finding
from filon.exchange.workbook.names import Directory, Partner, Product, Site
from filon.exchange.workbook.reading import Row


@dataclass(frozen=True, slots=True)
class Made:
    """A lot made: sheet 1; `litres` where a solution was told by its volume, `pieces` of an article: `kg` is of all."""

    row: Row
    lot: str
    day: date
    site: Site
    product: Product
    kg: Decimal
    litres: Decimal | None = None
    pieces: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Used:
    """An input used for a lot: sheet 2; without `inp` the row only joins the lot to its campaign."""

    row: Row
    out: str
    inp: str
    kg: Decimal


@dataclass(frozen=True, slots=True)
class Shipped:
    """A line of a delivery note: sheet 3."""

    row: Row
    note: str
    day: date
    lot: str
    kg: Decimal
    site: Site
    to: Partner
    to_site: Site


@dataclass(frozen=True, slots=True)
class Received:
    """A line of a receipt: sheet 4; `own` is the receiver's identifier of the lot, empty if it keeps the maker's."""

    row: Row
    note: str
    day: date
    lot: str
    own: str
    kg: Decimal
    site: Site
    sender: str


@dataclass(frozen=True, slots=True)
class Counted:
    """What was found of a lot at a site, or went from there for good: sheet 7."""

    row: Row
    lot: str
    day: date
    site: Site
    kg: Decimal
    litres: Decimal | None


@dataclass(frozen=True, slots=True)
class Measured:
    """One more weight or assay of a lot of sheet 1: sheet 8."""

    row: Row
    lot: str
    what: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class Joined:
    """Parts that went into an article or container, or came out of it: sheet 9; without `part` all came out."""

    row: Row
    deed: str
    day: date
    site: Site
    parent: str
    part: str = ""
    pieces: Decimal | None = None
    kg: Decimal | None = None


@dataclass(frozen=True)
class Facts:
    """All that a workbook says, names resolved; rows that could not be resolved are missing and have findings."""

    directory: Directory
    made: tuple[Made, ...] = ()
    used: tuple[Used, ...] = ()
    shipped: tuple[Shipped, ...] = ()
    received: tuple[Received, ...] = ()
    counted: tuple[Counted, ...] = ()
    measured: tuple[Measured, ...] = ()
    joined: tuple[Joined, ...] = ()
    findings: tuple[Finding, ...] = ()
