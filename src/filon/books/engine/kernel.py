"""Who does the work: compiled loops where numba is installed (`filon[kernel]`), else whole numpy vectors.

Both give the same answers. Which one works is never hidden: `kernel().name` says it, and so do `filon bench` and docs.

    work = kernel()                 # the quickest installed
    work = kernel(compiled=False)   # numpy, whatever is installed
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module, metadata
from importlib.util import find_spec
from itertools import pairwise
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from filon.books.engine.classes import Classes, classify
from filon.core.errors import WrongCallError

Ids: TypeAlias = npt.NDArray[np.int32]
Starts: TypeAlias = npt.NDArray[np.int64]
Weights: TypeAlias = npt.NDArray[np.float32] | npt.NDArray[np.float64]
Rows: TypeAlias = npt.NDArray[np.float32]
Floats: TypeAlias = npt.NDArray[np.float64]
Places: TypeAlias = npt.NDArray[np.uint32]
Bits: TypeAlias = npt.NDArray[np.uint8]
Trails: TypeAlias = tuple[Places, Places]
"""(nodes) where each one's record begins, and the records; both empty where nobody walks them. See `loops.laid`."""

NO_TRAILS: Trails = (np.zeros(0, np.uint32), np.zeros(0, np.uint32))

NOWHERE = 2**32 - 1
"""The home of a piece that went nowhere yet."""
QUEUE = 20
"""A cone of more than 1/20 of the graph is swept in order, not walked: memory read in order is that much faster."""
LARGEST = 2**31 - 1
"""Nodes, and items of records, that 31 bits can count."""


class Kernel(Protocol):
    """What an engine must be able to do; links are sorted by target, sources have smaller ids than their targets."""

    name: str

    def by_target(self, count: int, target: npt.NDArray[Any]) -> tuple[Starts, npt.NDArray[np.int64]]:
        """Where each target's links begin (count + 1), and the links in that order, stable."""

    def turned(self, starts: Starts, into: Ids) -> tuple[Starts, Ids]:
        """The links from their sources' side: (starts, targets)."""

    def trails(self, starts: Starts, into: Ids) -> Trails:
        """The links once more, laid out for walking back: what one node is made of lies together."""

    def above(self, starts: Starts, into: Ids, trails: Trails, begin: Ids) -> Ids:
        """All that some nodes came from, themselves included, sorted."""

    def below(self, starts: Starts, into: Ids, out: tuple[Starts, Ids], begin: Ids) -> Ids:
        """All that some nodes went into, themselves included, sorted."""

    def depths(self, starts: Starts, into: Ids) -> Ids:
        """Links on the longest way back from each node."""

    def back(self, starts: Starts, into: Ids, share: Weights, cone: Ids, tips: tuple[Ids, Floats]) -> Floats:
        """How much of the tips (ids, amounts; sorted, each once) passed through each node of their cone (sorted)."""

    def on(self, starts: Starts, into: Ids, drawn: Weights, cone: Ids, tips: tuple[Ids, Floats]) -> Floats:
        """How much of the tips' matter entered each node of the cone (sorted)."""

    def homes(self, home: Places, again: Places, articles: int) -> tuple[Starts, Places]:
        """The pieces of each article: (starts, pieces); see `serials`."""

    def housed(self, told: tuple[Starts, Starts], movings: tuple[Starts, Starts], pieces: int) -> tuple[Places, Places]:
        """Where each piece went first, and what went on later (pieces, articles).

        Args:
            told: first and last serial number of each span, in order of time.
            movings: where the spans of each begin (movings + 1); (movings, 4) what turns a serial number into a piece,
                between which pieces it must lie, and the article they went into.
        """

    def classify(self, links: tuple[Starts, Ids, Weights, Ids], ids: Ids, own: Ids, into: Classes) -> None:
        """Give every node without one its class; links are (starts, into, share, event); see `classes`."""

    def gather(
        self,
        links: tuple[Starts, Ids, Weights],
        ids: Ids,
        skip: npt.NDArray[np.bool_],
        begins: Starts,
        some: Ids,
        shares: Weights,
    ) -> None:
        """Copy the links of some nodes together, but of those to `skip`."""

    def sweep(
        self, starts: Starts, source: Ids, weight: Weights, filled: npt.NDArray[np.bool_], first: int, rows: Rows
    ) -> None:
        """Work out rows from `first` on in place: the weighted sum of the sources' rows."""


@cache
def kernel(*, compiled: bool | None = None) -> Kernel:
    """The engine that works.

    Args:
        compiled: True or False ask for one of the two; None = the quickest that is installed.

    Raises:
        WrongCallError: the compiled one is asked for and not installed.
    """
    there = find_spec("numba") is not None
    if compiled and not there:
        raise WrongCallError("install filon[kernel] for the compiled engine")
    return Compiled() if there and compiled is not False else Plain()


def grown(kept: list[npt.NDArray[Any]], size: int, kind: npt.DTypeLike) -> npt.NDArray[Any]:
    """Clean memory of at least so many items, out of what is kept or new.

    First-touch pages cost as much as the arithmetic, so memory is used again; list.pop is atomic, so two threads never
    get the same.
    """
    while kept:
        one = kept.pop()
        if len(one) >= size:
            return one
    return np.zeros(size, kind)


class Compiled:
    """The loops of `loops`, compiled."""

    def __init__(self) -> None:
        self.name = f"numba {metadata.version('numba')}"
        self._loops = import_module("filon.books.engine.loops")
        self._bits: list[Bits] = []
        self._parts: list[Floats] = []
        self._queues: list[Ids] = []

    def by_target(self, count: int, target: npt.NDArray[Any]) -> tuple[Starts, npt.NDArray[np.int64]]:
        """See `Kernel`."""
        starts, order = np.zeros(count + 2, np.int64), np.empty(len(target), np.int64)
        self._loops.sorted_by(target, starts, order)
        return starts[:-1], order

    def turned(self, starts: Starts, into: Ids) -> tuple[Starts, Ids]:
        """See `Kernel`."""
        out_starts, out = np.zeros(len(starts) + 1, np.int64), np.empty(len(into), np.int32)
        self._loops.turned(starts, into, out_starts, out)
        return out_starts[:-1], out

    def trails(self, starts: Starts, into: Ids) -> Trails:
        """See `Kernel`; a graph whose records 31 bits cannot count has none, and is walked by its links."""
        nodes, items = len(starts) - 1, len(starts) - 1 + len(into)
        if items > LARGEST:
            return NO_TRAILS
        place, records = np.full(nodes, self._loops.LAST), np.empty(items, np.uint32)
        self._loops.laid(starts, into, place, records)
        return place, records

    def above(self, starts: Starts, into: Ids, trails: Trails, begin: Ids) -> Ids:
        """See `Kernel`."""
        loops, last, (place, records) = self._loops, int(begin.max(initial=-1)), trails

        def walk(bits: Bits, queue: Ids) -> int:
            if not len(records):
                return int(loops.walked(starts, into, begin, bits, queue))
            return int(loops.followed(records, place[begin], bits, queue.view(np.uint32)))

        return self._reached(starts, into, begin, walk, lambda bits: int(loops.marked_up(starts, into, last, bits)))

    def below(self, starts: Starts, into: Ids, out: tuple[Starts, Ids], begin: Ids) -> Ids:
        """See `Kernel`."""
        loops, first = self._loops, int(begin.min(initial=len(starts) - 1))

        def walk(bits: Bits, queue: Ids) -> int:
            return int(loops.walked(*out, begin, bits, queue))

        return self._reached(starts, into, begin, walk, lambda bits: int(loops.marked_down(starts, into, first, bits)))

    def _reached(
        self, starts: Starts, into: Ids, begin: Ids, walk: Callable[[Bits, Ids], int], mark: Callable[[Bits], int]
    ) -> Ids:
        """Walk; or sweep in order once the cone is large."""
        nodes, items = len(starts) - 1, len(starts) + len(into)
        room = 2 * max(nodes // QUEUE, 1024, len(begin) + 1)
        bits, queue = grown(self._bits, items // 8 + 1, np.uint8), grown(self._queues, room, np.int32)
        count = walk(bits, queue[:room])
        ids: Ids = np.sort(queue[:count]) if count >= 0 else self._swept(bits[: nodes // 8 + 1], begin, mark)
        self._queues.append(queue)
        self._bits.append(bits)
        return ids

    def _swept(self, bits: Bits, begin: Ids, mark: Callable[[Bits], int]) -> Ids:
        np.bitwise_or.at(bits, begin >> 3, (1 << (begin & 7)).astype(np.uint8))
        ids = np.empty(mark(bits), np.int32)
        self._loops.listed(bits, ids)
        bits[:] = 0
        return ids

    def depths(self, starts: Starts, into: Ids) -> Ids:
        """See `Kernel`."""
        depth = np.zeros(len(starts) - 1, np.int32)
        self._loops.deepened(starts, into, depth)
        return depth

    def back(self, starts: Starts, into: Ids, share: Weights, cone: Ids, tips: tuple[Ids, Floats]) -> Floats:
        """See `Kernel`."""
        return self._amounts(self._loops.shared_back, starts, into, share, cone, tips)

    def on(self, starts: Starts, into: Ids, drawn: Weights, cone: Ids, tips: tuple[Ids, Floats]) -> Floats:
        """See `Kernel`."""
        return self._amounts(self._loops.carried_on, starts, into, drawn, cone, tips)

    def _amounts(
        self, loop: Any, starts: Starts, into: Ids, by: Weights, cone: Ids, tips: tuple[Ids, Floats]
    ) -> Floats:
        part = grown(self._parts, len(starts) - 1, np.float64)
        got = np.empty(len(cone), np.float64)
        loop(starts, into, by, cone, *tips, part, got)
        self._parts.append(part)
        return got

    def homes(self, home: Places, again: Places, articles: int) -> tuple[Starts, Places]:
        """See `Kernel`."""
        starts = np.zeros(articles + 2, np.int64)
        inside = np.empty(np.count_nonzero(home != NOWHERE) + again.shape[1], np.uint32)
        self._loops.homed(home, NOWHERE, again, starts, inside)
        return starts[:-1], inside

    def housed(self, told: tuple[Starts, Starts], movings: tuple[Starts, Starts], pieces: int) -> tuple[Places, Places]:
        """See `Kernel`."""
        home, again = np.empty(pieces, np.uint32), np.empty((2, 0), np.uint32)
        later = self._loops.housed(*told, *movings, NOWHERE, home, again)
        if later:  # few ever do: then all is gone through twice
            again = np.empty((2, later), np.uint32)
            self._loops.housed(*told, *movings, NOWHERE, home, again)
        return home, again

    def classify(self, links: tuple[Starts, Ids, Weights, Ids], ids: Ids, own: Ids, into: Classes) -> None:
        """See `Kernel`."""
        starts = links[0]
        done = len(starts) == 1
        while not done:
            node = min(int(into.state[0]), len(starts) - 2)
            into.room(0 if len(ids) else len(starts) - 1, int(starts[node + 1] - starts[node]), len(links[1]))
            done = self._loops.classed(
                *links, ids, own, into.state, into.of, into.starts, into.source, into.weight, into.founder, into.slot,
                into.recent,
            )  # fmt: skip

    def gather(
        self,
        links: tuple[Starts, Ids, Weights],
        ids: Ids,
        skip: npt.NDArray[np.bool_],
        begins: Starts,
        some: Ids,
        shares: Weights,
    ) -> None:
        """See `Kernel`."""
        self._loops.gathered(*links, ids, skip, begins, some, shares)

    def sweep(
        self, starts: Starts, source: Ids, weight: Weights, filled: npt.NDArray[np.bool_], first: int, rows: Rows
    ) -> None:
        """See `Kernel`."""
        self._loops.swept(starts, source, weight, filled, first, rows)


class Plain:
    """The same in numpy: nodes whose sources are all known are worked out together."""

    def __init__(self) -> None:
        self.name = f"numpy {np.__version__}"

    def by_target(self, count: int, target: npt.NDArray[Any]) -> tuple[Starts, npt.NDArray[np.int64]]:
        """See `Kernel`."""
        starts = np.zeros(count + 1, np.int64)
        np.cumsum(np.bincount(target, minlength=count), out=starts[1:])
        return starts, np.argsort(target, kind="stable")

    def turned(self, starts: Starts, into: Ids) -> tuple[Starts, Ids]:
        """See `Kernel`."""
        out_starts, order = self.by_target(len(starts) - 1, into)
        return out_starts, targets(starts)[order]

    def trails(self, starts: Starts, into: Ids) -> Trails:  # noqa: ARG002 - see Kernel
        """See `Kernel`; vectors are no quicker over them."""
        return NO_TRAILS

    def above(self, starts: Starts, into: Ids, trails: Trails, begin: Ids) -> Ids:  # noqa: ARG002 - see Kernel
        """See `Kernel`."""
        return _reached(starts, into, begin)

    def below(self, starts: Starts, into: Ids, out: tuple[Starts, Ids], begin: Ids) -> Ids:  # noqa: ARG002 - see Kernel
        """See `Kernel`."""
        return _reached(*out, begin)

    def depths(self, starts: Starts, into: Ids) -> Ids:
        """See `Kernel`."""
        return _depths(starts, into, 0)

    def back(self, starts: Starts, into: Ids, share: Weights, cone: Ids, tips: tuple[Ids, Floats]) -> Floats:
        """See `Kernel`."""
        part, given = np.zeros(len(starts) - 1), dict(zip(*tips, strict=True))
        for node in cone[::-1]:
            links = slice(starts[node], starts[node + 1])
            part[node] = given.get(node, part[node])
            np.add.at(part, into[links], part[node] * share[links])
        got: Floats = np.array([given.get(node, part[node]) for node in cone])
        return got

    def on(self, starts: Starts, into: Ids, drawn: Weights, cone: Ids, tips: tuple[Ids, Floats]) -> Floats:
        """See `Kernel`."""
        part, given = np.zeros(len(starts) - 1), dict(zip(*tips, strict=True))
        for node in cone:
            links = slice(starts[node], starts[node + 1])
            part[node] = given.get(node, part[into[links]] @ drawn[links])
        got: Floats = part[cone]
        return got

    def homes(self, home: Places, again: Places, articles: int) -> tuple[Starts, Places]:
        """See `Kernel`."""
        there = np.flatnonzero(home != NOWHERE)
        article = np.r_[home[there], again[1]].astype(np.int64)
        starts, order = self.by_target(articles, article)
        return starts, np.r_[there, again[0]][order].astype(np.uint32)

    def housed(self, told: tuple[Starts, Starts], movings: tuple[Starts, Starts], pieces: int) -> tuple[Places, Places]:
        """See `Kernel`."""
        shift, begin, end, article = np.repeat(movings[1], np.diff(movings[0]), axis=0).T
        low = np.clip(told[0] + shift, begin, end)
        lengths = np.maximum(np.clip(told[1] + shift + 1, begin, end) - low, 0)
        cells = np.arange(lengths.sum()) + np.repeat(low - np.cumsum(lengths) + lengths, lengths)
        of = np.repeat(article, lengths)
        home, first_time = np.full(pieces, NOWHERE, np.uint32), np.zeros(pieces, np.int64)
        first_time[cells[::-1]] = np.arange(len(cells))[::-1]  # of several, the one written last stays
        later = first_time[cells] != np.arange(len(cells))
        home[cells[~later]] = of[~later]
        return home, np.stack([cells[later], of[later]]).astype(np.uint32)

    def classify(self, links: tuple[Starts, Ids, Weights, Ids], ids: Ids, own: Ids, into: Classes) -> None:
        """See `Kernel`."""
        into.room(0 if len(ids) else len(links[0]) - 1, 0)
        classify(*links, ids, own, into)

    def gather(
        self,
        links: tuple[Starts, Ids, Weights],
        ids: Ids,
        skip: npt.NDArray[np.bool_],
        begins: Starts,
        some: Ids,
        shares: Weights,
    ) -> None:
        """See `Kernel`."""
        starts, into, share = links
        for at in np.flatnonzero(~skip).tolist():
            there = slice(starts[ids[at]], starts[ids[at] + 1])
            here = slice(begins[at], begins[at] + there.stop - there.start)
            some[here], shares[here] = into[there], share[there]

    def sweep(
        self, starts: Starts, source: Ids, weight: Weights, filled: npt.NDArray[np.bool_], first: int, rows: Rows
    ) -> None:
        """See `Kernel`."""
        rows[first:][~filled[first:]] = 0
        for nodes, links, begins in levels(starts, source, first):
            rows[nodes] += np.add.reduceat(rows[source[links]] * weight[links, None], begins, axis=0)


def targets(starts: Starts) -> Ids:
    """The target of every link."""
    return np.repeat(np.arange(len(starts) - 1, dtype=np.int32), np.diff(starts))


def _reached(starts: Starts, ends: Ids, begin: Ids) -> Ids:
    seen = np.zeros(len(starts) - 1, np.bool_)
    front = np.unique(begin)
    while len(front):
        seen[front] = True
        lengths = starts[front + 1] - starts[front]
        offsets = np.cumsum(lengths) - lengths
        links = np.arange(lengths.sum()) + np.repeat(starts[front] - offsets, lengths)
        front = np.unique(ends[links])
        front = front[~seen[front]]
    return np.flatnonzero(seen).astype(np.int32)


def _depths(starts: Starts, source: Ids, first: int) -> Ids:
    """Links on the longest way back from each node, up to the first that leads to one before `first`."""
    depth = np.zeros(len(starts) - 1, np.int32)
    target, source = targets(starts)[starts[first] :], source[starts[first] :]
    while True:
        deeper = depth.copy()
        np.maximum.at(deeper, target, np.where(source >= first, depth[source], 0) + 1)
        if (deeper == depth).all():
            return depth
        depth = deeper


def levels(starts: Starts, source: Ids, first: int = 0) -> list[tuple[Any, Any, Any]]:
    """Nodes from `first` on, those that can be worked out together: (nodes, their links, where each one's begin)."""
    depth, target = _depths(starts, source, first), targets(starts)
    links = np.arange(starts[first], starts[-1])
    fed = links[np.argsort(depth[target[links]], kind="stable")]
    cuts = np.searchsorted(depth[target[fed]], np.arange(1, depth.max(initial=0) + 2))
    out = []
    for low, high in pairwise(cuts.tolist()):
        some = fed[low:high]
        begins = np.flatnonzero(np.r_[True, np.diff(target[some]) != 0])
        out.append((target[some][begins], some, begins))
    return out
