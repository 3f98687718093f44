"""What an event must say to make sense: the rules of the standard on an `Event`, whoever made it.

`check` is for every event, from a partner's file or from our own workbook. What cannot even be put into an `Event`
(a time that is none, a text for a number) is told while reading (`epcis/reading`). Codes: EPC-001 to 081 follow GS1's
SHACL messages in file order, EPC-101 and on the text of the standard.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from operator import attrgetter
from typing import Any

from filon.core import ident
from filon.core.finding import Finding, Place, found
from filon.core.unit import units
from filon.epcis import moments
from filon.epcis.event import Event, QuantityElement
from filon.epcis.shape import EVENT_FIELDS, FORBIDDEN
from filon.epcis.values import examined

Problem = tuple[str, str, str, str]  # code, pointer below the event, expected, found


def check(event: Event, file: str = "") -> list[Finding]:
    """Everything that is wrong with an event, in the order of its fields; empty when all is well.

    Args:
        file: name for the findings; their pointer begins with `event.place`.

    Findings:
        see `core/tables/rules-epc.csv`; docs/standards/epcis.md says clause, code and test.
    """
    problems = [problem for rule in _RULES.get(event.type, _COMMON) for problem in rule(event)]
    if not problems:
        return []
    return [
        found(
            code,
            Place(file=file, pointer=event.place + pointer, event=event.eventID or ""),
            expected=expected,
            found=what,
            name=pointer.rpartition("/")[2],
        )
        for code, pointer, expected, what in problems
    ]


def identifiers(event: Event, file: str = "") -> list[Finding]:
    """Wrong check digits and names that are no URI; for events that did not come through a parser.

    Findings:
        EPC-100: not a URI. EPC-108: check digit. EPC-115: an EPC URN that does not fit its scheme.
    """
    problems = []
    for pointer, name in _named(event):
        canonical, code = examined(name)
        if code:
            place = Place(file=file, pointer=event.place + pointer, event=event.eventID or "")
            problems.append(found(code, place, expected=ident.expected_digits(canonical) or "", found=name))
    return problems


def _named(event: Event) -> Iterator[tuple[str, str]]:
    for field, (kind, _) in EVENT_FIELDS.items():
        value = getattr(event, field)
        if not value:
            continue
        if kind in {"identifier", "parent", "point"}:
            yield f"/{field}" + ("/id" if kind == "point" else ""), value
        elif kind == "identifiers":
            yield from ((f"/{field}/{index}", item) for index, item in enumerate(value))
        elif kind == "quantities":
            yield from ((f"/{field}/{index}/epcClass", item.epcClass) for index, item in enumerate(value))
        elif kind == "typed":
            yield from ((f"/{field}/{index}", item.value) for index, item in enumerate(value))


_FORBIDDEN = {name: (tuple(fields), attrgetter(*fields)) for name, fields in FORBIDDEN.items()}


def _allowed(event: Event) -> Iterator[Problem]:
    names, values = _FORBIDDEN[event.type]
    present = values(event)
    if any(present):
        for name, value in zip(names, present, strict=True):
            if value:
                yield FORBIDDEN[event.type][name], f"/{name}", "", name


def _acted(event: Event) -> Iterator[Problem]:
    if event.action is None:
        yield "EPC-010", "", "ADD | OBSERVE | DELETE", ""


def _object(event: Event) -> Iterator[Problem]:
    if not event.epcList and not event.quantityList and not (event.sensorElementList and event.readPoint):
        yield "EPC-116", "", "epcList | quantityList | sensorElementList + readPoint", ""
    if event.ilmd and event.action != "ADD":
        yield "EPC-078", "/ilmd", "ADD", event.action or ""


def _aggregation(event: Event) -> Iterator[Problem]:
    if event.parentID is None and event.action != "OBSERVE":
        yield "EPC-104", "", "parentID", ""
    if not event.childEPCs and not event.childQuantityList and event.action != "DELETE":
        yield "EPC-117", "", "childEPCs | childQuantityList", ""


def _association(event: Event) -> Iterator[Problem]:
    if event.parentID is None:
        yield "EPC-019", "", "parentID", ""
    if not event.childEPCs and not event.childQuantityList and event.action != "DELETE":
        yield "EPC-105", "", "childEPCs | childQuantityList", ""


def _transaction(event: Event) -> Iterator[Problem]:
    if not event.bizTransactionList:
        yield "EPC-037", "", "bizTransactionList", ""
    if not event.epcList and not event.quantityList and event.action != "DELETE":
        yield "EPC-118", "", "epcList | quantityList", ""


def _transformation(event: Event) -> Iterator[Problem]:
    taken = event.inputEPCList or event.inputQuantityList
    made = event.outputEPCList or event.outputQuantityList
    if not (taken and made) and not (event.transformationID and (taken or made)):
        yield "EPC-022", "", "inputs + outputs | transformationID + one of them", ""


def _persistent(event: Event) -> Iterator[Problem]:
    disposition = event.persistentDisposition
    if disposition is None:
        return
    if not disposition.get("set") and not disposition.get("unset"):
        yield "EPC-033", "/persistentDisposition", "set | unset", ""
    if event.type in {"AggregationEvent", "TransactionEvent", "AssociationEvent"}:
        yield "EPC-030", "/persistentDisposition", "", event.type


_QUANTITIES = ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")
_quantities = attrgetter(*_QUANTITIES)
_UOM_LENGTHS = (2, 3)
UOM_GROUPS = frozenset({"length", "area", "volume", "mass"})


def _measured(event: Event) -> Iterator[Problem]:
    for name, elements in zip(_QUANTITIES, _quantities(event), strict=True):
        for index, element in enumerate(elements):
            if element.uom != "KGM" or element.quantity is None or element.quantity <= 0:
                yield from _quantity(element, f"/{name}/{index}")


def _quantity(element: QuantityElement, pointer: str) -> Iterator[Problem]:
    quantity, uom = element.quantity, element.uom
    if quantity is None and uom is not None:
        yield "EPC-102", f"{pointer}/uom", "quantity", uom
    if quantity is not None and quantity <= 0:
        yield "EPC-101", f"{pointer}/quantity", "> 0", str(quantity)
    if uom is None:
        if quantity is not None and quantity != quantity.to_integral_value():
            yield "EPC-101", f"{pointer}/quantity", "uom", str(quantity)
        return
    if not (len(uom) in _UOM_LENGTHS and uom.isascii() and uom.isalnum() and uom.upper() == uom):
        yield "EPC-047", f"{pointer}/uom", "[A-Z0-9]{2,3}", uom
    elif units().get(uom, ("",))[0] not in UOM_GROUPS:
        yield "EPC-103", f"{pointer}/uom", "length, area, volume, mass", uom


def _declared(event: Event) -> Iterator[Problem]:
    declaration = event.errorDeclaration
    if declaration is not None and declaration.declarationTime < event.eventTime:
        expected = f">= {moments.written(event.eventTime)}"
        yield "EPC-109", "/errorDeclaration/declarationTime", expected, moments.written(declaration.declarationTime)


def _identified(event: Event) -> Iterator[Problem]:
    name = event.eventID
    if name is not None and not name.startswith(("urn:uuid:", "ni:///")):
        yield "EPC-080", "/eventID", "urn:uuid: | ni:///", name


_TWICE = ("time", "deviceID", "deviceMetadata", "rawData", "dataProcessingMethod")


def _sensed(event: Event) -> Iterator[Problem]:
    for index, element in enumerate(event.sensorElementList):
        pointer = f"/sensorElementList/{index}"
        metadata: Mapping[str, Any] = element.get("sensorMetadata", {})
        latest = moments.written(event.eventTime)
        for name in ("time", "startTime", "endTime"):
            if name in metadata and moments.moment(metadata[name]) > event.eventTime:
                yield "EPC-107", f"{pointer}/sensorMetadata/{name}", f"<= {latest}", metadata[name]
        for place, report in enumerate(element.get("sensorReport", ())):
            yield from _reported(event, report, metadata, f"{pointer}/sensorReport/{place}")


def _reported(event: Event, report: Mapping[str, Any], metadata: Mapping[str, Any], pointer: str) -> Iterator[Problem]:
    if "type" not in report and "exception" not in report:
        yield "EPC-110", pointer, "type | exception", ""
    elif "type" not in report:
        yield "EPC-061", pointer, "type", ""
    for name in _TWICE:
        if name in report and name in metadata:
            yield "EPC-106", f"{pointer}/{name}", "", name
    if "time" in report and moments.moment(report["time"]) > event.eventTime:
        yield "EPC-107", f"{pointer}/time", f"<= {moments.written(event.eventTime)}", report["time"]


_COMMON = (_identified, _declared, _sensed)
_ALL = (*_COMMON, _allowed, _measured, _persistent)
_RULES = {
    "ObjectEvent": (*_ALL, _acted, _object),
    "AggregationEvent": (*_ALL, _acted, _aggregation),
    "TransactionEvent": (*_ALL, _acted, _transaction),
    "TransformationEvent": (*_ALL, _transformation),
    "AssociationEvent": (*_ALL, _acted, _association),
}
