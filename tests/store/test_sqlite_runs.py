"""Keys and names in runs: found whatever became of the runs, and every fault of theirs is seen."""

import hashlib
import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.store_contract import NOON, deposit, record
from filon.log.store import Record
from filon.store import connection as connections
from filon.store import sqlite_runs as runs
from filon.store.schema import MIGRATIONS
from filon.store.sqlite import SqliteStore


def fresh():
    held = sqlite3.connect(":memory:", isolation_level=None)
    for script in MIGRATIONS:
        held.executescript(script)
    held.execute("PRAGMA foreign_keys = OFF")
    return held


def key_of(name):
    return hashlib.sha256(b"key of " + name.encode()).digest()


def take(held, entry, names):
    """A record a name, with the key that is its hash; what `sqlite_records.take` does, without marks."""
    first = held.execute("SELECT coalesce(max(sequence) + 1, 0) FROM record").fetchone()[0]
    rows = [(first + i, key_of(one), one) for i, one in enumerate(names)]
    held.executemany("INSERT INTO record VALUES (?1, ?4, ?1 * 1000, ?2, ?3, '')", [(*row, entry) for row in rows])
    runs.add(held, rows)


def found(held, name):
    return sorted(runs.sequences(held, [runs.of_name(name)]))


def test_sixteen_runs_of_a_rank_become_one_of_the_next():
    """By hand: 40 appends of two hashes each (key and name) are 2 runs of 32 and 8 of 2."""
    with closing(fresh()) as held:
        for number in range(40):
            take(held, number, [f"n{number}"])
        assert held.execute("SELECT rank, size FROM run ORDER BY number").fetchall() == [(1, 32)] * 2 + [(0, 2)] * 8
        assert found(held, "n7") == [7]
        assert runs.fit(held)


def test_a_large_run_is_left_as_it_is(monkeypatch):
    """By hand: of two hundred appends each sixteenth is of three records; those of one are joined without it."""
    monkeypatch.setattr(runs, "LARGE", 5)
    with closing(fresh()) as held:
        for number in range(200):
            take(held, number, [f"n{number}-{n}" for n in range(1 if number % 16 else 3)])
        ranks = held.execute("SELECT rank, size, count(*) FROM run GROUP BY rank, size ORDER BY rank, size").fetchall()
        assert ranks == [(0, 2, 187 % 16), (0, 6, 13), (1, 32, 187 // 16)]
        assert found(held, "n32-2") == [38]  # 32 appends before it, two of three records; and two of its own
        assert runs.fit(held)


@given(st.lists(st.lists(st.sampled_from("abcdefgh"), max_size=4), max_size=60), st.sets(st.integers(0, 59)))
def test_names_are_found_as_a_dictionary_finds_them(batches, gone):
    """Appends in any sizes, some of them erased again; many records may bear a name."""
    with closing(fresh()) as held:
        held.execute("DROP INDEX record_key")
        said, number = {}, 0
        for entry, names in enumerate(batches):
            take(held, entry, names)
            for name in names:
                said.setdefault(name, []).append((number, entry))
                number += 1
        for entry in gone:
            sql = "SELECT coalesce(min(sequence), 0), coalesce(max(sequence) + 1, 0) FROM record WHERE entry = ?"
            runs.erase(held, *held.execute(sql, (entry,)).fetchone())
            held.execute("DELETE FROM record WHERE entry = ?", (entry,))
        assert runs.fit(held)
        for name in "abcdefghi":
            wanted = [one for one, entry in said.get(name, ()) if entry not in gone]
            assert found(held, name) == wanted
            assert sorted(runs.sequences(held, [runs.of_key(key_of(name))])) == wanted
        runs.fill(held)
        assert runs.fit(held)


@pytest.mark.parametrize(
    "fault",
    [
        "DELETE FROM sought WHERE run = 1",
        "UPDATE sought SET pairs = CAST(substr(pairs, 1, 15) || x'77' || substr(pairs, 17) AS BLOB) WHERE run = 0",
        "UPDATE sought SET pairs = CAST(substr(pairs, 1, 20) || x'77' || substr(pairs, 22) AS BLOB) WHERE run = 0",
        "UPDATE sought SET pairs = CAST(substr(pairs, 17, 16) || substr(pairs, 1, 16) || substr(pairs, 33) AS BLOB)",
        "UPDATE sought SET pairs = substr(pairs, 1, 40) WHERE run = 0",
        "UPDATE sought SET pairs = 'x' WHERE run = 0",
        "UPDATE sought SET least = zeroblob(16) WHERE run = 0",
        "UPDATE sought SET run = 99 WHERE run = 0",
        "INSERT INTO sought VALUES (0, zeroblob(16), zeroblob(16))",
        "INSERT INTO run VALUES (99, 0, 1)",
        "DELETE FROM run",
        "UPDATE run SET size = size + 1",
    ],
)
def test_every_fault_is_seen(tmp_path, fault):
    path = tmp_path / "filon.db"
    with closing(SqliteStore(path)) as store:
        said = [record(f"r{n}", name=f"n{n}", occurred=n) for n in range(9)]
        store.append(deposit("1"), said, now=NOON)
        store.append(deposit("2"), [record("other")], now=NOON)
        assert store.faults() == []
        with closing(connections.connect(path)) as raw:
            raw.execute(fault)
        assert store.faults() == ["keys and names are not found as the records have them"]
        store.remake([(0, said)])
        assert store.faults() == []


@pytest.mark.parametrize("at", [0, 499, 500, 1_764_000_000_000_499, -1_500, -501, -62_135_596_799_999_000])
def test_a_key_is_held_at_any_time_of_its_millisecond(tmp_path, at):
    """The key counts time to the millisecond (CBV 8.9.2); its records may differ below it, before 1970 too."""
    low = (at + 500) // 1000 * 1000 - 500
    with closing(SqliteStore(tmp_path / "filon.db")) as store:
        store.append(deposit("1"), [record("a", occurred=at)], now=NOON)
        key = record("a").key
        for other in (low, at, low + 999):
            assert store.known({key: other, bytes(32): other}) == {key}
            assert store.append_new(deposit("2"), [Record(key, "", other, b"")], keys={key: other}, now=NOON) is None
        assert store.known({key: low - 1}) == store.known({key: low + 1000}) == set()
        assert store.known([key]) == {key}


def test_a_name_whose_hash_is_the_key_is_one_row():
    """Nobody keeps a partner from naming an event so."""
    with closing(fresh()) as held:
        runs.add(held, [(0, hashlib.sha256(b"n").digest(), "n")])
        held.execute("INSERT INTO record VALUES (0, 0, 0, ?, 'n', '')", (hashlib.sha256(b"n").digest(),))
        assert found(held, "n") == [0]
        assert runs.fit(held)


def test_the_database_itself_holds_a_key_once(tmp_path):
    path = tmp_path / "filon.db"
    with closing(SqliteStore(path)) as store:
        store.append(deposit("1"), [record("a", occurred=7)], now=NOON)
        with closing(connections.connect(path)) as raw, pytest.raises(sqlite3.IntegrityError):
            raw.execute("INSERT INTO record SELECT 9, entry, occurred, key, name, body FROM record")


def test_a_ledger_of_the_first_format_is_brought_forward(tmp_path, monkeypatch):
    path = tmp_path / "filon.db"
    with closing(sqlite3.connect(path)) as raw:
        raw.executescript(MIGRATIONS[0])
        raw.executescript(f"PRAGMA application_id = {connections.APPLICATION_ID}; PRAGMA user_version = 1")
        raw.execute("INSERT INTO entry VALUES (0, 0, x'00', zeroblob(32))")
        for number in range(5):
            key = hashlib.sha256(b"%d" % number).digest()
            raw.execute("INSERT INTO record VALUES (?, 0, ?, ?, ?, x'7b7d')", (number, number, key, f"n{number % 2}"))
        raw.execute("DELETE FROM record WHERE sequence = 4")  # erased: its number is never given again
        raw.commit()
    monkeypatch.setattr(SqliteStore, "_check", lambda _: None)
    with closing(SqliteStore(path)) as store:
        assert [one.sequence for one in store.named("n1")] == [1, 3]
        assert [one.sequence for one in store.keyed([hashlib.sha256(b"2").digest()])] == [2]
        assert store.faults() == []
        store.append(deposit("1"), [record("new")], now=NOON)
        assert [one.sequence for one in store.records(after=3)] == [5]


def test_a_name_of_more_records_than_a_block_holds():
    """By hand: 300 of one name among others are in three blocks, two of which begin with it; each is found once."""
    with closing(fresh()) as held:
        held.execute("DROP INDEX record_key")
        runs.add(held, [(number, bytes(32), "n") for number in range(300)])
        runs.add(held, [(1_000 + number, key_of(str(number)), f"n{number}") for number in range(300)])
        assert found(held, "n") == list(range(300))
        assert found(held, "n7") == [1_007]
        assert sorted(runs.sequences(held, [bytes(8)])) == list(range(300))


def test_a_hash_is_not_found_across_two_others():
    """The end of a pair and the beginning of the next are as many bytes as a hash."""
    block = b"".join(bytes([n]) * 8 + n.to_bytes(8, "big") for n in range(1, 4))
    assert list(runs._in(block, b"\2" * 8)) == [2]
    assert list(runs._in(block, block[12:20])) == []
