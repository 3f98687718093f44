"""Stores: durable entries and indexed events, each native, all held to one contract suite.

    store = open_store("filon.db")

`open_store` is the only door; what a store promises stands in `filon.log.store`.
"""

from __future__ import annotations

from pathlib import Path

from filon.core.errors import WrongCallError
from filon.log.store import Store
from filon.store.memory import MemoryStore
from filon.store.sqlite import SqliteStore

POSTGRES = ("postgresql://", "postgres://")

__all__ = ["MemoryStore", "SqliteStore", "open_store"]


def open_store(place: Path | str) -> Store:
    """The ledger at a place; made if there is none.

    Args:
        place: a file path, `postgresql://..` for a server, or `memory:` for one that lives as long as the program.

    Raises:
        StoreError: the file is damaged, foreign, newer than this Filon, or its file system is not durable.
    """
    if str(place) == "memory:":
        return MemoryStore()
    return _postgres(str(place)) if str(place).startswith(POSTGRES) else SqliteStore(Path(place))


def _postgres(address: str) -> Store:
    try:
        from filon.store.postgres import PostgresStore  # noqa: PLC0415 - only servers have its driver
    except ImportError as error:
        raise WrongCallError("a ledger in PostgreSQL needs the extra: install filon[postgres]") from error
    return PostgresStore(address)
