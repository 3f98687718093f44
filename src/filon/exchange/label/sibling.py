"""Codes of many links that differ in a few characters, as fast as they can be drawn.

A QR symbol is affine in its data: error correction is linear, and the mask is added to all alike. So the symbol of a
link is that of another link of the same length, plus what each changed character adds; and what a character adds in its
place is worked out once. The mask is the one that suits the link with zeros best; a reader takes any of the eight
(ISO/IEC 18004, 7.8.2; which one looks best is told by penalty points, 7.8.3).

    rows("https://id.atlas.example/01/09521213000010/21/0000042")     # ("1111111001..", ..): 1 = dark
"""

from __future__ import annotations

from functools import lru_cache

import segno

from filon.exchange.label.code import code_of, scannable

ALPHANUMERIC = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
"""Characters that go two by two into eleven bits; other ASCII goes one by one.

Source: ISO/IEC 18004:2024, 7.3.4.
"""


def rows(link: str) -> tuple[str, ...]:
    """The modules of a link's code at error level M, row by row, without white border."""
    text = scannable(link)
    head, stroke, tail = text.rpartition("/")
    if not text.isascii() or not stroke or not tail:
        return tuple("".join("1" if module & 1 else "0" for module in row) for row in code_of(link).matrix)
    alphanumeric = ALPHANUMERIC.issuperset(text)
    zeros = f"{head}/{'0' * len(tail)}"
    side, mask, whole = _zeros(zeros, alphanumeric=alphanumeric)
    step = 2 if alphanumeric else 1
    for at in range(len(head) // step * step, len(text), step):
        if text[at : at + step] != zeros[at : at + step]:
            whole ^= _adds(zeros, at, text[at : at + step], mask, alphanumeric=alphanumeric)
    bits = f"{whole:0{side * side}b}"
    return tuple(bits[start : start + side] for start in range(0, side * side, side))


@lru_cache(maxsize=1024)
def _zeros(text: str, *, alphanumeric: bool) -> tuple[int, int, int]:
    """(modules a side, mask, all modules as one number) of a text, with the mask that suits it best."""
    code = segno.make_qr(text, error="m", boost_error=False, mode=_mode(alphanumeric=alphanumeric))
    assert code.mask is not None
    return len(code.matrix), code.mask, _number(code)


@lru_cache(maxsize=16_384)
def _adds(zeros: str, at: int, some: str, mask: int, *, alphanumeric: bool) -> int:
    """The modules that some characters in one place change."""
    text = zeros[:at] + some + zeros[at + len(some) :]
    mode = _mode(alphanumeric=alphanumeric)
    code = segno.make_qr(text, error="m", boost_error=False, mode=mode, mask=mask)
    return _number(code) ^ _zeros(zeros, alphanumeric=alphanumeric)[2]


def _mode(*, alphanumeric: bool) -> str:
    return "alphanumeric" if alphanumeric else "byte"


def _number(code: segno.QRCode) -> int:
    return int("".join("1" if module & 1 else "0" for row in code.matrix for module in row), 2)
