"""Power cuts below SQLite: whatever was acknowledged is there again, what was not is there whole or not at all."""

import hashlib
import importlib
import random
from datetime import UTC, datetime
from pathlib import Path

import apsw

from filon.core.errors import FilonError
from filon.log.store import Deposit, Record
from filon.store import connection as connections
from filon.store.sqlite import SqliteStore
from torture.disk import Disk, Machine, PowerCut

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
PATH = Path("/torture.db")


def patch(target, value):
    module, _, name = target.rpartition(".")
    setattr(importlib.import_module(module), name, value)


def settings(synchronous):
    """The store's pragmas with another `synchronous`: the known bad modes that must lose.

    The -wal file is folded in after a few pages instead of 64 MB, so that cuts hit that moment too.
    """
    changed = {
        "synchronous": (synchronous, {"FULL": 2, "NORMAL": 1, "OFF": 0}[synchronous]),
        "wal_autocheckpoint": (12, 12),
    }
    return tuple((name, *changed.get(name, (asked, wanted))) for name, asked, wanted in PRAGMAS)


PRAGMAS = connections._PRAGMAS
REAL_SQLITE3 = connections.sqlite3


def records(text, dice):
    names = [f"{text}-{i}" for i in range(dice.randrange(4))]
    return [
        Record(hashlib.sha256(n.encode()).digest(), n, 0, n.encode(), (("epc", f"urn:x:{n}"), ("step", "s")))
        for n in names
    ]


def write(store, dice, acked, base):
    """Append until the power goes; `acked` grows with every acknowledgement."""
    for i in range(dice.randrange(2, 7)):
        texts = [f"{base}-{i}-{j}" for j in range(dice.choice((1, 1, 1, 3)))]
        size = dice.choice((10, 300, 9_000))
        batch = [(Deposit(t.encode() * (size // len(t) + 1), "text/plain", t), records(t, dice)) for t in texts]
        if len(batch) == 1 and batch[0][1] and dice.random() < 0.5:
            # As capture does it; a second time, as two that hand in the same at once: nothing may come of it.
            (deposit, said), keys = batch[0], [one.key for one in batch[0][1]]
            entries = [store.append_new(deposit, said, keys=keys, now=NOON)]
            assert store.append_new(deposit, said, keys=keys, now=NOON) is None
        else:
            entries = store.append_all(batch, now=NOON)
        acked += [
            (entry.leaf_hash, deposit.data, len(said)) for entry, (deposit, said) in zip(entries, batch, strict=True)
        ]
        if dice.random() < 0.2:
            store.publish(entries[-1].index + 1, b"note")


def template(synchronous="FULL"):
    """A ledger with two entries on a disk that has kept everything."""
    connections._PRAGMAS = settings(synchronous)
    disk = Disk()
    Machine(disk, patch)
    store = SqliteStore(PATH)
    acked = []
    write(store, random.Random(1), acked, "base")
    store.close()
    return disk.contents(), acked


def cut(seed, base, *, fresh=False):
    """One life of a machine: write, lose the power at a random operation, come back, compare.

    Returns:
        (acknowledged, lost, fine): lost counts acknowledged entries that are not there as they were.
    """
    dice = random.Random(seed)
    contents, before = ({}, []) if fresh else base
    acked = list(before)
    disk = Disk(contents)
    machine = Machine(disk, patch)
    disk.cut_at = dice.randrange(1, 160 if fresh else 260)
    try:
        store = SqliteStore(PATH)
        write(store, dice, acked, seed)
        disk.cut_at = 0
        store.append(Deposit(b"never", "text/plain"), [], now=NOON)
    except (PowerCut, FilonError):
        pass
    if machine.opened is not None:
        disk.cut_at = 0
        machine.opened.close()
    return compare(Disk(disk.after_cut(seed)), acked)


def compare(disk, acked):
    """What a machine finds on a disk, against what was acknowledged."""
    Machine(disk, patch)
    try:
        store = SqliteStore(PATH)
        fine = not store.faults()
        kept = {k.index: k for k in store.kept()}
        lost = sum(
            1
            for i, (hashed, data, _) in enumerate(acked)
            if i not in kept or (kept[i].leaf_hash, kept[i].data) != (hashed, data)
        )
        said = sum(1 for _ in store.records(size=len(acked)))
        fine = fine and said == sum(count for _, _, count in acked)
        fine = fine and list(kept) == list(range(len(kept)))
        store.root()
        size = store.size()
        entry = store.append(Deposit(b"again", "text/plain"), [], now=NOON)
        fine = fine and entry.index == size
        store.close()
    except FilonError:
        return len(acked), len(acked), False
    return len(acked), lost, fine


def fault(seed, base, kind):
    """One life with a disk that is full or fails from a random operation on, then is mended.

    Returns:
        (acknowledged, lost, fine), after carrying on in the same process and after opening again.
    """
    dice = random.Random(seed)
    contents, before = base
    acked, disk = list(before), Disk(contents)
    Machine(disk, patch)
    store = SqliteStore(PATH)
    first = disk.operations + dice.randrange(1, 120)
    last = first + dice.choice((1, 1, 40))
    error = apsw.FullError if kind == "full" else apsw.IOError

    def failing(operation):
        if first <= operation < last:
            raise error(kind)

    disk.fault = failing
    for attempt in range(3):
        try:
            write(store, dice, acked, f"{seed}-{attempt}")
        except FilonError:
            # An error of COMMIT leaves the entry unknown: the caller looks before it tries again.
            disk.fault = None
            try:
                acked += [(k.leaf_hash, k.data, sum(1 for _ in store.records(first=k.index, size=k.index + 1)))
                          for k in store.kept(len(acked))]  # fmt: skip
            except FilonError:
                break
    store.close()
    return compare(Disk(disk.contents()), acked)


def restore_world():
    connections._PRAGMAS = PRAGMAS
    connections.sqlite3 = REAL_SQLITE3
