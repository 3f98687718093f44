"""Metal of another in a works: the lot's page and the ownership book name both."""

from dataclasses import replace
from datetime import UTC, datetime

from custody_story import chain_of
from filon.books.lot import LotId
from filon.books.register import LOCATION, PARTY, Register
from filon.epcis.event import FILON, Typed
from filon.views.build.lot import lot_view
from filon.views.build.owner import owners_view
from filon.views.build.sight import Sight
from filon.views.ledger_state import LedgerState
from filon.views.log import EntryLine
from filon.views.owner import differs
from story import birth, lot, receive, ship, site

WHEN = datetime(2026, 2, 1, tzinfo=UTC)
PLACES = Register.of([
    (LOCATION, site("mine"), {FILON + "name": "Mine", FILON + "party": "urn:r"}),
    (LOCATION, site("works"), {FILON + "name": "Works", FILON + "party": "urn:t"}),
    (PARTY, "urn:r", {FILON + "name": "Roche"}),
    (PARTY, "urn:t", {FILON + "name": "Toller"}),
])  # fmt: skip


def entry(index: int) -> EntryLine:
    return EntryLine(index, WHEN, f"f{index}", "s", "x/y", 1, 1, "00" * 32)


def seen():
    """100 kg of metal of Roche, 60 of them sent to be worked and still Roche's."""
    owner = (Typed("urn:r", "owning_party"),)
    made = replace(birth(0, "mine", "R", "100", form="Co metal", Co="100"), destinationList=owner)
    leaves = ship(1, "mine", "works", "N", {"R": "60"})
    leaves = replace(leaves, destinationList=(*leaves.destinationList, *owner))
    chain = chain_of(made, leaves, receive(2, "works", "N", {"R": "60"}), register=PLACES)
    return Sight(chain.book, LedgerState(3, "ab" * 32, WHEN), entry), chain


def test_a_lot_says_whose_it_is_where_another_holds_it():
    sight, chain = seen()
    (one,) = lot_view(sight, LotId(lot("R")), custody=chain).owned
    assert (one.owner, one.holder, one.site.name, one.element.key) == ("Roche", "Toller", "Works", "Co")
    assert one.mass.value == 60


def test_the_ownership_book_counts_what_others_hold():
    sight, chain = seen()
    (line,) = owners_view(sight, chain).lines
    assert (line.owner, line.entered.value, line.held.value, line.elsewhere.value) == ("Roche", 100, 100, 60)


def test_who_holds_it_may_not_be_known_then_nothing_is_said():
    assert differs("urn:r", "urn:t")
    assert not differs("urn:r", "")
    assert not differs("", "urn:t")
    assert not differs("urn:r", "urn:r")
