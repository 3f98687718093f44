"""Closure: how sure we are of what a period leaves unexplained, with every weight, assay and moisture carried along.

The difference of a period is the sum of what its steps, arrivals and stocktakes left over. It depends on readings, and
one reading often counts twice: the weight of a lot leaves one step and enters the next, one assay stands behind several
lots, the opening stock is what was weighed before. So nothing is added in quadrature line by line: the flows are walked
back once, from young to old, and tell by how much the difference moves with each reading (J); the readings are
independent of each other (Sigma is diagonal), and the variance is J Sigma J^T.

The amount of a whole holding that is used up or arrives unchanged is no new reading. What an article holds follows
from what went in, so a step that makes articles leaves nothing over; the walk ends there, and at measured outputs. It
goes on through what was only handled (`books.handled`): that holds what went in, by its weight.

    closures(book, "Co", lambda event, site, lot: site)["https://.."].sigma
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import takewhile
from math import hypot, sqrt

from filon.books.book import Book, Flow, Holding, Verdict
from filon.books.declared import Declared, completed, declared, measurements, weighing_sigma
from filon.books.handled import may_be
from filon.books.journal import COVERAGE
from filon.books.lot import BULK, MILLIGRAM, Account, AccountKind, LotId
from filon.books.movement import COUNTING
from filon.books.stocktake import anew, level_sigma
from filon.core.matter import MASS
from filon.epcis.event import Event

Grouping = Callable[[int, str, LotId], Hashable]
"""(event, site, lot; of a step the name of its pool) -> the group that a difference belongs to; None = none."""


@dataclass(slots=True)
class Closure:
    """What one group leaves unexplained of one substance, mg.

    Args:
        unaccounted: net; negative = more came out than went in.
        loss: what lacked at steps with a plausible yield.
        sigma: one-sigma uncertainty of the whole difference, unaccounted and loss.
    """

    unaccounted: int = 0
    loss: int = 0
    sigma: float = 0.0

    @property
    def verdict(self) -> Verdict:
        """Fail if more came out than went in, or more lacks than plausible losses explain, beyond two sigma."""
        surplus = -(self.unaccounted + self.loss)
        return Verdict.FAIL if max(surplus, self.unaccounted) > COVERAGE * self.sigma + 1 else Verdict.PASS


def closures(book: Book, substance: str, group: Grouping) -> Mapping[Hashable, Closure]:
    """What each group leaves unexplained of a substance, and how sure that is.

    Source: custody reference, invariant 2, for a period; decision 0101.
    """
    walk = _Walk(book, substance, group)
    for flow in reversed(walk.readings.flows):
        mg = flow.content.get(substance)
        if mg is not None:
            walk.back(flow, mg)
    return walk.closures()


_Pull = dict[Hashable, tuple[float, float]]
"""{group: by how much its difference moves with one unit, and with one mg of content, of some holding}."""
_OUT = {AccountKind.WASTE, AccountKind.BY_PRODUCT, AccountKind.OUT_OF_SCOPE}


class Readings:
    """What was weighed and assayed in a book, whatever substance and group are asked for; worked out once.

    Args:
        flows: all but those between articles of which nothing was found or missed, then or later: cells go into packs,
            and nothing hangs on that.
    """

    def __init__(self, book: Book) -> None:
        self.book = book
        self.said: dict[tuple[int, LotId], tuple[Declared, int]] = {}
        self.article = [self.declared(one.lot).article for one in book.holdings]
        self.articles = frozenset(
            book.holdings[flow.source].lot
            for flow in book.flows
            if isinstance(flow.source, int) and isinstance(flow.target, int) and self.article[flow.target]
            and book.holdings[flow.source].kind is AccountKind.STEP
        )  # fmt: skip
        self.flows = self._flows()
        self.kept = frozenset(
            check.lot for check in book.checks
            if check.what == "step" and check.substance == MASS and abs(check.difference) <= COVERAGE * check.sigma + 1
        )  # fmt: skip
        self._handling: dict[int, bool] = {}
        anew: dict[tuple[int, LotId], set[str]] = defaultdict(set)
        for check in book.checks:
            compared = check.verdict is not Verdict.CANNOT_TELL
            if check.what == "stocktake" and check.substance != MASS and compared:
                anew[check.event, check.lot].add(check.substance)
        self.assayed = {key: frozenset(elements) for key, elements in anew.items()}

    def _flows(self) -> Sequence[Flow]:
        """Flows with an end that is no article, and all of the articles on which something hangs."""
        book, article = self.book, self.article
        open_steps = {check.lot for check in book.checks if check.what == "step" and check.difference}
        live = {one.id for one in book.holdings if one.kind is AccountKind.STEP and one.lot in open_steps}
        live |= {end for flow in book.flows for end, other in ((flow.source, flow.target), (flow.target, flow.source))
                 if isinstance(end, int) and isinstance(other, Account)}  # fmt: skip
        for flow in reversed(book.flows):
            if isinstance(flow.source, int) and flow.target in live:
                live.add(flow.source)
        return [
            flow for flow in book.flows
            if not (isinstance(flow.source, int) and isinstance(flow.target, int)
                    and article[flow.source] and article[flow.target])
            or flow.source in live or flow.target in live
        ]  # fmt: skip

    def declared(self, lot: LotId) -> Declared:
        """What its maker, or else its product, says of a lot."""
        return self.book.declared.get(lot) or self.book.register.product_traits(lot)

    def handled(self, index: int, pool: Holding, lot: LotId) -> bool:
        """Whether what came out of a step holds its part, by weight, of what went in (`books.handled`)."""
        if not may_be(self.told(index, lot)[0]):
            return False
        if pool.id not in self._handling:
            ends = [flow.source for flow in self.book.inflows[pool.id]]
            ends += [flow.target for flow in self.book.outflows[pool.id]]
            lots = {self.book.holdings[end].lot if isinstance(end, int) else LotId(end.key) for end in ends
                    if isinstance(end, int) or end.kind in _OUT}  # fmt: skip
            forms = {form.key if (form := self.declared(one).form) else "" for one in lots}
            one_form = len(forms) == 1 and "" not in forms
            alone = pool.version == 1 and pool.next is None
            self._handling[pool.id] = alone and one_form and pool.lot in self.kept
        return self._handling[pool.id]

    def told(self, index: int, lot: LotId) -> tuple[Declared, int]:
        """What is declared of so much of a lot, and the event that does: each filling of a tank has its own assay."""
        if (index, lot) not in self.said:
            events = self.book.events
            deed = takewhile(lambda at: _same(events[at].event, events[index].event), range(index, len(events)))
            made = next((at for at in deed if _makes(events[at].event, lot)), None)
            product = self.book.register.product_traits(lot)
            if made is not None:
                said = completed(declared(events[made].event.ilmd)[0], product)
            elif events[index].event.bizStep in COUNTING:
                said = anew(self.declared(lot), declared(events[index].event.extensions)[0])
            else:
                said = self.declared(lot)
            self.said[index, lot] = said, index if made is None else made
        return self.said[index, lot]


@dataclass
class _Walk:
    """The flows read backwards: what each holding held at the time, and what hangs on it."""

    book: Book
    substance: str
    group: Grouping
    pulls: dict[int, _Pull] = field(default_factory=dict)
    units: dict[int, int] = field(default_factory=dict)
    content: dict[int, int] = field(default_factory=dict)
    more: dict[tuple[int, int | Account], tuple[Hashable, int]] = field(
        default_factory=dict
    )  # a measurement above the books
    found: dict[Hashable, Closure] = field(default_factory=lambda: defaultdict(Closure))
    variance: dict[Hashable, float] = field(default_factory=lambda: defaultdict(float))
    shared: dict[Hashable, dict[Hashable, float]] = field(default_factory=dict)  # reading -> its effect by group
    readings: Readings = field(init=False)
    pools: dict[LotId, Hashable] = field(init=False)  # step -> whose difference it is

    def __post_init__(self) -> None:
        self.readings = self.book.once(Readings, Readings)
        self.pools = {
            check.lot: group
            for check in self.book.checks
            if check.what == "step" and check.substance == self.substance
            and check.account.kind is not AccountKind.REAGENTS
            and (check.difference or check.lot not in self.readings.articles)
            and (group := self.group(check.event, str(check.site), check.lot)) is not None
        }  # fmt: skip

    def closures(self) -> Mapping[Hashable, Closure]:
        for effects in self.shared.values():
            for group, effect in effects.items():
                self.variance[group] += effect**2
        for group, variance in self.variance.items():
            self.found[group].sigma = sqrt(variance)
        self.found.pop(None, None)
        return self.found

    def back(self, flow: Flow, mg: int) -> None:
        """Undo one flow."""
        source = self.book.holdings[flow.source] if isinstance(flow.source, int) else flow.source
        target = self.book.holdings[flow.target] if isinstance(flow.target, int) else flow.target
        if isinstance(source, Account):
            if isinstance(target, Holding):
                self._entered(flow, source, target, mg)
        elif source.kind is AccountKind.STEP:
            self._came_out(flow, source, target, mg)
        else:
            self._drawn(flow, source, target, mg)

    def _entered(self, flow: Flow, source: Account, target: Holding, mg: int) -> None:
        if source.kind is AccountKind.SOURCE:
            self._measured(flow, target, self.pulls.get(target.id, {}), mg, self._poured(target))
        elif source.kind is AccountKind.UNACCOUNTED:
            group = self._tally(flow, target, -mg, source.kind)
            told = (flow.event, target.lot) in self.readings.assayed
            if not told and not source.key.startswith(("step ", "campaign ")):
                self.more[flow.event, target.id] = (group, self._poured(target))

    def _came_out(self, flow: Flow, pool: Holding, target: Holding | Account, mg: int) -> None:
        group = self.pools.get(pool.lot)
        if isinstance(target, Account):
            if target.kind in {AccountKind.LOSS, AccountKind.UNACCOUNTED}:
                self._tally(flow, pool, mg, target.kind)
            elif target.kind in _OUT and pool.lot in self.pools:
                self._made(flow, pool, target, {group: (0.0, -1.0)}, mg)
        elif target.kind is AccountKind.STOCK and not self.readings.declared(target.lot).article:
            pull = dict(self.pulls.get(target.id, {}))
            if pool.lot in self.pools:
                by_unit, by_mg = pull.get(group, (0.0, 0.0))
                pull[group] = (by_unit, by_mg - 1)
            self._made(flow, pool, target, pull, mg)

    def _made(self, flow: Flow, pool: Holding, target: Holding | Account, pull: _Pull, mg: int) -> None:
        """What a step made was measured; or it is m of the M that went in and holds C m / M."""
        lot = target.lot if isinstance(target, Holding) else LotId(target.key)
        units = self._poured(target) if isinstance(target, Holding) else mg
        into, held = pool.content.get(MASS), pool.content.get(self.substance)
        if not into or not held or not self.readings.handled(flow.event, pool, lot):
            self._measured(flow, target, pull, mg, units)
            return
        sigma, passed = weighing_sigma(self.readings.told(flow.event, lot)[0]), self.pulls.setdefault(pool.id, {})
        for group, (by_unit, by_mg) in pull.items():
            self.variance[group] += ((by_unit * units + by_mg * mg) * sigma) ** 2
            unit, before = passed.get(group, (0.0, 0.0))
            passed[group] = (unit - by_mg * mg / into, before + by_mg * mg / held)

    def _drawn(self, flow: Flow, source: Holding, target: Holding | Account, mg: int) -> None:
        known = source.left_content.get(self.substance) or 0
        left = self.units.get(source.id, source.left), self.content.get(source.id, known)
        there = left[0] + flow.amount, left[1] + mg
        self.units[source.id], self.content[source.id] = there
        after = self.pulls.get(source.id, {})
        if (flow.event, source.lot) in self.readings.assayed:
            if isinstance(target, Holding):
                self._found_anew(flow, source, target)
            elif target.kind is AccountKind.UNACCOUNTED:
                self._tally(flow, source, mg, target.kind)
            return
        if isinstance(target, Account) and target.kind is AccountKind.UNACCOUNTED:
            group = self._tally(flow, source, mg, target.kind)
            if source.kind is AccountKind.TRANSIT:  # the rest of a shipment that was weighed before
                self.pulls[source.id] = {group: (0.0, 1.0)}
            else:
                self._counted(source, there, left[0], after, group, self._level(flow))
            return
        pull = self._pull(source, target)
        above = self.more.pop((flow.event, flow.target), None) if not any(left) else None
        if above:
            sigma = self._level(flow) if source.next == flow.target else self._weighing(source)
            self._counted(source, there, there[0] + above[1], pull, above[0], sigma)
        elif not any(left):
            self.pulls[source.id] = pull
        elif pull or after:
            self._part(source, flow.amount, there, pull, after)

    def _pull(self, source: Holding, target: Holding | Account) -> _Pull:
        """What hangs on matter that went from a holding to a target."""
        if isinstance(target, Account):
            return {}
        if target.kind is AccountKind.STEP:
            whole = dict(self.pulls.get(target.id, {}))
            if (group := self.pools.get(target.lot)) is not None:
                unit, mg = whole.get(group, (0.0, 0.0))
                whole[group] = (unit, mg + 1)
            return whole if source.unit == MILLIGRAM else {one: (0.0, mg) for one, (_, mg) in whole.items()}
        same = source.unit == target.unit
        return {g: (unit if same else 0.0, mg) for g, (unit, mg) in self.pulls.get(target.id, {}).items()}

    def _part(self, source: Holding, taken: int, before: tuple[int, int], pull: _Pull, after: _Pull) -> None:
        """A part was weighed out of a holding: t units of M, with the content C t / M."""
        units, held = before
        if not units:
            return
        sigma, mine = self._weighing(source) * taken, {}
        for group in {**pull, **after}:
            (to_unit, to_mg), (unit, mg) = pull.get(group, (0.0, 0.0)), after.get(group, (0.0, 0.0))
            gone = to_mg - mg
            mine[group] = (unit - gone * held * taken / units**2, mg + gone * taken / units)
            self.variance[group] += ((gone * held / units - unit + to_unit) * sigma) ** 2
        self.pulls[source.id] = mine

    def _counted(  # noqa: PLR0917 - what the books said, what was measured, what hangs on it
        self, source: Holding, there: tuple[int, int], counted: int, after: _Pull, group: Hashable, sigma: float
    ) -> None:
        """A holding was measured anew, m units instead of M: it holds C m / M, the rest is the difference."""
        units, held = there
        mine: _Pull = {}
        for one in {*after, group} if units else ():
            unit, mg = after.get(one, (0.0, 0.0))
            kept = mg - (one == group)
            mine[one] = (-kept * held * counted / units**2, (one == group) + kept * counted / units)
            self.variance[one] += ((kept * held / units + unit) * sigma * counted) ** 2
        self.pulls[source.id] = mine

    def _level(self, flow: Flow) -> float:
        """How sure a stocktake's weight is."""
        return level_sigma(declared(self.book.events[flow.event].event.extensions)[0])

    def _found_anew(self, flow: Flow, source: Holding, target: Holding) -> None:
        """A holding was weighed and assayed: what it held is compared with a reading; the rest goes with that."""
        elements = self.readings.assayed[flow.event, source.lot]
        group, after = self.group(flow.event, str(source.site), source.lot), self.pulls.get(target.id, {})
        now = target.content.get(self.substance) or 0
        if self.substance in elements:
            by_unit, by_mg = after.get(group, (0.0, 0.0))
            self._measured(flow, target, {**after, group: (by_unit, by_mg - 1)}, now, target.amount)
            self.pulls[source.id] = {group: (0.0, 1.0)}
            return
        flows = [one for one in self.book.outflows[source.id] if one.event == flow.event]
        units, held = sum(one.amount for one in flows), sum(one.content.get(self.substance) or 0 for one in flows)
        if held:
            told, _ = self.readings.told(flow.event, source.lot)
            doubts = [hypot(*measurements(told, one)[1].values()) for one in elements]
            sigma = hypot(self._level(flow), max(doubts))
            self._counted(source, (units, held), round(Fraction(units * now, held)), after, group, sigma)

    def _measured(self, flow: Flow, target: Holding | Account, pull: _Pull, mg: int, units: int) -> None:
        """A weight was told, and for its content an assay, a moisture or a formula."""
        if not pull:
            return
        lot = target.lot if isinstance(target, Holding) else LotId(target.key)
        told, event = self.readings.told(flow.event, lot)
        bulk = isinstance(target, Account) or target.unit in BULK
        said = self.book.events[flow.event].setting
        counted = said.action == "OBSERVE" and said.bizStep in COUNTING
        weighing = (level_sigma(told) if counted else weighing_sigma(told)) if bulk else 0.0
        readings = dict(self._readings(event, lot, told))
        for group, (by_unit, by_mg) in pull.items():
            weight = (by_unit * units + by_mg * mg) * weighing
            if counted:  # one level, of however many layers
                self._share(("level", event, lot), group, weight)
            else:
                self.variance[group] += weight**2
            for reading, sigma in readings.items():
                self._share(reading, group, by_mg * mg * sigma)

    def _share(self, reading: Hashable, group: Hashable, effect: float) -> None:
        effects = self.shared.setdefault(reading, {})
        effects[group] = effects.get(group, 0.0) + effect

    def _readings(self, event: int, lot: LotId, told: Declared) -> Iterator[tuple[Hashable, float]]:
        """What was measured of a lot: a certificate's assay is one reading wherever it is told."""
        for kind, sigma in measurements(told, self.substance)[1].items():
            assay = told.assays.get(self.substance)
            if kind == "assay" and assay and assay.certificate:
                yield (assay.certificate, assay.laboratory, assay.percent), sigma
            else:
                yield (kind, event, "" if kind != "formula" else lot), sigma

    def _tally(self, flow: Flow, at: Holding, mg: int, kind: AccountKind) -> Hashable:
        event = self.book.events[flow.event].setting
        under_way = at.kind is AccountKind.TRANSIT
        site = event.bizLocation or event.readPoint or "" if under_way else str(at.site)
        group = self.group(flow.event, site, at.lot)
        if kind is AccountKind.LOSS:
            self.found[group].loss += mg
        else:
            self.found[group].unaccounted += mg
        return group

    def _poured(self, target: Holding) -> int:
        """Units that entered a holding from elsewhere than another holding."""
        inflows = (flow for flow in self.book.inflows[target.id] if isinstance(flow.source, int))
        return target.amount - sum(flow.amount for flow in inflows)

    def _weighing(self, source: Holding) -> float:
        return weighing_sigma(self.readings.declared(source.lot)) if source.unit in BULK else 0.0


def _same(event: Event, first: Event) -> bool:
    """Whether two events are of one deed: the first itself, or a step of the same campaign."""
    return event is first or (bool(event.transformationID) and event.transformationID == first.transformationID)


def _makes(event: Event, lot: LotId) -> bool:
    """Whether an event makes a lot."""
    items = event.outputQuantityList if event.type == "TransformationEvent" else event.quantityList
    made = event.type == "TransformationEvent" or event.action == "ADD"
    return made and (any(item.epcClass == lot for item in items) or lot in (*event.outputEPCList, *event.epcList))
