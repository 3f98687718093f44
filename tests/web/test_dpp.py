"""The resolver, the EN 18222 interface and downloads over HTTP, as a stranger; a shelf of three passports behind it."""

import json
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from example_ledger import ExampleLedger
from filon.app.issuing import Issuing
from filon.app.sealer import create_sealer
from filon.core.errors import NotFoundError
from filon.passport.resolver import Tombstone
from filon.seal.check import Known, check
from filon.store.memory import MemoryStore
from filon.web.app import create_app
from passport_examples import EXAMPLES, example

HOST = "https://id.atlas.example"
EV = example("ev")
MODEL = "https://id.gs1.org/01/09521213000010"
GONE = f"{MODEL}/21/GONE"
PATH = EV.identifier.removeprefix("https://id.gs1.org")


class Passports:
    """Three passports, no books."""

    def __init__(self):
        self.store = MemoryStore()
        self.ledger = self
        self.held = {one.identifier: one for one in map(example, EXAMPLES)}

    def passport(self, identifier, *, on=None, as_of=None):
        if identifier not in self.held:
            raise NotFoundError("nothing is known of it")
        return self.held[identifier]


class Shelf(Issuing):
    def known(self, identifier):
        return identifier in self.passports.held or identifier == MODEL

    def ceased(self, identifier):
        return Tombstone(GONE, "2037-01-01", "recycled") if identifier == GONE else None


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    sealer = create_sealer(tmp_path_factory.mktemp("sealer") / "s", "id.atlas.example", "Atlas Packs")
    app = create_app(ExampleLedger(), host=HOST, shelf=Shelf(Passports(), HOST, sealer))
    return TestClient(app, base_url="https://id.atlas.example", follow_redirects=False)


def get(client, path, accept="*/*", **more):
    return client.get(path, headers={"accept": accept}, **more)


def test_a_linkset_for_whoever_asks(client):
    for answer in (get(client, f"{PATH}?linkType=linkset"), get(client, PATH, "application/linkset+json")):
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/linkset+json")
        told = answer.json()["linkset"]
        assert [one["anchor"] for one in told] == [HOST + PATH, f"{HOST}/01/09521213000010"]
        (default,) = told[0]["https://ref.gs1.org/voc/defaultLink"]
        assert default["href"] == HOST + PATH
        assert answer.headers["access-control-allow-origin"] == "*"


def test_each_link_leads_to_what_it_promises(client):
    told = get(client, f"{PATH}?linkType=linkset").json()["linkset"][0]
    links = [one for name, listed in told.items() if name.endswith(("/dpp", "/certificationInfo")) for one in listed]
    assert {one["type"] for one in links} >= {
        "application/json",
        "application/ld+json",
        "application/pdf",
        "application/vc+jwt",
    }
    for one in links:
        if one["type"] != "text/html":
            answer = get(client, one["href"].removeprefix(HOST))
            assert answer.status_code == 200, one
            assert answer.headers["content-type"].startswith(one["type"])


@pytest.mark.parametrize(
    ("accept", "kind", "where"),
    [
        ("application/vc+jwt", "", "/dpp/vc/"),
        ("application/ld+json", "", "/dpp/jsonld/"),
        ("*/*", "gs1:certificationInfo", "/dpp/vc/"),
        ("application/json", "gs1:dpp", "/v1/dppsByProductId/"),
        ("text/html", "gs1:dpp", PATH),
    ],
)
def test_a_scan_is_redirected_with_its_query(client, accept, kind, where):
    answer = get(client, PATH, accept, params={"linkType": kind, "x": "1"} if kind else {"x": "1"})
    assert answer.status_code == 307
    assert answer.headers["location"].startswith(HOST + where)
    assert answer.headers["location"].endswith("?x=1")
    assert 'rel="linkset"' in answer.headers["link"]


@pytest.mark.parametrize("path", [PATH, "/01/09521213000010", "/i/abc", "/v1/dppsByProductIds", "/dpp/vc/x"])
def test_a_page_of_anybody_may_ask_for_public_data(client, path):
    """Options and cross-origin reading, as the resolver standard asks; nothing can be changed from another page."""
    asked = {"Origin": "https://shop.example", "Access-Control-Request-Method": "GET"}
    answer = client.options(path, headers=asked)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-allow-methods"] == answer.headers["allow"] == "GET, HEAD, OPTIONS"
    assert "authorization" not in answer.headers["access-control-allow-headers"].lower()


def test_a_slash_too_many_and_a_head_are_answered_like_the_rest(client):
    slashed = get(client, f"{PATH}/?linkType=linkset")
    assert slashed.json() == get(client, f"{PATH}?linkType=linkset").json()
    assert get(client, "/01/09521213000010/").status_code == 307
    head = client.head(f"{PATH}?linkType=linkset")
    assert (head.status_code, head.content, head.headers["content-type"]) == (200, b"", "application/linkset+json")
    short = get(client, PATH.replace("/01/0", "/01/") + "?linkType=linkset").json()["linkset"]
    assert short[0]["anchor"] == HOST + PATH, "13 digits are the same product"
    for one in slashed.json()["linkset"]:
        links = [each for name, listed in one.items() if name != "anchor" for each in listed]
        assert all(each["title"] and each["href"].startswith("https://") for each in links)
        assert len(one["https://ref.gs1.org/voc/defaultLink"]) == 1


def test_status_codes_of_the_resolver(client):
    assert get(client, f"{PATH}?linkType=gs1:recallStatus").status_code == 404
    assert get(client, "/01/09521213000010/21/NOBODY?linkType=all").status_code == 404
    assert get(client, "/01/09521213000011?linkType=all").status_code == 400
    assert get(client, "/01/09521213000010").status_code == 307
    assert get(client, "/01/09521213000010/10/NONE").status_code == 404
    gone = get(client, "/01/09521213000010/21/GONE?linkType=all")
    assert (gone.status_code, gone.json()["ceasedAt"]) == (410, "2037-01-01")
    assert get(client, f"/dpp/vc/{quote(GONE, safe='')}").status_code == 410
    assert get(client, f"/v1/dppsByProductId/{quote(GONE, safe='')}").status_code == 410
    assert get(client, "/.well-known/gs1resolver").json()["resolverRoot"] == HOST


def test_what_is_served_can_be_checked_with_what_is_served(client):
    document = get(client, "/.well-known/did.json").json()
    token = get(client, f"/dpp/vc/{quote(EV.identifier, safe='')}").text
    listed = get(client, "/status/1").text
    brought = Known(documents=[document], status_lists={f"{HOST}/status/1": listed})
    verdict = check(token, brought, now=datetime.now(UTC))
    assert verdict.holds
    assert {one.code for one in verdict.findings} == {"SEA-023", "SEA-104", "SEA-101", "SEA-105"}


@pytest.mark.parametrize(
    ("spoken", "text"),
    [("en", "date is a day or moment"), ("fr", "date est un jour ou un instant")],
)
def test_errors_of_en18222_speak_the_callers_language(client, spoken, text):
    answer = client.get("/v1/dppsByIdAndDate/urn:x:none?date=soon", headers={"Accept-Language": spoken})
    (message,) = answer.json()["message"]
    assert message["text"].startswith(text)
    assert answer.headers["Content-Language"] == spoken


def test_en18222_reads(client):
    enc = quote(EV.identifier, safe="")
    compressed = get(client, f"/v1/dppsByProductId/{enc}").json()
    assert compressed["weight"] == 412.5
    assert get(client, f"/v1/dpps/{enc}").json() == compressed
    full = get(client, f"/v1/dpps/{enc}?representation=full").json()
    assert {one["elementId"] for one in full["elements"]} >= {"weight", "originShares"}
    assert get(client, f"/v1/dppsByIdAndDate/{enc}?date=2027-02-18").json()["weight"] == 412.5
    assert get(client, f"/v1/dpps/{enc}/elements/$.nominalVoltage.value").json() == 395
    found = client.post(
        "/v1/dppsByProductIds", json={"productIds": [EV.identifier, "https://id.gs1.org/01/09521213000010/21/X"]}
    )
    assert found.json() == {"dppIds": [EV.identifier], "nextCursor": None}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/dpps/https%3A%2F%2Fnobody.example%2F1", 404),
        (f"/v1/dpps/{quote(EV.identifier, safe='')}/elements/nothing", 404),
        (f"/v1/dppsByIdAndDate/{quote(EV.identifier, safe='')}?date=yesterday", 400),
    ],
)
def test_en18222_errors_have_their_shape(client, path, status):
    answer = get(client, path)
    assert answer.status_code == status
    told = answer.json()
    assert told["statusCode"] == {400: "ClientErrorBadRequest", 404: "ClientErrorResourceNotFound"}[status]
    assert told["message"][0]["messageType"] == "Error"
    for body in (b"{", b"[]", b'{"productIds": 7}', b'{"a":1,"a":2}'):
        wrong = client.post("/v1/dppsByProductIds", content=body)
        assert wrong.status_code in {400, 422}
        assert wrong.json()["statusCode"] == "ClientErrorBadRequest"


def test_a_stranger_finds_nothing_restricted_by_any_way(client):
    enc = quote(EV.identifier, safe="")
    from filon.app.issuing import FORMATS

    marks = [b"type-test", b"parts@atlas-packs.example", b"deep discharge", b"AP-M-12"]
    for path in [*(f"/dpp/{form}/{enc}" for form in FORMATS), f"/v1/dpps/{enc}", f"/v1/dpps/{enc}?representation=full"]:
        answer = get(client, path)
        assert answer.status_code == 200, path
        assert not any(mark in answer.content for mark in marks), path
    for code in ("testReports", "spareSources", "negativeEvents", "partNumbers"):
        assert get(client, f"/v1/dpps/{enc}/elements/{code}").status_code == 404


def test_the_battery_page_stays_a_page_for_people(client):
    from example_ledger import GTIN, SERIAL

    page = get(client, f"/01/{GTIN}/21/{SERIAL}", "text/html")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert json.loads(get(client, f"/01/{GTIN}/21/{SERIAL}", "application/json").text)


def test_the_verification_page_tells_who_signed_and_keeps_nothing(client):
    token = get(client, f"/dpp/vc/{quote(EV.identifier, safe='')}").content
    empty = client.get("/verify", headers={"accept": "text/html"})
    assert empty.status_code == 200
    for form in ({"files": {"passport": ("p.jwt", token)}}, {"files": {"text": (None, token)}}, {"content": token}):
        answer = client.post("/verify", headers={"accept": "application/json"}, **form)
        told = answer.json()
        assert (told["holds"], told["method"]) == (True, "did:web:id.atlas.example#key-1")
        assert "SEA-105" in {one["code"] for one in told["findings"]}
    bad = client.post(
        "/verify",
        files={"passport": ("p.jwt", token[:-6] + b"AAAAAA")},
        headers={"accept": "text/html", "accept-language": "fr"},
    )
    assert bad.status_code == 200
    assert "Le sceau ne tient pas" in bad.text
    evil = client.post(
        "/verify", files={"text": (None, b'{"a":"<script>alert(1)</script>"}')}, headers={"accept": "text/html"}
    )
    assert "<script>alert" not in evil.text
    assert client.post("/verify", content=b"x" * (9 * 1024 * 1024)).status_code == 413
