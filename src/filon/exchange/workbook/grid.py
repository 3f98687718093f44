"""Cells before anyone knows what they mean: one grid per spreadsheet page or CSV file, whatever format it came in."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import orjson

from filon.core.finding import Finding, Place, found
from filon.exchange.workbook.columns import TITLES, headings, plain
from filon.exchange.workbook.write_csv import unguarded

WALL_SECONDS = 30
MAX_TEXT = 50_000_000
MAX_ROW = 200_000
MAX_COLUMN = 256
MAX_CELLS = 8_000_000
_CHILD = Path(__file__).with_name("child.py")
_DELIMITERS = (";", ",", "\t")


@dataclass(frozen=True, slots=True)
class Grid:
    """One page of cells.

    Args:
        title: sheet title, or file name of a CSV.
        rows: text, int, float, or [ISO day]; "" is empty; the first row is number 1.
        formulas: {0-based column: 1-based rows} whose cell holds a formula.
        percents: (1-based row, 0-based column) of cells that show a fraction as a percentage.
        merged: ranges as 0-based (row, column, row, column).
        hidden_rows: 1-based.
        hidden_columns: 0-based.
        delimiter: of a CSV, else empty.
    """

    title: str
    rows: Sequence[Sequence[Any]]
    formulas: Mapping[int, frozenset[int]] = field(default_factory=dict)
    percents: frozenset[tuple[int, int]] = frozenset()
    merged: tuple[tuple[int, int, int, int], ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    delimiter: str = ""


def of_xlsx(data: bytes, name: str) -> tuple[list[Grid], list[Finding]]:
    """The pages of an xlsx workbook, opened in a process of its own under limits.

    Findings:
        IMP-52, 56, 57, 58, 59, 61: what the process refused.
        IMP-60: it ran out of time or memory, or died.

    Source: security reference, section 3: 1 GiB, 20 s of processor, 30 s by the clock.
    """
    place = Place(file=name)
    try:
        done = subprocess.run(  # noqa: S603 - our own program by its path
            [sys.executable, "-I", str(_CHILD)], input=data, capture_output=True, timeout=WALL_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return [], [found("IMP-60", place, found=f"> {WALL_SECONDS} s")]
    if done.returncode != 0 or not done.stdout:
        return [], [found("IMP-60", place, found=_last_words(done.stderr, done.returncode))]
    answer = orjson.loads(done.stdout)
    if refused := answer.get("refused"):
        code, what = refused
        return [], [found(code, place, found=what, what=what)]
    return [_grid(sheet) for sheet in answer["sheets"]], []


def _last_words(said: bytes, code: int) -> str:
    lines = said.decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:200] if lines else f"exit {code}"


def _grid(sheet: Mapping[str, Any]) -> Grid:
    return Grid(
        title=sheet["title"],
        rows=sheet["rows"],
        formulas={int(column): frozenset(rows) for column, rows in sheet.get("formulas", {}).items()},
        percents=frozenset((row, column) for row, column in sheet.get("percents", ())),
        merged=tuple(tuple(each) for each in sheet.get("merged", ())),
        hidden_rows=frozenset(sheet.get("hidden_rows", ())),
        hidden_columns=frozenset(
            column for first, last in sheet.get("hidden_columns", ()) for column in range(first - 1, min(last, 256))
        ),
    )


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
