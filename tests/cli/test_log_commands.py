"""The log's commands, from a ledger to an auditor and back from a backup; exit codes 0 fine, 1 findings, 2 wrong call."""

import json
from contextlib import closing
from datetime import UTC, datetime

import pytest
import typer
from typer.testing import CliRunner

from filon.app.settings import Settings
from filon.cli import key, log
from filon.core.errors import FilonError
from filon.log.store import Deposit
from filon.store import open_store

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def filon(tmp_path, monkeypatch):
    """Run a command in an empty folder; gives its exit code and what it printed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FILON_SIGNER", raising=False)
    app = typer.Typer()

    @app.callback()
    def start(context: typer.Context, lang: str = "en", ledger: str = "filon.db"):
        context.obj = Settings.of({"FILON_LEDGER": ledger, "FILON_LANGUAGE": lang})

    log.add_to(app)
    key.add_to(app)

    def run(*words):
        result = CliRunner().invoke(app, [str(word) for word in words])
        if isinstance(result.exception, FilonError):
            return result.exception.exit_code, result.exception.detail
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, result.output

    with closing(open_store(tmp_path / "filon.db")) as store:
        for i in range(3):
            store.append(Deposit(b"", "text/plain", f"{i}", kind="stamp"), [], now=NOON)
    return run


def test_from_ledger_to_auditor_and_back_from_a_backup(filon, tmp_path):
    assert filon("key", "new", "log.example/atlas")[0] == 0
    code, policy = filon("key", "show")
    (tmp_path / "policy.txt").write_text(policy)
    assert policy.startswith("log log.example/atlas+")
    code, note = filon("checkpoint", "--publish", "public")
    assert (code, note.splitlines()[:2]) == (0, ["log.example/atlas", "3"])
    code, text = filon("verify", "--checkpoint", "public/checkpoint")
    assert code == 0
    assert "All 3 entries are there" in text
    code, text = filon("--lang", "fr", "audit", "public", "--policy", "policy.txt")
    assert code == 0
    assert "Les 3 écritures sont toutes là" in text
    assert filon("mirror", "public", "copy", "--policy", "policy.txt")[0] == 0
    code, text = filon("backup", "safe", "--json")
    told = json.loads(text)
    assert (code, told["entries"]) == (0, 3)
    code, text = filon("--ledger", "new.db", "restore", "safe", "--json")
    assert json.loads(text) == told
    assert json.loads(filon("--ledger", "new.db", "verify", "--json")[1])["root"] == told["root"]
    assert filon("rebuild", "--json") == (0, '{\n  "records": 0\n}\n')


def test_a_rotation_is_three_commands(filon):
    filon("key", "new", "log.example/atlas")
    assert len(json.loads(filon("key", "rotate", "--json")[1])["keys"]) == 2
    assert filon("checkpoint")[1].count("— log.example/atlas ") == 2
    assert len(json.loads(filon("key", "retire", "--json")[1])["keys"]) == 1
    assert json.loads(filon("checkpoint", "--json")[1])["size"] == 5  # both announcements are entries


def test_findings_are_exit_code_1(filon, tmp_path):
    filon("key", "new", "log.example/atlas")
    (tmp_path / "policy.txt").write_text(filon("key", "show")[1])
    filon("checkpoint", "--publish", "public")
    (tmp_path / "public/tile/0/000.p/3").write_bytes(bytes(96))
    code, text = filon("audit", "public", "--policy", "policy.txt")
    assert code == 1
    assert "LOG-018" in text
    told = json.loads(filon("audit", "public", "--policy", "policy.txt", "--json")[1])
    assert (told["whole"], told["findings"][0]["place"]["file"]) == (False, "tile/0/000.p/3")


@pytest.mark.parametrize(
    "words",
    [
        ("audit",),
        ("audit", "."),  # no policy
        ("checkpoint",),  # no key yet
        ("--ledger", "nowhere.db", "verify"),
        ("backup", "safe", "--key", "filon.db"),  # no 32 bytes
        ("restore", "."),
        ("key", "new", "two words"),
    ],
)
def test_wrong_calls_are_exit_code_2(filon, words):
    assert filon(*words)[0] == 2


def test_every_command_has_json_and_an_example():
    app = typer.Typer()
    log.add_to(app)
    key.add_to(app)
    commands = [*app.registered_commands, *key.key.registered_commands]
    assert len({command.callback for command in commands}) == 13
    for command in commands:
        assert command.epilog.startswith("Example: filon ")
        assert "as_json" in command.callback.__annotations__
        assert command.callback.__doc__


# --- witnesses ---


def test_a_witness_is_made_watches_and_is_asked(filon, tmp_path, monkeypatch):
    from starlette.testclient import TestClient

    from example_ledger import ExampleLedger
    from filon.app import outside
    from filon.app.witness import open_witness
    from filon.cli import witness
    from filon.web.app import create_app

    filon("key", "new", "log.example/atlas")
    (tmp_path / "atlas.txt").write_text(filon("key", "show")[1])
    app = typer.Typer()
    witness.add_to(app)
    run = lambda *words: CliRunner().invoke(app, list(words))  # noqa: E731
    made = run("witness", "new", "carmaker.example/w1")
    assert made.output.startswith("witness carmaker.example-w1-ed25519 carmaker.example/w1+")
    assert "log.example/atlas: 0" in run("witness", "watch", "atlas.txt").output
    client = TestClient(create_app(ExampleLedger(), witness=open_witness(tmp_path / "witness")))

    def post(address, body, media_type):
        answer = client.post("/witness/add-checkpoint", content=body)
        return answer.status_code, answer.content

    monkeypatch.setattr(outside, "poster", lambda hosts: post)
    log = (tmp_path / "atlas.txt").read_text().splitlines()[0]
    line = made.output.strip()
    (tmp_path / "policy.txt").write_text(
        f"{log}\n{line} https://w.example/witness\nquorum carmaker.example-w1-ed25519\n"
    )
    code, text = filon("checkpoint", "--policy", "policy.txt", "--publish", "public", "--json")
    told = json.loads(text)
    assert (code, told["enough"], told["troubles"], told["size"]) == (0, True, [], 3)
    assert filon("audit", "public", "--policy", "policy.txt")[0] == 0
    assert json.loads(run("witness", "show", "--json").output)["logs"] == {"log.example/atlas": 3}
    # A witness that is away: told, and the exit code says that the quorum is not reached.
    monkeypatch.setattr(outside, "poster", lambda hosts: lambda *_: (503, b"later"))
    with closing(open_store(tmp_path / "filon.db")) as store:
        store.append(Deposit(b"", "text/plain", "4", kind="stamp"), [], now=NOON)
    code, text = filon("checkpoint", "--policy", "policy.txt")
    assert code == 1
    assert "503" in text


def test_a_stamp_needs_its_roots(filon, monkeypatch, tmp_path):
    filon("key", "new", "log.example/atlas")
    settings = Settings.of({"FILON_LEDGER": "filon.db", "FILON_STAMP_URL": "https://localhost/"})
    monkeypatch.setattr(Settings, "of", lambda _: settings)
    code, text = filon("checkpoint")
    assert code == 2
    assert "FILON_STAMP_ROOTS" in text


def test_an_erasure_is_asked_for_and_logged(filon, tmp_path):
    code, text = filon("erase", 1, "--reason", "a request")
    assert code != 0  # nobody said yes
    code, text = filon("erase", 1, "--reason", "a request", "--by", "Atlas", "--yes", "--json")
    assert (code, json.loads(text)) == (0, {"erased": [1], "entry": 3})
    assert filon("erase", 1, "--reason", "again", "--yes")[0] == 2
    code, text = filon("verify")
    assert code == 0
    assert "1 entries that were erased" in text
