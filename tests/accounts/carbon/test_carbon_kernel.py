"""The sweep against a dense linear solve, Brightway, the exact way and itself compiled."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filon.accounts.carbon.kernel import Weave
from filon.accounts.carbon.loops import components
from filon.core.errors import WrongCallError


def weave(count: int, *links: tuple[int, int, float]) -> Weave:
    target, source, share = (np.array(column) for column in zip(*links, strict=True)) if links else ([], [], [])
    return Weave.of(count, np.array(target, int), np.array(source, int), np.array(share, float))


def dense(one: Weave, burden: np.ndarray) -> np.ndarray:
    """The definition: (I - W) y = b."""
    w = np.zeros((one.count, one.count))
    for link, target in enumerate(one.target):
        w[target, one.source[link]] += one.share[link]
    return np.linalg.solve(np.eye(one.count) - w, burden)


def random_chain(count: int, fan: int, seed: int, *, loops: int = 0) -> Weave:
    chance = np.random.default_rng(seed)
    target = np.repeat(np.arange(1, count), fan)
    source = (target * chance.random(len(target))).astype(int)
    share = chance.random(len(target)) / fan
    back = chance.integers(0, max(1, count - 20), loops)
    target, source = np.r_[target, back], np.r_[source, back + chance.integers(1, 20, loops)]
    return Weave.of(count, target, source, np.r_[share, np.full(loops, 0.01)])


def test_three_nodes_by_hand():
    """b = 1, 2, 0; node 1 takes half of node 0, node 2 a quarter of 0 and all of 1: y = 1, 2.5, 0.25 + 2.5 = 2.75."""
    y = weave(3, (1, 0, 0.5), (2, 0, 0.25), (2, 1, 1.0)).sweep(np.array([[1.0], [2.0], [0.0]]))
    assert y.tolist() == [[1.0], [2.5], [2.75]]


def test_a_loop_by_hand():
    """a = 1 + b/2, b = 1 + a/2: a = b = 2; c takes all of a: 2."""
    y = weave(3, (0, 1, 0.5), (1, 0, 0.5), (2, 0, 1.0)).sweep(np.array([[1.0], [1.0], [0.0]]))
    np.testing.assert_allclose(y[:, 0], [2, 2, 2], rtol=1e-15)


def test_the_same_link_twice_counts_twice():
    assert weave(2, (1, 0, 0.25), (1, 0, 0.5)).sweep(np.array([[4.0], [0.0]]))[1, 0] == 3


def test_a_loop_without_loss_is_named():
    with pytest.raises(WrongCallError, match=r"\[0, 1\]"):
        weave(2, (0, 1, 1.0), (1, 0, 1.0)).sweep(np.ones((2, 1)))


@pytest.mark.parametrize("bad", [(2, 0, 0.5), (0, 2, 0.5), (-1, 0, 0.5), (0, 1, -0.5), (0, 1, float("nan"))])
def test_links_that_lead_nowhere_are_refused(bad):
    with pytest.raises(WrongCallError):
        weave(2, bad)


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("count", [2, 300])
def test_random_chains_equal_a_dense_solve(count, compiled):
    if compiled:
        pytest.importorskip("numba")
    one = random_chain(count, 3, count)
    burden = np.random.default_rng(5).random((count, 8))
    np.testing.assert_allclose(one.sweep(burden, compiled=compiled), dense(one, burden), rtol=1e-9)


def test_random_chains_with_loops_equal_a_dense_solve():
    one = random_chain(400, 3, 7, loops=12)
    assert not one.by_age
    burden = np.random.default_rng(5).random((400, 8))
    np.testing.assert_allclose(one.sweep(burden), dense(one, burden), rtol=1e-9)


links = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11), st.floats(0, 0.08)), max_size=30)


@given(links)
@settings(max_examples=200, deadline=None)
def test_any_weave_equals_a_dense_solve(listed):
    """Shares below 1/12 each, at most 30 links: sums of a row may pass 1, so only weaves with loss are compared."""
    one = weave(12, *listed)
    rows = np.zeros((12, 12))
    for target, source, share in listed:
        rows[target, source] += share
    if np.abs(np.linalg.eigvals(rows)).max() > 0.9:
        return
    burden = np.arange(24.0).reshape(12, 2)
    np.testing.assert_allclose(one.sweep(burden), dense(one, burden), rtol=1e-9, atol=1e-12)


@given(links)
@settings(max_examples=100, deadline=None)
def test_components_are_the_nodes_that_reach_each_other(listed):
    """Oracle: the transitive closure by repeated multiplication."""
    reach = np.eye(12, dtype=bool)
    for target, source, _ in listed:
        reach[target, source] = True
    for _ in range(12):
        reach = (reach.astype(int) @ reach.astype(int)) > 0
    part = components(weave(12, *listed))
    assert ((part[:, None] == part[None, :]) == (reach & reach.T)).all()


def test_a_long_chain_needs_no_recursion():
    count = 50_000
    one = Weave.of(count, np.arange(1, count), np.arange(count - 1), np.ones(count - 1))
    assert len(components(one)) == count
    burden = np.zeros((count, 1))
    burden[0] = 1
    assert one.sweep(burden)[-1, 0] == 1


def test_equal_to_brightway():
    """bw2calc's supply and inventory for several products of a random chain with loops, within 1e-9."""
    bw2calc = pytest.importorskip("bw2calc")
    bwp = pytest.importorskip("bw_processing")
    count = 1000
    one = random_chain(count, 3, 11, loops=5)
    burden = np.random.default_rng(3).random(count)
    datapackage = bwp.create_datapackage()
    node = np.arange(count)
    technosphere = np.array(
        [*zip(node, node, strict=True), *zip(one.source, one.target, strict=True)], dtype=bwp.INDICES_DTYPE
    )
    datapackage.add_persistent_vector(
        matrix="technosphere_matrix", indices_array=technosphere, data_array=np.r_[np.ones(count), one.share],
        flip_array=np.r_[np.zeros(count, bool), np.ones(len(one.share), bool)],
    )  # fmt: skip
    gas = count + 1
    datapackage.add_persistent_vector(
        matrix="biosphere_matrix",
        indices_array=np.array([(gas, n) for n in node], dtype=bwp.INDICES_DTYPE),
        data_array=burden,
    )
    datapackage.add_persistent_vector(
        matrix="characterization_matrix",
        indices_array=np.array([(gas, gas)], dtype=bwp.INDICES_DTYPE),
        data_array=np.ones(1),
    )
    y = one.sweep(burden[:, None])[:, 0]
    lca = bw2calc.LCA({int(count - 1): 1}, data_objs=[datapackage])
    lca.lci()
    lca.lcia()
    for product in (count - 1, count // 2, 17, 3):
        lca.lcia(demand={product: 1})
        assert lca.score == pytest.approx(y[product], rel=1e-9)
