"""Passport data handed in by a program or by a form: whose token it is, then captured like any file.

data = PassportData(ledger, desk, now=clock)
data.submit(body, secret)        # an Outcome: taken, known or refused with its findings
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime

import orjson

from filon.app import capture
from filon.app.capture import ALL_WARNINGS, File, Outcome
from filon.app.desk.file import Desk
from filon.app.desk.tokens import Deed, Token, recognised
from filon.app.ledger import Ledger
from filon.core.errors import FilonError, TooLargeError, WrongCallError
from filon.exchange.points import is_json
from filon.exchange.points.read import parsed
from filon.passport.point import by_code

BODY = 4 * 1024 * 1024
"""Bytes of one submission."""


class TokenNeededError(FilonError):
    """No good token came with the call."""

    status = 401
    title = "A token is needed"


class NotAllowedError(FilonError):
    """The token's roles do not allow it."""

    status = 403
    title = "Not allowed"


class PassportData:
    """Where passport data come in over HTTP.

    Args:
        desk: where tokens are kept.
        now: the clock.
    """

    def __init__(self, ledger: Ledger, desk: Desk, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.ledger, self.desk, self.now = ledger, desk, now

    def submit(self, body: bytes, secret: str) -> Outcome:
        """Take a JSON document of statements and deeds, wholly or not at all; the same twice changes nothing.

        Raises:
            TokenNeededError, NotAllowedError: no good token, or one that may not hand in.
            TooLargeError: more bytes than allowed. WrongCallError: it is no such document.
        """
        token = self.token(secret)
        if len(body) > BODY:
            raise TooLargeError(f"passport data have at most {BODY} bytes; send them in parts")
        if not is_json(body):
            raise WrongCallError('passport data are a JSON object with "filonPoints": "1"; see docs/passport.md')
        return self.take(body, token)

    def take(self, body: bytes, token: Token) -> Outcome:
        """Take such a document on behalf of a token that may hand in."""
        name = f"points-{hashlib.sha256(body).hexdigest()[:12]}.json"
        return capture.take(self.ledger, File(name, body), now=self.now, submitter=token.name, accept=ALL_WARNINGS)

    def fill(self, subject: str, since: str, fields: Mapping[str, str], secret: str, *, plant: str = "") -> Outcome:
        """Take what a person typed into the form: {point code: text}, empty ones left out, list items by line."""
        said = {code: _typed(code, text) for code, text in fields.items() if text.strip() and code in by_code()}
        statement = {"subject": subject, "plant": plant, "at": f"{since}T00:00:00Z", "points": said}
        body = {"filonPoints": "1", "statements": [statement] if said else []}
        return self.submit(orjson.dumps(body, option=orjson.OPT_SORT_KEYS), secret)

    def token(self, secret: str) -> Token:
        """The token of a secret.

        Raises:
            TokenNeededError, NotAllowedError: no good token, or one that may not hand in.
        """
        token = recognised(self.desk, secret.strip(), now=self.now())
        if token is None:
            raise TokenNeededError("send a token of this ledger; `filon token create` makes one")
        if not token.may(Deed.CAPTURE):
            raise NotAllowedError("this token may not hand in; it needs the role submitter")
        return token


def deed_data(
    kind: str,
    batteries: Sequence[str],
    day: str,
    *,
    now: datetime,
    into: Sequence[str] = (),
    operator: str = "",
    reason: str = "",
) -> bytes:
    """A deed of batteries' lives as passport data: at this moment, or at noon of another day than today.

    So what is done one after the other today also counts in that order.

    Args:
        day: as 2027-02-18; empty = today.

    Raises:
        WrongCallError: no such day.
    """
    try:
        asked = date.fromisoformat(day) if day else now.date()
        at = now.isoformat() if asked == now.date() else f"{asked.isoformat()}T12:00:00Z"
    except ValueError as error:
        raise WrongCallError(f"{day!r} is no day; write it as 2027-02-18") from error
    said = {"deed": kind, "of": list(batteries), "into": list(into), "operator": operator, "reason": reason, "at": at}
    return orjson.dumps({"filonPoints": "1", "deeds": [{name: value for name, value in said.items() if value}]})


def _typed(code: str, text: str) -> object:
    point = by_code()[code]
    if point.many:
        return [parsed(point, line) for line in text.splitlines() if line.strip()]
    return parsed(point, text)
