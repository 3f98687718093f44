"""What of an event a row can say: the single pieces that the way back is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from urllib.parse import unquote

from filon.core import ident
from filon.core.moment import offset
from filon.core.unit import mass_mg
from filon.epcis.event import Event, QuantityElement, Typed
from filon.exchange.workbook.columns import ASSAY_TEXTS, ELEMENT_COLUMNS, GRAMS_PER_LITRE
from filon.exchange.workbook.event import LITRE
from filon.exchange.workbook.events_handling import DEEDS, JOININGS
from filon.exchange.workbook.names import full_identifier, lot_identifier, lot_number_fault, scoped


def sheet_of(event: Event) -> str:
    """The sheet that can tell the event; empty if none can."""
    if event.errorDeclaration:
        return ""
    if event.type == "AggregationEvent":
        joining = (event.action, event.bizStep) in JOININGS.values() and event.parentID
        return "parts" if joining and all(map(_is_counted, event.childQuantityList)) else ""
    made = event.type == "ObjectEvent" and event.action == "ADD" and event.bizStep == "commissioning"
    step = event.type == "TransformationEvent" and event.bizStep == "creating_class_instance"
    if made or step:
        return "lots" if _is_told_of_lots(event) else ""
    return _sheet_of_stock(event) if event.type == "ObjectEvent" else ""


def _is_told_of_lots(event: Event) -> bool:
    outputs = event.outputQuantityList or event.quantityList
    pieces = event.outputEPCList or event.epcList
    whole = all(map(_is_weighed, event.inputQuantityList)) and not pieces and outputs
    return bool(whole) and all(_is_weighed(one) or _has_its_mass(event, one) for one in outputs)


def _sheet_of_stock(event: Event) -> str:
    told = {"action": event.action, "bizStep": event.bizStep}
    deed = next((deed for deed, members in DEEDS.items() if told.items() <= members.items()), "")
    if deed:
        empty = bool(event.own("empty"))
        told_all = all(_is_weighed(one) or one.uom == LITRE or empty for one in event.quantityList)
        return "stock" if told_all and not (empty and any(one.quantity for one in event.quantityList)) else ""
    moved = {"shipping": "ship", "receiving": "recv"}.get(event.bizStep or "", "")
    carried = event.action == "OBSERVE" and reference(event, "desadv") and all(map(_is_weighed, event.quantityList))
    return moved if carried and (event.quantityList or event.epcList) else ""


def _is_weighed(item: QuantityElement) -> bool:
    """Whether a lot is told by a weight."""
    return bool(item.quantity is not None and item.uom and mass_mg(item.quantity, item.uom))


def _is_counted(item: QuantityElement) -> bool:
    return _is_weighed(item) or (item.quantity is not None and not item.uom)


def _has_its_mass(event: Event, item: QuantityElement) -> bool:
    """Whether pieces or litres are told with what one of them weighs."""
    name = {None: "pieceMass", LITRE: "density"}.get(item.uom)
    return item.quantity is not None and name is not None and isinstance(figure(event.trait(name)), Decimal)


def parted(lot: str) -> tuple[str, str]:
    """(product, number) of a lot; ("", whole identifier) if it is in no product's numbering."""
    keys = ident.elements(lot)
    if "01" in keys and "10" in keys:
        product, number = ident.gtin(keys["01"]), keys["10"]
    else:
        product, _, last = lot.rpartition("/lot/")
        number = unquote(last)
    plain = number and not lot_number_fault(product, number) and full_identifier(product)
    return (product, number) if plain and lot_identifier(product, number) == lot else ("", lot)


def number_below(owner: str, kind: str, whole: str) -> str:
    """The number that stands for an identifier below its owner; the whole identifier if it is not below it."""
    if not whole or not owner:
        return whole
    number = unquote(whole.rpartition("/" if "/" in whole else ":")[2])
    candidates = (number, unquote(whole.rpartition(":")[2]))
    return next((each for each in candidates if each and scoped(owner, kind, each) == whole), whole)


def reference(event: Event, kind: str) -> str:
    """The first business transaction of that type; empty if there is none."""
    return next((each.value for each in event.bizTransactionList if each.type == kind), "")


def end(ends: Iterable[Typed], kind: str) -> str:
    """The first source or destination of that type; empty if there is none."""
    return next((each.value for each in ends if each.type == kind), "")


def local_day(event: Event) -> date:
    """The calendar day on which the event happened where it happened."""
    return (event.eventTime + (offset(event.eventTimeZoneOffset) or timedelta())).date()


def kilograms(item: QuantityElement) -> Decimal:
    """The weight of a quantity in kilograms."""
    milligrams = mass_mg(item.quantity or Decimal(0), item.uom or "")
    return (item.quantity or Decimal(0)) if item.uom == "KGM" else Decimal(milligrams or 0).scaleb(-6)


def figure(value: Any) -> object:
    """A declared number as Decimal, or as text if it is none."""
    try:
        return Decimal(str(value))
    except ArithmeticError:
        return str(value)


_RANKS = {element: rank for rank, element in enumerate(ELEMENT_COLUMNS)}
_SIGMAS = {"u_assay": "uncertainty", "u_sampling": "samplingUncertainty"}
_MEMBERS = {"element", "percent", "gramsPerLitre", "basis", *_SIGMAS.values(), *ASSAY_TEXTS.values()}

Assay = Mapping[str, str]


def listed(event: Event, name: str) -> list[Assay]:
    """The assays or weighings that the event declares for its lots."""
    told = event.trait(name) or event.own(name) or []
    return [each for each in told if isinstance(each, Mapping)] if isinstance(told, list | tuple) else []


def content_of(assay: Assay) -> tuple[str, str]:
    """(what an assay tells, in which unit)."""
    unit = "gramsPerLitre" if "gramsPerLitre" in assay else "percent"
    return assay.get(unit, ""), GRAMS_PER_LITRE if unit == "gramsPerLitre" else "%"


def told_by_a_row(assays: Sequence[Assay]) -> tuple[Sequence[Assay], Sequence[Assay]]:
    """(the assays that one row can say, those that need a row of their own each), in their order."""
    for number in range(len(assays), 0, -1):
        first = assays[:number]
        ranks = [_RANKS.get(each.get("element", ""), -1) for each in first]
        rising = -1 not in ranks and all(a < b for a, b in pairwise(ranks))
        if rising and all(set(each) <= _MEMBERS for each in first) and _agree(first):
            return first, assays[number:]
    return (), assays


def _agree(assays: Sequence[Assay]) -> bool:
    """Whether the columns that hold for all assays of a row say everything that each of them says."""
    texts = ("basis", *ASSAY_TEXTS.values())
    same = all(len({each.get(name, "") for each in assays}) == 1 for name in texts)
    units = {content_of(each)[1] for each in assays}
    shares = ({relative(each, name) for each in assays} for name in _SIGMAS.values())
    exact = all(relative(each, name) is not None for each in assays for name in _SIGMAS.values() if name in each)
    return same and exact and len(units) == 1 and all(len(values) == 1 for values in shares)


def relative(assay: Assay, name: str) -> Decimal | None:
    """An uncertainty of an assay in % of the content; None where it has none, or none that a cell can hold exactly."""
    try:
        points, content = Decimal(assay[name]), Decimal(content_of(assay)[0])
        share = 100 * points / content
    except (KeyError, ArithmeticError):
        return None
    return share if share * content == 100 * points else None


def of_the_row(sheet: str, assays: Sequence[Assay]) -> dict[str, object]:
    """What one row says of its assays: {column key: value}."""
    if not assays:
        return {}
    one, unit = assays[0], content_of(assays[0])[1]
    row: dict[str, object] = {each["element"].lower(): figure(content_of(each)[0]) for each in assays}
    row["basis"] = unit if unit == GRAMS_PER_LITRE else one.get("basis", "")
    row |= {key: one.get(name, "") for key, name in ASSAY_TEXTS.items()}
    row |= {key: relative(one, name) for key, name in _SIGMAS.items()}
    return {f"{sheet}.{key}": value for key, value in row.items() if value not in ("", None)}
