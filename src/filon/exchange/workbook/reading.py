"""What was read of a workbook: sheets, rows, typed cells, each knowing where it stood, and what failed to be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from filon.core.finding import Finding, Language, Level, Place
from filon.exchange.workbook.columns import SheetKey, letters

Value = str | Decimal | date


@dataclass(frozen=True, slots=True)
class Row:
    """One filled row.

    Args:
        number: 1-based, as the spreadsheet shows it.
        values: {column key: text, Decimal or date}; empty and unreadable cells are not there.
        bad: keys of the cells that have a value which could not be read (each has its finding).
    """

    number: int
    values: Mapping[str, Value]
    bad: frozenset[str] = frozenset()

    def text(self, key: str) -> str:
        """The cell as text; empty if there is none."""
        value = self.values.get(key, "")
        return value if value.__class__ is str else str(value)

    def amount(self, key: str) -> Decimal | None:
        """The cell as a number; None if there is none."""
        value = self.values.get(key)
        return value if isinstance(value, Decimal) else None

    def day(self, key: str) -> date | None:
        """The cell as a day; None if there is none."""
        value = self.values.get(key)
        return value if isinstance(value, date) else None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One recognised sheet.

    Args:
        key: lots, mix, ship, recv, stock, meas, parts or lists.
        title: as received (a CSV has its file name).
        columns: {column key: 0-based index} of the recognised columns.
        own: headings of the sender's own columns, which are left alone.
        rows: filled rows, top to bottom.
    """

    key: SheetKey
    title: str
    columns: Mapping[str, int]
    own: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """A workbook as read.

    Args:
        name: file name as received.
        sha256: of the bytes, hexadecimal; the same file is known by it.
        language: that of its headings.
        sheets: those that were recognised, in the order of the file.
        findings: what is wrong with the file or with single cells; `check` adds what is wrong between them.
    """

    name: str
    sha256: str
    language: Language = "en"
    sheets: tuple[Sheet, ...] = ()
    findings: tuple[Finding, ...] = ()

    def rows(self, sheet: str) -> tuple[Row, ...]:
        """The rows of a sheet; none if it was not sent."""
        held = self.sheet(sheet)
        return held.rows if held else ()

    def columns(self, sheet: str) -> Mapping[str, int]:
        """{column key: 0-based index} of a sheet; empty if it was not sent."""
        held = self.sheet(sheet)
        return held.columns if held else {}

    def sheet(self, key: str) -> Sheet | None:
        """The sheet of that key; None if it was not sent."""
        return next((sheet for sheet in self.sheets if sheet.key == key), None)

    def place(self, sheet: str, row: int | None = None, key: str = "") -> Place:
        """Where a finding of this file is."""
        held = self.sheet(sheet)
        if held is None:
            return Place(file=self.name, sheet=sheet, row=row, column=key)
        index = held.columns.get(key)
        cell = f"{letters(index)}{row}" if index is not None and row else ""
        return Place(file=self.name, sheet=held.title, row=row, column=key, cell=cell)

    def cell(self, row: Row, key: str) -> Place:
        """Where the cell of a row is."""
        return self.place(key.partition(".")[0], row.number, key)

    @property
    def refused(self) -> bool:
        """Whether something could not be read at all."""
        return any(finding.level is Level.ERROR for finding in self.findings)

    def __iter__(self) -> Iterator[tuple[str, Row]]:
        """All rows with the key of their sheet."""
        return ((sheet.key, row) for sheet in self.sheets for row in sheet.rows)
