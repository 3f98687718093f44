"""Extension members of which one long list stays as it was stored until somebody asks for it.

A pack of 288 cells that were graded one by one names a hundred and more ranges of serial numbers: nine tenths of its
event's bytes. Whoever asks gets them as ever; the books read all of a plant's at once (`books/spans`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

import orjson

from filon.epcis.event import FILON

RANGES = FILON + "ranges"
_LONG = 512
"""Bytes from which on a body is worth looking into."""
_BEGIN = f'"{RANGES}":['.encode()
_END = b'"}]'


class Unread(Mapping[str, Any]):
    """Members by name, as any mapping.

    Args:
        rest: all but the ranges.
        text: the list of ranges, as stored.
        read: what makes values of what the parser gives.
    """

    __slots__ = ("_listed", "_read", "_rest", "text")

    def __init__(self, rest: Mapping[str, Any], text: bytes, read: Callable[[Any], Any]) -> None:
        self._rest, self.text, self._read = rest, text, read
        self._listed: Any = None

    def __getitem__(self, name: str) -> Any:
        if name != RANGES:
            return self._rest[name]
        if self._listed is None:
            self._listed = self._read(orjson.loads(self.text))
        return self._listed

    def get(self, name: str, default: Any = None) -> Any:
        """As of any mapping; what is missing is asked for often."""
        return self[name] if name == RANGES else self._rest.get(name, default)

    def __iter__(self) -> Iterator[str]:
        return iter((*self._rest, RANGES))

    def __len__(self) -> int:
        return len(self._rest) + 1

    def __repr__(self) -> str:
        return repr(dict(self))


def parted(body: bytes) -> tuple[dict[str, Any], bytes]:
    """The members of a stored body, and the text of its ranges if they were left unread: then null stands for them.

    Only a flat list is left: one opening bracket and no escapes, so that the first closing one is where it ends. Where
    it was not (a text may hold one), what is left is no JSON, or the null stands elsewhere, and all is read.
    """
    at = body.find(_BEGIN) if len(body) > _LONG else -1
    begin = at + len(_BEGIN) - 1
    text = body[begin : body.find(b"]", begin) + 1] if at >= 0 else b""
    if text.endswith(_END) and text.count(b"[") == 1 and b"\\" not in text:
        with suppress(ValueError):
            raw: dict[str, Any] = orjson.loads(body[:begin] + b"null" + body[begin + len(text) :])
            if raw.get("extensions", _NONE).get(RANGES, False) is None:
                return raw, text
    whole: dict[str, Any] = orjson.loads(body)
    return whole, b""


_NONE: Mapping[str, Any] = {}
