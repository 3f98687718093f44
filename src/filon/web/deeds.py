"""The page on which people say what was done to a battery: published, placed, second life, waste, recycled.

Without script and without cookie: the token is typed into the form, so no other site can make a browser hand in a deed.

Source: Articles 38(11), 45, 77(4), (7), (8); passport reference, section 4.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import parse_qsl, quote

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from filon.app.capture import Outcome, State
from filon.app.passport_data import NotAllowedError, PassportData, TokenNeededError, deed_data
from filon.app.passports import Passports
from filon.core.errors import WrongCallError
from filon.core.finding import Finding
from filon.core.ident import sgtin
from filon.passport.life import Kind
from filon.views.deed_form import DeedFormView
from filon.views.figure import Named
from filon.web.points import body_of
from filon.web.reply import page

Gtin = Annotated[str, Path(pattern=r"^(\d{8}|\d{12,14})$")]
_SAID = tuple(Named("deed", one.value) for one in Kind if one is not Kind.TRANSFER)
_FIELDS = 12


def deed_routes(data: PassportData, passports: Passports) -> APIRouter:
    """The routes, for one ledger."""
    routes = APIRouter()

    @routes.get("/passports/deed/01/{gtin}/21/{serial:path}")
    def form(request: Request, gtin: Gtin, serial: str) -> Response:
        """The form of one battery."""
        return page("deed.html", request, _form(passports, gtin, serial.removesuffix(".json"), {}), page="passports")

    @routes.post("/passports/deed/01/{gtin}/21/{serial:path}")
    async def fill(request: Request, gtin: Gtin, serial: str) -> Response:
        """What a person said was done: taken, or shown again with what is wrong."""
        typed = dict(parse_qsl((await body_of(request)).decode("utf-8", "replace"), max_num_fields=_FIELDS))
        secret = typed.pop("token", "")
        findings: tuple[Finding, ...] = ()
        try:
            outcome = await run_in_threadpool(_said, data, sgtin(gtin, serial), typed, secret)
            if outcome.state is not State.REFUSED:
                where = f"/passports/01/{gtin}/21/{quote(serial, safe='')}"
                return RedirectResponse(where, status_code=303)
            findings, problem, status = outcome.findings, "", 422
        except (TokenNeededError, NotAllowedError, WrongCallError) as error:
            problem, status = error.detail, error.status
        view = await run_in_threadpool(_form, passports, gtin, serial, typed, findings, problem)
        answer = page("deed.html", request, view, page="passports")
        answer.status_code = status
        return answer

    return routes


def _said(data: PassportData, battery: str, typed: Mapping[str, str], secret: str) -> Outcome:
    if typed.get("signed"):
        return data.submit(typed["signed"].encode(), secret)
    names = [battery, *_lines(typed.get("with", ""))]
    more = {name: typed.get(name, "").strip() for name in ("operator", "reason")}
    kind, day, into = typed.get("deed", ""), typed.get("day", ""), _lines(typed.get("into", ""))
    body = deed_data(kind, names, day, now=data.now(), into=into, **more)
    return data.submit(body, secret)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _form(  # noqa: PLR0917 - what the form is made of
    passports: Passports,
    gtin: str,
    serial: str,
    typed: Mapping[str, str],
    findings: tuple[Finding, ...] = (),
    problem: str = "",
) -> DeedFormView:
    life = passports.life(sgtin(gtin, serial))
    state = Named("publication", life.state.value)
    day = datetime.now(UTC).date()
    return DeedFormView(gtin, serial, state, life.status, life.operator, _SAID, day, typed, findings, problem)
