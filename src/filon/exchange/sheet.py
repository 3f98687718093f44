"""Simple sheets of one table: CSV in the writer's own punctuation, or a workbook of one sheet, as rows of text.

Each kind of sheet has its columns in a table (`key,need,en,fr,member`); headings are known in both languages, in any
order and case, with or without accents.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from filon.core.finding import Finding, Language
from filon.core.tables import table
from filon.exchange.sheets import of_xlsx
from filon.exchange.workbook import figures

_SHEET_NAME = re.compile(rb'<sheet [^>]*name="([^"]*)"')


def plain(text: str) -> str:
    """A heading without accents, case and outer spaces."""
    bare = unicodedata.normalize("NFKD", text.replace("’", "'").strip().casefold())
    return "".join(letter for letter in bare if not unicodedata.combining(letter))


@dataclass(frozen=True)
class Sheet:
    """One kind of sheet.

    Args:
        name: of the table of its columns.
        titles: of the sheet in a workbook, plain.
        marks: columns that no other sheet has together.
        numbers: columns with decimal numbers, written with a comma in French files.
        days: columns with calendar days, written day first in French files.
    """

    name: str
    titles: frozenset[str]
    marks: frozenset[str]
    numbers: frozenset[str]
    days: frozenset[str] = frozenset()

    @cached_property
    def keys(self) -> Sequence[str]:
        """All columns in their order."""
        return tuple(row["key"] for row in table(self.name).rows)

    @cached_property
    def required(self) -> frozenset[str]:
        """Columns that every row must fill."""
        return frozenset(row["key"] for row in table(self.name).rows if row["need"] == "required")

    @cached_property
    def by_heading(self) -> Mapping[str, str]:
        """{plain heading in either language, or key: key}."""
        rows = table(self.name).rows
        return {plain(text): row["key"] for row in rows for text in (row["key"], row["en"], row["fr"])}

    def headings(self, language: Language) -> list[str]:
        """The headings as written in a language."""
        return [row[language] for row in table(self.name).rows]

    def recognised(self, cells: Sequence[str]) -> dict[str, int]:
        """{key: column} of a heading row; unknown headings are left out."""
        return {self.by_heading[plain(cell)]: at for at, cell in enumerate(cells) if plain(cell) in self.by_heading}

    def is_it(self, data: bytes, name: str = "") -> bool:
        """Whether these bytes are such a sheet: its CSV heading, or a workbook whose only sheet has its title."""
        if data.startswith(b"PK"):
            return not name.lower().endswith(".zip") and _titles(data, self.titles) == {True}
        line = data[:4096].lstrip(b"\xef\xbb\xbf").split(b"\n", 1)[0].decode("utf-8", "replace").strip()
        return any(self.marks <= self.recognised(line.replace('"', "").split(mark)).keys() for mark in ";,\t")

    def rows(self, data: bytes, name: str) -> tuple[list[list[str]], list[Finding]]:
        """The cells as text, the heading first, numbers with decimal points and days as `2026-03-31`."""
        if data.startswith(b"PK"):
            grids, findings = of_xlsx(data, name)
            cells = [[_text(cell) for cell in row] for grid in grids for row in grid.rows]
            return self._plain(cells), list(findings)
        text = data.decode("utf-8-sig", "replace")
        head = text.split("\n", 1)[0]
        mark = max(";,\t", key=head.count)
        return self._plain(csv.reader(io.StringIO(text), delimiter=mark), comma=mark != ","), []

    def language(self, heading: Sequence[str]) -> Language:
        """The language that a heading row is written in."""
        told = {plain(cell) for cell in heading}
        count = {one: sum(plain(text) in told for text in self.headings(one)) for one in ("en", "fr")}
        return "fr" if count["fr"] > count["en"] else "en"

    def is_in(self, data: bytes) -> bool:
        """Whether a workbook has such a sheet beside others."""
        return data.startswith(b"PK") and True in _titles(data, self.titles)

    def within(self, data: bytes, name: str) -> tuple[list[list[str]], int, list[Finding]]:
        """The rows of such a sheet of a workbook, its heading first, and the row number of that heading.

        The heading may stand below rows of keys or help, as on the other sheets.
        """
        grids, findings = of_xlsx(data, name)
        for grid in grids:
            if plain(grid.title) in self.titles:
                cells = [[_text(cell) for cell in row] for row in grid.rows]
                at = next((n for n, row in enumerate(cells[:5]) if self.marks <= self.recognised(row).keys()), 0)
                return self._plain(cells[at:]), at + 1, list(findings)
        return [], 1, list(findings)

    def _plain(self, rows: Iterable[Sequence[str]], *, comma: bool = False) -> list[list[str]]:
        """Numbers and days as machines write them, where they can mean one thing only; the others stay as typed.

        Args:
            comma: whether a comma is a decimal mark wherever it stands.
        """
        out = [list(row) for row in rows]
        if not out:
            return out
        columns = self.recognised(out[0])
        for index in (at for key, at in columns.items() if key in self.numbers):
            for row in (row for row in out[1:] if index < len(row)):
                row[index] = _pointed(row[index], comma=comma)
        days = [(row, at) for key, at in columns.items() if key in self.days for row in out[1:] if at < len(row)]
        shown = {figures.day(row[at]).order for row, at in days} - {""}
        first = "day" if self.language(out[0]) == "fr" else shown.pop() if len(shown) == 1 else ""
        for row, at in days:
            row[at] = _dated(row[at], first)
        return out

    def write(self, rows: Iterable[Mapping[str, str]], language: Language = "en") -> bytes:
        """The CSV file of rows {column key: text}: French with semicolons and decimal commas."""
        out, french = io.StringIO(), language == "fr"
        writer = csv.writer(out, delimiter=";" if french else ",", lineterminator="\r\n")
        writer.writerow(self.headings(language))
        for row in rows:
            texts = [(key, row.get(key, "")) for key in self.keys]
            writer.writerow([
                text.replace(".", ",") if french and key in self.numbers else text for key, text in texts
            ])  # fmt: skip
        return ("\ufeff" + out.getvalue()).encode()


def _pointed(text: str, *, comma: bool) -> str:
    if comma:
        return re.sub(r"[\s\u00a0\u202f]", "", text).replace(",", ".")
    read = figures.number(text)
    return text if read.value is None or read.other is not None else f"{read.value:f}"


def _dated(text: str, first: str) -> str:
    read = figures.day(text)
    day = read.other if first == "month" else read.value
    sure = first or read.other is None
    return day.isoformat() if day and sure else text


def _titles(data: bytes, wanted: frozenset[str]) -> set[bool]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open("xl/workbook.xml") as book:
            names = _SHEET_NAME.findall(book.read(1_000_000))
    except (zipfile.BadZipFile, KeyError, OSError, RuntimeError):
        return set()
    return {plain(name.decode("utf-8", "replace")) in wanted for name in names}


def _text(cell: Any) -> str:
    if isinstance(cell, list):
        return str(cell[0])
    if isinstance(cell, float):
        return format(Decimal(repr(cell)), "f")
    return "" if cell is None else str(cell)
