"""Movements: what an event means for matter, in the trade's words.

An EPCIS event says `shipping`; here it is a dispatch that takes from a stock and gives to a transit. Anything without
meaning for matter (inspecting, sensor reports) is no movement. `docs/vocabulary.md` has the table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import partial

from filon.books.declared import Declared, declared
from filon.books.lot import LITRE, MILLIGRAM, PIECE, Amount, LotId, SiteId
from filon.core.finding import Finding, Place, found
from filon.core.ident import short
from filon.core.moment import day
from filon.core.unit import mass_mg, millionths_of_a_litre
from filon.epcis.event import Event, QuantityElement


class Kind(StrEnum):
    """The kinds of movement, in the order in which simultaneous ones are posted."""

    BIRTH = "birth"
    RECEIPT = "receipt"
    STEP = "step"
    DISASSEMBLY = "disassembly"
    UNPACKING = "unpacking"
    ASSEMBLY = "assembly"
    PACKING = "packing"
    DISPATCH = "dispatch"
    VOID = "void"
    COUNT = "count"
    REMOVAL = "removal"


NOWHERE = SiteId("")
NOTHING = LotId("")
RANK = {kind: rank for rank, kind in enumerate(Kind)}


@dataclass(frozen=True, slots=True)
class Said:
    """An event as the log knows it.

    Args:
        key: identity of the event's content, hex.
        entry: index of the log entry that brought it.
    """

    event: Event
    key: str
    entry: int

    @property
    def place(self) -> Place:
        """Where a finding about this event points to."""
        return Place(
            event=self.event.eventID or f"ni:///sha-256;{self.key}", entry=self.entry, pointer=self.event.place
        )


@dataclass(frozen=True, slots=True)
class Line:
    """A lot in a movement; no amount means all there is."""

    lot: LotId
    amount: Amount | None


@dataclass(frozen=True, slots=True)
class Movement:
    """One event's meaning for matter.

    Args:
        since, until: the event happened between these moments (a day, or twice the same moment).
        site: where; empty if not said.
        to: destination of a dispatch.
        takes, gives: lots that leave and enter holdings at the site.
        declared: what is declared of the lots given.
        parent: the article or container of an assembly or packing.
    """

    said: Said
    kind: Kind
    since: datetime
    until: datetime
    site: SiteId
    takes: tuple[Line, ...] = ()
    gives: tuple[Line, ...] = ()
    declared: Declared | None = None
    to: SiteId = NOWHERE
    shipment: str = ""
    campaign: str = ""
    parent: LotId = NOTHING
    partial: bool = False
    own: LotId = NOTHING


_GONE = {"destroying": "waste", "disposed": "waste", "destroyed": "waste"}
_LOGISTIC = frozenset({"packing", "loading", "picking", "repackaging", "staging_outbound", "unpacking", "unloading"})
_COUNTING = frozenset({"stock_taking", "cycle_counting"})


def movements(said: Iterable[Said]) -> Iterator[Movement | Finding]:
    """The movements that events mean, in the order given; what cannot be read comes out as findings.

    Findings:
        BOK-001, BOK-002: unreadable traits.
        BOK-030: an amount that cannot be one; the line is left out.
    """
    for one in said:
        yield from _movement(one)


def _movement(said: Said) -> Iterator[Movement | Finding]:
    event = said.event
    since, until = interval(event)
    site = SiteId(event.bizLocation or event.readPoint or "")
    base = partial(Movement, said=said, since=since, until=until, site=site)
    match event.type:
        case "TransformationEvent":
            yield from _step(said, base, event)
        case "ObjectEvent":
            yield from _object(said, base, event)
        case "AggregationEvent" | "AssociationEvent":
            yield from _aggregation(said, base, event)
        case _:
            return


def interval(event: Event) -> tuple[datetime, datetime]:
    """The moments between which an event happened: its local day if it tells no more, else twice the same."""
    if event.own("precision") == "day":
        try:
            return day(event.eventTime, event.eventTimeZoneOffset)
        except (ValueError, OverflowError):  # no such zone, or the first or last day that there is
            return event.eventTime, event.eventTime
    return event.eventTime, event.eventTime


def _step(said: Said, base: partial[Movement], event: Event) -> Iterator[Movement | Finding]:
    traits, findings = declared(event.ilmd, said.place)
    takes, bad_takes = lines(said, event.inputQuantityList, event.inputEPCList)
    gives, bad_gives = lines(said, event.outputQuantityList, event.outputEPCList)
    yield from findings + bad_takes + bad_gives
    yield base(
        kind=Kind.STEP,
        takes=takes,
        gives=gives,
        declared=traits,
        campaign=event.transformationID or "",
    )


def _object(said: Said, base: partial[Movement], event: Event) -> Iterator[Movement | Finding]:
    what, findings = lines(said, event.quantityList, event.epcList, none_too=event.bizStep in _COUNTING)
    yield from findings
    if not what:
        return
    if event.action == "ADD":
        traits, findings = declared(event.ilmd, said.place)
        yield from findings
        yield base(kind=Kind.BIRTH, gives=what, declared=traits)
    elif event.action == "DELETE":
        yield base(kind=Kind.REMOVAL, takes=what)
    elif event.bizStep == "shipping":
        yield _dispatch(base, event, what, Kind.DISPATCH)
    elif event.bizStep == "void_shipping":
        yield _dispatch(base, event, what, Kind.VOID)
    elif event.bizStep == "receiving":
        yield base(
            kind=Kind.RECEIPT,
            gives=what,
            shipment=_transaction(event, "desadv"),
            partial=str(event.own("partial") or "").lower() == "true",
            own=LotId(str(event.own("own") or "")),
        )
    elif event.bizStep in _COUNTING:
        yield base(kind=Kind.COUNT, gives=what)


def _dispatch(base: partial[Movement], event: Event, what: tuple[Line, ...], kind: Kind) -> Movement:
    sources = [source.value for source in event.sourceList if source.type == "location"]
    targets = [target.value for target in event.destinationList if target.type == "location"]
    return base(
        kind=kind,
        takes=what,
        # On its way, bizLocation is not where the goods were: the read point or the source is.
        site=SiteId(event.readPoint or (sources[0] if sources else "") or event.bizLocation or ""),
        to=SiteId(targets[0] if targets else ""),
        shipment=_transaction(event, "desadv"),
    )


def _aggregation(said: Said, base: partial[Movement], event: Event) -> Iterator[Movement | Finding]:
    if not event.parentID or event.action == "OBSERVE":
        return
    children, findings = lines(said, event.childQuantityList, event.childEPCs)
    yield from findings
    parent = LotId(event.parentID)
    logistic = event.bizStep in _LOGISTIC or "/00/" in event.parentID
    if event.action == "ADD":
        kind = Kind.PACKING if logistic else Kind.ASSEMBLY
        yield base(kind=kind, takes=children, parent=parent)
    else:
        kind = Kind.UNPACKING if logistic else Kind.DISASSEMBLY
        yield base(kind=kind, gives=children, parent=parent)


def lines(
    said: Said, quantities: Iterable[QuantityElement], articles: Iterable[str], *, none_too: bool = False
) -> tuple[tuple[Line, ...], list[Finding]]:
    """Lots with their amounts, then articles (one piece each).

    Args:
        none_too: zero is an amount, as a stocktake finds it.

    Findings:
        BOK-030: an amount that cannot be one; the line is left out.
    """
    bulk, findings = [], []
    for item in quantities:
        problem = _unfit(item, none_too=none_too)
        if problem:
            lot, told = short(item.epcClass), f"{item.quantity} {item.uom or ''}".strip()
            findings.append(
                found("BOK-030", said.place, expected=problem, found=told[:40], lot=lot, quantity=told[:40])
            )
        else:
            bulk.append(Line(LotId(item.epcClass), amount(item.quantity, item.uom)))
    return (*bulk, *(Line(LotId(epc), Amount(1, PIECE)) for epc in articles)), findings


MOST = 15
"""Powers of ten: no lot weighs 10^15 of any unit, and no scale shows a 10^-15."""


def _unfit(item: QuantityElement, *, none_too: bool) -> str:
    """What an amount should have been; empty if it is well."""
    number = item.quantity
    if number is None or (none_too and number == 0):
        return ""
    if not number.is_finite() or number <= 0:
        return "> 0"
    if not -MOST < number.adjusted() < MOST or len(number.as_tuple().digits) > 2 * MOST:
        return f"< 1e{MOST}"
    return "a whole number of pieces" if not item.uom and number % 1 else ""


def amount(quantity: Decimal | None, uom: str | None) -> Amount | None:
    """A quantity in the unit that lots are counted in; None if there is none."""
    if quantity is None:
        return None
    if not uom:
        return Amount(int(quantity), PIECE)
    mass = mass_mg(quantity, uom)
    if mass is not None:
        return Amount(mass, MILLIGRAM)
    volume = millionths_of_a_litre(quantity, uom)
    if volume is not None:
        return Amount(volume, LITRE)
    return Amount(round(quantity * 1_000_000), uom)


def _transaction(event: Event, kind: str) -> str:
    return next((one.value for one in event.bizTransactionList if one.type == kind), "")


def removed_to(event: Event) -> str:
    """Which account a removal goes to: `waste`, or `out of scope`."""
    return _GONE.get(event.bizStep or "") or _GONE.get(event.disposition or "") or "out of scope"
