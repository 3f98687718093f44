"""The log as people read it, from entries."""

from __future__ import annotations

from collections.abc import Callable

from filon.log.store import Entry
from filon.views.ledger_state import LedgerState
from filon.views.log import EntryLine, LogView

PER_PAGE = 50


def entry_line(entry: Entry, events: int) -> EntryLine:
    """One entry; `events` is how many events it brought that nobody had said before."""
    return EntryLine(
        index=entry.index,
        learned=entry.learned,
        name=entry.name,
        submitter=entry.submitter,
        media_type=entry.media_type,
        size=entry.size,
        events=events,
        leaf_hash=entry.leaf_hash.hex(),
        accepted=entry.accepted,
    )


def log_view(state: LedgerState, line: Callable[[int], EntryLine], *, page: int = 1) -> LogView:
    """A page of the entries, newest first; a page beyond the last is the last."""
    pages = max(1, -(-state.size // PER_PAGE))
    page = min(page, pages)
    newest = state.size - 1 - (page - 1) * PER_PAGE
    shown = range(newest, max(-1, newest - PER_PAGE), -1)
    return LogView(state, page, pages, tuple(line(index) for index in shown))
