"""The door of the web: signing in and out, who may see which page, and passports as grants show them.

As soon as the operator has people, the ledger's own pages are theirs alone; a stranger keeps what is public. The
session travels in a cookie that scripts cannot read; a change is only taken from our own pages.

Source: OWASP ASVS 5.0, 3.3.1-4, 3.5.1-3, 7.2.4, 8.2.1-2; security reference, section 1.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated
from urllib.parse import parse_qsl, quote

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from filon.app.access.door import Door
from filon.app.access.people import TooManyTriesError, WrongPasswordError
from filon.app.access.reader import Reader
from filon.app.access.readings import granted, grants_of, read_list
from filon.app.passport_pages import PassportPages
from filon.core.errors import FilonError, NotFoundError, TooLargeError, WrongCallError
from filon.core.ident import sgtin
from filon.passport.passport import READABLE, Passport, State
from filon.views.build.sight import battery_path
from filon.web.pages import query
from filon.web.reply import json_of, page, problem, wants_json

PUBLIC = re.compile(
    r"/(?:01|i|qr|evidence|history|granted|granted\.json|static|dpp|v1|status|\.well-known|tile|witness|epcis|3|auth)(?:/.*)?"
    r"|/(?:healthz|readyz|sign-in|sign-out|welcome|verify|checkpoint|passports/data|passports/form/.*)"
)
"""What a stranger may reach; programs that need a token are asked for it behind these doors."""

BODY = 8192
"""Bytes of a form of ours."""
_LOCAL = re.compile(r"/(?![/\\])[ -\[\]-~]*")
"""A path of ours to go back to: no other host, no backslash."""
Gtin = Annotated[str, Path(pattern=r"^(\d{8}|\d{12,14})$")]


class SignInError(FilonError):
    """A page of the operator's own, asked for by nobody."""

    status = 401
    title = "Sign in"


class ForeignFormError(FilonError):
    """A change that was sent from somebody else's page."""

    status = 403
    title = "Sent from another page"


def reader_of(request: Request, door: Door) -> Reader:
    """Who asks: by the session's cookie, or by a token in the Authorization header."""
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    return door.reader(request.cookies.get(_cookie(request), ""), secret.strip() if scheme.lower() == "bearer" else "")


def who(request: Request, door: Door) -> tuple[Reader, bool]:
    """Who asks, and whether the ledger's own pages are open to them."""
    reader = reader_of(request, door)
    return reader, door.owner(reader).operator


def sight(request: Request, *, way: str) -> Callable[[Passport], Passport] | None:
    """What a reader who shows a session or a token may see of a passport; None for a stranger."""
    door: Door | None = getattr(request.app.state, "door", None)
    if door is None:
        return None
    reader = reader_of(request, door)
    return partial(door.show, reader=reader, way=way) if reader.organisation else None


def scanned(request: Request, identifier: str) -> Response | None:
    """Whoever scans a battery's code while signed in finds what they were granted of it; None: the public page."""
    door: Door | None = getattr(request.app.state, "door", None)
    if door is None or "as_of" in request.query_params:
        return None
    reader = reader_of(request, door)
    if reader.operator or not door.opens(reader, identifier):
        return None
    ending = ".json" if wants_json(request) else ""
    where = "/granted" + battery_path(identifier) + ending + query(lang=request.query_params.get("lang"))
    return _private(RedirectResponse(where, status_code=303))


def published(request: Request, identifier: str) -> None:
    """A stranger finds no page of a battery whose passport is a draft or withdrawn, in no version of it.

    Raises:
        NotFoundError: it is not for everybody; told as of one that nobody made.
    """
    door: Door | None = getattr(request.app.state, "door", None)
    if door is None or not door.guarded:
        return
    state = request.app.state.ledger.passports.state(identifier)
    if state is not State.CEASED and state not in READABLE and not who(request, door)[1]:
        raise NotFoundError("there is no such battery in this ledger")


def gate(door: Door) -> Callable[[Request, Callable[[Request], Awaitable[Response]]], Awaitable[Response]]:
    """The middleware that keeps the ledger's pages for the operator's people once there are any."""

    async def guard(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
        path = request.scope["path"]  # what the routes see; never put together from the Host header
        if PUBLIC.fullmatch(path) or not await run_in_threadpool(lambda: door.guarded):
            answer = await go_on(request)
            if _cookie(request) in request.cookies and not path.startswith("/static/"):
                answer.headers["Cache-Control"] = "no-store"  # the frame names who is signed in
            return answer
        reader = await run_in_threadpool(reader_of, request, door)
        if reader.operator:
            answer = await go_on(request)
            answer.headers["Cache-Control"] = "no-store"
            return answer
        if reader.organisation is not None:  # what is not theirs is not there for them
            return problem(request, NotFoundError("there is no such page"))
        if wants_json(request) or request.method not in {"GET", "HEAD"}:
            return problem(request, SignInError("this page is for the people of this ledger; sign in first"))
        asked = path + query(**dict(parse_qsl(request.url.query)))
        return RedirectResponse(f"/sign-in?next={quote(asked, safe='')}", status_code=303)

    return guard


def door_routes(door: Door, pages: PassportPages) -> APIRouter:  # noqa: C901, PLR0915 - one short function a route
    """The routes, for one ledger."""
    routes = APIRouter()

    @routes.get("/sign-in")
    def ask(request: Request, next: str = "/") -> Response:  # noqa: A002 - the name in the address
        """Name and password, please."""
        return _private(page("sign-in.html", request, None, page="", next=_back(next), wrong=""))

    @routes.post("/sign-in")
    async def enter(request: Request) -> Response:
        """A session for whoever's name and password these are."""
        typed = await _typed(request)
        back = _back(typed.get("next", "/"))
        name, password = typed.get("name", ""), typed.get("password", "")
        try:
            reference = await run_in_threadpool(door.enter, name, password, request.cookies.get(_cookie(request), ""))
        except (WrongPasswordError, TooManyTriesError) as error:
            answer = page("sign-in.html", request, None, page="", next=back, wrong=type(error).__name__)
            answer.status_code = error.status
            return _private(answer)
        theirs = await run_in_threadpool(lambda: door.reader(reference).operator)
        answer = RedirectResponse(back if theirs or back != "/" else "/granted", status_code=303)
        secure = request.url.scheme == "https"
        answer.set_cookie(_cookie(request), reference, path="/", secure=secure, httponly=True, samesite="lax")
        return _private(answer)

    @routes.post("/sign-out")
    async def leave(request: Request) -> Response:
        """The session ends."""
        await _typed(request)
        await run_in_threadpool(door.leave, request.cookies.get(_cookie(request), ""))
        answer = RedirectResponse("/sign-in", status_code=303)
        answer.delete_cookie(_cookie(request), path="/", secure=request.url.scheme == "https", httponly=True)
        answer.headers["Clear-Site-Data"] = '"cache"'
        return _private(answer)

    @routes.get("/welcome")
    def invited(request: Request) -> Response:
        """An invitation is turned into an account."""
        return _private(page("welcome.html", request, None, page="", wrong="", detail=""))

    @routes.post("/welcome")
    async def accept(request: Request) -> Response:
        """The password that the invited person chose."""
        typed = await _typed(request)
        try:
            await run_in_threadpool(door.accept, typed.get("code", ""), typed.get("password", ""))
        except (WrongPasswordError, WrongCallError) as error:
            answer = page("welcome.html", request, None, page="", wrong=type(error).__name__, detail=error.detail)
            answer.status_code = error.status
            return _private(answer)
        return _private(RedirectResponse("/sign-in", status_code=303))

    @routes.get("/granted")
    @routes.get("/granted.json")
    def mine(request: Request) -> Response:
        """What the reader's organisation was granted, and the way to a battery."""
        reader = door.reader(request.cookies.get(_cookie(request), ""))
        if reader.organisation is None:
            if wants_json(request):
                raise SignInError("grants are shown to those who have them; sign in first")
            return RedirectResponse("/sign-in?next=%2Fgranted", status_code=303)
        return _private(page("grants.html", request, grants_of(door, reader), page=""))

    @routes.get("/granted/01/{gtin}/21/{serial:path}")
    def read(request: Request, gtin: Gtin, serial: str) -> Response:
        """A passport as the reader's grants show it; recorded where that is more than everybody sees."""
        reader = door.owner(reader_of(request, door))
        way = "json" if wants_json(request) else "page"
        if reader.organisation is None:
            if way == "page":
                return RedirectResponse(f"/sign-in?next={quote(request.url.path, safe='')}", status_code=303)
            raise SignInError("restricted data are shown to those who were granted them; send a session or a token")
        view = granted(pages, door, reader, sgtin(gtin, serial.removesuffix(".json")), way=way)
        answer = json_of(request, view) if way == "json" else page("granted.html", request, view, page="")
        return _private(answer)

    @routes.get("/readings")
    @routes.get("/readings.json")
    def readings(request: Request) -> Response:
        """Who read what beyond the public; the operator's page."""
        return page("readings.html", request, read_list(pages, door), page="passports", command="filon readings")

    return routes


def _cookie(request: Request) -> str:
    """A name that browsers bind to this host and to TLS; without TLS, on one's own machine, a plain one."""
    return "__Host-filon" if request.url.scheme == "https" else "filon_session"


def _back(path: str) -> str:
    return path if _LOCAL.fullmatch(path) else "/"


def _private(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store"
    return answer


async def _typed(request: Request) -> dict[str, str]:
    """The fields of a form that one of our own pages sent.

    Raises:
        ForeignFormError: it comes from elsewhere, or the browser does not say from where.
        WrongCallError: it is no form. TooLargeError: it is no form of ours.
    """
    _ours(request)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise WrongCallError("send the form of the page")
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > BODY:
            raise TooLargeError("this is no form of ours")
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=20))


def _ours(request: Request) -> None:
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        own = site in {"same-origin", "none"}
    else:
        own = origin == f"{request.url.scheme}://{request.url.netloc}"
    if not own:
        raise ForeignFormError("the change was sent from another page than ours, and was not made")
