"""One suite that every store inherits: what `filon.log.store` promises, said as tests.

A store's own test file subclasses `StoreContract` and gives `make` (a new handle on the same ledger each call).
"""

import hashlib
import json
import threading
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from filon.core.errors import ConflictError, NotFoundError, StoreError, WrongCallError
from filon.log import merkle
from filon.log.leaf import commitment
from filon.log.store import Deposit, Record

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
LOT = "https://id.gs1.org/01/09521234543213/10/ATL-26-0311"
CELL = "https://id.gs1.org/01/09521234543220/21/PK0007"


def record(text, *, name="", marks=(), occurred=0):
    return Record(hashlib.sha256(text.encode()).digest(), name, occurred, text.encode(), tuple(marks))


def deposit(text="x", **more):
    return Deposit(text.encode(), "text/plain", **more)


class StoreContract:
    persistent = True

    @pytest.fixture
    def make(self):
        raise NotImplementedError

    @pytest.fixture
    def store(self, make):
        return make()

    def other(self, tmp_path):
        """An empty ledger elsewhere."""
        raise NotImplementedError

    def again(self, make, store):
        """Another handle on the same ledger, after the first was closed (the same one where nothing persists)."""
        if not self.persistent:
            return store
        store.close()
        return make()

    # --- entries ---

    def test_records_are_found_by_key(self, store):
        store.append(deposit("a"), [record("1"), record("2")], now=NOON)
        store.append(deposit("b"), [record("3")], now=NOON)
        found = list(store.keyed([record("3").key, record("1").key, record("9").key]))
        assert [one.body for one in found] == [b"1", b"3"]
        assert [one.body for one in store.keyed([record("3").key, record("1").key], size=1)] == [b"1"]
        assert list(store.keyed([])) == []
        numbers = [one.sequence for one in found]
        assert list(store.numbered([*numbers, 10**9])) == found
        assert list(store.numbered([])) == []

    def test_a_new_ledger_is_empty(self, store):
        assert store.size() == 0
        assert store.root() == hashlib.sha256(b"").digest()
        assert list(store.entries()) == list(store.kept()) == list(store.records()) == store.published() == []

    def test_what_went_in_comes_out_also_after_opening_again(self, make, store):
        given_in = Deposit(b"\x00\xff\r\n", "text/csv", "été.csv", "Atlas", ("IMP-07", "IMP-09"))
        entry = store.append(given_in, [], now=NOON)
        store = self.again(make, store)
        assert store.entry(0) == entry
        assert list(store.entries()) == [entry]
        assert store.payload(0) == given_in.data
        assert (entry.index, entry.learned, entry.size, entry.kind) == (0, NOON, 4, "deposit")
        assert (entry.media_type, entry.name, entry.submitter) == ("text/csv", "été.csv", "Atlas")
        assert entry.accepted == ("IMP-07", "IMP-09")
        kept = next(store.kept())
        assert kept.said == given_in
        assert commitment(kept.said, kept.salts).hex().encode() in entry.leaf
        assert entry.leaf_hash == hashlib.sha256(b"\x00" + entry.leaf).digest()

    def test_the_leaf_tells_nothing_of_the_deposit(self, store):
        one = store.append(Deposit(b"secret", "text/csv", "lot-7.csv", "Atlas"), [], now=NOON)
        two = store.append(Deposit(b"secret", "text/csv", "lot-7.csv", "Atlas"), [], now=NOON)
        for word in (b"secret", b"lot-7", b"Atlas", hashlib.sha256(b"secret").hexdigest().encode()):
            assert word not in one.leaf
        assert one.leaf != two.leaf  # salted: the same file twice cannot be recognised

    def test_entry_numbers_have_no_gaps_and_time_does_not_run_back(self, store):
        moments = [NOON, NOON - timedelta(days=1), NOON + timedelta(seconds=1)]
        taken = [store.append(deposit(str(i)), [], now=moment) for i, moment in enumerate(moments)]
        assert [entry.index for entry in taken] == [0, 1, 2]
        assert [entry.learned for entry in taken] == [NOON, NOON, NOON + timedelta(seconds=1)]

    def test_several_deposits_are_one_commit_in_their_order(self, make, store):
        taken = store.append_all([(deposit(str(i)), [record(f"r{i}")]) for i in range(5)], now=NOON)
        store = self.again(make, store)
        assert list(store.entries()) == taken
        assert [(s.entry, s.body) for s in store.records()] == [(i, f"r{i}".encode()) for i in range(5)]
        assert store.append_all([], now=NOON) == []

    def test_a_deposit_that_cannot_be_taken_leaves_nothing(self, make, store):
        good = deposit("good"), [record("good", marks=[("input", LOT)])]
        with pytest.raises(WrongCallError):
            store.append_all([good, (deposit("bad", kind="nonsense"), [])], now=NOON)
        with pytest.raises(WrongCallError):
            store.append_all([good, (deposit("bad", name="\ud800"), [])], now=NOON)
        store = self.again(make, store)
        assert store.size() == 0
        assert list(store.records()) == []
        assert store.identifiers("ATL-26") == []
        assert store.append(*good, now=NOON).index == 0

    def test_entries_from_to(self, store):
        store.append_all([(deposit(str(i)), []) for i in range(6)], now=NOON)
        assert [e.index for e in store.entries(2, 4)] == [2, 3]
        assert [k.index for k in store.kept(4)] == [4, 5]
        assert list(store.entries(6)) == []

    def test_what_is_not_there_is_not_found(self, store):
        store.append(deposit(), [], now=NOON)
        for index in (-1, 1):
            with pytest.raises(NotFoundError):
                store.entry(index)
            with pytest.raises(NotFoundError):
                store.payload(index)
        with pytest.raises(NotFoundError):
            store.root(2)
        with pytest.raises(NotFoundError):
            store.node(1, 0)

    def test_an_empty_and_a_large_payload(self, store):
        large = bytes(range(256)) * 20_000
        store.append(Deposit(b"", "text/plain"), [], now=NOON)
        store.append(Deposit(large, "application/octet-stream"), [], now=NOON)
        assert store.payload(0) == b""
        assert store.payload(1) == large
        assert store.entry(1).size == 5_120_000

    def test_a_closed_ledger_refuses(self, store):
        store.close()
        store.close()
        with pytest.raises(StoreError):
            store.size()
        with pytest.raises(StoreError):
            store.append(deposit(), [], now=NOON)

    # --- tree ---

    def test_roots_of_all_sizes_equal_the_definition(self, make, store):
        for batch in (1, 2, 3, 7):
            store.append_all([(deposit(str(i)), []) for i in range(batch)], now=NOON)
        store = self.again(make, store)
        leaves = [entry.leaf for entry in store.entries()]
        assert [store.root(n) for n in range(14)] == [mth(leaves[:n]) for n in range(14)]
        assert store.root() == store.root(13)
        # 13 = 8 + 4 + 1 leaves: 7 + 3 inner nodes of the complete subtrees of 8 and 4.
        assert [len(list(store.nodes(level))) for level in (1, 2, 3, 4)] == [6, 3, 1, 0]
        path = merkle.inclusion_path(store.node, 5, 13)
        assert merkle.includes(5, 13, path, store.entry(5).leaf_hash, store.root())

    def test_published_checkpoints_are_kept_in_order(self, make, store):
        store.publish(3, "filon.example\n3\n…\n".encode())
        store.publish(3, b"again with one more signature")
        store = self.again(make, store)
        assert store.published() == [(3, "filon.example\n3\n…\n".encode()), (3, b"again with one more signature")]

    # --- records ---

    def test_a_record_key_is_held_once(self, make, store):
        a, b, c = (record(x, marks=[("input", LOT)]) for x in "abc")
        store.append(deposit(), [a, b, a], now=NOON)
        store.append(deposit(), [b, c], now=NOON)
        store.append_all(
            [(deposit(), [c]), (deposit(), [record("d"), record("d")]), (deposit(), [record("d")])], now=NOON
        )
        store = self.again(make, store)
        assert [(s.sequence, s.entry, s.body) for s in store.records()] == [
            (0, 0, b"a"),
            (1, 0, b"b"),
            (2, 1, b"c"),
            (3, 3, b"d"),
        ]
        assert store.size() == 5  # entries are what was received, also when it said nothing new
        assert store.known([b.key, record("z").key]) == {b.key}
        assert store.known([]) == set()

    def test_many_keys_at_once(self, store):
        many = [record(str(i)) for i in range(25_000)]
        store.append(deposit(), many, now=NOON)
        assert store.known(r.key for r in many) == {r.key for r in many}
        assert sum(1 for _ in store.records(after=9_999)) == 15_000

    def test_records_from_to(self, store):
        for i in range(4):
            store.append(deposit(), [record(f"{i}{x}") for x in "ab"], now=NOON)
        bodies = lambda **at: [s.body for s in store.records(**at)]  # noqa: E731
        assert bodies(after=5) == [b"3a", b"3b"]
        assert bodies(size=1) == [b"0a", b"0b"]
        assert bodies(first=2, size=3) == [b"2a", b"2b"]
        assert bodies(first=1, after=4) == [b"2b", b"3a", b"3b"]
        assert bodies(size=0) == bodies(first=4) == []
        assert bodies(size=99) == bodies()

    def test_a_lot_is_found_in_its_roles_and_as_it_was_known(self, store):
        made = record("made", marks=[("output", LOT), ("step", "commissioning")])
        used = record("used", marks=[("input", LOT), ("input", LOT), ("output", CELL)])
        other = record("other", marks=[("output", CELL)])
        store.append(deposit(), [made], now=NOON)
        store.append(deposit(), [used, other], now=NOON)
        bodies = lambda *ids, **at: [s.body for s in store.touching(ids, **at)]  # noqa: E731
        assert bodies(LOT) == [b"made", b"used"]
        assert bodies(LOT, roles=["input"]) == [b"used"]
        assert bodies(LOT, CELL) == [b"made", b"used", b"other"]
        assert bodies(LOT, CELL, roles=["output"]) == [b"made", b"used", b"other"]
        assert bodies(LOT, size=1) == [b"made"]
        assert bodies(LOT, roles=[]) == bodies(LOT, roles=["nobody"]) == bodies("unknown") == bodies() == []

    def test_many_identifiers_in_one_question(self, store):
        store.append(deposit(), [record(f"r{i}", marks=[("epc", f"urn:x:{i}")]) for i in range(3000)], now=NOON)
        found = [s.sequence for s in store.touching(f"urn:x:{i}" for i in range(2999, -1, -2))]
        assert found == list(range(1, 3000, 2))

    def test_an_event_and_its_error_declaration_share_a_name(self, store):
        store.append(deposit(), [record("said", name="urn:uuid:1"), record("unnamed")], now=NOON)
        store.append(deposit(), [record("taken back", name="urn:uuid:1")], now=NOON)
        assert [s.body for s in store.named("urn:uuid:1")] == [b"said", b"taken back"]
        assert [s.body for s in store.named("urn:uuid:1", size=1)] == [b"said"]
        assert list(store.named("")) == list(store.named("urn:uuid:2")) == []

    def test_the_search_box(self, store):
        marks = [("output", LOT), ("epc", CELL), ("epc", 'urn:x:odd:a"b%_*'), ("place", "urn:x:site:Été")]
        store.append(deposit(), [record("r", marks=marks)], now=NOON)
        assert store.identifiers("atl-26") == [LOT]
        assert store.identifiers("id.gs1") == [LOT, CELL]
        assert store.identifiers("id.gs1", roles=["epc"]) == [CELL]
        assert store.identifiers("id.gs1", limit=1) == [CELL]  # the one first met latest
        assert store.identifiers('a"b') == store.identifiers("b%_*") == ['urn:x:odd:a"b%_*']
        assert store.identifiers("p") == store.identifiers("PK") == [CELL]  # beginnings of last parts
        assert store.identifiers("at", roles=["output"]) == [LOT]
        assert store.identifiers("K0") == store.identifiers("nothing") == store.identifiers("gs1", roles=[]) == []
        assert store.identifiers("site:Ét") == ["urn:x:site:Été"]

    # --- erasure, and the way back ---

    def test_an_erasure_takes_the_content_and_leaves_the_proof(self, make, store):
        secret = store.append(
            deposit("secret"), [record("secret", name="n", marks=[("epc", CELL), ("step", "x")])], now=NOON
        )
        store.append(deposit("other"), [record("other", marks=[("step", "x")])], now=NOON)
        root = store.root()
        with pytest.raises(WrongCallError):
            store.append(Deposit(b'{"erases": [2]}', "application/json", kind="erasure"), [], now=NOON)
        by = store.append(Deposit(b'{"erases": [0]}', "application/json", kind="erasure"), [], now=NOON)
        store = self.again(make, store)
        assert store.erasures() == {0: 2}
        with pytest.raises(NotFoundError):
            store.payload(0)
        gone = store.entry(0)
        assert (gone.leaf, gone.leaf_hash, gone.erased, gone.size, gone.name) == (
            secret.leaf,
            secret.leaf_hash,
            True,
            0,
            "",
        )
        kept = next(store.kept())
        assert (kept.salts, kept.data, kept.said) == (None, None, None)
        assert [s.body for s in store.records()] == [b"other"]
        assert list(store.named("n")) == list(store.touching([CELL])) == store.identifiers("PK0") == []
        assert [s.body for s in store.touching(["x"])] == [b"other"]
        assert store.known([record("secret").key]) == set()
        assert store.root(2) == root
        assert by.kind == store.entry(2).kind == "erasure"
        assert store.faults() == []
        # The key may come again, under a sequence number that was never given before.
        store.append(deposit(), [record("secret"), record("new")], now=NOON)
        assert [(s.sequence, s.body) for s in store.records()] == [(1, b"other"), (2, b"secret"), (3, b"new")]

    def test_erasing_the_newest_record_does_not_give_its_number_again(self, store):
        store.append(deposit(), [record("a"), record("b")], now=NOON)
        store.append(Deposit(b'{"erases": [0]}', "application/json", kind="erasure"), [record("c")], now=NOON)
        assert [(s.sequence, s.body) for s in store.records()] == [(2, b"c")]

    def test_a_ledger_is_adopted_byte_for_byte(self, make, store, tmp_path):
        for i in range(5):
            store.append(deposit(f"{i}", name=f"é{i}"), [record(f"{i}", marks=[("epc", f"urn:x:{i}")])], now=NOON)
        store.append(Deposit(b'{"erases": [1]}', "application/json", kind="erasure"), [], now=NOON)
        twin = self.other(tmp_path)
        batch = [(kept, [record(f"{kept.index}")] if kept.index in (0, 2, 3, 4) else []) for kept in store.kept()]
        with pytest.raises(ConflictError):
            twin.adopt(batch[1:])
        twin.adopt(batch[:3])
        with pytest.raises(ConflictError):
            twin.adopt(batch[:3])
        twin.adopt(batch[3:])
        assert list(twin.kept()) == list(store.kept())
        assert list(twin.entries()) == list(store.entries())
        assert (twin.root(), twin.erasures()) == (store.root(), {1: 5})
        assert [s.body for s in twin.records()] == [s.body for s in store.records()]
        twin.close()

    def test_a_sound_ledger_has_no_faults(self, store):
        store.append(deposit(), [record("a", marks=[("epc", CELL)])], now=NOON)
        assert store.faults() == []

    # --- others in the way ---

    def test_readers_in_other_threads_see_whole_states(self, store):
        stop, wrong = threading.Event(), []

        def read():
            while not stop.is_set():
                seen = [entry.index for entry in store.entries()]
                if seen != list(range(len(seen))) or len(list(store.records(size=len(seen)))) != 2 * len(seen):
                    wrong.append(seen)

        readers = [threading.Thread(target=read) for _ in range(2)]
        for reader in readers:
            reader.start()
        for i in range(30):
            store.append(deposit(), [record(f"{i}a"), record(f"{i}b")], now=NOON)
        stop.set()
        for reader in readers:
            reader.join()
        assert wrong == []

    def test_two_writers_do_not_overtake_each_other(self, make, store):
        handles = [store, make() if self.persistent else store]
        taken = [[], []]

        def write(who):
            for i in range(40):
                entry = handles[who].append(deposit(f"{who}-{i}"), [record(f"{i}"), record(f"{who}-{i}")], now=NOON)
                taken[who].append(entry)

        writers = [threading.Thread(target=write, args=(who,)) for who in (0, 1)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        entries = list(store.entries())
        assert sorted(taken[0] + taken[1], key=lambda e: e.index) == entries
        assert len(entries) == 80
        assert store.root() == mth([entry.leaf for entry in entries])
        stored = list(store.records())
        assert len(stored) == len({s.key for s in stored}) == 40 + 80  # the shared keys once
        assert [s.sequence for s in stored] == list(range(120))
        assert [s.entry for s in stored] == sorted(s.entry for s in stored)

    def test_what_says_nothing_new_makes_no_entry(self, make, store):
        said = [record("a"), record("b")]
        keys = [one.key for one in said]
        assert store.append_new(deposit("1"), said, keys=keys, now=NOON).index == 0
        assert store.append_new(deposit("1"), said, keys=keys, now=NOON) is None
        assert store.append_new(deposit("2"), said[:1], keys=keys[:1], now=NOON) is None
        more = [*said, record("c")]
        assert store.append_new(deposit("3"), more, keys=[one.key for one in more], now=NOON).index == 1
        assert store.append_new(deposit("4"), [], keys=[], now=NOON).index == 2  # nothing to compare is not known
        store = self.again(make, store)
        assert [(s.entry, s.body) for s in store.records()] == [(0, b"a"), (0, b"b"), (1, b"c")]
        assert store.root() == mth([entry.leaf for entry in store.entries()])

    def test_the_same_deposit_in_many_hands_at_once_is_one_entry(self, make, store):
        handles = [store, make() if self.persistent else store] * 2
        taken, start = [[] for _ in handles], threading.Barrier(len(handles))

        def write(who):
            for i in range(15):
                said = [record(f"{i}-{x}") for x in "abc"]
                start.wait()
                keys = [one.key for one in said]
                taken[who].append(handles[who].append_new(deposit(f"{i}"), said, keys=keys, now=NOON))

        writers = [threading.Thread(target=write, args=(who,)) for who in range(len(handles))]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        for answers in zip(*taken, strict=True):
            assert sum(entry is not None for entry in answers) == 1
        assert store.size() == 15
        assert [s.entry for s in store.records()] == [i for i in range(15) for _ in "abc"]

    # --- laws ---

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.lists(st.integers(0, 8), max_size=4), max_size=6), st.floats(0, 1))
    def test_any_history_as_known_at_any_size(self, store, batches, share):
        # The oracle is a plain list. The ledger lives on between examples: each has its own start and own keys.
        start, run, said = store.size(), str(store.size()), []
        for batch in batches:
            records = [
                record(f"{run} {n}", marks=[("epc", f"urn:{run}:{n}"), ("parity", f"urn:{run}:{n % 2}")]) for n in batch
            ]
            entry = store.append(deposit(), records, now=NOON)
            for n in dict.fromkeys(batch):
                if n not in {told for _, told in said}:
                    said.append((entry.index, n))
        size = start + round(share * (store.size() - start))
        known = [pair for pair in said if pair[0] < size]

        def seen(stored):
            return [(s.entry, int(s.body.split()[1])) for s in stored]

        assert seen(store.records(first=start, size=size)) == known
        for n in range(4):
            assert seen(store.touching([f"urn:{run}:{n}"], size=size)) == [
                p for p in known if p[1] == n or p[1] % 2 == n
            ]
            assert seen(store.touching([f"urn:{run}:{n}"], roles=["epc"], size=size)) == [p for p in known if p[1] == n]
        assert store.root(size) == mth([e.leaf for e in store.entries(0, size)])

    # --- words and times ---

    def test_records_are_found_by_words_and_times(self, store):
        """By hand: three steps and two places over two entries; `after` and `size` cut the same answer."""
        step, place = (lambda word: ("bizStep", word)), (lambda word: ("bizLocation", word))
        said = [("packing", "A"), ("shipping", "A"), ("shipping", "B"), ("packing", "B"), ("receiving", "A")]
        told = [
            Record(record(str(n)).key, "", 1_000 * n, b"%d" % n, (), (step(one), place(at)))
            for n, (one, at) in enumerate(said)
        ]
        store.append(deposit("a"), told[:3], now=NOON)
        store.append(deposit("b"), [*told[3:], record("plain", occurred=2_000)], now=NOON)

        def found(*words, **more):
            return [one.body.decode() for one in store.having(words, **more)]

        assert found([step("shipping")]) == ["1", "2"]
        assert found([step("shipping"), step("packing")]) == ["0", "1", "2", "3"]
        assert found([step("shipping"), step("packing")], [place("B")]) == ["2", "3"]
        assert found([step("shipping"), step("packing")], [place("B")], size=1) == ["2"]
        assert found([place("A")], after=0) == ["1", "4"]
        assert found([place("A")], first=1) == found(first=1, occurred=(4_000, 4_000)) == ["4"]
        assert found([place("A")], occurred=(1_000, 3_999)) == ["1"]
        assert found(occurred=(2_000, 3_000)) == ["2", "3", "plain"]
        assert found(occurred=(2_000, 3_000), after=2) == ["3", "plain"]
        assert found([step("nothing")]) == found([step("A")]) == found([]) == []
        assert found() == ["0", "1", "2", "3", "4", "plain"]
        assert store.indexed(1, told[1])
        assert not store.indexed(1, Record(told[1].key, "", 1_000, b"1", (), (step("packing"), place("A"))))

    @settings(max_examples=25, suppress_health_check=list(HealthCheck), deadline=None)
    @given(
        said=st.lists(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9)), max_size=9), max_size=5),
        asked=st.lists(st.sets(st.sampled_from("abcd"), max_size=3), max_size=2),
        times=st.tuples(st.integers(0, 9), st.integers(0, 9)),
        data=st.data(),
    )
    def test_words_find_what_reading_everything_finds(self, make, said, asked, times, data):
        """The definition, slow and literal, over appends of any sizes; then the same with an entry erased."""
        store = make()
        after, size = data.draw(st.integers(-1, 20)), data.draw(st.none() | st.integers(0, 5))
        begin, number = store.size(), store.size() * 1_000
        edge = None if size is None else begin + size
        last = max((one.sequence for one in store.records()), default=-1)
        tag = f"{begin}-"
        kept = {}
        for entry, records in enumerate(said):
            made = []
            for word, time in records:
                number += 1
                one = record(f"{tag}{number}", occurred=time)
                made.append(Record(one.key, "", time, one.body, (), (("w", tag + word), ("w", "all"))))
                kept[one.key] = (entry, word, time)
            store.append(deposit(f"{tag}{entry}"), made, now=NOON)

        def wanted(gone=()):
            return [
                one.key
                for one in store.records(after=last + 1 + after, size=edge)
                if one.key in kept
                and kept[one.key][0] not in gone
                and all(kept[one.key][1] in group for group in asked)
                and times[0] <= kept[one.key][2] <= times[1]
            ]

        def found():
            words = [[("w", tag + word) for word in group] for group in asked]
            more = store.having([*words, [("w", "all")]], occurred=times, after=last + 1 + after, size=edge)
            return [one.key for one in more if one.key in kept]

        assert found() == wanted()
        if said:
            gone = data.draw(st.integers(0, len(said) - 1))
            told = {"at": "", "by": "", "erases": [begin + gone], "reason": "r"}
            store.append(Deposit(json.dumps(told).encode(), "application/json", kind="erasure"), [], now=NOON)
            assert found() == wanted([gone])
        store.close()


def mth(d):
    """RFC 6962, 2.1, slow and literal."""
    if not d:
        return hashlib.sha256(b"").digest()
    if len(d) == 1:
        return hashlib.sha256(b"\x00" + d[0]).digest()
    k = 1
    while k * 2 < len(d):
        k *= 2
    return hashlib.sha256(b"\x01" + mth(d[:k]) + mth(d[k:])).digest()
