"""Corrections: as if it had been known from the start, and what was known before stays as it was."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine_graphs import KERNELS, case, cases
from filon.books.engine.graph import Graph
from filon.books.engine.quotient import Own, Quotient
from filon.books.engine.revise import Revisions
from filon.core.errors import WrongCallError

both = pytest.mark.parametrize("work", [make() for make in KERNELS.values()], ids=list(KERNELS))


@both
def test_a_refined_lot_by_hand(work):
    """Lot 2 is 1:1 of mines 0 and 1; its cell 4 is half of it, half of lot 3 (mine 1). Then 2 is all of mine 0.

    Before: 4 = 1/4 of 0 and 3/4 of 1. After: 1/2 and 1/2. 5, another blend of 0 and 1, is not touched.
    """
    one = case([(0, []), (1, []), (1, [(0, 1), (1, 1)]), (1, [(1, 1)]), (1, [(0, 1), (1, 1)]), (1, [(3, 1), (4, 1)])])
    before = one.quotient(work).table(one.own, 2, work=work)
    now = Revisions(before, one.own, work=work).correct(2, [0], [1])
    assert before.row([2, 4, 5]).tolist() == [[0.5, 0.5], [0.25, 0.75], [0.5, 0.5]]
    assert now.row([2, 4, 5]).tolist() == [[1, 0], [0.5, 0.5], [0.5, 0.5]]
    assert now.row(2).tolist() == [1, 0]


@both
def test_of_two_siblings_only_one_is_corrected(work):
    """2 and 3 are one class; 2 turns out to be of mine 1 alone: 3 and what came of it stay."""
    one = case([(0, []), (1, []), (1, [(0, 1), (1, 1)]), (0, [(1, 1), (2, 1)]), (1, [(1, 1)]), (1, [(1, 1)])])
    before = one.quotient(work).table(one.own, 2, work=work)
    assert before.classes(2) == before.classes(3)
    now = Revisions(before, one.own, work=work).correct(2, [1], [1])
    assert now.row([2, 3, 4, 5]).tolist() == [[0, 1], [0.5, 0.5], [0, 1], [0.5, 0.5]]


@both
def test_a_mine_lot_turns_out_to_be_of_another_mine(work):
    one = case([(0, []), (1, []), (1, [(0, 1), (1, 1)]), (1, [(0, 1)])])
    before = one.quotient(work).table(one.own, 2, work=work)
    now = Revisions(before, one.own, work=work).correct(0, columns=[1], own=[1])
    assert before.row(3).tolist() == [0.5, 0.5]
    assert now.row(3).tolist() == [0, 1]


@both
@given(cases, st.data())
def test_corrected_is_worked_out_anew(work, one, data):
    """Some corrections one after the other: every table equals one made from scratch of what was then known."""
    graph, share = one.graph, one.share
    columns = len(one.columns) + 1
    table = one.quotient(work).table(one.own, columns, work=work)
    revisions = Revisions(table, one.own, work=work)
    links = [list(into) for into in one.links]
    own = {node: [(column, 1.0)] for node, column in one.columns.items()}
    tables, expected = [table], [anew(graph, links, own, work, columns)]
    for _ in range(data.draw(st.integers(1, 3))):
        node = data.draw(st.integers(0, graph.nodes - 1))
        sources = data.draw(st.lists(st.integers(0, node - 1), max_size=3)) if node else []
        part = 1 / (len(sources) + 1)
        tables.append(revisions.correct(node, sources, [part] * len(sources), [len(one.columns)], [part]))
        links[node], own[node] = [(older, part) for older in sources], [(len(one.columns), part)]
        expected.append(anew(graph, links, own, work, columns))
    for mine, right in zip(tables, expected, strict=True):  # the older ones too: nothing was written over
        np.testing.assert_allclose(mine.row(np.arange(graph.nodes)), right, rtol=1e-4, atol=1e-6)
    assert len(share) == graph.links


def anew(graph, links, own, work, columns):
    told = [(older, node, float(part)) for node, into in enumerate(links) for older, part in into]
    source, target, parts = zip(*told, strict=True) if told else ((), (), ())
    made = Graph.of(graph.nodes, source, target, graph.event)
    entering = [(node, column, part) for node, each in own.items() for column, part in each]
    enters = Own.of(*(list(column) for column in zip(*entering, strict=True)))
    quotient = Quotient.of(made, made.aligned(np.array(parts, np.float32)), enters.node, work=work)
    return quotient.table(enters, columns, work=work).row(np.arange(graph.nodes))


@pytest.mark.parametrize(
    ("node", "sources", "shares"), [(2, [2], [1]), (2, [3], [1]), (2, [0, 1], [1]), (2, [-1], [1])]
)
def test_a_lot_is_made_of_older_ones(node, sources, shares):
    one = case([(0, []), (1, []), (1, [(0, 1), (1, 1)]), (1, [(0, 1)])])
    table = one.quotient(KERNELS["numpy"]()).table(one.own, 2)
    with pytest.raises(WrongCallError):
        Revisions(table, one.own).correct(node, sources, shares)
