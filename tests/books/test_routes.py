"""How long goods may be under way: by their route, by their lane, by half a year."""

from dataclasses import replace
from fractions import Fraction
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filon.books.post import post
from filon.books.routes import ENOUGH, HALF_A_YEAR, LAST, SPARE, TIMES, route_findings
from filon.epcis.event import FILON
from story import birth, receive, register, said, ship

SITES = register(m="mine", works="refinery")
LOT = birth(0, "m", "a", "9000", form="Co metal", Co="100", origin="urn:M")


def trip(number, left, days, **way):
    """One truck: 1 kg from the mine to the works; both ends told to the second."""
    told = {FILON + name: value for name, value in way.items()}
    return (
        replace(ship(left, "m", "works", f"n{number}", {"a": "1"}), extensions=told),
        receive(left + days, "works", f"n{number}", {"a": "1"}),
    )


def told(*trips):
    book = post(said(LOT, *(event for one in trips for event in one)), SITES)
    return [(one.code, one.values["shipment"], one.found, one.expected) for one in route_findings(book)]


@pytest.mark.parametrize(("days", "found"), [(180, []), (181, [("BOK-042", "n1", "181", "<= 180 d")])])
def test_on_a_lane_that_few_have_used_half_a_year_is_too_long(days, found):
    assert told(trip(1, 1, days)) == found


@pytest.mark.parametrize(
    ("days", "found"),
    [
        (13, []),  # five trucks took two days: 3 x 2 + 7 = 13
        (14, [("BOK-042", "n9", "14", "<= 13 d")]),
        (0, []),  # a day sooner or later is no news on a way of two days
    ],
)
def test_a_lane_says_what_is_too_long_on_it(days, found):
    usual = [trip(number, number, 2) for number in range(5)]
    assert told(*usual, trip(9, 20, days)) == found
    assert told(*usual[1:], trip(9, 20, days)) == []  # four do not make a lane


@pytest.mark.parametrize(("days", "found"), [(10, []), (9, [("BOK-048", "n9", "9", ">= 10 d")])])
def test_goods_of_a_month_at_sea_are_not_there_within_the_week(days, found):
    """Ships took 30 days: no sooner than a third of it, 10."""
    assert told(*[trip(number, number, 30) for number in range(5)], trip(9, 50, days)) == found


def test_a_lane_is_what_it_was_of_late():
    """Thirteen ships of 30 days, then twelve trucks of two: 20 days are too long for a truck (13), not for a ship (97)."""
    ships = [trip(number, 31 * number, 30) for number in range(13)]
    trucks = [trip(100 + number, 410 + 3 * number, 2) for number in range(12)]
    assert told(*ships, *trucks, trip(9, 450, 20))[-1][:2] == ("BOK-042", "n9")
    assert told(*ships, trip(9, 450, 20)) == []


def test_a_delivery_in_parts_is_one_delivery():
    """Four trucks of two days, and one note that comes in three parts after 9, 10 and 11 days: still no lane."""
    parts = [receive(20 + days, "works", "n8", {"a": "1"}, partial="true") for days in (9, 10, 11)]
    sent = ship(20, "m", "works", "n8", {"a": "3"})
    assert told(*[trip(number, number, 2) for number in range(4)], (sent, *parts), trip(9, 40, 100)) != []
    assert told(*[trip(number, number, 2) for number in range(3)], (sent, *parts), trip(9, 40, 100)) == []


@pytest.mark.parametrize(
    ("mode", "km", "days", "codes"),
    [
        ("road", "640", 20, []),  # 640 / 100 + 14 = 20.4
        ("road", "640", 21, ["BOK-042"]),
        ("road", "6000", 3, []),  # 6 000 / 2 000 = 3 days and nights
        ("road", "6000", 2, ["BOK-048"]),
        ("sea", "18400", 16, []),  # 18 400 / 1 150
        ("sea", "18400", 15, ["BOK-048"]),
        ("sea", "18400", 181, []),  # 18 400 / 150 + 60 = 182.7
        ("sea", "18400", 183, ["BOK-042"]),
        ("camel", "640", 179, []),  # nobody knows how long camels take
        ("road", "many", 179, []),
        ("road", "-1", 179, []),
    ],
)
def test_who_tells_distance_and_mode_is_judged_by_them(mode, km, days, codes):
    usual = [trip(number, number, 2) for number in range(5)]
    way = trip(9, 20, days, mode=mode, distance=km)
    if mode == "camel" or km in {"many", "-1"}:
        assert [code for code, *_ in told(way)] == codes
    else:
        assert [code for code, *_ in told(*usual, way)] == codes


def test_days_without_hours_are_taken_in_the_goods_favour():
    """Left on day 1, there on day 15: between 13 and 15 days; 13 would be well, so nothing is told. On day 16 it is."""
    day = {FILON + "precision": "day"}

    def dated(left, days):
        out, into = trip(9, left, days)
        return replace(out, extensions=day), replace(into, extensions=day)

    usual = [trip(number, number, 2) for number in range(5)]
    assert told(*usual, dated(20, 14)) == []
    assert [code for code, *_ in told(*usual, dated(20, 15))] == ["BOK-042"]


def test_goods_taken_back_were_not_under_way():
    out, _ = trip(1, 1, 1)
    back = replace(out, eventTime=receive(300, "m", "x", {}).eventTime, bizStep="void_shipping")
    assert told((out, back)) == []


@given(st.lists(st.integers(0, 400), min_size=1, max_size=20))
def test_every_delivery_is_judged_by_the_ones_before(took):
    """By definition: one after the other, each begins when the one before has come."""
    at, trips, expected = 1, [], []
    for number, days in enumerate(took):
        before = took[max(0, number - LAST) : number]
        usual = Fraction(median(before)) if len(before) >= ENOUGH else None
        most = HALF_A_YEAR if usual is None else min(HALF_A_YEAR, TIMES * usual + SPARE)
        least = usual / TIMES if usual is not None and usual > SPARE else 0
        trips.append(trip(number, at, days))
        expected += [("BOK-042", f"n{number}")] if days > most else [("BOK-048", f"n{number}")] if days < least else []
        at += days + 1
    assert [(code, note) for code, note, *_ in told(*trips)] == expected
