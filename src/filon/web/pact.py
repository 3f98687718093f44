"""The PACT interface over HTTP: tokens, footprints, events; the standard's answers and its error shape.

Only over TLS: a call that came in plain gets no answer that is of any use. Partners see what was issued to them.

Source: PACT Data Exchange 3.0.3, API; RFC 6749, 4.4 and 5; OpenID Connect Discovery 1.0, 4.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any, cast
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from filon.app.desk.tokens import Token
from filon.app.pact import access
from filon.app.pact.access import AccessDeniedError, TokenExpiredError
from filon.app.pact.office import Office
from filon.core.errors import FilonError, NotFoundError, TooLargeError, WrongCallError
from filon.exchange.pact.letter import MEDIA_TYPE
from filon.exchange.pact.search import Wanted

BODY = 8 * 1024 * 1024
"""Bytes of an event."""
PAGE, MOST = 100, 1_000
AFTER = "x-filon-after"
"""Parameter of our own: footprints issued after that one."""
_DIGITS = 9
"""Nobody lists a thousand million."""
_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}

_CODES = {400: "BadRequest", 401: "AccessDenied", 403: "AccessDenied", 404: "NotFound", 501: "NotImplemented"}


class PlainHttpError(AccessDeniedError):
    """Somebody calls without TLS; credentials sent so are known to others already."""


class _Route(APIRoute):
    """A path of the interface: TLS or nothing, and errors as the standard writes them."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            if request.url.scheme != "https":
                return _problem(PlainHttpError("call this interface over https"))
            try:
                return await inner(request)
            except FilonError as error:
                return _problem(error)
            except Exception:  # noqa: BLE001 - a partner is told in the standard's shape, whatever it was
                _log.exception("unforeseen error at %s", request.url.path)
                return _told(500, "InternalError", "something went wrong here; it is logged")

        return handle


_log = logging.getLogger(__name__)
pact = APIRouter(route_class=_Route)


def _office(request: Request) -> Office:
    found = getattr(request.app.state, "office", None)
    if found is None:
        raise NotFoundError("this ledger exchanges no footprints: name the company (FILON_COMPANY) and serve over TLS")
    return cast(Office, found)


def _problem(error: FilonError) -> Response:
    if error.status >= 500:  # noqa: PLR2004 - HTTP
        return _told(error.status, "InternalError", error.detail)
    code = "TokenExpired" if isinstance(error, TokenExpiredError) else _CODES.get(error.status, "BadRequest")
    return _told(error.status, code, error.detail)


def _told(status: int, code: str, message: str) -> Response:
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}  # noqa: PLR2004 - HTTP
    return JSONResponse({"code": code, "message": message}, status_code=status, headers=headers)


def _partner(request: Request) -> Token:
    office = _office(request)
    return access.partner(office.desk, request.headers.get("authorization", ""), now=office.now())


@pact.get("/.well-known/openid-configuration")
def discovery(request: Request) -> Response:
    """Where tokens are given."""
    root = str(request.base_url).rstrip("/")
    _office(request)
    said = {
        "issuer": root, "token_endpoint": f"{root}/auth/token", "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic"], "response_types_supported": ["token"],
    }  # fmt: skip
    return JSONResponse(said)


@pact.post("/auth/token")
async def token(request: Request) -> Response:
    """An access token for a client's credentials.

    Source: RFC 6749, 4.4.2, 5.1 and 5.2.
    """
    office = _office(request)
    form = dict(parse_qsl((await _body(request)).decode("utf-8", "replace")))
    if form.get("grant_type") != "client_credentials":
        return _oauth("unsupported_grant_type", "grant_type is client_credentials", 400)
    header = request.headers.get("authorization", "")
    client = await run_in_threadpool(access.client, office.desk, header, now=office.now())
    if client is None:
        return _oauth("invalid_client", "the client is not known, or its secret is wrong", 401)
    given = access.granted(office.desk, client, now=office.now())
    seconds = int(access.LIFE / timedelta(seconds=1))
    return JSONResponse({"access_token": given, "token_type": "Bearer", "expires_in": seconds}, headers=_NO_STORE)


def _oauth(error: str, told: str, status: int) -> Response:
    headers = _NO_STORE | ({"WWW-Authenticate": "Basic"} if status == 401 else {})  # noqa: PLR2004 - HTTP
    return JSONResponse({"error": error, "error_description": told}, status_code=status, headers=headers)


@pact.api_route("/3/footprints", methods=["GET", "HEAD"])
def footprints(request: Request) -> Response:
    """The footprints that fit, a page at a time."""
    partner, office = _partner(request), _office(request)
    query = request.query_params
    wanted = Wanted.of({name: query.getlist(name) for name in query})
    limit = _number("limit", query.get("limit"), PAGE)
    size = min(limit, MOST)
    found = office.shelf.find(wanted, partner.id, after=_number(AFTER, query.get(AFTER), 0))
    listed = [one for one, _ in zip(found, range(size + 1), strict=False)]
    page = listed[:size]
    answer = JSONResponse({"data": [one.body for one in page]})
    if page and len(listed) > size:
        answer.headers["Link"] = f'<{_next(request, page[-1].number)}>; rel="next"'
    return answer


def _number(name: str, text: str | None, otherwise: int) -> int:
    if not text:
        return otherwise
    if not (text.isascii() and text.isdecimal()):
        raise WrongCallError(f"{name} is a whole number, 0 or more")
    return int(text) if len(text) <= _DIGITS else 10**_DIGITS


def _next(request: Request, after: int) -> str:
    """The same question from there on, at the host that was asked; good for as long as footprints are kept."""
    pairs = [(name, value) for name, value in request.query_params.multi_items() if name != AFTER]
    return f"{str(request.base_url).rstrip('/')}/3/footprints?{urlencode([*pairs, (AFTER, after)])}"


@pact.api_route("/3/footprints/{footprint_id}", methods=["GET", "HEAD"])
def footprint(request: Request, footprint_id: str) -> Response:
    """One footprint."""
    partner = _partner(request)
    return JSONResponse({"data": _office(request).shelf.get(footprint_id, partner.id).body})


@pact.post("/3/events")
async def events(request: Request) -> Response:
    """A letter, kept; it is dealt with in its turn."""
    partner, office = await run_in_threadpool(_partner, request), _office(request)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in {MEDIA_TYPE, "application/json"}:
        raise WrongCallError(f"an event is {MEDIA_TYPE}")
    try:
        said = json.loads(await _body(request))
    except (ValueError, RecursionError) as error:
        raise WrongCallError("the body is no JSON") from error
    await run_in_threadpool(office.mail.receive, said, partner.id)
    return Response(status_code=200)


_EVERY = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


@pact.api_route("/3/footprints", methods=_EVERY[2:])
@pact.api_route("/3/footprints/{footprint_id}", methods=_EVERY[2:])
@pact.api_route("/3/events", methods=[one for one in _EVERY if one != "POST"])
def not_implemented(request: Request) -> Response:
    """What the standard knows no such action for."""
    _partner(request)
    return _told(501, "NotImplemented", f"{request.method} is not implemented here")


@pact.api_route("/3", methods=_EVERY)
@pact.api_route("/3/{rest:path}", methods=_EVERY)
def nothing(request: Request) -> Response:
    """No such path; told as the standard tells errors, and never by a redirection."""
    _partner(request)
    raise NotFoundError(f"there is no {request.url.path}")


async def _body(request: Request) -> bytes:
    taken = bytearray()
    async for piece in request.stream():
        taken += piece
        if len(taken) > BODY:
            raise TooLargeError(f"a body is {BODY} bytes at most")
    return bytes(taken)
