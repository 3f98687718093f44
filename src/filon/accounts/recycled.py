"""The recycled account: how many milligrams in every holding were recovered from waste, by class.

It rides on matter as origins do. Matter is recycled when it comes from a recycler, when the lot that brings it in is
declared so, or when it went as waste, scrap or a battery into a step at a recycler. Scrap that a site puts back into
its own steps is rework and stays what it was (I-24). What nobody told the source of is UNKNOWN: it never counts as
recycled.

Source: Regulation (EU) 2023/1542, Articles 3(1)(50), (51) and 8; ISO 14021, 7.8 (pre- and post-consumer).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from filon.accounts.origin import Sweep, Vector
from filon.books.book import Book, Flow, Holding
from filon.books.declared import Declared
from filon.books.journal import UNKNOWN, kg_text
from filon.books.lot import Account, AccountKind, LotId
from filon.core.finding import Finding, found
from filon.core.ident import short
from filon.core.matter import ELEMENTS

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
    made: Sequence[Vector | None]

    def of(self, book: Book, lot: LotId) -> Mapping[str, int] | None:
        """{class: mg} of a lot where it came to be; None if that is unknown, empty if there is none in it."""
        first = book.first(lot)
        return None if first is None else self.made[first.id]


def recycled(book: Book, substance: str, within: frozenset[int] | None = None) -> Recycled:
    """The recycled account of one substance.

    Args:
        within: only these holdings are told, with all that they came from (`books.trace.mixed_from`); None = all.

    Returns:
        For every holding with known content the classes, PRIMARY and UNKNOWN with them, sum to it to the mg.
    """
    run = _Recycling(book, substance)
    run.sweep(within)
    return Recycled(substance, (run.rows() if within is None else run.few())[0])


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
        if rework(self.book, flow):
            return vector
        out: Vector = {}
        for label, mg in vector.items():
            word = label if label in CLASSES else PRE
            out[word] = out.get(word, 0) + mg
        return out

    def _of(self, lot: LotId) -> Declared:
        return _told(self.book, lot)

    def _told(self, target: int | Account) -> Declared | None:
        return self._of(self.book.holdings[target].lot) if isinstance(target, int) else None


def _told(book: Book, lot: LotId) -> Declared:
    return book.declared.get(lot) or book.register.product_traits(lot)


def rework(book: Book, flow: Flow) -> bool:
    """Whether a flow brings scrap back into a step of the site at which a step made it: internal rework (I-24)."""
    if not isinstance(flow.source, int) or not isinstance(flow.target, int):
        return False
    from_, into = book.holdings[flow.source], book.holdings[flow.target]
    told = _told(book, from_.lot)
    if into.kind is not AccountKind.STEP or not (told.form and told.form.key in _WASTE_FORMS):
        return False
    made = book.first(from_.lot)
    return made is not None and made.site == into.site and any(_from_step(book, one) for one in book.inflows[made.id])


def _from_step(book: Book, flow: Flow) -> bool:
    return isinstance(flow.source, int) and book.holdings[flow.source].kind is AccountKind.STEP


ROUNDED = Fraction(1, 200)
"""A declared share is written in whole or half percent."""


def recycled_findings(book: Book) -> list[Finding]:
    """Lots that are told to hold more recycled matter than went into them.

    Findings:
        CUS-027: more than the books have, the unknown counted in its favour; rework never counts (I-24).
    """
    lots = [
        (told, made) for lot, told in book.declared.items()
        if told.recycled and (made := book.first(lot)) and any(_from_step(book, flow) for flow in book.inflows[made.id])
    ]  # fmt: skip
    accounts = {element: recycled(book, element) for element in {e for _, made in lots for e in made.content}}
    out = []
    for told, made in lots:
        for element in ELEMENTS:
            vector = accounts[element].made[made.id] if element in accounts else None
            if vector and (allowed := _allowed(vector, told)) + ROUNDED < (told.recycled or 0):
                out.append(_too_much(book, made, told, element, allowed))
    return out


def _allowed(vector: Vector, told: Declared) -> Fraction:
    """The greatest recycled share that a vector can mean: of the class that was told, if one was."""
    names = {told.recycled_kind, UNCLASSED, UNKNOWN} if told.recycled_kind in {PRE, POST} else {*CLASSES, UNKNOWN}
    return Fraction(sum(mg for name, mg in vector.items() if name in names), sum(vector.values()))


def _too_much(book: Book, made: Holding, told: Declared, element: str, allowed: Fraction) -> Finding:
    pools = {flow.source for flow in book.inflows[made.id] if isinstance(flow.source, int)}
    again = sum(flow.content.get(element) or 0 for pool in pools for flow in book.inflows[pool] if rework(book, flow))
    shares = {"declared": f"{float(100 * (told.recycled or 0)):.1f}", "derived": f"{float(100 * allowed):.1f}"}
    names = {"lot": short(made.lot), "element": element, "kind": told.recycled_kind or "recycled", **shares}
    place = book.events[made.made].place
    most, told_ = f"<= {shares['derived']} %", f"{shares['declared']} %"
    return found("CUS-027", place, expected=most, found=told_, rework=kg_text(again), **names)


def _article(lot: LotId, told: Declared) -> bool:
    """A battery, module or cell, not a batch of production waste."""
    return "/21/" in lot or told.article
