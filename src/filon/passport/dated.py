"""From when a duty applies: a date of the law, or a number of months after an act, whichever is later.

An act that is not in force has no date, and a duty that waits for it has none either: `None`, never a guess.

    due("footprint", Category.EV)       # None as long as the act of Article 7(1) is not in force

Source: passport reference, section 2; tables `applies` and `acts`.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from filon.core.tables import table
from filon.passport.point import TABLES, Category


@dataclass(frozen=True, slots=True)
class Duty:
    """From when a rule applies to a category.

    Args:
        day: earliest day, of the Regulation itself.
        act: delegated or implementing act that it waits for, empty if none.
        months: so long after that act's entry into force.
    """

    rule: str
    category: Category
    day: date
    act: str
    months: int
    clause: str


Acts = Mapping[tuple[str, str], date]
"""{(act, category, or empty for all): entry into force}; acts not in force are left out."""


@cache
def duties() -> Mapping[tuple[str, Category], Duty]:
    """All dated duties by rule and category."""
    rows = table("applies", TABLES).rows
    listed = (
        Duty(row["rule"], Category(row["category"]), date.fromisoformat(row["date"]), row["act"],
             int(row["months"] or 0), row["clause"])
        for row in rows
    )  # fmt: skip
    return {(one.rule, one.category): one for one in listed}


@cache
def acts() -> Acts:
    """The acts in force, as table `acts` knows."""
    rows = table("acts", TABLES).rows
    return {(row["act"], row["category"]): date.fromisoformat(row["in_force"]) for row in rows if row["in_force"]}


def due(rule: str, category: Category, known: Acts | None = None) -> date | None:
    """The first day of a duty; None if it has none, or waits for an act without date.

    Args:
        known: acts in force; None = those of the table.
    """
    duty = duties().get((rule, category))
    if duty is None:
        return None
    if not duty.act:
        return duty.day
    force = acts() if known is None else known
    began = force.get((duty.act, category.value)) or force.get((duty.act, ""))
    return None if began is None else max(duty.day, later(began, duty.months))


def later(day: date, months: int) -> date:
    """The day so many months after: the same day of the month, or its last.

    Source: Regulation (EEC, Euratom) No 1182/71, Article 3(2)(c).
    """
    year, month = divmod(day.month - 1 + months, 12)
    year += day.year
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
