"""What a site's mass-balance account rests on in the books: what came in, what was used and made, what stands there.

The observed conversion factor is what was not lost of the matter from outside that was put into steps, times the
product group's share of all products: what stays in process is neither lost nor made yet. Lots that a step made and a
later step of the site used are in process; the rest that steps made are products.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from filon.accounts.custody.claims import Told
from filon.accounts.custody.coverage import plain_material
from filon.accounts.custody.credits import Seen
from filon.accounts.custody.model import NOTHING, Custody
from filon.books.book import Flow, Holding
from filon.books.lot import INSIDE, AccountKind, LotId


@dataclass(frozen=True, slots=True)
class Arrival:
    """Matter that came into a boundary, or left it again as it came.

    Args:
        day, event: when, index in `Book.events`.
        lot, site: what and where.
        mg: of the element; negative = left again.
        state: what may be claimed of it.
    """

    day: str
    event: int
    lot: LotId
    site: str
    mg: int
    state: Custody


@dataclass(frozen=True)
class Boundary:
    """The sites that keep one account, for one element and one product group.

    Args:
        states: what may be claimed of each holding, for the account's characteristic.
        material: product group; empty = whatever steps make and nothing uses.
    """

    told: Told
    states: Sequence[Custody]
    sites: frozenset[str]
    element: str
    material: str = ""

    def arrivals(self) -> Iterator[Arrival]:
        """What came in from outside, and what of it went out again without having been used."""
        for flow, source, target in self._flows:
            mg = flow.content.get(self.element) or 0
            if target is not None and self._stock(target) and (state := self._incoming(flow, source, target)):
                yield Arrival(self.told.days[flow.event], flow.event, target.lot, target.site, mg, state)
            elif self._leaves(source, target):
                assert source is not None
                state = self.states[source.id]
                yield Arrival(self.told.days[flow.event], flow.event, source.lot, source.site, -mg, state)

    def seen(self, since: str, until: str) -> Seen:
        """What a period really was."""
        into = consumed = lost = output = every = 0
        for flow, source, target in self._flows:
            mg = flow.content.get(self.element) or 0
            if not mg or not since <= self.told.days[flow.event] <= until:
                continue
            if target is not None and self._stock(target) and self._incoming(flow, source, target):
                into += mg
            elif self._step(target) and source is not None and self._stock(source):
                consumed += 0 if source.lot in self._made else mg
                output -= mg if source.lot in self._products else 0
            elif self._step(source) and target is not None and self._stock(target):
                output += mg if target.lot in self._products else 0
                every += mg if target.lot not in self._used else 0
            else:
                lost += mg * self._loses(flow, source, target)
        share = Fraction(output, every) if self.material and every and output >= 0 else Fraction(1)
        return Seen(into, consumed, int((consumed - lost) * share), output, self._eligible(until))

    def _step(self, holding: Holding | None) -> bool:
        return holding is not None and holding.kind is AccountKind.STEP and holding.site in self.sites

    def _loses(self, flow: Flow, source: Holding | None, target: Holding | None) -> int:
        """1 where a step, or a lot that one made, loses to an account outside; -1 where it gains from one."""
        if target is None and source is not None and self._worked(source):
            return 1
        gains = target is not None and self._worked(target) and not isinstance(flow.source, int)
        return -1 if gains else 0

    def _worked(self, holding: Holding) -> bool:
        return self._step(holding) or (self._stock(holding) and holding.lot in self._made)

    @cached_property
    def _flows(self) -> list[tuple[Flow, Holding | None, Holding | None]]:
        held = self.told.book.holdings
        ends = [
            (
                flow,
                held[flow.source] if isinstance(flow.source, int) else None,
                held[flow.target] if isinstance(flow.target, int) else None,
            )
            for flow in self.told.book.flows
        ]
        return [(flow, a, b) for flow, a, b in ends if (a and a.site in self.sites) or (b and b.site in self.sites)]

    def _inner(self, holding: Holding) -> bool:
        return holding.site in self.sites

    def _stock(self, holding: Holding) -> bool:
        return holding.kind is AccountKind.STOCK and holding.site in self.sites

    def _incoming(self, flow: Flow, source: Holding | None, target: Holding) -> Custody | None:
        """What may be claimed of matter that comes from outside; None if it does not."""
        if source is None:
            if flow.like is not None and self.told.book.holdings[flow.like].kind is AccountKind.TRANSIT:
                return self.states[flow.like]  # the receiver weighed more, within what weighing explains
            entered = not isinstance(flow.source, int) and flow.source.kind is AccountKind.SOURCE
            return self._entered(target) if entered else None
        if source.kind is not AccountKind.TRANSIT:
            return None
        inner = any(
            isinstance(one.source, int) and self._inner(self.told.book.holdings[one.source])
            for one in self.told.book.inflows[source.id]
        )
        return None if inner else self.states[source.id]

    def _entered(self, target: Holding) -> Custody:
        """A lot that enters the books here; topped-up lots are looked at as a whole."""
        return self.states[target.id] if target.version == 1 else NOTHING

    def _leaves(self, source: Holding | None, target: Holding | None) -> bool:
        """Matter that came in and is dispatched as it came."""
        if source is None or target is None or not self._stock(source) or target.kind is not AccountKind.TRANSIT:
            return False
        return source.lot not in self._made

    @cached_property
    def _made(self) -> frozenset[LotId]:
        """Lots that steps inside made."""
        return frozenset(
            target.lot for _, source, target in self._flows if target and self._step(source) and self._stock(target)
        )

    @cached_property
    def _products(self) -> frozenset[LotId]:
        """Lots of the product group: by its name, else all that steps made and no step uses."""
        if self.material:
            wanted = plain_material(self.material)
            return frozenset(lot for lot in self._made if wanted in self.told.material(lot))
        return self._made - self._used

    @cached_property
    def _used(self) -> frozenset[LotId]:
        """Lots that steps inside used."""
        return frozenset(source.lot for _, source, target in self._flows if source and self._step(target))

    def _eligible(self, day: str) -> int:
        """Mg of the element that physically carry the characteristic and stand inside at the end of a day."""
        total = 0
        for flow, source, target in self._flows:
            if self.told.days[flow.event] > day:
                continue
            mg = flow.content.get(self.element) or 0
            for holding, sign in ((source, -1), (target, 1)):
                if holding is not None and self._inner(holding) and holding.kind in INSIDE:
                    total += sign * int(mg * self.states[holding.id].low)
        return max(0, total)
