"""Reading an activity sheet: rows become EPCIS events that carry `filon:activity`, by their bytes alone.

Rows of the same site, period, campaign, delivery and product are one event. A row that cannot be read refuses the
whole file: nothing is half taken.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from filon.accounts.carbon.activity import MATCHINGS, MOST_HOURS, PIECE_UNIT, Supply, is_period, sensible
from filon.accounts.carbon.factor import flows
from filon.core.finding import Finding, Place, found
from filon.core.ident import canonical, is_uri, sgln
from filon.core.unit import units
from filon.epcis.document import Document, Heading
from filon.epcis.event import FILON, Event, Typed
from filon.exchange.activity.columns import SHEET

MAX_ROWS = 200_000
_SERIAL = frozenset({"first", "last"})
_DAY = frozenset({"from", "until"})
_GROUP = ("site", "from", "until", "campaign", "delivery", "product")


def is_sheet(data: bytes, name: str = "") -> bool:
    """Whether these bytes are an activity sheet: its CSV heading, or a workbook whose only sheet is "5 Energy"."""
    return SHEET.is_it(data, name)


def read(data: bytes, name: str = "") -> Document:
    """The events that an activity sheet says.

    Findings:
        CFP-017: a column that must be there is not.
        CFP-018: a cell that cannot be read. CFP-113: a reading beyond what a site uses; it is taken.
        IMP-52 to IMP-61: a workbook that cannot be opened.
    """
    rows, findings = SHEET.rows(data, name)
    return _document(rows, 1, findings, name)


def inside(data: bytes, name: str = "") -> Document:
    """The events of the sheet "5 Energy" of a workbook that has other sheets too; none if it has no such sheet.

    Findings:
        CFP-017, CFP-018: as for a sheet by itself.
    """
    if not SHEET.is_in(data):
        return Document(Heading(), name=name)
    rows, first, findings = SHEET.within(data, name)
    return _document(rows, first, findings, name)


def _document(rows: Sequence[Sequence[str]], first: int, findings: list[Finding], name: str) -> Document:
    """What rows say; the heading, at row `first` of the file, comes first."""
    if not rows or findings:
        return Document(Heading(), findings=tuple(findings), name=name)
    columns = SHEET.recognised(rows[0])
    missing = [key for key in SHEET.keys if key in SHEET.required and key not in columns]
    findings += [found("CFP-017", Place(file=name, row=first), column=key) for key in missing]
    refused = bool(missing)
    grouped: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for number, cells in enumerate(rows[1:MAX_ROWS] if not missing else (), first + 1):
        row = {key: cells[index].strip() for key, index in columns.items() if index < len(cells)}
        if any(row.values()):
            wrong = _wrong(row, number, name)
            findings += wrong or _implausible(row, number, name)
            refused = refused or bool(wrong)
            grouped.setdefault(tuple(row.get(key, "") for key in _GROUP), []).append(row)
    events = () if refused else tuple(_event(group) for group in grouped.values())
    return Document(Heading(), events=events, findings=tuple(findings), name=name)


def _wrong(row: Mapping[str, str], number: int, name: str) -> list[Finding]:
    told = {key: expected for key in SHEET.keys if (expected := _expected(key, row.get(key, "")))}
    if not _DAY & told.keys() and row["until"] < row["from"]:
        told["until"] = f"≥ {row['from']}"
    return [
        found("CFP-018", Place(file=name, row=number, column=key), found=row.get(key, ""), expected=expected,
              row=number, column=key)
        for key, expected in told.items()
    ]  # fmt: skip


def _expected(key: str, text: str) -> str:
    """What a cell should hold, in signs that need no language; empty where it does."""
    if not text and key not in SHEET.required:
        return ""
    for keys, fits, example in _KINDS:
        if key in keys:
            return "" if fits(text) else example
    return ""


def _each(text: str) -> list[str]:
    """Numbers in one cell, with blanks or semicolons between them and points or commas within."""
    return [one.replace(",", ".") for one in re.split(r"[\s;]+", text.strip()) if one]


def _are_hours(text: str) -> bool:
    listed = _each(text)
    return len(listed) <= MOST_HOURS and all(map(_is_number, listed))


def _is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def _is_number(text: str) -> bool:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return False
    return sensible(number)


_MOST = {"energy": Decimal("3.6e15"), "mass": Decimal("1e9"), "volume": Decimal("1e7")}  # 1 TWh, 1 Mt, 10 million m3


def _implausible(row: Mapping[str, str], number: int, name: str) -> list[Finding]:
    """A reading beyond what any one site uses in a period: most often the wrong unit."""
    group, factor, _ = units().get(row["unit"], ("", Fraction(0), Fraction(0)))
    most = _MOST.get(group)
    if most is None or Decimal(row["amount"]) * Decimal(factor.numerator) / Decimal(factor.denominator) <= most:
        return []
    limit = most * Decimal(factor.denominator) / Decimal(factor.numerator)
    place = Place(file=name, row=number, column="amount")
    told = f"{row['amount']} {row['unit']}"
    return [found("CFP-113", place, found=told, expected=f"≤ {limit:.0f} {row['unit']}", row=number)]


def _site(text: str) -> str:
    if re.fullmatch(r"\d{13}", text):
        return sgln(text)
    return canonical(text) if is_uri(text) else ""


_KINDS: tuple[tuple[frozenset[str], Callable[[str], object], str], ...] = (
    (_DAY, _is_day, "2026-07-31"),
    (SHEET.numbers, _is_number, "0 ≤ 12500.5 < 10^15"),
    (_SERIAL, str.isdecimal, "1, 2, 3 …"),
    (frozenset({"site"}), _site, "9521234500018 | URI"),
    (frozenset({"flow"}), lambda text: text in flows(), "electricity, natural_gas … (docs/carbon.md)"),
    (frozenset({"unit"}), lambda text: text in units() or text == PIECE_UNIT, "KWH, KGM, LTR, TKM, H87 …"),
    (frozenset({"supply"}), lambda text: text in set(Supply), "grid, ppa, guarantee, own"),
    (frozenset({"matching"}), MATCHINGS.__contains__, "annual, hourly"),
    (frozenset({"produced"}), is_period, "2026, 2026-07"),
    (frozenset({"used each hour", "made each hour"}), _are_hours, "12.5 13 11.75 …"),
)
"""(columns, whether a text fits them, an example of what does)."""


def _event(group: Sequence[Mapping[str, str]]) -> Event:
    """One event for rows of one site, period, campaign, delivery and product."""
    first = group[0]
    span = {key: first[key] for key in ("from", "until", "campaign", "product") if first.get(key)}
    extensions: dict[str, Any] = {
        FILON + "activity": [_member(row) for row in group],
        FILON + "precision": "day",
    }
    if not first.get("delivery"):
        extensions[FILON + "activityFor"] = span
    papers = (Typed(canonical(first["delivery"]), "desadv"),) if first.get("delivery") else ()
    reports = [{"type": FILON + "activity", "stringValue": row["flow"]} for row in group]
    return Event(
        "ObjectEvent", datetime.combine(date.fromisoformat(first["until"]), datetime.min.time(), UTC), "+00:00",
        action="OBSERVE", bizStep="sensor_reporting", readPoint=_site(first["site"]), bizTransactionList=papers,
        sensorElementList=({"sensorReport": reports},), extensions=extensions,
    )  # fmt: skip


def _member(row: Mapping[str, str]) -> dict[str, Any]:
    said: dict[str, Any] = {"flow": row["flow"], "amount": row["amount"], "uom": row["unit"]}
    said |= {key: row[key] for key in ("supply", "technology", "sold", "factor", "basis", "reading") if row.get(key)}
    certificates = {key: row[key] for key in ("issuer", "first", "last", "matching", "produced") if row.get(key)}
    own = {key: row[key] for key in ("value", "source", "primary") if row.get(key)}
    if certificates:
        said["certificates"] = certificates
    if "value" in own:
        said["ownFactor"] = own
    if row.get("used each hour") or row.get("made each hour"):
        said["hours"] = {"used": _each(row.get("used each hour", "")), "made": _each(row.get("made each hour", ""))}
    return said
