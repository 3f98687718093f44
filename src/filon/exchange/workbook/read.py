"""Reading a workbook as it came: xlsx, CSV or a zip of CSV files, into rows of typed cells and findings.

Never raises for bad bytes; whatever is wrong is a finding at its cell. The same bytes always give the same reading:
there is no setting, no clock and no memory of earlier files in it, because events are made from the kept bytes again
years later.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from filon.core.finding import Language, Place, found
from filon.core.pause import collector_paused
from filon.exchange.workbook import figures, grid
from filon.exchange.workbook.columns import column, letters, sheet_columns
from filon.exchange.workbook.grid import Grid
from filon.exchange.workbook.heading import Heading, recognise
from filon.exchange.workbook.package import kind
from filon.exchange.workbook.page import Draft, Page, Told, Waiting
from filon.exchange.workbook.reading import Reading, Sheet
from filon.exchange.workbook.typed import FIRST_DAY

UNLESS = frozenset({"recv.product", "recv.from"})
"""Required columns that may be missing where another column holds full identifiers."""
INSTEAD = {"lots.net_kg": "lots.litres", "stock.net_kg": "stock.litres"}
"""Required columns that may be missing where another column stands for them."""


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
    return _Reader(name, findings, digest=digest).take(grids)


@dataclass
class _Reader(Told):
    """One file being read, page by page; what waited is decided at its end."""

    digest: str = ""
    languages: Counter[Language] = field(default_factory=Counter)

    def take(self, grids: Iterable[Grid]) -> Reading:
        pages = [(page, heading) for page in grids if (heading := recognise(page))]
        if not pages:
            self.findings.append(found("IMP-63", Place(file=self.name)))
        drafts: list[tuple[Sheet, list[Draft]]] = []
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

    def _page(self, page: Grid, heading: Heading) -> tuple[Sheet, list[Draft]]:
        sheet = Sheet(heading.sheet, page.title, heading.columns, heading.own, ())
        rows = Page(self, page, heading).rows()
        if rows:
            self._columns(page, heading)
        return sheet, rows

    def _columns(self, page: Grid, heading: Heading) -> None:
        for key, index in heading.twice:
            place = Place(self.name, page.title, heading.row, key, f"{letters(index)}{heading.row}")
            self.findings.append(found("IMP-24", place, found=key, c=column(key).heading[self._language()]))
        for one in sheet_columns(heading.sheet):
            given = {one.key, INSTEAD.get(one.key)} & heading.columns.keys()
            if one.need == "required" and not given and one.key not in UNLESS:
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

    def _number(self, cell: Waiting) -> Decimal | None:
        marks = self.shown & {",", "."}
        read = cell.read
        if not isinstance(read, figures.Number) or len(marks) > 1:
            return None
        if "," in cell.raw:
            comma = marks == {","} or (not marks and ("semicolon" in self.shown or self._language() == "fr"))
            return read.value if comma else read.other if marks else None
        return None if marks == {","} else read.value
