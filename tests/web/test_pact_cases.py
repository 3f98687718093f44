"""The forty cases of the public PACT conformance service, against the running server over TLS.

The order, values and expectations are those of the carbon reference, section 4; the first footprint supplies all
values, and query values go unencoded, as the service sends them. Callbacks come to a second server over TLS.
"""

import base64
import http.client
import json
import ssl
import threading
import time
import uuid
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from carbon_story import power, used
from example_ledger import ExampleLedger
from filon.app import capture
from filon.app.carbon import Carbon
from filon.app.desk import tokens
from filon.app.desk.file import Desk
from filon.app.desk.tokens import Role
from filon.app.ledger import Ledger
from filon.app.pact.office import Company, Office
from filon.app.pact.partners import Calls, Partner, add
from filon.core.ident import lgtin
from filon.epcis.event import FILON, Event, QuantityElement
from filon.epcis.jsonwrite import write
from filon.exchange.pact import check
from filon.exchange.pact.letter import Kind
from filon.exchange.pact.letter import write as letter
from filon.exchange.pact.search import validity
from filon.web.app import create_app
from host import bound
from story import moment, site
from tls_host import certificate, served

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
COBALT, NICKEL = "04006381333931", "04006381333948"
FORMS = "application/x-www-form-urlencoded"


def made(day, number, name, kg):
    from decimal import Decimal

    return Event(
        "ObjectEvent", moment(day), "+00:00", action="ADD", bizStep="commissioning", bizLocation=site("works"),
        quantityList=(QuantityElement(lgtin(number, name), Decimal(kg), "KGM"),),
        ilmd={FILON + "form": "CoSO4·7H2O", FILON + "origin": "mine"},
    )  # fmt: skip


def kwh(amount, product):
    """Electricity whose supplier names its own factor: 0.5 kg CO2e per kWh."""
    return used(2, "works", power(amount, "0.5", supply="own", technology="wind"), since="2026-01-01",
                until="2026-01-31", product=product)  # fmt: skip


def ledger_with_lots():
    """100 kg of A7 with 200 kWh x 0.5 = 100 kg CO2e: 1 kg CO2e per kg; 50 kg of B2 with 300 kWh x 0.5: 3 a kg."""
    from filon.books.register import LOCATION
    from filon.epcis.document import MasterElement, Vocabulary

    works = MasterElement(site("works"), {FILON + "country": "MA", FILON + "name": "Works", FILON + "kind": "mine"})
    events = [made(1, COBALT, "A7", "100"), made(1, NICKEL, "B2", "50"), kwh("200", lgtin(COBALT, "A7")),
              kwh("300", lgtin(NICKEL, "B2"))]  # fmt: skip
    ledger = Ledger.open("memory:")
    data = write(events, master=[Vocabulary(LOCATION, (works,))])
    outcome = capture.capture(ledger, [capture.File("a.jsonld", data)], now=lambda: NOW, accept=capture.ALL_WARNINGS)
    assert outcome[0].state is capture.State.TAKEN, outcome[0].findings
    return ledger


class CallBack:
    """The conformance service's own interface: gives tokens to one client, keeps the events it gets."""

    def __init__(self):
        self.events, self.news = [], threading.Condition()
        self.app = FastAPI()
        self.pfs = {}
        self.refuse = 0
        self.app.post("/auth/token")(self.token)
        self.app.post("/3/events")(self.event)
        self.app.get("/3/footprints/{one}")(self.footprint)
        self.app.get("/3/footprints")(self.listed)

    def token(self, request: Request) -> Response:
        pair = base64.b64decode(request.headers["authorization"].split()[1]).decode()
        if pair != "test_client_id:test_client_secret":
            return JSONResponse({"error": "invalid_client"}, status_code=401)
        return JSONResponse({"access_token": "open", "token_type": "Bearer", "expires_in": 60})

    async def event(self, request: Request) -> Response:
        if (
            request.headers.get("authorization") != "Bearer open"
            or "cloudevents" not in request.headers["content-type"]
        ):
            return Response(status_code=401)
        said = await request.json()
        with self.news:
            if self.refuse:
                self.refuse -= 1
                return Response(status_code=503)
            self.events.append(said)
            self.news.notify_all()
        return Response(status_code=200)

    def footprint(self, one: str) -> Response:
        return (
            JSONResponse({"data": self.pfs[one]})
            if one in self.pfs
            else JSONResponse({"code": "NotFound"}, status_code=404)
        )

    def listed(self, request: Request) -> Response:
        at = int(request.query_params.get("at", "0"))
        bodies = list(self.pfs.values())
        answer = JSONResponse({"data": bodies[at : at + 1]})
        if at + 1 < len(bodies):
            answer.headers["link"] = f'<{request.base_url}3/footprints?at={at + 1}>; rel="next"'
        return answer

    def answer(self, request_id, seconds=30):
        def fits():
            return [one for one in self.events if one["data"].get("requestEventId") == request_id]

        with self.news:
            assert self.news.wait_for(fits, seconds)
            return fits()


class Host:
    """The server under test as the service sees it."""

    def __init__(self, port, cert, office, client, secret, back):  # noqa: PLR0917 - one call
        self.port, self.office, self.client, self.secret, self.back = port, office, client, secret, back
        self.base = f"https://localhost:{port}"
        self.trust = ssl.create_default_context(cafile=str(cert))
        self.token = self.ask("POST", "/auth/token", b"grant_type=client_credentials", self.basic(), FORMS)[2][
            "access_token"
        ]

    def basic(self, secret=None):
        return "Basic " + base64.b64encode(f"{self.client}:{secret or self.secret}".encode()).decode()

    def ask(self, method, path, body=None, authorization=None, kind=None, *, plain=False):
        """(status, headers, JSON or None); the path goes out as it stands."""
        opened = (
            http.client.HTTPConnection("127.0.0.1", self.port, timeout=5) if plain
            else http.client.HTTPSConnection("localhost", self.port, timeout=5, context=self.trust)
        )  # fmt: skip
        headers = {"Authorization": authorization or f"Bearer {self.token}"} | ({"Content-Type": kind} if kind else {})
        try:
            opened.request(method, path, body, headers)
            answer = opened.getresponse()
            data = answer.read()
        finally:
            opened.close()
        is_json = "application/json" in answer.headers.get("content-type", "")
        return answer.status, answer.headers, json.loads(data) if is_json and data else None

    def listed(self, query=""):
        status, _, said = self.ask("GET", "/3/footprints" + (f"?{query}" if query else ""))
        assert status == 200
        for one in said["data"]:
            assert check(one) == []
        return said["data"]

    def event(self, kind, data, event_id="", **more):
        source = self.back
        body = letter(kind, data, id=event_id or str(uuid.uuid4()), source=source, now=datetime.now(UTC))
        return self.ask(
            "POST", "/3/events", json.dumps(body).encode(), kind="application/cloudevents+json; charset=utf-8", **more
        )


@pytest.fixture(scope="module")
def service():
    return CallBack()


@pytest.fixture(scope="module")
def host(tmp_path_factory, service):
    folder = tmp_path_factory.mktemp("tls")
    cert, key = certificate(folder)
    ours, theirs = bound(), bound()
    back = f"https://localhost:{theirs.getsockname()[1]}"
    allowed = frozenset({f"localhost:{theirs.getsockname()[1]}"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(cert))
        ledger, desk = ledger_with_lots(), Desk(None)
        here = f"https://localhost:{ours.getsockname()[1]}"
        office = Office(ledger, desk, Company("Filonnière SA", "works.example"), here=here, hosts=allowed)
        for name in ("A7", "B2"):
            office.issue(name)
        add(desk, Partner("service", back, "test_client_id", "test_client_secret"))
        token, secret = tokens.create(desk, "service", [Role.PARTNER], now=datetime.now(UTC), valid=timedelta(days=1))
        app = create_app(ExampleLedger(), office=office)
        with served(app, cert, key, ours), served(service.app, cert, key, theirs):
            office.start()
            yield Host(ours.getsockname()[1], cert, office, token.id, secret, back)
            office.close()
        desk.close()


@pytest.fixture
def first(host):
    return host.listed()[0]


def test_1_2_18_19_tokens(host):
    status, _, found = host.ask("GET", "/.well-known/openid-configuration")
    assert status == 200
    path = urlsplit(found["token_endpoint"]).path
    assert found["token_endpoint"].startswith(host.base)
    for way in (path, "/auth/token"):
        status, headers, said = host.ask("POST", way, b"grant_type=client_credentials&scope=x", host.basic(), FORMS)
        assert (status, said["token_type"], headers["cache-control"]) == (200, "Bearer", "no-store")
        assert said["expires_in"] > 0
        status, _, said = host.ask("POST", way, b"grant_type=client_credentials", host.basic("wrong"), FORMS)
        assert (status, said["error"]) == (401, "invalid_client")
    assert host.ask("POST", "/auth/token", b"grant_type=password", host.basic(), FORMS)[0] == 400


def test_3_4_8_get_and_list(host, first):
    status, _, said = host.ask("GET", f"/3/footprints/{first['id']}")
    assert (status, said["data"]) == (200, first)
    assert len(host.listed()) == 2
    status, _, said = host.ask("GET", f"/3/footprints/{uuid.UUID(int=0)}")
    assert (status, said["code"]) == (404, "NotFound")


def test_5_pages_by_link(host):
    """The link begins with our base address, may be followed again and again, and ends with the list."""
    status, headers, said = host.ask("GET", "/3/footprints?limit=1")
    assert (status, len(said["data"])) == (200, 1)
    link = headers["link"].split(", ")[0]
    address = link[1 : link.index(">")]
    assert address.startswith(host.base)
    for _ in range(2):
        status, headers, onward = host.ask("GET", address.removeprefix(host.base))
        assert (status, len(onward["data"])) == (200, 1)
        assert onward["data"][0]["id"] != said["data"][0]["id"]
        assert "link" not in headers
    assert host.listed("limit=0") == []
    assert host.ask("GET", "/3/footprints?limit=-1")[0] == 400


def test_6_7_16_a_bad_token_opens_nothing(host, first):
    for method, path in (("GET", "/3/footprints"), ("GET", f"/3/footprints/{first['id']}"), ("POST", "/3/events")):
        for bad in ("Bearer very-invalid-access-token-xyz", "Bearer " + host.token[:-2] + "AA", "Basic eDp5", "Bearer"):
            status, _, said = host.ask(
                method, path, b"{}" if method == "POST" else None, bad, "application/cloudevents+json"
            )
            assert (status, said["code"]) == (401, "AccessDenied")


def test_9_10_11_17_plain_http_is_not_answered(host, first):
    for method, path in (
        ("POST", "/auth/token"),
        ("GET", "/3/footprints"),
        ("GET", f"/3/footprints/{first['id']}"),
        ("POST", "/3/events"),
    ):
        try:
            status, _, said = host.ask(
                method,
                path,
                b"grant_type=client_credentials" if "auth" in path else None,
                host.basic() if "auth" in path else None,
                FORMS,
                plain=True,
            )
        except (OSError, http.client.HTTPException):
            continue
        assert status not in {200, 202, 301, 302, 307, 308}, said


def test_plain_http_behind_the_same_program_is_refused_too(host):
    from starlette.testclient import TestClient

    app = create_app(ExampleLedger(), office=host.office)
    answer = TestClient(app, base_url="http://testserver").get(
        "/3/footprints", headers={"Authorization": f"Bearer {host.token}"}
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "AccessDenied")
    assert (
        TestClient(app, base_url="https://testserver")
        .get("/3/footprints", headers={"Authorization": f"Bearer {host.token}"})
        .status_code
        == 200
    )


def test_12_13_a_request_is_fulfilled_by_one_callback(host, first, service):
    run = f"{uuid.uuid4()}/12"
    for _ in range(2):  # the same request again is one request
        assert host.event(Kind.REQUEST, {"productId": first["productIds"], "comment": "please"}, run)[0] == 200
    told = service.answer(run)
    time.sleep(0.5)
    assert len(service.answer(run)) == 1
    assert told[0]["type"].endswith("RequestFulfilledEvent.3")
    assert told[0]["source"] == host.base
    for one in told[0]["data"]["pfs"]:
        assert check(one) == []
        assert set(one["productIds"]) & set(first["productIds"])


def test_14_a_request_for_nothing_is_rejected_by_callback(host, service):
    run = f"{uuid.uuid4()}/14"
    assert host.event(Kind.REQUEST, {"productId": ["urn:pact:null"]}, run)[0] == 200
    told = service.answer(run)[0]
    assert told["type"].endswith("RequestRejectedEvent.3")
    assert told["data"]["error"]["code"]
    assert told["data"]["error"]["message"]


def test_a_callback_that_fails_is_tried_again(host, service, monkeypatch):
    from filon.app.pact import mail

    monkeypatch.setattr(mail, "FIRST_PAUSE", timedelta(milliseconds=300))
    service.refuse = 2
    run = f"{uuid.uuid4()}/again"
    assert host.event(Kind.REQUEST, {"productId": ["urn:pact:null"]}, run)[0] == 200
    assert len(service.answer(run)) == 1
    assert service.refuse == 0


def test_15_40_published(host):
    assert host.event(Kind.PUBLISHED, {"pfIds": [str(uuid.uuid4())]})[0] == 200
    status, _, said = host.event(Kind.PUBLISHED, {"pfIds": ["urn:gtin:4712345060507"]})
    assert (status, said["code"]) == (400, "BadRequest")


@pytest.mark.parametrize(
    "broken",
    [{"type": "other"}, {"specversion": "0.3"}, {"id": ""}, {"source": None}, {"data": []}, {"time": "yesterday"}],
)
def test_a_letter_that_is_none_is_refused(host, broken):
    body = letter(Kind.REQUEST, {"productId": ["x"]}, id="1", source=host.back, now=NOW) | broken
    status, _, said = host.ask("POST", "/3/events", json.dumps(body).encode(), kind="application/cloudevents+json")
    assert (status, said["code"]) == (400, "BadRequest")
    assert host.ask("POST", "/3/events", b"{", kind="application/cloudevents+json")[0] == 400


def test_20_to_23_lists_by_identifier_and_place(host, first):
    assert all(
        first["productIds"][0] in one["productIds"] for one in host.listed(f"productId={first['productIds'][0]}")
    )
    assert len(host.listed(f"productId={first['productIds'][0]}")) == 1
    assert host.listed(f"productId={first['productIds'][0].upper()}")  # case does not matter
    assert all(
        first["companyIds"][0] in one["companyIds"] for one in host.listed(f"companyId={first['companyIds'][0]}")
    )
    assert all(one["pcf"]["geographyCountry"] == "MA" for one in host.listed("geography=MA"))
    assert len(host.listed("geography=ma&geography=FR")) == 2
    assert host.listed("geography=") == host.listed("classification=") == host.listed()
    wanted = first["productClassifications"][0]
    assert all(wanted in one["productClassifications"] for one in host.listed(f"classification={wanted}"))


def test_24_to_26_lists_by_validity(host, first):
    start, end = validity(first)
    found = host.listed(f"validOn={start:%Y-%m-%dT%H:%M:%SZ}")
    assert found
    assert all(validity(one)[0] <= start <= validity(one)[1] for one in found)
    day = timedelta(days=1)
    found = host.listed(f"validAfter={start - day:%Y-%m-%dT%H:%M:%SZ}")
    assert found
    assert all(validity(one)[0] > start - day for one in found)
    found = host.listed(f"validBefore={end + day:%Y-%m-%dT%H:%MZ}")  # without seconds
    assert found
    assert all(validity(one)[1] < end + day for one in found)


def test_27_to_29_lists_by_several(host, first):
    assert all(one["status"] == "Active" for one in host.listed("status=active"))
    both = host.listed(f"status=Active&productId={first['productIds'][0]}")
    assert [one["id"] for one in both] == [first["id"]]
    found = host.listed(f"companyId={first['companyIds'][0]}&companyId=random1&companyId=random2")
    assert all(first["companyIds"][0] in one["companyIds"] for one in found)
    assert found


@pytest.mark.parametrize(
    "query",
    [
        "productId=urn:bogus:product:x", "companyId=urn:bogus:company:x", "geography=XX", "classification=urn:bogus:class:x",
        "validOn=1900-01-01T00:00:00Z", "validAfter=2099-12-31T00:00:00Z", "validBefore=1900-01-01T00:00:00Z",
        "status=BogusStatusXYZ", "companyId=urn:bogus:c&productId=urn:bogus:p",
        "companyId=urn:bogus:1&companyId=urn:bogus:2&companyId=urn:bogus:3",
    ],
)  # fmt: skip
def test_30_to_39_what_nobody_has_is_an_empty_list(host, query):
    status, _, said = host.ask("GET", f"/3/footprints?{query}")
    assert (status, said) == (200, {"data": []})


def test_times_that_are_none_are_refused(host):
    assert host.ask("GET", "/3/footprints?validOn=tomorrow")[0] == 400
    assert host.ask("GET", "/3/footprints?validOn=2026-01-01T00:00:00Z&validOn=2026-01-02T00:00:00Z")[0] == 400


def test_the_figures_are_the_account_s_as_exact_text(host):
    """By hand, see `ledger_with_lots`: 1 and 3 kg CO2e per kg."""
    assert sorted(one["pcf"]["pcfExcludingBiogenicUptake"] for one in host.listed()) == ["1", "3"]
    assert all(isinstance(one["pcf"]["primaryDataShare"], str) for one in host.listed())


def test_what_was_issued_stays(host, first):
    """A change of the body, a deletion, a return from Deprecated: the database itself refuses."""
    from filon.core.errors import StoreError

    desk = host.office.desk
    for sql in ("UPDATE footprint SET body = '{}'", "UPDATE footprint SET lot = 'x'", "DELETE FROM footprint"):
        with pytest.raises((StoreError, Exception), match="issued"):
            desk.change(sql)
    assert host.office.issue("A7").id == first["id"]


def test_our_own_client_reads_what_our_own_server_says(host, service):
    """Round about: pages of one, discovery, token, get, letters; the footprints received are in the log as declared."""
    service.pfs = {one["id"]: one for one in host.listed()}
    with pytest.MonkeyPatch.context():
        ours = Calls(Partner("we", host.base, host.client, host.secret), hosts=frozenset({f"localhost:{host.port}"}))
        assert list(ours.footprints()) == host.listed()
        one = host.listed()[0]
        assert ours.footprint(one["id"]) == one
    theirs = Calls(
        Partner("service", host.back, "test_client_id", "test_client_secret"),
        hosts=host.office.mail.calls(Partner("x", host.back, "", "")).hosts,
    )
    assert {one["id"] for one in theirs.footprints({"status": "Active"})} == set(service.pfs)
    before = host.office.ledger.size()
    assert host.event(Kind.PUBLISHED, {"pfIds": list(service.pfs)})[0] == 200
    deadline = time.monotonic() + 20
    while host.office.ledger.size() < before + 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert host.office.ledger.size() == before + 2
    listed, _ = Carbon(host.office.ledger).activities()
    declared = [one for one in listed if one.flow == "product footprint"]
    assert sorted(str(one.own_factor.value) for one in declared) == ["1", "3"]
    assert {one.belongs.product for one in declared} == {lgtin(COBALT, "A7"), lgtin(NICKEL, "B2")}


def test_an_answer_to_our_own_request_is_noted(host, service, first):
    """We ask; the partner says no; the letter knows it. An answer to nothing that was asked is told as such."""
    from filon.app.pact import partners

    mail = host.office.mail
    asked = mail.ask(partners.named(host.office.desk, "service"), {"productId": ["urn:x:y"]}, "please")
    with service.news:
        assert service.news.wait_for(lambda: any(one["id"] == asked for one in service.events), 20)
    assert (
        host.event(Kind.REJECTED, {"requestEventId": asked, "error": {"code": "NotFound", "message": "none"}})[0] == 200
    )
    assert (
        host.event(
            Kind.REJECTED, {"requestEventId": "never", "error": {"code": "NotFound", "message": "none"}}, "stray"
        )[0]
        == 200
    )
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and not all(one.settled for one in mail.posts() if one.id in {asked, "stray"}):
        time.sleep(0.05)
    outcomes = {one.id: one.outcome for one in mail.posts()}
    assert outcomes[asked] == "rejected: NotFound, none"
    assert outcomes["stray"].startswith("failed: nothing was asked")
