"""A ledger that lives as long as the program: for tests, trials and `filon check`; same promises, no disk.

It is also the plain reading of the contract: lists and dictionaries, no index cleverness.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from filon.core.errors import NotFoundError, StoreError
from filon.log import merkle
from filon.log.leaf import entered, erases, follow
from filon.log.store import EVER, Entry, Kept, Record, Stored
from filon.store.group import Appending, Held, Wanted, planned
from filon.store.search import matches


class MemoryStore(Appending):
    """The store of `log/store.py` in memory.

    Args:
        random: source of the salts.
    """

    def __init__(self, *, random: Callable[[int], bytes] = secrets.token_bytes) -> None:
        self._random = random
        self._writing = threading.Lock()
        self._kept: list[Kept] = []
        self._edge = merkle.Frontier()
        self._nodes: dict[tuple[int, int], bytes] = {}
        self._records: list[tuple[Record, Stored]] = []
        self._keys: set[bytes] = set()
        self._met: dict[str, set[str]] = {}
        self._sequence = 0
        self._erased: dict[int, int] = {}
        self._published: list[tuple[int, bytes]] = []
        self._closed = False

    def adopt(self, entries: Sequence[tuple[Kept, Sequence[Record]]]) -> None:
        """Take entries of this very ledger back, byte for byte."""
        with self._writing:
            self._open()
            follow(len(self._kept), self._kept[-1].learned if self._kept else 0, [kept for kept, _ in entries])
            for kept, records in entries:
                self._take(kept, records)

    def size(self) -> int:
        """How many entries there are."""
        self._open()
        return len(self._kept)

    def entry(self, index: int) -> Entry:
        """One entry."""
        if not 0 <= index < self.size():
            raise NotFoundError(f"the log has no entry {index}", entry=index)
        return entered(self._kept[index])

    def entries(self, first: int = 0, size: int | None = None) -> Iterator[Entry]:
        """Entries first..size-1, oldest first."""
        return map(entered, self.kept(first, size))

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

    def keyed(self, keys: Iterable[bytes], *, size: int | None = None) -> Iterator[Stored]:
        """The records with these keys, in sequence order."""
        sought = set(keys)
        return self._such(lambda record, _: record.key in sought, size)

    def numbered(self, sequences: Iterable[int]) -> Iterator[Stored]:
        """The records of these sequences."""
        sought = set(sequences)
        return self._such(lambda _, stored: stored.sequence in sought, None)

    def records(self, *, after: int = -1, first: int = 0, size: int | None = None) -> Iterator[Stored]:
        """Records in sequence order."""
        return self._such(lambda _, stored: stored.sequence > after and stored.entry >= first, size)

    def having(
        self,
        words: Sequence[Collection[tuple[str, str]]],
        *,
        occurred: tuple[int, int] = EVER,
        after: int = -1,
        first: int = 0,
        size: int | None = None,
    ) -> Iterator[Stored]:
        """Records that carry of each of these sets of words one."""

        def has(record: Record, stored: Stored) -> bool:
            then = stored.sequence > after and stored.entry >= first and occurred[0] <= record.occurred <= occurred[1]
            return then and all(set(record.words).intersection(group) for group in words)

        return self._such(has, size)

    def touching(
        self, identifiers: Iterable[str], *, roles: Iterable[str] | None = None, size: int | None = None
    ) -> Iterator[Stored]:
        """Records that carry any of the identifiers (in any of the roles), each once."""
        sought, wanted = set(identifiers), None if roles is None else set(roles)

        def carries(record: Record, _: Stored) -> bool:
            return any(text in sought and (wanted is None or role in wanted) for role, text in record.marks)

        return self._such(carries, size)

    def marked(self, identifier: str, *, size: int | None = None) -> list[tuple[str, int]]:
        """(role, sequence) of every record that carries an identifier."""
        edge = self.size() if size is None else size
        told = ((record.marks, stored) for record, stored in self._records if stored.entry < edge)
        return sorted({(role, stored.sequence) for marks, stored in told for role, text in marks if text == identifier})

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

    def nodes(self, level: int) -> Iterator[tuple[int, bytes]]:
        """All stored (index, hash) of a level above the leaves."""
        return ((index, self._nodes[at, index]) for at, index in sorted(self._nodes) if at == level)

    def publish(self, size: int, note: bytes) -> None:
        """Keep a signed checkpoint that is served."""
        self._open()
        self._published.append((size, note))

    def published(self) -> list[tuple[int, bytes]]:
        """(size, note) of all checkpoints kept, oldest first."""
        return list(self._published)

    def newest(self) -> tuple[int, bytes] | None:
        """(size, note) of the checkpoint kept last."""
        return self._published[-1] if self._published else None

    def indexed(self, sequence: int, record: Record) -> bool:
        """Whether name, time, marks and words of a record are indexed as the record has them."""

        def told(one: Record) -> tuple[object, ...]:
            return one.name, one.occurred, set(one.marks), set(one.words)

        return any(stored.sequence == sequence and told(held) == told(record) for held, stored in self._records)

    def marks(self) -> int:
        """How many (record, role, identifier) are indexed in all."""
        return sum(len(set(record.marks)) for record, _ in self._records)

    def remake(self, records: Iterable[tuple[int, Sequence[Record]]]) -> None:
        """Throw the records away and take these instead."""
        made = list(records)
        with self._writing:
            self._records, self._keys, self._met, self._sequence = [], set(), {}, 0
            for entry, said in made:
                self._remember(entry, said)

    def faults(self) -> list[str]:
        """Nothing: there are no files."""
        return []

    def erasures(self) -> dict[int, int]:
        """{entry whose payload was erased: entry that logged it}."""
        return dict(self._erased)

    def close(self) -> None:
        """Let go of everything."""
        self._closed = True

    def _take_in(self, wanted: Wanted) -> list[Entry]:
        with self._writing:
            self._open()
            last = self._kept[-1].learned if self._kept else 0
            # Everything that can fail is done before anything is kept.
            [(_, kept)] = planned([wanted], Held(self.known), len(self._kept), last, self._random)
            for each, (_, records) in zip(kept, wanted.deposits, strict=False):
                self._take(each, records)
            return [entered(each) for each in kept]

    def _open(self) -> None:
        if self._closed:
            raise StoreError("the ledger was closed")

    def _take(self, kept: Kept, records: Sequence[Record]) -> None:
        self._nodes.update(((level, at), node) for level, at, node in self._edge.grow([kept.leaf_hash]))
        self._kept.append(kept)
        self._remember(kept.index, records)
        if kept.said is not None and kept.said.kind == "erasure":
            for index in erases(kept.said, kept.index):
                self._erase(index, kept.index)

    def _remember(self, index: int, records: Sequence[Record]) -> None:
        for record in records:
            if record.key not in self._keys:
                self._keys.add(record.key)
                self._records.append((record, Stored(self._sequence, index, record.key, record.body)))
                self._sequence += 1
                for role, text in record.marks:
                    self._met.setdefault(text, set()).add(role)

    def _erase(self, index: int, by: int) -> None:
        self._erased.setdefault(index, by)
        self._kept[index] = replace(self._kept[index], salts=None, data=None, said=None)
        self._keys -= {stored.key for _, stored in self._records if stored.entry == index}
        self._records = [(record, stored) for record, stored in self._records if stored.entry != index]
        carried: dict[str, set[str]] = {}
        for record, _ in self._records:
            for role, text in record.marks:
                carried.setdefault(text, set()).add(role)
        self._met = {text: carried[text] for text in self._met if text in carried}

    def _such(self, wanted: Callable[[Record, Stored], bool], size: int | None) -> Iterator[Stored]:
        edge = self.size() if size is None else size
        return (stored for record, stored in self._records if stored.entry < edge and wanted(record, stored))
