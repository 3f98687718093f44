"""Reading a workbook as it came: xlsx, CSV or a zip of CSV files, into rows of typed cells and findings.

Never raises for bad bytes; whatever is wrong is a finding at its cell. The same bytes always give the same reading:
there is no setting, no clock and no memory of earlier files in it, because events are made from the kept bytes again
years later.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from filon.core.finding import Finding, Language, Place, found
from filon.exchange.workbook import figures, grid
from filon.exchange.workbook.columns import column, letters, sheet_columns
from filon.exchange.workbook.grid import Grid
from filon.exchange.workbook.heading import Heading, recognise
from filon.exchange.workbook.package import kind
from filon.exchange.workbook.pause import collector_paused
from filon.exchange.workbook.reading import Reading, Row, Sheet, Value
from filon.exchange.workbook.typed import FIRST_DAY, Parsed, Parser, Proof, Undecided, Wrong, parser

_REMEMBERED = 5_000
_PLAIN = frozenset({str, Decimal, date})

UNLESS = {"recv.product": "recv.lot", "recv.from": "recv.ship"}
"""Required columns that may be missing where the other column holds full identifiers."""


def read(data: bytes, name: str = "") -> Reading:
    """The workbook that these bytes are.

    Args:
        data: the file as received.
        name: its name, for findings; a CSV is also recognised by it.

    Findings:
        IMP-03, 08, 09, 31, 37, 43, 45, 48, 49: a cell that cannot be read in its column.
        IMP-16, 24, 63, 64: a column or sheet that is missing or stands twice.
        IMP-21, 22, 23: merged cells, formulas, hidden rows.
        IMP-50..62: the file itself.
    """
    with collector_paused():
        return _read(data, name)


def _read(data: bytes, name: str) -> Reading:
    digest = hashlib.sha256(data).hexdigest()
    form, findings = kind(data, name)
    grids: list[Grid] = []
    if form == "xlsx":
        grids, findings = grid.of_xlsx(data, name)
    elif form == "zip":
        grids, findings = grid.of_zip(data, name)
    elif form == "csv":
        grids, findings = grid.of_csv(data, name, Place(file=name))
    if not grids:
        return Reading(name, digest, findings=tuple(findings))
    return _Reader(name, digest, findings).take(grids)


@dataclass
class _Open:
    """A cell that waits for the rest of the file."""

    values: dict[str, Value]
    bad: set[str]
    key: str
    place: Place
    read: figures.Number | figures.Day
    raw: str


@dataclass
class _Reader:
    """One file being read: what it proves about its own way of writing, and what waits for that."""

    name: str
    digest: str
    findings: list[Finding]
    shown: set[str] = field(default_factory=set)
    waiting: list[_Open] = field(default_factory=list)
    languages: Counter[Language] = field(default_factory=Counter)

    def take(self, grids: Iterable[Grid]) -> Reading:
        pages = [(page, heading) for page in grids if (heading := recognise(page))]
        if not pages:
            self.findings.append(found("IMP-63", Place(file=self.name)))
        drafts: list[tuple[Sheet, list[_Draft]]] = []
        for page, heading in pages:
            if any(sheet.key == heading.sheet for sheet, _ in drafts):
                place = Place(file=self.name, sheet=page.title)
                self.findings.append(found("IMP-64", place, found=page.title, s=page.title))
                continue
            self.languages.update(heading.languages)
            if page.delimiter == ";":
                self.shown.add("semicolon")
            drafts.append(self._page(page, heading))
        self._decide()
        sheets = (replace(sheet, rows=tuple(draft.row() for draft in rows)) for sheet, rows in drafts)
        return Reading(self.name, self.digest, self._language(), tuple(sheets), tuple(self.findings))

    def _language(self) -> Language:
        return "fr" if self.languages["fr"] > self.languages["en"] else "en"

    def _page(self, page: Grid, heading: Heading) -> tuple[Sheet, list[_Draft]]:
        sheet = Sheet(heading.sheet, page.title, heading.columns, heading.own, ())
        rows = _Page(self, page, heading).rows()
        if rows:
            self._columns(page, heading)
        return sheet, rows

    def _columns(self, page: Grid, heading: Heading) -> None:
        for key, index in heading.twice:
            place = Place(self.name, page.title, heading.row, key, f"{letters(index)}{heading.row}")
            self.findings.append(found("IMP-24", place, found=key, c=column(key).heading[self._language()]))
        for one in sheet_columns(heading.sheet):
            if one.need == "required" and one.key not in heading.columns and one.key not in UNLESS:
                place = Place(self.name, page.title, heading.row, one.key)
                name = one.heading[self._language()]
                self.findings.append(found("IMP-16", place, expected=name, c=name))

    def _decide(self) -> None:
        """Read what waited, now that the whole file has been seen."""
        for cell in self.waiting:
            value = self._day(cell.read) if isinstance(cell.read, figures.Day) else self._number(cell)
            if value is not None:
                cell.values[cell.key] = value
                continue
            cell.bad.add(cell.key)
            del cell.values[cell.key]
            if isinstance(cell.read, figures.Day):
                self.findings.append(
                    found("IMP-09", cell.place, expected="2026-11-03", found=cell.raw, proposal=cell.read.value)
                )
            else:
                both = f"{cell.read.other} / {cell.read.value}"
                self.findings.append(
                    found("IMP-03", cell.place, expected=both, found=cell.raw, ex="24150", proposal=cell.read.other)
                )

    def _day(self, read: figures.Day) -> date | None:
        """Day first if a date of the file proves it or its headings are French, and none proves the contrary."""
        day_first = "month" not in self.shown and ("day" in self.shown or self._language() == "fr")
        return read.value if day_first and read.value and read.value >= FIRST_DAY else None

    def _number(self, cell: _Open) -> Decimal | None:
        marks = self.shown & {",", "."}
        read = cell.read
        if not isinstance(read, figures.Number) or len(marks) > 1:
            return None
        if "," in cell.raw:
            comma = marks == {","} or (not marks and ("semicolon" in self.shown or self._language() == "fr"))
            return read.value if comma else read.other if marks else None
        return None if marks == {","} else read.value


@dataclass
class _Draft:
    number: int
    values: dict[str, Value]
    bad: set[str]

    def row(self) -> Row:
        return Row(self.number, self.values, frozenset(self.bad))


class _Page:
    """One page on its way from cells to rows."""

    def __init__(self, reader: _Reader, page: Grid, heading: Heading) -> None:
        self.reader = reader
        self.page = page
        self.heading = heading
        self.fields: list[tuple[int, str, Parser]] = [
            (index, key, parser(column(key))) for key, index in heading.columns.items()
        ]
        # A column repeats itself: sites, products, assays. What was read once is remembered, within bounds.
        self.memo: dict[str, dict[Any, Parsed]] = {key: {} for key in heading.columns}
        self.types = {key: column(key).type for key in heading.columns}

    def rows(self) -> list[_Draft]:
        first = self.heading.first
        drafts = [
            draft
            for number, cells in enumerate(self.page.rows[first - 1 :], first)
            if any(cells) and (draft := self._row(number, cells))
        ]
        filled = {draft.number for draft in drafts}
        self._merged(filled)
        self._hidden(filled)
        return drafts

    def _row(self, number: int, cells: Sequence[Any]) -> _Draft | None:
        formulas, percents = self.page.formulas, self.page.percents
        draft = _Draft(number, {}, set())
        width = len(cells)
        made: list[str] = []
        for index, key, parse in self.fields:
            if index >= width:
                continue
            raw = cells[index]
            if formulas and number in formulas.get(index, ()):
                made.append(key)
            elif raw != "" and raw is not None:
                value = self._parsed(key, parse, raw)
                if value.__class__ in _PLAIN and not percents:
                    draft.values[key] = value  # type: ignore[assignment]
                elif value is not None:
                    self._cell(draft, key, index, value, raw)
        if not draft.values and not draft.bad:
            return None
        for key in made:
            if self.types[key] != "formula":
                self._wrong(draft, key, Wrong("IMP-22"), "=")
        return draft

    def _cell(self, draft: _Draft, key: str, index: int, value: Parsed, raw: Any) -> None:
        """What is more than a plain value: wrong, undecided, a proof, or shown as a percentage."""
        if isinstance(value, Wrong):
            self._wrong(draft, key, value, raw)
        elif isinstance(value, Undecided):
            place = self._place(draft.number, key)
            self.reader.waiting.append(_Open(draft.values, draft.bad, key, place, value.read, raw))
            # So that the row is not taken for empty meanwhile; decided, or made bad, at the end.
            draft.values[key] = raw
        elif value is not None:
            if isinstance(value, Proof):
                self.reader.shown.add(value.shows)
                value = value.value
            if isinstance(value, Decimal) and (draft.number, index) in self.page.percents:
                value *= 100
            draft.values[key] = value

    def _parsed(self, key: str, parse: Parser, raw: Any) -> Parsed:
        if raw.__class__ is list:
            return parse(raw)
        memo = self.memo[key]
        if raw in memo:
            return memo[raw]
        value = parse(raw)
        if len(memo) < _REMEMBERED:
            memo[raw] = value
        return value

    def _wrong(self, draft: _Draft, key: str, wrong: Wrong, raw: Any) -> None:
        draft.bad.add(key)
        values = dict(wrong.values or {})
        if values.pop("order", "") == "month":
            self.reader.shown.add("month")
        shown = raw[0] if isinstance(raw, list) else str(raw)
        place = self._place(draft.number, key)
        self.reader.findings.append(found(wrong.code, place, expected=wrong.expected, found=shown[:200], **values))

    def _place(self, row: int, key: str) -> Place:
        cell = f"{letters(self.heading.columns[key])}{row}"
        return Place(self.reader.name, self.page.title, row, key, cell)

    def _merged(self, filled: set[int]) -> None:
        places = {index: key for key, index in self.heading.columns.items()}
        for top, left, bottom, right in self.page.merged:
            keys = [places[index] for index in range(left, min(right, 256) + 1) if index in places]
            rows = [row for row in range(top + 1, min(bottom, 200_000) + 2) if row in filled]
            if keys and rows:
                span = f"{letters(left)}{top + 1}:{letters(right)}{bottom + 1}"
                place = Place(self.reader.name, self.page.title, rows[0], keys[0], f"{letters(left)}{top + 1}")
                self.reader.findings.append(found("IMP-21", place, found=span, range=span))

    def _hidden(self, filled: set[int]) -> None:
        rows = sorted(self.page.hidden_rows & filled)
        if rows:
            place = Place(self.reader.name, self.page.title, rows[0])
            self.reader.findings.append(found("IMP-23", place, found=_ranges(rows), range=_ranges(rows)))
        for key, index in self.heading.columns.items():
            if filled and index in self.page.hidden_columns:
                place = Place(self.reader.name, self.page.title, None, key, letters(index))
                self.reader.findings.append(found("IMP-23", place, found=letters(index), range=letters(index)))


def _ranges(rows: Sequence[int]) -> str:
    """`7, 9-12` of sorted row numbers."""
    spans: list[list[int]] = []
    for row in rows:
        if spans and row == spans[-1][1] + 1:
            spans[-1][1] = row
        else:
            spans.append([row, row])
    return ", ".join(f"{first}" if first == last else f"{first}-{last}" for first, last in spans)
