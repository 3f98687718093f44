"""One log for all outside verifiers: 70 000 entries where CI runs, signed and cosigned, and the programs that check it."""

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from filon.app.publish import publish
from filon.app.signer import create_signer
from filon.app.witness import create_witness
from filon.log.checkpoint import cosign
from filon.log.note import parse_note
from filon.log.store import Deposit
from filon.store.memory import MemoryStore

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
AICS = "aics-tlog==0.2.1"
SIZE = int(os.environ.get("FILON_OUTSIDE_SIZE") or (70_000 if os.environ.get("CI") else 5_000))


@pytest.fixture(scope="session")
def great(tmp_path_factory):
    """A published log: folder, key of the log and key of its witness."""
    folder = tmp_path_factory.mktemp("great")
    store, signer = MemoryStore(), create_signer(folder / "signer", "log.example/atlas", mldsa=True)
    witness = create_witness(folder / "witness", "carmaker.example/w1")
    for start in range(0, SIZE, 1000):
        many = range(start, min(SIZE, start + 1000))
        store.append_all([(Deposit(b"%d" % i, "text/plain"), ()) for i in many], now=NOON)
    note = parse_note(signer.checkpoint(store, now=NOON))
    publish(store, bytes(note.plus(cosign(note, witness.secrets[0], NOON))), folder / "public")
    return SimpleNamespace(folder=folder / "public", log=str(signer.keys[0]), witness=str(witness.keys[0]), size=SIZE)


@pytest.fixture(scope="session")
def aics(tmp_path_factory):
    """The Python of an environment that has aics-tlog: FILON_AICS, or made where CI runs. It wants Python 3.12."""
    given = os.environ.get("FILON_AICS")
    if given:
        return given
    if not os.environ.get("CI"):
        pytest.skip("no aics-tlog: set FILON_AICS to the Python of an environment that has it")
    folder = tmp_path_factory.mktemp("aics")
    kept = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"  # installed there, not on the path
    for name in (
        sys.executable,
        "python3.13",
        "python3.12",
        "python3.14",
        *sorted(map(str, kept.glob("3.1[2-9]*/bin/python3"))),
    ):
        try:
            subprocess.run(
                [name, "-c", "import sys; sys.exit(sys.version_info < (3, 12))"], check=True, capture_output=True
            )
            subprocess.run([name, "-m", "venv", str(folder / "env")], check=True, capture_output=True)
            python = str(folder / "env/bin/python")
            subprocess.run([python, "-m", "pip", "install", "-q", AICS], check=True, capture_output=True, timeout=300)
        except (OSError, subprocess.SubprocessError):
            shutil.rmtree(folder / "env", ignore_errors=True)
            continue
        return python
    pytest.skip("no Python 3.12 or no aics-tlog to be had here")
