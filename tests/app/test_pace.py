"""How many calls a program may make."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epcis_desk import world
from filon.app.desk.pace import Pace
from filon.app.desk.repository import Bounds
from filon.core.errors import WrongCallError


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


def test_by_hand():
    """60 a minute, 3 at once: three calls at once, the fourth a second later; another caller has its own."""
    clock = Clock()
    pace = Pace(60, clock, burst=3)
    assert [pace.take("a") for _ in range(3)] == [0, 0, 0]
    assert pace.take("a") == pytest.approx(1)
    assert pace.take("b") == 0
    clock.now += 0.75
    assert pace.take("a") == pytest.approx(0.25)
    clock.now += 0.25
    assert pace.take("a") == 0
    clock.now += 100
    assert [pace.take("a") for _ in range(3)] == [0, 0, 0]
    assert pace.take("a") > 0


@given(st.integers(1, 600), st.integers(1, 20), st.lists(st.integers(0, 3000), max_size=60))
def test_it_is_the_bucket_that_it_says(a_minute, burst, pauses):
    """The slow way: a bucket of `burst` drops that gains a drop every 60 / a_minute seconds; times in ms."""
    clock = Clock()
    pace = Pace(a_minute, clock, burst=burst)
    held, elapsed = Fraction(burst), 0
    for pause in pauses:
        elapsed += pause
        clock.now = 1000.0 + elapsed / 1000
        held = min(Fraction(burst), held + Fraction(pause * a_minute, 60_000))
        free = pace.take("a") == 0
        if abs(held - 1) > Fraction(1, 10**6):  # where a float may lie on either side, either is right
            assert free == (held >= 1)
        held -= free


def test_no_pace_is_no_limit_and_a_wrong_one_is_refused():
    assert all(Pace(0, Clock()).take("a") == 0 for _ in range(10_000))
    with pytest.raises(WrongCallError):
        Pace(-1, Clock())


def test_callers_are_forgotten_before_they_fill_the_memory():
    pace = Pace(60, Clock(), burst=1)
    for number in range(20_000):
        pace.take(str(number))
    assert len(pace._full) == 10_000


def test_over_rest():
    """12 a minute, 2 at once: the third call of one token is told when to come back; others are not concerned."""
    w = world(bounds=Bounds(requests=12))
    answers = [w.get("/events") for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 5
    assert answers[2].json()["status"] == 429
    assert w.get("/capture", "auditor").status_code == 200
