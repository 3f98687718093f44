"""The page of an agreement's footprint, and a declared footprint on a pack's page."""

import json
import os
import re
from decimal import Decimal
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from axe_pages import walked
from carbon_ledger import NOW, P1, ledger
from contract_ledger import filled
from filon.accounts.carbon.factor import Factors
from filon.app import capture
from filon.app.pages import Pages
from filon.web.app import create_app
from story import lot

PAGE = "/carbon/agreement/CTR-1"
PACK = "/carbon" + P1.removeprefix("https://id.gs1.org")


FOOTPRINT = {
    "id": "5b0e4b1e-6a41-4f3e-9c7e-0d5a0f6c2a11", "specVersion": "3.0.3", "created": "2026-10-06T08:00:00Z",
    "status": "Active", "companyName": "Mine SA", "companyIds": ["urn:pact:mine.example:company-id:1"],
    "productDescription": "sulfate", "productNameCompany": "sulfate",
    "productIds": ["urn:pact:mine.example:own-id:" + quote(lot("S"), safe="")],
    "pcf": {
        "declaredUnitOfMeasurement": "kilogram", "declaredUnitAmount": "1", "productMassPerDeclaredUnit": "1",
        "referencePeriodStart": "2026-01-01T00:00:00Z", "referencePeriodEnd": "2027-01-01T00:00:00Z",
        "pcfExcludingBiogenicUptake": "2", "pcfIncludingBiogenicUptake": "2", "fossilGhgEmissions": "2",
        "fossilCarbonContent": "0", "ipccCharacterizationFactors": ["AR6"], "crossSectoralStandards": ["ISO14067"],
        "exemptedEmissionsPercent": "0",
    },
}  # fmt: skip


OF_LOT_A = FOOTPRINT | {"productIds": ["urn:pact:mine.example:own-id:" + quote(lot("A"), safe="")]}


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with filled(tmp_path_factory.mktemp("page")) as books:
        yield TestClient(create_app(Pages(books)), base_url="http://testserver")


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("path", [PAGE, PAGE + "?year=2025", PAGE + "?year=2031", "/carbon"])
def test_the_page_is_there_in_both_languages(client, lang, path):
    answer = client.get(path, headers={"Accept-Language": lang, "Accept": "text/html"})
    assert answer.status_code == 200
    assert f'lang="{lang}"' in answer.text
    assert "None" not in re.sub(r"<[^>]*>", "", answer.text)


def test_every_bar_knot_and_row_leads_to_lots(client):
    page = client.get(PAGE, headers={"Accept": "text/html"}).text
    for key in re.findall(r'<a href="#([^"]+)"', page):
        assert f'id="{key}"' in page or key == "main", key
    drawings = [re.findall(r'<a href="#c\d+"', drawn) for drawn in re.findall(r"<svg.*?</svg>", page, re.DOTALL)]
    assert {len(links) for links in drawings if links} == {1, 3}
    for href in re.findall(r'href="(/carbon/[^"]+|/lots/[^"]+)"', page):
        assert client.get(href.replace("&amp;", "&"), headers={"Accept": "text/html"}).status_code == 200, href


def test_the_twin_says_the_same(client):
    told = client.get(PAGE + ".json").json()
    assert [(one["spoken"], one["index"]["value"]) for one in told["path"]["years"]] == [
        ("2025/26", "50"),
        ("2026/27", "75"),
    ]
    assert client.get(PAGE + "9.json").status_code == 404
    assert client.get("/carbon.json").json()["contracts"][0]["href"] == PAGE


def test_a_declared_footprint_stands_beside_the_pack_with_its_share():
    """The sulfate of the mine is declared at 2 a kg. The mine's readings are there: 200 kWh on 100 kg, so the 2 counts
    nowhere. It is told of 60 kg of it in the pack, which are all of the raw materials but the 0.6 kg of carriage."""
    with ledger() as books:
        before = Pages(books).carbon(P1)
    with ledger() as books:
        files = [capture.File("mine.json", json.dumps(FOOTPRINT).encode())]
        assert capture.capture(books, files, now=lambda: NOW, accept=capture.ALL_WARNINGS)[0].entry == 1
        view = Pages(books).carbon(P1)
        web = TestClient(create_app(Pages(books)), base_url="http://testserver")
        page = web.get(PACK, headers={"Accept": "text/html"}).text
        findings = [one.code for one in Pages(books).findings()]
    assert view.variants == before.variants
    (one,) = view.declared
    kwh = 2 * Factors.standard().get("grid.ma.2023.lifecycle").value
    assert (one.by, one.value.value, one.standing) == ("Mine SA, PACT " + FOOTPRINT["id"], 2, "differs")
    assert one.computed.value == round(Decimal(kwh.numerator) / Decimal(kwh.denominator), 3)
    raw = next(row for row in view.stages if row.stage == "raw").kg.value - Decimal("0.6")
    assert one.share.value == round(100 * raw / view.variants[1].total.value, 1)
    assert FOOTPRINT["id"] in page
    assert {"CFP-016", "CFP-020"} <= set(findings)


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize(("form", "start"), [("pdf", b"%PDF-"), ("xlsx", b"PK")])
def test_reports_are_on_the_pages(client, lang, form, start):
    for page in (PAGE, PAGE + "?year=2025", "/carbon/" + quote(lot("A"), safe="")):
        text = client.get(page, headers={"Accept": "text/html", "Accept-Language": lang}).text
        href = re.search(rf'href="(/carbon/report/{form}/[^"]+)"', text)[1]
        answer = client.get(href, headers={"Accept-Language": lang})
        assert answer.status_code == 200, href
        assert answer.content.startswith(start)
        assert re.fullmatch(r'attachment; filename="carbon-[A-Za-z0-9.-]+"', answer.headers["content-disposition"])
    assert client.get(f"/carbon/report/docx/{PAGE}").status_code == 404
    assert client.get("/carbon/report/pdf/agreement/none").status_code == 404


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
@pytest.mark.parametrize("locale", ["en", "fr"])
def test_axe_finds_nothing_on_the_agreement_and_beside_a_declared_footprint(tmp_path, chromium, locale):
    with filled(tmp_path) as books:
        files = [capture.File("mine.json", json.dumps(OF_LOT_A).encode())]
        assert capture.capture(books, files, now=lambda: NOW, accept=capture.ALL_WARNINGS)[0].entry == 1
        pages = {
            "agreement": PAGE,
            "year": PAGE + "?year=2025",
            "board": "/carbon",
            "declared": "/carbon/" + quote(lot("A"), safe=""),
        }
        assert walked(create_app(Pages(books)), chromium, locale, pages, os.environ.get("PICTURES", "")) == {}
