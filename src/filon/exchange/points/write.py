"""The sheet of passport data to fill in: one row a data point that somebody must say, with its shape and unit."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime

import xlsxwriter

from filon.core.finding import Language
from filon.exchange.points.columns import TITLES, headings, helps, keys
from filon.passport.point import Category, Level, Need, Point, points
from filon.passport.value import types

# The bytes depend on the content alone: no clock in them.
_CREATED = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_WIDTHS = {"point": 44, "value": 40, "shape": 60, "model": 16, "document": 24}
_SAID = frozenset({"declared", "measured"})


def template(
    category: Category, language: Language = "en", *, model: str = "", battery: bool = False, sheet: bool = True
) -> bytes:
    """The sheet for one model (or for what is measured on one battery), xlsx or CSV.

    Args:
        model: its GTIN, filled in; empty = left to the reader.
        battery: the points measured on a battery, instead of those of the model.
        sheet: xlsx; False = CSV, with semicolons where the language writes decimal commas.
    """
    rows = [_row(one, language, model) for one in asked(category, battery=battery)]
    return _xlsx(rows, language) if sheet else _csv(rows, language)


def asked(category: Category, *, battery: bool = False) -> Iterator[Point]:
    """The points that somebody must or may say, of the model or of one battery."""
    for one in points():
        measured = one.dynamic or (one.level is Level.ITEM and one.source == "declared")
        if one.source in _SAID and measured == battery and one.need[category] is not Need.NEVER:
            yield one


def shape(one: Point) -> str:
    """How a cell of the point is written: `short: text; name: text`, `0 to 100`, the words it may be."""
    kind = types()[one.type]
    if kind.words:
        return ", ".join(kind.words)
    if kind.kind != "record":
        return kind.kind
    return "; ".join(f"{m.name}: {m.type}{'' if m.required else '?'}" for m in kind.members if not m.many)


def _row(one: Point, language: Language, model: str) -> list[str]:
    number = f"{one.number} " if one.number else ""
    told = {"model": model, "point": one.label[language], "shape": f"{number}{shape(one)}", "unit": one.unit}
    return [told.get(key, "") for key in keys()]


def _csv(rows: list[list[str]], language: Language) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";" if language == "fr" else ",", lineterminator="\r\n")
    writer.writerow(headings(language))
    writer.writerows(rows)
    return ("\ufeff" + out.getvalue()).encode()


def _xlsx(rows: list[list[str]], language: Language) -> bytes:
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(out, options)
    book.set_properties({"created": _CREATED})
    page = book.add_worksheet(TITLES[1 if language == "fr" else 0].capitalize())
    head = book.add_format({"bold": True, "bg_color": "#01665E", "font_color": "#FFFFFF", "text_wrap": True})
    text = book.add_format({"num_format": "@"})
    for column, (key, heading, told) in enumerate(zip(keys(), headings(language), helps(language), strict=True)):
        page.set_column(column, column, _WIDTHS.get(key, 14), text)
        page.write_string(0, column, heading, head)
        if told:
            page.write_comment(0, column, told)
    for number, row in enumerate(rows, 1):
        for column, cell in enumerate(row):
            if cell:
                page.write_string(number, column, cell, text)
    page.freeze_panes(1, 0)
    book.close()
    return out.getvalue()
