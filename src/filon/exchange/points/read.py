"""Reading a passport sheet: rows become EPCIS events that carry `filon:points`, by their bytes alone.

Rows of the same subject, plant and day are one event; rows of one list point are its items. A record is written as
`short: NMC; name: Nickel manganese cobalt`. A row that cannot be read refuses the whole file.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from filon.core.finding import Finding, Place, found
from filon.core.gs1 import check_digit
from filon.core.ident import canonical, gtin, is_uri, sgln, sgtin
from filon.epcis.document import Document, Heading
from filon.epcis.event import FILON, Event, QuantityElement
from filon.exchange.points.columns import TITLES, by_name, is_heading, plain, recognised, required
from filon.exchange.sheets import of_xlsx
from filon.passport.point import Point
from filon.passport.value import read as value_of
from filon.passport.value import types

MAX_ROWS = 100_000
_SHEET_NAME = re.compile(rb'<sheet [^>]*name="([^"]*)"')
_YES, _NO = frozenset({"yes", "oui", "true", "1", "x"}), frozenset({"no", "non", "false", "0"})
_GTIN = re.compile(r"\d{8}|\d{12,14}")
_LONG_DAY = len("2026-11-22")

Row = dict[str, str]


def is_sheet(data: bytes, name: str = "") -> bool:
    """Whether these bytes are a passport sheet: its CSV heading, or a workbook whose only sheet is "6 Passport"."""
    if data.startswith(b"PK"):
        return not name.lower().endswith(".zip") and _titles(data) == {True}
    line = data[:4096].lstrip(b"\xef\xbb\xbf").split(b"\n", 1)[0].decode("utf-8", "replace")
    return any(is_heading(line.strip().replace('"', "").split(mark)) for mark in ";,\t")


def _titles(data: bytes) -> set[bool]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open("xl/workbook.xml") as book:
            names = _SHEET_NAME.findall(book.read(1_000_000))
    except (zipfile.BadZipFile, KeyError, OSError, RuntimeError):
        return set()
    return {plain(name.decode("utf-8", "replace")) in TITLES for name in names}


def read(data: bytes, name: str = "") -> Document:
    """The events that a passport sheet says.

    Findings:
        PAS-001, PAS-002: no such data point, not a value of its type.
        PAS-030: a column that must be there is not. PAS-031: a cell that cannot be read.
        IMP-52 to IMP-61: a workbook that cannot be opened.
    """
    rows, findings = _rows(data, name)
    start = next((index for index, cells in enumerate(rows) if is_heading(cells)), None)
    if findings or start is None:
        missing = [found("PAS-030", Place(file=name), column=key) for key in sorted(required())] if not findings else []
        return Document(Heading(), findings=(*findings, *missing), name=name)
    columns = recognised(rows[start])
    told: list[tuple[int, Row]] = []
    for number, cells in enumerate(rows[start + 1 : start + 1 + MAX_ROWS], start + 2):
        row = {key: cells[index].strip() for key, index in columns.items() if index < len(cells)}
        if row.get("value") or row.get("holds"):  # a row of the template that nobody filled in says nothing
            told.append((number, row))
            findings += _wrong(row, number, name)
    if not findings:
        groups = _grouped(told)
        events = tuple(_event(group, findings, name) for group in groups)
        if not findings:
            return Document(Heading(), events=events, name=name)
    return Document(Heading(), findings=tuple(findings), name=name)


def _rows(data: bytes, name: str) -> tuple[list[list[str]], list[Finding]]:
    if data.startswith(b"PK"):
        grids, findings = of_xlsx(data, name)
        return [[_text(cell) for cell in row] for grid in grids for row in grid.rows], list(findings)
    text = data.decode("utf-8-sig", "replace")
    head = text.split("\n", 1)[0]
    mark = max(";,\t", key=head.count)
    try:
        return [list(row) for row in csv.reader(io.StringIO(text, newline=None), delimiter=mark)], []
    except csv.Error as error:
        return [], [found("PAS-032", Place(file=name), found=str(error), what=str(error))]


def _text(cell: Any) -> str:
    if isinstance(cell, list):
        return str(cell[0])
    if isinstance(cell, float):
        return format(Decimal(repr(cell)), "f").removesuffix(".0")
    return "" if cell is None else str(cell)


def _wrong(row: Row, number: int, name: str) -> Iterator[Finding]:
    for key in ("model", "since", "plant", "until", "holds", "point"):
        if told := _expected(key, row.get(key, "")):
            code = "PAS-001" if key == "point" and row.get(key) else "PAS-031"
            values = {"point": row.get("point", ""), "column": key, "row": number}
            place = Place(file=name, row=number, column=key)
            yield found(code, place, expected=told, found=row.get(key, ""), **values)


def _expected(key: str, text: str) -> str:
    """What a cell should hold, in signs that need no language; empty where it does."""
    if not text and key not in required():
        return ""
    if key in {"since", "until"}:
        return "" if _day(text) else "2027-02-18"
    if key == "model":
        return "" if _model(text) else "GTIN (09521234510024) | URI"
    if key == "plant":
        return "" if _plant(text) else "GLN (9521234500018) | URI"
    if key == "holds":
        return "" if plain(text) in _YES | _NO else ", ".join(sorted(_YES | _NO))
    return "" if plain(text) in by_name() else "docs/datapoints.md"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:_LONG_DAY])
    except ValueError:
        return None


def _model(text: str) -> str:
    if _GTIN.fullmatch(text):
        return gtin(text) if check_digit(text[:-1]) == text[-1] else ""
    return canonical(text) if is_uri(text) else ""


def _plant(text: str) -> str:
    if re.fullmatch(r"\d{13}", text):
        return sgln(text)
    return canonical(text) if is_uri(text) else ""


def _subject(row: Row) -> str:
    model = _model(row["model"])
    number = row["model"]
    if row.get("serial"):
        return sgtin(number, row["serial"]) if number.isdecimal() else f"{model}/21/{row['serial']}"
    return canonical(f"{model}/10/{row['batch']}") if row.get("batch") else model


def _grouped(told: Sequence[tuple[int, Row]]) -> list[list[tuple[int, Row]]]:
    groups: dict[tuple[str, str, str], list[tuple[int, Row]]] = defaultdict(list)
    for number, row in told:
        groups[_subject(row), row.get("plant", ""), row["since"][:_LONG_DAY]].append((number, row))
    return list(groups.values())


def _event(group: Sequence[tuple[int, Row]], findings: list[Finding], name: str) -> Event:
    """One event for the rows of one subject, plant and day."""
    first = group[0][1]
    members: dict[str, dict[str, Any]] = {}
    for number, row in group:
        point = by_name()[plain(row["point"])]
        member = members.setdefault(point.code, {"point": point.code})
        _add(member, point, row)
        if row.get("value"):
            _, expected = value_of(point, member["value"])
            if expected:
                values = {"point": point.code, "subject": first.get("serial") or first["model"]}
                place = Place(file=name, row=number, column="value")
                findings.append(found("PAS-002", place, expected=expected, found=row["value"][:80], **values))
    about, plant = _subject(first), _plant(first.get("plant", ""))
    item = "/21/" in about
    when = datetime.combine(date.fromisoformat(first["since"][:_LONG_DAY]), datetime.min.time(), UTC)
    return Event(
        "ObjectEvent",
        when,
        "+00:00",
        action="OBSERVE",
        bizStep="inspecting",
        bizLocation=plant or None,
        epcList=(about,) if item else (),
        quantityList=() if item else (QuantityElement(about),),
        extensions={FILON + "points": list(members.values()), FILON + "precision": "day"},
        place=f"row {group[0][0]}",
    )


def _add(member: dict[str, Any], point: Point, row: Row) -> None:
    """What a row adds to the member of its point."""
    if row.get("value"):
        value = parsed(point, row["value"])
        if point.many:
            member.setdefault("value", []).append(value)
        else:
            member["value"] = value
    if row.get("holds"):
        member["holds"] = "true" if plain(row["holds"]) in _YES else "false"
    if row.get("document"):
        member["document"] = row["document"]
    if row.get("until"):
        member["until"] = row["until"][:_LONG_DAY]


def parsed(point: Point, text: str) -> str | Mapping[str, str]:
    """A cell of a point: `member: value; member: value` for a record, a number with a point for a decimal comma."""
    kind = types()[point.type]
    if kind.kind == "record":
        pairs = (part.partition(":") for part in text.split(";") if part.strip())
        numbers = {one.name for one in kind.members if one.type in {"number", "percent"}}
        return {key.strip(): _pointed(value) if key.strip() in numbers else value.strip() for key, _, value in pairs}
    return _pointed(text) if kind.kind in {"number", "percent", "integer"} else text


def _pointed(text: str) -> str:
    return re.sub(r"[\s\u00a0\u202f]", "", text).replace(",", ".")
