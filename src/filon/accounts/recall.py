"""A recall: how much of some lots' matter is in every holding after them, where it is now, and where it has gone.

Three figures for each: `likely` if every holding is evenly mixed (whole mg, conserved), and `least` and `most`, true
however unevenly it was mixed: a pack that drew 5 kg from a tank of 20 kg, 2 of them recalled, holds 0 to 2 kg of it,
1/2 kg if the tank was stirred. Recalled pieces whose serial numbers are known are there or not, exactly.

    found = recall(book, Tip(lots=(lot,)), "Co")
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from filon.accounts.carried import Carried, Characteristic, carried
from filon.accounts.recall_table import (
    RECALLED,
    Affected,
    Bounds,
    Draw,
    Numbers,
    Reach,
    Swept,
    bounds,
    came_through,
    swept,
)
from filon.books.book import Book, Flow
from filon.books.engine.columns import UNTOLD
from filon.books.lot import Account, LotId
from filon.books.trace import behind, entered
from filon.core.on_demand import OnDemand
from filon.core.quantity import part

OTHER = "other"

Span = tuple[int, int]
"""First and last serial number, inclusive."""


@dataclass(frozen=True, slots=True)
class Tip:
    """What is recalled.

    Args:
        lots: with everything in them.
        pieces: {batch: serial numbers}, of which only these pieces count.
    """

    lots: tuple[LotId, ...] = ()
    pieces: Mapping[LotId, tuple[Span, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Recall:
    """What became of recalled matter.

    Args:
        substance: an element, or `mass`.
        start: ids of the holdings where it came into being.
        started: mg of it; None where some amount is unknown.
        reach: the holdings after it and itself, oldest first; processes in course included.
        gone: {account: mg}, likely: waste, loss, out of scope ..; negative where a surplus is like it.
    """

    substance: str
    start: tuple[int, ...]
    started: int | None
    reach: Reach
    gone: Mapping[Account, int]

    @property
    def affected(self) -> Sequence[Affected]:
        """The reach row by row."""
        return self.reach.rows


def recall(book: Book, tip: Tip, substance: str) -> Recall:
    """Everything that some lots' matter went into.

    Returns:
        Where all amounts are known, what started is what is left in the affected holdings and what is gone, to the
        mg; and least <= likely <= most.
    """
    start = entered(book, tip.lots)
    batches = [_Batch(book, lot, spans) for lot, spans in tip.pieces.items()]
    kept = {index: batch for batch in batches for index in batch.own}
    draws = [draw for batch in batches for draw in batch.draws]
    found = swept(book, substance, start, kept, draws) if book.large else None
    return _counted(book, substance, start, kept, found) if found else _walked(book, substance, start, kept, draws)


def _walked(
    book: Book, substance: str, start: Sequence[int], kept: Mapping[int, _Batch], draws: Sequence[Draw]
) -> Recall:
    """Flow by flow: the definition, quick enough for a small book."""
    within = after(book, {*start, *kept})
    drawn = {draw.flow: draw.names for draw in draws if any(draw.names.values())}
    rule = Characteristic("recall", lambda _: {OTHER: 1}, {index: {RECALLED: 1} for index in start}, drawn)
    account = carried(book, substance, rule, within=within, elsewhere=OTHER)
    crossing = {id(book.flows[draw.flow]): draw for draw in draws}
    ranges = _ranges(book, substance, within, frozenset(start), crossing)
    affected = [_affected(book, account, ranges[index], index, kept.get(index)) for index in sorted(within)]
    known = all(book.holdings[one.holding].content.get(substance, 0) is not None for one in affected)
    pieces = sum(batch.kept(book, account, index) for index, batch in kept.items())
    return Recall(
        substance,
        tuple(start),
        account.renamed.get(RECALLED, 0) + pieces if known else None,
        Reach.of(one for one in affected if one.made.most != 0 or one.left.most != 0 or one.holding in kept),
        {where: vector[RECALLED] for where, vector in account.outside.items() if vector.get(RECALLED)},
    )


def _counted(book: Book, substance: str, start: Sequence[int], kept: Mapping[int, _Batch], found: Swept) -> Recall:
    """The same of the columns that the loops filled."""
    moved, within = book.columns.substance(substance), found.within
    made = np.column_stack([found.least, found.made, found.most])[within]
    left = np.column_stack([*_left(moved.whole[within], moved.rest[within], made), found.left[within]])[:, [0, 2, 1]]
    whole, rest = moved.whole[within] == UNTOLD, moved.rest[within] == UNTOLD
    for figures, doubt in ((made, whole), (left, whole | rest)):
        figures[doubt, 1] = UNTOLD
        figures[figures[:, 2] == 0] = 0
    account = _account(book, substance, found)
    for place, index in zip(np.searchsorted(within, list(kept)).tolist(), kept, strict=True):
        one = _affected(book, account, (int(made[place, 0]), bounds(made[place]).most), index, kept[index])
        mine = Reach.of([one])
        made[place], left[place] = mine.made[0], mine.left[0]
    shown = (made[:, 2] != 0) | (left[:, 2] != 0) | np.isin(within, list(kept))
    pieces = sum(batch.kept(book, account, index) for index, batch in kept.items())
    return Recall(
        substance,
        tuple(start),
        None if whole.any() else found.renamed + pieces,
        Reach(within[shown], made[shown], left[shown]),
        found.gone,
    )


def _left(whole: Numbers, rest: Numbers, made: Numbers) -> tuple[Numbers, Numbers]:
    """What is still there at least and at most: what a draw of all that is left would take, see `_drawn`."""
    least, most = made[:, 0], made[:, 2]
    bound = np.where((whole == UNTOLD) | (most == UNTOLD), rest, np.minimum(rest, most))
    low = np.where((rest == UNTOLD) | (whole == UNTOLD) | (most == 0), 0, np.maximum(0, rest - (whole - least)))
    return low, np.where(most == 0, 0, np.where(rest == UNTOLD, UNTOLD, bound))


def _account(book: Book, substance: str, found: Swept) -> Carried:
    """The columns as an account, for the few holdings of which pieces are counted."""
    count = len(book.holdings)

    def told(column: Numbers) -> OnDemand[dict[str, int]]:
        return OnDemand(count, lambda at: {RECALLED: int(column[at])} if column[at] else {})

    made, left = told(found.made), told(found.left)
    return Carried(substance, made, left, {}, OnDemand(count, lambda _: frozenset[str]()), {RECALLED: found.renamed})


def mirror(book: Book, tip: Tip, substance: str) -> Sequence[Affected]:
    """Everything that some lots or pieces came from: how much of their matter came through each holding, oldest first.

    `made` says how much of their matter came through the holding; `left` is nothing, for it has gone on. A lot that
    another of them came from is one of those asked for. What is likely is told to a milligram a flow.
    """
    start = dict.fromkeys(entered(book, tip.lots), Fraction(1))
    for lot, spans in tip.pieces.items():
        batch = _Batch(book, lot, spans)
        start |= dict.fromkeys(entered(book, [lot]), Fraction(batch.wanted, batch.pieces or 1))
    asked = {index: _share(book.holdings[index].content.get(substance, 0), part) for index, part in start.items()}
    columns = came_through(book, substance, start, asked) if book.large else None
    if columns is not None:
        return columns.rows
    limit = None if None in asked.values() else sum(mg or 0 for mg in asked.values())
    through: dict[int, Range] = {}
    found = behind(book, start, substance)
    for one in reversed(found):  # youngest first: what came out of a holding is known before what went into it
        whole = book.holdings[one.holding].content.get(substance, 0)
        mine = _within(through.get(one.holding, (0, 0)), whole, limit)
        if one.holding in start:
            mine = (asked[one.holding] or 0, asked[one.holding])
        through[one.holding] = mine
        for flow in book.inflows[one.holding]:
            if isinstance(flow.source, int) and flow.source not in start:
                crossed = _crossed(flow.content.get(substance, 0), whole, mine)
                through[flow.source] = _sum(through.get(flow.source, (0, 0)), crossed)
    nothing = Bounds(0, 0, 0)
    return tuple(
        Affected(one.holding, Bounds(through[one.holding][0], one.mg, through[one.holding][1]), nothing)
        for one in found
    )


def backwards(
    book: Book, lot: LotId, substance: str, stops: AbstractSet[int] = frozenset()
) -> Iterator[tuple[Flow | None, int, Range]]:
    """Where a lot's matter entered the books, and how much of it at least and at most.

    Args:
        stops: holdings behind which nobody looks.

    Yields:
        (flow from outside, holding it came into, (least, most) mg); for a stop no flow.
    """
    start = frozenset(entered(book, [lot]))
    asked = [book.holdings[index].content.get(substance, 0) for index in start]
    limit = None if None in asked else sum(mg or 0 for mg in asked)
    through: dict[int, Range] = {}
    for index in sorted(before(book, start), reverse=True):
        whole = book.holdings[index].content.get(substance, 0)
        mine = (whole or 0, whole) if index in start else _within(through.get(index, (0, 0)), whole, limit)
        if index in stops:
            yield None, index, mine
            continue
        for flow in book.inflows[index]:
            crossed = _crossed(flow.content.get(substance, 0), whole, mine)
            if isinstance(flow.source, Account):
                if crossed[1] != 0:
                    yield flow, index, crossed
            elif flow.source not in start:
                through[flow.source] = _sum(through.get(flow.source, (0, 0)), crossed)


def before(book: Book, holdings: Iterable[int]) -> set[int]:
    """Ids of all holdings that some holdings' matter came from, themselves included."""
    seen = set(holdings)
    stack = list(seen)
    while stack:
        for flow in book.inflows[stack.pop()]:
            if isinstance(flow.source, int) and flow.source not in seen:
                seen.add(flow.source)
                stack.append(flow.source)
    return seen


def _share(mg: int | None, of: Fraction) -> int | None:
    return None if mg is None else round(mg * of)


def after(book: Book, holdings: Iterable[int]) -> set[int]:
    """Ids of all holdings that some matter went into, also as what a measurement found of it; themselves included."""
    seen = set(holdings)
    stack = list(seen)
    while stack:
        index = stack.pop()
        for flow in (*book.outflows[index], *book.alike.get(index, ())):
            if isinstance(flow.target, int) and flow.target not in seen:
                seen.add(flow.target)
                stack.append(flow.target)
    return seen


Range = tuple[int, int | None]
"""(least, most) mg; most None = without bound, for nobody knows the amount."""


class _Batch:
    """A batch of which some pieces are recalled: which of the flows out of it took them, and how many are left."""

    def __init__(self, book: Book, lot: LotId, spans: Sequence[Span]) -> None:
        self.own = frozenset(book.of_lot.get(lot, ()))
        out = [flow for one in self.own for flow in book.outflows[one] if flow.target not in self.own]
        leaving = sorted((book.index(flow), flow) for flow in out)
        named = {index: overlap(spans, flow.serials) for index, flow in leaving if flow.serials}
        others = sum(flow.amount for index, flow in leaving if index not in named)
        self.unnamed = others + sum(book.holdings[index].left for index in self.own)
        self.pieces = sum(book.holdings[index].amount for index in entered(book, [lot]))
        self.wanted = min(sum(last - first + 1 for first, last in merged(spans)), self.pieces)
        self.rest = min(max(self.wanted - sum(named.values()), 0), self.unnamed)
        self.draws = [self._draw(index, flow, named.get(index)) for index, flow in leaving]

    def _draw(self, index: int, flow: Flow, named: int | None) -> Draw:
        """What a flow took: exactly its pieces with known numbers, else its part of those without."""
        pieces = flow.amount
        if named is not None:
            taken = min(named, pieces)
            return Draw(index, taken, pieces - taken, taken, taken, pieces)
        least, most = max(0, pieces - (self.unnamed - self.rest)), min(pieces, self.rest)
        return Draw(index, self.rest, self.unnamed - self.rest, least, most, pieces)

    def kept(self, book: Book, account: Carried, index: int) -> int:
        """Mg of recalled pieces among what is left in one of the batch's holdings, likely."""
        left = book.holdings[index].left_content.get(account.substance, 0) or 0
        plain = left - account.left[index].get(RECALLED, 0)
        return part(plain, self.rest, self.unnamed) if self.unnamed else 0

    def left(self, mg: int | None, pieces: int) -> Range:
        """The same as bounds: `pieces` are left, with so many mg."""
        return _among(mg, pieces, self.rest, self.unnamed)

    def made(self, mg: int | None, pieces: int) -> Bounds:
        """How much of the recalled pieces came into one of the batch's holdings."""
        least, most = _among(mg, pieces, self.wanted, self.pieces)
        likely = part(mg, self.wanted, self.pieces) if mg is not None and self.pieces else mg
        return Bounds(least, likely, most)


def _among(mg: int | None, pieces: int, wanted: int, of: int) -> Range:
    """Of `pieces` that weigh so many mg, how much may be among the wanted ones, if `wanted` of all `of` are."""
    if mg is None or not pieces:
        return (0, mg if pieces else 0)
    least, most = max(0, pieces - (of - wanted)), min(pieces, wanted)
    return (mg * least // pieces, -(-mg * most // pieces))


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same numbers in spans that do not overlap."""
    out: list[Span] = []
    for first, last in sorted(spans):
        if out and first <= out[-1][1] + 1:
            out[-1] = (out[-1][0], max(last, out[-1][1]))
        else:
            out.append((first, last))
    return out


def overlap(one: Iterable[Span], two: Iterable[Span]) -> int:
    """How many serial numbers are in both."""
    other = merged(two)
    return sum(max(0, min(a[1], b[1]) - max(a[0], b[0]) + 1) for a in merged(one) for b in other)


def _ranges(
    book: Book, substance: str, within: set[int], start: frozenset[int], crossing: Mapping[int, Draw]
) -> dict[int, Range]:
    """The bounds of every holding in order of ids: what came in over each flow, at least and at most.

    Args:
        crossing: {id of a flow: what it took of a batch of which some pieces are recalled}.
    """
    out: dict[int, Range] = {}
    for index in sorted(within):
        whole = book.holdings[index].content.get(substance, 0)
        if index in start:
            out[index] = (whole or 0, whole)
            continue
        total: Range = (0, 0)
        weighed: int | None = 0  # what came in so far: a surplus that is like it is as recalled as it is
        for flow in book.inflows[index]:
            mg = flow.content.get(substance, 0)
            if flow.like is None:
                came = _came(book, substance, flow, out, crossing.get(id(flow)))
            elif flow.like == index:
                came = _found(mg, weighed, total)
            else:
                came = _found(mg, book.holdings[flow.like].content.get(substance, 0), out.get(flow.like, (0, 0)))
            total, weighed = _sum(total, came), None if mg is None or weighed is None else weighed + mg
        out[index] = _within(total, whole)
    return out


def _came(book: Book, substance: str, flow: Flow, out: Mapping[int, Range], draw: Draw | None) -> Range:
    mg = flow.content.get(substance, 0)
    if isinstance(flow.source, Account) or flow.source not in out:
        return (0, 0)
    drawn = _drawn(mg, book.holdings[flow.source].content.get(substance, 0), out[flow.source])
    if draw is None or not draw.of:
        return drawn
    least, most, of = draw.least, draw.most, draw.of
    if mg is None:
        return (0, None if most else drawn[1])
    if least == most:
        sure = draw.sure(mg)
        return (sure, sure if drawn[1] == 0 else mg if drawn[1] is None else min(mg, sure + drawn[1]))
    return (mg * least // of, min(mg, -(-mg * most // of) + (mg if drawn[1] is None else drawn[1])))


def _found(mg: int | None, whole: int | None, held: Range) -> Range:
    """What a measurement found more than was there, like a holding of `whole` mg: none, all or some of it recalled."""
    if held[1] == 0:
        return (0, 0)
    return (mg, mg) if mg is not None and whole is not None and held[0] == whole else (0, mg)


def _drawn(mg: int | None, whole: int | None, held: Range) -> Range:
    """What a draw of `mg` takes of a holding of `whole` mg that holds so much recalled matter."""
    if mg is None or held[1] == 0:
        return (0, None if held[1] != 0 else 0)
    if whole is None:
        return (0, mg)
    least = max(0, mg - (whole - held[0]))
    return (least, mg if held[1] is None else min(mg, held[1]))


def _crossed(mg: int | None, whole: int | None, wanted: Range) -> Range:
    """How much of wanted matter in a holding of `whole` mg came with the `mg` of one inflow."""
    most = wanted[1] if mg is None else mg if wanted[1] is None else min(mg, wanted[1])
    if mg is None or whole is None:
        return (0, most)
    return (max(0, wanted[0] - (whole - mg)), most)


def _within(one: Range, *limits: int | None) -> Range:
    """Bounds that pass no limit that is known."""
    return (one[0], min((limit for limit in (one[1], *limits) if limit is not None), default=None))


def _sum(one: Range, two: Range) -> Range:
    return (one[0] + two[0], None if one[1] is None or two[1] is None else one[1] + two[1])


def _affected(book: Book, account: Carried, made: Range, index: int, batch: _Batch | None) -> Affected:
    holding, substance = book.holdings[index], account.substance
    whole, left = holding.content.get(substance, 0), holding.left_content.get(substance, 0)
    there = _drawn(left, whole, made)
    came = Bounds(made[0], (account.made[index] or {}).get(RECALLED, 0), made[1])
    still = account.left[index].get(RECALLED, 0)
    if batch is not None:
        there = _within(_sum(there, batch.left(left, holding.left)), left)
        still += batch.kept(book, account, index)
        came = came if made[1] != 0 else batch.made(whole, holding.amount)
    return Affected(index, _told(came, whole), _told(Bounds(there[0], still, there[1]), whole, left))


def _told(bounds: Bounds, *amounts: int | None) -> Bounds:
    """The same; what is likely is not known where some amount is not, and nothing where nothing can be there."""
    if bounds.most == 0 or None not in amounts:
        return bounds if bounds.most != 0 else Bounds(0, 0, 0)
    return Bounds(bounds.least, None, bounds.most)
