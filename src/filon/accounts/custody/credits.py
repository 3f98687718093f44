"""A mass-balance account: credits earned by what certified matter came in, spent by statements, closed by period.

Everything in whole mg of the element. A balance is the sum of its postings; an oldest-first layer is spent before a
younger one, so that what expires is what nobody used. Knows no book: postings in, periods out.

    periods = closed(postings, scheme("default"), {"2026-03-31": Close(stock=25_000_000)})
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

from filon.accounts.custody.scheme import Carry, Clock, Scheme
from filon.core.quantity import part


class Posting(StrEnum):
    """Kinds of posting to a mass-balance account."""

    OPENING = "opening"
    RECEIVED = "received"
    PASSED_ON = "passed on"
    STATEMENT = "statement"
    TRANSFER = "transfer"
    DOWNGRADE = "downgrade"
    ISSUE = "issue"


@dataclass(frozen=True, slots=True)
class Credit:
    """One posting.

    Args:
        day: `2026-01-31`.
        site: whose part of the account.
        mg: credits, negative where they are spent.
        matter: mg of the element that came in certified, or went out again as it came; 0 for the others.
        lot, number: what it is for.
        entry: log entry that said so.
        to: who got it.
    """

    day: str
    kind: Posting
    site: str
    mg: int
    matter: int = 0
    lot: str = ""
    number: str = ""
    entry: int = 0
    to: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a period really was: the element in the products over what was consumed for them, and what stood there.

    Args:
        into: mg of the element in all that came in.
        consumed: mg of what had come in that was put into steps.
        kept: mg of it that was not lost on the way to the product group.
        output: mg of the element in the product group's lots that were made.
        stock: mg of eligible matter there at the close; None = nobody can tell.
    """

    into: int = 0
    consumed: int = 0
    kept: int = 0
    output: int = 0
    stock: int | None = None

    @property
    def factor(self) -> Fraction | None:
        """The observed conversion factor; None where nothing was consumed."""
        return Fraction(self.kept, self.consumed) if self.consumed > 0 and self.kept > 0 else None


@dataclass(frozen=True, slots=True)
class Period:
    """One balancing period of an account, in mg.

    `closing = opening + earned + adjusted - passed - claimed + moved`, `carried = closing - expired`.

    Args:
        matter: certified element that came in.
        earned: credits for it, by the declared factor, or by the rolling average.
        adjusted: by so much the observed factor gives less (I-14).
        passed: credits of what went out again as it came.
        claimed: spent by statements.
        moved: transfers, downgrades and instruments, net.
        lowest, lowest_day: the least balance and its day.
        expired: what is not carried over: beyond the eligible stock, or too old.
        declared, observed: conversion factors; None = unknown.
        failures: codes: `negative`, `negative at close`, `factor`, `overdraft`, `site`.
    """

    since: str
    until: str
    opening: int
    matter: int
    earned: int
    adjusted: int
    passed: int
    claimed: int
    moved: int
    lowest: int
    lowest_day: str
    expired: int
    declared: Fraction | None
    observed: Fraction | None
    closed: bool
    failures: tuple[str, ...] = ()

    @property
    def closing(self) -> int:
        """Balance at the end of the period, before anything expires."""
        return self.opening + self.earned + self.adjusted - self.passed - self.claimed + self.moved

    @property
    def carried(self) -> int:
        """Balance that the next period begins with."""
        return self.closing - self.expired

    @property
    def passes(self) -> bool:
        """Whether the period keeps the scheme's rules."""
        return not self.failures


@dataclass(slots=True)
class _Layers:
    """Credits by the day they were earned, oldest first, and what is owed while there are none."""

    layers: list[tuple[str, int]] = field(default_factory=list)
    debt: int = 0

    @property
    def total(self) -> int:
        return sum(mg for _, mg in self.layers) - self.debt

    def post(self, day: str, mg: int) -> None:
        """Add credits, which first pay what is owed, or spend the oldest ones."""
        if mg < 0:
            self.debt += -mg - self.drop(-mg)
            return
        paid = min(mg, self.debt)
        self.debt -= paid
        if mg > paid:
            self.layers.append((day, mg - paid))

    def drop(self, mg: int) -> int:
        """Let the oldest credits go; how many there were to go."""
        rest, kept = mg, []
        for day, have in self.layers:
            gone = min(have, rest)
            rest -= gone
            if have > gone:
                kept.append((day, have - gone))
        self.layers = kept
        return mg - rest

    def earned_before(self, day: str) -> int:
        """Credits that were there before a day."""
        return sum(mg for earned, mg in self.layers if earned < day)

    def too_old(self, scheme: Scheme, day: str) -> int:
        """Credits that have expired by a day."""
        return sum(mg for earned, mg in self.layers if scheme.expired(earned, day))


ROLLING = "rolling average"
"""The method by which a share of all that was made may be claimed: the certified share of all that came in."""

Observed = Mapping[tuple[str, str], Seen]
"""{(first day, last day): what the period really was}."""


def spans(days: Iterable[str], scheme: Scheme, closes: Iterable[tuple[str, str]] = ()) -> list[tuple[str, str]]:
    """The balancing periods that some days fall in, oldest first; where a closing names its own days they count."""
    named = sorted(set(closes))
    told = sorted({*days, *(day for span in named for day in span)})
    out: list[tuple[str, str]] = []
    day = min(scheme.period(told[0])[0], *(since for since, _ in named), told[0]) if told else ""
    while told and day <= told[-1]:
        own = next((span for span in named if span[0] <= day <= span[1]), None)
        until = own[1] if own else scheme.period(day)[1]
        following = min((since for since, _ in named if day < since <= until), default="")
        out.append((day, _before(following) if following else until))
        day = _after(out[-1][1])
    return out


def periods(  # noqa: PLR0917 - an account's postings and the rules that hold for it
    postings: Iterable[Credit],
    scheme: Scheme,
    over: Sequence[tuple[str, str]],
    seen: Observed,
    factors: Mapping[tuple[str, str], Fraction | None],
    closed: frozenset[tuple[str, str]] = frozenset(),
    method: str = "",
) -> list[Period]:
    """An account, period by period.

    Args:
        over: first and last days of the periods, oldest first.
        factors: the declared factor of each period; None = credits were earned by several.
        closed: periods that somebody closed: only there, and in all before them, is anything carried over or lost.
        method: empty for credits, `rolling average`.

    Returns:
        One period each; it opens with what the one before carried.
    Source: custody reference, I-12 to I-15, section 3 B.
    """
    told = sorted(postings, key=lambda one: (one.day, one.mg < 0, one.entry, one.number))
    layers, out, lacked = _Layers(), [], False
    for span in over:
        mine = [one for one in told if span[0] <= one.day <= span[1]]
        one = _period(mine, scheme, span, seen.get(span, Seen()), factors.get(span), layers, method)
        late = any(span <= other for other in closed)
        one = _rules(one, scheme, layers, seen.get(span, Seen()), late=late, lacked=lacked)
        lacked = one.closing < 0
        out.append(replace(one, closed=span in closed))
    return out


def _period(  # noqa: PLR0917
    mine: Sequence[Credit],
    scheme: Scheme,
    span: tuple[str, str],
    seen: Seen,
    factor: Fraction | None,
    layers: _Layers,
    method: str,
) -> Period:
    opening = layers.total
    matter = sum(one.matter for one in mine if one.kind is Posting.RECEIVED)
    by_credit = sum(one.mg for one in mine if one.kind is Posting.RECEIVED)
    earned = part(seen.output, matter, seen.into) if method == ROLLING and seen.into else by_credit
    adjusted, failures = 0, tuple[str, ...]()
    observed = seen.factor
    if method != ROLLING and factor and observed and factor > observed + scheme.factor_tolerance:
        adjusted = part(matter, observed.numerator, observed.denominator) - by_credit
        failures = ("factor",)
    opened = sum(one.mg for one in mine if one.kind is Posting.OPENING)
    layers.post(span[0], opened)
    lowest, lowest_day = layers.total, span[0]
    for one in mine:
        if one.kind is not Posting.OPENING:
            received = method == ROLLING and one.kind is Posting.RECEIVED
            layers.post(one.day, part(earned, one.matter, matter) if received and matter else one.mg)
        if layers.total < lowest:
            lowest, lowest_day = layers.total, one.day
    if adjusted:
        layers.post(span[1], adjusted)
    return Period(
        since=span[0],
        until=span[1],
        opening=opening + opened,
        matter=matter,
        earned=earned,
        adjusted=adjusted,
        passed=-sum(one.mg for one in mine if one.kind is Posting.PASSED_ON),
        claimed=-sum(one.mg for one in mine if one.kind is Posting.STATEMENT),
        moved=sum(one.mg for one in mine if one.kind in _MOVES),
        lowest=lowest,
        lowest_day=lowest_day,
        expired=0,
        declared=factor,
        observed=seen.factor,
        closed=False,
        failures=failures,
    )


def _rules(one: Period, scheme: Scheme, layers: _Layers, seen: Seen, *, late: bool, lacked: bool) -> Period:
    """What the scheme says of a period: no negative balance, no overdraft twice, what is not carried over."""
    failures = list(one.failures)
    if scheme.clock is Clock.INSTANT and one.lowest < 0:
        failures.append("negative")
    if one.closing < -int(scheme.overdraft * max(one.earned, 0)):
        failures.append("negative at close")
    elif one.closing < 0 and lacked:
        failures.append("overdraft")
    if not late:
        return replace(one, failures=tuple(failures))
    expired = layers.drop(layers.too_old(scheme, one.until))
    if scheme.carry is Carry.STOCK and seen.stock is not None:
        expired += layers.drop(max(0, layers.total - seen.stock))
    if scheme.carry is Carry.NEXT:
        expired += layers.drop(layers.earned_before(one.since))
    return replace(one, expired=expired, failures=tuple(failures))


_MOVES = frozenset({Posting.TRANSFER, Posting.DOWNGRADE, Posting.ISSUE})


def withdrawals(statements: Iterable[Credit], lacking: int) -> list[tuple[Credit, int]]:
    """Which statements have to be taken back for a shortage, the last one first, and how many mg of each.

    Source: custody reference, section 3 D (declared policy: last statement first).
    """
    out = []
    for one in sorted(statements, key=lambda one: (one.day, one.entry, one.number), reverse=True):
        if lacking <= 0:
            break
        part_of = min(-one.mg, lacking)
        out.append((one, part_of))
        lacking -= part_of
    return out


def _after(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def _before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()
