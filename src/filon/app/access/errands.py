"""Errands: what somebody began and comes back to within minutes: half a sign-in, a way to the OpenID provider.

Who holds the reference may go on, once; the desk keeps its hash only, like a session's.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from filon.app.desk.acting import DOOR, acting
from filon.app.desk.file import Desk
from filon.log.leaf import micros

LIFE = timedelta(minutes=10)


def begin(desk: Desk, kind: str, body: Mapping[str, str], *, now: datetime) -> str:
    """A new errand's reference; what is over is forgotten on the way."""
    reference = secrets.token_urlsafe(32)
    with acting(DOOR), desk.changing() as connection:
        connection.execute("DELETE FROM errand WHERE until <= ?", (micros(now),))
        connection.execute(
            "INSERT INTO errand (hash, kind, body, until) VALUES (?, ?, ?, ?)",
            (_hash(reference), kind, json.dumps(dict(body)), micros(now + LIFE)),
        )
    return reference


def look(desk: Desk, kind: str, reference: str, *, now: datetime) -> Mapping[str, str] | None:
    """What an errand is about, left as it is; None if there is none, or it is over."""
    with acting(DOOR):
        row = desk.row(
            "SELECT body FROM errand WHERE hash = ? AND kind = ? AND until > ?", (_hash(reference), kind, micros(now))
        )
    return None if row is None else json.loads(row[0])


def end(desk: Desk, kind: str, reference: str, *, now: datetime) -> Mapping[str, str] | None:
    """What an errand was about; nobody ends it twice."""
    with acting(DOOR):
        about = look(desk, kind, reference, now=now)
        if about is None or not desk.change("DELETE FROM errand WHERE hash = ?", (_hash(reference),)):
            return None
    return about


def once(desk: Desk, kind: str, name: str, *, now: datetime) -> bool:
    """Whether a name is seen for the first time within the life of an errand."""
    with acting(DOOR), desk.changing() as connection:
        connection.execute("DELETE FROM errand WHERE until <= ?", (micros(now),))
        new = connection.execute(
            "INSERT INTO errand (hash, kind, body, until) VALUES (?, ?, '{}', ?) ON CONFLICT DO NOTHING",
            (_hash(f"{kind} {name}"), kind, micros(now + LIFE)),
        ).rowcount
    return bool(new)


def _hash(reference: str) -> bytes:
    return hashlib.sha256(reference.encode()).digest()
