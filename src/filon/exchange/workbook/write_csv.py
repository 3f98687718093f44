"""The workbook's CSV twin: one file per sheet, or all of them in one zip as one deposit.

First the keys, then the headings, then the data. French files use `;` and the decimal comma, English ones `,` and the
point; days are ISO in both; UTF-8 with a byte order mark, so that spreadsheets show accents.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from filon.core.finding import Language
from filon.exchange.workbook.cells import Rows, Value, by_kind, dry_kg, layout, shown
from filon.exchange.workbook.columns import TITLES, SheetKey
from filon.exchange.workbook.example import EXAMPLE, EXAMPLE_LISTS

TRIGGERS = "=+-@\t\r\n\0|＝＋－＠"
"""First characters that a spreadsheet may take for a formula; such a text is written with an apostrophe before it."""

_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")


def write_csv(sheets: Mapping[str, Rows], *, language: Language = "en", lists: Rows = ()) -> dict[str, bytes]:
    """{file name: bytes}, one file for each sheet that has rows.

    Raises:
        WrongCallError: an unknown column, a binary float.
    """
    full: dict[SheetKey, Rows] = {key: sheets.get(key, ()) for key in TITLES if key != "lists"}
    full["lists"] = by_kind(lists)
    return {f"{key}.csv": _file(key, rows, language) for key, rows in full.items() if rows}


def write_zip(sheets: Mapping[str, Rows], *, language: Language = "en", lists: Rows = ()) -> bytes:
    """The CSV files as one zip; the same rows give the same bytes."""
    return zipped(write_csv(sheets, language=language, lists=lists))


def template_zip(language: Language = "en", *, example: bool = False, lists: Rows = ()) -> bytes:
    """The template as CSV files in one zip: headings only, or with a few invented rows."""
    if example:
        return write_zip(EXAMPLE, language=language, lists=lists or EXAMPLE_LISTS)
    full: dict[SheetKey, Rows] = {key: lists if key == "lists" else () for key in TITLES}
    return zipped({f"{key}.csv": _file(key, rows, language) for key, rows in full.items()})


def zipped(files: Mapping[str, bytes]) -> bytes:
    """The files as one zip; the same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), files[name], zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula; `unguarded` gives the text back.

    Source: security reference, section 3 (CSV out).
    """
    risky = text[:1] and (text[0] in TRIGGERS or text[0] == "'") and not _NUMBER.fullmatch(text)
    return f"'{text}" if risky else text


def unguarded(text: str) -> str:
    """The text without the apostrophe that keeps `=` and `+` of a CSV from becoming formulas."""
    return text[1:] if text[:1] == "'" and text[1:2] and (text[1] in TRIGGERS or text[1] == "'") else text


def _file(sheet: SheetKey, rows: Rows, language: Language) -> bytes:
    columns = layout(sheet, rows)
    text = io.StringIO(newline="")
    out = csv.writer(text, delimiter=";" if language == "fr" else ",", lineterminator="\r\n")
    out.writerow([one.key for one in columns])
    out.writerow([one.heading[language] for one in columns])
    for row in rows:
        values = (dry_kg(row) if one.type == "formula" else shown(one, row.get(one.key), language) for one in columns)
        out.writerow([_text(value, language) for value in values])
    return text.getvalue().encode("utf-8-sig")


def _text(value: Value | None, language: Language) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        plain = f"{value:f}"
        return plain.replace(".", ",") if language == "fr" else plain
    return value.isoformat() if isinstance(value, date) else guarded(value)
