"""The columns of an activity sheet, by their English and French headings; order and case are free."""

from __future__ import annotations

from filon.exchange.sheet import Sheet

SHEET = Sheet(
    "activity",
    frozenset({"5 energy", "5 energie"}),
    frozenset({"flow", "amount", "unit", "site", "from", "until"}),
    frozenset({"amount", "value", "primary"}),
    frozenset({"from", "until"}),
)
