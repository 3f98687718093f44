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
    """

    name: str
    titles: frozenset[str]
    marks: frozenset[str]
    numbers: frozenset[str]

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
        """The cells as text, the heading first, numbers with decimal points."""
        if data.startswith(b"PK"):
            grids, findings = of_xlsx(data, name)
            return [[_text(cell) for cell in row] for grid in grids for row in grid.rows], list(findings)
        text = data.decode("utf-8-sig", "replace")
        head = text.split("\n", 1)[0]
        mark = max(";,\t", key=head.count)
        return self._pointed(csv.reader(io.StringIO(text), delimiter=mark), comma=mark != ","), []

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
                return cells[at:], at + 1, list(findings)
        return [], 1, list(findings)

    def _pointed(self, rows: Iterable[Sequence[str]], *, comma: bool) -> list[list[str]]:
        """Rows with decimal points, where the file writes decimal commas."""
        out = [list(row) for row in rows]
        if not comma or not out:
            return out
        numbers = {index for key, index in self.recognised(out[0]).items() if key in self.numbers}
        for row in out[1:]:
            for index in numbers:
                if index < len(row):
                    row[index] = re.sub(r"[\s\u00a0\u202f]", "", row[index]).replace(",", ".")
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
