"""The flows of a book as columns of numbers: from these the engine's graphs are made, without asking a million objects.

columns = Columns.of(book)
graph = columns.graph                       # all that moved between holdings
cobalt = columns.substance("Co")            # how much of it went which way, and what entered from outside
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from filon.books.book import Book, Flow
from filon.books.engine.graph import Graph, downstream
from filon.books.engine.kernel import Floats, Ids, Starts, kernel
from filon.books.engine.quotient import Own, Quotient, Table
from filon.books.lot import Account, AccountKind, Content
from filon.books.shelf.tables import KINDS, Flows, Holdings

Milligrams: TypeAlias = npt.NDArray[np.int64]

OUTSIDE = -1
"""The end of a flow that is no holding."""
UNTOLD = -1
"""An amount that nobody said."""


@dataclass(frozen=True)
class Columns:
    """One row a flow, in posting order.

    Args:
        source, target: ids of holdings, OUTSIDE for accounts outside.
        like: holding whose mixture matter from outside has, OUTSIDE = none.
    """

    book: Book
    source: Ids
    target: Ids
    like: Ids
    _substances: dict[str, Substance] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, book: Book) -> Columns:
        """The columns of a book."""
        return cls(book, *_ends(book.flows))

    def grown(self, book: Book) -> Columns:
        """The columns of a book that goes on from this one's: only what is new is looked at."""
        done = len(self.source)
        source, target, like = _ends(book.flows[done:])
        grown = Columns(
            book,
            np.concatenate([self.source, source]),
            np.concatenate([self.target, target]),
            np.concatenate([self.like, like]),
        )
        for name, one in list(self._substances.items()):  # who reads the older book may ask for another
            mg = np.concatenate([one.mg, _milligrams(book.flows[done:], name)])
            grown._substances[name] = more = Substance(grown, name, mg)
            if "quotient" in vars(one) and (target[target != OUTSIDE] >= len(self.events)).all():
                vars(more)["quotient"] = more.classed(one.quotient.branch())
        return grown

    @cached_property
    def events(self) -> Ids:
        """(holdings) index of the event that made each."""
        if isinstance(holdings := self.book.holdings, Holdings):
            return holdings.events()
        return np.array([one.made for one in holdings], np.int32)

    def ends(self, places: Sequence[int], *, target: bool = False) -> list[int | Account]:
        """The sources, or targets, of some flows, by their places in order: accounts where they are outside."""
        if isinstance(flows := self.book.flows, Flows):
            return flows.outside(places, target=target)
        return [flows[place].target if target else flows[place].source for place in places]

    @cached_property
    def lot(self) -> npt.NDArray[Any]:
        """(holdings) a number for the lot of each."""
        holdings = self.book.holdings
        if isinstance(holdings, Holdings) and not holdings.more:
            return holdings.columns.lot
        numbers: dict[str, int] = {}
        return np.array([numbers.setdefault(one.lot, len(numbers)) for one in holdings], np.int32)

    @cached_property
    def entering(self) -> npt.NDArray[np.bool_]:
        """(holdings) whether no matter of the same lot went into each: there the lot's matter first enters."""
        inside = np.flatnonzero((self.source != OUTSIDE) & (self.target != OUTSIDE))
        same = self.lot[self.source[inside]] == self.lot[self.target[inside]]
        steps = self.processes
        entering = np.ones(len(self.events), np.bool_)
        moved = inside[same & ~steps[self.source[inside]]]
        entering[self.target[moved]] = False
        return entering

    @cached_property
    def processes(self) -> npt.NDArray[np.bool_]:
        """(holdings) whether each is matter in process: no lot's own."""
        if isinstance(holdings := self.book.holdings, Holdings) and not holdings.more:
            step: npt.NDArray[np.bool_] = holdings.columns.kind == KINDS.index(AccountKind.STEP)
            return step
        return np.array([one.kind is AccountKind.STEP for one in holdings], np.bool_)

    @cached_property
    def inward(self) -> tuple[Starts, npt.NDArray[np.int64]]:
        """The flows into each holding, in posting order: (where each one's begin, their places)."""
        there = np.flatnonzero(self.target != OUTSIDE)
        starts, order = kernel().by_target(len(self.events), self.target[there])
        return starts, there[order]

    @cached_property
    def spreading(self) -> tuple[Graph, Ids, Ids]:
        """Where matter can get to, also by a measurement that found more like it; links back in time apart."""
        known = (self.target != OUTSIDE) & (self.source != OUTSIDE)
        alike = (self.target != OUTSIDE) & (self.like != OUTSIDE) & (self.like != self.target)
        source = np.concatenate([self.source[known], self.like[alike]])
        target = np.concatenate([self.target[known], self.target[alike]])
        on = source < target
        return Graph.of(len(self.events), source[on], target[on], self.events), source[~on], target[~on]

    def after(self, holdings: Iterable[int]) -> Ids:
        """Ids of all holdings that some holdings' matter, or what was found like it, went into; themselves included."""
        graph, older, younger = self.spreading
        ids = downstream(graph, list(holdings))
        while len(more := np.setdiff1d(younger[np.isin(older, ids)], ids)):
            ids = downstream(graph, np.concatenate([ids, more]))
        return ids

    @cached_property
    def graph(self) -> Graph:
        """Holdings and the flows between them; nodes are holdings' ids."""
        inside = np.flatnonzero((self.source != OUTSIDE) & (self.target != OUTSIDE))
        made = Graph.of(len(self.events), self.source[inside], self.target[inside], self.events)
        return Graph(made.starts, made.into, made.event, made.aligned(inside))

    def milligrams(self, substance: str) -> Milligrams:
        """(flows) mg of a substance; 0 also where nobody said how much."""
        return _milligrams(self.book.flows, substance)

    def substance(self, name: str) -> Substance:
        """One substance; worked out once."""
        if (known := self._substances.get(name)) is not None:
            return known
        return self._substances.setdefault(name, Substance(self, name, self.milligrams(name)))

    def let_go(self) -> None:
        """Forget the substances, which name these columns in turn."""
        self._substances.clear()


def _ends(flows: Sequence[Flow]) -> tuple[Ids, Ids, Ids]:
    if isinstance(flows, Flows):
        return flows.ends()
    source = [end if type(end := flow.source) is int else OUTSIDE for flow in flows]
    target = [end if type(end := flow.target) is int else OUTSIDE for flow in flows]
    like = [OUTSIDE if flow.like is None else flow.like for flow in flows]
    return np.array(source, np.int32), np.array(target, np.int32), np.array(like, np.int32)


def _milligrams(flows: Sequence[Flow], substance: str) -> Milligrams:
    if isinstance(flows, Flows):
        return flows.milligrams(substance)
    return np.array([flow.content.get(substance) or 0 for flow in flows], np.int64)


def _told(contents: Iterable[Content], substance: str) -> Milligrams:
    said = [content.get(substance, 0) for content in contents]
    return np.array([UNTOLD if mg is None else mg for mg in said], np.int64)


@dataclass(frozen=True)
class Substance:
    """What moved of one substance.

    Args:
        mg: (flows) in posting order.
    """

    columns: Columns
    name: str
    mg: Milligrams

    @cached_property
    def made(self) -> Milligrams:
        """(holdings) mg that entered each, over all its time."""
        return self._sums(self.columns.target)

    @cached_property
    def told(self) -> Milligrams:
        """(flows) mg, UNTOLD where nobody said how much."""
        if isinstance(flows := self.columns.book.flows, Flows):
            return flows.milligrams(self.name, UNTOLD)
        return _told((flow.content for flow in flows), self.name)

    @cached_property
    def whole(self) -> Milligrams:
        """(holdings) mg when they were made, UNTOLD."""
        if isinstance(holdings := self.columns.book.holdings, Holdings):
            return holdings.milligrams(self.name, UNTOLD)
        return _told([one.content for one in holdings], self.name)

    @cached_property
    def rest(self) -> Milligrams:
        """(holdings) mg that is left there, UNTOLD."""
        if isinstance(holdings := self.columns.book.holdings, Holdings):
            return holdings.milligrams(self.name, UNTOLD, left=True)
        return _told([one.left_content for one in holdings], self.name)

    def _sums(self, end: Ids) -> Milligrams:
        totals = np.zeros(len(self.columns.events), np.int64)
        there = end != OUTSIDE
        np.add.at(totals, end[there], self.mg[there])
        return totals

    @cached_property
    def share(self) -> Floats:
        """(links of `Columns.graph`) part of the target's matter that came over each."""
        graph = self.columns.graph
        return self._part(graph, self.made[self.columns.target[graph.flow]])

    @cached_property
    def drawn(self) -> Floats:
        """(links of `Columns.graph`) part of the source's matter that went over each."""
        graph = self.columns.graph
        return self._part(graph, self.made[self.columns.source[graph.flow]])

    def _part(self, graph: Graph, whole: Milligrams) -> Floats:
        mg = self.mg[graph.flow].astype(np.float64)
        return np.divide(mg, whole, out=np.zeros(len(mg)), where=whole > 0)

    @cached_property
    def _mixed(self) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """(flows that bring a mixture into a holding, where that mixture is): drawn from it, or found to be like it."""
        columns = self.columns
        mixture = np.where(columns.source != OUTSIDE, columns.source, columns.like)
        brings = (columns.target != OUTSIDE) & (self.mg != 0) & (mixture != OUTSIDE) & (mixture < columns.target)
        flows = np.flatnonzero(brings)
        return flows, mixture[flows]

    @cached_property
    def _whole(self) -> Milligrams:
        """(holdings) mg whose mixture tells something: what was found to be like the holding itself tells nothing."""
        columns = self.columns
        itself = (columns.source == OUTSIDE) & (columns.like == columns.target) & (columns.like != OUTSIDE)
        total = self.made.copy()
        np.subtract.at(total, columns.target[itself], self.mg[itself])
        return total

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The origins, in the order of the table's columns; UNKNOWN is one."""
        return tuple(sorted(set(self._origins)))

    @cached_property
    def _entries(self) -> npt.NDArray[Any]:
        columns = self.columns
        older = (columns.like != OUTSIDE) & (columns.like <= columns.target)
        enters = (columns.source == OUTSIDE) & (columns.target != OUTSIDE) & (self.mg != 0) & ~older
        return np.flatnonzero(enters)

    @cached_property
    def _origins(self) -> list[str]:
        """What the matter of each entry is called."""
        from filon.books.journal import UNKNOWN  # noqa: PLC0415 - the journal knows books

        sources = self.columns.ends(self._entries.tolist())
        return [UNKNOWN if isinstance(one, int) or one.kind is not AccountKind.SOURCE else one.key for one in sources]

    @cached_property
    def own(self) -> Own:
        """What entered from outside: b in y = b + W y."""
        entries, column = self._entries, {name: place for place, name in enumerate(self.names)}
        target = self.columns.target[entries]
        share = self.mg[entries] / np.maximum(self._whole[target], 1)
        return Own.of(target, [column[name] for name in self._origins], share)

    @cached_property
    def quotient(self) -> Quotient:
        """Holdings that hold the same mixture, as one."""
        return self.classed(Quotient.none())

    def classed(self, quotient: Quotient) -> Quotient:
        """A quotient of the first of these holdings, with all of them."""
        flows, mixture = self._mixed
        target, mg = self.columns.target[flows], self.mg[flows]
        graph = Graph.of(len(self.columns.events), mixture, target, self.columns.events)
        share = (mg / np.maximum(self._whole[target], 1)).astype(np.float32)
        quotient.grow(graph, graph.aligned(share), self.own.node)
        return quotient

    def table(self) -> Table:
        """Shares of all holdings by origin (columns as `names`), within 3e-7 a link in float32: for reports."""
        return self.quotient.table(self.own, len(self.names))
