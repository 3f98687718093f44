"""A ledger that cannot be written is still opened for questions and checks: a file 444, a folder 555, a read-only disk."""

import os
import shutil
import sqlite3
import subprocess
import sys
import textwrap
from contextlib import closing

import pytest

from contract.store_contract import NOON, deposit, record
from filon.app.verify import verify
from filon.core.errors import StoreError
from filon.store import connection as connections
from filon.store import open_store
from filon.store.sqlite import SqliteStore
from log_story import LOG, WITNESS, fill, read


@pytest.fixture
def path(tmp_path):
    with closing(open_store(tmp_path / "filon.db")) as store:
        fill(store)
    return tmp_path / "filon.db"


@pytest.fixture
def sealed(monkeypatch):
    """As on a read-only disk: nothing here may be written, whoever asks (the tests may run as root)."""
    monkeypatch.setattr(connections.os, "access", lambda path, how: how != os.W_OK)


def before_and_after(folder):
    return {one.name: (one.stat().st_mtime_ns, one.stat().st_size) for one in folder.iterdir()}


def test_questions_and_checks_without_a_single_write(path, sealed):
    untouched = before_and_after(path.parent)
    with closing(open_store(path)) as store:
        assert store.readonly
        assert store.size() == 9
        assert [entry.index for entry in store.entries()] == list(range(9))
        assert len(list(store.touching(["urn:x:4"]))) == 1
        verdict = verify(store, keys=[LOG.key, WITNESS.key], derive=read)
        assert verdict.findings == ()
        for change in (
            lambda: store.append(deposit(), [record("x")], now=NOON),
            lambda: store.publish(9, b"note"),
            lambda: store.remake([]),
        ):
            with pytest.raises(StoreError, match="only be read"):
                change()
        assert store.size() == 9
    assert before_and_after(path.parent) == untouched


def test_a_damaged_copy_is_told_there_too(path, sealed, monkeypatch):
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("DROP TRIGGER entry_kept")
        raw.execute("UPDATE entry SET leaf = x'00' WHERE idx = 3")
        raw.commit()
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with closing(open_store(path)) as store:
        assert not verify(store, derive=read).whole


def test_commits_beside_the_file_are_read_or_refused_never_overlooked(path, tmp_path, monkeypatch):
    with closing(open_store(path)) as writer:
        writer.append(deposit("tenth"), [], now=NOON)
        monkeypatch.setattr(connections.os, "access", lambda path, how: how != os.W_OK)
        with closing(open_store(path)) as store:  # the writer lives: its -shm is there
            assert (store.readonly, store.size()) == (True, 10)
        away = tmp_path / "copy"
        away.mkdir()
        for name in ("filon.db", "filon.db-wal"):
            shutil.copy(path.with_name(name), away)
    if os.geteuid():
        with pytest.raises(StoreError, match="copy both files"):
            open_store(away / "filon.db")
    else:  # root makes the index that is missing; what counts is that no commit is overlooked
        with closing(open_store(away / "filon.db")) as store:
            assert store.size() == 10


def test_foreign_and_older_files_are_refused_by_name(path, sealed):
    for pragma, word in (("user_version = 0", "format 0"), ("application_id = 7", "another program")):
        with closing(sqlite3.connect(path)) as raw:
            raw.execute(f"PRAGMA {pragma}")
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with pytest.raises(StoreError, match=word):
            SqliteStore(path)


AS_NOBODY = """
import os, sys
from contextlib import closing
from pathlib import Path
from filon.app.ledger import Ledger
from filon.app.verify import verify
from filon.core.errors import StoreError
from filon.store.memory import MemoryStore
verify(MemoryStore())  # whatever is imported late, is imported now
os.setgid(65534); os.setuid(65534)
with Ledger.open(Path(sys.argv[1]), create=False) as ledger:
    verdict = verify(ledger.store)
    print(ledger.size(), verdict.whole, ledger.store.readonly)
if len(sys.argv) > 2:
    try:
        Ledger.open(Path(sys.argv[2]), create=False)
        print("opened")
    except StoreError as error:
        print("copy both files" in error.detail)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_somebody_else_reads_a_file_and_a_folder_without_any_right_to_write(path, tmp_path_factory):
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(path, folder / "filon.db")
        with closing(open_store(path)) as writer:
            writer.append(deposit("tenth"), [], now=NOON)
            (folder / "torn").mkdir()
            for part in ("filon.db", "filon.db-wal"):
                shutil.copy(path.with_name(part), folder / "torn")
        for one in folder.rglob("*"):
            one.chmod(0o555 if one.is_dir() else 0o444)
        folder.chmod(0o555)
        source = str(Path(__file__).parents[2] / "src")
        result = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(AS_NOBODY), str(folder / "filon.db"), str(folder / "torn/filon.db")],
            env={**os.environ, "PYTHONPATH": source, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        folder.chmod(0o755)
        (folder / "torn").chmod(0o755)
    if "Permission" in result.stderr and "Error" in result.stderr and not result.stdout:
        pytest.skip(f"nobody may not read the program itself: {result.stderr.splitlines()[-1]}")
    assert result.stdout.split("\n")[:2] == ["9 True True", "True"], result.stderr
