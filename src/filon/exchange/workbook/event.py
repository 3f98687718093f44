"""One event as a workbook says it: its identifier is made of its content, its amounts are kilograms, its days local."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, NamedTuple

import orjson

from filon.core.moment import offset
from filon.epcis.event import FILON, Event, QuantityElement, Typed
from filon.exchange.workbook.columns import ASSAY_TEXTS, ELEMENT_COLUMNS, GRAMS_PER_LITRE
from filon.exchange.workbook.names import is_piece
from filon.exchange.workbook.reading import Row

KILOGRAM = "KGM"
LITRE = "LTR"
DAILY: Mapping[str, str] = {FILON + "precision": "day"}
"""What every event of a workbook says of its time."""
_NUMBERS = {
    "moist": "moisture",
    "recycled": "recycled",
    "u_weight": "weighingUncertainty",
    "u_moist": "moistureUncertainty",
    "density": "density",
}


def event_of(place: str, **members: Any) -> Event:
    """An event whose identifier is made of what it says, so that the same row in two files is the same event.

    What is hashed must never change: files kept in the log give their events the same identifiers for ever.

    Source: RFC 9562, 5.8 (UUIDv8), the 122 free bits from SHA-256.
    """
    said = {name: value for name, value in members.items() if value}
    content = orjson.dumps(said, _hashed, orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS)
    digest = bytearray(hashlib.sha256(content).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x80
    digest[8] = digest[8] & 0x3F | 0x80
    text = digest.hex()
    name = f"urn:uuid:{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
    return Event(eventID=name, place=place, **members)


def _hashed(value: Any) -> Any:
    """Quantities as [class, number, unit], references as [type, value]: whatever else these types may hold one day."""
    if isinstance(value, QuantityElement):
        return [value.epcClass, decimal_text(value.quantity or Decimal(0)), value.uom]
    if isinstance(value, Typed):
        return [value.type, value.value]
    raise TypeError(type(value).__name__)


@lru_cache(maxsize=4096)
def midnight(day: date, zone: str) -> datetime:
    """The moment (UTC) at which the day begins where the zone holds."""
    return datetime.combine(day, time(), UTC) - offset(zone)


def decimal_text(value: Decimal) -> str:
    """A number as it is written in events: no exponent, no needless zeros."""
    text = str(value)
    if "E" in text or not text.isascii():
        return f"{trimmed(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def trimmed(value: Decimal) -> Decimal:
    """The same number without needless zeros: 24150.50 and 24150.5 are one quantity."""
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


def element_of(lot: str, kg: Decimal) -> QuantityElement:
    """So many kilograms of a lot."""
    return QuantityElement(lot, trimmed(kg), KILOGRAM)


def summed(lines: Iterable[tuple[str, Decimal]]) -> tuple[QuantityElement, ...]:
    """One element a lot, sorted: the same lines in another order are the same event."""
    total: dict[str, Decimal] = {}
    for lot, kg in lines:
        total[lot] = total.get(lot, Decimal(0)) + kg
    return tuple(element_of(lot, kg) for lot, kg in sorted(total.items()))


def things(lines: Sequence[tuple[str, Decimal]]) -> tuple[tuple[QuantityElement, ...], tuple[str, ...]]:
    """(lots by weight, single pieces) of some lines; a piece has no weight in an event."""
    pieces = tuple(sorted({one for one, _ in lines if is_piece(one)}))
    return summed(line for line in lines if line[0] not in pieces) if pieces else summed(lines), pieces


class _Keys(NamedTuple):
    """The columns of a sheet that say what its lots hold; looked up for every row of a hundred thousand."""

    numbers: tuple[tuple[str, str], ...]
    assays: tuple[tuple[str, str], ...]
    texts: tuple[tuple[str, str], ...]
    basis: str


@cache
def _of_sheet(sheet: str) -> _Keys:
    return _Keys(
        tuple((f"{sheet}.{key}", FILON + name) for key, name in _NUMBERS.items()),
        tuple((f"{sheet}.{element.lower()}", element) for element in ELEMENT_COLUMNS),
        tuple((f"{sheet}.{key}", name) for key, name in ASSAY_TEXTS.items()),
        f"{sheet}.basis",
    )


def numbers_of(row: Row, sheet: str) -> dict[str, str]:
    """What a row says in numbers of the lot, under the names of the vocabulary."""
    values = row.values
    told = ((name, row.amount(key)) for key, name in _of_sheet(sheet).numbers if key in values)
    return {name: decimal_text(value) for name, value in told if value is not None}


def assays_of(row: Row, sheet: str) -> list[dict[str, str]]:
    """The assays of a row: one an element, each with what the row says of all of them."""
    values, keys = row.values, _of_sheet(sheet)
    contents = [(e, value) for key, e in keys.assays if key in values and (value := row.amount(key)) is not None]
    if not contents:
        return []
    stated = row.text(keys.basis)
    dissolved = stated == GRAMS_PER_LITRE
    basis = {"basis": stated} if stated and not dissolved else {}
    told = {name: text for key, name in keys.texts if (text := row.text(key))}
    unit = "gramsPerLitre" if dissolved else "percent"
    return [
        {"element": element, unit: decimal_text(value), **basis, **sigmas_of(row, sheet, value), **told}
        for element, value in contents
    ]


def sigmas_of(row: Row, sheet: str, value: Decimal, assay: str = "u_assay") -> dict[str, str]:
    """The uncertainties of one content in its own unit; the row has them in % of the content."""
    keys = ((f"{sheet}.{assay}", "uncertainty"), (f"{sheet}.u_sampling", "samplingUncertainty"))
    told = ((name, row.amount(key)) for key, name in keys if key in row.values)
    return {name: decimal_text(value * share / 100) for name, share in told if share is not None}
