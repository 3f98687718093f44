"""Extension members of which one long list stays as it was stored until somebody asks for it.

A pack of 288 cells that were graded one by one names a hundred and more ranges of serial numbers: nine tenths of its
event's bytes. Whoever asks gets them as ever; the books read many at once and let the bytes go (`books/ranges`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
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

    __slots__ = ("_listed", "_read", "_rest", "_told", "text")

    def __init__(self, rest: Mapping[str, Any], text: memoryview, read: Callable[[Any], Any]) -> None:
        self._rest, self.text, self._read = rest, text, read
        self._listed: Any = None
        self._told: Callable[[], Any] | None = None

    def let_go(self, told: Callable[[], list[dict[str, str]]]) -> None:
        """Somebody has read the ranges and tells them from now on: their bytes are needed no more."""
        self._told = told
        self.text = memoryview(b"")

    def __getitem__(self, name: str) -> Any:
        if name != RANGES:
            return self._rest[name]
        if self._listed is None:
            self._listed = self._told() if self._told else self._read(orjson.loads(self.text))
        return self._listed

    def get(self, name: str, default: Any = None) -> Any:
        """As of any mapping; what is missing is asked for often."""
        return self[name] if name == RANGES else self._rest.get(name, default)

    def __iter__(self) -> Iterator[str]:
        return iter((*self._rest, RANGES))

    def __len__(self) -> int:
        return len(self._rest) + 1

    def __reduce__(self) -> tuple[Any, ...]:
        return dict, (dict(self),)  # elsewhere it is read

    def __repr__(self) -> str:
        return repr(dict(self))


def parted(body: bytes) -> tuple[dict[str, Any], memoryview | None]:
    """The members of a stored body, and the text of its ranges if they were left unread: then null stands for them.

    Only a flat list is left: one opening bracket and no escapes, so that the first closing one is where it ends. Where
    it was not (a text may hold one), what is left is no JSON, or the null stands elsewhere, and all is read.
    """
    at = body.find(_BEGIN) if len(body) > _LONG else -1
    begin = at + len(_BEGIN) - 1
    end = body.find(b"]", begin) + 1 if at >= 0 else 0
    flat = body.endswith(_END, begin, end) and body.find(b"[", begin + 1, end) < 0
    if flat and body.find(b"\\", begin, end) < 0:
        try:
            raw: dict[str, Any] = orjson.loads(body[:begin] + b"null" + body[end:])
        except ValueError:
            raw = {}
        if raw.get("extensions", _NONE).get(RANGES, False) is None:
            return raw, memoryview(body)[begin:end]  # no copy: nine tenths of a plant's bytes stand here
    whole: dict[str, Any] = orjson.loads(body)
    return whole, None


_NONE: Mapping[str, Any] = {}
