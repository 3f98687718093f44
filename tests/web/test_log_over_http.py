"""The log over HTTP: a partner mirrors it, a witness watches it, strangers see what is public and nothing else."""

import base64
import hashlib
import json
from contextlib import closing
from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

from corpora import corpus
from example_ledger import ExampleLedger
from filon.app import mirror, publish
from filon.app.outside import Remote, poster
from filon.app.public_log import PublicLog
from filon.app.signer import create_signer
from filon.app.witness import create_witness, open_witness, witnessed
from filon.core.errors import OutsideError, WrongCallError
from filon.log import tiles
from filon.log.checkpoint import opened, parse_checkpoint
from filon.log.key import parse_key
from filon.log.note import parse_note
from filon.log.policy import parse_policy
from filon.log.store import Deposit
from filon.store.memory import MemoryStore
from filon.web.app import create_app
from host import bound, served

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ORIGIN = "log.example/atlas"


def fill(store, n):
    start = store.size()
    store.append_all([(Deposit(f"secret {i}".encode(), "text/plain"), []) for i in range(start, start + n)], now=NOON)


@pytest.fixture
def store():
    store = MemoryStore()
    fill(store, 600)
    return store


@pytest.fixture
def signer(tmp_path):
    return create_signer(tmp_path / "signer", ORIGIN)


@pytest.fixture
def policy(signer):
    return parse_policy(f"log {signer.keys[0]}\nquorum none\n".encode())


@pytest.fixture
def witness(tmp_path, signer):
    witness = create_witness(tmp_path / "witness", "carmaker.example/w1", mldsa=True)
    witness.watch(signer.keys[:1])
    return witness


@pytest.fixture
def client(store, witness):
    return TestClient(create_app(ExampleLedger(), log=PublicLog(store), witness=witness))


# --- the log ---


def test_the_files_are_those_that_publish_writes(client, store, signer, tmp_path):
    publish.publish(store, signer.checkpoint(store, now=NOON), tmp_path / "public")
    for path in (tmp_path / "public").rglob("*"):
        if path.is_file():
            answer = client.get("/" + str(path.relative_to(tmp_path / "public")))
            assert (answer.status_code, answer.content) == (200, path.read_bytes()), path


def test_headers_say_what_changes_and_what_does_not(client, store, signer):
    signer.checkpoint(store, now=NOON)
    note, tile = client.get("/checkpoint"), client.get("/tile/0/000")
    assert note.headers["content-type"] == "text/plain; charset=utf-8"
    assert note.headers["cache-control"] == "public, max-age=5"
    assert tile.headers["content-type"] == "application/octet-stream"
    assert "immutable" in tile.headers["cache-control"]
    assert len(tile.content) == 8192
    assert client.head("/tile/0/000").status_code == 200


def test_nothing_beyond_the_checkpoint_and_no_payload(client, store, signer):
    assert client.get("/checkpoint").status_code == 404
    assert client.get("/tile/entries/000").status_code == 404
    signer.checkpoint(store, now=NOON)
    fill(store, 300)  # 900 entries, 600 signed
    assert client.get("/tile/0/002.p/88").status_code == 200  # 600 = 2 x 256 + 88
    assert client.get("/tile/entries/001.p/17").status_code == 200  # of any earlier size
    for path in ("tile/0/002.p/89", "tile/0/002", "tile/entries/002", "tile/1/000.p/3", "tile/2/000.p/1"):
        assert client.get(f"/{path}").status_code == 404, path
    everything = b"".join(client.get(f"/{tile.path}").content for tile in tiles.tiles(600))
    assert b"secret" not in everything


@pytest.mark.corpus
def test_paths_that_are_none(client, store, signer):
    signer.checkpoint(store, now=NOON)
    invalid = json.loads((corpus("integrity") / "tlog/paths.json").read_text())["invalid_paths"]
    for each in invalid:
        path = each["path"]
        assert client.get(f"/{path}".replace("..", "%2e%2e")).status_code == 404, path
    # (clients fold dot segments before they ask)
    for path in ("/tile/0/../../checkpoint.txt", "/tile/%2e%2e/x", "/tile/0/000?x", "/tile/", "/tile"):
        assert client.get(path).status_code in {200, 404}
        assert client.get(path).status_code == 404 or path.endswith("?x")


def test_the_log_is_only_read(client):
    for method in ("post", "put", "delete", "patch"):
        assert getattr(client, method)("/checkpoint").status_code == 405


# --- the witness ---


def test_a_witness_follows_the_log_and_refuses_a_fork(client, store, signer, witness, tmp_path):
    rules = "\n".join([f"log {signer.keys[0]}", *(f"witness w{i} {k} https://w.example/witness" for i, k in enumerate(witness.keys)),
                       "group both all w0 w1", "quorum both", ""])  # fmt: skip
    policy = parse_policy(rules.encode())

    def ask_at(address, body, media_type):
        assert address == "https://w.example/witness/add-checkpoint"
        answer = client.post("/witness/add-checkpoint", content=body, headers={"Content-Type": media_type})
        return answer.status_code, answer.content

    for grown in (0, 1, 400):
        fill(store, grown)
        note, troubles = witnessed(store, signer.checkpoint(store, now=NOON), policy, ask_at)
        assert troubles == []
        assert {s.key for s in policy.trusted(note)[1]} == {signer.keys[0], *witness.keys}
    assert witness.seen(ORIGIN).size == 1001
    fork = MemoryStore()
    fill(fork, 1100)
    forged = signer.sign(type(signer.signed)(1100, fork.root()), NOON)
    _, troubles = witnessed(fork, bytes(forged), policy, ask_at)
    assert len(troubles) == 2
    assert "422" in troubles[0]
    assert witness.seen(ORIGIN).size == 1001
    # Anybody can see what the witness saw last.
    answer = client.get(f"/witness/{hashlib.sha256(ORIGIN.encode()).hexdigest()}/checkpoint")
    assert answer.status_code == 200
    seen, signers = opened(answer.content, [*signer.keys, *witness.keys])
    assert (seen.size, len(signers)) == (1001, 3)
    assert client.get("/witness/" + "0" * 64 + "/checkpoint").status_code == 404
    assert client.get("/witness/..%2fkeys/checkpoint").status_code == 404


@pytest.mark.corpus
def test_the_requests_of_another_witness_in_their_order(tmp_path):
    told = json.loads((corpus("integrity") / "tlog/witness-requests.json").read_text())
    witness = create_witness(tmp_path / "witness", "witness.example/w1")
    witness.watch([parse_key(told["log_vkey"] if "log_vkey" in told else told["vkey"])])
    client = TestClient(create_app(ExampleLedger(), witness=open_witness(witness.folder)))
    for request in told["requests"]:
        body = base64.b64decode(request["body_b64"]) if "body_b64" in request else request["body"].encode()
        answer = client.post("/witness/add-checkpoint", content=body)
        assert answer.status_code == request["expect_status"], request
        if answer.status_code == 409:
            assert answer.headers["content-type"] == "text/x.tlog.size"
            assert int(answer.text) >= 0


def test_a_busy_witness_is_asked_again_and_a_flood_is_refused(client, witness, monkeypatch):
    from filon.app import durable
    from filon.app import witness as desk

    monkeypatch.setattr(desk, "WAIT_SECONDS", 0.05)
    with durable.locked(witness.folder / "lock"):
        answer = client.post("/witness/add-checkpoint", content=b"old 0\n\nx")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert client.post("/witness/add-checkpoint", content=b"x" * 1_000_001).status_code == 413
    assert client.post("/witness/add-checkpoint", content=b"\xff\x00").status_code == 400


# --- a mirror by address ---


def test_a_copy_is_brought_up_to_date_over_http(store, signer, policy, tmp_path, witness):
    signer.checkpoint(store, now=NOON)
    with served(create_app(ExampleLedger(), log=PublicLog(store), witness=witness)) as host:
        copy = tmp_path / "copy"
        for grown in (0, 500):
            fill(store, grown)
            signer.checkpoint(store, now=NOON)
            with Remote(f"http://{host}", copy, {host}) as read:
                verdict = mirror.mirror(read, copy, policy)
            assert (verdict.whole, verdict.entries) == (True, store.size())
            assert mirror.audit(copy, policy).whole
        assert list(mirror.leaves(copy, 1100)) == [entry.leaf for entry in store.entries()]
        # The copy's own files are not believed either.
        damaged = copy / "tile/entries/001"
        damaged.write_bytes(damaged.read_bytes()[:-1] + b"x")
        with Remote(f"http://{host}/", copy, {host}) as read:
            assert not mirror.mirror(read, copy, policy).whole
        with Remote(f"http://{host}/elsewhere", copy, {host}) as read:
            assert [f.code for f in mirror.mirror(read, copy, policy).findings] == ["LOG-017"]
        status, answer = poster({host})(f"http://{host}/witness/add-checkpoint", b"nonsense", "text/plain")
        assert (status, answer[:9]) == (400, b"malformed")
    with Remote(f"http://{host}", copy, {host}) as read, pytest.raises(OutsideError):
        mirror.mirror(read, copy, policy)


def test_a_log_that_serves_another_history_is_not_copied(store, signer, policy, tmp_path):
    signer.checkpoint(store, now=NOON)
    public, copy = tmp_path / "public", tmp_path / "copy"
    publish.publish(store, signer.checkpoint(store, now=NOON), public)
    assert mirror.mirror(public, copy, policy).whole
    forged = MemoryStore()
    fill(forged, 1)
    forged.append_all([(Deposit(b"x", "text/plain"), [])] * 700, now=NOON)
    forged.publish(701, bytes(signer.sign(type(signer.signed)(701, forged.root()), NOON)))
    app = create_app(ExampleLedger(), log=PublicLog(forged))
    with served(app) as host, Remote(f"http://{host}", copy, {host}) as read:
        verdict = mirror.mirror(read, copy, policy)
    assert not verdict.whole
    assert parse_checkpoint(parse_note((copy / "checkpoint").read_bytes()).text).size == 600


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:1/", "https://localhost/", "https://10.0.0.1/", "http://a.example/"]
)
def test_addresses_that_are_never_asked(address, tmp_path):
    with pytest.raises(WrongCallError):
        Remote(address, tmp_path)
    with pytest.raises(WrongCallError):
        poster(frozenset())(address, b"", "text/plain")


def test_nobody_answers(tmp_path):
    with closing(bound()) as door:
        host = f"127.0.0.1:{door.getsockname()[1]}"
    with pytest.raises(OutsideError):
        poster({host})(f"http://{host}/", b"", "text/plain")
