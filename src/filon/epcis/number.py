"""Numbers as text, exactly: one spelling for one number, however many zeros it came with."""

from __future__ import annotations

import re
from decimal import Decimal

JSON_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
"""A number as RFC 8259 writes it."""

_LONG = 64  # characters; longer plain numbers are written with an exponent


def plain(number: Decimal) -> str:
    """`20000.50` and `2.00005E+4` as `20000.5`; nothing is rounded.

    Returns:
        a JSON number; equal numbers give equal text.
    """
    if not number:
        return "0"
    if number.is_finite() and -_LONG < number.adjusted() < _LONG and len(text := str(number)) < _LONG:
        return trimmed(text if "E" not in text else f"{number:f}")
    return _in_full(number)


def trimmed(text: str) -> str:
    """A plain number as written (`20.50`, no exponent) in its one spelling (`20.5`)."""
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"", "-0", "-", "0"} else text


def _in_full(number: Decimal) -> str:
    sign, digits, exponent = number.as_tuple()
    if not isinstance(exponent, int):
        raise ValueError("not a finite number")  # noqa: TRY004 - NaN has the right type
    text = "".join(map(str, digits)).lstrip("0")
    kept = text.rstrip("0")
    if not kept:
        return "0"
    exponent += len(text) - len(kept)
    minus = "-" if sign else ""
    if exponent >= 0 and len(kept) + exponent <= _LONG:
        return minus + kept + "0" * exponent
    if exponent < 0 and -exponent <= _LONG:
        whole, part = kept[:exponent], kept[exponent:].rjust(-exponent, "0")
        return f"{minus}{whole or '0'}.{part}"
    return f"{minus}{kept}e{exponent}"
