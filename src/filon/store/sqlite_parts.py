"""The parts of a ledger file's records: when each part's records happened and under which words they are told.

All functions take an open connection; those that write, one inside a transaction.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Any

from filon.log.store import EVER, Record
from filon.store import parts
from filon.store.parts import Word
from filon.store.schema import MOMENT

ALL = 1 << 62
EDGE = f"coalesce((SELECT first FROM part WHERE entry >= :size ORDER BY entry, first LIMIT 1), {ALL})"  # noqa: S608
"""The first sequence that entries from :size on brought; asked within the statement, so that both see one state."""


def edge(connection: sqlite3.Connection, size: int | None) -> int:
    """The first sequence that entries from `size` on brought."""
    return int(_one(connection, f"SELECT {EDGE}", {"size": ALL if size is None else size}))


def untold(connection: sqlite3.Connection) -> int:
    """One past the last record that was kept before words were."""
    return int(_one(connection, "SELECT max(first + size) FROM part WHERE told IS NULL") or 0)


def numbers(
    connection: sqlite3.Connection, words: Sequence[Collection[Word]], occurred: tuple[int, int], begin: int, end: int
) -> Iterator[int]:
    """Sequences begin..end-1 of records told under a word of each set; of others too if they did not happen then."""
    few = None if occurred == EVER else _in_time(connection, occurred)
    ask, ids = connection.execute, partial(_known, connection)
    yield from parts.chosen(ask, ids, words, few, occurred=occurred, begin=begin, end=end)


def _in_time(connection: sqlite3.Connection, occurred: tuple[int, int]) -> set[int] | None:
    """Sequences of all records that happened then, give or take a millisecond; None if they are more than a few."""
    low, high = (MOMENT.replace("occurred", edge) for edge in (":low", ":high"))
    sql = f"SELECT sequence FROM record WHERE {MOMENT} BETWEEN {low} AND {high} LIMIT {parts.FEW + 1}"  # noqa: S608
    return parts.few_of(connection.execute(sql, {"low": occurred[0], "high": occurred[1]}))


def is_told(connection: sqlite3.Connection, sequence: int, record: Record) -> bool:
    """Whether a record is told under its words, or was kept before words were."""
    sql = "SELECT first, told FROM part WHERE first <= ? ORDER BY first DESC LIMIT 1"
    first, told = connection.execute(sql, (sequence,)).fetchone()
    if told is None:
        return True
    sql = "SELECT bits FROM told WHERE word = (SELECT id FROM word WHERE role = ? AND text = ?) AND first = ?"
    found = (connection.execute(sql, (*word, first)).fetchone() for word in record.words)
    return all(row and parts.stands(row[0], sequence - first) for row in found)


def tell(connection: sqlite3.Connection, entry: int, first: int, fresh: Sequence[Record]) -> None:
    """Keep when the records of a part happened and under which words they are told."""
    if not fresh:
        return
    part = (first, len(fresh), entry, *parts.times_of(fresh), parts.told_in(fresh))
    connection.execute("INSERT INTO part VALUES (?, ?, ?, ?, ?, ?)", part)
    said = parts.words_of(fresh)
    ids = _interned(connection, said)
    rows = sorted((ids[word], first, bits) for word, bits in said.items())
    connection.executemany("INSERT INTO told VALUES (?, ?, ?)", rows)


def _interned(connection: sqlite3.Connection, words: Iterable[Word]) -> dict[Word, int]:
    """{word: its number} for all of them; those met for the first time get the next numbers."""
    wanted = list(words)
    ids = _known(connection, wanted)
    if new := [word for word in wanted if word not in ids]:
        connection.executemany("INSERT INTO word (role, text) VALUES (?, ?)", new)
        ids |= _known(connection, new)
    return ids


def _known(connection: sqlite3.Connection, words: Iterable[Word]) -> dict[Word, int]:
    """{word: its number} of those that records were told under."""
    sql = """SELECT word.role, word.text, id FROM (SELECT json_extract(value, '$[0]') AS role,
        json_extract(value, '$[1]') AS text FROM json_each(?)) AS said CROSS JOIN word USING (role, text)"""
    rows = connection.execute(sql, (json.dumps(list(words)),))
    return {(role, text): number for role, text, number in rows}


def erase(connection: sqlite3.Connection, entry: int) -> tuple[int, int]:
    """Delete what is told of one entry's records; the first sequence of them and one past the last."""
    sql = "SELECT coalesce(min(first), 0), coalesce(max(first + size), 0) FROM part WHERE entry = ?"
    first, end = connection.execute(sql, (entry,)).fetchone()
    connection.execute("DELETE FROM told WHERE first IN (SELECT first FROM part WHERE entry = ?)", (entry,))
    connection.execute("DELETE FROM part WHERE entry = ?", (entry,))
    connection.execute("DELETE FROM word WHERE id NOT IN (SELECT word FROM told)")
    return first, end


def forget(connection: sqlite3.Connection) -> None:
    """Delete all."""
    for table in ("told", "word", "part"):
        connection.execute(f"DELETE FROM {table}")  # noqa: S608 - our own words


def fit(connection: sqlite3.Connection) -> bool:
    """Whether the parts are those of the records, and as much is told of each as it says; a damaged file may hold all.

    That a record is told under its own words, `is_told` knows: with both, none is told under another.
    """
    odd = """SELECT count(*) FROM part WHERE (size, entry, entry, earliest, latest) IS NOT (SELECT count(*), min(entry),
        max(entry), min(occurred), max(occurred) FROM record WHERE sequence >= first AND sequence < first + size)"""
    sizes = "SELECT (SELECT total(size) FROM part) = (SELECT count(*) FROM record)"
    spare = """SELECT (SELECT count(*) FROM word WHERE id NOT IN (SELECT word FROM told))
        + (SELECT count(*) FROM told WHERE word NOT IN (SELECT id FROM word))"""
    told = """SELECT told.first, coalesce(size, 0), coalesce(part.told, 0), bits FROM told LEFT JOIN part USING (first)
        UNION ALL SELECT first, size, told, x'' FROM part WHERE told IS NOT NULL ORDER BY 1"""
    try:
        whole = not _one(connection, odd) and _one(connection, sizes) and not _one(connection, spare)
        return bool(whole) and all(map(_agrees, _by_part(connection.execute(told))))
    except (TypeError, ValueError, AttributeError):
        return False


def _by_part(rows: Iterable[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    return (list(same) for _, same in groupby(rows, itemgetter(0)))


def _agrees(rows: list[tuple[Any, ...]]) -> bool:
    """Whether the bits of a part are as many as it says, and none beyond its records."""
    _, size, told, _ = rows[0]
    bits = [int.from_bytes(row[3], "little") for row in rows]
    trimmed = all(not row[3] or row[3][-1] for row in rows)
    return trimmed and sum(map(int.bit_count, bits)) == told and all(each.bit_length() <= size for each in bits)


def _one(connection: sqlite3.Connection, sql: str, values: Any = ()) -> Any:
    return connection.execute(sql, values).fetchone()[0]
