"""Documents behind statements: handed in, fetched by whoever may see a point that names them, erased for good.

Three people: the operator's program hands in; a stranger fetches what a public point names; a workshop with a grant what
is shown to it; nobody gets the rest, or can tell whether it is there.
"""

import json
from base64 import b64encode
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from filon.app.access import Door, Kind, Purpose, enter, give
from filon.app.desk.file import Desk
from filon.app.desk.tokens import Role, create
from filon.app.evidence import Evidence, named
from filon.app.issuing import Issuing
from filon.app.ledger import Ledger
from filon.app.pages import Pages
from filon.app.passport_data import PassportData
from filon.core.errors import ConflictError, GoneError, NotFoundError, NotProvenError, TooLargeError, WrongCallError
from filon.web.app import create_app
from passport_examples import HASH, example

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
BATTERY = "https://id.gs1.org/01/09521213000010/21/E-1"
PATH = BATTERY.removeprefix("https://id.gs1.org")
PUBLIC, SECRET, LOOSE = b"%PDF-1.7 declaration", b"%PDF-1.7 dismantling", b"%PDF-1.7 nobody names me"


def digest(data):
    return sha256(data).hexdigest()


@pytest.fixture
def world(tmp_path):
    ledger, desk = Ledger.open("memory:"), Desk(tmp_path / "desk.db")
    data = PassportData(ledger, desk, now=lambda: NOW)
    pages, evidence = Pages(ledger, lambda: date(2027, 3, 2)), Evidence(tmp_path / "evidence", largest=1000)
    shelf = Issuing(pages.passports, "https://testserver")
    app = create_app(pages, shelf=shelf, points=data, evidence=evidence, door=Door(desk))
    web = TestClient(app, base_url="https://testserver", raise_server_exceptions=False)
    workshop = enter(desk, "Seconde Vie", Kind.INTEREST, now=NOW)
    long = {"now": NOW, "valid": timedelta(days=3650)}
    web.submitter = create(desk, "Voltarine", [Role.SUBMITTER], **long)[1]
    web.workshop = create(desk, "Atelier", [Role.PASSPORTS], organisation=workshop.id, **long)[1]
    web.evidence, web.desk, web.of, web.pages = evidence, desk, workshop, pages
    points = [
        {"point": "weight", "value": "412.5", "document": [digest(PUBLIC)]},
        {"point": "dismantling", "value": [{"sha256": digest(SECRET), "title": "dismantling"}]},
    ]
    said = {
        "filonPoints": "1", "statements": [{"subject": BATTERY, "at": "2026-02-01T00:00:00Z", "points": points}],
        "deeds": [{"deed": kind, "of": [BATTERY], "at": "2026-02-02T00:00:00Z"} for kind in ("place", "publish")],
    }  # fmt: skip
    assert data.submit(json.dumps(said).encode(), web.submitter).state.value == "taken"
    return web


def hand_in(web, data, name="paper.pdf", secret=None, media="application/pdf"):
    headers = {"Authorization": f"Bearer {web.submitter if secret is None else secret}", "Content-Type": media}
    return web.post("/evidence", params={"name": name}, content=data, headers=headers)


def fetch(web, data, secret="", path=PATH):
    headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {secret}"} if secret else {})
    return web.get(f"/evidence/{digest(data)}{path}", headers=headers)


def test_a_document_is_handed_in_and_comes_back_with_its_hash(world):
    answer = hand_in(world, PUBLIC, "declaration.pdf")
    assert (answer.status_code, answer.json()["sha256"]) == (201, digest(PUBLIC))
    told = fetch(world, PUBLIC)
    assert (told.status_code, told.content) == (200, PUBLIC)
    assert told.headers["repr-digest"] == f"sha-256=:{b64encode(sha256(PUBLIC).digest()).decode()}:"
    assert told.headers["content-disposition"] == "attachment; filename*=UTF-8''declaration.pdf"
    assert told.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert hand_in(world, PUBLIC, "again.pdf").json()["name"] == "declaration.pdf", "kept once"


def test_who_may_see_the_point_may_fetch_its_document_and_nobody_else(world):
    for data in (PUBLIC, SECRET, LOOSE):
        assert hand_in(world, data).status_code == 201
    assert fetch(world, PUBLIC).headers["cache-control"] == "public, max-age=3600"
    assert [fetch(world, SECRET, one).status_code for one in ("", world.workshop, "filon_" + "x" * 43)] == [404] * 3
    give(world.desk, world.of, Purpose.REPAIR, BATTERY, "Art. 77(2)", NOW + timedelta(days=3650), now=NOW,
         download=True)  # fmt: skip
    told = fetch(world, SECRET, world.workshop)
    assert (told.status_code, told.content, told.headers["cache-control"]) == (200, SECRET, "no-store")
    assert fetch(world, SECRET).status_code == 404
    assert fetch(world, LOOSE, world.workshop).status_code == 404, "no point names it"
    assert Door(world.desk).readings()[0].battery == BATTERY, "the reading is recorded"


def test_a_stranger_cannot_tell_a_missing_document_from_a_hidden_one(world):
    hidden_and_absent = [fetch(world, SECRET)]
    hand_in(world, SECRET)
    hidden_and_absent.append(fetch(world, SECRET))
    hidden_and_absent.append(fetch(world, b"never heard of"))
    assert {(one.status_code, one.json()["detail"]) for one in [*hidden_and_absent]} == {
        (404, "no data point that you may see names this document")
    }
    assert fetch(world, PUBLIC).status_code == 404
    assert "nobody handed it in" in fetch(world, PUBLIC).json()["detail"]
    assert fetch(world, PUBLIC, path="/01/09521213000010/21/NOBODY").status_code == 404


@pytest.mark.parametrize(
    ("data", "more", "status"),
    [(b"", {}, 400), (b"x" * 1001, {}, 413), (b"x", {"media": "no media"}, 400), (b"x", {"name": "a\nb"}, 400),
     (b"x", {"secret": ""}, 401), (b"x", {"secret": "workshop"}, 403)],
)  # fmt: skip
def test_what_is_no_document_or_comes_from_nobody_is_refused(world, data, more, status):
    more = {**more, "secret": world.workshop} if more.get("secret") == "workshop" else more
    assert hand_in(world, data, **more).status_code == status
    assert list(world.evidence.listed()) == []


def test_the_page_leads_to_the_document(world):
    page = world.get(PATH, headers={"Accept": "text/html"}).text
    assert f'href="/evidence/{digest(PUBLIC)}{PATH}"' in page
    assert digest(SECRET) not in page


def test_what_was_erased_is_gone_for_good_and_says_why(world, tmp_path):
    hand_in(world, PUBLIC)
    kept = world.evidence
    with pytest.raises(WrongCallError):
        kept.erase(digest(PUBLIC), reason=" ", by="", now=NOW)
    kept.erase(digest(PUBLIC), reason="request of 3 May", by="Anna", now=NOW)
    assert not [one for one in tmp_path.rglob("*") if one.is_file() and one.read_bytes() == PUBLIC]
    gone = fetch(world, PUBLIC)
    assert (gone.status_code, gone.json()["reason"]) == (410, "request of 3 May (Anna)")
    with pytest.raises(ConflictError):
        kept.keep(PUBLIC, "application/pdf", "x.pdf", by="", now=NOW)
    with pytest.raises(GoneError):
        kept.data(digest(PUBLIC))


def test_a_changed_file_is_never_given_out_and_is_found(world, tmp_path):
    hand_in(world, PUBLIC)
    path = next(one for one in (tmp_path / "evidence").rglob("*") if one.is_file() and one.suffix == "")
    path.write_bytes(PUBLIC[:-1] + b"x")
    with pytest.raises(NotProvenError):
        world.evidence.data(digest(PUBLIC))
    assert fetch(world, PUBLIC).status_code == 422
    assert [one.sha256 for one in world.evidence.damaged()] == [digest(PUBLIC)]
    path.unlink()
    assert world.evidence.damaged()


def test_power_lost_between_bytes_and_their_card_leaves_nothing_half(tmp_path):
    kept = Evidence(tmp_path)
    kept._path(digest(PUBLIC)).parent.mkdir(parents=True)
    kept._path(digest(PUBLIC)).write_bytes(PUBLIC[:5])
    with pytest.raises(NotFoundError):
        kept.data(digest(PUBLIC))
    kept.keep(PUBLIC, "application/pdf", "a.pdf", by="", now=NOW)
    assert kept.data(digest(PUBLIC)) == PUBLIC


def test_the_documents_that_a_passport_names_are_those_of_its_points():
    """The example names one hash, of its declaration (public) and its test report (authorities)."""
    assert named(example("ev")) == {HASH}


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=6))
def test_law_what_is_kept_comes_back_by_its_hash(tmp_path_factory, many):
    kept = Evidence(tmp_path_factory.mktemp("e"))
    for data in many:
        kept.keep(data, "text/plain", "n.txt", by="", now=NOW)
    assert {one.sha256: kept.data(one.sha256) for one in kept.listed()} == {digest(one): one for one in many}
    with pytest.raises(TooLargeError):
        Evidence(kept.folder, largest=1).keep(b"xx", "text/plain", "n", by="", now=NOW)
