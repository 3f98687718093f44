"""The loop that reads stored text: ranges of serial numbers, of all events of a plant in one pass over their bytes.

Only lists that are written exactly as Filon stores them are read here; of any other it says so, and whoever asked reads
that one as any JSON. Imported only where numba is installed.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from filon.books.engine.ahead import eight
from filon.books.engine.loops import compiled

DIGITS = 18
"""Digits that surely fit 64 bits."""
MOST = 2**62
"""More pieces than that are counted in Python."""


@compiled
def starts_with(text: Any, at: int, end: int, mark: Any) -> bool:
    """Whether a mark stands there."""
    same = at + len(mark) <= end
    place = 0
    while same and place < len(mark):
        same = text[at + place] == mark[place]
        place += 1
    return same


@compiled
def alike(text: Any, at: int, end: int, other: int, other_end: int) -> bool:
    """Whether two pieces of text are the same."""
    same = end - at == other_end - other
    place = 0
    while same and at + place < end:
        same = text[at + place] == text[other + place]
        place += 1
    return same


@compiled
def repeated(text: Any, at: int, other: int, length: int) -> bool:
    """Whether so many bytes, eight at least, are the same at two places; the last eight overlap those before."""
    differ = eight(text, at + length - 8) ^ eight(text, other + length - 8)
    for place in range(0, length - 8, 8):
        differ |= eight(text, at + place) ^ eight(text, other + place)
    return bool(differ == 0)


@compiled
def number(text: Any, at: int, end: int) -> Any:
    """(where the digits that begin there end, what they say if they are not too many)."""
    told: Any = 0
    while at < end and 48 <= text[at] <= 57:  # noqa: PLR2004 - 0 to 9
        told = 10 * told + np.int64(text[at]) - 48
        at += 1
    return at, told


@compiled
def ranged(text: Any, ends: Any, marks: Any, first: Any, last: Any, runs: Any, entries: Any) -> int:
    """Fill the columns of ranges (`first`, `last`) and the rows of runs of one batch; how many runs.

    Args:
        ends: where each event's list ends in `text`.
        marks: what stands before a batch, a first and a last number, and behind that.
        runs: (.., 8) where the batch's name begins and ends, where its ranges begin, how many (less than 0: one runs
            backwards), least and greatest number, pieces, how many numbers begin with a nought that says nothing.
        entries: (events) becomes the end of each event's runs; -1 = it could not be read.
    """
    batch, low, high, close = marks
    ranges, count, begin = 0, 0, 0
    for event in range(len(ends)):
        at, end = begin + 1, ends[event]
        kept_ranges, kept, well = ranges, count, False
        before, prefix = at, 0  # the last item of this list, and its bytes up to the first number
        while True:
            again = 0 < prefix < end - at and repeated(text, at, before, prefix)  # of the same batch, as most are
            if not again and not starts_with(text, at, end, batch):
                break
            name = at + len(batch)
            stop = at + prefix - len(low) if again else name
            while stop < end and text[stop] != 34:  # noqa: PLR2004 - the quote behind the batch
                stop += 1
            number_at = stop + len(low)
            number_end, from_here = number(text, number_at, end)
            until_at = number_end + len(high)
            until_end, to_there = number(text, until_at, end)
            if not (
                (again or starts_with(text, stop, end, low))
                and starts_with(text, number_end, end, high)
                and starts_with(text, until_end, end, close)
                and 0 < number_end - number_at <= DIGITS
                and 0 < until_end - until_at <= DIGITS
            ):
                break
            before, prefix = at, number_at - at
            if not again and (count == kept or not alike(text, name, stop, runs[count - 1, 0], runs[count - 1, 1])):
                runs[count, 0], runs[count, 1], runs[count, 2], runs[count, 3] = name, stop, ranges, 0
                runs[count, 4], runs[count, 5], runs[count, 6], runs[count, 7] = from_here, to_there, 0, 0
                count += 1
            run = runs[count - 1]
            backwards = run[3] < 0 or from_here > to_there
            run[3] = -abs(run[3]) - 1 if backwards else run[3] + 1
            run[4], run[5] = min(run[4], from_here), max(run[5], to_there)
            run[6] += to_there - from_here + 1
            run[7] += text[number_at] == 48 and number_end - number_at > 1  # noqa: PLR2004 - the nought
            run[7] += text[until_at] == 48 and until_end - until_at > 1  # noqa: PLR2004
            if abs(run[6]) > MOST:
                break
            first[ranges], last[ranges] = from_here, to_there
            ranges += 1
            at = until_end + len(close)
            if at == end - 1:
                well = True  # only the bracket is left
                break
            at += 1  # the comma; anything else is no mark
        if not well:
            ranges, count = kept_ranges, kept
        entries[event] = count if well else -1
        begin = end
    return count
