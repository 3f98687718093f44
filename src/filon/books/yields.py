"""Yields: what share of an element a site's steps deliver in their products, month by month and over a trailing year.

A step's matter leaves it as product, by-product, waste or loss, or nobody knows how; what is still in process has not
left yet and says nothing. So the yield of a month needs no stocktake: products over all that left.

    for one in trailing(yields(book, day)): one.site, one.product, one.element, one.month, one.share
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby
from typing import NamedTuple

from filon.books.book import Book, Flow, Holding
from filon.books.lot import Account, AccountKind, LotId, SiteId
from filon.core.matter import MASS

YEAR = 12
"""Months of a trailing year."""


class Process(NamedTuple):
    """What a site makes: the form of its product, and the element that is looked at."""

    site: SiteId
    product: str
    element: str


@dataclass(frozen=True, slots=True)
class Yield:
    """What left a site's steps of one sort in a month, mg of one element.

    Args:
        month: `2026-09`, the last one where several are summed.
        made: in lots that went to stock.
        by_product, waste, loss: as declared and as the books found.
        unaccounted: what nobody explains; negative = more came out than went in.
        unknown: whether some amount is not known; then there is no yield.
    """

    process: Process
    month: str
    made: int = 0
    by_product: int = 0
    waste: int = 0
    loss: int = 0
    unaccounted: int = 0
    unknown: bool = False

    @property
    def spent(self) -> int:
        """All that left the steps."""
        return self.made + self.by_product + self.waste + self.loss + self.unaccounted

    @property
    def share(self) -> Fraction | None:
        """Products over all that left; None where an amount is unknown or nothing left."""
        return None if self.unknown or self.spent <= 0 else Fraction(self.made, self.spent)

    def __add__(self, other: Yield) -> Yield:
        """Both together, as of the later month."""
        sums = {name: getattr(self, name) + getattr(other, name) for name in _COLUMNS.values()}
        month = max(self.month, other.month)
        return replace(self, month=month, unknown=self.unknown or other.unknown, **sums)


_COLUMNS = {
    AccountKind.STOCK: "made",
    AccountKind.BY_PRODUCT: "by_product",
    AccountKind.WASTE: "waste",
    AccountKind.LOSS: "loss",
    AccountKind.UNACCOUNTED: "unaccounted",
}


def yields(book: Book, month: Callable[[int], str]) -> list[Yield]:
    """The yields of each process, month by month, of the elements that its product holds.

    Articles (cells, packs) have none, for they hold what went in.

    Args:
        month: event -> `2026-09`.

    Returns:
        Sorted by process and month.
    """
    products = _products(book)
    found: dict[tuple[Process, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    silent: set[tuple[Process, str]] = set()
    for flow in book.flows:
        if (told := _left(book, flow)) is None:
            continue
        pool, column, sign = told
        product = products.get(pool.lot)
        for element, mg in flow.content.items() if product else ():
            if element != MASS:
                key = Process(pool.site, product or "", element), month(flow.event)
                found[key][column] += sign * (mg or 0)
                silent |= {key} if mg is None or pool.content.get(element, 0) is None else set()
    carried = {process for (process, _), sums in found.items() if sums["made"]}
    lines = (Yield(process, when, unknown=(process, when) in silent, **sums) for (process, when), sums in found.items())
    kept = (one for one in lines if one.process in carried and (one.spent or one.unknown))
    return sorted(kept, key=lambda one: (one.process, one.month))


def _left(book: Book, flow: Flow) -> tuple[Holding, str, int] | None:
    """(step, column, sign) of a flow out of a step, or of what a measurement found there; else None."""
    ends = [book.holdings[end] if isinstance(end, int) else end for end in (flow.source, flow.target)]
    for (here, there), sign in ((ends, 1), (ends[::-1], -1)):
        if isinstance(here, Account) or here.kind is not AccountKind.STEP:
            continue
        if (sign > 0 or isinstance(there, Account)) and (column := _COLUMNS.get(there.kind)):
            return here, column, sign
    return None


def _products(book: Book) -> Mapping[LotId, str]:
    """{step: form of the product of which it made most}; steps that make articles are left out."""
    made: dict[LotId, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for flow in book.flows:
        if not isinstance(flow.source, int) or not isinstance(flow.target, int):
            continue
        pool, lot = book.holdings[flow.source], book.holdings[flow.target]
        if pool.kind is AccountKind.STEP and lot.kind is AccountKind.STOCK:
            told = book.declared.get(lot.lot) or book.register.product_traits(lot.lot)
            name = "" if told.article else told.form.key if told.form else told.form_text
            made[pool.lot][name] += flow.content.get(MASS) or 0
    return {pool: max(forms, key=lambda one: (forms[one], one)) for pool, forms in made.items() if "" not in forms}


def trailing(months: Iterable[Yield], length: int = YEAR) -> Iterator[Yield]:
    """For each month what it and the months before it, `length` calendar months in all, come to."""
    for _, listed in groupby(months, key=lambda one: one.process):
        before: list[Yield] = []
        for one in listed:
            before = [old for old in before if _number(one.month) - _number(old.month) < length]
            before.append(one)
            yield sum(before[1:], before[0])


def _number(month: str) -> int:
    return YEAR * int(month[:4]) + int(month[5:7])
