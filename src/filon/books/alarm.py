"""Alarms: differences beyond what measuring explains, each with its size, what may explain it, and whom it concerns.

An explanation is a hypothesis, most telling first: a wrong unit, a wrong basis, another hydrate, a lot forgotten or
told twice leave their own mark on the ratio of what came out to what went in. None of them changes a figure.

    for alarm in alarms(book): alarm.explanations[0].kind, downstream(book, alarm)
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from filon.books.book import Book, Check, Flow, Holding, Verdict
from filon.books.journal import COVERAGE
from filon.books.lot import MILLIGRAM, Account, AccountKind, LotId
from filon.books.trace import forward
from filon.core.matter import MASS, Form, forms, mass_fraction
from filon.core.quantity import MG_PER_KG


class Explains(StrEnum):
    """What may be behind a difference, the more telling first."""

    UNIT = "unit"
    BASIS = "basis"
    HYDRATE = "hydrate"
    DIGITS = "digits"
    FORGOTTEN = "forgotten"
    TWICE = "twice"
    ASSAY = "assay"
    WEIGHT = "weight"
    RESIDUE = "residue"
    UNDECLARED = "undeclared"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Explanation:
    """One hypothesis.

    Args:
        lot: that it is about; empty if about none.
        told, would: what was said, and what would make it close: a share, a mass in mg, or a factor.
        other: the other form.
    """

    kind: Explains
    lot: LotId = LotId("")  # noqa: RUF009 - a name
    told: Fraction = Fraction(0)
    would: Fraction = Fraction(0)
    other: str = ""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One check that failed.

    Args:
        lots: what came out of the step, or was weighed.
        explanations: hypotheses, the most telling first; never empty.
    """

    check: Check
    lots: Sequence[LotId]
    explanations: Sequence[Explanation]

    @property
    def size(self) -> int:
        """Mg of the substance that are missing (positive) or too many (negative)."""
        return self.check.difference


FACTORS = tuple(Fraction(n) for n in ("10", "100", "1000", "2.20462", "1.10231"))
"""What a figure is off by when its unit or decimal point is wrong: powers of ten, pounds, short tons."""
CLOSE = Fraction(1, 500)
"""A ratio is recognised within so much, beside the uncertainty of the difference."""
PLAUSIBLE = Fraction(1, 5)
"""A corrected assay or weight is told only if it is off by less than this share."""


def alarms(book: Book) -> list[Alarm]:
    """Every check of a book that failed, the largest share of its input first."""
    found = [_alarm(book, check) for check in book.checks if check.verdict is Verdict.FAIL]
    return sorted(found, key=lambda one: (-_share(one.check), one.check.event, one.check.substance))


def _share(check: Check) -> Fraction:
    return Fraction(abs(check.difference), max(check.into, check.out, 1))


def downstream(book: Book, alarm: Alarm) -> Mapping[LotId, int | None]:
    """{lot made of what the alarm is about: mg of the substance that it has from there}, where it stands now."""
    out: dict[LotId, int | None] = {}
    for lot in alarm.lots:
        for one in forward(book, lot, alarm.check.substance):
            holding = book.holdings[one.holding]
            if holding.lot in alarm.lots or holding.kind is not AccountKind.STOCK:
                continue
            before = out.get(holding.lot, 0)
            out[holding.lot] = None if before is None or one.mg is None else max(before, one.mg)
    return out


def metals(book: Book, alarm: Alarm) -> Mapping[str, int]:
    """{element: mg} that lack with the weight, or are too many, where an alarm is about weight alone."""
    check, found = alarm.check, Counter[str]()
    if check.substance != MASS:
        return found
    first = bisect_left(book.flows, check.event, key=lambda one: one.event)
    for at in range(first, len(book.flows)):
        if (flow := book.flows[at]).event != check.event:
            break
        if check.account in {flow.source, flow.target}:
            found.update({one: mg for one, mg in flow.content.items() if mg and one != MASS})
    return found


@dataclass(frozen=True)
class _Scene:
    """A failed check with what went in and came out."""

    book: Book
    check: Check
    inputs: Sequence[Flow]
    outputs: Sequence[Flow]

    @property
    def ratio(self) -> Fraction:
        return Fraction(self.check.out, self.check.into) if self.check.into else Fraction(0)

    @property
    def near(self) -> Fraction:
        return CLOSE + Fraction(COVERAGE * self.check.sigma, max(self.check.into, 1))

    def like(self, ratio: Fraction) -> bool:
        """Whether the whole difference has this ratio, out to in."""
        return ratio != 1 and abs(self.ratio / ratio - 1) <= self.near

    def lots(self) -> Iterator[tuple[LotId, int, bool]]:
        """(lot, mg of the substance, whether it went in) of everything that was measured."""
        for flows, into in ((self.inputs, True), (self.outputs, False)):
            for flow in flows:
                end = flow.source if into else flow.target
                lot = self.book.holdings[end].lot if isinstance(end, int) else LotId(end.key)
                if mg := flow.content.get(self.check.substance):
                    yield lot, mg, into


def _alarm(book: Book, check: Check) -> Alarm:
    pool = _pool(book, check)
    scene = _Scene(book, check, *(_sides(book, pool) if pool else ((), ())))
    lots = [check.lot]
    if pool:
        ends = [book.holdings[flow.target] for flow in scene.outputs if isinstance(flow.target, int)]
        lots = [one.lot for one in ends if one.kind is AccountKind.STOCK]
    told = [*_ratios(scene), *_digits(scene), *_lots(scene), *_corrections(scene)]
    kinds = list(Explains)
    best = sorted(dict.fromkeys([*told, *_plain(scene)]), key=lambda one: kinds.index(one.kind))
    return Alarm(check, tuple(dict.fromkeys(lots)), tuple(best))


def _pool(book: Book, check: Check) -> Holding | None:
    if check.what != "step":
        return None
    made = (one for one in book.holdings if one.kind is AccountKind.STEP and one.lot == check.lot)
    return max((one for one in made if one.made <= check.event), key=lambda one: one.id, default=None)


def _sides(book: Book, pool: Holding) -> tuple[list[Flow], list[Flow]]:
    """What went into a step or its campaign, and what was measured coming out."""
    pools = {one.id for one in book.holdings if one.kind is AccountKind.STEP and one.lot == pool.lot}
    inputs = [flow for i in sorted(pools) for flow in book.inflows[i] if flow.source not in pools]
    outputs = [flow for i in sorted(pools) for flow in book.outflows[i] if flow.target not in pools]
    matter = {AccountKind.WASTE, AccountKind.BY_PRODUCT}
    return (
        [flow for flow in inputs if isinstance(flow.source, int)],
        [flow for flow in outputs if not isinstance(flow.target, Account) or flow.target.kind in matter],
    )


def _ratios(scene: _Scene) -> Iterator[Explanation]:
    """Hypotheses that explain all of it by one factor on one lot that is nearly all of its side."""
    for lot, mg, into in scene.lots():
        side = scene.check.into if into else scene.check.out
        rest = side - mg
        other = scene.check.out if into else scene.check.into
        if other <= rest or not mg:
            continue
        wanted = Fraction(other - rest, mg)  # times what was told of this lot, and it closes
        yield from _factors(scene, lot, wanted)


def _factors(scene: _Scene, lot: LotId, wanted: Fraction) -> Iterator[Explanation]:
    told = scene.book.declared.get(lot)

    def like(factor: Fraction) -> bool:
        return factor != 1 and abs(wanted / factor - 1) <= scene.near

    for factor in FACTORS:
        if like(factor) or like(1 / factor):
            yield Explanation(Explains.UNIT, lot, Fraction(1), wanted)
    if told is None or scene.check.substance == MASS:
        return
    if told.moisture and told.moisture < 1 and (like(1 - told.moisture) or like(1 / (1 - told.moisture))):
        yield Explanation(Explains.BASIS, lot, told.moisture)
    if told.form and told.form.formula:
        for form in _siblings(told.form):
            element = scene.check.substance
            if like(mass_fraction(form.formula, element) / mass_fraction(told.form.formula, element)):
                yield Explanation(Explains.HYDRATE, lot, other=form.key)


def _siblings(form: Form) -> Iterable[Form]:
    """The same salt with other water of crystallisation."""
    salt = form.formula.partition("·")[0]
    known = {one.key: one for one in forms().values() if one.formula.partition("·")[0] == salt}
    return [one for key, one in sorted(known.items()) if key != form.key]


def _digits(scene: _Scene) -> Iterator[Explanation]:
    """Exchanging two digits of a whole number changes it by a multiple of nine."""
    check = scene.check
    kg, rest = divmod(abs(check.difference), MG_PER_KG)
    if check.what != "step" and not rest and kg and not kg % 9 and not (check.into % MG_PER_KG):
        told, found = str(check.into // MG_PER_KG), str(check.out // MG_PER_KG)
        if sorted(told) == sorted(found) and sum(a != b for a, b in zip(told, found, strict=True)) == 2:  # noqa: PLR2004 - two digits
            yield Explanation(Explains.DIGITS)


def _lots(scene: _Scene) -> Iterator[Explanation]:
    """A lot that stands at the site and holds just what is too much; one that brought just what is missing."""
    check, size = scene.check, abs(scene.check.difference)
    near = max(COVERAGE * check.sigma, int(size * CLOSE * 5))
    if check.what == "transit":
        return
    if check.difference < 0:
        inside = {lot for lot, _, _ in scene.lots()}
        for holding in scene.book.holdings:
            mine = holding.kind is AccountKind.STOCK and holding.site == check.site and holding.lot not in inside
            mg = holding.content.get(check.substance) or 0
            if mine and holding.made <= check.event and holding.left == holding.amount and abs(mg - size) <= near:
                yield Explanation(Explains.FORGOTTEN, holding.lot, Fraction(mg))
    else:
        for lot, mg, into in scene.lots():
            if into and abs(mg - size) <= near:
                yield Explanation(Explains.TWICE, lot, Fraction(mg))


def _corrections(scene: _Scene) -> Iterator[Explanation]:
    """The assay, or the weight, of the greatest lot of each side that would make it close, where that is not absurd."""
    if scene.check.what != "step":
        return
    for side in (True, False):
        mine = [(lot, mg) for lot, mg, into in scene.lots() if into is side]
        if mine:
            lot, mg = max(mine, key=lambda one: one[1])
            wanted = 1 + Fraction(-scene.check.difference if side else scene.check.difference, mg)
            yield from _corrected(scene, lot, wanted) if abs(wanted - 1) <= PLAUSIBLE else ()


def _corrected(scene: _Scene, lot: LotId, wanted: Fraction) -> Iterator[Explanation]:
    told, holding = scene.book.declared.get(lot), scene.book.first(lot)
    assay = told.assays.get(scene.check.substance) if told else None
    if assay and assay.percent * wanted <= 1:
        yield Explanation(Explains.ASSAY, lot, assay.percent, assay.percent * wanted)
    if holding and holding.unit == MILLIGRAM:
        yield Explanation(Explains.WEIGHT, lot, Fraction(holding.amount), holding.amount * wanted)


def _plain(scene: _Scene) -> Iterator[Explanation]:
    """What is always possible."""
    size = Fraction(abs(scene.check.difference))
    if scene.check.difference < 0:
        yield Explanation(Explains.UNDECLARED, told=size)
    else:
        yield Explanation(Explains.LOST if scene.check.what == "transit" else Explains.RESIDUE, told=size)
