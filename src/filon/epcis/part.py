"""One member of a plain event, from the bytes as written to its part of the stored form.

A reader for each kind of value; each gives what the canonical body holds of the member and what counts for sameness, or
raises `OddError`: then only the whole reading can judge. Rare members with many rules of their own (sensors, errors
declared) go through the whole reading alone, so that the rest of their event need not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache, partial
from typing import Any, NamedTuple

import msgspec
import orjson

from filon.core import gs1, ident
from filon.core.remember import LONG, remembered
from filon.core.unit import units
from filon.epcis import body, cbv, moments, rules
from filon.epcis.context import Terms
from filon.epcis.cursor import BrokenJsonError, Cursor
from filon.epcis.document import Limits
from filon.epcis.event import FILON
from filon.epcis.key import alike, as_text, counted, same, scalar
from filon.epcis.reading import Reading
from filon.epcis.shape import TYPED, WORD_KINDS
from filon.epcis.values import PLAIN, examined

Things = tuple[tuple[str, str], ...]


class Part(NamedTuple):
    """A member of an event.

    Args:
        body: `"name":value` of the canonical body; nothing where the member says nothing.
        key: the same as it counts for the event's key; nothing where it does not count.
        things: (member, identifier) by which the event can be found.
        value: what else is asked of it: the time, the name, the `Event` that has only this rare member.
    """

    body: bytes
    key: bytes
    things: Things = ()
    value: Any = None


class OddError(Exception):
    """Something that only the whole reading can judge."""


SILENT = Part(b"", b"")
FOUND_BY = ("epcList", "childEPCs", "inputEPCList", "outputEPCList",
            "quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList",
            "parentID", "bizTransactionList", "transformationID", "ilmd", "errorDeclaration")  # fmt: skip
"""The members that say by what an event can be found, in the order in which marks are made of them."""
RARE = ("sensorElementList", "errorDeclaration")
_WHOLE = 10**15
_SMALL = 0.001
_LONG = 15


def _number(text: str) -> Any:
    """A number that a float says exactly and canonical JSON writes plainly; any other as it came, to be found odd."""
    number = float(text)
    if len(text) > _LONG or not (_SMALL <= abs(number) < _WHOLE or number == 0):
        return _Odd(text)
    return int(number) if number.is_integer() else number


class _Odd(str):
    """A number to be read exactly."""

    __slots__ = ()


_decoded = msgspec.json.Decoder(float_hook=_number).decode
_dumps = partial(orjson.dumps, option=orjson.OPT_SORT_KEYS)


def _written(label: bytes, read: Any, data: bytes) -> bytes:
    """A member as it stands in the body; its value must have kept every quote, or one of two members was dropped."""
    text = _dumps(read)
    if data.count(b'"') != text.count(b'"'):
        raise OddError
    return label + text


def _member(
    read: Callable[[Any], Any], named: Callable[[str, Any], Things] | None = None, *, asked: bool = False
) -> Callable[[str, bytes], Part]:
    """The reader of a standard member.

    Args:
        read: its value as canonical members hold it.
        named: what the event can be found by then.
        asked: the value is asked of the part.
    """

    def made(name: str, data: bytes) -> Part:
        value = read(_decoded(data))
        if not value:
            if b'"' in data:
                raise OddError
            return SILENT
        label = b'"%b":' % name.encode()
        text = _written(label, value, data)
        counts = alike(name, value)
        key = text if counts is value else label + _dumps(counts)
        return Part(text, key, named(name, value) if named else (), value if asked else None)

    return made


# One function a kind of value; each gives what the canonical members hold, or raises.

_TIME = re.compile(rb'"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)"')


def _moment(text: str) -> tuple[datetime, str]:
    time = moments.moment(text)
    if moments.too_fine(text):
        raise OddError
    return time, moments.written(time)


def _event_time(name: str, data: bytes) -> Part:
    if (whole := _TIME.fullmatch(data)) is not None:
        text = b'"eventTime":%b' % data
        return Part(text, text, (), datetime.fromisoformat(whole[1].decode()))
    time, written = _moment(_decoded(data))
    text = _written(b'"eventTime":', written, data)
    return Part(text, b'"eventTime":%b' % orjson.dumps(alike(name, written)), (), time)


def _record_time(_name: str, data: bytes) -> Part:
    return Part(_written(b'"recordTime":', _moment(_decoded(data))[1], data), b"")


_UUID = re.compile(rb'"urn:uuid:[0-9a-f-]+"')


def _event_id(_name: str, data: bytes) -> Part:
    if _UUID.fullmatch(data):
        return Part(b'"eventID":%b' % data, b"", (), data[1:-1].decode())
    value = _decoded(data)
    if not value.startswith(("urn:uuid:", "ni:///")) or not ident.is_uri(value):
        raise OddError
    return Part(_written(b'"eventID":', value, data), b"", (), value)


def _zone(value: str) -> str:
    if moments.OFFSET.fullmatch(value) is None:
        raise OddError
    return value


_ACTIONS = frozenset({"ADD", "OBSERVE", "DELETE"})


def _action(value: str) -> str:
    if value in _ACTIONS:
        return value
    raise OddError


def _type(value: str) -> str:
    if value in _SENSE:
        return value
    raise OddError


def _word_of(kind: str) -> Callable[[str], str]:
    words = cbv.WORDS[kind]

    @lru_cache(maxsize=4_096)
    def word(value: str) -> str:
        if value in words:
            return value
        if len(value) >= LONG or not value.startswith(PLAIN) or value.startswith(cbv.URN):
            raise OddError
        bare = cbv.bare(kind, value)
        if bare == value and not ident.is_uri(value):
            raise OddError
        return bare

    return word


def _thing(value: str) -> str:
    """The canonical identifier of a sound one."""
    canonical = _sound(value)
    if not canonical:
        raise OddError
    return canonical


_ITEM = re.compile(r"https://id\.gs1\.org/01/(\d{14})/(?:10|21)/[A-Za-z0-9._-]{1,20}", re.ASCII)


@lru_cache(maxsize=65_536)
def _sound(value: str) -> str:
    """The canonical identifier, or nothing if it is not sound; the two commonest kinds are told at once."""
    if len(value) >= LONG:
        raise OddError  # what raises is not remembered
    item = _ITEM.fullmatch(value)
    if item is not None and _checked(item[1]):
        return value
    if not value.startswith(PLAIN):
        return ""
    if value.startswith("urn:epcglobal:") and ident.is_uri(value):
        return value
    canonical, problem = examined(value)
    return "" if problem else canonical


@lru_cache(maxsize=16_384)
def _checked(gtin: str) -> bool:
    return gs1.misread((("01", gtin),)) is None


def _things(value: list[str]) -> list[str]:
    if type(value) is not list:
        raise OddError
    return _once([_thing(text) for text in value])


def _once(read: list[str]) -> list[str]:
    """A list that names nothing twice."""
    if len(read) > 1 and len(set(read)) < len(read):
        raise OddError
    return read


def _uris(value: list[str] | str) -> list[str]:
    listed = [value] if isinstance(value, str) else value
    if type(listed) is not list or not all(text.startswith(PLAIN) and ident.is_uri(text) for text in listed):
        raise OddError
    return listed


def _point(value: dict[str, str]) -> dict[str, str]:
    if type(value) is not dict or len(value) != 1:
        raise OddError
    return {"id": _thing(value["id"])}


def _typed_of(name: str) -> Callable[[list[dict[str, str]]], list[dict[str, str]]]:
    word, member = _word_of(WORD_KINDS[name]), TYPED[name][0]
    optional = name == "bizTransactionList"

    def typed(value: list[dict[str, str]]) -> list[dict[str, str]]:
        if type(value) is not list:
            raise OddError
        read = []
        for item in value:
            if len(item) == 2:  # noqa: PLR2004 - type and value
                read.append({"type": word(item["type"]), member: _thing(item[member])})
            elif optional and len(item) == 1:
                read.append({member: _thing(item[member])})
            else:
                raise OddError
        return read

    return typed


@lru_cache(maxsize=256)
def _unit(value: str) -> str:
    """A unit in which an amount can be given."""
    if type(value) is not str or units().get(value, ("",))[0] not in rules.UOM_GROUPS or value != value.upper():
        raise OddError
    return value


def _quantities(value: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if type(value) is not list:
        raise OddError
    read = []
    for item in value:
        element: dict[str, Any] = {"epcClass": _thing(item["epcClass"])}
        if "quantity" in item:
            quantity = item["quantity"]
            kind = type(quantity)
            if kind is not int and (kind is not float or "uom" not in item):
                raise OddError
            if not 0 < quantity < _WHOLE:
                raise OddError
            element["quantity"] = quantity
            if "uom" in item:
                element["uom"] = _unit(item["uom"])
        if len(element) != len(item):
            raise OddError
        read.append(element)
    return read


def _dispositions(value: dict[str, list[str]]) -> dict[str, list[str]]:
    if not value or not value.keys() <= {"set", "unset"}:
        raise OddError
    if not all(type(words) is list and words for words in value.values()):
        raise OddError
    return {name: _once([_disposition(word) for word in words]) for name, words in value.items()}


_disposition = _word_of("disposition")


def _each(name: str, value: list[str]) -> Things:
    return tuple([(name, each) for each in value])


def _classes(name: str, value: list[dict[str, Any]]) -> Things:
    return tuple([(name, item["epcClass"]) for item in value])


def _alone(name: str, value: str) -> Things:
    return ((name, value),)


def _transactions(_name: str, value: list[dict[str, str]]) -> Things:
    return tuple([("bizTransaction", item["bizTransaction"]) for item in value])


# Partners' own members, and those that are read wholly.


def own(terms: Terms, depth: int, name: str, data: bytes) -> Part:
    """A partner's member of the event itself.

    Args:
        depth: how deep its value may be nested.
    """
    full = terms.own_member(name)
    if not full:
        raise OddError
    value, counts = both(_decoded(data), terms.member, depth)
    text = _written(_label(full), value, data)
    key = _label(same(full)) + _dumps(counts) if counts else b""
    return Part(text, key, _marked(full, value) if full.startswith(FILON) else ())


@remembered(4_096)
def _label(name: str) -> bytes:
    return orjson.dumps(name) + b":"


def _marked(full: str, value: Any) -> Things:
    member = full.removeprefix(FILON)
    if member in _TOLD_OTHERWISE:
        raise OddError
    return ((member, str(value)),) if value and member in {"own", "activity"} else ()


_TOLD_OTHERWISE = frozenset({"points", "life", "custody"})
"""Members whose marks are made of what stands in them."""


def ilmd(terms: Terms, depth: int, data: bytes) -> Part:
    """What is true of the lots that an event makes."""
    raw = _decoded(data)
    if type(raw) is not dict or not raw or not all(map(terms.own_member, raw)):
        raise OddError
    read, counts = both(raw, terms.member, depth + 1)
    things = (("serials", ""),) if read.get(FILON + "serials") else ()
    return Part(_written(b'"ilmd":', read, data), b'"ilmd":' + _dumps(counts) if counts else b"", things)


def both(value: Any, member: Callable[[str], str], depth: int) -> tuple[Any, Any]:
    """A partner's value with the names in it expanded, and the same as it counts for the event's key."""
    kind = type(value)
    if kind is str:
        return value, scalar(value)
    if kind is float or kind is bool or value is None:
        return value, as_text(value)
    if kind is int:
        if not -_WHOLE < value < _WHOLE:
            raise OddError
        return value, str(value)
    if depth <= 0 or kind not in {list, dict}:
        raise OddError
    if kind is list:
        pairs = [both(item, member, depth - 1) for item in value]
        counts = [pair[1] or "" for pair in pairs] if len(pairs) > 1 else [pair[1] for pair in pairs]
        return [pair[0] for pair in pairs], counts[0] if len(counts) == 1 else counts
    return _members(value, member, depth)


def _members(value: dict[str, Any], member: Callable[[str], str], depth: int) -> tuple[Any, Any]:
    read, counts = {}, {}
    for key, item in value.items():
        name = member(key)
        if type(item) is str:
            read[name] = item
            text = item if item[:1].isalpha() and not item[-1].isspace() else scalar(item)
        else:
            read[name], text = both(item, member, depth - 1)
        if text:
            counts[name if name[:1] != "{" else same(name)] = text
    return read, counts


def exactly(data: bytes) -> Any:
    """A JSON value as the whole reading decodes it, numbers as Decimal."""
    cursor = Cursor(data.decode())
    try:
        value = cursor.value()
    except BrokenJsonError as error:
        raise OddError from error
    if cursor.values.odd or cursor.suspect:
        raise OddError
    return value


def rare(terms: Terms, limits: Limits, name: str, data: bytes) -> Part:
    """A member that the whole reading reads, alone."""
    reading = Reading("", terms, limits)
    around = {"type": "ObjectEvent", "eventTime": "9999-12-31T00:00:00Z", "eventTimeZoneOffset": "+00:00"}
    event = reading.event({**around, name: exactly(data)}, "")
    if event is None or reading.findings:
        raise OddError
    said = body.members(event).get(name)
    if not said:
        return SILENT
    label = b'"%b":' % name.encode()
    if name == "errorDeclaration":
        return Part(label + body.dumped(said), b"", ((name, ""),), event)
    return Part(label + body.dumped(said), label + counted(name, said), (), event)


READERS: Mapping[str, Callable[[str, bytes], Part]] = {
    "eventTime": _event_time,
    "recordTime": _record_time,
    "eventID": _event_id,
    "type": _member(_type, asked=True),
    "eventTimeZoneOffset": _member(_zone),
    "certificationInfo": _member(_uris),
    "action": _member(_action, asked=True),
    "parentID": _member(_thing, _alone),
    "transformationID": _member(_thing, _alone),
    "bizStep": _member(_word_of("bizStep")),
    "disposition": _member(_disposition),
    "persistentDisposition": _member(_dispositions),
    "readPoint": _member(_point),
    "bizLocation": _member(_point),
    "bizTransactionList": _member(_typed_of("bizTransactionList"), _transactions),
    "sourceList": _member(_typed_of("sourceList")),
    "destinationList": _member(_typed_of("destinationList")),
    **dict.fromkeys(("childEPCs", "epcList", "inputEPCList", "outputEPCList"), _member(_things, _each)),
    **dict.fromkeys(
        ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList"),
        _member(_quantities, _classes),
    ),
}
REPEATED = ("type", "eventTime", "eventTimeZoneOffset", "action", "bizStep", "disposition", "persistentDisposition",
            "readPoint", "bizLocation", "sourceList", "destinationList", "certificationInfo")  # fmt: skip
"""Members that say in most events of a partner what they said before."""


# What an event of each type must say to make sense; the twins of `rules`, for an event with nothing odd in its values.


def sensible(kind: str, action: str, said: frozenset[str]) -> None:
    """Make sure that an event with these members makes sense; raises if not.

    Args:
        said: names of the members that say something.
    """
    _need(holds="eventTime" in said and "eventTimeZoneOffset" in said)
    _need(holds=action or kind == "TransformationEvent")
    _SENSE[kind](said, action)


def _need(*, holds: Any) -> None:
    if not holds:
        raise OddError


def _object(said: frozenset[str], action: str) -> None:
    _need(holds="epcList" in said or "quantityList" in said or {"sensorElementList", "readPoint"} <= said)
    _need(holds=action == "ADD" or "ilmd" not in said)


def _aggregation(said: frozenset[str], action: str) -> None:
    _need(holds="parentID" in said or action == "OBSERVE")
    _need(holds="childEPCs" in said or "childQuantityList" in said or action == "DELETE")
    _need(holds="persistentDisposition" not in said)


def _transaction(said: frozenset[str], action: str) -> None:
    _need(holds="bizTransactionList" in said and "persistentDisposition" not in said)
    _need(holds="epcList" in said or "quantityList" in said or action == "DELETE")


def _association(said: frozenset[str], action: str) -> None:
    _need(holds="parentID" in said and "persistentDisposition" not in said)
    _need(holds="childEPCs" in said or "childQuantityList" in said or action == "DELETE")


def _transformation(said: frozenset[str], _action: str) -> None:
    taken = "inputEPCList" in said or "inputQuantityList" in said
    made = "outputEPCList" in said or "outputQuantityList" in said
    _need(holds=(taken and made) or ("transformationID" in said and (taken or made)))


_SENSE: Mapping[str, Callable[[frozenset[str], str], None]] = {
    "ObjectEvent": _object,
    "AggregationEvent": _aggregation,
    "TransactionEvent": _transaction,
    "TransformationEvent": _transformation,
    "AssociationEvent": _association,
}
