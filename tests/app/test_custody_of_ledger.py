"""Custody from deposits: sheets beside events, as known when; a closed period and what changed since."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from custody_story import KG
from filon.app.capture import ALL_WARNINGS, File, State, capture
from filon.app.custody import CustodyOfLedger
from filon.app.ledger import Ledger
from filon.app.pages import Pages
from filon.cli.main import app, assembled
from filon.epcis.event import ErrorDeclaration
from filon.epcis.jsonwrite import write as write_jsonld
from filon.exchange.custody import write
from story import birth, lot, receive, ship, site, step

NOW = datetime(2026, 11, 22, tzinfo=UTC)
C = "responsible mining"
METAL = {"form": "Co metal", "Co": "100"}
SAYS = [
    {"record": "certificate", "site": site("m"), "number": "M-1", "characteristic": C, "scheme": "iscc",
     "from": "2026-01-01", "until": "2026-12-31"},
    {"record": "certificate", "site": site("works"), "number": "MB-1", "characteristic": C, "scheme": "iscc",
     "model": "mass balance", "from": "2026-01-01", "until": "2026-12-31"},
    {"record": "claim", "date": "2026-01-02", "lot": "a", "element": "Co", "characteristic": C, "certificate": "M-1"},
    {"record": "statement", "date": "2026-02-01", "site": site("works"), "lot": "P", "element": "Co", "number": "S-1",
     "characteristic": C, "kg": "900", "to": "Martinet"},
]  # fmt: skip
CLOSE = [{"record": "close", "site": site("works"), "element": "Co", "characteristic": C, "date": "2026-03-31",
          "from": "2026-01-01", "until": "2026-03-31"}]  # fmt: skip


def chain(kg="1000"):
    return [
        birth(1, "m", "a", kg, origin="urn:m", **METAL),
        ship(2, "m", "works", "n1", {"a": kg}),
        receive(3, "works", "n1", {"a": kg}),
        step(4, "works", {"a": kg}, {"P": kg}, **METAL),
    ]


@pytest.fixture
def ledger(tmp_path):
    with Ledger.open(tmp_path / "f.db") as one:
        deposit(one, write_jsonld(chain()), "chain.json")
        deposit(one, write(SAYS), "custody.csv")
        yield one


def deposit(ledger, data, name):
    (told,) = capture(ledger, [File(name, data)], now=lambda: NOW, accept=ALL_WARNINGS)
    assert told.state is State.TAKEN, told


def test_a_lot_has_what_the_statement_gives_it(ledger):
    view = Pages(ledger).custody("P")
    (line,) = view.lines
    assert (line.model.key, str(line.share.value), line.mass.value) == ("mass balance", "90.0000", 900)
    assert (str(line.low.value), line.certificates) == ("100.0000", ("MB-1",))
    assert line.limiting.rule == "R6"
    assert line.limiting.entry == 0


def test_before_the_sheet_came_nothing_was_claimed(ledger):
    assert Pages(ledger).custody("P", as_of=1).lines == ()


def test_a_closed_period_is_shown_beside_what_is_known_now(ledger):
    deposit(ledger, write(CLOSE), "close.csv")
    desk = CustodyOfLedger(ledger)
    assert desk.reopened() == []
    old = chain()
    gone = [replace(e, errorDeclaration=ErrorDeclaration(e.eventTime, "incorrect_data")) for e in old]
    deposit(ledger, write_jsonld([*gone, *chain("860")]), "corrected.json")
    (told,) = CustodyOfLedger(ledger).reopened()
    assert (told.then.closing, told.now.closing) == (100 * KG, -40 * KG)
    assert [(one.number, mg) for one, mg in told.withdrawn] == [("S-1", 40 * KG)]
    (account,) = Pages(ledger).credits(site=site("works")).accounts
    assert account.reopened[0].statements[0].withdrawn.value == 40
    codes = {finding.code for finding in Pages(ledger).findings()}
    assert {"CUS-013", "CUS-017"} <= codes  # 900 of 860 kg; negative at the close


def test_the_commands_say_it(ledger, tmp_path):
    run = CliRunner().invoke
    told = run(assembled(app), ["--ledger", str(tmp_path / "f.db"), "--lang", "fr", "custody", "P", "--why"])
    assert told.exit_code == 0, told.output
    assert "bilan massique" in told.output
    told = run(app, ["--ledger", str(tmp_path / "f.db"), "credits"])
    assert told.exit_code == 0, told.output
    assert "1000 kg" in told.output.replace("\u202f", " ").replace(",", "")
    assert (
        lot("P").rpartition("/")[2] in run(app, ["--ledger", str(tmp_path / "f.db"), "custody", "P", "--json"]).output
    )
