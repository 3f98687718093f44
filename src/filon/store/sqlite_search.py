"""The search box's index over a ledger file's identifiers, brought up to date by those who search.

To index a text by its letters costs more than to keep the event that names it, and most ledgers are filled far more
often than searched. So an append leaves it; a search takes what is not yet in, a number of texts at a time, and
looks through the rest one by one: every answer is complete.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from filon.store.search import SHORT, matches, tail, total

AT_ONCE = 20_000
"""Texts that one search takes into the index; a tenth of a second."""
ROLES = "SELECT id FROM role WHERE text IN (SELECT value FROM json_each(:roles))"
"""Numbers of the roles in :roles, a list as JSON."""
_LAST = "SELECT coalesce(max(id), -1) FROM identifier_text_docsize"


def behind(connection: sqlite3.Connection) -> bool:
    """Whether there are identifiers that are not in the index."""
    newest = connection.execute("SELECT max(id) FROM identifier").fetchone()[0]
    return newest is not None and newest > connection.execute(_LAST).fetchone()[0]


def fill(connection: sqlite3.Connection, most: int | None = None) -> None:
    """Take identifiers into the index, all or so many; inside a transaction."""
    sql = f"SELECT id, text FROM identifier WHERE id > ({_LAST}) ORDER BY id LIMIT ?"  # noqa: S608 - our own words
    rows = connection.execute(sql, (-1 if most is None else most,)).fetchall()
    connection.executemany("INSERT INTO identifier_text (rowid, text) VALUES (?, ?)", rows)
    connection.executemany("INSERT INTO ending VALUES (?, ?)", sorted((tail(text), number) for number, text in rows))


def identifiers(connection: sqlite3.Connection, part: str, roles: Iterable[str] | None, limit: int) -> list[str]:
    """Identifiers for the search box, those first met latest if there are more than `limit`."""
    if limit <= 0:
        return []
    marked = f"AND EXISTS (SELECT 1 FROM mark WHERE identifier = id AND role IN ({ROLES}))"  # noqa: S608
    such = "" if roles is None else marked
    values = {"roles": json.dumps(list(roles or ())), "limit": limit}
    # The index and what is not yet in it are of one state of the file; else one that is just taken in would be missed.
    connection.execute("BEGIN")
    try:
        told = _beside(connection, part, such, values)
        told += _within(connection, part, such, values | {"limit": limit - len(told)})
    finally:
        connection.execute("COMMIT")
    return sorted(told)


def _within(connection: sqlite3.Connection, part: str, such: str, values: dict[str, object]) -> list[str]:
    if len(part) >= SHORT:
        found, order = "identifier_text JOIN identifier ON id = identifier_text.rowid", "identifier_text.rowid"
        where, asked = "identifier_text MATCH :low", {"low": '"' + part.replace('"', '""') + '"'}
    else:
        found, order = "ending JOIN identifier ON id = ending.identifier", "ending.identifier"
        where, asked = "tail >= :low AND tail < :high", {"low": part, "high": part + "\U0010ffff"}
    sql = f"SELECT identifier.text FROM {found} WHERE {where} {such} ORDER BY {order} DESC LIMIT :limit"  # noqa: S608
    return [text for (text,) in connection.execute(sql, values | asked)]


def _beside(connection: sqlite3.Connection, part: str, such: str, values: dict[str, object]) -> list[str]:
    """The same among those not yet in the index."""
    connection.create_function("is_sought", 1, lambda text: matches(part, text), deterministic=True)
    sql = f"""SELECT text FROM identifier WHERE id > ({_LAST}) AND is_sought(text) {such}
        ORDER BY id DESC LIMIT :limit"""  # noqa: S608 - our own words
    return [text for (text,) in connection.execute(sql, values)]


def forget(connection: sqlite3.Connection) -> None:
    """Delete the index and the identifiers."""
    connection.execute("INSERT INTO identifier_text (identifier_text) VALUES ('delete-all')")
    connection.execute("DELETE FROM ending")
    connection.execute("DELETE FROM identifier")


def erase(connection: sqlite3.Connection, numbers: Iterable[int]) -> None:
    """Delete those of the identifiers that nothing carries any more."""
    last = connection.execute(_LAST).fetchone()[0]
    alone = "FROM identifier WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM mark WHERE identifier = ?1)"
    within = False
    for number in numbers:
        if number <= last:
            within = True
            out = "INSERT INTO identifier_text (identifier_text, rowid, text) SELECT 'delete', id, text"
            connection.execute(f"{out} {alone}", (number,))
            for (text,) in connection.execute(f"SELECT text {alone}", (number,)).fetchall():
                connection.execute("DELETE FROM ending WHERE tail = ? AND identifier = ?", (tail(text), number))
        connection.execute(f"DELETE {alone}", (number,))
    if within:
        # A deleted text lives on in the search index's segments until they are merged.
        connection.execute("INSERT INTO identifier_text (identifier_text) VALUES ('optimize')")


def fit(connection: sqlite3.Connection) -> bool:
    """Whether the index says exactly what the identifiers do, the newest aside; inside a transaction of a writer."""
    try:
        # SQLite writes the question as an INSERT that stores nothing. It knows nothing of texts yet to come.
        fill(connection)
        connection.execute("INSERT INTO identifier_text (identifier_text, rank) VALUES ('integrity-check', 1)")
        texts = connection.execute("SELECT id, CAST(text AS BLOB) FROM identifier")
        ends = connection.execute("SELECT identifier, CAST(tail AS BLOB) FROM ending")
        return total(ends) == total((number, tail(text.decode()).encode()) for number, text in texts)
    except (sqlite3.DatabaseError, AttributeError, TypeError, ValueError):
        return False
