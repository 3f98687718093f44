"""Two that hand in the same file at the same moment make one entry, in every door and in every process."""

import json
import os
import subprocess
import sys
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from epcis_desk import CONTEXT, event
from filon.app.capture import File, State, capture, read_files
from filon.app.ledger import Ledger
from filon.core.errors import WrongCallError
from filon.log.store import Deposit
from filon.store import open_store
from filon.store.sqlite import SqliteStore

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def document(*events):
    body = {"eventList": list(events)}
    told = {"@context": CONTEXT, "type": "EPCISDocument", "schemaVersion": "2.0",
            "creationDate": "2026-11-22T12:00:00Z", "epcisBody": body}  # fmt: skip
    return json.dumps(told).encode()


@pytest.fixture
def late(monkeypatch):
    """Both ask what is known before either has written: the very moment that must not matter."""
    both, ask = threading.Barrier(2), SqliteStore.known

    def known(store, keys):
        answer = ask(store, keys)
        both.wait(10)
        return answer

    monkeypatch.setattr(SqliteStore, "known", known)


def test_two_processes_between_question_and_append(tmp_path, late):
    # Two stores on one file share no lock but the file's own, as two processes do.
    file, states = File("same.jsonld", document(event(1), event(2))), []

    def hand_in():
        with Ledger.open(tmp_path / "filon.db") as ledger:
            states.extend(one.state for one in capture(ledger, [file], now=lambda: NOON))

    with closing(open_store(tmp_path / "filon.db")):
        threads = [threading.Thread(target=hand_in) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(states) == [State.KNOWN, State.TAKEN]
    with closing(open_store(tmp_path / "filon.db")) as store:
        assert store.size() == 1
        assert len(list(store.records())) == 2


HAND_IN = """
import sys, time
from pathlib import Path
from filon.cli.main import app, assembled
ready, start = map(Path, sys.argv[1:3])
assembled(app)
import filon.app.capture
ready.touch()
while not start.exists():
    time.sleep(0.001)
sys.argv = ["filon", *sys.argv[3:]]
app()
"""


def test_two_real_processes_with_the_command(tmp_path):
    path, start = tmp_path / "same.jsonld", tmp_path / "start"
    path.write_bytes(document(*(event(n) for n in range(1, 40))))
    command = ["--ledger", str(tmp_path / "filon.db"), "capture", str(path), "--json", "--accept", "all"]
    running = []
    for n in range(2):
        words = [sys.executable, "-c", HAND_IN, str(tmp_path / f"ready{n}"), str(start), *command]
        running.append(subprocess.Popen(words, stdout=subprocess.PIPE, text=True))
    while not all((tmp_path / f"ready{n}").exists() for n in range(2)):
        assert all(one.poll() is None for one in running)
    start.touch()
    told = [one.communicate(timeout=60)[0] for one in running]
    assert [one.returncode for one in running] == [0, 0], told
    with closing(open_store(tmp_path / "filon.db")) as store:
        assert store.size() == 1
        assert len(list(store.records())) == 39


def test_what_is_partly_new_is_taken_with_what_is_new(tmp_path):
    with closing(open_store(tmp_path / "filon.db")) as store:
        ledger = Ledger(store)
        capture(ledger, [File("a.jsonld", document(event(1)))], now=lambda: NOON)
        [outcome] = capture(ledger, [File("b.jsonld", document(event(1), event(2)))], now=lambda: NOON)
        assert (outcome.state, outcome.entry, outcome.new_events) == (State.TAKEN, 1, 1)
        store.append(Deposit(b"x", "text/plain"), [], now=NOON)
        assert [s.entry for s in store.records()] == [0, 1]


def test_what_an_open_file_leaves_beside_it_is_no_delivery(tmp_path):
    for name in ("nov.xlsx", "~$nov.xlsx", ".~lock.nov.xlsx#", ".DS_Store", "a~$b.csv"):
        (tmp_path / name).write_bytes(name.encode())
    assert [file.name for file in read_files([tmp_path], limit_mb=1)] == ["a~$b.csv", "nov.xlsx"]
    # Named by itself, such a file is read and judged like any other: nothing that was handed in is passed over.
    assert [file.name for file in read_files([tmp_path / "~$nov.xlsx"], limit_mb=1)] == ["~$nov.xlsx"]


def test_a_pipe_is_no_file(tmp_path):
    """Reading it would wait until somebody writes into it."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(WrongCallError, match="no file"):
            read_files([path], limit_mb=1)
    assert read_files([tmp_path], limit_mb=1) == []
