"""Plain events: known members, sound identifiers, words of the CBV, nothing taken back; nearly all that ever come.

`plain` turns the bytes of such an event into its stored form at once; of any other it gives None, and the whole reading
(`epcis/reading`, `epcis/rules`) says what is odd. So there is one law and no second set of rules: where `plain`
answers, the whole reading finds nothing and the event has the very same canonical body.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
import orjson

from filon.core import gs1, ident
from filon.core.remember import LONG
from filon.core.unit import units
from filon.epcis import cbv, moments, rules
from filon.epcis.context import Terms
from filon.epcis.shape import FORBIDDEN, WORD_KINDS
from filon.epcis.values import PLAIN, examined


class Plain(NamedTuple):
    """A plain event as it is stored.

    Args:
        members: as `body.members`, but numbers are int or float; each says exactly what was written.
        body: their canonical bytes, as `body.event_json`.
        time: when it happened (UTC).
        place: JSON pointer of the event in its document.
    """

    members: dict[str, Any]
    body: bytes
    time: datetime
    place: str = ""


_UNFIT = (TypeError, ValueError, KeyError, AttributeError)
"""What a value of the wrong kind makes of a reader below."""


class _OddError(Exception):
    """Something that only the whole reading can judge."""


def usual(terms: Terms) -> bool:
    """Whether `urn:` and `http:` mean what they always mean; a context could make prefixes of them."""
    return not any(prefix in terms.prefixes for prefix in ("urn", "http", "https", "ni"))


def plain(text: bytes, terms: Terms, depth: int, place: str = "") -> Plain | None:
    """The stored form of an event, or None if it is not plain.

    Args:
        text: its JSON.
        terms: what partners' names mean in its document; `usual`.
        depth: how deep partners' values may be nested.
    """
    if b"\\u" in text and _RISKY.search(text):
        return None
    try:
        raw = _DECODER.decode(text)
        said, time = _members(raw, terms, depth)
    except (_OddError, msgspec.DecodeError, UnicodeDecodeError, RecursionError, *_UNFIT):
        return None
    body = orjson.dumps(said, option=orjson.OPT_SORT_KEYS)
    # Of a member that stands twice the decoder keeps one, and the quotes of the other are missed. No others may be:
    # those of an empty member left out are counted, and so is the name `extensions` that the body has more.
    dropped = sum(1 for name in raw if name not in said and ":" not in name)
    if text.count(b'"') != body.count(b'"') + 2 * dropped - (2 if "extensions" in said else 0):
        return None
    return Plain(said, body, time, place)


_RISKY = re.compile(rb"\\u(?:0000|0022|[dD][89a-fA-F])")
"""U+0000, a quote that would not be counted, half a surrogate pair."""
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


_DECODER = msgspec.json.Decoder(float_hook=_number)


def _members(raw: dict[str, Any], terms: Terms, depth: int) -> tuple[dict[str, Any], datetime]:
    kind = raw["type"]
    forbidden = FORBIDDEN[kind]
    said: dict[str, Any] = {"type": kind}
    own: dict[str, Any] = {}
    for name, value in raw.items():
        reader = _READERS.get(name)
        if reader is not None:
            if name in forbidden:
                raise _OddError
            if read := reader(value):
                said[name] = read
        elif name == "ilmd":
            if name in forbidden or type(value) is not dict:
                raise _OddError
            if not value:
                raise _OddError
            said[name] = {_foreign_name(key, terms): _foreign(item, terms, depth) for key, item in value.items()}
        elif name not in {"type", "eventTime"}:
            own[_foreign_name(name, terms)] = _foreign(value, terms, depth)
    if own:
        said["extensions"] = own
    time, said["eventTime"] = _moment(raw["eventTime"])
    _need(holds="eventTimeZoneOffset" in said and ("action" in said or "action" in forbidden))
    _SENSE[kind](said)
    return said, time


def _foreign_name(name: str, terms: Terms) -> str:
    full = terms.own_member(name)
    if not full:
        raise _OddError
    return full


def _foreign(value: Any, terms: Terms, depth: int) -> Any:
    kind = type(value)
    if kind is str or kind is float or kind is bool or value is None:
        return value
    if kind is int:
        if not -_WHOLE < value < _WHOLE:
            raise _OddError
        return value
    if depth <= 0:
        raise _OddError
    if kind is list:
        return [item if type(item) is str else _foreign(item, terms, depth - 1) for item in value]
    if kind is dict:
        member = terms.member
        return {
            member(key): item if type(item) is str else _foreign(item, terms, depth - 1) for key, item in value.items()
        }
    raise _OddError


# One reader a kind of value; each gives what the canonical members hold, or raises.

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)


def _moment(text: str) -> tuple[datetime, str]:
    if _TIME.fullmatch(text):
        return datetime.fromisoformat(text), text
    time = moments.moment(text)
    if moments.too_fine(text):
        raise _OddError
    return time, moments.written(time)


def _time(value: str) -> str:
    return _moment(value)[1]


@lru_cache(maxsize=1_024)
def _zone(value: str) -> str:
    if moments.OFFSET.fullmatch(value) is None:
        raise _OddError
    return value


_UUID = re.compile(r"urn:uuid:[0-9a-f-]+")


def _own_name(value: str) -> str:
    if _UUID.fullmatch(value) or (value.startswith(("urn:uuid:", "ni:///")) and ident.is_uri(value)):
        return value
    raise _OddError


_ACTIONS = frozenset({"ADD", "OBSERVE", "DELETE"})


def _action(value: str) -> str:
    if value in _ACTIONS:
        return value
    raise _OddError


def _word_of(kind: str) -> Callable[[str], str]:
    words = cbv.WORDS[kind]

    @lru_cache(maxsize=4_096)
    def word(value: str) -> str:
        if value in words:
            return value
        if len(value) >= LONG or not value.startswith(PLAIN) or value.startswith(cbv.URN):
            raise _OddError
        bare = cbv.bare(kind, value)
        if bare == value and not ident.is_uri(value):
            raise _OddError
        return bare

    return word


def _thing(value: str) -> str:
    """The canonical identifier of a sound one."""
    canonical = _sound(value)
    if not canonical:
        raise _OddError
    return canonical


_ITEM = re.compile(r"https://id\.gs1\.org/01/(\d{14})/(?:10|21)/[A-Za-z0-9._-]{1,20}", re.ASCII)


@lru_cache(maxsize=131_072)
def _sound(value: str) -> str:
    """The canonical identifier, or nothing if it is not sound; the two commonest kinds are told at once."""
    if len(value) >= LONG:
        raise _OddError  # what raises is not remembered
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
        raise _OddError
    return [_thing(text) for text in value]


def _different(value: list[str]) -> list[str]:
    if len(value) > 1 and len(set(value)) < len(value):
        raise _OddError
    return _things(value)


def _uris(value: list[str] | str) -> list[str]:
    listed = [value] if isinstance(value, str) else value
    if type(listed) is not list or not all(text.startswith(PLAIN) and ident.is_uri(text) for text in listed):
        raise _OddError
    return listed


def _point(value: dict[str, str]) -> dict[str, str]:
    if type(value) is not dict or len(value) != 1:
        raise _OddError
    return {"id": _thing(value["id"])}


def _typed_of(name: str, member: str) -> Callable[[list[dict[str, str]]], list[dict[str, str]]]:
    word = _word_of(WORD_KINDS[name])
    optional = name == "bizTransactionList"

    def typed(value: list[dict[str, str]]) -> list[dict[str, str]]:
        if type(value) is not list:
            raise _OddError
        read = []
        for item in value:
            if len(item) == 2:  # noqa: PLR2004 - type and value
                read.append({"type": word(item["type"]), member: _thing(item[member])})
            elif optional and len(item) == 1:
                read.append({member: _thing(item[member])})
            else:
                raise _OddError
        return read

    return typed


@lru_cache(maxsize=256)
def _unit(value: str) -> str:
    """A unit in which an amount can be given."""
    if type(value) is not str or units().get(value, ("",))[0] not in rules.UOM_GROUPS or value != value.upper():
        raise _OddError
    return value


def _quantities(value: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if type(value) is not list:
        raise _OddError
    read = []
    for item in value:
        element: dict[str, Any] = {"epcClass": _thing(item["epcClass"])}
        if "quantity" in item:
            quantity = item["quantity"]
            kind = type(quantity)
            if kind is not int and (kind is not float or "uom" not in item):
                raise _OddError
            if not 0 < quantity < _WHOLE:
                raise _OddError
            element["quantity"] = quantity
            if "uom" in item:
                element["uom"] = _unit(item["uom"])
        if len(element) != len(item):
            raise _OddError
        read.append(element)
    return read


def _dispositions(value: dict[str, list[str]]) -> dict[str, list[str]]:
    if not value or not value.keys() <= {"set", "unset"}:
        raise _OddError
    if not all(type(words) is list and words and len(set(words)) == len(words) for words in value.values()):
        raise _OddError
    return {name: [_disposition(word) for word in words] for name, words in value.items()}


_disposition = _word_of("disposition")
_READERS: Mapping[str, Callable[[Any], Any]] = {
    "eventTimeZoneOffset": _zone,
    "recordTime": _time,
    "eventID": _own_name,
    "certificationInfo": _uris,
    "action": _action,
    "parentID": _thing,
    "transformationID": _thing,
    "bizStep": _word_of("bizStep"),
    "disposition": _disposition,
    "persistentDisposition": _dispositions,
    "readPoint": _point,
    "bizLocation": _point,
    "bizTransactionList": _typed_of("bizTransactionList", "bizTransaction"),
    "sourceList": _typed_of("sourceList", "source"),
    "destinationList": _typed_of("destinationList", "destination"),
    "childEPCs": _things,
    **dict.fromkeys(("epcList", "inputEPCList", "outputEPCList"), _different),
    **dict.fromkeys(("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList"), _quantities),
}


# What an event of each type must say to make sense; the twins of `rules`, for an event with nothing odd in its values.


def _need(*, holds: Any) -> None:
    if not holds:
        raise _OddError


def _object(said: dict[str, Any]) -> None:
    _need(holds="epcList" in said or "quantityList" in said)
    _need(holds=said["action"] == "ADD" or "ilmd" not in said)


def _aggregation(said: dict[str, Any]) -> None:
    _need(holds="parentID" in said or said["action"] == "OBSERVE")
    _need(holds="childEPCs" in said or "childQuantityList" in said or said["action"] == "DELETE")
    _need(holds="persistentDisposition" not in said)


def _transaction(said: dict[str, Any]) -> None:
    _need(holds="bizTransactionList" in said and "persistentDisposition" not in said)
    _need(holds="epcList" in said or "quantityList" in said or said["action"] == "DELETE")


def _association(said: dict[str, Any]) -> None:
    _need(holds="parentID" in said and "persistentDisposition" not in said)
    _need(holds="childEPCs" in said or "childQuantityList" in said or said["action"] == "DELETE")


def _transformation(said: dict[str, Any]) -> None:
    taken = "inputEPCList" in said or "inputQuantityList" in said
    made = "outputEPCList" in said or "outputQuantityList" in said
    _need(holds=(taken and made) or ("transformationID" in said and (taken or made)))


_SENSE: Mapping[str, Callable[[dict[str, Any]], None]] = {
    "ObjectEvent": _object,
    "AggregationEvent": _aggregation,
    "TransactionEvent": _transaction,
    "TransformationEvent": _transformation,
    "AssociationEvent": _association,
}
