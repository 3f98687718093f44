"""A whole passport: verdicts, standing, what differs, what is early, what touched it."""

from datetime import date
from decimal import Decimal

import pytest

from filon.core.errors import NotFoundError
from filon.passport.make import passport
from filon.passport.passport import Standing, State, disclosed
from filon.passport.point import Audience
from filon.passport.verdict import Verdict
from passport_events import GTIN, PACK, points
from passport_example import MEASURED, VALUES, example


def test_every_value_said_is_there_with_its_standing():
    one, _ = example(PACK)
    for code in VALUES | MEASURED:
        assert one.value(code) is not None, code
        assert one[code].standing in {Standing.DECLARED, Standing.EVIDENCED}
    assert one.value("weight") == Decimal("412.5")
    assert one.value("responsibleOperator")["name"] == "Voltarine Automobiles SA"
    assert (one.state, one.value("batteryStatus"), one.version) == (State.ACTIVE, "original", 4)


def test_verdicts_by_hand():
    """Due since 18.2.2027: weight is there; no cell says the power fade: missing; footprint waits for its act."""
    one, _ = example(PACK)
    assert one["weight"].verdict is Verdict.FULFILLED
    assert one["powerFade"].verdict is Verdict.MISSING
    assert one["carbonFootprint"].verdict is Verdict.NOT_YET_REQUIRED
    assert one["metalSymbols"].verdict is Verdict.CONDITION_OPEN
    assert one["exhaustionThreshold"].verdict is Verdict.FULFILLED
    assert "PAS-020" in [each.code for each in one.findings]
    before, _ = example(PACK, on=date(2027, 2, 17))
    assert before["weight"].verdict is Verdict.PROVIDED_EARLY
    assert before["powerFade"].verdict is Verdict.NOT_YET_REQUIRED


def test_measurements_of_later_days_do_not_count_yet():
    """Measured on 11 March 2027."""
    early, _ = example(PACK, on=date(2027, 3, 1))
    assert early.value("cycles") is None
    assert early.value("weight") is not None


def test_documents_run_out():
    later = points(0, GTIN, {"point": "weight", "value": "413", "document": "ab" * 32, "until": "2027-05-01"})
    one, _ = example(PACK, extra=[later])
    assert one["weight"].standing is Standing.EXPIRED
    assert "PAS-008" in [each.code for each in one.findings]
    assert example(PACK, extra=[later], on=date(2027, 4, 1))[0]["weight"].standing is Standing.EVIDENCED


def test_a_stranger_an_authority_and_a_dismantler_see_their_parts():
    one, _ = example(PACK)
    stranger = disclosed(one, set())
    assert stranger.value("chemistry") == {"short": "NMC", "name": "NMC811"}
    assert "stateOfCertifiedEnergy" not in stranger
    assert "dismantling" not in stranger
    assert not stranger.findings
    assert "testReports" in disclosed(one, {Audience.AUTHORITIES})
    assert "stateOfCertifiedEnergy" in disclosed(one, {Audience.LEGITIMATE_INTEREST})


def test_a_draft_shows_nothing_to_a_stranger():
    one, _ = example(PACK, published=False)
    assert one.state is State.DRAFT
    assert not disclosed(one, {Audience.AUTHORITIES, Audience.LEGITIMATE_INTEREST}).points


def test_what_is_early_is_shown_only_where_the_operator_says_so():
    """A recycled lead share is not due: hidden, unless `earlyDisplay` names it."""
    lead = points(-50, GTIN, recycledLead="85")
    shown = points(-50, GTIN, earlyDisplay=["recycledLead"])
    assert "recycledLead" not in disclosed(example(PACK, extra=[lead])[0], set())
    assert disclosed(example(PACK, extra=[lead, shown])[0], set()).value("recycledLead") == 85


def test_an_unknown_battery_has_no_passport():
    _, grounds = example(PACK)
    with pytest.raises(NotFoundError):
        passport(grounds, f"{GTIN}/21/nobody", on=date(2027, 6, 1))
