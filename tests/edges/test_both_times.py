"""Every question answers as things stood on a day and as known on a day: in Python, in the terminal and over HTTP alike.

Outside answer: another ledger that was told nothing else. Of a day before the salt was made it tells nothing of it; as
known before anybody told of the shipment, the ore is still all at the mine.
"""

import json
from dataclasses import replace
from datetime import date

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

import filon
from custody_story import fact
from filon.app.ledger import Ledger
from filon.app.pages import Pages
from filon.cli.main import app, assembled
from filon.epcis.event import FILON
from filon.web.app import create_app
from story import birth, lot, moment, q, ship, step
from told_ledger import sites, tell

SITES = sites(mine={"kind": "mine", "country": "MA"}, works={"kind": "refinery", "country": "FI"})
ORE = birth(1, "mine", "ORE", "1000", form="cobalt hydroxide", moisture="0", Co="30")
CLAIM = {"record": "claim", "lot": lot("ORE"), "element": "Co", "characteristic": "responsible mining"}
LATER = fact("claim", 6, lot="ORE", element="Co", characteristic="fair pay", scheme="IRMA")
DEEDS = [  # (day of happening, day of knowing, event)
    (1, 10, replace(ORE, extensions={FILON + "custody": [CLAIM]})),
    (5, 15, step(5, "mine", {"ORE": "400"}, {"SALT": "570"}, form="CoSO4·7H2O", Co="20.9")),
    (2, 20, ship(2, "mine", "works", "N1", {"ORE": "500"})),
    (6, 22, birth(6, "mine", "ORE", "50", form="cobalt hydroxide", moisture="0", Co="30", origin="urn:other")),
    (6, 23, replace(LATER, quantityList=(q("ORE", None, None),))),
    (7, 25, step(7, "mine", {"SALT": "100"}, {"SALT2": "120"}, form="CoSO4·7H2O", Co="20.9")),  # too much: a finding
]
QUESTIONS = {  # terminal -> web
    ("lots",): "/lots.json",
    ("lot", "ORE"): f"/lots/{lot('ORE')}.json",
    ("why", "ORE"): f"/why/{lot('ORE')}.json",
    ("why", "ORE", "--by", "certified"): f"/why/{lot('ORE')}.json?by=certified",
    ("origin", "ORE", "--by", "country"): f"/origin/{lot('ORE')}.json?by=country",
    ("trace", "ORE"): f"/trace/{lot('ORE')}.json",
    ("recall", "ORE"): "/recall.json?names=ORE",
    ("flows",): "/flows.json",
    ("balance",): "/balance.json",
    ("balance", "--element", "Co"): "/balance.json?element=Co",
    ("balance", "--owner"): "/owners.json",
    ("findings",): "/findings.json",
    ("alarms",): "/alarms.json",
    ("custody", "ORE"): f"/custody/{lot('ORE')}.json",
    ("credits",): "/credits.json",
    ("yields", "mine"): "/yields.json?site=mine",
}
ON, KNOWN = date(2026, 1, 5), date(2026, 1, 18)  # day 4 (the salt is of day 5); what was learned on days 10 and 15


def told(place, deeds):
    with Ledger.open(place) as ledger:
        for at, (_, learned, event) in enumerate(deeds):
            tell(ledger, event, day=learned, master=() if at else (SITES,))
    return place


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    folder = tmp_path_factory.mktemp("both-times")
    by_knowing = sorted(DEEDS, key=lambda deed: deed[1])
    return {
        "all": told(folder / "all.db", by_knowing),
        "on": told(folder / "on.db", [deed for deed in by_knowing if moment(deed[0]).date() <= ON]),
        "known": told(folder / "known.db", [deed for deed in by_knowing if moment(deed[1]).date() <= KNOWN]),
    }


def plain(answer):
    """An answer without what tells of the ledger itself: size, root and numbers of entries differ."""
    if isinstance(answer, dict):
        own = {"on", "ledger", "entry", "entries", "log", "learned", "file", "behind", "deposit"}
        return {name: plain(value) for name, value in answer.items() if name not in own}
    return [plain(one) for one in answer] if isinstance(answer, list) else answer


def typed(place, *words):
    done = CliRunner().invoke(assembled(app), ["--ledger", str(place), *words, "--json"])
    assert done.exit_code in {0, 1}, done.output
    return plain(json.loads(done.stdout))


def asked(place, path):
    with Ledger.open(place) as ledger:
        answer = TestClient(create_app(Pages(ledger))).get(path)
    assert answer.status_code == 200, answer.text
    return plain(answer.json())


@pytest.mark.parametrize(("words", "path"), QUESTIONS.items(), ids=lambda one: one[0] if isinstance(one, tuple) else "")
@pytest.mark.parametrize(("option", "day"), [("on", ON), ("as-of", KNOWN)])
def test_asked_of_a_day_the_answer_is_that_of_a_ledger_that_heard_no_more(places, words, path, option, day):
    other = {"on": "on", "as-of": "known"}[option]
    then = typed(places["all"], *words, f"--{option}", day.isoformat())
    assert then == typed(places[other], *words)
    address = f"{path}{'&' if '?' in path else '?'}{option.replace('-', '_')}={day}"
    assert asked(places["all"], address) == asked(places[other], path)
    if words not in {("credits",), ("why", "ORE")}:
        assert then != typed(places["all"], *words)


def test_python_says_the_same(places):
    with filon.open(places["all"], on=ON) as then, filon.open(places["on"]) as other:
        assert then.lots().equals(other.lots())
        assert then.balance().equals(other.balance())
        assert then.findings().drop("entry", "file", strict=False).equals(
            other.findings().drop("entry", "file", strict=False))  # fmt: skip
        assert then.lot("ORE").forward().drop("entry").equals(other.lot("ORE").forward().drop("entry"))


@pytest.mark.parametrize(("word", "page"), [("lot", "lots"), ("why", "why"), ("trace", "trace"), ("origin", "origin"),
                                            ("custody", "custody")])  # fmt: skip
def test_a_lot_that_was_not_there_yet_is_not_found(places, word, page):
    done = CliRunner().invoke(assembled(app), ["--ledger", str(places["all"]), word, "SALT", "--on", ON.isoformat()])
    assert done.exit_code
    with Ledger.open(places["all"]) as ledger:
        answer = TestClient(create_app(Pages(ledger))).get(f"/{page}/{lot('SALT')}.json?on={ON}")
    assert answer.status_code == 404


def test_a_page_says_of_which_day_it_is_and_its_links_keep_it(places):
    with Ledger.open(places["all"]) as ledger:
        page = TestClient(create_app(Pages(ledger))).get(f"/lots?on={ON}").text
    assert f"As things stood on {ON}." in page
    assert f"on={ON}" in page.partition("<main")[2]
