"""Passport data as rows of a sheet (CSV or xlsx) or as JSON: the same EPCIS events every time, from the bytes alone.

document = read(data, "model-60.xlsx")      # a sheet
document = read_json(data, "points.json")   # {"filonPoints": "1", "statements": [..], "deeds": [..]}
"""

from filon.exchange.points.read import is_sheet, read
from filon.exchange.points.statements import is_json, read_json
from filon.exchange.points.write import template

__all__ = ["is_json", "is_sheet", "read", "read_json", "template"]
