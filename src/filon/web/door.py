"""The door of the web: signing in and out, who may see which page, and passports as grants show them.

As soon as the operator has people, the ledger's own pages are theirs alone; a stranger keeps what is public. The
session travels in a cookie that scripts cannot read; a change is only taken from our own pages.

Source: OWASP ASVS 5.0, 3.3.1-4, 3.5.1-3, 7.2.4, 8.2.1-2; security reference, section 1.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated
from urllib.parse import parse_qsl, quote

from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from filon.app.access.door import Door
from filon.app.access.openid import Client, NotBelievedError
from filon.app.access.people import TooManyTriesError, WrongPasswordError, tried
from filon.app.access.reader import Reader
from filon.app.access.readings import end_acting, granted, grants_of, let_act, read_list
from filon.app.passport_pages import PassportPages
from filon.core.errors import FilonError, NotFoundError, OutsideError, TooLargeError, WrongCallError
from filon.core.ident import sgtin
from filon.passport.passport import READABLE, Passport, State
from filon.views.build.sight import battery_path
from filon.web.pages import query
from filon.web.reply import json_of, page, problem, wants_json

PUBLIC = re.compile(
    r"/(?:01|i|qr|evidence|history|granted|granted\.json|static|dpp|v1|status|\.well-known|tile|witness|epcis|3)(?:/.*)?"
    r"|/(?:auth|sign-in)(?:/.*)?|/(?:healthz|readyz|sign-out|second|delegations|welcome|verify|checkpoint)"
    r"|/passports/(?:data|form/.*)"
)
"""What a stranger may reach; programs that need a token are asked for it behind these doors."""

FROM_ONE_ADDRESS = 300
"""Tries to sign in within a quarter of an hour from one address."""
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


class StrangeHostError(FilonError):
    """A ledger without accounts was called by a name that is none of its own."""

    status = 421
    title = "Called by a strange name"


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
    if door is None or {"as_of", "public"} & request.query_params.keys():
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


def gate(
    door: Door, names: frozenset[str] = frozenset()
) -> Callable[[Request, Callable[[Request], Awaitable[Response]]], Awaitable[Response]]:
    """The middleware that keeps the ledger's pages for the operator's people once there are any.

    Until then they are open for whoever sits at the machine, and no page of another site may get at them: a name of
    somebody else that leads here (DNS rebinding) would make its scripts our own origin. A bare address cannot.

    Args:
        names: host names that are our own; none = any.
    """

    async def guard(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
        path = request.scope["path"]  # what the routes see; never put together from the Host header
        if names and _strange(request, names) and not await run_in_threadpool(lambda: door.guarded):
            told = "this ledger has no accounts yet and answers only by its own names; set FILON_BASE_URL"
            return problem(request, StrangeHostError(told))
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
            await run_in_threadpool(door.refuse, "page", reader, path)
            return problem(request, NotFoundError("there is no such page"))
        if wants_json(request) or request.method not in {"GET", "HEAD"}:
            return problem(request, SignInError("this page is for the people of this ledger; sign in first"))
        asked = path + query(**dict(parse_qsl(request.url.query)))
        return RedirectResponse(f"/sign-in?next={quote(asked, safe='')}", status_code=303)

    return guard


def _strange(request: Request, names: frozenset[str]) -> bool:
    """Whether it was called by a name, and by none of ours."""
    name = (request.url.hostname or "").lower()
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return name not in names
    return False


def door_routes(door: Door, pages: PassportPages) -> APIRouter:  # noqa: C901, PLR0915 - one short function a route
    """The routes, for one ledger."""
    routes = APIRouter()

    @routes.get("/sign-in")
    def ask(request: Request, next: str = "/") -> Response:  # noqa: A002 - the name in the address
        """Name and password, please."""
        return _sign_in(request, door, next)

    @routes.post("/sign-in")
    async def enter(request: Request) -> Response:
        """A session for whoever's name and password these are."""
        typed = await _typed(request)
        back = _back(typed.get("next", "/"))
        name, password = typed.get("name", ""), typed.get("password", "")
        try:
            await run_in_threadpool(_few, door, request)
            step = await run_in_threadpool(door.enter, name, password, request.cookies.get(_cookie(request), ""))
        except (WrongPasswordError, TooManyTriesError) as error:
            return _sign_in(request, door, back, wrong=error)
        if step.errand:
            return _going_on(request, step.errand, f"/sign-in/code?next={quote(back, safe='')}")
        return await run_in_threadpool(_inside, request, door, step.session, back)

    @routes.get("/sign-in/code")
    def ask_code(request: Request, next: str = "/") -> Response:  # noqa: A002 - the name in the address
        """The second factor, please; a new one is set up here."""
        step = door.waiting(request.cookies.get(_errand(request), ""))
        if step is None:
            return RedirectResponse("/sign-in", status_code=303)
        return _private(page("second.html", request, None, page="", next=_back(next), offer=step.offer, wrong=""))

    @routes.post("/sign-in/code")
    async def show_code(request: Request) -> Response:
        """A session for whoever shows the right code."""
        typed = await _typed(request)
        back, errand = _back(typed.get("next", "/")), request.cookies.get(_errand(request), "")
        last = request.cookies.get(_cookie(request), "")
        try:
            step = await run_in_threadpool(door.show_code, errand, typed.get("code", ""), last)
        except (WrongPasswordError, TooManyTriesError) as error:
            waiting = await run_in_threadpool(door.waiting, errand)
            if waiting is None:
                return RedirectResponse("/sign-in", status_code=303)
            wrong = type(error).__name__
            answer = page("second.html", request, None, page="", next=back, offer=waiting.offer, wrong=wrong)
            answer.status_code = error.status
            return _private(answer)
        inside = await run_in_threadpool(_inside, request, door, step.session, back)
        if not step.codes:
            return inside
        then = inside.headers["location"]
        told = page("codes.html", request, None, page="", codes=step.codes, then=then)
        told.headers.append("set-cookie", inside.headers["set-cookie"])
        return _private(told)

    @routes.get("/second")
    def second(request: Request) -> Response:
        """A second factor of one's own accord."""
        if reader_of(request, door).organisation is None:
            return RedirectResponse("/sign-in?next=%2Fsecond", status_code=303)
        return _private(page("second-begin.html", request, None, page="", wrong=""))

    @routes.post("/second")
    async def begin_second(request: Request) -> Response:
        """The password once more, and the device is set up."""
        typed = await _typed(request)
        session = request.cookies.get(_cookie(request), "")
        try:
            step = await run_in_threadpool(door.enrol, session, typed.get("password", ""))
        except (WrongPasswordError, TooManyTriesError, WrongCallError) as error:
            answer = page("second-begin.html", request, None, page="", wrong=type(error).__name__)
            answer.status_code = error.status
            return _private(answer)
        return _going_on(request, step.errand, "/sign-in/code")

    @routes.get("/sign-in/with/{provider}")
    def away(request: Request, provider: str, next: str = "/") -> Response:  # noqa: A002 - the name in the address
        """To the OpenID provider."""
        client = door.client(provider)
        there, state = client.away(door.desk, _ours_at(request, f"/sign-in/with/{provider}/back"), _back(next))
        return _going_on(request, state, there)

    @routes.get("/sign-in/with/{provider}/back")
    def come_back(request: Request, provider: str) -> Response:
        """Back from the OpenID provider."""
        told, state = dict(request.query_params), request.cookies.get(_errand(request), "")
        try:
            session, then = door.come_back(provider, told, state, request.cookies.get(_cookie(request), ""))
        except (NotBelievedError, WrongPasswordError, OutsideError) as error:
            return _sign_in(request, door, "/", wrong=error)
        return _inside(request, door, session, _back(then))

    @routes.post("/sign-in/with/{provider}/end")
    async def ended(request: Request, provider: str) -> Response:
        """The OpenID provider says that somebody signed out there; a message between servers, with no cookie.

        Source: OpenID Connect Back-Channel Logout 1.0, 2.5-2.8.
        """
        told = await _fields(request)
        try:
            await run_in_threadpool(door.sign_out_all, provider, told.get("logout_token", ""))
        except NotBelievedError as error:
            return _private(JSONResponse({"error": "invalid_request", "error_description": error.detail}, 400))
        return _private(Response(status_code=200))

    @routes.post("/sign-out")
    async def leave(request: Request) -> Response:
        """The session ends."""
        await _typed(request)
        await run_in_threadpool(door.leave, request.cookies.get(_cookie(request), ""))
        answer = RedirectResponse("/sign-in?left=1", status_code=303)
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
        return _private(page("grants.html", request, grants_of(door, reader), page="", wrong=""))

    @routes.post("/delegations")
    async def let_others(request: Request) -> Response:
        """Another organisation may act for the reader's own; or may no more."""
        typed = await _typed(request)
        reader = await run_in_threadpool(reader_of, request, door)
        if reader.organisation is None or reader.operator:
            raise NotFoundError("there is no such page")
        try:
            if "end" in typed:
                await run_in_threadpool(end_acting, door, reader, typed["end"])
            else:
                told = [typed.get(name, "") for name in ("to", "purpose", "scope", "days")]
                await run_in_threadpool(let_act, door, reader, *told)
        except WrongCallError as error:
            view = await run_in_threadpool(grants_of, door, reader)
            answer = page("grants.html", request, view, page="", wrong=type(error).__name__)
            answer.status_code = error.status
            return _private(answer)
        return _private(RedirectResponse("/granted", status_code=303))

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


def _sign_in(request: Request, door: Door, then: str, *, wrong: FilonError | None = None) -> Response:
    """The page to sign in on; after signing out it also tells the ways out of the providers."""
    providers = [one.provider for one in door.providers.values()]
    left = "left" in request.query_params
    out = [(one.provider.name, _farewell(one, request)) for one in door.providers.values()] if left else []
    answer = page(
        "sign-in.html", request, None, page="", next=_back(then), wrong=type(wrong).__name__ if wrong else "",
        providers=providers, out=[one for one in out if one[1]],
    )  # fmt: skip
    if wrong is not None:
        answer.status_code = wrong.status
    return _private(answer)


def _farewell(client: Client, request: Request) -> str:
    try:
        return client.farewell(_ours_at(request, "/sign-in"))
    except FilonError:  # the provider does not answer: then there is no way out of it from here
        return ""


def _ours_at(request: Request, path: str) -> str:
    """An address of ours as others call it: the settings' host, never what a Host header says, if there is one."""
    root: str = request.app.state.host or str(request.base_url)
    return root.rstrip("/") + path


def _few(door: Door, request: Request) -> None:
    """Not too many tries from one address, whatever the names."""
    client = request.client.host if request.client else ""
    tried(door.desk, f"from {client}", door.now(), most=FROM_ONE_ADDRESS)


def _going_on(request: Request, errand: str, where: str) -> Response:
    """On to the next step, with a reference that only this browser holds."""
    answer = RedirectResponse(where, status_code=303)
    secure = request.url.scheme == "https"
    answer.set_cookie(_errand(request), errand, max_age=600, path="/", secure=secure, httponly=True, samesite="lax")
    return _private(answer)


def _inside(request: Request, door: Door, session: str, back: str) -> Response:
    """Signed in: to the page that was asked for, else to one of their own."""
    theirs = door.reader(session).operator
    answer = RedirectResponse(back if theirs or back != "/" else "/granted", status_code=303)
    secure = request.url.scheme == "https"
    answer.set_cookie(_cookie(request), session, path="/", secure=secure, httponly=True, samesite="lax")
    return _private(answer)


def _errand(request: Request) -> str:
    return _cookie(request) + "_step"


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
    return await _fields(request)


async def _fields(request: Request) -> dict[str, str]:
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
