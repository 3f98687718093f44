"""A small ledger that tells everything the log can tell: repeats, an erasure, a cosigned checkpoint, an uncovered entry."""

import hashlib
from datetime import UTC, datetime

from filon.core.errors import NotProvenError
from filon.log.checkpoint import Checkpoint, cosign, sign
from filon.log.key import Kind, new_secret
from filon.log.store import Deposit, Record

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
LOG = new_secret("log.example/atlas", Kind.ED25519, bytes(32))
WITNESS = new_secret("carmaker.example/w1", Kind.ED25519_COSIGNATURE, b"\1" * 32)


def read(deposit):
    """The reader of these tests: each line of a text deposit is one record, its words are its marks."""
    if deposit.kind != "deposit":
        return []
    if deposit.data.startswith(b"unreadable"):
        raise NotProvenError("an older format")
    lines = deposit.data.decode().splitlines()
    return [
        Record(
            hashlib.sha256(line.encode()).digest(),
            line[:1],
            len(line),
            line.encode(),
            tuple(("word", w) for w in line.split()),
        )
        for line in lines
    ]


def fill(store):
    """Nine entries: 0..6 deposits (3 repeats what 0 said), 7 erases 1, 8 a deposit after the checkpoint over 8."""
    texts = ["cobalt urn:x:1\nnickel urn:x:2", "secret urn:x:3", "lithium urn:x:4", "cobalt urn:x:1\nmanganese urn:x:5"]
    texts += ["copper urn:x:6", "graphite urn:x:7", "iron urn:x:8"]
    for i, text in enumerate(texts):
        deposit = Deposit(text.encode(), "text/plain", f"{i}.txt", "Atlas", ("IMP-07",) * (i % 2))
        store.append(deposit, read(deposit), now=NOON.replace(minute=i))
    store.append(Deposit(b'{"erases": [1]}', "application/json", kind="erasure"), [], now=NOON.replace(minute=7))
    note = sign(Checkpoint(LOG.key.name, 8, store.root()), LOG)
    note = note.plus(cosign(note, WITNESS, NOON))
    store.publish(8, bytes(note))
    last = Deposit(b"zinc urn:x:9", "text/plain", "8.txt", "Atlas")
    store.append(last, read(last), now=NOON.replace(minute=8))
    return bytes(note)
