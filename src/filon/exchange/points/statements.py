"""Passport data as JSON, for programs: statements and deeds, each an EPCIS event.

    {"filonPoints": "1",
     "statements": [{"subject": "https://id.gs1.org/01/../21/..", "at": "2027-03-01T10:00:00Z",
                     "points": {"stateOfCertifiedEnergy": "97.5", "cycles": "212"}}],
     "deeds": [{"deed": "publish", "of": ["https://id.gs1.org/01/../21/.."], "at": "2027-03-01T10:00:00Z"}]}

`points` is an object of values, or a list of members as in `docs/vocabulary.md`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from filon.core.finding import Finding, Place, found
from filon.core.ident import canonical
from filon.core.moment import instant
from filon.epcis.document import Document, Heading
from filon.epcis.event import FILON, Event, QuantityElement

MARK = b'"filonPoints"'
MOST = 50_000


def is_json(data: bytes) -> bool:
    """Whether these bytes are passport data as JSON."""
    return data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and MARK in data[:4096]


def read_json(data: bytes, name: str = "") -> Document:
    """The events that such a document says.

    Findings:
        PAS-032: it is not readable JSON of that shape. Its statements and deeds are judged like any others.
    """
    try:
        said = json.loads(data, parse_float=Decimal)
        events = tuple(_events(said))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        return Document(Heading(), findings=(_unreadable(name, error),), name=name)
    return Document(Heading(), events=events, name=name)


def _unreadable(name: str, error: Exception) -> Finding:
    told = f"{type(error).__name__}: {error}"[:120]
    return found("PAS-032", Place(file=name), found=told, what=told)


def _events(said: Mapping[str, Any]) -> Iterator[Event]:
    statements, deeds = list(said.get("statements") or ()), list(said.get("deeds") or ())
    if len(statements) + len(deeds) > MOST:
        raise ValueError(f"more than {MOST} statements; send them in parts")
    for number, one in enumerate(statements):
        yield _statement(one, f"/statements/{number}")
    for number, one in enumerate(deeds):
        yield _deed(one, f"/deeds/{number}")


def _statement(one: Mapping[str, Any], place: str) -> Event:
    about = canonical(str(one["subject"]))
    told = one["points"]
    members = (
        [{"point": code, "value": value} for code, value in told.items()] if isinstance(told, dict) else list(told)
    )
    item = "/21/" in about or ("/10/" not in about and "/01/" not in about)
    return Event(
        "ObjectEvent",
        instant(str(one["at"])),
        "+00:00",
        action="OBSERVE",
        bizStep="inspecting",
        bizLocation=canonical(str(one["plant"])) if one.get("plant") else None,
        epcList=(about,) if item else (),
        quantityList=() if item else (QuantityElement(about),),
        extensions={FILON + "points": [_texts(member) for member in members]},
        place=place,
    )


def _deed(one: Mapping[str, Any], place: str) -> Event:
    member = {key: value for key, value in one.items() if key != "at"}
    return Event(
        "ObjectEvent",
        instant(str(one["at"])),
        "+00:00",
        action="OBSERVE",
        bizStep="inspecting",
        epcList=tuple(canonical(str(each)) for each in one["of"]),
        extensions={FILON + "life": _texts(member)},
        place=place,
    )


def _texts(value: Any) -> Any:
    """Numbers and truth values as text: nothing of a value may pass through a binary float."""
    if isinstance(value, Mapping):
        return {str(key): _texts(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_texts(item) for item in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
