"""Makings: the places of a chain where CO2e is added (steps, births, deliveries), and which activity burdens which.

An activity of a site and a period burdens what was made there then, by mass; one of a campaign, an event or a delivery
burdens that alone.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from filon.accounts.carbon.activity import Activity
from filon.books.book import Book, Holding
from filon.books.lot import MILLIGRAM, Account, AccountKind, LotId
from filon.core.matter import MASS
from filon.core.moment import day_text
from filon.core.tables import table

COUNTING = frozenset({"stock_taking", "cycle_counting"})


@dataclass(frozen=True, slots=True)
class Making:
    """Where CO2e is added: a node of the flow graph.

    Args:
        node: holding id: the step's pool, the new lot's stock, or the delivery.
        kind: `step`, `birth`, `opening` (stock found by counting) or `delivery`.
        day: local day at the site.
        lots: what was made, or carried.
        mass: mg of it; None = unknown.
        units: counting units, where the mass is unknown.
        stage: life-cycle stage it counts to: `raw`, `main`, `distribution`.
        from_start: all that went before it is in the books; not so of a lot that enters them elsewhere than at a
            mine or recycler: only a declared footprint tells of its past.
    """

    node: int
    kind: str
    site: str
    day: str
    lots: tuple[LotId, ...]
    mass: int | None
    units: int
    stage: str
    from_start: bool = True


@dataclass(frozen=True)
class Makings:
    """All makings of a book, to be found by what activities say."""

    book: Book
    all: Sequence[Making]

    @classmethod
    def of(cls, book: Book) -> Makings:
        """The makings of a book, oldest first."""
        return cls(book, tuple(making for holding in book.holdings if (making := _making(book, holding))))

    def burdened(self, activities: Iterable[Activity]) -> Iterator[tuple[Activity, list[tuple[Making, Fraction]]]]:
        """Each activity with the makings it burdens and their shares; none where nothing fits.

        Shares sum to one; what is declared for each unit burdens every making wholly.
        """
        index = _Index(self)
        for activity in activities:
            found = [one for one in index.of(activity) if self._is(one, activity.belongs.product)]
            if activity.belongs.since:
                found = [one for one in found if activity.belongs.since <= one.day <= activity.belongs.until]
            yield activity, [(one, Fraction(1)) for one in found] if activity.each else _shared(found)

    def _is(self, making: Making, product: str) -> bool:
        return not product or any(product in names_of(self.book, lot) for lot in making.lots)


def names_of(book: Book, lot: LotId) -> tuple[str, ...]:
    """By which a lot is meant: its own identifier, its product's, its form."""
    told = book.declared.get(lot)
    return (lot, book.register.product(lot), told.form.key if told and told.form else "")


def _shared(found: Sequence[Making]) -> list[tuple[Making, Fraction]]:
    """By mass; by counting units where some mass is unknown and all are of one kind; equally as the last resort."""
    weights = [one.mass or 0 for one in found]
    if any(one.mass is None for one in found) or not sum(weights):
        weights = [one.units for one in found]
    whole = sum(weights)
    if not whole:
        weights, whole = [1] * len(found), len(found)
    return [(one, Fraction(weight, whole)) for one, weight in zip(found, weights, strict=True) if weight]


class _Index:
    """Makings by event, campaign, delivery and site."""

    def __init__(self, makings: Makings) -> None:
        book = makings.book
        self.starts = sorted({flow.event for flow in book.flows})
        self.key = {said.key: index for index, said in enumerate(book.events)}
        self.campaign: Mapping[str, list[Making]] = defaultdict(list)
        self.shipment: Mapping[str, list[Making]] = defaultdict(list)
        self.site: Mapping[str, list[Making]] = defaultdict(list)
        self.event: Mapping[int, list[Making]] = defaultdict(list)
        self.product: Mapping[str, list[Making]] = defaultdict(list)
        for one in makings.all:
            holding = book.holdings[one.node]
            if one.kind == "delivery":
                event = book.events[holding.made].event
                for note in (ref.value for ref in event.bizTransactionList if ref.type == "desadv"):
                    self.shipment[note].append(one)
                continue
            self.campaign[holding.lot].append(one)
            self.event[holding.made].append(one)
            self.site[one.site].append(one)
            for name in {name for lot in one.lots for name in names_of(book, lot)}:
                self.product[name].append(one)

    def of(self, activity: Activity) -> list[Making]:
        belongs = activity.belongs
        if belongs.campaign:
            return self.campaign.get(belongs.campaign, [])
        if belongs.shipment:
            return self.shipment.get(belongs.shipment, [])
        if belongs.event:
            return self._at(belongs.event)
        if not belongs.site and belongs.product:
            return self.product.get(belongs.product, [])
        return self.site.get(belongs.site, [])

    def _at(self, key: str) -> list[Making]:
        """Movements of one campaign at one time are one deed, whose flows bear its first event."""
        index = self.key.get(key)
        place = bisect_right(self.starts, index) if index is not None else 0
        return self.event.get(self.starts[place - 1], []) if place else []


def _making(book: Book, holding: Holding) -> Making | None:
    said = book.events[holding.made].event
    day = day_text(said.eventTime, said.eventTimeZoneOffset)
    site = str(holding.site or said.bizLocation or said.readPoint or "")
    if holding.kind is AccountKind.STEP:
        ends = [flow for flow in book.outflows[holding.id] if isinstance(flow.target, int) or _by_product(flow.target)]
        lots = tuple(
            book.holdings[flow.target].lot if isinstance(flow.target, int) else LotId(flow.target.key) for flow in ends
        )
        masses = [flow.content.get(MASS) for flow in ends]
        mass = None if None in masses else sum(one or 0 for one in masses)
        units = sum(book.holdings[flow.target].amount for flow in ends if isinstance(flow.target, int))
        return Making(holding.id, "step", site, day, lots, mass, units, stage_of(book, lots, "made", site))
    if holding.kind is AccountKind.TRANSIT:
        units = holding.amount if holding.unit != MILLIGRAM else 0
        carried = stage_of(book, (holding.lot,), "carried", str(said.readPoint or ""))
        return Making(holding.id, "delivery", site, day, (holding.lot,), holding.content.get(MASS), units, carried)
    entered = [flow for flow in book.inflows[holding.id] if isinstance(flow.source, Account)]
    births = [flow for flow in entered if isinstance(flow.source, Account) and flow.source.kind is AccountKind.SOURCE]
    if not births:
        return None
    kind = "opening" if said.bizStep in COUNTING else "birth"
    amounts = [flow.content.get(MASS) for flow in births]
    mass = None if None in amounts else sum(one or 0 for one in amounts)
    lots = (holding.lot,)
    stage = stage_of(book, lots, "made", site)
    at_start = kind == "birth" and site in book.register.origins
    return Making(holding.id, kind, site, day, lots, mass, holding.amount, stage, at_start)


def _by_product(account: Account) -> bool:
    return account.kind in {AccountKind.BY_PRODUCT, AccountKind.OUT_OF_SCOPE}


@cache
def _stages() -> Mapping[str, Mapping[str, str]]:
    return {row["stage"]: row for row in table("carbon-stages").rows}


def stage_of(book: Book, lots: Sequence[LotId], column: str, site: str = "") -> str:
    """The life-cycle stage at which these lots are made or carried: by their form, else by the kind of the site."""
    for lot in lots:
        told = book.declared.get(lot) or book.register.product_traits(lot)
        form = told.form or book.register.product_traits(lot).form
        if form:
            return _stages().get(form.stage, _stages()["other"])[column]
    kind = book.register.site(site).kind
    return _stages().get(kind, _stages()["other"])[column]
