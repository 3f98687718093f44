"""Moulds of what partners say in their own words: the next value differs from one before in its digits alone.

A hundred assays, a thousand ranges of serial numbers: the same names, the same structure, as long as each other. The
first two are read as ever, the second with marks in place of its digits; where the marks stand in what came out, the
digits of the next are put. So a mould knows no rule of its own. It is not used where other digits would be read in
another way: of `"6.60"` a zero is dropped that `"6.66"` keeps.

    moulds = Moulds()
    part = moulds.cast("ilmd", read, b'{"ex:co":"20.9"}')
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from filon.epcis.frame import Forgetful, Picked, picked
from filon.epcis.part import OddError, Part

_MOST, _LONGEST = 500_000, 4_096  # bytes of forms
_DIGITS = bytes.maketrans(b"123456789", b"000000000")
_TEXT = re.compile(rb'"([^"]*)"([ \t\r\n]*:)?')
_RUN = re.compile(rb"[0-9]+")
_NUMBER = re.compile(rb"[-+.0eE\s]*")
_PLAIN = re.compile(rb"0{1,15}(\.0{1,15})?")
_MARK = re.compile("([\ue000-\uf8ff])")
_MARKS = 0xF8FF - 0xE000


class Mould(NamedTuple):
    """How parts follow from values that differ in their digits alone.

    Args:
        ends: gives the signs of a value that must not be zeros, the last decimals of its numbers.
        body, key: the texts with a gap for each piece of the value that stands in them, and what cuts the pieces.
    """

    ends: Picked
    body: bytes
    body_of: Picked
    key: bytes
    key_of: Picked
    like: Part

    def cast(self, data: bytes) -> Part | None:
        """The part of a value of this form; None if its digits would be read in another way."""
        if _ZERO in self.ends(data):
            return None
        return Part(self.body % self.body_of(data), self.key % self.key_of(data), self.like.things)


_ZERO = ord("0")


class Moulds:
    """Moulds met so far; they forget all when they would hold too much."""

    def __init__(self) -> None:
        self._moulds = Forgetful[tuple[str, bytes], Mould | bool](_MOST)

    def cast(self, name: str, read: Callable[[bytes], Part], data: bytes) -> Part:
        """The part of a member, as `read` makes it."""
        if len(name) + len(data) > _LONGEST:
            return read(data)
        form = name, data.translate(_DIGITS)
        mould = self._moulds.get(form)
        if isinstance(mould, Mould) and (cast := mould.cast(data)):
            return cast
        made = read(data)
        if mould is None:
            self._moulds.room(len(name) + len(data))
            self._moulds[form] = True  # worth a mould if another of this form comes
        elif mould is True:
            self._moulds[form] = _mould(data, made, read)
        return made


def _mould(data: bytes, made: Part, read: Callable[[bytes], Part]) -> Mould | bool:
    """The mould of values like this one; False if there is none, True if only another could show it.

    Args:
        made: what `read` makes of it.
    """
    found = _digits(data)
    if found is None:
        return False
    runs, ends = found
    if any(data[end] == _ZERO for end in ends):
        return True
    try:
        marked = read(_marked(data, runs))
    except (OddError, ValueError):
        return False
    body, key = (_template(text.decode(), data, runs) for text in (marked.body, marked.key))
    mould = Mould(picked(ends), *body, *key, made)
    return mould if marked.things == made.things and mould.cast(data) == made else False


def _digits(data: bytes) -> tuple[list[tuple[int, int]], list[int]] | None:
    """(where digits stand in texts, where a zero would be dropped); None if digits stand where they mean more."""
    runs, ends, last = list[tuple[int, int]](), list[int](), 0
    for text in _TEXT.finditer(data):
        form = text[1].translate(_DIGITS)
        told = b"0" in form
        number = told and _NUMBER.fullmatch(form)
        if _RUN.search(data, last, text.start()) or (told and text[2]) or (number and not _PLAIN.fullmatch(form)):
            return None  # a bare number, a name with digits, a number written in an odd way
        if number and b"." in form:
            ends.append(text.end(1) - 1)
        runs += [run.span() for run in _RUN.finditer(data, *text.span(1))]
        last = text.end()
    fine = (
        not _MARK.search(data.decode())
        and b"\\" not in data
        and 0 < len(runs) <= _MARKS
        and not _RUN.search(data, last)
    )
    return (runs, ends) if fine else None


def _marked(data: bytes, runs: list[tuple[int, int]]) -> bytes:
    """A value with a mark in place of each run of digits."""
    told, last = list[bytes](), 0
    for number, (start, end) in enumerate(runs):
        told += data[last:start], chr(0xE000 + number).encode()
        last = end
    return b"".join(told) + data[last:]


def _template(text: str, data: bytes, runs: list[tuple[int, int]]) -> tuple[bytes, Picked]:
    """(a text with a gap for each piece of a value, what cuts the pieces); as few and as long as can be.

    Args:
        text: what came of the value, with marks in it.
    """
    first, *rest = _MARK.split(text)
    form, cuts = _escaped(first), list[tuple[int, int]]()
    for mark, literal in zip(rest[::2], rest[1::2], strict=True):
        start, end = runs[ord(mark) - 0xE000]
        between = form[form.rfind(b"%b") + 2 :] if cuts else None
        if between is not None and cuts[-1][1] <= start and between == _escaped(data[cuts[-1][1] : start].decode()):
            form, start = form[: form.rfind(b"%b")], cuts.pop()[0]
        cuts.append((start, end))
        form += b"%b" + _escaped(literal)
    return form, picked([slice(*cut) for cut in cuts])


def _escaped(literal: str) -> bytes:
    return literal.encode().replace(b"%", b"%%")
