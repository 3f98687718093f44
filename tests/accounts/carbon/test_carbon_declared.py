"""A declared footprint beside the computed one, and in its place where nobody told anything else; by hand."""

from dataclasses import replace
from decimal import Decimal
from math import exp, hypot, log

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carbon_random import account as random_account
from carbon_random import readings
from carbon_story import places, power, used
from filon.accounts.carbon.account import carbon_account
from filon.accounts.carbon.activity import activities
from filon.accounts.carbon.declared import Beside, declarations, differences
from filon.accounts.carbon.factor import Factors
from filon.accounts.carbon.line import GapKind
from filon.books.post import post
from story import birth, lot, said, step
from strategies import chains

JANUARY = {"since": "2026-01-01", "until": "2026-01-31"}
RATED = {"technological": "1", "geographical": "1", "temporal": "1"}


def declares(day, name, value, *, by="Works, PACT 1", dqr=None, span=JANUARY):
    own = {"value": value, "source": by, **({"dqr": dqr} if dqr else {})}
    member = {"flow": "product footprint", "amount": "1", "uom": "KGM", "each": "true", "ownFactor": own}
    return replace(used(day, "", member, **span, product=lot(name)), readPoint=None)


def account(*events):
    told = said(*events)
    listed, findings = activities(told)
    assert findings == []
    return carbon_account(post(told, places(mine="MA", works="FR")), listed, Factors.standard())


def codes(one):
    return [finding.code for finding in one.findings]


MADE = (
    birth(1, "mine", "A", "100", form="CoSO4·7H2O", origin="m"),
    step(5, "mine", {"A": "100"}, {"S": "80"}, form="CoSO4·7H2O"),
)
MEASURED = (used(6, "mine", power("100", "0.5"), **JANUARY, product=lot("A")),
            used(6, "mine", power("30", "1"), **JANUARY, product=lot("S")))  # fmt: skip


def test_a_second_opinion_agrees_as_far_as_both_uncertainties_explain():
    """(50 + 30) kg on 80 kg of S: 1 kg a kg. Its factors are the sender's, of the place and year: variance 0.0006 each,
    one drawn with 5/8 and one with 3/8 of the weight: sigma = 0.0245 x sqrt(25 + 9) / 8 = 0.01785.
    A declaration rated 1 throughout: sigma 0.0245. Together 0.0303; twice that explains a ratio of 1.0625.
    """
    explained = exp(2 * hypot(0.0006**0.5 * 34**0.5 / 8, 0.0006**0.5))
    assert abs(explained - 1.0625) < 0.0001
    for value, standing in (("1.05", Beside.AGREES), ("0.952", Beside.AGREES), ("1.08", Beside.DIFFERS),
                            ("0.92", Beside.DIFFERS)):  # fmt: skip
        made = account(*MADE, *MEASURED, declares(9, "S", value, dqr=RATED))
        assert made.footprint(lot("S")).total() == 1
        (one,) = declarations(made, lot("S"))
        assert (one.standing, one.value, one.computed, one.by) == (standing, Decimal(value), 1, "Works, PACT 1")
        assert abs(log(one.explained) - log(explained)) < 0.004  # a thousand draws
        told = [finding.code for finding in differences(made)]
        assert told == (["CFP-020"] if standing is Beside.DIFFERS else [])
        assert "CFP-016" in codes(made)


def test_a_declaration_that_rates_nothing_is_taken_as_middling():
    """Ratings 3: variance 0.0006 + 0.008 + 0.0001 + 0.002 = 0.0107, sigma 0.1034; with 0.01785: a ratio of 1.2336."""
    made = account(*MADE, *MEASURED, declares(9, "S", "1.2"), declares(10, "S", "1.25"))
    one, two = declarations(made, lot("S"))
    assert abs(one.explained - exp(2 * hypot(0.0107**0.5, 0.01785))) < 0.005
    assert (one.standing, two.standing) == (Beside.AGREES, Beside.DIFFERS)
    (finding,) = differences(made)
    assert finding.values["percent"] == "-20"
    assert (finding.values["declared"], finding.values["computed"]) == ("1.25", "1")


def test_a_known_part_above_the_declaration_differs_though_something_is_missing():
    """The mine told nothing: 30 kg on 80 kg are known, 0.375 a kg, and no more; 0.3 is too little whatever is missing."""
    for value, standing in (("0.3", Beside.DIFFERS), ("0.5", Beside.CANNOT_TELL)):
        made = account(*MADE, MEASURED[1], declares(9, "S", value, dqr=RATED))
        assert not made.footprint(lot("S")).whole
        (one,) = declarations(made, lot("S"))
        assert one.standing is standing


def test_where_nobody_told_what_a_step_used_its_declared_footprint_stands_for_it_by_name():
    """S is declared at 3 a kg, and no reading of its step came: 3 it is, mine and all, and CFP-019 says so.

    With readings of the step it is 1, as computed, and the 3 stand beside it.
    """
    made = account(*MADE, MEASURED[0], declares(9, "S", "3"))
    one = made.footprint(lot("S"))
    assert (one.total(), one.whole) == (3, True)
    assert [c.line.activity.flow for c in one.contributions] == ["product footprint"]
    assert codes(made) == ["CFP-019"]
    told = made.findings[0].values
    assert (told["by"], told["site"]) == ("Works, PACT 1", "mine")
    assert declarations(made, lot("S"))[0].standing is Beside.COUNTS
    assert account(*MADE, *MEASURED, declares(9, "S", "3")).footprint(lot("S")).total() == 1
    assert not account(*MADE, MEASURED[0]).footprint(lot("S")).whole


def test_it_stands_for_all_before_it_gaps_included():
    """The mine sent no readings either: with the declaration of S nothing is missing in S, but in A itself it is."""
    made = account(*MADE, declares(9, "S", "3"))
    assert made.footprint(lot("S")).whole
    assert [one.gap.kind for one in made.footprint(lot("A")).lacking] == [GapKind.NO_DATA]


def test_it_does_not_stand_where_something_was_told_or_for_one_of_two_products():
    """Heat of the step is told, electricity is not: a gap, not the declaration. Of two products it is of one only."""
    heat = used(6, "mine", {"flow": "heat", "amount": "10", "uom": "KWH"}, **JANUARY, product=lot("S"))
    made = account(*MADE, MEASURED[0], heat, declares(9, "S", "3"))
    assert not made.footprint(lot("S")).whole
    assert "CFP-019" not in codes(made)
    two = (MADE[0], step(5, "mine", {"A": "100"}, {"S": "40", "R": "40"}, form="CoSO4·7H2O"))
    made = account(*two, MEASURED[0], declares(9, "S", "3"))
    assert not made.footprint(lot("S")).whole
    assert "CFP-016" in codes(made)


def test_what_entered_with_its_declaration_is_the_figure_and_an_older_one_is_not_compared():
    made = account(
        birth(1, "mine", "A", "100", form="CoSO4·7H2O", origin="m"), declares(8, "A", "2"), declares(9, "A", "2.5")
    )
    assert made.footprint(lot("A")).total() == Decimal("2.5")
    assert [one.standing for one in declarations(made, lot("A"))] == [Beside.CANNOT_TELL, Beside.COUNTS]
    assert list(differences(made)) == []


def test_a_mine_s_readings_come_before_what_is_declared_of_its_product():
    """50 kg on 100 kg of A: 0.5, not 0.5 + 2: until now both were counted."""
    made = account(MADE[0], MEASURED[0], declares(9, "A", "2"))
    assert made.footprint(lot("A")).total() == Decimal("0.5")
    assert declarations(made, lot("A"))[0].standing is Beside.DIFFERS


def test_a_lot_without_any_has_none():
    made = account(*MADE, *MEASURED)
    assert declarations(made, lot("S")) == ()
    assert declarations(made, lot("nothing")) == ()


@given(chains, readings, st.data())
@settings(max_examples=30, deadline=None)
def test_the_mean_of_lots_is_the_mean_of_their_footprints(told, meters, data):
    made = random_account(told, meters)
    lots = [
        name for name, nodes in made.book.of_lot.items() if made.per_unit(nodes[0]) and made.footprint(name).per == "kg"
    ]
    if not lots:
        return
    some = data.draw(st.dictionaries(st.sampled_from(lots), st.integers(1, 500).map(Decimal), min_size=1))
    mean = sum(kg * made.footprint(name).total() for name, kg in some.items()) / sum(some.values())
    assert made.mean(some).total() == pytest.approx(mean, rel=Decimal("1E-24"), abs=Decimal("1E-25"))
    gaps = {one.gap for name in some for one in made.footprint(name).lacking}
    assert {one.gap for one in made.mean(some).lacking} == gaps
