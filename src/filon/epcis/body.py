"""The stored form of one event: canonical JSON, the same bytes for the same event, quick to read again.

Names in full, identifiers canonical, members sorted, empty ones left out. Numbers are JSON numbers; one that a binary
float cannot carry (more than fifteen digits) is written as `{"$decimal": ".."}`, so that reading by the fastest parser
loses nothing. The body never leaves the house: partners get `epcis/jsonwrite`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

import orjson

from filon.core.quick import quickly
from filon.core.remember import LONG
from filon.epcis.event import ErrorDeclaration, Event, QuantityElement, Typed
from filon.epcis.moments import written
from filon.epcis.number import plain
from filon.epcis.shape import TYPED
from filon.epcis.unread import RANGES, Unread, parted

_EXACT = 15  # digits that every decimal number keeps through a binary float
_RANGE = 290  # powers of ten where floats are still dense
_DECIMAL = "$decimal"

_PLAIN_FIELDS = ("eventTimeZoneOffset", "eventID", "action", "bizStep", "disposition", "parentID", "transformationID")
_TEXT_LISTS = ("epcList", "childEPCs", "inputEPCList", "outputEPCList", "certificationInfo")
_QUANTITY_LISTS = ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")
_POINTS = (("readPoint", "readPointExtensions"), ("bizLocation", "bizLocationExtensions"))
_MAPPINGS = ("ilmd", "persistentDisposition")
_OWN = "extensions"
_FLAT = (*_PLAIN_FIELDS, *_TEXT_LISTS)
_flat = attrgetter(*_FLAT)


def event_json(event: Event) -> bytes:
    """The canonical body of an event.

    Returns:
        UTF-8; equal events give equal bytes, and `event_from_json` gives the event back (its `place` aside).
    """
    return dumped(members(event))


def dumped(said: Mapping[str, Any]) -> bytes:
    """The canonical bytes of an event's `members`."""
    # A copy: what the writer hands out keeps its whole buffer, five times the bytes, for as long as somebody holds it.
    return bytes(memoryview(orjson.dumps(said, default=_number, option=orjson.OPT_SORT_KEYS)))


def members(event: Event) -> dict[str, Any]:
    """The event as JSON members, names in full, numbers still Decimal, empty ones left out."""
    body: dict[str, Any] = {"type": event.type, "eventTime": written(event.eventTime)}
    body |= {name: value for name, value in zip(_FLAT, _flat(event), strict=True) if value}
    for name in _QUANTITY_LISTS:
        if value := getattr(event, name):
            body[name] = [_quantity(element) for element in value]
    for name, (member, _) in TYPED.items():
        if value := getattr(event, name):
            body[name] = [_typed(entry, member) for entry in value]
    for name, own in _POINTS:
        point, extensions = getattr(event, name), getattr(event, own)
        if point is not None or extensions:
            body[name] = {**extensions, "id": point} if point is not None else dict(extensions)
    return _rarer(event, body)


def _rarer(event: Event, body: dict[str, Any]) -> dict[str, Any]:
    if event.recordTime is not None:
        body["recordTime"] = written(event.recordTime)
    for name in _MAPPINGS:
        if value := getattr(event, name):
            body[name] = value
    if event.sensorElementList:
        body["sensorElementList"] = event.sensorElementList
    if event.errorDeclaration is not None:
        body["errorDeclaration"] = _declaration(event.errorDeclaration)
    if event.extensions:
        body[_OWN] = event.extensions
    return body


def _quantity(element: QuantityElement) -> dict[str, Any]:
    body: dict[str, Any] = {"epcClass": element.epcClass}
    if element.quantity is not None:
        body["quantity"] = element.quantity
    if element.uom is not None:
        body["uom"] = element.uom
    return body


def _typed(entry: Typed, member: str) -> dict[str, Any]:
    return {member: entry.value} if entry.type is None else {"type": entry.type, member: entry.value}


def _declaration(declaration: ErrorDeclaration) -> dict[str, Any]:
    body: dict[str, Any] = {**declaration.extensions, "declarationTime": written(declaration.declarationTime)}
    if declaration.reason is not None:
        body["reason"] = declaration.reason
    if declaration.correctiveEventIDs:
        body["correctiveEventIDs"] = declaration.correctiveEventIDs
    return body


def _number(value: Any) -> Any:
    if isinstance(value, Decimal):
        text = plain(value)
        if _is_safe(value, text):
            return orjson.Fragment(text)
        return {_DECIMAL: text}
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(type(value).__name__)


def _is_safe(value: Decimal, text: str) -> bool:
    if len(text) <= _EXACT and "e" not in text:
        return True
    digits = text.lstrip("-").split("e")[0].replace(".", "").strip("0")
    return len(digits) <= _EXACT and abs(value.adjusted()) < _RANGE


class Halves(NamedTuple):
    """A stored form that partners are written as it is, but for what stands between its halves: members of their own.

    Args:
        before, after: what stands before partners' own members, and behind.
        own, ilmd: those of the event, and those of the lots that it makes.
    """

    before: str
    own: dict[str, Any]
    ilmd: dict[str, Any]
    after: str

    @property
    def own_parts(self) -> dict[str, Any]:
        """What stands between, by the members under which it is stored."""
        return {_OWN: self.own, "ilmd": self.ilmd} if self.own or self.ilmd else {}


def halves(body: bytes) -> Halves | None:
    """A stored form as partners are written it; None if more than their own members is written otherwise.

    That is a place with members of its own, a sensor, a declared error, a long number, or a thing listed twice.
    """
    text = body.decode()
    # The zone stands in every event and right before partners' own members.
    at = text.find('"', text.find(_ZONE) + len(_ZONE)) + 1
    before, own, ilmd = text[:at], dict[str, Any](), dict[str, Any]()
    if text.startswith(_OWN_LABEL, at):
        own, at = _scanned(text, at + len(_OWN_LABEL))
    if text.startswith(_ILMD_LABEL, at):
        ilmd, at = _scanned(text, at + len(_ILMD_LABEL))
    made = Halves(before, own, ilmd, text[at:])
    return made if _MARK not in body and _is_plain(before, _BEFORE) and _is_plain(made.after, _AFTER) else None


def _is_plain(half: str, labels: tuple[str, str, tuple[str, ...]]) -> bool:
    rewritten, place, sets = labels
    return rewritten not in half and _is_point(half, place) and not any(_is_doubled(half, label) for label in sets)


_ZONE = '"eventTimeZoneOffset":"'
_OWN_LABEL, _ILMD_LABEL = ',"extensions":', ',"ilmd":'
_BEFORE = ('"errorDeclaration":', '"bizLocation":{', ('"epcList":[',))
_AFTER = ('"sensorElementList":', '"readPoint":{', ('"inputEPCList":[', '"outputEPCList":['))
_ID = '"id":"'
_scanned: Callable[[str, int], tuple[dict[str, Any], int]] = json.JSONDecoder().scan_once  # type: ignore[attr-defined]


def _is_point(half: str, label: str) -> bool:
    """Whether the place, if there is one, is told by its identifier alone."""
    at = half.find(label)
    if at < 0:
        return True
    at += len(label)
    end = half.find('"', at + len(_ID))
    return half.startswith(_ID, at) and half[end : end + 2] == '"}'


def _is_doubled(half: str, label: str) -> bool:
    """Whether a list that the JSON schema wants without doubles may name something twice."""
    at = half.find(label)
    if at < 0:
        return False
    listed = half[at + len(label) : half.find("]", at)]
    return "," in listed and len(set(listed.split(","))) < listed.count(",") + 1


def stored_members(body: bytes) -> dict[str, Any]:
    """The members of a stored body, as `members` gives them of its event; plain numbers as int and float."""
    raw: dict[str, Any] = orjson.loads(body)
    return {name: _exact(value) for name, value in raw.items()} if _MARK in body else raw


_MARK = b'"$decimal"'


def event_from_json(body: bytes) -> Event:
    """The event of a stored body; trusted, nothing is checked.

    Raises:
        KeyError, ValueError: the bytes were not made by `event_json`.
    """
    raw, unread = parted(body)
    for name in raw.keys() & _BACK.keys():
        raw[name] = _BACK[name](raw[name])
    if unread is not None:
        del raw[_OWN][RANGES]
        raw[_OWN] = Unread(raw[_OWN], unread, _exact)
    for name, own in _POINTS:
        if (point := raw.get(name)) is not None:
            raw[name] = point.pop("id", None)
            if point:
                raw[own] = _exact(point)
    return _event(**raw)


_event = quickly(Event)


class Glimpse:
    """A stored event of which only what is asked for is read; to a query it looks like the event itself.

    Args:
        body: as `event_json` made it.
        known: fields that are not in it, or not so.
        name: its eventID where it has none of its own.
    """

    __slots__ = ("_body", "_known", "_raw")

    def __init__(self, body: bytes, known: Mapping[str, Any], name: str) -> None:
        self._body = body
        self._raw: dict[str, Any] = {"eventID": name} | orjson.loads(body)
        self._known = known

    def __getattr__(self, name: str) -> Any:
        if name in self._known:
            return self._known[name]
        value = self._raw.get(name)
        if name in _PLACES:
            return None if value is None else value.get("id")
        if name not in _GLIMPSED:
            return getattr(event_from_json(self._body), name)
        if value is None:
            return None if name in _PLAIN_FIELDS else ()
        read = _BACK.get(name)
        return value if read is None else read(value)


_PLACES = frozenset(name for name, _ in _POINTS)
_GLIMPSED = frozenset({"type", "eventTime", *_FLAT, *_QUANTITY_LISTS, *TYPED}) - {"certificationInfo"}


def _exact(value: Any) -> Any:
    kind = type(value)
    if kind is str:
        return value
    if kind is dict:
        if _DECIMAL in value and len(value) == 1:
            return Decimal(value[_DECIMAL])
        return {name: item if type(item) is str else _exact(item) for name, item in value.items()}
    if kind is list:
        return [_exact(item) for item in value]
    if kind is float or kind is int:
        return Decimal(repr(value))
    return value


def _quantities(items: list[dict[str, Any]]) -> tuple[QuantityElement, ...]:
    return tuple(
        [
            QuantityElement(
                item["epcClass"], None if "quantity" not in item else _exact(item["quantity"]), item.get("uom")
            )
            for item in items
        ]
    )


def _transactions(items: list[dict[str, Any]]) -> tuple[Typed, ...]:
    return tuple([Typed(item["bizTransaction"], item.get("type")) for item in items])


def _sources(items: list[dict[str, Any]]) -> tuple[Typed, ...]:
    return tuple([_party(item["source"], item.get("type")) for item in items])


def _destinations(items: list[dict[str, Any]]) -> tuple[Typed, ...]:
    return tuple([_party(item["destination"], item.get("type")) for item in items])


def _party(value: str, kind: str | None) -> Typed:
    """A place or party: there are few, and many events name them."""
    return _parties(value, kind) if len(value) < LONG else Typed(value, kind)


_parties = lru_cache(maxsize=4096)(Typed)


def _declared(item: dict[str, Any]) -> ErrorDeclaration:
    time = datetime.fromisoformat(item.pop("declarationTime"))
    reason, ids = item.pop("reason", None), tuple(item.pop("correctiveEventIDs", ()))
    return ErrorDeclaration(time, reason, ids, _exact(item))


def _sensors(items: list[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
    return tuple([_exact(item) for item in items])


def _dispositions(item: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(words) for name, words in item.items()}


_BACK: dict[str, Callable[[Any], Any]] = {
    "eventTime": datetime.fromisoformat,
    "recordTime": datetime.fromisoformat,
    **dict.fromkeys(_TEXT_LISTS, tuple),
    **dict.fromkeys(_QUANTITY_LISTS, _quantities),
    "bizTransactionList": _transactions,
    "sourceList": _sources,
    "destinationList": _destinations,
    "errorDeclaration": _declared,
    "sensorElementList": _sensors,
    "persistentDisposition": _dispositions,
    "ilmd": _exact,
    "extensions": _exact,
}
