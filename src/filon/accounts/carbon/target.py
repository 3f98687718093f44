"""Targets: a frozen baseline, the path from it, and whether a figure is on the path, above it, or cannot be told.

Figures compare only with the same functional unit, electricity variant and stamp. A change of rules or factors makes a
new baseline that names the old one; none is ever overwritten.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from enum import StrEnum

from filon.accounts.carbon.account import Stamp
from filon.accounts.carbon.line import Variant
from filon.core.errors import WrongCallError


@dataclass(frozen=True, slots=True)
class Baseline:
    """What figures are compared with, frozen.

    Args:
        year: the year it is of.
        value: in `unit`; None = nobody knows it.
        unit: functional unit, e.g. `kg CO2e/kWh capacity`.
        source: who says so.
        replaces: `seal` of the baseline that this one replaces, or empty.
        of: number of an agreement, a product or a site whose figure it is; empty = all packs.
    """

    year: int
    value: Decimal | None
    unit: str
    variant: Variant
    stamp: Stamp
    source: str = ""
    replaces: str = ""
    of: str = ""

    @property
    def seal(self) -> str:
        """Hash of all its members: a baseline that was changed is another one."""
        told = {name: value for name, value in asdict(self).items() if name != "of" or value}
        members = json.dumps(told, sort_keys=True, default=str, ensure_ascii=False)
        return hashlib.sha256(members.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Target:
    """A promise: by `year`, so many percent of the baseline (80 for -20 %)."""

    year: int
    percent: Decimal
    source: str = ""


@dataclass(frozen=True, slots=True)
class Promise:
    """A frozen baseline, what was promised against it, and the baselines that it replaced, newest first."""

    baseline: Baseline
    targets: tuple[Target, ...]
    older: tuple[Baseline, ...] = ()


class Standing(StrEnum):
    """Where a figure is, seen from its path."""

    ON_PATH = "on path"
    ABOVE = "above path"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure to compare; `whole` = nothing is missing in it."""

    year: int
    value: Decimal | None
    unit: str
    variant: Variant
    stamp: Stamp
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a figure stands.

    Args:
        index: the figure in percent of the baseline; None = cannot tell.
        allowed: percent that the path allows in that year; None before the baseline or without targets.
        because: why it cannot be told: `gaps`, `baseline unknown`, `unit`, `variant`, `rules`, `year`.
    """

    standing: Standing
    index: Decimal | None
    allowed: Decimal | None
    because: str = ""


def path(baseline: Baseline, targets: Sequence[Target], year: int) -> Decimal | None:
    """Percent of the baseline allowed in a year: straight lines between the baseline and the targets.

    After the last target its percent stays; None before the baseline or without any target.
    """
    points = sorted([(baseline.year, Decimal(100)), *((one.year, one.percent) for one in targets)])
    if not targets or year < baseline.year:
        return None
    for (first, start), (last, end) in itertools.pairwise(points):
        if first <= year <= last and last > first:
            return start + (end - start) * (year - first) / (last - first)
    return points[-1][1]


def progress(baseline: Baseline, targets: Sequence[Target], measured: Measured) -> Progress:
    """Where a figure stands on its path; `cannot tell` where it does not compare, with the reason.

    A figure with gaps whose known part is above the path already is above it.
    """
    allowed = path(baseline, targets, measured.year)
    because = _because(baseline, measured, allowed)
    if because or baseline.value is None or measured.value is None or allowed is None:
        return Progress(Standing.CANNOT_TELL, None, allowed, because)
    index = 100 * measured.value / baseline.value
    if index > allowed:
        return Progress(Standing.ABOVE, index, allowed)
    if not measured.whole:
        return Progress(Standing.CANNOT_TELL, None, allowed, "gaps")
    return Progress(Standing.ON_PATH, index, allowed)


def _because(baseline: Baseline, measured: Measured, allowed: Decimal | None) -> str:
    reasons = {
        "baseline unknown": not baseline.value,
        "gaps": measured.value is None,
        "unit": baseline.unit != measured.unit,
        "variant": baseline.variant is not measured.variant,
        "rules": baseline.stamp != measured.stamp,
        "year": allowed is None,
    }
    return next((name for name, true in reasons.items() if true), "")


def rebased(old: Baseline, value: Decimal | None, stamp: Stamp, source: str) -> Baseline:
    """A new baseline for other rules or factors, which names the old one; both are kept and both are shown.

    The same year, unit and variant: a baseline is rebased because the way of reckoning changed, nothing else.

    Raises:
        WrongCallError: rules and factors are the old ones.
    """
    if stamp == old.stamp:
        raise WrongCallError("a baseline is rebased when rules or factors change; these are the same")
    return Baseline(old.year, value, old.unit, old.variant, stamp, source, old.seal, old.of)
