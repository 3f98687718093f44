"""Access tokens for the PACT interface: OAuth 2 client credentials over the desk's API tokens.

The client is a token of role `partner` (`filon token create NAME --role partner`): its id is the client id, its secret
the client secret. An access token is good for an hour, signed by the desk, and dies with the token behind it.

Source: RFC 6749, 2.3.1 and 4.4; PACT Data Exchange 3.0.3, authentication.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime, timedelta
from urllib.parse import unquote_plus

from filon.app.desk import tokens
from filon.app.desk.file import Desk
from filon.app.desk.tokens import Deed, Token
from filon.core.errors import FilonError
from filon.log.leaf import micros

LIFE = timedelta(hours=1)


class AccessDeniedError(FilonError):
    """No access token, or one of nobody."""

    status = 403
    title = "Access denied"


class BadTokenError(AccessDeniedError):
    """An access token that was never given."""

    status = 401


class TokenExpiredError(BadTokenError):
    """An access token whose hour is over."""

    title = "The access token has expired"


def client(desk: Desk, header: str, *, now: datetime) -> Token | None:
    """Whose Basic credentials these are; None if nobody's, or of somebody who may not exchange footprints."""
    scheme, _, coded = header.partition(" ")
    try:
        text = base64.b64decode(coded, validate=True).decode() if scheme.lower() == "basic" else ""
    except ValueError:
        return None
    name, _, secret = text.partition(":")
    token = tokens.recognised(desk, unquote_plus(secret), now=now)
    if token is None or not hmac.compare_digest(token.id.encode(), unquote_plus(name).encode()):
        return None
    return token if token.may(Deed.EXCHANGE_FOOTPRINTS) else None


def granted(desk: Desk, token: Token, *, now: datetime) -> str:
    """An access token for a client."""
    said = {"id": token.id, "until": micros(now + LIFE)}
    body = base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")
    return f"{body}.{_seal(desk, body)}"


def partner(desk: Desk, header: str, *, now: datetime) -> Token:
    """Who presents an access token.

    Raises:
        BadTokenError: none, a forged one, or one of a token that was revoked.
        TokenExpiredError: its hour is over.
    """
    scheme, _, text = header.partition(" ")
    body, _, seal = text.strip().partition(".")
    if scheme.lower() != "bearer" or not hmac.compare_digest(seal.encode(), _seal(desk, body).encode()):
        raise BadTokenError("present an access token of this host's /auth/token")
    said = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    if said["until"] <= micros(now):
        raise TokenExpiredError("ask for a new access token")
    token = tokens.by_id(desk, said["id"])
    if token is None or not token.good(now) or not token.may(Deed.EXCHANGE_FOOTPRINTS):
        raise BadTokenError("the client was revoked")
    return token


def _seal(desk: Desk, body: str) -> str:
    mark = hmac.new(desk.secret("pact access"), body.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mark).decode().rstrip("=")
