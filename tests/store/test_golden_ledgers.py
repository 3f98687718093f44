"""Ledgers of every released version are opened by this one, for ever: file, backup, published log, receipt, bundle.

A folder of tests/golden is never changed. One that cannot be opened any more is a broken promise, not an old test.
"""

import gzip
import hashlib
import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from contract.store_contract import NOON, deposit, mth, record
from filon.app import backup, mirror, prove
from filon.app.verify import verify
from filon.log.policy import parse_policy
from filon.log.receipt import parse_receipt
from filon.store import open_store
from filon.store.memory import MemoryStore
from log_story import LOG, WITNESS, read

GOLDEN = Path(__file__).parents[1] / "golden"
RELEASES = sorted(path.name for path in GOLDEN.iterdir() if (path / "expected.json").exists())


@pytest.fixture(params=RELEASES)
def golden(request):
    return GOLDEN / request.param


@pytest.fixture
def told(golden):
    return json.loads((golden / "expected.json").read_text())


@pytest.fixture
def policy(golden):
    return parse_policy((golden / "policy.txt").read_bytes())


def test_there_are_golden_ledgers():
    assert RELEASES[0] == "0.1"


def test_the_file_opens_verifies_and_grows(golden, told, tmp_path):
    path = tmp_path / "filon.db"
    path.write_bytes(gzip.decompress((golden / "filon.db.gz").read_bytes()))
    with closing(open_store(path)) as store:
        assert (store.size(), store.root().hex()) == (told["entries"], told["root"])
        assert [[s.sequence, s.entry, s.body.decode()] for s in store.records()] == told["records"]
        assert verify(store, keys=[LOG.key, WITNESS.key], derive=read).findings == ()
        assert store.append(deposit("new"), [record("new")], now=NOON).index == told["entries"]
        assert store.root(told["entries"]).hex() == told["root"]
    with closing(open_store(path)) as store:
        assert verify(store, keys=[LOG.key, WITNESS.key]).whole


def test_a_stranger_reads_the_file_with_sqlite_and_sha256_alone(golden, told, tmp_path):
    path = tmp_path / "filon.db"
    path.write_bytes(gzip.decompress((golden / "filon.db.gz").read_bytes()))
    with closing(sqlite3.connect(path)) as raw:
        leaves = [leaf for (leaf,) in raw.execute("SELECT leaf FROM entry ORDER BY idx")]
        hashes = [hashed for (hashed,) in raw.execute("SELECT leaf_hash FROM entry ORDER BY idx")]
    assert [hashlib.sha256(b"\x00" + leaf).digest() for leaf in leaves] == hashes
    assert mth(leaves).hex() == told["root"]


def test_the_backup_is_restored(golden, told, tmp_path):
    with closing(open_store(tmp_path / "new.db")) as store:
        assert backup.check(golden / "backup").root.hex() == told["root"]
        backup.restore(golden / "backup", store, derive=read)
        assert (store.root().hex(), len(list(store.records()))) == (told["root"], len(told["records"]))
        assert verify(store, keys=[LOG.key, WITNESS.key], derive=read).findings == ()
    memory = MemoryStore()
    backup.restore(golden / "backup", memory, derive=read)
    assert memory.root().hex() == told["root"]


def test_the_published_log_is_audited(golden, told, policy, tmp_path):
    shutil.unpack_archive(golden / "public.zip", tmp_path / "public")
    verdict = mirror.audit(tmp_path / "public", policy)
    assert (verdict.whole, verdict.root.hex()) == (True, told["root"])


def test_the_receipt_and_the_bundle_prove(golden, told, policy):
    receipt = parse_receipt((golden / "entry-2.tlog-proof").read_bytes())
    checkpoint, signers = receipt.proves(told["leaf 2"].encode(), policy)
    assert (checkpoint.root.hex(), len(signers)) == (told["root"], 2)
    assert prove.check_bundle((golden / "bundle.zip").read_bytes(), policy).whole


def test_golden_ledgers_are_never_changed():
    """The first release's files by their hashes; a new release adds a line."""
    summed = {
        version: hashlib.sha256(
            b"".join(p.read_bytes() for p in sorted((GOLDEN / version).rglob("*")) if p.is_file())
        ).hexdigest()
        for version in RELEASES
    }
    assert summed == json.loads((GOLDEN / "sums.json").read_text())
