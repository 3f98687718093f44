"""Stocktakes, further measurements and assemblies as events: what sheets 7, 8 and 9 say in the words of EPCIS."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from filon.epcis.event import FILON, Event, QuantityElement
from filon.exchange.workbook.columns import GRAMS_PER_LITRE
from filon.exchange.workbook.event import (
    DAILY,
    LITRE,
    assays_of,
    decimal_text,
    element_of,
    event_of,
    midnight,
    numbers_of,
    sigmas_of,
    trimmed,
)
from filon.exchange.workbook.facts import Counted, Facts, Joined, Measured
from filon.exchange.workbook.handling import OUT, WEIGHT
from filon.exchange.workbook.master import origin_at
from filon.exchange.workbook.names import is_piece
from filon.exchange.workbook.reading import Reading

DEEDS: Mapping[str, Mapping[str, str]] = {
    "counted": {"action": "OBSERVE", "bizStep": "stock_taking"},
    "destroyed": {"action": "DELETE", "bizStep": "destroying", "disposition": "destroyed"},
    "left": {"action": "DELETE", "bizStep": "other"},
}
"""{word of sheet 7: members of its event}."""
JOININGS: Mapping[str, tuple[str, str]] = {
    "assembled": ("ADD", "assembling"),
    "taken apart": ("DELETE", "disassembling"),
    "packed": ("ADD", "packing"),
    "unpacked": ("DELETE", "unpacking"),
}
"""{word of sheet 9: (action, business step)}."""


def stocktakes(reading: Reading, said: Facts) -> Iterator[Event]:
    """One event a row: what was found of a lot, with what was measured of it, or what of it is gone for good."""
    title = reading.place("stock").sheet
    for one in said.counted:
        deed = one.row.text("stock.deed") or "counted"
        yield event_of(
            type="ObjectEvent",
            **DEEDS[deed],
            **_where(title, one),
            **_what(one),
            extensions={**DAILY, **(_found(said, one) if deed == "counted" else {})},
        )


def _where(title: str, one: Counted | Joined) -> dict[str, Any]:
    return {
        "eventTime": midnight(one.day, one.site.zone),
        "eventTimeZoneOffset": one.site.zone,
        "readPoint": one.site.id,
        "bizLocation": one.site.id,
        "place": f"{title}!{one.row.number}",
    }


def _what(one: Counted) -> dict[str, Any]:
    if is_piece(one.lot):
        return {"epcList": (one.lot,)}
    if not one.kg:  # EPCIS has no quantity of nothing (1.2, 7.3.3.3)
        return {"quantityList": (QuantityElement(one.lot),)}
    if one.litres is not None:
        return {"quantityList": (QuantityElement(one.lot, trimmed(one.litres), LITRE),)}
    return {"quantityList": (element_of(one.lot, one.kg),)}


def _found(said: Facts, one: Counted) -> dict[str, Any]:
    told: dict[str, Any] = {**numbers_of(one.row, "stock"), FILON + "assay": assays_of(one.row, "stock")}
    told[FILON + "empty"] = not one.kg and not is_piece(one.lot)
    if text := one.row.text("stock.origin"):
        told[FILON + "origin"] = origin_at(said.directory, one.site, text)
    return {name: value for name, value in told.items() if value}


def readings_of(measured: Iterable[Measured]) -> Mapping[str, Mapping[str, list[dict[str, str]]]]:
    """{lot: {member of its ilmd: weights or assays}}, in the order of the sheet."""
    told: dict[str, dict[str, list[dict[str, str]]]] = defaultdict(lambda: defaultdict(list))
    for one in measured:
        weight = one.what == WEIGHT
        told[one.lot][FILON + ("weighing" if weight else "assay")].append(_weighing(one) if weight else _assay(one))
    return told


def _weighing(one: Measured) -> dict[str, str]:
    row = one.row
    sigma = row.amount("meas.u")
    told = {
        "kg": decimal_text(one.value),
        "uncertainty": "" if sigma is None else decimal_text(sigma),
        "by": row.text("meas.by"),
        "scale": row.text("meas.coa"),
        "status": row.text("meas.status"),
    }
    return {name: value for name, value in told.items() if value}


def _assay(one: Measured) -> dict[str, str]:
    row, dissolved = one.row, one.row.text("meas.unit") == GRAMS_PER_LITRE
    days = {name: day.isoformat() for name in ("sampled", "analysed") if (day := row.day(f"meas.{name}"))}
    texts = {"laboratory": "laboratory", "method": "method", "coa": "certificate", "by": "by", "status": "status"}
    told = {
        "element": one.what,
        "gramsPerLitre" if dissolved else "percent": decimal_text(one.value),
        "basis": "" if dissolved else row.text("meas.basis"),
        **sigmas_of(row, "meas", one.value, "u"),
        **{name: row.text(f"meas.{key}") for key, name in texts.items()},
        **days,
    }
    return {name: value for name, value in told.items() if value}


def joinings(reading: Reading, said: Facts) -> Iterator[Event]:
    """One event for all parts that one deed of one day put into an article, or took out of it."""
    deeds: dict[tuple[str, ...], list[Joined]] = defaultdict(list)
    for one in said.joined:
        deeds[one.deed, one.day.isoformat(), one.site.id, one.parent].append(one)
    title = reading.place("parts").sheet
    for (deed, *_, parent), rows in deeds.items():
        action, step = JOININGS[deed]
        ranges = _ranges(rows)
        yield event_of(
            type="AggregationEvent",
            action=action,
            bizStep=step,
            disposition="" if deed in OUT else "in_progress",
            parentID=parent,
            childEPCs=tuple(sorted({one.part for one in rows if is_piece(one.part)})),
            childQuantityList=_children(rows),
            extensions={**DAILY, **({FILON + "ranges": ranges} if ranges else {})},
            **_where(title, rows[0]),
        )


def _children(rows: Sequence[Joined]) -> tuple[QuantityElement, ...]:
    """Lots by pieces or weight, one element each, sorted: the same rows in another order are the same event."""
    told: dict[tuple[str, str], Any] = {}
    for one in rows:
        if one.part and not is_piece(one.part):
            number, uom = (one.pieces, "") if one.pieces is not None else (one.kg, "KGM")
            before = told.get((one.part, uom))
            told[one.part, uom] = number if before is None or number is None else before + number
    return tuple(
        QuantityElement(lot, None if number is None else trimmed(number), (uom or None) if number is not None else None)
        for (lot, uom), number in sorted(told.items())
    )


def _ranges(rows: Iterable[Joined]) -> list[dict[str, str]]:
    told = []
    for one in rows:
        ends = [number for end in ("first", "last") if (number := one.row.amount(f"parts.{end}")) is not None]
        if ends and one.part and not is_piece(one.part):
            told.append((one.part, ends[0], ends[-1]))
    return [
        {"class": part, "first": decimal_text(first), "last": decimal_text(last)} for part, first, last in sorted(told)
    ]
