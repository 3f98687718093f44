"""The page at once is the page: what stands before the application answers as the application would, byte for byte."""

import gzip
from datetime import UTC, date, datetime

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape

from filon.app import capture
from filon.app.capture import ALL_WARNINGS, File
from filon.app.ledger import Ledger
from filon.app.pages import Pages
from filon.epcis.jsonwrite import write
from filon.exchange.simulator.fleet import fleet
from filon.exchange.simulator.passport import SHEET, sheet
from filon.exchange.simulator.plant import master_data
from filon.exchange.simulator.world import PRODUCTS
from filon.web.app import create_app
from filon.web.sheet import BLANKS, LONG, Own, Sheet

ON = date(2027, 3, 1)
NOW = datetime(2027, 3, 1, tzinfo=UTC)
PACK = PRODUCTS["pack"]
SLOW = {"Cookie": "filon_lang=xx"}  # whoever brings a cookie goes through the whole application


def take(ledger, name, data):
    told = capture.take(ledger, File(name, data), now=lambda: NOW, submitter="works", accept=ALL_WARNINGS)
    assert told.state is capture.State.TAKEN, told.findings


@pytest.fixture(scope="module")
def pages():
    """A thousand packs in two batches, with everything said of them."""
    with Ledger.open("memory:") as ledger:
        take(ledger, SHEET, sheet())
        ((name, events),) = fleet(1, 1000)
        take(ledger, name, write(events, master=master_data()))
        yield Pages(ledger, lambda: ON)


@pytest.fixture(scope="module")
def client(pages):
    return TestClient(create_app(pages, host="https://id.atlas.example"), raise_server_exceptions=False)


def path(number):
    return f"/01/{PACK.gtin}/21/{number}"


@pytest.mark.parametrize("language", ["en", "fr", "de;q=0.9, fr;q=0.8"])
@pytest.mark.parametrize("number", [1, 7, 500, 501, 1000])
def test_the_page_at_once_is_the_page_of_the_application(client, pages, number, language):
    asks = {"Accept-Language": language}
    slow = client.get(path(number), headers={**asks, **SLOW})
    assert pages.at_hand(PACK.gtin, str(number)) is not None
    quick = client.get(path(number), headers=asks)
    assert quick.content == slow.content
    assert f"{number}</p>" in quick.text
    same = {name: text for name, text in slow.headers.items() if name not in {"content-length", "content-encoding"}}
    assert {name: quick.headers[name] for name in same} == same


def test_drawn_for_one_battery_is_the_same_as_filled_into_the_sheet(pages):
    from dataclasses import replace

    from filon.web.pages import render_battery

    for number in (3, 1000):
        view = pages.battery(PACK.gtin, str(number))
        for language in ("en", "fr"):
            assert render_battery(view, language) == render_battery(replace(view, kept=None), language)


def test_whoever_has_the_page_gets_no_second_copy_until_the_log_grows(client, pages):
    tag = client.get(path(7)).headers["ETag"]
    again = client.get(path(7), headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(path(7), headers={"If-None-Match": tag, **SLOW}).status_code == 304
    assert client.get(path(8), headers={"If-None-Match": tag}).status_code == 200
    assert client.get(path(7), headers={"If-None-Match": tag, "Accept-Language": "fr"}).status_code == 200
    body = b'{"filonPoints":"1","statements":[{"subject":"%s","at":"2027-03-01T08:00:00Z","points":{"cycles":"9"}}]}'
    take(pages.ledger, "cycles.points.json", body % PACK.piece("8").encode())
    grown = client.get(path(7), headers={"If-None-Match": tag})
    assert grown.status_code == 200
    assert grown.content == client.get(path(7), headers=SLOW).content


def test_head_has_the_headers_and_no_body(client):
    client.get(path(7))
    told = client.head(path(7))
    assert (told.status_code, told.content) == (200, b"")
    assert told.headers["ETag"] == client.get(path(7)).headers["ETag"]


@pytest.mark.parametrize(
    ("asked", "headers"),
    [(".json", {}), ("", {"Accept": "application/json"}), ("?as_of=1", {}), ("", {"Accept": "image/png"}), ("0", {})],
)
def test_everything_else_goes_on_to_the_application(client, asked, headers):
    client.get(path(7))
    quick, slow = (client.get(path(7) + asked, headers={**headers, **more}) for more in ({}, SLOW))
    assert (quick.status_code, quick.content) == (slow.status_code, slow.content)


def test_a_passport_withdrawn_or_ended_is_not_at_hand(pages):
    client = TestClient(create_app(pages, host="https://id.atlas.example"), raise_server_exceptions=False)
    client.get(path(11))
    assert pages.at_hand(PACK.gtin, "11") is not None
    body = b'{"filonPoints":"1","deeds":[{"deed":"%s","of":["%s"],"at":"2027-03-01T09:00:00Z"}]}'
    for number, deed in (("11", "suspend"), ("12", "recycle")):
        take(pages.ledger, f"{deed}.points.json", body % (deed.encode(), PACK.piece(number).encode()))
        client.get(path(number))
        assert pages.at_hand(PACK.gtin, number) is None
    assert client.get(path(12)).status_code == 410
    assert client.get(path(13)).status_code == 200


@given(
    st.lists(st.text("ab<&\u00e9", max_size=2 * LONG), min_size=1, max_size=5),
    st.lists(st.sampled_from([str(one) for one in (BLANKS.serial, BLANKS.link, BLANKS.code)]), max_size=6),
    st.text("a<&\"'é", max_size=9),
)
def test_a_packed_sheet_unpacks_to_the_plain_one_and_blanks_are_escaped(texts, blanks, name):
    html = "".join(text + blank for text, blank in zip(texts, [*blanks, "", "", "", "", ""], strict=False))
    own = Own(name, "l", "p", "h", "t", "g", "r", "1", Markup("<svg>"))
    filled = html.replace(str(BLANKS.serial), str(escape(name)))
    filled = filled.replace(str(BLANKS.link), "l").replace(str(BLANKS.code), "<svg>")
    made = Sheet(html)
    assert made.plain(own) == filled.encode("utf-8", "surrogatepass")
    assert gzip.decompress(made.packed(own)) == made.plain(own)
