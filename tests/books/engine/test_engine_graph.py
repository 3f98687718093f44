"""Reach and shares of single nodes: by hand, against their definition, and the two kernels against each other."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine_graphs import KERNELS, case, cases
from filon.books.engine.graph import Graph, carried, downstream, through, upstream
from filon.books.engine.kernel import kernel
from filon.core.errors import NotFoundError, WrongCallError
from oracles import flow_by_definition as oracle

both = pytest.mark.parametrize("work", [make() for make in KERNELS.values()], ids=list(KERNELS))

# Two mines (0, 1) are blended 3:1 into 2; 2 is split into 3 and 4; 3 and 1 (again) make 5, half and half.
BLEND = Graph.of(6, source=[0, 1, 2, 2, 3, 1], target=[2, 2, 3, 4, 5, 5])
SHARE = BLEND.aligned(np.array([0.75, 0.25, 1, 1, 0.5, 0.5]))


@both
def test_where_from_and_where_to_by_hand(work):
    assert upstream(BLEND, 4, work=work).tolist() == [0, 1, 2, 4]
    assert downstream(BLEND, 0, work=work).tolist() == [0, 2, 3, 4, 5]
    assert downstream(BLEND, [3, 4], work=work).tolist() == [3, 4, 5]


@both
def test_shares_of_one_lot_by_hand(work):
    """Of 5, half came through 3 and so through 2; mine 0: 1/2 x 3/4 = 3/8; mine 1: 1/2 x 1/4 + 1/2 = 5/8."""
    ids, part = through(BLEND, SHARE, 5, work=work)
    assert dict(zip(ids.tolist(), part.tolist(), strict=True)) == {0: 0.375, 1: 0.625, 2: 0.5, 3: 0.5, 5: 1.0}


@both
def test_where_a_lot_went_by_hand(work):
    """100 kg of mine 0 go into 2 whole; 2 gives 60 % to 3 and 40 % to 4; 3 goes into 5 by half: 30 kg."""
    drawn = BLEND.aligned(np.array([1, 0.5, 0.6, 0.4, 0.5, 0.5]))
    ids, kg = carried(BLEND, drawn, 0, 100, work=work)
    assert dict(zip(ids.tolist(), kg.tolist(), strict=True)) == {0: 100, 2: 100, 3: 60, 4: 40, 5: 30}


@both
def test_a_tip_keeps_what_it_is_given(work):
    """Lots 2 and 3 recalled together: what of 3 came from 2 is not counted twice."""
    drawn = BLEND.aligned(np.array([1, 0.5, 0.6, 0.4, 0.5, 0.5]))
    ids, kg = carried(BLEND, drawn, [3, 2], [7, 10], work=work)
    assert dict(zip(ids.tolist(), kg.tolist(), strict=True)) == {2: 10, 3: 7, 4: 4, 5: 3.5}


def test_links_may_come_in_any_order():
    shuffled = Graph.of(6, source=[3, 1, 2, 0, 1, 2], target=[5, 5, 4, 2, 2, 3])
    assert [upstream(shuffled, node).tolist() for node in range(6)] == [
        upstream(BLEND, node).tolist() for node in range(6)
    ]


@pytest.mark.parametrize(("source", "target"), [([1], [1]), ([2], [1]), ([0], [3]), ([-1], [1]), ([0, 1], [2])])
def test_matter_flows_from_old_to_young_inside_the_graph(source, target):
    with pytest.raises(WrongCallError):
        Graph.of(3, source, target)


@pytest.mark.parametrize("node", [-1, 6])
def test_a_node_that_is_not_there(node):
    with pytest.raises(NotFoundError):
        upstream(BLEND, node)


def test_a_graph_without_links_or_nodes():
    empty = Graph.of(0, [], [])
    assert upstream(empty, []).tolist() == downstream(empty, []).tolist() == []
    assert downstream(Graph.of(2, [], []), 1).tolist() == [1]


@both
@given(cases, st.data())
def test_reach_is_the_definition(work, one, data):
    begin = data.draw(st.sets(st.integers(0, one.graph.nodes - 1), max_size=3))
    assert set(upstream(one.graph, list(begin), work=work).tolist()) == oracle.above(one.links, begin)
    assert set(downstream(one.graph, list(begin), work=work).tolist()) == oracle.below(one.links, begin)


@given(cases)
def test_back_and_forward_are_inverse(one):
    for node in range(one.graph.nodes):
        assert all(node in downstream(one.graph, int(older)) for older in upstream(one.graph, node))


def bound(one, exact):
    """Float64 products and sums along at most `nodes` links of at most 5 each: (1 + 2**-53)**(6 nodes) of the value."""
    return exact * Fraction(6 * one.graph.nodes + 6, 2**52)


@both
@given(cases, st.data())
def test_amounts_are_the_definition_within_the_rounding_of_float64(work, one, data):
    nodes = data.draw(st.sets(st.integers(0, one.graph.nodes - 1), min_size=1, max_size=3))
    tips = {node: Fraction(1 + node) for node in nodes}
    given_amounts = [float(tips[node]) for node in nodes]
    for answer, definition in ((through, oracle.through), (carried, oracle.carried)):
        ids, parts = answer(one.graph, one.share, list(nodes), given_amounts, work=work)
        exact = definition(one.links, tips)
        assert {node for node, part in exact.items() if part} <= set(ids.tolist())
        for node, part in zip(ids.tolist(), parts.tolist(), strict=True):
            assert abs(Fraction(part) - exact[node]) <= bound(one, exact[node])


def test_a_large_cone_is_swept_and_the_memory_is_clean_after():
    """20 000 nodes, each from the one before: more than a twentieth, so marked in order; twice, for what the first left."""
    chain = Graph.of(20_000, np.arange(19_999), np.arange(1, 20_000))
    for _ in range(2):
        assert upstream(chain, 19_000).tolist() == list(range(19_001))
        assert downstream(chain, 500).tolist() == list(range(500, 20_000))
        assert upstream(chain, [3, 5]).tolist() == list(range(6))


@both
def test_one_node_of_more_sources_than_are_walked_to(work):
    wide = Graph.of(5001, np.arange(5000), np.full(5000, 5000))
    for _ in range(2):
        assert upstream(wide, 5000, work=work).tolist() == list(range(5001))
        assert upstream(wide, 17, work=work).tolist() == [17]


def read_back(graph):
    """{node: its sources} as the records of walks back tell it, and the nodes in the order of their records."""
    place, records = (array.tolist() for array in graph.trails)
    sources, node_at = {}, {at: node for node, at in enumerate(place)}
    order = [node_at[at] for at in sorted(place)]
    for node in order:
        first = last = place[node]
        while not records[last] >> 31:
            last += 1
        told = [item & 0x7FFFFFFF for item in records[first : last + 1]]
        assert told[0] == node
        sources[node] = [node_at[at] for at in told[1:]]
    return sources, order


def test_records_lie_in_the_order_of_walks_back_by_hand():
    """5 first, the youngest, then 3 and 1 which it is made of, then 2 of which 3 is, then 0 (1 is there); 4 last."""
    assert read_back(BLEND) == ({5: [3, 1], 3: [2], 1: [], 2: [0, 1], 0: [], 4: [2]}, [5, 3, 1, 2, 0, 4])


@given(cases)
def test_the_records_are_the_links(one):
    graph = one.graph
    bounds = graph.starts.tolist()
    links = {node: graph.into[bounds[node] : bounds[node + 1]].tolist() for node in range(graph.nodes)}
    assert read_back(graph)[0] == links


@given(cases, st.data())
def test_what_31_bits_cannot_count_is_walked_by_its_links(one, data):
    begin = data.draw(st.sets(st.integers(0, one.graph.nodes - 1), max_size=3))
    bare = Graph(one.graph.starts, one.graph.into, one.graph.event)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("filon.books.engine.kernel.LARGEST", one.graph.nodes - 1)
        assert [len(array) for array in bare.trails] == [0, 0]
    assert upstream(bare, list(begin)).tolist() == upstream(one.graph, list(begin)).tolist()


def test_the_engine_says_who_works():
    assert kernel(compiled=True).name.startswith("numba ")
    assert kernel(compiled=False).name.startswith("numpy ")
    assert kernel() is not None


def test_two_links_between_the_same_nodes_both_count():
    double = case([(1, []), (1, [(0, 1), (0, 3)])])
    assert through(double.graph, double.share, 1)[1].tolist() == [1.0, 1.0]
