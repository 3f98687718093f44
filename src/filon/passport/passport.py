"""The passport: an identifier, a version, and for every data point a value with its standing, audience and why.

A plain frozen structure, made by `make.passport` from the first n entries of the log; credentials, exporters and pages
are made of it. `disclosed` leaves what a reader may see: the only place that knows.

    stranger = disclosed(passport, {Audience.PUBLIC})
    stranger["recycledCobalt"].value         # Decimal("16.4") %, or KeyError where it is not theirs

Source: Regulation (EU) 2023/1542, Articles 77 and 78, Annex XIII; passport reference, sections 3 and 4.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property

from filon.core.finding import Finding
from filon.passport.point import Audience, Category, Need, Point, Shown
from filon.passport.value import Value
from filon.passport.verdict import Verdict


class Standing(StrEnum):
    """How far a value can be trusted; each has exactly one.

    DECLARED: somebody said so. EVIDENCED: a document, known by its hash, is said to show it. COMPUTED: follows from
    the books. INCONSISTENT: two of these disagree. EXPIRED: its document is out of date. MISSING: it should have been
    said. UNKNOWN: nobody here can tell.
    """

    DECLARED = "declared"
    EVIDENCED = "evidenced"
    COMPUTED = "computed"
    INCONSISTENT = "inconsistent"
    EXPIRED = "expired"
    MISSING = "missing"
    UNKNOWN = "unknown"


class State(StrEnum):
    """Publication: whether others see the passport's data.

    DRAFT: not published. ACTIVE. SUSPENDED: withdrawn for now. ARCHIVED: kept, no longer kept up. SUPERSEDED: a
    successor's passport stands for the battery; this one stays readable. CEASED: the battery was recycled; only a
    tombstone is left.

    Source: Article 77(7), (8); passport reference, section 4 (ours where the law is silent).
    """

    DRAFT = "draft"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    ARCHIVED = "archived"
    SUPERSEDED = "superseded"
    CEASED = "ceased"


READABLE = frozenset({State.ACTIVE, State.ARCHIVED, State.SUPERSEDED})
"""States in which others see data."""


@dataclass(frozen=True, slots=True)
class Why:
    """What a value rests on.

    Args:
        account: `declared`, `books`, `origin`, `carbon`, `recycled`, `life` or `law`.
        scope: what it is true of: `item`, `model`, `model and plant`, `model, plant and year`.
        entries: log entries that say so, ascending.
        documents: evidence, SHA-256 or address of each.
        ruleset: versions of rules and tables that were used.
        subject: the identifier whose statement or books it is.
        at: since when it is so, or when it was measured; None if timeless.
        also: what another source says, where the two differ.
        gaps: what is missing in it, in words of the trade.
    """

    account: str
    scope: str = "item"
    entries: tuple[int, ...] = ()
    documents: tuple[str, ...] = ()
    ruleset: str = ""
    subject: str = ""
    at: date | None = None
    also: Value | None = None
    gaps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PointValue:
    """A data point of one battery.

    Args:
        value: as table `types` shapes it; None where there is none.
        verdict: on the passport's day.
        early: the operator shows it before its duty begins.
    """

    point: Point
    value: Value | None
    standing: Standing
    why: Why
    verdict: Verdict = Verdict.NONE
    early: bool = False

    @property
    def code(self) -> str:
        """Its point's code."""
        return self.point.code

    @property
    def audience(self) -> frozenset[Audience]:
        """Who may read it."""
        return self.point.audience


@dataclass(frozen=True, slots=True)
class Cessation:
    """The end of a passport: when and why, and where the matter went."""

    day: date
    reason: str
    entry: int


@dataclass(frozen=True)
class Passport:
    """One battery's passport, as known with the first `size` entries of the log.

    Args:
        identifier: of the battery, GS1 Digital Link or another https address; never used again for another.
        gtin, serial: of a GS1 identifier, else empty.
        version: 1, 2, ..: how many log entries touched it so far; 0 = none.
        size: so many log entries it was derived from.
        touched: the log entries that touched it, ascending.
        on: the day its verdicts are for.
        updated: when the last of these entries was learned; None if nobody knows.
        points: in the order of the table.
        before, after: batteries that it was made from, and those made from it.
        ceased: the end, if it has come.
        ruleset: which guidance the verdicts follow.
        findings: what is wrong with what was said of it.
    """

    identifier: str
    version: int
    size: int
    on: date
    category: Category
    state: State
    points: tuple[PointValue, ...]
    gtin: str = ""
    serial: str = ""
    touched: tuple[int, ...] = ()
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    ceased: Cessation | None = None
    updated: datetime | None = None
    ruleset: str = ""
    findings: tuple[Finding, ...] = field(default=(), compare=False)

    def __getitem__(self, code: str) -> PointValue:
        return self._by_code[code]

    def __iter__(self) -> Iterator[PointValue]:
        return iter(self.points)

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    @cached_property
    def _by_code(self) -> dict[str, PointValue]:
        return {one.code: one for one in self.points}

    def value(self, code: str) -> Value | None:
        """The value of a point; None where there is none, or it is not disclosed."""
        one = self._by_code.get(code)
        return one.value if one else None

    def filled(self) -> Iterator[PointValue]:
        """The points that have a value."""
        return (one for one in self.points if one.value is not None)


def disclosed(passport: Passport, audiences: Collection[Audience]) -> Passport:
    """The passport with nothing in it but what these audiences may see.

    The operator sees all. Others see the public points and those of their own audience; none of a passport that is
    not published or has ceased; nothing whose duty has not begun, unless the operator shows it early; and no
    findings, which are the operator's own affair.

    Source: Article 77(2); guidance v2.0 ("not to be displayed"); passport reference, sections 3, 10.
    """
    if Audience.OPERATOR in audiences:
        return passport
    may = {Audience.PUBLIC, *audiences}
    readable = passport.state in READABLE
    kept = tuple(one for one in passport.points if readable and one.audience & may and _shown(one, passport.category))
    return replace(passport, points=kept, findings=(), touched=())


def _shown(one: PointValue, category: Category) -> bool:
    """Whether the guidance lets it be displayed at all on that day."""
    if one.point.shown is Shown.NEVER or one.point.need[category] is Need.NEVER:
        return False
    begun = one.verdict in {Verdict.FULFILLED, Verdict.MISSING, Verdict.CONDITION_OPEN}
    return one.point.shown is Shown.ALWAYS or begun or one.early
