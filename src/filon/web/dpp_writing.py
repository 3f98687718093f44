"""EN 18222 for programs that write: create, update and end passports, change one element, register at the Union.

A call is taken wholly and kept in the log, or nothing of it is. It needs a token that may hand in (role submitter); the
token travels in the Authorization header, so no other site can make a browser change anything.

Source: EN 18222 (passport reference, section 8); RFC 7396; RFC 6750, section 3.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from filon.app.passport_data import BODY
from filon.app.passport_writing import PassportWriting
from filon.core.errors import TooLargeError, WrongCallError
from filon.exchange.writing import as_json
from filon.web.dpp import address, failed, said
from filon.web.dpp_openapi import document

_MEDIA = ("application/json", "application/merge-patch+json", "application/ld+json")


def dpp_writing_routes(writing: PassportWriting) -> APIRouter:
    """Everything below `/v1` that changes something, and `/v1/openapi.json`, which describes all of it."""
    routes = APIRouter()

    @routes.get("/v1/openapi.json")
    def described() -> Response:
        return _answer(document())

    @routes.post("/v1/dpps")
    async def create(request: Request) -> Response:
        return await _taken(request, lambda body, secret: _created(writing, body, secret))

    @routes.patch("/v1/dpps/{identifier:path}")
    async def update(request: Request, identifier: str) -> Response:
        name, _, path = identifier.partition("/elements/")

        def changed(body: bytes, secret: str) -> Response:
            if path:
                return _answer(writing.update_element(address(name), path, body, secret))
            return _answer(writing.update(address(name), body, secret))

        return await _taken(request, changed)

    @routes.delete("/v1/dpps/{identifier:path}")
    async def end(request: Request, identifier: str) -> Response:
        def ended(_: bytes, secret: str) -> Response:
            writing.end(address(identifier), secret)
            return Response(status_code=204)

        return await _taken(request, ended, body=False)

    @routes.post("/v1/registerDPP")
    async def register(request: Request) -> Response:
        return await _taken(request, lambda body, secret: _registered(writing, body, secret))

    return routes


def _created(writing: PassportWriting, body: bytes, secret: str) -> Response:
    made = writing.create(body, secret)
    told: dict[str, Any] = {"digitalProductPassportId": made.identifier}
    if made.left:
        text = f"these follow from the books or the battery's life, and were not taken: {', '.join(made.left)}"
        told["message"] = [{"messageType": "Info", "text": text, "timestamp": _now()}]
    return _answer(told, status=201, Location=f"/v1/dpps/{quote(made.identifier, safe='')}")


def _registered(writing: PassportWriting, body: bytes, secret: str) -> Response:
    """200 with the number, once the registry gave one; until then 202, and how far it is."""
    made = writing.register(body, secret)
    if made.number:
        return _answer({"registrationId": made.number})
    message = {"messageType": "Info", "text": made.state, "code": made.state, "timestamp": _now()}
    return _answer({"statusCode": "SuccessAccepted", "message": [message]}, status=202)


async def _taken(request: Request, call: Callable[[bytes, str], Response], *, body: bool = True) -> Response:
    """The answer to a call with its body and token; errors in the shape of EN 18222."""
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if body and kind not in _MEDIA:
        return failed(request, WrongCallError(f"the body is {', '.join(_MEDIA)}"))
    taken = bytearray()
    async for piece in request.stream():
        taken += piece
        if len(taken) > BODY:
            return failed(request, TooLargeError(f"a call has at most {BODY} bytes"))
    return await run_in_threadpool(
        said, request, lambda: call(bytes(taken), secret if scheme.lower() == "bearer" else "")
    )


def _answer(body: object, *, status: int = 200, **headers: str) -> Response:
    return Response(
        as_json(body), status, media_type="application/json", headers={"Cache-Control": "no-store", **headers}
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
