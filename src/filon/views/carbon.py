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
class LotLink:
    """A lot that a figure rests on, and its page."""

    label: str
    href: str


@dataclass(frozen=True, slots=True)
class ContributionLine:
    """What one flow at one site puts into the unit, and what it rests on.

    Args:
        key: `c1`, `c2` .. within the page.
        company: who runs the site.
        group: energy, fuel, reagent, process, transport, waste, declared.
        scope: 1, 2 or 3 as seen by the lot's maker.
        lots: made or carried there, those of the most kg first.
        factors: (key, value and unit, source) of each factor used.
        readings: meter readings, bills or waybills.
        entries: log entries that said so, with their files.
    """

    key: str
    flow: str
    site: str
    company: str
    group: str
    scope: int
    stage: str
    kg: Figure
    share: Figure
    lots: tuple[LotLink, ...]
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
class SpreadLine:
    """How uncertain the market-based figure is: lognormal, a thousand draws that share each factor.

    Args:
        mean: geometric mean; low, high: 2.5 % and 97.5 %.
        gsd2: geometric standard deviation, squared.
    """

    mean: Figure
    gsd2: Figure
    low: Figure
    high: Figure


@dataclass(frozen=True, slots=True)
class NamedFigure:
    """A figure under a key: a component, a scope, a rating."""

    key: str
    figure: Figure


@dataclass(frozen=True, slots=True)
class LegalLine:
    """What the law says of it on the day: `declaration`, `class`, `threshold`; not adopted is an answer."""

    what: str
    adopted: bool
    value: str
    clause: str


@dataclass(frozen=True, slots=True)
class EffectLine:
    """What one change would do.

    Args:
        change: `power`, `own`, `supplier` or `route`.
        what: technology, product or mode.
        delta: kg CO2e per unit; below 0 is better.
    """

    change: str
    site: str
    what: str
    delta: Figure


@dataclass(frozen=True, slots=True)
class WhatIfLines:
    """The footprint before and after some changes, market-based."""

    before: Figure
    after: Figure
    per_kwh: Figure
    effects: tuple[EffectLine, ...]


@dataclass(frozen=True, slots=True)
class SiteChoice:
    """A site behind the lot that a change could be tried at, and its part of the footprint."""

    key: str
    name: str
    kg: Figure
    share: Figure


@dataclass(frozen=True, slots=True)
class LifetimeLine:
    """Per kWh delivered over the service life, as a ruleset reckons it."""

    ruleset: str
    kwh: Figure
    per_kwh: Figure


@dataclass(frozen=True, slots=True)
class FormulaLine:
    """The circular footprint formula of the battery.

    Args:
        correction: what it adds to the raw materials; told beside them, not in them.
        end_of_life: stage 4.
        recycled: R1 of each material, as the books trace it.
    """

    ruleset: str
    correction: Figure
    end_of_life: Figure
    recycled: tuple[NamedFigure, ...]


@dataclass(frozen=True, slots=True)
class CutOffLine:
    """What was left out against what the ruleset allows: `within`, `beyond` or `cannot tell`."""

    ruleset: str
    percent: Figure
    most: Figure
    standing: str


@dataclass(frozen=True, slots=True)
class SensitivityLine:
    """The footprint by another allocation, market-based.

    Args:
        allocation: row of table `allocation`.
        total: kg CO2e per declared unit; missing where the prices are.
        change: percent of the figure shown, by which it would differ.
    """

    allocation: str
    total: Figure
    change: Figure


@dataclass(frozen=True, slots=True)
class DeclaredLine:
    """A footprint that somebody declares, beside what the books give; both at the maker's gate, market-based.

    Args:
        lot: what it is declared for; the lot asked about, or one that is in it.
        by: who says so, and in which document; entry, file: where that lies in the log.
        difference: percent by which the computed figure is above the declared one; explained: by which it may be, as
            both are uncertain.
        share: percent of the footprint shown that the lot stands for.
        standing: `counts` (it is in the figure), `agrees`, `differs` or `cannot tell`.
    """

    lot: LotLink
    by: str
    entry: int
    file: str
    value: Figure
    computed: Figure
    difference: Figure
    explained: Figure
    share: Figure
    standing: str


@dataclass(frozen=True, slots=True)
class CarbonView:
    """The whole page.

    Args:
        per: declared unit, `kg` or `piece`.
        delivered: as last delivered, not as made.
        stamp: ruleset, factor table, warming potentials and allocation, as `name: value`.
        components: fossil, land use .., and what stands beside the footprint.
        scopes: as seen by the lot's maker.
        ratings: data quality, 1 best to 5.
        sites: hot spots, greatest first.
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
    spread: SpreadLine | None = None
    components: tuple[NamedFigure, ...] = ()
    scopes: tuple[NamedFigure, ...] = ()
    ratings: tuple[NamedFigure, ...] = ()
    sites: tuple[SiteChoice, ...] = ()
    legal: tuple[LegalLine, ...] = ()
    lifetime: LifetimeLine | None = None
    formula: FormulaLine | None = None
    what_if: WhatIfLines | None = None
    cut_off: CutOffLine | None = None
    sensitivity: tuple[SensitivityLine, ...] = ()
    declared: tuple[DeclaredLine, ...] = ()
