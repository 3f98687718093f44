"""What a step makes of the very form that went in, without a new assay: it holds what went in, by its weight.

Splitting, merging, blending, repacking and topping up change no metal, so the assays of what went in tell what comes
out. Only where the weight is kept, dry if its moisture is told: where it is not, something else was done as well, and
what nobody assayed stays unknown, or what its formula says.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from math import hypot

from filon.books.assay import COVERAGE
from filon.books.campaign import Campaign, Product
from filon.books.declared import Declared, weighing_sigma
from filon.books.lot import Content
from filon.core.matter import MASS
from filon.core.quantity import part


def may_be(told: Declared) -> bool:
    """Whether a lot may hold what went into it: bulk matter of a known form that nobody assayed."""
    return not told.observed and not told.article and bool(told.form)


def share(pool: Content, products: Sequence[Product], campaign: Campaign) -> None:
    """Give what was only handled its part of what is in process, by weight; the odd milligrams lose nothing.

    Args:
        pool: all that went in, of a step that stands alone.
        products: all that comes out; those that it is shared among get their content and `handled`.
    """
    told = [one for one in products if may_be(one.told)]
    into = pool.get(MASS)
    if not told or not into or not campaign.handling or not all(_form(one) in campaign.forms for one in products):
        return
    dry = campaign.wet is not None and all(one.told.moisture is not None for one in products)
    weights = [_weight(one, dry=dry) for one in products]
    into -= (campaign.wet or 0) if dry else 0
    doubts = [weighing_sigma(one.told) * mg for one, mg in zip(products, weights, strict=True)]
    off = abs(into - sum(weights))
    if not all(weights) or off > COVERAGE * hypot(campaign.sigma(MASS), *doubts) + len(products):
        return
    whole = max(into, sum(weights))
    for one, span in zip(products, pairwise(accumulate(weights, initial=0)), strict=True):
        if may_be(one.told):
            _fill(one, pool, span, whole)
            one.sigma = {s: campaign.sigma(s) / mg for s, mg in pool.items() if mg and s != MASS}


def _fill(one: Product, pool: Content, span: tuple[int, int], whole: int) -> None:
    """What lies between two marks of the whole; what is not known in process stays what the form says."""
    one.handled, told = True, one.content
    one.content = {MASS: told.get(MASS)}
    for substance, held in pool.items():
        if substance != MASS:
            known = None if held is None else part(held, span[1], whole) - part(held, span[0], whole)
            one.content[substance] = told.get(substance) if known is None else known


def _form(one: Product) -> str:
    return one.told.form.key if one.told.form else ""


def _weight(one: Product, *, dry: bool) -> int:
    mass, moisture = one.content.get(MASS) or 0, one.told.moisture
    return mass - part(mass, moisture.numerator, moisture.denominator) if dry and moisture else mass
