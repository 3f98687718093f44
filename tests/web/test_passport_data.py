"""Passport data by program and form: only with a token that may hand in, wholly or not at all, and then it is shown."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from filon.app.desk.file import Desk
from filon.app.desk.tokens import Role, create, revoke
from filon.app.ledger import Ledger
from filon.app.pages import Pages
from filon.app.passport_data import PassportData
from filon.core.ident import sgtin
from filon.web.app import create_app

GTIN = "09521213000010"
BATTERY = sgtin(GTIN, "000001")
NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
FORM = f"/passports/form/01/{GTIN}"


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path / "desk.db")


@pytest.fixture
def ledger(tmp_path):
    with Ledger.open(tmp_path / "filon.db") as opened:
        yield opened


@pytest.fixture
def web(ledger, desk):
    data = PassportData(ledger, desk, now=lambda: NOW)
    return TestClient(create_app(Pages(ledger, lambda: date(2027, 3, 2)), points=data), raise_server_exceptions=False)


def token(desk, role=Role.SUBMITTER, *, revoked=False):
    made, secret = create(desk, "Voltarine", [role], now=NOW, valid=timedelta(days=1))
    if revoked:
        revoke(desk, made.id, now=NOW)
    return secret


def body(**points):
    said = {"subject": BATTERY, "at": "2027-03-01T10:00:00Z", "points": points}
    return json.dumps({"filonPoints": "1", "statements": [said]})


def post(web, secret, content):
    return web.post("/passports/data", content=content, headers={"Authorization": f"Bearer {secret}"})


def test_a_program_hands_in_measurements_and_every_one_is_kept(web, desk, ledger):
    secret = token(desk)
    first, again = (
        post(web, secret, body(stateOfCertifiedEnergy="98.5")),
        post(web, secret, body(stateOfCertifiedEnergy="98.5")),
    )
    assert (first.status_code, first.json()["state"]) == (200, "taken")
    assert again.json()["state"] == "known"
    later = json.loads(body(stateOfCertifiedEnergy="97"))
    later["statements"][0]["at"] = "2027-06-01T10:00:00Z"
    assert post(web, secret, json.dumps(later)).json()["entry"] == 1
    history = Pages(ledger).passports.measurements(BATTERY, "stateOfCertifiedEnergy")
    assert [str(one.value) for one in history] == ["98.5", "97"]
    assert ledger.store.entry(0).submitter == "Voltarine"


@pytest.mark.parametrize(
    ("secret", "status"),
    [(lambda desk: "", 401), (lambda desk: "filon_" + "x" * 43, 401), (lambda desk: token(desk, revoked=True), 401),
     (lambda desk: token(desk, Role.READER), 403), (lambda desk: token(desk, Role.AUDITOR), 403)],
)  # fmt: skip
def test_nobody_else_hands_in_anything(web, desk, ledger, secret, status):
    answer = post(web, secret(desk), body(cycles="3"))
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert ledger.size() == 0


def test_bad_data_are_refused_with_their_findings(web, desk, ledger):
    answer = post(web, token(desk), body(cycles="many", colour="red"))
    assert answer.status_code == 422
    assert [one["code"] for one in answer.json()["findings"]] == ["PAS-002", "PAS-001"]
    assert post(web, token(desk), '{"something": "else"}').status_code == 400
    assert ledger.size() == 0


def test_a_person_fills_in_the_form_without_script(web, desk, ledger):
    page = web.get(FORM, headers={"Accept-Language": "fr"})
    assert page.status_code == 200
    assert "Poids" in page.text
    typed = {"token": token(desk), "since": "2027-01-01", "weight": "412,5", "extinguishingAgent": "class D\nwater mist",
             "chemistry": "short: NMC; name: Nickel manganese cobalt", "minimalVoltage": "value: 280"}  # fmt: skip
    answer = web.post(FORM, data=typed, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/passports")
    one = Pages(ledger).passports.passport(f"https://id.gs1.org/01/{GTIN}")
    assert str(one.value("weight")) == "412.5"
    assert one.value("extinguishingAgent") == ("class D", "water mist")
    assert one.value("chemistry")["short"] == "NMC"


def test_a_form_with_a_mistake_comes_back_as_it_was(web, desk, ledger):
    answer = web.post(FORM, data={"token": token(desk), "since": "2027-01-01", "weight": "heavy", "capacity": "150"})
    assert answer.status_code == 422
    assert "PAS-002" in answer.text
    assert ">heavy</textarea>" in answer.text
    assert ">150</textarea>" in answer.text
    assert web.post(FORM, data={"since": "2027-01-01", "weight": "1"}).status_code == 401
    assert ledger.size() == 0


def test_a_form_of_a_battery_asks_for_what_is_measured(web):
    page = web.get(f"{FORM}?serial=000001").text
    assert 'name="stateOfCertifiedEnergy"' in page
    assert 'name="weight"' not in page
    assert 'name="stateOfCertifiedEnergy"' not in web.get(FORM).text
    assert web.get(f"{FORM}?category=lmt").status_code == 200
    assert web.get(f"{FORM}?category=bicycle").status_code == 400


def test_without_a_desk_nothing_can_be_handed_in(ledger):
    web = TestClient(create_app(Pages(ledger)), raise_server_exceptions=False)
    assert web.post("/passports/data", content=body(cycles="1")).status_code in {404, 405}
    assert web.get(FORM).status_code == 404
