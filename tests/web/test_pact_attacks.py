"""Edges of the PACT interface beside its table of cases: odd tokens, filters, pages, methods and events.

Every answer has the standard's shape and codes; nothing is an internal error. In memory, as over TLS.
"""

import base64
import json
import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from starlette.testclient import TestClient

from carbon_story import power, used
from example_ledger import ExampleLedger
from filon.app import capture
from filon.app.desk import tokens
from filon.app.desk.file import Desk
from filon.app.desk.tokens import Role
from filon.app.ledger import Ledger
from filon.app.pact.office import Company, Office
from filon.books.register import LOCATION
from filon.core.ident import lgtin
from filon.epcis.document import MasterElement, Vocabulary
from filon.epcis.event import FILON, Event, QuantityElement
from filon.epcis.jsonwrite import write
from filon.exchange.pact import check
from filon.web.app import create_app
from story import moment, site

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
GTIN = "04006381333931"
NAMES = ("A7", "B/8+x", "C9")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
TYPE = "org.wbcsd.pact.ProductFootprint.{}.3"


def books():
    """Three lots of 100 kg of one product, of 100, 200 and 300 kg CO2e."""
    works = MasterElement(site("works"), {FILON + "country": "MA", FILON + "name": "Works", FILON + "kind": "mine"})
    events = []
    for number, name in enumerate(NAMES, 1):
        lot = lgtin(GTIN, name)
        events += [
            Event(
                "ObjectEvent", moment(number), "+00:00", action="ADD", bizStep="commissioning", bizLocation=site("works"),
                quantityList=(QuantityElement(lot, Decimal(100), "KGM"),), ilmd={FILON + "form": "CoSO4·7H2O", FILON + "origin": "m"},
            ),
            used(20, "works", power(str(200 * number), "0.5", supply="own", technology="wind"), since="2026-01-01",
                 until="2026-01-31", product=lot),
        ]  # fmt: skip
    ledger = Ledger.open("memory:")
    data = write(events, master=[Vocabulary(LOCATION, (works,))])
    outcome = capture.capture(ledger, [capture.File("a.jsonld", data)], now=lambda: NOW, accept=capture.ALL_WARNINGS)
    assert outcome[0].state is capture.State.TAKEN, outcome[0].findings
    return ledger


class World:
    """A company with three footprints issued, the third deprecated, and a partner that calls it."""

    def __init__(self):
        self.now = NOW
        self.desk = Desk(None)
        company = Company("Filonnière SA", "works.example")
        self.office = Office(books(), self.desk, company, here="https://testserver", now=lambda: self.now)
        for name in NAMES:
            self.office.issue(lgtin(GTIN, name))
        last = self.office.shelf.of(lgtin(GTIN, "C9"))[0]
        self.office.shelf.deprecate(last.id, now=NOW)
        self.token, self.secret = tokens.create(self.desk, "s", [Role.PARTNER], now=NOW, valid=timedelta(days=1))
        app = create_app(ExampleLedger(), office=self.office)
        self.web = TestClient(app, base_url="https://testserver", raise_server_exceptions=False, follow_redirects=False)
        given = self.ask_token(self.basic(self.token.id, self.secret))
        self.may = {"Authorization": "Bearer " + given.json()["access_token"]}

    @staticmethod
    def basic(name, secret):
        return {"Authorization": "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()}

    def ask_token(self, headers, body="grant_type=client_credentials"):
        return self.web.post("/auth/token", content=body, headers={**headers, **FORM})

    def get(self, path, **headers):
        return self.web.get(path, headers=self.may | headers)

    def listed(self, query=""):
        answer = self.get("/3/footprints" + (f"?{query}" if query else ""))
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def send(self, name, data, kind="application/cloudevents+json", **more):
        body = {"type": TYPE.format(name), "specversion": "1.0", "id": str(uuid.uuid4()), "source": "//partner.example/x",
                "time": "2026-11-22T10:00:00Z", "data": data} | more  # fmt: skip
        return self.web.post("/3/events", content=json.dumps(body), headers=self.may | {"Content-Type": kind})


@pytest.fixture(scope="module")
def world():
    return World()


def refused(answer, status, code):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/json")
    told = answer.json()
    assert told["code"] == code
    assert told["message"]


def test_credentials_of_any_letters_are_refused_not_crashed_on(world):
    for name, secret in (("é", world.secret), (world.token.id, "é"), (world.token.id, ""), ("", world.secret), ("", ""),
                         (world.token.id + "x", world.secret), ("x" * 5000, "y" * 5000)):  # fmt: skip
        answer = world.ask_token(world.basic(name, secret))
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
        assert answer.json()["error_description"]
    for header in ({}, {"Authorization": "Basic"}, {"Authorization": "Basic ==="}, {"Authorization": "Basic /w=="}):
        assert world.ask_token(header).status_code == 401
    assert (
        world.ask_token(
            world.basic(world.token.id, world.secret), "grant_type=client_credentials&scope=a&audience=b&resource=c"
        ).status_code
        == 200
    )


def test_tokens_that_are_none_and_ones_whose_hour_is_over(world):
    good = world.may["Authorization"]
    for bad in (
        "",
        "Bearer",
        "Bearer ",
        "Token x",
        good + "x",
        good[:-3],
        "Bearer a.b.c",
        b"Bearer \xc3\xa9",
        "Bearer " + "x" * 9000,
    ):
        for method, path in (
            ("GET", "/3/footprints"),
            ("GET", "/3/footprints/x"),
            ("POST", "/3/events"),
            ("GET", "/3/nothing"),
        ):
            answer = world.web.request(method, path, headers={"Authorization": bad} if bad else {})
            refused(answer, 401, "AccessDenied")
            assert answer.headers["www-authenticate"] == "Bearer"
    assert (
        world.web.get("/3/footprints", headers={"Authorization": good.replace("Bearer", "bearer")}).status_code == 200
    )
    world.now = NOW + timedelta(minutes=61)
    refused(world.get("/3/footprints"), 401, "TokenExpired")
    world.now = NOW


@pytest.mark.parametrize(
    ("limit", "many"),
    [("0", 0), ("1", 1), ("2", 2), ("3", 3), ("4", 3), ("003", 3), ("1000000000", 3), ("9" * 40, 3), ("", 3)],
)
def test_a_limit_is_a_maximum_of_any_size(world, limit, many):
    answer = world.get(f"/3/footprints?limit={limit}")
    assert len(answer.json()["data"]) == many
    assert ("link" in answer.headers) == (0 < many < 3)


@pytest.mark.parametrize("limit", ["-1", "1.0", "abc", "%201", "1e3", "\u0663"])
def test_a_limit_that_is_none_is_a_bad_request(world, limit):
    refused(world.get(f"/3/footprints?limit={limit}"), 400, "BadRequest")


def test_all_pages_together_are_the_list_and_keep_the_filters(world):
    for query in (
        "limit=1",
        "limit=2",
        "limit=1&status=Active",
        "limit=1&productId=urn:gtin:" + GTIN + "&geography=MA",
    ):
        address, seen = f"https://testserver/3/footprints?{query}", []
        while address:
            answer = world.web.get(address, headers=world.may)
            seen += answer.json()["data"]
            link = answer.headers.get("link", "")
            assert link == "" or (
                link.startswith("<https://testserver/3/footprints?") and link.endswith('>; rel="next"')
            )
            address = link[1 : link.index(">")] if link else ""
        assert seen == world.listed(query.replace("limit=1", "").replace("limit=2", "").strip("&"))


@pytest.mark.parametrize(("query", "many"), [
    ("status=Deprecated", 1), ("status=deprecated", 1), ("status=Active", 2), ("status=", 3), ("", 3),
    ("status=Deprecated&geography=MA", 1), ("status=Deprecated&geography=FR", 0), ("geography=Africa", 0), ("geography=M", 0),
    ("geography=ma&geography=fr", 3), ("productId=urn:gtin:" + GTIN, 3), ("productId=URN:GTIN:" + GTIN, 3),
    ("productId=urn:x&productId=urn:pact:works.example:lot-id:" + GTIN + ".A7", 1),
    ("validOn=2026-02-01T00:00:00Z", 3), ("validOn=2026-02-01T00:00Z", 3), ("validOn=2026-02-01", 3), ("validOn=2026-01-31T23:59:59Z", 0),
    ("validOn=2026-02-01T00:00:00+01:00", 0), ("validOn=2026-02-01T01:00:00%2B01:00", 3),
    ("validOn=2027-02-01T00:00:00Z", 3), ("validOn=2027-02-01T00:00:01Z", 0),
    ("validAfter=2026-01-31T23:59:59Z", 3), ("validAfter=2026-02-01T00:00:00Z", 0),
    ("validBefore=2027-02-01T00:00:01Z", 3), ("validBefore=2027-02-01T00:00:00Z", 0),
    ("validOn=2026-06-01T00:00:00Z&validAfter=2026-01-01T00:00:00Z&validBefore=2028-01-01T00:00:00Z&status=Active", 2),
    ("validOn=9999-12-31T23:59:59Z", 0), ("validOn=0001-01-01T00:00:00%2B14:00", 0), ("x-acme-colour=blue", 3), ("offset=2", 3),
])  # fmt: skip
def test_filters_by_hand(world, query, many):
    """All are of MA, made in January 2026, good from 1 February 2026 for a year; C9 is deprecated."""
    assert len(world.listed(query)) == many


@pytest.mark.parametrize("query", ["validOn=2026", "validOn=yesterday", "validAfter=x", "validBefore=2026-13-01T00:00:00Z",
                                   "status=Active&status=Deprecated", "validOn=2026-01-01&validOn=2026-01-02"])  # fmt: skip
def test_filters_that_are_none(world, query):
    refused(world.get("/3/footprints?" + query), 400, "BadRequest")


def test_a_lot_number_with_strokes_is_found_encoded_once_twice_or_not_at_all(world):
    """`B/8+x` is `B%2F8%2Bx` in the URN; who sends that unencoded sends `B/8+x`, whose plus is a blank by then."""
    urn = next(one for body in world.listed() for one in body["productIds"] if "B%2F8" in one)
    assert urn.endswith("B%2F8%2Bx")
    assert len(world.listed("productId=" + urn)) == 1
    assert len(world.listed("productId=" + urn.replace("%", "%25"))) == 1


def test_ids_in_any_case_and_ids_that_are_none(world):
    body = world.listed()[0]
    assert world.get("/3/footprints/" + body["id"].upper()).json()["data"] == body
    for wrong in ("xyz", str(uuid.UUID(int=0)), "%00", "a" * 3000, "..%2F..", "é"):
        refused(world.get("/3/footprints/" + wrong), 404, "NotFound")


def test_paths_and_methods_that_the_standard_does_not_know(world):
    for path in ("/3", "/3/", "/3/nothing", "/3/footprints/", "/3/footprints/a/b", "/3/events/"):
        refused(world.get(path), 404, "NotFound")
    fine = world.listed()[0]["id"]
    for method, path in (("POST", "/3/footprints"), ("DELETE", "/3/footprints/" + fine), ("PUT", "/3/footprints/" + fine),
                         ("PATCH", "/3/footprints/" + fine), ("GET", "/3/events")):  # fmt: skip
        refused(world.web.request(method, path, headers=world.may), 501, "NotImplemented")
    assert world.web.head("/3/footprints", headers=world.may).status_code == 200
    assert world.web.head("/3/footprints/" + fine, headers=world.may).status_code == 200
    assert len(world.listed()) == 3


def test_plain_http_is_never_answered_or_sent_on(world):
    for path in ("/3", "/3/footprints", "/3/footprints/", "/3/footprints/x", "/3/nothing"):
        answer = world.web.get("http://testserver" + path, headers=world.may)
        assert answer.status_code == 403
        assert answer.json()["code"] == "AccessDenied"
    answer = world.web.post(
        "http://testserver/auth/token",
        content="grant_type=client_credentials",
        headers=world.basic(world.token.id, world.secret) | FORM,
    )
    assert answer.status_code == 403
    assert "access_token" not in answer.text


def test_an_unforeseen_error_is_told_in_the_standard_s_shape(world, monkeypatch):
    monkeypatch.setattr(world.office.shelf, "find", None)
    refused(world.get("/3/footprints"), 500, "InternalError")


@pytest.mark.parametrize(("kind", "status"), [
    ("application/cloudevents+json", 200), ("application/cloudevents+json; charset=utf-8", 200), ("APPLICATION/CloudEvents+JSON", 200),
    ("application/json", 200), ("text/plain", 400), ("application/xml", 400), ("", 400), ("application/cloudevents-batch+json", 400),
])  # fmt: skip
def test_media_types_of_events(world, kind, status):
    assert world.send("RequestCreatedEvent", {"productId": ["urn:x"]}, kind).status_code == status


FULL = {"productId": ["urn:a"], "companyId": ["urn:b"], "classification": ["urn:c"], "geography": ["MA"], "status": ["Active"],
        "validOn": ["2026-01-01T00:00:00Z"], "validAfter": ["2026-01-01T00:00:00Z"], "validBefore": ["2026-01-01T00:00:00Z"],
        "comment": "please"}  # fmt: skip


@pytest.mark.parametrize(("name", "data", "status"), [
    ("RequestCreatedEvent", FULL, 200), ("RequestCreatedEvent", {}, 200), ("RequestCreatedEvent", {"x-own": 1}, 200),
    ("RequestCreatedEvent", {"productId": [1]}, 400), ("RequestCreatedEvent", {"productId": {"a": 1}}, 400), ("RequestCreatedEvent", None, 400),
    ("RequestCreatedEvent", [], 400), ("PublishedEvent", {"pfIds": [str(uuid.UUID(int=7))]}, 200), ("PublishedEvent", {"pfIds": []}, 400),
    ("PublishedEvent", {}, 400), ("PublishedEvent", {"pfIds": "x"}, 400), ("PublishedEvent", {"pfIds": [str(uuid.UUID(int=7)), "urn:x"]}, 400),
    ("RequestFulfilledEvent", {"requestEventId": "1", "pfs": []}, 400), ("RequestFulfilledEvent", {"requestEventId": "1", "pfs": [{"id": 1}]}, 400),
    ("RequestFulfilledEvent", {"pfs": [{}]}, 400), ("RequestRejectedEvent", {"requestEventId": "1", "error": {"code": "NotFound", "message": "x"}}, 200),
    ("RequestRejectedEvent", {"requestEventId": "1"}, 400), ("RequestRejectedEvent", {"requestEventId": "1", "error": {"code": "X"}}, 400),
    ("RequestRejectedEvent", {"error": {"code": "NotFound", "message": "x"}}, 400), ("Published", {"pfIds": [str(uuid.UUID(int=7))]}, 400),
])  # fmt: skip
def test_events_of_each_kind(world, name, data, status):
    answer = world.send(name, data)
    if status == 200:
        assert (answer.status_code, answer.content) == (200, b"")
    else:
        refused(answer, status, "BadRequest")


@pytest.mark.parametrize("more", [
    {"time": "2026-11-22T10:00:00"}, {"time": "yesterday"}, {"time": 5}, {"id": 5}, {"id": ""}, {"specversion": "1.1"}, {"source": "/relative"},
    {"source": "urn:x:y"}, {"source": "javascript:alert(1)"}, {"type": "org.wbcsd.pathfinder.ProductFootprintRequest.Created.v1"},
    {"type": "org.wbcsd.pact.ProductFootprint.RequestCreatedEvent.4"},
])  # fmt: skip
def test_envelopes_that_are_none(world, more):
    refused(world.send("RequestCreatedEvent", {"productId": ["urn:x"]}, **more), 400, "BadRequest")


def test_envelopes_with_more_than_is_needed_and_bodies_that_are_no_event(world):
    assert (
        world.send(
            "RequestCreatedEvent", {}, subject="x", datacontenttype="application/json", dataschema="urn:x", own=1
        ).status_code
        == 200
    )
    headers = world.may | {"Content-Type": "application/cloudevents+json"}
    for body in (b"", b"{", b"[]", b"null", b"[" * 100_000, b"\xff\xfe", b'{"type": 1}', b"NaN"):
        refused(world.web.post("/3/events", content=body, headers=headers), 400, "BadRequest")


def test_a_fulfilled_event_with_our_own_footprints_is_taken(world):
    """A letter nobody asked for is kept and told as such; its footprints are valid by our own check."""
    bodies = world.listed()
    assert all(check(one) == [] for one in bodies)
    assert world.send("RequestFulfilledEvent", {"requestEventId": "never", "pfs": bodies}).status_code == 200


def test_every_number_is_exact_text_and_comes_back_as_it_was(world):
    numbers = [
        value
        for body in world.listed()
        for name, value in body["pcf"].items()
        if name.endswith(("Emissions", "Uptake", "Share", "Percent", "Content", "Amount", "Unit"))
    ]
    assert numbers
    assert all(isinstance(one, str) and format(Decimal(one), "f") == one for one in numbers)
    assert sorted(body["pcf"]["pcfExcludingBiogenicUptake"] for body in world.listed()) == ["1", "2", "3"]


def test_deprecated_stays_and_what_replaces_it_names_it(world):
    """C9 is deprecated for good: it cannot be issued again as it was; every version stays to be fetched."""
    (old,) = world.listed("status=Deprecated")
    assert world.get("/3/footprints/" + old["id"]).json()["data"]["status"] == "Deprecated"
    before = len(world.listed())
    world.office.shelf.deprecate(old["id"], now=NOW)
    assert len(world.listed()) == before
