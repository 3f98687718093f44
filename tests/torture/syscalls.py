"""Faults at every single system call that writes or syncs the real file: killed there, disk full there, I/O error there.

`strace` counts the calls once, then one life a call: whatever was acknowledged must be there again, and the ledger whole.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from torture import kills

CALLS = ("pwrite64", "fdatasync", "fsync", "ftruncate")
ACTIONS = ("signal=KILL", "error=ENOSPC", "error=EIO")
WRITER = """
import hashlib, json, sys
from datetime import UTC, datetime
from filon.core.errors import FilonError
from filon.log.store import Deposit, Record
from filon.store import open_store
place, who = sys.argv[1:]
store = open_store(place)
for i in range(4):
    text = f"{who}-{i}".encode()
    record = Record(hashlib.sha256(text).digest(), text.decode(), i, text, (("epc", f"urn:x:{who}-{i}"),))
    try:
        entry = store.append(Deposit(text, "text/plain"), [record], now=datetime.now(UTC))
        print(json.dumps([entry.index, entry.leaf_hash.hex(), text.decode()]), flush=True)
    except FilonError:
        pass  # unknown: not acknowledged; the next one shows whether the ledger goes on
store.close()
"""


def possible():
    """Whether this machine lets one process trace another."""
    if shutil.which("strace") is None:
        return False
    return (
        subprocess.run(["strace", "-qq", "-o", "/dev/null", "true"], capture_output=True, check=False).returncode == 0
    )


def traced(path, who, *words):
    command = ["strace", "-f", "-qq", "-o", "/dev/stderr", *words, sys.executable, "-c", WRITER, str(path), who]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def points(folder):
    """(call, its number) of everything that a short life writes and syncs."""
    told = traced(folder / "count.db", "count", "-e", f"trace={','.join(CALLS)}").stderr
    made = [call for call in re.findall(r"(\w+)\(", told) if call in CALLS]
    return [(call, number) for call in CALLS for number in range(1, made.count(call) + 1)]


def lives(folder):
    """All lives of the campaign, as (call, number, action)."""
    return [(call, number, action) for call, number in points(folder) for action in ACTIONS]


def life(folder, number, point):
    """One life with the fault at one call; (acknowledged, lost, fine)."""
    call, when, action = point
    path = Path(folder) / f"call-{number}.db"
    told = traced(path, f"w{number}", "-e", f"trace={call}", "-e", f"inject={call}:{action}:when={when}")
    acked = [kills.json.loads(line) for line in told.stdout.splitlines(keepends=True) if line.endswith("\n")]
    result = kills.compare(path, acked)
    for one in Path(folder).glob(f"call-{number}.db*"):
        one.unlink()
    return result
