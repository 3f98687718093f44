"""Where a lot came from and where it went, as a list: one line a holding, with how much passed through it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from filon.books import trace
from filon.books.book import Book
from filon.books.lot import AccountKind, LotId
from filon.core.ident import short
from filon.views.chain import Chain
from filon.views.figure import Figure, Standing, kg
from filon.views.ledger_state import LedgerState


@dataclass(frozen=True, slots=True)
class TraceLine:
    """One holding up or down the chain.

    Args:
        state: `stock` or `transit`.
        mass: kg of the element in the lot asked that came through here (back), or that came from it into here.
        share: of the lot asked (back), or of what this holding held (forward), in percent.
        entry: log entry that said so.
    """

    key: str
    number: str
    state: str
    site: str
    day: date
    mass: Figure
    share: Figure
    entry: int


@dataclass(frozen=True, slots=True)
class TraceView:
    """The chain of a lot, both ways, for one element; `chain` is its drawing, if asked for."""

    ledger: LedgerState
    key: str
    number: str
    element: str
    back: tuple[TraceLine, ...]
    forward: tuple[TraceLine, ...]
    chain: Chain | None = None


def trace_view(book: Book, state: LedgerState, lot: LotId, element: str, *, back: bool, forward: bool) -> TraceView:
    """The trace of a lot; `book` must hold what is asked (the whole book for forward)."""
    upstream = trace.back(book, lot, element) if back else []
    downstream = trace.forward(book, lot, element) if forward else []
    return TraceView(state, lot, short(lot), element, _lines(book, lot, upstream), _lines(book, lot, downstream))


def _lines(book: Book, lot: LotId, found: list[trace.Relative]) -> tuple[TraceLine, ...]:
    return tuple(
        _line(book, one)
        for one in found
        if one.mg != 0
        and book.holdings[one.holding].kind is not AccountKind.STEP
        and book.holdings[one.holding].lot != lot
    )


def _line(book: Book, one: trace.Relative) -> TraceLine:
    holding = book.holdings[one.holding]
    said = book.events[holding.made]
    share = (
        Figure(None, "%", Standing.UNKNOWN)
        if one.share is None
        else Figure(Decimal(round(one.share * 10**8)).scaleb(-6), "%", Standing.COMPUTED)
    )
    return TraceLine(
        key=holding.lot,
        number=short(holding.lot),
        state=holding.kind.value,
        site=site_name(book, holding.site),
        day=local_day(book, holding.made),
        mass=kg(one.mg),
        share=share,
        entry=said.entry,
    )


def local_day(book: Book, event: int) -> date:
    """The day of an event where it happened, not in UTC."""
    return book.events[event].day


def site_name(book: Book, site: str) -> str:
    """What people call a site; a transit by its delivery note."""
    if site.startswith("transit "):
        return short(site.removeprefix("transit "))
    return book.register.name(site)
