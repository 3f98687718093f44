"""Schemes: how long a balancing period is, when a balance may not be negative, what is carried over, what expires.

Profiles are data (table `schemes`): a scheme that the table does not know follows Filon's own, which is the strictest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from functools import cache

from filon.core.tables import table

MONTHS = 12


class Clock(StrEnum):
    """When a balance must not be negative: at any instant, or when the period closes."""

    INSTANT = "instant"
    CLOSE = "close"


class Carry(StrEnum):
    """What is carried over: at most the eligible stock, everything, or everything into the next period only."""

    STOCK = "stock"
    ALL = "all"
    NEXT = "next"


@dataclass(frozen=True, slots=True)
class Scheme:
    """The parameters of one scheme.

    Args:
        months: of a balancing period; it begins with the calendar year.
        overdraft: share of the period's credits that a closing balance may lack, made good in the next period.
        expiry_months: after so many months a credit expires; 0 = never.
        stock_tolerance: share by which measured and booked stock may differ.
        factor_tolerance: by so much a declared factor may exceed the observed one.
    """

    key: str
    months: int
    clock: Clock
    overdraft: Fraction
    carry: Carry
    expiry_months: int
    stock_tolerance: Fraction
    factor_tolerance: Fraction

    def period(self, day: str) -> tuple[str, str]:
        """First and last day of the balancing period that a day falls in."""
        told = date.fromisoformat(day)
        first = (told.month - 1) // self.months * self.months + 1
        start = date(told.year, first, 1)
        return start.isoformat(), (later(start, self.months) - timedelta(days=1)).isoformat()

    def expired(self, earned: str, day: str) -> bool:
        """Whether a credit earned on one day is worth nothing on another."""
        if not self.expiry_months:
            return False
        return later(date.fromisoformat(earned), self.expiry_months).isoformat() <= day


def later(day: date, months: int) -> date:
    """The same day so many months later; the last of the month where there is no such day."""
    index = day.year * MONTHS + day.month - 1 + months
    first = date(index // MONTHS, index % MONTHS + 1, 1)
    following = date((index + 1) // MONTHS, (index + 1) % MONTHS + 1, 1)
    return first + timedelta(days=min(day.day, (following - first).days) - 1)


def same(one: str, other: str) -> bool:
    """Whether two names mean one scheme; two schemes that the table does not know are the same by name only."""
    plain = one.strip().casefold(), other.strip().casefold()
    return plain[0] == plain[1] or (scheme(one).key == scheme(other).key != "default")


@cache
def scheme(name: str) -> Scheme:
    """The profile of a scheme by its name; Filon's own where the table does not know it."""
    wanted = name.strip().casefold()
    known = {key: row for row in table("schemes").rows for key in (row["key"], *row["aliases"].split("|")) if key}
    row = known.get(wanted) or known["default"]
    return Scheme(
        row["key"], int(row["months"]), Clock(row["clock"]), Fraction(row["overdraft"]) / 100, Carry(row["carry"]),
        int(row["expiry_months"]), Fraction(row["stock_tolerance"]) / 100, Fraction(row["factor_tolerance"]) / 100,
    )  # fmt: skip
