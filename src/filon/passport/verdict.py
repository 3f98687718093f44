"""The five verdicts: is a data point there that must be, for this category, on this day?

Source: passport reference, section 10 (Commission guidance v2.0); Annex XIII.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from filon.passport.dated import Acts, due
from filon.passport.point import Category, Need, Point


class Verdict(StrEnum):
    """What the law says of a point on a day.

    FULFILLED: due and there. MISSING: due and not there; blocks publication. CONDITION_OPEN: nobody said whether its
    condition holds, and it is not there; a warning. NOT_YET_REQUIRED: its duty begins later or waits for an act.
    PROVIDED_EARLY: the same, and it is there already. NONE: nothing to say (not asked of this category, its condition
    does not hold, at will and absent).
    """

    FULFILLED = "fulfilled"
    MISSING = "missing"
    CONDITION_OPEN = "condition open"
    NOT_YET_REQUIRED = "not yet required"
    PROVIDED_EARLY = "provided early"
    NONE = ""


def verdict(  # noqa: PLR0917 - the five inputs of the reference, and the point
    point: Point, category: Category, on: date, there: bool, holds: bool | None = None, acts: Acts | None = None
) -> Verdict:
    """The verdict on one point.

    Args:
        on: the day asked about.
        there: whether it has a value.
        holds: whether its condition holds; None = nobody said.
        acts: acts in force; None = those of the table.
    """
    need = point.need[category]
    if need is Need.NEVER or (need is Need.CONDITION and holds is False):
        return Verdict.NONE
    if point.own or (need is Need.MAY and not there):
        return Verdict.NONE
    day = due(point.applies, category, acts)
    if day is None or on < day:
        return Verdict.PROVIDED_EARLY if there else Verdict.NOT_YET_REQUIRED
    if there:
        return Verdict.FULFILLED
    return Verdict.CONDITION_OPEN if need is Need.CONDITION and holds is None else Verdict.MISSING
