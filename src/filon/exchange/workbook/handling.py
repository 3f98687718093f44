"""What is done to lots beside making and moving them: counted and written off, measured again, put into articles.

From the rows of sheets 7, 8 and 9 to facts, every name resolved as on the other sheets.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from filon.exchange.workbook.facts import Counted, Joined, Measured
from filon.exchange.workbook.names import full_identifier, is_piece, piece_identifier
from filon.exchange.workbook.reading import Row

if TYPE_CHECKING:
    from filon.exchange.workbook.resolve import Resolver

WEIGHT = "weight"
UNITS = {WEIGHT: {"", "kg"}}
"""Units that a measurement may be in; contents may be in all others."""
ZERO = Decimal(0)
SERIALS = {sheet: tuple(f"{sheet}.{name}" for name in ("pieces", "first", "last")) for sheet in ("lots", "parts")}
"""Columns that say how many pieces, and which."""
OUT = frozenset({"taken apart", "unpacked"})
"""Deeds by which parts come out."""


def counted(file: Resolver, row: Row) -> Counted | None:
    """What was found, or is gone, of a lot at a site."""
    day, site = file.day(row, "stock.date"), file.timed_site(row, "stock.site")
    lot = file.lot(row, "stock.lot", "stock.product")
    kg, litres = (Decimal(0), None) if is_piece(lot) else file.weight(row, "stock")
    return Counted(row, lot, day, site, kg, litres) if day and site and lot and kg is not None else None


def measured(file: Resolver, row: Row) -> Measured | None:
    """One more weight or assay of a lot that sheet 1 tells of.

    Findings:
        IMP-69: sheet 1 does not tell of it. IMP-70: a weight in per cent, a content in kilograms.
    """
    what, value = file.text(row, "meas.what"), file.amount(row, "meas.value")
    unit = row.text("meas.unit")
    if what and (unit not in UNITS[WEIGHT] if what == WEIGHT else unit == "kg"):
        file.say("IMP-70", row, "meas.unit", unit, unit=unit, what=what)
        return None
    number = file.text(row, "meas.lot", "IMP-01")
    if number and not full_identifier(number) and not row.text("meas.product") and number not in file.own:
        if number not in file.faulty:
            file.say("IMP-69", row, "meas.lot", number, lot=number)
        return None
    lot = file.lot(row, "meas.lot", "meas.product") if number else ""
    if lot and lot not in file.lots:
        file.say("IMP-69", row, "meas.lot", number, lot=number)
        return None
    return Measured(row, lot, what, value) if lot and what and value is not None else None


def joined(file: Resolver, row: Row) -> Joined | None:
    """Parts that went into an article or container, or came out of it."""
    deed, day = file.text(row, "parts.deed"), file.day(row, "parts.date")
    site, parent = file.timed_site(row, "parts.site"), _piece(file, row, "parts.parent", "parts.parent_product")
    wholly = deed in OUT and not row.text("parts.lot") and not row.text("parts.serial")
    part = "" if wholly else _part(file, row)
    if not (deed and day and site and parent) or not (part or wholly):
        return None
    count, fits = pieces(file, row, "parts")
    return Joined(row, deed, day, site, parent, part, count, row.amount("parts.kg")) if fits else None


def _part(file: Resolver, row: Row) -> str:
    if row.text("parts.serial"):
        return _piece(file, row, "parts.serial", "parts.product")
    return file.lot(row, "parts.lot", "parts.product")


def _piece(file: Resolver, row: Row, key: str, beside: str) -> str:
    """The piece or container that a cell names: in full, or by its serial number and its product."""
    number = file.text(row, key, "IMP-01")
    if not number or (whole := full_identifier(number)):
        return whole or "" if number else ""
    product = file.product(row, beside)
    return piece_identifier(product.id, number) if product else ""


def pieces(file: Resolver, row: Row, sheet: str) -> tuple[Decimal | None, bool]:
    """How many pieces of a batch, and whether the row does not contradict itself.

    Findings:
        IMP-71: the serial numbers are not as many as the pieces, or run backwards.
    """
    keys = SERIALS[sheet]
    if row.values.keys().isdisjoint(keys):
        return None, True
    told, first, last = map(row.amount, keys)
    if first is None and last is None:
        return told, True
    first, last = (last if first is None else first), (first if last is None else last)
    assert first is not None
    assert last is not None
    number = last - first + 1
    if number < 1 or told not in {None, number}:
        shown = {
            "first": f"{first:f}",
            "last": f"{last:f}",
            "pieces": f"{told or max(number, ZERO):f}",
        }
        key = f"{sheet}.first" if f"{sheet}.first" in row.values else f"{sheet}.last"
        file.say("IMP-71", row, key, shown["first"], **shown)
        return None, False
    return number, True
