"""Ranges: which pieces of a batch an event names, by their serial numbers.

A pack of cells that were graded one by one names a hundred and more. So many are read in one pass over the stored
bytes of all events (`read_all`), where the engine is installed; the answers are those of `named`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from operator import le

from filon.books.declared import LONGEST
from filon.books.lot import LotId
from filon.books.movement import Said
from filon.epcis.event import FILON, Event
from filon.epcis.unread import Unread

Span = tuple[int, int]
"""First and last serial number, inclusive."""

LARGE_TEXT = 1 << 20
"""Bytes of ranges from which on the engine is worth its start."""


@dataclass(frozen=True, slots=True)
class Spans:
    """Some pieces of a batch, in the order named: from `first[i]` to `last[i]`, both included."""

    first: Sequence[int]
    last: Sequence[int]

    @property
    def pairs(self) -> tuple[Span, ...]:
        """The same as pairs."""
        return tuple(zip(self.first, self.last, strict=True))

    @property
    def pieces(self) -> int:
        """How many numbers are named."""
        return sum(self.last) - sum(self.first) + len(self.first)

    def outside(self, born: Span) -> list[Span]:
        """The spans that are not all of these numbers, or that run backwards."""
        if min(self.first) >= born[0] and max(self.last) <= born[1] and all(map(le, self.first, self.last)):
            return []
        return [span for span in self.pairs if not born[0] <= span[0] <= span[1] <= born[1]]


Named = Mapping[LotId, Spans]
"""{batch: the pieces of it that an event names}."""


def named(event: Event) -> Named:
    """The ranges that one event names, by batch; what is no range is left out."""
    first: dict[LotId, list[int]] = defaultdict(list)
    last: dict[LotId, list[int]] = defaultdict(list)
    for batch, low, high in _told(event.own("ranges")):
        first[batch].append(low)
        last[batch].append(high)
    return {batch: Spans(first[batch], last[batch]) for batch in first}


_SAID = tuple((FILON + name, name) for name in ("class", "first", "last"))


def _told(listed: object) -> Iterator[tuple[LotId, int, int]]:
    for item in listed if isinstance(listed, list | tuple) else ():
        if type(item) is not dict and not isinstance(item, Mapping):
            continue
        batch, first, last = [str(item.get(whole, item.get(name, ""))) for whole, name in _SAID]
        if first.isdecimal() and last.isdecimal() and max(len(first), len(last)) <= LONGEST:
            yield LotId(batch), int(first), int(last)


def read_all(said: Iterable[Said]) -> Mapping[str, Named]:
    """{key: ranges} of the events whose ranges nobody read yet, as far as they are written as Filon stores them.

    Empty where there is little to read or no compiler; whoever finds an event missing asks `named`.
    """
    unread = [(one.key, one.event.extensions.text) for one in said if type(one.event.extensions) is Unread]
    if find_spec("numba") is None or sum(len(text) for _, text in unread) < LARGE_TEXT:
        return {}
    out: dict[str, Named] = {}
    for names in (tuple(plain for _, plain in _SAID), tuple(whole for whole, _ in _SAID)):
        left = [(key, text) for key, text in unread if key not in out]
        out |= _columns(left, names) if left else {}
    return out


def _columns(unread: Sequence[tuple[str, bytes]], names: tuple[str, ...]) -> dict[str, Named]:
    import numpy as np  # noqa: PLC0415 - only a large book waits for the engine

    from filon.books.engine.reading import ranged  # noqa: PLC0415

    batch, first, last = names
    marks = tuple(
        np.frombuffer(mark.encode(), np.uint8) for mark in (f'{{"{batch}":"', f'","{first}":"', f'","{last}":"', '"}')
    )
    whole = b"".join(text for _, text in unread)
    ends = np.cumsum([len(text) for _, text in unread])
    most = whole.count(b"{") + 1
    low, high, at, end, begins = (np.zeros(most, np.int64) for _ in range(5))
    entries = np.zeros(len(unread), np.int64)
    ranged(np.frombuffer(whole, np.uint8), ends, marks, low, high, at, end, begins, entries)
    lows, highs = low.tolist(), high.tolist()
    runs = [*zip(at.tolist(), end.tolist(), pairwise(begins.tolist()), strict=False)]
    out: dict[str, Named] = {}
    done = 0
    for (key, _), until in zip(unread, entries.tolist(), strict=True):
        if until < 0:
            continue
        spans: dict[LotId, Spans] = {}
        for start, stop, (a, b) in runs[done:until]:
            lot = LotId(whole[start:stop].decode())
            before = spans.get(lot, _NONE)
            spans[lot] = Spans([*before.first, *lows[a:b]], [*before.last, *highs[a:b]])
        out[key] = spans
        done = until
    return out


_NONE = Spans((), ())


def overlap(spans: Sequence[Spans]) -> bool:
    """Whether any two spans have a number in common, or one runs backwards.

    None has, just when in the order of their beginnings each ends before the next begins; then the ends are in that
    order too, and two sorts of plain numbers tell.
    """
    first = sorted(number for one in spans for number in one.first)
    last = sorted(number for one in spans for number in one.last)
    backwards = any(low > high for one in spans for low, high in zip(one.first, one.last, strict=True))
    return backwards or any(map(le, first[1:], last))
