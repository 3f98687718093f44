"""Rulesets: by whose rules a footprint is reckoned, as dated data; every result is stamped with one.

A ruleset chooses the allocation, the electricity variant that is its answer, the functional unit, how much may be left
out and how the end of life is reckoned. Classes and maxima are dated data too; where the law has adopted none, that is
the answer.

    rules = Ruleset.of("da-ev-draft")
    rules.variant               # Variant.DIRECT: contracts do not count
    lifetime_kwh(rules, Decimal(80), "M1", 8)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from filon.accounts.carbon.allocation import Allocation
from filon.accounts.carbon.line import Variant
from filon.core.tables import table

CAPACITY, DELIVERED = "kg CO2e/kWh capacity", "kg CO2e/kWh delivered"


@dataclass(frozen=True, slots=True)
class Ruleset:
    """One ruleset.

    Args:
        status: `own`, `partly read`, `draft read second-hand` ..: how far it may be trusted.
        allocation: row of table `allocation`.
        cutoff: percent of the whole that may be left out.
        variant: the electricity variant that is its answer.
        unit: functional unit.
        formula: the end of life by the circular footprint formula; else cut off.
        a_metal, a_other: the formula's share of burdens and credits between supplier and user of recycled material.
        names: {language: name}.
    """

    id: str
    date: str
    status: str
    allocation: str
    cutoff: Decimal
    variant: Variant
    unit: str
    formula: bool
    a_metal: Fraction
    a_other: Fraction
    clause: str
    names: Mapping[str, str]

    @classmethod
    def of(cls, name: str) -> Ruleset:
        """The ruleset of that id.

        Raises:
            KeyError: no such ruleset.
        """
        row = next((row for row in table("rulesets").rows if row["ruleset"] == name), None)
        if row is None:
            raise KeyError(name)
        return cls(
            row["ruleset"], row["date"], row["status"], row["allocation"], Decimal(row["cutoff_percent"]),
            Variant(row["variant"]), row["unit"], row["end_of_life"] == "formula", Fraction(row["a_metal"]),
            Fraction(row["a_other"]), row["clause"], {"en": row["en"], "fr": row["fr"]},
        )  # fmt: skip

    @property
    def stamp(self) -> str:
        """How a result names it: `pact-3.0/2025-04-30`; Filon's own by its version alone."""
        return self.id if self.status == "own" else f"{self.id}/{self.date}"

    def shares(self, prices: Mapping[str, Fraction] | None = None) -> Allocation:
        """Its allocation."""
        return Allocation.of(self.allocation, prices)


def rulesets() -> tuple[str, ...]:
    """The ids of all rulesets."""
    return tuple(row["ruleset"] for row in table("rulesets").rows)


def lifetime_kwh(rules: Ruleset, usable_kwh: Decimal, category: str, years: int) -> Decimal | None:
    """Energy that a battery delivers over its service life; None where the ruleset does not say how.

    Usable energy x full equivalent cycles a year x years of warranty.

    Source: draft delegated act of 2024-04-29 (second-hand), section 6 of the carbon reference.
    """
    for row in table("service-life").rows:
        if (row["ruleset"], row["category"]) == (rules.id, category):
            return usable_kwh * Decimal(row["cycles_per_year"]) * years
    return None


@dataclass(frozen=True, slots=True)
class Legal:
    """What the law says of a figure on a day.

    Args:
        what: `declaration`, `class` or `threshold`.
        adopted: whether there is a rule in force.
        value: the class or maximum, where there is one.
        told: {language: what to say}.
    """

    what: str
    adopted: bool
    value: str
    clause: str
    told: Mapping[str, str]


def legal(category: str, kg_per_kwh: Decimal | None, on: date) -> tuple[Legal, ...]:
    """Declaration, class and threshold of a battery on a day; `not adopted` is an answer, a guess is none."""
    found = performance_class(category, kg_per_kwh, on)
    return tuple(
        Legal(
            row["what"], row["adopted"] == "yes", found if row["what"] == "class" else "", row["clause"],
            {"en": row["en"], "fr": row["fr"]},
        )
        for row in table("carbon-law").rows if row["category"] == category
    )  # fmt: skip


def performance_class(category: str, kg_per_kwh: Decimal | None, on: date) -> str:
    """The class of a footprint on a day; empty where none is adopted or nothing is known."""
    if kg_per_kwh is None:
        return ""
    steps = [
        (Decimal(row["most"]), row["class"]) for row in table("carbon-classes").rows
        if row["category"] == category and row["from"] <= on.isoformat()
    ]  # fmt: skip
    return next((name for most, name in sorted(steps) if kg_per_kwh <= most), "")
