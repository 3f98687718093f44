"""Keys and names found among millions, without an index that an append must touch in as many places as it has records.

Both are as good as random numbers: a B-tree of them writes one page of 8 kB for each, which at ten million records is
most of an append's work. So every append writes the hashes of its own as one sorted run, in blocks that fit into a
page, and sixteen runs of a rank are rewritten as one of the next. A question looks at one block of every run: some
dozens at ten million records, which only questions by key or name alone must take; appends know the time as well.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import chain

from filon.store.search import total

TOGETHER = 16
"""Runs of a rank that become one of the next."""
LARGE = 1 << 16
"""Pairs of a run that is left as it is: to rewrite sixteen would keep an append waiting for half a second."""
PAIR = 16
"""Bytes: a hash and a sequence, each the more significant bytes first, so that bytes sort as numbers do."""
BLOCK = 120 * PAIR
"""Bytes; four blocks fit into a page, and a row as long as a quarter of a page would lie elsewhere."""


def of_key(key: bytes) -> bytes:
    """A key's hash: it is one already."""
    return key[:8]


def of_name(name: str) -> bytes:
    """A name's hash."""
    return sha256(name.encode("utf-8", "surrogatepass")).digest()[:8]


def pairs(rows: Iterable[tuple[int, bytes, str]]) -> Iterator[bytes]:
    """The pairs of the key and the name, if any, of each (sequence, key, name)."""
    for sequence, key, name in rows:
        number = sequence.to_bytes(8, "big")
        own = key[:8]
        yield own + number
        if name and (other := of_name(name)) != own:
            yield other + number


def add(connection: sqlite3.Connection, rows: Iterable[tuple[int, bytes, str]]) -> None:
    """Take (sequence, key, name) of new records; inside a transaction."""
    if told := sorted(pairs(rows)):
        _write(connection, 0, told)
        _join(connection, 0)


def sequences(connection: sqlite3.Connection, wanted: Iterable[bytes]) -> list[int]:
    """Sequences of all records with one of these hashes, each once."""
    # Where a hash begins is in the last block that begins at or before it; it may go on in blocks that begin with it.
    sql = """SELECT pairs FROM run CROSS JOIN sought ON sought.run = run.number AND sought.least <= :high
        AND sought.least >= coalesce(
            (SELECT max(least) FROM sought WHERE sought.run = run.number AND least <= :low), :low)"""
    found: set[int] = set()
    for each in set(wanted):
        edges = {"low": each + bytes(8), "high": each + b"\xff" * 8}
        for (block,) in connection.execute(sql, edges):
            found.update(_in(block, each))
    return sorted(found)


def _in(block: bytes, wanted: bytes) -> Iterator[int]:
    """Sequences that stand in a block with a hash."""
    at = block.find(wanted)
    while at >= 0:
        if at % PAIR == 0:
            yield int.from_bytes(block[at + 8 : at + PAIR], "big")
        at = block.find(wanted, at + 1)


def erase(connection: sqlite3.Connection, first: int, end: int) -> None:
    """Delete what leads to the records first..end-1; reads all once."""
    low, high = first.to_bytes(8, "big"), end.to_bytes(8, "big")
    for run, least, block in connection.execute("SELECT run, least, pairs FROM sought").fetchall():
        kept = b"".join(one for one in _cut(block) if not low <= one[8:] < high)
        if kept != block:
            connection.execute("DELETE FROM sought WHERE run = ? AND least = ?", (run, least))
            connection.execute(
                "UPDATE run SET size = size - ? WHERE number = ?", ((len(block) - len(kept)) // PAIR, run)
            )
            if kept:
                connection.execute("INSERT INTO sought VALUES (?, ?, ?)", (run, kept[:PAIR], kept))
    connection.execute("DELETE FROM run WHERE size = 0")


def forget(connection: sqlite3.Connection) -> None:
    """Delete all."""
    connection.execute("DELETE FROM sought")
    connection.execute("DELETE FROM run")


def fill(connection: sqlite3.Connection) -> None:
    """Make the runs again from the records there are."""
    forget(connection)
    rows = connection.execute("SELECT sequence, key, name FROM record ORDER BY sequence")
    while part := rows.fetchmany(LARGE // 2):
        add(connection, part)


def fit(connection: sqlite3.Connection) -> bool:
    """Whether the runs say exactly what the records do; a damaged file may hold anything."""
    said = connection.execute("SELECT sequence, key, CAST(name AS BLOB) FROM record")
    try:
        wanted = total(pairs((sequence, key, name.decode()) for sequence, key, name in said))
        blocks = _Blocks(connection)
        return wanted == total(blocks) and blocks.sizes == dict(connection.execute("SELECT number, size FROM run"))
    except (AttributeError, TypeError, ValueError, OverflowError):
        return False


class _Blocks:
    """The pairs of all blocks; raises if one does not hang together with its neighbours."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._rows = connection.execute("SELECT run, least, pairs FROM sought ORDER BY run, least")
        self.sizes: dict[int, int] = {}

    def __iter__(self) -> Iterator[bytes]:
        last = (-1, b"")
        for run, least, block in self._rows:
            told = list(_cut(block))
            if least != told[0] or len(block) % PAIR or told != sorted(told) or (run, told[0]) <= last:
                raise ValueError(run)
            last = (run, told[-1])
            self.sizes[run] = self.sizes.get(run, 0) + len(told)
            yield from told


def _cut(block: bytes) -> Iterator[bytes]:
    return (block[at : at + PAIR] for at in range(0, len(block), PAIR))


def _write(connection: sqlite3.Connection, rank: int, told: list[bytes]) -> None:
    """A run of these pairs, which are sorted."""
    number: int = connection.execute("SELECT coalesce(max(number) + 1, 0) FROM run").fetchone()[0]
    connection.execute("INSERT INTO run (number, rank, size) VALUES (?, ?, ?)", (number, rank, len(told)))
    whole = b"".join(told)
    blocks = [(number, whole[at : at + PAIR], whole[at : at + BLOCK]) for at in range(0, len(whole), BLOCK)]
    connection.executemany("INSERT INTO sought VALUES (?, ?, ?)", blocks)


def _join(connection: sqlite3.Connection, rank: int) -> None:
    """Make one run of the next rank of the oldest of this rank, if they are enough and not too large."""
    sql = "SELECT number FROM run WHERE rank = ? AND size <= ? ORDER BY number LIMIT ?"
    some = [number for (number,) in connection.execute(sql, (rank, LARGE, TOGETHER))]
    if len(some) < TOGETHER:
        return
    mine = ",".join(map(str, some))
    rows = connection.execute(f"SELECT pairs FROM sought WHERE run IN ({mine}) ORDER BY run, least")  # noqa: S608
    told = sorted(chain.from_iterable(_cut(block) for (block,) in rows))
    connection.execute(f"DELETE FROM sought WHERE run IN ({mine})")  # noqa: S608 - numbers of ours
    connection.execute(f"DELETE FROM run WHERE number IN ({mine})")  # noqa: S608
    _write(connection, rank + 1, told)
    _join(connection, rank + 1)
