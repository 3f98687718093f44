"""The log entries that a lot rests on: every document that says something of it or of what went into it."""

from __future__ import annotations

from collections.abc import Iterable

from filon.app.ledger import Ledger
from filon.app.records import is_master, said
from filon.books.cone import cone
from filon.books.movement import Said


def behind(ledger: Ledger, lots: Iterable[str], *, size: int) -> list[int]:
    """Indexes of the entries, oldest first, as known when the log had `size` entries."""

    def touching(names: set[str]) -> list[Said]:
        found = ledger.store.touching(sorted(names), size=size)
        return [said(stored) for stored in found if not is_master(stored.body)]

    events, _ = cone(lots, touching)
    return sorted({event.entry for event in events})
