"""From a workbook to EPCIS events: one way only, from the bytes alone, the same events every time.

A lot without inputs is commissioned, a lot with inputs is the one output of a transformation; the lines of a delivery
note are one shipment; receipts follow. The words that EPCIS lacks are those of `docs/vocabulary.md`. Where a row of
the file becomes nothing, it has a finding (`check`), and such a file is not taken.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Any

import orjson

from filon.core.moment import offset
from filon.core.pause import collector_paused
from filon.epcis.document import Document, Heading
from filon.epcis.event import FILON, Event, QuantityElement, Typed
from filon.exchange.workbook.columns import ASSAY_TEXTS, ASSAYED
from filon.exchange.workbook.facts import Facts, Made, Received, Shipped, Used
from filon.exchange.workbook.master import master, origin_of
from filon.exchange.workbook.names import Site, full_identifier, scoped
from filon.exchange.workbook.reading import Reading, Row
from filon.exchange.workbook.resolve import facts

KILOGRAM = "KGM"
_COUNTS: Mapping[str, str] = {
    "lots.moist": FILON + "moisture",
    "lots.recycled": FILON + "recycled",
    "lots.u_weight": FILON + "weighingUncertainty",
}
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


def heading(said: Facts) -> Heading:
    """The master data of a workbook."""
    return Heading(master=master(said))


def _event(place: str, **members: Any) -> Event:
    """An event whose identifier is made of what it says, so that the same row in two files is the same event.

    What is hashed must never change: files kept in the log give their events the same identifiers for ever.

    Source: RFC 9562, 5.8 (UUIDv8), the 122 free bits from SHA-256.
    """
    said = {name: value for name, value in members.items() if value}
    content = orjson.dumps(said, _hashed, orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS)
    digest = bytearray(hashlib.sha256(content).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x80
    digest[8] = digest[8] & 0x3F | 0x80
    text = digest.hex()
    name = f"urn:uuid:{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
    return Event(eventID=name, place=place, **members)


def _hashed(value: Any) -> Any:
    """Quantities as [class, number, unit], references as [type, value]: whatever else these types may hold one day."""
    if isinstance(value, QuantityElement):
        return [value.epcClass, decimal_text(value.quantity or Decimal(0)), value.uom]
    if isinstance(value, Typed):
        return [value.type, value.value]
    raise TypeError(type(value).__name__)


@lru_cache(maxsize=4096)
def midnight(day: date, zone: str) -> datetime:
    """The moment (UTC) at which the day begins where the zone holds."""
    return datetime.combine(day, time(), UTC) - offset(zone)


def decimal_text(value: Decimal) -> str:
    """A number as it is written in events: no exponent, no needless zeros."""
    text = str(value)
    if "E" in text or not text.isascii():
        return f"{trimmed(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def trimmed(value: Decimal) -> Decimal:
    """The same number without needless zeros: 24150.50 and 24150.5 are one quantity."""
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


def _element(lot: str, kg: Decimal) -> QuantityElement:
    return QuantityElement(lot, trimmed(kg), KILOGRAM)


def _summed(lines: Iterable[tuple[str, Decimal]]) -> tuple[QuantityElement, ...]:
    """One element a lot, sorted: the same lines in another order are the same event."""
    total: dict[str, Decimal] = {}
    for lot, kg in lines:
        total[lot] = total.get(lot, Decimal(0)) + kg
    return tuple(_element(lot, kg) for lot, kg in sorted(total.items()))


# ---- lots made


def _lots(reading: Reading, said: Facts) -> Iterable[Event]:
    inputs: dict[str, list[Used]] = defaultdict(list)
    for use in said.used:
        inputs[use.out].append(use)
    title = reading.place("lots").sheet
    for lot in said.made:
        common = _common(title, said, lot)
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
        "extensions": {FILON + "precision": "day"},
        "place": f"{title}!{lot.row.number}",
        "bizTransactionList": (_transaction(lot.site, certificate, "testres"),) if certificate else (),
    }


def _made(lot: Made, common: dict[str, Any]) -> Event:
    return _event(
        type="ObjectEvent",
        action="ADD",
        bizStep="commissioning",
        quantityList=(_element(lot.lot, lot.kg),),
        **common,
    )


def _transformed(lot: Made, uses: Sequence[Used], common: dict[str, Any]) -> Event:
    campaigns = sorted({each for use in uses if (each := use.row.text("mix.campaign"))})
    orders = tuple(_transaction(lot.site, each, "prodorder") for each in campaigns)
    common["bizTransactionList"] += orders
    return _event(
        type="TransformationEvent",
        bizStep="creating_class_instance",
        inputQuantityList=_summed((use.inp, use.kg) for use in uses if use.inp),
        outputQuantityList=(_element(lot.lot, lot.kg),),
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
    for key, name in _COUNTS.items():
        if key in values and (value := row.amount(key)) is not None:
            traits[name] = decimal_text(value)
    if "lots.moist" in values and (moisture := row.amount("lots.moist")) is not None:
        traits[FILON + "dryMass"] = decimal_text(lot.kg * (100 - moisture) / 100)
    if not ASSAYED.keys().isdisjoint(values):
        traits[FILON + "assay"] = _assays(row)
    traits |= {name: values[key] for key, name in _TEXTS.items() if key in values}
    if "lots.origin" in values:
        traits[FILON + "origin"] = origin_of(said.directory, lot)
    return {name: value for name, value in traits.items() if value}


def _assays(row: Row) -> list[dict[str, str]]:
    stated = row.text("lots.basis")
    basis = {"basis": stated} if stated else {}
    told = {name: text for key, name in ASSAY_TEXTS.items() if (text := row.text(key))}
    share = row.amount("lots.u_assay") if "lots.u_assay" in row.values else None
    return [
        {"element": element, "percent": decimal_text(value), **basis, **_sigma(value, share), **told}
        for key, element in ASSAYED.items()
        if key in row.values and (value := row.amount(key)) is not None
    ]


def _sigma(percent: Decimal, share: Decimal | None) -> dict[str, str]:
    """The uncertainty of one content in percentage points, as the assay says it; the row has it in % of the content."""
    return {} if share is None else {"uncertainty": decimal_text(percent * share / 100)}


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
    return _event(
        type="ObjectEvent",
        action="OBSERVE",
        eventTime=midnight(first.day, first.site.zone),
        eventTimeZoneOffset=first.site.zone,
        bizStep=step,
        disposition=disposition,
        readPoint=first.site.id,
        quantityList=_summed((line.lot, line.kg) for line in note),
        bizTransactionList=(Typed(first.note, "desadv"), *(Typed(order, "po") for order in orders)),
        sourceList=_ends(first.site.party, first.site.id),
        destinationList=_ends(first.to.id, first.to_site.id),
        extensions={FILON + "precision": "day", **_packing(note)},
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
    said = {FILON + "precision": "day", FILON + "own": own, FILON + "partial": partial}
    return _event(
        type="ObjectEvent",
        action="OBSERVE",
        eventTime=midnight(first.day, first.site.zone),
        eventTimeZoneOffset=first.site.zone,
        bizStep="receiving",
        disposition="in_progress",
        readPoint=first.site.id,
        bizLocation=first.site.id,
        quantityList=_summed((line.lot, line.kg) for line in group),
        bizTransactionList=(Typed(first.note, "desadv"),),
        sourceList=_ends(first.sender, "")[:2] if first.sender else (),
        destinationList=_ends(first.site.party, first.site.id),
        extensions={name: value for name, value in said.items() if value},
        place=f"{title}!{first.row.number}",
    )
