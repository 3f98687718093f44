"""What if, by hand, and the law that effects sum to the difference."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings

from carbon_random import account as random_account
from carbon_random import readings
from carbon_story import leg, places, power, used
from filon.accounts.carbon.account import Stamp, carbon_account
from filon.accounts.carbon.activity import activities
from filon.accounts.carbon.factor import Factors
from filon.accounts.carbon.line import Variant
from filon.accounts.carbon.scenario import Power, Route, Supplier, what_if
from filon.accounts.carbon.target import Baseline, rebased
from filon.books.post import post
from filon.core.errors import NotFoundError, WrongCallError
from story import birth, lot, receive, said, ship, site, step
from strategies import chains

F, D = Fraction, Decimal
FACTORS = Factors.standard()
MONTH = {"since": "2026-01-01", "until": "2026-01-31"}


def chain():
    """Mine M makes 100 kg S (200 kWh of the grid of MA), sends it to P (10 tkm by road at 0.1), which makes 50 kg T of it
    (100 kWh of the grid of FR at 0.056039, 40 kWh of which are wind at 0.0141 under contract and certified)."""
    told = said(
        birth(1, "M", "S", "100", form="CoSO4·7H2O", origin=site("M")),
        ship(2, "M", "P", "B1", {"S": "100"}), receive(3, "P", "B1", {"S": "100"}),
        step(4, "P", {"S": "100"}, {"T": "50"}, form="NMC811"),
        used(5, "M", power("200"), **MONTH), used(6, "M", leg("10", "0.1"), note="B1"),
        used(7, "P", power("60"), **MONTH),
        used(8, "P", power("40", "0.0141", supply="ppa", technology="wind", certificates={"issuer": "x", "first": "1", "last": "1"}), **MONTH),
    )  # fmt: skip
    listed, _ = activities(told)
    return carbon_account(post(told, places(M="MA", P="FR")), listed, FACTORS)


GRID_MA, GRID_FR, WIND = D("0.630014"), D("0.056039"), None


def wind():
    value = FACTORS.technology("wind").value
    return D(value.numerator) / D(value.denominator)


BEFORE = (200 * GRID_MA + D(1) + 60 * GRID_FR + 40 * D("0.0141")) / 50


def test_a_contract_for_wind_at_the_mine():
    """Half of its 200 kWh from wind: 100 kWh x (grid - wind) less, on 50 kg."""
    account = chain()
    told = what_if(account, account.footprint(lot("T")), [Power(site("M"), "wind", F(1, 2))], FACTORS)
    assert told.before == BEFORE
    assert told.after == BEFORE - 100 * (GRID_MA - wind()) / 50
    location = what_if(
        account, account.footprint(lot("T")), [Power(site("M"), "wind", F(1, 2))], FACTORS, Variant.LOCATION
    )
    assert location.after == location.before
    own = what_if(
        account, account.footprint(lot("T")), [Power(site("M"), "wind", F(1), own=True)], FACTORS, Variant.LOCATION
    )
    assert own.before - own.after == 200 * (GRID_MA - wind()) / 50


def test_what_is_backed_already_stays():
    """At P only the 60 kWh of the grid change; asked for all of it."""
    account = chain()
    told = what_if(account, account.footprint(lot("T")), [Power(site("P"), "solar", F(1))], FACTORS)
    value = FACTORS.technology("solar").value
    solar = D(value.numerator) / D(value.denominator)
    assert told.after == BEFORE - 60 * (GRID_FR - solar) / 50


def test_another_supplier_takes_away_all_that_was_before_it():
    """100 kg of S at 0.5 declared instead of the mine's 200 kWh; carriage and P's own stay."""
    account = chain()
    told = what_if(account, account.footprint(lot("T")), [Supplier(site("M"), "", F(1, 2))], FACTORS)
    assert told.after == BEFORE - 200 * GRID_MA / 50 + 100 * D("0.5") / 50
    named = what_if(account, account.footprint(lot("T")), [Supplier(site("M"), "CoSO4·7H2O", F(1, 2))], FACTORS)
    assert named.after == told.after


def test_another_route():
    """0.1 t x 1000 km by rail instead of the 1 kg by road."""
    account = chain()
    told = what_if(account, account.footprint(lot("T")), [Route(site("M"), "rail", F(1000))], FACTORS)
    rail = FACTORS.get("transport.rail_freight.beis2021").value
    assert told.after == BEFORE - D(1) / 50 + 100 * D(rail.numerator) / D(rail.denominator) / 50


def test_changes_in_order_sum_to_the_difference_and_the_supplier_takes_the_wind_with_it():
    account = chain()
    footprint = account.footprint(lot("T"))
    wind_first = what_if(
        account, footprint, [Power(site("M"), "wind", F(1)), Supplier(site("M"), "", F(1, 2))], FACTORS
    )
    alone = what_if(account, footprint, [Supplier(site("M"), "", F(1, 2))], FACTORS)
    assert wind_first.after == alone.after
    assert sum(one.delta for one in wind_first.steps) == wind_first.after - wind_first.before


def test_what_touches_nothing_is_a_wrong_call():
    account = chain()
    for change, error in (
        (Power(site("X"), "wind", F(1)), NotFoundError), (Power(site("M"), "magic", F(1)), WrongCallError),
        (Power(site("M"), "wind", F(2)), WrongCallError), (Supplier(site("M"), "other", F(1)), NotFoundError),
        (Route(site("M"), "teleport", F(1)), WrongCallError), (Route(site("P"), "rail", F(1)), NotFoundError),
    ):  # fmt: skip
        with pytest.raises(error):
            what_if(account, account.footprint(lot("T")), [change], FACTORS)


@settings(max_examples=40)
@given(chains, readings)
def test_a_supplier_that_is_as_good_as_the_one_before_changes_nothing(chain, meters):
    """A lot that enters the books, at its own footprint: per kg made, of which what is lost burdens the rest."""
    made = random_account(chain, meters)
    for name, nodes in made.book.of_lot.items():
        node = nodes[0]
        if node not in made.making_at:
            continue
        one = made.footprint(name)
        making = made.making_at[node]
        if making.kind == "delivery" or not one.total() or not making.mass:
            continue
        good = made.links.good[node] or made.book.holdings[node].amount
        same = Supplier(making.site, name, F(one.total()) * F(good, made.book.holdings[node].amount))
        again = what_if(made, one, [same], FACTORS)
        assert abs(again.after - again.before) <= abs(again.before) * D("1e-20")


STAMP = Stamp("filon-1", "factors/1", "gwp", "mass")


def test_a_rebased_baseline_names_the_old_one_and_changes_nothing_else():
    old = Baseline(2020, D(64), "kg CO2e/kWh capacity", Variant.MARKET, STAMP, "invented")
    new = rebased(old, D(60), Stamp("filon-1", "factors/2", "gwp", "mass"), "new factors")
    assert (new.replaces, new.year, new.unit, new.value) == (old.seal, 2020, old.unit, 60)
    assert new.seal != old.seal
    with pytest.raises(WrongCallError):
        rebased(old, D(60), STAMP, "")
