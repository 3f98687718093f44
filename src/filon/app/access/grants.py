"""Grants: what the operator lets an organisation see, of which batteries, what for, on what basis and until when.

Source: Regulation (EU) 2023/1542, Article 77(2), (9); EN 18239 (delegation, revocation); passport reference, section 3.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from filon.app.access.organisations import Kind, Organisation
from filon.app.desk.file import Desk, Row
from filon.core.errors import NotFoundError, WrongCallError
from filon.core.ident import canonical, elements, gtin
from filon.log.leaf import micros, moment
from filon.passport.point import by_code
from filon.passport.statement import model_of

EVERYTHING = "*"
"""The scope of a grant that covers every battery of the operator."""


class Purpose(StrEnum):
    """What the data are for.

    Source: Regulation (EU) 2023/1542, Article 77(2)(b), (c); passport reference, section 3.
    """

    DISMANTLING = "dismantling"
    REPAIR = "repair"
    SECOND_LIFE = "second life"
    RECYCLING = "recycling"
    PURCHASER = "purchaser"
    SURVEILLANCE = "surveillance"
    SUPPLY = "supply chain"


FOR: dict[Kind, frozenset[Purpose]] = {
    Kind.INTEREST: frozenset(
        {Purpose.DISMANTLING, Purpose.REPAIR, Purpose.SECOND_LIFE, Purpose.RECYCLING, Purpose.PURCHASER}
    ),
    Kind.AUTHORITY: frozenset({Purpose.SURVEILLANCE}),
    Kind.PARTNER: frozenset({Purpose.SUPPLY}),
}
"""Which purposes an organisation of each kind may have."""


@dataclass(frozen=True, slots=True)
class Grant:
    """One grant.

    Args:
        scope: a battery's identifier, a model's (`https://id.gs1.org/01/..`), or `*` = all.
        points: codes of data points; empty = all that the organisation's audience may see.
        basis: the act, contract or request that it rests on.
        evidence: document that shows the interest, by name or SHA-256.
        download: the answer may be taken along as JSON, not only read on the page.
        share: the organisation may let another act for it.
    """

    id: str
    organisation: str
    purpose: Purpose
    scope: str
    points: frozenset[str]
    basis: str
    evidence: str
    download: bool
    issued: datetime
    expires: datetime
    revoked: datetime | None = None
    share: bool = False

    def good(self, now: datetime) -> bool:
        """Whether it still lets anybody see anything."""
        return self.revoked is None and self.issued <= now < self.expires

    def covers(self, battery: str) -> bool:
        """Whether the battery is in its scope."""
        return covered(self.scope, battery)


def covered(scope: str, battery: str) -> bool:
    """Whether a battery is in a scope."""
    if scope in {EVERYTHING, battery}:
        return True
    return bool(model := model_of(battery)) and scope == model


def check_points(codes: Collection[str]) -> None:
    """Make sure that the table has these data points.

    Raises:
        WrongCallError: it has not.
    """
    if unknown := sorted(set(codes) - by_code().keys()):
        raise WrongCallError(f"there is no data point {', '.join(unknown)}; docs/datapoints.md lists them")


def give(  # noqa: PLR0917 - what a grant says, in the order of its sentence
    desk: Desk,
    to: Organisation,
    purpose: Purpose,
    scope: str,
    basis: str,
    expires: datetime,
    *,
    now: datetime,
    points: Collection[str] = (),
    evidence: str = "",
    download: bool = False,
    share: bool = False,
    random: Callable[[int], bytes] = secrets.token_bytes,
) -> Grant:
    """Let an organisation see restricted data.

    Raises:
        WrongCallError: a purpose that such an organisation cannot have, no basis, a point that is not in the table, a
            purchaser's grant that is not of one battery, or an end that has come already.
    """
    if to.kind not in FOR:
        raise WrongCallError("the operator sees everything of its own and needs no grant")
    if purpose not in FOR[to.kind]:
        allowed = ", ".join(sorted(FOR[to.kind]))
        raise WrongCallError(f"{to.name} may have data for: {allowed}; not for {purpose.value}")
    check_points(points)
    if not basis.strip():
        raise WrongCallError("a grant names its basis: the act, the contract or the request it rests on")
    if expires <= now:
        raise WrongCallError("the grant would have ended before it began")
    where = scope_of(scope)
    if purpose is Purpose.PURCHASER and "21" not in elements(where):
        raise WrongCallError("a purchaser sees the one battery that is bought: give its identifier as scope")
    made = Grant(random(4).hex(), to.id, purpose, where, frozenset(points), basis.strip(), evidence, download, now,
                 expires, share=share)  # fmt: skip
    desk.change(
        """INSERT INTO access_grant
        (id, organisation, purpose, scope, points, basis, evidence, download, issued, expires, share)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (made.id, to.id, purpose.value, where, json.dumps(sorted(points)), made.basis, evidence, int(download),
         micros(now), micros(expires), int(share)),
    )  # fmt: skip
    return made


def revoke(desk: Desk, grant: str, *, now: datetime) -> Grant:
    """End a grant; the next request sees nothing of it.

    Raises:
        NotFoundError: no such grant.
    """
    desk.change("UPDATE access_grant SET revoked = coalesce(revoked, ?) WHERE id = ?", (micros(now), grant))
    row = desk.row(f"SELECT {_COLUMNS} FROM access_grant WHERE id = ?", (grant,))  # noqa: S608
    if row is None:
        raise NotFoundError(f"there is no grant {grant}; `filon grant list` shows them")
    return _grant(row)


def grants(desk: Desk, organisation: str = "") -> list[Grant]:
    """All grants, or those of one organisation by its id, oldest first."""
    where, values = ("WHERE organisation = ?", (organisation,)) if organisation else ("", ())
    rows = desk.rows(f"SELECT {_COLUMNS} FROM access_grant {where} ORDER BY issued, id", values)  # noqa: S608
    return [_grant(row) for row in rows]


_COLUMNS = "id, organisation, purpose, scope, points, basis, evidence, download, issued, expires, revoked, share"


def _grant(row: Row) -> Grant:
    number, of, purpose, scope, points, basis, evidence, download, issued, expires, revoked, share = row
    return Grant(
        number, of, Purpose(purpose), scope, frozenset(json.loads(points)), basis, evidence, bool(download),
        moment(issued), moment(expires), None if revoked is None else moment(revoked),
        bool(share),
    )  # fmt: skip


def scope_of(text: str) -> str:
    """A scope as it is kept: a battery's or a model's identifier, or `*`.

    Raises:
        WrongCallError: something else.
    """
    plain = text.strip()
    if plain == EVERYTHING:
        return plain
    where = gtin(plain) if plain.isdecimal() else canonical(plain)
    if not where.startswith(("https://", "http://", "urn:")):
        raise WrongCallError(f"{text!r} is no battery, no model and not *; give an identifier or a GTIN")
    return where
