"""Ranges: which pieces of a batch an event names, by their serial numbers.

A pack of cells that were graded one by one names a hundred and more. So many are read in one pass over the stored
bytes of many events (`read_along`), where the engine is installed; the answers are those of `named`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from itertools import chain
from operator import le
from typing import TYPE_CHECKING, TypeAlias, overload

from filon.books.declared import LONGEST
from filon.books.lot import LotId
from filon.books.movement import Said
from filon.epcis.event import FILON, Event
from filon.epcis.unread import Unread

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

Span = tuple[int, int]
"""First and last serial number, inclusive."""

Column: TypeAlias = "list[int] | npt.NDArray[np.int64]"

LARGE_TEXT = 1 << 20
"""Bytes of ranges from which on the engine is worth its start."""


@dataclass(frozen=True, slots=True, eq=False)
class Spans(Sequence[Span]):
    """Some pieces of a batch, in the order named: (first, last), both included.

    Args:
        first, last: the same as two columns: lists, or parts of one array that tells of a whole plant.
        low, high: the least number and the greatest.
        pieces: how many numbers are named.
        forward: no span runs backwards.
    """

    first: Column
    last: Column
    low: int
    high: int
    pieces: int
    forward: bool

    @classmethod
    def of(cls, first: list[int], last: list[int]) -> Spans:
        """The spans of two lists."""
        pieces = sum(last) - sum(first) + len(first)
        return cls(first, last, min(first), max(last), pieces, all(map(le, first, last)))

    @property
    def pairs(self) -> tuple[Span, ...]:
        """The same as pairs."""
        return tuple(zip(plain(self.first), plain(self.last), strict=True))

    def __len__(self) -> int:
        return len(self.first)

    @overload
    def __getitem__(self, index: int) -> Span: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Span, ...]: ...
    def __getitem__(self, index: int | slice) -> Span | tuple[Span, ...]:
        return self.pairs[index]

    def __iter__(self) -> Iterator[Span]:
        return iter(self.pairs)

    def __eq__(self, other: object) -> bool:
        return self.pairs == tuple(other) if isinstance(other, Sequence) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.pairs)

    def outside(self, born: Span) -> list[Span]:
        """The spans that are not all of these numbers, or that run backwards."""
        if self.forward and born[0] <= self.low and self.high <= born[1]:
            return []
        return [span for span in self.pairs if not born[0] <= span[0] <= span[1] <= born[1]]


def plain(column: Column) -> list[int]:
    """A column as a list."""
    return column if isinstance(column, list) else column.tolist()


Named = Mapping[LotId, Spans]
"""{batch: the pieces of it that an event names}."""


def named(event: Event) -> Named:
    """The ranges that one event names, by batch; what is no range is left out."""
    first: dict[LotId, list[int]] = defaultdict(list)
    last: dict[LotId, list[int]] = defaultdict(list)
    for batch, low, high in _told(event.own("ranges")):
        first[batch].append(low)
        last[batch].append(high)
    return {batch: Spans.of(first[batch], last[batch]) for batch in first}


_SAID = tuple((FILON + name, name) for name in ("class", "first", "last"))


def _told(listed: object) -> Iterator[tuple[LotId, int, int]]:
    for item in listed if isinstance(listed, list | tuple) else ():
        if type(item) is not dict and not isinstance(item, Mapping):
            continue
        batch, first, last = [str(item.get(whole, item.get(name, ""))) for whole, name in _SAID]
        if first.isdecimal() and last.isdecimal() and max(len(first), len(last)) <= LONGEST:
            yield LotId(batch), int(first), int(last)


def read_along(said: Iterable[Said]) -> tuple[list[Said], Mapping[str, Named]]:
    """Events, and {key: ranges} of those whose ranges nobody read yet, as far as they are written as Filon stores them.

    The bytes of ranges are let go as they are read, some megabytes at a time: memory that was used before is quicker
    than new. No ranges where there is little to read or no compiler; whoever finds an event missing asks `named`.
    """
    everything: list[Said] = []
    ranges: dict[str, Named] = {}
    part: list[tuple[str, Unread]] = []
    size, there = 0, find_spec("numba") is not None
    for one in said:
        everything.append(one)
        if there and type(unread := one.event.extensions) is Unread and unread.text:
            part.append((one.key, unread))
            size += len(unread.text)
            if size > PART:
                ranges |= _read(part)
                part, size = [], 0
    if part and (ranges or size >= LARGE_TEXT):
        ranges |= _read(part)
    return everything, ranges


def _read(part: Sequence[tuple[str, Unread]]) -> dict[str, Named]:
    out: dict[str, Named] = {}
    for names in (_SHORT, _WHOLE):  # as Filon writes them, and as others may
        if left := [(key, unread) for key, unread in part if key not in out]:
            out |= _columns(left, names)
    return out


_WHOLE, _SHORT = zip(*_SAID, strict=True)
PART = 1 << 22


def _columns(part: Sequence[tuple[str, Unread]], names: Sequence[str]) -> dict[str, Named]:
    import numpy as np  # noqa: PLC0415 - only a large book waits for the engine

    from filon.books.engine.reading import ranged  # noqa: PLC0415

    batch, first, last = names
    marks = tuple(
        np.frombuffer(mark.encode(), np.uint8) for mark in (f'{{"{batch}":"', f'","{first}":"', f'","{last}":"', '"}')
    )
    whole = b"".join(unread.text for _, unread in part)
    ends = np.cumsum([len(unread.text) for _, unread in part])
    most = len(whole) // sum(map(len, marks)) + 1
    low, high = np.empty(most, np.int64), np.empty(most, np.int64)
    runs = np.empty((most, 8), np.int64)
    entries = np.empty(len(part), np.int64)
    told = runs[: ranged(np.frombuffer(whole, np.uint8), ends, marks, low, high, runs, entries)].tolist()
    out: dict[str, Named] = {}
    done = 0
    for (key, unread), until in zip(part, entries.tolist(), strict=True):
        if until < 0:
            continue
        spans: dict[LotId, Spans] = {}
        noughts = 0
        for start, stop, begin, count, least, greatest, pieces, odd in told[done:until]:
            lot, here = LotId(whole[start:stop].decode()), slice(begin, begin + abs(count))
            one = Spans(low[here], high[here], least, greatest, pieces, count > 0)
            if (before := spans.get(lot)) is not None:
                one = Spans.of(plain(before.first) + plain(one.first), plain(before.last) + plain(one.last))
            spans[lot] = one
            noughts += odd
        if not noughts and len(spans) == until - done:
            unread.let_go(partial(_listed, spans, names))
        out[key] = spans
        done = until
    return out


def _listed(spans: Named, names: Sequence[str]) -> list[dict[str, str]]:
    """The list that an event named them in, each batch in one go and its numbers written plainly."""
    batch, first, last = names
    return [{batch: lot, first: str(low), last: str(high)} for lot, some in spans.items() for low, high in some.pairs]


def overlap(spans: Sequence[Spans]) -> bool:
    """Whether any two spans have a number in common, or one runs backwards.

    None has, just when in the order of their beginnings each ends before the next begins; then the ends are in that
    order too, and two sorts of plain numbers tell.
    """
    if not all(one.forward for one in spans):
        return True
    if not spans or any(isinstance(one.first, list) for one in spans):
        first = sorted(chain.from_iterable(plain(one.first) for one in spans))
        last = sorted(chain.from_iterable(plain(one.last) for one in spans))
        return any(map(le, first[1:], last))
    import numpy as np  # noqa: PLC0415 - only a large book has arrays

    firsts, lasts = (
        np.sort(np.concatenate(some)) for some in zip(*((one.first, one.last) for one in spans), strict=True)
    )
    return bool((firsts[1:] <= lasts[:-1]).any())
