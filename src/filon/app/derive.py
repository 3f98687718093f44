"""The records that a kept payload says, made again by the readers that capture used; and the cache rebuilt from them.

Records are a cache: they may be thrown away at any time, and a verification compares them with what is made here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from filon.app.intake import document, sound
from filon.app.records import records
from filon.log.store import Deposit, Record, Store


def derived(deposit: Deposit) -> list[Record]:
    """What a deposit says, in the order in which capture takes it; nothing for the log's own entries."""
    if deposit.kind != "deposit":
        return []
    return list(records(sound(document(deposit.data, deposit.name, deposit.media_type))))


def rebuild(store: Store) -> int:
    """Make all records again from the payloads; how many there are now."""
    store.remake(_all(store))
    return sum(1 for _ in store.records())


def _all(store: Store) -> Iterator[tuple[int, Sequence[Record]]]:
    for kept in store.kept():
        if kept.said is not None:
            yield kept.index, derived(kept.said)
