"""The footprint report as a workbook: a sheet for each section, numbers as numbers, unknown ones by their standing."""

from __future__ import annotations

import io
from collections.abc import Sequence
from decimal import Decimal

import xlsxwriter

from filon.exchange.carbon_sections import Cell, Told, sections
from filon.views.figure import Figure, Named
from filon.views.say import Tongue


def report(view: Told, say: Tongue) -> bytes:
    """The workbook's bytes; text never becomes a formula."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        bold = book.add_format({"bold": True})
        for section in sections(view, say):
            sheet = book.add_worksheet(section.title)
            units = [_unit([row[index] for row in section.rows]) for index in range(len(section.heads))]
            named = [say.name(Named("unit", unit)) if unit else "" for unit in units]
            heads = [f"{head} ({unit})" if unit else head for head, unit in zip(section.heads, named, strict=True)]
            sheet.write_row(0, 0, heads, bold)
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, len(heads) - 1, 20)
            for number, row in enumerate(section.rows, 1):
                for column, cell in enumerate(row):
                    sheet.write(number, column, _cell(cell, say, alone=bool(units[column])))
    return out.getvalue()


def _unit(cells: Sequence[Cell]) -> str:
    """The unit of a column; empty if its figures have several, or it has none."""
    units = {cell.unit for cell in cells if isinstance(cell, Figure)}
    return units.pop() if len(units) == 1 and all(isinstance(cell, Figure) for cell in cells) else ""


def _cell(cell: Cell, say: Tongue, *, alone: bool) -> str | int | Decimal:
    """A number where its column says the unit, else with it in words."""
    if not isinstance(cell, Figure):
        return cell
    return cell.value if alone and cell.value is not None else say.figure(cell)
