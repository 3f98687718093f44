"""A cursor over JSON text that decodes one value at a time, so that a large document is never held as objects.

Decoding is the standard library's C scanner with its lenient habits taken away: duplicate members, NaN and Infinity,
oversized numbers, U+0000 and lone surrogates are seen and told with their place; numbers are Decimal.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

_SPACE = re.compile(r"[ \t\n\r]*")
_NEXT = re.compile(r"[ \t\n\r]*([,\]}])[ \t\n\r]*")
_BLANKS = " \t\n\r"
_SUSPECT = re.compile(r"\\u(?:0000|[dD][89a-fA-F][0-9a-fA-F]{2})")


class BrokenJsonError(ValueError):
    """The text is not JSON; `at` is the character where that is seen. Caught by the parser, never leaves it."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.message = message
        self.at = at


class Doubled(dict[str, Any]):
    """An object in which a member stands more than once; `names` says which."""

    names: tuple[str, ...] = ()


class NoNumber(str):
    """NaN, Infinity or -Infinity, as written."""

    __slots__ = ()


class Values:
    """How JSON becomes values; `odd` is set by one that holds something which JSON or we do not allow.

    Apart from the cursor, so that no ring of references keeps a document's text until the collector passes.
    """

    def __init__(self) -> None:
        self.odd = False

    def scanner(self) -> Callable[[str, int], tuple[Any, int]]:
        """(text, where) -> (value, where it ends)."""
        decoder = json.JSONDecoder(
            object_pairs_hook=self._object, parse_float=Decimal, parse_int=Decimal, parse_constant=self._constant
        )
        return decoder.scan_once  # type: ignore[attr-defined, no-any-return]

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) == len(pairs):
            return made
        self.odd = True
        doubled = Doubled(made)
        times = Counter(name for name, _ in pairs)
        doubled.names = tuple(sorted(name for name, count in times.items() if count > 1))
        return doubled

    def _constant(self, text: str) -> NoNumber:
        self.odd = True
        return NoNumber(text)


class Cursor:
    """Where we are in a JSON text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.suspect = _SUSPECT.search(text) is not None
        self.values = Values()
        self._scan = self.values.scanner()

    def space(self) -> str:
        """Step over blanks; the character that follows, "" at the end."""
        match = _SPACE.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self.text[self.at : self.at + 1]

    def value(self) -> Any:
        """Decode the value here and step behind it.

        Raises:
            BrokenJsonError: it is not JSON.
            RecursionError: it is nested too deep.
        """
        if self.text[self.at : self.at + 1] in _BLANKS:
            self.space()
        try:
            made, self.at = self._scan(self.text, self.at)
        except StopIteration as stop:
            raise BrokenJsonError("a value is missing", stop.value) from None
        except json.JSONDecodeError as error:
            raise BrokenJsonError(error.msg, error.pos) from None
        except (ValueError, ArithmeticError):
            raise BrokenJsonError("a number beyond any measure", self.at) from None
        return made

    def take(self, expected: str) -> None:
        """Step over one character.

        Raises:
            BrokenJsonError: another one stands here.
        """
        if self.space() != expected:
            raise BrokenJsonError(f"expected {expected}", self.at)
        self.at += 1

    def end(self) -> None:
        """Make sure that nothing follows.

        Raises:
            BrokenJsonError: something does.
        """
        if self.space():
            raise BrokenJsonError("the document goes on after its end", self.at)

    def members(self) -> Iterator[str]:
        """The names of the object here, one by one; whoever asks must step over each value."""
        self.take("{")
        if self.space() == "}":
            self.at += 1
            return
        while True:
            if self.space() != '"':
                raise BrokenJsonError("a member name in double quotes is missing", self.at)
            name = self.value()
            self.take(":")
            yield name
            if not self._more("}"):
                return
            self.space()

    def _more(self, closing: str) -> bool:
        """Step over the comma (then more follows) or the closing bracket here."""
        match = _NEXT.match(self.text, self.at)
        sign = match.group(1) if match else ""
        if match is None or sign not in {",", closing}:
            self.space()
            raise BrokenJsonError(f"expected , or {closing}", self.at)
        self.at = match.end()
        return sign == ","

    def items(self) -> Iterator[int]:
        """The positions 0, 1, .. of the array here; whoever asks must step over each value."""
        self.take("[")
        if self.space() == "]":
            self.at += 1
            return
        position = 0
        yield position
        while self._more("]"):
            position += 1
            yield position


def oddities(value: Any, pointer: str = "") -> Iterator[tuple[str, str, str]]:
    """(code, JSON pointer, what) of everything in a decoded value that is not allowed in it."""
    if isinstance(value, Doubled):
        yield from (("EPC-203", f"{pointer}/{name}", name) for name in value.names)
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _bad_text(name, pointer)
            yield from oddities(item, f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from oddities(item, f"{pointer}/{index}")
    elif isinstance(value, NoNumber):
        yield "EPC-204", pointer, str(value)
    elif isinstance(value, str):
        yield from _bad_text(value, pointer)


def _bad_text(text: str, pointer: str) -> Iterator[tuple[str, str, str]]:
    if "\0" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        yield "EPC-217", pointer, ascii(text)
