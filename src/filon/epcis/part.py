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
from filon.core.remember import LONG
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
        body: its value in the canonical body; nothing where the member says nothing.
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
"""A member that says nothing."""
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


def _written(read: Any, data: bytes) -> bytes:
    """A value as it stands in the body; it must have kept every quote, or one of two members was dropped."""
    text = _dumps(read)
    if data.count(b'"') != text.count(b'"'):
        raise OddError
    return text


def _member(read: Callable[[Any], Any], *, asked: bool = False) -> Callable[[str, bytes], Part]:
    """The reader of a standard member.

    Args:
        read: its value as canonical members hold it.
        asked: the value is asked of the part.
    """

    def made(name: str, data: bytes) -> Part:
        value = read(_decoded(data))
        if not value:
            if b'"' in data:
                raise OddError
            return SILENT
        text = _written(value, data)
        counts = alike(name, value)
        return Part(text, text if counts is value else _dumps(counts), (), value if asked else None)

    return made


# One function a kind of value; each gives what the canonical members hold, or raises.

_MOMENT = msgspec.json.Decoder(datetime)
_SECONDS = 22  # "2026-11-03T13:00:00Z" with its quotes


def _moment(text: str) -> tuple[datetime, str]:
    time = moments.moment(text)
    if moments.too_fine(text):
        raise OddError
    return time, moments.written(time)


def _event_time(name: str, data: bytes) -> Part:
    if len(data) == _SECONDS and data[11:21:9] == b"TZ":
        return Part(data, data, (), _MOMENT.decode(data))
    time, written = _moment(_decoded(data))
    return Part(_written(written, data), orjson.dumps(alike(name, written)), (), time)


def _record_time(_name: str, data: bytes) -> Part:
    return Part(_written(_moment(_decoded(data))[1], data), b"")


_UUID = re.compile(rb'"urn:uuid:[0-9a-f-]+"')


def _event_id(_name: str, data: bytes) -> Part:
    if _UUID.fullmatch(data):
        return Part(data, b"", (), data[1:-1].decode())
    value = _decoded(data)
    if not value.startswith(("urn:uuid:", "ni:///")) or not ident.is_uri(value):
        raise OddError
    return Part(_written(value, data), b"", (), value)


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


@lru_cache(maxsize=65_536)
def _thing(value: str) -> str:
    """The canonical identifier of a sound one; the commonest kinds are told at once."""
    if len(value) >= LONG:
        raise OddError  # what raises is not remembered
    if (common := _COMMON.fullmatch(value)) is not None:
        gtin, head, serial = common.groups()
        if head:
            return _linked(head) + serial
        if gtin is None or _checked(gtin):
            return value
    if not value.startswith(PLAIN):
        raise OddError
    if value.startswith("urn:epcglobal:") and ident.is_uri(value):
        return value
    return _examined(value)


def _examined(value: str) -> str:
    canonical, problem = examined(value)
    if problem:
        raise OddError
    return canonical


_COMMON = re.compile(
    r"https://id\.gs1\.org/01/([0-9]{14})/(?:10|21)/[A-Za-z0-9._-]{1,20}"
    r"|(urn:epc:(?:id:sgtin|class:lgtin):[0-9]+\.[0-9]+\.)([A-Za-z0-9_-]{1,20})"
    r"|urn:epcglobal:[A-Za-z0-9._:-]*[A-Za-z0-9]"
)


@lru_cache(maxsize=4_096)
def _linked(head: str) -> str:
    """The Digital Link of what stands before the serial or lot number in a URN: `../01/09521213000010/21/`."""
    return _examined(head + "0").removesuffix("0")


@lru_cache(maxsize=16_384)
def _checked(gtin: str) -> bool:
    return gs1.misread((("01", gtin),)) is None


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


@lru_cache(maxsize=256)
def _unit(value: str) -> str:
    """A unit in which an amount can be given."""
    if units().get(value, ("",))[0] not in rules.UOM_GROUPS or value != value.upper():
        raise OddError
    return value


def _dispositions(value: dict[str, list[str]]) -> dict[str, list[str]]:
    if not value or not value.keys() <= {"set", "unset"}:
        raise OddError
    if not all(type(words) is list and words for words in value.values()):
        raise OddError
    return {name: _once([_disposition(word) for word in words]) for name, words in value.items()}


_disposition = _word_of("disposition")


# Identifiers and lists of them, most of an event: no sound one has a sign that JSON escapes.


def _alone(name: str, data: bytes) -> Part:
    """One identifier."""
    value = _thing(_decoded(data))
    text = b'"%b"' % value.encode()
    return Part(text, text, ((name, value),))


def _things(name: str, data: bytes) -> Part:
    """A list of identifiers."""
    found = _once([_thing(text) for text in _TEXTS.decode(data)])
    things = tuple([(name, one) for one in found])
    if len(found) > 1:
        return _listed(data, _quoted(found), things, _quoted(sorted(found)))
    return _listed(data, _quoted(found), things)


def _quoted(texts: list[str]) -> list[str]:
    return [f'"{text}"' for text in texts]


def _typed_of(name: str) -> Callable[[str, bytes], Part]:
    """The reader of a list of transactions, sources or destinations."""
    word, member = _word_of(WORD_KINDS[name]), TYPED[name][0]
    transactions = name == "bizTransactionList"

    def typed(_name: str, data: bytes) -> Part:
        found, lines = [], []
        for item in _TYPED.decode(data):
            value = _thing(item[member])
            found.append((member, value))
            if len(item) == 2:  # noqa: PLR2004 - type and value
                lines.append(f'{{"{member}":"{value}","type":"{word(item["type"])}"}}')
            elif transactions and len(item) == 1:
                lines.append(f'{{"{member}":"{value}"}}')
            else:
                raise OddError
        return _listed(data, lines, tuple(found) if transactions else ())

    return typed


class _Quantity(msgspec.Struct, forbid_unknown_fields=True):
    """So much of a lot, as written."""

    epcClass: str
    quantity: msgspec.Raw = msgspec.Raw()
    uom: str = ""


def _quantities(name: str, data: bytes) -> Part:
    """A list of lots and how much of each."""
    found, lines = [], []
    for item in _QUANTITIES.decode(data):
        lot, amount = _thing(item.epcClass), bytes(item.quantity)
        more = _amount(amount, item.uom) if amount else ""  # a unit alone: its quotes will be missed
        found.append((name, lot))
        lines.append(f'{{"epcClass":"{lot}"{more}}}')
    return _listed(data, lines, tuple(found))


@lru_cache(maxsize=4_096)
def _amount(data: bytes, uom: str) -> str:
    """An amount as members behind its lot; long ones raise, so that none is remembered."""
    amount = _decoded(data)
    kind = type(amount)
    if kind is not int and (kind is not float or not uom):
        raise OddError
    if not 0 < amount < _WHOLE:
        raise OddError
    text = f',"quantity":{_dumps(amount).decode()}'
    return f'{text},"uom":"{_unit(uom)}"' if uom else text


def _listed(data: bytes, lines: list[str], found: Things, alike: list[str] | None = None) -> Part:
    """A list as it stands in the body, and in the key, where order says nothing.

    Args:
        lines: its entries, canonical.
        alike: those that count for the key, in their order, if it is not simply the order of the entries.
    """
    text = f"[{','.join(lines)}]".encode()
    if text != data and data.count(b'"') != text.count(b'"'):  # as `_written`
        raise OddError
    if len(lines) > 1:
        return Part(text, f"[{','.join(alike or sorted(lines))}]".encode(), found)
    return Part(text, text, found) if lines else SILENT


_TEXTS = msgspec.json.Decoder(list[str])
_TYPED = msgspec.json.Decoder(list[dict[str, str]])
_QUANTITIES = msgspec.json.Decoder(list[_Quantity])


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
    return Part(
        _written(value, data), _dumps(counts) if counts else b"", _marked(full, value) if full.startswith(FILON) else ()
    )


def _marked(full: str, value: Any) -> Things:
    member = full.removeprefix(FILON)
    if member in _TOLD_OTHERWISE or (member == "own" and type(value) is not str):
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
    return Part(_written(read, data), _dumps(counts) if counts else b"", things)


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
    if name == "errorDeclaration":
        return Part(body.dumped(said), b"", ((name, ""),), event)
    return Part(body.dumped(said), counted(name, said), (), event)


READERS: Mapping[str, Callable[[str, bytes], Part]] = {
    "eventTime": _event_time,
    "recordTime": _record_time,
    "eventID": _event_id,
    "type": _member(_type, asked=True),
    "eventTimeZoneOffset": _member(_zone),
    "certificationInfo": _member(_uris),
    "action": _member(_action, asked=True),
    "parentID": _alone,
    "transformationID": _alone,
    "bizStep": _member(_word_of("bizStep")),
    "disposition": _member(_disposition),
    "persistentDisposition": _member(_dispositions),
    "readPoint": _member(_point),
    "bizLocation": _member(_point),
    "bizTransactionList": _typed_of("bizTransactionList"),
    "sourceList": _typed_of("sourceList"),
    "destinationList": _typed_of("destinationList"),
    **dict.fromkeys(("childEPCs", "epcList", "inputEPCList", "outputEPCList"), _things),
    **dict.fromkeys(("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList"), _quantities),
}
AROUND = frozenset({"type", "eventTimeZoneOffset", "action", "bizStep", "disposition", "persistentDisposition",
                    "readPoint", "bizLocation", "sourceList", "destinationList", "certificationInfo"})  # fmt: skip
"""Members that say in most events of a partner what they said before."""
NEW = frozenset({"eventTime", "recordTime", "eventID", "parentID"})
"""Members that say something else in each event."""


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
