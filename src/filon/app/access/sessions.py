"""Sessions: a random reference in the browser, everything else here; a new one at every sign-in.

Source: OWASP ASVS 5.0, 7.2.2-4, 7.3.1-2, 7.4.1-2.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from filon.app.access.people import Person, person
from filon.app.desk.acting import DOOR, acting
from filon.app.desk.file import Desk
from filon.log.leaf import micros

IDLE = timedelta(minutes=60)
LONGEST = timedelta(hours=12)
_USED_EVERY = 60_000_000  # microseconds: the last use is kept to the minute, not to the request


def begin(
    desk: Desk,
    of: Person,
    *,
    now: datetime,
    sid: str = "",
    random: Callable[[int], bytes] = secrets.token_bytes,
) -> str:
    """A new session's reference; what is long over is forgotten on the way.

    Args:
        sid: the OpenID provider's own session, by which it may end this one.
    """
    reference = base64.urlsafe_b64encode(random(32)).decode().rstrip("=")
    with acting(DOOR), desk.changing() as connection:
        connection.execute("DELETE FROM session WHERE created <= ?", (micros(now - LONGEST),))
        connection.execute(
            "INSERT INTO session (hash, person, created, used, sid) VALUES (?, ?, ?, ?, ?)",
            (_hash(reference), of.id, micros(now), micros(now), sid),
        )
    return reference


def whose(desk: Desk, reference: str, *, now: datetime) -> Person | None:
    """Whose session it is; None if it is nobody's, has ended, or the account is closed."""
    with acting(DOOR):
        return _whose(desk, reference, now)


def _whose(desk: Desk, reference: str, now: datetime) -> Person | None:
    row = desk.row("SELECT person, created, used FROM session WHERE hash = ?", (_hash(reference),))
    if row is None:
        return None
    somebody, created, used = row
    if created <= micros(now - LONGEST) or used <= micros(now - IDLE):
        end(desk, reference)
        return None
    found = person(desk, somebody)
    if found.disabled is not None:
        return None
    if micros(now) - used > _USED_EVERY:
        desk.change("UPDATE session SET used = ? WHERE hash = ?", (micros(now), _hash(reference)))
    return found


def end(desk: Desk, reference: str) -> None:
    """End a session; ending one that is over changes nothing."""
    with acting(DOOR):
        desk.change("DELETE FROM session WHERE hash = ?", (_hash(reference),))


def end_all(desk: Desk, issuer: str, *, subject: str = "", sid: str = "") -> int:
    """End what an OpenID provider says is over: all sessions of a person, or one; how many there were."""
    theirs = "person IN (SELECT id FROM person WHERE issuer = ? AND (? = '' OR subject = ?)) AND (? = '' OR sid = ?)"
    with acting(DOOR):
        return desk.change(f"DELETE FROM session WHERE {theirs}", (issuer, subject, subject, sid, sid))  # noqa: S608


def _hash(reference: str) -> bytes:
    return hashlib.sha256(reference.encode()).digest()
