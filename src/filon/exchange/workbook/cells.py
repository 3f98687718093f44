"""One cell on its way out: what a value looks like in a column, in the reader's language.

Numbers stay Decimal, days stay dates, words of a list come out in the language of the workbook.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from filon.core.errors import WrongCallError
from filon.core.finding import Language
from filon.exchange.workbook.columns import (
    WORD_LISTS,
    Column,
    SheetKey,
    columns,
    plain,
    sheet_columns,
    word,
    words,
)

Value = str | Decimal | date
"""What a cell holds once it is understood."""

Rows = Sequence[Mapping[str, object]]
"""Rows to write: {column key: value}; values are text, Decimal, int or date, None where there is nothing."""

NUMERIC = frozenset({"kg", "number", "percent", "count"})


def shown(one: Column, value: object, language: Language) -> Value | None:
    """The value as it stands in the cell; None for an empty one.

    Raises:
        WrongCallError: a binary float, or something that is neither text, number nor date.
    """
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, bool):
        value = "yes" if value else "no"
    if isinstance(value, int):
        value = Decimal(value)
    if not isinstance(value, str | Decimal | date):
        raise WrongCallError(f"{one.key} takes text, Decimal, int or date, not {type(value).__name__}")
    if one.type in NUMERIC and isinstance(value, str):
        return _number(one, value)
    if one.type in WORD_LISTS and isinstance(value, str):
        return _word(one, value, language)
    return value


def _number(one: Column, text: str) -> Value:
    try:
        return Decimal(text)
    except ArithmeticError:
        raise WrongCallError(f"{one.key}: {text!r} is not a number") from None


def _word(one: Column, text: str, language: Language) -> str:
    value = word(one.type, text)
    return text if value is None else words(one.type)[value][language]


def layout(sheet: SheetKey, rows: Rows) -> tuple[Column, ...]:
    """The columns to write: all of the sheet, the extra ones only where a row fills them.

    Raises:
        WrongCallError: a row with a key that the sheet does not have.
    """
    known = columns()
    filled = {key for row in rows for key, value in row.items() if value not in (None, "")}
    if strange := sorted(key for key in filled if key not in known or known[key].sheet != sheet):
        raise WrongCallError(f"sheet {sheet} has no column {', '.join(strange)}")
    return tuple(one for one in sheet_columns(sheet) if one.need != "extra" or one.key in filled)


def dry_kg(row: Mapping[str, object]) -> Decimal | None:
    """Net weight less moisture, for the formula's stored value; None where one of them is missing."""
    net, moisture = row.get("lots.net_kg"), row.get("lots.moist")
    if net in (None, "") or moisture in (None, ""):
        return None
    return Decimal(str(net)) * (100 - Decimal(str(moisture))) / 100


def by_kind(lists: Rows) -> list[Mapping[str, object]]:
    """The rows of the lists, sites before products before partners, each kind in the order given."""
    order = ("site", "product", "partner")

    def rank(row: Mapping[str, object]) -> int:
        kind = word("list_kind", plain(str(row.get("lists.kind", ""))))
        return order.index(kind) if kind in order else len(order)

    return sorted(lists, key=rank)
