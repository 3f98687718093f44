"""A ledger in PostgreSQL, for a server with several workers: each append one durable transaction.

The head row is locked by whoever appends until the commit is flushed, so commit order is index order in every process.
Readers have a connection per thread and a cursor that holds, so that an answer is of the moment it was asked.

    with closing(PostgresStore("postgresql:///atlas")) as store: ...

A connection lost during COMMIT leaves an append unknown: look for its records (or entry) before trying again.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from filon.core.errors import NotFoundError, StoreError
from filon.log import merkle
from filon.log.leaf import entered, erases, follow, kind_of
from filon.log.store import Deposit, Entry, Kept, Record
from filon.store.group import Group, Grouped, Held, Wanted, planned
from filon.store.postgres_records import PostgresRecords
from filon.store.postgres_schema import MIGRATIONS
from filon.store.postgres_server import Row, Server, before, told

MIGRATION_LOCK = 0x46696C6E
DURABLE = {
    "fsync": {"on"},
    "full_page_writes": {"on"},
    "synchronous_commit": {"on", "remote_apply", "remote_write", "local"},
}
"""Server settings that durability needs; otherwise an acknowledged commit may be lost."""

_ENTRY = """SELECT entry.idx, learned, leaf, leaf_hash, media_type, name, submitter, accepted, salts,
    length(data), {data} FROM entry LEFT JOIN payload ON entry = idx"""
_WITH_DATA = _ENTRY.format(data="data")
_WITHOUT_DATA = _ENTRY.format(data="NULL::bytea")


class PostgresStore(Grouped, PostgresRecords):
    """The store of `log/store.py` on one PostgreSQL database, schema or search path.

    Args:
        address: as psycopg takes it, e.g. `postgresql://user@host/atlas`.
        random: source of the salts.

    Raises:
        StoreError: the server is not set to keep what it acknowledges, or the ledger there is damaged or newer.
    """

    payload_limit = 900_000_000  # bytes; PostgreSQL holds at most 1 GB in a value

    def __init__(self, address: str, *, random: Callable[[int], bytes] = secrets.token_bytes) -> None:
        self.address = address
        self._random = random
        self._server = Server(address)
        self._group = Group(self._append, threading.Lock())
        self._edge = merkle.Frontier()
        try:
            with told():
                self._durable()
                self._migrate()
            self._check()
        except BaseException:
            self.close()
            raise

    def adopt(self, entries: Sequence[tuple[Kept, Sequence[Record]]]) -> None:
        """Take entries of this very ledger back, byte for byte, in one durable commit."""
        kept = [each for each, _ in entries]
        with told(), self._server.mine().transaction():
            size, last = self._lock()
            follow(size, last, kept)
            self._write(size, kept, [records for _, records in entries], Held(self.known))

    def size(self) -> int:
        """How many entries there are."""
        return int(self._server.one("SELECT size FROM head")[0])

    def entry(self, index: int) -> Entry:
        """One entry."""
        row = self._server.maybe(f"{_WITHOUT_DATA} WHERE entry.idx = %s", (index,))
        if row is None:
            raise NotFoundError(f"the log has no entry {index}", entry=index)
        return _entry(row)

    def entries(self, first: int = 0, size: int | None = None) -> Iterator[Entry]:
        """Entries first..size-1, oldest first."""
        return map(_entry, self._range(_WITHOUT_DATA, first, size))

    def payload(self, index: int) -> bytes:
        """The exact bytes received with an entry."""
        row = self._server.maybe("SELECT data FROM payload WHERE entry = %s", (index,))
        if row is None:
            raise NotFoundError(f"entry {index} is absent or its payload was erased", entry=index)
        return bytes(row[0])

    def kept(self, first: int = 0, size: int | None = None) -> Iterator[Kept]:
        """Stored bytes of entries first..size-1, one at a time."""
        return map(_kept, self._range(_WITH_DATA, first, size))

    def root(self, size: int | None = None) -> bytes:
        """RFC 6962 root hash over the first `size` entries."""
        return merkle.root(self.node, self.size() if size is None else size)

    def node(self, level: int, index: int) -> bytes:
        """Stored hash of a complete subtree."""
        if level:
            row = self._server.maybe("SELECT hash FROM node WHERE level = %s AND idx = %s", (level, index))
        else:
            row = self._server.maybe("SELECT leaf_hash FROM entry WHERE idx = %s", (index,))
        if row is None:
            raise NotFoundError(f"the tree has no complete subtree {index} on level {level}", level=level, index=index)
        return bytes(row[0])

    def nodes(self, level: int) -> Iterator[tuple[int, bytes]]:
        """All stored (index, hash) of a level above the leaves."""
        rows = self._server.asked("SELECT idx, hash FROM node WHERE level = %s ORDER BY idx", (level,))
        return ((index, bytes(hashed)) for index, hashed in rows)

    def publish(self, size: int, note: bytes) -> None:
        """Keep a signed checkpoint that is served."""
        with told():
            self._server.run("INSERT INTO published (size, note) VALUES (%s, %s)", (size, note))

    def published(self) -> list[tuple[int, bytes]]:
        """(size, note) of all checkpoints kept, oldest first."""
        return [
            (size, bytes(note))
            for size, note in self._server.rows("SELECT size, note FROM published ORDER BY number", ())
        ]

    def newest(self) -> tuple[int, bytes] | None:
        """(size, note) of the checkpoint kept last."""
        row = self._server.maybe("SELECT size, note FROM published ORDER BY number DESC LIMIT 1")
        return None if row is None else (int(row[0]), bytes(row[1]))

    def remake(self, records: Iterable[tuple[int, Sequence[Record]]]) -> None:
        """Throw the records away and take these instead, in one durable commit."""
        with told(), self._server.mine().transaction():
            self._lock()
            self._forget()
            for entry, said in records:
                self._take(entry, said, Held(self.known))

    def faults(self) -> list[str]:
        """What the ledger itself can tell to be wrong: the head row, loose rows, missing triggers."""
        wrong = []
        size, count = self.size(), int(self._server.one("SELECT count(*) FROM entry")[0])
        if size != count:
            wrong.append(f"the head says {size} entries, there are {count}")
        loose = "SELECT count(*) FROM record LEFT JOIN entry ON idx = entry WHERE idx IS NULL"
        if int(self._server.one(loose)[0]):
            wrong.append("there are records of no entry")
        guards = "SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O' AND tgrelid IN (%s)"
        tables = "'entry'::regclass, 'node'::regclass, 'erased'::regclass, 'published'::regclass, 'payload'::regclass"
        if int(self._server.one(guards % tables)[0]) != 7:  # noqa: PLR2004 - as the schema makes them
            wrong.append("a trigger that keeps entries from change is missing or off")
        return wrong

    def erasures(self) -> dict[int, int]:
        """{entry whose payload was erased: entry that logged it}."""
        return {
            int(entry): int(by) for entry, by in self._server.rows("SELECT entry, by FROM erased ORDER BY entry", ())
        }

    def close(self) -> None:
        """Let go of the connections."""
        self._server.close()

    def _append(self, together: Sequence[Wanted]) -> None:
        """One durable commit of what several threads of this process want kept."""
        with told(), self._server.mine().transaction():
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
        size, learned = self._server.one("SELECT size, learned FROM head FOR UPDATE")
        return int(size), int(learned)

    def _write(
        self, size: int, kept: Sequence[Kept], records: Sequence[Sequence[Record]], held: Held
    ) -> merkle.Frontier:
        if self._edge.size != size:  # another worker has appended since, or our commit failed
            self._edge = merkle.frontier(self.node, size)
        edge = merkle.Frontier(size, list(self._edge.hashes))
        with self._server.mine().cursor() as cursor:
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

    def _erase(self, index: int, by: int) -> None:
        run = self._server.run
        run("INSERT INTO erased VALUES (%s, %s) ON CONFLICT DO NOTHING", (index, by))
        run("DELETE FROM payload WHERE entry = %s", (index,))
        self._forget_entry(index)

    def _check(self) -> None:
        """Quick self-check on opening: the last entry and the right edge of the tree hang together."""
        size = self.size()
        if size and merkle.leaf_hash(self.entry(size - 1).leaf) != self.node(0, size - 1):
            raise StoreError(f"entry {size - 1} does not match its hash; restore from a mirror")
        self.root(size)

    def _durable(self) -> None:
        for name, wanted in DURABLE.items():
            got = self._server.one("SELECT current_setting(%s)", (name,))[0]
            if got not in wanted:
                raise StoreError(f"PostgreSQL has {name} = {got}; it must be on, or acknowledged entries may be lost")

    def _migrate(self) -> None:
        with self._server.mine().transaction():
            # One worker makes the tables, the others wait and find them made.
            self._server.run("SELECT pg_advisory_xact_lock(%s)", (MIGRATION_LOCK,))
            self._server.run("CREATE TABLE IF NOT EXISTS format (version integer NOT NULL)")
            row = self._server.maybe("SELECT version FROM format")
            version = int(row[0]) if row else 0
            if version > len(MIGRATIONS):
                raise StoreError(f"the ledger was written by a newer Filon (format {version}); update Filon to open it")
            for script in MIGRATIONS[version:]:
                self._server.run(script)
            if version < len(MIGRATIONS):
                self._server.run("DELETE FROM format")
                self._server.run("INSERT INTO format VALUES (%s)", (len(MIGRATIONS),))

    def _range(self, sql: str, first: int, size: int | None) -> Iterator[Row]:
        asked = f"{sql} WHERE entry.idx >= %s AND entry.idx < %s ORDER BY entry.idx"
        return self._server.asked(asked, (first, before(size)))


def _payload_row(kept: Kept) -> Row:
    d = kept.said
    assert d is not None
    return kept.index, d.media_type, d.name, d.submitter, json.dumps(d.accepted), kept.salts, d.data


def _kept(row: Row) -> Kept:
    index, learned, leaf, leaf_hash, media_type, name, submitter, accepted, salts, size, data = row
    if size is None:
        return Kept(index, learned, bytes(leaf), bytes(leaf_hash), None, None, None)
    said = Deposit(bytes(data or b""), media_type, name, submitter, tuple(json.loads(accepted)), kind_of(bytes(leaf)))
    return Kept(index, learned, bytes(leaf), bytes(leaf_hash), bytes(salts), said.data, said)


def _entry(row: Row) -> Entry:
    entry = entered(_kept(row))
    size = row[-2]
    return entry if size is None else replace(entry, size=size, erased=False)
