"""People: who may come in, by invitation; a password of their own, kept as an Argon2id hash.

An invitation is single-use and short-lived; whoever holds it chooses the password. Nobody has a password that
somebody else chose, and there is no account before somebody made one.

Source: OWASP ASVS 5.0, 6.2.1-12, 6.3.2, 6.4.1, 11.4.2; security reference, section 1.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from filon.app.access import passwords
from filon.app.access.organisations import Kind, Organisation, organisation
from filon.app.desk.acting import DOOR, acting
from filon.app.desk.file import Desk, Row
from filon.core.errors import ConflictError, FilonError, NotFoundError, WrongCallError
from filon.log.leaf import micros, moment

INVITED = timedelta(days=3)
PATIENCE = timedelta(minutes=15)
"""After `TRIES` wrong passwords within this time a login is put off; it is never locked for good."""
TRIES = 10
_NAME = 200


class WrongPasswordError(FilonError):
    """Name and password do not belong together, or the account is closed: always the same words."""

    status = 401
    title = "Not signed in"


class TooManyTriesError(FilonError):
    """So many wrong passwords that the next try has to wait."""

    status = 429
    title = "Too many tries"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of an organisation.

    Args:
        id: eight characters; what sessions and readings name.
        name: what they sign in with.
        disabled: since when the account is closed; None = open.
        ready: they have chosen a password.
    """

    id: str
    name: str
    organisation: str
    kind: Kind
    disabled: datetime | None = None
    ready: bool = False


def invite(
    desk: Desk,
    name: str,
    of: Organisation,
    *,
    now: datetime,
    random: Callable[[int], bytes] = secrets.token_bytes,
) -> tuple[Person, str]:
    """Enter a person, or invite one again; the invitation is told once.

    Raises:
        WrongCallError: the name is empty or not printable.
        ConflictError: the name is one of another organisation, or of a closed account.
    """
    name = name.strip()
    if not name or len(name) > _NAME or not name.isprintable():
        raise WrongCallError("a person needs a name of printable characters to sign in with")
    code = base64.urlsafe_b64encode(random(32)).decode().rstrip("=")
    until = micros(now + INVITED)
    with desk.changing() as connection:
        known = "SELECT id, organisation, disabled, issuer FROM person WHERE name = ?"
        row = connection.execute(known, (name,)).fetchone()
        if row and row[1] != of.id:
            raise ConflictError(f"{name!r} signs in for another organisation already")
        if row and row[3]:
            raise ConflictError(f"{name!r} signs in by their OpenID provider and needs no invitation")
        if row and row[2] is not None:
            raise ConflictError(f"the account of {name!r} is closed for good; invite them under another name")
        if row:
            connection.execute(
                "UPDATE person SET invitation = ?, invited = ? WHERE id = ?", (_hash(code), until, row[0])
            )
        else:
            connection.execute(
                "INSERT INTO person (id, name, organisation, invitation, invited, created) VALUES (?, ?, ?, ?, ?, ?)",
                (random(4).hex(), name, of.id, _hash(code), until, micros(now)),
            )
    return person(desk, name), code


def welcome(desk: Desk, code: str, password: str, *, now: datetime) -> Person:
    """Turn an invitation into an account: the password is set, all earlier sessions end, the invitation is used up.

    Raises:
        WrongPasswordError: no such invitation, or it is used or too old.
        WrongCallError: the password is too short, too long, or easily guessed.
    """
    with acting(DOOR):
        return _welcome(desk, code, password, now)


def _welcome(desk: Desk, code: str, password: str, now: datetime) -> Person:
    row = desk.row(f"SELECT {_COLUMNS} FROM {_FROM} WHERE invitation = ? AND invited > ?", (_hash(code), micros(now)))  # noqa: S608
    if row is None:
        raise WrongPasswordError("this invitation is used, too old, or none of ours; ask for a new one")
    somebody = _person(row)
    passwords.fit(password, (somebody.name, organisation(desk, somebody.organisation).name))
    hashed = passwords.hashed(password)
    with desk.changing() as connection:
        used = connection.execute(
            "UPDATE person SET password = ?, invitation = NULL WHERE id = ? AND invitation = ?",
            (hashed, somebody.id, _hash(code)),
        ).rowcount
        if not used:  # somebody else was quicker with the same invitation
            raise WrongPasswordError("this invitation is used, too old, or none of ours; ask for a new one")
        connection.execute("DELETE FROM session WHERE person = ?", (somebody.id,))
    return person(desk, somebody.name)


def from_provider(
    desk: Desk,
    issuer: str,
    subject: str,
    name: str,
    of: Organisation,
    *,
    now: datetime,
    random: Callable[[int], bytes] = secrets.token_bytes,
) -> Person:
    """The person whom an OpenID provider calls so: entered when they first come, of the organisation that it says.

    They are known by issuer and subject, never by a name; a name that somebody else has gets the subject behind it.

    Raises:
        WrongPasswordError: the account is closed here.

    Source: OWASP ASVS 5.0, 6.8.1.
    """
    with acting(DOOR), desk.changing() as connection:
        known = "SELECT id, organisation, disabled FROM person WHERE issuer = ? AND subject = ?"
        row = connection.execute(known, (issuer, subject)).fetchone()
        if row is None:
            number, plain = random(4).hex(), _plain(name) or subject[:_NAME]
            if connection.execute("SELECT 1 FROM person WHERE name = ?", (plain,)).fetchone():
                plain = f"{plain[: _NAME // 2]} ({number})"
            connection.execute(
                "INSERT INTO person (id, name, organisation, created, issuer, subject) VALUES (?, ?, ?, ?, ?, ?)",
                (number, plain, of.id, micros(now), issuer, subject),
            )
            return person(desk, number)
        number, before, disabled = row
        if disabled is not None:
            raise WrongPasswordError("this account is closed")
        if before != of.id:  # what they may do follows the provider's word at once
            connection.execute("UPDATE person SET organisation = ? WHERE id = ?", (of.id, number))
            connection.execute("DELETE FROM session WHERE person = ?", (number,))
    with acting(DOOR):
        return person(desk, number)


def _plain(name: str) -> str:
    return "".join(letter for letter in name if letter.isprintable()).strip()[:_NAME]


def sign_in(desk: Desk, name: str, password: str, *, now: datetime) -> Person:
    """The person whose name and password these are.

    Raises:
        WrongPasswordError: they are nobody's.
        TooManyTriesError: too many wrong ones for this name lately.
    """
    with acting(DOOR):
        return _sign_in(desk, name.strip()[:_NAME], password, now)


def _sign_in(desk: Desk, name: str, password: str, now: datetime) -> Person:
    tried(desk, name, now)
    row = desk.row(f"SELECT {_COLUMNS} FROM {_FROM} WHERE person.name = ?", (name,))  # noqa: S608
    kept = desk.row("SELECT password FROM person WHERE name = ?", (name,))
    hashed = kept[0] if kept and kept[0] else passwords.NOBODY
    right = passwords.right(hashed, password)
    if row is None or not right or hashed == passwords.NOBODY or _person(row).disabled:
        raise WrongPasswordError("name and password do not belong together")
    if passwords.stale(hashed):
        desk.change("UPDATE person SET password = ? WHERE id = ?", (passwords.hashed(password), row[0]))
    desk.change("DELETE FROM attempt WHERE name = ?", (name,))
    return _person(row)


def tried(desk: Desk, name: str, now: datetime, *, most: int = TRIES) -> None:
    """Count a try before its password is looked at: a hundred at the same moment are a hundred tries.

    Raises:
        TooManyTriesError: enough within the last quarter of an hour.
    """
    with acting(DOOR), desk.changing() as connection:
        connection.execute("DELETE FROM attempt WHERE at <= ?", (micros(now - PATIENCE),))
        (wrong,) = connection.execute("SELECT count(*) FROM attempt WHERE name = ?", (name,)).fetchone()
        if wrong >= most:
            raise TooManyTriesError("too many wrong passwords for this name; try again in a quarter of an hour")
        connection.execute("INSERT INTO attempt (name, at) VALUES (?, ?)", (name, micros(now)))


def forget_tries(desk: Desk, name: str) -> None:
    """It was right at last."""
    with acting(DOOR):
        desk.change("DELETE FROM attempt WHERE name = ?", (name,))


def disable(desk: Desk, name: str, *, now: datetime) -> Person:
    """Close an account; all its sessions end at once.

    Raises:
        NotFoundError: no such person.
    """
    somebody = person(desk, name)
    with desk.changing() as connection:
        connection.execute(
            "UPDATE person SET disabled = coalesce(disabled, ?) WHERE id = ?", (micros(now), somebody.id)
        )
        connection.execute("UPDATE person SET invitation = NULL WHERE id = ?", (somebody.id,))
        connection.execute("DELETE FROM session WHERE person = ?", (somebody.id,))
    return person(desk, name)


def people(desk: Desk) -> list[Person]:
    """Everybody, by organisation and name."""
    rows = desk.rows(f"SELECT {_COLUMNS} FROM {_FROM} ORDER BY organisation.name, person.name")  # noqa: S608
    return [_person(row) for row in rows]


def person(desk: Desk, name: str) -> Person:
    """The one of that id or name.

    Raises:
        NotFoundError: none.
    """
    where = "person.id = ? OR person.name = ? ORDER BY person.id = ? DESC"  # an id is never somebody else's name
    row = desk.row(f"SELECT {_COLUMNS} FROM {_FROM} WHERE {where}", (name, name, name))  # noqa: S608
    if row is None:
        raise NotFoundError(f"there is no person {name!r}; `filon person list` shows them")
    return _person(row)


_FROM = "person JOIN organisation ON organisation.id = person.organisation"
_COLUMNS = "person.id, person.name, organisation.id, organisation.kind, person.disabled, person.password IS NOT NULL"


def _person(row: Row) -> Person:
    number, name, of, kind, disabled, ready = row
    return Person(number, name, of, Kind(kind), None if disabled is None else moment(disabled), bool(ready))


def _hash(code: str) -> bytes:
    return hashlib.sha256(code.strip().encode()).digest()
