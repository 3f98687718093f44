"""Delegations: an organisation lets another act for it: for one purpose, on some batteries, until a day.

Whoever was granted data passes the right to see them on, as far as the grant allows passing on; the operator passes on
what it sees itself. A delegation never reaches further than what it rests on, and is not passed on again. Both names
stand in the record of every reading.

Source: Regulation (EU) 2023/1542, Article 77(4); EN 18239 (delegation, revocation); passport reference, section 3.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from filon.app.access.grants import FOR, Grant, Purpose, check_points, covered, grants, scope_of
from filon.app.access.organisations import Kind, Organisation, organisation
from filon.app.desk.acting import Part, acting
from filon.app.desk.file import Desk, Row
from filon.core.errors import NotFoundError, WrongCallError
from filon.log.leaf import micros, moment
from filon.passport.point import Audience


@dataclass(frozen=True, slots=True)
class Delegation:
    """One delegation.

    Args:
        giver, taker: ids of organisations.
        person: who gave it, by id; empty = the operator at the command line.
        scope: a battery's identifier, a model's, or `*` = all.
        points: codes of data points; empty = all that the giver may see.
    """

    id: str
    giver: str
    taker: str
    person: str
    purpose: Purpose
    scope: str
    points: frozenset[str]
    issued: datetime
    expires: datetime
    revoked: datetime | None = None

    def good(self, now: datetime) -> bool:
        """Whether it still lets anybody see anything."""
        return self.revoked is None and self.issued <= now < self.expires


@dataclass(frozen=True, slots=True)
class Opening:
    """What lets a reader see restricted points: a grant of their own, or one that was delegated to them.

    Args:
        id: of the grant; of the delegation where the operator gave it.
        behalf: id of the organisation that it was granted to, if that is another; empty = their own.
        audience: whose points it opens.
        scopes, points: all of the scopes have to cover the battery, all of the sets (if not empty) to hold the point.
    """

    id: str
    behalf: str
    audience: Audience
    scopes: tuple[str, ...]
    points: tuple[frozenset[str], ...]
    download: bool

    def covers(self, battery: str) -> bool:
        """Whether the battery is in its scope."""
        return all(covered(scope, battery) for scope in self.scopes)

    def shows(self, code: str) -> bool:
        """Whether the point is among those that it opens."""
        return all(not codes or code in codes for codes in self.points)


def delegate(  # noqa: PLR0917 - what a delegation says, in the order of its sentence
    desk: Desk,
    giver: Organisation,
    taker: Organisation,
    purpose: Purpose,
    scope: str,
    expires: datetime,
    *,
    now: datetime,
    points: Collection[str] = (),
    person: str = "",
    random: Callable[[int], bytes] = secrets.token_bytes,
) -> Delegation:
    """Let an organisation act for another.

    Raises:
        WrongCallError: to itself or to the operator, for a purpose that the giver cannot have, a point that is not in
            the table, or an end that has come already.
    """
    if taker.id == giver.id or taker.kind is Kind.OPERATOR:
        raise WrongCallError("a delegation is given to another organisation, and not to the operator")
    if giver.kind in FOR and purpose not in FOR[giver.kind]:
        raise WrongCallError(f"{giver.name} may have data for: {', '.join(sorted(FOR[giver.kind]))}")
    check_points(points)
    if expires <= now:
        raise WrongCallError("the delegation would have ended before it began")
    made = Delegation(
        random(4).hex(), giver.id, taker.id, person, purpose, scope_of(scope), frozenset(points), now, expires
    )
    desk.change(
        """INSERT INTO delegation (id, giver, taker, person, purpose, scope, points, issued, expires)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (made.id, giver.id, taker.id, person, purpose.value, made.scope, json.dumps(sorted(points)), micros(now),
         micros(expires)),
    )  # fmt: skip
    return made


def withdraw(desk: Desk, delegation: str, *, now: datetime, giver: str = "") -> Delegation:
    """End a delegation; the next request sees nothing of it.

    Args:
        giver: only if it is this organisation's.

    Raises:
        NotFoundError: no such delegation, or another's.
    """
    where = "id = ? AND (? = '' OR giver = ?)"
    desk.change(
        f"UPDATE delegation SET revoked = ? WHERE {where} AND revoked IS NULL",  # noqa: S608 - our own words
        (micros(now), delegation, giver, giver),
    )
    row = desk.row(f"SELECT {_COLUMNS} FROM delegation WHERE {where}", (delegation, giver, giver))  # noqa: S608
    if row is None:
        raise NotFoundError(f"there is no delegation {delegation}; `filon delegation list` shows them")
    return _delegation(row)


def delegations(desk: Desk, *, giver: str = "", taker: str = "") -> list[Delegation]:
    """All delegations, or those that an organisation gave or was given, oldest first."""
    rows = desk.rows(
        f"""SELECT {_COLUMNS} FROM delegation WHERE (? = '' OR giver = ?) AND (? = '' OR taker = ?)
        ORDER BY issued, id""",  # noqa: S608 - our own words
        (giver, giver, taker, taker),
    )
    return [_delegation(row) for row in rows]


def openings(desk: Desk, of: Organisation, *, now: datetime) -> list[Opening]:
    """Everything that opens restricted points to an organisation now: its own grants and what was delegated to it."""
    with acting(Part("organisation", of.id)):
        own = [_own(one, of) for one in grants(desk, of.id) if one.good(now)]
        given = [one for one in delegations(desk, taker=of.id) if one.good(now)]
        passed = [opening for one in given for opening in _passed(desk, one, now)]
    return [*own, *passed]


def _own(grant: Grant, of: Organisation) -> Opening:
    return Opening(grant.id, "", of.kind.audience, (grant.scope,), (grant.points,), grant.download)


def _passed(desk: Desk, one: Delegation, now: datetime) -> list[Opening]:
    """What a delegation opens: the giver's grants as far as both reach; of the operator, the points themselves."""
    giver = organisation(desk, one.giver)
    if giver.kind is Kind.OPERATOR:
        return [Opening(one.id, giver.id, Audience.OPERATOR, (one.scope,), (one.points,), download=True)]
    return [
        Opening(grant.id, giver.id, giver.kind.audience, (grant.scope, one.scope), (grant.points, one.points),
                grant.download)
        for grant in grants(desk, giver.id)
        if grant.share and grant.purpose is one.purpose and grant.good(now)
    ]  # fmt: skip


_COLUMNS = "id, giver, taker, person, purpose, scope, points, issued, expires, revoked"


def _delegation(row: Row) -> Delegation:
    number, giver, taker, person, purpose, scope, points, issued, expires, revoked = row
    return Delegation(
        number, giver, taker, person, Purpose(purpose), scope, frozenset(json.loads(points)), moment(issued),
        moment(expires), None if revoked is None else moment(revoked),
    )  # fmt: skip
