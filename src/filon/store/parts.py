"""Records by the words that many of them share and by time, told a part of the log at a time, in every database.

A part is what one append, or ten thousand records of it, brought: a stretch of sequences. Of each part it is kept when
its records happened at the earliest and at the latest, and for each word a bit a record. So an append writes a few
dozen rows for a thousand records, a question for a rare word finds its parts at once, and one for a common word reads
no record that it does not give.

    numbers = sequences(ask, groups, begin=17, end=4000)      # SQL of both databases; numbers of ours stand in it
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from heapq import merge
from itertools import groupby, islice, takewhile
from operator import itemgetter
from typing import Any

from filon.log.store import Record

Word = tuple[str, str]
Ask = Callable[[str], Iterable[tuple[Any, ...]]]
"""Rows of a SELECT."""
SHARE = 1_000
"""Rows that are counted to see which of several words is the rarest."""
FEW = 4_000
"""So many records that happened in a time are put into the log's order; more are met on the way through it."""


def words_of(records: Sequence[Record]) -> dict[Word, bytes]:
    """{word: a bit for each record, the first record's lowest}."""
    alike: dict[tuple[Word, ...], list[int]] = {}
    for place, record in enumerate(records):
        alike.setdefault(record.words, []).append(place)
    told: dict[Word, int] = {}
    for words, places in alike.items():
        bits = _bits(places)
        for word in words:
            told[word] = told.get(word, 0) | bits
    return {word: bits.to_bytes((bits.bit_length() + 7) // 8, "little") for word, bits in told.items()}


def times_of(records: Iterable[Record]) -> tuple[int, int]:
    """The earliest and latest time at which any of them happened."""
    times = [record.occurred for record in records]
    return min(times), max(times)


def told_in(records: Iterable[Record]) -> int:
    """How many (record, word) there are."""
    return sum(len(record.words) for record in records)


def _bits(places: list[int]) -> int:
    bits = bytearray(places[-1] // 8 + 1)
    for place in places:
        bits[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(bits, "little")


def stands(bits: bytes, place: int) -> bool:
    """Whether a record is among those of a word."""
    return bool(int.from_bytes(bits, "little") >> place & 1)


def places_of(bits: int) -> Iterator[int]:
    """The places of the bits that are set, lowest first."""
    for at, byte in enumerate(bits.to_bytes((bits.bit_length() + 7) // 8, "little")):
        if byte:
            yield from (8 * at + place for place in _PLACES[byte])


_PLACES = [tuple(place for place in range(8) if byte >> place & 1) for byte in range(256)]


def chosen(
    ask: Ask,
    known: Callable[[set[Word]], Mapping[Word, int]],
    words: Sequence[Collection[Word]],
    few: Collection[int] | None,
    *,
    occurred: tuple[int, int],
    begin: int,
    end: int,
) -> Iterator[int]:
    """Sequences begin..end-1 of records told under a word of each set; of others too if they did not happen then.

    Args:
        known: the numbers of those words under which anything was told.
        few: all that happened then, where they are few; they alone are the answer where no words are asked for.
    """
    if few is not None and not words:
        yield from sorted(number for number in few if begin <= number < end)
        return
    ids = known({word for group in words for word in group})
    groups = [[ids[word] for word in group if word in ids] for group in words]
    found = sequences(ask, groups, occurred=occurred, begin=begin, end=end)
    yield from found if few is None else filter(few.__contains__, found)


def few_of(rows: Iterable[tuple[int]]) -> set[int] | None:
    """The numbers of an answer of at most `FEW` + 1 rows; None if they are more than a few."""
    few = {number for (number,) in rows}
    return few if len(few) <= FEW else None


def sequences(
    ask: Ask, groups: Sequence[Collection[int]], *, occurred: tuple[int, int], begin: int, end: int
) -> Iterator[int]:
    """Sequences begin..end-1 of records told under one word of each group, of parts that lie in that time at all.

    Args:
        groups: numbers of words; a group of none is of words that nothing was ever told under.
    """
    if not all(groups):
        return
    low = _one(ask(f"SELECT max(first) FROM part WHERE first <= {begin}"))  # noqa: S608 - numbers of ours, as below
    in_time = f"latest >= {occurred[0]} AND earliest <= {occurred[1]}"
    for first, bits in _stretches(ask, groups, low, end, in_time):
        yield from (first + place for place in places_of(bits) if begin <= first + place < end)


def growing() -> Iterator[int]:
    """How many to fetch at a time: first some, then many, for who asks may need but few."""
    some = 64
    while True:
        yield some
        some = min(2 * some, 1_024)


def handfuls(numbers: Iterable[int]) -> Iterator[list[int]]:
    """The same numbers, some, then many at a time."""
    rest = iter(numbers)
    yield from takewhile(bool, (list(islice(rest, some)) for some in growing()))


def _stretches(
    ask: Ask, groups: Sequence[Collection[int]], begin: int, end: int, in_time: str
) -> Iterator[tuple[int, int]]:
    """(first sequence, bits) of the parts from `begin` on that can hold some, in order."""
    where = f"first >= {{begin}} AND first < {end} AND {in_time} ORDER BY first"
    if not groups:
        for first, size in _along(ask, f"SELECT first, size FROM part WHERE {where}", begin):  # noqa: S608
            yield first, (1 << size) - 1
        return
    rarest, *others = groups if len(groups) == 1 else sorted(groups, key=lambda words: _share(ask, words))
    sql = "SELECT first, bits FROM told JOIN part USING (first) WHERE word = {} AND "
    told = merge(*(_along(ask, sql.format(word) + where, begin) for word in rarest), key=itemgetter(0))
    for first, rows in groupby(told, itemgetter(0)):
        bits = _any(row[1] for row in rows)
        for words in others:
            also = f"SELECT bits FROM told WHERE first = {first} AND word IN ({_listed(words)})"  # noqa: S608
            bits &= bits and _any(row[0] for row in ask(also))
        yield first, bits


def _along(ask: Ask, sql: str, begin: int) -> Iterator[tuple[Any, ...]]:
    """Rows in the order of their first column, from `begin` on; some, then many at a time."""
    for some in growing():
        rows = list(ask(f"{sql.format(begin=begin)} LIMIT {some}"))
        yield from rows
        if len(rows) < some:
            return
        begin = rows[-1][0] + 1


def _share(ask: Ask, words: Collection[int]) -> int:
    """How many parts are told under any of the words, up to `SHARE`."""
    sql = f"SELECT count(*) FROM (SELECT 1 FROM told WHERE word IN ({_listed(words)}) LIMIT {SHARE}) AS counted"  # noqa: S608
    return _one(ask(sql))


def _any(told: Iterable[bytes]) -> int:
    bits = 0
    for each in told:
        bits |= int.from_bytes(each, "little")
    return bits


def _one(rows: Iterable[tuple[Any, ...]]) -> int:
    """The one number of an answer, 0 where there is none."""
    return int(next(iter(rows))[0] or 0)


def _listed(numbers: Iterable[int]) -> str:
    return ",".join(map(str, numbers))
