"""The plan told as EPCIS events, as a plant's own system would: identifiers, times, matter in Filon's words.

`docs/vocabulary.md` has the words. Companies that send workbooks know the day only; the others the minute.

    for event in told(plan): ...
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from filon.core.moment import offset
from filon.epcis.event import FILON, ErrorDeclaration, Event, EventType, QuantityElement, Typed
from filon.exchange.simulator.deed import (
    Assembled,
    Counted,
    Deed,
    Delivered,
    Line,
    Made,
    Mistaken,
    Range,
    Received,
    Rejected,
    Shipped,
)
from filon.exchange.simulator.ilmd import ilmd_of
from filon.exchange.simulator.world import Company, Site


def told(plan: Iterable[Deed]) -> Iterator[Event]:
    """The events of a plan in its order; what was first told wrong comes wrong, then taken back, then right."""
    deeds = list(plan)
    corrected = {id(deed.right): deed.wrong for deed in deeds if isinstance(deed, Mistaken)}
    for deed in deeds:
        yield from telling(corrected.get(id(deed), deed))


def telling(deed: Deed) -> Iterator[Event]:
    """The events that tell one deed."""
    match deed:
        case Made():
            yield _made(deed)
        case Shipped():
            yield _shipped(deed)
        case Received():
            yield _received(deed)
        case Assembled():
            yield _assembled(deed)
        case Rejected():
            yield _rejected(deed)
        case Counted():
            yield _counted(deed)
        case Delivered():
            yield from _delivered(deed)
        case Mistaken():
            yield from _taken_back(deed)


def moment(local: datetime, site: Site) -> datetime:
    """The UTC moment of a site's local time."""
    return local.replace(tzinfo=UTC) - _shift(site.zone)


_shift = cache(offset)


def note_id(issuer: Company, note: str) -> str:
    """Identifier of a delivery note, order or certificate: who issued it and its number.

    Source: CBV 2.0, 8.5.3 (`urn:epcglobal:cbv:bt:GLN13:number`).
    """
    return f"urn:epcglobal:cbv:bt:{gln(issuer)}:{quote(note, safe='')}"


def campaign_id(maker: Company, order: str) -> str:
    """Identifier of a campaign.

    Source: CBV 2.0, 8.6 (`urn:epcglobal:cbv:xform:GLN13:number`).
    """
    return f"urn:epcglobal:cbv:xform:{gln(maker)}:{quote(order, safe='')}"


def gln(company: Company) -> str:
    """The company's 13 digits."""
    return company.id.rpartition("/")[2]


def _event(deed: Deed, name: str, kind: EventType, **fields: Any) -> Event:
    """The event of a deed, its identifier made of what it tells of (`name`), where and when."""
    site, daily = deed.site, deed.site.company.medium != "epcis"
    when = deed.when.replace(hour=0, minute=0) if daily else deed.when
    own = fields.pop("extensions", {})
    key = f"{kind} {fields['bizStep']} {name} {site.id} {deed.when.isoformat()}"
    return Event(
        type=kind,
        eventTime=moment(when, site),
        eventTimeZoneOffset=site.zone,
        eventID=f"urn:uuid:{uuid5(NAMESPACE_URL, key)}",
        readPoint=site.id,
        extensions={FILON + "precision": "day", **own} if daily else own,
        **fields,
    )


def quantity(line: Line) -> QuantityElement:
    """A line as a quantity: pieces of an article, kg of anything else."""
    return QuantityElement(line.lot.id, line.amount, None if line.lot.product.form in {"cell", "pack"} else "KGM")


def _made(deed: Made) -> Event:
    issuer = deed.site.company
    papers = [Typed(note_id(issuer, deed.traits.certificate), "testres")] if deed.traits.certificate else []
    ilmd = ilmd_of(deed)
    name = f"{deed.line.lot.id} {deed.line.amount} {deed.traits.status}"
    if not deed.campaign:
        return _event(
            deed,
            name,
            "ObjectEvent",
            action="ADD",
            bizStep="commissioning",
            disposition="active",
            bizLocation=deed.site.id,
            quantityList=(quantity(deed.line),),
            bizTransactionList=tuple(papers),
            ilmd=ilmd,
        )
    papers.append(Typed(note_id(issuer, deed.campaign), "prodorder"))
    return _event(
        deed,
        name,
        "TransformationEvent",
        bizStep="creating_class_instance",
        disposition="active",
        bizLocation=deed.site.id,
        inputQuantityList=tuple(quantity(line) for line in deed.used),
        outputQuantityList=(quantity(deed.line),),
        transformationID=campaign_id(issuer, deed.campaign),
        bizTransactionList=tuple(papers),
        ilmd=ilmd,
    )


def _parties(site: Site) -> tuple[Typed, ...]:
    owner = site.company.id
    return (Typed(owner, "owning_party"), Typed(owner, "possessing_party"), Typed(site.id, "location"))


def _shipped(deed: Shipped) -> Event:
    papers = [Typed(note_id(deed.site.company, deed.note), "desadv")]
    if deed.order:
        papers.append(Typed(note_id(deed.to.company, deed.order), "po"))
    own = {}
    if deed.packages is not None:
        own[FILON + "packages"] = str(deed.packages)
    if deed.seal:
        own[FILON + "seals"] = deed.seal
    return _event(
        deed,
        f"{deed.note}",
        "ObjectEvent",
        action="OBSERVE",
        bizStep="shipping",
        disposition="in_transit",
        quantityList=tuple(quantity(line) for line in deed.lines),
        bizTransactionList=tuple(papers),
        sourceList=_parties(deed.site),
        destinationList=_parties(deed.to),
        extensions=own,
    )


def _received(deed: Received) -> Event:
    return _event(
        deed,
        f"{deed.maker.id} {deed.note}",
        "ObjectEvent",
        action="OBSERVE",
        bizStep="receiving",
        disposition="in_progress",
        bizLocation=deed.site.id,
        quantityList=tuple(quantity(line) for line in deed.lines),
        bizTransactionList=(Typed(note_id(deed.maker.company, deed.note), "desadv"),),
        sourceList=_parties(deed.maker),
        destinationList=_parties(deed.site),
    )


def _ranges(ranges: Iterable[Range]) -> list[dict[str, str]]:
    listed = list(ranges)
    lots = {one.lot.number: one.lot for one in listed}
    names = {number: lot.id for number, lot in lots.items()}  # a pack may have hundreds of ranges of a few batches
    return [{"class": names[one.lot.number], "first": str(one.first), "last": str(one.last)} for one in listed]


def _assembled(deed: Assembled) -> Event:
    ranges, pieces = _ranges(deed.ranges), dict[str, int]()
    for said, one in zip(ranges, deed.ranges, strict=True):
        pieces[said["class"]] = pieces.get(said["class"], 0) + one.pieces
    children = tuple(QuantityElement(lot, Decimal(number)) for lot, number in pieces.items())
    return _event(
        deed,
        deed.id,
        "AggregationEvent",
        action="ADD",
        bizStep="assembling",
        disposition="active",
        bizLocation=deed.site.id,
        parentID=deed.id,
        childQuantityList=children,
        extensions={FILON + "ranges": ranges},
    )


def _rejected(deed: Rejected) -> Event:
    line = Line(deed.range.lot, Decimal(deed.range.pieces))
    # Destroyed pieces are nowhere afterwards: no bizLocation, the read point says where they were.
    return _event(
        deed,
        line.lot.id,
        "ObjectEvent",
        action="DELETE",
        bizStep="destroying",
        disposition="disposed",
        quantityList=(quantity(line),),
        extensions={FILON + "ranges": _ranges([deed.range])},
    )


def _counted(deed: Counted) -> Event:
    return _event(
        deed,
        deed.line.lot.id,
        "ObjectEvent",
        action="OBSERVE",
        bizStep="stock_taking",
        bizLocation=deed.site.id,
        quantityList=(quantity(deed.line),),
    )


def _delivered(deed: Delivered) -> Iterator[Event]:
    fields: dict[str, Any] = {
        "action": "OBSERVE",
        "epcList": deed.packs,
        "bizTransactionList": (Typed(note_id(deed.site.company, deed.note), "desadv"),),
        "sourceList": _parties(deed.site),
        "destinationList": _parties(deed.to),
    }
    yield _event(deed, deed.note, "ObjectEvent", bizStep="shipping", disposition="in_transit", **fields)
    there = Deed(when=deed.arrival, site=deed.to, told=deed.told)
    arrived = {"bizStep": "receiving", "disposition": "in_progress", "bizLocation": deed.to.id}
    yield _event(there, deed.note, "ObjectEvent", **arrived, **fields)


def _taken_back(deed: Mistaken) -> Iterator[Event]:
    wrong, right = _made(deed.wrong), _made(deed.right)
    declaration = ErrorDeclaration(
        declarationTime=moment(deed.when, deed.site),
        reason="incorrect_data",
        correctiveEventIDs=(right.eventID or "",),
    )
    yield replace(wrong, errorDeclaration=declaration)
    yield right
