"""What do our steps deliver? Yields by site, product and element, month by month, and declared factors beside them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from filon.views.balance import Choice, Verdict
from filon.views.figure import Figure, Named
from filon.views.ledger_state import LedgerState
from filon.views.lot import SiteName


@dataclass(frozen=True, slots=True)
class YieldLine:
    """What left a site's steps of one sort in a month, kg of one element; what is still in process has not left.

    Args:
        product: the form of what the steps make.
        made, by_product, waste, loss, unaccounted: they sum to `spent`; unaccounted is signed.
        share: products over all that left, in the month; `trailing` over the twelve months that end with it.
        lowest: what such a stage plausibly delivers at least.
        verdict: fail if the trailing yield is below that.
    """

    site: SiteName
    product: Named
    element: Named
    month: str
    spent: Figure
    made: Figure
    by_product: Figure
    waste: Figure
    loss: Figure
    unaccounted: Figure
    share: Figure
    trailing: Figure
    lowest: Figure
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class FactorLine:
    """A declared conversion factor, element in products over element in inputs, beside the observed one.

    Args:
        material: product group; empty = all products.
        since, until: the time it is declared for; None = always.
        consumption: inputs needed for one unit of product, the inverse of the observed factor.
        tolerance: by so much the declared factor may be above the observed one.
        entry: log index of the deposit that declared it.
    """

    site: SiteName
    element: Named
    material: str
    since: date | None
    until: date | None
    declared: Figure
    observed: Figure
    consumption: Figure
    tolerance: Figure
    verdict: Verdict
    entry: int


@dataclass(frozen=True, slots=True)
class YieldsView:
    """The yields of all sites, or of one; the newest month of each product and element unless a site is chosen."""

    ledger: LedgerState
    elements: tuple[Choice, ...]
    sites: tuple[Choice, ...]
    lines: tuple[YieldLine, ...]
    factors: tuple[FactorLine, ...]
