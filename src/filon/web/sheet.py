"""A battery's page as a sheet with blanks: drawn and compressed once for all kin, filled in for one of them.

    sheet = Sheet(html)             # drawn with BLANKS for what is one battery's own
    sheet.plain(own)                # the page, byte for byte as if it had been drawn for that battery
    sheet.packed(own)               # the same as gzip: long stretches between the blanks are compressed already

Source: RFC 1951, 3.2.4 (blocks end on byte borders after a full flush, and may be strung together); RFC 1952.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, fields
from operator import attrgetter

from markupsafe import Markup, escape

LONG = 1024
"""Bytes from which a stretch is worth a compressed block of its own."""
LEVEL = 6
_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
"""Gzip, deflate, no name, no time, of any system."""


@dataclass(frozen=True, slots=True)
class Own:
    """What is one battery's own on its page, or changes with every entry of the log.

    Args:
        link: what its code says. path, history: of its pages. tail: of its identifier, below GS1's host.
        log: sentence on the log. root: its root hash. size: its entries, as a number is written in the language.
        code: the code, drawn.
    """

    serial: str
    link: str
    path: str
    history: str
    tail: str
    log: str
    root: str
    size: str
    code: Markup


_values = attrgetter(*(one.name for one in fields(Own)))
_FIRST = 0xE000
BLANKS = Own(**{one.name: Markup(chr(_FIRST + at)) for at, one in enumerate(fields(Own))})  # noqa: S704 - blanks only
"""Characters that stand for what is not there yet; of the private use area, so that nobody's name has them."""
_BLANK = re.compile(f"([{chr(_FIRST)}-{chr(_FIRST + len(fields(Own)) - 1)}])")


@dataclass(frozen=True, slots=True)
class _Stretch:
    """What stands between two blanks, and the same as a compressed block, if it is long."""

    data: bytes
    block: bytes


class Sheet:
    """A page with blanks.

    Args:
        html: drawn with `BLANKS`.
    """

    def __init__(self, html: str) -> None:
        texts = _BLANK.split(html)
        self._parts = [_stretch(one.encode()) if at % 2 == 0 else ord(one) - _FIRST for at, one in enumerate(texts)]

    def _filled(self, own: Own) -> Iterator[_Stretch]:
        values = [_Stretch(str(escape(one)).encode(), b"") for one in _values(own)]
        return (values[part] if isinstance(part, int) else part for part in self._parts)

    def plain(self, own: Own) -> bytes:
        """The page of one battery."""
        return b"".join(part.data for part in self._filled(own))

    def packed(self, own: Own) -> bytes:
        """The same as gzip."""
        out, short, check, size = [_HEAD], bytearray(), 0, 0
        for part in self._filled(own):
            check, size = zlib.crc32(part.data, check), size + len(part.data)
            if part.block:
                out += [_block(bytes(short), zlib.Z_FULL_FLUSH), part.block]
                short.clear()
            else:
                short += part.data
        return b"".join([*out, _block(bytes(short), zlib.Z_FINISH), struct.pack("<II", check, size & 0xFFFFFFFF)])


def _stretch(data: bytes) -> _Stretch:
    return _Stretch(data, _block(data, zlib.Z_FULL_FLUSH) if len(data) >= LONG else b"")


def _block(data: bytes, end: int) -> bytes:
    """Deflated by itself, so that blocks can be strung together in any order."""
    pen = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return pen.compress(data) + pen.flush(end)
