"""Declared beside computed: what somebody says a lot costs in CO2e, and what the books give for it.

Both are at the maker's gate, market-based, per declared unit of the lot. They differ where they lie further apart than
the two uncertainties explain together. A declaration that is the figure (the matter entered the books with it, or
nobody told what a step used) has nothing beside it.

    for one in declarations(account, lot):
        one.by, one.value, one.computed, one.standing
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from math import exp, hypot, log

from filon.accounts.carbon.account import CarbonAccount, Footprint
from filon.accounts.carbon.activity import Activity
from filon.accounts.carbon.every import gsd_of
from filon.accounts.carbon.line import DECLARED, units
from filon.accounts.carbon.making import Making
from filon.accounts.carbon.uncertainty import basic_variance, uncertainty
from filon.books.lot import MILLIGRAM, LotId
from filon.core.finding import Finding, found
from filon.core.ident import short

UNRATED = 3
"""The rating of a declaration that rates nothing of itself: the middle one."""


class Beside(StrEnum):
    """How a declaration stands beside what is computed."""

    COUNTS = "counts"
    AGREES = "agrees"
    DIFFERS = "differs"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True)
class Declaration:
    """A footprint declared for a lot.

    Args:
        lot: of which it is told; by: who says so, and in which document.
        value: kg CO2e per kg or piece; computed: the books' own; None where something is missing, or there is none.
        explained: ratio up to which both uncertainties explain a difference; None if there is nothing to compare.
    """

    lot: LotId
    activity: Activity
    by: str
    value: Decimal
    computed: Decimal | None
    explained: float | None
    standing: Beside

    @property
    def percent(self) -> Decimal | None:
        """By how much the computed figure is above (or below) the declared one."""
        return 100 * (self.computed - self.value) / self.value if self.computed is not None and self.value else None


def declarations(account: CarbonAccount, lot: LotId, footprint: Footprint | None = None) -> tuple[Declaration, ...]:
    """What is declared for a lot, newest last.

    Args:
        footprint: of the lot at its maker's gate, where it is at hand.
    """
    return tuple(
        _beside(account, making, lot, activity, footprint)
        for making in _makings(account, lot)
        for activity in account.lines.declared.get(making.node, ())
    )


def differences(account: CarbonAccount) -> Iterator[Finding]:
    """Every lot whose declared footprint is not what the books give.

    Findings:
        CFP-020: they differ by more than both uncertainties explain.
    """
    lots = dict.fromkeys(lot for node in account.lines.declared for lot in account.making_at[node].lots)
    for lot in lots:
        for one in declarations(account, lot):
            if one.standing is Beside.DIFFERS:
                holding = account.book.first(lot)
                site = account.book.register.name(str(holding.site)) if holding else ""
                percent = f"{one.percent:+.0f}" if one.percent is not None else "?"
                told = {"declared": f"{float(one.value):.4g}", "computed": f"{float(one.computed or 0):.4g}"}
                yield found(
                    "CFP-020", one.activity.place, lot=short(lot), site=site, by=one.by, percent=percent, **told
                )


def _makings(account: CarbonAccount, lot: LotId) -> Iterator[Making]:
    """Where a lot was made: its birth, or the step that it came from."""
    for node in account.book.of_lot.get(lot, ())[:1]:
        sources = [flow.source for flow in account.book.inflows[node] if isinstance(flow.source, int)]
        for index in dict.fromkeys([node, *sources]):
            making = account.making_at.get(index)
            if making is not None and lot in making.lots:
                yield making


def _beside(
    account: CarbonAccount, making: Making, lot: LotId, activity: Activity, at_hand: Footprint | None
) -> Declaration:
    value = _per_unit(account, making, lot, activity)
    by = activity.own_factor.source if activity.own_factor else activity.factor
    if value is None:
        return Declaration(lot, activity, by, Decimal(0), None, None, Beside.CANNOT_TELL)
    there = [one.activity for one in account.lines_at.get(making.node, ()) if one.activity.flow == DECLARED]
    if activity in there:
        return Declaration(lot, activity, by, value, None, None, Beside.COUNTS)
    if there:  # another declaration is the figure
        return Declaration(lot, activity, by, value, None, None, Beside.CANNOT_TELL)
    footprint = at_hand or account.footprint(lot)
    computed = footprint.total()
    limit = _explained(activity, footprint)
    if limit is None or value <= 0 or (not footprint.whole and float(computed) <= float(value) * limit):
        return Declaration(lot, activity, by, value, computed if footprint.whole else None, None, Beside.CANNOT_TELL)
    far = abs(log(float(computed) / float(value))) > log(limit)
    return Declaration(lot, activity, by, value, computed, limit, Beside.DIFFERS if far else Beside.AGREES)


def _per_unit(account: CarbonAccount, making: Making, lot: LotId, activity: Activity) -> Decimal | None:
    """Kg CO2e per kg or piece of the lot, from the unit of the declaration; None where the mass is not known."""
    whole = units(making, activity.unit)
    if activity.own_factor is None or whole is None or not making.units:
        return None
    holding = account.book.holdings[account.book.of_lot[lot][0]]
    value = activity.amount * activity.own_factor.value * whole / making.units
    scale = 1_000_000 if holding.unit == MILLIGRAM else 1
    return Decimal(value.numerator) * scale / Decimal(value.denominator)


def _explained(activity: Activity, footprint: Footprint) -> float | None:
    """The ratio within which 95 of 100 pairs of such figures lie, if both are right; None of no computed figure."""
    spread = uncertainty(footprint)
    if spread is None:
        return None
    rated = activity.own_factor.ratings if activity.own_factor else ()
    technology, geography, time = (round(one) for one in rated) if rated else (UNRATED,) * 3
    scores = {"technology": technology, "geographical": geography, "temporal": time}
    theirs = log(gsd_of(scores, basic_variance("declared")))
    return exp(2 * hypot(log(spread.gsd2) / 2, theirs))
