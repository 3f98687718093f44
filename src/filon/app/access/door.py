"""The door: who comes, what they may see of a passport, and the record of what was shown beyond the public.

door = Door(desk)
reader = door.reader(session, secret)
door.show(passport, reader, way="page")     # what they may see; recorded if a stranger would have seen less
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from filon.app.access import sessions
from filon.app.access.grants import Grant, grants
from filon.app.access.organisations import organisation
from filon.app.access.people import Person, sign_in, welcome
from filon.app.access.reader import OPERATOR, STRANGER, Reader, Reading, seen
from filon.app.desk.file import Desk
from filon.app.desk.tokens import Deed, recognised
from filon.core.errors import FilonError
from filon.log.leaf import micros, moment
from filon.passport.passport import Passport


class NotForDownloadError(FilonError):
    """What the grant shows may be read, not taken along."""

    status = 403
    title = "Not for download"


@dataclass(frozen=True, slots=True)
class Read:
    """One restricted reading, as recorded.

    Args:
        organisation, who: by id.
        way: `page`, `json` or `file`.
        points: codes of what was shown beyond the public part.
        grants: ids of those that opened it.
    """

    number: int
    at: datetime
    organisation: str
    who: str
    battery: str
    version: int
    way: str
    points: tuple[str, ...]
    grants: tuple[str, ...]


class Door:
    """The door of one ledger.

    Args:
        desk: where people, grants and readings are kept.
        now: the clock.
    """

    def __init__(self, desk: Desk, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.desk, self.now = desk, now

    @property
    def guarded(self) -> bool:
        """Whether anybody was invited, of whatever organisation: from then on the ledger's pages are the operator's."""
        return self.desk.row("SELECT 1 FROM person LIMIT 1") is not None

    def reader(self, session: str = "", secret: str = "") -> Reader:
        """Who comes with this session or this token: a stranger if with neither, or with one that is over."""
        if secret:
            return self._program(secret)
        somebody = sessions.whose(self.desk, session, now=self.now()) if session else None
        if somebody is None:
            return STRANGER
        return Reader(somebody.id, somebody.name, organisation(self.desk, somebody.organisation))

    def owner(self, reader: Reader) -> Reader:
        """The reader; whoever comes to a ledger without accounts is its owner."""
        return reader if self.guarded else OPERATOR

    def enter(self, name: str, password: str, last: str = "") -> str:
        """Sign in: the reference of a new session.

        Args:
            last: session that the browser had until now; it ends.

        Raises:
            WrongPasswordError, TooManyTriesError: see `people.sign_in`.
        """
        somebody = sign_in(self.desk, name, password, now=self.now())
        if last:
            sessions.end(self.desk, last)
        return sessions.begin(self.desk, somebody, now=self.now())

    def accept(self, code: str, password: str) -> Person:
        """Turn an invitation into an account."""
        return welcome(self.desk, code, password, now=self.now())

    def leave(self, session: str) -> None:
        """Sign out."""
        sessions.end(self.desk, session)

    def opens(self, reader: Reader, battery: str) -> bool:
        """Whether a grant of theirs is good for a battery now."""
        now = self.now()
        return any(one.good(now) and one.covers(battery) for one in self._given(reader))

    def show(self, passport: Passport, reader: Reader, *, way: str) -> Passport:
        """What the reader may see; what is beyond the public is recorded before it is shown.

        Raises:
            NotForDownloadError: asked for as JSON or a file by somebody who may only read it.
        """
        now = self.now()
        reading = seen(passport, reader, self._given(reader), now)
        if way != "page" and not reading.download:
            raise NotForDownloadError("the grant lets you read this on the page, not take it along; ask the operator")
        if reading.beyond:
            self._record(passport, reader, reading, way, now)
        return reading.passport

    def readings(self, battery: str = "", limit: int = 1000) -> list[Read]:
        """Restricted readings, the last ones first: of one battery, or of all."""
        where, values = ("WHERE battery = ?", [battery]) if battery else ("", [])
        sql = f"""SELECT number, at, organisation, who, battery, version, way, points, grants FROM reading {where}
            ORDER BY number DESC LIMIT ?"""  # noqa: S608 - only our own words
        return [
            Read(number, moment(at), of, who, named, version, way, tuple(json.loads(points)), tuple(json.loads(given)))
            for number, at, of, who, named, version, way, points, given in self.desk.rows(sql, [*values, limit])
        ]

    def _given(self, reader: Reader) -> list[Grant]:
        return grants(self.desk, reader.organisation.id) if reader.organisation and not reader.operator else []

    def _program(self, secret: str) -> Reader:
        token = recognised(self.desk, secret, now=self.now())
        row = self.desk.row("SELECT organisation FROM token WHERE id = ?", (token.id,)) if token else None
        if token is None or row is None or not row[0] or not token.may(Deed.READ_PASSPORTS):
            return STRANGER
        return Reader(token.id, token.name, organisation(self.desk, row[0]))

    def _record(self, passport: Passport, reader: Reader, reading: Reading, way: str, now: datetime) -> None:
        assert reader.organisation is not None
        self.desk.change(
            """INSERT INTO reading (at, organisation, who, battery, version, size, way, points, grants)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            (micros(now), reader.organisation.id, reader.who, passport.identifier, passport.version, passport.size, way,
             json.dumps(list(reading.beyond)), json.dumps(list(reading.grants))),
        )  # fmt: skip
