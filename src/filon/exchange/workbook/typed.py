"""One cell on its way in: what a raw cell means in its column, or the rule that it breaks.

What only the rest of the file can decide (is `24,150` a number of four or seven digits?) comes back undecided.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from filon.exchange.workbook import figures
from filon.exchange.workbook.columns import WORD_LISTS, Column, word, words
from filon.exchange.workbook.reading import Value

FIRST_DAY = date(2015, 1, 1)
LAST_DAY = date(2099, 12, 31)
BEYOND = Decimal(10) ** 15
"""From here on a spreadsheet's fifteen digits no longer hold the unit, and the books take no amount (BOK-030)."""

LEAST = Decimal("0.000001")
"""A milligram in kilograms: the books keep no less."""

_ERRORS = frozenset(
    {
        "#CALC!",
        "#FIELD!",
        "#BLOCKED!",
        "#CONNECT!",
        "#UNKNOWN!",
        "#N/A",
        "#REF!",
        "#VALUE!",
        "#DIV/0!",
        "#NAME?",
        "#NULL!",
        "#NUM!",
        "#GETTING_DATA",
        "#SPILL!",
    }
)
# Control characters, the replacement character, and UTF-8 once read as cp1252 ("numÃ©ro").
_ILLEGIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd\ufffe\uffff]|[ÃÂ][\u0080-\u00bf‚ƒ„…†‡ˆ‰Š‹Œ]|â€")
_EDGES = " \t\r\n\u00a0\u202f\u2007\ufeff"


@dataclass(frozen=True, slots=True)
class Wrong:
    """A cell that breaks a rule: code, what was expected, and the values of its message."""

    code: str
    expected: str = ""
    values: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Undecided:
    """A number or day that can be read in two ways until the rest of the file has been seen."""

    read: figures.Number | figures.Day


@dataclass(frozen=True, slots=True)
class Proof:
    """A value that shows how the others are meant: its decimal mark, or that day or month comes first."""

    value: Value
    shows: str


Parsed = Value | Wrong | Undecided | Proof | None
Parser = Callable[[Any], Parsed]


@cache
def parser(one: Column) -> Parser:
    """The reading of a column's cells."""
    if one.type in WORD_LISTS:
        return lambda raw: _word(one.type, raw)
    kinds: dict[str, Parser] = {
        "kg": _kg,
        "number": _kg,
        "percent": _percent,
        "formula": _kg,
        "count": _count,
        "date": _date,
        "zone": _zone,
        "country": _country,
    }
    return kinds.get(one.type, text)


def text(raw: Any) -> Parsed:
    """A text; a number that stands for one (a lot number of digits) as its digits."""
    if isinstance(raw, str):
        plain = raw.strip(_EDGES)
        if plain in _ERRORS:
            return Wrong("IMP-45", values={"what": plain})
        if match := _ILLEGIBLE.search(plain):
            return Wrong("IMP-43", values={"what": ascii(match.group())})
        return plain or None
    if isinstance(raw, list):
        # Spreadsheets turn a lot number like 11-3 into a day; what was typed is lost.
        return Wrong("IMP-43", values={"what": raw[0]})
    if isinstance(raw, bool):
        return str(raw).upper()
    return f"{figures.from_float(raw):f}"


def _kg(raw: Any) -> Parsed:
    read = _number(raw, "IMP-03", "24150")
    value = read.value if isinstance(read, Proof) else read
    if isinstance(value, Decimal) and 0 < abs(value) < LEAST:
        return Wrong(
            "IMP-67", "≥ 0.000001", {"w": f"{value.normalize():f}" if value > Decimal("1e-12") else f"{value:.3E}"}
        )
    if isinstance(read, Wrong) and isinstance(raw, str) and (meant := figures.in_kg(raw)) is not None:
        return Wrong(read.code, read.expected, {**(read.values or {}), "proposal": f"{meant.normalize():f}"})
    return read


def _percent(raw: Any) -> Parsed:
    bare = raw.replace("%", "") if isinstance(raw, str) else raw
    read = _number(bare, "IMP-49", "21")
    return read.read.value if isinstance(read, Undecided) else read


def _count(raw: Any) -> Parsed:
    read = _number(raw, "IMP-48", "24")
    value = read.value if isinstance(read, Proof) else read
    return Wrong("IMP-48", "24") if isinstance(value, Decimal) and value % 1 else read


def _number(raw: Any, code: str, example: str) -> Parsed:
    wrong = Wrong(code, example, {"ex": example})
    if isinstance(raw, list | bool):
        return wrong
    if not isinstance(raw, str):
        stored = figures.from_float(raw)
        return stored if abs(stored) < BEYOND else wrong
    plain = text(raw)
    if not isinstance(plain, str):
        return plain
    read = figures.number(plain)
    if read.value is None or abs(read.value) >= BEYOND:
        return wrong
    if read.other is not None:
        return Undecided(read)
    return Proof(read.value, read.mark) if read.mark else read.value


def _date(raw: Any) -> Parsed:
    if isinstance(raw, list):
        return _within(date.fromisoformat(raw[0]))
    if not isinstance(raw, str):
        meant = None if isinstance(raw, bool) else figures.from_serial(raw)
        return Wrong("IMP-09", "2026-11-03", {"proposal": meant.isoformat()} if meant else None)
    plain = text(raw)
    if not isinstance(plain, str):
        return plain
    read = figures.day(plain)
    if read.value is None:
        proposal = {"proposal": read.other.isoformat(), "order": "month"} if read.other else None
        return Wrong("IMP-09", "2026-11-03", proposal)
    if read.other is not None:
        return Undecided(read)
    inside = _within(read.value)
    return Proof(inside, read.order) if read.order and isinstance(inside, date) else inside


def _within(day: date) -> Parsed:
    return day if FIRST_DAY <= day <= LAST_DAY else Wrong("IMP-09", f"{FIRST_DAY} – {LAST_DAY}")


def _word(name: str, raw: Any) -> Parsed:
    plain = text(raw)
    if not isinstance(plain, str):
        return plain
    value = word(name, plain)
    if value is not None:
        return value
    spoken = [said for each in words(name).values() for said in each.values()]
    near = difflib.get_close_matches(plain.casefold(), spoken, 1, 0.5)
    choice = ", ".join(dict.fromkeys(spoken))
    proposal = {"proposal": near[0]} if near else {}
    return Wrong("IMP-31", choice, {"guess": near[0] if near else choice, **proposal})


_ZONE = re.compile(r"[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00", re.ASCII)
_ZONE_LIKE = re.compile(r"(?:UTC|GMT)?\s*([+-]?)(\d{1,2})(?::?(\d{2}))?(?::00)?", re.IGNORECASE | re.ASCII)


def _zone(raw: Any) -> Parsed:
    plain = text(raw)
    if not isinstance(plain, str):
        return Wrong("IMP-37", "+01:00") if isinstance(plain, Wrong) else plain
    if _ZONE.fullmatch(plain):
        return plain
    match = _ZONE_LIKE.fullmatch(plain)
    proposal = f"{match.group(1) or '+'}{match.group(2):0>2}:{match.group(3) or '00'}" if match else ""
    return Wrong("IMP-37", "+01:00", {"proposal": proposal} if _ZONE.fullmatch(proposal) else None)


def _country(raw: Any) -> Parsed:
    plain = text(raw)
    if not isinstance(plain, str):
        return plain
    upper = plain.upper()
    return upper if re.fullmatch("[A-Z]{2}", upper) else Wrong("IMP-08", "MA", {"guess": "MA"})
