"""Frames: what stands in an event around the values that are its own.

A partner's events are like his forms: printed once, filled in a thousand times. Two events of one `form` have the same
punctuation at the same places, so what was cut out of one can be cut out of the other. If all that stands around the
cuts is the same to the byte, only what was cut out is to be read. So a frame knows no rule of its own: the form is a
guess where to cut, and the bytes around decide.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import chain
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar

from filon.epcis.part import Part
from filon.epcis.words import Words

K = TypeVar("K")
V = TypeVar("V")

Picked = Callable[[Any], tuple[Any, ...]]
"""What picks from a sequence."""


class Gaps(NamedTuple):
    """A text with gaps for values.

    Args:
        marked: the text with the mark of a value in each gap.
        text, order: what is filled, and what puts the values into the order of the gaps.
    """

    marked: bytes
    text: bytes
    order: Picked

    @classmethod
    def of(cls, marked: bytes) -> Gaps:
        """The gaps of a text with marks."""
        literals = _MARK.split(marked)
        text = b"%b".join([literal.replace(b"%", b"%%") for literal in literals[::2]])
        return cls(marked, text, picked([int(mark) for mark in literals[1::2]]))

    def partly(self, known: Sequence[bytes]) -> Gaps:
        """The gaps that are left when some are filled, or only marked otherwise."""
        return Gaps.of(_MARK.sub(lambda gap: known[int(gap[1])], self.marked))


Filled = tuple[bytes, bytes, str, datetime, list[tuple[str, str]]]
"""Canonical body, what counts for sameness (not hashed), name, time, (member, identifier) by which it can be found."""


class Frame(NamedTuple):
    """An event without its own values; numbers are places among these.

    Args:
        cut: picks them out of the event's text.
        readers: what makes their parts.
        body, key: what stands around them in the canonical body, and in what counts for sameness.
        things: those by which the event is found.
        name: -1 = it has none.
        words: of the body; none of them is the event's own.
    """

    cut: Picked
    readers: Sequence[Callable[[bytes], Part]]
    body: Gaps
    key: Gaps
    things: Sequence[int]
    time: int
    name: int
    words: Words

    def filled(self, text: bytes) -> Filled | None:
        """What the event says; None if one of its own values, unlike before, does not count. Raises as readers do."""
        cut, readers, body, key, places, time, name, _ = self
        parts = [read(value) for read, value in zip(readers, cut(text), strict=True)]
        bodies, keys, things, values = zip(*parts, strict=True)
        counted = key.order(keys)
        if b"" in counted:
            return None
        found = [one for at in places for one in things[at]]
        named = values[name] if name >= 0 else ""
        return body.text % body.order(bodies), key.text % counted, named, values[time], found


class Forgetful(dict[K, V]):
    """A memory that forgets all when it would hold too much.

    Args:
        most: bytes.
    """

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most, self._held = most, 0

    def room(self, size: int) -> None:
        """Make room for so many bytes more."""
        self._held += size
        if self._held > self._most:
            self._held = size
            self.clear()


class Frames:
    """Frames met so far; they forget all when they would hold too much."""

    def __init__(self) -> None:
        self._forms = Forgetful[bytes, "_Form | None"](_MOST)

    def of(self, text: bytes, form: bytes) -> Frame | None:
        """The frame of an event; None if it is not known."""
        known = self._forms.get(form)
        return known and known.frames.get(known.around(text))

    def due(self, form: bytes) -> bool:
        """Whether an event of this form was met before, so that it is worth the work to learn its frame."""
        if form in self._forms:
            return True
        self._forms.room(len(form))
        self._forms[form] = None
        return False

    def learn(self, text: bytes, form: bytes, spans: Sequence[tuple[int, int]], frame: Frame) -> None:
        """Know this frame from now on.

        Args:
            spans: where its own values stand in the text, in order.
        """
        self._forms.room(len(form))
        known = self._forms.get(form)
        if known is None:
            edges = [0, *chain.from_iterable(spans), len(text)]
            around = picked([slice(*edge) for edge in zip(edges[::2], edges[1::2], strict=True)])
            known = self._forms[form] = _Form(spans, around, {})
        if known.spans == spans:  # else what stands around the one's values is not what stands around the other's
            known.frames[known.around(text)] = frame


class _Form(NamedTuple):
    spans: Sequence[tuple[int, int]]
    around: Picked
    frames: dict[tuple[bytes, ...], Frame]


def form_of(text: bytes) -> bytes:
    """The punctuation of a text, each sign in its place; empty for one that is not to be cut by it."""
    return text.translate(_FORM) if len(text) <= _LONGEST else b""


def picked(places: Sequence[Any]) -> Picked:
    """What picks from these places, also if there is one or none."""
    return itemgetter(*places) if len(places) > 1 else lambda parts: tuple([parts[at] for at in places])


def mark(number: int) -> bytes:
    """What stands for a part where it is not known yet; no JSON has a NUL."""
    return b"\0%d\0" % number


_MOST, _LONGEST = 2_000_000, 4_096  # bytes of forms; what is kept for one is some seven times as long
_MARK = re.compile(rb"\0(\d+)\0")
_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_FORM = bytes.maketrans(_LETTERS, b"0" * len(_LETTERS))
