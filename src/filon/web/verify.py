"""The verification page: anybody hands in a sealed passport and is told whether its seal holds; nothing is kept.

Our own DID document and status lists are known here; those of other issuers are handed in beside the passport, for
nothing is fetched while checking.

Source: EN 18246 (free verification); security reference, section 4 (invalid is an answer, 200).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from filon.app.checking import known_from
from filon.app.shelf import Shelf
from filon.core.errors import NotFoundError, TooLargeError
from filon.seal.check import Known, Verdict, check
from filon.views.seal_check import SealCheckView
from filon.web.reply import page

BODY = 8 * 1024 * 1024
"""Bytes of everything handed in."""

_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")


def verify_routes(shelf: Shelf | None) -> APIRouter:
    """`/verify`: the form, and its answer."""
    routes = APIRouter()

    @routes.api_route("/verify", methods=["GET", "HEAD"])
    def form(request: Request) -> Response:
        """Where to hand it in."""
        return page("verify.html", request, SealCheckView(), page="passports")

    @routes.post("/verify")
    async def verify(request: Request) -> Response:
        """The verdict; the same page, or JSON for a program."""
        told = await _parts(request)
        view = await run_in_threadpool(_checked, told, shelf)
        return page("verify.html", request, view, page="passports")

    return routes


async def _parts(request: Request) -> dict[str, bytes]:
    """What was handed in: form fields and files by name, or the whole body if it is no form."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > BODY:
            raise TooLargeError(f"at most {BODY} bytes can be checked at once")
    if not request.headers.get("content-type", "").startswith(_FORMS):
        return {"passport": bytes(body)}
    fields = await Request(request.scope, _once(bytes(body))).form(max_files=4, max_fields=8, max_part_size=BODY)
    told: dict[str, bytes] = {}
    for name, value in fields.multi_items():
        data = await value.read() if isinstance(value, UploadFile) else value.encode()
        if data.strip():
            told.setdefault(name, data)
    await fields.close()
    return told


def _once(body: bytes) -> Any:
    async def receive() -> Mapping[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def _checked(told: Mapping[str, bytes], shelf: Shelf | None) -> SealCheckView:
    """The verdict with what this server knows and what was handed in."""
    data = told.get("passport") or told.get("text", b"")
    if not data:
        return SealCheckView()
    now = datetime.now(UTC)
    brought = known_from([told["issuer"]] if "issuer" in told else [],
                         [told["status"].decode("utf-8", "replace")] if "status" in told else [])  # fmt: skip
    known = Known([*brought.documents, *_ours(shelf)], {**_lists(shelf, now), **brought.status_lists})
    return _view(check(data, known, now=now))


def _ours(shelf: Shelf | None) -> list[Mapping[str, Any]]:
    try:
        return [shelf.did_document()] if shelf else []
    except NotFoundError:
        return []


def _lists(shelf: Shelf | None, now: datetime) -> dict[str, bytes | str]:
    """Our own first status list; the next ones as they are needed by number."""
    told: dict[str, bytes | str] = {}
    for number in range(1, 65):
        try:
            token = shelf.status_list(number, now=now) if shelf else None
        except NotFoundError:
            break
        if token is None:
            break
        told[f"{shelf.host if shelf else ''}/status/{number}"] = token
    return told


def _view(verdict: Verdict) -> SealCheckView:
    sealed = verdict.sealed
    return SealCheckView(
        asked=True,
        holds=verdict.holds,
        findings=verdict.findings,
        method=sealed.method if sealed else "",
        document=json.dumps(sealed.document, ensure_ascii=False, indent=1) if sealed else "",
    )
