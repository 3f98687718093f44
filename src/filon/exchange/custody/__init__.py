"""Custody sheets: certificates, claims, practices, statements and closings as rows of a CSV file or a workbook sheet.

document = read(data, "custody.csv")     # the same events every time, from the bytes alone
"""

from filon.exchange.custody.read import SHEET, is_sheet, read, write
from filon.exchange.custody.template import template

__all__ = ["SHEET", "is_sheet", "read", "template", "write"]
