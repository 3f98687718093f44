"""An account: what the matter in every holding is called, carried along by matter from where it entered the books.

One form for all of them: origin, country, recycled class, certified or not, a lot's own mark for a recall. A
`Characteristic` says what matter is called where it enters or where it is called anew; the sweep carries the names
with the milligrams: every outflow takes its share of what is left, largest remainders, so that no milligram is made
or lost. The uncalled is UNKNOWN, a name like the others (I-6).

    carried(book, "Co", Characteristic("origin", lambda flow: {flow.source.key: 1}))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from filon.accounts.origin import Origins, Sweep, Vector
from filon.accounts.origin_table import repeats
from filon.books.book import Book, Flow
from filon.books.journal import UNKNOWN
from filon.books.lot import NAMELESS, Account, AccountKind
from filon.core.on_demand import OnDemand
from filon.core.quantity import split

Weights = Mapping[str, int]
"""{name: weight}: by which some matter is shared among names; not all zero."""

KEPT = ""
"""The part of matter called anew that keeps the names it had."""


@dataclass(frozen=True)
class Characteristic:
    """What matter is called; the name KEPT among the weights leaves that part with the names it has.

    Args:
        name: of the characteristic: `origin`, `country`, `recycled` ..
        enters: what the matter of a flow from a source is called.
        called: {holding: names}: whatever enters this holding is called so from there on.
        drawn: {index in `Book.flows`: names}: what this flow takes is known, whatever is left in its source.
    """

    name: str
    enters: Callable[[Flow], Weights]
    called: Mapping[int, Weights] = field(default_factory=dict)
    drawn: Mapping[int, Weights] = field(default_factory=dict)


def _source(flow: Flow) -> Weights:
    assert isinstance(flow.source, Account)
    return {flow.source.key: 1}


ORIGIN = Characteristic("origin", _source)
"""Matter is called by the mine, recycler or other origin that it entered the books from."""


@dataclass(frozen=True)
class Carried(Origins):
    """An account of a book by any characteristic, for one substance; `Origins` with names of whatever kind.

    Args:
        renamed: {name: mg} gained (or lost) where matter was called anew; sums to zero.
    """

    renamed: Mapping[str, int] = field(default_factory=dict)


def carried(
    book: Book,
    substance: str,
    characteristic: Characteristic,
    *,
    within: AbstractSet[int] | None = None,
    elsewhere: str = "",
) -> Carried:
    """The account of one characteristic and substance.

    Args:
        within: only these holdings are told (with all their descendants, or with all that they came from); None = all.
        elsewhere: what matter from other holdings is called then.

    Returns:
        For every holding with known content the vector sums to it, and for every name what entered under it, and
        what was renamed to it, equals what is held plus what went out: to the mg.
    Source: custody reference I-6, I-7, I-9; decision 0003 for surpluses.
    """
    run = _Calling(book, substance, characteristic, within, elsewhere)
    run.sweep(within)
    made, left, named = run.rows() if within is None else run.few()
    return Carried(substance, made, left, run.outside, named, run.renamed)


class _Calling(Sweep):
    """The sweep, with matter called by a characteristic where it enters, and anew where that says so."""

    def __init__(
        self, book: Book, substance: str, rule: Characteristic, within: AbstractSet[int] | None, elsewhere: str
    ) -> None:
        super().__init__(book, substance)
        self.rule = rule
        self.within = within
        self.elsewhere = elsewhere
        self.drawn = {id(book.flows[index]): names for index, names in rule.drawn.items()}
        self.renamed: Vector = {}

    def entered(self, flow: Flow, mg: int) -> Vector:
        """What the characteristic calls it."""
        return shared(mg, self.rule.enters(flow))

    def passed(self, flow: Flow, vector: Vector) -> Vector:
        """What it is called from there on."""
        anew = self._anew(flow)
        if anew is None:
            return vector
        after = shared(sum(vector.values()), anew)
        if kept := after.pop(KEPT, 0):
            add(after, shared(kept, vector))
        add(self.renamed, after)
        add(self.renamed, {name: -part for name, part in vector.items()})
        return after

    def _anew(self, flow: Flow) -> Weights | None:
        by_place = self.rule.called.get(flow.target) if isinstance(flow.target, int) else None
        return self.drawn.get(id(flow)) or by_place

    def _foreign(self, flow: Flow) -> bool:
        return self.within is not None and isinstance(flow.source, int) and flow.source not in self.within

    def _taken(self, flow: Flow, mg: int) -> Vector:
        return {self.elsewhere: mg} if self._foreign(flow) else super()._taken(flow, mg)

    def _name(self, flow: Flow) -> None:
        assert isinstance(flow.target, int)
        anew = {name for name, weight in (self._anew(flow) or {}).items() if weight}
        if not anew or KEPT in anew:
            anew |= self._before(flow)
        self.named[flow.target] |= anew - {KEPT}

    def _before(self, flow: Flow) -> frozenset[str]:
        """Names of a flow's matter where it comes from."""
        if self._foreign(flow):
            return frozenset({self.elsewhere})
        if isinstance(flow.source, int):
            return self.named[flow.source]
        if flow.source.kind is AccountKind.SOURCE:
            return frozenset(name for name, weight in self.rule.enters(flow).items() if weight)
        if flow.like is not None:
            return self.named[flow.like]
        again = flow.source.kind in NAMELESS or repeats(self.book, flow)
        return frozenset() if again else frozenset({UNKNOWN})


def shared(mg: int, by: Weights) -> Vector:
    """So many mg shared among names by their weights, to the mg."""
    names = sorted(by)
    parts = split(mg, [by[name] for name in names])
    return {name: part for name, part in zip(names, parts, strict=True) if part}


def add(total: Vector, more: Weights) -> None:
    """Add a vector to another in place; a name that comes to nothing goes."""
    for name, mg in more.items():
        total[name] = total.get(name, 0) + mg
        if not total[name]:
            del total[name]


def regrouped(account: Origins, group: Callable[[str], str]) -> Carried:
    """The same account by coarser names (mines by country): sums, so that not a milligram moves; rows as asked for."""
    count = len(account.made)

    def made(at: int) -> Vector | None:
        vector = account.made[at]
        return None if vector is None else _grouped(vector, group)

    return Carried(
        account.substance,
        OnDemand(count, made),
        OnDemand(count, lambda at: _grouped(account.left[at], group)),
        {where: _grouped(vector, group) for where, vector in account.outside.items()},
        OnDemand(count, lambda at: frozenset(map(group, account.named[at]))),
        _grouped(account.renamed, group) if isinstance(account, Carried) else {},
    )


def _grouped(vector: Weights, group: Callable[[str], str]) -> Vector:
    total: Vector = {}
    for name, mg in vector.items():
        add(total, {group(name): mg})
    return total
