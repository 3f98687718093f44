"""Whether two events are the same occurrence: a 32-byte key of what an event says, however it was spelled.

The key follows the CBV event hash in what counts (decision 0007): recordTime, eventID and the error declaration do
not, times count to the millisecond, standard lists have no order. The moment of an error declaration is added, so
that an event and its retraction are two. Unlike the hash it is quick, and finer where the hash is careless: numbers
are exact, a text `0012` is not `12`, the order of a partner's own lists counts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

import orjson

from filon.epcis.body import members
from filon.epcis.event import Event
from filon.epcis.moments import rounded, written
from filon.epcis.number import JSON_NUMBER, plain

_LISTS = (
    "bizTransactionList", "certificationInfo", "childEPCs", "childQuantityList", "destinationList", "epcList",
    "inputEPCList", "inputQuantityList", "outputEPCList", "outputQuantityList", "quantityList", "sourceList",
)  # fmt: skip
_OWN = ("ilmd", "extensions", "readPoint", "bizLocation")


def body_key(event: Event, said: dict[str, Any] | None = None) -> bytes:
    """32 bytes, equal for two events exactly when they tell the same occurrence (or the same retraction of it).

    Args:
        said: its `members` where somebody has them already.

    Source: EPCIS 1.2, 7.4.1.2 with CBV 2.0, 8.9.2; decision 0007.
    """
    body = dict(said) if said is not None else members(event)
    for name in ("recordTime", "eventID", "errorDeclaration"):
        body.pop(name, None)
    for name in _LISTS:
        entries = body.get(name)
        if entries is not None and len(entries) > 1:
            body[name] = sorted(entries) if type(entries) is tuple else _ordered(entries)
    if event.eventTime.microsecond % 1000:
        body["eventTime"] = written(rounded(event.eventTime))
    for name in _OWN:
        if name in body:
            body[name] = _text(body[name])
    if event.persistentDisposition:
        body["persistentDisposition"] = {name: sorted(words) for name, words in event.persistentDisposition.items()}
    if event.sensorElementList:
        body["sensorElementList"] = _ordered([_sensor(element) for element in event.sensorElementList])
    told = event.errorDeclaration
    kept = orjson.dumps(body, default=_number, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(kept + (b"" if told is None else written(told.declarationTime).encode())).digest()


def _ordered(entries: list[Any]) -> list[orjson.Fragment]:
    return [orjson.Fragment(line) for line in sorted(_line(entry) for entry in entries)]


def _line(entry: Any) -> bytes:
    return orjson.dumps(entry, default=_number, option=orjson.OPT_SORT_KEYS)


def _number(value: Any) -> Any:
    return orjson.Fragment(plain(value)) if isinstance(value, Decimal) else dict(value)


def _sensor(element: Mapping[str, Any]) -> dict[str, Any]:
    text: dict[str, Any] = _text(element)
    reports = element.get("sensorReport", [])
    text["sensorReport"] = _ordered([_text(report) for report in reports])
    return text


_EMPTY: tuple[Any, ...] = ("", [], {})
_MDA = "{urn:epcglobal:cbv:mda}"  # XML's namespace for what JSON-LD calls urn:epcglobal:cbv:mda:


def _same(name: str) -> str:
    return name if not name.startswith(_MDA) else f"urn:epcglobal:cbv:mda:{name[len(_MDA) :]}"


@lru_cache(maxsize=65_536)
def _scalar(text: str) -> str:
    """A text without blanks around it; one that reads as a number in its one spelling. The same few come often."""
    stripped = text.strip()
    return plain(Decimal(stripped)) if JSON_NUMBER.fullmatch(stripped) else stripped


def _text(value: Any) -> Any:
    """A partner's value as XML would carry it: scalars as text, a list of one as the thing itself."""
    kind = type(value)
    if kind is str:
        return _scalar(value)
    if kind is Decimal:
        return plain(value)
    if kind is list or kind is tuple:
        return _text(value[0]) if len(value) == 1 else [_text(item) for item in value]
    if isinstance(value, Mapping):
        return {_same(name): text for name, item in value.items() if (text := _text(item)) not in _EMPTY}
    return "" if value is None else str(value).lower()
