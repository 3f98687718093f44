"""The sender's own workbook given back: wrong cells red, doubtful ones amber, each with its message as a comment.

Formatting, own columns and own sheets stay as they were. A long workbook would take minutes to rewrite, so above
20 000 rows only the rows with findings come back, in a fresh workbook with their row numbers.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from filon.core.errors import WrongCallError
from filon.core.finding import Finding, Language, Level, Place
from filon.exchange.workbook.grid import Grid, of_csv, of_xlsx, of_zip
from filon.exchange.workbook.heading import recognise
from filon.exchange.workbook.package import kind

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

MOST_ROWS = 20_000
MOST_CELLS = 500_000
_FILLS = {Level.ERROR: "FFF4B6B1", Level.WARNING: "FFFBE3A6", Level.NOTE: "FFDDE7F3"}
_AUTHOR = "Filon"
_SUMMARY: Mapping[Language, tuple[str, ...]] = {
    "en": ("To fix", "Sheet", "Cell", "Found", "Problem", "What to do", "Proposal", "Code"),
    "fr": ("À corriger", "Feuille", "Cellule", "Trouvé", "Problème", "Que faire", "Proposition", "Code"),
}
_ROW: Mapping[Language, str] = {"en": "Row", "fr": "Ligne"}


def mark(data: bytes, findings: Iterable[Finding], language: Language = "en", *, name: str = "") -> bytes:
    """The workbook as xlsx with the findings in it.

    Each finding colours its cell and adds a comment; a first sheet lists them all. A CSV comes back as a workbook.

    Args:
        data: the file as received; it is opened only if it is safe to.
        findings: those of `check`.
        language: of comments and list.
        name: of the file, which tells a CSV's sheet.

    Raises:
        WrongCallError: the file cannot be opened at all; its findings say why.
    """
    listed = list(findings)
    form, dangers = kind(data, name)
    readers = {"xlsx": of_xlsx, "zip": of_zip}
    if form == "csv":
        grids, dangers = of_csv(data, name, Place(file=name))
    elif form:
        grids, dangers = readers[form](data, name)
    if dangers:
        raise WrongCallError(f"the file cannot be opened: {dangers[0].text('en')}")
    short = sum(len(grid.rows) for grid in grids) <= MOST_ROWS
    few = sum(len(row) for grid in grids for row in grid.rows) <= MOST_CELLS
    if form == "xlsx" and short and few:
        try:
            return _own_file(data, listed, language)
        except Exception:  # noqa: BLE001, S110 - openpyxl refuses some workbooks that spreadsheet programs open
            pass
    return _bad_rows(grids, listed, language, whole=short and few)


def _own_file(data: bytes, findings: Sequence[Finding], language: Language) -> bytes:
    import openpyxl  # noqa: PLC0415 - a third of a second that only this needs

    book = openpyxl.load_workbook(io.BytesIO(data))
    for (sheet, cell), found in _by_cell(findings).items():
        if sheet in book.sheetnames:
            _paint(book[sheet], cell, found, language)
    _list(book.create_sheet(_SUMMARY[language][0], 0), findings, language)
    book.active = 0
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _by_cell(findings: Iterable[Finding]) -> dict[tuple[str, str], list[Finding]]:
    """{(sheet, cell): findings}; a finding of a whole row stands in its first cell, one of a column in its heading."""
    cells: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        place = finding.place
        cell = place.cell or (f"A{place.row}" if place.row else "")
        if place.sheet and cell:
            cells[place.sheet, cell if any(map(str.isdigit, cell)) else f"{cell}2"].append(finding)
    return cells


def _paint(page: Worksheet, name: str, findings: Sequence[Finding], language: Language) -> None:
    from openpyxl.cell.cell import MergedCell  # noqa: PLC0415
    from openpyxl.comments import Comment  # noqa: PLC0415
    from openpyxl.styles import PatternFill  # noqa: PLC0415

    cell = page[name]
    if isinstance(cell, (MergedCell, tuple)):
        return
    worst = min((finding.level for finding in findings), key=list(Level).index)
    cell.fill = PatternFill("solid", fgColor=_FILLS[worst])
    said = "\n".join(_told(finding, language) for finding in findings)
    before = f"{cell.comment.text}\n\n" if cell.comment else ""
    comment = Comment(f"{before}{said}", _AUTHOR, width=320, height=60 + 50 * len(findings))
    cell.comment = comment


def _told(finding: Finding, language: Language) -> str:
    proposal = f" [{finding.values['proposal']}]" if "proposal" in finding.values else ""
    return f"{finding.code}: {finding.text(language)}{proposal}\n{finding.way_out(language)}"


def _list(page: Worksheet, findings: Sequence[Finding], language: Language) -> None:
    from openpyxl.styles import Font, PatternFill  # noqa: PLC0415

    page.append([])
    page.append(list(_SUMMARY[language][1:]))
    page["A1"] = f"{_SUMMARY[language][0]}: {len(findings)}"
    for cell in page[2]:
        cell.font = Font(bold=True)
    for finding in findings:
        _line(page, finding, language)
        page.cell(page.max_row, 7).fill = PatternFill("solid", fgColor=_FILLS[finding.level])
    for letter, width in zip("ABCDEFG", (22, 10, 24, 48, 60, 24, 10), strict=True):
        page.column_dimensions[letter].width = width
    page.freeze_panes = "A3"


def _line(page: Worksheet, finding: Finding, language: Language) -> None:
    place = finding.place
    row = page.max_row + 1
    values = (
        place.sheet,
        place.cell or place.row or "",
        finding.found,
        finding.text(language),
        finding.way_out(language),
        finding.values.get("proposal", ""),
        finding.code,
    )
    for column, value in enumerate(values, 1):
        _text(page.cell(row, column), value)
    if place.sheet and page.parent is not None and place.sheet in page.parent.sheetnames:
        target = place.cell if any(map(str.isdigit, place.cell)) else f"A{place.row or 1}"
        sheet = place.sheet.replace("'", "''")
        page.cell(row, 2).hyperlink = f"#'{sheet}'!{target}"


def _text(cell: Any, value: object) -> None:
    """Set a value that never becomes a formula, whatever the sender wrote."""
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"


def _bad_rows(grids: Sequence[Grid], findings: Sequence[Finding], language: Language, *, whole: bool) -> bytes:
    """A fresh workbook: each sheet with its headings and the rows that have findings (or all of a short CSV)."""
    import openpyxl  # noqa: PLC0415

    book = openpyxl.Workbook()
    summary = book.active
    assert summary is not None
    summary.title = _SUMMARY[language][0]
    cells = _by_cell(findings)
    for grid in grids:
        heading = recognise(grid)
        if heading is None:
            continue
        page = book.create_sheet(_title(grid.title, book.sheetnames))
        rows = {int("".join(filter(str.isdigit, cell))) for sheet, cell in cells if sheet in {grid.title, ""}}
        moved = _copy(page, grid, range(1, heading.first), rows, language, whole=whole)
        for (sheet, cell), found in cells.items():
            number = int("".join(filter(str.isdigit, cell)))
            if sheet in {grid.title, ""} and number in moved:
                _paint(page, f"{_shifted(cell)}{moved[number]}", found, language)
    _list(summary, findings, language)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _title(text: str, taken: Sequence[str]) -> str:
    bare = "".join(" " if letter in "[]:*?/\\" else letter for letter in text)[:28] or "CSV"
    return bare if bare not in taken else f"{bare} {len(taken)}"


def _shifted(cell: str) -> str:
    """The letters of a cell one column to the right: the first column holds the row numbers."""
    from openpyxl.utils import column_index_from_string, get_column_letter  # noqa: PLC0415

    return get_column_letter(column_index_from_string("".join(filter(str.isalpha, cell)) or "A") + 1)


def _copy(
    page: Worksheet, grid: Grid, heads: Iterable[int], rows: set[int], language: Language, *, whole: bool
) -> dict[int, int]:
    """Copy headings and wanted rows; {row as received: row here}."""
    moved: dict[int, int] = {}
    wanted = range(1, len(grid.rows) + 1) if whole else sorted({*heads, *rows})
    for number in wanted:
        if number > len(grid.rows):
            continue
        row = len(moved) + 1
        moved[number] = row
        _text(page.cell(row, 1), number if number not in heads else _ROW[language])
        for column, value in enumerate(grid.rows[number - 1], 2):
            _text(page.cell(row, column), value[0] if isinstance(value, list) else value)
    return moved
