"""Numbers and days as people type them: `24 150,5`, `24150.5`, `03/11/2026`, and which of them cannot be told apart.

`24,150` is 24 150 to one reader and 24.15 to another; `03/11/2026` is November here and March there. Such a text is
read only if the rest of the file shows which is meant; else it is a finding, never a guess.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

Mark = Literal[",", "."]

_SPACES = re.compile(r"[\s\u00a0\u2007\u202f'’]")
_PLAIN = re.compile(r"[+-]?\d+", re.ASCII)
_GROUPS = {
    ",": re.compile(r"[+-]?\d{1,3}(?:,\d{3})+", re.ASCII),
    ".": re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+", re.ASCII),
}
_ONE = re.compile(r"([+-]?\d*)([.,])(\d+)", re.ASCII)
_UNIT = re.compile(r"([\d\s.,'’\u00a0\u202f]*\d)\s*(kg|t|to|tonnes?|mt|wmt|dmt|g)\.?", re.IGNORECASE | re.ASCII)
_IN_KG = {"kg": Decimal(1), "g": Decimal("0.001")}
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?", re.ASCII)
_DAY = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})", re.ASCII)
_GROUP = 3
_MAX_DIGITS = 30
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Number:
    """A number read from text.

    Args:
        value: None if it is no number.
        other: what the text means if the comma or point is read the other way; None if only one reading exists.
        mark: the decimal mark that the text proves; empty if it proves none.
    """

    value: Decimal | None
    other: Decimal | None = None
    mark: Mark | Literal[""] = ""


NOTHING = Number(None)


def number(text: str) -> Number:  # noqa: PLR0911 - one line a way of writing
    """What a number typed as text says."""
    bare = _SPACES.sub("", text)
    grouped = bare != text.strip()
    if len(bare) > _MAX_DIGITS:
        return NOTHING
    if _PLAIN.fullmatch(bare):
        return Number(Decimal(bare))
    if "," in bare and "." in bare:
        return _both(bare)
    for mark, pattern in _GROUPS.items():
        if bare.count(mark) > 1:
            return Number(Decimal(bare.replace(mark, ""))) if pattern.fullmatch(bare) else NOTHING
    match = _ONE.fullmatch(bare)
    if match is None:
        return NOTHING
    whole, mark, rest = match.groups()
    value = Decimal(f"{whole}.{rest}")
    if len(rest) == _GROUP and 1 <= len(whole.lstrip("+-")) <= _GROUP and whole.lstrip("+-0") and not grouped:
        return Number(value, Decimal(f"{whole}{rest}"), "")
    return Number(value, None, "," if mark == "," else ".")


def _both(bare: str) -> Number:
    mark: Mark = "," if bare.rindex(",") > bare.rindex(".") else "."
    thousands = "." if mark == "," else ","
    head, _, tail = bare.rpartition(mark)
    if _GROUPS[thousands].fullmatch(head) and tail.isdecimal():
        return Number(Decimal(f"{head.replace(thousands, '')}.{tail}"), None, mark)
    return NOTHING


def in_kg(text: str) -> Decimal | None:
    """The kilograms that a weight written with its unit most likely means (`24t`: 24000); only ever a proposal."""
    match = _UNIT.fullmatch(text.strip())
    if match is None:
        return None
    read = number(match.group(1))
    factor = _IN_KG.get(match.group(2).lower(), Decimal(1000))
    return None if read.value is None or read.other is not None else read.value * factor


def from_float(value: float) -> Decimal:
    """The decimal that a spreadsheet shows for a stored number: fifteen digits, no more."""
    return Decimal(value) if isinstance(value, int) else Decimal(format(value, ".15g"))


@dataclass(frozen=True, slots=True)
class Day:
    """A day read from text.

    Args:
        value: read day before month; None if that is impossible.
        other: read month before day, where that is possible too and another day.
        order: `day` or `month` first, where the text proves it; empty if it proves nothing.
    """

    value: date | None
    other: date | None = None
    order: Literal["day", "month", ""] = ""


NO_DAY = Day(None)


def day(text: str) -> Day:
    """What a day typed as text says: year first, or day and month with `/`, `-` or `.`."""
    stripped = text.strip()
    if match := _ISO.fullmatch(stripped):
        year, month, number_ = map(int, match.groups())
        return Day(_date(year, month, number_))
    match = _DAY.fullmatch(stripped)
    if match is None:
        return NO_DAY
    first, second, year = int(match.group(1)), int(match.group(3)), int(match.group(4))
    if match.group(2) == "." or first == second:
        return Day(_date(year, second, first))
    if first > _MONTHS:
        return Day(_date(year, second, first), None, "day")
    if second > _MONTHS:
        return Day(None, _date(year, first, second), "month")
    return Day(_date(year, second, first), _date(year, first, second), "")


def _date(year: int, month: int, number_: int) -> date | None:
    try:
        return date(year, month, number_)
    except ValueError:
        return None


def from_serial(value: float) -> date | None:
    """The day that a bare number means as a spreadsheet's day count (from 1900); only ever a proposal."""
    return date(1899, 12, 30) + timedelta(days=int(value)) if 36526 <= value < 73051 else None  # noqa: PLR2004 - 2000-01-01 to 2099-12-31
