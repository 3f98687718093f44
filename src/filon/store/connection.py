"""A connection to a ledger file that is known to be durable: its pragmas are read back, never believed.

Many programs and libraries set `synchronous=NORMAL`, with which a power cut takes acknowledged commits with it. So
each connection says what it wants, asks what it got, and is refused otherwise.

Source: reference integrity, section 9; SQLite documentation of PRAGMA and WAL.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

from filon.core.errors import ConflictError, StoreError
from filon.store import sqlite_runs
from filon.store.schema import APPLICATION_ID, MIGRATIONS

BUSY_MS = 30_000
PAGE_SIZE = 8192
"""Of a new file. Measured: of 1, 2, 4, 8 and 16 kB the one that takes most records a second."""

_PRAGMAS: tuple[tuple[str, object, object], ...] = (
    # name, what is asked, what must come back
    ("journal_mode", "WAL", "wal"),  # needs a local file system; a network share is refused here
    ("synchronous", "FULL", 2),  # the commit is on the disk before it is acknowledged
    ("fullfsync", "ON", 1),  # on macOS fsync alone leaves the data in the disk's own cache
    ("checkpoint_fullfsync", "ON", 1),
    ("foreign_keys", "ON", 1),
    ("recursive_triggers", "ON", 1),  # else INSERT OR REPLACE deletes without asking the triggers
    ("secure_delete", "ON", 1),  # what was erased is overwritten, not only unlinked
    ("cell_size_check", "ON", 1),
    ("trusted_schema", "OFF", 0),
    ("cache_size", -32_768, -32_768),
    ("wal_autocheckpoint", 8192, 8192),  # 64 MB: a page written often is copied into the file once
)
_READING = ("foreign_keys", "recursive_triggers", "cell_size_check", "trusted_schema", "cache_size")
"""What also holds where nothing is written."""
_WITH_RUNS = 3
"""The format from which on keys and names are found in runs as they are now."""
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def connect(path: Path) -> sqlite3.Connection:
    """A connection whose pragmas hold; transactions are begun and ended by hand.

    Raises:
        StoreError: the file system or the library does not give what durability needs.
    """
    with told(path):
        # check_same_thread off: only `close` reaches over threads, after their work has ended.
        connection = sqlite3.connect(path, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False)
        try:
            _prepare(connection, path)
        except BaseException:
            # A connection left open would hold the file's locks and shared memory in this process.
            connection.close()
            raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute(f"PRAGMA page_size = {PAGE_SIZE}")  # without effect on a file that has pages
    for name, asked, wanted in _PRAGMAS:
        connection.execute(f"PRAGMA {name} = {asked}")
        got = connection.execute(f"PRAGMA {name}").fetchone()[0]
        if got != wanted:
            raise StoreError(f"{path}: {name} is {got!r} where {wanted!r} is needed; use a local file system")


def writable(path: Path) -> bool:
    """Whether the ledger may grow: the file, if there is one, and its folder can be written."""
    return os.access(path.parent, os.W_OK) and (not path.exists() or os.access(path, os.W_OK))


def connect_reading(path: Path) -> sqlite3.Connection:
    """A connection to a file that cannot be written: a finished copy, a read-only disk, somebody else's ledger.

    Where nobody else can write it either, it is read as it lies; where commits still lie in a -wal file beside it,
    these are read too, which needs its index (-shm) to be there.

    Raises:
        StoreError: the newest commits cannot be read from here, or the format is another one.
    """
    unfolded = [beside for beside in (path.with_name(f"{path.name}-wal"),) if beside.exists() and beside.stat().st_size]
    how = "mode=ro" if unfolded else "mode=ro&immutable=1"
    with told(path):
        address = f"{path.absolute().as_uri()}?{how}"
        connection = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA query_only = ON")
            for name, asked, _ in _PRAGMAS:
                if name in _READING:
                    connection.execute(f"PRAGMA {name} = {asked}")
            _readable(connection, path)
        except BaseException as error:
            connection.close()
            if unfolded and isinstance(error, sqlite3.OperationalError):
                text = f"{path}: its newest commits lie in {unfolded[0].name} and cannot be read here; copy both files"
                raise StoreError(f"{text} to where you may write, and open them there") from error
            raise
    return connection


def _readable(connection: sqlite3.Connection, path: Path) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    mark = connection.execute("PRAGMA application_id").fetchone()[0]
    if mark != APPLICATION_ID:
        raise StoreError(f"{path} is a database of another program; choose another file")
    if version != len(MIGRATIONS):
        raise StoreError(f"{path} has format {version}, this Filon {len(MIGRATIONS)}; open a copy that may be written")


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring a ledger's tables to the newest format.

    Raises:
        StoreError: the file is not a ledger, or a newer Filon wrote it.
    """
    with told(path), transaction(connection):
        before = bring_up(connection, path, APPLICATION_ID, [list(_statements(script)) for script in MIGRATIONS])
        if 0 < before < _WITH_RUNS:
            sqlite_runs.fill(connection)


def bring_up(connection: sqlite3.Connection, path: Path, mark: int, steps: Sequence[Sequence[str]]) -> int:
    """Bring a file's tables to the newest format, inside a transaction; the format it had (0 = it was empty).

    Args:
        mark: the `application_id` of files of this kind.
        steps: the statements that lead from each format to the next.

    Raises:
        StoreError: the file is of another kind, or a newer Filon wrote it.
    """
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    found = connection.execute("PRAGMA application_id").fetchone()[0]
    tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    if (tables or version) and found != mark:
        raise StoreError(f"{path} is a database of another program; choose another file, or move it away")
    if version < 0:
        raise StoreError(f"{path} is damaged: it says to have format {version}; restore it from a backup or mirror")
    if version > len(steps):
        raise StoreError(f"{path} was written by a newer Filon (format {version}); update Filon to open it")
    for statement in chain.from_iterable(steps[version:]):
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {mark}")
    connection.execute(f"PRAGMA user_version = {len(steps)}")
    return version


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """BEGIN IMMEDIATE .. COMMIT; anything else rolls back and nothing was taken."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        # The power may go here: then all or nothing of it is found again, and nobody was told yet.
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def patient(connection: sqlite3.Connection, milliseconds: int) -> Iterator[None]:
    """Inside, it waits so long for others to let go of the file."""
    connection.execute(f"PRAGMA busy_timeout = {milliseconds}")
    try:
        yield
    finally:
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")


@contextmanager
def told(path: Path) -> Iterator[None]:
    """SQLite's errors as ours: another writer is a conflict, everything else stops the machine."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_READONLY:
            raise StoreError(f"{path} can only be read here; nothing was taken") from error
        if code in _BUSY:
            raise ConflictError(f"{path} is being written by another process; try again") from error
        raise StoreError(f"{path}: {error}; nothing of this call counts as taken") from error
    except UnicodeDecodeError as error:
        # SQLite quotes a damaged name in its message, which Python then cannot read.
        raise StoreError(f"{path}: the file is damaged") from error


def _statements(script: str) -> Iterator[str]:
    statement = ""
    for line in script.splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
