"""A transfer of responsibility: both sides sign the same words on their own machines, then it counts."""

import json
from datetime import UTC, date, datetime

import pytest

from filon.app import capture
from filon.app.handover import deed_of, with_signature
from filon.app.ledger import Ledger
from filon.app.passports import Passports
from filon.core.errors import NotProvenError, WrongCallError
from filon.epcis.document import MasterElement, Vocabulary
from filon.epcis.event import FILON
from filon.epcis.jsonwrite import write
from filon.log.key import Kind, new_secret
from founding import captured
from passport_events import PACK, deed

MAKER, BUYER = "https://id.gs1.org/417/9521213000003", "https://id.gs1.org/417/9521299000007"
OURS, THEIRS = (new_secret(name, Kind.ED25519, bytes([n]) * 32) for n, name in enumerate(("ours", "theirs"), 1))
DAY = date(2027, 3, 5)


def made():
    return deed_of(PACK, MAKER, BUYER, DAY, "sale")


@pytest.fixture
def ledger(tmp_path):
    parties = Vocabulary(
        FILON + "Party",
        tuple(MasterElement(who, {FILON + "key": str(key.key)}) for who, key in ((MAKER, OURS), (BUYER, THEIRS))),
    )
    document = write(
        [deed(0, "place", [PACK], operator=MAKER)], master=(parties,), created=datetime(2027, 3, 1, tzinfo=UTC)
    )
    with Ledger.open(tmp_path / "filon.db") as opened:
        assert captured(opened, [capture.File("start.jsonld", document)])[0].state == "taken"
        yield opened


def operator(ledger):
    return Passports(ledger).passport(PACK, on=date(2027, 6, 1))


def test_with_both_signatures_responsibility_passes(ledger):
    ours = with_signature(made(), secret=OURS.text())
    both = with_signature(with_signature(made(), secret=THEIRS.text()), other=ours.data)
    assert len(both.signatures) == 2
    captured(ledger, [capture.File("deed.json", both.data)])
    one = operator(ledger)
    assert one.value("responsibleOperator")["id"] == BUYER
    assert one.value("responsibilityHistory")[0]["signed"] is True


def test_with_one_signature_it_is_kept_and_does_not_count(ledger):
    captured(ledger, [capture.File("deed.json", with_signature(made(), secret=OURS.text()).data)])
    one = operator(ledger)
    assert one.value("responsibleOperator")["id"] == MAKER
    assert one.value("responsibilityHistory")[0]["signed"] is False
    assert "PAS-011" in [each.code for each in one.findings]


def test_a_signature_of_another_deed_is_not_taken_over():
    other = with_signature(deed_of(PACK, MAKER, BUYER, DAY, "gift"), secret=OURS.text())
    with pytest.raises(WrongCallError, match="another deed"):
        with_signature(made(), other=other.data)
    with pytest.raises(WrongCallError, match="no deed"):
        with_signature(made(), other=b"[]")
    with pytest.raises(NotProvenError):
        with_signature(made(), secret="rubbish")


def test_the_same_side_signs_once():
    twice = with_signature(with_signature(made(), secret=OURS.text()), secret=OURS.text())
    assert len(twice.signatures) == 1
    assert json.loads(twice.data)["deeds"][0]["deed"] == "transfer"
