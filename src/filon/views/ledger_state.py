"""As known when: the state of the log that a view was made from, so that the same page can be made again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class LedgerState:
    """The log as it stood.

    Args:
        size: number of entries the view rests on.
        root: RFC 6962 root hash over them, hex.
        learned: when the last of them was taken; None for an empty log.
        latest: False if the log has grown since and the view shows how things were known then.
    """

    size: int
    root: str
    learned: datetime | None
    latest: bool = True
