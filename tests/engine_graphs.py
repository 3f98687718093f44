"""Random flow graphs: plants of a few dozen lots, told as small numbers so that hypothesis can shrink them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from hypothesis import strategies as st

from filon.books.engine.graph import Graph
from filon.books.engine.kernel import Kernel, kernel
from filon.books.engine.quotient import Own, Quotient

KERNELS = {"compiled": lambda: kernel(compiled=True), "numpy": lambda: kernel(compiled=False)}


@dataclass
class Case:
    """A graph and the same as lists."""

    graph: Graph
    share: np.ndarray
    links: list[list[tuple[int, Fraction]]]
    columns: dict[int, int]

    @property
    def own(self) -> Own:
        return Own.of(list(self.columns), list(self.columns.values()))

    def quotient(self, work: Kernel) -> Quotient:
        return Quotient.of(self.graph, self.share, self.own.node, work=work)


def case(told: list[tuple[int, list[tuple[int, int]]]]) -> Case:
    """Each node is (event step, [(how far back, parts), ..]); without sources it is a mine. Shares as float32 sees them."""
    source, target, share, event, links = [], [], [], [], []
    for node, (later, into) in enumerate(told):
        event.append((event[-1] if event else 0) + later)
        mine = [(node - 1 - back % node, parts) for back, parts in into] if node else []
        whole = sum(parts for _, parts in mine)
        each = [(older, np.float32(parts / whole)) for older, parts in mine]
        links.append([(older, Fraction(float(part))) for older, part in each])
        source += [older for older, _ in each]
        target += [node] * len(each)
        share += [part for _, part in each]
    mines = [node for node, into in enumerate(links) if not into]
    graph = Graph.of(len(told), source, target, event, compiled=False)
    return Case(graph, np.array(share, np.float32), links, {node: place for place, node in enumerate(mines)})


cases = st.lists(
    st.tuples(st.integers(0, 1), st.lists(st.tuples(st.integers(0, 6), st.integers(1, 9)), max_size=4)),
    min_size=1, max_size=40,
).map(case)  # fmt: skip
