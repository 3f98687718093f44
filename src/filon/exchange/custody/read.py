"""Reading a custody sheet: each row becomes one EPCIS event that carries `filon:custody`, by its bytes alone.

Words in the cells may be English or French. A row that cannot be read refuses the whole file: nothing is half taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from filon.accounts.custody.facts import NEEDED, Record, UnreadableError, day, element, number
from filon.core.finding import Finding, Language, Place, found
from filon.core.ident import canonical, is_uri, pgln, sgln
from filon.core.tables import table
from filon.epcis.document import Document, Heading
from filon.epcis.event import FILON, Event
from filon.exchange.sheet import Sheet, plain

SHEET = Sheet(
    "custody",
    frozenset({"6 custody", "6 chaine de possession"}),
    frozenset({"record", "characteristic", "element", "number"}),
    frozenset({"kg", "percent", "factor"}),
    frozenset({"date", "from", "until"}),
)

MAX_ROWS = 200_000
_GLN = r"\d{13}"
SAID = FILON + "said"
"""Read point of what was said without a place: EPCIS wants one where no goods are named (7.4.2)."""
_SIGNS = dict.fromkeys(SHEET.days, "2026-03-31") | dict.fromkeys(SHEET.numbers, "≥ 0") | {"percent": "0 – 100"}
"""What should stand in a cell, in signs that need no language."""
_COLUMN = {"mg": "kg", "since": "from", "day": "date"}


def is_sheet(data: bytes, name: str = "") -> bool:
    """Whether these bytes are a custody sheet."""
    return SHEET.is_it(data, name)


def write(rows: Iterable[Mapping[str, str]], language: Language = "en") -> bytes:
    """The CSV file of rows {column key: text}, words put into its language."""
    told = ({key: _said(key, text, language) for key, text in row.items()} for row in rows)
    return SHEET.write(told, language)


def read(data: bytes, name: str = "") -> Document:
    """The events that a custody sheet says.

    Findings:
        CUS-030: a column that must be there is not.
        CUS-031: a cell that cannot be read, or that this kind of record cannot do without.
        IMP-52 to IMP-61: a workbook that cannot be opened.
    """
    cells, findings = SHEET.rows(data, name)
    if not cells or findings:
        return Document(Heading(), findings=tuple(findings), name=name)
    columns, language = SHEET.recognised(cells[0]), SHEET.language(cells[0])
    findings += [
        found("CUS-030", Place(file=name, row=1), column=key) for key in SHEET.keys
        if key in SHEET.required and key not in columns
    ]  # fmt: skip
    rows: list[dict[str, str]] = []
    for at, row in enumerate(cells[1:MAX_ROWS] if not findings else (), 2):
        texts = {key: row[index].strip() for key, index in columns.items() if index < len(row)}
        if any(texts.values()):
            rows.append({key: _key(key, text) for key, text in texts.items()})
            findings += _wrong(rows[-1], Place(file=name, row=at), language)
    events = () if findings else tuple(map(_event, rows))
    return Document(Heading(), events=events, findings=tuple(findings), name=name)


@cache
def _words() -> Mapping[tuple[str, str], str]:
    """{(column, plain word in either language): key}."""
    rows = table("custody-words").rows
    return {(row["column"], plain(row[name])): row["key"] for row in rows for name in ("key", "en", "fr")}


def _key(column: str, text: str) -> str:
    return _words().get((column, plain(text)), text)


def _said(column: str, key: str, language: Language) -> str:
    rows = table("custody-words").rows
    return next((row[language] for row in rows if (row["column"], row["key"]) == (column, key)), key)


def _wrong(row: Mapping[str, str], place: Place, language: Language) -> list[Finding]:
    headings = dict(zip(SHEET.keys, SHEET.headings(language), strict=True))
    wrong = {key: told for key in SHEET.keys if (told := _expected(key, row.get(key, ""), language))}
    if row.get("record") in set(Record):
        kind = Record(row["record"])
        needed = {_COLUMN.get(member, member) for member in NEEDED[kind]}
        if not _moment(row):
            needed.add("date")
        wrong |= {key: f"{_said('record', kind, language)}: {headings[key]} …" for key in needed if not row.get(key)}
    return [
        found("CUS-031", replace(place, column=key), found=row.get(key, ""), expected=told, row=str(place.row),
              column=headings[key])
        for key, told in wrong.items()
    ]  # fmt: skip


def _expected(key: str, text: str, language: Language) -> str:
    """What a cell should hold, in signs or in the sheet's own words; empty where it does."""
    if not text and key not in SHEET.required:
        return ""
    words = sorted({row[language] for row in table("custody-words").rows if row["column"] == key})
    if words:
        return "" if (key, plain(text)) in _words() else ", ".join(words)
    try:
        if key in SHEET.days:
            day(key, text)
        elif key in SHEET.numbers:
            number(key, text, most=100 if key == "percent" else None)
        elif key == "element":
            element(text)
    except UnreadableError as wrong:
        return _SIGNS.get(key, wrong.expected)
    return "9521234500018 | URI" if key == "site" and not _site(text) else ""


def _site(text: str) -> str:
    if re.fullmatch(_GLN, text):
        return sgln(text)
    return canonical(text) if is_uri(text) else ""


def _moment(row: Mapping[str, str]) -> str:
    return row.get("date") or row.get("from") or row.get("until") or ""


def _event(row: Mapping[str, str]) -> Event:
    """One event for one row; it happened on its date, a certificate or practice on its first day."""
    members = {one["key"]: one["member"] for one in table("custody").rows}
    own: dict[str, Any] = {members[key]: text for key, text in row.items() if text}
    for key in ("site", "to"):
        if own.get(key):
            own[key] = _site(own[key]) or own[key]
    if re.fullmatch(_GLN, own.get("party", "")):
        own["party"] = pgln(own["party"])
    if own.get("lot") and is_uri(own["lot"]):
        own["lot"] = canonical(own["lot"])
    named = (own["number"],) if own["record"] == Record.CERTIFICATE and is_uri(own["number"]) else ()
    return Event(
        "ObjectEvent", datetime.combine(date.fromisoformat(_moment(row)), datetime.min.time(), UTC), "+00:00",
        action="OBSERVE", bizStep="inspecting", certificationInfo=named, readPoint=own.get("site") or SAID,
        sensorElementList=({"sensorReport": [{"type": FILON + "custody", "stringValue": own["record"]}]},),
        extensions={FILON + "custody": [own], FILON + "precision": "day"},
    )  # fmt: skip
