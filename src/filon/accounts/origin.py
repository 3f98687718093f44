"""The origin account: for every holding and element, how many milligrams come from which mine or recycler.

Origins ride on matter: a holding's vector is the sum of what flowed in, each inflow taking its share of its source's
vector, and the parts of a vector always sum to the holding's content, to the milligram. Matter whose origin nobody
declared is UNKNOWN; it is a value like the others and is never spread over them (I-6).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from filon.accounts.origin_table import OriginTable, origin_table, parts_known, repeats
from filon.books.book import Book, Flow
from filon.books.journal import UNKNOWN
from filon.books.lot import NAMELESS, Account, AccountKind
from filon.core.on_demand import OnDemand
from filon.core.quantity import split

Vector = dict[str, int]
"""{origin: mg}, whole numbers >= 0; UNKNOWN is an origin."""


@dataclass(frozen=True)
class Origins:
    """The origin account of a book, for one substance.

    Args:
        made: vector of each holding when it was made, by id; None where its content is unknown.
        left: what of it is still there.
        outside: {account: vector of what went there, net}; negative where a measurement found more than was there.
        named: every origin from which any matter of a holding came, by id; also where amounts are unknown.
    """

    substance: str
    made: Sequence[Vector | None]
    left: Sequence[Vector]
    outside: Mapping[Account, Vector]
    named: Sequence[frozenset[str]]


def origins(book: Book, substance: str) -> Origins:
    """The origin account of one substance, worked out once for a book.

    Returns:
        For every holding with known content the vector sums to it, and for every origin what came in from its source
        equals what is held plus what went out: to the mg.
    Source: custody reference I-6, I-7, I-9; decision 0003 for surpluses.
    """
    return book.once((origins, substance), lambda it: _worked_out(it, substance))


def origin_known(book: Book, substance: str, holdings: Sequence[int]) -> tuple[int, int]:
    """(mg of known origin, mg of unknown) in some holdings together; in a large book to a milligram a flow."""
    parts = parts_known(book, substance, holdings) if book.large else None
    if parts is not None:
        return parts
    vectors = [origins(book, substance).made[index] or {} for index in holdings]
    unknown = sum(one.get(UNKNOWN, 0) for one in vectors)
    return sum(sum(one.values()) for one in vectors) - unknown, unknown


def origins_of(book: Book, substance: str, within: frozenset[int]) -> Origins:
    """The same account of some holdings only, and the same milligrams; its other rows are not told.

    Args:
        within: with all that they came from: see `books.trace.mixed_from`.
    """
    run = Sweep(book, substance)
    run.sweep(within)
    made, left, named = run.few()
    return Origins(substance, made, left, run.outside, named)


def _worked_out(book: Book, substance: str) -> Origins:
    table = origin_table(book, substance) if book.large else None
    if table is not None:
        return _read(table, substance)
    run = Sweep(book, substance)
    run.sweep()
    made, left, named = run.rows()
    return Origins(substance, made, left, run.outside, named)


def _read(table: OriginTable, substance: str) -> Origins:
    count = len(table.made)
    outside = {account: table.vector(row) for account, row in table.outside.items()}
    left = OnDemand(count, lambda at: table.vector(table.left[at]))
    return Origins(substance, OnDemand(count, table.made_of), left, outside, OnDemand(count, table.named))


class Sweep:
    """One sweep over the flows in posting order; parents are complete before anything leaves them.

    Each mg carries a label: here the origin it entered from. Other accounts label otherwise (`entered`, `passed`).
    """

    def __init__(self, book: Book, substance: str) -> None:
        self.book = book
        self.substance = substance
        self.made: dict[int, Vector] = defaultdict(dict)  # of the holdings that were met
        self.left: dict[int, Vector] = defaultdict(dict)
        self.named: dict[int, frozenset[str]] = defaultdict(frozenset)
        self.outside: dict[Account, Vector] = {}

    def known(self, holding: int) -> bool:
        """Whether anybody said how much is in it."""
        return self.book.holdings[holding].content.get(self.substance, 0) is not None

    def rows(self) -> tuple[Sequence[Vector | None], Sequence[Vector], Sequence[frozenset[str]]]:
        """What was made, is left and is named in every holding, also in those that were not met."""
        every = range(len(self.book.holdings))
        made = tuple([self.made.get(at, {}) if self.known(at) else None for at in every])
        return made, tuple([self.left.get(at, {}) for at in every]), tuple([self.named[at] for at in every])

    def few(self) -> tuple[Sequence[Vector | None], Sequence[Vector], Sequence[frozenset[str]]]:
        """The same, each row made when it is asked for: of a large book few are."""
        count = len(self.book.holdings)
        made = OnDemand(count, lambda at: self.made.get(at, {}) if self.known(at) else None)
        left, named = OnDemand(count, lambda at: self.left.get(at, {})), OnDemand(count, lambda at: self.named[at])
        return made, left, named

    def sweep(self, within: Collection[int] | None = None) -> None:
        """Carry all flows, or those that touch some holdings."""
        for flow in self.book.flows if within is None else self.book.touching(within):
            self.carry(flow)

    def entered(self, flow: Flow, mg: int) -> Vector:
        """Labels of mg that come in from a source: the source."""
        assert isinstance(flow.source, Account)
        return {flow.source.key: mg}

    def passed(self, flow: Flow, vector: Vector) -> Vector:  # noqa: ARG002 - other accounts relabel
        """Labels of matter once it is where the flow leads: the same."""
        return vector

    def carry(self, flow: Flow) -> None:
        """Take the flow's share from its source, give it to its target."""
        if isinstance(flow.target, int):
            self._name(flow)
        mg = flow.content.get(self.substance, 0)
        if not mg:
            return
        vector = self.passed(flow, self._taken(flow, mg))
        if isinstance(flow.target, int):
            add(self.made[flow.target], vector)
            add(self.left[flow.target], vector)
        else:
            add(self.outside.setdefault(flow.target, {}), vector)

    def _name(self, flow: Flow) -> None:
        assert isinstance(flow.target, int)
        if isinstance(flow.source, int):
            origins_of = frozenset(self.passed(flow, dict.fromkeys(self.named[flow.source], 1)))
        elif flow.source.kind is AccountKind.SOURCE:
            origins_of = frozenset(self.entered(flow, 1_000_000))
        elif flow.like is not None:
            origins_of = self.named[flow.like]
        elif flow.source.kind in NAMELESS or repeats(self.book, flow):
            return
        else:
            origins_of = frozenset({UNKNOWN})
        self.named[flow.target] |= origins_of

    def _taken(self, flow: Flow, mg: int) -> Vector:
        if isinstance(flow.source, int):
            return self._drawn(flow.source, mg)
        if flow.source.kind is AccountKind.SOURCE:
            return self.entered(flow, mg)
        vector = self._like(flow, mg)
        outside = self.outside.setdefault(flow.source, {})
        add(outside, {origin: -part for origin, part in vector.items()})
        return vector

    def _like(self, flow: Flow, mg: int) -> Vector:
        """What a measurement found more than was there: like the mixture it was found in, or unknown."""
        if flow.like is not None and self.made[flow.like]:
            return shared(mg, self.made[flow.like])
        target = flow.target
        if isinstance(target, int) and not self.known(target) and len(self.named[target]) == 1:
            return dict.fromkeys(self.named[target], mg)
        return {UNKNOWN: mg}

    def _drawn(self, source: int, mg: int) -> Vector:
        """Draw from what is left, pro rata; the last draw takes exactly the rest."""
        left = self.left[source]
        if sum(left.values()) < mg:  # only where some inflow's amount is unknown
            return self._beyond(source, mg)
        vector = shared(mg, left)
        add(left, {origin: -part for origin, part in vector.items()})
        return vector

    def _beyond(self, source: int, mg: int) -> Vector:
        names = self.named[source]
        return dict.fromkeys(names, mg) if len(names) == 1 else {UNKNOWN: mg}


def shared(mg: int, by: Vector) -> Vector:
    """So many mg with the same parts as a vector, in whole milligrams."""
    if len(by) == 1 and mg:
        ((name, whole),) = by.items()
        if whole > 0:
            return {name: mg}
    names = sorted(by)
    parts = split(mg, [by[name] for name in names])
    return {name: part for name, part in zip(names, parts, strict=True) if part}


def add(total: Vector, more: Mapping[str, int]) -> None:
    """Add to a vector, which then names nothing of which there is none."""
    for origin, mg in more.items():
        total[origin] = total.get(origin, 0) + mg
        if not total[origin]:
            del total[origin]
