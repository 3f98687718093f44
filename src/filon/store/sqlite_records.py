"""The records of a ledger file: what the entries say, interned and indexed so that one lot is found among millions.

Identifiers and roles are interned; `mark` is one sorted run per (identifier, role), so a lot's records lie side by
side on disk. All functions take an open connection; those that write, one inside a transaction.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, islice

from filon.core.errors import StoreError
from filon.log.store import EVER, Record, Stored
from filon.store import parts, sqlite_parts, sqlite_runs, sqlite_search
from filon.store.group import Held
from filon.store.parts import Word
from filon.store.schema import MOMENT
from filon.store.sqlite_parts import ALL, EDGE
from filon.store.sqlite_search import ROLES

_CHUNK = 10_000
_PAIRS = 4_000
"""A statement of SQLite has at most 32 766 values."""
_STORED = "sequence, entry, key, body"


def take(connection: sqlite3.Connection, entry: int, records: Iterable[Record], held: Held) -> None:
    """Write the records of an entry whose key is not held; read once and in parts, so they may be made on the way.

    Args:
        held: of this transaction.
    """
    rest = iter(records)
    while part := list(islice(rest, _CHUNK)):
        before = held({record.key: record.occurred for record in part})
        new: dict[bytes, Record] = {}
        for record in part:
            if record.key not in before:
                new.setdefault(record.key, record)
        held.took(new)
        fresh = list(new.values())
        first = _next_sequence(connection)
        connection.executemany(
            "INSERT INTO record (sequence, entry, occurred, key, name, body) VALUES (?, ?, ?, ?, ?, ?)",
            [(number, entry, r.occurred, r.key, r.name, r.body) for number, r in enumerate(fresh, first)],
        )
        sqlite_runs.add(connection, ((number, r.key, r.name) for number, r in enumerate(fresh, first)))
        sqlite_parts.tell(connection, entry, first, fresh)
        _mark(connection, first, fresh)


def known(connection: sqlite3.Connection, keys: Iterable[bytes]) -> set[bytes]:
    """Those of the keys that are held; with {key: when it happened} at once, with keys alone out of the runs."""
    held: set[bytes] = set()
    if isinstance(keys, Mapping):
        pairs = iter(keys.items())
        while chunk := tuple(islice(pairs, _PAIRS)):
            held.update(key for (key,) in connection.execute(_held_sql(len(chunk)), tuple(chain.from_iterable(chunk))))
        return held
    rest = iter(keys)
    while chunk_ := set(islice(rest, _CHUNK)):
        sequences = sqlite_runs.sequences(connection, map(sqlite_runs.of_key, chunk_))
        sql = "SELECT key FROM record WHERE sequence IN (SELECT value FROM json_each(?))"
        held.update(chunk_.intersection(key for (key,) in connection.execute(sql, (json.dumps(sequences),))))
    return held


@lru_cache(maxsize=8)
def _held_sql(count: int) -> str:
    values = ",".join(["(?,?)"] * count)
    moment = MOMENT.replace("occurred", "asked.occurred")
    return f"""WITH asked (key, occurred) AS (VALUES {values}) SELECT asked.key FROM asked CROSS JOIN record
        ON {MOMENT.replace("occurred", "record.occurred")} = {moment} AND record.key = asked.key"""  # noqa: S608


def keyed(connection: sqlite3.Connection, keys: Iterable[bytes], size: int | None) -> Iterator[Stored]:
    """The records with these keys."""
    wanted = set(keys)
    chosen = sqlite_runs.sequences(connection, map(sqlite_runs.of_key, wanted))
    sql = f"""SELECT {_STORED} FROM record WHERE sequence IN (SELECT value FROM json_each(:chosen))
        AND sequence < {EDGE} ORDER BY sequence"""  # noqa: S608 - only our own words
    return (one for one in _read(connection, sql, size, chosen=json.dumps(chosen)) if one.key in wanted)


def between(connection: sqlite3.Connection, after: int, first: int, size: int | None) -> Iterator[Stored]:
    """Records with sequence > after of entries first..size-1."""
    # One lower bound: of two SQLite looks up the one and compares all rows from there on with the other.
    sql = f"""SELECT {_STORED} FROM record WHERE sequence > max(:after, {EDGE.replace(":size", ":first")} - 1)
        AND sequence < {EDGE} ORDER BY sequence"""  # noqa: S608 - only our own words
    return _read(connection, sql, size, after=after, first=first)


def having(
    connection: sqlite3.Connection,
    words: Sequence[Collection[Word]],
    occurred: tuple[int, int],
    after: int,
    entries: tuple[int, int | None],
) -> Iterator[Stored]:
    """Records with sequence > after of entries first..size-1 that carry of each set of words one and happened then."""
    begin, end = (sqlite_parts.edge(connection, one) for one in entries)
    begin, untold = max(after + 1, begin), sqlite_parts.untold(connection)
    told = sqlite_parts.numbers(connection, words, occurred, max(begin, untold), end)
    return _fetched(connection, chain(range(begin, min(untold, end)), told), occurred)


def numbered(connection: sqlite3.Connection, sequences: Iterable[int]) -> Iterator[Stored]:
    """The records of these sequences, as far as there are any."""
    return _fetched(connection, sequences, EVER)


def _fetched(connection: sqlite3.Connection, numbers: Iterable[int], occurred: tuple[int, int]) -> Iterator[Stored]:
    """The records of these sequences, as far as there are any and they happened then."""
    sql = f"""SELECT {_STORED} FROM record WHERE sequence IN (SELECT value FROM json_each(?))
        AND occurred BETWEEN ? AND ? ORDER BY sequence"""  # noqa: S608 - only our own words
    for chosen in parts.handfuls(numbers):
        yield from (_stored(*row) for row in connection.execute(sql, (json.dumps(chosen), *occurred)))


def touching(
    connection: sqlite3.Connection, identifiers: Iterable[str], roles: Iterable[str] | None, size: int | None
) -> Iterator[Stored]:
    """Records that carry any of the identifiers in any of the roles, each once."""
    role = "" if roles is None else f"AND role IN ({ROLES})"
    sql = f"""
        SELECT {_STORED} FROM record WHERE sequence IN (
          SELECT sequence FROM mark WHERE identifier IN (
            SELECT id FROM identifier WHERE text IN (SELECT value FROM json_each(:identifiers))
          ) {role} AND sequence < {EDGE}
        ) ORDER BY sequence"""  # noqa: S608 - only our own words
    return _read(connection, sql, size, identifiers=_json(identifiers), roles=_json(roles or ()))


def marked(connection: sqlite3.Connection, identifier: str, size: int | None) -> list[tuple[str, int]]:
    """(role, sequence) of every record that carries an identifier; nothing but the index is read."""
    edge = "" if size is None else f"AND sequence < {EDGE}"
    sql = f"""SELECT role.text, sequence FROM mark JOIN role ON role.id = mark.role
        WHERE identifier = (SELECT id FROM identifier WHERE text = :identifier) {edge}"""  # noqa: S608 - our own words
    return sorted(connection.execute(sql, {"identifier": identifier, "size": size}))


def named(connection: sqlite3.Connection, name: str, size: int | None) -> Iterator[Stored]:
    """Records with that own identifier."""
    chosen = sqlite_runs.sequences(connection, [sqlite_runs.of_name(name)])
    sql = f"""SELECT {_STORED} FROM record WHERE sequence IN (SELECT value FROM json_each(:chosen)) AND name = :name
        AND name <> '' AND sequence < {EDGE} ORDER BY sequence"""  # noqa: S608 - only our own words
    return _read(connection, sql, size, chosen=json.dumps(chosen), name=name)


def forget(connection: sqlite3.Connection) -> None:
    """Delete the cache; the entries stay."""
    for table in ("mark", "record", "role", "sqlite_sequence"):
        connection.execute(f"DELETE FROM {table}")  # noqa: S608
    sqlite_parts.forget(connection)
    sqlite_runs.forget(connection)
    sqlite_search.forget(connection)


def forget_entry(connection: sqlite3.Connection, entry: int) -> None:
    """Delete what one entry said, and the identifiers that nothing else carries."""
    first, end = sqlite_parts.erase(connection, entry)
    mine = f"sequence >= {first} AND sequence < {end}"
    # No index leads from a record to its marks: an erasure reads them all once, which is rare and may take seconds.
    ids = [i for (i,) in connection.execute(f"SELECT DISTINCT identifier FROM mark WHERE {mine}")]  # noqa: S608
    connection.execute(f"DELETE FROM mark WHERE {mine}")  # noqa: S608
    connection.execute(f"DELETE FROM record WHERE {mine}")  # noqa: S608
    if first < end:
        sqlite_runs.erase(connection, first, end)
        sqlite_search.erase(connection, ids)


def indexed(connection: sqlite3.Connection, sequence: int, record: Record) -> bool:
    """Whether name, time, marks and words of a record are indexed as the record has them."""
    row = connection.execute("SELECT name, occurred FROM record WHERE sequence = ?", (sequence,)).fetchone()
    sql = """SELECT 1 FROM mark WHERE sequence = ?1 AND role = (SELECT id FROM role WHERE text = ?2)
        AND identifier = (SELECT id FROM identifier WHERE text = ?3)"""
    found = (connection.execute(sql, (sequence, *mark)).fetchone() for mark in record.marks)
    return row == (record.name, record.occurred) and all(found) and sqlite_parts.is_told(connection, sequence, record)


def _mark(connection: sqlite3.Connection, first: int, fresh: Sequence[Record]) -> None:
    ids = _interned(connection, {text: None for record in fresh for _, text in record.marks})
    roles = _Roles(connection)
    rows = {(ids[text], roles[role], number) for number, r in enumerate(fresh, first) for role, text in r.marks}
    connection.executemany("INSERT INTO mark (identifier, role, sequence) VALUES (?, ?, ?)", sorted(rows))


class _Roles(dict[str, int]):
    """{role: its number}; one that is met for the first time gets the next."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__(connection.execute("SELECT text, id FROM role"))
        self._connection = connection

    def __missing__(self, role: str) -> int:
        self[role] = len(self) + 1
        self._connection.execute("INSERT INTO role (id, text) VALUES (?, ?)", (self[role], role))
        return self[role]


def _interned(connection: sqlite3.Connection, texts: dict[str, None]) -> dict[str, int]:
    """{text: id} for all texts, new ones numbered in the order in which they were met."""
    sql = "SELECT text, id FROM identifier WHERE text IN (SELECT value FROM json_each(?))"
    ids: dict[str, int] = dict(connection.execute(sql, (_json(texts),)))
    first = _next(connection, "identifier", "id")
    new = list(enumerate((text for text in texts if text not in ids), first))
    connection.executemany("INSERT INTO identifier (id, text) VALUES (?, ?)", new)
    ids.update((text, number) for number, text in new)
    return ids


def _read(connection: sqlite3.Connection, sql: str, size: int | None, **values: object) -> Iterator[Stored]:
    rows = connection.execute(sql, {**values, "size": ALL if size is None else size})
    return (_stored(*row) for row in rows)


def _stored(sequence: object, entry: object, key: object, body: object) -> Stored:
    """The record of a row; a damaged file may hold anything in its columns, whatever they were declared as."""
    if type(sequence) is int and type(entry) is int and type(key) is bytes and type(body) is bytes:
        return Stored(sequence, entry, key, body)
    raise StoreError(f"the index of records is damaged at {sequence}; make it again with filon rebuild")


def _next(connection: sqlite3.Connection, table: str, column: str) -> int:
    sql = f"SELECT coalesce(max({column}) + 1, 0) FROM {table}"  # noqa: S608
    return int(connection.execute(sql).fetchone()[0])


def _next_sequence(connection: sqlite3.Connection) -> int:
    """One past the highest sequence ever given, also if that record was erased since."""
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'record'").fetchone()
    return 0 if row is None else int(row[0]) + 1


def _json(texts: Iterable[str]) -> str:
    return json.dumps(list(texts))
