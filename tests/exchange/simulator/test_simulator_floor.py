"""The planner's tools: instruments that show whole steps, floors emptied oldest first, roads between scales."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filon.exchange.simulator.chance import Chance, rounded
from filon.exchange.simulator.deed import Line, Lot, Traits
from filon.exchange.simulator.floor import Floor, Held, Route, assay_of, carried, content, day
from filon.exchange.simulator.world import PRODUCTS, SITES


def held(number: str, kg: str, since: int, percent: str = "20") -> Held:
    lot = Lot(PRODUCTS["atlas sulfate"], number)
    return Held(lot, Decimal(kg), day(since, 15), Traits({"Co": Decimal(percent)}))


@pytest.mark.parametrize(
    ("value", "step", "shown"),
    [("10.4", "1", "10"), ("10.5", "1", "10"), ("11.5", "1", "12"), ("10.26", "0.5", "10.5"), ("1234", "20", "1240")],
)
def test_an_instrument_shows_the_nearest_step_a_half_to_the_even_one(value, step, shown):
    assert rounded(Decimal(value), Decimal(step)) == Decimal(shown)


@given(st.integers(0, 10**9))
def test_readings_stay_within_their_spread_and_on_their_step(seed):
    chance = Chance(seed)
    kg = chance.about("24000", "500", "20")
    assert 23500 <= kg <= 24500
    assert kg % 20 == 0
    assert Fraction(996, 1000) <= chance.near_one(4) <= Fraction(1004, 1000)
    assert sorted(chance.shuffled([3, 1, 2])) == [1, 2, 3]


def test_readings_do_vary():
    chance = Chance(1)
    assert len({chance.about("24000", "500", "20") for _ in range(50)}) > 10
    assert len({chance.near_one(4) for _ in range(50)}) > 40


def test_a_floor_is_emptied_oldest_first():
    """60 kg of A (day 1) and 50 of B (day 2): 100 kg on day 5 are all of A and 40 of B; 10 kg of B stay."""
    floor = Floor()
    floor.put(held("B", "50", 2))
    floor.put(held("A", "60", 1, "10"))
    taken = floor.take(Decimal(100), day(5))
    assert [(line.lot.number, line.amount) for line, _ in taken] == [("A", 60), ("B", 40)]
    assert content(taken, "Co") == 60 * Fraction(10, 100) + 40 * Fraction(20, 100)
    assert floor.first_kg == 10
    assert [line.amount for line, _ in floor.take_lot(day(5))] == [10]
    assert floor.first_kg == 0


def test_what_came_today_or_never_is_not_taken():
    floor = Floor()
    floor.put(held("A", "60", 1))
    with pytest.raises(ValueError, match="not on hand"):
        floor.take(Decimal(10), day(1, 23))
    with pytest.raises(ValueError, match="not on hand"):
        floor.take(Decimal(61), day(2))
    with pytest.raises(ValueError, match="not on hand"):
        Floor().take_lot(day(2))


def test_a_laboratory_rounds_to_a_hundredth_of_a_percent():
    # 6.35 kg in 99.5 kg dry = 6.38190.. %
    assert assay_of(Fraction("6.35"), Fraction("99.5")) == Decimal("6.38")


def test_goods_arrive_later_and_weigh_what_the_other_scale_shows():
    """No scatter and 5 % lost: 2 400 kg arrive as 2 280; they are two whole tonnes, hence two packages."""
    route = Route(SITES["tizi works"], SITES["rivage"], (3, 3), "2", 0, order="PO")
    line = Line(Lot(PRODUCTS["atlas sulfate"], "A"), Decimal(2400))
    shipped, received = carried(Chance(1), route, [line], day(4), "BL", lost=Fraction(5, 100))
    assert (shipped.packages, shipped.order, shipped.lines) == (2, "PO", (line,))
    assert received.lines[0].amount == 2280
    assert received.when.date() - shipped.when.date() == timedelta(days=3)
    assert (received.site, received.maker) == (SITES["rivage"], SITES["tizi works"])
