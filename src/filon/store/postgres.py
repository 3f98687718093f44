"""A ledger in PostgreSQL, for a server with several workers: each append one durable transaction.

The head row is locked by whoever appends until the commit is flushed, so commit order is index order in every process.
Readers have a connection per thread and a cursor that holds, so that an answer is of the moment it was asked.

    with closing(PostgresStore("postgresql:///atlas")) as store: ...

A connection lost during COMMIT leaves an append unknown: look for its records (or entry) before trying again.
"""

from __future__ import annotations

import itertools
import json
import secrets
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

import psycopg

from filon.core.errors import ConflictError, NotFoundError, StoreError, WrongCallError
from filon.log import merkle
from filon.log.leaf import entered, erases, follow, kind_of
from filon.log.store import EVER, Deposit, Entry, Kept, Record, Stored
from filon.store import parts
from filon.store.group import Group, Held, Wanted, planned, small
from filon.store.parts import Word
from filon.store.postgres_schema import MIGRATIONS
from filon.store.search import SHORT, tail

PAYLOAD_LIMIT = 900_000_000
"""Bytes; PostgreSQL holds at most 1 GB in a value."""
MIGRATION_LOCK = 0x46696C6E
DURABLE = {
    "fsync": {"on"},
    "full_page_writes": {"on"},
    "synchronous_commit": {"on", "remote_apply", "remote_write", "local"},
}
"""Server settings that durability needs; otherwise an acknowledged commit may be lost."""

FEW = 50
"""Under so many rows are inserted, more are copied. Long lists go in binary (%b): as text each item is searched."""

_Row = tuple[Any, ...]
_ENTRY = """SELECT entry.idx, learned, leaf, leaf_hash, media_type, name, submitter, accepted, salts,
    length(data), {data} FROM entry LEFT JOIN payload ON entry = idx"""
_WITH_DATA = _ENTRY.format(data="data")
_WITHOUT_DATA = _ENTRY.format(data="NULL::bytea")
_STORED = "SELECT sequence, entry, key, body FROM record WHERE"
_ALL = 1 << 62


class PostgresStore:
    """The store of `log/store.py` on one PostgreSQL database, schema or search path.

    Args:
        address: as psycopg takes it, e.g. `postgresql://user@host/atlas`.
        random: source of the salts.

    Raises:
        StoreError: the server is not set to keep what it acknowledges, or the ledger there is damaged or newer.
    """

    def __init__(self, address: str, *, random: Callable[[int], bytes] = secrets.token_bytes) -> None:
        self.address = address
        self._random = random
        self._connections: list[psycopg.Connection[_Row]] = []
        self._threads = threading.local()
        self._names = itertools.count()
        self._closed = False
        self._group = Group(self._append, threading.Lock())
        self._edge = merkle.Frontier()
        try:
            with _told():
                self._durable()
                self._migrate()
            self._check()
        except BaseException:
            self.close()
            raise

    def append(self, deposit: Deposit, records: Sequence[Record], *, now: datetime) -> Entry:
        """Take a deposit whole; durable on return."""
        return self.append_all([(deposit, records)], now=now)[0]

    def append_all(self, deposits: Sequence[tuple[Deposit, Sequence[Record]]], *, now: datetime) -> list[Entry]:
        """Take several deposits in one durable commit."""
        small(deposits, PAYLOAD_LIMIT)
        return self._group.take(Wanted(deposits, now))

    def append_new(
        self, deposit: Deposit, records: Sequence[Record], *, keys: Collection[bytes], now: datetime
    ) -> Entry | None:
        """Take a deposit unless all these keys are held."""
        small([(deposit, records)], PAYLOAD_LIMIT)
        taken = self._group.take(Wanted([(deposit, records)], now, keys))
        return taken[0] if taken else None

    def adopt(self, entries: Sequence[tuple[Kept, Sequence[Record]]]) -> None:
        """Take entries of this very ledger back, byte for byte, in one durable commit."""
        kept = [each for each, _ in entries]
        with _told(), self._mine().transaction():
            size, last = self._lock()
            follow(size, last, kept)
            self._write(size, kept, [records for _, records in entries], Held(self.known))

    def size(self) -> int:
        """How many entries there are."""
        return int(self._one("SELECT size FROM head")[0])

    def entry(self, index: int) -> Entry:
        """One entry."""
        row = self._maybe(f"{_WITHOUT_DATA} WHERE entry.idx = %s", (index,))
        if row is None:
            raise NotFoundError(f"the log has no entry {index}", entry=index)
        return _entry(row)

    def entries(self, first: int = 0, size: int | None = None) -> Iterator[Entry]:
        """Entries first..size-1, oldest first."""
        return map(_entry, self._range(_WITHOUT_DATA, first, size))

    def payload(self, index: int) -> bytes:
        """The exact bytes received with an entry."""
        row = self._maybe("SELECT data FROM payload WHERE entry = %s", (index,))
        if row is None:
            raise NotFoundError(f"entry {index} is absent or its payload was erased", entry=index)
        return bytes(row[0])

    def kept(self, first: int = 0, size: int | None = None) -> Iterator[Kept]:
        """Stored bytes of entries first..size-1, one at a time."""
        return map(_kept, self._range(_WITH_DATA, first, size))

    def known(self, keys: Iterable[bytes]) -> set[bytes]:
        """Those of the keys that are held."""
        return {bytes(key) for (key,) in self._rows("SELECT key FROM record WHERE key = ANY(%b)", (list(keys),))}

    def keyed(self, keys: Iterable[bytes], *, size: int | None = None) -> Iterator[Stored]:
        """The records with these keys, in sequence order."""
        return self._stored(f"{_STORED} key = ANY(%s) AND entry < %s ORDER BY sequence", list(keys), _edge(size))

    def records(self, *, after: int = -1, first: int = 0, size: int | None = None) -> Iterator[Stored]:
        """Records in sequence order."""
        begin, end = self._stretch(after, first, size)
        return self._along(begin, end)

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
        begin, end = self._stretch(after, first, size)
        untold = _one(self._rows("SELECT max(first + size) FROM part WHERE told IS NULL", ()), 0)
        told = self._told_numbers(words, occurred, max(begin, untold), end)
        return self._fetched(itertools.chain(range(begin, min(untold, end)), told), occurred)

    def touching(
        self, identifiers: Iterable[str], *, roles: Iterable[str] | None = None, size: int | None = None
    ) -> Iterator[Stored]:
        """Records that carry any of the identifiers (in any of the roles), each once."""
        marks = "SELECT sequence FROM mark JOIN identifier ON id = identifier WHERE text = ANY(%s)"
        values: list[object] = [list(identifiers)]
        if roles is not None:
            marks += " AND role = ANY(%s)"
            values.append(list(roles))
        sql = f"{_STORED} sequence IN ({marks}) AND entry < %s ORDER BY sequence"
        return self._stored(sql, *values, _edge(size))

    def marked(self, identifier: str, *, size: int | None = None) -> list[tuple[str, int]]:
        """(role, sequence) of every record that carries an identifier."""
        sql = """SELECT role, sequence FROM mark JOIN identifier ON id = identifier JOIN record USING (sequence)
            WHERE text = %s AND entry < %s"""
        return sorted((role, sequence) for role, sequence in self._rows(sql, (identifier, _edge(size))))

    def named(self, name: str, *, size: int | None = None) -> Iterator[Stored]:
        """Records with that own identifier."""
        sql = f"{_STORED} name = %s AND name <> '' AND entry < %s ORDER BY sequence"
        return self._stored(sql, name, _edge(size))

    def identifiers(self, part: str, *, roles: Iterable[str] | None = None, limit: int = 50) -> list[str]:
        """Identifiers for the search box."""
        sought = part.lower().replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
        where, values = "lower(tail) LIKE %s", [f"{sought}%"]
        if len(part) >= SHORT:
            where, values = "lower(text) LIKE %s", [f"%{sought}%"]
        held: list[object] = [*values]
        if roles is not None:
            where += " AND EXISTS (SELECT 1 FROM mark WHERE identifier = id AND role = ANY(%s))"
            held.append(list(roles))
        sql = f"SELECT text FROM identifier WHERE {where} ORDER BY id DESC LIMIT %s"  # noqa: S608 - our own words
        return sorted(str(text) for (text,) in self._rows(sql, (*held, limit)))

    def root(self, size: int | None = None) -> bytes:
        """RFC 6962 root hash over the first `size` entries."""
        return merkle.root(self.node, self.size() if size is None else size)

    def node(self, level: int, index: int) -> bytes:
        """Stored hash of a complete subtree."""
        if level:
            row = self._maybe("SELECT hash FROM node WHERE level = %s AND idx = %s", (level, index))
        else:
            row = self._maybe("SELECT leaf_hash FROM entry WHERE idx = %s", (index,))
        if row is None:
            raise NotFoundError(f"the tree has no complete subtree {index} on level {level}", level=level, index=index)
        return bytes(row[0])

    def nodes(self, level: int) -> Iterator[tuple[int, bytes]]:
        """All stored (index, hash) of a level above the leaves."""
        rows = self._asked("SELECT idx, hash FROM node WHERE level = %s ORDER BY idx", (level,))
        return ((index, bytes(hashed)) for index, hashed in rows)

    def publish(self, size: int, note: bytes) -> None:
        """Keep a signed checkpoint that is served."""
        with _told():
            self._mine().execute("INSERT INTO published (size, note) VALUES (%s, %s)", (size, note))

    def published(self) -> list[tuple[int, bytes]]:
        """(size, note) of all checkpoints kept, oldest first."""
        return [
            (size, bytes(note)) for size, note in self._rows("SELECT size, note FROM published ORDER BY number", ())
        ]

    def newest(self) -> tuple[int, bytes] | None:
        """(size, note) of the checkpoint kept last."""
        row = self._maybe("SELECT size, note FROM published ORDER BY number DESC LIMIT 1")
        return None if row is None else (int(row[0]), bytes(row[1]))

    def indexed(self, sequence: int, record: Record) -> bool:
        """Whether name, time, marks and words of a record are indexed as the record has them."""
        row = self._maybe("SELECT name, occurred FROM record WHERE sequence = %s", (sequence,))
        sql = """SELECT role, text, tail FROM unnest(%s::text[], %s::text[]) AS said (role, text)
            JOIN identifier USING (text) JOIN mark USING (role) WHERE identifier = id AND sequence = %s"""
        said = {(role, text, tail(text)) for role, text in record.marks}
        pairs = [role for role, _, _ in said], [text for _, text, _ in said]
        marked = set(self._rows(sql, (*pairs, sequence))) == said
        return row == (record.name, record.occurred) and marked and self._is_told(sequence, record)

    def _is_told(self, sequence: int, record: Record) -> bool:
        sql = "SELECT first, told FROM part WHERE first <= %s ORDER BY first DESC LIMIT 1"
        first, told = self._one(sql, (sequence,))
        sql = (
            "SELECT role, text, bits FROM told JOIN word ON word.id = told.word WHERE first = %s AND word.id = ANY(%s)"
        )
        ids = self._words(record.words, new=False)
        rows = self._rows(sql, (first, list(ids.values())))
        held = {(role, text) for role, text, bits in rows if parts.stands(bits, sequence - first)}
        return told is None or held == set(record.words)

    def marks(self) -> int:
        """How many (record, role, identifier) are indexed in all."""
        return int(self._one("SELECT count(*) FROM mark")[0])

    def remake(self, records: Iterable[tuple[int, Sequence[Record]]]) -> None:
        """Throw the records away and take these instead, in one durable commit."""
        with _told(), self._mine().transaction():
            self._lock()
            self._mine().execute("DELETE FROM told; DELETE FROM word; DELETE FROM part")
            self._mine().execute("DELETE FROM mark; DELETE FROM record; DELETE FROM identifier")
            self._mine().execute("UPDATE head SET sequence = 0, identifier = 0")
            for entry, said in records:
                self._take(entry, said, Held(self.known))

    def faults(self) -> list[str]:
        """What the ledger itself can tell to be wrong: the head row, loose rows, missing triggers."""
        wrong = []
        size, count = self.size(), int(self._one("SELECT count(*) FROM entry")[0])
        if size != count:
            wrong.append(f"the head says {size} entries, there are {count}")
        loose = "SELECT count(*) FROM record LEFT JOIN entry ON idx = entry WHERE idx IS NULL"
        if int(self._one(loose)[0]):
            wrong.append("there are records of no entry")
        guards = "SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O' AND tgrelid IN (%s)"
        tables = "'entry'::regclass, 'node'::regclass, 'erased'::regclass, 'published'::regclass, 'payload'::regclass"
        if int(self._one(guards % tables)[0]) != 7:  # noqa: PLR2004 - as the schema makes them
            wrong.append("a trigger that keeps entries from change is missing or off")
        return wrong

    def erasures(self) -> dict[int, int]:
        """{entry whose payload was erased: entry that logged it}."""
        return {int(entry): int(by) for entry, by in self._rows("SELECT entry, by FROM erased ORDER BY entry", ())}

    def close(self) -> None:
        """Let go of the connections."""
        self._closed = True
        while self._connections:
            self._connections.pop().close()

    def _append(self, together: Sequence[Wanted]) -> None:
        """One durable commit of what several threads of this process want kept."""
        with _told(), self._mine().transaction():
            size, last = self._lock()
            # Asked under the lock: what another worker took a moment ago is seen.
            held = Held(self.known)
            plans = planned(together, held, size, last, self._random)
            kept = [one for _, mine in plans for one in mine]
            edge = self._write(size, kept, [said for each, mine in plans if mine for _, said in each.deposits], held)
        self._edge = edge  # only now is it sure that the ledger is so
        for each, mine in plans:
            each.entries = [entered(one) for one in mine]

    def _lock(self) -> tuple[int, int]:
        """Size and last time, with the head row ours until the commit is flushed."""
        row = self._mine().execute("SELECT size, learned FROM head FOR UPDATE").fetchone()
        assert row is not None
        return int(row[0]), int(row[1])

    def _write(
        self, size: int, kept: Sequence[Kept], records: Sequence[Sequence[Record]], held: Held
    ) -> merkle.Frontier:
        if self._edge.size != size:  # another worker has appended since, or our commit failed
            self._edge = merkle.frontier(self.node, size)
        edge = merkle.Frontier(size, list(self._edge.hashes))
        with self._mine().cursor() as cursor:
            write = cursor.executemany
            write(
                "INSERT INTO entry VALUES (%s, %s, %s, %s)", [(k.index, k.learned, k.leaf, k.leaf_hash) for k in kept]
            )
            write("INSERT INTO payload VALUES (%s, %s, %s, %s, %s, %s, %s)", [_payload_row(k) for k in kept if k.said])
            write("INSERT INTO node VALUES (%s, %s, %s)", [n for n in edge.grow(k.leaf_hash for k in kept) if n[0]])
            if kept:
                cursor.execute("UPDATE head SET size = %s, learned = %s", (kept[-1].index + 1, kept[-1].learned))
        for each, said in zip(kept, records, strict=True):
            self._take(each.index, said, held)
            if each.said is not None and each.said.kind == "erasure":
                for index in erases(each.said, each.index):
                    self._erase(index, each.index)
                held.forget()
        return edge

    def _take(self, entry: int, records: Sequence[Record], held: Held) -> None:
        if not records:
            return
        before = held({record.key for record in records})
        fresh: dict[bytes, Record] = {}
        for record in records:
            if record.key not in before:
                fresh.setdefault(record.key, record)
        if not fresh:
            return
        held.took(fresh)
        new = list(fresh.values())
        first, lowest = self._one("SELECT sequence, identifier FROM head")
        ids, met = self._interned(dict.fromkeys(text for record in new for _, text in record.marks), lowest)
        rows = sorted({(ids[text], role, number) for number, r in enumerate(new, first) for role, text in r.marks})
        self._put("identifier", ("int8", "text", "text"), [(ids[text], text, tail(text)) for text in met])
        self._put("record", ("int8", "int8", "int8", "bytea", "text", "bytea"),
                  [(n, entry, r.occurred, r.key, r.name, r.body) for n, r in enumerate(new, first)])  # fmt: skip
        self._put("mark", ("int8", "text", "int8"), rows)
        self._tell(entry, first, new)
        self._mine().execute("UPDATE head SET sequence = %s, identifier = %s", (first + len(new), lowest + len(met)))

    def _interned(self, texts: Iterable[str], lowest: int) -> tuple[dict[str, int], list[str]]:
        """({text: id}, those not met before, which are numbered from `lowest` in the order in which they came)."""
        wanted = list(texts)
        ids: dict[str, int] = dict(self._rows("SELECT text, id FROM identifier WHERE text = ANY(%b)", (wanted,)))
        met = [text for text in wanted if text not in ids]
        ids.update((text, number) for number, text in enumerate(met, lowest))
        return ids, met

    def _tell(self, entry: int, first: int, new: Sequence[Record]) -> None:
        """Keep when the records of a part happened and under which words they are told."""
        part = (first, len(new), entry, *parts.times_of(new), parts.told_in(new))
        self._mine().execute("INSERT INTO part VALUES (%s, %s, %s, %s, %s, %s)", part)
        told = parts.words_of(new)
        ids = self._words(told)
        sql = "INSERT INTO told SELECT word, %s, bits FROM unnest(%b::int8[], %b::bytea[]) AS said (word, bits)"
        self._mine().execute(sql, (first, [ids[word] for word in told], list(told.values())))

    def _words(self, words: Iterable[Word], *, new: bool = True) -> dict[Word, int]:
        """{word: its number}; those met for the first time are numbered if they are `new`."""
        wanted = list(words)
        pairs = [role for role, _ in wanted], [text for _, text in wanted]
        known = """SELECT role, text, id FROM word
            WHERE (role, text) IN (SELECT * FROM unnest(%b::text[], %b::text[]))"""
        ids = {(role, text): int(number) for role, text, number in self._rows(known, pairs)}
        if new and (met := [word for word in wanted if word not in ids]):
            self._mine().cursor().executemany("INSERT INTO word (role, text) VALUES (%s, %s)", met)
            return self._words(wanted, new=False)
        return ids

    def _told_numbers(
        self, words: Sequence[Collection[Word]], occurred: tuple[int, int], begin: int, end: int
    ) -> Iterator[int]:
        few = None if occurred == EVER else self._in_time(occurred)
        ask, ids = partial(self._rows, values=()), partial(self._words, new=False)
        yield from parts.chosen(ask, ids, words, few, occurred=occurred, begin=begin, end=end)

    def _in_time(self, occurred: tuple[int, int]) -> set[int] | None:
        """Sequences of all records that happened then; None if they are more than a few."""
        sql = "SELECT sequence FROM record WHERE occurred BETWEEN %s AND %s LIMIT %s"
        return parts.few_of(self._rows(sql, (*occurred, parts.FEW + 1)))

    def _stretch(self, after: int, first: int, size: int | None) -> tuple[int, int]:
        """Sequences from .. to before which records lie after one, of entries first..size-1, as of now."""
        edge = "SELECT min(first) FROM part WHERE entry >= %s"
        newest = int(self._one("SELECT sequence FROM head")[0])
        begin, end = (_one(self._rows(edge, (one,)), newest) for one in (first, _edge(size)))
        return max(after + 1, begin), end

    def _along(self, begin: int, end: int) -> Iterator[Stored]:
        """The records begin..end-1; some, then many at a time, for who asks may need but few."""
        sql = f"{_STORED} sequence >= %s AND sequence < %s ORDER BY sequence LIMIT %s"
        for some in parts.growing():
            found = list(self._some(sql, begin, end, some))
            yield from found
            if len(found) < some:
                return
            begin = found[-1].sequence + 1

    def _fetched(self, numbers: Iterable[int], occurred: tuple[int, int]) -> Iterator[Stored]:
        """The records of these sequences, as far as there are any and they happened then."""
        sql = f"{_STORED} sequence = ANY(%s) AND occurred BETWEEN %s AND %s ORDER BY sequence"
        for chosen in parts.handfuls(numbers):
            yield from self._some(sql, chosen, *occurred)

    def _some(self, sql: str, *values: object) -> Iterator[Stored]:
        """Records that are not too many to hold; their bodies come as they are, not as text."""
        with _told():
            rows = self._mine().execute(sql, values, binary=True).fetchall()
        return (Stored(*row) for row in rows)

    def _put(self, table: str, types: Sequence[str], rows: Sequence[_Row]) -> None:
        """Rows into a table: many by COPY, which costs the server a fraction; a few are not worth its round trips."""
        with self._mine().cursor() as cursor:
            if len(rows) < FEW:
                values = ", ".join(["%s"] * len(types))
                cursor.executemany(f"INSERT INTO {table} VALUES ({values})", rows)  # noqa: S608 - our own words
                return
            with cursor.copy(f"COPY {table} FROM STDIN (FORMAT BINARY)") as copy:
                copy.set_types(types)
                for row in rows:
                    copy.write_row(row)

    def _erase(self, index: int, by: int) -> None:
        run = self._mine().execute
        run("INSERT INTO erased VALUES (%s, %s) ON CONFLICT DO NOTHING", (index, by))
        run("DELETE FROM payload WHERE entry = %s", (index,))
        told = "SELECT coalesce(min(first), 0), coalesce(max(first + size), 0) FROM part WHERE entry = %s"
        mine = tuple(self._one(told, (index,)))
        # No index leads from a record to its marks: an erasure reads them all once, which is rare.
        gone = "DELETE FROM mark WHERE sequence >= %s AND sequence < %s RETURNING identifier"
        ids = list({number for (number,) in self._rows(gone, mine)})
        run("DELETE FROM record WHERE sequence >= %s AND sequence < %s", mine)
        run("DELETE FROM told WHERE first >= %s AND first < %s", mine)
        run("DELETE FROM part WHERE entry = %s", (index,))
        run("DELETE FROM word WHERE NOT EXISTS (SELECT 1 FROM told WHERE word = id)")
        alone = "NOT EXISTS (SELECT 1 FROM mark WHERE identifier = id)"
        run(f"DELETE FROM identifier WHERE id = ANY(%s) AND {alone}", (ids,))  # noqa: S608

    def _check(self) -> None:
        """Quick self-check on opening: the last entry and the right edge of the tree hang together."""
        size = self.size()
        if size and merkle.leaf_hash(self.entry(size - 1).leaf) != self.node(0, size - 1):
            raise StoreError(f"entry {size - 1} does not match its hash; restore from a mirror")
        self.root(size)

    def _durable(self) -> None:
        for name, wanted in DURABLE.items():
            got = self._one("SELECT current_setting(%s)", (name,))[0]
            if got not in wanted:
                raise StoreError(f"PostgreSQL has {name} = {got}; it must be on, or acknowledged entries may be lost")

    def _migrate(self) -> None:
        with self._mine().transaction():
            # One worker makes the tables, the others wait and find them made.
            self._mine().execute("SELECT pg_advisory_xact_lock(%s)", (MIGRATION_LOCK,))
            self._mine().execute("CREATE TABLE IF NOT EXISTS format (version integer NOT NULL)")
            row = self._maybe("SELECT version FROM format")
            version = int(row[0]) if row else 0
            if version > len(MIGRATIONS):
                raise StoreError(f"the ledger was written by a newer Filon (format {version}); update Filon to open it")
            for script in MIGRATIONS[version:]:
                self._mine().execute(script)
            if version < len(MIGRATIONS):
                self._mine().execute("DELETE FROM format")
                self._mine().execute("INSERT INTO format VALUES (%s)", (len(MIGRATIONS),))

    def _mine(self) -> psycopg.Connection[_Row]:
        """This thread's own connection."""
        if self._closed:
            raise StoreError("the ledger was closed")
        connection: psycopg.Connection[_Row] | None = getattr(self._threads, "connection", None)
        if connection is None:
            connection = self._threads.connection = psycopg.connect(self.address, autocommit=True)
            self._connections.append(connection)
        return connection

    def _rows(self, sql: str, values: Sequence[object]) -> list[_Row]:
        with _told():
            return self._mine().execute(sql, values or None).fetchall()

    def _maybe(self, sql: str, values: Sequence[object] = ()) -> _Row | None:
        with _told():
            return self._mine().execute(sql, values or None).fetchone()

    def _one(self, sql: str, values: Sequence[object] = ()) -> _Row:
        row = self._maybe(sql, values)
        if row is None:
            raise StoreError("the ledger's head row is gone; restore it from a backup")
        return row

    def _range(self, sql: str, first: int, size: int | None) -> Iterator[_Row]:
        asked = f"{sql} WHERE entry.idx >= %s AND entry.idx < %s ORDER BY entry.idx"
        return self._asked(asked, (first, _edge(size)))

    def _stored(self, sql: str, *values: object) -> Iterator[Stored]:
        return (
            Stored(sequence, entry, bytes(key), bytes(body)) for sequence, entry, key, body in self._asked(sql, values)
        )

    def _asked(self, sql: str, values: Sequence[object]) -> Iterator[_Row]:
        """Ask now, read on as the caller does; the server keeps the answer, not this process."""
        with _told():
            cursor = self._mine().cursor(f"asked_{next(self._names)}", withhold=True)
            cursor.execute(sql, values)
        return _read_on(cursor)


def _read_on(cursor: psycopg.ServerCursor[_Row]) -> Iterator[_Row]:
    try:
        with _told():
            for row in cursor:  # noqa: UP028 - a cursor must be closed also when a reader stops half-way
                yield row
    finally:
        if not cursor.connection.closed:
            cursor.close()


@contextmanager
def _told() -> Iterator[None]:
    """PostgreSQL's errors as ours."""
    try:
        yield
    except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected, psycopg.errors.QueryCanceled) as error:
        raise ConflictError("the ledger is being written by another process; try again") from error
    except psycopg.DataError as error:
        raise WrongCallError(f"not storable: {error}") from error
    except psycopg.Error as error:
        raise StoreError(f"{error}; whether this call was taken is unknown: look before trying again") from error


def _payload_row(kept: Kept) -> _Row:
    d = kept.said
    assert d is not None
    return kept.index, d.media_type, d.name, d.submitter, json.dumps(d.accepted), kept.salts, d.data


def _kept(row: _Row) -> Kept:
    index, learned, leaf, leaf_hash, media_type, name, submitter, accepted, salts, size, data = row
    if size is None:
        return Kept(index, learned, bytes(leaf), bytes(leaf_hash), None, None, None)
    said = Deposit(bytes(data or b""), media_type, name, submitter, tuple(json.loads(accepted)), kind_of(bytes(leaf)))
    return Kept(index, learned, bytes(leaf), bytes(leaf_hash), bytes(salts), said.data, said)


def _entry(row: _Row) -> Entry:
    entry = entered(_kept(row))
    size = row[-2]
    return entry if size is None else replace(entry, size=size, erased=False)


def _one(rows: Sequence[_Row], otherwise: int) -> int:
    """The one number of an answer."""
    return otherwise if rows[0][0] is None else int(rows[0][0])


def _edge(size: int | None) -> int:
    return _ALL if size is None else size
