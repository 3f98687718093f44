"""What of an event a row can say: the single pieces that the way back is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

from filon.core import ident
from filon.core.moment import offset
from filon.core.unit import mass_mg
from filon.epcis.event import Event, QuantityElement, Typed
from filon.exchange.workbook.columns import ASSAY_TEXTS, ASSAYED
from filon.exchange.workbook.names import full_identifier, lot_identifier, lot_number_fault, scoped

BY_ELEMENT = {element: key for key, element in ASSAYED.items()}
"""{element: column key} of the assay columns."""


def is_tellable(event: Event) -> bool:
    """Whether a sheet can tell the event: lots by weight, made, shipped or received, and never taken back."""
    items = (*event.quantityList, *event.inputQuantityList, *event.outputQuantityList)
    weighed = all(item.quantity is not None and item.uom and mass_mg(item.quantity, item.uom) for item in items)
    by_piece = event.epcList or event.inputEPCList or event.outputEPCList or event.parentID
    if not items or not weighed or by_piece or event.errorDeclaration:
        return False
    made = event.type == "ObjectEvent" and event.action == "ADD" and event.bizStep == "commissioning"
    step = event.type == "TransformationEvent" and event.bizStep == "creating_class_instance"
    moved = event.action == "OBSERVE" and event.bizStep in {"shipping", "receiving"} and reference(event, "desadv")
    return bool(made or (step and event.outputQuantityList) or moved)


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


_MEMBERS = {"element", "percent", "basis", "uncertainty", *ASSAY_TEXTS.values()}


def assays(event: Event) -> list[Mapping[str, str]]:
    """The assays that the event declares for its lots."""
    listed = event.trait("assay") or []
    return [each for each in listed if isinstance(each, Mapping) and "percent" in each]


def is_whole(assay: Mapping[str, str]) -> bool:
    """Whether a row can say all of the assay."""
    return set(assay) <= _MEMBERS and assay.get("element") in BY_ELEMENT


def is_told(assays: Sequence[Mapping[str, str]]) -> bool:
    """Whether the columns that hold for all assays of a row say everything that each of them says."""
    row = of_the_row(assays)
    same = all(each.get(name, "") == row.get(key, "") for each in assays for key, name in ASSAY_TEXTS.items())
    return same and all("uncertainty" not in each or "lots.u_assay" in row for each in assays)


def relative(assay: Mapping[str, str]) -> Decimal | None:
    """The uncertainty of an assay in % of the content; None where it has none, or none that a cell can hold exactly."""
    try:
        points, percent = Decimal(assay["uncertainty"]), Decimal(assay["percent"])
        share = 100 * points / percent
    except (KeyError, ArithmeticError):
        return None
    return share if share * percent == 100 * points else None


def of_the_row(assays: Sequence[Mapping[str, str]]) -> dict[str, object]:
    """What one row says of all its assays: {column key: value}; only what is the same for all of them."""
    told = {key: {each.get(name, "") for each in assays} for key, name in ASSAY_TEXTS.items()}
    row: dict[str, object] = {key: values.pop() for key, values in told.items() if len(values) == 1}
    shares = {relative(each) for each in assays}
    if len(shares) == 1 and (share := shares.pop()) is not None:
        row["lots.u_assay"] = share
    return {key: value for key, value in row.items() if value}
