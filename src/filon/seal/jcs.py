"""One spelling of JSON, so that two programs sign the same bytes: strict reading and canonical writing.

    canonical(read(b'{"b": 1.0, "a": "x"}'))   # b'{"a":"x","b":1}'

Numbers are IEEE doubles to JCS; a decimal that no double says exactly is refused, so quantities travel as text.

Source: RFC 8785; RFC 7493 (I-JSON); security reference, section 3 (what parsers let through).
"""

from __future__ import annotations

import json
import math
import re
from decimal import Decimal
from typing import Any, NoReturn

import orjson
import rfc8785

from filon.seal.broken import broken

LARGEST = 2**53 - 1
"""Beyond it a double skips whole numbers."""
DEPTH = 64
"""Levels of nesting that are read."""
_DIGITS = 400
_SURROGATE = re.compile("[\ud800-\udfff]")
_BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', re.DOTALL)


def read(data: bytes | str, *, exact: bool = False) -> Any:
    """The value of a JSON text, refusing what two parsers could read differently.

    Args:
        exact: numbers as Decimal, for figures of matter; else as JCS takes them, int and float.

    Raises:
        BrokenSealError: SEA-001, no JSON, a name twice, a number out of range, half a character, or too deep.
    """
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    _depth(raw)
    try:
        value = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_once,
            parse_constant=_refused,
            parse_float=_decimal if exact else _double,
            parse_int=_decimal if exact else _whole,
        )
    except (ValueError, RecursionError) as error:
        raise broken("SEA-001", fault=str(error)[:120]) from error
    return value


def canonical(value: Any) -> bytes:
    """The canonical bytes of a JSON value.

    Raises:
        BrokenSealError: SEA-002, a value that JCS has no spelling for.
    """
    try:
        if _is_plain(value, 0):  # what orjson and JCS spell alike; it is sixty times as fast
            return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
        return rfc8785.dumps(_doubles(value))
    except (rfc8785.CanonicalizationError, TypeError, RecursionError, UnicodeEncodeError) as error:
        raise broken("SEA-002", fault=str(error)[:120] or type(error).__name__) from error


def _depth(raw: bytes) -> None:
    """Refused before the parser recurses: too deep a text ends the process of some parsers."""
    level = 0
    for token in _BRACKETS.finditer(raw):
        mark = token.group()
        level += (mark in b"[{") - (mark in b"]}")
        if level > DEPTH:
            raise broken("SEA-001", fault=f"more than {DEPTH} levels")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    known = dict(pairs)
    if len(known) != len(pairs):
        raise ValueError("a name stands twice in one object")
    for name, value in pairs:
        if _SURROGATE.search(name) or (type(value) is str and _SURROGATE.search(value)):
            raise ValueError("half a character (lone surrogate)")
        if type(value) is list and any(type(one) is str and _SURROGATE.search(one) for one in value):
            raise ValueError("half a character (lone surrogate)")
    return known


def _refused(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON number")


def _double(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:40]} is out of range")
    return number


def _whole(text: str) -> int:
    if len(text) > _DIGITS or abs(int(text)) > LARGEST:
        raise ValueError(f"{text[:40]} is out of the exact range")
    return int(text)


def _decimal(text: str) -> Decimal:
    number = Decimal(text)
    if len(text) > _DIGITS or abs(number.adjusted()) > _DIGITS:
        raise ValueError(f"{text[:40]} is out of range")
    return number


def _is_plain(value: Any, level: int) -> bool:
    """Only text, whole numbers, truth values, lists and objects whose names sort alike by code point and by UTF-16."""
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return True
    if kind is int:
        return bool(abs(value) <= LARGEST)
    if level > DEPTH:
        return False
    if kind is dict:
        return all(type(name) is str and name.isascii() and _is_plain(one, level + 1) for name, one in value.items())
    if kind is list:
        return all(_is_plain(one, level + 1) for one in value)
    return False


def _doubles(value: Any) -> Any:
    if isinstance(value, Decimal):
        return _exactly(value)
    if isinstance(value, dict):
        return {name: _doubles(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_doubles(one) for one in value]
    return value


def _exactly(number: Decimal) -> float | int:
    if number == number.to_integral_value() and abs(number) <= LARGEST:
        return int(number)
    double = float(number)
    if Decimal(repr(double)) != number:
        raise TypeError(f"{number} is no double; write it as text")
    return double
