"""What a retraction changed, and a lot's events as a file: by function, command and web."""

import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from filon.app.capture import ALL_WARNINGS, File, State, capture
from filon.app.export import exported
from filon.app.ledger import Ledger
from filon.app.pages import Pages
from filon.books.lot import LotId
from filon.core.errors import NotFoundError, WrongCallError
from filon.epcis import jsonwrite, read
from filon.epcis.event import ErrorDeclaration
from filon.epcis.key import body_key
from filon.log.store import Deposit
from filon.store.memory import MemoryStore
from story import birth, lot, moment, receive, ship, step

NOW = datetime(2026, 11, 22, tzinfo=UTC)
STEP = "urn:uuid:00000000-0000-4000-8000-000000000003"
WRONG, RIGHT = "urn:uuid:00000000-0000-4000-8000-000000000001", "urn:uuid:00000000-0000-4000-8000-000000000002"


def chain():
    """Mine A: 1 000 kg of 10 % Co; 600 kg go to refinery R, 500 of them into B. Mine M's lot C goes nowhere."""
    born = replace(birth(1, "mine", "A", "1000", form="Co hydroxide", Co="10"), eventID=WRONG)
    return [
        born,
        ship(2, "mine", "refinery", "DN1", {"A": "600"}),
        receive(3, "refinery", "DN1", {"A": "600"}),
        step(4, "refinery", {"A": "500"}, {"B": "240"}, Co="20.8"),
        birth(1, "other", "C", "70", Co="10"),
    ]


def take_back(event):
    """It was 900 kg: the event is declared an error, and a corrective one comes."""
    told = ErrorDeclaration(moment(9), "incorrect_data", (RIGHT,))
    right = replace(birth(1, "mine", "A", "900", form="Co hydroxide", Co="10"), eventID=RIGHT)
    return [replace(event, errorDeclaration=told), right]


@pytest.fixture
def ledger():
    ledger = Ledger(MemoryStore())
    for number, events in enumerate((chain(), take_back(chain()[0]))):
        file = File(f"{number}.jsonld", jsonwrite.write(events))
        [outcome] = capture(ledger, [file], now=lambda: NOW, accept=ALL_WARNINGS)
        assert outcome.state is State.TAKEN, outcome.findings
    return ledger


def test_the_lot_taken_back_and_all_that_came_of_it(ledger):
    """A: 1000 kg x 10 % = 100 kg Co, now 90; left at the mine 400 -> 300 kg, i.e. of Co (1000 - 500) x 10 % -> 40.

    B holds matter of A, its own 240 kg x 20.8 % = 49.92 kg Co stay. C is not touched.
    """
    view = Pages(ledger).affected(WRONG)
    assert view.element.key == "Co"
    lots = {one.number: one for one in view.lots}
    assert set(lots) == {"A", "B"}
    assert (lots["A"].itself, lots["B"].itself) == (True, False)
    assert (lots["A"].made_before.value, lots["A"].made.value) == (100, 90)
    assert (lots["A"].left_before.value, lots["A"].left.value) == (50, 40)
    assert lots["B"].made_before.value == lots["B"].made.value == Decimal("49.92")
    [one] = view.retracted
    assert (one.event, one.reason, one.corrections, one.missing) == (WRONG, "incorrect_data", (RIGHT,), ())
    assert one.entries == (1,)
    assert Pages(ledger).affected().lots == view.lots


def test_a_correction_that_has_not_come_is_missing():
    ledger = Ledger(MemoryStore())
    for number, events in enumerate((chain(), take_back(chain()[0])[:1])):
        capture(ledger, [File(f"{number}.jsonld", jsonwrite.write(events))], now=lambda: NOW, accept=ALL_WARNINGS)
    view = Pages(ledger).affected(WRONG)
    assert view.retracted[0].missing == (RIGHT,)
    [a] = [one for one in view.lots if one.number == "A"]
    assert a.made_before.value == 100
    assert a.made.value != a.made_before.value


def test_who_must_be_told_and_what_was_stated(ledger):
    """The refinery received A; a statement that names B is listed, one that names C is not."""
    ledger.store.append(
        Deposit(b'{"lot":"' + lot("B").encode() + b'"}', "application/json", "b.json", kind="passport"), [], now=NOW
    )
    ledger.store.append(
        Deposit(b'{"lot":"' + lot("C").encode() + b'"}', "application/json", "c.json", kind="passport"), [], now=NOW
    )
    view = Pages(ledger).affected(WRONG)
    assert [(one.name, one.lots) for one in view.statements] == [("b.json", ("B",))]
    assert [one.lots for one in view.receivers] == [1]


def test_a_balance_that_comes_out_otherwise():
    """The step's input was told wrong: 500 kg in, 600 in truth. 50 kg Co in and 49.92 out becomes 60 in."""
    events = chain()
    wrong = replace(events[3], eventID=STEP)
    right = replace(step(4, "refinery", {"A": "600"}, {"B": "240"}, Co="20.8"), eventID=RIGHT)
    ledger = Ledger(MemoryStore())
    told = ErrorDeclaration(moment(9), "incorrect_data", (RIGHT,))
    sets = ([*events[:3], wrong], [replace(wrong, errorDeclaration=told), right])
    for number, one in enumerate(sets):
        capture(ledger, [File(f"{number}.jsonld", jsonwrite.write(one))], now=lambda: NOW, accept=ALL_WARNINGS)
    view = Pages(ledger).affected(STEP)
    cobalt = [one for one in view.balances if one.element.key == "Co" and one.what == "step"]
    assert [(one.lot, one.difference_before.value, one.difference.value) for one in cobalt] == [
        ("B", Decimal("0.08"), Decimal("10.08"))
    ]
    assert cobalt[0].verdict_before == "pass"


def test_an_event_that_nobody_took_back(ledger):
    with pytest.raises(NotFoundError):
        Pages(ledger).affected(RIGHT)


@pytest.mark.parametrize("form", ["jsonld", "json", "xml"])
def test_a_lots_events_in_epcis(ledger, form):
    """All that names A, with nothing lost, and nothing of C."""
    told = exported(ledger, LotId(lot("A")), form)
    back = read(told.data, told.media_type)
    assert not back.refused
    wanted = [*chain()[:4], *take_back(chain()[0])]
    assert {body_key(one) for one in back.events} == {body_key(one) for one in wanted}
    assert told.events == len(wanted)
    assert told.name == f"A.{form}"


def test_a_lots_chain_and_as_known_before(ledger):
    assert exported(ledger, LotId(lot("B")), "jsonld").events == 1
    assert exported(ledger, LotId(lot("B")), "jsonld", chain=True, as_of=1).events == 4
    with pytest.raises(WrongCallError):
        exported(ledger, LotId(lot("B")), "pdf")


def test_a_lots_events_in_the_workbook(ledger):
    """The row of the lot is there; the declared error has no row and is named."""
    told = exported(ledger, LotId(lot("A")), "xlsx")
    book = load_workbook(io.BytesIO(told.data))
    cells = {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "A" in cells
    assert WRONG in told.left
    assert told.events + len(told.left) == 6


@pytest.fixture
def filon(monkeypatch, command, tmp_path):
    path = tmp_path / "filon.db"
    with Ledger.open(path) as ledger:
        for number, events in enumerate((chain(), take_back(chain()[0]))):
            capture(ledger, [File(f"{number}.jsonld", jsonwrite.write(events))], now=lambda: NOW, accept=ALL_WARNINGS)
    monkeypatch.chdir(tmp_path)

    def call(*words):
        return command(path, *words)[:2]

    return call


def test_the_commands(filon, tmp_path):
    code, out = filon("affected", WRONG)
    assert code == 0
    assert "→ " + RIGHT in out
    assert "100" in out
    code, out = filon("affected", "--json")
    assert [one["number"] for one in json.loads(out)["lots"]] == ["A", "B"]
    code, out = filon("export", "A", "--out", "a.xml", "--json")
    assert (code, json.loads(out)["events"]) == (0, 6)
    assert len(read((tmp_path / "a.xml").read_bytes()).events) == 6
    assert filon("export", "A", "--out", "a.pdf")[0] == 2


def test_the_hash_command(filon, tmp_path):
    from filon.epcis.hash import event_hash, prehash

    (tmp_path / "x.jsonld").write_bytes(jsonwrite.write(chain()))
    events = read((tmp_path / "x.jsonld").read_bytes()).events
    code, out = filon("hash", "x.jsonld")
    assert (code, out.split()) == (0, [event_hash(one) for one in events])
    code, out = filon("hash", "x.jsonld", "--prehash", "--json")
    assert [one["prehash"] for one in json.loads(out)["events"]] == [prehash(one) for one in events]
    (tmp_path / "x.jsonld").write_bytes(b"{")
    assert filon("hash", "x.jsonld")[0] == 1
    assert filon("hash", "nothing.jsonld")[0] == 2


def test_over_the_web(ledger):
    from starlette.testclient import TestClient

    from filon.web.app import create_app

    client = TestClient(create_app(Pages(ledger)))
    from filon.views.build.sight import lot_path

    path = lot_path(lot("A")).removeprefix("/lots/")
    answer = client.get(f"/events/xml/{path}")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == 'attachment; filename="A.xml"'
    assert len(read(answer.content).events) == 6
    assert client.get(f"/events/jsonld/{path}?chain=true&as_of=1").status_code == 200
    assert client.get("/events/pdf/" + path).status_code == 400
    assert client.get("/events/xml/nothing").status_code == 404


def test_the_page_of_what_a_declared_error_changed(ledger):
    """The same view as HTML and JSON; the pages of the lot and of the findings lead to it."""
    from starlette.testclient import TestClient

    from filon.views.build.sight import lot_path
    from filon.web.app import create_app

    client = TestClient(create_app(Pages(ledger)))
    link = f"/affected?event={WRONG.replace(':', '%3A')}"
    for language, words in (("en", ("Made, before", "Whom to tell")), ("fr", ("Fait, avant", "Qui prévenir"))):
        told = client.get(link, headers={"Accept": "text/html", "Accept-Language": language})
        assert told.status_code == 200
        for part in (*words, WRONG, RIGHT, "100", "90", lot_path(lot("A"))):
            assert part in told.text, part
    twin = client.get(link.replace("/affected", "/affected.json")).json()
    assert [one["number"] for one in twin["lots"]] == ["A", "B"]
    assert [one["event"] for one in client.get("/affected.json").json()["retracted"]] == [WRONG]
    of_lot = client.get(lot_path(lot("A")), headers={"Accept": "text/html"}).text
    assert "/affected?event=urn" in of_lot
    assert "/affected?event=urn" not in client.get(lot_path(lot("C")), headers={"Accept": "text/html"}).text
    assert "/affected" in client.get("/findings", headers={"Accept": "text/html"}).text
    assert client.get("/affected.json?event=urn:x:0").status_code == 404
    assert client.get("/affected.json?element=Xx").status_code == 400
    told = client.get("/affected.json?event=urn:x:0", headers={"Accept-Language": "fr"})
    assert told.json()["detail"] == "personne n’a déclaré d’erreur pour l’événement urn:x:0"
    assert (told.json()["title"], told.headers["Content-Language"]) == ("Introuvable", "fr")
    before = client.get("/affected?as_of=1", headers={"Accept": "text/html", "Accept-Language": "en"})
    assert "Nobody has taken an event back." in before.text
