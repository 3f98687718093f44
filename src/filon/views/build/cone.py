"""The cone of a lot as kilograms on arrows: how much of it passed through each holding and flow, back and forward.

The books' trace gives each holding its share; here the flows between them get theirs, and what came in from nowhere
(no origin said, surplus) is listed with its mg.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from filon.books import trace
from filon.books.book import Book, Flow
from filon.books.journal import UNKNOWN
from filon.books.lot import Account, AccountKind, LotId


@dataclass(frozen=True, slots=True)
class Gap:
    """Matter of unknown origin that a lot holds.

    Args:
        kind: `source` (nobody declared its origin) or `unaccounted` (surplus).
        holding: where it came in.
        event: index of the event that brought it.
        mg: of the substance in the lot asked for.
    """

    kind: AccountKind
    holding: int
    event: int
    mg: int


@dataclass(frozen=True)
class Cone:
    """What is up and down the chain of a lot, for one substance.

    Args:
        lot: the lot asked for.
        up, down: {holding: mg of the substance that passed through it; None = unknown}, the lot's own included.
        arrows: {(source lot, target lot): mg; None = unknown}; steps and transport in between are folded in.
        gaps: where matter of unknown origin came in, largest first.
    """

    lot: LotId
    up: Mapping[int, int | None]
    down: Mapping[int, int | None]
    arrows: Mapping[tuple[LotId, LotId], int | None]
    gaps: tuple[Gap, ...]


def cone(book: Book, lot: LotId, substance: str) -> Cone:
    """The cone of a lot, both ways."""
    upward = _upward(book, lot, substance)
    downward = _downward(book, lot, substance)
    arrows: dict[tuple[LotId, LotId], Fraction | None] = {}
    _fold(arrows, book, upward, _carried(book, upward, substance, forward=False))
    _fold(arrows, book, downward, _carried(book, downward, substance, forward=True))
    return Cone(
        lot,
        {i: None if mg is None else round(mg) for i, mg in upward.items()},
        {i: None if mg is None else round(mg) for i, mg in downward.items()},
        {pair: None if mg is None else round(mg) for pair, mg in arrows.items()},
        _gaps(book, upward, substance),
    )


Carried = dict[int, list[tuple[int, Fraction | None]]]
"""{holding: [(the holding at the other end of a flow into it, mg on that flow)]}."""


def _carried(book: Book, through: Mapping[int, Fraction | None], substance: str, *, forward: bool) -> Carried:
    """What of the lot's matter went over each flow inside the cone, by the flow's target."""
    table: Carried = defaultdict(list)
    for index, mine in through.items():
        whole = book.holdings[index].content.get(substance, 0)
        for flow in book.outflows[index] if forward else book.inflows[index]:
            other = flow.target if forward else flow.source
            if isinstance(other, int) and other in through:
                source, target = (index, other) if forward else (other, index)
                table[target].append((source, _part(mine, flow, whole, substance)))
    return table


def _part(mine: Fraction | None, flow: Flow, whole: int | None, substance: str) -> Fraction | None:
    moved = flow.content.get(substance, 0)
    if mine is None or moved is None or whole is None:
        return None
    return mine * moved / whole if whole else Fraction(0)


def _fold(
    arrows: dict[tuple[LotId, LotId], Fraction | None],
    book: Book,
    through: Mapping[int, Fraction | None],
    carried: Carried,
) -> None:
    """Join lots to lots: a flow out of a step is shared among the flows into it, as they went in."""
    for target in sorted(carried):
        if book.holdings[target].kind is AccountKind.STEP:
            continue
        for source, mg in _sources(book, through, carried, target):
            pair = (book.holdings[source].lot, book.holdings[target].lot)
            if pair[0] != pair[1]:
                before = arrows.get(pair, Fraction(0))
                arrows[pair] = None if before is None or mg is None else before + mg


def _sources(
    book: Book, through: Mapping[int, Fraction | None], carried: Carried, target: int
) -> Iterator[tuple[int, Fraction | None]]:
    for source, mg in carried[target]:
        if book.holdings[source].kind is not AccountKind.STEP:
            yield source, mg
            continue
        whole = through[source]
        for first, into in carried.get(source, ()):
            yield first, None if mg is None or into is None or whole is None else mg * into / whole if whole else mg


def gaps_of(book: Book, lot: LotId, substance: str) -> tuple[Gap, ...]:
    """Where matter of unknown origin came into what a lot is made of, largest first."""
    return _gaps(book, _upward(book, lot, substance), substance)


def _upward(book: Book, lot: LotId, substance: str) -> dict[int, Fraction | None]:
    up = trace.back(book, lot, substance)
    own = set(book.of_lot.get(lot, ()))
    starts = [i for i in own if not any(flow.source in own for flow in book.inflows[i])]
    total = sum((Fraction(book.holdings[i].content.get(substance) or 0) for i in starts), Fraction(0))
    return {one.holding: None if one.share is None else one.share * total for one in up}


def _downward(book: Book, lot: LotId, substance: str) -> dict[int, Fraction | None]:
    down = trace.forward(book, lot, substance)
    held = {one.holding: Fraction(book.holdings[one.holding].content.get(substance) or 0) for one in down}
    return {one.holding: None if one.share is None else one.share * held[one.holding] for one in down}


def _gaps(book: Book, through: Mapping[int, Fraction | None], substance: str) -> tuple[Gap, ...]:
    found = []
    for index, mine in through.items():
        whole = book.holdings[index].content.get(substance, 0)
        for flow in book.inflows[index]:
            if isinstance(flow.source, Account) and _unknown(flow, flow.source):
                part = _part(mine, flow, whole, substance)
                if part and round(part) > 0:
                    found.append(Gap(flow.source.kind, index, flow.event, round(part)))
    return tuple(sorted(found, key=lambda gap: (-gap.mg, gap.event, gap.holding)))


def _unknown(flow: Flow, source: Account) -> bool:
    """Nobody said where it came from, or it is a surplus beyond what measuring explains (no mixture to be like)."""
    if source.kind is AccountKind.SOURCE:
        return source.key == UNKNOWN
    return source.kind is AccountKind.UNACCOUNTED and flow.like is None
