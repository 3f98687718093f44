"""API tokens: who a program is, what it may do, until when.

A token is 256 random bits, shown once; the desk keeps its SHA-256 only. It travels in the Authorization header and
nowhere else. What no row of `MAY` allows is refused.

Source: OWASP ASVS 5.0, 7.2.2, 8.2.1, 11.5.1, 14.2.1.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from filon.app.desk.acting import DOOR, acting
from filon.app.desk.file import Desk, Row
from filon.core.errors import NotFoundError, WrongCallError
from filon.log.leaf import micros, moment

PREFIX = "filon_"
"""So that a token that leaks into a text is known for what it is."""
_FORM = re.compile(PREFIX + r"[A-Za-z0-9_-]{43}")
_USED_EVERY = 60_000_000  # microseconds: the last use is kept to the minute, not to the request
_LONGEST = timedelta(days=3660)
_NAME = 200


class Role(StrEnum):
    """What kind of partner a program is."""

    SUBMITTER = "submitter"
    READER = "reader"
    AUDITOR = "auditor"
    PARTNER = "partner"
    PASSPORTS = "passports"


class Deed(StrEnum):
    """What a program asks to do."""

    DISCOVER = "discover"
    CAPTURE = "capture"
    SEE_OWN_JOBS = "see own jobs"
    SEE_ALL_JOBS = "see all jobs"
    READ = "read"
    ASK = "keep queries and subscriptions"
    SEE_ALL_SUBSCRIPTIONS = "see all subscriptions"
    EXCHANGE_FOOTPRINTS = "exchange footprints"
    READ_PASSPORTS = "read passports"


MAY: Mapping[Deed, frozenset[Role]] = MappingProxyType(
    {
        Deed.DISCOVER: frozenset(Role),
        Deed.CAPTURE: frozenset({Role.SUBMITTER}),
        Deed.SEE_OWN_JOBS: frozenset({Role.SUBMITTER, Role.AUDITOR}),
        Deed.SEE_ALL_JOBS: frozenset({Role.AUDITOR}),
        Deed.READ: frozenset({Role.READER, Role.AUDITOR}),
        Deed.ASK: frozenset({Role.READER}),
        Deed.SEE_ALL_SUBSCRIPTIONS: frozenset({Role.AUDITOR}),
        Deed.EXCHANGE_FOOTPRINTS: frozenset({Role.PARTNER}),
        Deed.READ_PASSPORTS: frozenset({Role.PASSPORTS}),
    }
)
"""The one policy table. An auditor sees everything and changes nothing."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token as the desk knows it; its secret is not here.

    Args:
        id: eight characters to speak of it.
        name: whose it is; kept as submitter in the log entries it makes.
    """

    id: str
    name: str
    roles: frozenset[Role]
    created: datetime
    expires: datetime
    revoked: datetime | None = None
    used: datetime | None = None

    def may(self, deed: Deed) -> bool:
        """Whether one of its roles allows the deed."""
        return bool(self.roles & MAY[deed])

    def good(self, now: datetime) -> bool:
        """Whether it still opens anything."""
        return self.revoked is None and now < self.expires


def create(
    desk: Desk,
    name: str,
    roles: Iterable[Role],
    *,
    now: datetime,
    valid: timedelta,
    organisation: str = "",
    random: Callable[[int], bytes] = secrets.token_bytes,
) -> tuple[Token, str]:
    """A new token and its secret, which nobody can be told again.

    Args:
        organisation: id of the one whose grants it reads passports by.

    Raises:
        WrongCallError: no name, no role, a life that is not between a second and ten years, or passports to be read
            for no organisation.
    """
    given = frozenset(roles)
    if not name.strip() or len(name) > _NAME or not name.isprintable() or not given:
        raise WrongCallError("a token needs a name of printable characters and at least one role")
    if not timedelta(seconds=1) <= valid <= _LONGEST:
        raise WrongCallError("a token lives between a second and ten years")
    if Role.PASSPORTS in given and not organisation:
        raise WrongCallError("a program reads passports by the grants of an organisation: say whose it is")
    secret = PREFIX + base64.urlsafe_b64encode(random(32)).decode().rstrip("=")
    token = Token(random(4).hex(), name.strip(), given, now, now + valid)
    desk.change(
        "INSERT INTO token (id, hash, name, roles, created, expires, organisation) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            token.id,
            _hash(secret),
            token.name,
            " ".join(sorted(given)),
            micros(now),
            micros(token.expires),
            organisation,
        ),
    )
    return token, secret


def tokens(desk: Desk) -> list[Token]:
    """All tokens that ever were, oldest first."""
    return [_token(row) for row in desk.rows(f"SELECT {_COLUMNS} FROM token ORDER BY created, id")]  # noqa: S608


def revoke(desk: Desk, token_id: str, *, now: datetime) -> Token:
    """End a token; it opens nothing from the next request on.

    Raises:
        NotFoundError: no such token.
    """
    desk.change("UPDATE token SET revoked = coalesce(revoked, ?) WHERE id = ?", (micros(now), token_id))
    row = desk.row(f"SELECT {_COLUMNS} FROM token WHERE id = ?", (token_id,))  # noqa: S608
    if row is None:
        raise NotFoundError(f"there is no token {token_id}; `filon token list` shows them")
    return _token(row)


def recognised(desk: Desk, secret: str, *, now: datetime) -> Token | None:
    """Whose secret that is; None if nobody's, or if the token is expired or revoked."""
    if _FORM.fullmatch(secret) is None:
        return None
    with acting(DOOR):
        return _recognised(desk, secret, now)


def _recognised(desk: Desk, secret: str, now: datetime) -> Token | None:
    row = desk.row(f"SELECT {_COLUMNS} FROM token WHERE hash = ?", (_hash(secret),))  # noqa: S608
    token = _token(row) if row else None
    if token is None or not token.good(now):
        return None
    if token.used is None or micros(now) - micros(token.used) > _USED_EVERY:
        desk.change("UPDATE token SET used = ? WHERE id = ?", (micros(now), token.id))
    return token


def by_id(desk: Desk, token_id: str) -> Token | None:
    """The token of that id."""
    with acting(DOOR):
        row = desk.row(f"SELECT {_COLUMNS} FROM token WHERE id = ?", (token_id,))  # noqa: S608
    return _token(row) if row else None


_COLUMNS = "id, name, roles, created, expires, revoked, used"


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _token(row: Row) -> Token:
    token_id, name, roles, *times = row
    created, expires, revoked, used = (_moment(time) for time in times)
    assert created is not None
    assert expires is not None
    return Token(token_id, name, frozenset(Role(role) for role in roles.split()), created, expires, revoked, used)


def _moment(time: int | None) -> datetime | None:
    return None if time is None else moment(time)
