"""The SQLite store keeps the contract, and what is its own: durable pragmas, triggers, refusals, one file."""

import sqlite3
from contextlib import closing

import pytest

from contract.store_contract import NOON, StoreContract, deposit, record
from filon.core.errors import ConflictError, StoreError
from filon.store import connection as connections
from filon.store import open_store, sqlite_records
from filon.store.sqlite import SqliteStore


class TestSqliteStore(StoreContract):
    @pytest.fixture
    def make(self, tmp_path):
        opened = []

        def make():
            opened.append(SqliteStore(tmp_path / "deep" / "filon.db"))
            return opened[-1]

        yield make
        for store in opened:
            store.close()

    def other(self, tmp_path):
        return SqliteStore(tmp_path / "other.db")


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "filon.db"
    with closing(SqliteStore(path)) as store:
        store.append(deposit("a"), [record("a", marks=[("epc", "urn:x:a")])], now=NOON)
        store.append(deposit("b"), [record("b")], now=NOON)
        store.publish(2, b"note")
    return path


def test_open_store_is_the_door(tmp_path):
    for place in ("memory:", tmp_path / "one.db", str(tmp_path / "two.db")):
        with closing(open_store(place)) as store:
            assert store.append(deposit(), [], now=NOON).index == 0


@pytest.mark.parametrize(
    "wrong",
    [
        "UPDATE entry SET learned = learned + 1",
        "DELETE FROM entry WHERE idx = 1",
        "INSERT INTO entry SELECT 3, learned, leaf, leaf_hash FROM entry WHERE idx = 1",  # a gap
        "INSERT INTO entry SELECT 1, learned, leaf, leaf_hash FROM entry WHERE idx = 0",
        "INSERT OR REPLACE INTO entry SELECT 1, learned, leaf, leaf_hash FROM entry WHERE idx = 0",
        "INSERT INTO entry SELECT 2, learned - 1, leaf, leaf_hash FROM entry WHERE idx = 0",  # time runs back
        "UPDATE payload SET name = 'other'",
        "DELETE FROM payload",
        "INSERT OR REPLACE INTO payload SELECT 0, media_type, name, submitter, accepted, salts, data FROM payload WHERE entry = 1",
        "INSERT INTO payload SELECT 9, media_type, name, submitter, accepted, salts, data FROM payload WHERE entry = 1",
        "UPDATE node SET hash = zeroblob(32)",
        "DELETE FROM node",
        "INSERT OR REPLACE INTO node VALUES (1, 0, zeroblob(32))",
        "UPDATE published SET size = 1",
        "DELETE FROM published",
    ],
)
def test_the_file_refuses_to_be_rewritten(path, wrong):
    with closing(connections.connect(path)) as raw:
        with pytest.raises(sqlite3.IntegrityError):
            raw.execute(wrong)
        assert raw.execute("SELECT count(*), max(idx) FROM entry").fetchone() == (2, 1)


def test_pragmas_are_read_back_and_a_weaker_one_is_refused(path, monkeypatch):
    weak = tuple((n, "NORMAL" if n == "synchronous" else asked, w) for n, asked, w in connections._PRAGMAS)
    monkeypatch.setattr(connections, "_PRAGMAS", weak)
    with pytest.raises(StoreError, match="synchronous"):
        SqliteStore(path)


def test_every_connection_has_the_pragmas(path):
    with closing(SqliteStore(path)) as store:
        store.size()
        assert len(store._connections) == 2
        for each in store._connections:
            assert each.execute("PRAGMA synchronous").fetchone() == (2,)
            assert each.execute("PRAGMA journal_mode").fetchone() == ("wal",)
            assert each.execute("PRAGMA secure_delete").fetchone() == (1,)


@pytest.mark.parametrize("version", [-1, -2, -(2**31), 2**31 - 1])
def test_a_format_number_that_cannot_be_is_damage_and_no_crash(tmp_path, version):
    """One flipped bit in the file's head makes it so (found by the campaign)."""
    path = tmp_path / "bent.db"
    SqliteStore(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {version}")
    with pytest.raises(StoreError, match=r"damaged|newer"):
        SqliteStore(path)


def test_foreign_newer_and_damaged_files_are_refused_by_name(tmp_path, path):
    with closing(sqlite3.connect(tmp_path / "foreign.db")) as raw:
        raw.execute("CREATE TABLE wine (year)")
    with pytest.raises(StoreError, match="another program"):
        SqliteStore(tmp_path / "foreign.db")
    (tmp_path / "text.db").write_bytes(b"not a database at all, only some text\n" * 100)
    with pytest.raises(StoreError):
        SqliteStore(tmp_path / "text.db")
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA user_version = 999")
    with pytest.raises(StoreError, match="newer"):
        SqliteStore(path)


def test_a_last_entry_that_does_not_match_its_hash_is_not_opened(path):
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("DROP TRIGGER entry_kept")
        raw.execute("UPDATE entry SET leaf = x'00' WHERE idx = 1")
        raw.commit()
    with pytest.raises(StoreError, match="entry 1"):
        SqliteStore(path)


def test_a_writer_that_never_ends_is_a_conflict(path, monkeypatch):
    monkeypatch.setattr(connections, "BUSY_MS", 50)
    with closing(SqliteStore(path)) as store, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(ConflictError):
            store.append(deposit(), [], now=NOON)
        other.execute("ROLLBACK")
        assert store.append(deposit(), [], now=NOON).index == 2


def test_an_iterator_sees_the_ledger_as_it_was_when_it_began(path):
    with closing(SqliteStore(path)) as store:
        entries = store.entries()
        assert next(entries).index == 0
        store.append(deposit(), [], now=NOON)
        assert [entry.index for entry in entries] == [1]
        assert store.size() == 3


def test_a_lot_is_found_by_index_and_not_by_reading_everything(path):
    # The plan is the promise: at 10^7 records any SCAN of record, mark or identifier would take seconds.
    with closing(SqliteStore(path)) as store:
        seen = []
        store._reader().set_trace_callback(seen.append)
        list(store.touching(["urn:x:a"], roles=["epc"], size=1))
        list(store.touching(["urn:x:a"]))
        list(store.named("n", size=1))
        list(store.records(after=5, first=1, size=2))
        store.known([b"k" * 32])
        store.identifiers("a")
        store._reader().set_trace_callback(None)
        plans = [row[3] for sql in seen for row in store._reader().execute(f"EXPLAIN QUERY PLAN {sql}")]
    assert plans
    assert [
        p for p in plans if p.startswith("SCAN") and p.split()[1] in ("record", "mark", "identifier", "entry")
    ] == []


@pytest.mark.parametrize("row", [(0, None, b"k", b"b"), (0, 1, "k", b"b"), (0, 1, b"k", None), (0, 1.5, b"k", b"b")])
def test_a_damaged_row_of_the_index_is_told_and_not_stumbled_over(row):
    # A flipped bit in a row's header makes any column NULL or another type, whatever the table declares.
    with pytest.raises(StoreError, match="rebuild"):
        sqlite_records._stored(*row)


def test_a_node_that_is_no_node_is_read_as_one_that_differs(path):
    with closing(sqlite3.connect(path)) as raw:
        raw.executescript(
            """PRAGMA writable_schema = ON; DROP TRIGGER node_kept;
            UPDATE sqlite_schema SET sql = replace(replace(sql, 'idx INTEGER NOT NULL', 'idx'), 'hash BLOB NOT NULL CHECK (length(hash) = 32)', 'hash')
              WHERE name = 'node';"""
        )
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("UPDATE node SET hash = NULL")
        raw.commit()
    with closing(SqliteStore(path)) as store:
        assert list(store.nodes(1)) == [(0, b"")]


@pytest.mark.parametrize("change", ["UPDATE published SET number = 3", "DELETE FROM published WHERE number = 1"])
def test_a_checkpoint_under_another_number_or_removed_is_told(path, change):
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("INSERT INTO published (size, note) VALUES (2, x'00')")
        raw.executescript("DROP TRIGGER published_kept; DROP TRIGGER published_stays")
        if "UPDATE" in change:
            raw.execute("DELETE FROM published WHERE number = 2")
        raw.execute(change)
        raw.commit()
    with closing(SqliteStore(path)) as store:
        assert any("published checkpoints are numbered" in fault for fault in store.faults())


@pytest.mark.parametrize(
    "change",
    ["UPDATE sqlite_sequence SET name = 'resord'", "UPDATE sqlite_sequence SET seq = 0", "DELETE FROM sqlite_sequence"],
)
def test_a_lost_number_of_the_next_record_is_told(path, change):
    with closing(sqlite3.connect(path)) as raw:
        raw.execute(change)
        raw.commit()
    with closing(SqliteStore(path)) as store:
        assert store.faults() == ["the number that the next record gets is not kept as it must"]
