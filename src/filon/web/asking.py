"""Pages that follow matter: recall and its mirror, flows between sites, a lot's trace and the reasons for a figure.

A recall may ask for thousands of names: the form posts them, which changes nothing. Answers: page, JSON, file.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import partial
from shlex import quote
from typing import Annotated, cast
from urllib.parse import parse_qs

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from filon.core.errors import NotFoundError, TooLargeError, WrongCallError
from filon.core.moment import Known, known
from filon.exchange.tables import TYPES, poured
from filon.views.build.sight import lot_key
from filon.views.ledger import Ledger
from filon.views.recall import Asked, RecallView
from filon.views.rows import recall_rows
from filon.web.reply import json_of, page, wants_json
from filon.web.routes import AsOf, On, Text

asking = APIRouter()
reads = partial(asking.api_route, methods=["GET", "HEAD"])

LONGEST = 4_000_000
"""Bytes of a list of names: sixty thousand of them."""

FIELDS = ("names", "supplier", "site", "since", "until", "paper", "element", "on", "as_of")
LETTERS = "letters"
SHOWN = 300
"""So many lines stand on the page; files and the JSON twin have all."""


def ledger(request: Request) -> Ledger:
    """The ledger that this application shows."""
    return cast(Ledger, request.app.state.ledger)


@reads("/recall/letters")
def letters(request: Request) -> Response:
    """What to hold, and a letter to everybody who received some of it: to be printed."""
    return recall(request, LETTERS)


@reads("/recall")
@reads("/recall.{ending}")
def recall(request: Request, ending: str = "") -> Response:
    """What came of some lots, asked in the address."""
    told = {name: request.query_params.get(name, "") for name in FIELDS}
    return _recalled(request, told, ending)


@asking.post("/recall/letters")
async def letters_list(request: Request) -> Response:
    """The same of a list of lots."""
    return await recall_list(request, LETTERS)


@asking.post("/recall")
@asking.post("/recall.{ending}")
async def recall_list(request: Request, ending: str = "") -> Response:
    """What came of a list of lots, however long."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LONGEST:
            raise TooLargeError(f"the list is longer than {LONGEST // 1_000_000} MB; ask in parts")
    try:
        form = parse_qs(body.decode("utf-8"), max_num_fields=40, keep_blank_values=True)
    except ValueError as error:
        raise WrongCallError("the list is not a form in UTF-8") from error
    told = {name: form.get(name, [""])[0] for name in FIELDS}
    return await run_in_threadpool(_recalled, request, told, ending)


def _recalled(request: Request, told: Mapping[str, str], ending: str) -> Response:
    asked = Asked(
        tuple(line for line in told["names"].splitlines() if line.strip()),
        told["supplier"].strip(), told["site"].strip(), _day(told["since"], "since"), _day(told["until"], "until"),
        told["paper"].strip(), told["element"].strip(),
    )  # fmt: skip
    if not asked.names and not asked.narrowed and not ending and not wants_json(request):
        return page("recall.html", request, None, page="recall", told=told, shown=SHOWN)
    view = ledger(request).recall(asked, as_of=_known(told["as_of"]), on=_day(told["on"], "on"))
    if ending == "json":
        return json_of(request, view)
    if ending == LETTERS:
        return page("letters.html", request, view, only=None, style="")
    if ending:
        return _file(view, ending)
    return page(
        "recall.html", request, view, page="recall", told=told, shown=SHOWN, command=f"filon recall {asked.text}"
    )


def _file(view: RecallView, ending: str) -> Response:
    if ending not in TYPES:
        raise NotFoundError(f"a recall is written as .json, .{', .'.join(TYPES)}")
    headers = {"Content-Disposition": f'attachment; filename="recall.{ending}"', "Cache-Control": "no-cache"}
    return Response(poured(recall_rows(view), ending), media_type=TYPES[ending], headers=headers)


def _day(text: str, name: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError as error:
        raise WrongCallError(f"{name}: {text!r} is no date; a day is written 2026-09-30") from error


def _known(text: str) -> Known | None:
    try:
        return known(text.strip()) if text.strip() else None
    except ValueError as error:
        raise WrongCallError(f"as_of: {error}") from error


@reads("/flows")
@reads("/flows.json")
def flows(request: Request, element: Text = "", period: Text = "", as_of: AsOf = None, on: On = None) -> Response:
    """Who sent how much to whom?"""
    view = ledger(request).flows(element=element, period=period, as_of=as_of, on=on)
    command = f"filon flows --element {quote(view.sankey.element.key)}"
    return page("flows.html", request, view, page="flows", command=command)


@reads("/trace/{path:path}")
def trace(request: Request, path: str, element: Text = "", as_of: AsOf = None, on: On = None) -> Response:
    """Where did a lot come from, where did it go?"""
    key = lot_key(path.removesuffix(".json"))
    view = ledger(request).trace(key, element=element, back=True, forward=True, as_of=as_of, on=on, drawn=True)
    command = f"filon trace {quote(view.number)} --element {view.element}"
    return page("trace.html", request, view, page="lots", shown=SHOWN, command=command)


@reads("/origin/{path:path}")
def origin(  # noqa: PLR0917 - the query of the page, by name
    request: Request,
    path: str,
    by: Text = "origin",
    element: Text = "",
    as_of: AsOf = None,
    on: On = None,
) -> Response:
    """What is in a lot, and from where, by any characteristic?"""
    key = lot_key(path.removesuffix(".json"))
    view = ledger(request).origins(key, by=by, element=element, as_of=as_of, on=on)
    command = f"filon origin {quote(view.number)} --by {quote(view.by)}"
    return page("origin.html", request, view, page="lots", command=command)


@reads("/why/{path:path}")
def why(  # noqa: PLR0917 - the query of the page, by name
    request: Request,
    path: str,
    element: Text = "",
    smallest: Annotated[Decimal, Query(ge=0, le=100)] = Decimal("0.5"),
    by: Text = "",
    as_of: AsOf = None,
    on: On = None,
) -> Response:
    """On which steps, shipments and files does a lot's content rest?"""
    key = lot_key(path.removesuffix(".json"))
    view = ledger(request).why(key, element=element, smallest=smallest, by=by, as_of=as_of, on=on)
    command = f"filon why {quote(view.number)} --element {view.element}"
    return page("why.html", request, view, page="lots", smallest=smallest, command=command)
