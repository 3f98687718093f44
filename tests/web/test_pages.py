"""The pages as answers: languages, twins, headers, errors; always the three readers: supplier, customer, stranger."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from example_ledger import GTIN, LINK, SERIAL, ExampleLedger, battery
from filon.core.errors import ConflictError
from filon.views.as_json import as_json
from filon.views.say import tongue
from filon.web.app import create_app
from filon.web.pages import ASSETS, asset, render_battery
from filon.web.reply import preferred

BATTERY = f"/01/{GTIN}/21/{SERIAL}"
RIVAGE = "/lots/01/09506000134369/10/RIV-26-0047"
FOLLOWING = [
    "/recall",
    "/recall?names=MIN-1&element=Co",
    "/recall?names=nobody",
    "/flows",
    "/trace/01/09506000134376/21/P-1",
    "/why/01/09506000134376/21/P-1",
    "/origin/01/09506000134376/21/P-1",
    "/origin/01/09506000134376/21/P-1?by=country",
    "/origin/01/09506000134376/21/P-1?by=grade",
]
PAGES = [
    "/",
    "/lots",
    "/lots?q=RIV",
    "/lots?stage=pack",
    RIVAGE,
    "/balance",
    "/balance?element=Co",
    "/credits",
    "/owners",
    "/yields",
    "/yields?site=urn:s&element=Co",
    "/alarms",
    "/custody/01/09506000134369/10/RIV-26-0047",
    "/log",
    "/findings",
    "/affected",
    "/passports",
    f"/passports{BATTERY}",
    f"/history{BATTERY}",
    *FOLLOWING,
    BATTERY,
]


class Recording(ExampleLedger):
    """Remembers what it was asked."""

    def __init__(self):
        self.asked = []

    def lots(self, query="", **choices):
        self.asked.append((query, choices))
        return super().lots(query, **choices)

    def battery(self, gtin, serial, **choices):
        self.asked.append((gtin, serial))
        if serial == "boom":
            raise RuntimeError("secret inside")
        if serial == "busy":
            raise ConflictError("somebody else is writing")
        if serial == "evil":
            return battery(model='<script>alert("x")</script>', maker="A&B<i>", serial="\"'><img src=x>")
        return super().battery(gtin, serial, **choices)


@pytest.fixture
def ledger():
    return Recording()


@pytest.fixture
def web(ledger):
    return TestClient(create_app(ledger), raise_server_exceptions=False)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_told_in_both_languages(web, path, language):
    answer = web.get(path, headers={"Accept-Language": language})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-language"] == language
    assert f'<html lang="{language}">' in answer.text
    assert "Accept-Language" in answer.headers["vary"]


def test_the_french_pages_keep_no_english_sentence(web):
    english = re.compile(r"\b(the|of|and|with|from|is not|does not)\b", re.IGNORECASE)
    for path in PAGES:
        text = re.sub(
            r"<style>.*?</style>|<[^>]+>", " ", web.get(path, headers={"Accept-Language": "fr"}).text, flags=re.DOTALL
        )
        assert not english.findall(text), (path, english.findall(text))


@pytest.mark.parametrize("path", PAGES)
def test_each_page_has_its_json_twin_from_the_same_view(web, path):
    head, _, query = path.partition("?")
    twin = ("/home" if head == "/" else head) + ".json" + ("?" + query if query else "")
    by_path = web.get(twin)
    by_header = web.get(path, headers={"Accept": "application/json"})
    assert by_path.headers["content-type"] == "application/json"
    assert by_path.json() == by_header.json()
    assert web.get(twin, headers={"Accept-Language": "fr"}).json() == by_path.json(), "the same in every language"


def test_the_json_of_the_battery_is_its_view_and_words_come_with_lang(web):
    assert web.get(BATTERY + ".json").json() == as_json(ExampleLedger().battery(GTIN, SERIAL))
    assert web.get(BATTERY + ".json?lang=fr").json() == as_json(ExampleLedger().battery(GTIN, SERIAL), tongue("fr"))


def test_language_goes_by_query_then_cookie_then_header_then_english(web):
    def spoken(**how):
        return web.get("/log", **how).headers["content-language"]

    assert spoken() == "en"
    assert spoken(headers={"Accept-Language": "de, fr;q=0.8, en;q=0.5"}) == "fr"
    assert spoken(headers={"Accept-Language": "fr-CA"}) == "fr"
    assert spoken(headers={"Accept-Language": "fr;q=0, en"}) == "en"
    assert spoken(headers={"Accept-Language": "de"}) == "en"
    switched = web.get("/log?lang=fr", headers={"Accept-Language": "en"})
    assert switched.headers["content-language"] == "fr"
    assert "HttpOnly" in switched.headers["set-cookie"]
    assert spoken(headers={"Accept-Language": "en"}) == "fr", "the cookie is remembered"
    assert spoken(params={"lang": "xx"}) == "fr"


@pytest.mark.parametrize(
    ("header", "best"),
    [("text/html", "text/html"), ("application/json", "application/json"), ("*/*", "text/html"), ("", "text/html"),
     ("application/json, text/html;q=0.9", "application/json"), ("text/*;q=0.5, application/json;q=0.4", "text/html"),
     ("image/png", "text/html"), ("application/json;q=x", "text/html")],
)  # fmt: skip
def test_the_accept_header_chooses(header, best):
    assert preferred(header, ("text/html", "application/json"), "text/html") == best


def test_a_stranger_gets_no_cookie_on_the_battery_page(web):
    assert "set-cookie" not in web.get(BATTERY + "?lang=fr").headers
    assert web.get(BATTERY).headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in web.get("/lots").headers


@pytest.mark.parametrize("path", [*PAGES, "/nowhere", "/lots/zzz", BATTERY + ".json", "/static/none.css", "/healthz"])
def test_headers_let_nothing_in(web, path):
    headers = web.get(path).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["base-uri"] == "'none'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "charset" in headers["content-type"] or "json" in headers["content-type"]


def test_strict_transport_is_only_promised_over_tls(ledger):
    app = create_app(ledger)
    assert "strict-transport-security" not in TestClient(app).get("/log").headers
    secure = TestClient(app, base_url="https://filon.example").get("/log?lang=fr")
    assert secure.headers["strict-transport-security"].startswith("max-age=31536000")
    assert "Secure" in secure.headers["set-cookie"]


@pytest.mark.parametrize("path", PAGES)
def test_nothing_inline_that_the_policy_forbids(web, path):
    text = web.get(path).text
    assert " style=" not in text
    assert " on" not in re.findall(r"<[^>]*\son\w+=", text)
    inline = re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", text)
    assert inline == []
    if path == BATTERY:
        style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)[1]
        assert style.encode() == asset("battery.css").data, "the hash in the policy is of these bytes"
        assert asset("battery.css").source in web.get(path).headers["content-security-policy"]
    else:
        assert "<style" not in text


def test_names_cannot_break_out_of_the_page(web):
    text = web.get(f"/01/{GTIN}/21/evil").text
    assert "<script>alert" not in text
    assert "<img src=x>" not in text
    assert "&lt;script&gt;" in text
    assert web.get("/lots", params={"q": '"><script>x'}).text.count("<script") == 1  # our own


def test_the_search_is_handed_on_as_it_was_typed(web, ledger):
    web.get("/lots", params={"q": "Côté 1", "stage": "pcam", "site": "s", "page": 3, "as_of": 7})
    assert ledger.asked == [("Côté 1", {"stage": "pcam", "site": "s", "page": 3, "as_of": 7, "on": None})]


@pytest.mark.parametrize("serial", ["A/B", "A%B", "ü", "x.y"])
def test_a_serial_number_arrives_as_it_is(web, ledger, serial):
    from urllib.parse import quote

    web.get(f"/01/{GTIN}/21/{quote(serial, safe='')}")
    assert ledger.asked == [(GTIN, serial)]


@pytest.mark.parametrize(
    ("path", "status"),
    [("/nowhere", 404), ("/lots/https%3A%2F%2Fexample.com%2Fx", 404), (f"/01/{GTIN}/21/none", 404), ("/static/none.css", 404),
     ("/lots?page=0", 400), ("/lots?page=x", 400), ("/lots?as_of=-1", 400), ("/01/123/21/x", 400), ("/lots?q=" + "x" * 401, 400),
     (f"/01/{GTIN}/21/busy", 409), (f"/01/{GTIN}/21/boom", 500), (f"/qr/01/{GTIN}/21/{SERIAL}", 404)],
)  # fmt: skip
def test_errors_have_one_shape_for_programs_and_help_for_people(web, path, status):
    told = web.get(path, headers={"Accept": "application/json"})
    assert told.status_code == status
    assert told.headers["content-type"] == "application/problem+json"
    assert told.json()["status"] == status
    assert {"type", "title", "detail"} <= told.json().keys()
    shown = web.get(path, headers={"Accept-Language": "fr"})
    assert shown.status_code == status
    assert "Que faire" in shown.text
    assert "secret inside" not in told.text + shown.text


@pytest.mark.parametrize("page", ["", "/passports", "/history"])
def test_a_mistyped_gtin_is_told_with_the_digit_that_would_fit(web, page):
    # 9 + 5x3 + 6x3 + 1x3 + 3 + 4x3 + 3 + 7x3 = 84, to the next ten 6: ..376, not ..377. A right one unknown is 404.
    told = web.get(f"{page}/01/09506000134377/21/none.json", headers={"Accept": "application/json"})
    assert told.status_code == 400
    assert "09506000134376 would fit" in told.json()["detail"]
    assert web.get(f"{page}/01/{GTIN}/21/none").status_code == 404


def test_nothing_can_be_changed_through_the_web(web):
    for method in ("post", "put", "patch", "delete"):
        answer = getattr(web, method)("/lots")
        assert answer.status_code == 405
        assert answer.json()["status"] == 405 if "json" in answer.headers["content-type"] else True


@pytest.mark.parametrize("path", PAGES)
def test_head_is_answered_like_get_without_a_body(web, path):
    answer = web.head(path)
    assert answer.status_code == 200
    assert answer.content == b""


def test_as_known_then_says_so_and_leads_to_now(web):
    text = web.get("/log?as_of=3").text
    assert "As known with 3 entries" in text
    assert 'href="/log"' in text


def test_assets_never_go_stale(web):
    for name in ASSETS:
        answer = web.get(asset(name).path)
        assert answer.content == asset(name).data
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["content-type"] == f"{asset(name).media_type}; charset=utf-8"


def test_it_says_whether_it_lives(web, ledger):
    assert web.get("/healthz").text == "ok\n"
    assert web.get("/readyz").text == "ok, 412 entries\n"

    def broken(**_):
        raise ConflictError("no ledger")

    ledger.state = broken
    assert web.get("/readyz").status_code == 409
    assert web.get("/healthz").status_code == 200


def test_the_public_host_stands_in_code_and_text(ledger):
    web = TestClient(create_app(ledger, host="https://pass.example/"))
    text = web.get(BATTERY).text
    assert f"https://pass.example{BATTERY}" in text
    assert LINK not in text


def test_what_is_missing_is_shown_as_missing():
    from filon.views.figure import Figure, Standing

    view = replace(battery(), energy=Figure(None, "kWh", Standing.MISSING), made=None, model="", maker="")
    text = render_battery(view, "fr").decode()
    assert "manquant" in text
    assert "None" not in text


def test_both_languages_of_the_file_stay_light():
    import gzip

    for language in ("en", "fr"):
        data = render_battery(battery(), language, standalone=True)
        assert len(gzip.compress(data, 9)) <= 14_000
        assert b'http-equiv="Content-Security-Policy"' in data
        assert b"src=" not in data
        assert b"<link" not in data


def test_the_json_is_plain_json(web):
    for path in PAGES:
        body = web.get(path, headers={"Accept": "application/json"}).content
        json.loads(body, parse_float=lambda text: pytest.fail(f"a binary float: {text}"))
