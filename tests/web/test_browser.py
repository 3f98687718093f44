"""What people see, in a real browser: axe, QR from a screenshot, weight, no sideways scroll, no script needed."""

from __future__ import annotations

import gzip
import io
from urllib.request import Request, urlopen

import pytest
import zxingcpp
from axe_playwright_python.base import AXE_FILE_PATH
from PIL import Image

from example_ledger import GTIN, LINK, SERIAL, battery
from filon.web.pages import render_battery

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

AXE = AXE_FILE_PATH.read_text(encoding="utf-8")
BATTERY = f"/01/{GTIN}/21/{SERIAL}"
PAGES = {
    "home": "/",
    "lots": "/lots",
    "no-lot": "/lots?q=zzz",
    "lot": "/lots/01/09506000134369/10/RIV-26-0047",
    "pack": f"/lots{BATTERY}",
    "balance": "/balance",
    "balance-co": "/balance?element=Co",
    "log": "/log",
    "findings": "/findings",
    "recall-form": "/recall",
    "recall": "/recall?names=MIN-1&element=Co",
    "flows": "/flows",
    "trace": "/trace/01/09506000134376/21/P-1",
    "why": "/why/01/09506000134376/21/P-1",
    "origin": "/origin/01/09506000134376/21/P-1?by=country",
    "as-of": "/log?as_of=3",
    "missing": "/lots/nowhere",
    "passports": "/passports",
    "readiness": f"/passports{BATTERY}",
    "history": f"/history{BATTERY}",
    "battery": BATTERY,
}


RULES = """asked => axe.run(document, {resultTypes: ["violations"], ...asked}).then((found) =>
    found.violations.map((one) => [one.id, one.nodes.slice(0, 3).map((node) => node.html.slice(0, 120))]))"""


def violations(page, schemes=("light", "dark")):
    """What axe finds; in the second scheme only the colours are asked again, the rest is the same page."""
    page.evaluate(AXE)
    found = []
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        asked = {} if scheme == schemes[0] else {"runOnly": ["color-contrast", "link-in-text-block"]}
        found += [(scheme, *one) for one in page.evaluate(RULES, asked)]
    return found


@pytest.mark.parametrize("locale", ["en", "fr"])
def test_axe_finds_nothing_on_any_page_in_light_or_dark(chromium, address, locale):
    context = chromium.new_context(locale=locale, viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    found = {}
    for name, path in PAGES.items():
        page.goto(address + path)
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        assert page.evaluate("document.documentElement.lang") == locale
        if wrong := violations(page):
            found[name] = wrong
    context.close()
    assert found == {}


def test_axe_does_look(chromium, address):
    page = chromium.new_page()
    page.goto(address + "/log")
    page.evaluate("document.querySelector('h1').outerHTML = '<img src=x><p id=\\'p\\'>pale</p>'")
    page.evaluate("document.getElementById('p').style.setProperty('color', '#bbb')")
    names = {one[1] for one in violations(page)}
    page.close()
    assert {"image-alt", "color-contrast"} <= names


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_no_page_scrolls_sideways(chromium, address, width):
    context = chromium.new_context(viewport={"width": width, "height": 740}, locale="fr")
    page = context.new_page()
    wide = {}
    for name, path in PAGES.items():
        page.goto(address + path)
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        if (reach := page.evaluate("document.documentElement.scrollWidth")) > width:
            wide[name] = reach
    context.close()
    assert wide == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_reads_the_code_from_the_screen(chromium, address, scheme):
    context = chromium.new_context(
        viewport={"width": 360, "height": 740}, device_scale_factor=2, color_scheme=scheme, java_script_enabled=False
    )
    page = context.new_page()
    page.goto(address + BATTERY)
    shot = page.screenshot(full_page=True)
    context.close()
    codes = zxingcpp.read_barcodes(Image.open(io.BytesIO(shot)).convert("RGB"))
    assert [code.text for code in codes] == ["HTTPS://ID.GS1.ORG" + LINK.removeprefix("https://id.gs1.org")]


def test_the_battery_page_is_one_light_request_without_script_or_cookie(chromium, address):
    context = chromium.new_context(locale="fr")
    page = context.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address + BATTERY)
    page.wait_for_load_state("networkidle")
    assert asked == [address + BATTERY]
    assert page.evaluate("document.scripts.length") == 0
    assert context.cookies() == []
    context.close()
    wire = urlopen(Request(address + BATTERY, headers={"Accept-Encoding": "gzip", "Accept-Language": "fr"})).read()
    assert len(wire) <= 14_000, f"{len(wire)} bytes"
    assert b"<script" not in gzip.decompress(wire)


def test_other_pages_ask_nobody_but_us(chromium, address):
    context = chromium.new_context()
    page = context.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    faults = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    for name in ("home", "lots", "lot", "balance-co", "log"):
        page.goto(address + PAGES[name])
        page.wait_for_load_state("networkidle")
    context.close()
    assert all(url.startswith(address + "/") for url in asked)
    assert faults == []  # a refused style or script would be told here


def test_without_script_one_can_search_switch_and_read(chromium, address):
    context = chromium.new_context(java_script_enabled=False, locale="en")
    page = context.new_page()
    page.goto(address + "/")
    page.get_by_role("searchbox").fill("RIV-26")
    page.get_by_role("button", name="Search").click()
    assert page.get_by_role("link", name="RIV-26-0047").is_visible()
    page.get_by_role("link", name="RIV-26-0047").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Lot RIV-26-0047"
    page.get_by_role("link", name="Français").click()
    assert page.get_by_role("heading", name="Chaîne").is_visible()
    page.goto(address + "/lots")
    assert page.get_by_role("heading", level=1).inner_text() == "Lots"
    assert page.evaluate("document.documentElement.lang") == "fr", "the switch is remembered"
    context.close()


def test_the_chain_can_be_walked_with_the_keyboard(chromium, address):
    context = chromium.new_context(locale="en")
    page = context.new_page()
    page.goto(address + PAGES["lot"])
    link = page.locator("svg.chain a").first
    link.focus()
    assert page.evaluate("document.activeElement.closest('svg') !== null")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url != address + PAGES["lot"]
    context.close()


def test_the_keys_lead_to_search_and_pages(chromium, address):
    context = chromium.new_context(locale="en")
    page = context.new_page()
    page.goto(address + "/")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.press("Tab")
    page.keyboard.press("g")
    page.keyboard.press("b")
    page.wait_for_url("**/balance")
    context.close()


def test_every_target_of_the_battery_page_is_large_enough_for_a_thumb(chromium, address):
    context = chromium.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.goto(address + BATTERY)
    sizes = [link.bounding_box() for link in page.locator("nav a").all()]
    context.close()
    assert sizes
    assert all(box["width"] >= 44 and box["height"] >= 44 for box in sizes)


def test_no_letter_on_a_phone_is_smaller_than_eleven_pixels(chromium, address):
    script = """() => [...document.querySelectorAll('body *')]
        .filter((one) => [...one.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()))
        .filter((one) => one.getClientRects().length && !one.closest('.vh,style,title,desc'))
        .map((one) => parseFloat(getComputedStyle(one).fontSize) * (one.ownerSVGElement?.getScreenCTM().a ?? 1))
        .reduce((low, size) => Math.min(low, size), 99)"""
    context = chromium.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    for name in ("battery", "lot", "balance-co"):
        page.goto(address + PAGES[name])
        assert page.evaluate(script) >= 11, name
    context.close()


def test_the_page_as_a_file_works_without_any_server(chromium, tmp_path):
    file = tmp_path / "pack.html"
    file.write_bytes(render_battery(battery(), "fr", standalone=True))
    context = chromium.new_context(offline=True, viewport={"width": 360, "height": 740})
    page = context.new_page()
    faults = []
    page.on("console", lambda message: faults.append(message.text))
    page.goto(file.as_uri())
    assert page.get_by_role("heading", level=1).inner_text() == "Hirondelle 60"
    assert page.evaluate("getComputedStyle(document.querySelector('.card')).borderRadius") == "8px", (
        "the style is taken"
    )
    assert faults == []
    assert violations(page) == []
    context.close()


def test_on_paper_the_page_is_white_open_and_without_menus(chromium, address):
    context = chromium.new_context(color_scheme="dark")
    page = context.new_page()
    page.emulate_media(media="print")
    page.goto(address + PAGES["lot"])
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.querySelector('nav')).display") == "none"
    context.close()
