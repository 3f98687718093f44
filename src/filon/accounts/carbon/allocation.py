"""Allocation: how a step with several products shares its footprint among them, as data of a ruleset.

By the mass of the products (never of the metal in them), by an element they carry, or by price where their prices
differ by more than the ruleset's ratio. Waste carries nothing. Dividing a process comes first: what was measured for
one product alone is sent for it alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from filon.books.book import Book, Flow
from filon.books.lot import LotId
from filon.core.matter import MASS
from filon.core.tables import table

BY_MASS = "mass"
BY_PRICE_RATIO = "by price ratio"


@dataclass(frozen=True)
class Allocation:
    """The rule of one calculation.

    Args:
        method: `mass`, `by price ratio`, or an element: `Co`.
        prices: {lot, product or form: price per kg of product}; any currency, the same for all.
        threshold: highest price over lowest above which prices decide.
        ignored: products of no more than this share of the value count for nothing in the ratio.
    """

    method: str = BY_MASS
    prices: Mapping[str, Fraction] = field(default_factory=dict)
    threshold: Fraction = Fraction(4)
    ignored: Fraction = Fraction(0)

    @classmethod
    def of(cls, ruleset: str, prices: Mapping[str, Fraction] | None = None) -> Allocation:
        """The allocation of a ruleset of table `allocation`.

        Raises:
            KeyError: no such ruleset.
        """
        row = next((row for row in table("allocation").rows if row["ruleset"] == ruleset), None)
        if row is None:
            raise KeyError(ruleset)
        ratio = Fraction(row["threshold"]) if row["threshold"] else Fraction(4)
        return cls(row["method"], prices or {}, ratio, Fraction(row["ignore_percent"]) / 100)

    def weights(self, book: Book, lots: Sequence[LotId], flows: Sequence[Flow]) -> list[Fraction] | None:
        """The weight of each product; None where masses are missing.

        Lots of one product share by mass whatever the method; articles without mass share by pieces if all are one
        product. A price that is missing among several leaves the choice at mass.
        """
        masses = [flow.content.get(MASS) for flow in flows]
        if any(mass is None for mass in masses):
            return self._pieces(book, lots, flows)
        known = [Fraction(mass or 0) for mass in masses]
        if self.method not in {BY_MASS, BY_PRICE_RATIO}:
            content = [Fraction(flow.content.get(self.method) or 0) for flow in flows]
            return content if any(content) else known
        prices = self._prices(book, lots)
        if self.method == BY_PRICE_RATIO and prices and self._decides(known, prices):
            return [mass * price for mass, price in zip(known, prices, strict=True)]
        return known

    def _prices(self, book: Book, lots: Sequence[LotId]) -> list[Fraction] | None:
        listed = []
        for lot in lots:
            told = book.declared.get(lot)
            form = told.form.key if told and told.form else ""
            names = (lot, book.register.product(lot), form)
            listed.append(next((self.prices[name] for name in names if name in self.prices), None))
        return [price for price in listed if price is not None] if None not in listed else None

    def _decides(self, masses: Sequence[Fraction], prices: Sequence[Fraction]) -> bool:
        """Whether prices differ by more than the threshold; products of little value are left out.

        Source: GBA rulebook 2.0 by way of the carbon reference, section 6 (co-products of 3 % and less ignored).
        """
        value = sum((mass * price for mass, price in zip(masses, prices, strict=True)), Fraction(0))
        counted = [p for m, p in zip(masses, prices, strict=True) if m * p > self.ignored * value] or list(prices)
        return min(counted) <= 0 or max(counted) / min(counted) > self.threshold

    @staticmethod
    def _pieces(book: Book, lots: Sequence[LotId], flows: Sequence[Flow]) -> list[Fraction] | None:
        ends = [book.holdings[flow.target] for flow in flows if isinstance(flow.target, int)]
        alike = len({book.register.product(lot) for lot in lots}) == 1
        if alike and len(ends) == len(flows) and len({end.unit for end in ends}) == 1:
            return [Fraction(end.amount) for end in ends]
        return None
