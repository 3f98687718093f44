"""The desk on a ledger's PostgreSQL server: one for all hosts, and row-level security as a second wall.

The program asks as the role `filon_desk`, which owns nothing, and says in each transaction for whom (`acting`). The
policies of `rows.py` then decide which rows there are: a partner's request finds its own grants whatever the SQL asks
for, and a request that says nothing finds none. Writers take turns by a lock, as they do on the file.

    desk = PostgresDesk("postgresql:///atlas")

Source: security reference, section 2; OWASP ASVS 5.0, 8.2.2, 8.4.1; decision 0111.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import psycopg
from psycopg import sql

from filon.app.desk.acting import part
from filon.app.desk.file import Asked, Desk, Row
from filon.app.desk.rows import REFUSE, ROLE, TABLES, WALLED, walls
from filon.core.errors import StoreError

WRITERS, MIGRATING = 0x46446573, 0x46446574
"""Locks of the server: whoever changes the desk, and whoever makes its tables."""
_AS = "SELECT set_config('role', %s, true), set_config('filon.part', %s, true), set_config('filon.who', %s, true)"


class PostgresDesk(Desk):
    """The desk in the schema that a ledger's address leads to; calls may come from several threads and hosts.

    Args:
        address: as psycopg takes it.

    Raises:
        StoreError: the server is another version's, or its role could see past the policies.
    """

    def __init__(self, address: str) -> None:
        self.path, self._address = Path("desk"), address
        self._threads, self._idle = threading.local(), list[psycopg.Connection[Row]]()
        self._schema, self._closed = "", False
        try:
            self._schema = f"{self._own('SELECT current_schema()')}_desk"
            self._idle.pop().close()  # from here on every connection lives in the desk's own schema
            self._make()
            self._proven()
        except BaseException:
            self.close()
            raise

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """The rows of a SELECT."""
        with self._transaction() as asked:
            return asked.execute(sql, values).fetchall()

    def row(self, sql: str, values: Sequence[object] = ()) -> Row | None:
        """The first row of a SELECT."""
        with self._transaction() as asked:
            return asked.execute(sql, values).fetchone()

    @contextmanager
    def changing(self) -> Iterator[Asked]:
        """Several statements, durable together or not at all."""
        with self._transaction() as asked:
            asked.execute("SELECT pg_advisory_xact_lock(?)", (WRITERS,))
            yield asked

    def close(self) -> None:
        """Let go of the server."""
        self._closed = True
        while self._idle:
            self._idle.pop().close()

    @contextmanager
    def _transaction(self) -> Iterator[_Asked]:
        """This thread's transaction, begun if there is none; the settings in it are gone with it."""
        running: _Asked | None = getattr(self._threads, "asked", None)
        if running is not None:
            yield running
            return
        with _told(), self._connected() as connection, connection.transaction():
            self._threads.asked = asked = _Asked(connection)
            try:
                yield asked
            finally:
                self._threads.asked = None

    @contextmanager
    def _connected(self) -> Iterator[psycopg.Connection[Row]]:
        """A connection that nobody else uses; it goes back to the idle ones unless it broke."""
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = psycopg.connect(self._address, autocommit=True)
            if self._schema:
                connection.execute("SELECT set_config('search_path', %s, false)", (f'"{self._schema}"',))
        try:
            yield connection
        finally:
            if connection.closed or self._closed:
                connection.close()
            else:
                self._idle.append(connection)

    def _make(self) -> None:
        """Schema, tables, role and policies; under a lock, for several hosts may start at once."""
        with _told(), self._connected() as connection, connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (MIGRATING,))
            connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(self._schema)))
            connection.execute("CREATE TABLE IF NOT EXISTS desk_format (version integer NOT NULL, walls text NOT NULL)")
            row = connection.execute("SELECT version, walls FROM desk_format").fetchone()
            version, standing = row or (0, "")
            if version > len(TABLES):
                raise StoreError(f"the desk was written by a newer Filon (format {version}); update Filon")
            wanted = walls(sql.Identifier(self._schema).as_string(connection))
            if (version, standing) == (len(TABLES), wanted):
                return
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (ROLE,)).fetchone():
                connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(ROLE)))
            connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(ROLE)))
            connection.execute(REFUSE)
            for statement in (one for statements in TABLES[version:] for one in statements):
                connection.execute(_text(statement))
            connection.execute(_text(wanted))
            connection.execute("DELETE FROM desk_format")
            connection.execute("INSERT INTO desk_format VALUES (%s, %s)", (len(TABLES), wanted))

    def _proven(self) -> None:
        """The wall stands, or nobody comes in.

        Raises:
            StoreError: the role sees past policies or owns tables, or a walled table has none.
        """
        role = self._own("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = %s", ROLE)
        open_ones = self._own(
            """SELECT array_agg(relname::text ORDER BY relname) FROM pg_class
            WHERE oid = ANY(SELECT to_regclass(name) FROM unnest(%s::text[]) AS name)
            AND (NOT relrowsecurity OR NOT relforcerowsecurity OR pg_get_userbyid(relowner) = %s)""",
            list(WALLED), ROLE,
        )  # fmt: skip
        if role or open_ones:
            raise StoreError(f"row-level security does not hold ({open_ones or ROLE}); the desk is not opened")
        if self.rows("SELECT 1 FROM organisation UNION ALL SELECT 1 FROM access_grant"):
            raise StoreError("who says nothing of themselves sees rows of the desk; it is not opened")

    def _own(self, question: str, *values: object) -> Any:
        with _told(), self._connected() as connection:
            row = connection.execute(question, values).fetchone()
        return row[0] if row else None


class _Asked:
    """A running transaction; each statement in it is asked as whoever acts then."""

    def __init__(self, connection: psycopg.Connection[Row]) -> None:
        self._connection = connection
        self._as: object = None

    def execute(self, statement: str, values: Sequence[object] = (), /) -> psycopg.Cursor[Row]:
        """One statement, with `?` for each value."""
        self._be()
        return self._connection.execute(_spelled(statement), _values(values))

    def executemany(self, statement: str, many: Iterable[Sequence[object]], /) -> psycopg.Cursor[Row]:
        """One statement for several rows."""
        self._be()
        cursor = self._connection.cursor()
        cursor.executemany(_spelled(statement), [_values(one) for one in many])
        return cursor

    def _be(self) -> None:
        now = part()
        if now != self._as:
            self._connection.execute(_AS, (ROLE, now.role, now.who))
            self._as = now


def _spelled(statement: str) -> Any:
    """As psycopg wants it: our statements hold no `%`, and `?` only where a value stands."""
    return statement.replace("?", "%s")


def _values(values: Sequence[object]) -> list[object]:
    return [int(one) if isinstance(one, bool) else one for one in values]


def _text(statement: str) -> Any:
    """A statement of our own, without values."""
    return sql.SQL(cast("Any", statement))


@contextmanager
def _told() -> Iterator[None]:
    """The server's errors as ours."""
    try:
        yield
    except psycopg.Error as error:
        raise StoreError(f"the desk on the server: {str(error).splitlines()[0]}; nothing of this counts") from error
