"""Uncertainty of one footprint: a thousand draws of its factors, each factor drawn once for all lines that use it.

A factor's spread is what its table says, else what the pedigree of its data quality ratings and the basic uncertainty
of its kind of flow give. What is certain by definition (a gas's own CO2) has none.

Source: pedigree matrix of the carbon reference, section 7; basic uncertainties of table `basic-uncertainty`.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache

import numpy as np

from filon.accounts.carbon.account import Footprint
from filon.accounts.carbon.every import FactorForm, Spread, gsd_of, spread_of
from filon.accounts.carbon.line import Line, Part, Variant
from filon.accounts.carbon.quality import ratings
from filon.core.tables import table

DRAWS, SEED = 1_000, 1


def uncertainty(footprint: Footprint, variant: Variant = Variant.MARKET) -> Spread | None:
    """The spread of a footprint's total, kg CO2e per unit; None of nothing, or where a draw is not above 0."""
    amounts: dict[str, float] = defaultdict(float)
    values: dict[str, float] = {}
    spreads: dict[str, float] = {}
    for one in footprint.contributions:
        for part in one.line.parts[variant] if one.line.inside else ():
            key = part.factor.key
            amounts[key] += float(part.amount) * float(one.weight)
            values[key] = float(part.factor.value)
            spreads[key] = gsd(one.line, part)
    keys = tuple(amounts)
    form = FactorForm(
        np.array([[amounts[key] for key in keys]]), keys, np.array([values[key] for key in keys]),
        np.array([spreads[key] for key in keys]),
    )  # fmt: skip
    return spread_of(form.draw([0], DRAWS, SEED)[0]) if keys else None


def gsd(line: Line, part: Part) -> float:
    """Geometric standard deviation of a factor in its use."""
    if part.factor.gsd is not None:
        return part.factor.gsd
    if part.factor.key.startswith("gwp.co2"):
        return 1.0
    technology, geography, time = (round(rating) for rating in ratings(line, part))
    scores = {"technology": technology, "geographical": geography, "temporal": time}
    return gsd_of(scores, basic_variance(line.kind.group))


@cache
def basic_variance(group: str) -> float:
    """Variance of ln that a kind of flow has at best."""
    return next((float(row["variance"]) for row in table("basic-uncertainty").rows if row["group"] == group), 0.0)
