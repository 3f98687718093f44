"""Matter by element and origin, in exact fractions of a kilogram; what assays declare, and how sure they are."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from filon.exchange.simulator.deed import Line, Traits
from filon.exchange.simulator.floor import share

UNKNOWN = "UNKNOWN"
METALS = ("Co", "Ni", "Li", "Mn", "Cu", "C", "Al", "As")
"""Elements followed; iron is never assayed in this chain."""

Mix = Mapping[str, Fraction]
"""{origin: kg} of one element."""
Matter = dict[str, dict[str, Fraction]]
"""{element: {origin: kg}}."""

WEIGHING = Fraction(1, 1000)
ASSAY_POINTS = Fraction(10, 10_000)
SMALL_ASSAY = Fraction(1, 100)
"""One sigma: 0.1 % of a weight; 0.10 points of an assay, but never more than 1 % of one below 10 %."""
MOISTURE = Fraction(3, 1000)
"""One sigma of a moisture: 0.3 points."""


def declared(line: Line, traits: Traits) -> dict[str, Fraction]:
    """{element: kg} that the declared assays say is in a line; nothing for an article."""
    return {element: Fraction(line.amount) * share(traits, element) for element in traits.assay}


def variance_of(line: Line, traits: Traits, element: str) -> Fraction:
    """Square of one sigma, in kg², of the element in a line: weight, assay and moisture in quadrature."""
    percent = Fraction(traits.assay.get(element, Decimal(0))) / 100
    if not percent:
        return Fraction(0)
    points = ASSAY_POINTS / percent
    assay = min(points, SMALL_ASSAY) if percent < Fraction(1, 10) else points
    dry = 1 - Fraction(traits.moisture or 0) / 100
    drying = MOISTURE / dry if traits.moisture and traits.basis == "dry" else Fraction(0)
    kg = Fraction(line.amount) * share(traits, element)
    return kg**2 * (WEIGHING**2 + assay**2 + drying**2)


def total(mix: Mix) -> Fraction:
    """Kg of all origins together."""
    return sum(mix.values(), Fraction(0))


def spread(kg: Fraction, mix: Mix) -> dict[str, Fraction]:
    """`kg` with the origins of a mix, in its proportions."""
    whole = total(mix)
    return {origin: kg * part / whole for origin, part in mix.items()} if whole else {}


def scaled(matter: Matter, factor: Fraction) -> Matter:
    """So much of a matter, all origins alike."""
    return {element: {origin: kg * factor for origin, kg in mix.items()} for element, mix in matter.items()}


def add(into: Matter, more: Matter, sign: int = 1) -> None:
    """Add one matter to another, in place."""
    for element, mix in more.items():
        mine = into.setdefault(element, {})
        for origin, kg in mix.items():
            mine[origin] = mine.get(origin, Fraction(0)) + sign * kg
