"""Group commit: threads share a sync, each is answered as if it were alone."""

import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from contract.store_contract import NOON, deposit, record
from filon.core.errors import StoreError, WrongCallError
from filon.log.store import Deposit
from filon.store import group
from filon.store.group import Group, Wanted
from filon.store.sqlite import SqliteStore


def together(store, calls):
    """Let all calls wait for the disk, then go; their answers or errors in order."""
    answers = [None] * len(calls)
    threads = []

    def run(i, call):
        try:
            answers[i] = call()
        except Exception as error:  # noqa: BLE001
            answers[i] = error

    with store._writing:
        for i, call in enumerate(calls):
            threads.append(threading.Thread(target=run, args=(i, call)))
            threads[-1].start()
            while len(store._group._waiting) <= i:  # so that they come in this order
                pass
    for thread in threads:
        thread.join()
    return answers


@pytest.fixture
def store(tmp_path):
    with closing(SqliteStore(tmp_path / "filon.db")) as store:
        yield store


def commits(store):
    seen = []
    store._writer.set_trace_callback(lambda sql: seen.append(sql) if sql == "COMMIT" else None)
    return seen


def test_forty_threads_need_one_commit(store):
    seen = commits(store)
    calls = [lambda i=i: store.append(deposit(f"{i}"), [record(f"{i}")], now=NOON) for i in range(40)]
    entries = together(store, calls)
    assert [entry.index for entry in entries] == list(range(40))
    assert [store.payload(i) for i in range(40)] == [f"{i}".encode() for i in range(40)]
    assert [s.entry for s in store.records()] == list(range(40))
    assert seen == ["COMMIT"]


def test_one_wrong_call_does_not_spoil_the_others(store):
    bad = Deposit(b"x", "text/plain", kind="nonsense")
    answers = together(
        store,
        [
            lambda: store.append(deposit("a"), [], now=NOON),
            lambda: store.append(bad, [], now=NOON),
            lambda: store.append(deposit("b"), [], now=NOON),
        ],
    )
    assert isinstance(answers[1], WrongCallError)
    assert [answers[0].index, answers[2].index] == [0, 1]
    assert store.size() == 2


def test_the_same_twice_in_one_commit_is_one_entry(store):
    same = [record("same")]
    keys = [same[0].key]
    new = lambda: store.append_new(deposit("same"), same, keys=keys, now=NOON)  # noqa: E731
    answers = together(store, [new, new, lambda: store.append(deposit("other"), [record("o")], now=NOON), new])
    assert [entry and entry.index for entry in answers] == [0, None, 1, None]
    again = together(
        store,
        [
            lambda: store.append(deposit("plain"), [record("p")], now=NOON),
            lambda: store.append_new(deposit("new"), [record("p")], keys=[record("p").key], now=NOON),
        ],
    )
    assert [entry and entry.index for entry in again] == [2, None]


def test_each_keeps_its_own_time_and_time_does_not_run_back(store):
    moments = [NOON + timedelta(seconds=s) for s in (5, 3, 7)]
    entries = together(store, [lambda m=m: store.append(deposit(), [], now=m) for m in moments])
    assert [(entry.learned - NOON).seconds for entry in entries] == [5, 5, 7]


def test_a_failed_disk_is_told_to_all_and_nothing_is_tried_twice():
    tries = []

    def write(wanted):
        tries.append(len(wanted))
        raise StoreError("disk full")

    lock = threading.Lock()
    waiting = Group(write, lock)
    errors = []

    def call():
        try:
            waiting.take(Wanted([(deposit(), [])], NOON))
        except StoreError as error:
            errors.append(error)

    threads = [threading.Thread(target=call) for _ in range(3)]
    with lock:
        for thread in threads:
            thread.start()
        while len(waiting._waiting) < 3:
            pass
    for thread in threads:
        thread.join()
    assert tries == [3]
    assert len(errors) == 3


def test_a_commit_has_bounds(monkeypatch):
    monkeypatch.setattr(group, "TOGETHER", 3)
    monkeypatch.setattr(group, "TOGETHER_BYTES", 10)
    sizes = []
    waiting = Group(lambda wanted: sizes.append(len(wanted)), threading.Lock())
    for size in (1, 1, 1, 1, 8, 9, 9):
        waiting._waiting.append(Wanted([(Deposit(b"x" * size, ""), [])], datetime.now(UTC)))
    waiting.take(Wanted([], NOON))
    # 3 by number; then 1 + 8 bytes and no 9 more; one 9; 9 + 0
    assert sizes == [3, 2, 1, 2]


def test_who_is_stopped_leaves_the_others_an_answer():
    def write(wanted):
        raise KeyboardInterrupt

    waiting = Group(write, threading.Lock())
    other = Wanted([], NOON)
    waiting._waiting.append(other)
    with pytest.raises(KeyboardInterrupt):
        waiting.take(Wanted([], NOON))
    assert other.done
    assert isinstance(other.error, StoreError)


def test_who_leads_hands_the_lead_on(store):
    # Many rounds of many threads: nobody is forgotten asleep, nobody is taken twice.
    def work(who):
        for i in range(25):
            store.append(deposit(f"{who}-{i}"), [record(f"{who}-{i}")], now=NOON)

    threads = [threading.Thread(target=work, args=(who,), daemon=True) for who in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    assert store.size() == 300
    assert sorted(kept.data for kept in store.kept()) == sorted(
        f"{w}-{i}".encode() for w in range(12) for i in range(25)
    )
    assert not store._group._led


def test_the_lead_goes_on_after_an_error(store, monkeypatch):
    bad = Deposit(b"x", "text/plain", kind="nonsense")
    for _ in range(3):
        with pytest.raises(WrongCallError):
            store.append(bad, [], now=NOON)
        assert store.append(deposit(), [], now=NOON)
    monkeypatch.setattr(store._group, "_write", lambda wanted: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        store.append(deposit(), [], now=NOON)
    monkeypatch.undo()
    assert store.append(deposit(), [], now=NOON).index == 3


def test_a_thread_stopped_asleep_does_not_stop_the_others(monkeypatch):
    lock, written = threading.Lock(), []
    waiting = Group(lambda together: written.append(len(together)), lock)
    wanted = Wanted([], NOON)

    class Stopped(BaseException):
        pass

    def stop(*_):
        waiting._hand_over()  # the lead comes to it in the very moment
        raise Stopped

    waiting._waiting.append(wanted)
    waiting._led = True
    monkeypatch.setattr(
        Wanted,
        "woken",
        type("Woken", (), {"wait": stop, "is_set": lambda _: True, "set": lambda _: None})(),
        raising=False,
    )
    with pytest.raises(Stopped):
        waiting._wait(wanted)
    monkeypatch.undo()
    assert not waiting._led
    assert waiting.take(Wanted([], NOON)) == []
