"""The signer never forks a log; what is published can be audited by anybody from the files alone."""

import hashlib
import shutil
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from filon.app import durable, mirror, publish, signer
from filon.core.errors import ConflictError, NotFoundError, StoreError, WrongCallError
from filon.log import merkle, tiles
from filon.log.checkpoint import opened
from filon.log.key import Kind
from filon.log.policy import Policy, parse_policy
from filon.log.store import Deposit
from filon.store import open_store
from filon.store.memory import MemoryStore

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ORIGIN = "log.example/atlas"


def fill(store, n, start=0):
    store.append_all([(Deposit(f"{i}".encode(), "text/plain"), []) for i in range(start, start + n)], now=NOON)


@pytest.fixture
def store():
    return MemoryStore()


@pytest.fixture
def mine(tmp_path):
    return signer.create_signer(tmp_path / "signer", ORIGIN, mldsa=True)


def checkpoint(mine, store):
    return opened(signer.open_signer(mine.folder).checkpoint(store, now=NOON), signer.open_signer(mine.folder).keys)


# --- signer ---


def test_signing_again_and_again_as_the_log_grows(mine, store):
    assert checkpoint(mine, store)[0].size == 0
    for n in (1, 2, 5):
        fill(store, n)
        note, signers = checkpoint(mine, store)
        assert (note.origin, note.size, note.root) == (ORIGIN, store.size(), store.root())
        assert [(s.key.kind, s.time) for s in signers] == [(Kind.ED25519, None), (Kind.MLDSA44_COSIGNATURE, NOON)]
    assert [size for size, _ in store.published()] == [0, 1, 3, 8]


def test_nothing_new_is_not_signed_again(mine, store):
    fill(store, 3)
    first = mine.checkpoint(store, now=NOON)
    assert signer.open_signer(mine.folder).checkpoint(store, now=NOON + timedelta(hours=1)) == first
    assert len(store.published()) == 1


def test_a_restored_older_copy_is_not_signed(mine, store):
    fill(store, 8)
    mine.checkpoint(store, now=NOON)
    older = MemoryStore()
    older.adopt([(kept, []) for kept in store.kept(0, 5)])
    for _ in range(2):
        with pytest.raises(ConflictError, match="LOG-016"):
            checkpoint(mine, older)
        fill(older, 5, start=100)  # it grows past what was signed, with another history: that is the fork
    older_again = MemoryStore()
    older_again.adopt([(kept, []) for kept in store.kept()])
    fill(older_again, 1)
    assert checkpoint(mine, older_again)[0].size == 9  # brought back byte for byte it is the same log


def test_power_lost_between_state_and_signature_is_no_fork(mine, store, monkeypatch):
    fill(store, 4)
    with monkeypatch.context() as patch:
        patch.setattr(MemoryStore, "publish", lambda *_: (_ for _ in ()).throw(StoreError("power")))
        with pytest.raises(StoreError):
            mine.checkpoint(store, now=NOON)
    assert signer.open_signer(mine.folder).signed == signer.Signed(4, store.root())
    assert checkpoint(mine, store)[0].size == 4


def test_two_signing_processes_do_not_meet(mine, store):
    with durable.locked(mine.folder / "lock"), pytest.raises(ConflictError):
        mine.checkpoint(store, now=NOON)


def test_the_folder_is_private_and_says_what_is_wrong_with_it(mine, tmp_path):
    assert mine.folder.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in mine.folder.iterdir())
    with pytest.raises(WrongCallError):
        signer.create_signer(mine.folder, ORIGIN)
    with pytest.raises(NotFoundError):
        signer.open_signer(tmp_path / "nowhere")
    (mine.folder / "state.json").write_text("{")
    with pytest.raises(StoreError):
        signer.open_signer(mine.folder)


def test_a_key_is_rotated_with_both_signing_for_a_while(mine, store):
    fill(store, 3)
    old = mine.keys[0]
    mine.checkpoint(store, now=NOON)
    entry = signer.rotate(mine, store, now=NOON)
    assert entry.kind == "key"
    both = signer.open_signer(mine.folder)
    plain = [key for key in both.keys if key.kind is Kind.ED25519]
    assert plain[0] == old
    assert str(plain[1]).encode() in store.payload(entry.index)
    note = both.checkpoint(store, now=NOON)
    for key in plain:  # whoever knows only one of the two trusts the note
        assert opened(note, [key])[0].size == 4
    signer.retire(both, store, now=NOON)
    after = signer.open_signer(mine.folder)
    assert [key for key in after.keys if key.kind is Kind.ED25519] == [plain[1]]
    assert not (mine.folder / f"key-{old.id.hex()}").exists()
    assert checkpoint(after, store)[0].size == 5
    with pytest.raises(WrongCallError):
        signer.retire(after, store, now=NOON)


# --- durable files ---


def test_a_full_disk_leaves_the_old_file(tmp_path, monkeypatch):
    durable.write(tmp_path / "a", b"old")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(durable.os, "fsync", full)
    with pytest.raises(StoreError, match="No space"):
        durable.write(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


# --- publishing and auditing ---


def policy(mine):
    plain, *others = mine.keys
    return Policy((plain,), {"pq": others[0]}, {}, "none")


@pytest.fixture
def served(mine, store, tmp_path):
    """A log of 600 entries, published at 1, 255, 256, 300 and 600."""
    for size in (1, 255, 256, 300, 600):
        fill(store, size - store.size(), start=store.size())
        publish.publish(store, mine.checkpoint(store, now=NOON), tmp_path / "public")
    return tmp_path / "public"


def test_all_files_of_every_published_size_are_there(served, store):
    files = {str(path.relative_to(served)) for path in served.rglob("*") if path.is_file()}
    assert files == {"checkpoint", *(tile.path for size in (1, 255, 256, 300, 600) for tile in tiles.tiles(size))}
    nodes = tiles.nodes_of(mirror.fetcher(served), 600)
    assert merkle.root(nodes, 600) == store.root()
    assert list(mirror.leaves(served, 600)) == [entry.leaf for entry in store.entries()]


def test_a_sound_mirror_is_proven(served, mine, store):
    seen = []
    verdict = mirror.audit(served, policy(mine), progress=lambda done, of: seen.append((done, of)))
    assert verdict.whole
    assert (verdict.entries, verdict.root) == (600, store.root())
    assert [finding.code for finding in verdict.proven] == ["LOG-101", "LOG-103", "LOG-105"]
    assert seen[-1] == (600, 600)


@pytest.mark.parametrize(
    ("path", "at", "code", "entry"),
    [
        ("tile/0/000", 32 * 17 + 5, "LOG-018", 17),  # the hash of leaf 17
        ("tile/0/002.p/88", 32 * 3, "LOG-018", 515),  # 2 x 256 + 3
        ("tile/1/000.p/2", 40, "LOG-018", 256),  # the second hash of level 1 begins at leaf 256
        ("tile/entries/001", 100, "LOG-018", None),
        ("checkpoint", 3, "LOG-011", None),
    ],
)
def test_one_flipped_bit_of_a_mirror_is_found_and_located(served, mine, path, at, code, entry):  # noqa: PLR0917
    data = bytearray((served / path).read_bytes())
    data[at] ^= 1
    (served / path).write_bytes(data)
    verdict = mirror.audit(served, policy(mine))
    assert not verdict.whole
    assert verdict.proven == ()
    assert code in [finding.code for finding in verdict.findings]
    if entry is not None:
        assert (code, path, entry) == (
            verdict.findings[0].code,
            verdict.findings[0].place.file,
            verdict.findings[0].place.entry,
        )


def test_every_missing_or_torn_file_is_found(served, mine):
    for tile in tiles.tiles(600):
        path = served / tile.path
        data = path.read_bytes()
        for content in (None, data[:-1], data + b"\0", b""):
            path.unlink()
            if content is not None:
                path.write_bytes(content)
            verdict = mirror.audit(served, policy(mine))
            assert tile.path in [finding.place.file for finding in verdict.findings], (
                tile.path,
                content and len(content),
            )
            path.write_bytes(data)
    assert mirror.audit(served, policy(mine)).whole


def test_a_mirror_follows_and_refuses_another_history(served, mine, store, tmp_path):
    copy = tmp_path / "copy"
    assert mirror.mirror(served, copy, policy(mine)).whole
    fill(store, 100, start=600)
    publish.publish(store, signer.open_signer(mine.folder).checkpoint(store, now=NOON), served)
    assert mirror.mirror(served, copy, policy(mine)).entries == 700
    assert mirror.audit(copy, policy(mine)).whole
    # The same key signs another history of 800 entries: only who has seen the first one can tell.
    forged, elsewhere = MemoryStore(), tmp_path / "forged"
    fill(forged, 800)
    shutil.copytree(mine.folder, tmp_path / "stolen")
    stolen = signer.open_signer(tmp_path / "stolen")
    stolen.remember(signer.Signed())
    publish.publish(forged, signer.open_signer(tmp_path / "stolen").checkpoint(forged, now=NOON), elsewhere)
    assert mirror.audit(elsewhere, policy(mine)).whole
    verdict = mirror.mirror(elsewhere, copy, policy(mine))
    assert [finding.code for finding in verdict.findings] == ["LOG-010"]
    assert publish.published_in(copy).size == 700
    with pytest.raises(ConflictError):
        publish.publish(forged, stolen.sign(signer.Signed(800, forged.root()), NOON).__bytes__(), served)


def test_a_mirror_does_not_go_back(served, mine, store, tmp_path):
    copy = tmp_path / "copy"
    old = tmp_path / "old"
    shutil.copytree(served, old)
    fill(store, 1)
    publish.publish(store, mine.checkpoint(store, now=NOON), served)
    mirror.mirror(served, copy, policy(mine))
    assert [finding.code for finding in mirror.mirror(old, copy, policy(mine)).findings] == ["LOG-012"]


def test_an_unknown_key_proves_nothing(served):
    other = signer.new_secret(ORIGIN, Kind.ED25519, b"\7" * 32).key
    verdict = mirror.audit(served, parse_policy(f"log {other}\nquorum none\n".encode()))
    assert [finding.code for finding in verdict.findings] == ["LOG-011"]


def test_a_ledger_of_files_and_its_log_agree(tmp_path, mine):
    with closing(open_store(tmp_path / "filon.db")) as ledger:
        fill(ledger, 3)
        publish.publish(ledger, mine.checkpoint(ledger, now=NOON), tmp_path / "public")
        assert (
            hashlib.sha256(b"\x00" + next(mirror.leaves(tmp_path / "public", 3))).digest() == ledger.entry(0).leaf_hash
        )


def test_a_log_that_grows_while_it_is_copied_does_not_outrun_what_was_audited(served, mine, store, tmp_path):
    reads = []

    def read(path):
        data = (served / path).read_bytes()
        reads.append(path)
        if path == "checkpoint" and reads.count(path) == 1:  # the log publishes more in this very moment
            fill(store, 300, start=600)
            publish.publish(store, signer.open_signer(mine.folder).checkpoint(store, now=NOON), served)
        return data

    assert mirror.mirror(read, tmp_path / "copy", policy(mine)).entries == 600
    assert publish.published_in(tmp_path / "copy").size == 600
    assert mirror.audit(tmp_path / "copy", policy(mine)).whole
