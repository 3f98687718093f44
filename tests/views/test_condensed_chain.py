from __future__ import annotations

from collections import Counter
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from filon.views.chain import STAGES, Chain, ChainEdge, ChainNode, condensed, total
from filon.views.figure import kg


def node(number: int, stage: str, mg: int, side: str = "upstream") -> ChainNode:
    return ChainNode(f"k{number}", f"L-{number}", stage, "site", "MA", kg(mg), kg(mg), side=side)


@st.composite
def chains(draw) -> Chain:
    count = draw(st.integers(1, 60))
    stages = [draw(st.sampled_from(STAGES)) for _ in range(count)]
    nodes = [node(i, stages[i], draw(st.integers(0, 10**12))) for i in range(count)]
    nodes.append(node(count, "pack", draw(st.integers(1, 10**9)), "focus"))
    pairs = draw(st.sets(st.tuples(st.integers(0, count), st.integers(0, count)), max_size=80))
    edges = [ChainEdge(f"k{a}", f"k{b}", kg(draw(st.integers(1, 10**9)))) for a, b in sorted(pairs) if a != b]
    return Chain("Co", ("Co",), tuple(nodes), tuple(edges))


@given(chains(), st.integers(16, 40))
def test_nothing_is_lost_when_lots_are_put_together(chain, boxes):
    short = condensed(chain, boxes)
    assert len(short.nodes) <= max(boxes, 1)
    assert total(n.mass for n in short.nodes) == total(n.mass for n in chain.nodes)
    assert sum(n.more or 1 for n in short.nodes) == len(chain.nodes)
    assert [n for n in short.nodes if n.side == "focus"] == [n for n in chain.nodes if n.side == "focus"]
    keys = {n.key for n in short.nodes}
    assert len(keys) == len(short.nodes)
    assert all({e.source, e.target} <= keys for e in short.edges)
    assert all(e.source != e.target for e in short.edges), "no arrow from a joined box to itself"

    # Arrows between boxes keep their kg; only arrows within one box disappear.
    def by_stage(c):
        stage = {n.key: (n.stage, n.side) for n in c.nodes}
        sums: Counter = Counter()
        for e in c.edges:
            if stage[e.source] != stage[e.target]:
                sums[stage[e.source], stage[e.target]] += e.mass.value
        return sums

    assert by_stage(short) == by_stage(chain)


def test_a_small_chain_stays_as_it_is():
    chain = Chain("Co", ("Co",), (node(0, "mine", 5), node(1, "pack", 5, "focus")), (ChainEdge("k0", "k1", kg(5)),))
    assert condensed(chain) is chain


def test_the_lightest_go_first_and_say_how_many_they_are():
    # 40 mine lots of 1..40 kg and the pack, 11 boxes: two groups (mine, focus) leave 9 single boxes: the focus and the
    # eight heaviest; the other 32 lots, 1 + 2 + .. + 32 = 528 kg, are one box.
    lots = [node(i, "mine", i * 1_000_000) for i in range(1, 41)]
    short = condensed(Chain("Co", ("Co",), (*lots, node(99, "pack", 1, "focus")), ()), 11)
    joined = next(n for n in short.nodes if n.more)
    assert (joined.more, joined.mass.value) == (32, Decimal(528))
    assert {n.label for n in short.nodes if not n.more} == {"L-99", *(f"L-{i}" for i in range(33, 41))}


def test_an_unknown_mass_makes_the_sum_unknown():
    assert total([kg(1), kg(None)]).value is None
    assert total([]).value == 0
