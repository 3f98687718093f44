"""Movements: what an event means for matter, in the trade's words.

An EPCIS event says `shipping`; here it is a dispatch that takes from a stock and gives to a transit. Anything without
meaning for matter (inspecting, sensor reports) is no movement. `docs/vocabulary.md` has the table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from filon.books.declared import UNSAID, Declared, declared
from filon.books.lot import LITRE, MILLIGRAM, PIECE, Amount, LotId, SiteId
from filon.core.finding import Finding, Place, found
from filon.core.ident import short
from filon.core.moment import day, local_day
from filon.core.unit import mass_mg, millionths_of_a_litre
from filon.epcis.event import Event, QuantityElement, Setting, Typed


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
        record: its number in the store, where it came from there.
        completes: keys of earlier declarations that it replaced and took something from (`effective.completed`).
    """

    event: Event
    key: str
    entry: int
    completes: tuple[str, ...] = ()
    record: int = field(default=-1, compare=False)

    @property
    def place(self) -> Place:
        """Where a finding about this event points to."""
        return Place(
            event=self.event.eventID or f"ni:///sha-256;{self.key}", entry=self.entry, pointer=self.event.place
        )

    @property
    def setting(self) -> Event | Setting:
        """What it has in common with many; a book out of files knows that of all events without reading them."""
        return self.event

    @property
    def interval(self) -> tuple[datetime, datetime]:
        """Between which moments it happened."""
        return interval(self.event)

    @property
    def day(self) -> date:
        """The local day on which it happened; by UTC where its zone cannot be read."""
        try:
            return local_day(self.event.eventTime, self.event.eventTimeZoneOffset)
        except (ValueError, OverflowError):
            return self.event.eventTime.date()


class Line(Struct, frozen=True, gc=False):
    """A lot in a movement; no amount means all there is."""

    lot: LotId
    amount: Amount | None


class Movement(Struct, frozen=True, gc=False):
    """One event's meaning for matter.

    Args:
        since, until: the event happened between these moments (a day, or twice the same moment).
        site: where; empty if not said.
        to: destination of a dispatch.
        takes, gives: lots that leave and enter holdings at the site.
        declared: what is declared of the lots given; of a stocktake what it measured of them.
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
COUNTING = frozenset({"stock_taking", "cycle_counting"})


def movements(said: Iterable[Said]) -> Iterator[Movement | Finding]:
    """The movements that events mean, in the order given; what cannot be read comes out as findings.

    Findings:
        BOK-001, BOK-002: unreadable traits.
        BOK-030: an amount that cannot be one; the line is left out.
    """
    for one in said:
        yield from _movement(one)


def _movement(said: Said) -> list[Movement | Finding]:
    event = said.event
    if (kind := _KINDS.get(event.type)) is None:
        return []
    return kind(said, event, *interval(event), SiteId(event.bizLocation or event.readPoint or ""))


def interval(event: Event) -> tuple[datetime, datetime]:
    """The moments between which an event happened: its local day if it tells no more, else twice the same."""
    if event.extensions and event.own("precision") == "day":
        try:
            return day(event.eventTime, event.eventTimeZoneOffset)
        except (ValueError, OverflowError):  # no such zone, or the first or last day that there is
            return event.eventTime, event.eventTime
    return event.eventTime, event.eventTime


def _step(said: Said, event: Event, since: datetime, until: datetime, site: SiteId) -> list[Movement | Finding]:
    traits, findings = declared(event.ilmd, said.place) if event.ilmd else (UNSAID, [])
    takes, bad_takes = lines(said, event.inputQuantityList, event.inputEPCList)
    gives, bad_gives = lines(said, event.outputQuantityList, event.outputEPCList)
    move = Movement(said, Kind.STEP, since, until, site, takes, gives, traits, campaign=event.transformationID or "")
    return [*findings, *bad_takes, *bad_gives, move]


def _object(said: Said, event: Event, since: datetime, until: datetime, site: SiteId) -> list[Movement | Finding]:
    told: list[Movement | Finding] = []
    counting = event.bizStep in COUNTING
    what, findings = lines(said, event.quantityList, event.epcList, none_too=counting)
    told += findings
    if not what:
        return told
    if event.action == "ADD":
        traits, findings = declared(event.ilmd, said.place) if event.ilmd else (UNSAID, [])
        told += findings
        told.append(Movement(said, Kind.BIRTH, since, until, site, (), what, traits))
    elif event.action == "DELETE":
        told.append(Movement(said, Kind.REMOVAL, since, until, site, what))
    elif event.bizStep in _DISPATCHES:
        told.append(_dispatch(said, event, what, since, until))
    elif event.bizStep == "receiving":
        note, own = _transaction(event, "desadv"), LotId(str(event.own("own") or ""))
        part = str(event.own("partial") or "").lower() == "true"
        told.append(Movement(said, Kind.RECEIPT, since, until, site, (), what, shipment=note, partial=part, own=own))
    elif counting:
        traits, findings = declared(event.extensions, said.place) if event.extensions else (UNSAID, [])
        told += findings
        told.append(Movement(said, Kind.COUNT, since, until, site, (), what, None if traits == UNSAID else traits))
    return told


_DISPATCHES = {"shipping": Kind.DISPATCH, "void_shipping": Kind.VOID}


def _dispatch(said: Said, event: Event, what: tuple[Line, ...], since: datetime, until: datetime) -> Movement:
    # On its way, bizLocation is not where the goods were: the read point or the source is.
    site = SiteId(event.readPoint or _place(event.sourceList) or event.bizLocation or "")
    kind, note = _DISPATCHES[event.bizStep or ""], _transaction(event, "desadv")
    return Movement(said, kind, since, until, site, what, to=SiteId(_place(event.destinationList)), shipment=note)


def _place(ends: Iterable[Typed]) -> str:
    for end in ends:
        if end.type == "location":
            return end.value
    return ""


def _aggregation(said: Said, event: Event, since: datetime, until: datetime, site: SiteId) -> list[Movement | Finding]:
    if not event.parentID or event.action == "OBSERVE":
        return []
    children, findings = lines(said, event.childQuantityList, event.childEPCs)
    parent = LotId(event.parentID)
    logistic = event.bizStep in _LOGISTIC or "/00/" in event.parentID
    if event.action == "ADD":
        kind = Kind.PACKING if logistic else Kind.ASSEMBLY
        return [*findings, Movement(said, kind, since, until, site, children, parent=parent)]
    kind = Kind.UNPACKING if logistic else Kind.DISASSEMBLY
    return [*findings, Movement(said, kind, since, until, site, (), children, parent=parent)]


_KINDS = {
    "TransformationEvent": _step,
    "ObjectEvent": _object,
    "AggregationEvent": _aggregation,
    "AssociationEvent": _aggregation,
}


def lines(
    said: Said, quantities: Sequence[QuantityElement], articles: Iterable[str], *, none_too: bool = False
) -> tuple[tuple[Line, ...], list[Finding]]:
    """Lots with their amounts, then articles (one piece each).

    Args:
        none_too: zero is an amount, as a stocktake finds it.

    Findings:
        BOK-030: an amount that cannot be one; the line is left out.
    """
    if not quantities:
        return tuple([Line(LotId(epc), ONE) for epc in articles]), []
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
    return (*bulk, *(Line(LotId(epc), ONE) for epc in articles)), findings


ONE = Amount(1, PIECE)
MOST = 15
"""Powers of ten: no lot weighs 10^15 of any unit, and no scale shows a 10^-15."""


def _unfit(item: QuantityElement, *, none_too: bool) -> str:
    """What an amount should have been; empty if it is well."""
    number = item.quantity
    if number is None or (none_too and number == 0):
        return ""
    if not number.is_finite() or number <= 0:
        return "> 0"
    if not -MOST < number.adjusted() < MOST or (len(str(number)) > MOST and len(number.as_tuple().digits) > 2 * MOST):
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
    for one in event.bizTransactionList:
        if one.type == kind:
            return one.value
    return ""


def removed_to(event: Event) -> str:
    """Which account a removal goes to: `waste`, or `out of scope`."""
    return _GONE.get(event.bizStep or "") or _GONE.get(event.disposition or "") or "out of scope"
