"""Bytes as text: base58btc and base64url, each in exactly one spelling.

    multibase(b"...")    # 'z6Mk...'

Source: draft-msporny-base58-03; W3C Controlled Identifiers 1.0, 2.4 (Multibase); RFC 7515, appendix C.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode

from filon.seal.broken import broken

_LETTERS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES = {letter: value for value, letter in enumerate(_LETTERS)}
_URL = re.compile(r"[A-Za-z0-9_-]*")


def base58(data: bytes) -> str:
    """The base58btc text of bytes."""
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        text = _LETTERS[rest] + text
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + text


def from_base58(text: str, *, limit: int = 512) -> bytes:
    """The bytes of a base58btc text.

    Raises:
        BrokenSealError: SEA-003, a letter that is none of its alphabet, or longer than `limit`.
    """
    if len(text) > limit or not set(text) <= _VALUES.keys():
        raise broken("SEA-003", fault="not base58btc", found=text[:60])
    number = 0
    for letter in text:
        number = number * 58 + _VALUES[letter]
    zeros = len(text) - len(text.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def multibase(data: bytes) -> str:
    """base58btc with its prefix `z`."""
    return "z" + base58(data)


def from_multibase(text: object) -> bytes:
    """The bytes of a base58btc multibase text.

    Raises:
        BrokenSealError: SEA-003, no such text.
    """
    if not isinstance(text, str) or not text.startswith("z"):
        raise broken("SEA-003", fault="not multibase base58btc (z…)", found=str(text)[:60])
    return from_base58(text[1:])


def base64url(data: bytes) -> str:
    """base64url without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_base64url(text: str) -> bytes:
    """The bytes of a base64url text without padding, in its only spelling.

    Raises:
        ValueError: other letters, padding, or bits left over.
    """
    if not _URL.fullmatch(text):
        raise ValueError("not base64url without padding")
    data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if base64url(data) != text:
        raise ValueError("base64url with bits left over")
    return data
