"""The fleet: the same every time, whole documents, and passports in which nothing is missing."""

from datetime import UTC, date, datetime

import pytest

from filon.app import capture
from filon.app.capture import ALL_WARNINGS, File
from filon.app.ledger import Ledger
from filon.app.passports import Passports
from filon.epcis.jsonwrite import write
from filon.exchange.simulator.fleet import BATCH, fleet
from filon.exchange.simulator.passport import SHEET, sheet
from filon.exchange.simulator.plant import master_data
from filon.exchange.simulator.world import PRODUCTS
from filon.passport.passport import State
from filon.passport.verdict import Verdict


def test_the_same_call_gives_the_same_fleet():
    assert list(fleet(3, 1000)) == list(fleet(3, 1000))
    assert list(fleet(3, 1000)) != list(fleet(4, 1000))
    assert [name for name, _ in fleet(3, 20_001)] == ["fleet-0001.jsonld", "fleet-0002.jsonld", "fleet-0003.jsonld"]


@pytest.fixture(scope="module")
def passports():
    with Ledger.open("memory:") as ledger:
        ((name, events),) = fleet(1, 700)
        files = [File(SHEET, sheet()), File(name, write(events, master=master_data()))]
        for file in files:
            told = capture.take(
                ledger, file, now=lambda: datetime(2027, 3, 1, tzinfo=UTC), submitter="works", accept=ALL_WARNINGS
            )
            assert told.state is capture.State.TAKEN
        yield Passports(ledger)


def test_nothing_is_missing_and_two_batches_are_two_kin(passports):
    """Five hundred packs and two hundred: one derivation each; the footprint is the mean of all seven hundred."""
    made = [passports.kin(PRODUCTS["pack"].piece(str(n)), on=date(2027, 3, 1)) for n in (1, BATCH, BATCH + 1, 700)]
    assert made[0] is made[1] is not made[2] is made[3]
    for one in (kin.passport for kin in made):
        assert one.state is State.ACTIVE
        assert not [each.code for each in one if each.verdict is Verdict.MISSING]
        assert one.value("carbonFootprint")["batteries"] == 700
    assert len(passports.batteries()) == 700
    assert passports.grounds().matter.last_of(passports.grounds().matter.batteries[-1]).endswith("/21/700")
