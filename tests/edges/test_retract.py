"""A row that was wrong is taken back from the terminal: the lot is there no more, as known before it still is."""

import json

import pytest

import french_story as told
from filon.app import capture
from filon.app.ledger import Ledger
from filon.app.retract import retraction
from filon.books.lot import LotId
from filon.core.errors import NotFoundError
from french_story import make
from story import birth, moment
from told_ledger import tell

ORE = make(
    "05/01", "Mine d'Ouzal", "Concentré", "C-101", "20000", moist="8", Co="10", basis="sec", origin="Mine d'Ouzal"
)


@pytest.fixture
def place(tmp_path):
    """A workbook with the lot, and another that gives it again: 40 t where there are 20."""
    path = tmp_path / "filon.db"
    with Ledger.open(path) as ledger:
        for day, deed in ((10, ORE), (20, {**ORE, "Co": "10.3"})):
            file = capture.File(f"{day}.xlsx", told.typed([deed]))
            capture.capture(ledger, [file], now=lambda day=day: moment(day), accept=capture.ALL_WARNINGS)
    return path


def mass(path, as_of=None):
    with Ledger.open(path) as ledger:
        book = ledger.book(as_of)
        return (
            sum(
                one.left_content.get("Co", 0)
                for one in book.holdings
                if one.lot == LotId(told.lot_id("C-101", "Concentré"))
            )
            / 10**6
        )


def test_a_row_is_taken_back_by_the_name_that_its_finding_gives(place, command):
    # 18 400 dry x 10 % = 1 840, and x 10.3 % = 1 895.2 beside it
    assert mass(place) == 1840 + 1895.2
    code, out, _ = command(place, "findings", "--json")
    (doubt,) = [one["place"] for one in json.loads(out) if one["code"] == "BOK-018"]
    named, left = doubt["event"], {0: 1895.2, 1: 1840}[doubt["entry"]]  # what the other one says
    code, out, err = command(place, "retract", named, "--reason", "incorrect_data", "--json")
    assert (code, json.loads(out)["outcome"]) == (0, "taken"), err
    assert mass(place) == left
    assert mass(place, 2) == 1840 + 1895.2  # as known with two entries
    code, out, _ = command(place, "affected", named, "--json")
    assert code == 0
    assert "incorrect_data" in out
    assert named in out
    assert command(place, "retract", named, "--json")[0] in {0, 2}  # once more changes nothing
    assert mass(place) == left


def test_an_event_without_an_id_is_named_by_its_hash():
    with Ledger.open("memory:") as ledger:
        tell(ledger, birth(1, "mine", "A", "5", Co="10"))
        (said,) = ledger.book().events
        capture.capture(ledger, [capture.File("r.jsonld", retraction(ledger, f"ni:///sha-256;{said.key}", moment(300)))],
                        now=lambda: moment(301), accept=capture.ALL_WARNINGS)  # fmt: skip
        assert not ledger.book().holdings
        with pytest.raises(NotFoundError):
            retraction(ledger, "urn:uuid:nobody", moment(300))
