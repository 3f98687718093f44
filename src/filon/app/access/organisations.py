"""Organisations: who stands behind a person or a program, and as what the law knows it.

The kind is the audience that the organisation can ever be: an authority never becomes one with a legitimate interest.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from filon.app.desk.acting import DOOR, acting
from filon.app.desk.file import Desk, Row
from filon.core.errors import ConflictError, NotFoundError, WrongCallError
from filon.log.leaf import micros
from filon.passport.point import Audience

_NAME = 200


class Kind(StrEnum):
    """What an organisation is to the operator of this ledger.

    OPERATOR: the operator itself; its people see everything. INTEREST: a legitimate interest (repairer, second-life
    operator, recycler, a battery's purchaser), by grant. AUTHORITY: market surveillance, notified body, Commission.
    PARTNER: a company of the chain, by grant.

    Source: Regulation (EU) 2023/1542, Article 77(2).
    """

    OPERATOR = "operator"
    INTEREST = "interest"
    AUTHORITY = "authority"
    PARTNER = "partner"

    @property
    def audience(self) -> Audience:
        """The audience that it is of."""
        return _AUDIENCES[self]


_AUDIENCES = {
    Kind.OPERATOR: Audience.OPERATOR,
    Kind.INTEREST: Audience.LEGITIMATE_INTEREST,
    Kind.AUTHORITY: Audience.AUTHORITIES,
    Kind.PARTNER: Audience.PARTNER,
}


@dataclass(frozen=True, slots=True)
class Organisation:
    """One organisation.

    Args:
        id: eight characters to speak of it.
        name: as people know it.
        kind: what it is to us; never changes.
        identifier: its own, such as a GLN or an address; may be empty.
    """

    id: str
    name: str
    kind: Kind
    identifier: str = ""


def enter(
    desk: Desk,
    name: str,
    kind: Kind,
    *,
    now: datetime,
    identifier: str = "",
    random: Callable[[int], bytes] = secrets.token_bytes,
) -> Organisation:
    """Enter an organisation.

    Raises:
        WrongCallError: the name is empty or not printable.
        ConflictError: there is one of that name.
    """
    name = name.strip()
    if not name or len(name) > _NAME or not name.isprintable():
        raise WrongCallError("an organisation needs a name of printable characters")
    made = Organisation(random(4).hex(), name, kind, identifier.strip())
    with desk.changing() as connection:
        if connection.execute("SELECT 1 FROM organisation WHERE name = ?", (name,)).fetchone():
            raise ConflictError(f"there is an organisation {name!r} already")
        connection.execute(
            "INSERT INTO organisation (id, name, kind, identifier, created) VALUES (?, ?, ?, ?, ?)",
            (made.id, made.name, made.kind.value, made.identifier, micros(now)),
        )
    return made


def organisations(desk: Desk) -> list[Organisation]:
    """All of them, by name."""
    return [_organisation(row) for row in desk.rows(f"SELECT {_COLUMNS} FROM organisation ORDER BY name")]  # noqa: S608


def names(desk: Desk) -> dict[str, str]:
    """{id: name} of all of them."""
    return {one.id: one.name for one in organisations(desk)}


def organisation(desk: Desk, name: str) -> Organisation:
    """The one of that id or name.

    Raises:
        NotFoundError: none.
    """
    where = "id = ? OR name = ? ORDER BY id = ? DESC"  # a name that looks like an id never stands before the id
    with acting(DOOR):
        row = desk.row(f"SELECT {_COLUMNS} FROM organisation WHERE {where}", (name, name.strip(), name))  # noqa: S608
    if row is None:
        raise NotFoundError(f"there is no organisation {name!r}; `filon organisation list` shows them")
    return _organisation(row)


_COLUMNS = "id, name, kind, identifier"


def _organisation(row: Row) -> Organisation:
    return Organisation(row[0], row[1], Kind(row[2]), row[3])
