"""A ledger that lives as long as the program: for tests, trials and `filon check`; same promises, no disk.

It is also the plain reading of the contract: lists and dictionaries, no index cleverness.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from filon.core.errors import NotFoundError, StoreError
from filon.log import merkle
from filon.log.leaf import SALTS_SIZE, entered, leaf, micros, moment
from filon.log.store import Deposit, Entry, Kept, Record, Stored
from filon.store.search import matches


class MemoryStore:
    """The store of `log/store.py` in memory.

    Args:
        random: source of the salts.
    """

    def __init__(self, *, random: Callable[[int], bytes] = secrets.token_bytes) -> None:
        self._random = random
        self._writing = threading.Lock()
        self._entries: list[Entry] = []
        self._kept: list[Kept] = []
        self._edge = merkle.Frontier()
        self._nodes: dict[tuple[int, int], bytes] = {}
        self._records: list[tuple[Record, Stored]] = []
        self._keys: set[bytes] = set()
        self._met: dict[str, set[str]] = {}
        self._published: list[tuple[int, bytes]] = []
        self._closed = False

    def append(self, deposit: Deposit, records: Sequence[Record], *, now: datetime) -> Entry:
        """Take a deposit whole."""
        return self.append_all([(deposit, records)], now=now)[0]

    def append_all(self, deposits: Sequence[tuple[Deposit, Sequence[Record]]], *, now: datetime) -> list[Entry]:
        """Take several deposits, all or none."""
        with self._writing:
            self._open()
            learned = max(micros(now), self._kept[-1].learned if self._kept else 0)
            # Everything that can fail is done before anything is kept.
            sealed = [(d, salts, leaf(d, salts, moment(learned))) for d, _ in deposits for salts in [self._salts()]]
            return [self._take(learned, *each, records) for each, (_, records) in zip(sealed, deposits, strict=True)]

    def size(self) -> int:
        """How many entries there are."""
        self._open()
        return len(self._entries)

    def entry(self, index: int) -> Entry:
        """One entry."""
        if not 0 <= index < self.size():
            raise NotFoundError(f"the log has no entry {index}", entry=index)
        return self._entries[index]

    def entries(self, first: int = 0, size: int | None = None) -> Iterator[Entry]:
        """Entries first..size-1, oldest first."""
        return iter(self._entries[first : self.size() if size is None else size])

    def payload(self, index: int) -> bytes:
        """The exact bytes received with an entry."""
        self.entry(index)
        data = self._kept[index].data
        if data is None:
            raise NotFoundError(f"the payload of entry {index} was erased", entry=index)
        return data

    def kept(self, first: int = 0, size: int | None = None) -> Iterator[Kept]:
        """Stored bytes of entries first..size-1."""
        return iter(self._kept[first : self.size() if size is None else size])

    def known(self, keys: Iterable[bytes]) -> set[bytes]:
        """Those of the keys that are held."""
        return self._keys & set(keys)

    def records(self, *, after: int = -1, first: int = 0, size: int | None = None) -> Iterator[Stored]:
        """Records in sequence order."""
        return self._such(lambda _, stored: stored.sequence > after and stored.entry >= first, size)

    def touching(
        self, identifiers: Iterable[str], *, roles: Iterable[str] | None = None, size: int | None = None
    ) -> Iterator[Stored]:
        """Records that carry any of the identifiers (in any of the roles), each once."""
        sought, wanted = set(identifiers), None if roles is None else set(roles)

        def carries(record: Record, _: Stored) -> bool:
            return any(text in sought and (wanted is None or role in wanted) for role, text in record.marks)

        return self._such(carries, size)

    def named(self, name: str, *, size: int | None = None) -> Iterator[Stored]:
        """Records with that own identifier."""
        return self._such(lambda record, _: bool(name) and record.name == name, size)

    def identifiers(self, part: str, *, roles: Iterable[str] | None = None, limit: int = 50) -> list[str]:
        """Identifiers for the search box."""
        wanted = None if roles is None else set(roles)
        found = [text for text, met in self._met.items() if (wanted is None or met & wanted) and matches(part, text)]
        return sorted(found[-limit:]) if limit > 0 else []

    def root(self, size: int | None = None) -> bytes:
        """RFC 6962 root hash over the first `size` entries."""
        return merkle.root(self.node, self.size() if size is None else size)

    def node(self, level: int, index: int) -> bytes:
        """Stored hash of a complete subtree."""
        if (level, index) not in self._nodes:
            raise NotFoundError(f"the tree has no complete subtree {index} on level {level}", level=level, index=index)
        return self._nodes[level, index]

    def nodes(self) -> Iterator[tuple[int, int, bytes]]:
        """All stored (level, index, hash) above the leaves."""
        return ((level, index, self._nodes[level, index]) for level, index in sorted(self._nodes) if level)

    def publish(self, size: int, note: bytes) -> None:
        """Keep a signed checkpoint that is served."""
        self._open()
        self._published.append((size, note))

    def published(self) -> list[tuple[int, bytes]]:
        """(size, note) of all checkpoints kept, oldest first."""
        return list(self._published)

    def close(self) -> None:
        """Let go of everything."""
        self._closed = True

    def _open(self) -> None:
        if self._closed:
            raise StoreError("the ledger was closed")

    def _salts(self) -> bytes:
        return self._random(SALTS_SIZE)

    def _take(
        self, learned: int, deposit: Deposit, salts: bytes, leaf_bytes: bytes, records: Sequence[Record]
    ) -> Entry:
        index, hashed = len(self._entries), merkle.leaf_hash(leaf_bytes)
        for record in records:
            if record.key not in self._keys:
                self._keys.add(record.key)
                self._records.append((record, Stored(len(self._records), index, record.key, record.body)))
                for role, text in record.marks:
                    self._met.setdefault(text, set()).add(role)
        self._nodes.update(((level, at), node) for level, at, node in self._edge.grow([hashed]))
        self._kept.append(Kept(index, learned, leaf_bytes, hashed, salts, deposit.data, deposit))
        self._entries.append(entered(index, moment(learned), deposit, leaf_bytes, hashed))
        return self._entries[-1]

    def _such(self, wanted: Callable[[Record, Stored], bool], size: int | None) -> Iterator[Stored]:
        edge = self.size() if size is None else size
        return (stored for record, stored in self._records if stored.entry < edge and wanted(record, stored))
