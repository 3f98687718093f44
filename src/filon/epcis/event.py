"""The EPCIS event as Filon holds it: the standard's fields in the standard's spelling, identifiers canonical.

An `Event` is immutable and complete: what the standard names has its field, everything else is kept under its
expanded name (`https://w3id.org/filon/form`, never a prefix) in `extensions`, `ilmd` or the part it was found in,
so that writing gives back what was read. Parsing, writing, rules and hash live in their own modules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from msgspec import Struct

EventType = Literal["ObjectEvent", "AggregationEvent", "TransactionEvent", "TransformationEvent", "AssociationEvent"]
Action = Literal["ADD", "OBSERVE", "DELETE"]

FILON = "https://w3id.org/filon/"
"""Namespace of Filon's own extension members; `docs/vocabulary.md` lists them."""


class QuantityElement(Struct, frozen=True, gc=False):
    """An amount of a class: kg of a lot, or pieces when `uom` is absent.

    Args:
        epcClass: canonical class identifier, e.g. `https://id.gs1.org/01/../10/..` or any URI.
        quantity: > 0; None when only the class is known.
        uom: UN/ECE Rec 20 code, None for pieces.
    """

    epcClass: str
    quantity: Decimal | None = None
    uom: str | None = None


class Typed(Struct, frozen=True, gc=False):
    """A business transaction, source or destination: its canonical value and its type (bare CBV word or URI)."""

    value: str
    type: str | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """What an event has in common with many: what kind of deed it was, where, and between whom; each as in `Event`.

    Args:
        members: (name, text) of the Filon extensions that are told here too: `SHARED`.
    """

    type: str
    action: Action | None
    bizStep: str | None
    readPoint: str | None
    bizLocation: str | None
    sourceList: tuple[Typed, ...]
    destinationList: tuple[Typed, ...]
    certificationInfo: tuple[str, ...]
    members: tuple[tuple[str, str], ...] = ()

    def own(self, name: str) -> str | None:
        """A Filon extension, one of `SHARED`, as text."""
        return dict(self.members).get(name)


SHARED = ("mode", "distance")
"""How a shipment goes, and how far: every lorry says the same."""


@dataclass(frozen=True, slots=True)
class ErrorDeclaration:
    """The sender takes the event back.

    Source: EPCIS 2.0, 7.4.1.3.
    """

    declarationTime: datetime
    reason: str | None = None
    correctiveEventIDs: tuple[str, ...] = ()
    extensions: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Event:
    """One EPCIS 2.0 event.

    `type` is one of `EventType` or, for an extension event of a partner, a URI. CBV words are bare (`shipping`),
    foreign values are URIs. Times are aware (UTC) datetimes; `eventTimeZoneOffset` is kept as written. Numbers are
    Decimal. Sensor elements keep the standard's shape: times as UTC text, words bare, identifiers canonical.
    `place` says where in which file the event stood, for findings.
    """

    type: str
    eventTime: datetime
    eventTimeZoneOffset: str
    eventID: str | None = None
    recordTime: datetime | None = None
    action: Action | None = None
    bizStep: str | None = None
    disposition: str | None = None
    readPoint: str | None = None
    bizLocation: str | None = None
    parentID: str | None = None
    epcList: tuple[str, ...] = ()
    quantityList: tuple[QuantityElement, ...] = ()
    childEPCs: tuple[str, ...] = ()
    childQuantityList: tuple[QuantityElement, ...] = ()
    inputEPCList: tuple[str, ...] = ()
    inputQuantityList: tuple[QuantityElement, ...] = ()
    outputEPCList: tuple[str, ...] = ()
    outputQuantityList: tuple[QuantityElement, ...] = ()
    transformationID: str | None = None
    bizTransactionList: tuple[Typed, ...] = ()
    sourceList: tuple[Typed, ...] = ()
    destinationList: tuple[Typed, ...] = ()
    persistentDisposition: Mapping[str, tuple[str, ...]] | None = field(default=None, hash=False)
    sensorElementList: tuple[Mapping[str, Any], ...] = field(default=(), hash=False)
    certificationInfo: tuple[str, ...] = ()
    ilmd: Mapping[str, Any] = field(default_factory=dict, hash=False)
    errorDeclaration: ErrorDeclaration | None = None
    extensions: Mapping[str, Any] = field(default_factory=dict, hash=False)
    readPointExtensions: Mapping[str, Any] = field(default_factory=dict, hash=False)
    bizLocationExtensions: Mapping[str, Any] = field(default_factory=dict, hash=False)
    place: str = field(default="", compare=False)

    def own(self, name: str) -> Any:
        """The Filon extension `name` of the event itself; None if absent."""
        return self.extensions.get(FILON + name)

    def trait(self, name: str) -> Any:
        """The Filon member `name` of the ILMD (what is true of the lots the event creates); None if absent."""
        return self.ilmd.get(FILON + name)
