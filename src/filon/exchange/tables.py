"""Tables out: xlsx, CSV, Parquet and Arrow files from a view's rows; exact numbers stay exact where the format can.

CSV and xlsx need nothing more; Parquet and Arrow are written by Polars (`pip install filon[tables]`). Text that a
spreadsheet would take for a formula is kept text.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import xlsxwriter

from filon.core.errors import WrongCallError
from filon.views.rows import Cell, Kind, Listing

if TYPE_CHECKING:
    from polars import DataFrame

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A text cell that begins so is a formula to a spreadsheet.

Source: OWASP, CSV injection.
"""

TYPES: Mapping[str, str] = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "zip": "application/zip",
    "parquet": "application/vnd.apache.parquet",
    "arrow": "application/vnd.apache.arrow.file",
}
"""{ending: media type}."""


def poured(tables: Sequence[Listing], ending: str) -> bytes:
    """The tables as one file.

    Args:
        ending: `xlsx` (a sheet a table), `csv`, `parquet` or `arrow` (the first table), `zip` (all as CSV).

    Raises:
        WrongCallError: no such format, or Polars is not there.
    """
    if ending not in TYPES:
        raise WrongCallError(f"tables are written as {', '.join(TYPES)}, not as {ending!r}")
    one: Mapping[str, Callable[[Listing], bytes]] = {"csv": _csv, "parquet": _parquet, "arrow": _arrow}
    if ending in one:
        return one[ending](tables[0])
    return _xlsx(tables) if ending == "xlsx" else _zip(tables)


def frame(rows: Listing) -> DataFrame:
    """The rows as a Polars table: kg as Decimal to the milligram, days as dates.

    Raises:
        WrongCallError: Polars is not there.
    """
    pl = polars()
    kinds: dict[Kind, Any] = {
        Kind.TEXT: pl.String(),
        Kind.COUNT: pl.Int64(),
        Kind.MASS: pl.Decimal(38, 6),
        Kind.NUMBER: pl.Decimal(38, 9),
        Kind.DAY: pl.Date(),
    }
    schema = {name: kinds[kind] for name, kind in rows.columns}
    columns = list(zip(*rows.rows, strict=True)) or [()] * len(schema)
    series = [
        pl.Series(name, [_scaled(cell) for cell in column], dtype=dtype)
        for (name, dtype), column in zip(schema.items(), columns, strict=True)
    ]
    table: DataFrame = pl.DataFrame(series)
    return table


def polars() -> Any:
    """Polars, which is an extra.

    Raises:
        WrongCallError: it is not there.
    """
    try:
        import polars as pl  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise WrongCallError("tables need Polars: pip install 'filon[tables]'") from error
    return pl


def _scaled(cell: Cell) -> Cell:
    """At most nine decimals: a percentage may have no end."""
    if not isinstance(cell, Decimal):
        return cell
    exponent = cell.as_tuple().exponent
    return round(cell, 9) if isinstance(exponent, int) and exponent < -9 else cell  # noqa: PLR2004 - decimals


def _csv(rows: Listing) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(rows.heads)
    writer.writerows([_plain(cell) for cell in row] for row in rows.rows)
    return out.getvalue().encode("utf-8-sig")


def _plain(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case Decimal():
            return format(cell, "f")
        case date():
            return cell.isoformat()
        case str() if cell.startswith(FORMULA):
            return "'" + cell
    return str(cell)


def _zip(tables: Sequence[Listing]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for rows in tables:
            archive.writestr(zipfile.ZipInfo(f"{rows.name}.csv"), _csv(rows))
    return out.getvalue()


def _xlsx(tables: Sequence[Listing]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    head = book.add_format({"bold": True, "bottom": 1})
    day, number = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "#,##0.000000"})
    for rows in tables:
        sheet = book.add_worksheet(rows.name[:31])
        sheet.freeze_panes(1, 1)
        sheet.write_row(0, 0, rows.heads, head)
        for line, row in enumerate(rows.rows, 1):
            for column, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(line, column, cell, day)
                elif isinstance(cell, Decimal):
                    sheet.write_number(line, column, float(cell), number)
                elif isinstance(cell, int):
                    sheet.write_number(line, column, cell)
                elif cell is not None:
                    sheet.write_string(line, column, cell)
        for column, name in enumerate(rows.heads):
            widest = max((len(_plain(row[column])) for row in rows.rows[:200]), default=0)
            sheet.set_column(column, column, min(max(widest, len(name)) + 2, 48))
    book.close()
    return out.getvalue()


def _parquet(rows: Listing) -> bytes:
    out = io.BytesIO()
    frame(rows).write_parquet(out, compression="zstd")
    return out.getvalue()


def _arrow(rows: Listing) -> bytes:
    out = io.BytesIO()
    frame(rows).write_ipc(out)
    return out.getvalue()
