"""The log: entries and records appended a second, a durable append against one fsync, proofs, verification, lookups."""

from __future__ import annotations

import hashlib
import os
import resource
import tempfile
import threading
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from filon.app.mirror import audit
from filon.app.publish import publish
from filon.app.signer import create_signer
from filon.app.verify import verify
from filon.log import merkle
from filon.log.policy import Policy
from filon.log.store import Deposit, Record
from filon.store import open_store

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
BATCH = 1000


def run(scale):
    """Rows {what, value, unit, ratio}; the ratio says how far from the bar, above 1 is better."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        with closing(open_store(path / "entries.db")) as store:
            return [*entries(store, scale, path), *records(path, scale)]


def entries(store, scale, path):
    batch = [(Deposit(b"%d" % (i * 7919) * 12, "application/ld+json", f"{i}.json", "Atlas"), ()) for i in range(BATCH)]
    seconds = timed(lambda: [store.append_all(batch, now=NOW) for _ in range(max(1, scale // BATCH))])
    size = store.size()
    yield row("append, batches of 1 000", size / seconds, "entries/s", 20_000)
    single, sync = beside_one_fsync(path, lambda: store.append(batch[0][0], (), now=NOW))
    yield row("one durable append, median", 1000 * single, "ms")
    yield row("one write and fsync of 8 kB, median, turn by turn", 1000 * sync, "ms", 1000 * single / 1.5)
    together = shared(store, batch[0][0])
    yield row("durable appends of 32 threads, one entry each", together, "entries/s", 2 / single)
    size = store.size()
    root = store.root()
    proof = median(lambda: proven(store, size, root), 500)
    yield row("inclusion proof and its check", 1000 * proof, "ms", 1.0, less=True)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds = timed(lambda: verify(store), time.process_time)
    yield row("verify the ledger", size / seconds, "entries/core s", 100_000)
    bare = timed(lambda: hashed(size), time.process_time)
    yield row("the hashes alone that it must make, six an entry", size / bare, "entries/core s", size / seconds)
    signer = create_signer(path / "signer", "bench.example/log")
    seconds = timed(lambda: publish(store, signer.checkpoint(store, now=NOW), path / "public"))
    yield row("publish as tiles", size / seconds, "entries/s")
    seconds = timed(lambda: audit(path / "public", Policy(signer.keys)), time.process_time)
    yield row("audit of a mirror", size / seconds, "entries/core s", 100_000)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    yield row("memory gained by verification and audit", grown, "MB")


def records(path, scale):
    with closing(open_store(path / "records.db")) as store:
        seconds = 0.0
        for start in range(0, scale, BATCH):
            made = [record(i) for i in range(start, start + BATCH)]
            seconds += timed(lambda said=made: store.append(Deposit(b"x", "text/csv"), said, now=NOW))
        count = max(BATCH, scale)
        yield row("records with 5 marks, 1 000 a deposit", count / seconds, "records/s", 20_000)
        lookup = median(lambda: list(store.touching([epc(count // 2)])), 200)
        yield row(f"records of one serial number among {count}", 1000 * lookup, "ms", 5.0, less=True)
        search = median(lambda: store.identifiers(f"{count // 2:08d}"), 50)
        yield row("search box, eight characters", 1000 * search, "ms")
        yield row("ledger file", (path / "records.db").stat().st_size / count, "bytes/record")


def epc(i):
    return f"https://id.gs1.org/01/09521234543220/21/PK{i:08d}"


def record(i):
    lot = f"https://id.gs1.org/01/09521234543213/10/LOT-{i // 10:08d}"
    key = hashlib.sha256(b"%d" % i).digest()
    marks = (("output", epc(i)), ("input", lot), ("place", "https://id.gs1.org/414/0952123450001"))
    marks += ("step", "commissioning"), ("batch", f"urn:x:{i % 50}")
    return Record(
        key,
        f"ni:///sha-256;{key.hex()}",
        i,
        b"y" * 600,
        (*marks, ("step", "commissioning"), ("batch", f"urn:x:{i % 50}")),
    )


def proven(store, size, root):
    index = size // 3
    path = merkle.inclusion_path(store.node, index, size)
    assert merkle.includes(index, size, path, store.node(0, index), root)


def beside_one_fsync(path, append, times=300):
    """(median append, median write and fsync), each measured right after the other: a busy disk is busy for both."""
    appends, syncs = [], []
    with (path / "fsync").open("wb", buffering=0) as file:

        def once():
            file.write(b"x" * 8192)
            os.fdatasync(file.fileno())

        for _ in range(times):
            appends.append(timed(append))
            syncs.append(timed(once))
    return sorted(appends)[times // 2], sorted(syncs)[times // 2]


def shared(store, deposit, threads=32, each=20):
    """Entries a second when many threads append one at a time: those that wait share a commit."""

    def work():
        for _ in range(each):
            store.append(deposit, (), now=NOW)

    running = [threading.Thread(target=work) for _ in range(threads)]
    start = time.perf_counter()
    for one in running:
        one.start()
    for one in running:
        one.join()
    return threads * each / (time.perf_counter() - start)


def hashed(count):
    for _ in range(6 * count):
        hashlib.sha256(b"\x00" + b"x" * 90).digest()


def timed(work, clock=time.perf_counter):
    start = clock()
    work()
    return clock() - start


def median(work, times):
    return sorted(timed(work) for _ in range(times))[times // 2]


def row(what, value, unit, bar=None, *, less=False):
    ratio = "" if bar is None else round(bar / value if less else value / bar, 2)
    return {"what": what, "value": round(value, 3), "unit": unit, "ratio": ratio}
