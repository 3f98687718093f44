"""Classes being made: which nodes provably hold the same mixture, in arrays that grow with the graph.

A node with a single source is of its source's class (shipping, splits, slits). Siblings of one event with the same
sources and shares share a class. Nodes of different events never do, however equal their values: a correction of one
would leak into the other.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

ALIKE = 1e-6
"""Shares of one source that sum to 1 within this are all of it (float32 sums of up to 10**5 shares)."""

REMEMBERED = 1 << 14
"""So many classes are remembered while siblings are looked for; one forgotten is made twice, which harms nobody."""


@dataclass
class Classes:
    """The classes of the nodes seen so far; only whoever takes in new nodes writes here.

    Args:
        state: nodes done, classes, links of classes, place in the list of nodes with matter of their own.
        of: (nodes) class of each node.
        starts, source, weight: links of the classes, by class.
        founder: (classes) the first node of each class.
    """

    state: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(4, np.int64))
    of: npt.NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    starts: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(1, np.int64))
    source: npt.NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    weight: npt.NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))
    founder: npt.NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    slot: npt.NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    recent: npt.NDArray[np.int32] = field(default_factory=lambda: np.full(REMEMBERED, -1, np.int32))

    def branch(self) -> Classes:
        """The same classes with others to come: both read the same memory, and only the new one writes behind."""
        return replace(self, state=self.state.copy(), recent=self.recent.copy())

    @property
    def count(self) -> int:
        """How many classes."""
        return int(self.state[1])

    @property
    def links(self) -> int:
        """How many links between classes."""
        return int(self.state[2])

    def room(self, nodes: int, widest: int, links: int = 0) -> None:
        """Make room for so many nodes, one that has `widest` links, and as many classes and links as there can be.

        Memory that is not touched costs nothing; memory that is copied to make it longer is touched twice.
        """
        if len(self.of) < nodes:
            self.of = _longer(self.of, nodes)
        if len(self.founder) < self.count + 512:
            classes = max(self.count + self.count // 2, nodes) + 1024
            self.founder, self.slot = _longer(self.founder, classes), _longer(self.slot, classes)
            self.starts = _longer(self.starts, classes + 1)
        if len(self.source) < self.links + widest + 4096:
            links = max(self.links + self.links // 2 + 2 * widest, links) + 8192
            self.source, self.weight = _longer(self.source, links), _longer(self.weight, links)


def _longer(array: Any, size: int) -> Any:
    made = np.zeros(size, array.dtype)
    made[: len(array)] = array
    return made


def classify(starts: Any, into: Any, share: Any, event: Any, ids: Any, own: Any, made: Classes) -> None:
    """The definition, node by node, for numpy alone; the compiled loop `classed` does the same.

    Args:
        ids: names of the nodes that `starts` tells of, where those are only some; empty = all, 0, 1, 2 ..
        own: places (in `starts`) of nodes into which matter enters that came over no link.
    """
    begun, classes, links, at_own = (int(one) for one in made.state)
    known: dict[tuple[tuple[int, float], ...], int] = {}
    of_event = -1
    alone = set(own[at_own:].tolist())
    bounds = starts[begun:].tolist()
    for node, (begin, end) in enumerate(pairwise(bounds), begun):
        mixture: dict[int, float] = {}
        parts = share[begin:end].tolist() if len(share) else [1 / max(end - begin, 1)] * (end - begin)
        for group, part in zip(made.of[into[begin:end]].tolist(), parts, strict=True):
            mixture[group] = mixture.get(group, 0.0) + part
        mine = node in alone
        if not mine and len(mixture) == 1 and abs(sum(mixture.values()) - 1) < ALIKE:
            made.of[ids[node] if len(ids) else node] = next(iter(mixture))
            continue
        name = ids[node] if len(ids) else node
        if event[name] != of_event:
            known, of_event = {}, event[name]
        key = tuple(mixture.items())
        if mixture and not mine and key in known:
            made.of[name] = known[key]
            continue
        if not mine:
            known[key] = classes
        made.state[:] = node, classes, links, at_own
        made.room(len(made.of), len(mixture))
        made.source[links : links + len(mixture)] = list(mixture)
        made.weight[links : links + len(mixture)] = list(mixture.values())
        made.of[name], made.founder[classes] = classes, name
        links += len(mixture)
        classes += 1
        made.starts[classes] = links
        at_own += mine
    made.state[:] = len(starts) - 1, classes, links, at_own
