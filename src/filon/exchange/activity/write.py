"""Writing an activity sheet as CSV: French files with semicolons and decimal commas, English with points."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from filon.core.finding import Language
from filon.exchange.activity.columns import headings, keys

Row: TypeAlias = Mapping[str, str]
"""{column key: text}; numbers with a decimal point."""

NUMBERS = frozenset({"amount", "value", "primary"})


def write(rows: Iterable[Row], language: Language = "en") -> bytes:
    """The CSV file of these rows."""
    out = io.StringIO()
    french = language == "fr"
    writer = csv.writer(out, delimiter=";" if french else ",", lineterminator="\r\n")
    writer.writerow(headings(language))
    for row in rows:
        writer.writerow([_shown(key, row.get(key, ""), french=french) for key in keys()])
    return ("\ufeff" + out.getvalue()).encode()


def _shown(key: str, text: str, *, french: bool) -> str:
    return text.replace(".", ",") if french and key in NUMBERS else text
