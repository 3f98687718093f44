"""A view as a table of plain values, for spreadsheets and data frames: exact numbers, names as they are.

Column names say the unit. What is not known is None, never nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from filon.views.recall import Between, RecallView

Cell: TypeAlias = "str | int | Decimal | date | None"


class Kind(StrEnum):
    """What a column holds: text, whole numbers, exact numbers (kg to the mg, percent), days."""

    TEXT = "text"
    COUNT = "count"
    NUMBER = "number"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Listing:
    """A table: {column: kind} in order, and a tuple a row."""

    name: str
    columns: tuple[tuple[str, Kind], ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def heads(self) -> tuple[str, ...]:
        """The columns' names."""
        return tuple(name for name, _ in self.columns)


def table(name: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Listing:
    """A table; a column's kind is said after a colon (`made:day`), text otherwise."""
    split = [(head.partition(":")[0], head.partition(":")[2]) for head in columns]
    return Listing(name, tuple((head, Kind(kind or "text")) for head, kind in split), tuple(map(tuple, rows)))


BETWEEN = ("least_kg:number", "likely_kg:number", "most_kg:number")


def _between(held: Between) -> tuple[Decimal | None, ...]:
    return (held.least.value, held.likely.value, held.most.value)


def recall_rows(view: RecallView) -> tuple[Listing, ...]:
    """A recall as tables: affected lots, whom to tell, what it came from."""
    lots = table(
        "lots",
        ("lot", "identifier", "product", "stage", "state", "site", "country", "holder", "made:day", "mass_kg:number",
         "pieces:count", "element", *BETWEEN),
        ((one.number, one.key, one.product, one.stage.key, one.state, one.site.name, one.site.country, one.holder,
          one.made, one.mass.value, one.pieces, view.element.key, *_between(one.held))
         for one in (*view.there, *view.used)),
    )  # fmt: skip
    receivers = table(
        "receivers",
        ("company", "identifier", "country", "sites", "delivery_notes", "first:day", "last:day", "lots:count",
         "mass_kg:number", "pieces:count", "under_way_kg:number", "element", *BETWEEN),
        ((one.name, one.key, one.country, ", ".join(one.sites), ", ".join(one.notes), one.first, one.last, one.lots,
          one.mass.value, one.pieces, one.under_way.value, view.element.key, *_between(one.held))
         for one in view.receivers),
    )  # fmt: skip
    behind = table(
        "came_from",
        ("lot", "identifier", "product", "stage", "site", "country", "made:day", "element", *BETWEEN),
        ((one.number, one.key, one.product, one.stage.key, one.site.name, one.site.country, one.made,
          view.element.key, *_between(one.through)) for one in view.behind),
    )  # fmt: skip
    return lots, receivers, behind
