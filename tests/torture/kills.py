"""kill -9 of writing processes, two on one ledger: every acknowledgement that reached the parent is there again."""

import hashlib
import json
import random
import signal
import subprocess
import sys
import time
from contextlib import closing

from filon.core.errors import StoreError
from filon.store import open_store

WRITER = """
import hashlib, json, sys
from datetime import UTC, datetime
from filon.log.store import Deposit, Record
from filon.core.errors import StoreError
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

    def strike(running, dice):
        time.sleep(dice.uniform(0.05, 0.25))
        for writer in dice.sample(running, len(running)):
            writer.send_signal(signal.SIGKILL)
            time.sleep(dice.uniform(0, 0.02))

    return struck(place, seed, strike, writers=writers)


def struck(place, seed, strike, *, writers=2, writer=WRITER):
    """Start writers, let something happen to them, open again; as `killed`."""
    dice = random.Random(seed)
    running = [
        subprocess.Popen(
            [sys.executable, "-c", writer, str(place), f"{seed}-{who}"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        for who in range(writers)
    ]
    acked = []
    for each in running:
        assert each.stdout.readline() == "ready\n"
    acked.append(json.loads(running[0].stdout.readline()))  # on a slow machine too, something was acknowledged
    strike(running, dice)
    for each in running:
        acked += [json.loads(line) for line in each.stdout if line.endswith("\n")]
        each.wait()
        each.stdout.close()
    return compare(place, acked)


def compare(place, acked):
    with closing(opened(place)) as store:
        kept = {k.index: k for k in store.kept()}
        lost = sum(
            1
            for index, hashed, text in acked
            if index not in kept or (kept[index].leaf_hash.hex(), kept[index].data) != (hashed, text.encode())
        )
        keys = {hashlib.sha256(k.data).digest() for k in kept.values()}
        fine = not store.faults() and list(kept) == list(range(len(kept))) and {s.key for s in store.records()} == keys
    return len(acked), lost, fine


def opened(place):
    """The ledger again; a server that is still recovering is waited for."""
    for _ in range(200):
        try:
            return open_store(place)
        except StoreError as error:
            if (
                "is not yet accepting" not in str(error)
                and "recovery mode" not in str(error)
                and "starting up" not in str(error)
            ):
                raise
            time.sleep(0.1)
    raise TimeoutError(place)
