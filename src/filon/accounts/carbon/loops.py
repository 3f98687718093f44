"""Loops and levels: in which order the nodes of a weave can be worked out.

Nodes that feed each other in a ring form a loop (a strongly connected component) and are solved together; the loops
and the other nodes form levels, each needing only earlier ones.

Source: Tarjan (1972) for the components; the walk keeps its own stack, a chain may be a million links long.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from filon.accounts.carbon.kernel import GAIN, Floats, Indexes, Level, Weave
from filon.core.errors import WrongCallError

Flags: TypeAlias = npt.NDArray[np.bool_]


def levels(weave: Weave) -> tuple[Level, ...]:
    """The levels of a weave.

    Raises:
        WrongCallError: a loop gives back all it takes; its nodes are named.
    """
    part = np.arange(weave.count) if weave.by_age else components(weave)
    outer = part[weave.source] != part[weave.target]
    depth = _depths(weave, part, outer)
    rings = _rings(weave, part, outer)
    fed = np.flatnonzero(outer)
    fed = fed[np.lexsort((weave.source[fed], weave.target[fed], depth[weave.target[fed]]))]
    out = []
    cuts = np.searchsorted(depth[weave.target[fed]], np.arange(depth.max(initial=0) + 2))
    for number in range(len(cuts) - 1):
        links = fed[cuts[number] : cuts[number + 1]]
        targets = weave.target[links]
        begins = np.flatnonzero(np.r_[True, np.diff(targets) != 0]) if len(links) else links
        loops = tuple(rings.get(number, ()))
        if len(links) or loops:
            out.append(Level(targets[begins] if len(links) else targets, links, begins, loops))
    return tuple(out)


def _depths(weave: Weave, part: Indexes, outer: Flags) -> Indexes:
    """How many levels lie before each node: the longest way to it over components."""
    count = weave.count
    source, target = part[weave.source[outer]], part[weave.target[outer]]
    waiting = np.bincount(target, minlength=count).astype(np.int64)
    order = np.argsort(source, kind="stable")
    source, target = source[order], target[order]
    starts = np.searchsorted(source, np.arange(count + 1))
    depth = np.zeros(count, np.int64)
    ready = np.flatnonzero(waiting == 0)
    level = 0
    while len(ready):
        depth[ready] = level
        lengths = starts[ready + 1] - starts[ready]
        ends = np.cumsum(lengths)
        at = np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts[ready] - (ends - lengths), lengths)
        hit, times = np.unique(target[at], return_counts=True)
        waiting[hit] -= times
        ready = hit[waiting[hit] == 0]
        level += 1
    return depth[part]


def _rings(weave: Weave, part: Indexes, outer: Flags) -> dict[int, list[tuple[Indexes, Floats]]]:
    """Loops by level, each with the shares inside it."""
    inside = np.flatnonzero(~outer)
    if not len(inside):
        return {}
    depth = _depths(weave, part, outer)
    by_part: dict[int, list[int]] = defaultdict(list)
    for link in inside:
        by_part[int(part[weave.target[link]])].append(int(link))
    out: dict[int, list[tuple[Indexes, Floats]]] = defaultdict(list)
    for label, links in by_part.items():
        nodes = np.flatnonzero(part == label)
        place = {int(node): index for index, node in enumerate(nodes)}
        shares = np.zeros((len(nodes), len(nodes)))
        for at in links:
            shares[place[int(weave.target[at])], place[int(weave.source[at])]] = weave.share[at]
        if np.abs(np.linalg.eigvals(shares)).max() >= GAIN:
            raise WrongCallError(f"nodes {nodes.tolist()} feed each other without loss: no finite footprint")
        out[int(depth[nodes[0]])].append((nodes, shares))
    return out


def components(weave: Weave) -> Indexes:
    """The strongly connected component of each node, named by one of its nodes."""
    walk = _Walk(weave)
    for root in range(weave.count):
        if walk.number[root] < 0:
            walk.down(root)
    return walk.part


class _Walk:
    """Tarjan's walk; state of one run."""

    def __init__(self, weave: Weave) -> None:
        self.starts, self.source = weave.starts.tolist(), weave.source.tolist()
        self.number = [-1] * weave.count
        self.low = [0] * weave.count
        self.held = [False] * weave.count
        self.part = np.arange(weave.count)
        self.stack: list[int] = []
        self.seen = 0

    def down(self, root: int) -> None:
        """All that is reached from a root; `path` holds nodes with the link at which to go on."""
        path = [(root, self.starts[root])]
        while path:
            node, link = path.pop()
            if self.number[node] < 0:
                self.enter(node)
            onward = self.look(node, link)
            if onward is None:
                self.leave(node)
            else:
                path += [(node, onward), (self.source[onward], self.starts[self.source[onward]])]

    def enter(self, node: int) -> None:
        self.number[node] = self.low[node] = self.seen
        self.seen += 1
        self.stack.append(node)
        self.held[node] = True

    def look(self, node: int, link: int) -> int | None:
        """The next link to a node not seen yet; what is seen and still open draws this node into its ring."""
        for at in range(link, self.starts[node + 1]):
            older = self.source[at]
            if self.number[older] < 0:
                return at
            if self.held[older]:
                self.low[node] = min(self.low[node], self.low[older])
        return None

    def leave(self, node: int) -> None:
        while self.low[node] == self.number[node]:
            member = self.stack.pop()
            self.held[member] = False
            self.part[member] = node
            if member == node:
                return
