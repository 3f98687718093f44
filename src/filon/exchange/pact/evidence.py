"""Received footprints as EPCIS events: what a supplier declares of each kg or piece, kept whole beside the figure.

Each footprint is one event that bears a `product footprint` activity for every unit made, and the footprint as sent
(`filon:footprint`, JSON as text). Which product or lot it is of follows from its URNs: `urn:gtin:`, or the ones that
Filon writes itself (`urn:pact:<domain>:lot-id:<gtin>.<lot>`). The same bytes give the same events, so a file may be
deposited like any other.

    document(data, "footprint.json").events
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote, unquote

from filon.core.finding import Finding, Level, Place, found
from filon.core.ident import canonical, elements, gtin, lgtin, sgtin
from filon.epcis.document import Document, Heading
from filon.epcis.event import FILON, Event
from filon.exchange.pact.search import validity
from filon.exchange.pact.take import Taken, take

FOOTPRINT = FILON + "footprint"
_GTIN = re.compile(r"urn:gtin:(\d{8}|\d{12,14})", re.IGNORECASE)
_OWN = re.compile(r"urn:pact:[^:]+:(product-id|lot-id|serial-id):(\d{14})(?:\.(.+))?", re.IGNORECASE)


def is_footprint(data: bytes) -> bool:
    """Whether these bytes are a footprint, a list of them, or an answer that holds them."""
    head = data[:200_000].lstrip(b"\xef\xbb\xbf \t\r\n")
    return head.startswith((b"{", b"[")) and b'"pcf"' in head and b'"declaredUnitOfMeasurement"' in data


def urns(lot: str, domain: str) -> tuple[str, ...]:
    """The names under which a lot or article is told to others, finest first; safe in a query as they stand."""
    keys = elements(lot)
    if "01" not in keys:
        return (f"urn:pact:{domain}:own-id:{quote(lot, safe='')}",)
    fine = {"10": "lot-id", "21": "serial-id"}
    own = [f"urn:pact:{domain}:{word}:{keys['01']}.{quote(keys[key], safe='')}" for key, word in fine.items()
           if key in keys]  # fmt: skip
    return (*own, f"urn:pact:{domain}:product-id:{keys['01']}", f"urn:gtin:{keys['01']}")


def subject(products: tuple[str, ...]) -> str:
    """The lot or product that a footprint is of, as the books name it; the first URN as it stands if unknown."""
    for one in products:
        if match := _OWN.fullmatch(one):
            word, number, rest = match.groups()
            if word.lower() == "product-id" or not rest:
                continue
            return lgtin(number, unquote(rest)) if word.lower() == "lot-id" else sgtin(number, unquote(rest))
        if one.lower().startswith("urn:pact:") and ":own-id:" in one:
            return canonical(unquote(one.rpartition(":own-id:")[2]))
    for one in products:
        if match := _GTIN.fullmatch(one) or re.fullmatch(r"urn:pact:[^:]+:product-id:(\d{14})", one, re.IGNORECASE):
            return gtin(match[1])
    return products[0]


def document(data: bytes, name: str = "", *, change: Callable[[Any], Any] | None = None) -> Document:
    """The events that received footprints say.

    Args:
        change: makes a ProductFootprint of what another format says.

    Findings:
        CFP-112: not JSON, or no footprint in it.
        CFP-101 to CFP-111: what is wrong with a footprint; one with an error refuses the file.
    """
    events: list[Event] = []
    findings: list[Finding] = []
    for index, body in enumerate(_bodies(data)):
        taken, told = take(change(body) if change else body, name)
        findings += told
        if taken is not None:
            events.append(event(taken, f"/{index}"))
    if not events and not findings:
        findings.append(found("CFP-112", Place(file=name)))
    wrong = any(one.level is Level.ERROR for one in findings)
    return Document(Heading(), events=() if wrong else tuple(events), findings=tuple(findings), name=name)


def _bodies(data: bytes) -> Iterator[Any]:
    try:
        said = json.loads(data, parse_float=Decimal)
    except ValueError:
        return
    if isinstance(said, Mapping) and isinstance(said.get("data"), Mapping):
        said = said["data"].get("pfs", [])
    elif isinstance(said, Mapping) and isinstance(said.get("data"), list):
        said = said["data"]
    yield from said if isinstance(said, list) else [said]


def event(taken: Taken, place: str = "", *, of: str = "") -> Event:
    """One footprint as an event.

    Args:
        of: lot, product or form it is of, where a person says so; empty = by its URNs.
    """
    start, end = validity(taken.body)
    # A lot is as old as its reference period, or younger: made in it, or while the footprint was good.
    since = min(datetime.fromisoformat(taken.since), start)
    span = {"product": of or subject(taken.products), "from": f"{since:%Y-%m-%d}", "until": f"{end:%Y-%m-%d}"}
    extensions = {
        FILON + "activity": [taken.each()],
        FILON + "activityFor": span,
        FILON + "precision": "day",
        FOOTPRINT: json.dumps(taken.body, ensure_ascii=False, sort_keys=True, default=str),
    }
    made = datetime.fromisoformat(taken.body["created"]).astimezone(UTC)
    report = {"type": FILON + "activity", "stringValue": "product footprint"}
    out = Event(
        "ObjectEvent", made, "+00:00", action="OBSERVE", bizStep="sensor_reporting",
        sensorElementList=({"sensorReport": [report]},), extensions=extensions,
    )  # fmt: skip
    return replace(out, place=place)
