"""Three people in a real browser: the operator, a partner with a grant, and a stranger; the pages of the door, looked at."""

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyotp
import pytest
from axe_playwright_python.base import AXE_FILE_PATH

from filon.app import capture
from filon.app.access import Door, Kind, Purpose, enter, give, invite
from filon.app.desk.file import Desk
from filon.app.issuing import Issuing
from filon.app.ledger import Ledger
from filon.app.pages import Pages
from filon.exchange.simulator.files import simulate
from filon.exchange.simulator.passport import simulate_passport
from filon.web.app import create_app
from founding import captured
from host import served

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

AXE = AXE_FILE_PATH.read_text(encoding="utf-8")
RULES = """() => axe.run(document, {resultTypes: ["violations"]}).then((found) =>
    found.violations.map((one) => [one.id, one.nodes.slice(0, 3).map((node) => node.html.slice(0, 120))]))"""
BATTERY = "/01/09521213000010/21/000001"
SUPPLIERS = ("Kaarna Refining Oy", "Mbalani Hydrométal SARL")
PASSWORD = "un cheval de bataille"
SHOTS = os.environ.get("FILON_SHOTS", "")
"""Folder to keep screenshots in, to be looked at."""


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """(address, invitations by name) of a ledger with people, grants and published passports."""
    folder = tmp_path_factory.mktemp("house")
    simulate(folder, seed=1)
    simulate_passport(folder)
    files = capture.read_files(
        sorted(one for one in folder.iterdir() if one.suffix in {".xlsx", ".zip", ".jsonld", ".csv", ".json"}),
        limit_mb=200,
    )
    now, desk = datetime.now(UTC), Desk(None)
    with Ledger.open("memory:") as ledger:
        captured(ledger, files)
        pages = Pages(ledger, lambda: date(2027, 3, 1))
        app = create_app(pages, shelf=Issuing(pages.passports, "http://testserver"), door=Door(desk))
        codes = {}
        codes["number of Atelier Nord"] = enter(desk, "Atelier Nord", Kind.PARTNER, now=now).id
        for name, firm, kind in (("anna", "Voltarine", Kind.OPERATOR), ("pia", "Seconde Vie", Kind.INTEREST),
                                 ("rosa", "Reparo", Kind.INTEREST), ("lea", "Altergie", Kind.INTEREST)):  # fmt: skip
            of = enter(desk, firm, kind, now=now)
            codes[name] = invite(desk, name, of, now=now)[1]
            if kind is Kind.INTEREST:
                scope = "https://id.gs1.org" + BATTERY
                give(desk, of, Purpose.REPAIR, scope, "Art. 77(2)(b)", now + timedelta(days=9), now=now, share=True)
        with served(app) as host:
            yield f"http://{host}", codes


def person(chromium, house, name, locale="en"):
    """A page of somebody who used their invitation (if it is not used yet) and signed in by the form."""
    address, codes = house
    page = chromium.new_context(locale=locale, reduced_motion="reduce").new_page()
    if code := codes.pop(name, ""):
        page.goto(address + "/welcome")
        page.locator("#code").fill(code)
        page.locator("#password").fill(PASSWORD)
        page.locator("form.enter button").click()
        page.wait_for_url("**/sign-in")
    page.goto(address + "/sign-in")
    page.locator("#name").fill(name)
    page.locator("#password").fill(PASSWORD)
    page.locator("form.enter button").click()
    page.wait_for_url(lambda url: not url.endswith("/sign-in"))
    return page


def test_a_partner_signs_in_sees_what_was_granted_and_signs_out(chromium, house):
    page = person(chromium, house, "pia")
    assert page.url == house[0] + "/granted"
    assert page.locator("form.who strong").inner_text() == "pia"
    page.locator("main table a").click()
    assert page.url == house[0] + "/granted" + BATTERY
    assert page.get_by_text("not public", exact=True).count() > 5
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in**")
    page.goto(house[0] + "/granted" + BATTERY)
    assert "/sign-in?next=" in page.url
    page.go_back()
    assert page.get_by_text("not public", exact=True).count() == 0, "the way back shows nothing either"
    page.context.close()


def test_the_operator_walks_the_ledger_and_reads_who_read(chromium, house):
    person(chromium, house, "pia").goto(house[0] + "/granted" + BATTERY)
    page = person(chromium, house, "anna")
    assert page.url == house[0] + "/"
    page.get_by_role("link", name="Passports", exact=True).click()
    page.get_by_role("link", name="Who read what is not public").click()
    assert page.get_by_role("cell", name="Seconde Vie").first.is_visible()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in**")
    page.goto(house[0] + "/lots")
    assert "/sign-in?next=%2Flots" in page.url
    page.context.close()


def test_a_stranger_sees_the_public_page_and_nothing_else(chromium, house):
    page = chromium.new_context(locale="en", java_script_enabled=False).new_page()
    for path in ("/", "/lots", "/readings", "/granted", "/granted" + BATTERY, "/passports" + BATTERY):
        page.goto(house[0] + path)
        assert "/sign-in" in page.url, path
        assert page.locator("nav a[href='/lots'], form.who").count() == 0
    page.goto(house[0] + BATTERY)
    assert page.locator("h1").is_visible()
    assert page.context.cookies() == []
    assert not [one for one in SUPPLIERS if one in page.content()]
    page.context.close()


WHO = {"/sign-in": "", "/welcome": "", "/nowhere-at-all": "pia", "/granted": "pia", "/granted" + BATTERY: "pia",
       "/readings": "anna", "/passports": "anna"}  # fmt: skip


@pytest.mark.parametrize("locale", ["en", "fr"])
def test_the_pages_of_the_door_are_sound_for_everybody_on_every_screen(chromium, house, locale):
    people = {"": chromium.new_context(locale=locale, reduced_motion="reduce").new_page()}
    people |= {name: person(chromium, house, name, locale) for name in ("pia", "anna")}
    people["pia"].goto(house[0] + "/granted" + BATTERY)
    found = {}
    for path, name in WHO.items():
        page = people[name]
        page.goto(house[0] + path)
        assert page.evaluate("document.documentElement.lang") == locale
        page.evaluate(AXE)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            found[path, scheme] = page.evaluate(RULES)
            for width in (320, 1280):
                page.set_viewport_size({"width": width, "height": 800})
                reach = page.evaluate("document.documentElement.scrollWidth")
                found[path, scheme, width] = [] if reach <= width else [reach]
                if SHOTS:
                    file = f"{locale}-{scheme}-{width}-{path.strip('/').replace('/', '_')}.png"
                    page.screenshot(path=Path(SHOTS) / file, full_page=width == 1280)
    for page in people.values():
        page.context.close()
    assert {place: wrong for place, wrong in found.items() if wrong} == {}


def look(page, name):
    """Sound for everybody, narrow and wide, light and dark."""
    found = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width in (320, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            reach = page.evaluate("document.documentElement.scrollWidth")
            found[scheme, width] = [] if reach <= width else [reach]
            if SHOTS:
                page.screenshot(path=Path(SHOTS) / f"{name}-{scheme}-{width}.png", full_page=True)
        page.evaluate(AXE)
        found[scheme] = page.evaluate(RULES)
    assert {place: wrong for place, wrong in found.items() if wrong} == {}


def test_a_second_factor_is_set_up_and_asked_for_and_a_recovery_code_helps(chromium, house):
    page = person(chromium, house, "lea")
    page.goto(house[0] + "/second")
    look(page, "second-begin")
    page.locator("#password").fill(PASSWORD)
    page.get_by_role("button", name="Set up").click()
    page.wait_for_url("**/sign-in/code**")
    assert page.locator("svg").count() >= 1
    look(page, "second-offer")
    page.get_by_text("The phone cannot scan?").click()
    device = pyotp.parse_uri(page.locator("details code").inner_text())
    page.locator("#code").fill("000000")
    page.locator("form.enter button").click()
    assert page.get_by_role("alert").inner_text().startswith("This code is wrong")
    page.locator("#code").fill(device.now())
    page.locator("form.enter button").click()
    page.get_by_role("link", name="I have them").wait_for()
    look(page, "second-codes")
    recovery = page.locator("main li code").all_inner_texts()
    assert len(recovery) == 10
    page.get_by_role("link", name="I have them").click()
    page.wait_for_url("**/granted")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in**")
    page.locator("#name").fill("lea")
    page.locator("#password").fill(PASSWORD)
    page.locator("form.enter button").click()
    page.wait_for_url("**/sign-in/code**")
    look(page, "second-code")
    page.goto(house[0] + "/granted")
    assert "/sign-in" in page.url, "the password alone opens nothing"
    page.goto(house[0] + "/sign-in/code")
    page.locator("#code").fill(recovery[0])
    page.locator("form.enter button").click()
    page.wait_for_url("**/granted")
    page.context.close()


def test_somebody_scans_a_code_while_signed_in_and_lets_another_act_for_them(chromium, house):
    page = person(chromium, house, "rosa")
    page.goto(house[0] + BATTERY)
    assert page.url == house[0] + "/granted" + BATTERY, "what was granted, not what everybody sees"
    page.get_by_role("link", name="The public page").click()
    assert page.url.startswith(house[0] + BATTERY)
    page.goto(house[0] + "/granted")
    look(page, "granted-share")
    page.locator("#to").fill("ffffffff")
    page.locator("#scope").fill("*")
    page.get_by_role("button", name="Let them").click()
    assert page.get_by_role("alert").is_visible()
    page.locator("#to").fill(house[1]["number of Atelier Nord"])
    page.locator("#scope").fill("*")
    page.get_by_role("button", name="Let them").click()
    page.wait_for_url("**/granted")
    assert page.get_by_text("Who acts for you").is_visible()
    look(page, "granted-shared")
    page.get_by_role("button", name="End it").click()
    page.wait_for_url("**/granted")
    assert page.get_by_text("Who acts for you").count() == 0
    page.context.close()
