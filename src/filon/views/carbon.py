"""The footprint of a lot as people read it: three electricity ways, four stages, what it is made of, what is missing.

A total with gaps is unknown; its known part stands beside it, and each gap is named.
"""

from __future__ import annotations

from dataclasses import dataclass

from filon.views.figure import Figure
from filon.views.ledger_state import LedgerState


@dataclass(frozen=True, slots=True)
class VariantTotal:
    """One electricity variant.

    Args:
        variant: `location`, `market` or `direct`.
        total: kg CO2e per declared unit; unknown if anything is missing.
        known: the known part of it.
        per_kwh: the total per kWh of capacity; missing if the rated energy is.
    """

    variant: str
    total: Figure
    known: Figure
    per_kwh: Figure


@dataclass(frozen=True, slots=True)
class StageShare:
    """One life-cycle stage, market-based, known part.

    Args:
        stage: `raw`, `main`, `distribution` or `end-of-life`.
    """

    stage: str
    kg: Figure
    per_kwh: Figure
    share: Figure


@dataclass(frozen=True, slots=True)
class ContributionLine:
    """What one flow at one site puts into the unit, and what it rests on.

    Args:
        period: from/until, campaign or delivery.
        factors: (key, value and unit, source) of each factor used.
        readings: meter readings, bills or waybills.
        entries: log entries that said so, with their files.
    """

    flow: str
    site: str
    stage: str
    kg: Figure
    share: Figure
    factors: tuple[tuple[str, str, str], ...]
    readings: tuple[str, ...]
    entries: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class GapLine:
    """Something that is missing behind the lot; `kg` of the matter made there is in one unit."""

    kind: str
    what: str
    site: str
    kg: Figure


@dataclass(frozen=True, slots=True)
class PowerShare:
    """Electricity of a site behind the lot, in kWh, all of what the readings say.

    Args:
        backed: share of it by technology that is backed by certificates or own and unsold.
        technology: `wind`, `solar` ..
    """

    site: str
    technology: str
    used: Figure
    backed: Figure
    share: Figure


@dataclass(frozen=True, slots=True)
class PathLine:
    """Where the lot's figure stands on the path to a promise.

    Args:
        standing: `on path`, `above path` or `cannot tell`.
        because: why it cannot be told.
    """

    year: int
    baseline: Figure
    allowed: Figure
    index: Figure
    standing: str
    because: str
    targets: tuple[tuple[int, Figure], ...]


@dataclass(frozen=True, slots=True)
class CarbonView:
    """The whole page.

    Args:
        per: declared unit, `kg` or `piece`.
        delivered: as last delivered, not as made.
        stamp: ruleset, factor table, warming potentials and allocation, as `name: value`.
    """

    ledger: LedgerState
    key: str
    number: str
    product: str
    per: str
    delivered: bool
    variants: tuple[VariantTotal, ...]
    stages: tuple[StageShare, ...]
    primary: Figure
    contributions: tuple[ContributionLine, ...]
    gaps: tuple[GapLine, ...]
    power: tuple[PowerShare, ...]
    path: PathLine | None
    stamp: tuple[tuple[str, str], ...]
