"""The quotient: the graph with nodes that hold the same mixture taken as one, and the table of what all of them hold.

Of 35 million cells, modules and packs about a million mixtures remain, and only those are worked out: y = b + W y, old
to young, all columns (origins) at once in float32. Shares so made sum to 1 within 3e-7: for reports and rankings, never
for kilograms; one lot's exact answer comes from `through` or `accounts.origin`.

    quotient = Quotient.of(graph, share, own)
    table = quotient.table(own, columns=200)
    table.row(node)                     # (200,) shares by origin
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from filon.books.engine.classes import Classes
from filon.books.engine.graph import Graph, Nodes
from filon.books.engine.kernel import Ids, Kernel, Rows, Starts, Weights, kernel
from filon.core.errors import WrongCallError

EVEN: Weights = np.zeros(0, np.float32)
"""All links of a node weigh the same."""

NONE: Ids = np.zeros(0, np.int32)


@dataclass(frozen=True)
class Own:
    """Matter that enters at nodes and not over links: b in y = b + W y.

    Args:
        node: sorted; a node may stand several times, once a column.
        column: which origin.
        share: of the node's matter.
    """

    node: Ids
    column: Ids
    share: npt.NDArray[np.float32]

    @classmethod
    def of(cls, node: object, column: object, share: object = 1.0) -> Own:
        """In any order; one share for all will do."""
        node = np.asarray(node, np.int32)
        order = np.argsort(node, kind="stable")
        shares = np.broadcast_to(np.asarray(share, np.float32), node.shape)
        return cls(node[order], np.asarray(column, np.int32)[order], shares[order].copy())


@dataclass
class Quotient:
    """Classes of nodes and the links between them; grows with its graph.

    Args:
        own: ids of the nodes into which matter enters that came over no link, sorted, each once.
    """

    graph: Graph
    share: Weights
    own: Ids
    made: Classes = field(default_factory=Classes)
    undone: list[tuple[Ids, Ids]] = field(default_factory=list)  # of each correction: nodes, and the classes they had

    @classmethod
    def of(cls, graph: Graph, share: Weights = EVEN, own: Ids | None = None, *, work: Kernel | None = None) -> Quotient:
        """The quotient of a graph.

        Args:
            share: (links) part of the target that came over the link; `EVEN` = all alike.
        """
        begun = cls.none()
        begun.grow(graph, share, NONE if own is None else own, work=work)
        return begun

    @classmethod
    def none(cls) -> Quotient:
        """The quotient of nothing, to grow."""
        return cls(Graph(np.zeros(1, np.int64), NONE, NONE), EVEN, NONE)

    def branch(self) -> Quotient:
        """Another one that begins as this one is and may grow; this one stays as it is and must not grow any more."""
        return Quotient(self.graph, self.share, self.own, self.made.branch(), list(self.undone))

    def grow(self, graph: Graph, share: Weights, own: Ids, *, work: Kernel | None = None) -> None:
        """Take in the nodes that a graph has beyond those known; what was known stays as it is.

        Raises:
            WrongCallError: the graph has fewer nodes than are known, or not as many shares as links.
        """
        if graph.nodes < self.nodes or (len(share) != graph.links and len(share)):
            raise WrongCallError("a quotient grows with its graph, one share a link")
        self.graph, self.share, self.own = graph, share, np.unique(own).astype(np.int32)
        self.made.state[3] = np.searchsorted(self.own, self.nodes)
        (work or kernel()).classify((graph.starts, graph.into, share, graph.event), NONE, self.own, self.made)

    @property
    def nodes(self) -> int:
        """How many nodes have their class."""
        return int(self.made.state[0])

    @property
    def count(self) -> int:
        """How many classes."""
        return self.made.count

    @property
    def of_node(self) -> Ids:
        """(nodes) class of each node."""
        return self.made.of[: self.nodes]

    @property
    def founder(self) -> Ids:
        """(classes) the first node of each class."""
        return self.made.founder[: self.count]

    @property
    def links(self) -> tuple[Starts, Ids, Rows]:
        """(starts, sources, weights) of the links between classes, by target."""
        made = self.made
        return made.starts[: made.count + 1], made.source[: made.links], made.weight[: made.links]

    def table(self, own: Own, columns: int, *, rows: Rows | None = None, work: Kernel | None = None) -> Table:
        """What every node holds, by column.

        Args:
            own: what enters where; its nodes are those the quotient was made with.
            rows: memory to use, at least (classes, columns), of any content; first-touch pages cost as much as the sum.
        """
        spare = 2 * self.count + 1024  # for corrections; memory that is not touched costs nothing
        begun = Table(self, np.empty((spare, columns), np.float32) if rows is None else rows, 0, len(self.undone))
        return begun.worked_out(own, work or kernel())

    def blocks(self, own: Own, columns: int, width: int = 200, *, work: Kernel | None = None) -> Iterator[Table]:
        """The tables of `width` columns each that all columns make, for more origins than memory holds rows of.

        Columns know nothing of each other. A block's memory is the next one's: read it before asking for that.
        """
        rows = np.empty((self.count, width), np.float32)
        for first in range(0, columns, width):
            here = (own.column >= first) & (own.column < first + width)
            some = Own(own.node[here], own.column[here] - np.int32(first), own.share[here])
            yield Table(self, rows, 0, len(self.undone)).worked_out(some, work or kernel())


@dataclass(frozen=True)
class Table:
    """What every node holds, by column, as known at one time; a later correction makes another table beside it.

    Args:
        rows: one row a class; rows are only ever appended.
        done: classes whose rows are worked out.
        version: corrections that it has seen.
    """

    quotient: Quotient
    rows: Rows
    done: int
    version: int

    def worked_out(self, own: Own, work: Kernel) -> Table:
        """The same with the rows of all classes.

        Raises:
            WrongCallError: matter enters at a node that is not known as one where it does.
        """
        quotient, columns = self.quotient, self.rows.shape[1]
        if not np.isin(own.node, quotient.own).all():
            raise WrongCallError("matter enters at a node that the quotient does not know as its own class")
        room = self.rows
        if len(room) < quotient.count:
            room = np.empty((2 * quotient.count, columns), np.float32)
            room[: self.done] = self.rows[: self.done]
        starts, source, weight = quotient.links
        classes = quotient.of_node[own.node]
        fresh = classes >= self.done
        filled = np.zeros(quotient.count, np.bool_)
        filled[classes[fresh]] = True
        room[: quotient.count][filled] = 0
        np.add.at(room, (classes[fresh], own.column[fresh]), own.share[fresh])
        work.sweep(starts, source, weight, filled, self.done, room[: quotient.count])
        return Table(quotient, room, quotient.count, len(quotient.undone))

    def classes(self, nodes: Nodes) -> Ids:
        """Class of one node, or of several, as it was when the table was made.

        A correction writes how to undo it before it changes anything, so whoever reads meanwhile reads the old class.
        """
        wanted = np.atleast_1d(np.asarray(nodes, np.int32))
        out: Ids = self.quotient.made.of[wanted]
        for ids, before in reversed(self.quotient.undone[self.version :]):
            at = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
            out = np.where(ids[at] == wanted, before[at], out)
        return out

    def row(self, nodes: Nodes) -> Rows:
        """Shares of one node (columns,), or of several (nodes, columns)."""
        got: Rows = self.rows[self.classes(nodes)]
        return got if np.ndim(nodes) else got[0]
