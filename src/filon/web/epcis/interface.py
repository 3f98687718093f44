"""The interface itself: the table of paths and methods, and what every call goes through.

Paths are matched before they are percent-decoded, so that an identifier with slashes is one value:
`/epcs/https:%2F%2Fid.gs1.org%2F01%2F..%2F10%2FA7/events`. Slashes that a client forgot to encode are taken as meant.

Source: EPCIS 2.0, 12.1 and 12.2; RFC 3986, 2.4.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from math import ceil
from urllib.parse import quote, unquote_to_bytes

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from filon.app.desk.exceptions import (
    EpcisError,
    ImplementationException,
    MethodNotAllowedException,
    NoSuchResourceException,
    QueryParameterException,
    TooManyException,
    named,
)
from filon.app.desk.repository import Repository
from filon.app.desk.tokens import Deed
from filon.core.errors import FilonError
from filon.web.epcis import capture, events, queries, reply, socket, subscribe
from filon.web.epcis.call import (
    JSON,
    LD,
    STANDARD_HEADERS,
    TEXT_XML,
    VERSION,
    XML,
    Call,
    body_kind,
    identified,
    proper,
)

_log = logging.getLogger(__name__)
Deal = Callable[[Call], Response]
QUERY_BODY = 1024 * 1024
"""Bytes of a posted query or subscription."""


@dataclass(frozen=True)
class Path:
    """One path of the interface.

    Args:
        template: with `{names}` as in the standard.
        methods: {method: what answers it}.
        asks: query parameters that its GET knows; None where what answers looks itself.
        there: refuses a value of the path that is not there, for OPTIONS; gives headers that only it has.
        bodies: media types that its POST takes.
    """

    template: str
    methods: Mapping[str, Deal]
    bodies: tuple[str, ...] = ()
    asks: frozenset[str] | None = frozenset()
    there: Callable[[Call], Mapping[str, str]] | None = None

    @property
    def allow(self) -> str:
        """The methods, as a header tells them."""
        return ", ".join([*self.methods, "OPTIONS"])

    def strange(self, call: Call) -> str:
        """The first query parameter of a call that means nothing here; "" if there is none."""
        known = self.asks if call.request.scope["method"] in {"GET", "HEAD"} else frozenset()
        return "" if known is None else min(call.parameters.keys() - known, default="")


PAGES = frozenset({"perPage", "nextPageToken"})
LISTENED = "/queries/{queryName}/events"
"""The path that a WebSocket may be opened on."""


def _give_back(call: Call) -> Response:
    """DELETE /nextPageToken/{token}."""
    call.need(Deed.DISCOVER)
    call.repository.give_back(call.values["token"])
    return Response(status_code=204)


PATHS: tuple[Path, ...] = (
    Path("/", {"GET": events.root}),
    Path("/capture", {"POST": capture.post, "GET": capture.listed}, (LD, JSON, XML, TEXT_XML), PAGES),
    Path("/capture/{captureID}", {"GET": capture.shown}, there=capture.there),
    Path("/events", {"POST": capture.post_event, "GET": events.found}, (LD, JSON, XML, TEXT_XML), None),
    Path("/events/{eventID}", {"GET": events.one}, there=events.there),
    *(
        path
        for name in events.COLLECTIONS
        for path in (
            Path(f"/{name}", {"GET": events.values}, asks=PAGES),
            Path(f"/{name}/{{value}}/events", {"GET": events.of_value}, asks=None, there=events.value_there),
            Path(f"/{name}/{{value}}", {"GET": events.value}, there=events.value_there),
        )
    ),
    Path("/queries", {"POST": queries.post, "GET": queries.listed}, (JSON, LD), PAGES),
    Path("/queries/{queryName}", {"GET": queries.shown, "DELETE": queries.dropped}, there=queries.there),
    Path(LISTENED, {"GET": queries.results}, asks=None, there=queries.there),
    Path(
        "/queries/{queryName}/subscriptions",
        {"POST": subscribe.post, "GET": subscribe.listed},
        (JSON, LD),
        PAGES,
        queries.there,
    ),
    Path(
        "/queries/{queryName}/subscriptions/{subscriptionID}",
        {"GET": subscribe.shown, "DELETE": subscribe.ended},
        there=subscribe.there,
    ),
    Path("/nextPageToken/{token}", {"DELETE": _give_back}),
)
"""The one list; dispatch, OPTIONS, the OpenAPI document and its test are made from it."""


class Interface:
    """The interface over a repository, as an ASGI application to be mounted at `/epcis`."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self._listeners = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] not in {"http", "websocket"}:
            return
        raw = scope.get("raw_path") or quote(scope["path"]).encode()
        inner = {**scope, "path": raw.decode("latin-1")}
        if scope["type"] == "websocket":
            await self._listen(WebSocket(inner, receive, send))
            return
        answer = await self._answer(Request(inner, receive))
        await answer(scope, receive, send)

    async def _listen(self, websocket: WebSocket) -> None:
        """A handshake for a named query's events; anything else is refused like any other call."""
        if self._listeners >= socket.LISTENERS:
            await socket.refuse(websocket, TooManyException("too many listen already; come back later"), websocket)
            return
        self._listeners += 1
        try:
            try:
                call, heard = await self._listener(websocket)
            except FilonError as error:
                await socket.refuse(websocket, named(error), websocket)
                return
            await socket.serve(websocket, call, heard)
        finally:
            self._listeners -= 1

    async def _listener(self, websocket: WebSocket) -> tuple[Call, socket.Listener]:
        token = await run_in_threadpool(identified, websocket, self.repository)
        proper(websocket)
        path, values = route(websocket.scope["path"].removeprefix(websocket.scope.get("root_path", "")))
        if path.template != LISTENED:
            raise NoSuchResourceException("only a named query's events can be listened to")
        call = Call(websocket, self.repository, token, values)
        call.need(Deed.READ)
        return call, await run_in_threadpool(lambda: socket.listener(call, *socket.settings(call)))

    async def _answer(self, request: Request) -> Response:
        extra: dict[str, str] = {}
        try:
            if request.scope["path"] == request.scope.get("root_path", "") + "/openapi.json":
                return _described()
            answer = await self._dealt(request, extra)
        except FilonError as error:
            answer = _problem(named(error), request)
        except Exception:  # noqa: BLE001 - the last net: no stack trace may reach the reader (ASVS 16.5.1)
            _log.exception("unforeseen error at %s", request.url.path)
            told = ImplementationException("the log of the server has the details")
            answer = _problem(told, request)
        for name, value in {**STANDARD_HEADERS, **extra}.items():
            answer.headers[name] = value
        if request.method == "HEAD":
            answer.body = b""
        return answer

    async def _dealt(self, request: Request, extra: dict[str, str]) -> Response:
        token = await run_in_threadpool(identified, request, self.repository)
        if wait := self.repository.pace.take(token.id):
            extra["Retry-After"] = str(ceil(wait))
            raise TooManyException("so many calls a minute are enough for one token; wait as Retry-After says")
        proper(request)
        path, values = route(request.scope["path"].removeprefix(request.scope.get("root_path", "")))
        call = Call(request, self.repository, token, values, answer=extra)
        if request.method == "OPTIONS":
            return options(path, call)
        deal = path.methods.get("GET" if request.method == "HEAD" else request.method)
        if deal is None:
            extra["Allow"] = path.allow
            raise MethodNotAllowedException(f"{request.method} is not known here; {path.allow} are")
        if strange := path.strange(call):
            raise QueryParameterException(f"{strange} is no query parameter here")
        if request.method == "POST":
            kind = body_kind(request, path.bodies)
            limit = self.repository.bounds.capture_bytes if XML in path.bodies else QUERY_BODY
            call = Call(request, self.repository, token, values, await _body(request, call, limit), kind, extra)
        return await run_in_threadpool(deal, call)


def _problem(error: EpcisError, request: Request) -> Response:
    headers = request.headers
    return reply.problem(error, headers.get("accept", "*/*"), headers.get("accept-language", ""))


def _described() -> Response:
    """What the interface is, for anybody: it holds nothing of any ledger."""
    from filon.web.epcis.openapi import document  # noqa: PLC0415 - it is made from the table of this module

    return Response(orjson.dumps(document()), media_type="application/json")


class Below(BaseRoute):
    """Everything below a prefix, decided on the raw path: a line feed in an identifier is no reason to miss it."""

    def __init__(self, prefix: str, interface: Interface) -> None:
        self.prefix = prefix
        self.interface = interface

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether a request is for the interface."""
        path = scope.get("path", "")
        inside = scope["type"] in {"http", "websocket"} and (path + "/").startswith(self.prefix + "/")
        return (Match.FULL, {"root_path": self.prefix}) if inside else (Match.NONE, {})

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have it answered."""
        await self.interface(scope, receive, send)


async def _body(request: Request, call: Call, limit: int) -> bytes:
    """The body, read no further than the limit.

    Raises:
        CaptureLimitExceededException: there is more.
    """
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > limit:
        raise capture.too_much(call)
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise capture.too_much(call)
        parts.append(part)
    return b"".join(parts)


def route(raw: str) -> tuple[Path, dict[str, str]]:
    """The path that a raw (still percent-encoded) path means, and its values decoded.

    Raises:
        NoSuchResourceException: none; or a value that is not UTF-8.
    """
    if len(raw) > 1:
        raw = raw.rstrip("/")
    for path in PATHS:
        match = _pattern(path.template).fullmatch(raw or "/")
        if match:
            return path, {**_collection(path), **{name: _decoded(text) for name, text in match.groupdict().items()}}
    raise NoSuchResourceException("there is no such path in this interface")


@cache
def _pattern(template: str) -> re.Pattern[str]:
    parts = (
        part if not part.startswith("{") else f"(?P<{part[1:-1]}>{'.+?' if part in _WITH_SLASHES else '[^/]+'})"
        for part in template.split("/")
    )
    return re.compile("/".join(parts))


_WITH_SLASHES = frozenset({"{value}", "{eventID}"})


def _collection(path: Path) -> dict[str, str]:
    name = path.template.split("/")[1]
    return {"collection": name} if name in events.COLLECTIONS else {}


def _decoded(text: str) -> str:
    try:
        value = unquote_to_bytes(text).decode("utf-8")
    except UnicodeDecodeError as error:
        raise NoSuchResourceException("the path is not percent-encoded UTF-8") from error
    if "\0" in value:
        raise NoSuchResourceException("there is no such path in this interface")
    return value


def options(path: Path, call: Call) -> Response:
    """What can be done at a path, by which versions and spellings.

    Source: EPCIS 2.0, 12.6 (discovery by OPTIONS).
    """
    call.need(Deed.DISCOVER)
    headers = {
        "Allow": path.allow,
        "GS1-EPCIS-Min": VERSION,
        "GS1-EPCIS-Max": VERSION,
        "GS1-CBV-Min": VERSION,
        "GS1-CBV-Max": VERSION,
        "GS1-EPC-Format": "Always_GS1_Digital_Link, Always_EPC_URN, No_Preference, Never_Translates",
        "GS1-CBV-XML-Format": "Always_URN, Always_Web_URI, No_Preference, Never_Translates",
    }
    if path.there is not None and call.token.may(Deed.SEE_OWN_JOBS if "captureID" in call.values else Deed.READ):
        headers |= path.there(call)  # who may not read is not told what is there
    if path.template == "/capture":
        headers |= {**capture.limits(call), "GS1-Capture-Error-Behaviour": "all"}
    return Response(status_code=204, headers=headers)
