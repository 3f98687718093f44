"""The quotient and the table of all nodes: which nodes share a class, and what they hold, against exact fractions."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine_graphs import KERNELS, Case, case, cases
from filon.books.engine.graph import Graph, through
from filon.books.engine.quotient import EVEN, Own, Quotient
from filon.core.errors import WrongCallError
from oracles import flow_by_definition as oracle

both = pytest.mark.parametrize("work", [make() for make in KERNELS.values()], ids=list(KERNELS))

# mines 0 and 1; event 2 blends them 1:1 into 2 and 3, and 1:3 into 4; event 3 blends them 1:1 into 5; 6 is 2 shipped.
SIBLINGS = case([
    (0, []), (1, []), (1, [(1, 1), (0, 1)]), (0, [(2, 1), (1, 1)]), (0, [(3, 1), (2, 3)]),
    (1, [(4, 1), (3, 1)]), (1, [(3, 1)]),
])  # fmt: skip


@both
def test_who_shares_a_class_by_hand(work):
    classes = SIBLINGS.quotient(work).of_node.tolist()
    assert classes[2] == classes[3]  # siblings of one event, same sources, same shares
    assert classes[4] != classes[2]  # a sibling by another recipe
    assert classes[5] != classes[2]  # the same mixture, by another event: a correction must not leak
    assert classes[6] == classes[2]  # shipped
    assert len(set(classes)) == 5


@both
def test_neighbours_of_two_events_are_two_classes(work):
    """2 and 3 are blended 1:1 of the same mines one after the other, but told in two events."""
    one = case([(0, []), (1, []), (1, [(0, 1), (1, 1)]), (1, [(1, 1), (2, 1)])])
    assert one.links[2] == one.links[3]
    assert len(set(one.quotient(work).of_node.tolist())) == 4


def test_forty_thousand_events_with_one_recipe_are_as_many_classes():
    """More than siblings are remembered for: whatever falls into the same box, events stay apart."""
    count = 40_000
    source = [0, 1] * count
    graph = Graph.of(count + 2, source, np.repeat(np.arange(2, count + 2), 2))
    assert Quotient.of(graph, own=np.array([0, 1], np.int32)).count == count + 2


@both
def test_a_lot_half_of_a_mine_and_half_unknown_is_not_the_mine(work):
    graph = Graph.of(2, [0], [1])
    own = Own.of([0], [0])
    quotient = Quotient.of(graph, np.array([0.5], np.float32), own.node, work=work)
    assert quotient.table(own, 1, work=work).row([0, 1]).tolist() == [[1], [0.5]]


@both
def test_a_node_into_which_own_matter_enters_is_alone(work):
    """2 is drawn from 0 whole, but matter of its own enters: it may not be taken for 0."""
    graph = Graph.of(4, [0, 0], [1, 2])
    classes = Quotient.of(graph, own=np.array([0, 2], np.int32), work=work).of_node.tolist()
    assert classes[1] == classes[0] != classes[2]
    own = Own.of([0, 2, 3], [0, 1, 1], [1, 0.5, 1])
    with pytest.raises(WrongCallError):
        Quotient.of(graph, own=np.array([0, 2], np.int32), work=work).table(own, 2)


@both
def test_what_a_class_is_merged_of_weighs_together(work):
    """Module 4 of three cells 1, 2 (split of mine 0) and 3 (mine): 2/3 of 0."""
    graph = Graph.of(5, [0, 0, 1, 2, 3], [1, 2, 4, 4, 4])
    own = Own.of([0, 3], [0, 1])
    table = Quotient.of(graph, own=own.node, work=work).table(own, 2, work=work)
    np.testing.assert_allclose(table.row(4), [2 / 3, 1 / 3], rtol=2**-22)
    assert table.quotient.links[1].tolist() == [0, 1]


def bounds(one: Case) -> list[Fraction]:
    """The most by which a row may be off, relative to each value.

    A link's weight and product are rounded once each in float32 (2**-24), the sum of w links at most w times, and a
    node that takes over its source's class drops shares that miss 1 by at most w roundings: (3 w + 3) 2**-24 a link,
    depth times.
    """
    width = max((len(into) for into in one.links), default=0)
    return [Fraction(deep * (3 * width + 3), 2**24) * Fraction(1001, 1000) for deep in oracle.depth(one.links)]


@both
@given(cases)
def test_the_table_is_the_definition_within_the_rounding_of_float32(work, one):
    table = one.quotient(work).table(one.own, len(one.columns), work=work)
    exact = oracle.rows(one.links, {node: {column: Fraction(1)} for node, column in one.columns.items()})
    for node, (row, most) in enumerate(zip(exact, bounds(one), strict=True)):
        for column, part in enumerate(table.row(node).tolist()):
            assert abs(Fraction(part) - row.get(column, 0)) <= most * row.get(column, 0)


@both
@given(cases)
def test_nothing_is_made_or_lost(work, one):
    table = one.quotient(work).table(one.own, len(one.columns), work=work)
    sums = table.row(np.arange(one.graph.nodes)).astype(np.float64).sum(axis=1)
    for total, most in zip(sums.tolist(), bounds(one), strict=True):
        assert abs(total - 1) <= 2 * most + Fraction(1, 2**20)


@given(cases)
def test_one_lot_exactly_is_its_row(one):
    table = one.quotient(KERNELS["compiled"]()).table(one.own, len(one.columns))
    for node in range(one.graph.nodes):
        ids, part = through(one.graph, one.share, node)
        row = dict(zip(ids.tolist(), part.tolist(), strict=True))
        for mine, column in one.columns.items():
            assert table.row(node)[column] == pytest.approx(row.get(mine, 0), rel=1e-4, abs=1e-30)


@given(cases)
def test_classes_are_alike_and_of_one_event(one):
    """Nodes of a class hold exactly the same, and blended ones are of the founder's event or take over a single source."""
    quotient = one.quotient(KERNELS["compiled"]())
    for node, group in enumerate(quotient.of_node.tolist()):
        founder = int(quotient.founder[group])
        sources = {int(quotient.of_node[older]) for older, _ in one.links[node]}
        taken_over = sources == {group}
        assert node == founder or taken_over or one.graph.event[node] == one.graph.event[founder]
        assert node == founder or one.links[node]


@given(cases)
def test_both_kernels_make_the_same_classes(one):
    """Up to siblings that the compiled one has forgotten, of which a small graph has none."""
    made = [one.quotient(make()) for make in KERNELS.values()]
    assert made[0].of_node.tolist() == made[1].of_node.tolist()
    for mine, other in zip(made[0].links, made[1].links, strict=True):
        assert mine.tolist() == other.tolist()


@both
@given(cases, st.data())
def test_growing_is_making_anew(work, one, data):
    """Taken in at once or in two parts: the same classes, whatever the cut."""
    cut = data.draw(st.integers(0, one.graph.nodes))
    whole, graph = one.quotient(work), one.graph
    links = int(graph.starts[cut])
    young = Graph(graph.starts[: cut + 1], graph.into[:links], graph.event[:cut])
    quotient = Quotient.of(young, one.share[:links], one.own.node[one.own.node < cut], work=work)
    quotient.grow(graph, one.share, one.own.node, work=work)
    rows = [made.table(one.own, len(one.columns), work=work).row(np.arange(graph.nodes)) for made in (whole, quotient)]
    np.testing.assert_allclose(rows[0], rows[1], rtol=1e-5)
    assert quotient.count >= whole.count


@both
def test_growing_knows_where_own_matter_enters(work):
    """2 is drawn from 0 and taken in later; matter of its own enters too: it may not be taken for 0."""
    graph, own = Graph.of(3, [0, 0], [1, 2]), np.array([0, 2], np.int32)
    young = Graph(graph.starts[:3], graph.into[:1], graph.event[:2])
    quotient = Quotient.of(young, own=own[:1], work=work)
    quotient.grow(graph, np.zeros(0, np.float32), own, work=work)
    assert quotient.of_node.tolist() == [0, 0, 1]


def test_many_classes_make_the_arrays_grow():
    """5 000 mines, then 5 000 blends of two, and one of all: rows by hand."""
    count = 5_000
    source = [*range(count), *((np.arange(count) + 1) % count), *range(count)]
    target = [*range(count, 2 * count)] * 2 + [2 * count] * count
    graph = Graph.of(2 * count + 1, source, target)
    own = Own.of(np.arange(count), np.arange(count) % 2)
    quotient = Quotient.of(Graph.of(count, [], []), own=own.node)
    quotient.grow(graph, EVEN, own.node)
    table = quotient.table(own, 2)
    assert table.row(np.arange(count, 2 * count)).tolist() == [[0.5, 0.5]] * count
    np.testing.assert_allclose(table.row(2 * count), [0.5, 0.5], rtol=1e-4)


@both
def test_a_thousand_origins_in_blocks_are_those_of_one_table(work):
    """1 000 mines, 300 blends of six of them each, in blocks of 128 columns: the last one is not full."""
    count, chance = 1_000, np.random.default_rng(3)
    source, target = chance.integers(0, count, 1_800), np.repeat(np.arange(count, count + 300), 6)
    own = Own.of(np.arange(count), np.arange(count))
    quotient = Quotient.of(Graph.of(count + 300, source, target), own=own.node, work=work)
    blends = np.arange(count, count + 300)
    blocks = [table.row(blends).copy() for table in quotient.blocks(own, count, 128, work=work)]
    assert len(blocks) == 8
    got = np.hstack(blocks)
    assert np.array_equal(got[:, :count], quotient.table(own, count, work=work).row(blends))
    assert not got[:, count:].any()
    by_hand = np.zeros((300, count))
    np.add.at(by_hand, (target - count, source), 1 / 6)
    np.testing.assert_allclose(got[:, :count], by_hand, rtol=1e-6)
