"""Where the desk of a ledger is: in the file beside it, on the ledger's own server, or in memory.

with owners_desk(Path("filon.db")) as desk:     # at the command line: whoever may open the ledger is the operator
    grants(desk)
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filon.app.desk.acting import OPERATOR, acting
from filon.app.desk.file import Desk, beside
from filon.app.ledger import MEMORY, address_of


def open_desk(ledger: Path | None) -> Desk:
    """The desk of a ledger; made if there is none.

    Raises:
        StoreError: it cannot be trusted.
    """
    address = address_of(ledger) if ledger is not None else MEMORY
    if address is None or address == MEMORY:
        return Desk(beside(ledger) if address is None else None)
    from filon.app.desk.postgres import PostgresDesk  # noqa: PLC0415 - psycopg is an extra

    return PostgresDesk(address)


@contextmanager
def owners_desk(ledger: Path | None) -> Iterator[Desk]:
    """The desk of a ledger in the operator's hands."""
    desk = open_desk(ledger)
    try:
        with acting(OPERATOR):
            yield desk
    finally:
        desk.close()
