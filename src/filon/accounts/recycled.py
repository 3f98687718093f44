"""The recycled account: how many milligrams in every holding were recovered from waste, by class.

It rides on matter as origins do. Matter is recycled when it comes from a recycler, when the lot that brings it in is
declared so, or when it went as waste, scrap or a battery into a step at a recycler. What nobody told the source of is
UNKNOWN: it never counts as recycled.

Source: Regulation (EU) 2023/1542, Articles 3(1)(50), (51) and 8; ISO 14021, 7.8 (pre- and post-consumer).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from filon.accounts.origin import Sweep, Vector
from filon.books.book import Book, Flow
from filon.books.declared import Declared
from filon.books.journal import UNKNOWN
from filon.books.lot import Account, AccountKind, LotId

PRIMARY = "primary"
PRE = "pre-consumer"
POST = "post-consumer"
UNCLASSED = "recycled"
"""Recovered from waste, nobody said of which class."""
CLASSES = (PRE, POST, UNCLASSED)
_WASTE_FORMS = frozenset({"cathode scrap", "black mass"})


@dataclass(frozen=True)
class Recycled:
    """The recycled account of a book, for one substance.

    Args:
        made: {class: mg} of each holding when it was made, by id; None where its content is unknown.
    """

    substance: str
    made: tuple[Vector | None, ...]

    def of(self, book: Book, lot: LotId) -> Mapping[str, int] | None:
        """{class: mg} of a lot where it came to be; None if that is unknown, empty if there is none in it."""
        first = book.first(lot)
        return None if first is None else self.made[first.id]


def recycled(book: Book, substance: str) -> Recycled:
    """The recycled account of one substance.

    Returns:
        For every holding with known content the classes, PRIMARY and UNKNOWN with them, sum to it to the mg.
    """
    run = _Recycling(book, substance)
    for flow in book.flows:
        run.carry(flow)
    return Recycled(substance, tuple(run.rows()[0]))


class _Recycling(Sweep):
    """A sweep whose labels are classes of waste."""

    def entered(self, flow: Flow, mg: int) -> Vector:
        """By what the lot that brings it in declares, else by the kind of its origin."""
        assert isinstance(flow.source, Account)
        told = self._told(flow.target)
        word = told.recycled_kind if told and told.recycled_kind in CLASSES else UNCLASSED
        if told and told.recycled is not None:
            part = int(mg * min(max(told.recycled, Fraction(0)), Fraction(1)))
            rest = self._source(flow.source.key)
            return {name: some for name, some in ((word, part), (rest, mg - part)) if some}
        if self.book.register.site(flow.source.key).kind == "recycler":
            return {word: mg}
        return {self._source(flow.source.key): mg}

    @staticmethod
    def _source(key: str) -> str:
        return UNKNOWN if key == UNKNOWN else PRIMARY

    def passed(self, flow: Flow, vector: Vector) -> Vector:
        """What goes as waste into a recycler's step comes out recycled: post-consumer if it was a battery."""
        if not isinstance(flow.source, int) or not isinstance(flow.target, int):
            return vector
        into, lot = self.book.holdings[flow.target], self.book.holdings[flow.source].lot
        if into.kind is not AccountKind.STEP or self.book.register.site(into.site).kind != "recycler":
            return vector
        if _article(lot, told := self._of(lot)):
            return {POST: sum(vector.values())}
        if told.kind == "product" and (told.form is None or told.form.key not in _WASTE_FORMS):
            return vector
        out: Vector = {}
        for label, mg in vector.items():
            word = label if label in CLASSES else PRE
            out[word] = out.get(word, 0) + mg
        return out

    def _of(self, lot: LotId) -> Declared:
        return self.book.declared.get(lot) or self.book.register.product_traits(lot)

    def _told(self, target: int | Account) -> Declared | None:
        return self._of(self.book.holdings[target].lot) if isinstance(target, int) else None


def _article(lot: LotId, told: Declared) -> bool:
    """A battery, module or cell, not a batch of production waste."""
    return "/21/" in lot or told.article
