"""Verification: every change of anything stored is told, with its place; and nothing is claimed that was not compared."""

import hashlib
import sqlite3
from contextlib import closing

import pytest

from filon.app.verify import verify
from filon.core.finding import rules
from filon.log.checkpoint import Checkpoint, sign
from filon.log.store import Deposit
from filon.store import open_store
from filon.store.memory import MemoryStore
from log_story import LOG, NOON, WITNESS, fill, read


@pytest.fixture
def path(tmp_path):
    with closing(open_store(tmp_path / "filon.db")) as store:
        fill(store)
    return tmp_path / "filon.db"


def checked(path, **more):
    with closing(open_store(path)) as store:
        return verify(store, keys=[LOG.key, WITNESS.key], derive=read, **more)


def codes(findings):
    return [finding.code for finding in findings]


def test_a_whole_ledger_says_what_is_proven_and_what_is_not():
    store = MemoryStore()
    note = fill(store)
    seen = []
    verdict = verify(store, keys=[LOG.key, WITNESS.key], derive=read, progress=lambda done, of: seen.append((done, of)))
    assert verdict.findings == ()
    assert verdict.whole
    assert (verdict.entries, verdict.root) == (9, store.root())
    assert codes(verdict.proven) == ["LOG-101", "LOG-102", "LOG-103", "LOG-104", "LOG-105"]
    # 8 payloads: nine entries less the erased one; records: 2 + 1 + 1 + 1 + 1 + 1 + 1 (entry 1 erased, entry 3 one new).
    assert verdict.proven[1].values == {"payloads": "8"}
    assert verdict.proven[3].values == {"records": "8"}
    assert verdict.proven[4].text() == "Signed the newest checkpoint: log.example/atlas, carmaker.example/w1"
    assert codes(verdict.unproven) == ["LOG-151", "LOG-153", "LOG-154", "LOG-155"]
    assert verdict.unproven[1].values == {"entries": "1"}
    assert seen[-1] == (9, 9)
    held = verify(store, held=[note])
    assert codes(held.unproven) == ["LOG-152", "LOG-153", "LOG-154", "LOG-157", "LOG-155"]


def test_an_empty_ledger_is_whole():
    verdict = verify(MemoryStore())
    assert verdict.whole
    assert verdict.root == hashlib.sha256(b"").digest()


def test_the_sqlite_ledger_is_whole(path):
    assert checked(path).findings == ()


TAMPERINGS = [
    # table, change, the code that must be among the findings, the entry named
    ("entry", "UPDATE entry SET leaf = replace(CAST(leaf AS TEXT), 'sha', 'sho') WHERE idx = 2", "LOG-005", 2),
    ("entry", "UPDATE entry SET leaf = CAST(' ' || CAST(leaf AS TEXT) AS BLOB) WHERE idx = 2", "LOG-004", 2),
    ("entry", "UPDATE entry SET leaf = x'' WHERE idx = 2", "LOG-004", 2),
    ("entry", "UPDATE entry SET leaf = NULL WHERE idx = 2", "LOG-001", None),
    ("entry", "UPDATE entry SET leaf_hash = zeroblob(32) WHERE idx = 2", "LOG-005", 2),
    ("entry", "UPDATE entry SET learned = learned + 1 WHERE idx = 2", "LOG-008", 2),
    ("entry", "UPDATE entry SET learned = 'noon' WHERE idx = 2", "LOG-008", 2),
    ("entry", "DELETE FROM entry WHERE idx = 2", "LOG-002", 2),
    ("entry", "DELETE FROM entry WHERE idx BETWEEN 3 AND 4", "LOG-002", 3),
    ("payload", "UPDATE payload SET data = data || x'20' WHERE entry = 2", "LOG-006", 2),
    ("payload", "UPDATE payload SET data = x'' WHERE entry = 2", "LOG-006", 2),
    ("payload", "UPDATE payload SET salts = zeroblob(32) WHERE entry = 2", "LOG-006", 2),
    ("payload", "UPDATE payload SET name = 'other.txt' WHERE entry = 2", "LOG-006", 2),
    ("payload", "UPDATE payload SET name = CAST(x'ff' AS TEXT) WHERE entry = 2", "LOG-006", 2),
    ("payload", "UPDATE payload SET submitter = 'Rivage' WHERE entry = 2", "LOG-006", 2),
    ("payload", "UPDATE payload SET media_type = 'text/csv' WHERE entry = 2", "LOG-006", 2),
    ("payload", "UPDATE payload SET accepted = '[\"IMP-07\"]' WHERE entry = 2", "LOG-006", 2),
    ("payload", "UPDATE payload SET accepted = '{' WHERE entry = 2", "LOG-006", 2),
    ("payload", "UPDATE payload SET accepted = ' []' WHERE entry = 2", "LOG-006", 2),
    ("payload", "DELETE FROM payload WHERE entry = 2", "LOG-007", 2),
    ("payload", "UPDATE payload SET data = '{\"erases\": [2]}' WHERE entry = 7", "LOG-006", 7),
    ("node", "UPDATE node SET hash = zeroblob(32) WHERE level = 1 AND idx = 1", "LOG-009", 2),
    ("node", "UPDATE node SET idx = 9 WHERE level = 1 AND idx = 1", "LOG-009", 2),
    ("node", "UPDATE node SET level = 5 WHERE level = 2 AND idx = 1", "LOG-009", 4),
    ("node", "DELETE FROM node WHERE level = 3", "LOG-001", None),  # the right edge is gone: it does not even open
    ("node", "DELETE FROM node WHERE level = 2 AND idx = 0", "LOG-009", 0),
    ("node", "INSERT INTO node VALUES (1, 4, zeroblob(32))", "LOG-009", 8),
    ("node", "INSERT INTO node VALUES (4, 0, zeroblob(32))", "LOG-009", 0),
    ("published", "UPDATE published SET note = replace(CAST(note AS TEXT), '8', '7')", "LOG-011", None),
    ("published", "UPDATE published SET note = x'00'", "LOG-011", None),
    ("published", "UPDATE published SET size = 7", "LOG-011", None),
    (
        "published",
        "UPDATE published SET note = CAST(replace(CAST(note AS TEXT), '— log.e', '— log.f') AS BLOB)",
        "LOG-011",
        None,
    ),
    ("erased", "DELETE FROM erased", "LOG-007", 1),
    ("erased", "UPDATE erased SET entry = 2", "LOG-015", 2),
    ("erased", "UPDATE erased SET by = 6", "LOG-015", 1),
    ("record", "UPDATE record SET body = x'00' WHERE entry = 2", "LOG-013", 2),
    ("record", "UPDATE record SET key = zeroblob(32) WHERE entry = 2", "LOG-014", 2),
    ("record", "UPDATE record SET name = 'x' WHERE entry = 2", "LOG-013", 2),
    ("record", "UPDATE record SET occurred = 0 WHERE entry = 2", "LOG-013", 2),
    ("record", "UPDATE record SET entry = 3 WHERE entry = 2", "LOG-014", 3),
    ("record", "UPDATE record SET sequence = 99 WHERE entry = 2", "LOG-014", 8),
    ("record", "DELETE FROM record WHERE entry = 2", "LOG-014", 2),
    ("record", "INSERT INTO record VALUES (99, 8, 0, zeroblob(32), '', x'')", "LOG-014", 8),
    ("mark", "DELETE FROM mark WHERE sequence = (SELECT sequence FROM record WHERE entry = 2)", "LOG-013", 2),
    (
        "mark",
        "UPDATE mark SET sequence = 99 WHERE sequence = (SELECT sequence FROM record WHERE entry = 2)",
        "LOG-013",
        2,
    ),
    ("mark", "INSERT INTO mark VALUES (1, 9, 2)", "LOG-023", None),
    ("role", "UPDATE role SET text = 'deed'", "LOG-013", 2),
    ("identifier", "UPDATE identifier SET text = 'urn:x:44' WHERE text = 'urn:x:4'", "LOG-013", 2),
    ("ending", "INSERT INTO ending VALUES ('44', 1)", "LOG-001", None),
    ("part", "UPDATE part SET latest = latest + 1", "LOG-001", None),
    ("identifier", "UPDATE identifier SET id = 99 WHERE text = 'urn:x:4'", "LOG-013", 2),
    ("identifier", "DELETE FROM identifier WHERE text = 'urn:x:4'", "LOG-013", 2),
]


def tampered(path, change):
    """Change the file behind the store's back, with triggers and schema put back as they were."""
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA ignore_check_constraints = ON")
        triggers = raw.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            raw.execute(f"DROP TRIGGER {name}")
        if "NULL" in change:
            raw.execute("PRAGMA writable_schema = ON")
            raw.execute("UPDATE sqlite_schema SET sql = replace(sql, 'NOT NULL', '') WHERE name = 'entry'")
            raw.execute("PRAGMA writable_schema = RESET")
        assert raw.execute(change).rowcount
        for _, sql in triggers:
            raw.execute(sql)
        raw.commit()


@pytest.mark.parametrize(
    ("table", "change", "code", "entry"), TAMPERINGS, ids=[change[1][:70] for change in TAMPERINGS]
)
def test_every_tampering_is_told_with_its_place(path, table, change, code, entry):
    tampered(path, change)
    store = open_store(path) if "level = 3" not in change else None
    if store is None:
        return refused(path)
    with closing(store):
        verdict = verify(store, keys=[LOG.key, WITNESS.key], derive=read)
    assert not verdict.whole
    assert verdict.proven == ()
    assert (code, entry) in [(finding.code, finding.place.entry) for finding in verdict.findings]
    for finding in verdict.findings:
        for language in ("en", "fr"):
            assert "?" not in finding.text(language)
            assert finding.way_out(language)
    return None


def refused(path):
    from filon.core.errors import FilonError

    with pytest.raises(FilonError):
        open_store(path)


def test_a_signature_line_of_an_unknown_key_is_mentioned(path):
    tampered(path, "UPDATE published SET note = CAST(replace(CAST(note AS TEXT), '— carm', '— carn') AS BLOB)")
    verdict = checked(path)
    assert verdict.whole  # the log's own signature still holds; what the witness said is lost
    assert "LOG-158" in codes(verdict.unproven)
    assert dict(verdict.proven[-1].values) == {"signers": "log.example/atlas"}


def test_removing_a_trigger_is_told(path):
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("DROP TRIGGER entry_kept")
    verdict = checked(path)
    assert [finding.text() for finding in verdict.findings] == [
        "The ledger file is damaged: trigger entry_kept is not as the format has it"
    ]


def test_whoever_rewrites_everything_is_caught_only_by_a_checkpoint_from_outside():
    honest, forged = MemoryStore(), MemoryStore()
    kept_outside = fill(honest)
    fill(forged)  # another history that holds together: other salts, other leaves, signed with the stolen key
    assert verify(forged, keys=[LOG.key]).whole
    assert "LOG-151" in codes(verify(forged, keys=[LOG.key]).unproven)
    verdict = verify(forged, keys=[LOG.key], held=[kept_outside])
    assert codes(verdict.findings) == ["LOG-010"]


def test_an_older_copy_is_caught_by_a_newer_checkpoint():
    store = MemoryStore()
    fill(store)
    newer = bytes(sign(Checkpoint(LOG.key.name, 20, bytes(32)), LOG))
    verdict = verify(store, keys=[LOG.key], held=[newer])
    assert [finding.text() for finding in verdict.findings] == ["A checkpoint covers 20 entries, the log has only 9"]


def test_a_payload_of_an_older_reader_is_a_note_not_damage():
    store = MemoryStore()
    store.append(Deposit(b"unreadable", "text/plain"), [], now=NOON)
    verdict = verify(store, derive=read)
    assert codes(verdict.findings) == ["LOG-022"]
    assert verdict.whole


def test_every_rule_of_the_log_has_words_in_both_languages():
    mine = [rule for code, rule in rules().items() if code.startswith("LOG-")]
    assert len(mine) > 30
    assert all(rule.text["en"] and rule.text["fr"] for rule in mine)
