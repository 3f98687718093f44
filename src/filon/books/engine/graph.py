"""The flow graph as arrays: nodes are holdings in order of time, links lead from an older node to a younger one.

One invariant carries everything: a source's id is smaller than its target's. So a sweep in order of ids meets every
node after all it came from, and nothing needs to be sorted or factorised again. Ids are int32, links are kept by target
(compressed rows) and, on first use, by source and in the order of a walk back: what one pack is made of lies together,
so that memory is asked for some hundred times, not a thousand.

    graph = Graph.of(4, source=[0, 1, 2], target=[2, 2, 3])
    upstream(graph, 3)          # [0, 1, 2, 3]
    downstream(graph, 0)        # [0, 2, 3]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from filon.books.engine.kernel import LARGEST, Floats, Ids, Kernel, Starts, Trails, Weights, kernel
from filon.core.errors import NotFoundError, WrongCallError

Nodes: TypeAlias = int | Sequence[int] | npt.NDArray[Any]
"""One node's id, or several."""


@dataclass(frozen=True)
class Graph:
    """Who came from whom; immutable.

    Args:
        starts: (nodes + 1) where each node's links begin among `into`.
        into: (links) the older end of each link, by target.
        event: (nodes) the event that made each node; nodes of one event stand together.
        flow: (links) position of each link among those that the graph was made of; None = as they stand.
    """

    starts: Starts
    into: Ids
    event: Ids
    flow: npt.NDArray[np.int64] | None = None

    @classmethod
    def of(cls, count: int, source: Any, target: Any, event: Any = None, *, compiled: bool | None = None) -> Graph:
        """A graph of links in any order; links between the same two nodes stay apart.

        Raises:
            WrongCallError: a link that leads out of the graph, or from a node to itself or an older one.
        """
        source, target = np.asarray(source, np.int64), np.asarray(target, np.int64)
        if len(source) != len(target) or count > LARGEST:
            raise WrongCallError("a link has two ends, and a graph at most 2**31 - 1 nodes")
        if len(source) and (source.min() < 0 or target.max() >= count):
            raise WrongCallError("a link leads out of the graph")
        if (source >= target).any():
            raise WrongCallError("matter flows from older holdings to younger ones")
        starts, order = kernel(compiled=compiled).by_target(count, target)
        made = np.arange(count, dtype=np.int32) if event is None else np.asarray(event, np.int32)
        return cls(starts, source[order].astype(np.int32), made, order)

    @property
    def nodes(self) -> int:
        """How many nodes."""
        return len(self.starts) - 1

    @property
    def links(self) -> int:
        """How many links."""
        return len(self.into)

    @cached_property
    def out(self) -> tuple[Starts, Ids]:
        """The links by source: (starts, targets)."""
        return kernel().turned(self.starts, self.into)

    @cached_property
    def trails(self) -> Trails:
        """The links by target once more, in the order of a walk back; empty where that is no quicker."""
        return kernel().trails(self.starts, self.into)

    def aligned(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Values of links, given in the order that the graph was made of, in the graph's own order."""
        return values if self.flow is None else values[self.flow]


def upstream(graph: Graph, nodes: Nodes, *, work: Kernel | None = None) -> Ids:
    """Everything some nodes came from, themselves included: ids, oldest first.

    Raises:
        NotFoundError: no such node.
    """
    return (work or kernel()).above(graph.starts, graph.into, graph.trails, _known(graph, nodes))


def downstream(graph: Graph, nodes: Nodes, *, work: Kernel | None = None) -> Ids:
    """Everything some nodes went into, themselves included: ids, oldest first.

    Raises:
        NotFoundError: no such node.
    """
    return (work or kernel()).below(graph.starts, graph.into, graph.out, _known(graph, nodes))


def through(
    graph: Graph, share: Weights, nodes: Nodes, amounts: Any = 1.0, *, work: Kernel | None = None
) -> tuple[Ids, Floats]:
    """How much of what is in some nodes passed through each of their forebears: (ids, amounts), oldest first.

    Args:
        share: (links) part of the target that came over the link; `Substance.share` of the books.
        amounts: how much is in each node, in any unit; 1 = shares. A node keeps what it is given: what other nodes of
            the list got through it is in there already.

    Returns:
        In float64. For a node all of whose matter came over links, its sources' amounts sum to its own, within
        2**-53 a link: enough for shares and for kilograms on a page. To the milligram is `accounts.origin`.
    """
    tips = _tips(_known(graph, nodes), amounts)
    at = work or kernel()
    cone = at.above(graph.starts, graph.into, graph.trails, tips[0])
    return cone, at.back(graph.starts, graph.into, share, cone, tips)


def carried(
    graph: Graph, drawn: Weights, nodes: Nodes, amounts: Any = 1.0, *, work: Kernel | None = None
) -> tuple[Ids, Floats]:
    """How much of what was in some nodes entered each of their descendants: (ids, amounts), oldest first.

    Args:
        drawn: (links) part of the source's matter that went over the link; `Substance.drawn` of the books.
        amounts: how much was in each node; it keeps what it is given, as in `through`.
    """
    tips = _tips(_known(graph, nodes), amounts)
    at = work or kernel()
    cone = at.below(graph.starts, graph.into, graph.out, tips[0])
    return cone, at.on(graph.starts, graph.into, drawn, cone, tips)


def _known(graph: Graph, nodes: Nodes) -> Ids:
    ids = np.atleast_1d(np.asarray(nodes, np.int64))
    if len(ids) and (ids.min() < 0 or ids.max() >= graph.nodes):
        raise NotFoundError(f"the graph has {graph.nodes} nodes")
    return ids.astype(np.int32)


def _tips(nodes: Ids, amounts: Any) -> tuple[Ids, Floats]:
    """Each node once, in order, with what is in it; a node named twice holds both amounts."""
    ids, place = np.unique(nodes, return_inverse=True)
    held = np.zeros(len(ids), np.float64)
    np.add.at(held, place, np.asarray(amounts, np.float64))
    return ids, held
