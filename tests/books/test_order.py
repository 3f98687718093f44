"""The order of movements by itself: a function of what happened, not of who told first."""

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filon.books.lot import AccountKind
from filon.books.movement import Movement, movements
from filon.books.order import adds, needs, ordered, overlap
from filon.books.post import post
from filon.epcis.event import FILON
from story import birth, lot, receive, register, said, ship, step
from strategies import REGISTER, chains


@given(chains, st.randoms())
def test_any_order_in_gives_one_order_out(told, random):
    moves = [move for move in movements(told) if isinstance(move, Movement)]
    first, _ = ordered(moves)
    random.shuffle(moves)
    assert ordered(moves)[0] == first


@given(chains)
def test_exact_times_are_taken_at_their_word(told):
    deeds, _ = ordered(move for move in movements(told) if isinstance(move, Movement))
    exact = [deed[0].since for deed in deeds if deed[0].since == deed[0].until]
    assert exact == sorted(exact)


@given(chains)
def test_whoever_may_have_filled_it_that_day_comes_first(told):
    """The definition, slowly: unless they need each other, a filling that overlaps is placed before what takes from it."""
    deeds, doubts = ordered(move for move in movements(told) if isinstance(move, Movement))
    if doubts:
        return
    for late, user in enumerate(deeds):
        for move in user:
            for taken, site in needs(move):
                for filling in deeds[late + 1 :]:
                    for fill in filling:
                        meets = any(
                            name == taken and (not site or not place or site == place) for name, place in adds(fill)
                        )
                        if meets and overlap(fill, move):
                            # only where the clock forbids it: the filling cannot be before the taking ends
                            assert fill.since >= move.until or fill.until > move.until, (move, fill)


def test_a_use_without_an_hour_waits_for_what_arrived_at_three():
    """A day's workbook line uses what a plant's system received at 15:00 that day; at midnight nothing was there."""
    day = {FILON + "precision": "day"}
    used = replace(step(2, "works", {"a": "400"}, {"b": "400"}, form="CoSO4·7H2O"), extensions=day)
    book = post(said(
        birth(0, "mine", "a", "1000", form="CoSO4·7H2O"), ship(1, "mine", "works", "n", {"a": "400"}),
        receive(2 + 15 / 24, "works", "n", {"a": "400"}), used,
    ), register(mine="mine"))  # fmt: skip
    assert not book.findings
    assert [one.event.bizStep for one in book.events] == ["commissioning", "shipping", "receiving", None]


@pytest.mark.parametrize("names", list(permutations("XYZ")))
def test_in_one_second_the_maker_comes_before_the_user(names):
    """Ore, salt of it and cake of that, all at one moment, whatever their names: nothing is taken that is not there."""
    ore, salt, cake = names
    told = [
        birth(1, "works", ore, "9"), step(1, "works", {ore: "9"}, {salt: "9"}), step(1, "works", {salt: "9"}, {cake: "9"})
    ]  # fmt: skip
    book = post(said(*told), REGISTER)
    assert [lot(ore), lot(salt), lot(cake)] == [one.lot for one in book.holdings if one.kind is AccountKind.STOCK]
    assert not any(finding.code in {"BOK-010", "BOK-011", "BOK-012"} for finding in book.findings)
