"""Labels printed from the browser: the PDF holds the codes of the batteries named, and mistakes are told."""

import io
from datetime import UTC, date, datetime, timedelta

import pytest
import typst
import zxingcpp
from fastapi.testclient import TestClient
from PIL import Image

from axe_pages import walked
from filon.app.desk.file import Desk
from filon.app.desk.tokens import Role, create
from filon.app.ledger import Ledger
from filon.app.pages import Pages
from filon.app.passport_data import PassportData, deed_data
from filon.web.app import create_app
from filon.web.labels import MOST

HOST = "https://id.atlas.example"
BATTERIES = [f"https://id.gs1.org/01/09521213000010/21/D-{n}" for n in (1, 2)]
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    ledger, desk = Ledger.open("memory:"), Desk(tmp_path_factory.mktemp("labels") / "desk.db")
    data = PassportData(ledger, desk, now=lambda: NOW)
    secret = create(desk, "Anna", [Role.SUBMITTER], now=NOW, valid=timedelta(days=9))[1]
    data.submit(
        deed_data("place", BATTERIES, "2026-03-01", now=NOW, operator="https://id.gs1.org/417/9521213000003"), secret
    )
    return create_app(Pages(ledger, lambda: date(2027, 3, 2)), host=HOST)


@pytest.fixture
def ask(app):
    web = TestClient(app)

    def asked(**fields):
        return web.post(
            "/passports/labels", data={"names": "\n".join(BATTERIES), "size": "20", "sheet": "a4-24"} | fields
        )

    return asked


def test_the_pdf_holds_the_codes_of_the_batteries(ask, monkeypatch):
    """The page that typst sets is set once more as a picture, and read by zxing."""
    seen, real = [], typst.compile

    def watch(template, **options):
        seen.append(real(template, sys_inputs=options["sys_inputs"], format="png", ppi=300))
        return real(template, **options)

    monkeypatch.setattr(typst, "compile", watch)
    answer = ask(size="20,5")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.content.startswith(b"%PDF-")
    assert answer.headers["cache-control"] == "no-store"
    read = {one.text for one in zxingcpp.read_barcodes(Image.open(io.BytesIO(seen[0])))}
    assert {one.upper() for one in read} == {f"{HOST}/01/09521213000010/21/D-{n}".upper() for n in (1, 2)}


@pytest.mark.parametrize(
    ("fields", "status", "told"),
    [
        ({"names": "D-77"}, 404, "D-77"),
        ({"names": " \n "}, 400, "name the batteries"),
        ({"names": "D-1\n" * (MOST + 1)}, 400, str(MOST)),
        ({"size": "wide"}, 400, "millimetres"),
        ({"size": "NaN"}, 400, "millimetres"),
        ({"size": "-3"}, 400, "millimetres"),
        ({"size": "1e999999"}, 400, "millimetres"),
        ({"size": "60"}, 400, "does not fit"),
        ({"sheet": "a5"}, 400, "a4-24"),
        ({"size": "4"}, 422, "DPP-013"),
    ],
)
def test_a_mistake_is_told_and_what_was_typed_stays(ask, fields, status, told):
    answer = ask(**fields)
    assert answer.status_code == status
    assert told in answer.text
    for typed in ({"size": "20"} | fields).get("size"), fields.get("names", "D-2").strip()[:3]:
        assert typed in answer.text


def test_a_code_too_small_to_be_read_is_not_printed_in_spite_of_all(ask):
    assert ask(size="4", accept="yes").status_code == 422


def test_the_board_leads_to_it_in_both_languages(app):
    web = TestClient(app)
    assert 'href="/passports/labels"' in web.get("/passports").text
    french = web.get("/passports/labels", headers={"Accept-Language": "fr"}).text
    assert "Étiquettes" in french
    assert 'lang="fr"' in french


@pytest.mark.browser
@pytest.mark.parametrize("locale", ["en", "fr"])
def test_axe_finds_nothing(app, chromium, locale):
    assert walked(app, chromium, locale, {"labels": "/passports/labels", "named": "/passports/labels?names=D-1"}) == {}
