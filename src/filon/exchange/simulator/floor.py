"""What lies on the floor of a plant: lots on hand, oldest first, and how goods come and go.

The planner's own stock book; the truth and the books of matter are kept elsewhere and know nothing of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from filon.exchange.simulator.chance import Chance, rounded
from filon.exchange.simulator.deed import Deed, Line, Lot, Made, Received, Shipped, Traits
from filon.exchange.simulator.world import Site

START = datetime(2026, 7, 1)  # noqa: DTZ001 - local time of whichever site


def day(number: int, hour: int = 8, minute: int = 0) -> datetime:
    """Local time on the `number`-th day of the quarter; 0 is 1 July 2026."""
    return START + timedelta(days=number, hours=hour, minutes=minute)


def share(traits: Traits, element: str) -> Fraction:
    """Mass share of the element in the lot as weighed; 0 where nothing is declared."""
    dry = 1 - Fraction(traits.moisture or 0) / 100 if traits.basis == "dry" else Fraction(1)
    return Fraction(traits.assay.get(element, Decimal(0))) / 100 * dry


@dataclass(frozen=True, slots=True)
class Held:
    """Some of a lot on hand since a moment."""

    lot: Lot
    kg: Decimal
    since: datetime
    traits: Traits


class Floor:
    """Stock of one product group at one site, taken oldest first."""

    def __init__(self) -> None:
        self._held: list[Held] = []

    def put(self, held: Held) -> None:
        """Lay a lot down."""
        self._held.append(held)
        self._held.sort(key=lambda one: one.since)

    def take(self, kg: Decimal, when: datetime) -> list[tuple[Line, Traits]]:
        """Take `kg`, oldest first, of what came on an earlier day.

        Raises:
            ValueError: so much is not there: the plan itself is wrong.
        """
        out = []
        while kg > 0:
            if not self._held or self._held[0].since.date() >= when.date():
                raise ValueError(f"{kg} kg are not on hand on {when}")
            first = self._held.pop(0)
            some = min(kg, first.kg)
            out.append((Line(first.lot, some), first.traits))
            if some < first.kg:
                self._held.insert(0, Held(first.lot, first.kg - some, first.since, first.traits))
            kg -= some
        return out

    def take_lot(self, when: datetime) -> list[tuple[Line, Traits]]:
        """Take the oldest lot whole."""
        return self.take(self.first_kg or Decimal(1), when)

    @property
    def first_kg(self) -> Decimal:
        """How much there is of the oldest lot."""
        return self._held[0].kg if self._held else Decimal(0)


def content(used: Iterable[tuple[Line, Traits]], element: str) -> Fraction:
    """Contained kg of an element in what was taken, by what its makers declared."""
    return sum((Fraction(line.amount) * share(traits, element) for line, traits in used), Fraction(0))


def assay_of(kg: Fraction, dry: Fraction, step: str = "0.01") -> Decimal:
    """What a laboratory reports for `kg` of an element in `dry` kg of matter."""
    return rounded(kg / dry * 100, Decimal(step))


@dataclass(frozen=True, slots=True)
class Route:
    """A way between two sites.

    Args:
        days: fewest and most on the road.
        step: resolution of the receiver's scale, kg.
        permille: how far the two scales may differ.
        order: the customer's order or contract.
    """

    start: Site
    to: Site
    days: tuple[int, int]
    step: str = "2"
    permille: int = 1
    order: str = ""


def carried(
    chance: Chance, route: Route, sent: Iterable[Line], when: datetime, note: str, *, lost: Fraction = Fraction(0)
) -> tuple[Shipped, Received]:
    """Goods shipped at `when` and weighed again on arrival; `lost` = share that went missing on the way."""
    lines, step = tuple(sent), Decimal(route.step)
    step, arrived = Decimal(route.step), []
    for line in lines:
        weighed = Fraction(line.amount) * chance.near_one(route.permille) * (1 - lost)
        arrived.append(Line(line.lot, rounded(weighed, step)))
    loose = lines[0].lot.product.key == "concentrate"  # tipped from the truck; all else comes in bags of a tonne
    packages = None if loose else max(1, int(sum(line.amount for line in lines) / 1000))
    seal = f"FLNU{chance.days(100_000, 999_999)}"
    arrival = when.replace(hour=15) + timedelta(days=chance.days(*route.days))
    return (
        Shipped(when=when, site=route.start, note=note, to=route.to, lines=lines, order=route.order,
                packages=packages, seal=seal),
        Received(when=arrival, site=route.to, note=note, maker=route.start, lines=tuple(arrived)),
    )  # fmt: skip


def arrivals(deeds: Iterable[Deed], site: Site) -> Iterator[Held]:
    """What was received at a site, with the traits that the makers declared last."""
    told = {one.line.lot: one.traits for one in deeds if isinstance(one, Made)}
    for one in deeds:
        if isinstance(one, Received) and one.site == site:
            for line in one.lines:
                yield Held(line.lot, line.amount, one.when, told[line.lot])
