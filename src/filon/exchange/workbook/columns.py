"""The supplier workbook as one list: its sheets and columns, from which template, reader, checks and docs are made.

The columns stand in the table `workbook`, the words of the validation lists in `workbook-words`. A column is known by
its key (`lots.net_kg`); headings may be renamed, columns reordered, own columns added.

    column("lots.net_kg").heading["fr"]   # 'Poids net humide (kg)'
    word("basis", "humide")               # 'wet'
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from filon.core.finding import Language
from filon.core.tables import table

LANGUAGES: tuple[Language, ...] = ("en", "fr")
TEMPLATE_PROPERTY = "filon-template"
TEMPLATE_VERSION = "1.0"

SheetKey = Literal["lots", "mix", "ship", "recv", "stock", "meas", "parts", "lists"]
Need = Literal["required", "useful", "optional", "extra"]

TITLES: Mapping[SheetKey, Mapping[Language, str]] = {
    "lots": {"en": "1 Lots made", "fr": "1 Lots produits"},
    "mix": {"en": "2 Inputs used", "fr": "2 Consommations"},
    "ship": {"en": "3 Shipments", "fr": "3 Expéditions"},
    "recv": {"en": "4 Receipts", "fr": "4 Réceptions"},
    "stock": {"en": "7 Stock", "fr": "7 Stocks"},
    "meas": {"en": "8 Measurements", "fr": "8 Mesures"},
    "parts": {"en": "9 Parts", "fr": "9 Pièces"},
    "lists": {"en": "Lists", "fr": "Listes"},
}
"""Sheets in their order, with the titles that the template gives them; 5 and 6 have templates of their own."""

ELEMENT_COLUMNS = ("Ni", "Co", "Mn", "Li", "Cu", "As", "C", "Fe", "P", "Al", "S", "F")
"""The elements that have a column; assays of a row are told in this order."""

ASSAYED: Mapping[str, str] = {
    f"{sheet}.{element.lower()}": element for sheet in ("lots", "stock") for element in ELEMENT_COLUMNS
}
"""{column key: element} of the assay columns."""

ASSAY_TEXTS: Mapping[str, str] = {"method": "method", "laboratory": "laboratory", "assay_status": "status"}
"""{column: member} of what holds for all assays of a row."""

GRAMS_PER_LITRE = "g/L"
"""The basis of a solution's assays."""

WORD_LISTS = frozenset({
    "basis", "status", "yes", "list_kind", "site_kind", "use", "recycled_kind", "assay_status", "measured", "measure",
    "deed", "handling", "mode", "mixing",
})  # fmt: skip
"""Column types whose cells hold a word of a fixed list."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the workbook.

    Args:
        key: e.g. `lots.net_kg`; its first part names the sheet.
        type: text, date, kg, number, percent, count, formula, lot, site, product, partner, country, zone or a word
            list.
        need: required, useful, optional, or extra (only written when there is a value).
        heading: {"en": .., "fr": ..}.
        help: one line below the heading.
        example: as a machine writes it.
        becomes: where it goes in the EPCIS event.
    """

    key: str
    type: str
    need: Need
    heading: Mapping[Language, str] = field(hash=False)
    help: Mapping[Language, str] = field(hash=False)
    example: str
    becomes: str

    @property
    def sheet(self) -> SheetKey:
        """The sheet it stands on."""
        return self.key.split(".")[0]  # type: ignore[return-value]


_NEEDS: Mapping[str, Need] = {
    "required": "required",
    "useful": "useful",
    "optional": "optional",
    "extra": "extra",
}


@cache
def columns() -> Mapping[str, Column]:
    """Every column by key, in the order of the template."""
    return {
        row["key"]: Column(
            key=row["key"],
            type=row["type"],
            need=_NEEDS[row["need"]],
            heading={"en": row["en"], "fr": row["fr"]},
            help={"en": row["help_en"], "fr": row["help_fr"]},
            example=row["example"],
            becomes=row["becomes"],
        )
        for row in table("workbook").rows
    }


def column(key: str) -> Column:
    """The column of that key.

    Raises:
        KeyError: no such column.
    """
    return columns()[key]


@cache
def sheet_columns(sheet: SheetKey) -> tuple[Column, ...]:
    """The columns of one sheet, in order."""
    return tuple(each for each in columns().values() if each.sheet == sheet)


@cache
def words(name: str) -> Mapping[str, Mapping[Language, str]]:
    """{value: {"en": .., "fr": ..}} of one validation list."""
    return {
        row["value"]: {"en": row["en"], "fr": row["fr"]} for row in table("workbook-words").rows if row["list"] == name
    }


@cache
def _values(name: str) -> Mapping[str, str]:
    spoken = words(name)
    return {plain(text): value for value in spoken for text in (value, *spoken[value].values())}


def word(name: str, text: str) -> str | None:
    """The value that a cell means, in either language; None if the list has no such word."""
    return _values(name).get(plain(text))


def plain(text: str) -> str:
    """A text as people compare it: no accents, case, dots or doubled spaces; `N° de lot ●` is `no de lot`."""
    bare = unicodedata.normalize("NFKD", text.replace("°", "o")).casefold()
    kept = "".join(letter for letter in bare if not unicodedata.combining(letter))
    return re.sub(r"[\s●○*.:_]+", " ", kept).strip()


@cache
def headings(sheet: SheetKey) -> Mapping[str, str]:
    """{plain heading in either language, or key: column key} of one sheet."""
    known: dict[str, str] = {}
    for each in sheet_columns(sheet):
        for text in (each.key, *each.heading.values()):
            known.setdefault(plain(text), each.key)
    return known


def letters(index: int) -> str:
    """Column letters of a 0-based index: 0 is A, 26 is AA."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name
