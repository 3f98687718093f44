"""The engine on a cell plant with a link a cell and roll: CPU times beside the machine's measured bandwidth.

`--scale` is the number of flow links, from 10^5 to 10^8. Times are CPU seconds of this process (the machine may be
shared); `ratio` is the part of them that memory alone would take for the compulsory bytes at the measured bandwidth, at
most 1. Compulsory: 8 bytes a link, 8 a node, each row written once and read once. The first touch of memory in a
virtual machine is the host's work, so as much memory as will be used is touched by another process before; what the
host takes for memory that nobody touched is a row of its own.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from time import process_time
from typing import Any

import numpy as np

from filon.books.engine.graph import Graph, downstream, through, upstream
from filon.books.engine.kernel import kernel
from filon.books.engine.quotient import Own, Quotient, Table
from filon.books.engine.revise import Revisions
from filon.exchange.simulator.links import MINES, Plant, plant

COLUMNS = MINES


def run(scale: int = 10**6) -> list[dict]:
    """Figures of one run."""
    links = min(max(scale, 10**5), 2 * 10**8)
    _compiled()
    speed = bandwidth()
    rows = [row("copying memory", speed / 1e9, "GB/s", 1.0), row(f"engine: {kernel().name}", 0, "", 0)]
    made, seconds = timed(lambda: plant(links))
    rows += [row("generator: links", len(made.into), f"{seconds:.2f} s", 0), row("generator: lots", _lots(made), "", 0)]
    rows += [*_all_lots(made, speed), *_single(made)]
    return [*rows, row("peak memory, with corrections and traces", _peak(), "GB", 0)]


def _all_lots(made: Plant, speed: float) -> Iterator[dict]:
    """Every lot's origins: classes, then rows."""
    graph, own = Graph(made.starts, made.into, made.event), _own()
    _touched(32 * graph.links)
    quotient, cold_classes = timed(lambda: Quotient.of(graph, made.share, own.node))
    table, cold = timed(lambda: quotient.table(own, COLUMNS))
    peak = _peak()
    warm_classes = min(timed(lambda: _again(quotient, graph, made, own))[1] for _ in range(2))
    # The machine's neighbours change from second to second: all are measured by turns.
    turns = [(_sweep(table, own), _table(table, own), bandwidth(1 << 24)) for _ in range(9)]
    sweep, warm = min(one for one, _, _ in turns), min(one for _, one, _ in turns)
    speed = max(speed, *(one for _, _, one in turns))
    class_links = len(quotient.links[1])
    bound = (8 * class_links + 8 * quotient.count + 2 * quotient.count * COLUMNS * 4) / speed
    whole = bound + (8 * graph.links + 8 * graph.nodes) / speed
    sums = table.row(np.arange(graph.nodes - 1000, graph.nodes)).sum(axis=1)
    assert np.abs(sums - 1).max() < 1e-6, "shares do not sum to 1"
    yield row("classes", quotient.count, f"{graph.nodes / quotient.count:.1f} lots each", 0)
    yield row("links between classes", class_links, f"{graph.links / class_links:.1f} links each", 0)
    yield row("quotient, warm memory", warm_classes, "CPU s", 0)
    yield row("quotient, links a second", graph.links / warm_classes, "1/s", 0)
    yield row(f"dense sweep of {COLUMNS} origins, in the kernel", sweep, "CPU s", bound / sweep)
    yield row("all lots, warm memory", warm_classes + warm, "CPU s", whole / (warm_classes + warm))
    yield row("all lots, first-touch memory", cold_classes + cold, "CPU s", whole / (cold_classes + cold))
    yield row("peak memory, all lots", peak, "GB", 0)
    yield from _corrections(made, table, own)


def _sweep(table: Table, own: Own) -> float:
    """CPU seconds of the sweep alone, over rows that are there, the best of three as of the copies it is held against.

    Mines have no sources, so it may be repeated.
    """
    starts, source, weight = table.quotient.links
    filled = np.zeros(table.quotient.count, np.bool_)
    filled[table.quotient.of_node[own.node]] = True
    rows = table.rows[: table.quotient.count]
    return min(timed(lambda: kernel().sweep(starts, source, weight, filled, 0, rows))[1] for _ in range(3))


def _table(table: Table, own: Own) -> float:
    """CPU seconds of the whole table, into memory that is there."""
    return timed(lambda: table.quotient.table(own, COLUMNS, rows=table.rows))[1]


def _corrections(made: Plant, table: Table, own: Own) -> Iterator[dict]:
    revisions = Revisions(table, own)
    _, turning = timed(lambda: table.quotient.graph.out)
    yield row("links by source, once", turning, "CPU s", 0)
    for kind in ("refined", "cathode"):
        seconds, cones = [], []
        for block in np.linspace(1, made.blocks - 2, 12).astype(int).tolist():
            lot = int(made.ids(kind, block)[0])
            sources = made.into[made.starts[lot] : made.starts[lot + 1]].tolist()
            share = np.linspace(1, 2, len(sources))
            shares = (share / share.sum()).tolist()
            seconds.append(timed(lambda: revisions.correct(lot, sources, shares))[1])  # noqa: B023 - called at once
            cones.append(len(revisions.table.quotient.undone[-1][0]))
        yield row(f"correction of a {kind} lot, median of 12", 1e3 * statistics.median(seconds), "CPU ms", 0)
        yield row(f"correction of a {kind} lot, slowest", 1e3 * max(seconds), f"CPU ms ({max(cones)} lots)", 0)


def _single(made: Plant) -> Iterator[dict]:
    """One pack, one mine lot."""
    graph = Graph(made.starts, made.into, made.event)
    chance = np.random.default_rng(7)
    blocks = chance.integers(1, made.blocks, 600).tolist()
    packs = [int(chance.choice(made.ids("pack", block))) for block in blocks]
    _, laying = timed(lambda: graph.trails)
    yield row("links in the order of walks back, once", laying, f"CPU s ({_gigabytes(graph.trails):.2f} GB)", 0)
    yield row("pack back: lots", len(upstream(graph, packs[0])), "", 0)
    yield row("pack back, in the kernel, again", 1e6 * _walks(graph, [packs[0]] * 400), "CPU us", 0)
    yield row("pack back, in the kernel, another each time", 1e6 * _walks(graph, packs), "CPU us", 0)
    some = [packs[at : at + 60] for at in range(0, len(packs), 60)]
    cold = statistics.median(_walks(graph, few, _flushed) for few in some)
    yield row("pack back, in the kernel, another each time, caches flushed", 1e6 * cold, "CPU us", 0)
    yield row("pack back, Python API", 1e6 * _median(lambda one: upstream(graph, one), packs), "CPU us", 0)
    shares = _median(lambda one: through(graph, made.share, one), packs)
    yield row("pack back with shares of every forebear", 1e6 * shares, "CPU us", 0)
    _ = graph.out
    mark, count = _marks(graph)
    yield row(f"mine lot forward ({count} lots), in the kernel", 1e3 * mark, "CPU ms", 0)
    mine = _median(lambda one: downstream(graph, one), [3, 4, 5])
    yield row("mine lot forward, Python API", 1e3 * mine, "CPU ms", 0)
    refined = _median(lambda one: downstream(graph, one), [int(made.ids("refined", block)[1]) for block in range(1, 9)])
    yield row("refined lot forward, Python API", 1e3 * refined, "CPU ms", 0)


def _walks(graph: Graph, packs: list[int], before: Callable[[], object] = int) -> float:
    """Mean seconds of the compiled walk alone, called from compiled code; of numpy, where there is no compiler.

    Args:
        before: done before the walks, outside their time.
    """
    if not kernel().name.startswith("numba"):
        before()
        return _median(lambda one: upstream(graph, one), packs)
    from filon.books.engine.loops import compiled, followed

    @compiled
    def each(records: Any, begins: Any, bits: Any, queue: Any) -> int:
        lots = 0
        for at in range(len(begins)):
            lots += followed(records, begins[at : at + 1], bits, queue)
        return lots

    place, records = graph.trails
    bits, queue = np.zeros(len(records) // 8 + 1, np.uint8), np.zeros(graph.nodes // 10 + 4096, np.uint32)
    bits[:] = 1  # memory that is there, as in a process that was asked before
    bits[:] = 0
    begins = place[packs]
    each(records, begins[:1], bits, queue)
    before()
    return timed(lambda: each(records, begins, bits, queue))[1] / len(packs)


def _flushed() -> None:
    """Fill the caches with something else: eight times the 32 MB of a last level."""
    np.ones(1 << 25)


def _gigabytes(arrays: Iterable[Any]) -> float:
    return sum(one.nbytes for one in arrays) / 1e9


def _marks(graph: Graph) -> tuple[float, int]:
    """Seconds of marking all that came of a mine, in order, and how many lots that are."""
    if not kernel().name.startswith("numba"):
        return _median(lambda one: downstream(graph, one), [3, 4, 5]), len(downstream(graph, 3))
    from filon.books.engine.loops import marked_down

    def mark(mine: int) -> int:
        bits = np.zeros(graph.nodes // 8 + 1, np.uint8)
        bits[mine >> 3] |= 1 << (mine & 7)
        return int(marked_down(graph.starts, graph.into, mine, bits))

    return _median(mark, [3, 4, 5, 6, 7]), mark(3)


def _peak() -> float:
    """GB that this process held at most, so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def _own() -> Own:
    return Own.of(np.arange(MINES), np.arange(MINES))


def _again(quotient: Quotient, graph: Graph, made: Plant, own: Own) -> None:
    """Classify everything anew into the memory that is there."""
    quotient.made.state[:] = 0
    quotient.made.recent[:] = -1
    quotient.grow(graph, made.share, own.node)


def _lots(made: Plant) -> int:
    return len(made.starts) - 1


def _compiled() -> None:
    """Load what is compiled before anything is timed."""
    small = plant(10**5)
    graph, own = Graph(small.starts, small.into, small.event), _own()
    table = Quotient.of(graph, small.share, own.node).table(own, COLUMNS)
    Revisions(table, own).correct(MINES + 5, [1], [1])
    for one in (0, graph.nodes - 1):
        upstream(graph, one), downstream(graph, one), through(graph, small.share, one)


def _touched(size: int) -> None:
    """Let another process touch so much memory: a virtual machine gets it from its host only then."""
    room = f"import numpy; numpy.ones({size // 8})"
    subprocess.run([sys.executable, "-c", room], check=True)


def bandwidth(size: int = 1 << 26) -> float:
    """Bytes a second that copying a large array reads and writes, the best of some."""
    source, target = np.ones(size), np.zeros(size)
    return 16 * size / min(timed(lambda: np.copyto(target, source))[1] for _ in range(7))


def timed(call: Callable[[], Any]) -> tuple[Any, float]:
    """(answer, CPU seconds)."""
    begun = process_time()
    value = call()
    return value, process_time() - begun


def _median(call: Callable[[int], Any], over: list[int]) -> float:
    call(over[0])
    return statistics.median(timed(lambda: call(one))[1] for one in over)  # noqa: B023 - called at once


def row(what: str, value: float, unit: str, ratio: float) -> dict:
    """One figure, three digits of it."""
    shown = f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"
    return {"what": what, "value": shown, "unit": unit, "ratio": round(ratio, 2) or ""}
