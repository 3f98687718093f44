"""The page of a battery's life: what was done is typed in with a token, kept in the log, and seen at once."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from filon.app.desk.file import Desk
from filon.app.desk.tokens import Role, create
from filon.app.handover import deed_of, with_signature
from filon.app.ledger import Ledger
from filon.app.pages import Pages
from filon.app.passport_data import PassportData
from filon.log.key import Kind, new_secret
from filon.passport.passport import State
from filon.web.app import create_app

BATTERY = "https://id.gs1.org/01/09521213000010/21/D-1"
FORM = "/passports/deed/01/09521213000010/21/D-1"
ATLAS, AGAIN = "https://id.gs1.org/417/9521213000003", "https://id.gs1.org/417/9521299000007"


class World:
    def __init__(self, folder):
        self.time = datetime(2026, 3, 1, 12, tzinfo=UTC)
        self.ledger, desk = Ledger.open("memory:"), Desk(folder / "desk.db")
        self.data = PassportData(self.ledger, desk, now=self.now)
        self.pages = Pages(self.ledger, lambda: date(2027, 3, 2))
        self.web = TestClient(create_app(self.pages, points=self.data), raise_server_exceptions=False)
        valid = timedelta(days=9)
        self.secret, self.reader = (
            create(desk, "Anna", [role], now=self.time, valid=valid)[1] for role in (Role.SUBMITTER, Role.READER)
        )

    def now(self):
        self.time += timedelta(seconds=1)
        return self.time

    def fill(self, **typed):
        return self.web.post(FORM, data={"token": self.secret} | typed, follow_redirects=False)

    @property
    def life(self):
        return self.pages.passports.life(BATTERY)


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def test_a_life_is_said_step_by_step(world):
    """Placed, published, suspended, published again and waste on one day: the order in which it was said counts."""
    steps = [("place", State.DRAFT), ("publish", State.ACTIVE), ("suspend", State.SUSPENDED), ("publish", State.ACTIVE),
             ("waste", State.ACTIVE)]  # fmt: skip
    for kind, state in steps:
        answer = world.fill(deed=kind, day="2026-03-01", operator=ATLAS if kind == "place" else "")
        assert (answer.status_code, answer.headers["location"]) == (303, FORM.replace("/deed", ""))
        assert world.life.state is state
    assert (world.life.status, world.life.operator) == ("waste", ATLAS)
    page = world.web.get(FORM, headers={"Accept": "text/html", "Accept-Language": "fr"})
    assert "publié" in page.text
    assert world.web.get(FORM + ".json").json()["status"] == "waste"
    assert "Ce qui a été fait" in page.text


def test_second_life_names_the_new_batteries_and_the_others_of_the_deed(world):
    new, other = BATTERY.replace("D-1", "N-1"), BATTERY.replace("D-1", "D-2")
    world.fill(deed="repurpose", into=f"{new}\r\n", operator=AGAIN, **{"with": other})
    for one in (BATTERY, other):
        assert world.pages.passports.life(one).after == [new]
    assert world.pages.passports.life(new).before == [BATTERY, other]


@pytest.mark.parametrize(
    ("typed", "status"),
    [({"deed": "explode"}, 422), ({"deed": "repurpose"}, 422), ({"deed": "place", "day": "soon"}, 400),
     ({"deed": "place", "token": "filon_x"}, 401), ({"signed": "{}"}, 400)],
)  # fmt: skip
def test_a_mistake_comes_back_as_it_was_typed_and_nothing_is_taken(world, typed, status):
    answer = world.fill(reason="because", **typed)
    assert answer.status_code == status
    assert 'role="alert"' in answer.text
    assert 'value="because"' in answer.text or "signed" in typed
    assert world.ledger.size() == 0
    assert world.fill(deed="place", token=world.reader).status_code == 403


def test_a_transfer_that_both_sides_signed_is_pasted(world):
    keys = {
        ATLAS: new_secret("atlas.example", Kind.ED25519, b"a" * 32),
        AGAIN: new_secret("again.example", Kind.ED25519, b"b" * 32),
    }
    master = [{"id": party, "attributes": [{"id": "https://w3id.org/filon/key", "attribute": str(key.key)}]}
              for party, key in keys.items()]  # fmt: skip
    document = {
        "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", {"filon": "https://w3id.org/filon/"}],
        "type": "EPCISDocument", "schemaVersion": "2.0", "creationDate": "2026-01-01T00:00:00Z",
        "epcisHeader": {"epcisMasterData": {"vocabularyList": [{"type": "https://w3id.org/filon/Party", "vocabularyElementList": master}]}},
        "epcisBody": {"eventList": []},
    }  # fmt: skip
    from filon.app import capture

    file = capture.File("parties.jsonld", json.dumps(document).encode())
    done = capture.take(world.ledger, file, now=world.now, submitter="", accept=capture.ALL_WARNINGS)
    assert done.state.value == "taken", done.findings
    world.fill(deed="place", operator=ATLAS, day="2026-02-01")
    made = with_signature(deed_of(BATTERY, ATLAS, AGAIN, date(2026, 2, 20), "sale"), secret=keys[ATLAS].text())
    half = world.fill(signed=made.data.decode())
    assert half.status_code == 303
    assert world.life.operator == ATLAS, "one signature is not enough"
    whole = with_signature(made, secret=keys[AGAIN].text())
    assert world.fill(signed=whole.data.decode()).status_code == 303
    assert world.life.operator == AGAIN


def test_once_there_are_people_the_page_is_theirs_alone(tmp_path):
    """Status is not public (Annex XIII 4(c)): the form shows it, so a stranger does not get the form."""
    from filon.app.access import Door, enter, invite
    from filon.app.access import Kind as Firm

    world, desk = World(tmp_path), Desk(None)
    world.fill(deed="waste")
    app = create_app(world.pages, points=world.data, door=Door(desk))
    invite(desk, "anna", enter(desk, "Voltarine", Firm.OPERATOR, now=world.time), now=world.time)
    answer = TestClient(app).get(FORM, headers={"Accept": "text/html"}, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in")
