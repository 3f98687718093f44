"""Talking to a PostgreSQL server: a connection per thread, answers that hold, its errors as ours.

server = Server("postgresql:///atlas")
server.rows("SELECT idx FROM entry WHERE idx < %s", (9,))
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias

import psycopg

from filon.core.errors import ConflictError, StoreError, WrongCallError
from filon.log.store import Stored

FEW = 50
"""Under so many rows are inserted, more are copied."""
_ALL = 1 << 62

Row: TypeAlias = tuple[Any, ...]


class Server:
    """The connections of one ledger; long lists go to the server in binary (%b): as text each item is searched.

    Args:
        address: as psycopg takes it, e.g. `postgresql://user@host/atlas`.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._connections: list[psycopg.Connection[Row]] = []
        self._threads = threading.local()
        self._names = itertools.count()
        self._closed = False

    def mine(self) -> psycopg.Connection[Row]:
        """This thread's own connection."""
        if self._closed:
            raise StoreError("the ledger was closed")
        connection: psycopg.Connection[Row] | None = getattr(self._threads, "connection", None)
        if connection is None:
            connection = self._threads.connection = psycopg.connect(self._address, autocommit=True)
            self._connections.append(connection)
        return connection

    def run(self, sql: str, values: Sequence[object] = ()) -> None:
        """One statement, in the transaction that is open."""
        self.mine().execute(sql, values or None)

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """The whole answer."""
        with told():
            return self.mine().execute(sql, values or None).fetchall()

    def maybe(self, sql: str, values: Sequence[object] = ()) -> Row | None:
        """The first row of the answer, if there is one."""
        with told():
            return self.mine().execute(sql, values or None).fetchone()

    def one(self, sql: str, values: Sequence[object] = ()) -> Row:
        """The row that a ledger always has."""
        row = self.maybe(sql, values)
        if row is None:
            raise StoreError("the ledger's head row is gone; restore it from a backup")
        return row

    def number(self, sql: str, values: Sequence[object], otherwise: int) -> int:
        """The one number of an answer, or another if it is NULL."""
        found = self.one(sql, values)[0]
        return otherwise if found is None else int(found)

    def asked(self, sql: str, values: Sequence[object]) -> Iterator[Row]:
        """Ask now, read on as the caller does; the server keeps the answer, not this process."""
        with told():
            cursor = self.mine().cursor(f"asked_{next(self._names)}", withhold=True)
            cursor.execute(sql, values)
        return _read_on(cursor)

    def stored(self, sql: str, *values: object) -> Iterator[Stored]:
        """Records, any number of them."""
        return (
            Stored(sequence, entry, bytes(key), bytes(body)) for sequence, entry, key, body in self.asked(sql, values)
        )

    def some(self, sql: str, *values: object) -> Iterator[Stored]:
        """Records that are not too many to hold; their bodies come as they are, not as text."""
        with told():
            rows = self.mine().execute(sql, values, binary=True).fetchall()
        return (Stored(*row) for row in rows)

    def put(self, table: str, types: Sequence[str], rows: Sequence[Row]) -> None:
        """Rows into a table: many by COPY, which costs the server a fraction; a few are not worth its round trips."""
        with self.mine().cursor() as cursor:
            if len(rows) < FEW:
                values = ", ".join(["%s"] * len(types))
                cursor.executemany(f"INSERT INTO {table} VALUES ({values})", rows)  # noqa: S608 - our own words
                return
            with cursor.copy(f"COPY {table} FROM STDIN (FORMAT BINARY)") as copy:
                copy.set_types(types)
                for row in rows:
                    copy.write_row(row)

    def close(self) -> None:
        """Let go of the connections."""
        self._closed = True
        while self._connections:
            self._connections.pop().close()


def before(size: int | None) -> int:
    """Before which entry one looks."""
    return _ALL if size is None else size


def _read_on(cursor: psycopg.ServerCursor[Row]) -> Iterator[Row]:
    try:
        with told():
            for row in cursor:  # noqa: UP028 - a cursor must be closed also when a reader stops half-way
                yield row
    finally:
        if not cursor.connection.closed:
            cursor.close()


@contextmanager
def told() -> Iterator[None]:
    """PostgreSQL's errors as ours."""
    try:
        yield
    except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected, psycopg.errors.QueryCanceled) as error:
        raise ConflictError("the ledger is being written by another process; try again") from error
    except psycopg.DataError as error:
        raise WrongCallError(f"not storable: {error}") from error
    except psycopg.Error as error:
        raise StoreError(f"{error}; whether this call was taken is unknown: look before trying again") from error
