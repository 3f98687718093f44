"""Trace: from a lot back to where its matter came from, and forward to where it went, with quantities.

What a lot holds of a forebear is the forebear's matter pro rata of what was drawn (well-mixed holdings). The numbers
are exact fractions made whole at the end, so back and forward give the same number for the same pair of lots.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from filon.books.book import Book, Flow
from filon.books.lot import LotId

SHARE_LIMIT = 10**12
"""Shares are kept as fractions with at most this denominator on long chains: 1e-12 of a tonne is a microgram."""


@dataclass(frozen=True, slots=True)
class Relative:
    """A holding up or down the chain of a lot.

    Args:
        holding: its id.
        share: of the starting lot's matter (substance asked), how much came through it (back), or of this holding's
            matter, how much came from the starting lot (forward); None where quantities are unknown.
        mg: the same in mg of the substance; None where unknown.
    """

    holding: int
    share: Fraction | None
    mg: int | None


def back(book: Book, lot: LotId, substance: str) -> list[Relative]:
    """Everything a lot came from, youngest first, with the mg of the substance in the lot that passed through it."""
    return behind(book, dict.fromkeys(entered(book, [lot]), Fraction(1)), substance)


def behind(book: Book, start: Mapping[int, Fraction], substance: str) -> list[Relative]:
    """Everything that parts of several holdings came from: the mg of the substance in them that passed through it.

    Args:
        start: {holding: how much of it, 0 to 1}; what one of them came from another counts as asked for only once.
    """
    return _walk(book, start, substance, forward=False)


def forward(book: Book, lot: LotId, substance: str) -> list[Relative]:
    """Everything a lot went into, oldest first, with the mg of the lot's substance that passed into it."""
    return _walk(book, dict.fromkeys(entered(book, [lot]), Fraction(1)), substance, forward=True)


def forebears(book: Book, lots: Iterable[LotId]) -> set[int]:
    """Ids of all holdings that the lots' holdings came from, themselves included."""
    return _reach(book, [i for lot in lots for i in book.of_lot.get(lot, ())], forward=False)


def descendants(book: Book, lots: Iterable[LotId]) -> set[int]:
    """Ids of all holdings that the lots' holdings went into, themselves included."""
    return _reach(book, [i for lot in lots for i in book.of_lot.get(lot, ())], forward=True)


def _reach(book: Book, start: list[int], *, forward: bool) -> set[int]:
    """Walked flow by flow in a small book, by the engine in a large one."""
    if book.large:
        from filon.books.engine.graph import downstream, upstream  # noqa: PLC0415 - only large books wait for it

        return set((downstream if forward else upstream)(book.columns.graph, start).tolist())
    flows, end = (book.outflows, "target") if forward else (book.inflows, "source")
    seen, stack = set(start), list(start)
    while stack:
        for flow in flows[stack.pop()]:
            other = getattr(flow, end)
            if isinstance(other, int) and other not in seen:
                seen.add(other)
                stack.append(other)
    return seen


def mixed_from(book: Book, holdings: Iterable[int]) -> frozenset[int]:
    """Ids of all holdings whose matter or mixture is in some holdings, themselves included.

    What an account tells of these holdings follows from the flows that touch them, so that nobody looks at a whole
    plant for one lot. What a measurement found more than was there has the mixture of a holding that it is like.
    """
    seen, stack = set(holdings), list(holdings)
    while stack:
        for flow in book.inflows[stack.pop()]:
            for one in _mixtures(flow):
                if one not in seen:
                    seen.add(one)
                    stack.append(one)
    return frozenset(seen)


def _mixtures(flow: Flow) -> Iterator[int]:
    if isinstance(flow.source, int):
        yield flow.source
    if flow.like is not None:
        yield flow.like


def entered(book: Book, lots: Iterable[LotId]) -> list[int]:
    """Where the matter of lots first enters: ids of their holdings that did not come from the same lot's."""
    if book.large:
        entering = book.columns.entering
        return sorted(index for lot in lots for index in book.of_lot.get(lot, ()) if entering[index])
    found = []
    for lot in lots:
        own = frozenset(book.of_lot.get(lot, ()))
        found += [index for index in own if not any(flow.source in own for flow in book.inflows[index])]
    return sorted(found)


def _walk(book: Book, start: Mapping[int, Fraction], substance: str, *, forward: bool) -> list[Relative]:
    """Sweep the cone in order of ids, carrying mg of the substance along the flows."""
    amounts: dict[int, Fraction | None] = {
        index: None if (mg := book.holdings[index].content.get(substance, 0)) is None else mg * share
        for index, share in start.items()
    }
    cone = _reach(book, list(start), forward=forward)
    for index in sorted(cone, reverse=not forward):
        mine = amounts.get(index, Fraction(0))
        for flow in book.outflows[index] if forward else book.inflows[index]:
            other = flow.target if forward else flow.source
            if isinstance(other, int) and other not in start:
                amounts[other] = _carried(book, index, flow, mine, amounts.get(other, Fraction(0)), substance)
    total = sum((amounts[index] or Fraction(0) for index in start), Fraction(0))
    return [_relative(book, index, amounts.get(index), total, substance, forward=forward) for index in sorted(cone)]


def _carried(  # noqa: PLR0917
    book: Book, index: int, flow: Flow, mine: Fraction | None, before: Fraction | None, substance: str
) -> Fraction | None:
    whole, moved = book.holdings[index].content.get(substance, 0), flow.content.get(substance, 0)
    if mine is None or before is None or whole is None or moved is None:
        return None
    return before + (mine * moved / whole).limit_denominator(SHARE_LIMIT) if whole else before


def _relative(
    book: Book, index: int, mg: Fraction | None, total: Fraction, substance: str, *, forward: bool
) -> Relative:
    if mg is None:
        return Relative(index, None, None)
    whole = Fraction(book.holdings[index].content.get(substance) or 0) if forward else total
    return Relative(index, mg / whole if whole else Fraction(0), round(mg))
