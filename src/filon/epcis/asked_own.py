"""Queries for partners' own members: by value, by comparison or by being there, at the top of a part or below it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from filon.epcis import moments
from filon.epcis.asked import COMPARE, Asked, Predicate, items_of, number_of, text_of
from filon.epcis.event import Event

_PARTS: Mapping[str, Callable[[Event], Iterable[Mapping[str, Any]]]] = {
    "ILMD_": lambda event: (event.ilmd,),
    "ERROR_DECLARATION_": lambda event: (event.errorDeclaration.extensions,) if event.errorDeclaration else (),
    "SENSORELEMENT_": lambda event: event.sensorElementList,
    "SENSORMETADATA_": lambda event: (element.get("sensorMetadata", {}) for element in event.sensorElementList),
    "SENSORREPORT_": lambda event: (
        report for element in event.sensorElementList for report in element.get("sensorReport", ())
    ),
    "readPoint_": lambda event: (event.readPointExtensions,),
    "bizLocation_": lambda event: (event.bizLocationExtensions,),
    "": lambda event: (event.extensions,),
}


def own_member(operation: str, rest: str, value: Any, asked: Asked) -> Predicate:
    """A partner's member in some part of the event, at its top or (INNER) below."""
    inner = rest.startswith("INNER_")
    rest = rest.removeprefix("INNER_")
    prefix = next(prefix for prefix in _PARTS if rest.startswith(prefix))
    rest = rest.removeprefix(prefix)
    if rest.startswith("INNER_"):
        inner, rest = True, rest.removeprefix("INNER_")
    names, parts = asked.names(rest), _PARTS[prefix]
    test = _tester(operation, value, asked)
    return lambda event: any(test(found) for part in parts(event) for found in _found(part, names, inner=inner))


def _found(part: Mapping[str, Any], names: frozenset[str], *, inner: bool) -> Iterator[Any]:
    for name, value in part.items():
        if inner:
            for item in items_of(value):
                if isinstance(item, Mapping):
                    yield from _found(item, names, inner=False)
                    yield from _found(item, names, inner=True)
        elif name in names:
            yield value


def _tester(operation: str, value: Any, asked: Asked) -> Callable[[Any], bool]:
    if operation == "EXISTS":
        return lambda _: True
    wanted = value if isinstance(value, list | tuple) else [value]
    if operation != "EQ" and (len(wanted) != 1 or _comparable(wanted[0]) is None):
        raise asked.wrong("one number or time is needed")
    compare = COMPARE[operation]

    def holds(found: Any) -> bool:
        return any(_relates(compare, item, target, operation) for item in items_of(found) for target in wanted)

    return holds


def _comparable(value: Any) -> Decimal | datetime | None:
    number = number_of(value)
    if number is not None:
        return number
    try:
        return value if isinstance(value, datetime) else moments.moment(text_of(value))
    except ValueError:
        return None


def _relates(compare: Callable[[Any, Any], bool], found: Any, target: Any, operation: str) -> bool:
    if isinstance(found, Mapping):
        return False
    left, right = _comparable(found), _comparable(target)
    if left is not None and type(left) is type(right):
        return compare(left, right)
    return operation == "EQ" and text_of(found) == text_of(target)
