"""The supplier workbook: what a mine or a refiner fills in, made, read, checked and turned into EPCIS events.

    reading = read(data, "nov.xlsx")          # rows and findings, never an exception for bad bytes
    findings = check(reading, today=today)    # all that is wrong, cell by cell
    document = events(reading)                # the same events every time, from the bytes alone

Bytes in, values out: the only outside thing is a short-lived subprocess that parses the spreadsheet under limits.
"""

from filon.exchange.workbook.bundle import csv_sets
from filon.exchange.workbook.check import check
from filon.exchange.workbook.events import events, heading, told
from filon.exchange.workbook.export import Export, rows_from
from filon.exchange.workbook.knowledge import Knowledge, Nothing
from filon.exchange.workbook.mark import mark
from filon.exchange.workbook.read import read
from filon.exchange.workbook.reading import Reading, Row, Sheet
from filon.exchange.workbook.write import template, write
from filon.exchange.workbook.write_csv import template_zip, write_csv, write_zip

__all__ = [
    "Export",
    "Knowledge",
    "Nothing",
    "Reading",
    "Row",
    "Sheet",
    "check",
    "csv_sets",
    "events",
    "heading",
    "mark",
    "read",
    "rows_from",
    "template",
    "template_zip",
    "told",
    "write",
    "write_csv",
    "write_zip",
]
