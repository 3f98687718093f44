"""Making the workbook: an empty template, an example, or whole sheets of rows, as xlsx.

Row 1 is hidden and holds the keys, row 2 the headings, row 3 the help, data begins in row 4. Lists only warn, so that
pasting works; numbers refuse text; dates begin in 2015. Formulas and links are never made from text.

    write({"lots": [{"lots.lot": "ATL-26-0311", ...}]}, language="fr", lists=[{"lists.kind": "site", ...}])
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter

from filon.core.errors import WrongCallError
from filon.core.finding import Language
from filon.exchange.workbook.cells import NUMERIC, Rows, by_kind, dry_kg, layout, shown
from filon.exchange.workbook.columns import (
    TEMPLATE_PROPERTY,
    TEMPLATE_VERSION,
    TITLES,
    WORD_LISTS,
    Column,
    SheetKey,
    letters,
    words,
)
from filon.exchange.workbook.example import EXAMPLE, EXAMPLE_LISTS

FIRST_DATA_ROW = 3
"""0-based: keys, headings, help come before."""

FIRST_YEAR = 2015
_SPARE_ROWS = 500
_STREAM_ABOVE = 5_000
_NAMED = {"site": "filon_sites", "product": "filon_products", "partner": "filon_partners"}
# The bytes depend on the content alone: no clock in them.
_CREATED = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)

# Six digits each: a three-digit colour was once read as blue on green (interface reference, section 5).
_HEADS = {
    "required": {"bg_color": "#01665E", "font_color": "#FFFFFF"},
    "useful": {"bg_color": "#CFE8E3", "font_color": "#17202A"},
    "optional": {"bg_color": "#E3E6EA", "font_color": "#17202A"},
    "extra": {"bg_color": "#E3E6EA", "font_color": "#17202A"},
}
_MARKS = {"required": " ●", "useful": " ○", "optional": "", "extra": ""}


def template(language: Language = "en", *, example: bool = False, lists: Rows = ()) -> bytes:
    """An empty workbook to fill in, or one with a few invented rows.

    Args:
        lists: sites, products and partners to pre-fill; with `example` the invented ones if none are given.
    """
    if example:
        return write(EXAMPLE, language=language, lists=lists or EXAMPLE_LISTS)
    return write({}, language=language, lists=lists)


def write(sheets: Mapping[str, Rows], *, language: Language = "en", lists: Rows = ()) -> bytes:
    """The workbook with these rows; the same rows give the same bytes.

    Args:
        sheets: {"lots" | "mix" | .. | "parts": rows}; a row is {column key: text, Decimal, int or date}.
        lists: rows of the sheet of sites, products and partners (`lists.kind`, `lists.name`, `lists.id`, ..).

    Raises:
        WrongCallError: an unknown sheet or column, a binary float.
    """
    known = [sheet for sheet in TITLES if sheet != "lists"]
    if strange := sorted(set(sheets) - set(known)):
        raise WrongCallError(f"the workbook has no sheet {', '.join(strange)}")
    buffer = io.BytesIO()
    long = any(len(rows) > _STREAM_ABOVE for rows in (*sheets.values(), lists))
    book = xlsxwriter.Workbook(buffer, {**_SAFE, "constant_memory": long, "in_memory": not long})
    book.set_custom_property(TEMPLATE_PROPERTY, TEMPLATE_VERSION, "text")
    book.set_properties({"title": "Filon", "created": _CREATED})
    _name_lists(book, language)
    formats = _formats(book, language)
    for sheet in known:
        _Sheet(book, sheet, language, formats).fill(sheets.get(sheet, ()))
    _Sheet(book, "lists", language, formats).fill(by_kind(lists))
    book.close()
    return buffer.getvalue()


_SAFE = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def _name_lists(book: xlsxwriter.Workbook, language: Language) -> None:
    """Named ranges that grow as rows of a kind are added below their like."""
    sheet = f"'{TITLES['lists'][language]}'"
    last = FIRST_DATA_ROW + _SPARE_ROWS
    kinds = f"{sheet}!$A${FIRST_DATA_ROW + 1}:$A${last}"
    for kind, name in _NAMED.items():
        text = words("list_kind")[kind][language]
        first = f'MATCH("{text}",{kinds},0)-1'
        book.define_name(name, f'=OFFSET({sheet}!$B${FIRST_DATA_ROW + 1},{first},0,MAX(1,COUNTIF({kinds},"{text}")),1)')


def _formats(book: xlsxwriter.Workbook, language: Language) -> dict[str, Any]:
    day = {"num_format": "dd/mm/yyyy" if language == "fr" else "yyyy-mm-dd", "align": "right"}
    heads = {
        f"head {need}": book.add_format({**colours, "bold": True, "text_wrap": True, "valign": "vcenter", "border": 1})
        for need, colours in _HEADS.items()
    }
    return {
        **heads,
        "help": book.add_format({"italic": True, "font_color": "#566070", "text_wrap": True, "valign": "top"}),
        "date": book.add_format(day),
        "kg": book.add_format({"num_format": "#,##0.0##"}),
        "number": book.add_format({"num_format": "0.0###"}),
        "percent": book.add_format({"num_format": "0.0###"}),
        "count": book.add_format({"num_format": "0"}),
        "formula": book.add_format({"num_format": "#,##0.0##", "font_color": "#566070", "bg_color": "#F7F8FA"}),
        "text": book.add_format({"num_format": "@"}),
    }


class _Sheet:
    """One worksheet being written, from top to bottom (streaming allows no way back)."""

    def __init__(
        self, book: xlsxwriter.Workbook, key: SheetKey, language: Language, formats: Mapping[str, Any]
    ) -> None:
        self.key = key
        self.language = language
        self.formats = formats
        self.page = book.add_worksheet(TITLES[key][language])

    def fill(self, rows: Rows) -> None:
        columns = layout(self.key, rows)
        last = FIRST_DATA_ROW + max(len(rows), _SPARE_ROWS) - 1
        self._dress(columns, last)
        self._heads(columns)
        for number, row in enumerate(rows, FIRST_DATA_ROW):
            self._row(number, columns, row)
        if self.key == "lots" and not rows:
            for number in range(FIRST_DATA_ROW, last + 1):
                self._formula(number, columns, None)

    def _dress(self, columns: Sequence[Column], last: int) -> None:
        self.page.freeze_panes(FIRST_DATA_ROW, 1)
        for index, one in enumerate(columns):
            width = max(12, min(30, len(one.heading[self.language]) + 3))
            self.page.set_column(index, index, width, self.formats.get(one.type, self.formats["text"]))
            if rule := self._rule(one):
                self.page.data_validation(FIRST_DATA_ROW, index, last, index, rule)

    def _rule(self, one: Column) -> dict[str, Any] | None:
        said = {"error_title": one.heading[self.language][:32], "error_message": one.help[self.language][:255]}
        if one.type in NUMERIC:
            return {"validate": "decimal", "criteria": ">=", "value": 0, "error_type": "stop", **_unless_empty(said)}
        if one.type == "date":
            first = date(FIRST_YEAR, 1, 1)
            return {"validate": "date", "criteria": ">=", "value": first, "error_type": "stop", **_unless_empty(said)}
        if one.type in WORD_LISTS:
            choice = [spoken[self.language] for spoken in words(one.type).values()]
            return {"validate": "list", "source": choice, "error_type": "warning", **_unless_empty(said)}
        if one.type in _NAMED and self.key != "lists":
            return {
                "validate": "list",
                "source": f"={_NAMED[one.type]}",
                "error_type": "warning",
                **_unless_empty(said),
            }
        return None

    def _heads(self, columns: Sequence[Column]) -> None:
        self.page.set_row(0, None, None, {"hidden": True})
        self.page.set_row(1, 34)
        for index, one in enumerate(columns):
            self.page.write_string(0, index, one.key)
        for index, one in enumerate(columns):
            self.page.write_string(1, index, one.heading[self.language] + _MARKS[one.need], self._head(one))
        self.page.set_row(2, 46)
        for index, one in enumerate(columns):
            self.page.write_string(2, index, one.help[self.language] or "–", self.formats["help"])

    def _head(self, one: Column) -> Any:
        return self.formats[f"head {one.need}"]

    def _row(self, number: int, columns: Sequence[Column], row: Mapping[str, object]) -> None:
        for index, one in enumerate(columns):
            if one.type == "formula":
                self._formula(number, columns, row)
                continue
            value = shown(one, row.get(one.key), self.language)
            form = self.formats.get(one.type, self.formats["text"])
            if isinstance(value, Decimal):
                self.page.write_number(number, index, float(value), form)
            elif isinstance(value, date):
                self.page.write_datetime(number, index, datetime(value.year, value.month, value.day), form)  # noqa: DTZ001 - a calendar day
            elif value is not None:
                self.page.write_string(number, index, value, form)

    def _formula(self, number: int, columns: Sequence[Column], row: Mapping[str, object] | None) -> None:
        at = {one.key: f"{letters(index)}{number + 1}" for index, one in enumerate(columns)}
        index = next(index for index, one in enumerate(columns) if one.type == "formula")
        net, moisture = at["lots.net_kg"], at["lots.moist"]
        dry = dry_kg(row) if row else None
        text = f'=IF(OR({net}="",{moisture}=""),"",{net}*(1-{moisture}/100))'
        self.page.write_formula(number, index, text, self.formats["formula"], "" if dry is None else float(dry))


def _unless_empty(said: Mapping[str, str]) -> dict[str, Any]:
    return {key: value for key, value in said.items() if value}
