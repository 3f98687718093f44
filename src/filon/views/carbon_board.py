"""Many footprints at once: packs by model, plant and year, what an agreement's deliveries cost, paths to promises."""

from __future__ import annotations

from dataclasses import dataclass

from filon.views.carbon import ContributionLine, GapLine, LegalLine, LotLink, PowerShare, SiteChoice, StageShare
from filon.views.figure import Figure
from filon.views.ledger_state import LedgerState


@dataclass(frozen=True, slots=True)
class YearPoint:
    """All that was made or delivered in a year, weighted by capacity or mass, against the path.

    Args:
        year: the year, or the one in which a contract year begins; spoken: `2026`, or `2026/27`.
        value: mean of what has no gap; unknown where there is none.
        standing: `on path`, `above path` or `cannot tell`; because: why it cannot be told.
    """

    year: int
    spoken: str
    value: Figure
    index: Figure
    allowed: Figure
    standing: str
    because: str


@dataclass(frozen=True, slots=True)
class BaselinePoint:
    """A frozen baseline; older ones stay on the page.

    Args:
        seal: hash of all that it says; replaces: that of the one before.
    """

    year: int
    value: Figure
    source: str
    stamp: str
    seal: str
    replaces: str


@dataclass(frozen=True, slots=True)
class Trajectory:
    """What was promised, and where each year stands.

    Args:
        of: an agreement, a product or a site by its name; empty = all packs.
        unit: of all its figures.
        baselines: the one in force first, then those that it replaced.
        targets: (year, percent of the baseline).
    """

    of: str
    unit: str
    years: tuple[YearPoint, ...]
    baselines: tuple[BaselinePoint, ...] = ()
    targets: tuple[tuple[int, Figure], ...] = ()


@dataclass(frozen=True, slots=True)
class ModelRow:
    """Packs of one model from one plant in one year: means per kWh of capacity.

    Args:
        packs, gaps: how many there are, and how many of them have gaps and do not count.
        pack: market-based kg CO2e a pack.
        stages: raw, main, distribution per kWh.
        best, worst: the packs of the least and the most.
    """

    product: str
    plant: str
    year: int
    packs: int
    gaps: int
    pack: Figure
    location: Figure
    market: Figure
    direct: Figure
    stages: tuple[Figure, ...]
    primary: Figure
    best: LotLink | None
    worst: LotLink | None


@dataclass(frozen=True, slots=True)
class CarbonBoard:
    """Where all packs stand: by model, plant and year, and on the path; then every other promise.

    Args:
        contracts: agreements that lie beside the ledger, and their pages.
    """

    ledger: LedgerState
    models: tuple[ModelRow, ...]
    packs: Trajectory
    others: tuple[Trajectory, ...]
    contracts: tuple[LotLink, ...]
    legal: tuple[LegalLine, ...]
    stamp: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class DeliveredLot:
    """One lot delivered under an agreement with its footprint at its maker's gate; `year` as the contract counts."""

    lot: LotLink
    year: str
    shipment: str
    mass: Figure
    per_kg: Figure
    kg: Figure


@dataclass(frozen=True, slots=True)
class ContractYear:
    """The deliveries of one contract year.

    Args:
        year: the one in which it begins; spoken: `2026`, or `2026/27`.
        covered: share of the mass whose footprint is whole; the means are over that part, weighted by mass.
        per_element: kg CO2e per kg of the element that the agreement is about.
        primary: share on primary data.
    """

    year: int
    spoken: str
    lots: int
    mass: Figure
    covered: Figure
    location: Figure
    market: Figure
    direct: Figure
    per_element: Figure
    primary: Figure


@dataclass(frozen=True, slots=True)
class CarbonContract:
    """What an agreement's deliveries cost in CO2e, and whether they are on the path.

    Args:
        parties: seller and buyer.
        year: the contract year asked for; empty = the whole term so far.
        mass, covered, per_kg: of what was asked for.
        stages .. gaps: of the mean kilogram delivered, market-based.
    """

    ledger: LedgerState
    reference: str
    parties: tuple[str, ...]
    year: str
    mass: Figure
    covered: Figure
    per_kg: Figure
    path: Trajectory
    years: tuple[ContractYear, ...]
    stages: tuple[StageShare, ...]
    contributions: tuple[ContributionLine, ...]
    sites: tuple[SiteChoice, ...]
    power: tuple[PowerShare, ...]
    gaps: tuple[GapLine, ...]
    lots: tuple[DeliveredLot, ...]
    stamp: tuple[tuple[str, str], ...]
