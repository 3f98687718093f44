"""From a workbook to EPCIS events: one way only, from the bytes alone, the same events every time.

A lot without inputs is commissioned, a lot with inputs is the one output of a transformation; the lines of a delivery
note are one shipment; receipts, stocktakes and assemblies follow. The words that EPCIS lacks are those of
`docs/vocabulary.md`. Where a row of the file becomes nothing, it has a finding (`check`), and such a file is not taken.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from filon.core.pause import collector_paused
from filon.epcis.document import Document, Heading
from filon.epcis.event import FILON, Event, QuantityElement, Typed
from filon.exchange.workbook.event import (
    DAILY,
    LITRE,
    assays_of,
    decimal_text,
    element_of,
    event_of,
    midnight,
    numbers_of,
    things,
)
from filon.exchange.workbook.events_handling import joinings, readings_of, stocktakes
from filon.exchange.workbook.facts import Facts, Made, Received, Shipped, Used
from filon.exchange.workbook.master import master, origin_of
from filon.exchange.workbook.names import Site, full_identifier, scoped
from filon.exchange.workbook.reading import Reading, Row
from filon.exchange.workbook.resolve import facts

MILLIGRAM = Decimal("0.000001")
_TEXTS: Mapping[str, str] = {"lots.status": FILON + "status", "lots.recycled_kind": FILON + "recycledKind"}


def events(reading: Reading, said: Facts | None = None) -> Document:
    """The events and master data of a workbook; findings are those of the reading and of the names in it.

    Args:
        said: the reading's facts where somebody has them already.

    Source: interface reference, section 11 (To EPCIS); EPCIS 2.0, 7.4; CBV 2.0, 7.1.
    """
    with collector_paused():
        said = said or facts(reading)
        made = tuple(told(reading, said))
    return Document(heading(said), made, (*reading.findings, *said.findings), reading.name)


def told(reading: Reading, said: Facts) -> Iterator[Event]:
    """The events of a workbook one by one, so that a file of 100 000 rows need not be held as events."""
    yield from _lots(reading, said)
    yield from _shipments(reading, said.shipped)
    yield from _receipts(reading, said.received)
    yield from stocktakes(reading, said)
    yield from joinings(reading, said)


def heading(said: Facts) -> Heading:
    """The master data of a workbook."""
    return Heading(master=master(said))


# ---- lots made


def _lots(reading: Reading, said: Facts) -> Iterable[Event]:
    inputs: dict[str, list[Used]] = defaultdict(list)
    for use in said.used:
        inputs[use.out].append(use)
    title = reading.place("lots").sheet
    last = {lot.lot: lot for lot in said.made}
    more = readings_of(said.measured)
    for lot in said.made:
        common = _common(title, said, lot)
        if more and last[lot.lot] is lot:
            _add(common["ilmd"], more.get(lot.lot, {}))
        yield _transformed(lot, inputs[lot.lot], common) if lot.lot in inputs else _made(lot, common)


def _common(title: str, said: Facts, lot: Made) -> dict[str, Any]:
    certificate = lot.row.text("lots.coa")
    return {
        "eventTime": midnight(lot.day, lot.site.zone),
        "eventTimeZoneOffset": lot.site.zone,
        "disposition": "active",
        "readPoint": lot.site.id,
        "bizLocation": lot.site.id,
        "ilmd": _traits(said, lot),
        "extensions": dict(DAILY),
        "place": f"{title}!{lot.row.number}",
        "bizTransactionList": (_transaction(lot.site, certificate, "testres"),) if certificate else (),
    }


def _add(ilmd: dict[str, Any], more: Mapping[str, list[dict[str, str]]]) -> None:
    for name, listed in more.items():
        ilmd[name] = [*ilmd.get(name, ()), *listed]


def _amount(lot: Made) -> QuantityElement:
    """Pieces of an article, litres of a solution, kilograms of all else."""
    if lot.pieces is not None:
        return QuantityElement(lot.lot, lot.pieces)
    return element_of(lot.lot, lot.kg) if lot.litres is None else QuantityElement(lot.lot, lot.litres, LITRE)


def _made(lot: Made, common: dict[str, Any]) -> Event:
    return event_of(
        type="ObjectEvent",
        action="ADD",
        bizStep="commissioning",
        quantityList=(_amount(lot),),
        **common,
    )


def _transformed(lot: Made, uses: Sequence[Used], common: dict[str, Any]) -> Event:
    campaigns = sorted({each for use in uses if (each := use.row.text("mix.campaign"))})
    orders = tuple(_transaction(lot.site, each, "prodorder") for each in campaigns)
    lots, pieces = things([(use.inp, use.kg) for use in uses if use.inp])
    common["bizTransactionList"] += orders
    return event_of(
        type="TransformationEvent",
        bizStep="creating_class_instance",
        inputQuantityList=lots,
        inputEPCList=pieces,
        outputQuantityList=(_amount(lot),),
        transformationID=_scoped(lot.site, "xform", campaigns[0]) if len(campaigns) == 1 else None,
        **common,
    )


def _scoped(site: Site, kind: str, number: str) -> str:
    return full_identifier(number) or scoped(site.party or site.id, kind, number)


def _transaction(site: Site, number: str, kind: str) -> Typed:
    return Typed(_scoped(site, "bt", number), kind)


def _traits(said: Facts, lot: Made) -> dict[str, Any]:
    """What is true of the lot: form, kind, moisture, assays, origin; numbers as decimal text."""
    row, values = lot.row, lot.row.values
    traits: dict[str, Any] = {FILON + "form": lot.product.form, FILON + "kind": lot.product.use}
    traits |= numbers_of(row, "lots")
    if "lots.moist" in values and (moisture := row.amount("lots.moist")) is not None:
        traits[FILON + "dryMass"] = decimal_text(lot.kg * (100 - moisture) / 100)
    traits[FILON + "assay"] = assays_of(row, "lots")
    if lot.pieces:
        traits[FILON + "pieceMass"] = decimal_text((lot.kg / lot.pieces).quantize(MILLIGRAM))
        traits[FILON + "serials"] = _serials(row)
    traits |= {name: values[key] for key, name in _TEXTS.items() if key in values}
    if "lots.origin" in values:
        traits[FILON + "origin"] = origin_of(said.directory, lot)
    return {name: value for name, value in traits.items() if value}


def _serials(row: Row) -> dict[str, str]:
    first, last = row.amount("lots.first"), row.amount("lots.last")
    return {} if first is None or last is None else {"first": decimal_text(first), "last": decimal_text(last)}


# ---- shipments


def _shipments(reading: Reading, lines: Iterable[Shipped]) -> Iterable[Event]:
    notes: dict[tuple[Any, ...], list[Shipped]] = defaultdict(list)
    for line in lines:
        notes[line.note, line.day, line.site.id, line.to.id, line.to_site.id].append(line)
    title = reading.place("ship").sheet
    for note in notes.values():
        yield _shipment(title, note, "shipping", "in_transit")
        if void := [line for line in note if line.row.text("ship.void") == "yes"]:
            yield _shipment(title, void, "void_shipping", "available")


def _shipment(title: str, note: Sequence[Shipped], step: str, disposition: str) -> Event:
    first = note[0]
    orders = sorted({_order(line) for line in note if line.row.text("ship.po")})
    lots, pieces = things([(line.lot, line.kg) for line in note])
    return event_of(
        type="ObjectEvent",
        action="OBSERVE",
        eventTime=midnight(first.day, first.site.zone),
        eventTimeZoneOffset=first.site.zone,
        bizStep=step,
        disposition=disposition,
        readPoint=first.site.id,
        quantityList=lots,
        epcList=pieces,
        bizTransactionList=(Typed(first.note, "desadv"), *(Typed(order, "po") for order in orders)),
        sourceList=_ends(first.site.party, first.site.id),
        destinationList=_ends(first.to.id, first.to_site.id),
        extensions={**DAILY, **_packing(note), **_way(note)},
        place=f"{title}!{first.row.number}",
    )


def _order(line: Shipped) -> str:
    number = line.row.text("ship.po")
    return full_identifier(number) or scoped(line.to.id, "bt", number)


def _ends(party: str, site: str) -> tuple[Typed, ...]:
    parties = (Typed(party, "owning_party"), Typed(party, "possessing_party")) if party else ()
    return (*parties, Typed(site, "location"))


def _packing(note: Sequence[Shipped]) -> dict[str, str]:
    packs = [count for line in note if (count := line.row.amount("ship.pack")) is not None]
    seals = sorted({seal for line in note if (seal := line.row.text("ship.seal"))})
    told = {"packages": decimal_text(sum(packs, Decimal(0))) if packs else "", "seals": ", ".join(seals)}
    return {FILON + name: value for name, value in told.items() if value}


def _way(note: Sequence[Shipped]) -> dict[str, str]:
    """Distance and mode, where the lines of a note do not contradict one another."""
    km = {line.row.amount("ship.km") for line in note} - {None}
    mode = {line.row.text("ship.mode") for line in note} - {""}
    told = {
        "distance": decimal_text(km.pop() or Decimal(0)) if len(km) == 1 else "",
        "mode": mode.pop() if len(mode) == 1 else "",
    }
    return {FILON + name: value for name, value in told.items() if value}


# ---- receipts


def _receipts(reading: Reading, lines: Sequence[Received]) -> Iterable[Event]:
    last: dict[tuple[str, str], date] = {}
    for line in lines:
        last[line.note, line.lot] = max(line.day, last.get((line.note, line.lot), line.day))
    groups: dict[tuple[Any, ...], list[Received]] = defaultdict(list)
    for line in lines:
        # Two receipts of one line cannot both close it: all but the last leave the rest in transit.
        partial = line.row.text("recv.partial") == "yes" or line.day < last[line.note, line.lot]
        groups[line.note, line.day, line.site.id, line.sender, line.own, partial].append(line)
    title = reading.place("recv").sheet
    for (*_, own, partial), group in groups.items():
        yield _receipt(title, group, own, partial)


def _receipt(title: str, group: Sequence[Received], own: str, partial: bool) -> Event:
    first = group[0]
    said = {**DAILY, FILON + "own": own, FILON + "partial": partial}
    lots, pieces = things([(line.lot, line.kg) for line in group])
    return event_of(
        type="ObjectEvent",
        action="OBSERVE",
        eventTime=midnight(first.day, first.site.zone),
        eventTimeZoneOffset=first.site.zone,
        bizStep="receiving",
        disposition="in_progress",
        readPoint=first.site.id,
        bizLocation=first.site.id,
        quantityList=lots,
        epcList=pieces,
        bizTransactionList=(Typed(first.note, "desadv"),),
        sourceList=_ends(first.sender, "")[:2] if first.sender else (),
        destinationList=_ends(first.site.party, first.site.id),
        extensions={name: value for name, value in said.items() if value},
        place=f"{title}!{first.row.number}",
    )
