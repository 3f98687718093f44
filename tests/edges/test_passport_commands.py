"""A battery's life by public commands alone: data handed in, sealed, served, handed over, second life, waste, recycled.

The batteries have no matter in the books here: what a command does must be seen without them.
"""

import json
import socket
import subprocess
import sys
import time
from hashlib import sha256
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest

GTIN = "https://id.gs1.org/01/09521213000010"
ONE, TWO = f"{GTIN}/21/L-1", f"{GTIN}/21/L-2"
STORE, SPARE = "https://id.gs1.org/01/09521213000027/21/S-1", "https://id.gs1.org/01/09521213000027/21/S-2"
PAPER = b"%PDF-1.7 declaration"
ATLAS, AGAIN = "https://id.gs1.org/417/9521213000003", "https://id.gs1.org/417/9521299000007"


@pytest.fixture
def filon(monkeypatch, command, tmp_path):
    """filon("deed", "publish", ..) -> (exit code, standard output)."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("FILON_BASE_URL", "https://id.atlas.example")

    def call(*words, lang="en"):
        return command(tmp_path / "f.db", *words, lang=lang)[:2]

    call.folder = tmp_path
    return call


def told(answer):
    code, out = answer
    assert code == 0, out
    return json.loads(out)


def data(*statements):
    return json.dumps({"filonPoints": "1", "statements": list(statements)})


@pytest.fixture
def placed(filon):
    """Two batteries with data, placed and published."""
    (filon.folder / "paper.pdf").write_bytes(PAPER)
    assert filon("evidence", "add", "paper.pdf")[0] == 0
    said = {
        "category": "ev",
        "conformityDeclaration": {"sha256": sha256(PAPER).hexdigest(), "title": "declaration"},
        "weight": "412.5",
        "manufacturer": "Atlas Packs",
        "testReports": [{"title": "type-test"}],
    }
    rows = [{"subject": one, "at": "2026-01-02T00:00:00Z", "points": said} for one in (ONE, TWO)]
    (filon.folder / "said.json").write_text(data(*rows))
    assert filon("capture", "said.json")[0] == 0
    for kind, more in (("place", ["--operator", ATLAS]), ("publish", [])):
        made = told(filon("deed", kind, ONE, TWO, "--day", "2026-01-03", *more, "--json"))
        assert made["outcome"] == "taken"
    return filon


def standing(filon, name):
    view = told(filon("passport", name, "--format", "en18223", "--audience", "operator"))
    return view["dppStatus"], view.get("batteryStatus")


def test_publication_is_suspended_archived_and_comes_back_in_the_order_in_which_it_was_said(placed):
    for kind, state in (
        ("suspend", "suspended"),
        ("publish", "active"),
        ("archive", "archived"),
        ("publish", "active"),
    ):
        assert told(placed("deed", kind, ONE, "--json"))["batteries"][ONE]["state"] == state
    assert standing(placed, ONE) == ("active", "original")


def test_two_batteries_become_two_stores_and_one_of_these_ends(placed):
    made = told(placed("deed", "repurpose", ONE, TWO, "--into", STORE, "--into", SPARE, "--operator", AGAIN,
                       "--day", "2026-03-01", "--json"))  # fmt: skip
    assert {one["state"] for one in made["batteries"].values()} == {"superseded"}
    assert standing(placed, STORE) == ("inactive", "repurposed")
    assert (
        told(placed("deed", "publish", STORE, "--day", "2026-03-02", "--json"))["batteries"][STORE]["state"] == "active"
    )
    public = told(placed("passport", STORE))
    assert public["responsibleOperator"]["id"] == AGAIN
    assert standing(placed, ONE)[0] == "archived", "the old one stays readable"
    late = told(placed("deed", "place", ONE, "--operator", ATLAS, "--json"))
    assert [one["code"] for one in late["findings"]] == ["PAS-012"]
    for kind, state in (("waste", ("active", "waste")), ("recycle", ("ceased", "waste"))):
        made = told(placed("deed", kind, STORE, "--reason", "black mass", "--json"))["batteries"][STORE]
        assert (made["state"], made["status"]) == state
    versions = told(placed("history", STORE, "--json"))["versions"]
    assert [one["deeds"][0]["key"] for one in versions] == ["recycle", "waste", "publish", "repurpose"]
    assert placed("deed", "recycle", SPARE, "--day", "no day")[0] == 2
    assert placed("deed", "explode", SPARE, "--json")[0] == 1


def test_what_was_sealed_verifies_until_it_is_withdrawn_and_after_the_key_was_rotated(placed):
    first = told(placed("seal", "create", "id.atlas.example", "Atlas Packs", "--json"))
    assert placed("passport", ONE, "--format", "vc", "--out", "one.jwt")[0] in {0, 1}
    assert placed("passport", TWO, "--format", "vc-json", "--out", "two.json")[0] in {0, 1}
    rotated = told(placed("seal", "rotate", "--json"))
    assert rotated["keys"][: len(first["keys"])] == first["keys"]
    assert len(rotated["keys"]) == 2
    assert placed("passport", TWO, "--format", "vc", "--out", "new.jwt")[0] in {0, 1}
    (placed.folder / "did.json").write_text(placed("seal", "show")[1])

    def holds(file, *more):
        code, out = placed("verify-passport", file, "--issuer", "did.json", "--json", *more)
        view = json.loads(out)
        assert view["holds"] == (code == 0)
        return view

    assert holds("one.jwt")["holds"]
    assert holds("two.json")["holds"]
    assert holds("new.jwt")["holds"]
    name = holds("one.jwt")["document"]["id"]
    gone = told(placed("seal", "withdraw", name, "--json"))
    assert gone["withdrawn"] == name
    from datetime import UTC, datetime

    from filon.app.sealer import open_sealer

    number = int(gone["list"].rpartition("/")[2])
    (placed.folder / "list.jwt").write_text(open_sealer(placed.folder / "f-sealer").status_list(number, now=datetime.now(UTC)))  # fmt: skip
    assert not holds("one.jwt", "--status", "list.jwt")["holds"]
    assert holds("two.json", "--status", "list.jwt")["holds"]
    token = (placed.folder / "new.jwt").read_text()
    (placed.folder / "bad.jwt").write_text(token[:-6] + "AAAAAA")
    assert not holds("bad.jwt")["holds"]
    assert placed("verify-passport", "bad.jwt", "--issuer", "did.json", lang="fr")[1].startswith(
        "Le sceau ne tient pas"
    )


def get(url, accept="*/*"):
    try:
        answer = urlopen(Request(url, headers={"Accept": accept}), timeout=20)
    except HTTPError as error:
        answer = error
    return answer.status, answer.read()


@pytest.fixture
def served(placed):
    """The package served by a second Filon: another process, another folder, no ledger and no key of the maker."""
    told(placed("seal", "create", "id.atlas.example", "Atlas Packs", "--json"))
    assert told(placed("provider", "pack", "--out", "kept.zip", "--json"))["passports"] == 2
    (placed.folder / "did.json").write_text(placed("seal", "show")[1])
    shown = told(placed("provider", "restore", "kept.zip", "second", "--issuer", "did.json", "--json"))
    assert shown["passports"] == 2
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port = door.getsockname()[1]
    words = [
        sys.executable,
        "-c",
        "from filon.cli.main import run; run()",
        "--ledger",
        "none.db",
        "provider",
        "serve",
        "second",
        "--port",
        str(port),
    ]
    process = subprocess.Popen(words, cwd=placed.folder, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            get(address + "/.well-known/did.json")
            break
        except URLError:
            time.sleep(0.05)
    yield placed, address
    process.terminate()
    process.wait(10)


def test_a_second_filon_serves_what_the_maker_packed_over_http(served):
    filon, address = served
    maker = told(filon("passport", ONE))
    status, body = get(f"{address}/v1/dppsByProductId/{quote(ONE, safe='')}")
    assert (status, json.loads(body)["weight"]) == (200, maker["weight"])
    assert b"type-test" not in body
    path = ONE.removeprefix("https://id.gs1.org")
    status, body = get(address + path, "text/html")
    assert status == 200
    assert b"<html" in body
    for media in ("vc", "vc-json"):
        status, body = get(f"{address}/dpp/{media}/{quote(TWO, safe='')}")
        (filon.folder / "kept").write_bytes(body)
        (filon.folder / "kept.did").write_bytes(get(f"{address}/.well-known/did.json")[1])
        assert filon("verify-passport", "kept", "--issuer", "kept.did")[0] == 0
    assert get(f"{address}/v1/dpps/{quote(GTIN + '/21/NOBODY', safe='')}")[0] == 404
    assert get(address + "/lots")[0] == 404
    digest = sha256(PAPER).hexdigest()
    assert get(f"{address}/evidence/{digest}{path}") == (200, PAPER)
    assert get(f"{address}/evidence/{'0' * 64}{path}")[0] == 404


def test_a_changed_package_is_not_restored(placed):
    told(placed("seal", "create", "id.atlas.example", "Atlas Packs", "--json"))
    placed("provider", "pack", "--out", "kept.zip")
    package = placed.folder / "kept.zip"
    package.write_bytes(package.read_bytes()[:-300] + b"\0" * 300)
    assert placed("provider", "restore", "kept.zip", "second")[0] == 1
    assert not (placed.folder / "second").exists()


def test_documents_by_command(filon):
    (filon.folder / "paper.pdf").write_bytes(b"%PDF-1.7 test")
    (made,) = told(filon("evidence", "add", "paper.pdf", "--json"))
    assert made["media"] == "application/pdf"
    assert [one["sha256"] for one in told(filon("evidence", "list", "--json"))] == [made["sha256"]]
    assert filon("evidence", "get", made["sha256"][:12], "--out", "back.pdf")[0] == 0
    assert (filon.folder / "back.pdf").read_bytes() == b"%PDF-1.7 test"
    assert filon("evidence", "check")[0] == 0
    assert filon("evidence", "get", "ffff", "--out", "x")[0] == 2
    kept = next(one for one in (filon.folder / "f-evidence").rglob("*") if one.is_file() and not one.suffix)
    kept.write_bytes(b"other")
    assert filon("evidence", "check")[0] == 1
    assert filon("evidence", "erase", made["sha256"], "--reason", "request")[0] == 0
    assert not kept.exists()
    assert "request" in filon("evidence", "list", lang="fr")[1]
