"""The empty custody sheet: a CSV heading, or a workbook whose cells offer the words that they may hold."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

import xlsxwriter

from filon.core.finding import Language
from filon.core.tables import table
from filon.exchange.custody.read import SHEET, write

TITLE = {"en": "6 Custody", "fr": "6 Chaîne de possession"}
ROWS = 2000
"""So many rows offer their words."""

EXAMPLE: Sequence[Mapping[str, str]] = (
    {"record": "certificate", "site": "9521202000014", "characteristic": "responsible mining", "number": "RM-2026-014",
     "scheme": "default", "from": "2026-01-01", "until": "2028-12-31"},
    {"record": "certificate", "site": "9521202000021", "characteristic": "responsible mining", "model": "mass balance",
     "number": "MB-2026-003", "scheme": "ISCC PLUS", "from": "2026-01-01", "until": "2026-12-31"},
    {"record": "claim", "date": "2026-03-02", "lot": "ATL-26-0311", "element": "Co", "number": "C-0311",
     "characteristic": "responsible mining", "certificate": "RM-2026-014"},
    {"record": "factor", "site": "9521202000021", "element": "Co", "factor": "0.945", "from": "2026-01-01"},
    {"record": "statement", "date": "2026-03-30", "site": "9521202000021", "lot": "RIV-26-0047", "element": "Co",
     "characteristic": "responsible mining", "number": "S-2026-007", "kg": "1800", "to": "Atelier packs"},
    {"record": "close", "date": "2026-04-05", "site": "9521202000021", "element": "Co", "kg": "2500",
     "characteristic": "responsible mining", "from": "2026-01-01", "until": "2026-03-31"},
)  # fmt: skip
"""Rows that show each common kind; invented sites and lots."""


def template(language: Language, *, example: bool = False, csv: bool = False) -> bytes:
    """The sheet to fill in, as a workbook or CSV, empty or with example rows."""
    rows = EXAMPLE if example else ()
    if csv:
        return write(rows, language)
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        page = book.add_worksheet(TITLE[language])
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        page.write_row(0, 0, SHEET.headings(language), bold)
        page.freeze_panes(1, 1)
        page.set_column(0, len(SHEET.keys) - 1, 16)
        for at, row in enumerate(rows, 1):
            for column, key in enumerate(SHEET.keys):
                page.write_string(at, column, _word(key, row.get(key, ""), language))
        for column, key in enumerate(SHEET.keys):
            if words := [one[language] for one in table("custody-words").rows if one["column"] == key]:
                page.data_validation(1, column, ROWS, column, {"validate": "list", "source": words})
    return out.getvalue()


def _word(column: str, key: str, language: Language) -> str:
    rows = table("custody-words").rows
    return next((one[language] for one in rows if (one["column"], one["key"]) == (column, key)), key)
