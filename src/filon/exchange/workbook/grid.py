"""CSV files and zips of them as grids, as the pages of an xlsx workbook are: cells before they mean anything."""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from dataclasses import replace

from filon.core.finding import Finding, Place, found
from filon.exchange.sheets import Grid, of_xlsx
from filon.exchange.workbook.columns import TITLES, headings, plain
from filon.exchange.workbook.write_csv import unguarded

__all__ = ["Grid", "of_csv", "of_xlsx", "of_zip"]

MAX_TEXT = 50_000_000
MAX_ROW = 200_000
MAX_COLUMN = 256
MAX_CELLS = 8_000_000
_DELIMITERS = (";", ",", "\t")


def of_zip(data: bytes, name: str) -> tuple[list[Grid], list[Finding]]:
    """The CSV files of a zip, one grid each.

    Findings:
        IMP-52: a member is damaged. IMP-58: the members are larger than the directory says.
    """
    grids, findings, left = [], [], MAX_TEXT
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.namelist():
                with archive.open(member) as stream:
                    text = stream.read(left + 1)
                left -= len(text)
                if left < 0:
                    return [], [found("IMP-58", Place(file=name), what=f"> {MAX_TEXT} bytes inflated")]
                grid, wrong = of_csv(text, member, Place(file=name, sheet=member))
                grids += grid
                findings += wrong
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, KeyError) as error:
        return [], [found("IMP-52", Place(file=name), found=type(error).__name__)]
    return grids, findings


def of_csv(data: bytes, title: str, place: Place) -> tuple[list[Grid], list[Finding]]:
    """The one grid of a CSV file: `,` `;` or tab, UTF-8 or cp1252.

    Findings:
        IMP-50: empty. IMP-57, 58: too many rows, columns or cells. IMP-61: neither encoding.
        IMP-62: an open quote, a cell without end.
    """
    text = _decoded(data)
    if text is None:
        return [], [found("IMP-61", place, expected="UTF-8")]
    if not text.strip():
        return [], [found("IMP-50", place)]
    delimiter = _delimiter(text)
    rows: list[list[str]] = []
    cells = 0
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            cells += len(row)
            if len(row) > MAX_COLUMN or len(rows) == MAX_ROW:
                return [], [found("IMP-57", replace(place, row=len(rows) + 1))]
            if cells > MAX_CELLS:
                return [], [found("IMP-58", place, what=f"> {MAX_CELLS} cells")]
            rows.append([unguarded(cell) for cell in row])
    except csv.Error as error:
        return [], [found("IMP-62", replace(place, row=len(rows) + 1), found=str(error), what=str(error))]
    return [Grid(title=title, rows=rows, delimiter=delimiter)], []


def _decoded(data: bytes) -> str | None:
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\0" in data:
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _western(data)


def _western(data: bytes) -> str | None:
    """As cp1252; None if that is impossible or the bytes are UTF-8 that was broken on the way."""
    if re.search(rb"[\xc3\xc2][\x80-\xbf]", data):
        return None
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return None


def _delimiter(text: str) -> str:
    """The separator under which most headings are recognised; among equals the first of `;` `,` tab."""
    head = [line for line in text.splitlines()[:5] if line.strip()]
    known = {name for sheet in TITLES for name in headings(sheet)}

    def recognised(delimiter: str) -> int:
        return sum(plain(cell.strip('"')) in known for line in head for cell in line.split(delimiter))

    return max(_DELIMITERS, key=recognised)
