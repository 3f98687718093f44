"""Corrections: a lot turns out to be made of something else, and only what came of it is worked out again.

Nothing is overwritten: corrected nodes get new classes and new rows behind the old ones, and a table made before still
reads the old ones. So as-of answers are kept for nothing, and a correction costs what its cone costs, not the plant.

    revisions = Revisions(table, own)
    now = revisions.correct(lot, sources=[3, 9], shares=[0.2, 0.8])
    table.row(pack), now.row(pack)      # as known before, and now
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from filon.books.engine.graph import downstream
from filon.books.engine.kernel import Ids, Kernel, Starts, Weights, kernel
from filon.books.engine.quotient import Own, Table
from filon.core.errors import WrongCallError


@dataclass(frozen=True)
class Making:
    """What a corrected lot is made of: older nodes with shares, and columns with shares of its own matter."""

    sources: Ids
    shares: Weights
    columns: Ids
    own: Weights


class Revisions:
    """The one who writes corrections to a quotient; readers keep the tables they have."""

    def __init__(self, table: Table, own: Own, *, work: Kernel | None = None) -> None:
        self.table = table
        self.own = own
        self.made: dict[int, Making] = {}
        self._work = work or kernel()

    def correct(
        self,
        node: int,
        sources: Sequence[int] = (),
        shares: Sequence[float] = (),
        columns: Sequence[int] = (),
        own: Sequence[float] = (),
    ) -> Table:
        """The table in which a lot is made of these, from now on.

        Args:
            sources, shares: older nodes, and the part of the lot that each gave.
            columns, own: origins of matter of its own, and the part of each; all parts together make 1.

        Raises:
            WrongCallError: a source that is not older, or parts without their sources.
        """
        if len(sources) != len(shares) or len(columns) != len(own) or any(not 0 <= one < node for one in sources):
            raise WrongCallError("a lot is made of older ones, each with its share")
        self.made[node] = Making(
            np.array(sources, np.int32),
            np.array(shares, np.float32),
            np.array(columns, np.int32),
            np.array(own, np.float32),
        )
        cone = self._cone(node)
        self._own(node)
        self._classify(cone)
        self.table = self.table.worked_out(self.own, self._work)
        return self.table

    def _cone(self, node: int) -> Ids:
        """All that came of a lot, also over links that corrections made; links they took away lead to no harm."""
        graph = self.table.quotient.graph
        begin: Iterable[int] = [node]
        cone = downstream(graph, [node], work=self._work)
        while True:
            reached = {one for one, making in self.made.items() if np.isin(making.sources, cone).any()}
            more = reached - set(cone[np.isin(cone, list(reached))].tolist())
            if not more:
                return cone
            begin = [*begin, *more]
            cone = downstream(graph, list(begin), work=self._work)

    def _own(self, node: int) -> None:
        """The own matter of the plant, with that of the corrected lot in the place of what was said before."""
        making, keep = self.made[node], self.own.node != node
        nodes = np.r_[self.own.node[keep], np.full(len(making.columns), node, np.int32)]
        self.own = Own.of(nodes, np.r_[self.own.column[keep], making.columns], np.r_[self.own.share[keep], making.own])
        self.table.quotient.own = np.unique(self.own.node)

    def _classify(self, cone: Ids) -> None:
        quotient = self.table.quotient
        starts, into, share = self._links(cone)
        own = np.flatnonzero(np.isin(cone, quotient.own)).astype(np.int32)
        # The power of whoever reads meanwhile: first how to undo it, then the deed; see `Table.classes`.
        quotient.undone.append((cone, quotient.made.of[cone]))
        nodes = int(quotient.made.state[0])
        quotient.made.state[0] = quotient.made.state[3] = 0
        self._work.classify((starts, into, share, quotient.graph.event), cone, own, quotient.made)
        quotient.made.state[0] = nodes

    def _links(self, cone: Ids) -> tuple[Starts, Ids, Weights]:
        """The links of the cone's nodes as they are now."""
        quotient = self.table.quotient
        graph, corrected = quotient.graph, [one for one in self.made if one in cone]
        places = np.searchsorted(cone, corrected)
        lengths = graph.starts[cone + 1] - graph.starts[cone]
        lengths[places] = [len(self.made[one].sources) for one in corrected]
        starts = np.zeros(len(cone) + 1, np.int64)
        np.cumsum(lengths, out=starts[1:])
        into, share = np.empty(starts[-1], np.int32), np.empty(starts[-1], np.float32)
        skip = np.zeros(len(cone), np.bool_)
        skip[places] = True
        all_shares = quotient.share if len(quotient.share) else _even(graph.starts)
        self._work.gather((graph.starts, graph.into, all_shares), cone, skip, starts, into, share)
        for place, one in zip(places.tolist(), corrected, strict=True):
            here = slice(starts[place], starts[place + 1])
            into[here], share[here] = self.made[one].sources, self.made[one].shares
        return starts, into, share


def _even(starts: Starts) -> Weights:
    widths = np.diff(starts)
    return np.repeat(1 / np.maximum(widths, 1), widths).astype(np.float32)
