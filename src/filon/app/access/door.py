"""The door: who comes, what they may see of a passport, and the record of what was shown beyond the public.

door = Door(desk)
reader = door.reader(session, secret)
door.show(passport, reader, way="page")     # what they may see; recorded if a stranger would have seen less
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from filon.app.access import errands, people, second, sessions
from filon.app.access.delegations import Opening, openings
from filon.app.access.openid import Client, NotBelievedError
from filon.app.access.organisations import Kind, organisation, organisations
from filon.app.access.people import Person, WrongPasswordError
from filon.app.access.reader import OPERATOR, STRANGER, Reader, Reading, seen
from filon.app.desk import acting as parts
from filon.app.desk.acting import DOOR, Part, acting
from filon.app.desk.file import Desk
from filon.app.desk.tokens import Deed, recognised
from filon.core.errors import FilonError, NotFoundError
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
        behalf: ids of the organisations that the reader acted for.
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
    behalf: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Somebody who was not let in, or not shown what they asked for.

    Args:
        what: `sign-in`, `code`, `openid`, `page` or `file`.
        who, organisation: by id; empty where nobody knows.
        about: the name that was tried, or the path.
    """

    number: int
    at: datetime
    what: str
    who: str
    organisation: str
    about: str


@dataclass(frozen=True, slots=True)
class Step:
    """How far somebody got in signing in: a session, or what they still have to show.

    Args:
        session: reference of the new session; empty = not there yet.
        errand: reference by which they go on.
        offer: `otpauth:` address, if they have to set up a second factor first.
        codes: their recovery codes, told this once.
    """

    session: str = ""
    errand: str = ""
    offer: str = ""
    codes: tuple[str, ...] = ()


class Door:
    """The door of one ledger.

    Args:
        desk: where people, grants and readings are kept.
        now: the clock.
        second: kinds of organisations whose people need a second factor.
        providers: OpenID providers by their place in our addresses.
    """

    def __init__(
        self,
        desk: Desk,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        *,
        second: Collection[Kind] = (),
        providers: Mapping[str, Client] | None = None,
    ) -> None:
        self.desk, self.now = desk, now
        self.second, self.providers = frozenset(second), dict(providers or {})

    @property
    def guarded(self) -> bool:
        """Whether anybody was invited, of whatever organisation: from then on the ledger's pages are the operator's."""
        with acting(DOOR):
            return bool(self.providers) or self.desk.row("SELECT 1 FROM person LIMIT 1") is not None

    def reader(self, session: str = "", secret: str = "") -> Reader:
        """Who comes with this session or this token: a stranger if with neither, or with one that is over."""
        if secret:
            return self._program(secret)
        somebody = sessions.whose(self.desk, session, now=self.now()) if session else None
        if somebody is None:
            return STRANGER
        with acting(DOOR):
            return Reader(somebody.id, somebody.name, organisation(self.desk, somebody.organisation))

    def owner(self, reader: Reader) -> Reader:
        """The reader; whoever comes to a ledger without accounts is its owner."""
        return reader if self.guarded else OPERATOR

    def enter(self, name: str, password: str, last: str = "") -> Step:
        """Sign in by name and password: a new session, or the second factor that is still to be shown.

        Args:
            last: session that the browser had until now; it ends.

        Raises:
            WrongPasswordError, TooManyTriesError: see `people.sign_in`.
        """
        try:
            somebody = people.sign_in(self.desk, name, password, now=self.now())
        except FilonError:
            self.refuse("sign-in", STRANGER, name.strip())
            raise
        if second.has(self.desk, somebody):
            return Step(errand=errands.begin(self.desk, "code", {"person": somebody.id}, now=self.now()))
        if somebody.kind in self.second:
            return self._enrolling(somebody)
        return Step(self._begun(somebody, last))

    def enrol(self, session: str, password: str) -> Step:
        """Set up a second factor of one's own accord, with the password once more.

        Raises:
            WrongPasswordError: not theirs, or nobody is signed in.
        """
        somebody = sessions.whose(self.desk, session, now=self.now())
        if somebody is None:
            raise WrongPasswordError("sign in first")
        return self._enrolling(people.sign_in(self.desk, somebody.name, password, now=self.now()))

    def waiting(self, errand: str) -> Step | None:
        """What somebody still has to show; None if there is no such errand, or it is over."""
        about = errands.look(self.desk, "code", errand, now=self.now())
        if about is None:
            return None
        with acting(DOOR):
            somebody = people.person(self.desk, about["person"])
        return Step(errand=errand, offer="" if second.has(self.desk, somebody) else second.offer(self.desk, somebody))

    def show_code(self, errand: str, code: str, last: str = "") -> Step:
        """Go on with a code of one's device or a recovery code.

        Raises:
            WrongPasswordError: it is wrong or was used, or the sign-in began too long ago.
            TooManyTriesError: too many wrong ones.
        """
        about = errands.look(self.desk, "code", errand, now=self.now())
        if about is None:
            raise WrongPasswordError("this sign-in began too long ago; begin again")
        with acting(DOOR):
            somebody = people.person(self.desk, about["person"])
        counted = f"code {somebody.id}"  # not forgotten by the next right password
        people.tried(self.desk, counted, self.now())
        codes: Sequence[str] = ()
        if second.has(self.desk, somebody):
            fine = second.shown(self.desk, somebody, code, now=self.now())
        else:
            codes = second.confirm(self.desk, somebody, code, now=self.now())
            fine = bool(codes)
        if not fine or somebody.disabled or not errands.end(self.desk, "code", errand, now=self.now()):
            self.refuse("code", STRANGER, somebody.name)
            raise WrongPasswordError("this code is wrong, or was used already")
        people.forget_tries(self.desk, counted)
        return Step(self._begun(somebody, last), codes=tuple(codes))

    def come_back(self, provider: str, told: Mapping[str, str], state: str, last: str = "") -> tuple[str, str]:
        """A session for whoever an OpenID provider says comes, and the page that they had asked for.

        Raises:
            NotBelievedError: what came back is not to be believed, or makes them nobody of ours.
        """
        client = self.client(provider)
        try:
            claims, then = client.back(self.desk, told, state)
            named = client.provider.organisation(claims)
            if named is None:
                raise NotBelievedError("the provider says nothing that makes you one of us; ask the operator")
            called = str(claims.get("preferred_username") or claims.get("name") or claims["sub"])
            with acting(DOOR):
                of = next((one for one in organisations(self.desk) if one.name == named), None)
            if of is None:
                raise NotBelievedError("the organisation that the provider makes you of is not entered here")
            somebody = people.from_provider(
                self.desk, client.provider.issuer, claims["sub"], called, of, now=self.now()
            )
        except FilonError as error:
            self.refuse("openid", STRANGER, f"{provider}: {error.detail}")
            raise
        return self._begun(somebody, last, sid=str(claims.get("sid", ""))), then

    def sign_out_all(self, provider: str, token: str) -> int:
        """Sessions end because the provider says so; how many.

        Raises:
            NotBelievedError: it is no logout token of the provider for us.
        """
        client = self.client(provider)
        subject, sid = client.ended(self.desk, token)
        return sessions.end_all(self.desk, client.provider.issuer, subject=subject, sid=sid)

    def client(self, provider: str) -> Client:
        """What we are to a provider.

        Raises:
            NotFoundError: there is no such one.
        """
        found = self.providers.get(provider)
        if found is None:
            raise NotFoundError("there is no such page")
        return found

    def accept(self, code: str, password: str) -> Person:
        """Turn an invitation into an account."""
        return people.welcome(self.desk, code, password, now=self.now())

    def leave(self, session: str) -> None:
        """Sign out."""
        sessions.end(self.desk, session)

    def opens(self, reader: Reader, battery: str) -> bool:
        """Whether a grant of theirs is good for a battery now."""
        return any(one.covers(battery) for one in self._given(reader))

    def show(self, passport: Passport, reader: Reader, *, way: str) -> Passport:
        """What the reader may see; what is beyond the public is recorded before it is shown.

        Raises:
            NotForDownloadError: asked for as JSON or a file by somebody who may only read it.
        """
        reading = seen(passport, reader, self._given(reader))
        if way != "page" and not reading.download:
            self.refuse("file", reader, passport.identifier)
            raise NotForDownloadError("the grant lets you read this on the page, not take it along; ask the operator")
        if reading.beyond:
            self._record(passport, reader, reading, way)
        return reading.passport

    def readings(self, battery: str = "", limit: int = 1000) -> list[Read]:
        """Restricted readings, the last ones first: of one battery, or of all."""
        where, values = ("WHERE battery = ?", [battery]) if battery else ("", [])
        sql = f"""SELECT number, at, organisation, who, battery, version, way, points, grants, behalf
            FROM reading {where} ORDER BY number DESC LIMIT ?"""  # noqa: S608 - only our own words
        with acting(parts.OPERATOR):
            rows = self.desk.rows(sql, [*values, limit])
        return [
            Read(number, moment(at), of, who, named, version, way, *(tuple(json.loads(one)) for one in lists))
            for number, at, of, who, named, version, way, *lists in rows
        ]

    def refuse(self, what: str, reader: Reader, about: str) -> None:
        """Record that somebody was refused.

        Source: OWASP ASVS 5.0, 16.3.1-2.
        """
        of = reader.organisation.id if reader.organisation else ""
        told = "".join(letter if letter.isprintable() else "?" for letter in about[:200])
        with acting(DOOR):
            self.desk.change(
                "INSERT INTO refusal (at, what, who, organisation, about) VALUES (?, ?, ?, ?, ?)",
                (micros(self.now()), what, reader.who, of, told),
            )

    def refusals(self, limit: int = 1000) -> list[Refusal]:
        """Who was refused what, the last first."""
        sql = "SELECT number, at, what, who, organisation, about FROM refusal ORDER BY number DESC LIMIT ?"
        with acting(parts.OPERATOR):
            return [Refusal(number, moment(at), *rest) for number, at, *rest in self.desk.rows(sql, [limit])]

    def _begun(self, somebody: Person, last: str, sid: str = "") -> str:
        if last:
            sessions.end(self.desk, last)
        return sessions.begin(self.desk, somebody, now=self.now(), sid=sid)

    def _enrolling(self, somebody: Person) -> Step:
        errand = errands.begin(self.desk, "code", {"person": somebody.id}, now=self.now())
        return Step(errand=errand, offer=second.offer(self.desk, somebody))

    def _given(self, reader: Reader) -> list[Opening]:
        if reader.organisation is None or reader.operator:
            return []
        return openings(self.desk, reader.organisation, now=self.now())

    def _program(self, secret: str) -> Reader:
        token = recognised(self.desk, secret, now=self.now())
        if token is None or not token.may(Deed.READ_PASSPORTS):
            return STRANGER
        with acting(DOOR):
            row = self.desk.row("SELECT organisation FROM token WHERE id = ?", (token.id,))
            if row is None or not row[0]:
                return STRANGER
            return Reader(token.id, token.name, organisation(self.desk, row[0]))

    def _record(self, passport: Passport, reader: Reader, reading: Reading, way: str) -> None:
        assert reader.organisation is not None
        with acting(Part("organisation", reader.organisation.id)):
            self.desk.change(
                """INSERT INTO reading (at, organisation, who, battery, version, size, way, points, grants, behalf)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                (micros(self.now()), reader.organisation.id, reader.who, passport.identifier, passport.version,
                 passport.size, way, *(json.dumps(one) for one in (reading.beyond, reading.grants, reading.behalf))),
            )  # fmt: skip
