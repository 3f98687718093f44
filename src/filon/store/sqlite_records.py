"""The records of a ledger file: what the entries say, interned and indexed so that one lot is found among millions.

Identifiers and roles are interned; `mark` is one sorted run per (identifier, role), so a lot's records lie side by
side on disk. All functions take an open connection; those that write, one inside a transaction.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import chain, islice

from filon.core.errors import StoreError
from filon.log.store import Record, Stored
from filon.store import sqlite_runs
from filon.store.group import Held
from filon.store.schema import MOMENT
from filon.store.search import SHORT, tail

_CHUNK = 10_000
_PAIRS = 4_000
"""A statement of SQLite has at most 32 766 values."""
_STORED = "sequence, entry, key, body"
_ALL = 1 << 62
_EDGE = f"""coalesce((SELECT sequence FROM record WHERE entry >= :size ORDER BY entry, sequence LIMIT 1), {_ALL})"""  # noqa: S608
"""The first sequence that entries from :size on brought; asked within the statement, so that both see one state."""
_ROLES = "SELECT id FROM role WHERE text IN (SELECT value FROM json_each(:roles))"


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
        _mark(connection, [(role, text, number) for number, r in enumerate(fresh, first) for role, text in r.marks])


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
        AND sequence < {_EDGE} ORDER BY sequence"""  # noqa: S608 - only our own words
    return (one for one in _read(connection, sql, size, chosen=json.dumps(chosen)) if one.key in wanted)


def between(connection: sqlite3.Connection, after: int, first: int, size: int | None) -> Iterator[Stored]:
    """Records with sequence > after of entries first..size-1."""
    sql = f"""SELECT {_STORED} FROM record WHERE sequence > :after AND sequence < {_EDGE}
        AND sequence >= {_EDGE.replace(":size", ":first")} ORDER BY sequence"""  # noqa: S608 - only our own words
    return _read(connection, sql, size, after=after, first=first)


def touching(
    connection: sqlite3.Connection, identifiers: Iterable[str], roles: Iterable[str] | None, size: int | None
) -> Iterator[Stored]:
    """Records that carry any of the identifiers in any of the roles, each once."""
    role = "" if roles is None else f"AND role IN ({_ROLES})"
    sql = f"""
        SELECT {_STORED} FROM record WHERE sequence IN (
          SELECT sequence FROM mark WHERE identifier IN (
            SELECT id FROM identifier WHERE text IN (SELECT value FROM json_each(:identifiers))
          ) {role} AND sequence < {_EDGE}
        ) ORDER BY sequence"""  # noqa: S608 - only our own words
    return _read(connection, sql, size, identifiers=_json(identifiers), roles=_json(roles or ()))


def marked(connection: sqlite3.Connection, identifier: str, size: int | None) -> list[tuple[str, int]]:
    """(role, sequence) of every record that carries an identifier; nothing but the index is read."""
    edge = "" if size is None else f"AND sequence < {_EDGE}"
    sql = f"""SELECT role.text, sequence FROM mark JOIN role ON role.id = mark.role
        WHERE identifier = (SELECT id FROM identifier WHERE text = :identifier) {edge}"""  # noqa: S608 - our own words
    return sorted(connection.execute(sql, {"identifier": identifier, "size": size}))


def named(connection: sqlite3.Connection, name: str, size: int | None) -> Iterator[Stored]:
    """Records with that own identifier."""
    chosen = sqlite_runs.sequences(connection, [sqlite_runs.of_name(name)])
    sql = f"""SELECT {_STORED} FROM record WHERE sequence IN (SELECT value FROM json_each(:chosen)) AND name = :name
        AND name <> '' AND sequence < {_EDGE} ORDER BY sequence"""  # noqa: S608 - only our own words
    return _read(connection, sql, size, chosen=json.dumps(chosen), name=name)


def identifiers(connection: sqlite3.Connection, part: str, roles: Iterable[str] | None, limit: int) -> list[str]:
    """Identifiers for the search box, those first met latest if there are more than `limit`."""
    if len(part) >= SHORT:
        source, order = "identifier_text JOIN identifier ON id = identifier_text.rowid", "identifier_text.rowid"
        where, values = "identifier_text MATCH :low", {"low": '"' + part.replace('"', '""') + '"'}
    else:
        source, order = "identifier", "id"
        where, values = "tail >= :low AND tail < :high", {"low": part, "high": part + "\U0010ffff"}
    if roles is not None:
        where += f" AND EXISTS (SELECT 1 FROM mark WHERE identifier = id AND role IN ({_ROLES}))"  # noqa: S608
    sql = f"SELECT identifier.text FROM {source} WHERE {where} ORDER BY {order} DESC LIMIT :limit"  # noqa: S608
    rows = connection.execute(sql, {**values, "roles": _json(roles or ()), "limit": limit})
    return sorted(text for (text,) in rows)


def forget(connection: sqlite3.Connection) -> None:
    """Delete the cache; the entries stay."""
    for table in ("mark", "record", "role", "sqlite_sequence"):
        connection.execute(f"DELETE FROM {table}")  # noqa: S608
    sqlite_runs.forget(connection)
    connection.execute("INSERT INTO identifier_text (identifier_text) VALUES ('delete-all')")
    connection.execute("DELETE FROM identifier")


def forget_entry(connection: sqlite3.Connection, entry: int) -> None:
    """Delete what one entry said, and the identifiers that nothing else carries."""
    mine = "sequence IN (SELECT sequence FROM record WHERE entry = ?)"
    # No index leads from a record to its marks: an erasure reads them all once, which is rare and may take seconds.
    ids = [i for (i,) in connection.execute(f"SELECT DISTINCT identifier FROM mark WHERE {mine}", (entry,))]  # noqa: S608
    connection.execute(f"DELETE FROM mark WHERE {mine}", (entry,))  # noqa: S608
    sqlite_runs.erase(connection, entry)
    connection.execute("DELETE FROM record WHERE entry = ?", (entry,))
    for number in ids:
        alone = "FROM identifier WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM mark WHERE identifier = ?1)"
        out = "INSERT INTO identifier_text (identifier_text, rowid, text) SELECT 'delete', id, text"
        connection.execute(f"{out} {alone}", (number,))
        connection.execute(f"DELETE {alone}", (number,))
    if ids:
        # A deleted text lives on in the search index's segments until they are merged.
        connection.execute("INSERT INTO identifier_text (identifier_text) VALUES ('optimize')")


def indexed(connection: sqlite3.Connection, sequence: int, record: Record) -> bool:
    """Whether name, time and marks of a record are indexed as the record has them."""
    row = connection.execute("SELECT name, occurred FROM record WHERE sequence = ?", (sequence,)).fetchone()
    sql = """SELECT 1 FROM mark WHERE sequence = ?1 AND role = (SELECT id FROM role WHERE text = ?2)
        AND identifier = (SELECT id FROM identifier WHERE text = ?3 AND tail = ?4 COLLATE BINARY)"""
    found = (connection.execute(sql, (sequence, *mark, tail(mark[1]))).fetchone() for mark in record.marks)
    return row == (record.name, record.occurred) and all(found)


def _mark(connection: sqlite3.Connection, marks: list[tuple[str, str, int]]) -> None:
    roles = _interned_roles(connection, {role for role, _, _ in marks})
    ids = _interned(connection, {text: None for _, text, _ in marks})
    rows = sorted({(ids[text], roles[role], number) for role, text, number in marks})
    connection.executemany("INSERT INTO mark (identifier, role, sequence) VALUES (?, ?, ?)", rows)


def _interned_roles(connection: sqlite3.Connection, roles: set[str]) -> dict[str, int]:
    ids: dict[str, int] = dict(connection.execute("SELECT text, id FROM role"))
    for role in sorted(roles - ids.keys()):
        ids[role] = len(ids) + 1
        connection.execute("INSERT INTO role (id, text) VALUES (?, ?)", (ids[role], role))
    return ids


def _interned(connection: sqlite3.Connection, texts: dict[str, None]) -> dict[str, int]:
    """{text: id} for all texts, new ones numbered in the order in which they were met."""
    sql = "SELECT text, id FROM identifier WHERE text IN (SELECT value FROM json_each(?))"
    ids: dict[str, int] = dict(connection.execute(sql, (_json(texts),)))
    first = _next(connection, "identifier", "id")
    new = [(number, text, tail(text)) for number, text in enumerate((t for t in texts if t not in ids), first)]
    connection.executemany("INSERT INTO identifier (id, text, tail) VALUES (?, ?, ?)", new)
    connection.executemany("INSERT INTO identifier_text (rowid, text) VALUES (?, ?)", ((n, t) for n, t, _ in new))
    ids.update((text, number) for number, text, _ in new)
    return ids


def _read(connection: sqlite3.Connection, sql: str, size: int | None, **values: object) -> Iterator[Stored]:
    rows = connection.execute(sql, {**values, "size": _ALL if size is None else size})
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
