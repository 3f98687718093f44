"""The page that prints labels: a list of batteries in, a PDF of stickers out; nothing is changed by it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from filon.app.labels import labels
from filon.app.passports import Passports
from filon.core.errors import FilonError, WrongCallError
from filon.core.finding import Finding
from filon.exchange.label import SHEETS, pdf
from filon.views.details import detail
from filon.web.points import body_of
from filon.web.reply import language, page

MOST = 2_400
"""Stickers of one file: a hundred pages of 24."""
_FIELDS = 8
_BEGUN = {"names": "", "size": "20", "sheet": "a4-24"}


def label_routes(passports: Passports) -> APIRouter:
    """The routes, for one ledger."""
    routes = APIRouter()

    @routes.get("/passports/labels")
    def form(request: Request, names: str = "") -> Response:
        """Which batteries, how large, on which sheet."""
        return _form(request, {**_BEGUN, "names": names})

    @routes.post("/passports/labels")
    async def fill(request: Request) -> Response:
        """The PDF; or the form again with what is wrong with it."""
        typed = dict(parse_qsl((await body_of(request)).decode("utf-8", "replace"), max_num_fields=_FIELDS))
        told = {name: typed.get(name, begun).strip() for name, begun in _BEGUN.items()}
        try:
            data, faults = await run_in_threadpool(_printed, passports, told, request.app.state.host)
        except FilonError as error:
            return _form(request, told, problem=detail(error.detail, language(request)), status=error.status)
        if data is None or (faults and "accept" not in typed):
            return _form(request, told, faults, status=422)
        headers = {"Content-Disposition": 'attachment; filename="labels.pdf"', "Cache-Control": "no-store"}
        return Response(data, media_type="application/pdf", headers=headers)

    return routes


def _printed(passports: Passports, told: Mapping[str, str], host: str) -> tuple[bytes | None, tuple[Finding, ...]]:
    """(PDF, what is wrong with its codes); no PDF where a code could not be read.

    Raises:
        WrongCallError: no batteries or too many, no such sheet, a size that is none.
    """
    names = [line for line in map(str.strip, told["names"].splitlines()) if line]
    if len(names) > MOST:
        raise WrongCallError(f"at most {MOST} labels are printed at once; these are {len(names)}")
    if told["sheet"] not in SHEETS:
        raise WrongCallError(f"the sheet is one of {', '.join(SHEETS)}")
    side = _side(told["size"])
    made, faults = labels(passports, names, host, side)
    unfit = any(one.level == "error" for one in faults)
    return None if unfit else pdf(made, SHEETS[told["sheet"]], side_mm=side), faults


def _side(text: str) -> Decimal:
    try:
        side = Decimal(text.replace(",", "."))
    except InvalidOperation:
        side = Decimal(0)
    if not (side.is_finite() and 0 < side < 1_000):  # noqa: PLR2004 - mm
        raise WrongCallError(f"the side of a code is a number of millimetres, not {text!r}")
    return side


def _form(
    request: Request,
    told: Mapping[str, str],
    faults: tuple[Finding, ...] = (),
    *,
    problem: str = "",
    status: int = 200,
) -> Response:
    answer = page("labels.html", request, None, page="passports", told=told, sheets=list(SHEETS), faults=faults,
                  problem=problem)  # fmt: skip
    answer.status_code = status
    return answer
