"""kill -9 of writing processes, two on one ledger: every acknowledgement that reached the parent is there again."""

import hashlib
import json
import random
import signal
import subprocess
import sys
import time
from contextlib import closing

from filon.store import open_store

WRITER = """
import hashlib, json, sys
from datetime import UTC, datetime
from filon.log.store import Deposit, Record
from filon.store import open_store
place, who = sys.argv[1:]
store = open_store(place)
print("ready", flush=True)
for i in range(10_000):
    text = f"{who}-{i}".encode()
    record = Record(hashlib.sha256(text).digest(), text.decode(), i, text, (("epc", f"urn:x:{who}-{i}"),))
    entry = store.append(Deposit(text, "text/plain"), [record], now=datetime.now(UTC))
    print(json.dumps([entry.index, entry.leaf_hash.hex(), text.decode()]), flush=True)
"""


def killed(place, seed, *, writers=2):
    """Start writers, kill them in the middle, open again.

    Returns:
        (acknowledged, lost, fine).
    """
    dice = random.Random(seed)
    running = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(place), f"{seed}-{who}"], stdout=subprocess.PIPE, text=True)
        for who in range(writers)
    ]
    acked = []
    for writer in running:
        assert writer.stdout.readline() == "ready\n"
    time.sleep(dice.uniform(0.05, 0.25))
    for writer in dice.sample(running, len(running)):
        writer.send_signal(signal.SIGKILL)
        time.sleep(dice.uniform(0, 0.02))
    for writer in running:
        acked += [json.loads(line) for line in writer.stdout if line.endswith("\n")]
        writer.wait()
        writer.stdout.close()
    with closing(open_store(place)) as store:
        kept = {k.index: k for k in store.kept()}
        lost = sum(
            1
            for index, hashed, text in acked
            if index not in kept or (kept[index].leaf_hash.hex(), kept[index].data) != (hashed, text.encode())
        )
        keys = {hashlib.sha256(k.data).digest() for k in kept.values()}
        fine = not store.faults() and list(kept) == list(range(len(kept))) and {s.key for s in store.records()} == keys
    return len(acked), lost, fine
