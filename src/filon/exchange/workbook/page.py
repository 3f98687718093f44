"""One page on its way from raw cells to rows: every cell by its column, every oddity a finding at its cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from filon.core.finding import Finding, Place, found
from filon.exchange.workbook import figures
from filon.exchange.workbook.columns import column, letters
from filon.exchange.workbook.grid import Grid
from filon.exchange.workbook.heading import Heading
from filon.exchange.workbook.reading import Row, Value
from filon.exchange.workbook.typed import Parsed, Parser, Proof, Undecided, Wrong, parser

REMEMBERED = 5_000
PLAIN = frozenset({str, Decimal, date})


@dataclass
class Waiting:
    """A cell that waits for the rest of the file."""

    values: dict[str, Value]
    bad: set[str]
    key: str
    place: Place
    read: figures.Number | figures.Day
    raw: str


@dataclass
class Told:
    """What a file has told so far: its findings, what it shows of its own way of writing, and what waits for that."""

    name: str
    findings: list[Finding]
    shown: set[str] = field(default_factory=set)
    waiting: list[Waiting] = field(default_factory=list)


@dataclass
class Draft:
    """A row that may still change while the file is read."""

    number: int
    values: dict[str, Value]
    bad: set[str]

    def row(self) -> Row:
        """The row as it is now."""
        return Row(self.number, self.values, frozenset(self.bad))


class Page:
    """One page on its way from cells to rows."""

    def __init__(self, reader: Told, page: Grid, heading: Heading) -> None:
        self.reader = reader
        self.page = page
        self.heading = heading
        self.fields: list[tuple[int, str, Parser]] = [
            (index, key, parser(column(key))) for key, index in heading.columns.items()
        ]
        # A column repeats itself: sites, products, assays. What was read once is remembered, within bounds.
        self.memo: dict[str, dict[Any, Parsed]] = {key: {} for key in heading.columns}
        self.types = {key: column(key).type for key in heading.columns}

    def rows(self) -> list[Draft]:
        """The filled rows, top to bottom; findings go to the file."""
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

    def _row(self, number: int, cells: Sequence[Any]) -> Draft | None:
        formulas, percents = self.page.formulas, self.page.percents
        draft = Draft(number, {}, set())
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
                if value.__class__ in PLAIN and not percents:
                    draft.values[key] = value  # type: ignore[assignment]
                elif value is not None:
                    self._cell(draft, key, index, value, raw)
        if not draft.values and not draft.bad:
            return None
        for key in made:
            if self.types[key] != "formula":
                self._wrong(draft, key, Wrong("IMP-22"), "=")
        return draft

    def _cell(self, draft: Draft, key: str, index: int, value: Parsed, raw: Any) -> None:
        """What is more than a plain value: wrong, undecided, a proof, or shown as a percentage."""
        if isinstance(value, Wrong):
            self._wrong(draft, key, value, raw)
        elif isinstance(value, Undecided):
            place = self._place(draft.number, key)
            self.reader.waiting.append(Waiting(draft.values, draft.bad, key, place, value.read, raw))
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
        if len(memo) < REMEMBERED:
            memo[raw] = value
        return value

    def _wrong(self, draft: Draft, key: str, wrong: Wrong, raw: Any) -> None:
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
