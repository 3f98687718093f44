"""Kept passports: whatever is said, done, made, corrected or erased, what is kept is what is made afresh.

The oracle reads the whole log each time: every statement and every deed of every battery, a new book, new accounts.
"""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from filon.app.carbon import Carbon
from filon.app.erase import erase
from filon.app.ledger import Ledger
from filon.app.passports import Passports
from filon.app.records import event_record, is_master, master_record, said
from filon.books.post import post
from filon.core.errors import NotFoundError
from filon.core.ident import lgtin
from filon.epcis.document import MasterElement
from filon.epcis.event import FILON, ErrorDeclaration, Event, QuantityElement
from filon.log.store import Deposit
from filon.passport.grounds import Grounds, Matter
from filon.passport.life import by_battery, deeds
from filon.passport.make import passport
from filon.passport.passport import State, disclosed
from filon.passport.point import Audience
from filon.passport.statement import Sayings, statements
from passport_events import GTIN, deed, points, when

NUMBER, COBALT = "09521213000010", "09506000134352"
SITE = "https://example.com/site/packs"
BATCHES = {lgtin(NUMBER, "B1"): (1, 4), lgtin(NUMBER, "B2"): (5, 8)}
B1, B2 = BATCHES
PIECES = [f"{GTIN}/21/{n}" for n in (1, 2, 3, 4, 5, 8)]
STRANGER = f"{GTIN}/21/9"  # of no batch
ON = date(2027, 6, 1)
NOW = datetime(2027, 5, 1, tzinfo=UTC)
REGISTER = [
    ("urn:epcglobal:epcis:vtype:EPCClass", GTIN, {FILON + "form": "pack", FILON + "name": "Pack 60"}),
    ("urn:epcglobal:epcis:vtype:Location", SITE, {FILON + "name": "Hall 1", FILON + "country": "FR"}),
    *(
        ("urn:epcglobal:epcis:vtype:Location", f"https://example.com/mine/{one}", {FILON + "country": country})
        for one, country in (("a", "MA"), ("b", "CD"))
    ),
]


def metal(day, name, kg="40", origin="https://example.com/mine/a", **more):
    """Cobalt metal that enters at the plant."""
    return Event(
        "ObjectEvent", when(day), "+00:00", action="ADD", bizStep="commissioning", bizLocation=SITE,
        quantityList=(QuantityElement(lgtin(COBALT, name), Decimal(kg), "KGM"),),
        ilmd={FILON + "form": "Co", FILON + "origin": origin, **{FILON + key: text for key, text in more.items()}},
    )  # fmt: skip


def packed(day, batch, lots, event_id=None):
    """A batch of four packs out of lots of cobalt."""
    first, last = BATCHES[batch]
    return Event(
        "TransformationEvent", when(day), "+00:00", bizLocation=SITE, bizStep="assembling", eventID=event_id,
        inputQuantityList=tuple(QuantityElement(lgtin(COBALT, name), Decimal(kg), "KGM") for name, kg in lots.items()),
        outputQuantityList=(QuantityElement(batch, Decimal(4)),),
        ilmd={FILON + "form": "pack", FILON + "pieceMass": "10",
              FILON + "serials": {"first": str(first), "last": str(last)}},
    )  # fmt: skip


def wrong(event):
    """The declaration that an event was an error."""
    return replace(event, errorDeclaration=ErrorDeclaration(when(90)))


class Plant:
    """A ledger that grows by entries of events."""

    def __init__(self, ledger):
        self.ledger, self.kept, self.number = ledger, Passports(ledger), 0

    def say(self, *events, master=()):
        self.number += 1
        about = [master_record(kind, MasterElement(name, tuple(told.items()))) for kind, name, told in master]
        deposit = Deposit(b"%d" % self.number, "text/plain")
        self.ledger.store.append(deposit, [*map(event_record, events), *about], now=NOW)
        return self

    def fresh(self):
        """All that passports are made from, by reading everything."""
        size = self.ledger.store.size()
        everything = [said(one) for one in self.ledger.store.records() if not is_master(one.body)]
        book = post(everything, self.ledger.register())
        told, done = statements(everything)[0], deeds(everything)[0]
        learned = lambda entry: self.ledger.store.entry(entry).learned  # noqa: E731
        matter = Matter(book, Carbon(Ledger(self.ledger.store)).account(size))
        return Grounds(matter, Sayings.of(told), by_battery(done), size, learned)

    def holds(self, batteries=(*PIECES, STRANGER)):
        """Whether every passport that is kept is the one that is made afresh, for every reader."""
        grounds = self.fresh()
        for battery in batteries:
            try:
                made = passport(grounds, battery, on=ON)
            except NotFoundError:
                with pytest.raises(NotFoundError):
                    self.kept.passport(battery, on=ON)
                continue
            kept = self.kept.passport(battery, on=ON)
            assert kept == made, battery
            assert kept.findings == made.findings
            for audience in (Audience.PUBLIC, Audience.LEGITIMATE_INTEREST):
                assert self.kept.passport(battery, on=ON, audiences={audience}) == disclosed(made, {audience})
            assert (self.kept.state(battery), self.kept.ceased(battery)) == (made.state, made.ceased)


@pytest.fixture
def plant():
    with Ledger.open("memory:") as ledger:
        grown = Plant(ledger).say(
            metal(-20, "L1"), metal(-20, "L2", origin="https://example.com/mine/b"), master=REGISTER
        )
        yield grown.say(packed(-10, B1, {"L1": "8", "L2": "4"}))


def test_a_piece_of_a_batch_has_a_quarter_of_it(plant):
    """Four packs of 8 kg of cobalt from mine a and 4 kg from mine b: 2 kg and 1 kg in each, 10 kg a piece."""
    one = plant.kept.passport(PIECES[2], on=ON)
    rows = {row["percent"]: row["kg"] for row in one.value("originShares")}
    assert rows == {Decimal("66.6667"): Decimal("2.000000"), Decimal("33.3333"): Decimal("1.000000")}
    assert one.value("detailedComposition")[0]["kg"] == Decimal("3.000000")
    assert one.value("modelAndSerial") == {"model": "Pack 60", "serial": "3"}
    plant.holds()


def test_siblings_share_one_passport_and_part_when_one_of_them_lives_its_own_life(plant):
    plant.say(deed(0, "place", PIECES[:4], operator=SITE), deed(1, "publish", PIECES[:4]))
    kin = {id(plant.kept.kin(one, on=ON)) for one in PIECES[:4]}
    assert len(kin) == 1
    plant.say(points(2, PIECES[1], stateOfCertifiedEnergy="97"))
    assert plant.kept.kin(PIECES[0], on=ON) is not plant.kept.kin(PIECES[1], on=ON)
    assert plant.kept.kin(PIECES[0], on=ON) is plant.kept.kin(PIECES[3], on=ON)
    assert plant.kept.passport(PIECES[1], on=ON).value("stateOfCertifiedEnergy") == 97
    plant.holds()


def test_two_sides_of_one_deed_are_no_kin(plant):
    """Pack 1 became packs 2 and 3: the index names all three in the same way, only the deed tells them apart."""
    member = {"deed": "repurpose", "of": [PIECES[0]], "into": [PIECES[1], PIECES[2]], "operator": SITE}
    plant.say(Event("ObjectEvent", when(3), "+00:00", action="OBSERVE", extensions={FILON + "life": member}))
    assert plant.kept.passport(PIECES[0], on=ON).after == tuple(PIECES[1:3])
    assert plant.kept.passport(PIECES[2], on=ON).before == (PIECES[0],)
    assert plant.kept.state(PIECES[0]) is State.SUPERSEDED
    plant.holds()


def test_matter_stays_when_only_something_is_said(plant):
    before = plant.kept.grounds().matter
    plant.say(points(2, PIECES[1], cycles="3"), deed(2, "publish", PIECES[:2]))
    assert plant.kept.grounds().matter is before
    plant.say(packed(-5, B2, {"L1": "1"}))
    assert plant.kept.grounds().matter is not before
    plant.holds()


def test_what_is_said_of_the_batch_that_a_battery_was_said_to_be_of(plant):
    """The batch's name follows from a statement, so that what is said of it later reaches the battery."""
    plant.say(points(2, GTIN, batch="B7"))
    plant.holds()
    plant.say(points(3, lgtin(NUMBER, "B7"), capacity="151"))
    assert plant.kept.passport(PIECES[0], on=ON).value("capacity") == 151
    plant.holds()


def test_errors_and_erasures_unsay(plant):
    spoken = replace(points(2, PIECES[1], cycles="3"), eventID="urn:uuid:1")
    plant.say(spoken)
    entry = plant.ledger.store.size() - 1
    assert plant.kept.passport(PIECES[1], on=ON).value("cycles") == 3
    elsewhere = replace(wrong(points(2, STRANGER, cycles="3")), eventID="urn:uuid:1")
    plant.say(elsewhere)  # it names another battery: only its identifier says what it takes back
    assert plant.kept.passport(PIECES[1], on=ON).value("cycles") is None
    plant.say(deed(3, "publish", PIECES))
    assert plant.kept.state(PIECES[0]) is State.ACTIVE
    erase(plant.ledger.store, [plant.ledger.store.size() - 1, entry], reason="asked for", by="we", now=NOW)
    assert plant.kept.state(PIECES[0]) is State.DRAFT
    plant.holds()


def test_as_it_was_known_then(plant):
    before = plant.kept.passport(PIECES[0], on=ON)
    size = plant.ledger.size()
    plant.say(deed(1, "publish", PIECES[:4]), points(2, PIECES[0], cycles="3"))
    plant.kept.passport(PIECES[0], on=ON)
    assert plant.kept.passport(PIECES[0], on=ON, as_of=size) == before


some = st.lists(st.sampled_from(PIECES), min_size=1, max_size=4, unique=True)
days = st.integers(0, 60)
SAID = (
    st.builds(lambda day, about, text: points(day, about, cycles=text), days, st.sampled_from([*PIECES, STRANGER]),
              st.sampled_from("123")),
    st.builds(lambda day, about, text: points(day, about, weight=text), days, st.sampled_from([GTIN, B1, B2]),
              st.sampled_from("123")),
    st.builds(lambda day, about: points(day, about, {"point": "weight", "withdrawn": "true"}), days,
              st.sampled_from([GTIN, B1])),
    st.builds(lambda day, text: points(day, GTIN, batch=text), days, st.sampled_from(["B1", "B2", "B7"])),
)  # fmt: skip
DONE = (
    st.builds(deed, days, st.sampled_from(["place", "publish", "suspend", "waste", "recycle"]), some),
    st.builds(lambda day, of, into: deed(day, "repurpose", of, into, operator=SITE), days, some, some),
)
MOVED = (
    st.builds(metal, st.integers(-20, -11), st.sampled_from(["L1", "L2", "L3"]), st.sampled_from(["30", "50"])),
    st.builds(
        packed, st.integers(-10, -5), st.sampled_from([B1, B2]), st.sampled_from([{"L1": "8"}, {"L2": "3", "L1": "2"}])
    ),
)
EVENTS = st.one_of(*SAID, *SAID, *DONE, *MOVED)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(EVENTS, st.booleans(), st.integers(0, 3)), max_size=7))
def test_what_is_kept_is_what_is_made_afresh(steps):
    """After every entry: something said or done, a batch made, an earlier event taken back, an entry erased."""
    with Ledger.open("memory:") as ledger:
        plant = Plant(ledger).say(
            metal(-20, "L1"), metal(-20, "L2", origin="https://example.com/mine/b"), master=REGISTER
        )
        plant.say(packed(-10, B1, {"L1": "8", "L2": "4"}))
        for number, (event, back, more) in enumerate(steps):
            named = replace(event, eventID=f"urn:uuid:{number}")
            plant.say(named)
            plant.holds((PIECES[more], PIECES[4], STRANGER))
            if back:
                plant.say(wrong(named))
            if more == 3:
                erase(ledger.store, [ledger.store.size() - 1], reason="asked for", by="we", now=NOW)
            plant.holds()
