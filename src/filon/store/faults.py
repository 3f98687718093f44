"""What SQLite itself finds wrong with a ledger file: torn pages, broken indexes, a trigger that somebody removed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import cache

from filon.store import sqlite_parts, sqlite_runs, sqlite_search
from filon.store.schema import MIGRATIONS

LIMIT = 100
"""Faults told of one file; the first is enough to stop."""


def file_faults(connection: sqlite3.Connection, *, writing: bool = True) -> list[str]:
    """Pages, indexes and references that do not hang together.

    Args:
        writing: whether the file can be written; the search index, a cache, cannot be asked where it cannot.
    """
    try:
        rows = [text for (text,) in connection.execute(f"PRAGMA integrity_check({LIMIT})") if text != "ok"]
        rows += [f"{table} row {row} points to no {to}" for table, row, to, _ in _loose(connection)]
        return rows + (_search_faults(connection) if writing else []) + _index_faults(connection)
    except sqlite3.Error as error:
        return [str(error)]


def schema_faults(connection: sqlite3.Connection) -> list[str]:
    """Tables, indexes and triggers that are not those of the format."""
    wanted = _wanted()
    try:
        got = _schema(connection)
    except sqlite3.Error as error:
        return [str(error)]
    names = sorted((name for name in wanted.keys() | got.keys() if wanted.get(name) != got.get(name)), key=str)
    return [f"{kind} {name} is not as the format has it" for kind, name in names]


@cache
def _wanted() -> dict[tuple[str, str], tuple[str, str]]:
    """The schema that the migrations make."""
    with closing(sqlite3.connect(":memory:")) as fresh:
        for script in MIGRATIONS:
            fresh.executescript(script)
        return _schema(fresh)


def _loose(connection: sqlite3.Connection) -> list[tuple[str, int, str, int]]:
    return connection.execute("PRAGMA foreign_key_check").fetchmany(LIMIT)


def _index_faults(connection: sqlite3.Connection) -> list[str]:
    runs = [] if sqlite_runs.fit(connection) else ["keys and names are not found as the records have them"]
    told = [] if sqlite_parts.fit(connection) else ["words and times are not told as the records have them"]
    return runs + told + _number_faults(connection)


def _number_faults(connection: sqlite3.Connection) -> list[str]:
    """Checkpoints are numbered 1, 2, 3, .. and none is ever removed; records go on from the last number given."""
    count, first, last = connection.execute("SELECT count(*), min(number), max(number) FROM published").fetchone()
    faults = []
    if count and (first, last) != (1, count):
        faults.append(f"{count} published checkpoints are numbered {first} to {last}")
    # The next record's number must lie beyond all that there are; how far, after an erasure nobody can know.
    numbered = connection.execute("SELECT name, seq FROM sqlite_sequence").fetchall()
    (newest,) = connection.execute("SELECT max(sequence) FROM record").fetchone()
    if newest is not None and not (
        len(numbered) == 1 and numbered[0][0] == "record" and _reaches(numbered[0][1], newest)
    ):
        faults.append("the number that the next record gets is not kept as it must")
    return faults


def _reaches(number: object, newest: int) -> bool:
    return type(number) is int and number >= newest


def _search_faults(connection: sqlite3.Connection) -> list[str]:
    """The search index against the identifiers."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        return [] if sqlite_search.fit(connection) else ["the search index does not fit the identifiers"]
    finally:
        connection.execute("ROLLBACK")


def _schema(connection: sqlite3.Connection) -> dict[tuple[str, str], tuple[str, str]]:
    rows = connection.execute("SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema")
    return {(kind, name): (table, " ".join(str(sql).split())) for kind, name, table, sql in rows}
