"""Flipped bits: every one anywhere in a ledger file that changes what it says is detected; the harmless ones are counted.

A flip is harmless when every row of every table reads as before: free space in a page, a field that SQLite only uses
as a hint, or the inside of the search index, a cache that has its own check. There is nothing to detect.
"""

import gc
import random
import sqlite3
from contextlib import closing

from filon.app.verify import verify
from filon.core.errors import FilonError
from filon.store import open_store
from filon.store.sqlite import SqliteStore
from log_story import LOG, WITNESS, fill, read

UNPROVEN = 4
"""Notes on what is not proven of the whole file; one more (a signature line of an unknown key) tells of a flip."""
DETECTED, HARMLESS, MISSED = "detected", "harmless", "missed"


def make(path):
    # Salts out of a fixed die: the same seed flips the same bit of the same file, whenever it is asked.
    with closing(SqliteStore(path, random=random.Random(7).randbytes)) as store:
        fill(store)
        verdict = verify(store, keys=[LOG.key, WITNESS.key], derive=read)
        assert verdict.findings == ()
        assert len(verdict.unproven) == UNPROVEN
    return path.read_bytes(), content(path)


def content(path):
    """Everything that the file says: all rows of all tables, and the schema."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as raw:
        raw.text_factory = bytes
        names = [
            name.decode()
            for (name,) in raw.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        ]
        rows = {
            name: raw.execute(f"SELECT * FROM {name}").fetchall()
            for name in names
            if not name.startswith("identifier_text")
        }
        # How far beyond the newest record the next one is numbered, says nothing of any record.
        (newest,) = raw.execute("SELECT max(sequence) FROM record").fetchone()
        rows["sqlite_sequence"] = [(n, s >= newest if isinstance(s, int) else s) for n, s in rows["sqlite_sequence"]]
        return rows, raw.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name").fetchall()


def flipped(path, whole, said, seed):
    """Flip one bit of the file, verify, put it back; what became of it, and where."""
    gc.collect()  # a connection that an exception's frames still hold would share the old file's locks
    dice = random.Random(seed)
    at, bit = dice.randrange(len(whole)), dice.randrange(8)
    while not any(whole[max(0, at - 16) : at + 16]) and dice.random() < 0.98:
        at = dice.randrange(len(whole))  # most of a small file is empty: seldom flip there
    changed = whole[:at] + bytes([whole[at] ^ (1 << bit)]) + whole[at + 1 :]
    for beside in (path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        beside.unlink(missing_ok=True)
    path.write_bytes(changed)
    try:
        with closing(open_store(path)) as store:
            verdict = verify(store, keys=[LOG.key, WITNESS.key], derive=read)
            if not verdict.whole or len(verdict.unproven) != UNPROVEN:
                return DETECTED, at
    except FilonError:
        return DETECTED, at
    path.write_bytes(changed)
    try:
        same = content(path) == said
    except sqlite3.Error:
        same = False
    return (HARMLESS if same else MISSED), at
