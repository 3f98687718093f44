"""The restore drill, the auditor's bundle, the witness folder."""

import base64
import gzip
import io
import json
import zipfile
from contextlib import closing
from datetime import UTC, datetime

import pytest

from filon.app import backup, prove, witness
from filon.app.verify import verify
from filon.core.errors import ConflictError, NotFoundError, NotProvenError, StoreError, WrongCallError
from filon.log.checkpoint import Checkpoint, cosign, opened, sign
from filon.log.key import Kind, new_secret
from filon.log.merkle import inclusion_path, leaf_hash
from filon.log.policy import Policy
from filon.log.receipt import Receipt, parse_receipt
from filon.log.store import Deposit
from filon.store import open_store
from filon.store.memory import MemoryStore
from log_story import fill, read

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
LOG = new_secret("log.example/atlas", Kind.ED25519, bytes(32))
KEY = b"k" * 32


@pytest.fixture
def store():
    store = MemoryStore()
    fill(store)
    return store


def same(one, two):
    assert list(one.kept()) == list(two.kept())
    assert (one.root(), one.erasures(), one.published()) == (two.root(), two.erasures(), two.published())
    assert [s.body for s in one.records()] == [s.body for s in two.records()]


# --- backup and restore ---


@pytest.mark.parametrize("key", [None, KEY])
def test_the_restore_drill_ends_with_equal_roots_and_records(store, tmp_path, key, monkeypatch):
    monkeypatch.setattr(backup, "SEGMENT_ENTRIES", 2)
    manifest = backup.backup(store, tmp_path / "b", key=key)
    assert (manifest.size, manifest.root, len(manifest.segments)) == (9, store.root(), 5)
    assert backup.check(tmp_path / "b", key=key) == manifest
    with closing(open_store(tmp_path / "restored.db")) as restored:
        backup.restore(tmp_path / "b", restored, key=key, derive=read)
        same(restored, store)
        assert verify(restored, keys=[LOG.key], derive=read).findings == ()
    secret = b"secret" in b"".join(path.read_bytes() for path in (tmp_path / "b").iterdir())
    assert not secret  # erased, and compressed or sealed besides


def test_a_backup_grows_by_what_is_new(store, tmp_path, monkeypatch):
    monkeypatch.setattr(backup, "SEGMENT_ENTRIES", 4)
    first = backup.backup(store, tmp_path)
    stamps = {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("*.gz")}
    store.append(Deposit(b"new urn:x:10", "text/plain"), [], now=NOON)
    second = backup.backup(store, tmp_path)
    assert second.segments[: len(first.segments)] == first.segments
    assert [(s.first, s.last) for s in second.segments] == [(0, 3), (4, 7), (8, 8), (9, 9)]
    assert {name: (tmp_path / name).stat().st_mtime_ns for name in stamps} == stamps
    assert backup.backup(store, tmp_path) == second


def test_an_older_copy_is_brought_up_to_date(store, tmp_path):
    backup.backup(store, tmp_path)
    older = MemoryStore()
    older.adopt([(kept, read(kept.said) if kept.said else []) for kept in store.kept(0, 6)])
    backup.restore(tmp_path, older, derive=read)
    same(older, store)


def test_an_erasure_makes_the_backup_anew(store, tmp_path):
    backup.backup(store, tmp_path)
    assert b"lithium" in everything(tmp_path)
    store.append(Deposit(b'{"erases": [2]}', "application/json", kind="erasure"), [], now=NOON)
    backup.backup(store, tmp_path)
    assert b"lithium" not in everything(tmp_path)
    restored = MemoryStore()
    backup.restore(tmp_path, restored, derive=read)
    same(restored, store)


def everything(folder):
    lines = [
        json.loads(line) for path in folder.glob("*.gz") for line in gzip.decompress(path.read_bytes()).splitlines()
    ]
    return b"".join(base64.b64decode(line.get("data", "")) for line in lines)


def test_what_a_restore_refuses(store, tmp_path):
    backup.backup(store, tmp_path / "b")
    other = MemoryStore()
    other.append(Deposit(b"another history", "text/plain"), [], now=NOON)
    for folder, target, error in (
        (tmp_path / "b", other, ConflictError),
        (tmp_path / "none", MemoryStore(), NotFoundError),
    ):
        with pytest.raises(error):
            backup.restore(folder, target, derive=read)
    with pytest.raises(ConflictError):
        backup.backup(other, tmp_path / "b")
    with pytest.raises(ConflictError):
        backup.backup(store, tmp_path / "b", key=KEY)
    backup.backup(store, tmp_path / "sealed", key=KEY)
    for key in (None, b"x" * 32):
        with pytest.raises(NotProvenError):
            backup.check(tmp_path / "sealed", key=key)


def test_one_flipped_bit_of_a_backup_is_found_before_anything_is_taken(store, tmp_path):
    backup.backup(store, tmp_path)
    for path in sorted(tmp_path.glob("*.gz")):
        data = path.read_bytes()
        for at in range(0, len(data), 37):
            path.write_bytes(data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :])
            with pytest.raises(NotProvenError, match="LOG-021"):
                backup.check(tmp_path)
            target = MemoryStore()
            with pytest.raises(NotProvenError, match="LOG-021"):
                backup.restore(tmp_path, target, derive=read)
            assert target.size() == 0
        path.write_bytes(data)
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(NotProvenError):
        backup.check(tmp_path)


# --- the auditor's bundle ---


@pytest.fixture
def bundle(store):
    note = bytes(sign(Checkpoint(LOG.key.name, store.size(), store.root()), LOG))
    return prove.prove(store, [0, 2, 3], note, [LOG.key], disclosed=[0, 2])


POLICY = Policy((LOG.key,))


def test_a_bundle_discloses_what_is_asked_and_proves_the_rest(store, bundle):
    verdict = prove.check_bundle(bundle, POLICY)
    assert verdict.whole
    assert [(f.code, dict(f.values)) for f in verdict.proven[1:]] == [
        ("LOG-102", {"payloads": "2"}),
        ("LOG-105", {"signers": "log.example/atlas"}),
    ]
    with zipfile.ZipFile(io.BytesIO(bundle)) as files:
        names = files.namelist()
        assert "README.md" in names
        assert "LISEZMOI.md" in names
        assert files.read("entries/000000000002/document.txt") == b"lithium urn:x:4"
        assert "entries/000000000003/document.txt" not in names
        # What another program does: leaf hash of leaf.json, path, root.
        leaf = files.read("entries/000000000003/leaf.json")
        assert leaf_hash(leaf) == store.entry(3).leaf_hash
        receipt = parse_receipt(files.read("entries/000000000003/receipt.tlog-proof"))
        assert receipt.proves(leaf, POLICY)[0].root == store.root()
        assert b"manganese" not in b"".join(files.read(name) for name in names)


def test_the_same_bundle_again_is_the_same_bytes(store, bundle):
    note = bytes(sign(Checkpoint(LOG.key.name, store.size(), store.root()), LOG))
    assert prove.prove(store, [0, 2, 3], note, [LOG.key], disclosed=[0, 2]) == bundle


def changed(bundle, path, change):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(bundle)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == path else old.read(name))
    return out.getvalue()


@pytest.mark.parametrize(
    ("path", "change", "code"),
    [
        ("entries/000000000002/document.txt", lambda d: d + b" ", "LOG-020"),
        ("entries/000000000002/opening.json", lambda d: d.replace(b"Atlas", b"Rivag"), "LOG-020"),
        ("entries/000000000002/opening.json", lambda d: b"{", "LOG-020"),
        ("entries/000000000002/leaf.json", lambda d: d.replace(b"deposit", b"deposiT"), "LOG-019"),
        ("entries/000000000003/leaf.json", lambda d: d + b" ", "LOG-019"),
        ("entries/000000000003/receipt.tlog-proof", lambda d: d.replace(b"index 3", b"index 2"), "LOG-019"),
        ("entries/000000000003/receipt.tlog-proof", lambda d: b"", "LOG-019"),
    ],
)
def test_a_changed_bundle_is_told(bundle, path, change, code):
    verdict = prove.check_bundle(changed(bundle, path, change), POLICY)
    assert code in [finding.code for finding in verdict.findings]
    assert verdict.proven == ()


def test_a_bundle_with_its_own_keys_proves_no_signer(bundle):
    assert "LOG-152" in [finding.code for finding in prove.check_bundle(bundle).unproven]
    stranger = Policy((new_secret("log.example/atlas", Kind.ED25519, b"\7" * 32).key,))
    with pytest.raises(NotProvenError):
        prove.check_bundle(bundle, stranger)
    with pytest.raises(NotProvenError):
        prove.check_bundle(b"no zip")


def test_what_cannot_be_proven(store):
    note = bytes(sign(Checkpoint(LOG.key.name, 3, store.root(3)), LOG))
    for entries in ([], [3]):
        with pytest.raises(WrongCallError):
            prove.prove(store, entries, note, [LOG.key])
    assert prove.touched(store, ["urn:x:1"]) == [0]
    assert prove.touched(store, ["urn:x:3"]) == []  # erased


def test_an_erased_entry_is_proven_without_its_content(store):
    note = bytes(sign(Checkpoint(LOG.key.name, store.size(), store.root()), LOG))
    verdict = prove.check_bundle(prove.prove(store, [1], note, [LOG.key]), POLICY)
    assert verdict.whole
    assert dict(verdict.proven[1].values) == {"payloads": "0"}


# --- witness ---


def test_a_witness_remembers_and_says_no_to_a_fork(store, tmp_path):
    mine = witness.create_witness(tmp_path / "w", "carmaker.example/w1", mldsa=True)
    logs = {LOG.key.name: [LOG.key]}

    def post(body):
        answer = witness.open_witness(tmp_path / "w").answer(body, logs, now=NOON)
        return answer.status, answer.body.encode()

    def signed(of, size):
        return bytes(sign(Checkpoint(LOG.key.name, size, of.root(size)), LOG))

    first = witness.ask_witness(store, signed(store, 4), mine.keys[0], post)
    assert [s.key for s in opened(first, [LOG.key, *mine.keys])[1]] == [LOG.key, mine.keys[0]]
    # We believe it saw nothing; it says 4, and is asked again with the proof from there.
    later = witness.ask_witness(store, signed(store, 9), mine.keys[1], post)
    assert opened(later, [mine.keys[1]])[1][0].time == NOON
    assert mine.seen(LOG.key.name).size == 9
    other = MemoryStore()
    fill(other)
    other.append(Deposit(b"fork", "text/plain"), [], now=NOON)
    with pytest.raises(NotProvenError, match="422"):
        witness.ask_witness(other, signed(other, 10), mine.keys[0], post)
    assert mine.seen(LOG.key.name).size == 9
    (next((tmp_path / "w").glob("seen-*"))).write_text("{")
    with pytest.raises(StoreError):
        post(b"")
    with pytest.raises(NotFoundError):
        witness.open_witness(tmp_path / "nobody")


def test_a_witness_that_answers_nonsense_is_not_believed(store):
    note = sign(Checkpoint(LOG.key.name, 4, store.root(4)), LOG)
    key = new_secret("w.example", Kind.ED25519_COSIGNATURE, b"\3" * 32)
    wrong = str(cosign(sign(Checkpoint(LOG.key.name, 5, store.root(5)), LOG), key, NOON)).encode()
    for status, body in (
        (200, b""),
        (200, wrong),
        (200, b"?"),
        (409, b"99\n"),
        (409, b"x"),
        (403, b"no\n"),
        (500, b""),
    ):
        with pytest.raises(NotProvenError):
            witness.ask_witness(store, bytes(note), key.key, lambda _, s=status, b=body: (s, b))


def rezipped(bundle, change):
    """The bundle with its files as `change(files)` makes them."""
    with zipfile.ZipFile(io.BytesIO(bundle)) as files:
        changed = change({name: files.read(name) for name in files.namelist()})
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as out:
        for name, data in changed.items():
            out.writestr(name, data)
    return raw.getvalue()


def test_an_entry_in_the_folder_of_another_is_told(bundle):
    # Leaf and receipt fit each other, but the folder says 3 where they say 2.
    two, three = "entries/000000000002/", "entries/000000000003/"

    def swapped(files):
        other = {two: three, three: two}
        return {other.get(name[: len(two)], name[: len(two)]) + name[len(two) :]: data for name, data in files.items()}

    codes = [finding.code for finding in prove.check_bundle(rezipped(bundle, swapped), POLICY).findings]
    assert codes == ["LOG-019", "LOG-019"]


def test_a_receipt_under_an_older_checkpoint_is_told(store, bundle):
    # Both checkpoints are signed; the bundle claims the newer one for all its entries.
    size = 5
    edge = MemoryStore()
    edge.adopt([(kept, []) for kept in store.kept(0, size)])
    older = bytes(sign(Checkpoint(LOG.key.name, size, edge.root()), LOG))
    receipt = bytes(Receipt(2, tuple(inclusion_path(edge.node, 2, size)), older))

    def older_receipt(files):
        return {**files, "entries/000000000002/receipt.tlog-proof": receipt}

    verdict = prove.check_bundle(rezipped(bundle, older_receipt), POLICY)
    assert [finding.code for finding in verdict.findings] == ["LOG-019"]


def test_a_bundle_that_unfolds_without_end_is_refused(bundle, monkeypatch):
    monkeypatch.setattr(prove, "LIMIT", 1_000)
    with pytest.raises(NotProvenError, match="too large"):
        prove.check_bundle(bundle, POLICY)
