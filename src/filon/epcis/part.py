"""One member of a plain event, from the bytes as written to its part of the stored form.

A reader for each kind of value; each gives what the canonical body holds of the member and what counts for sameness, or
raises `OddError`: then only the whole reading can judge. Partners' own members and rare ones are read by `ownpart`.
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
from filon.epcis import cbv, moments, rules
from filon.epcis.key import alike
from filon.epcis.shape import FORBIDDEN, TYPED, WORD_KINDS
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
WHOLE = 10**15
"""Whole numbers below it are the same as floats."""
_SMALL = 0.001
_LONG = 15


def _number(text: str) -> Any:
    """A number that a float says exactly and canonical JSON writes plainly; any other as it came, to be found odd."""
    number = float(text)
    if len(text) > _LONG or not (_SMALL <= abs(number) < WHOLE or number == 0):
        return _Odd(text)
    return int(number) if number.is_integer() else number


class _Odd(str):
    """A number to be read exactly."""

    __slots__ = ()


decoded = msgspec.json.Decoder(float_hook=_number).decode
"""A value of JSON; numbers that a float does not say exactly are texts of a kind that nothing here takes."""
dumps = partial(orjson.dumps, option=orjson.OPT_SORT_KEYS)
"""Canonical JSON."""


def kept(read: Any, data: bytes) -> bytes:
    """A value as it stands in the body; it must have kept every quote, or one of two members was dropped."""
    text = dumps(read)
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
        value = read(decoded(data))
        if not value:
            if b'"' in data:
                raise OddError
            return SILENT
        text = kept(value, data)
        counts = alike(name, value)
        return Part(text, text if counts is value else dumps(counts), (), value if asked else None)

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
    time, written = _moment(decoded(data))
    return Part(kept(written, data), orjson.dumps(alike(name, written)), (), time)


def _record_time(_name: str, data: bytes) -> Part:
    return Part(kept(_moment(decoded(data))[1], data), b"")


_UUID = re.compile(rb'"urn:uuid:[0-9a-f-]+"')


def _event_id(_name: str, data: bytes) -> Part:
    if _UUID.fullmatch(data):
        return Part(data, b"", (), data[1:-1].decode())
    value = decoded(data)
    if not value.startswith(("urn:uuid:", "ni:///")) or not ident.is_uri(value):
        raise OddError
    return Part(kept(value, data), b"", (), value)


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
    if value in FORBIDDEN:
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
    value = _thing(decoded(data))
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
    amount = decoded(data)
    kind = type(amount)
    if kind is not int and (kind is not float or not uom):
        raise OddError
    if not 0 < amount < WHOLE:
        raise OddError
    text = f',"quantity":{dumps(amount).decode()}'
    return f'{text},"uom":"{_unit(uom)}"' if uom else text


def _listed(data: bytes, lines: list[str], found: Things, alike: list[str] | None = None) -> Part:
    """A list as it stands in the body, and in the key, where order says nothing.

    Args:
        lines: its entries, canonical.
        alike: those that count for the key, in their order, if it is not simply the order of the entries.
    """
    text = f"[{','.join(lines)}]".encode()
    if text != data and data.count(b'"') != text.count(b'"'):  # as `kept`
        raise OddError
    if len(lines) > 1:
        return Part(text, f"[{','.join(alike or sorted(lines))}]".encode(), found)
    return Part(text, text, found) if lines else SILENT


_TEXTS = msgspec.json.Decoder(list[str])
_TYPED = msgspec.json.Decoder(list[dict[str, str]])
_QUANTITIES = msgspec.json.Decoder(list[_Quantity])


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
