"""The order of movements by itself: a function of what happened, not of who told first."""

from hypothesis import given
from hypothesis import strategies as st

from filon.books.movement import Movement, movements
from filon.books.order import adds, needs, ordered, overlap
from strategies import chains


@given(chains, st.randoms())
def test_any_order_in_gives_one_order_out(said, random):
    moves = [move for move in movements(said) if isinstance(move, Movement)]
    first, _ = ordered(moves)
    random.shuffle(moves)
    assert ordered(moves)[0] == first


@given(chains)
def test_exact_times_are_taken_at_their_word(said):
    deeds, _ = ordered(move for move in movements(said) if isinstance(move, Movement))
    exact = [deed[0].since for deed in deeds if deed[0].since == deed[0].until]
    assert exact == sorted(exact)


@given(chains)
def test_whoever_may_have_filled_it_that_day_comes_first(said):
    """The definition, slowly: unless they need each other, a filling that overlaps is placed before what takes from it."""
    deeds, doubts = ordered(move for move in movements(said) if isinstance(move, Movement))
    if doubts:
        return
    for late, user in enumerate(deeds):
        for move in user:
            for lot, site in needs(move):
                for filling in deeds[late + 1 :]:
                    for fill in filling:
                        meets = any(
                            name == lot and (not site or not place or site == place) for name, place in adds(fill)
                        )
                        if meets and overlap(fill, move):
                            # only where the clock forbids it: the filling cannot be before the taking ends
                            assert fill.since >= move.until or fill.until > move.until, (move, fill)
