"""Routes: how long goods may be under way, by what is known of their way.

A shipment whose event tells distance and mode takes no less than the fastest carrier and no more than the slowest.
Where nobody told, what the last deliveries on the same lane took tells it; on a lane that few have used, half a year is
too long. Where only days are known, the hours that nobody told are taken in the goods' favour.

    for finding in route_findings(book): print(finding.code, finding.found)
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache
from statistics import median

from filon.books.book import Book, Flow, Holding
from filon.books.lot import AccountKind
from filon.core.finding import Finding, found
from filon.core.ident import short
from filon.core.tables import table
from filon.epcis.event import Event, Setting

HALF_A_YEAR = 180
"""Days that no shipment is under way: the longest sea routes take a third of it."""
LAST, ENOUGH = 12, 5
"""Of so many last deliveries on a lane the median counts, once there are enough."""
TIMES, SPARE = 3, 7
"""A delivery takes at most so many times the lane's median and so many days, and at least its part of a long one."""
DAY = timedelta(days=1)
FARTHEST = 30_000
"""Kilometres that no way is longer than."""


@dataclass(frozen=True, slots=True)
class Plausible:
    """Days that goods are plausibly under way, and what that is known from: `640 km road`, `12 x 2 d`."""

    least: float
    most: float
    by: str


def route_findings(book: Book) -> list[Finding]:
    """Deliveries that took longer, or less time, than their way can.

    Findings:
        BOK-042: under way for too long. BOK-048: there too soon.

    Source: custody reference, invariant 20 (transit time plausible for the route); table `transit`.
    """
    lanes: Mapping[tuple[str, str], _Lane] = defaultdict(_Lane)
    return [finding for arrival in _arrivals(book) for finding in _judged(book, arrival, lanes)]


@dataclass(slots=True)
class _Lane:
    """What the last deliveries from one site to another took, in days."""

    took: deque[tuple[tuple[str, int], float]] = field(default_factory=lambda: deque(maxlen=LAST))

    def learn(self, shipment: tuple[str, int], days: float) -> None:
        """A delivery in several parts counts once."""
        if all(one != shipment for one, _ in self.took):
            self.took.append((shipment, days))

    @property
    def plausible(self) -> Plausible:
        days = [took for _, took in self.took]
        if len(days) < ENOUGH:
            return Plausible(0, HALF_A_YEAR, f"<= {HALF_A_YEAR} d")
        usual = median(days)
        least = usual / TIMES if usual > SPARE else 0
        return Plausible(least, min(HALF_A_YEAR, TIMES * usual + SPARE), f"{len(days)} x {usual:g} d")


@dataclass(frozen=True, slots=True)
class _Arrival:
    """One receipt of a shipment: the transit it came out of, and where it came to."""

    transit: Holding
    flow: Flow
    to: Holding


def _arrivals(book: Book) -> list[_Arrival]:
    """Every delivery note's receipts once, whatever lots it has, in the order in which they came."""
    first: dict[tuple[str, int], _Arrival] = {}
    for transit in book.holdings:
        if transit.kind is not AccountKind.TRANSIT:
            continue
        for flow in book.outflows[transit.id]:
            to = book.holdings[flow.target] if isinstance(flow.target, int) else None
            if to and to.kind is AccountKind.STOCK and book.events[flow.event].setting.bizStep == "receiving":
                first.setdefault((transit.site, flow.event), _Arrival(transit, flow, to))
    return sorted(first.values(), key=lambda one: (one.flow.event, one.transit.id))


def _judged(book: Book, arrival: _Arrival, lanes: Mapping[tuple[str, str], _Lane]) -> Iterator[Finding]:
    said = book.events[arrival.flow.event]
    shipped = book.events[arrival.transit.made]
    left, came, departure = shipped.interval, said.interval, shipped.setting
    lane = lanes[departure.readPoint or "", arrival.to.site]
    way = told(departure) or lane.plausible
    # Early or late on either day: only what is too long, or too soon, in any case is told, in whole days.
    shortest, longest = (came[0] - left[1]) // DAY, -((left[0] - came[1]) // DAY)
    if shortest > way.most:
        yield _finding("BOK-042", book, arrival, f"<= {way.most:.0f} d", str(shortest), way)
    elif longest < way.least:
        yield _finding("BOK-048", book, arrival, f">= {way.least:.0f} d", str(longest), way)
    lane.learn((arrival.transit.site, arrival.transit.made), max(0.0, (_middle(came) - _middle(left)) / DAY))


def _middle(both: tuple[datetime, datetime]) -> datetime:
    return both[0] + (both[1] - both[0]) / 2


def _finding(code: str, book: Book, arrival: _Arrival, expected: str, days: str, way: Plausible) -> Finding:  # noqa: PLR0917
    note = arrival.transit.site.rpartition("/")[2].rpartition(":")[2].removeprefix("transit ")
    names = {"shipment": note, "lot": short(arrival.transit.lot), "days": days}
    place = book.events[arrival.flow.event].place
    return found(code, place, expected=expected, found=days, **names, plausible=expected, by=way.by)


def told(departure: Event | Setting) -> Plausible | None:
    """What the distance and the mode of a shipment allow; None where its event does not say both."""
    speed = _speeds().get(str(departure.own("mode") or ""))
    try:
        km = Decimal(str(departure.own("distance") or ""))
    except InvalidOperation:
        return None
    if speed is None or not 0 < km <= FARTHEST:
        return None
    fastest, slowest, wait = speed
    return Plausible(float(km) / fastest, float(km) / slowest + wait, f"{km:f} km {departure.own('mode')}")


@cache
def _speeds() -> Mapping[str, tuple[float, float, float]]:
    """{mode: (km a day at most, at least, days of waiting)}."""
    names = ("fastest_km_a_day", "slowest_km_a_day", "wait_days")
    return {row["mode"]: tuple(float(row[name]) for name in names) for row in table("transit").rows}  # type: ignore[misc]
