"""The book: holdings, the flows between them and the checks that were made, ready to be asked.

Holdings are nodes, flows are edges, and every flow is a double entry: what leaves one end enters the other. A flow
goes from an older holding to a younger one (parent id < child id), or from or to an account outside (source, waste,
loss, unaccounted ..). Built by `books.post`; asked by `trace`, `balance` and the accounts. Immutable once built.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, TypeVar, cast

from msgspec import Struct, field

from filon.books.declared import Declared
from filon.books.lot import Account, AccountKind, Content, LotId, SiteId
from filon.books.movement import Said
from filon.books.register import Register
from filon.core.finding import Finding

if TYPE_CHECKING:
    from filon.books.engine.columns import Columns

T = TypeVar("T")

LARGE = 20_000
"""Flows from which on the engine is worth its start of half a second; such a book took many to post."""


class Holding(Struct, gc=False):
    """A lot at a site (or under way, or in process) from one filling to the next: a node of the flow graph.

    Args:
        id: position in `Book.holdings`; parents have smaller ids.
        kind: stock, transit or step.
        version: 1, 2, .. for each filling of the same lot at the same site.
        made: index in `Book.events` of the event that made it.
        amount, unit: how much it held when made.
        content: {substance: mg} when made.
        sigma: {substance: relative one-sigma uncertainty of its share in the lot}.
        left, left_content: what is still there.
        next: the younger version that took over the rest, or None.
    """

    id: int
    lot: LotId
    site: SiteId
    kind: AccountKind
    version: int
    made: int
    amount: int
    unit: str
    content: Content
    sigma: Mapping[str, float]
    left: int = 0
    left_content: Content = field(default_factory=dict)
    next: int | None = None

    @property
    def account(self) -> Account:
        """The account of the books that this holding is."""
        return Account(self.kind, f"{self.lot}@{self.site}")


class Flow(Struct, frozen=True, gc=False):
    """Matter that went from one end to the other in one event: an edge of the flow graph.

    Args:
        event: index in `Book.events`.
        source, target: a holding's id, or an account outside.
        amount: counting units that left the source, 0 where it is not a holding.
        content: {substance: mg}; None where the amount is unknown.
        like: holding whose mixture the matter has when it comes from `unaccounted` within measurement
            uncertainty; None = its origin is unknown.
        serials: serial numbers of the pieces, (first, last) inclusive.
    """

    event: int
    source: int | Account
    target: int | Account
    amount: int
    content: Content
    like: int | None = None
    serials: Sequence[tuple[int, int]] = ()


MANY = 8
"""One holding in so many is many: then all flows are looked through."""


class Verdict(StrEnum):
    """Whether matter adds up: within two sigma, beyond, or not to be told for lack of data."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    CANNOT_TELL = "cannot tell"


class Check(Struct, frozen=True, gc=False):
    """One comparison of what must be equal: a step, a shipment's arrival, a stocktake, a withdrawal.

    Args:
        what: `step`, `transit`, `stocktake`, `withdrawal`.
        into, out: mg that went in and came out (or were expected and measured).
        difference: into - out; positive = missing, negative = surplus.
        sigma: one-sigma uncertainty of the difference, mg.
        account: where the difference was posted.
    """

    event: int
    what: str
    lot: LotId
    site: SiteId
    substance: str
    into: int
    out: int
    difference: int
    sigma: int
    verdict: Verdict
    account: Account


@dataclass(frozen=True)
class Book:
    """Everything the events say about matter.

    Args:
        events: the events that count, in the order they were posted.
        holdings: all nodes; `holdings[i].id == i`.
        flows: all edges, in posting order (targets' ids never decrease within an event).
        checks: all comparisons, in posting order.
        declared: {lot: what its maker declared}.
        findings: everything that is wrong or worth knowing.
        scope: lots this book was limited to, None = all.
    """

    events: Sequence[Said]
    holdings: Sequence[Holding]
    flows: Sequence[Flow]
    checks: Sequence[Check]
    declared: Mapping[LotId, Declared]
    register: Register
    findings: Sequence[Finding]
    scope: frozenset[str] | None = None

    @cached_property
    def inflows(self) -> Sequence[Sequence[Flow]]:
        """Flows into each holding, by id."""
        table: list[list[Flow]] = [[] for _ in self.holdings]
        for flow in self.flows:
            if isinstance(flow.target, int):
                table[flow.target].append(flow)
        return table

    @cached_property
    def outflows(self) -> Sequence[Sequence[Flow]]:
        """Flows out of each holding, by id."""
        table: list[list[Flow]] = [[] for _ in self.holdings]
        for flow in self.flows:
            if isinstance(flow.source, int):
                table[flow.source].append(flow)
        return table

    def index(self, flow: Flow) -> int:
        """Place of one of its flows in posting order."""
        at = bisect_left(self.flows, flow.event, key=attrgetter("event"))
        while self.flows[at] is not flow:
            at += 1
        return at

    def touching(self, holdings: Collection[int]) -> Sequence[Flow]:
        """Flows into or out of some holdings, in posting order; for a few holdings not all flows are looked through."""
        if MANY * len(holdings) > len(self.holdings):
            return [flow for flow in self.flows if flow.source in holdings or flow.target in holdings]
        near = {id(flow): flow for one in holdings for flow in (*self.inflows[one], *self.outflows[one])}
        return sorted(near.values(), key=self.index)

    @cached_property
    def columns(self) -> Columns:
        """The flows as columns of numbers, from which the engine's graphs are made; worked out once."""
        from filon.books.engine.columns import Columns  # noqa: PLC0415 - the engine knows books

        return Columns.of(self)

    def go_on_from(self, older: Book) -> None:
        """Use what an older book has worked out, whose holdings and flows are this one's first."""
        if (columns := vars(older).get("columns")) is not None:
            vars(self)["columns"] = columns.grown(self)

    def once(self, key: Hashable, make: Callable[[Book], T]) -> T:
        """What is worked out of the book once and kept with it."""
        kept = self._kept
        if key not in kept:
            kept[key] = make(self)
        return cast("T", kept[key])

    def let_go(self) -> None:
        """Forget what was worked out of the book and names it in turn: else only the collector would free both.

        Whoever still asks has it worked out again.
        """
        vars(self).pop("_kept", None)
        if (columns := vars(self).pop("columns", None)) is not None:
            columns.let_go()

    @cached_property
    def _kept(self) -> dict[Hashable, object]:
        return {}

    @property
    def large(self) -> bool:
        """Whether the engine is quicker than walking the flows one by one; the answers are the same."""
        return len(self.flows) >= LARGE

    @cached_property
    def alike(self) -> Mapping[int, Sequence[Flow]]:
        """{holding: flows of matter that a measurement found and that has its mixture}."""
        table: dict[int, list[Flow]] = defaultdict(list)
        for flow in self.flows:
            if flow.like is not None:
                table[flow.like].append(flow)
        return table

    @cached_property
    def of_lot(self) -> Mapping[LotId, Sequence[int]]:
        """{lot: ids of its holdings, oldest first}; steps and the like not included."""
        table: dict[LotId, list[int]] = defaultdict(list)
        for holding in self.holdings:
            if holding.kind is not AccountKind.STEP:
                table[holding.lot].append(holding.id)
        return table

    def first(self, lot: LotId) -> Holding | None:
        """The holding in which a lot came into being; None if the book does not know it."""
        ids = self.of_lot.get(lot)
        return self.holdings[ids[0]] if ids else None

    def postings(self) -> Iterator[tuple[int, Account, str, int]]:
        """The journal: (event, account, substance, mg), credits negative; each event sums to zero by substance."""
        for flow in self.flows:
            for end, sign in ((flow.source, -1), (flow.target, 1)):
                account = self.holdings[end].account if isinstance(end, int) else end
                for substance, mg in flow.content.items():
                    if mg:
                        yield flow.event, account, substance, sign * mg
