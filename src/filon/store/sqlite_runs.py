"""Keys and names found among millions, without an index that an append must touch in as many places as it has records.

Both are as good as random numbers: a B-tree of them writes one page of 8 kB for each, which at ten million records is
most of an append's work. So every append writes the hashes of its own as one sorted run at the end of a table, and
sixteen runs of a rank are rewritten as one of the next. A question looks once into every run: some hundred small
steps at ten million records, which only questions by key or name alone must take; appends know the time as well.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from hashlib import sha256

TOGETHER = 16
"""Runs of a rank that become one of the next."""
LARGE = 1 << 18
"""Rows of a run that is left as it is: to rewrite it would keep an append waiting for a second."""


def of_key(key: bytes) -> int:
    """A key's hash: it is one already."""
    return int.from_bytes(key[:8], "big", signed=True)


def of_name(name: str) -> int:
    """A name's hash."""
    return of_key(sha256(name.encode("utf-8", "surrogatepass")).digest())


def hashes(rows: Iterable[tuple[int, bytes, str]]) -> Iterator[tuple[int, int]]:
    """(hash, sequence) of the key and the name, if any, of each (sequence, key, name)."""
    for sequence, key, name in rows:
        own = of_key(key)
        yield own, sequence
        if name and (other := of_name(name)) != own:
            yield other, sequence


def add(connection: sqlite3.Connection, rows: Iterable[tuple[int, bytes, str]]) -> None:
    """Take (sequence, key, name) of new records; inside a transaction."""
    told = sorted(hashes(rows))
    if not told:
        return
    number = _new(connection, 0, len(told))
    connection.executemany(f"INSERT INTO sought VALUES ({number}, ?, ?)", told)  # noqa: S608 - a number of ours
    _join(connection, 0)


def sequences(connection: sqlite3.Connection, wanted: Iterable[int]) -> list[int]:
    """Sequences of all records with one of these hashes, and of none or few others: compare what you find."""
    sql = """SELECT sequence FROM run CROSS JOIN json_each(?) CROSS JOIN sought
        ON sought.run = run.number AND sought.hash = json_each.value"""
    return [sequence for (sequence,) in connection.execute(sql, (json.dumps(list(wanted)),))]


def erase(connection: sqlite3.Connection, entry: int) -> None:
    """Delete what leads to the records of one entry; reads all once."""
    mine = "sequence IN (SELECT sequence FROM record WHERE entry = ?)"
    connection.execute(f"DELETE FROM sought WHERE {mine}", (entry,))  # noqa: S608 - only our own words
    connection.execute("UPDATE run SET size = (SELECT count(*) FROM sought WHERE run = number)")
    connection.execute("DELETE FROM run WHERE size = 0")


def forget(connection: sqlite3.Connection) -> None:
    """Delete all."""
    connection.execute("DELETE FROM sought")
    connection.execute("DELETE FROM run")


def fill(connection: sqlite3.Connection) -> None:
    """Make the runs again from the records there are."""
    forget(connection)
    rows = connection.execute("SELECT sequence, key, name FROM record ORDER BY sequence")
    while part := rows.fetchmany(LARGE // 8):
        add(connection, part)


def fit(connection: sqlite3.Connection) -> bool:
    """Whether the runs say exactly what the records do; a damaged file may hold anything."""
    said = connection.execute("SELECT sequence, key, CAST(name AS BLOB) FROM record")
    held = connection.execute("SELECT hash, sequence FROM sought")
    try:
        wanted = _sum(hashes((sequence, key, name.decode()) for sequence, key, name in said))
        sizes = dict(connection.execute("SELECT run, count(*) FROM sought GROUP BY run"))
    except (AttributeError, TypeError, ValueError):
        return False
    return wanted == _sum(held) and sizes == dict(connection.execute("SELECT number, size FROM run"))


def _sum(rows: Iterable[tuple[int, int]]) -> tuple[int, int]:
    """(how many, a number that any other rows have by one in 2**64); the order does not matter."""
    count = total = 0
    for row in rows:
        count, total = count + 1, (total + hash(row)) & _MASK
    return count, total


_MASK = (1 << 64) - 1


def _new(connection: sqlite3.Connection, rank: int, size: int) -> int:
    number: int = connection.execute("SELECT coalesce(max(number) + 1, 0) FROM run").fetchone()[0]
    connection.execute("INSERT INTO run (number, rank, size) VALUES (?, ?, ?)", (number, rank, size))
    return number


def _join(connection: sqlite3.Connection, rank: int) -> None:
    """Make one run of the next rank of those of this rank, if they are enough and not too large."""
    count, size = connection.execute("SELECT count(*), sum(size) FROM run WHERE rank = ?", (rank,)).fetchone()
    if count < TOGETHER or size > LARGE:
        return
    number = _new(connection, rank + 1, size)
    mine = "run IN (SELECT number FROM run WHERE rank = ?)"
    connection.execute(
        f"INSERT INTO sought SELECT ?, hash, sequence FROM sought WHERE {mine} ORDER BY hash, sequence",  # noqa: S608
        (number, rank),
    )
    connection.execute(f"DELETE FROM sought WHERE {mine}", (rank,))  # noqa: S608 - only our own words
    connection.execute("DELETE FROM run WHERE rank = ?", (rank,))
    _join(connection, rank + 1)
