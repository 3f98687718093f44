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
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from filon.core.errors import ConflictError, NotFoundError, StoreError
from filon.log import merkle
from filon.log.leaf import entered, erases, follow, kind_of
from filon.log.store import EVER, Deposit, Entry, Kept, Record, Stored
from filon.store import sqlite_records, sqlite_search
from filon.store.connection import connect, connect_reading, migrate, patient, told, transaction, writable
from filon.store.faults import file_faults, schema_faults
from filon.store.group import Group, Grouped, Held, Wanted, planned

_T = TypeVar("_T")
_Row = tuple[Any, ...]
# Texts come as bytes: what a damaged file holds need not be UTF-8, and is to be reported, not stumbled over.
_ENTRY = """SELECT entry.idx, learned, leaf, leaf_hash, CAST(media_type AS BLOB), CAST(name AS BLOB),
    CAST(submitter AS BLOB), CAST(accepted AS BLOB), salts, length(data), {data}
    FROM entry LEFT JOIN payload ON entry = idx"""
_WITH_DATA = _ENTRY.format(data="data")
_WITHOUT_DATA = _ENTRY.format(data="NULL")


class SqliteStore(Grouped):
    """The store of `log/store.py` on one SQLite file.

    Args:
        path: the file; made if absent, with its folder. One that cannot be written is opened for questions.
        random: source of the salts, e.g. a fixed one for tests.

    Raises:
        StoreError: the file is damaged, foreign, newer than this Filon, or not on a durable file system.
    """

    payload_limit = 900_000_000  # bytes; SQLite holds at most 1 000 000 000 in a row

    def __init__(self, path: Path, *, random: Callable[[int], bytes] = secrets.token_bytes) -> None:
        self.path = path
        self._random = random
        self._connections: list[sqlite3.Connection] = []
        self._threads = threading.local()
        self._writing = threading.Lock()
        self._edge = merkle.Frontier()
        self._group = Group(self._take, self._writing)
        path.parent.mkdir(parents=True, exist_ok=True)
        self.readonly = path.exists() and not writable(path)
        self._writer = self._connect()
        try:
            if not self.readonly:
                migrate(self._writer, path)
            self._check()
        except BaseException:
            self.close()
            raise

    def size(self) -> int:
        """How many entries there are."""
        with told(self.path):
            return _size(self._reader())

    def entry(self, index: int) -> Entry:
        """One entry."""
        with told(self.path):
            row = self._reader().execute(f"{_WITHOUT_DATA} WHERE entry.idx = ?", (index,)).fetchone()
        if row is None:
            raise NotFoundError(f"the log has no entry {index}", entry=index)
        return _entry(row)

    def entries(self, first: int = 0, size: int | None = None) -> Iterator[Entry]:
        """Entries first..size-1, oldest first."""
        return map(_entry, self._rows(_WITHOUT_DATA, first, size))

    def payload(self, index: int) -> bytes:
        """The exact bytes received with an entry."""
        with told(self.path):
            row = self._reader().execute("SELECT CAST(data AS BLOB) FROM payload WHERE entry = ?", (index,)).fetchone()
        if row is None:
            raise NotFoundError(f"entry {index} is absent or its payload was erased", entry=index)
        return bytes(row[0])

    def kept(self, first: int = 0, size: int | None = None) -> Iterator[Kept]:
        """Stored bytes of entries first..size-1, one at a time."""
        return map(_kept, self._rows(_WITH_DATA, first, size))

    def known(self, keys: Iterable[bytes]) -> set[bytes]:
        """Those of the keys that are held."""
        with told(self.path):
            return sqlite_records.known(self._reader(), keys)

    def keyed(self, keys: Iterable[bytes], *, size: int | None = None) -> Iterator[Stored]:
        """The records with these keys, in sequence order."""
        return self._told(lambda: sqlite_records.keyed(self._reader(), keys, size))

    def numbered(self, sequences: Iterable[int]) -> Iterator[Stored]:
        """The records of these sequences."""
        return self._told(lambda: sqlite_records.numbered(self._reader(), sequences))

    def records(self, *, after: int = -1, first: int = 0, size: int | None = None) -> Iterator[Stored]:
        """Records in sequence order."""
        return self._told(lambda: sqlite_records.between(self._reader(), after, first, size))

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
        return self._told(lambda: sqlite_records.having(self._reader(), words, occurred, after, (first, size)))

    def touching(
        self, identifiers: Iterable[str], *, roles: Iterable[str] | None = None, size: int | None = None
    ) -> Iterator[Stored]:
        """Records that carry any of the identifiers (in any of the roles), each once."""
        return self._told(lambda: sqlite_records.touching(self._reader(), identifiers, roles, size))

    def marked(self, identifier: str, *, size: int | None = None) -> list[tuple[str, int]]:
        """(role, sequence) of every record that carries an identifier."""
        with told(self.path):
            return sqlite_records.marked(self._reader(), identifier, size)

    def named(self, name: str, *, size: int | None = None) -> Iterator[Stored]:
        """Records with that own identifier."""
        return self._told(lambda: sqlite_records.named(self._reader(), name, size))

    def identifiers(self, part: str, *, roles: Iterable[str] | None = None, limit: int = 50) -> list[str]:
        """Identifiers for the search box; each search takes a part of what is new into the index."""
        with told(self.path):
            if not self.readonly and sqlite_search.behind(self._reader()):
                self._index()
            return sqlite_search.identifiers(self._reader(), part, roles, limit)

    def root(self, size: int | None = None) -> bytes:
        """RFC 6962 root hash over the first `size` entries."""
        return merkle.root(self.node, self.size() if size is None else size)

    def node(self, level: int, index: int) -> bytes:
        """Stored hash of a complete subtree."""
        with told(self.path):
            return _node(self._reader(), level, index)

    def nodes(self, level: int) -> Iterator[tuple[int, bytes]]:
        """All stored (index, hash) of a level above the leaves."""
        # Cast, for a damaged row holds anything: what it then says is compared like any other, and differs.
        sql = """SELECT coalesce(CAST(idx AS INTEGER), -1), coalesce(CAST(hash AS BLOB), x'') FROM node
            WHERE level = ? ORDER BY idx"""
        return self._told(lambda: self._reader().execute(sql, (level,)))

    def publish(self, size: int, note: bytes) -> None:
        """Keep a signed checkpoint that is served."""
        with self._writing, told(self.path), transaction(self._writer):
            self._writer.execute("INSERT INTO published (size, note) VALUES (?, ?)", (size, note))

    def published(self) -> list[tuple[int, bytes]]:
        """(size, note) of all checkpoints kept, oldest first."""
        sql = "SELECT CAST(size AS INTEGER), CAST(note AS BLOB) FROM published ORDER BY number"
        with told(self.path):
            return self._reader().execute(sql).fetchall()

    def newest(self) -> tuple[int, bytes] | None:
        """(size, note) of the checkpoint kept last."""
        sql = "SELECT CAST(size AS INTEGER), CAST(note AS BLOB) FROM published ORDER BY number DESC LIMIT 1"
        with told(self.path):
            row: tuple[int, bytes] | None = self._reader().execute(sql).fetchone()
        return row

    def adopt(self, entries: Sequence[tuple[Kept, Sequence[Record]]]) -> None:
        """Take entries of this very ledger back, byte for byte, in one durable commit."""
        kept = [each for each, _ in entries]
        with self._writing, told(self.path), transaction(self._writer):
            size = _size(self._writer)
            follow(size, self._last_learned(size), kept)
            self._write(size, kept, [records for _, records in entries], self._held())

    def indexed(self, sequence: int, record: Record) -> bool:
        """Whether name, time, marks and words of a record are indexed as the record has them."""
        with told(self.path):
            return sqlite_records.indexed(self._reader(), sequence, record)

    def marks(self) -> int:
        """How many (record, role, identifier) are indexed in all."""
        with told(self.path):
            return int(self._reader().execute("SELECT count(*) FROM mark").fetchone()[0])

    def remake(self, records: Iterable[tuple[int, Sequence[Record]]]) -> None:
        """Throw the records away and take these instead, in one durable commit."""
        with self._writing, told(self.path), transaction(self._writer):
            sqlite_records.forget(self._writer)
            for entry, said in records:
                sqlite_records.take(self._writer, entry, said, self._held())

    def faults(self) -> list[str]:
        """What SQLite finds wrong with the file, and tables or triggers that are not as they were made."""
        with self._writing, told(self.path):
            return [*file_faults(self._writer, writing=not self.readonly), *schema_faults(self._writer)]

    def erasures(self) -> dict[int, int]:
        """{entry whose payload was erased: entry that logged it}."""
        with told(self.path):
            return dict(
                self._reader().execute("SELECT entry, coalesce(CAST(by AS INTEGER), -1) FROM erased ORDER BY entry")
            )

    def close(self) -> None:
        """Let go of the file; the last one out folds the -wal file in."""
        while self._connections:
            self._connections.pop().close()

    def _take(self, together: Sequence[Wanted]) -> None:
        """One durable commit of what several threads want kept; `_writing` is ours."""
        with told(self.path), transaction(self._writer):
            size = _size(self._writer)
            last = self._last_learned(size)
            held = self._held()
            plans = planned(together, held, size, last, self._random)
            kept = [one for _, mine in plans for one in mine]
            edge = self._write(size, kept, [said for each, mine in plans if mine for _, said in each.deposits], held)
        self._edge = edge  # only now is it sure that the ledger is so
        if any(one.said is not None and one.said.kind == "erasure" for one in kept):
            self._fold()
        for each, mine in plans:
            each.entries = [entered(one) for one in mine]

    def _fold(self) -> None:
        """Fold the -wal file in and cut it: what was erased lies in it as it came.

        A reader in the way is no error and not waited for: then the last one who closes the ledger does it.
        """
        with told(self.path), patient(self._writer, 500):
            self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def _index(self) -> None:
        """Take identifiers into the search index, unless somebody writes: then another search will."""
        if self._writing.acquire(blocking=False):
            try:
                with suppress(ConflictError), told(self.path), patient(self._writer, 0), transaction(self._writer):
                    sqlite_search.fill(self._writer, sqlite_search.AT_ONCE)
            finally:
                self._writing.release()

    def _held(self) -> Held:
        return Held(partial(sqlite_records.known, self._writer))

    def _write(
        self, size: int, kept: Sequence[Kept], records: Sequence[Sequence[Record]], held: Held
    ) -> merkle.Frontier:
        """Everything an append writes; also the way back in from a backup. The tree's edge as it is then."""
        edge = self._edge_at(size)
        write = self._writer.executemany
        write("INSERT INTO entry VALUES (?, ?, ?, ?)", ((k.index, k.learned, k.leaf, k.leaf_hash) for k in kept))
        write("INSERT INTO payload VALUES (?, ?, ?, ?, ?, ?, ?)", map(_payload_row, (k for k in kept if k.said)))
        write("INSERT INTO node VALUES (?, ?, ?)", (n for n in edge.grow(k.leaf_hash for k in kept) if n[0]))
        for each, said in zip(kept, records, strict=True):
            sqlite_records.take(self._writer, each.index, said, held)
            if each.said is not None and each.said.kind == "erasure":
                for index in erases(each.said, each.index):
                    self._erase(index, each.index)
                held.forget()
        return edge

    def _edge_at(self, size: int) -> merkle.Frontier:
        """The tree's right edge: as we left it, unless another process has appended since or our commit failed."""
        if self._edge.size != size:
            self._edge = merkle.frontier(lambda level, index: _node(self._writer, level, index), size)
        return merkle.Frontier(size, list(self._edge.hashes))

    def _erase(self, index: int, by: int) -> None:
        self._writer.execute("INSERT OR IGNORE INTO erased VALUES (?, ?)", (index, by))
        self._writer.execute("DELETE FROM payload WHERE entry = ?", (index,))
        sqlite_records.forget_entry(self._writer, index)

    def _last_learned(self, size: int) -> int:
        row = self._writer.execute("SELECT learned FROM entry WHERE idx = ?", (size - 1,)).fetchone()
        if row and type(row[0]) is not int:
            raise StoreError(f"{self.path}: entry {size - 1} has no time; restore from a mirror")
        return int(row[0]) if row else 0

    def _check(self) -> None:
        """Quick self-check on opening: the last entry and the right edge of the tree hang together."""
        with told(self.path):
            size = _size(self._writer)
            if size:
                row = self._writer.execute("SELECT leaf, leaf_hash FROM entry WHERE idx = ?", (size - 1,)).fetchone()
                if row is None or merkle.leaf_hash(_bytes(row[0])) != row[1]:
                    raise StoreError(f"{self.path}: entry {size - 1} does not match its hash; restore from a mirror")
                merkle.root(lambda level, index: _node(self._writer, level, index), size)

    def _rows(self, sql: str, first: int, size: int | None) -> Iterator[_Row]:
        edge = (1 << 62) if size is None else size
        asked = f"{sql} WHERE entry.idx >= ? AND entry.idx < ? ORDER BY entry.idx"
        return self._told(lambda: self._reader().execute(asked, (first, edge)))

    def _connect(self) -> sqlite3.Connection:
        connection = connect_reading(self.path) if self.readonly else connect(self.path)
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

    def _told(self, ask: Callable[[], Iterator[_T]]) -> Iterator[_T]:
        """Ask now, so that the answer is of this moment; read on as the caller does."""
        with told(self.path):
            rows = ask()
        return self._read_on(rows)

    def _read_on(self, rows: Iterator[_T]) -> Iterator[_T]:
        with told(self.path):
            # Not `yield from`: that would close the cursor after the ledger when a reader stops half-way.
            for row in rows:  # noqa: UP028
                yield row


def _size(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT coalesce(max(idx) + 1, 0) FROM entry").fetchone()[0])


def _node(connection: sqlite3.Connection, level: int, index: int) -> bytes:
    sql = "SELECT hash FROM node WHERE level = ? AND idx = ?" if level else "SELECT leaf_hash FROM entry WHERE idx = ?"
    row = connection.execute(sql, (level, index) if level else (index,)).fetchone()
    if row is None:
        raise NotFoundError(f"the tree has no complete subtree {index} on level {level}", level=level, index=index)
    return _bytes(row[0])


def _payload_row(kept: Kept) -> _Row:
    d = kept.said
    assert d is not None
    return kept.index, d.media_type, d.name, d.submitter, json.dumps(d.accepted), kept.salts, d.data


def _kept(row: _Row) -> Kept:
    index, learned, leaf, leaf_hash, *said, salts, size, data = row
    if type(learned) is not int or not type(leaf) is type(leaf_hash) is bytes:
        learned, leaf, leaf_hash = learned if type(learned) is int else -1, _bytes(leaf), _bytes(leaf_hash)
    if size is None:
        return Kept(index, learned, leaf, leaf_hash, None, None, None)
    salts, data = _bytes(salts), _bytes(data)
    return Kept(index, learned, leaf, leaf_hash, salts, data, _said(said, data, kind_of(leaf)))


def _entry(row: _Row) -> Entry:
    entry = entered(_kept(row))
    size = row[-2]
    return entry if size is None else replace(entry, size=size, erased=False)


def _said(columns: Sequence[Any], data: bytes, kind: str) -> Deposit | None:
    """What was said with the bytes; None where a damaged file does not tell it any more."""
    media_type, name, submitter, accepted = columns
    try:
        codes = () if accepted == b"[]" else _codes(str(accepted, "utf-8"))
        return Deposit(data, str(media_type, "utf-8"), str(name, "utf-8"), str(submitter, "utf-8"), codes, kind)
    except (ValueError, TypeError):
        return None


def _codes(accepted: str) -> tuple[str, ...]:
    codes = json.loads(accepted)
    if json.dumps(codes) != accepted or not all(isinstance(code, str) for code in codes):
        raise ValueError(accepted)
    return tuple(codes)


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else b""
