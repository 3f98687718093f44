"""Three people and one passport in a real browser: stranger, partner, holder; from the scan to the seal, by hand.

The stranger reads, asks how a figure is known, follows the history and checks the seal; the partner reads what was granted
and fetches its document; the holder says what was done to the battery. Every page of this is looked at by axe.
"""

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import quote

import pytest
from axe_playwright_python.base import AXE_FILE_PATH

from filon.app.access import Door, Kind, Purpose, enter, give, invite
from filon.app.desk.file import Desk
from filon.app.desk.tokens import Role, create
from filon.app.evidence import Evidence
from filon.app.issuing import Issuing
from filon.app.ledger import Ledger
from filon.app.pages import Pages
from filon.app.passport_data import PassportData
from filon.app.sealer import create_sealer
from filon.exchange.simulator.files import simulate
from filon.exchange.simulator.passport import simulate_passport
from filon.web.app import create_app
from founding import captured
from host import bound, served

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

AXE = AXE_FILE_PATH.read_text(encoding="utf-8")
RULES = """() => axe.run(document, {resultTypes: ["violations"]}).then((found) =>
    found.violations.map((one) => [one.id, one.nodes.slice(0, 3).map((node) => node.html.slice(0, 120))]))"""
WIDE = """() => [...document.querySelectorAll('main *')].filter((one) =>
    one.getBoundingClientRect().right > innerWidth).slice(0, 4).map((one) => one.outerHTML.slice(0, 90))"""
PATH = "/01/09521213000010/21/000001"
BATTERY = "https://id.gs1.org" + PATH
PASSWORD = "un cheval de bataille"
PAPER = b"%PDF-1.7 how to take it apart"


class House:
    """A running server: its address, the operator's token, invitations by name."""

    def __init__(self, folder):
        from filon.app import capture

        simulate(folder, seed=1)
        simulate_passport(folder)
        suffixes = {".xlsx", ".zip", ".jsonld", ".csv", ".json"}
        files = capture.read_files(sorted(one for one in folder.iterdir() if one.suffix in suffixes), limit_mb=200)
        now, desk = datetime.now(UTC), Desk(None)
        self.ledger = Ledger.open("memory:")
        captured(self.ledger, files)
        self.socket = bound()
        self.address = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        pages = Pages(self.ledger, now.date)
        data, evidence = PassportData(self.ledger, desk), Evidence(folder / "evidence")
        sealer = create_sealer(folder / "sealer", "id.atlas.example", "Atlas Packs")
        shelf = Issuing(pages.passports, self.address, sealer)
        app = create_app(pages, shelf=shelf, host=self.address, door=Door(desk), points=data, evidence=evidence)
        evidence.keep(PAPER, "application/pdf", "dismantling.pdf", by="Anna", now=now)
        self.token = create(desk, "Anna", [Role.SUBMITTER], now=now, valid=timedelta(days=1))[1]
        said = {"point": "dismantling", "value": [{"uri": "https://voltarine.example/d", "title": "Dismantling"}],
                "document": [sha256(PAPER).hexdigest()]}  # fmt: skip
        at = (now - timedelta(days=1)).isoformat()
        body = {"filonPoints": "1", "statements": [{"subject": BATTERY, "at": at, "points": [said]}]}
        assert data.submit(json.dumps(body).encode(), self.token).state.value == "taken"
        self.codes = {}
        for name, firm, kind in (("anna", "Voltarine", Kind.OPERATOR), ("pia", "Seconde Vie", Kind.INTEREST)):
            of = enter(desk, firm, kind, now=now)
            self.codes[name] = invite(desk, name, of, now=now)[1]
            if kind is Kind.INTEREST:
                give(
                    desk, of, Purpose.REPAIR, BATTERY, "Art. 77(2)(b)", now + timedelta(days=9), now=now, download=True
                )
        self.app = app

    def person(self, chromium, name, locale="en"):
        """Somebody's page, signed in by the form."""
        page = chromium.new_context(locale=locale, reduced_motion="reduce").new_page()
        if code := self.codes.pop(name, ""):
            page.goto(self.address + "/welcome")
            page.locator("#code").fill(code)
            page.locator("#password").fill(PASSWORD)
            page.locator("form.enter button").click()
            page.wait_for_url("**/sign-in")
        page.goto(self.address + "/sign-in")
        page.locator("#name").fill(name)
        page.locator("#password").fill(PASSWORD)
        page.locator("form.enter button").click()
        page.wait_for_url(lambda url: not url.endswith("/sign-in"))
        return page


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    made = House(tmp_path_factory.mktemp("house"))
    with served(made.app, made.socket):
        yield made


@pytest.fixture(scope="module")
def stranger(chromium):
    """A phone without script."""
    context = chromium.new_context(locale="en", java_script_enabled=False, viewport={"width": 360, "height": 740})
    yield context.new_page()
    context.close()


def test_a_stranger_asks_how_each_figure_is_known(stranger, house):
    stranger.goto(house.address + PATH)
    asked = stranger.locator(".how details")
    assert asked.count() >= 20
    for number in (0, asked.count() // 2, asked.count() - 1):
        one = asked.nth(number)
        assert not one.locator("p").is_visible()
        one.locator("summary").click()
        assert one.locator("p").is_visible()
        assert one.locator("p").inner_text().strip()
    listed = stranger.locator("dl.points > div").count()
    assert asked.count() == listed, "no figure without its reason"
    assert stranger.get_by_text("Dismantling").count() == 0
    assert sha256(PAPER).hexdigest() not in stranger.content()


def test_a_stranger_follows_the_history(stranger, house):
    stranger.goto(house.address + PATH)
    stranger.get_by_role("link", name="History of this passport").click()
    assert stranger.url.endswith("/history" + PATH)
    rows = stranger.locator("main table tbody tr")
    assert rows.count() >= 3
    assert "Dismantling" not in stranger.content()


def test_a_stranger_checks_the_seal_by_hand_and_a_changed_one_is_refused(stranger, house, tmp_path):
    stranger.goto(house.address + PATH)
    token = stranger.request.get(f"{house.address}/dpp/vc/{quote(BATTERY, safe='')}").text()
    stranger.goto(house.address + "/verify")
    (tmp_path / "passport.jwt").write_text(token)
    stranger.locator("#passport").set_input_files(tmp_path / "passport.jwt")
    stranger.get_by_role("button", name="Check").click()
    assert stranger.get_by_role("status").inner_text() == "The seal holds: this is what its issuer signed."
    stranger.get_by_text("What was signed").click()
    assert "did:web:id.atlas.example" in stranger.locator("pre").inner_text()
    stranger.locator("#text").fill(token[:-8] + "AAAAAAAA")
    stranger.get_by_role("button", name="Check").click()
    assert stranger.get_by_role("status").inner_text().startswith("The seal does not hold.")
    assert stranger.context.cookies() == []


@pytest.mark.parametrize("locale", ["en", "fr"])
def test_the_verification_page_is_sound_for_everybody_in_each_of_its_states(chromium, house, locale):
    page = chromium.new_context(locale=locale, reduced_motion="reduce").new_page()
    token = page.request.get(f"{house.address}/dpp/vc/{quote(BATTERY, safe='')}").text()
    found = {}
    for state, text in (("empty", ""), ("holds", token), ("broken", token[:-8] + "AAAAAAAA"), ("nonsense", "{")):
        page.goto(house.address + "/verify")
        if text:
            page.locator("#text").fill(text)
            page.locator("main form button").click()
            good = {"en": "The seal holds", "fr": "Le sceau tient"}[locale]
            assert page.get_by_role("status").inner_text().startswith(good) == (state == "holds")
        assert page.evaluate("document.documentElement.lang") == locale
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        looked_at(page, found, state)
    page.context.close()
    assert {place: wrong for place, wrong in found.items() if wrong} == {}


def looked_at(page, found, name):
    """What axe and a narrow screen say, light and dark."""
    page.evaluate(AXE)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found[name, scheme] = page.evaluate(RULES)
        for width in (320, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            reach = page.evaluate("document.documentElement.scrollWidth")
            found[name, scheme, width] = [] if reach <= width else [reach, page.evaluate(WIDE)]


def test_a_partner_fetches_the_document_behind_what_was_granted(chromium, house):
    page = house.person(chromium, "pia")
    page.goto(house.address + "/granted" + PATH)
    one = page.locator("dl.points > div", has_text="Dismantling").first
    one.locator("summary").click()
    with page.expect_download() as taken:
        one.locator(".mono a").click()
    assert taken.value.path().read_bytes() == PAPER
    assert taken.value.suggested_filename == "dismantling.pdf"
    page.context.close()


def test_the_holder_says_what_was_done_and_everybody_sees_it(chromium, house, stranger):
    page = house.person(chromium, "anna")
    found = {}
    page.goto(house.address + "/passports" + PATH)
    page.get_by_role("link", name="What was done").click()
    looked_at(page, found, "deed")

    def say(deed, day=""):
        page.goto(house.address + "/passports/deed" + PATH)
        page.locator("#token").fill(house.token)
        page.locator("#deed").select_option(deed)
        if day:
            page.locator("#day").fill(day)
        page.get_by_role("button", name="Hand in").first.click()

    say("suspend")
    assert page.url.endswith("/passports" + PATH)
    stranger.goto(house.address + PATH)
    assert stranger.locator("dl.points").count() == 0
    say("publish")
    stranger.goto(house.address + PATH)
    assert stranger.locator("dl.points").count() > 0
    say("repurpose")
    assert page.get_by_role("alert").first.is_visible(), "into what?"
    looked_at(page, found, "deed refused")
    page.goto(house.address + "/history" + PATH)
    assert page.locator("main table tbody tr").first.inner_text().count("published") == 1
    page.context.close()
    assert {place: wrong for place, wrong in found.items() if wrong} == {}
