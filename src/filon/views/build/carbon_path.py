"""The path to a promise as people read it: each year's mean, weighted by capacity or mass, against what is allowed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from filon.accounts.carbon.account import Stamp
from filon.accounts.carbon.line import Variant
from filon.accounts.carbon.target import Baseline, Measured, Promise, Standing, progress
from filon.views import figure as shown
from filon.views.build.carbon import figure, percent
from filon.views.carbon_board import BaselinePoint, Trajectory, YearPoint
from filon.views.figure import Figure


@dataclass(frozen=True, slots=True)
class Amount:
    """So much that was made or delivered, in kWh or kg, and its footprint.

    Args:
        kg: {variant: kg CO2e of all of it}; None = something is missing in it.
    """

    size: Decimal
    kg: Mapping[Variant, Decimal] | None


def trajectory(
    promise: Promise | None,
    years: Mapping[int, Sequence[Amount]],
    stamp: Stamp,
    unit: str,
    *,
    of: str = "",
    spoken: Mapping[int, str] | None = None,
) -> Trajectory:
    """Where each year stands; one amount with a gap keeps its year from being told as on the path.

    Args:
        unit: of the figures, e.g. `kg CO2e/kWh capacity`.
        spoken: what years are called, where not by their number.

    Source: carbon reference, section 8: index = sum of shipped kWh x footprint over sum of kWh.
    """
    named = spoken or {}
    points = tuple(
        _point(promise, (year, named.get(year, str(year))), some, stamp, unit) for year, some in sorted(years.items())
    )
    if promise is None:
        return Trajectory(of, unit, points)
    baselines = (promise.baseline, *promise.older)
    targets = tuple((one.year, percent(one.percent)) for one in promise.targets)
    return Trajectory(of, unit, points, tuple(map(_baseline, baselines)), targets)


def mean(amounts: Sequence[Amount], variant: Variant) -> Decimal | None:
    """Kg CO2e per kWh or kg over what has no gap; None of nothing."""
    whole = [(one.size, one.kg[variant]) for one in amounts if one.kg is not None]
    size = sum((size for size, _ in whole), Decimal(0))
    return sum((kg for _, kg in whole), Decimal(0)) / size if size else None


def _point(
    promise: Promise | None, year: tuple[int, str], amounts: Sequence[Amount], stamp: Stamp, unit: str
) -> YearPoint:
    variant = promise.baseline.variant if promise else Variant.MARKET
    value = mean(amounts, variant)
    told = figure(value, unit.removesuffix(" capacity"))
    if promise is None:
        nothing = percent(None)
        return YearPoint(*year, told, nothing, nothing, Standing.CANNOT_TELL.value, "baseline unknown")
    whole = bool(amounts) and all(one.kg is not None for one in amounts)
    seen = progress(promise.baseline, promise.targets, Measured(year[0], value, unit, variant, stamp, whole))
    index = seen.index
    if index is None and value is not None and promise.baseline.value and seen.because == "gaps":
        index = 100 * value / promise.baseline.value  # of the part that is known
    return YearPoint(*year, told, percent(index), percent(seen.allowed), seen.standing.value, seen.because)


def _baseline(one: Baseline) -> BaselinePoint:
    value = Figure(one.value, one.unit, shown.Standing.DECLARED) if one.value is not None else None
    stamp = " · ".join(str(getattr(one.stamp, name)) for name in ("ruleset", "factors", "gwp", "allocation"))
    return BaselinePoint(
        one.year, value or Figure(None, one.unit, shown.Standing.MISSING), one.source, stamp, one.seal, one.replaces
    )
