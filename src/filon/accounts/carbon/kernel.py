"""The sweep: y = b + W y for all nodes and many channels at once, in whole vectors, old to young.

Nodes whose sources are all known are worked out together, level by level; loops (products of one period that use each
other) are solved as small dense systems between the levels. With `filon[kernel]` installed the order of nodes is walked
by compiled code instead; both give the same figures.

    weave = Weave.of(count, target, source, share)
    y = weave.sweep(b)          # (nodes, channels), float64
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from filon.core.errors import WrongCallError

Floats: TypeAlias = npt.NDArray[np.float64]
Indexes: TypeAlias = npt.NDArray[np.int64]

GAIN = 1.0
"""A loop that gives back as much as it takes, or more, has no finite footprint."""


@dataclass(frozen=True)
class Weave:
    """Who feeds whom, by how much; rows are targets.

    Args:
        starts: (nodes + 1) where each target's links begin.
        source, share: (links) sorted by target, then source.
    """

    starts: Indexes
    source: Indexes
    share: Floats

    @classmethod
    def of(cls, count: int, target: Indexes, source: Indexes, share: Floats) -> Weave:
        """A weave of links in any order; links between the same two nodes are summed.

        Raises:
            WrongCallError: an index outside, or a share that is negative or no number.
        """
        if len(target) and (min(target.min(), source.min()) < 0 or max(target.max(), source.max()) >= count):
            raise WrongCallError("a link leads out of the weave")
        if not np.isfinite(share).all() or (share < 0).any():
            raise WrongCallError("shares are numbers of 0 or more")
        order = np.lexsort((source, target))
        target, source, share = target[order], source[order], share[order]
        first = np.ones(len(target), bool)
        first[1:] = (np.diff(target) != 0) | (np.diff(source) != 0)
        share = np.add.reduceat(share, np.flatnonzero(first)) if len(share) else share
        target, source = target[first], source[first]
        starts = np.zeros(count + 1, np.int64)
        np.cumsum(np.bincount(target, minlength=count), out=starts[1:])
        return cls(starts, source.astype(np.int64), share.astype(np.float64))

    @property
    def count(self) -> int:
        """How many nodes."""
        return len(self.starts) - 1

    @cached_property
    def target(self) -> Indexes:
        """Target of every link."""
        return np.repeat(np.arange(self.count), np.diff(self.starts))

    @cached_property
    def by_age(self) -> bool:
        """Whether every source is older (has a smaller number) than its target: as books are."""
        return bool((self.source < self.target).all())

    def sweep(self, burden: Floats, *, compiled: bool | None = None) -> Floats:
        """Y of every node.

        Args:
            burden: (nodes, channels).
            compiled: walk with compiled code; None = where it is installed.

        Raises:
            WrongCallError: a loop that has no finite solution.
        """
        y = np.array(burden, dtype=np.float64, order="C")
        if y.ndim != 2 or len(y) != self.count:  # noqa: PLR2004 - rows and columns
            raise WrongCallError("the burden has one row a node")
        walk = _walker() if compiled in {None, True} else None
        if compiled and walk is None:
            raise WrongCallError("install filon[kernel] for the compiled sweep")
        if self.by_age and walk is not None:
            walk(self.starts, self.source, self.share, y)
            return y
        for level in self.levels:
            self._level(level, y)
        return y

    def _level(self, level: Level, y: Floats) -> None:
        if len(level.links):
            moved = y[self.source[level.links]] * self.share[level.links, None]
            y[level.nodes] += np.add.reduceat(moved, level.begins, axis=0)
        for loop, inner in level.loops:
            y[loop] = np.linalg.solve(np.eye(len(loop)) - inner, y[loop])

    def again(self, y: Floats, burden: Floats, changed: Sequence[int]) -> Indexes:
        """Work out again, in place, what follows from nodes whose burden or links have changed; which nodes that were.

        The same figures as a whole sweep, bit for bit, at the cost of the descendants alone.

        Args:
            y: figures of a sweep before the change.
            burden: with the change.

        Raises:
            WrongCallError: the weave has loops: then sweep it.
        """
        if not self.by_age:
            raise WrongCallError("a weave with loops is swept as a whole")
        after = self.descendants(changed)
        y[after] = burden[after]
        walk = _part_walker()
        if walk is not None:
            walk(self.starts, self.source, self.share, y, after)
            return after
        for node in after:
            links = slice(self.starts[node], self.starts[node + 1])
            for source, share in zip(self.source[links], self.share[links], strict=True):
                y[node] += share * y[source]
        return after

    def descendants(self, nodes: Sequence[int]) -> Indexes:
        """These nodes and all that they feed, oldest first."""
        starts, fed = self._onward
        found = [np.unique(np.asarray(nodes, np.int64))]
        seen = {int(node) for node in found[0]}
        front = found[0]
        while len(front):
            lengths = starts[front + 1] - starts[front]
            ends = np.cumsum(lengths)
            at = np.arange(ends[-1]) + np.repeat(starts[front] - (ends - lengths), lengths)
            front = np.array([one for one in np.unique(fed[at]).tolist() if one not in seen], np.int64)
            seen.update(front.tolist())
            found.append(front)
        return np.sort(np.concatenate(found))

    @cached_property
    def _onward(self) -> tuple[Indexes, Indexes]:
        """(where each node's targets begin, targets by source); made once."""
        order = np.argsort(self.source, kind="stable")
        starts = np.zeros(self.count + 1, np.int64)
        np.cumsum(np.bincount(self.source, minlength=self.count), out=starts[1:])
        return starts, self.target[order]

    @cached_property
    def levels(self) -> tuple[Level, ...]:
        """Nodes in the order in which they can be worked out: each level needs only earlier ones."""
        from filon.accounts.carbon.loops import levels  # noqa: PLC0415 - loops know weaves

        return levels(self)


@dataclass(frozen=True)
class Level:
    """Nodes that can be worked out together.

    Args:
        nodes: those that have links from earlier levels.
        links: their links, by node.
        begins: where each node's links begin among `links`.
        loops: (nodes of a loop, shares inside it).
    """

    nodes: Indexes
    links: Indexes
    begins: Indexes
    loops: tuple[tuple[Indexes, Floats], ...] = ()


@cache
def _part_walker() -> Callable[..., None] | None:
    """The compiled walk over some nodes only; None where numba is not installed."""
    try:
        import numba  # type: ignore[import-not-found, import-untyped, unused-ignore]  # noqa: PLC0415 - an extra
    except ImportError:
        return None

    def walk(starts: Any, source: Any, share: Any, y: Any, nodes: Any) -> None:
        for node in nodes:
            for link in range(starts[node], starts[node + 1]):
                for channel in range(y.shape[1]):
                    y[node, channel] += share[link] * y[source[link], channel]

    compiled: Callable[..., None] = numba.njit(walk)
    return compiled


@cache
def _walker() -> Callable[..., None] | None:
    """The compiled walk over nodes by age; None where numba is not installed."""
    try:
        import numba  # type: ignore[import-not-found, import-untyped, unused-ignore]  # noqa: PLC0415 - an extra
    except ImportError:
        return None

    def walk(starts: Any, source: Any, share: Any, y: Any) -> None:
        for node in range(len(starts) - 1):
            for link in range(starts[node], starts[node + 1]):
                weight = share[link]
                older = source[link]
                for channel in range(y.shape[1]):
                    y[node, channel] += weight * y[older, channel]

    compiled: Callable[..., None] = numba.njit(walk)
    return compiled
