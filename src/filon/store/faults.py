"""What SQLite itself finds wrong with a ledger file: torn pages, broken indexes, a trigger that somebody removed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import cache

from filon.store.schema import MIGRATIONS

LIMIT = 100
"""Faults told of one file; the first is enough to stop."""


def file_faults(connection: sqlite3.Connection) -> list[str]:
    """Pages, indexes and references that do not hang together."""
    try:
        rows = [text for (text,) in connection.execute(f"PRAGMA integrity_check({LIMIT})") if text != "ok"]
        rows += [f"{table} row {row} points to no {to}" for table, row, to, _ in _loose(connection)]
        return rows + _search_faults(connection) + _number_faults(connection)
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


def _number_faults(connection: sqlite3.Connection) -> list[str]:
    """Checkpoints are numbered 1, 2, 3, .. and none is ever removed."""
    count, first, last = connection.execute("SELECT count(*), min(number), max(number) FROM published").fetchone()
    if count and (first, last) != (1, count):
        return [f"{count} published checkpoints are numbered {first} to {last}"]
    return []


def _search_faults(connection: sqlite3.Connection) -> list[str]:
    """The search index against the identifiers; SQLite writes the question as an INSERT that stores nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute("INSERT INTO identifier_text (identifier_text, rank) VALUES ('integrity-check', 1)")
    except sqlite3.DatabaseError:
        return ["the search index does not fit the identifiers"]
    finally:
        connection.execute("ROLLBACK")
    return []


def _schema(connection: sqlite3.Connection) -> dict[tuple[str, str], tuple[str, str]]:
    rows = connection.execute("SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema")
    return {(kind, name): (table, " ".join(str(sql).split())) for kind, name, table, sql in rows}
