"""Beside the figure: the other allocation, the cut-off, and on the board the best and the worst pack; by hand."""

from decimal import Decimal
from fractions import Fraction

import pytest

from carbon_ledger import P1, P2, ledger
from carbon_story import power, used
from filon.app.carbon import Carbon
from filon.core.ident import short
from story import birth, lot, step

FEBRUARY = {"since": "2026-02-01", "until": "2026-02-28"}
SPLIT = [
    birth(33, "M", "ORE", "100", form="CoSO4·7H2O", origin=lot("M")),
    step(34, "M", {"ORE": "100"}, {"X": "60", "Y": "40"}),
    used(35, "M", power("200"), **FEBRUARY),
    used(36, "P", power("30"), **FEBRUARY),
]


@pytest.fixture(scope="module")
def books():
    with ledger(SPLIT) as one:
        yield one


def change(account, name, prices, **how):
    """{row: percent} by which other allocations would differ."""
    view = account.pack(name, prices={lot(key): Fraction(price) for key, price in prices.items()}, **how)
    return {one.allocation: one.change.value for one in view.sensitivity}


def test_the_other_allocation_stands_beside_the_figure(books):
    """60 kg X at 4.5 and 40 kg Y at 1: by price X carries 270 / 310 on 60 kg, 0.0145161 a kg against 0.01 by mass.

    +45.2 % by a ratio above 4 (gba-rulebook), nothing by one above 5 (pact-3.0). At 9: 540 / 580 on 60 kg, +55.2 %
    by both; Y bears 40 / 580 on 40 kg, 0.0017241 against 0.01: -82.8 %.
    """
    carbon = Carbon(books)
    assert change(carbon, lot("X"), {"X": "4.5", "Y": "1"}) == {"gba-rulebook": Decimal("45.2"), "pact-3.0": 0}
    assert change(carbon, lot("X"), {"X": "9", "Y": "1"}) == {
        "gba-rulebook": Decimal("55.2"), "pact-3.0": Decimal("55.2"),
    }  # fmt: skip
    assert change(carbon, lot("Y"), {"X": "9", "Y": "1"})["pact-3.0"] == Decimal("-82.8")


def test_from_price_back_to_mass(books):
    """By price 0.0155172, by mass 0.01 a kg: 35.6 % less. The ruleset's own row is not beside itself."""
    told = change(Carbon(books), lot("X"), {"X": "9", "Y": "1"}, ruleset="gba-rulebook-2.0")
    assert told == {"mass": Decimal("-35.6"), "pact-3.0": 0}


def test_without_prices_the_other_figure_is_missing_never_guessed(books):
    view = Carbon(books).pack(lot("X"))
    assert {one.allocation for one in view.sensitivity} == {"gba-rulebook", "pact-3.0"}
    assert all((one.total.value, one.total.standing) == (None, "missing") for one in view.sensitivity)


def test_the_cut_off_of_a_figure(books):
    """Nobody left anything out of P1: within 3 %; a lot with gaps has no whole to be a percent of."""
    view = Carbon(books).pack(P1)
    assert (view.cut_off.standing, view.cut_off.percent.value, view.cut_off.most.value) == ("within", 0, 3)
    with ledger() as gappy:
        view = Carbon(gappy).pack(P2)
        assert (view.cut_off.standing, view.cut_off.percent.value) == ("cannot tell", None)


def test_the_board_names_the_best_and_the_worst_pack(books):
    """P1 holds 60 % of the mine's and 3.9 kg of its own; P2 40 % and 30 kWh of France's grid, 1.7 kg: P2 is the best."""
    row = Carbon(books).board().models[0]
    assert (row.packs, row.gaps) == (2, 0)
    assert (row.best.label, row.worst.label) == (short(P2), short(P1))
    assert (row.best.href, row.worst.href) == tuple(
        "/carbon" + one.removeprefix("https://id.gs1.org") for one in (P2, P1)
    )
