"""All holdings at once are each holding by itself; draws by their known distribution."""

from math import exp, log, sqrt

import numpy as np
import pytest
from hypothesis import given, settings

from carbon_random import account, readings
from carbon_story import places, power, used
from filon.accounts.carbon.account import carbon_account
from filon.accounts.carbon.activity import activities
from filon.accounts.carbon.every import CHANNELS, factor_form, footprints, gsd_of, spread_of
from filon.accounts.carbon.factor import Factors
from filon.accounts.carbon.line import Variant
from filon.books.post import post
from story import birth, lot, said, step
from strategies import chains


@given(chains, readings)
@settings(max_examples=40, deadline=None)
def test_the_sweep_equals_the_exact_way_lot_by_lot(said, meters):
    one = account(said, meters)
    swept = footprints(one)
    for name, nodes in one.book.of_lot.items():
        exact = one.footprint(name)
        good = one.links.good[nodes[0]] or one.book.holdings[nodes[0]].amount
        per = (1_000_000 if exact.per == "kg" else 1) / good if good else 0.0
        row = dict(zip(CHANNELS, swept[nodes[0]] * per, strict=True))
        for variant in Variant:
            assert row[variant.value] == pytest.approx(float(exact.total(variant)), rel=1e-9, abs=1e-12)
        for stage in ("raw", "main", "distribution"):
            assert row[stage] == pytest.approx(float(exact.total(stage=stage)), rel=1e-9, abs=1e-12)
        if good:
            assert (row["gaps"] > 0) == (not exact.whole)


def small():
    """60 kWh of French grid and 10 of wind in S1; S2 takes half of S1 and 20 kWh of grid."""
    wind = power("10", supply="own", technology="wind")
    told = said(
        birth(1, "works", "S1", "100", form="CoSO4·7H2O", origin="m"),
        used(2, "works", power("60"), wind, since="2026-01-01", until="2026-01-03"),
        step(9, "works", {"S1": "50"}, {"S2": "50"}, form="CoSO4·7H2O"),
        used(10, "works", power("20"), since="2026-01-10", until="2026-01-10"),
    )
    listed, _ = activities(told)
    made = carbon_account(post(told, places(works="FR")), listed, Factors.standard())
    return made, factor_form(made, {"grid.fr.2023.lifecycle": 1.2})


def test_factor_form_by_hand():
    """S2: (60/2 + 20) = 50 kWh of grid, 5 kWh of wind."""
    made, form = small()
    node = made.book.first(lot("S2")).id
    assert dict(zip(form.keys, form.amounts[node], strict=True)) == {
        "grid.fr.2023.lifecycle": 50,
        "tech.wind_onshore.ademe2021": 5,
    }
    assert form.amounts[node] @ form.values == pytest.approx(50 * 0.056039 + 5 * 0.0141)


def test_draws_have_the_distribution_that_was_asked_for_and_share_their_factors():
    made, form = small()
    one, two = made.book.first(lot("S1")).id, made.book.first(lot("S2")).id
    drawn = form.draw([one, two], 20_000, seed=4)
    grid = (drawn[1] - 5 * 0.0141) / 50
    assert np.log(grid).mean() == pytest.approx(log(0.056039), abs=4 * log(1.2) / sqrt(20_000))
    assert np.log(grid).std() == pytest.approx(log(1.2), rel=0.03)
    # The same draw of the grid factor in both lots: S1 = 60 g + 0.141, S2 = 50 g + 0.0705.
    np.testing.assert_allclose((drawn[0] - 0.141) / 60, grid, rtol=1e-12)
    told = spread_of(drawn[1])
    assert told
    assert told.low < told.mean < told.high


def test_without_uncertainty_all_draws_are_the_value():
    made, _ = small()
    form = factor_form(made)
    drawn = form.draw([made.book.first(lot("S2")).id], 7, seed=1)
    np.testing.assert_allclose(drawn, 50 * 0.056039 + 5 * 0.0141, rtol=1e-12)
    assert spread_of(drawn[0]).gsd2 == pytest.approx(1)
    assert spread_of(np.zeros(3)) is None


def test_pedigree_by_hand():
    """Scores 3, 2, 5 for reliability, temporal, technology: variance 0.002 + 0.0002 + 0.12 = 0.1222."""
    scores = {"reliability": 3, "temporal": 2, "technology": 5}
    assert gsd_of(scores) == pytest.approx(exp(sqrt(0.1222)))
    assert gsd_of(dict.fromkeys(scores, 1)) == 1
    for bad in (0, 6):
        with pytest.raises(IndexError):
            gsd_of({"reliability": bad})
