"""The log as people read it: who handed in what, when we learned it, and the root hash over all of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from filon.views.ledger_state import LedgerState


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One entry of the log.

    Args:
        index: 0, 1, 2, ..
        learned: when the ledger took it.
        name: file name as received; may be empty.
        submitter: who handed it in.
        media_type: of the bytes as received.
        size: bytes as received.
        events: how many events it holds.
        leaf_hash: hex.
        accepted: codes of the warnings that the submitter accepted.
    """

    index: int
    learned: datetime
    name: str
    submitter: str
    media_type: str
    size: int
    events: int
    leaf_hash: str
    accepted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LogView:
    """The entries, newest first, a page at a time."""

    ledger: LedgerState
    page: int
    pages: int
    entries: tuple[EntryLine, ...]
