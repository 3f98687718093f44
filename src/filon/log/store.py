"""What a store must hold and promise; `tests/contract/` runs the same suite on every one of them.

The promises, in prose:

1. `append` answers only when the entry, its payload and its records are durable: a power cut after the answer loses
   nothing, one before it leaves either all or nothing. An entry is never half there.
2. Indexes are dense and in commit order: whoever sees entry n sees all before it, in every process.
3. Nothing that was appended changes or goes away; `learned` never runs backwards.
4. Two writers do not overtake each other; the second waits or is told so. A record key is held at most once; records
   with one key happened in one millisecond.
   Threads that wait for the disk at the same time may share a commit; each is answered as if it were alone.
5. Opening after a crash is the same code as opening: the store checks itself and carries on, or refuses by name.
6. Records are a cache: they can be deleted and made again from the payloads. Entries cannot.
7. An entry of kind `erasure`, whose payload is `{"erases": [17, ..], ..}`, takes payload, salts and records of the
   entries it names with it, in the same commit. Their leaves, hashes and proofs stay.

The store knows bytes, keys and identifiers; what an event *is*, it does not know.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from msgspec import Struct

EVER = (-(1 << 62), 1 << 62)
"""Any time: before the first and after the last microsecond."""


# Values like all others and never changed. Not frozen: an audit makes ten million of each, and frozen ones cost a third
# of it.
@dataclass(unsafe_hash=True, slots=True)
class Deposit:
    """What somebody hands in: the bytes as received and what was said with them.

    Args:
        data: exact bytes received.
        media_type: e.g. `application/ld+json`.
        name: file name as received, for people and findings.
        submitter: who handed it in.
        accepted: codes of the warnings that the submitter accepted, sorted.
        kind: what the entry is: `deposit`, or of the log's own life `key`, `stamp`, `import`, `erasure`.
    """

    data: bytes
    media_type: str
    name: str = ""
    submitter: str = ""
    accepted: tuple[str, ...] = ()
    kind: str = "deposit"


@dataclass(frozen=True, slots=True)
class Record:
    """One thing that an entry says (an event), as the store may index it.

    Args:
        key: 32 bytes; two records with the same key say the same and are held once.
        name: the record's own identifier (event id), may be empty.
        occurred: microseconds since 1970 UTC, when it happened.
        body: canonical bytes of the record, readable without the payload.
        marks: (role, identifier) pairs it can be found by, e.g. `("input", "https://id.gs1.org/01/../10/..")`.
        words: (role, word) pairs that it shares with many others, e.g. `("bizStep", "shipping")`; each once.
    """

    key: bytes
    name: str
    occurred: int
    body: bytes
    marks: tuple[tuple[str, str], ...] = ()
    words: tuple[tuple[str, str], ...] = ()


class Stored(Struct, frozen=True, gc=False):
    """A record in the store: its sequence number, the entry it came with and its body."""

    sequence: int
    entry: int
    key: bytes
    body: bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the log.

    Args:
        index: 0, 1, 2, .. without gaps, in commit order.
        learned: when the store took it (UTC, never before the entry before).
        leaf: the bytes that are hashed into the tree (RFC 6962: leaf hash = SHA-256(0x00 || leaf)).
        leaf_hash: 32 bytes.
        size: bytes of the payload; 0 once erased.
        kind: as in `Deposit`.
        erased: the payload is gone by a logged erasure; leaf, hash and proofs stay.
    """

    index: int
    learned: datetime
    media_type: str
    name: str
    submitter: str
    accepted: tuple[str, ...]
    leaf: bytes
    leaf_hash: bytes
    size: int
    kind: str = "deposit"
    erased: bool = False


@dataclass(unsafe_hash=True, slots=True)
class Kept:
    """An entry's stored bytes as they are, for who wants to check them rather than believe them.

    Args:
        learned: microseconds since 1970 UTC, from its column, not from the leaf.
        salts: 32 bytes; None once erased.
        data: the payload; None once erased.
        said: what the submitter said with the bytes; None once erased, or where it cannot be read any more.
    """

    index: int
    learned: int
    leaf: bytes
    leaf_hash: bytes
    salts: bytes | None
    data: bytes | None
    said: Deposit | None


class Store(Protocol):
    """A ledger's memory. Every `size` argument means "as known when the log had so many entries"; None = now."""

    def append(self, deposit: Deposit, records: Sequence[Record], *, now: datetime) -> Entry:
        """Take a deposit whole; durable on return. Records whose key is held already are left out.

        Raises:
            ConflictError: another writer is in the way and did not finish.
            StoreError: the disk is full or failed; nothing was taken.
        """
        ...

    def append_all(self, deposits: Sequence[tuple[Deposit, Sequence[Record]]], *, now: datetime) -> list[Entry]:
        """Take several deposits in one durable commit: all or none, in this order. Errors as in `append`."""
        ...

    def append_new(
        self, deposit: Deposit, records: Sequence[Record], *, keys: Collection[bytes], now: datetime
    ) -> Entry | None:
        """Take a deposit unless all these keys are held; None if they are, and nothing was taken.

        Asked and taken in one step: of several that hand in the same at the same moment, in any process, one makes an
        entry. Errors as in `append`.

        Args:
            keys: of the records, or of those among them that would be news; as in `known`.
        """
        ...

    def size(self) -> int:
        """How many entries there are."""
        ...

    def entry(self, index: int) -> Entry:
        """One entry.

        Raises:
            NotFoundError: no such index.
        """
        ...

    def entries(self, first: int = 0, size: int | None = None) -> Iterator[Entry]:
        """Entries first..size-1, oldest first."""
        ...

    def payload(self, index: int) -> bytes:
        """The exact bytes received with an entry.

        Raises:
            NotFoundError: no such index, or the payload was erased.
        """
        ...

    def kept(self, first: int = 0, size: int | None = None) -> Iterator[Kept]:
        """Stored bytes of entries first..size-1, oldest first, one at a time; for verification and bundles."""
        ...

    def known(self, keys: Iterable[bytes]) -> set[bytes]:
        """Those of the keys that are held.

        Args:
            keys: or {key: when it happened}, which is quicker where there are many.
        """
        ...

    def keyed(self, keys: Iterable[bytes], *, size: int | None = None) -> Iterator[Stored]:
        """The records with these keys, in sequence order."""
        ...

    def numbered(self, sequences: Iterable[int]) -> Iterator[Stored]:
        """The records of these sequences, as far as there are any, ascending where they are given so."""
        ...

    def records(self, *, after: int = -1, first: int = 0, size: int | None = None) -> Iterator[Stored]:
        """Records with sequence > after that came with entries first..size-1, in sequence order."""
        ...

    def having(
        self,
        words: Sequence[Collection[tuple[str, str]]],
        *,
        occurred: tuple[int, int] = EVER,
        after: int = -1,
        first: int = 0,
        size: int | None = None,
    ) -> Iterator[Stored]:
        """Records with sequence > after of entries first..size-1 that carry of each set of words one, in their order.

        Records that were kept before words were are among them whatever they say, until `remake`.

        Args:
            occurred: least and greatest microsecond at which they happened.
        """
        ...

    def touching(
        self, identifiers: Iterable[str], *, roles: Iterable[str] | None = None, size: int | None = None
    ) -> Iterator[Stored]:
        """Records that carry any of the identifiers (in any of the roles), in sequence order, each once."""
        ...

    def marked(self, identifier: str, *, size: int | None = None) -> list[tuple[str, int]]:
        """(role, sequence) of every record that carries an identifier, ascending; nothing but the index is read."""
        ...

    def named(self, name: str, *, size: int | None = None) -> Iterator[Stored]:
        """Records with that own identifier (an event and its error declaration share one)."""
        ...

    def identifiers(self, part: str, *, roles: Iterable[str] | None = None, limit: int = 50) -> list[str]:
        """Identifiers that contain the text (any case), sorted; for the search box.

        A text under three characters is sought at the beginning of an identifier's last part (after `/`, `:` or `#`).
        If there are more than `limit`, those first met latest are given.
        """
        ...

    def root(self, size: int | None = None) -> bytes:
        """RFC 6962 root hash over the first `size` entries.

        Raises:
            NotFoundError: the log has not so many.
        """
        ...

    def node(self, level: int, index: int) -> bytes:
        """Stored hash of a complete subtree; level 0 are the leaf hashes.

        Raises:
            NotFoundError: that subtree is not complete.
        """
        ...

    def nodes(self, level: int) -> Iterator[tuple[int, bytes]]:
        """All stored (index, hash) of a level above the leaves, by index."""
        ...

    def publish(self, size: int, note: bytes) -> None:
        """Keep a signed checkpoint that is served; durable on return."""
        ...

    def published(self) -> list[tuple[int, bytes]]:
        """(size, note) of all checkpoints kept, oldest first."""
        ...

    def newest(self) -> tuple[int, bytes] | None:
        """(size, note) of the checkpoint kept last; None if there is none."""
        ...

    def indexed(self, sequence: int, record: Record) -> bool:
        """Whether name, time, marks and words of a record are indexed as the record has them; for verification."""
        ...

    def marks(self) -> int:
        """How many (record, role, identifier) are indexed in all."""
        ...

    def remake(self, records: Iterable[tuple[int, Sequence[Record]]]) -> None:
        """Throw the records away and take these (entry, its records) instead, oldest first, in one durable commit."""
        ...

    def faults(self) -> list[str]:
        """What the store itself finds wrong with its files, tables and indexes; empty if nothing is."""
        ...

    def erasures(self) -> dict[int, int]:
        """{entry whose payload was erased: entry that logged it}."""
        ...

    def adopt(self, entries: Sequence[tuple[Kept, Sequence[Record]]]) -> None:
        """Take entries of this very ledger back from a backup or mirror, byte for byte, in one durable commit.

        Raises:
            ConflictError: they do not follow the last entry here.
            StoreError: as in `append`.
        """
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...
