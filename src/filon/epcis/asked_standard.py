"""Queries for the standard's fields: times, words, identifiers, patterns, quantities, sensors, master data."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from filon.core import ident
from filon.core.unit import units
from filon.epcis import cbv, moments
from filon.epcis.asked import COMPARE, Asked, Predicate, items_of, number_of, text_of, texts_of
from filon.epcis.asked_own import own_member
from filon.epcis.event import Event
from filon.epcis.pattern import matcher
from filon.epcis.shape import METADATA_FIELDS, REPORT_FIELDS, WORD_KINDS

_TIMES = frozenset({"eventTime", "recordTime", "startTime", "endTime", "time"})
_DECLARED = frozenset({"errorDeclarationTime", "errorDeclaration_Time"})
_MEASURED = re.compile(r"(value|minValue|maxValue|meanValue|sDev|percValue|quantity)_([A-Z0-9]{2,3})")
_SENSED = frozenset(
    {"type", "deviceID", "dataProcessingMethod", "microorganism", "chemicalSubstance", "bizRules", "stringValue",
     "hexBinaryValue", "uriValue", "booleanValue"}
)  # fmt: skip


def compared(operation: str, rest: str, value: Any, asked: Asked) -> Predicate:
    """EQ, GT, GE, LT and LE."""
    if operation in {"GE", "LT"} and (rest in _TIMES or rest in _DECLARED):
        return _timed(COMPARE[operation], rest, value, asked)
    if measured := _MEASURED.fullmatch(rest):
        return _measure(operation, measured.group(1), measured.group(2), value, asked)
    if rest in {"quantity", "percRank"}:
        return _measure(operation, rest, None, value, asked)
    if operation == "EQ" and (predicate := _equal(rest, value, asked)) is not None:
        return predicate
    return own_member(operation, rest, value, asked)


def _timed(compare: Callable[[Any, Any], bool], rest: str, value: Any, asked: Asked) -> Predicate:
    try:
        wanted = value if isinstance(value, datetime) else moments.moment(str(value))
    except ValueError as error:
        raise asked.wrong("a time is written 2026-11-03T14:00:00+01:00") from error

    def holds(event: Event) -> bool:
        return any(compare(time, wanted) for time in _times(event, rest))

    return holds


def _times(event: Event, rest: str) -> Iterator[datetime]:
    if rest in _DECLARED:
        if event.errorDeclaration is not None:
            yield event.errorDeclaration.declarationTime
    elif rest in {"eventTime", "recordTime"}:
        time = getattr(event, rest)
        if time is not None:
            yield time
    else:
        yield from (moments.moment(part[rest]) for part in _sensor_parts(event) if rest in part)


def _sensor_parts(event: Event) -> Iterator[Mapping[str, Any]]:
    for element in event.sensorElementList:
        yield element.get("sensorMetadata", {})
        yield from element.get("sensorReport", ())


def _measure(operation: str, name: str, uom: str | None, value: Any, asked: Asked) -> Predicate:
    wanted = [number_of(item) for item in (value if isinstance(value, list | tuple) else [value])]
    compare = COMPARE[operation]
    if not wanted or None in wanted:
        raise asked.wrong("a number is needed")
    targets = [_base(number, uom) for number in wanted if number is not None]

    def holds(event: Event) -> bool:
        return any(
            group == target_group and compare(amount, target)
            for group, amount in (_base(number, unit if uom else None) for number, unit in _amounts(event, name))
            for target_group, target in targets
        )

    return holds


def _base(number: Decimal, uom: str | None) -> tuple[str, Fraction]:
    """(group of unit, amount in its base unit), so that kelvin and Celsius, tonnes and kilograms compare."""
    if uom is None or uom not in units():
        return (uom or "", Fraction(number))
    group, factor, offset = units()[uom]
    return group, Fraction(number) * factor + offset


def _amounts(event: Event, name: str) -> Iterator[tuple[Decimal, str | None]]:
    if name != "quantity":
        for element in event.sensorElementList:
            for report in element.get("sensorReport", ()):
                if name in report:
                    yield report[name], report.get("uom", "")
        return
    for elements in (event.quantityList, event.childQuantityList, event.inputQuantityList, event.outputQuantityList):
        for each in elements:
            if each.quantity is not None:
                yield each.quantity, each.uom or ""


def _equal(rest: str, value: Any, asked: Asked) -> Predicate | None:
    for build in (_equal_field, _equal_typed, _equal_sensed, _equal_attribute):
        predicate = build(rest, value, asked)
        if predicate is not None:
            return predicate
    return None


_FIELDS: Mapping[str, tuple[str, Callable[[Event], Iterable[str | None]]]] = {
    "action": ("", lambda event: (event.action,)),
    "bizStep": ("bizStep", lambda event: (event.bizStep,)),
    "disposition": ("disposition", lambda event: (event.disposition,)),
    "persistentDisposition_set": ("disposition", lambda event: (event.persistentDisposition or {}).get("set", ())),
    "persistentDisposition_unset": ("disposition", lambda event: (event.persistentDisposition or {}).get("unset", ())),
    "transformationID": ("id", lambda event: (event.transformationID,)),
    "readPoint": ("id", lambda event: (event.readPoint,)),
    "bizLocation": ("id", lambda event: (event.bizLocation,)),
    "eventID": ("", lambda event: (event.eventID,)),
    "errorReason": ("reason", lambda event: (event.errorDeclaration.reason,) if event.errorDeclaration else ()),
    "correctiveEventID": (
        "",
        lambda event: event.errorDeclaration.correctiveEventIDs if event.errorDeclaration else (),
    ),
}


def _equal_field(rest: str, value: Any, asked: Asked) -> Predicate | None:
    if rest not in _FIELDS:
        return None
    kind, values = _FIELDS[rest]
    texts = texts_of(asked.name, value)
    if rest == "action" and not {"ADD", "OBSERVE", "DELETE"}.issuperset(texts):
        raise asked.wrong("ADD, OBSERVE or DELETE")
    wanted = {asked.identifier(text) if kind == "id" else asked.word(kind, text) if kind else text for text in texts}
    return lambda event: any(found in wanted for found in values(event))


_TYPED = {
    "bizTransaction_": ("bizTransactionList", "bizTransaction"),
    "source_": ("sourceList", "party"),
    "destination_": ("destinationList", "party"),
}


def _equal_typed(rest: str, value: Any, asked: Asked) -> Predicate | None:
    for prefix, (name, kind) in _TYPED.items():
        if rest.startswith(prefix):
            wanted_type = asked.word(kind, rest.removeprefix(prefix)) or None
            wanted = {asked.identifier(text) for text in texts_of(asked.name, value)}
            return lambda event: any(
                entry.type == wanted_type and entry.value in wanted for entry in getattr(event, name)
            )
    return None


def _equal_sensed(rest: str, value: Any, asked: Asked) -> Predicate | None:
    if rest not in _SENSED:
        return None
    kind = (REPORT_FIELDS.get(rest) or METADATA_FIELDS[rest])[0]
    texts = texts_of(asked.name, value)
    wanted: set[str] = {
        asked.word(WORD_KINDS[rest], text)
        if kind == "word"
        else asked.identifier(text)
        if kind == "identifier"
        else text
        for text in texts
    }
    return lambda event: any(rest in part and text_of(part[rest]) in wanted for part in _sensor_parts(event))


def _equal_attribute(rest: str, value: Any, asked: Asked) -> Predicate | None:
    if not rest.startswith("ATTR_"):
        return None
    texts = set(texts_of(asked.name, value))
    field_name, attribute = _attribute_of(rest.removeprefix("ATTR_"), asked)

    def holds(event: Event) -> bool:
        return any(
            text_of(found) in texts
            for identifier in _described(event, field_name, asked)
            for found in items_of(asked.master.attributes.get(identifier, {}).get(attribute))
        )

    return holds


_DESCRIBED = (
    "bizStep",
    "disposition",
    "readPoint",
    "bizLocation",
    "epcClass",
    "bizTransaction",
    "source",
    "destination",
)


def _attribute_of(text: str, asked: Asked) -> tuple[str, str]:
    for name in _DESCRIBED:
        if text.startswith(f"{name}_"):
            return name, asked.terms.member(text.removeprefix(f"{name}_"))
    if text.count("_") != 1:
        raise asked.wrong("where the field ends and the attribute begins cannot be seen")
    name, attribute = text.split("_")
    return name, asked.terms.member(attribute)


def _described(event: Event, name: str, asked: Asked) -> Iterator[str]:
    if name in {"bizStep", "disposition"}:
        value = getattr(event, name)
        if value is not None:
            yield from (value, cbv.web(name, value), cbv.urn(name, value))
    elif name in {"readPoint", "bizLocation"}:
        yield from filter(None, [getattr(event, name)])
    elif name == "epcClass":
        for elements in (
            event.quantityList,
            event.childQuantityList,
            event.inputQuantityList,
            event.outputQuantityList,
        ):
            yield from (element.epcClass for element in elements)
    elif name in {"bizTransaction", "source", "destination"}:
        yield from (entry.value for entry in getattr(event, f"{name}List"))
    else:
        for full in asked.names(name):
            yield from (ident.canonical(text_of(item)) for item in items_of(event.extensions.get(full)))


def has_attribute(_: str, rest: str, value: Any, asked: Asked) -> Predicate:
    """HASATTR: what the field names has one of the attributes in the master data."""
    wanted = {asked.terms.member(text) for text in texts_of(asked.name, value)}
    return lambda event: any(
        not wanted.isdisjoint(asked.master.attributes.get(identifier, {}))
        for identifier in _described(event, rest, asked)
    )


def within(_: str, rest: str, value: Any, asked: Asked) -> Predicate:
    """WD: the place is one of these or lies within one."""
    if rest not in {"readPoint", "bizLocation"}:
        raise asked.wrong("only readPoint and bizLocation lie within something")
    inside = {name for text in texts_of(asked.name, value) for name in asked.master.within(asked.identifier(text))}
    return lambda event: getattr(event, rest) in inside


_THINGS: Mapping[str, tuple[str, ...]] = {
    "epc": ("epcList", "childEPCs"),
    "parentID": ("parentID",),
    "inputEPC": ("inputEPCList",),
    "outputEPC": ("outputEPCList",),
    "anyEPC": ("epcList", "childEPCs", "inputEPCList", "outputEPCList", "parentID"),
    "epcClass": ("quantityList", "childQuantityList"),
    "inputEPCClass": ("inputQuantityList",),
    "outputEPCClass": ("outputQuantityList",),
    "anyEPCClass": ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList"),
}


def matched(_: str, rest: str, value: Any, asked: Asked) -> Predicate:
    """MATCH: a thing of the event is meant by a name or a pattern."""
    if rest not in _THINGS:
        raise asked.wrong(f"MATCH_ knows {', '.join(_THINGS)}")
    classes = rest.lower().endswith("class")
    meant = [matcher(asked.terms.value(text), classes=classes) for text in texts_of(asked.name, value)]
    fields = _THINGS[rest]
    return lambda event: any(holds(name) for name in _things(event, fields) for holds in meant)


def _things(event: Event, fields: tuple[str, ...]) -> Iterator[str]:
    for name in fields:
        value = getattr(event, name)
        if name == "parentID":
            yield from filter(None, [value])
        else:
            yield from (item if isinstance(item, str) else item.epcClass for item in value)
