"""Writing an activity sheet as CSV: French files with semicolons and decimal commas, English with points."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from filon.core.finding import Language
from filon.exchange.activity.columns import SHEET

Row: TypeAlias = Mapping[str, str]
"""{column key: text}; numbers with a decimal point."""


def write(rows: Iterable[Row], language: Language = "en") -> bytes:
    """The CSV file of these rows."""
    return SHEET.write(rows, language)
