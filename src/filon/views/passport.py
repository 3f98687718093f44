"""A passport as people read it: data points by group, each with standing, duty and how we know; and its history.

Values are as the passport holds them (numbers exact); `values` puts them into words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from filon.core.finding import Finding
from filon.passport.value import Value
from filon.views.figure import Named
from filon.views.ledger_state import LedgerState

GROUPS = ("identity", "performance", "matter", "footprint", "use", "conformity", "condition")
"""Groups of data points, in the order of pages."""


@dataclass(frozen=True, slots=True)
class WhyNote:
    """How a value is known.

    Args:
        account: what it follows from. scope: what it is true of. at: since when, or when measured.
        entries: log entries it rests on. documents: evidence. ruleset: versions used.
        also: what another source says. gaps: what is missing.
    """

    account: Named
    scope: Named
    at: date | None
    entries: tuple[int, ...]
    documents: tuple[str, ...]
    ruleset: str
    also: Value | None
    gaps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PointLine:
    """One data point on a page.

    Args:
        duty: the verdict on the passport's day; empty key = none.
        due: from when it must be there; None = no day yet, or never.
    """

    point: Named
    number: int
    annex: str
    clause: str
    unit: str
    type: str
    value: Value | None
    standing: Named
    duty: Named
    due: date | None
    audience: tuple[Named, ...]
    why: WhyNote


@dataclass(frozen=True, slots=True)
class PointGroup:
    """Data points of one group."""

    name: Named
    points: tuple[PointLine, ...]


@dataclass(frozen=True, slots=True)
class PassportView:
    """What a reader may see of a passport.

    Args:
        version: how many log entries touched it.
        before, after: paths of the passports it is linked with.
        ceased: the day it ceased, with the reason; None while it stands.
        history: path of its history.
    """

    ledger: LedgerState
    link: str
    version: int
    on: date
    state: Named
    category: Named
    ruleset: str
    groups: tuple[PointGroup, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]
    ceased: date | None
    reason: str
    history: str
    findings: tuple[Finding, ...] = ()

    @property
    def points(self) -> tuple[PointLine, ...]:
        """All of them."""
        return tuple(one for group in self.groups for one in group.points)


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One version: the log entry that made it, and what it brought.

    Args:
        points: data points that it said. deeds: of the battery's life. events: of the chain behind it.
    """

    version: int
    entry: int
    learned: datetime
    file: str
    points: tuple[Named, ...]
    deeds: tuple[Named, ...]
    events: int


@dataclass(frozen=True, slots=True)
class HistoryView:
    """All versions of a passport, the latest first."""

    ledger: LedgerState
    link: str
    path: str
    versions: tuple[HistoryLine, ...]


@dataclass(frozen=True, slots=True)
class DutyCount:
    """How many data points of a model have a verdict."""

    duty: Named
    count: int


@dataclass(frozen=True, slots=True)
class ModelLine:
    """One model on the readiness board.

    Args:
        key: its identifier, or that of its plant's last battery where it has no GTIN.
        battery: the battery that it was judged by, the last one made.
    """

    key: str
    name: str
    path: str
    battery: str
    batteries: int
    category: Named
    state: Named
    counts: tuple[DutyCount, ...]


@dataclass(frozen=True, slots=True)
class BoardView:
    """Every model, and how ready its passport is on a day."""

    ledger: LedgerState
    on: date
    ruleset: str
    models: tuple[ModelLine, ...]


@dataclass(frozen=True, slots=True)
class ReadinessView:
    """One model, point by point.

    Args:
        counts: by verdict. passport: everything, as its operator sees it. path: of the battery's page; empty = none.
    """

    ledger: LedgerState
    on: date
    name: str
    battery: str
    counts: tuple[DutyCount, ...]
    passport: PassportView
    path: str = ""

    @property
    def missing(self) -> int:
        """How many points must be there and are not."""
        return next((one.count for one in self.counts if one.duty.key == "missing"), 0)
