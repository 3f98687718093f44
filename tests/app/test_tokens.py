"""API tokens: shown once, kept as a hash, refused once expired, revoked or never given."""

import hashlib
import json
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from filon.app.desk import tokens
from filon.app.desk.file import Desk, beside
from filon.app.desk.tokens import MAY, Deed, Role
from filon.core.errors import NotFoundError, StoreError, WrongCallError

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def desk(tmp_path):
    opened = Desk(tmp_path / "filon-desk.db")
    yield opened
    opened.close()


def made(desk, *roles, valid=DAY):
    return tokens.create(desk, "Atlas", roles or [Role.READER], now=NOON, valid=valid)


def test_a_token_is_recognised_until_it_expires(desk):
    token, secret = made(desk)
    assert tokens.recognised(desk, secret, now=NOON) == token
    assert tokens.recognised(desk, secret, now=NOON + DAY - timedelta(seconds=1)).id == token.id
    assert tokens.recognised(desk, secret, now=NOON + DAY) is None


def test_a_revoked_token_opens_nothing_from_the_next_request_on(desk):
    token, secret = made(desk)
    tokens.revoke(desk, token.id, now=NOON)
    assert tokens.recognised(desk, secret, now=NOON) is None
    first = tokens.revoke(desk, token.id, now=NOON + DAY).revoked
    assert first == NOON  # the first end stands


def test_the_secret_is_in_no_file(desk, tmp_path):
    _, secret = made(desk)
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert secret.encode() not in kept
    assert secret.removeprefix("filon_").encode() not in kept
    assert hashlib.sha256(secret.encode()).digest() in kept


def test_a_secret_has_256_random_bits(desk):
    _, secret = tokens.create(desk, "x", [Role.READER], now=NOON, valid=DAY, random=lambda n: b"\xff" * n)
    # 32 bytes 0xff in base64url: 42 times six ones, then four ones and two zeros = "8"
    assert secret == "filon_" + "_" * 42 + "8"


@pytest.mark.parametrize("text", ["", "filon_", "filon_" + "a" * 43, "Filon_" + "a" * 43, "x" * 100_000, "' OR 1=1 --"])
def test_what_was_never_given_is_nobodys(desk, text):
    made(desk)
    assert tokens.recognised(desk, text, now=NOON) is None


def test_last_use_is_kept_to_the_minute(desk):
    token, secret = made(desk)
    tokens.recognised(desk, secret, now=NOON)
    tokens.recognised(desk, secret, now=NOON + timedelta(seconds=30))
    assert tokens.by_id(desk, token.id).used == NOON
    tokens.recognised(desk, secret, now=NOON + timedelta(seconds=61))
    assert tokens.by_id(desk, token.id).used == NOON + timedelta(seconds=61)


def test_who_may_what():
    allowed = {role: {deed for deed in Deed if role in MAY[deed]} for role in Role}
    assert allowed[Role.SUBMITTER] == {Deed.DISCOVER, Deed.CAPTURE, Deed.SEE_OWN_JOBS}
    assert allowed[Role.READER] == {Deed.DISCOVER, Deed.READ, Deed.ASK}
    assert Deed.CAPTURE not in allowed[Role.AUDITOR]
    assert Deed.ASK not in allowed[Role.AUDITOR]
    assert set(MAY) == set(Deed)


@pytest.mark.parametrize(
    ("name", "roles", "valid"),
    [
        ("", [Role.READER], DAY),
        ("x", [], DAY),
        ("x\n", [Role.READER], DAY),
        ("x", [Role.READER], DAY * 4000),
        ("x", [Role.READER], -DAY),
    ],
)
def test_a_senseless_token_is_not_made(desk, name, roles, valid):
    with pytest.raises(WrongCallError):
        tokens.create(desk, name, roles, now=NOON, valid=valid)
    assert tokens.tokens(desk) == []


def test_an_unknown_token_cannot_be_revoked(desk):
    with pytest.raises(NotFoundError):
        tokens.revoke(desk, "nobody", now=NOON)


def test_tokens_outlive_the_program(tmp_path):
    path = beside(tmp_path / "filon.db")
    assert path.name == "filon-desk.db"
    first = Desk(path)
    _, secret = made(first)
    first.close()
    again = Desk(path)
    assert tokens.recognised(again, secret, now=NOON) is not None
    again.close()


def test_another_programs_file_is_refused(tmp_path):
    import sqlite3

    path = tmp_path / "filon-desk.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE theirs (x)")
    other.close()
    with pytest.raises(StoreError):
        Desk(path)


def test_a_newer_desk_is_refused(tmp_path):
    path = tmp_path / "filon-desk.db"
    opened = Desk(path)
    opened.change("PRAGMA user_version = 99")
    opened.close()
    with pytest.raises(StoreError, match="newer"):
        Desk(path)


def test_tokens_from_the_command_line(tmp_path):
    from filon.cli import main

    def run(*words):
        return CliRunner().invoke(main.assembled(main.app), ["--ledger", str(tmp_path / "filon.db"), *words])

    created = json.loads(run("token", "create", "Atlas", "--role", "submitter", "--role", "reader", "--json").stdout)
    assert created["roles"] == ["reader", "submitter"]
    listed = json.loads(run("token", "list", "--json").stdout)
    assert [(one["id"], one["state"]) for one in listed] == [(created["id"], "good")]
    assert "secret" not in listed[0]
    assert json.loads(run("token", "revoke", created["id"], "--json").stdout)["state"] == "revoked"
    assert run("token", "create", "Atlas", "--role", "king").exit_code != 0
    assert created["secret"] not in run("token", "list").stdout
