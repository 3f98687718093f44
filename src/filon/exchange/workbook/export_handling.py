"""The way back of sheets 7, 8 and 9: stocktakes, further measurements and assemblies as rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from filon.epcis.event import Event, QuantityElement
from filon.exchange.workbook.columns import ELEMENT_COLUMNS
from filon.exchange.workbook.event import LITRE
from filon.exchange.workbook.events_handling import DEEDS, JOININGS
from filon.exchange.workbook.export_names import Names, OutRow
from filon.exchange.workbook.handling import WEIGHT
from filon.exchange.workbook.tellable import (
    Assay,
    content_of,
    figure,
    kilograms,
    listed,
    local_day,
    of_the_row,
    relative,
    told_by_a_row,
)

_TRAITS = {
    "moisture": "stock.moist",
    "weighingUncertainty": "stock.u_weight",
    "moistureUncertainty": "stock.u_moist",
    "density": "stock.density",
}
STOCK_EXTENSIONS = {"precision", "assay", "origin", "empty", *_TRAITS}
PARTS_EXTENSIONS = {"precision", "ranges"}
_TEXTS = {"laboratory": "laboratory", "method": "method", "certificate": "coa", "by": "by", "status": "status"}
_DAYS = {"sampled": "sampled", "analysed": "analysed"}
_ASSAY = {"element", "percent", "gramsPerLitre", "basis", "uncertainty", "samplingUncertainty", *_TEXTS, *_DAYS}
_WEIGHING = {"kg": "value", "uncertainty": "u", "by": "by", "scale": "coa", "status": "status"}


def amount_of(event: Event, item: QuantityElement) -> OutRow:
    """How much a lot made is: kilograms, litres of a density, or pieces of a weight."""
    if item.uom == LITRE:
        return {"lots.litres": item.quantity}
    if item.uom:
        return {"lots.net_kg": kilograms(item)}
    pieces = item.quantity or Decimal(0)
    serials = event.trait("serials")
    told: Mapping[str, Any] = serials if isinstance(serials, Mapping) else {}
    ends = {f"lots.{end}": figure(told[end]) for end in ("first", "last") if end in told}
    return {"lots.net_kg": pieces * Decimal(str(event.trait("pieceMass"))), "lots.pieces": pieces, **ends}


def counted(event: Event, names: Names) -> list[OutRow]:
    """What was found, or is gone, of each lot of the event."""
    deed = next(deed for deed, told in DEEDS.items() if told["bizStep"] == event.bizStep)
    site = event.bizLocation or event.readPoint or ""
    row: OutRow = {
        "stock.date": local_day(event),
        "stock.site": names.site(site, event),
        "stock.deed": deed,
        **{key: figure(value) for name, key in _TRAITS.items() if (value := event.own(name)) is not None},
        **of_the_row("stock", told_by_a_row(listed(event, "assay"))[0]),
    }
    if origin := str(event.own("origin") or ""):
        row["stock.origin"] = names.origin(site, origin)
    lots = [_named(names, item.epcClass) | _level(item) for item in event.quantityList]
    return [row | lot for lot in (*lots, *(_named(names, one) for one in event.epcList))]


def _named(names: Names, lot: str) -> OutRow:
    number, product = names.named_lot(lot)
    return {"stock.lot": number, "stock.product": product}


def _level(item: QuantityElement) -> OutRow:
    if item.quantity is None:
        return {"stock.net_kg": Decimal(0)}
    return {"stock.litres": item.quantity} if item.uom == LITRE else {"stock.net_kg": kilograms(item)}


def measured(event: Event, lot: str, product: str) -> Iterator[OutRow]:
    """The assays and weights of a lot that its own row cannot say."""
    row: OutRow = {"meas.lot": lot, "meas.product": product}
    for assay in told_by_a_row(listed(event, "assay"))[1]:
        yield row | _assay(assay)
    for one in listed(event, "weighing"):
        told = {f"meas.{key}": one.get(name, "") for name, key in _WEIGHING.items()}
        numbers = {key: figure(value) for key, value in told.items() if key in {"meas.value", "meas.u"} and value}
        yield row | {"meas.what": WEIGHT, "meas.unit": "kg"} | told | numbers


def _assay(assay: Assay) -> OutRow:
    value, unit = content_of(assay)
    row: OutRow = {
        "meas.what": assay.get("element", ""),
        "meas.value": figure(value),
        "meas.unit": unit,
        "meas.basis": assay.get("basis", ""),
        "meas.u": relative(assay, "uncertainty"),
        "meas.u_sampling": relative(assay, "samplingUncertainty"),
    }
    return row | {f"meas.{key}": assay.get(name, "") for name, key in {**_TEXTS, **_DAYS}.items()}


def unsaid_readings(event: Event, sheet: str) -> list[str]:
    """Members that hold assays or weights which no row can say whole."""
    rest = told_by_a_row(listed(event, "assay"))[1]
    if sheet != "lots":
        return ["assay"] if rest else []
    whole = all(set(one) <= _ASSAY and one.get("element") in ELEMENT_COLUMNS and _is_exact(one) for one in rest)
    weights = all(set(one) <= _WEIGHING.keys() for one in listed(event, "weighing"))
    return [*([] if whole else ["assay"]), *([] if weights else ["weighing"])]


def _is_exact(assay: Assay) -> bool:
    return all(relative(assay, name) is not None for name in ("uncertainty", "samplingUncertainty") if name in assay)


def joined(event: Event, names: Names) -> list[OutRow]:
    """The parts of one article or container, one row a lot, range or piece."""
    parent, product = names.piece(event.parentID or "")
    row: OutRow = {
        "parts.deed": next(deed for deed, told in JOININGS.items() if told == (event.action, event.bizStep)),
        "parts.date": local_day(event),
        "parts.site": names.site(event.bizLocation or event.readPoint or "", event),
        "parts.parent": parent,
        "parts.parent_product": product,
    }
    rows = [row | told for told in (*_lots(event, names), *_pieces(event, names))]
    return rows or [row]


def _lots(event: Event, names: Names) -> Iterator[OutRow]:
    ranges = [one for one in event.own("ranges") or () if isinstance(one, Mapping)]
    named = Counter[str]()
    for one in ranges:
        number, product = names.named_lot(str(one.get("class", "")))
        first, last = figure(one.get("first")), figure(one.get("last"))
        if isinstance(first, Decimal) and isinstance(last, Decimal):
            named[str(one.get("class", ""))] += int(last - first) + 1
        yield {"parts.lot": number, "parts.product": product, "parts.first": first, "parts.last": last}
    for item in event.childQuantityList:
        number, product = names.named_lot(item.epcClass)
        told: OutRow = {"parts.lot": number, "parts.product": product}
        if item.uom:
            yield told | {"parts.kg": kilograms(item)}
        elif rest := (item.quantity or Decimal(0)) - named[item.epcClass]:
            yield told | {"parts.pieces": rest}


def _pieces(event: Event, names: Names) -> Iterator[OutRow]:
    for one in event.childEPCs:
        serial, product = names.piece(one)
        yield {"parts.serial": serial, "parts.product": product}
