"""The event hash of CBV 2.0: a name for an event that anybody computes alike from what the event says.

First a string is made of the event (`prehash`), the same whatever the file format, the order of members or the spelling
of identifiers; its SHA-256 is the hash. `docs/standards/event-hash.md` lists where programs differ and what we do.

    event_hash(event)  # 'ni:///sha-256;1ca5..?ver=CBV2.0'
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from filon.core import gs1, ident
from filon.core.remember import remembered
from filon.epcis import cbv
from filon.epcis.context import parted
from filon.epcis.event import Event, QuantityElement, Typed
from filon.epcis.key import body_key
from filon.epcis.moments import moment, rounded
from filon.epcis.number import plain
from filon.epcis.shape import METADATA_FIELDS, REPORT_FIELDS, TYPED, WORD_KINDS

__all__ = ["PROFILE", "body_key", "event_hash", "prehash"]

PROFILE = "filon-1 (CBV 2.0)"
"""Name of the reading of the rules that `event_hash` follows; kept with every hash that is stored."""

_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_DROPPED = frozenset({"22", "7040", "8019", "8020"})  # qualifiers that the rules do not name
_COMMENTS = frozenset({"comment", "http://www.w3.org/2000/01/rdf-schema#comment"})
_REPORT_ORDER = (
    *(name for name in REPORT_FIELDS if name not in {"bizRules", "coordinateReferenceSystem"}),
    "coordinateReferenceSystem",
    "bizRules",
)


def event_hash(event: Event, ignore: Iterable[str] = ()) -> str:
    """The hash as a named-information URI.

    Args:
        ignore: expanded names of partners' members to leave out, e.g. their own copy of the hash.

    Source: CBV 2.0, 8.9.2; RFC 6920.
    """
    digest = hashlib.sha256(prehash(event, ignore).encode()).hexdigest()
    return f"ni:///sha-256;{digest}?ver=CBV2.0"


def prehash(event: Event, ignore: Iterable[str] = ()) -> str:
    """The string that is hashed.

    recordTime, eventID, errorDeclaration, comments and what is empty do not count. Order: the standard's fields as
    below, then transactions, sources, destinations, ilmd and partners' members in order of their strings.
    """
    without = _COMMENTS.union(ignore)
    parts = ["eventType=" + event.type, "eventTime=" + _time(event.eventTime)]
    parts.append("eventTimeZoneOffset=" + event.eventTimeZoneOffset)
    parts += sorted("certificationInfo=" + _value(uri) for uri in event.certificationInfo)
    if event.parentID:
        parts.append("parentID=" + named(event.parentID))
    parts += [_identifiers(event, "epcList"), _identifiers(event, "inputEPCList"), _identifiers(event, "childEPCs")]
    parts += [_quantities(event, name) for name in ("quantityList", "childQuantityList", "inputQuantityList")]
    parts += [_identifiers(event, "outputEPCList"), _quantities(event, "outputQuantityList")]
    if event.action:
        parts.append("action=" + event.action)
    if event.transformationID:
        parts.append("transformationID=" + named(event.transformationID))
    parts += [_word(event, "bizStep"), _word(event, "disposition"), _dispositions(event)]
    parts.append(_point("readPoint", event.readPoint, event.readPointExtensions, without))
    parts.append(_point("bizLocation", event.bizLocation, event.bizLocationExtensions, without))
    if event.sensorElementList:
        parts.append("sensorElementList" + "".join(sorted(_sensor(each, without) for each in event.sensorElementList)))
    rest = [_typed(event, name) for name in TYPED]
    if event.ilmd and (ilmd := _own(event.ilmd, without)):
        rest.append("ilmd" + ilmd)
    rest += _own_parts(event.extensions, without)
    return "".join(parts) + "".join(sorted(rest))


@remembered(65_536)
def named(identifier: str) -> str:
    """An identifier as the hash names it: the canonical link without the qualifiers that the rules leave out."""
    canonical = ident.canonical(identifier)
    key = ident.elements(canonical)
    if key and not _DROPPED.isdisjoint(key):
        return gs1.link(tuple((ai, value) for ai, value in key.items() if ai not in _DROPPED))
    return canonical


def _time(time: datetime) -> str:
    return rounded(time).isoformat(timespec="milliseconds")[:23] + "Z"


def _value(value: Any) -> str:
    """One value: trimmed, numbers and identifiers in their one spelling."""
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value).strip()
    return plain(Decimal(text)) if _NUMBER.fullmatch(text) else named(text)


def _identifiers(event: Event, name: str) -> str:
    values: tuple[str, ...] = getattr(event, name)
    return name + "".join(sorted("epc=" + named(value) for value in values)) if values else ""


def _quantities(event: Event, name: str) -> str:
    values: tuple[QuantityElement, ...] = getattr(event, name)
    return name + "".join(sorted(_quantity(value) for value in values)) if values else ""


def _quantity(element: QuantityElement) -> str:
    quantity = "" if element.quantity is None else "quantity=" + plain(element.quantity)
    uom = "" if not element.uom else "uom=" + _value(element.uom)
    return f"quantityElementepcClass={named(element.epcClass)}{quantity}{uom}"


def _word(event: Event, name: str) -> str:
    value: str | None = getattr(event, name)
    return f"{name}={cbv.web(WORD_KINDS[name], value)}" if value else ""


def _dispositions(event: Event) -> str:
    told = event.persistentDisposition or {}
    parts = [
        "".join(sorted({f"{name}={cbv.web('disposition', word)}" for word in told.get(name, ())}))
        for name in ("set", "unset")
    ]
    return "persistentDisposition" + "".join(parts) if any(parts) else ""


def _point(name: str, point: str | None, extensions: Mapping[str, Any], without: frozenset[str]) -> str:
    content = ("id=" + named(point) if point else "") + _own(extensions, without)
    return name + content if content else ""


def _typed(event: Event, name: str) -> str:
    member = TYPED[name][0]
    entries: tuple[Typed, ...] = getattr(event, name)
    kind = WORD_KINDS[name]
    parts = [
        (f"type={cbv.web(kind, entry.type)}" if entry.type else "") + f"{member}={named(entry.value)}"
        for entry in entries
    ]
    return name + "".join(sorted(parts)) if parts else ""


def _sensor(element: Mapping[str, Any], without: frozenset[str]) -> str:
    own = {name: value for name, value in element.items() if name not in {"sensorMetadata", "sensorReport"}}
    metadata = element.get("sensorMetadata")
    told = "sensorMetadata" + _sensed(metadata, tuple(METADATA_FIELDS), without) if metadata else ""
    reports = ["sensorReport" + _sensed(each, _REPORT_ORDER, without) for each in element.get("sensorReport", ())]
    return "sensorElement" + told + "".join(sorted(reports)) + _own(own, without)


def _sensed(item: Mapping[str, Any], order: tuple[str, ...], without: frozenset[str]) -> str:
    parts = [f"{name}={_reading(name, item[name])}" for name in order if item.get(name) not in (None, "")]
    return "".join(parts) + _own({name: value for name, value in item.items() if name not in order}, without)


def _reading(name: str, value: Any) -> str:
    kind = (REPORT_FIELDS.get(name) or METADATA_FIELDS[name])[0]
    if kind == "time":
        return _time(moment(value))
    return cbv.web(WORD_KINDS[name], value) if kind == "word" else _value(value)


def _own(members: Mapping[str, Any], without: frozenset[str]) -> str:
    return "".join(sorted(_own_parts(members, without))) if members else ""


def _own_parts(members: Mapping[str, Any], without: frozenset[str]) -> list[str]:
    parts: list[str] = []
    for name, value in members.items():
        if name not in without:
            space, local = parted(name)
            parts += _own_member(f"{{{space}}}{local}" if space else local, value, without)
    return parts


def _own_member(name: str, value: Any, without: frozenset[str]) -> list[str]:
    if isinstance(value, list | tuple):
        return sorted(part for item in value for part in _own_member(name, item, without))
    if isinstance(value, Mapping):
        inner = _own(value, without)
        return [name + inner] if inner else []
    return [] if value is None or value == "" else [f"{name}={_value(value)}"]
