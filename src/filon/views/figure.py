"""A figure that people see: a number with its unit and its standing, so that nobody takes a claim for a proof.

What is not known is a figure without a value, never zero. Sentences carry figures and a code; the words are
found when they are told (`say`), so a view is the same in every language.

    Figure(Decimal("24150.5"), "kg", Standing.DECLARED)
    Sentence("origin.known", {"of": Named("element", "Ni"), "share": percent(923_000)})
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum
from fractions import Fraction
from typing import TypeAlias

from filon.core.quantity import kg_from_mg


class Standing(StrEnum):
    """How far a figure can be trusted; each figure has exactly one.

    DECLARED: somebody said so. EVIDENCED: a document in the log says so too. COMPUTED: follows from the books.
    INCONSISTENT: two sources disagree. MISSING: it should have been said. UNKNOWN: nobody here can tell.
    """

    DECLARED = "declared"
    EVIDENCED = "evidenced"
    COMPUTED = "computed"
    INCONSISTENT = "inconsistent"
    MISSING = "missing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as shown: value, unit, standing and, where it was measured, its uncertainty.

    Args:
        value: exact; None if missing or unknown.
        unit: `kg`, `%`, `kWh`, `t`, or `1` for a count.
        standing: how far it can be trusted.
        uncertainty: one standard deviation in the same unit; None if it has none or nobody knows it.
    """

    value: Decimal | None
    unit: str
    standing: Standing
    uncertainty: Decimal | None = None

    def __post_init__(self) -> None:
        silent = self.standing in {Standing.MISSING, Standing.UNKNOWN}
        if silent != (self.value is None):
            raise ValueError("a figure has a value exactly when it is neither missing nor unknown")


@dataclass(frozen=True, slots=True)
class Named:
    """A thing whose name depends on the language: an element, a stage, a form, a country.

    Args:
        kind: `element`, `stage`, `form`, `country`, `verdict`.
        key: `Co`, `pcam`, `CoSO4·7H2O`, `MA`, `pass`.
    """

    kind: str
    key: str


Value: TypeAlias = "Figure | Named | Sentence | str | int | date | datetime | tuple[Named, ...]"


@dataclass(frozen=True, slots=True)
class Sentence:
    """What is to be said, without its words: a code of `sentences` and the values that fill it.

    Args:
        code: e.g. `origin.known`.
        values: {placeholder: value}; a whole number under `count` chooses singular or plural.
        href: path that the sentence leads to, empty if none.
    """

    code: str
    values: Mapping[str, Value] = field(default_factory=dict, hash=False)
    href: str = ""


def kg(mg: int | None, standing: Standing = Standing.COMPUTED, *, uncertainty_mg: int | None = None) -> Figure:
    """Kilograms from whole milligrams; None gives a figure that is unknown (or missing, if so said)."""
    if mg is None:
        silent = standing if standing in {Standing.MISSING, Standing.UNKNOWN} else Standing.UNKNOWN
        return Figure(None, "kg", silent)
    spread = None if uncertainty_mg is None else kg_from_mg(uncertainty_mg)
    return Figure(kg_from_mg(mg), "kg", standing, spread)


def ratio(value: Fraction | None, standing: Standing = Standing.COMPUTED, places: int = 4) -> Figure:
    """A bare number, cut to so many decimals, so that a factor is never told better than it is; None = unknown."""
    if value is None:
        return Figure(None, "1", Standing.UNKNOWN)
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return Figure(exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_FLOOR), "1", standing)


def percent(ppm: int | None, standing: Standing = Standing.COMPUTED) -> Figure:
    """Percent from parts per million; None gives an unknown figure."""
    if ppm is None:
        return Figure(None, "%", Standing.UNKNOWN)
    return Figure(Decimal(ppm).scaleb(-4), "%", standing)
