"""The columns of a passport sheet by their headings, and data points by whatever a person calls them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache

from filon.core.finding import Language
from filon.core.tables import table
from filon.passport.point import TABLES, Point, points

TITLES = ("6 passport", "6 passeport")
"""Titles of the sheet in a workbook, plain."""


def plain(text: str) -> str:
    """A heading or name without accents, case and outer spaces."""
    bare = unicodedata.normalize("NFKD", text.replace("’", "'").strip().casefold())
    return "".join(letter for letter in bare if not unicodedata.combining(letter))


@cache
def by_heading() -> Mapping[str, str]:
    """{plain heading in either language, or key: key}."""
    rows = table("sheet", TABLES).rows
    return {plain(text): row["key"] for row in rows for text in (row["key"], row["en"], row["fr"])}


@cache
def keys() -> Sequence[str]:
    """All columns in their order."""
    return tuple(row["key"] for row in table("sheet", TABLES).rows)


@cache
def required() -> frozenset[str]:
    """Columns that every row must fill."""
    return frozenset(row["key"] for row in table("sheet", TABLES).rows if row["need"] == "required")


def headings(language: Language) -> list[str]:
    """The headings as written in a language."""
    return [row[language] for row in table("sheet", TABLES).rows]


def helps(language: Language) -> list[str]:
    """What each column holds, in a language."""
    return [row[f"help_{language}"] for row in table("sheet", TABLES).rows]


def recognised(cells: Sequence[str]) -> dict[str, int]:
    """{key: column} of a heading row; unknown headings are left out."""
    known = by_heading()
    return {known[plain(cell)]: index for index, cell in enumerate(cells) if plain(cell) in known}


def is_heading(cells: Sequence[str]) -> bool:
    """Whether a row is the heading of a passport sheet: it has what no other sheet has together."""
    return {"model", "point", "value", "since"} <= recognised(cells).keys()


@cache
def by_name() -> Mapping[str, Point]:
    """{code, number, label or wording of the law, plain: data point}."""
    names: dict[str, Point] = {}
    for one in points():
        for text in (one.code, str(one.number or ""), *one.label.values(), *one.name.values()):
            if text:
                names.setdefault(plain(text), one)
    return names
