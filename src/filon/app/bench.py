"""Measuring the engine here and now: a cell plant is made up, and what takes long in large books is timed on it.

Times are CPU time of this process, the quickest of some: another program on the machine makes them longer, never
shorter. The whole table, with other programs beside it, is `python -m bench` in the source tree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from time import process_time
from typing import Any

import numpy as np

from filon.books.engine.graph import Graph, downstream, through, upstream
from filon.books.engine.kernel import kernel
from filon.books.engine.quotient import Own, Quotient
from filon.books.engine.revise import Revisions
from filon.exchange.simulator.links import LINKS, MINES, Plant, plant
from filon.views.bench import BenchLine, BenchView

COPIED = 1 << 25
"""Numbers of eight bytes that are copied to measure memory: 256 MB, more than any cache."""


def measured(links: int = 1_000_000) -> BenchView:
    """The figures of this machine for a plant of so many links."""
    speed = bandwidth()
    made = plant(links)
    graph = Graph(made.starts, made.into, made.event)
    lines = (*_mixtures(made, graph, speed), *_single(made, graph))
    return BenchView(kernel().name, _figure(speed / 1e9), graph.links, graph.nodes, lines)


def bandwidth(numbers: int = COPIED) -> float:
    """Bytes a second that copying reads and writes."""
    source, target = np.ones(numbers), np.zeros(numbers)
    return 16 * numbers / quickest(lambda: np.copyto(target, source))


def quickest(call: Callable[[], Any], times: int = 5) -> float:
    """CPU seconds of the quickest call, after one that is not counted."""
    call()
    return min(_timed(call) for _ in range(times))


def _timed(call: Callable[[], Any]) -> float:
    begun = process_time()
    call()
    return max(process_time() - begun, 1e-9)


def _mixtures(made: Plant, graph: Graph, speed: float) -> Iterator[BenchLine]:
    """Classes of lots, what all hold by origin, and one correction."""
    own = Own.of(np.arange(MINES), np.arange(MINES))
    quotient = Quotient.of(graph, made.share, own.node)
    table = quotient.table(own, MINES)
    classes = quickest(lambda: Quotient.of(graph, made.share, own.node), 3)
    rows = quickest(lambda: quotient.table(own, MINES, rows=table.rows))
    links, count = len(quotient.links[1]), quotient.count
    bound = (8 * links + 8 * count + 2 * count * MINES * table.rows.itemsize) / speed
    yield BenchLine("classes", Decimal(count), "1")
    yield _line("quotient", classes, (8 * graph.links + 8 * graph.nodes) / speed)
    yield _line("all lots", rows, bound)
    revisions, lot = Revisions(table, own), int(made.ids("refined", made.blocks // 2)[0])
    yield _line("correction", quickest(lambda: revisions.correct(lot, [0, 1], [0.5, 0.5]), 3))


def _single(made: Plant, graph: Graph) -> Iterator[BenchLine]:
    """One pack back, one mine forward."""
    pack = int(made.ids("pack", made.blocks - 1)[0])
    yield _line("pack back", quickest(lambda: upstream(graph, pack), 50))
    yield _line("pack shares", quickest(lambda: through(graph, made.share, pack), 50))
    mine = int(np.bincount(made.into[:LINKS][made.into[:LINKS] < MINES]).argmax())
    yield _line("mine forward", quickest(lambda: downstream(graph, mine)))


def _line(code: str, seconds: float, bound: float | None = None) -> BenchLine:
    """A time; `bound` = seconds that memory alone would take."""
    return BenchLine(code, _figure(1000 * seconds), "ms", None if bound is None else _figure(bound / seconds))


def _figure(value: float) -> Decimal:
    return Decimal(f"{value:.3g}")
