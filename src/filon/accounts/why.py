"""Why: the tree of steps and log entries that a number rests on.

A lot's mg of an element came out of a step, into which lots went, which came on shipments, from a mine: each node of
the tree says how much of *the number asked* passed through it, by which event, in which log entry. The parts of a node
sum to it. Branches too small to matter are counted, not dropped in silence.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from filon.books.book import Book, Flow
from filon.books.lot import Account, AccountKind, LotId
from filon.core.quantity import split


@dataclass(frozen=True, slots=True)
class Reason:
    """One node of the tree.

    Args:
        kind: `stock`, `transit`, `step`, or an outside account: `source`, `unaccounted`, `reagents`.
        lot, site: what and where; for an outside account its key and nothing.
        mg: how much of the number asked passed through here; None where quantities are unknown.
        event: index in `Book.events`.
        entry: log entry that said so.
        parts: what it came from, largest first; their mg sum to this node's.
        more, more_mg: branches not shown, and their mg.
    """

    kind: AccountKind
    lot: str
    site: str
    mg: int | None
    event: int
    entry: int
    parts: tuple[Reason, ...] = ()
    more: int = 0
    more_mg: int = 0


def why(book: Book, lot: LotId, substance: str, *, smallest: Fraction = Fraction(1, 1000), deepest: int = 60) -> Reason:
    """The tree under what a lot contained of a substance when it was made.

    Args:
        smallest: branches below this share of the number are summed up in `more`.
        deepest: so many levels; what lies below is summed up too.

    Raises:
        KeyError: the book does not know the lot.
    """
    made = book.first(lot)
    if made is None:
        raise KeyError(lot)
    mg = made.content.get(substance, 0)
    limit = 0 if mg is None else int(mg * smallest)
    return _node(book, made.id, mg, substance, limit, deepest)


def _node(book: Book, index: int, mg: int | None, substance: str, limit: int, depth: int) -> Reason:  # noqa: PLR0917
    holding = book.holdings[index]
    flows = [flow for flow in book.inflows[index] if flow.content.get(substance, 0) != 0]
    shares = _shares(flows, mg, substance)
    ranked = sorted(zip(flows, shares, strict=True), key=lambda pair: (-(pair[1] or 0), pair[0].event))
    kept = [(flow, part) for flow, part in ranked if depth and (part is None or part > limit or part == mg)]
    hidden = [part or 0 for flow, part in ranked if not (depth and (part is None or part > limit or part == mg))]
    return Reason(
        kind=holding.kind,
        lot=holding.lot,
        site=holding.site,
        mg=mg,
        event=holding.made,
        entry=book.events[holding.made].entry,
        parts=tuple(_part(book, flow, part, substance, limit, depth - 1) for flow, part in kept),
        more=len(hidden),
        more_mg=sum(hidden),
    )


def _part(book: Book, flow: Flow, mg: int | None, substance: str, limit: int, depth: int) -> Reason:  # noqa: PLR0917
    if isinstance(flow.source, Account):
        kind, key = flow.source.kind, flow.source.key
        return Reason(kind, key, "", mg, flow.event, book.events[flow.event].entry)
    return _node(book, flow.source, mg, substance, limit, depth)


def _shares(flows: list[Flow], mg: int | None, substance: str) -> list[int | None]:
    amounts = [flow.content.get(substance, 0) for flow in flows]
    if mg is None or any(amount is None for amount in amounts) or not sum(amount or 0 for amount in amounts):
        return [None] * len(flows)
    return list(split(mg, [amount or 0 for amount in amounts]))
