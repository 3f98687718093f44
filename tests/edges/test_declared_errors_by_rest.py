"""A wrong event from its capture to the list of whom to tell, by a partner's program; and what can go wrong on that way.

The mine says by REST that lot A weighed 1 000 kg at 10 % Co; the refinery makes B of 500 kg of it. Then the mine takes it
back: 900 kg, declared in XML, corrected in JSON. What it changed is worked out in `test_affected_and_export.py`.
"""

from dataclasses import replace
from decimal import Decimal

import pytest

from epcis_desk import listed, world
from filon.app.pages import Pages
from filon.core.errors import NotFoundError
from filon.epcis import jsonwrite, xmlwrite
from filon.epcis.event import ErrorDeclaration
from filon.log.store import Deposit
from story import birth, lot, moment, receive, ship, step

WRONG, RIGHT, AGAIN, NEVER = (f"urn:uuid:00000000-0000-4000-8000-{number:012d}" for number in range(1, 5))
XML, JSON = {"Content-Type": "application/xml"}, {"Content-Type": "application/ld+json"}
A = replace(birth(1, "mine", "A", "1000", form="Co hydroxide", Co="10"), eventID=WRONG)
CHAIN = [
    A,
    ship(2, "mine", "refinery", "DN1", {"A": "600"}),
    receive(3, "refinery", "DN1", {"A": "600"}),
    step(4, "refinery", {"A": "500"}, {"B": "240"}, Co="20.8"),
]


def weighed(kg, name):
    return replace(birth(1, "mine", "A", kg, form="Co hydroxide", Co="10"), eventID=name)


def declared(event, *corrections, day=9.0):
    return replace(event, errorDeclaration=ErrorDeclaration(moment(day), "incorrect_data", corrections))


@pytest.fixture
def desk():
    made = world()
    assert send(made, *CHAIN) == 202
    return made


def send(desk, *events, xml=False, role="submitter"):
    body = (xmlwrite.write if xml else jsonwrite.write)(events)
    return desk.capture(headers=XML if xml else JSON, role=role, body=body).status_code


def post(desk, event, role="submitter", *, xml=False):
    body = (xmlwrite.write_event if xml else jsonwrite.write_event)(event)
    return desk.call("POST", "/events", role, headers=XML if xml else JSON, content=body).status_code


def affected(desk, name=""):
    return Pages(desk.repository.ledger).affected(name)


def cobalt(desk, name=""):
    """{lot: (kg Co made before, and now)}."""
    return {one.number: (one.made_before.value, one.made.value) for one in affected(desk, name).lots}


@pytest.mark.parametrize("xml", [True, False])
def test_from_the_wrong_event_to_whom_must_be_told(desk, xml):
    store = desk.repository.ledger.store
    store.append(
        Deposit(f'{{"lot":"{lot("B")}"}}'.encode(), "application/json", "b.json", kind="passport"), [], now=desk.clock()
    )
    assert send(desk, declared(A, RIGHT), xml=xml) == 202
    assert cobalt(desk)["A"] == (100, None)  # shipped, and nobody says what it was: not known, never zero
    assert affected(desk).retracted[0].missing == (RIGHT,)
    assert post(desk, weighed("900", RIGHT), xml=not xml) == 201
    assert cobalt(desk) == {"A": (100, 90), "B": (Decimal("49.92"), Decimal("49.92"))}
    view = affected(desk, WRONG)
    [told] = view.retracted
    assert (told.by, told.missing, told.corrections) == ("submitter Ltd", (), (RIGHT,))
    assert [(one.name, one.lots) for one in view.statements] == [("b.json", ("B",))]
    assert [(one.name, one.lots) for one in view.receivers] != []
    answer = desk.get(f"/events/{WRONG.replace(':', '%3A')}")
    assert [("errorDeclaration" in one) for one in listed(answer)] == [False, True]
    corrected = desk.ids(f"/events?EQ_correctiveEventID={RIGHT}")
    assert corrected == [WRONG]
    assert desk.ids("/events?EXISTS_errorDeclaration=true") == [WRONG]


def test_a_declaration_that_comes_before_its_event():
    """The order in which things are learned changes nothing."""
    desk = world()
    assert send(desk, declared(A, RIGHT), xml=True) == 202
    assert post(desk, weighed("900", RIGHT)) == 201
    assert send(desk, *CHAIN) == 202
    assert cobalt(desk, WRONG)["A"] == (100, 90)


def test_declared_twice_and_declared_again_is_one_and_two(desk):
    """The same declaration again is the same event; one of another moment is another, and takes nothing more back."""
    assert send(desk, declared(A, RIGHT), weighed("900", RIGHT)) == 202
    assert post(desk, declared(A, RIGHT), xml=True) == 409
    assert send(desk, declared(A, RIGHT, day=10)) == 202
    assert len(affected(desk, WRONG).retracted) == 2
    assert cobalt(desk, WRONG)["A"] == (100, 90)


def test_a_correction_that_was_wrong_too(desk):
    """1 000 kg, no 900, no 950: what the first retraction changed is told with all that followed of it."""
    assert send(desk, declared(A, RIGHT), weighed("900", RIGHT)) == 202
    assert send(desk, declared(weighed("900", RIGHT), AGAIN, day=10), weighed("950", AGAIN), xml=True) == 202
    view = affected(desk, WRONG)
    assert [one.event for one in view.retracted] == [WRONG, RIGHT]
    assert cobalt(desk, WRONG)["A"] == (100, 95)
    assert cobalt(desk, RIGHT)["A"] == (90, 95)
    assert cobalt(desk) == cobalt(desk, WRONG)


def test_a_declaration_is_taken_back_by_saying_the_event_anew(desk):
    """EPCIS knows no declaration of a declaration: the same occurrence under a new name, with a word of why."""
    assert send(desk, declared(A)) == 202
    assert post(desk, replace(A, eventID=AGAIN)) == 409  # what it says is known, and taken back
    anew = replace(A, eventID=AGAIN, extensions={"https://ns.example.com/why": "the declaration was an error"})
    assert post(desk, anew) == 201
    assert cobalt(desk, WRONG)["A"][1] == 100


@pytest.mark.parametrize("names", [(NEVER,), (WRONG,), (WRONG, RIGHT, RIGHT)])
def test_corrections_that_never_come_or_lead_back(desk, names):
    """An event does not correct itself; what has not come is told as missing."""
    assert send(desk, declared(A, *names)) == 202
    [told] = affected(desk, WRONG).retracted
    assert set(told.missing) == set(names)
    assert cobalt(desk, WRONG)["A"] == (100, None)


def test_two_events_that_correct_each_other(desk):
    """Neither counts, and the walk from one to the other ends."""
    assert send(desk, declared(A, RIGHT), weighed("900", RIGHT), declared(weighed("900", RIGHT), WRONG)) == 202
    assert [one.event for one in affected(desk, WRONG).retracted] == [WRONG, RIGHT]
    assert not {WRONG, RIGHT} & {one.event.eventID for one in desk.repository.ledger.book().events}


def test_a_declaration_that_says_otherwise_than_its_event_is_told(desk):
    """By its id the event counts as never said; that the declaration does not repeat it is a warning in the books."""
    assert send(desk, declared(replace(CHAIN[3], eventID=WRONG)), role="other") == 202
    codes = [one.code for one in desk.repository.ledger.book().findings]
    assert codes.count("BOK-045") == 1
    assert affected(desk, WRONG).retracted[0].by == "Other Ltd"


@pytest.mark.parametrize("role", ["reader", "auditor", "nobody"])
def test_who_may_not_capture_takes_nothing_back(desk, role):
    assert post(desk, declared(A), role) in {401, 403}
    assert send(desk, declared(A), role=role) in {401, 403}
    with pytest.raises(NotFoundError):
        affected(desk, WRONG)
    assert affected(desk).retracted == ()
