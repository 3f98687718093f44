"""The second factor: six digits that change every half minute, from a device of the person's own; or a recovery code.

A code counts once and no older one after it. Ten recovery codes are told once, kept as hashes, used once each.

Source: RFC 6238; OWASP ASVS 5.0, 6.3.3, 6.5.1-5, 6.6.2.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

import pyotp

from filon.app.access.people import Person
from filon.app.desk.acting import DOOR, acting
from filon.app.desk.file import Desk
from filon.core.errors import WrongCallError
from filon.log.leaf import micros

STEP = 30
"""Seconds that a code is good for; the one before and the one after it count too, for clocks that differ."""
CODES = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_LENGTH = 16


def has(desk: Desk, somebody: Person) -> bool:
    """Whether they have to show a second factor."""
    with acting(DOOR):
        row = desk.row("SELECT 1 FROM factor WHERE person = ? AND confirmed IS NOT NULL", (somebody.id,))
    return row is not None


def offer(desk: Desk, somebody: Person) -> str:
    """A secret for their device, as an `otpauth:` address; the same one until they have shown a code of it.

    Raises:
        WrongCallError: they have a second factor already.
    """
    with acting(DOOR), desk.changing() as connection:
        row = connection.execute("SELECT secret, confirmed FROM factor WHERE person = ?", (somebody.id,)).fetchone()
        if row and row[1] is not None:
            raise WrongCallError("there is a second factor already; the operator can take it away")
        secret = row[0] if row else pyotp.random_base32()
        if not row:
            connection.execute("INSERT INTO factor (person, secret) VALUES (?, ?)", (somebody.id, secret))
    return pyotp.TOTP(secret).provisioning_uri(name=somebody.name, issuer_name="Filon")


def confirm(desk: Desk, somebody: Person, code: str, *, now: datetime) -> list[str]:
    """Their device showed a code: from now on it is asked for. Their recovery codes, which cannot be told again.

    Returns:
        None of them if the code is wrong.
    """
    if not _counts(desk, somebody, code, now, confirmed=False):
        return []
    told = ["".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH)) for _ in range(CODES)]
    with acting(DOOR), desk.changing() as connection:
        connection.execute("UPDATE factor SET confirmed = ? WHERE person = ?", (micros(now), somebody.id))
        connection.execute("DELETE FROM recovery WHERE person = ?", (somebody.id,))
        for one in told:
            connection.execute("INSERT INTO recovery (hash, person) VALUES (?, ?)", (_hash(one), somebody.id))
    return ["-".join(one[at : at + 4] for at in range(0, _LENGTH, 4)) for one in told]


def shown(desk: Desk, somebody: Person, code: str, *, now: datetime) -> bool:
    """Whether that is a code of their device that was not used yet, or an unused recovery code; it is used up."""
    if _counts(desk, somebody, code, now, confirmed=True):
        return True
    plain = code.strip().lower().replace("-", "").replace(" ", "")
    with acting(DOOR):
        found = desk.change("DELETE FROM recovery WHERE hash = ? AND person = ?", (_hash(plain), somebody.id))
    return bool(found)


def take_away(desk: Desk, somebody: Person) -> None:
    """They lost their device: it counts no more, nor do its recovery codes, and all their sessions end."""
    with desk.changing() as connection:
        for table in ("factor", "recovery", "session"):
            connection.execute(f"DELETE FROM {table} WHERE person = ?", (somebody.id,))  # noqa: S608 - our own words


def _counts(desk: Desk, somebody: Person, code: str, now: datetime, *, confirmed: bool) -> bool:
    """Whether a code is right and later than any that was used; its step is then used up.

    The step is written in the same breath as it is compared, so that one code shown twice at a time counts once.
    """
    plain = code.strip().replace(" ", "")
    with acting(DOOR), desk.changing() as connection:
        row = connection.execute(
            "SELECT secret, step, confirmed IS NOT NULL FROM factor WHERE person = ?", (somebody.id,)
        ).fetchone()
        if row is None or bool(row[2]) != confirmed:
            return False
        step = _step(row[0], plain, int(now.timestamp()) // STEP)
        if step is None or step <= row[1]:
            return False
        connection.execute("UPDATE factor SET step = ? WHERE person = ?", (step, somebody.id))
    return True


def _step(secret: str, code: str, now: int) -> int | None:
    totp = pyotp.TOTP(secret, interval=STEP)
    fits = [one for one in (now - 1, now, now + 1) if secrets.compare_digest(totp.generate_otp(one), code)] if (
        code.isascii() and code.isdecimal()
    ) else []  # fmt: skip
    return fits[-1] if fits else None


def _hash(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()
