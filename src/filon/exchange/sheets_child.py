"""The program that opens a spreadsheet so that nothing else has to: run alone, under limits, and read from its output.

A crafted workbook of two kilobytes can make a parser ask for 500 GB and abort; here it takes only this process along.
Reads the workbook from standard input, writes one JSON object to standard output. Knows nothing of Filon: it is
started by its path, in isolated mode, so that it starts within a few hundredths of a second.
"""

from __future__ import annotations

import datetime as dt
import gc
import io
import re
import sys
import xml.etree.ElementTree as ET
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

import orjson
from python_calamine import CalamineError, load_workbook

try:
    import resource
except ImportError:  # Windows has no such limits: the clock and the scans remain
    resource = None  # type: ignore[assignment]

MEMORY = 1 << 30
CPU_SECONDS = 20
MAX_INFLATED = 200_000_000
MAX_ROW = 200_000
MAX_COLUMN = 256
MAX_CELLS = 8_000_000

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
_REL = re.compile(r"\}id$")
# Three or more letters; two letters past IV; six digits past 200 000; seven digits.
_PAST = rb"""(?:[A-Za-z]{3,}\d+|(?:[J-Zj-z][A-Za-z]|[Ii][W-Zw-z])\d+|[A-Za-z]*0*(?:[2-9]\d{5}|\d{7,}))["']"""
# A literal beginning is searched four times faster; the other ways of writing an attribute are rare.
_FAR = re.compile(rb' r="' + _PAST)
_FAR_ODD = re.compile(rb"""\sr\s*=\s*["']""" + _PAST)
_EDGE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]*)0*(\d+)["']""")
_FORMULA = re.compile(rb"<f[\s/>]")
_FORMULA_ODD = re.compile(rb"<\w+:f[\s/>]")
_CELL_TAG = re.compile(rb"""<(?:\w+:)?c\s(?:[^>]*?\s)?r\s*=\s*["']([A-Za-z]+)(\d+)["']""")
_CELL = re.compile(rb"""<(?:\w+:)?c\s([^>]*)>""")
_REFERENCE = re.compile(rb"""(?:^|\s)r\s*=\s*["']([A-Za-z]+)(\d+)["']""")
_STYLE = re.compile(rb"""(?:^|\s)s\s*=\s*["'](\d+)["']""")
_ERROR = re.compile(
    rb"""<(?:\w+:)?c\s([^>]*\bt\s*=\s*["']e["'][^>]*)>(?:(?!</(?:\w+:)?c>).){0,8192}?<(?:\w+:)?v>([^<]{1,20})<""",
    re.DOTALL,
)
_HIDDEN = re.compile(rb"""hidden\s*=\s*["'](?:1|true)["']""")
_TAG = re.compile(rb"<(?:\w+:)?(row|col)\s[^<>]*$")
_NUMBERS = {name: re.compile(rb"\s" + name + rb"""\s*=\s*["'](\d+)["']""") for name in (b"r", b"min", b"max")}


_BROKEN = (
    CalamineError, zipfile.BadZipFile, zlib.error, ET.ParseError, KeyError, ValueError, EOFError, OSError, RuntimeError,
)  # fmt: skip


class Refusal(Exception):  # noqa: N818 - it says no, it is not an accident
    """What forbids reading on: a rule code and what was found."""


def main() -> None:
    """Read the workbook from standard input, answer on standard output."""
    if resource:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    gc.disable()  # a million cells, no cycles, and the process ends
    try:
        answer = opened(sys.stdin.buffer.read())
    except Refusal as refusal:
        answer = {"refused": list(refusal.args)}
    except _BROKEN as error:
        answer = {"refused": ["IMP-52", type(error).__name__]}
    sys.stdout.buffer.write(orjson.dumps(answer, _written, _WRITING))


def opened(data: bytes) -> dict[str, Any]:
    """{"sheets": [..]} of a workbook.

    Raises:
        Refusal: too large, a far cell, days from 1904, an encoding other than UTF-8.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        part = _Parts(archive)
        titles = _titles(part)
        percents = _percent_styles(part)
        seen = {title: scanned(part.read(path), percents) for title, path in titles.items() if path in part.names}
    book = load_workbook(io.BytesIO(data))
    return {"sheets": [_sheet(book, title, seen.get(title, {})) for title in book.sheet_names if title in titles]}


class _Parts:
    """The parts of the package, with the bytes counted while inflating."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.names = set(archive.namelist())
        self.left = MAX_INFLATED

    def read(self, name: str) -> bytes:
        with self.archive.open(name) as stream:
            data = stream.read(self.left + 1)
        self.left -= len(data)
        if self.left < 0:
            raise Refusal("IMP-58", f"> {MAX_INFLATED} bytes inflated")
        if data[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\0" in data[:200]:
            raise Refusal("IMP-61", name)
        if b"<!DOCTYPE" in data[:2000]:
            raise Refusal("IMP-59", f"{name}: DOCTYPE")
        return data

    def tree(self, name: str) -> ET.Element:
        data = self.read(name)
        if b"<!DOCTYPE" in data:
            raise Refusal("IMP-59", f"{name}: DOCTYPE")
        return ET.fromstring(data)  # noqa: S314 - no DOCTYPE, so no entities


def _titles(part: _Parts) -> dict[str, str]:
    """{sheet title: path of its part}; the workbook must count days from 1900."""
    root = part.tree("xl/workbook.xml")
    for space in (_MAIN, _STRICT):
        properties = root.find(f"{space}workbookPr")
        if properties is not None and properties.get("date1904", "0") in {"1", "true"}:
            raise Refusal("IMP-56", "date1904")
    relations = {each.get("Id"): each.get("Target", "") for each in part.tree("xl/_rels/workbook.xml.rels")}
    titles = {}
    for each in root.iter():
        if each.tag in {f"{_MAIN}sheet", f"{_STRICT}sheet"}:
            relation = next((value for name, value in each.attrib.items() if _REL.search(name)), "")
            target = relations.get(relation, "")
            titles[each.get("name", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return titles


def _percent_styles(part: _Parts) -> set[bytes]:
    """Numbers of the cell styles that show a fraction as a percentage."""
    if "xl/styles.xml" not in part.names:
        return set()
    root = part.tree("xl/styles.xml")
    space = _MAIN if root.tag.startswith(_MAIN) else _STRICT
    shown = {"9", "10"}
    for each in root.iter(f"{space}numFmt"):
        if "%" in re.sub(r'"[^"]*"|\\.', "", each.get("formatCode", "")):
            shown.add(each.get("numFmtId", ""))
    styles = root.find(f"{space}cellXfs")
    listed = enumerate(styles) if styles is not None else ()
    return {str(index).encode() for index, each in listed if each.get("numFmtId") in shown}


def scanned(xml: bytes, percents: set[bytes]) -> dict[str, Any]:
    """What the cells' values do not show: formulas, hidden rows and columns, percent formats.

    Raises:
        Refusal: a cell outside 200 000 rows x 256 columns.
    """
    odd = any(sign in xml for sign in (b" r='", b" r =", b" r= ", b"\tr", b"\nr", b"\rr"))
    for match in (_FAR_ODD if odd else _FAR).finditer(xml):
        letters, digits = _EDGE.match(match.group()).groups()  # type: ignore[union-attr]
        if _column(letters) > MAX_COLUMN or len(digits) > 6 or int(digits) > MAX_ROW:  # noqa: PLR2004 - seven digits
            raise Refusal("IMP-57", match.group().decode("ascii", "replace").strip())
    hidden = list(_hidden(xml))
    return {
        "formulas": _formulas(xml),
        "errors": _error_cells(xml),
        "percents": _percent_cells(xml, percents) if percents else [],
        "hidden_rows": [_attribute(b"r", tag) for kind, tag in hidden if kind == b"row"],
        "hidden_columns": [
            [_attribute(b"min", tag), _attribute(b"max", tag)] for kind, tag in hidden if kind == b"col"
        ],
    }


def _formulas(xml: bytes) -> dict[int, list[int]]:
    """{0-based column: rows} of the cells that hold a formula."""
    cells: dict[int, list[int]] = {}
    for match in (_FORMULA_ODD if b":f" in xml else _FORMULA).finditer(xml):
        if cell := _CELL_TAG.match(xml, xml.rfind(b"<", 0, match.start())):
            cells.setdefault(_column(cell.group(1)) - 1, []).append(int(cell.group(2)))
    return cells


def _hidden(xml: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(row or col, its tag) of what is hidden."""
    for match in _HIDDEN.finditer(xml):
        start = xml.rfind(b"<", 0, match.start())
        if tag := _TAG.match(xml[start : match.start()]):
            yield tag.group(1), xml[start : xml.find(b">", match.start())]


def _percent_cells(xml: bytes, percents: set[bytes]) -> list[list[int]]:
    cells = []
    for match in _CELL.finditer(xml):
        style, reference = _STYLE.search(match.group(1)), _REFERENCE.search(match.group(1))
        if style and reference and style.group(1) in percents:
            cells.append([int(reference.group(2)), _column(reference.group(1)) - 1])
    return cells


def _error_cells(xml: bytes) -> list[tuple[int, int, str]]:
    """(1-based row, 0-based column, `#DIV/0!`): the reader of values shows such cells as empty."""
    if b't="e"' not in xml and b"t='e'" not in xml:
        return []
    found = ((_REFERENCE.search(match[1]), match[2].decode("ascii", "replace")) for match in _ERROR.finditer(xml))
    return [(int(at[2]), _column(at[1]) - 1, shown) for at, shown in found if at]


def _attribute(name: bytes, tag: bytes) -> int:
    match = _NUMBERS[name].search(tag)
    return int(match.group(1)) if match else 0


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper()[:4]:
        number = number * 26 + letter - 64
    return number


def _sheet(book: Any, title: str, seen: dict[str, Any]) -> dict[str, Any]:
    page = book.get_sheet_by_name(title)
    if page.total_height * page.total_width > MAX_CELLS:
        raise Refusal("IMP-58", f"> {MAX_CELLS} cells")
    rows = page.to_python(skip_empty_area=False)
    for row, column, shown in seen.pop("errors", ()):
        if row <= len(rows) and column < len(rows[row - 1]):
            rows[row - 1][column] = shown
    merged = page.merged_cell_ranges or []
    return {"title": title, "rows": rows, "merged": [[*first, *last] for first, last in merged], **seen}


def _written(value: Any) -> Any:
    """Dates as ["2026-11-03"], times and spans as text."""
    if isinstance(value, dt.datetime | dt.date):
        return [value.isoformat()[:10]]
    return str(value)


_WRITING = orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_DATETIME


if __name__ == "__main__":
    main()
