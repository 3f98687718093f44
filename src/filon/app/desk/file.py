"""The desk's file: what must outlive the program but is not of the log, in a small SQLite file beside the ledger.

Tokens, capture jobs, named queries, subscriptions and what is still to be delivered. Lose it and no fact of any lot is
lost; partners' programs have to introduce themselves again.

    desk = Desk(beside(Path("filon.db")))     # filon-desk.db; `place.open_desk` also opens one on a server
"""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import RLock
from typing import Any, Protocol

from filon.app.desk.acting import DOOR, acting
from filon.store.connection import bring_up, connect, told, transaction

APPLICATION_ID = 0x46446573  # "FDes"
Row = tuple[Any, ...]

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    # 1: the founding format; moments are microseconds since 1970 UTC
    (
        "CREATE TABLE secret (name TEXT PRIMARY KEY, value BLOB NOT NULL)",
        """CREATE TABLE token (
          id TEXT PRIMARY KEY, hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32), name TEXT NOT NULL,
          roles TEXT NOT NULL, created INTEGER NOT NULL, expires INTEGER NOT NULL, revoked INTEGER, used INTEGER)""",
        """CREATE TABLE job (
          number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, token TEXT NOT NULL,
          submitter TEXT NOT NULL, behaviour TEXT NOT NULL, media_type TEXT NOT NULL, created INTEGER NOT NULL,
          finished INTEGER, success INTEGER NOT NULL DEFAULT 1, entry INTEGER, errors TEXT NOT NULL DEFAULT '[]',
          findings TEXT NOT NULL DEFAULT '[]', events INTEGER NOT NULL DEFAULT 0, taken INTEGER NOT NULL DEFAULT 0,
          body BLOB)""",
        "CREATE INDEX job_open ON job (number) WHERE finished IS NULL",
        """CREATE TABLE query (
          number INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, body TEXT NOT NULL,
          token TEXT NOT NULL, created INTEGER NOT NULL)""",
        """CREATE TABLE subscription (
          number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
          query TEXT NOT NULL REFERENCES query (name) ON DELETE CASCADE, token TEXT NOT NULL, dest TEXT NOT NULL,
          signature_token TEXT, controls TEXT NOT NULL, epc_format TEXT NOT NULL, created INTEGER NOT NULL,
          from_time INTEGER NOT NULL, after INTEGER NOT NULL, notified INTEGER, due INTEGER NOT NULL,
          tries INTEGER NOT NULL DEFAULT 0, batch INTEGER NOT NULL, held_until INTEGER NOT NULL DEFAULT 0)""",
        "CREATE INDEX subscription_due ON subscription (due)",
        """CREATE TABLE dead_letter (
          number INTEGER PRIMARY KEY AUTOINCREMENT, subscription TEXT NOT NULL, first INTEGER NOT NULL,
          last INTEGER NOT NULL, tries INTEGER NOT NULL, reason TEXT NOT NULL, at INTEGER NOT NULL)""",
        "CREATE TABLE card (kind TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (kind, value)) WITHOUT ROWID",
        "CREATE TABLE mark (name TEXT PRIMARY KEY, sequence INTEGER NOT NULL, key BLOB NOT NULL)",
    ),
    # 2: page tokens that were given back
    ("CREATE TABLE spent (token TEXT PRIMARY KEY, expires INTEGER NOT NULL)",),
    # 3: footprints issued, partners asked, letters between us
    (
        """CREATE TABLE footprint (
          number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, lot TEXT NOT NULL,
          audience TEXT NOT NULL DEFAULT '', body TEXT NOT NULL, created INTEGER NOT NULL, deprecated INTEGER)""",
        "CREATE INDEX footprint_of ON footprint (lot)",
        """CREATE TRIGGER footprint_stays BEFORE UPDATE ON footprint
          WHEN OLD.deprecated IS NOT NULL OR NEW.deprecated IS NULL OR
          (NEW.number, NEW.id, NEW.lot, NEW.audience, NEW.body, NEW.created) IS NOT
          (OLD.number, OLD.id, OLD.lot, OLD.audience, OLD.body, OLD.created)
          BEGIN SELECT RAISE(ABORT, 'a footprint that was issued stays as it is'); END""",
        """CREATE TRIGGER footprint_kept BEFORE DELETE ON footprint
          BEGIN SELECT RAISE(ABORT, 'a footprint that was issued is kept'); END""",
        """CREATE TABLE partner (
          name TEXT PRIMARY KEY, base TEXT NOT NULL, client TEXT NOT NULL, secret TEXT NOT NULL, auth TEXT NOT NULL)""",
        """CREATE TABLE letter (
          number INTEGER PRIMARY KEY AUTOINCREMENT, way TEXT NOT NULL, id TEXT NOT NULL, address TEXT NOT NULL,
          token TEXT NOT NULL DEFAULT '', body TEXT NOT NULL, created INTEGER NOT NULL, due INTEGER NOT NULL,
          tries INTEGER NOT NULL DEFAULT 0, settled INTEGER, outcome TEXT NOT NULL DEFAULT '',
          UNIQUE (way, address, id))""",
        "CREATE INDEX letter_due ON letter (due) WHERE settled IS NULL",
    ),
    # 4: organisations, their people, sessions, grants, and who read what
    (
        """CREATE TABLE organisation (
          id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, identifier TEXT NOT NULL,
          created INTEGER NOT NULL)""",
        """CREATE TABLE person (
          id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, organisation TEXT NOT NULL REFERENCES organisation (id),
          password TEXT, invitation BLOB, invited INTEGER, created INTEGER NOT NULL, disabled INTEGER)""",
        """CREATE TABLE session (
          hash BLOB PRIMARY KEY, person TEXT NOT NULL, created INTEGER NOT NULL, used INTEGER NOT NULL)""",
        "CREATE TABLE attempt (name TEXT NOT NULL, at INTEGER NOT NULL)",
        "CREATE INDEX attempt_of ON attempt (name, at)",
        """CREATE TABLE access_grant (
          id TEXT PRIMARY KEY, organisation TEXT NOT NULL REFERENCES organisation (id), purpose TEXT NOT NULL,
          scope TEXT NOT NULL, points TEXT NOT NULL, basis TEXT NOT NULL, evidence TEXT NOT NULL,
          download INTEGER NOT NULL, issued INTEGER NOT NULL, expires INTEGER NOT NULL, revoked INTEGER)""",
        "CREATE INDEX access_grant_of ON access_grant (organisation)",
        """CREATE TRIGGER access_grant_stays BEFORE UPDATE ON access_grant
          WHEN OLD.revoked IS NOT NULL OR NEW.revoked IS NULL OR
          (NEW.id, NEW.organisation, NEW.purpose, NEW.scope, NEW.points, NEW.basis, NEW.evidence, NEW.download,
          NEW.issued, NEW.expires) IS NOT (OLD.id, OLD.organisation, OLD.purpose, OLD.scope, OLD.points, OLD.basis,
          OLD.evidence, OLD.download, OLD.issued, OLD.expires)
          BEGIN SELECT RAISE(ABORT, 'a grant is revoked, never changed'); END""",
        """CREATE TRIGGER access_grant_kept BEFORE DELETE ON access_grant
          BEGIN SELECT RAISE(ABORT, 'a grant is kept'); END""",
        """CREATE TABLE reading (
          number INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, organisation TEXT NOT NULL, who TEXT NOT NULL,
          battery TEXT NOT NULL, version INTEGER NOT NULL, size INTEGER NOT NULL, way TEXT NOT NULL,
          points TEXT NOT NULL, grants TEXT NOT NULL)""",
        "CREATE INDEX reading_of ON reading (battery)",
        """CREATE TRIGGER reading_stays BEFORE UPDATE ON reading
          BEGIN SELECT RAISE(ABORT, 'what was read stays recorded'); END""",
        """CREATE TRIGGER reading_kept BEFORE DELETE ON reading
          BEGIN SELECT RAISE(ABORT, 'what was read stays recorded'); END""",
        "ALTER TABLE token ADD COLUMN organisation TEXT NOT NULL DEFAULT ''",
    ),
    # 5: second factors, people of an OpenID provider, delegations, what was refused
    (
        """CREATE TABLE factor (
          person TEXT PRIMARY KEY, secret TEXT NOT NULL, confirmed INTEGER, step INTEGER NOT NULL DEFAULT 0)""",
        "CREATE TABLE recovery (hash BLOB PRIMARY KEY, person TEXT NOT NULL)",
        "CREATE INDEX recovery_of ON recovery (person)",
        """CREATE TABLE errand (
          hash BLOB PRIMARY KEY, kind TEXT NOT NULL, body TEXT NOT NULL, until INTEGER NOT NULL)""",
        "ALTER TABLE person ADD COLUMN issuer TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE person ADD COLUMN subject TEXT NOT NULL DEFAULT ''",
        "CREATE UNIQUE INDEX person_of_provider ON person (issuer, subject) WHERE issuer <> ''",
        "ALTER TABLE session ADD COLUMN sid TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE access_grant ADD COLUMN share INTEGER NOT NULL DEFAULT 0",
        "DROP TRIGGER access_grant_stays",
        """CREATE TRIGGER access_grant_stays BEFORE UPDATE ON access_grant
          WHEN OLD.revoked IS NOT NULL OR NEW.revoked IS NULL OR
          (NEW.id, NEW.organisation, NEW.purpose, NEW.scope, NEW.points, NEW.basis, NEW.evidence, NEW.download,
          NEW.issued, NEW.expires, NEW.share) IS NOT (OLD.id, OLD.organisation, OLD.purpose, OLD.scope, OLD.points,
          OLD.basis, OLD.evidence, OLD.download, OLD.issued, OLD.expires, OLD.share)
          BEGIN SELECT RAISE(ABORT, 'a grant is revoked, never changed'); END""",
        """CREATE TABLE delegation (
          id TEXT PRIMARY KEY, giver TEXT NOT NULL REFERENCES organisation (id),
          taker TEXT NOT NULL REFERENCES organisation (id), person TEXT NOT NULL, purpose TEXT NOT NULL,
          scope TEXT NOT NULL, points TEXT NOT NULL, issued INTEGER NOT NULL, expires INTEGER NOT NULL,
          revoked INTEGER)""",
        "CREATE INDEX delegation_to ON delegation (taker)",
        """CREATE TRIGGER delegation_stays BEFORE UPDATE ON delegation
          WHEN OLD.revoked IS NOT NULL OR NEW.revoked IS NULL OR
          (NEW.id, NEW.giver, NEW.taker, NEW.person, NEW.purpose, NEW.scope, NEW.points, NEW.issued, NEW.expires)
          IS NOT (OLD.id, OLD.giver, OLD.taker, OLD.person, OLD.purpose, OLD.scope, OLD.points, OLD.issued, OLD.expires)
          BEGIN SELECT RAISE(ABORT, 'a delegation is revoked, never changed'); END""",
        """CREATE TRIGGER delegation_kept BEFORE DELETE ON delegation
          BEGIN SELECT RAISE(ABORT, 'a delegation is kept'); END""",
        "ALTER TABLE reading ADD COLUMN behalf TEXT NOT NULL DEFAULT '[]'",
        """CREATE TABLE refusal (
          number INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, what TEXT NOT NULL, who TEXT NOT NULL,
          organisation TEXT NOT NULL, about TEXT NOT NULL)""",
        """CREATE TRIGGER refusal_stays BEFORE UPDATE ON refusal
          BEGIN SELECT RAISE(ABORT, 'what was refused stays recorded'); END""",
    ),
)
"""Applied in order, all in one transaction; PRAGMA user_version says how many were. Never edit one: add one."""


def beside(ledger: Path | None) -> Path | None:
    """Where the desk's file of a ledger is: `filon.db` has `filon-desk.db`; None for a ledger in memory."""
    return None if ledger is None else ledger.with_name(f"{ledger.stem}-desk.db")


class Answer(Protocol):
    """What a statement gave."""

    @property
    def rowcount(self) -> int:
        """How many rows it changed."""
        ...

    def fetchone(self) -> Any:
        """The next row."""
        ...

    def fetchall(self) -> Any:
        """All rows left."""
        ...


class Asked(Protocol):
    """A running transaction; statements as SQLite and PostgreSQL both understand them, `?` for each value."""

    def execute(self, statement: str, values: Sequence[object] = ..., /) -> Answer:
        """One statement."""
        ...

    def executemany(self, statement: str, many: Iterable[Sequence[object]], /) -> Answer:
        """One statement for several rows."""
        ...


class Desk:
    """The open file. Calls may come from several threads: they take turns, for each is short.

    Args:
        path: made if absent; None = in memory, for tests and ledgers in memory.

    Raises:
        StoreError: the file is damaged, foreign or newer than this Filon.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path or Path(":memory:")
        self._lock = RLock()
        if path is not None:
            _own_alone(path)
        self._connection = connect(path) if path else _in_memory()
        try:
            with self.changing():
                bring_up(self._connection, self.path, APPLICATION_ID, MIGRATIONS)
        except BaseException:
            self._connection.close()
            raise

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """The rows of a SELECT."""
        with self._lock, told(self.path):
            return self._connection.execute(sql, values).fetchall()

    def row(self, sql: str, values: Sequence[object] = ()) -> Row | None:
        """The first row of a SELECT."""
        with self._lock, told(self.path):
            found: Row | None = self._connection.execute(sql, values).fetchone()
            return found

    def change(self, sql: str, values: Sequence[object] = ()) -> int:
        """One statement, durable on return; how many rows it changed."""
        with self.changing() as connection:
            return connection.execute(sql, values).rowcount

    @contextmanager
    def changing(self) -> Iterator[Asked]:
        """Several statements, durable together or not at all."""
        with self._lock, told(self.path), transaction(self._connection):
            yield self._connection

    def secret(self, name: str) -> bytes:
        """A random key of this desk's own, made when first asked for."""
        with acting(DOOR), self.changing() as connection:
            connection.execute(
                "INSERT INTO secret VALUES (?, ?) ON CONFLICT DO NOTHING", (name, secrets.token_bytes(32))
            )
            value: bytes = connection.execute("SELECT value FROM secret WHERE name = ?", (name,)).fetchone()[0]
            return value

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()


def _own_alone(path: Path) -> None:
    """Nobody else of this machine reads it: it holds secrets of second factors and hashes of passwords.

    The file is made with these rights before anything is in it; SQLite gives its companions the same.

    Source: OWASP ASVS 5.0, 13.3.1, 14.2.4.
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    for one in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        with suppress(OSError):  # it belongs to somebody else, who has set its rights
            one.chmod(one.stat().st_mode & ~0o077)


def _in_memory() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA foreign_keys = ON")
    return connection
