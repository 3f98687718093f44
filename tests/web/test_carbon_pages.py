"""The carbon pages: figures by hand, the JSON twin, every bar a link to its lots, what if by the form, axe in a browser."""

import json
import re
from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace

import pytest
from starlette.testclient import TestClient

from axe_pages import walked
from carbon_ledger import BASELINE, P1, P2, ledger
from filon.accounts.carbon.factor import Factors
from filon.app.carbon import Carbon
from filon.app.pages import Pages
from filon.exchange.carbon_pdf import carbon_pdf, source
from filon.views.figure import Figure, Standing
from filon.views.say import tongue
from filon.web.app import create_app
from filon.web.draw.carbon import footprint_waterfall

PACK = "/carbon" + P1.removeprefix("https://id.gs1.org")
GAPPY = "/carbon" + P2.removeprefix("https://id.gs1.org")
D = Decimal


def value(key):
    found = Factors.standard().get(key).value
    return D(found.numerator) / D(found.denominator)


MINE, OWN = (
    (200 * value("grid.ma.2023.lifecycle") + 1) * 60 / 100,
    60 * value("grid.fr.2023.lifecycle") + 40 * D("0.0141"),
)


@pytest.fixture(scope="module")
def app():
    with ledger() as books:
        pages = Pages(books)
        pages._carbon = Carbon(books, BASELINE)
        yield create_app(pages)


@pytest.fixture(scope="module")
def client(app):
    return TestClient(app, base_url="http://testserver")


def view(client, path):
    answer = client.get(path.split("?")[0] + ".json" + ("?" + path.split("?")[1] if "?" in path else ""))
    assert answer.status_code == 200, answer.text
    return answer.json()


def figure(one):
    return None if one["value"] is None else D(one["value"])


def test_the_pack_s_figure_by_hand(client):
    """60 of 100 kg of the mine's burden and carriage, and the plant's 100 kWh: see `carbon_ledger`."""
    told = view(client, PACK)
    market = next(one for one in told["variants"] if one["variant"] == "market")
    assert figure(market["total"]) == (MINE + OWN).quantize(D("0.001"))
    assert figure(market["per_kwh"]) == ((MINE + OWN) / 60).quantize(D("0.001"))
    stages = {one["stage"]: figure(one["kg"]) for one in told["stages"]}
    assert stages["raw"] == MINE.quantize(D("0.001"))
    assert stages["main"] == OWN.quantize(D("0.001"))
    assert stages["end-of-life"] is None
    scopes = {one["key"]: figure(one["figure"]) for one in told["scopes"]}
    assert scopes["2"] == OWN.quantize(D("0.001"))
    assert scopes["3"] == MINE.quantize(D("0.001"))
    index = 100 * (MINE + OWN) / 60 / 3
    assert figure(told["path"]["index"]) == index.quantize(D("0.1"))
    low, high = (figure(told["spread"][name]) for name in ("low", "high"))
    assert low < MINE + OWN < high


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("path", ["/carbon", PACK, GAPPY, PACK + "?change=wind:Mine:50"])
def test_the_pages_are_there_in_both_languages_without_inline_code(client, lang, path):
    answer = client.get(path, headers={"Accept-Language": lang, "Accept": "text/html"})
    assert answer.status_code == 200
    assert f'lang="{lang}"' in answer.text
    assert not re.search(r"\sstyle=|<script(?![^>]*src=)|\son\w+=", answer.text)
    assert "None" not in re.sub(r"<[^>]*>", "", answer.text)


def test_each_bar_opens_its_line_and_each_line_its_lots(client):
    page = client.get(PACK, headers={"Accept": "text/html"}).text
    bars = re.findall(r'<a href="#(c\d+|rest)"', page)
    drawings = [re.findall(r'<a href="#c\d+"', drawn) for drawn in re.findall(r"<svg.*?</svg>", page, re.DOTALL)]
    assert {len(links) for links in drawings if links} == {3, 6}  # three bars; two companies, two groups, two stages
    for key in bars:
        assert f'id="{key}"' in page
    told = view(client, PACK)
    assert {lot["href"] for one in told["contributions"] for lot in one["lots"]} >= {
        "/lots/https%3A%2F%2Fexample.com%2Flot%2FS"
    }
    for one in told["contributions"]:
        for lot in one["lots"]:
            assert client.get(lot["href"], headers={"Accept": "text/html"}).status_code == 200
    assert "meter-7" in page
    assert "chain.jsonld" in page
    assert "Ember" in page


def test_the_bars_are_as_wide_as_the_figures(client):
    """In the waterfall the widths of all bars but the last sum to the last one, the total."""
    page = client.get(PACK, headers={"Accept": "text/html"}).text
    drawing = page[page.index('class="waterfall"') :]
    drawing = drawing[: drawing.index("</svg>")]
    widths = [float(w) for w in re.findall(r'width="([\d.]+)%" height="12" class="c-', drawing)]
    assert abs(sum(widths[:-1]) - widths[-1]) < 1.5
    assert widths[-1] == 100


def test_the_last_bar_is_the_figure_at_the_head_though_lines_are_rounded():
    """Three lines of 0.3334 kg are told as 0.333 each, 0.999 together; the whole is 1.0002, told as 1.000."""
    whole = Figure(D("1.000"), "kg CO2e", Standing.COMPUTED)
    line = SimpleNamespace(key="c1", stage="raw", kg=replace(whole, value=D("0.333")), flow="road", site="Mine")
    market = SimpleNamespace(variant="market", known=whole)
    drawn = footprint_waterfall(SimpleNamespace(contributions=[line] * 3, variants=[market]), tongue("en"))
    assert drawn.count("0.333") >= 3
    assert "total: 1.000" in drawn
    assert "0.999" not in drawn


def test_what_if_by_the_form(client):
    """All 200 kWh of the mine from wind: 60 % of the difference is the pack's. Then a supplier at 0.2 a kg takes it all."""
    site = next(one["key"] for one in view(client, PACK)["sites"] if one["name"].startswith("Mine"))
    told = view(client, f"{PACK}?site={site}&kind=wind&amount=100")
    wind = value("tech.wind_onshore.ademe2021")
    saved = 200 * (value("grid.ma.2023.lifecycle") - wind) * 60 / 100
    assert figure(told["what_if"]["effects"][0]["delta"]) == (-saved).quantize(D("0.001"))
    again = view(client, f"{PACK}?change=wind:{site}:100&site={site}&kind=supplier&amount=0,2")
    assert figure(again["what_if"]["after"]) == (OWN + D("0.6") + 60 * D("0.2")).quantize(D("0.001"))
    assert len(again["what_if"]["effects"]) == 2
    for bad in ("change=wind:nowhere:50", "change=nonsense", "change=wind:Mine:x", "ruleset=none"):
        assert client.get(f"{PACK}?{bad}", headers={"Accept": "application/json"}).status_code == 400


def test_a_pack_with_gaps_has_no_total_but_names_them(client):
    told = view(client, GAPPY)
    assert [one["kind"] for one in told["gaps"]] == ["no data"]
    assert figure(told["variants"][0]["total"]) is None
    page = client.get(GAPPY + "?lang=fr", headers={"Accept": "text/html"}).text
    assert "consommations non déclarées" in page


def test_the_board_counts_whole_packs_and_does_not_hide_the_others(client):
    told = view(client, "/carbon")
    (model,) = told["models"]
    assert (model["packs"], model["gaps"], model["product"], model["year"]) == (2, 1, "Pack 60", 2026)
    assert abs(figure(model["market"]) - (MINE + OWN) / 60) < D("0.001")
    (year,) = told["packs"]["years"]
    assert (year["standing"], year["because"]) == ("cannot tell", "gaps")
    assert [one["what"] for one in told["legal"] if not one["adopted"]] == ["declaration", "class", "threshold"]
    assert told["packs"]["baselines"][0]["seal"]


def test_rules_of_another_name_give_another_stamp_and_no_index(client):
    told = view(client, PACK + "?ruleset=da-ev-draft")
    assert dict(map(tuple, told["stamp"]))["ruleset"] == "da-ev-draft/2024-04-29"
    assert told["path"]["because"] == "rules"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_pdf_is_tagged_and_says_the_view_s_figures(app, language):
    pages = app.state.ledger
    told = pages.carbon(P1)
    data = carbon_pdf(told, tongue(language))
    assert data.startswith(b"%PDF-")
    text = source(told, tongue(language))
    assert tongue(language).figure(told.variants[1].total) in text
    assert carbon_pdf(pages.carbon(P2), tongue(language)).startswith(b"%PDF-")


def test_no_name_becomes_markup_in_the_pdf(app):
    from dataclasses import replace

    told = replace(app.state.ledger.carbon(P1), product='"]#panic("x")[ \\u{41} $x$ *b*')
    assert carbon_pdf(told, tongue("en")).startswith(b"%PDF-")


PAGES = {"board": "/carbon", "pack": PACK, "gaps": GAPPY, "what-if": PACK + "?change=wind:Mine:50"}


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
@pytest.mark.parametrize("locale", ["en", "fr"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(app, chromium, locale):
    assert walked(app, chromium, locale, PAGES) == {}


def test_json_is_one_object_with_decimals_as_text(client):
    answer = client.get(PACK + ".json").text
    assert "NaN" not in answer
    assert isinstance(json.loads(answer)["variants"][0]["known"]["value"], str)
