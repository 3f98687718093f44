"""Passport data over HTTP: JSON from programs (POST /passports/data), a form for people; both need a token.

The only pages below `/passports` that change anything. The token travels in the Authorization header, or in the form's
own field: no cookie opens anything, so no other site can make a browser hand something in.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from filon.app.capture import Outcome, State
from filon.app.passport_data import BODY, NotAllowedError, PassportData, TokenNeededError
from filon.core.errors import FilonError, TooLargeError
from filon.core.finding import Finding
from filon.core.ident import gtin as class_of
from filon.core.ident import sgtin
from filon.exchange.points.write import asked, shape
from filon.passport.point import Category, Point
from filon.views.as_json import write_json
from filon.views.passport_form import FormField, FormView
from filon.web.reply import page

Gtin = Annotated[str, Path(pattern=r"^(\d{8}|\d{12,14})$")]


def points_routes(data: PassportData) -> APIRouter:
    """The routes, for one ledger."""
    routes = APIRouter()

    @routes.post("/passports/data")
    async def submit(request: Request) -> Response:
        """Statements and deeds as JSON; 200 taken or known, 422 refused with findings."""
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        try:
            body = await body_of(request)
            outcome = await run_in_threadpool(data.submit, body, secret if scheme.lower() == "bearer" else "")
        except FilonError as error:
            return refused(error)
        answer = write_json(_told(outcome))
        status = 422 if outcome.state is State.REFUSED else 200
        return Response(
            answer, status_code=status, media_type="application/json", headers={"Cache-Control": "no-store"}
        )

    @routes.get("/passports/form/01/{gtin}")
    def form(request: Request, gtin: Gtin, serial: str = "", category: Category = Category.EV) -> Response:
        """The form of a model, or with `serial` of one battery."""
        return page("form.html", request, _form(gtin, serial, category), page="passports")

    @routes.post("/passports/form/01/{gtin}")
    async def fill(request: Request, gtin: Gtin, serial: str = "", category: Category = Category.EV) -> Response:
        """What a person typed: taken, or shown again with its findings."""
        typed = dict(parse_qsl((await body_of(request)).decode("utf-8", "replace"), keep_blank_values=False))
        secret, since = typed.pop("token", ""), typed.pop("since", "")
        subject = sgtin(gtin, serial) if serial else class_of(gtin)
        plant = typed.pop("plant", "")
        try:
            outcome = await run_in_threadpool(data.fill, subject, since, typed, secret, plant=plant)
        except (TokenNeededError, NotAllowedError) as error:
            return _again(request, gtin, serial, category, typed, (), error.detail, error.status)
        if outcome.state is State.REFUSED:
            return _again(request, gtin, serial, category, typed, outcome.findings, "", 422)
        where = f"/passports/01/{gtin}/21/{serial}" if serial else "/passports"
        return RedirectResponse(where, status_code=303)

    return routes


def refused(error: FilonError) -> Response:
    """An error as a program reads it, whatever it accepts.

    Source: RFC 9457; RFC 6750, section 3.
    """
    headers = {"WWW-Authenticate": "Bearer"} if isinstance(error, TokenNeededError) else {}
    body = json.dumps(error.problem(), ensure_ascii=False).encode()
    return Response(body, status_code=error.status, media_type="application/problem+json", headers=headers)


async def body_of(request: Request) -> bytes:
    """The whole body; a longer one is refused before it is all read."""
    parts = bytearray()
    async for part in request.stream():
        parts += part
        if len(parts) > BODY:
            raise TooLargeError(f"passport data have at most {BODY} bytes; send them in parts")
    return bytes(parts)


def _told(outcome: Outcome) -> dict[str, object]:
    return {
        "state": outcome.state.value,
        "entry": outcome.entry,
        "events": outcome.events,
        "new_events": outcome.new_events,
        "findings": outcome.findings,
    }


def _form(  # noqa: PLR0917 - what the form is made of
    gtin: str,
    serial: str,
    category: Category,
    typed: dict[str, str] | None = None,
    findings: tuple[Finding, ...] = (),
    problem: str = "",
) -> FormView:
    kept = typed or {}
    fields = tuple(_field(one, kept.get(one.code, "")) for one in asked(category, battery=bool(serial)))
    return FormView(gtin, serial, category.value, datetime.now(UTC).date(), fields, findings, problem)


def _field(one: Point, text: str) -> FormField:
    return FormField(one.code, one.number, shape(one), one.unit, one.many, text)


def _again(  # noqa: PLR0917 - what the form is made of again
    request: Request,
    gtin: str,
    serial: str,
    category: Category,
    typed: dict[str, str],
    findings: tuple[Finding, ...],
    problem: str,
    status: int,
) -> Response:
    view = _form(gtin, serial, category, typed, findings, problem)
    answer = page("form.html", request, view, page="passports")
    answer.status_code = status
    return answer
