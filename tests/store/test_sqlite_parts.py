"""Words and times told a part at a time, the search box's index behind: what is found, what is seen to be wrong."""

import hashlib
import sqlite3
from contextlib import closing

import pytest

from contract.store_contract import NOON, deposit, record
from filon.log.store import Record
from filon.store import connection as connections
from filon.store import parts, sqlite_search
from filon.store.schema import MIGRATIONS
from filon.store.sqlite import SqliteStore

LOT = "https://id.gs1.org/01/09521234543213/10/ATL-{}"
STEP, AT = ("bizStep", "shipping"), ("bizLocation", "urn:x:at")


def told(number, *words, occurred=0):
    return Record(record(str(number)).key, "", occurred, b"%d" % number, (("epcList", LOT.format(number)),), words)


def bodies(found):
    return [one.body.decode() for one in found]


def test_bits_by_hand():
    """Records 0, 2 and 9 are told under the step: bits 1 and 4 of the first byte, bit 2 of the second."""
    some = [told(number, *([STEP, AT] if number in {0, 2, 9} else [AT])) for number in range(10)]
    assert parts.words_of(some) == {STEP: b"\x05\x02", AT: b"\xff\x03"}
    assert list(parts.places_of(0x0205)) == [0, 2, 9]
    assert [parts.stands(b"\x05\x02", place) for place in (0, 1, 9, 10, 99)] == [True, False, True, False, False]
    assert (parts.told_in(some), parts.times_of([told(1, occurred=7), told(2, occurred=-7)])) == (13, (-7, 7))


def test_a_long_append_is_several_parts(tmp_path, monkeypatch):
    monkeypatch.setattr("filon.store.sqlite_records._CHUNK", 4)
    with closing(SqliteStore(tmp_path / "filon.db")) as store:
        store.append(deposit("1"), [told(n, *([STEP] if n % 3 == 0 else [])) for n in range(10)], now=NOON)
        store.append(deposit("2"), [told(n, STEP) for n in range(10, 12)], now=NOON)
        assert bodies(store.having([[STEP]])) == ["0", "3", "6", "9", "10", "11"]
        assert bodies(store.having([[STEP]], after=4, size=1)) == ["6", "9"]
        assert bodies(store.having([[STEP]], after=6, first=1)) == ["10", "11"]
        assert store.faults() == []


@pytest.mark.parametrize("few", [0, 4_000])
def test_parts_that_lie_in_another_time_are_left_out(tmp_path, monkeypatch, few):
    """By hand: an append an hour; the question of one hour, by the parts or by the index of times."""
    monkeypatch.setattr(parts, "FEW", few)
    with closing(SqliteStore(tmp_path / "filon.db")) as store:
        for hour in range(9):
            store.append(
                deposit(str(hour)), [told(10 * hour + n, AT, occurred=hour * 60 + n) for n in range(3)], now=NOON
            )
        assert bodies(store.having([], occurred=(241, 300))) == ["41", "42", "50"]
        assert bodies(store.having([[AT, STEP]], occurred=(241, 300), after=13)) == ["42", "50"]
        assert bodies(store.having([[STEP]], occurred=(241, 300))) == []


@pytest.mark.parametrize(
    "fault",
    [
        "DELETE FROM part WHERE first = 0",
        "UPDATE part SET size = size + 1 WHERE first = 0",
        "UPDATE part SET size = 'x' WHERE first = 0",
        "UPDATE part SET earliest = earliest + 1 WHERE first = 0",
        "UPDATE part SET latest = latest - 1 WHERE first = 0",
        "UPDATE part SET entry = 1 WHERE first = 0",
        "UPDATE part SET told = told + 1 WHERE first = 0",
        "UPDATE part SET told = 'x' WHERE first = 0",
        "INSERT INTO part VALUES (99, 1, 0, 0, 0, 0)",
        "UPDATE told SET bits = x'07' WHERE bits = x'05'",
        "UPDATE told SET bits = x'0500' WHERE bits = x'05'",
        "UPDATE told SET bits = x'11' WHERE bits = x'05'",
        "UPDATE told SET bits = 5 WHERE bits = x'05'",
        "UPDATE told SET first = 99 WHERE bits = x'05'",
        "UPDATE told SET word = 99 WHERE bits = x'05'",
        "DELETE FROM word WHERE role = 'bizStep'",
        "INSERT INTO word VALUES (99, 'a', 'b')",
    ],
)
def test_every_fault_of_parts_is_seen(tmp_path, fault):
    """Three records of which the first and third are shipped: bits 101."""
    path = tmp_path / "filon.db"
    some = [told(0, STEP, AT, occurred=1), told(1, AT, occurred=2), told(2, STEP, AT, occurred=3)]
    with closing(SqliteStore(path)) as store:
        store.append(deposit("1"), some, now=NOON)
        store.append(deposit("2"), [told(3, AT)], now=NOON)
        assert store.faults() == []
        with closing(connections.connect(path)) as raw:
            raw.execute("PRAGMA foreign_keys = OFF")
            raw.execute(fault)
        assert store.faults() == ["words and times are not told as the records have them"]


@pytest.mark.parametrize(
    "fault",
    ["UPDATE word SET text = 'shippinG' WHERE role = 'bizStep'", "UPDATE told SET bits = x'06' WHERE bits = x'05'"],
)
def test_a_word_that_is_not_the_records_own_is_seen_with_the_record(tmp_path, fault):
    path = tmp_path / "filon.db"
    some = [told(0, STEP, AT), told(1, AT), told(2, STEP, AT)]
    with closing(SqliteStore(path)) as store:
        store.append(deposit("1"), some, now=NOON)
        assert all(store.indexed(number, one) for number, one in enumerate(some))
        with closing(connections.connect(path)) as raw:
            raw.execute(fault)
        assert not all(store.indexed(number, one) for number, one in enumerate(some))


def behind(path):
    with closing(sqlite3.connect(path)) as raw:
        return raw.execute("SELECT (SELECT count(*) FROM identifier) - (SELECT count(*) FROM ending)").fetchone()[0]


def test_an_append_leaves_the_search_index_and_searches_fill_it(tmp_path, monkeypatch):
    """By hand: seven identifiers, two taken in by each search; every answer is of all seven."""
    monkeypatch.setattr(sqlite_search, "AT_ONCE", 2)
    path = tmp_path / "filon.db"
    with closing(SqliteStore(path)) as store:
        store.append(deposit("1"), [told(number) for number in range(7)], now=NOON)
        assert behind(path) == 7
        for left in (5, 3, 1, 0, 0):
            assert store.identifiers("atl-") == [LOT.format(number) for number in range(7)]
            assert behind(path) == left
        assert store.identifiers("at") == [LOT.format(number) for number in range(7)]
        store.append(deposit("2"), [told(7)], now=NOON)
        assert store.identifiers("atl-", limit=2) == [LOT.format(6), LOT.format(7)]
        store.append(deposit("3"), [told(8)], now=NOON)
        assert store.identifiers("AT", limit=3) == [LOT.format(6), LOT.format(7), LOT.format(8)]
        assert store.identifiers("atl-", roles=["other"]) == []
        assert store.faults() == []


def test_a_search_does_not_wait_for_a_writer(tmp_path):
    path = tmp_path / "filon.db"
    with closing(SqliteStore(path)) as store:
        store.append(deposit("1"), [told(1)], now=NOON)
        with closing(connections.connect(path)) as raw:
            raw.execute("BEGIN IMMEDIATE")
            assert store.identifiers("ATL") == [LOT.format(1)]
            raw.execute("ROLLBACK")
        assert behind(path) == 1
        assert store.identifiers("ATL") == [LOT.format(1)]
        assert behind(path) == 0


@pytest.mark.parametrize(
    "fault",
    [
        "DELETE FROM ending",
        "UPDATE ending SET tail = 'ATL-X' WHERE identifier = 1",
        "INSERT INTO ending VALUES ('x', 77)",
        "UPDATE identifier SET text = 'urn:x:other' WHERE id = 1",
    ],
)
def test_every_fault_of_the_search_index_is_seen(tmp_path, fault):
    path = tmp_path / "filon.db"
    with closing(SqliteStore(path)) as store:
        store.append(deposit("1"), [told(number) for number in range(3)], now=NOON)
        assert store.identifiers("ATL")
        assert store.faults() == []
        with closing(connections.connect(path)) as raw:
            raw.execute(fault)
        assert store.faults() == ["the search index does not fit the identifiers"]


def test_a_ledger_of_the_second_format_is_brought_forward(tmp_path, monkeypatch):
    """Its records are told under no words yet: asked by words, all are given, for the predicates to decide."""
    path = tmp_path / "filon.db"
    with closing(sqlite3.connect(path)) as raw:
        raw.executescript("".join(MIGRATIONS[:2]))
        raw.executescript(f"PRAGMA application_id = {connections.APPLICATION_ID}; PRAGMA user_version = 2")
        for entry in range(2):
            raw.execute("INSERT INTO entry VALUES (?, 0, x'00', zeroblob(32))", (entry,))
        raw.execute("INSERT INTO node VALUES (1, 0, zeroblob(32))")
        raw.execute("INSERT INTO role VALUES (1, 'epcList')")
        for number in range(6):
            key = hashlib.sha256(b"%d" % number).digest()
            row = (number, number // 4, number, key, f"n{number % 2}", b"%d" % number)
            raw.execute("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?)", row)
            raw.execute("INSERT INTO identifier VALUES (?, ?, ?)", (number, LOT.format(number), f"ATL-{number}"))
            raw.execute("INSERT INTO identifier_text (rowid, text) VALUES (?, ?)", (number, LOT.format(number)))
            raw.execute("INSERT INTO mark VALUES (?, 1, ?)", (number, number))
        raw.commit()
    monkeypatch.setattr(SqliteStore, "_check", lambda _: None)
    with closing(SqliteStore(path)) as store:
        assert store.faults() == []
        assert bodies(store.named("n1")) == ["1", "3", "5"]
        assert bodies(store.keyed([hashlib.sha256(b"2").digest()])) == ["2"]
        assert bodies(store.touching([LOT.format(4)])) == ["4"]
        assert bodies(store.records(first=1)) == ["4", "5"]
        assert store.identifiers("at") == store.identifiers("ATL-") == [LOT.format(number) for number in range(6)]
        store.append(deposit("new"), [told(7, STEP, occurred=4), told(8, AT, occurred=5)], now=NOON)
        assert bodies(store.having([[STEP]])) == [*"012345", "7"]
        assert bodies(store.having([[STEP]], occurred=(4, 5), after=4)) == ["5", "7"]
        assert store.indexed(4, told(4)) is False  # of its name: the words of an old record are not held against it
        assert store.faults() == []
        store.remake([(0, [told(number, AT) for number in range(6)]), (2, [told(7, STEP, occurred=4)])])
        assert bodies(store.having([[STEP]])) == ["7"]
        assert store.faults() == []


def test_many_small_parts_are_walked_through_without_leaving_one_out(tmp_path):
    """Twice as many appends of one record as are looked at in one go."""
    with closing(SqliteStore(tmp_path / "filon.db")) as store:
        store.append_all([(deposit(str(n)), [told(n, AT, *([STEP] if n % 2 else []))]) for n in range(200)], now=NOON)
        assert bodies(store.having([[AT]])) == [str(n) for n in range(200)]
        assert bodies(store.having([[STEP], [AT]])) == [str(n) for n in range(1, 200, 2)]
        assert bodies(store.having([[AT]], after=150, size=160)) == [str(n) for n in range(151, 160)]
