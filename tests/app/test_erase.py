"""Erasure: the bytes are gone from every file, the proofs stay, the reason is logged."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest

from filon.app import backup, prove
from filon.app.erase import erase
from filon.app.verify import verify
from filon.core.errors import ConflictError, NotFoundError, WrongCallError
from filon.log.checkpoint import Checkpoint, sign
from filon.log.merkle import inclusion_path
from filon.log.policy import Policy
from filon.log.receipt import Receipt, parse_receipt
from filon.log.store import Deposit
from filon.store import open_store
from filon.store.memory import MemoryStore
from log_story import LOG, read

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECRET = b"Jeanne-Marie-Dupont"


def told(store, n):
    text = f"driver {SECRET.decode()} urn:x:person:{SECRET.decode()}" if n == 3 else f"cobalt urn:x:{n}"
    deposit = Deposit(text.encode(), "text/plain", f"{n}.txt", SECRET.decode() if n == 3 else "Atlas")
    return store.append(deposit, read(deposit), now=NOON)


def receipt_of(store, index):
    size = store.size()
    note = bytes(sign(Checkpoint(LOG.key.name, size, store.root()), LOG))
    return bytes(Receipt(index, tuple(inclusion_path(store.node, index, size)), note))


@pytest.mark.parametrize("place", ["file", "memory"])
def test_the_bytes_go_and_the_proof_stays(tmp_path, place):
    path = tmp_path / "filon.db"
    with closing(open_store(path) if place == "file" else MemoryStore()) as store:
        leaf = [told(store, n) for n in range(6)][3].leaf
        receipt, root = receipt_of(store, 3), store.root()
        if place == "file":
            assert SECRET in everything(tmp_path)
        entry = erase(store, [3], reason="request of the person", by="Atlas", now=NOON)
        assert (entry.index, entry.kind) == (6, "erasure")
        said = json.loads(store.payload(6))
        assert (said["erases"], said["reason"], said["by"]) == ([3], "request of the person", "Atlas")
        assert store.root(6) == root
        parse_receipt(receipt).proves(store.entry(3).leaf, Policy((LOG.key,)))
        assert store.entry(3).leaf == leaf
        verdict = verify(store, derive=read)
        assert verdict.findings == ()
        assert "LOG-154" in [note.code for note in verdict.unproven]
        with pytest.raises(NotFoundError):
            store.payload(3)
        assert store.identifiers("Jeanne") == []
        if place == "file":
            assert SECRET not in everything(tmp_path)  # also in the -wal file, the free pages and the search index
        # A bundle of it shows the leaf and its proof, and no document.
        note = bytes(sign(Checkpoint(LOG.key.name, 7, store.root()), LOG))
        bundle = prove.prove(store, [3, 4], note, [LOG.key])
        assert prove.check_bundle(bundle, Policy((LOG.key,))).whole
        backup.backup(store, tmp_path / "backup")
        again = MemoryStore()
        backup.restore(tmp_path / "backup", again, derive=read)
        assert again.root() == store.root()
    if place == "file":
        assert SECRET not in everything(tmp_path)


def everything(folder):
    return b"".join(path.read_bytes() for path in folder.glob("filon.db*"))


def test_what_is_not_erased(tmp_path):
    store = MemoryStore()
    for n in range(3):
        told(store, n)
    store.append(Deposit(b"{}", "application/json", kind="key"), [], now=NOON)
    erase(store, [1, 1], reason="r", by="", now=NOON)
    for entries, error in (([1], ConflictError), ([3], WrongCallError), ([4], WrongCallError), ([], WrongCallError),
                           ([9], NotFoundError), ([-1], NotFoundError)):  # fmt: skip
        with pytest.raises(error):
            erase(store, entries, reason="r", by="", now=NOON)
    for reason in ("", "  ", "x" * 501):
        with pytest.raises(WrongCallError):
            erase(store, [0], reason=reason, by="", now=NOON)
    assert store.size() == 5
    assert json.loads(store.payload(4))["erases"] == [1]


def test_a_reader_in_the_way_does_not_stop_an_erasure(tmp_path):
    with closing(open_store(tmp_path / "filon.db")) as store, closing(open_store(tmp_path / "filon.db")) as other:
        for n in range(5):
            told(store, n)
        reading = other.entries()
        next(reading)
        erase(store, [3], reason="r", by="", now=NOON)
        assert [entry.index for entry in reading] == [1, 2, 3, 4]
        assert other.entry(3).erased


def test_no_trigram_of_an_erased_identifier_stays_in_the_search_index(tmp_path):
    with closing(open_store(tmp_path / "filon.db")) as store:
        for n in range(3):
            told(store, n)
        deposit = Deposit(b"urn:x:qzxjkv", "text/plain")
        store.append(deposit, read(deposit), now=NOON)
        assert store.identifiers("zxjk") == ["urn:x:qzxjkv"]
        assert b"qzx" in segments(tmp_path)
        erase(store, [3], reason="r", by="", now=NOON)
    assert b"qzx" not in segments(tmp_path)


def segments(folder):
    """The bytes of the search index: three letters each, some with their first ones left out."""
    with closing(sqlite3.connect(folder / "filon.db")) as raw:
        return b"".join(block for (block,) in raw.execute("SELECT block FROM identifier_text_data"))
