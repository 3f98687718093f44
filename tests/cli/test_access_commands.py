"""`filon organisation`, `person`, `grant`, `delegation`, `readings`, `refusals`: an operator's morning, in both languages."""

import json
import re

import pytest
from typer.testing import CliRunner

from filon.app.access import Door
from filon.app.access.people import WrongPasswordError, welcome
from filon.app.desk.file import Desk
from filon.app.ledger import Ledger
from filon.cli.main import app, assembled

BATTERY = "https://id.gs1.org/01/09521213000010/21/000001"
PASSWORD = "un cheval de bataille"


@pytest.fixture
def filon(tmp_path):
    """(words) -> what is printed; `json=True` reads it."""
    with Ledger.open(tmp_path / "filon.db"):
        pass

    def call(*words, as_json=False, fails=False, lang="en"):
        all_words = ["--ledger", str(tmp_path / "filon.db"), "--lang", lang, *words, *(["--json"] if as_json else [])]
        done = CliRunner().invoke(assembled(app), all_words)
        assert (done.exit_code != 0) == fails, done.output
        return json.loads(done.stdout) if as_json and not fails else done.output

    call.desk = tmp_path / "filon-desk.db"
    return call


def test_an_operators_morning(filon):
    for name, kind in (("Voltarine", "operator"), ("Seconde Vie", "interest"), ("Atelier Nord", "partner")):
        assert filon("organisation", "add", name, "--as", kind, as_json=True)[0]["kind"] == kind
    code = filon("person", "invite", "marie", "--of", "Seconde Vie", as_json=True)["invitation"]
    desk = Desk(filon.desk)
    door = Door(desk)
    welcome(desk, code, PASSWORD, now=door.now())
    words = ("grant", "give", "Seconde Vie", "--for", "repair", "--of", BATTERY, "--basis", "Art. 77(2)(b)", "--share")
    assert filon(*words, as_json=True)[0]["share"] is True
    given = filon("delegation", "give", "Seconde Vie", "--to", "Atelier Nord", "--for", "repair", "--of", "*",
                  "--days", "3", as_json=True)[0]  # fmt: skip
    assert (given["giver"], given["taker"], given["scope"]) == ("Seconde Vie", "Atelier Nord", "*")
    assert "Atelier Nord" in filon("delegation", "list", "Seconde Vie")
    assert filon("delegation", "list", "Voltarine", as_json=True) == []
    assert filon("delegation", "revoke", given["id"], as_json=True)[0]["revoked"]
    assert "révoquée" in filon("delegation", "list", lang="fr")
    with pytest.raises(WrongPasswordError):
        door.enter("marie", "wrong")
    told = filon("refusals", as_json=True)
    assert [(one["what"], one["about"]) for one in told] == [("sign-in", "marie")]
    assert "sign-in" in filon("refusals")
    session = door.enter("marie", PASSWORD).session
    filon("person", "reset", "marie")
    assert door.reader(session).organisation is None, "all sessions end"
    session = door.enter("marie", PASSWORD).session
    assert filon("person", "disable", "marie", as_json=True)["state"] == "closed"
    assert door.reader(session).organisation is None
    assert "closed" in filon("person", "list")
    desk.close()


@pytest.mark.parametrize(
    "words",
    [("delegation", "give", "A", "--to", "B", "--for", "x", "--of", "*"),
     ("delegation", "give", "A", "--to", "A", "--for", "repair", "--of", "*"),
     ("delegation", "give", "A", "--to", "nobody", "--for", "repair", "--of", "*"),
     ("delegation", "give", "A", "--to", "B", "--for", "surveillance", "--of", "*"),
     ("delegation", "give", "A", "--to", "B", "--for", "repair", "--of", "what is this"),
     ("delegation", "revoke", "ffffffff"), ("delegation", "list", "nobody"), ("person", "reset", "nobody")],
    ids=" ".join,
)  # fmt: skip
def test_what_makes_no_sense_is_told_and_changes_nothing(filon, words):
    filon("organisation", "add", "A", "--as", "interest")
    filon("organisation", "add", "B", "--as", "partner")
    assert not re.search("Traceback", filon(*words, fails=True))
    assert filon("delegation", "list", as_json=True) == []
