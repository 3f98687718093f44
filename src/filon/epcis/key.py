"""Whether two events are the same occurrence: a 32-byte key of what an event says, however it was spelled.

The key follows the CBV event hash in what counts (decision 0007): recordTime, eventID and the error declaration do
not, times count to the millisecond, standard lists have no order. The moment of an error declaration is added, so
that an event and its retraction are two. Unlike the hash it is quick, and finer where the hash is careless: numbers
are exact, a text `0012` is not `12`, the order of a partner's own lists counts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

import orjson

from filon.core.remember import LONG, remembered
from filon.epcis.body import members
from filon.epcis.event import Event
from filon.epcis.moments import moment, rounded, written
from filon.epcis.number import JSON_NUMBER, plain
from filon.epcis.shape import TYPED


def body_key(event: Event, said: dict[str, Any] | None = None) -> bytes:
    """32 bytes, equal for two events exactly when they tell the same occurrence (or the same retraction of it).

    Args:
        said: its `members` where somebody has them already.

    Source: EPCIS 1.2, 7.4.1.2 with CBV 2.0, 8.9.2; decision 0007.
    """
    return members_key(members(event) if said is None else said)


def members_key(said: Mapping[str, Any]) -> bytes:
    """The key of the event that has these canonical members."""
    body = {}
    for name, value in said.items():
        alike = _ALIKE.get(name)
        body[name] = value if alike is None else alike(value)
    for name in (NOT_SAID & said.keys()) | {name for name in _OPEN & said.keys() if not body[name]}:
        del body[name]
    kept = orjson.dumps(body, default=_number, option=orjson.OPT_SORT_KEYS)
    told = said.get("errorDeclaration")
    return hashlib.sha256(kept + (b"" if told is None else told["declarationTime"].encode())).digest()


NOT_SAID = frozenset({"recordTime", "eventID", "errorDeclaration"})
"""Members that do not count; of the last, its time does."""
_OPEN = frozenset({"extensions", "ilmd"})
"""Members that say nothing when all that partners said in them is empty."""


def counted(name: str, value: Any) -> bytes:
    """The value of a canonical member as it counts for the key."""
    return orjson.dumps(alike(name, value), default=_number, option=orjson.OPT_SORT_KEYS)


def alike(name: str, value: Any) -> Any:
    """What two members that say the same have in common; often the very value."""
    normal = _ALIKE.get(name)
    return value if normal is None else normal(value)


def _ordered(entries: Sequence[Any]) -> list[orjson.Fragment]:
    return [orjson.Fragment(line) for line in sorted(_line(entry) for entry in entries)]


def _typed_line(member: str, entry: Mapping[str, str]) -> bytes:
    """A transaction, source or destination as canonical JSON; parties and places come again and again."""
    value, kind = entry[member], entry.get("type")
    worker = _typed if len(value) + len(kind or "") < LONG else _typed.__wrapped__
    return worker(member, value, kind)


@lru_cache(maxsize=16_384)
def _typed(member: str, value: str, kind: str | None) -> bytes:
    return _line({member: value} if kind is None else {"type": kind, member: value})


def _line(entry: Any) -> bytes:
    return orjson.dumps(entry, default=_number, option=orjson.OPT_SORT_KEYS)


def _number(value: Any) -> Any:
    return orjson.Fragment(plain(value)) if isinstance(value, Decimal) else dict(value)


def _sensor(element: Mapping[str, Any]) -> dict[str, Any]:
    text: dict[str, Any] = as_text(element)
    reports = element.get("sensorReport", [])
    text["sensorReport"] = _ordered([as_text(report) for report in reports])
    return text


_MDA = "{urn:epcglobal:cbv:mda}"  # XML's namespace for what JSON-LD calls urn:epcglobal:cbv:mda:


def same(name: str) -> str:
    """A partner's name as JSON-LD and XML both spell it."""
    return name if not name.startswith(_MDA) else f"urn:epcglobal:cbv:mda:{name[len(_MDA) :]}"


def scalar(text: str) -> str:
    """A text without blanks around it; one that reads as a number in its one spelling."""
    first = text[:1]
    if first.isalpha() and not text[-1].isspace():  # no number begins so
        return text
    if first != "0" and len(text) < _SHORT and text.isascii() and text.isdecimal():
        return text
    return _spelled(text)


_SHORT = 64  # digits that `plain` writes without an exponent


@remembered(65_536)
def _spelled(text: str) -> str:
    stripped = text.strip()
    return plain(Decimal(stripped)) if JSON_NUMBER.fullmatch(stripped) else stripped


def as_text(value: Any) -> Any:
    """A partner's value as XML would carry it: scalars as text, a list of one as the thing itself, nothing empty."""
    kind = type(value)
    if kind is str:
        return scalar(value)
    if kind is Decimal:
        return plain(value)
    if kind is list or kind is tuple:
        return as_text(value[0]) if len(value) == 1 else [as_text(item) or "" for item in value]
    if kind is dict or isinstance(value, Mapping):
        read = {}
        for name, item in value.items():
            if text := scalar(item) if type(item) is str else as_text(item):
                read[name if name[:1] != "{" else same(name)] = text
        return read
    return "" if value is None else str(value).lower()


def _time(text: str) -> str:
    return written(rounded(moment(text))) if "." in text else text


def _texts(entries: Sequence[str]) -> Sequence[str]:
    return sorted(set(entries)) if len(entries) > 1 else entries


def _quantities(entries: Sequence[Any]) -> Sequence[Any]:
    return _ordered(entries) if len(entries) > 1 else entries


def _typed_of(member: str) -> Callable[[Sequence[dict[str, Any]]], Sequence[Any]]:
    def typed(entries: Sequence[dict[str, Any]]) -> Sequence[Any]:
        if len(entries) == 1:
            return entries
        lines = [_typed_line(member, entry) for entry in entries]
        return [orjson.Fragment(line) for line in sorted(lines)]

    return typed


def _point(point: dict[str, Any]) -> dict[str, Any]:
    alone = len(point) == 1 and "id" in point  # an identifier is as XML carries it
    return point if alone else dict(as_text(point))


def _dispositions(said: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    return {name: sorted(words) for name, words in said.items()}


def _sensors(elements: Sequence[Mapping[str, Any]]) -> list[orjson.Fragment]:
    return _ordered([_sensor(element) for element in elements])


_ALIKE: Mapping[str, Callable[[Any], Any]] = {
    "eventTime": _time,
    **dict.fromkeys(("certificationInfo", "childEPCs", "epcList", "inputEPCList", "outputEPCList"), _texts),
    **dict.fromkeys(("childQuantityList", "inputQuantityList", "outputQuantityList", "quantityList"), _quantities),
    **{name: _typed_of(member) for name, (member, _) in TYPED.items()},
    "ilmd": as_text,
    "extensions": as_text,
    "readPoint": _point,
    "bizLocation": _point,
    "persistentDisposition": _dispositions,
    "sensorElementList": _sensors,
}
"""{member: what makes two that say the same equal}."""
