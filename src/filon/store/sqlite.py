"""A ledger in one SQLite file: entries, payloads, tree and records, each append one durable transaction.

One writer at a time, by the file's own lock: commit order is index order. Readers have a connection per thread and
see a whole state, never half an append. `docs/ledger-format.md` says how to read the file without Filon.

    with closing(SqliteStore(Path("filon.db"))) as store:
        entry = store.append(Deposit(b"...", "text/csv"), [], now=datetime.now(UTC))

Copy a live ledger with `filon backup`, never with `cp`: the newest commits lie in the `-wal` file beside it.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from filon.core.errors import NotFoundError, StoreError, TooLargeError
from filon.log import merkle
from filon.log.leaf import SALTS_SIZE, entered, kind_of, leaf, micros, moment
from filon.log.store import Deposit, Entry, Kept, Record, Stored
from filon.store import sqlite_records
from filon.store.connection import connect, migrate, told, transaction

PAYLOAD_LIMIT = 900_000_000
"""Bytes; SQLite holds at most 1 000 000 000 in a row."""

_T = TypeVar("_T")
_Row = tuple[Any, ...]
_ENTRY = """SELECT entry.idx, learned, leaf, leaf_hash, media_type, name, submitter, accepted, size
    FROM entry LEFT JOIN payload ON entry = idx"""
_KEPT = """SELECT entry.idx, learned, leaf, leaf_hash, media_type, name, submitter, accepted, salts, data
    FROM entry LEFT JOIN payload ON entry = idx"""


class SqliteStore:
    """The store of `log/store.py` on one SQLite file.

    Args:
        path: the file; made if absent, with its folder.
        random: source of the salts, e.g. a fixed one for tests.

    Raises:
        StoreError: the file is damaged, foreign, newer than this Filon, or not on a durable file system.
    """

    def __init__(self, path: Path, *, random: Callable[[int], bytes] = secrets.token_bytes) -> None:
        self.path = path
        self._random = random
        self._connections: list[sqlite3.Connection] = []
        self._threads = threading.local()
        self._writing = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._writer = self._connect()
        try:
            migrate(self._writer, path)
            self._check()
        except BaseException:
            self.close()
            raise

    def append(self, deposit: Deposit, records: Sequence[Record], *, now: datetime) -> Entry:
        """Take a deposit whole; durable on return."""
        return self.append_all([(deposit, records)], now=now)[0]

    def append_all(self, deposits: Sequence[tuple[Deposit, Sequence[Record]]], *, now: datetime) -> list[Entry]:
        """Take several deposits in one durable commit."""
        for deposit, _ in deposits:
            if len(deposit.data) > PAYLOAD_LIMIT:
                raise TooLargeError(f"{deposit.name or 'the file'} has more than {PAYLOAD_LIMIT} bytes; split it")
        with self._writing, told(self.path), transaction(self._writer):
            return self._take(deposits, now)

    def size(self) -> int:
        """How many entries there are."""
        return _size(self._reader())

    def entry(self, index: int) -> Entry:
        """One entry."""
        with told(self.path):
            row = self._reader().execute(f"{_ENTRY} WHERE entry.idx = ?", (index,)).fetchone()
        if row is None:
            raise NotFoundError(f"the log has no entry {index}", entry=index)
        return _entry(row)

    def entries(self, first: int = 0, size: int | None = None) -> Iterator[Entry]:
        """Entries first..size-1, oldest first."""
        return map(_entry, self._rows(_ENTRY, first, size))

    def payload(self, index: int) -> bytes:
        """The exact bytes received with an entry."""
        with told(self.path):
            row = self._reader().execute("SELECT data FROM payload WHERE entry = ?", (index,)).fetchone()
        if row is None:
            raise NotFoundError(f"entry {index} is absent or its payload was erased", entry=index)
        return bytes(row[0])

    def kept(self, first: int = 0, size: int | None = None) -> Iterator[Kept]:
        """Stored bytes of entries first..size-1, one at a time."""
        return map(_kept, self._rows(_KEPT, first, size))

    def known(self, keys: Iterable[bytes]) -> set[bytes]:
        """Those of the keys that are held."""
        with told(self.path):
            return sqlite_records.known(self._reader(), keys)

    def records(self, *, after: int = -1, first: int = 0, size: int | None = None) -> Iterator[Stored]:
        """Records in sequence order."""
        return self._told(sqlite_records.between(self._reader(), after, first, size))

    def touching(
        self, identifiers: Iterable[str], *, roles: Iterable[str] | None = None, size: int | None = None
    ) -> Iterator[Stored]:
        """Records that carry any of the identifiers (in any of the roles), each once."""
        return self._told(sqlite_records.touching(self._reader(), identifiers, roles, size))

    def named(self, name: str, *, size: int | None = None) -> Iterator[Stored]:
        """Records with that own identifier."""
        return self._told(sqlite_records.named(self._reader(), name, size))

    def identifiers(self, part: str, *, roles: Iterable[str] | None = None, limit: int = 50) -> list[str]:
        """Identifiers for the search box."""
        with told(self.path):
            return sqlite_records.identifiers(self._reader(), part, roles, limit)

    def root(self, size: int | None = None) -> bytes:
        """RFC 6962 root hash over the first `size` entries."""
        return merkle.root(self.node, self.size() if size is None else size)

    def node(self, level: int, index: int) -> bytes:
        """Stored hash of a complete subtree."""
        return _node(self._reader(), level, index)

    def nodes(self) -> Iterator[tuple[int, int, bytes]]:
        """All stored (level, index, hash) above the leaves."""
        yield from self._reader().execute("SELECT level, idx, hash FROM node ORDER BY level, idx")

    def publish(self, size: int, note: bytes) -> None:
        """Keep a signed checkpoint that is served."""
        with self._writing, told(self.path), transaction(self._writer):
            self._writer.execute("INSERT INTO published (size, note) VALUES (?, ?)", (size, note))

    def published(self) -> list[tuple[int, bytes]]:
        """(size, note) of all checkpoints kept, oldest first."""
        with told(self.path):
            return self._reader().execute("SELECT size, note FROM published ORDER BY number").fetchall()

    def close(self) -> None:
        """Let go of the file; the last one out folds the -wal file in."""
        while self._connections:
            self._connections.pop().close()

    def _take(self, deposits: Sequence[tuple[Deposit, Sequence[Record]]], now: datetime) -> list[Entry]:
        size = _size(self._writer)
        edge = merkle.frontier(lambda level, index: _node(self._writer, level, index), size)
        learned = max(micros(now), self._last_learned(size))
        salts = [self._random(SALTS_SIZE) for _ in deposits]
        when = moment(learned)
        leaves = [leaf(deposit, salt, when) for (deposit, _), salt in zip(deposits, salts, strict=True)]
        hashes = [merkle.leaf_hash(each) for each in leaves]
        self._writer.executemany(
            "INSERT INTO entry (idx, learned, leaf, leaf_hash) VALUES (?, ?, ?, ?)",
            ((size + i, learned, leaves[i], hashes[i]) for i in range(len(deposits))),
        )
        self._writer.executemany(
            "INSERT INTO payload (entry, media_type, name, submitter, accepted, salts, size, data)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (index, d.media_type, d.name, d.submitter, json.dumps(d.accepted), salt, len(d.data), d.data)
                for index, ((d, _), salt) in enumerate(zip(deposits, salts, strict=True), size)
            ),
        )
        self._writer.executemany(
            "INSERT INTO node (level, idx, hash) VALUES (?, ?, ?)", (node for node in edge.grow(hashes) if node[0])
        )
        held = sqlite_records.known(self._writer, (record.key for _, records in deposits for record in records))
        for index, (_, records) in enumerate(deposits, size):
            if records:
                sqlite_records.take(self._writer, index, records, held)
        return [entered(size + i, when, d, leaves[i], hashes[i]) for i, (d, _) in enumerate(deposits)]

    def _last_learned(self, size: int) -> int:
        row = self._writer.execute("SELECT learned FROM entry WHERE idx = ?", (size - 1,)).fetchone()
        return int(row[0]) if row else 0

    def _check(self) -> None:
        """Quick self-check on opening: the last entry and the right edge of the tree hang together."""
        with told(self.path):
            size = _size(self._writer)
            if size:
                row = self._writer.execute("SELECT leaf, leaf_hash FROM entry WHERE idx = ?", (size - 1,)).fetchone()
                if merkle.leaf_hash(row[0]) != row[1]:
                    raise StoreError(f"{self.path}: entry {size - 1} does not match its hash; restore from a mirror")
                merkle.root(lambda level, index: _node(self._writer, level, index), size)

    def _rows(self, sql: str, first: int, size: int | None) -> Iterator[_Row]:
        edge = (1 << 62) if size is None else size
        return self._told(
            self._reader().execute(f"{sql} WHERE entry.idx >= ? AND entry.idx < ? ORDER BY entry.idx", (first, edge))
        )

    def _connect(self) -> sqlite3.Connection:
        connection = connect(self.path)
        self._connections.append(connection)
        return connection

    def _reader(self) -> sqlite3.Connection:
        """This thread's own connection for reading."""
        if not self._connections:
            raise StoreError(f"{self.path} was closed")
        connection: sqlite3.Connection | None = getattr(self._threads, "connection", None)
        if connection is None:
            connection = self._threads.connection = self._connect()
            connection.execute("PRAGMA query_only = ON")
        return connection

    def _told(self, rows: Iterator[_T]) -> Iterator[_T]:
        with told(self.path):
            yield from rows


def _size(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT coalesce(max(idx) + 1, 0) FROM entry").fetchone()[0])


def _node(connection: sqlite3.Connection, level: int, index: int) -> bytes:
    sql = "SELECT hash FROM node WHERE level = ? AND idx = ?" if level else "SELECT leaf_hash FROM entry WHERE idx = ?"
    row = connection.execute(sql, (level, index) if level else (index,)).fetchone()
    if row is None:
        raise NotFoundError(f"the tree has no complete subtree {index} on level {level}", level=level, index=index)
    return bytes(row[0])


def _entry(row: _Row) -> Entry:
    index, learned, leaf, leaf_hash, media_type, name, submitter, accepted, size = row
    when, kind = moment(learned), kind_of(leaf)
    if size is None:
        return Entry(index, when, "", "", "", (), leaf, leaf_hash, 0, kind, erased=True)
    return Entry(index, when, media_type, name, submitter, tuple(json.loads(accepted)), leaf, leaf_hash, size, kind)


def _kept(row: _Row) -> Kept:
    index, learned, leaf, leaf_hash, media_type, name, submitter, accepted, salts, data = row
    if data is None:
        return Kept(index, learned, leaf, leaf_hash, None, None, None)
    said = Deposit(data, media_type, name, submitter, tuple(json.loads(accepted)), kind_of(leaf))
    return Kept(index, learned, leaf, leaf_hash, salts, data, said)
