"""The log as people read it, from the store's entries."""

from __future__ import annotations

from collections.abc import Callable

from filon.log.store import Entry
from filon.views.ledger_state import LedgerState
from filon.views.log import EntryLine, LogView

ROWS = 50
"""Entries on a page."""


def entry_line(entry: Entry, events: int) -> EntryLine:
    """An entry of the log and how many events came with it."""
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


def log_view(
    state: LedgerState, entry: Callable[[int], Entry], events_of: Callable[[int], int], *, page: int = 1
) -> LogView:
    """Entries, newest first, a page at a time; a page beyond the last is the last."""
    pages = max(1, -(-state.size // ROWS))
    newest = state.size - (min(page, pages) - 1) * ROWS
    indexes = range(newest - 1, max(newest - ROWS, 0) - 1, -1)
    return LogView(state, min(page, pages), pages, tuple(entry_line(entry(i), events_of(i)) for i in indexes))
