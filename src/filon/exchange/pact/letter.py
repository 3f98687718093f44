"""Letters: what partners tell each other about footprints, as CloudEvents 1.0 in one JSON object each.

A request is answered by exactly one of fulfilled and rejected; published names footprints that are new.

    letter = read(json.loads(body))
    letter.kind                     # Kind.REQUEST
    write(Kind.REJECTED, {"requestEventId": letter.id, ..}, id=.., source=.., now=..)

Source: PACT Data Exchange 3.0.3, events; CloudEvents 1.0, 3.1 (required attributes).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from filon.core.errors import WrongCallError
from filon.core.finding import Level
from filon.exchange.pact.check import check
from filon.exchange.pact.search import LISTED, MOMENTS
from filon.exchange.pact.shape import is_time

MEDIA_TYPE = "application/cloudevents+json"


class Kind(StrEnum):
    """What a letter says."""

    REQUEST = "org.wbcsd.pact.ProductFootprint.RequestCreatedEvent.3"
    FULFILLED = "org.wbcsd.pact.ProductFootprint.RequestFulfilledEvent.3"
    REJECTED = "org.wbcsd.pact.ProductFootprint.RequestRejectedEvent.3"
    PUBLISHED = "org.wbcsd.pact.ProductFootprint.PublishedEvent.3"


@dataclass(frozen=True)
class Letter:
    """One letter as it came.

    Args:
        source: address of who sent it; answers go there.
    """

    kind: Kind
    id: str
    source: str
    data: Mapping[str, Any]

    @property
    def base(self) -> str:
        """Where the sender's interface lives: `https://host/path`, without `/3/events`.

        A source may be an address of the interface, of its events, or have no scheme: then https is meant.
        """
        return based(self.source)


def based(address: str) -> str:
    """The base address of an interface that somebody names in one of the usual ways."""
    text = f"https:{address}" if address.startswith("//") else address
    return text.rstrip("/").removesuffix("/3/events").removesuffix("/events").rstrip("/")


def read(said: Any) -> Letter:
    """The letter that a JSON value is.

    Raises:
        WrongCallError: a member is missing or not as the standard writes it.
    """
    if not isinstance(said, dict):
        raise WrongCallError("an event is a JSON object")
    for name in ("type", "specversion", "id", "source", "time"):
        if not isinstance(said.get(name), str) or not said[name]:
            raise WrongCallError(f"{name} is missing")
    if said["specversion"] != "1.0":
        raise WrongCallError("specversion is 1.0")
    if not is_time(said["time"]):
        raise WrongCallError("time is a moment with its zone, as 2026-01-31T00:00:00Z")
    try:
        kind = Kind(said["type"])
    except ValueError as error:
        raise WrongCallError(f"type is not understood: {error}") from error
    data = said.get("data")
    if not isinstance(data, dict):
        raise WrongCallError("data is an object")
    _CHECKS[kind](data)
    letter = Letter(kind, said["id"], said["source"], data)
    if not urlsplit(letter.base).netloc:
        raise WrongCallError("source is the address of the sender's interface")
    return letter


def _request(data: Mapping[str, Any]) -> None:
    for name in (*LISTED, *MOMENTS, "status"):
        value = data.get(name, [])
        if not (isinstance(value, str) or (isinstance(value, list) and all(isinstance(one, str) for one in value))):
            raise WrongCallError(f"{name} is a list of text")


def _fulfilled(data: Mapping[str, Any]) -> None:
    _answered(data)
    pfs = data.get("pfs")
    if not isinstance(pfs, list) or not pfs or not all(isinstance(one, dict) for one in pfs):
        raise WrongCallError("pfs holds one footprint at least")
    for index, one in enumerate(pfs):
        for finding in check(one):
            if finding.level is Level.ERROR:
                raise WrongCallError(f"pfs/{index}{finding.place.pointer}: {finding.text('en')}")


def _rejected(data: Mapping[str, Any]) -> None:
    _answered(data)
    error = data.get("error")
    if not isinstance(error, dict) or not all(isinstance(error.get(name), str) for name in ("code", "message")):
        raise WrongCallError("error has a code and a message")


def _answered(data: Mapping[str, Any]) -> None:
    if not isinstance(data.get("requestEventId"), str) or not data["requestEventId"]:
        raise WrongCallError("requestEventId is missing")


def _published(data: Mapping[str, Any]) -> None:
    named = data.get("pfIds")
    if not isinstance(named, list) or not named or not all(map(_uuid, named)):
        raise WrongCallError("pfIds holds UUIDs, one at least")


def _uuid(value: Any) -> bool:
    try:
        return isinstance(value, str) and str(UUID(value)) == value.lower()
    except ValueError:
        return False


_CHECKS = {
    Kind.REQUEST: _request, Kind.FULFILLED: _fulfilled, Kind.REJECTED: _rejected, Kind.PUBLISHED: _published,
}  # fmt: skip


def filters(data: Mapping[str, Any]) -> dict[str, list[str]]:
    """The filters of a request, each as a list."""
    return {name: [value] if isinstance(value, str) else list(value) for name, value in data.items()
            if name in {*LISTED, *MOMENTS, "status"}}  # fmt: skip


def write(kind: Kind, data: Mapping[str, Any], *, id: str, source: str, now: datetime) -> dict[str, Any]:  # noqa: A002 - the standard's spelling
    """A letter as JSON."""
    time = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"type": kind.value, "specversion": "1.0", "id": id, "source": source, "time": time, "data": dict(data)}
