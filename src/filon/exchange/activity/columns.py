"""The columns of an activity sheet, by their English and French headings; order and case are free."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache

from filon.core.finding import Language
from filon.core.tables import table

TITLES = ("5 energy", "5 energie")
"""Titles of the sheet in a workbook, plain."""


def plain(text: str) -> str:
    """A heading without accents, case and outer spaces."""
    bare = unicodedata.normalize("NFKD", text.replace("’", "'").strip().casefold())
    return "".join(letter for letter in bare if not unicodedata.combining(letter))


@cache
def by_heading() -> Mapping[str, str]:
    """{plain heading in either language, or key: key}."""
    rows = table("activity").rows
    return {plain(text): row["key"] for row in rows for text in (row["key"], row["en"], row["fr"])}


@cache
def keys() -> Sequence[str]:
    """All columns in their order."""
    return tuple(row["key"] for row in table("activity").rows)


@cache
def required() -> frozenset[str]:
    """Columns that every row must fill."""
    return frozenset(row["key"] for row in table("activity").rows if row["need"] == "required")


def headings(language: Language) -> list[str]:
    """The headings as written in a language."""
    return [row[language] for row in table("activity").rows]


def recognised(cells: Sequence[str]) -> dict[str, int]:
    """{key: column} of a heading row; unknown headings are left out."""
    known = by_heading()
    return {known[plain(cell)]: index for index, cell in enumerate(cells) if plain(cell) in known}


def is_heading(cells: Sequence[str]) -> bool:
    """Whether a row is the heading of an activity sheet: it has what no other sheet has together."""
    return {"flow", "amount", "unit", "site", "from", "until"} <= recognised(cells).keys()
