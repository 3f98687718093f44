"""What a partner's file says: its events, its master data, and what we found wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from filon.core.finding import Finding, Level, worst
from filon.epcis.event import Event

DocumentType = Literal["EPCISDocument", "EPCISQueryDocument", "EPCISMasterDataDocument", "event", "events", "call"]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one document may ask of us; beyond it there is a finding, never a crash.

    Args:
        size: bytes.
        depth: levels of nesting, the document itself being the first.
        digits: characters of a number as written.
        exponent: largest power of ten, up or down.
        findings: after so many, reading stops.
    """

    size: int = 256 * 1024 * 1024
    depth: int = 64
    digits: int = 64
    exponent: int = 308
    findings: int = 1_000


@dataclass(frozen=True, slots=True)
class MasterElement:
    """One place, party, product or other thing that master data describe.

    Args:
        id: canonical identifier.
        attributes: {expanded attribute name: value as written; a list when the attribute stands more than once}.
        children: canonical identifiers of what lies within it.
        extensions: what else is said of it, expanded names.
    """

    id: str
    attributes: Mapping[str, Any] = field(default_factory=dict, hash=False)
    children: tuple[str, ...] = ()
    extensions: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Master data of one kind, e.g. all places; `extensions` are what else is said of the list, expanded names."""

    type: str
    elements: tuple[MasterElement, ...] = ()
    extensions: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands around the events: what kind of document, from whom, when.

    Args:
        extensions: partners' own members of the document, expanded names.
        inside: {path, e.g. `/epcisHeader` or `/epcisBody`: partners' own members there}.
        query: `queryName` and `subscriptionID` of a query result.
    """

    type: DocumentType = "EPCISDocument"
    id: str | None = None
    schemaVersion: str = "2.0"
    creationDate: str | None = None
    instanceIdentifier: str | None = None
    sender: str | None = None
    receiver: str | None = None
    query: Mapping[str, str] = field(default_factory=dict, hash=False)
    extensions: Mapping[str, Any] = field(default_factory=dict, hash=False)
    inside: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, hash=False)
    master: tuple[Vocabulary, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A document read whole. Events that could not be read are missing, and a finding says why."""

    heading: Heading
    events: tuple[Event, ...] = ()
    findings: tuple[Finding, ...] = ()
    name: str = ""

    @property
    def master(self) -> tuple[Vocabulary, ...]:
        """Its master data."""
        return self.heading.master

    @property
    def refused(self) -> bool:
        """Whether any finding forbids taking it."""
        return worst(self.findings) is Level.ERROR
