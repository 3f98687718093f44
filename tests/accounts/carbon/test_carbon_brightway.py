"""All products of random chains, loops included, against Brightway's matrices, within 1e-9."""

import numpy as np
import pytest

from filon.accounts.carbon.kernel import Weave

pytest.importorskip("bw2calc")
from brightway import adjoint, all_products, calculation


def chain(count, seed, loops):
    """Lots used first in, first out (from the last thousand), and some loops of up to twenty lots."""
    chance = np.random.default_rng(seed)
    target = np.sort(chance.integers(1, count, int(3.3 * count)))
    source = np.maximum(0, target - chance.integers(1, 1000, len(target)))
    back = chance.integers(0, count - 20, loops)
    share = np.r_[chance.random(len(target)) / 4, np.full(loops, 0.01)]
    return Weave.of(count, np.r_[target, back], np.r_[source, back + chance.integers(1, 20, loops)], share)


@pytest.mark.parametrize(
    ("count", "loops"),
    [(1_000, 0), (1_000, 10), (10_000, 100), pytest.param(100_000, 1_000, marks=pytest.mark.nightly)],
)
def test_all_products_are_brightway_s(count, loops):
    one = chain(count, count + loops, loops)
    burden = np.random.default_rng(3).random((count, 2))
    y = one.sweep(burden)
    for channel in range(2 if count < 100_000 else 1):
        theirs = all_products(one, burden[:, channel])
        assert np.abs(y[:, channel] / theirs - 1).max() <= 1e-9


def test_the_adjoint_is_what_lci_and_lcia_say():
    """The short cut of the test above against bw2calc's own way, product by product."""
    one, burden = chain(1_000, 5, 10), np.random.default_rng(3).random(1_000)
    lca = calculation(one, burden)
    theirs = adjoint(lca)
    lca.lci(demand={999: 1})
    lca.lcia()
    for product in (999, 500, 17, 0):
        lca.lcia(demand={product: 1})
        assert lca.score == pytest.approx(theirs[product], rel=1e-9)


def test_a_correction_is_what_a_new_sweep_gives_and_touches_descendants_only():
    """Bit for bit; what is not a descendant is not even looked at."""
    one, burden = chain(3_000, 9, 0), np.random.default_rng(3).random((3_000, 8))
    y = one.sweep(burden)
    for node in (0, 7, 1_500, 2_999):
        burden[node] += 1.5
        mine = y.copy()
        mine[:node] = np.nan  # older lots cannot be descendants; only direct sources of descendants are read
        after = one.descendants([node])
        needed = np.unique(np.concatenate([one.source[one.starts[n] : one.starts[n + 1]] for n in after]))
        mine[needed] = y[needed]
        done = one.again(mine, burden, [node])
        whole = one.sweep(burden)
        assert done.tolist() == after.tolist()
        assert (mine[after] == whole[after]).all()
        unmoved = np.setdiff1d(np.arange(3_000), after)
        assert (whole[unmoved] == y[unmoved]).all()
        y = whole


def test_a_correction_without_the_compiler_is_the_same(monkeypatch):
    from filon.accounts.carbon import kernel

    one, burden = chain(400, 9, 0), np.random.default_rng(3).random((400, 3))
    y = one.sweep(burden)
    burden[3] = 9
    compiled = y.copy()
    one.again(compiled, burden, [3])
    monkeypatch.setattr(kernel, "_part_walker", lambda: None)
    plain = y.copy()
    one.again(plain, burden, [3])
    assert np.abs(plain - compiled).max() < 1e-12


def test_a_correction_in_a_loop_is_refused():
    from filon.core.errors import WrongCallError

    one = Weave.of(2, np.array([0, 1]), np.array([1, 0]), np.array([0.1, 0.1]))
    with pytest.raises(WrongCallError):
        one.again(np.ones((2, 1)), np.ones((2, 1)), [0])
