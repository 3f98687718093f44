"""A passport as EN 18223 has it: a header, and data elements with their types and dictionary references.

The compressed form says key and value only. Elements of other dictionaries are read by the table `en18223-elements`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from filon.core.finding import Finding, Place, found
from filon.core.ident import elements
from filon.core.tables import table
from filon.exchange.lens import Json, Taken, got, is_number, scaled, unscaled, updated, value_of
from filon.exchange.lens import document as paper
from filon.passport.passport import Passport, State
from filon.passport.point import by_code, point
from filon.passport.value import Value, read, types

DICTIONARY = "https://w3id.org/filon/points/"
CONTENT = "https://w3id.org/filon/points/2.0-1"
SCHEMA = "EN 18223:2026"
STATES = {State.DRAFT: "inactive", State.ACTIVE: "active", State.SUSPENDED: "inactive", State.ARCHIVED: "archived",
          State.SUPERSEDED: "archived", State.CEASED: "invalid"}  # fmt: skip
HEADER = (
    "digitalProductPassportId", "uniqueProductIdentifier", "granularity", "dppSchemaVersion", "dppStatus",
    "lastUpdated", "economicOperatorId", "facilityId", "contentSpecificationIds",
)  # fmt: skip
NEEDED = ("uniqueProductIdentifier", "granularity", "dppSchemaVersion", "dppStatus", "economicOperatorId")
"""Members that whoever creates a passport must say; its own identifier and the last change are ours to give."""
_NUMBER = re.compile(r"-?\d{1,30}(?:\.\d{1,30})?")
_XSD = {"number": "xsd:decimal", "percent": "xsd:decimal", "integer": "xsd:integer", "boolean": "xsd:boolean",
        "uri": "xsd:anyURI", "date": "xsd:date", "month": "xsd:gYearMonth"}  # fmt: skip


def header(passport: Passport) -> dict[str, Json]:
    """What every passport begins with; members without a value are left out."""
    known = elements(passport.identifier)
    said = {
        "digitalProductPassportId": passport.identifier,
        "uniqueProductIdentifier": passport.identifier,
        "granularity": "item" if "21" in known or not known else "batch" if "10" in known else "model",
        "dppSchemaVersion": SCHEMA,
        "dppStatus": STATES[passport.state],
        "lastUpdated": updated(passport),
        "economicOperatorId": value_of(passport, "responsibleOperator.id"),
        "facilityId": value_of(passport, "placeOfManufacture.id"),
        "contentSpecificationIds": [CONTENT],
    }
    return {name: value for name, value in said.items() if value is not None}


def document(passport: Passport, *, full: bool = False) -> dict[str, Json]:
    """The passport in full or compressed form."""
    if full:
        listed = [_element(one.code, one.point.type, one.value) for one in passport.filled() if one.value is not None]
        return header(passport) | {"elements": listed}
    return header(passport) | {one.code: _plain(one.value) for one in passport.filled() if one.value is not None}


def _plain(value: Value) -> Json:
    """Numbers as JSON numbers: this format is not signed as canonical JSON."""
    match value:
        case bool() | str() | int() | Decimal():
            return scaled(value, Decimal(1)) if isinstance(value, Decimal) else value
        case Mapping():
            return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value]


def _element(code: str, kind: str, value: Value) -> dict[str, Json]:
    said: dict[str, Json] = {"elementId": code.rpartition(".")[2], "dictionaryReference": DICTIONARY + code}
    if isinstance(value, tuple):
        inner = [_plain(one) if not isinstance(one, Mapping) else _members(code, kind, one) for one in value]
        return said | {"objectType": "MultiValuedDataElement", "value": inner}
    if isinstance(value, Mapping):
        return said | {"objectType": "DataElementCollection", "elements": _members(code, kind, value)}
    return said | {
        "objectType": "SingleValuedDataElement",
        "valueDataType": _XSD.get(_kind(kind), "xsd:string"),
        "value": _plain(value),
    }


def _members(code: str, kind: str, value: Mapping[str, Value]) -> list[Json]:
    inner = {one.name: one.type for one in types()[kind].members} if kind in types() else {}
    return [_element(f"{code}.{name}", inner.get(name, "text"), one) for name, one in value.items()]


def _kind(name: str) -> str:
    return types()[name].kind if name in types() else name


def compressed(said: Mapping[str, Json]) -> dict[str, Json]:
    """The compressed form of a document in either form."""
    if "elements" not in said:
        return dict(said)
    return {name: said[name] for name in HEADER if name in said} | dict(map(_pair, said["elements"]))


def _pair(element: Mapping[str, Json]) -> tuple[str, Json]:
    return str(element["elementId"]), worth(element)


def worth(element: Mapping[str, Json]) -> Json:
    """What an element of the full form says, as the compressed form says it."""
    kind = element.get("objectType")
    if kind == "DataElementCollection":
        return dict(map(_pair, element["elements"]))
    if kind == "RelatedResource":
        return {name: element[name] for name in ("resourceTitle", "contentType", "url", "language") if name in element}
    if kind == "MultiValuedDataElement":
        return [dict(map(_pair, one)) if isinstance(one, list) else one for one in element["value"]]
    return element.get("value")


def element_at(said: Mapping[str, Json], path: str) -> Json:
    """The element that a path names: `$.voltage.low`, `$['voltage']`, `voltage`; None where there is none.

    Source: EN 18222, elements by RFC 9535 paths; of these the ones that name members and places, no filters.
    """
    at: Json = dict(said)
    for step in _steps(path):
        if isinstance(at, Mapping) and step in at:
            at = at[step]
        elif isinstance(at, list) and step.isdecimal() and int(step) < len(at):
            at = at[int(step)]
        else:
            return None
    return at


def _steps(path: str) -> list[str]:
    plain_path = path.removeprefix("$").replace("['", ".").replace('["', ".").replace("[", ".")
    return [one for one in plain_path.replace("']", "").replace('"]', "").replace("]", "").split(".") if one]


def taken_en18223(said: Mapping[str, Json], *, name: str = "") -> Taken:
    """What a document in either form says, with our own element names or those of the table.

    Findings:
        DPP-002: an element that is not a value of its data point. DPP-003: not such a document.
    """
    if not {"uniqueProductIdentifier", "dppSchemaVersion"} <= said.keys():
        fault = "uniqueProductIdentifier and dppSchemaVersion are needed"
        return Taken({}, (found("DPP-003", Place(file=name), format="EN 18223", fault=fault),))
    told: dict[str, Value] = {}
    findings: list[Finding] = []
    for key, member, one in _said(compressed(said)):
        value, expected = read(point(key), one)
        if value is not None:
            told.setdefault(key, value)
        else:
            place = Place(file=name, pointer=f"/{member}")
            label = point(key).label["en"]
            findings.append(found("DPP-002", place, expected=expected, found=str(one)[:80], member=member, point=label))
    return Taken(told, tuple(findings))


def _said(flat: Mapping[str, Json]) -> Iterator[tuple[str, str, Any]]:
    yield "uniqueIdentifier", "uniqueProductIdentifier", flat.get("uniqueProductIdentifier")
    for code, one in flat.items():
        if code in by_code() and code not in HEADER:
            yield code, code, _texts(one)
    named = _bare(flat)
    records: dict[str, dict[str, Any]] = {}
    for row in foreign():
        code, _, member = row["code"].partition(".")
        node = got(named, row["element"])
        turned = None if node is None else _TURNS[row["turn"]](node)
        if turned is None or code in flat:
            continue
        if member:
            records.setdefault(code, {}).setdefault(member, turned)
        else:
            yield code, row["element"], turned
    for code, record in records.items():
        yield code, code, record


@cache
def foreign() -> tuple[Mapping[str, str], ...]:
    """Elements of other dictionaries: {element, code, turn}."""
    return table("en18223-elements", "filon.exchange.en18223").rows


def said_value(code: str, node: Json) -> tuple[Value | None, str]:
    """The value of a data point from its element, and what was expected where it is none."""
    return read(point(code), _texts(node))


def _texts(node: Json) -> Json:
    if is_number(node):
        return unscaled(node, Decimal(1))
    if isinstance(node, Mapping):
        return {name: _texts(one) for name, one in node.items()}
    return [_texts(one) for one in node] if isinstance(node, list) else str(node).lower() if node is True else node


def _bare(node: Json) -> Json:
    """Names without prefix and `has`: `eubat:hasRatedCapacity` and `ratedCapacity` are the same element."""
    if isinstance(node, Mapping):
        return {_name(str(name)): _bare(one) for name, one in node.items()}
    return [_bare(one) for one in node] if isinstance(node, list) else node


def _name(name: str) -> str:
    bare = name.rpartition(":")[2]
    if bare.startswith("has") and bare[3:4].isupper():
        return bare[3].lower() + bare[4:]
    return bare


def _quantity(node: Json) -> Json:
    return _scaled(node, Decimal(1))


def _scaled(node: Json, factor: Decimal) -> Json:
    value = node.get("value") if isinstance(node, Mapping) else node
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        value = Decimal(value)
    return unscaled(value, factor) if is_number(value) else None


def _percent(node: Json) -> Json:
    """Only what is in percent: some documents give energy in kWh under the same name."""
    return _quantity(node) if not isinstance(node, Mapping) or node.get("unitCode", "P1") == "P1" else None


def _first(node: Json) -> Json:
    """The text of a text in several languages."""
    one = node[0] if isinstance(node, list) and node else node
    return one.get("value", one.get("@value")) if isinstance(one, Mapping) else one


def _reference(node: Json) -> str:
    return str(node.get("@id", node.get("id", "")) if isinstance(node, Mapping) else node)


def _tail(node: Json) -> Json:
    """The last part of a vocabulary address, in small letters: `.../battery/Original` -> `original`."""
    return _reference(node).rstrip("/").rpartition("/")[2].rpartition(":")[2].lower()


def _category(node: Json) -> Json:
    return {"evbattery": "ev", "electricvehiclebattery": "ev", "lmtbattery": "lmt", "industrialbattery": "industrial",
            "stationarybattery": "industrial"}.get(_tail(node))  # fmt: skip


_TURNS: Mapping[str, Callable[[Json], Json]] = {
    "quantity": _quantity,
    "percent": _percent,
    "text": _first,
    "kilo": lambda node: _scaled(node, Decimal("0.001")),
    "tail": _tail,
    "category": _category,
    "document": lambda node: paper(_reference(node)),
    "papers": lambda node: [paper(_reference(node))],
    "month": lambda node: str(node)[:7],
    "day": lambda node: str(node)[:10],
}
