"""The loop that reads stored text: ranges of serial numbers, of all events of a plant in one pass over their bytes.

Only lists that are written exactly as Filon stores them are read here; of any other it says so, and whoever asked reads
that one as any JSON. Imported only where numba is installed.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from filon.books.engine.loops import compiled

DIGITS = 18
"""Digits that surely fit 64 bits."""


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
def digits(text: Any, at: int, end: int) -> int:
    """Where the digits that begin there end."""
    while at < end and 48 <= text[at] <= 57:  # noqa: PLR2004 - 0 to 9
        at += 1
    return at


@compiled
def number(text: Any, at: int, end: int) -> Any:
    """What the digits say."""
    told: Any = 0
    for place in range(at, end):
        told = 10 * told + np.int64(text[place]) - 48
    return told


@compiled
def ranged(
    text: Any,
    ends: Any,
    marks: Any,
    first: Any,
    last: Any,
    lot_at: Any,
    lot_end: Any,
    begins: Any,
    entries: Any,
) -> None:
    """Fill the columns of ranges (`first`, `last`) and of runs of one batch (`lot_at`, `lot_end`, `begins`).

    Args:
        ends: where each event's list ends in `text`.
        marks: what stands before a batch, a first and a last number, and behind that.
        entries: (events + 1) becomes the end of each event's runs; less than the one before = it could not be read.
    """
    batch, low, high, close = marks
    ranges, runs, begin = 0, 0, 0
    for event in range(len(ends)):
        at, end = begin + 1, ends[event]
        kept_ranges, kept_runs, well = ranges, runs, False
        while starts_with(text, at, end, batch):
            name = at + len(batch)
            stop = name
            while stop < end and text[stop] != 34:  # noqa: PLR2004 - the quote behind the batch
                stop += 1
            number_at = stop + len(low)
            number_end = digits(text, number_at, end)
            until_at = number_end + len(high)
            until_end = digits(text, until_at, end)
            if not (
                starts_with(text, stop, end, low)
                and starts_with(text, number_end, end, high)
                and starts_with(text, until_end, end, close)
                and 0 < number_end - number_at <= DIGITS
                and 0 < until_end - until_at <= DIGITS
            ):
                break
            same = runs > kept_runs and stop - name == lot_end[runs - 1] - lot_at[runs - 1]
            place = 0
            while same and place < stop - name:
                same = text[name + place] == text[lot_at[runs - 1] + place]
                place += 1
            if not same:
                lot_at[runs], lot_end[runs], begins[runs] = name, stop, ranges
                runs += 1
            first[ranges], last[ranges] = number(text, number_at, number_end), number(text, until_at, until_end)
            ranges += 1
            at = until_end + len(close)
            if at == end - 1:
                well = True  # only the bracket is left
                break
            at += 1  # the comma; anything else is no mark
        if not well:
            ranges, runs = kept_ranges, kept_runs
        entries[event] = runs if well else -1
        begin = end
    begins[runs] = ranges
