"""The plant of links: old before young, recipes that make one, every cell in one module of its grading window."""

import numpy as np

from filon.exchange.simulator.links import CELLS, LINKS, MINES, MODULE, NODES, WINDOW, plant


def test_a_plant_is_in_order_and_of_the_size_asked_for():
    made = plant(300_000)
    assert 300_000 <= len(made.into) < 300_000 + LINKS
    assert len(made.into) == made.starts[-1]
    targets = np.repeat(np.arange(len(made.starts) - 1), np.diff(made.starts))
    assert (made.into < targets).all()
    assert (made.into >= 0).all()
    assert (np.diff(made.event) >= 0).all()
    assert (np.diff(made.starts)[:MINES] == 0).all()  # only mines come from nowhere
    assert (np.diff(made.starts)[MINES:] > 0).all()


def test_shares_of_a_lot_make_one():
    made = plant(150_000)
    sums = np.add.reduceat(made.share.astype(float), made.starts[MINES:-1])
    np.testing.assert_allclose(sums, 1, atol=1e-6)


def test_every_cell_goes_into_one_module_made_of_its_window():
    made = plant(200_000)
    for block in range(made.blocks):
        cells, modules = made.ids("cell", block), made.ids("module", block)
        inside = made.into[made.starts[modules[0]] : made.starts[modules[-1] + 1]]
        assert sorted(inside.tolist()) == cells.tolist()
        window = (inside - cells[0]).reshape(-1, MODULE) // WINDOW
        assert (
            np.diff(window.ravel()) >= 0
        ).all()  # window after window; a module may begin in one and end in the next
        assert len(set((inside.reshape(-1, MODULE)[0] - cells[0]).tolist())) == MODULE  # shuffled, and each once
        assert (np.diff(inside[:MODULE]) != 1).any()
    assert made.ids("pack", 0)[-1] == MINES + NODES - 1
    assert CELLS % WINDOW == 0


def test_the_same_seed_makes_the_same_plant():
    assert (plant(10**5, 7).into == plant(10**5, 7).into).all()
    assert (plant(10**5, 7).into != plant(10**5, 8).into).any()
