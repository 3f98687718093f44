"""Who sees what: the generated matrix of every point and every set of audiences is what the table says."""

from datetime import date
from itertools import combinations

import pytest

from filon.passport.passport import READABLE, Passport, PointValue, Standing, State, Why, disclosed
from filon.passport.point import Audience, Category, Need, Shown, points
from filon.passport.verdict import Verdict

OTHERS = [one for one in Audience if one is not Audience.OPERATOR]
GROUPS = [set(some) for count in range(len(OTHERS) + 1) for some in combinations(OTHERS, count)]


def whole(state=State.ACTIVE, told=Verdict.FULFILLED, early=False):
    values = tuple(PointValue(one, "secret", Standing.DECLARED, Why("declared"), told, early) for one in points())
    return Passport("https://id.gs1.org/01/04012345123456/21/1", 1, 1, date(2040, 1, 1), Category.EV, state, values)


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: "+".join(sorted(group)) or "stranger")
def test_each_reader_sees_the_points_of_their_audience_and_no_other(group):
    seen = {one.code for one in disclosed(whole(), group)}
    for one in points():
        theirs = Audience.PUBLIC in one.audience or bool(one.audience & group)
        asked = one.shown is not Shown.NEVER and one.need[Category.EV] is not Need.NEVER
        assert (one.code in seen) == (theirs and asked), one.code


def test_annex_by_hand():
    """Point 3 (test reports) is not for a legitimate interest, point 4 (state of health) not for authorities."""
    interest = disclosed(whole(), {Audience.LEGITIMATE_INTEREST})
    authority = disclosed(whole(), {Audience.AUTHORITIES})
    assert "stateOfCertifiedEnergy" in interest
    assert "testReports" not in interest
    assert "testReports" in authority
    assert "stateOfCertifiedEnergy" not in authority
    assert "dismantling" in interest
    assert "dismantling" in authority
    assert disclosed(whole(), set()).value("chemistry") == "secret"
    assert disclosed(whole(), set()).value("dismantling") is None


@pytest.mark.parametrize("state", State)
def test_what_is_not_published_shows_nothing_to_others(state):
    assert bool(disclosed(whole(state), set(OTHERS)).points) == (state in READABLE)
    assert disclosed(whole(state), {Audience.OPERATOR}).points == whole().points


def test_what_the_law_does_not_ask_for_yet_is_shown_only_where_the_operator_wants_it():
    soon = disclosed(whole(told=Verdict.PROVIDED_EARLY), set())
    assert "recycledCobalt" not in soon
    assert "weight" in soon
    assert "recycledCobalt" in disclosed(whole(told=Verdict.PROVIDED_EARLY, early=True), set())
    assert "materialComposition" not in disclosed(whole(early=True), set())
