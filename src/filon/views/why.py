"""Why a number is what it is: the tree of steps, shipments and log entries under it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from filon.accounts.why import Reason
from filon.books.book import Book
from filon.books.lot import AccountKind
from filon.core.ident import short
from filon.views.figure import Figure, kg
from filon.views.ledger_state import LedgerState
from filon.views.trace import local_day, site_name


@dataclass(frozen=True, slots=True)
class WhyLine:
    """One node: how much of the number passed through here, what happened, which log entry says so.

    Args:
        kind: `stock`, `transit`, `step`, `source`, `unaccounted` ..
        number: lot, delivery note or origin.
        entry, deposit: log entry and the name of the file it holds.
        row: sheet and row, or the place in the document; empty if nobody asked for it.
        more, more_mass: smaller branches that are not shown, and what passed through them together.
        called: what matter is called from here on, by the characteristic asked for; empty elsewhere.
    """

    kind: str
    key: str
    number: str
    site: str
    day: date
    mass: Figure
    entry: int
    deposit: str
    row: str
    parts: tuple[WhyLine, ...]
    more: int
    more_mass: Figure
    called: str = ""


@dataclass(frozen=True, slots=True)
class WhyView:
    """The whole tree under the content of a lot."""

    ledger: LedgerState
    key: str
    number: str
    element: str
    tree: WhyLine


def why_view(
    book: Book,
    state: LedgerState,
    reason: Reason,
    element: str,
    deposits: dict[int, str],
    *,
    rows: Mapping[int, str] = MappingProxyType({}),
    called: Mapping[tuple[int, str], str] = MappingProxyType({}),
) -> WhyView:
    """The tree as people read it; `deposits` names the files by log entry, `rows` the place in them by event.

    Args:
        called: {(event, origin or lot): what its matter is called from there on}.
    """
    return WhyView(state, reason.lot, short(reason.lot), element, _line(book, reason, deposits, rows, called))


def _line(
    book: Book,
    reason: Reason,
    deposits: dict[int, str],
    rows: Mapping[int, str],
    called: Mapping[tuple[int, str], str],
) -> WhyLine:
    return WhyLine(
        kind=reason.kind.value,
        key=reason.lot,
        number=_number(book, reason),
        site=site_name(book, reason.site) if reason.site else "",
        day=local_day(book, reason.event),
        mass=kg(reason.mg),
        entry=reason.entry,
        deposit=deposits.get(reason.entry, ""),
        row=rows.get(reason.event, ""),
        parts=tuple(_line(book, part, deposits, rows, called) for part in reason.parts),
        more=reason.more,
        more_mass=kg(reason.more_mg),
        called=called.get((reason.event, reason.lot), ""),
    )


def _number(book: Book, reason: Reason) -> str:
    if reason.kind is AccountKind.SOURCE:
        return book.register.name(reason.lot)
    if reason.kind is AccountKind.STEP:
        return ""
    return short(reason.lot)
