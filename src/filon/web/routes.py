"""The pages: one question to the ledger each, answered with its view as HTML or JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from shlex import quote
from typing import Annotated, cast
from urllib.parse import quote as urlquote

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import BeforeValidator

from filon.core.errors import NotFoundError, WrongCallError
from filon.core.ident import expected_digits, sgtin
from filon.core.ident import gtin as product
from filon.core.moment import Known, known
from filon.exchange.carbon_pdf import carbon_pdf
from filon.exchange.carbon_report import report
from filon.views.build.sight import lot_key, lot_path
from filon.views.carbon import CarbonView
from filon.views.carbon_board import CarbonContract
from filon.views.findings import FindingList
from filon.views.ledger import Ledger
from filon.views.say import tongue
from filon.web.door import published, scanned
from filon.web.dpp import redirected
from filon.web.pages import ASSETS, asset, public_link, render_battery
from filon.web.qr import qr_file
from filon.web.reply import OPEN, battery_headers, json_of, language, page, unchanged, wants_json

pages = APIRouter()
reads = partial(pages.api_route, methods=["GET", "HEAD"])
"""A page at a path; nothing can be changed through the web."""

AsOf = Annotated[
    Known | None,
    BeforeValidator(lambda text: known(text) if text else None),
    Query(description="as known on a date, or with so many log entries"),
]
Page = Annotated[int, Query(alias="page", ge=1, le=1_000_000)]
Gtin = Annotated[str, Path(pattern=r"^(\d{8}|\d{12,14})$")]
On = Annotated[
    date | None, BeforeValidator(lambda text: text or None), Query(description="as things stood at the end of that day")
]
Day = Annotated[date | None, Query(description="the day that duties are told for")]
Text = Annotated[str, Query(max_length=400)]
Year = Annotated[int | None, Query(ge=1900, le=9998, description="the contract year that begins in it; none = all")]


REPORTS = {
    "pdf": ("application/pdf", carbon_pdf),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", report),
}
"""{form: (media type, how it is written)}."""
FINDINGS = 200
"""So many findings stand on their page; the JSON twin has all."""


def ledger(request: Request) -> Ledger:
    """The ledger that this application shows."""
    return cast(Ledger, request.app.state.ledger)


@contextmanager
def typed(number: str) -> Iterator[None]:
    """A GTIN that somebody typed: where nothing is known of it and its check digit is wrong, that is what is told.

    Raises:
        WrongCallError: nothing was found, and the check digit is wrong.
    """
    try:
        yield
    except NotFoundError as error:
        right = expected_digits(product(number))
        if right is None:
            raise
        raise WrongCallError(f"the check digit of {number} is wrong; {right} would fit") from error


@reads("/")
@reads("/home.json")
def home(request: Request, as_of: AsOf = None) -> Response:
    """What needs me today?"""
    return page("home.html", request, ledger(request).home(as_of=as_of), page="home", command="filon findings")


@reads("/lots")
@reads("/lots.json")
def lots(  # noqa: PLR0917 - the query of the page, by name
    request: Request,
    q: Text = "",
    stage: Text = "",
    site: Text = "",
    sheet: Page = 1,
    as_of: AsOf = None,
    on: On = None,
) -> Response:
    """The lots that a search leaves."""
    view = ledger(request).lots(q, stage=stage, site=site, page=sheet, as_of=as_of, on=on)
    command = f"filon lots {quote(q)}" if q else "filon lots"
    return page("lots.html", request, view, page="lots", search=q, stage=stage, site=site, command=command)


@reads("/lots/{path:path}")
def lot(request: Request, path: str, carrier: Text = "", as_of: AsOf = None, on: On = None) -> Response:
    """One lot."""
    key = lot_key(path.removesuffix(".json"))
    view = ledger(request).lot(key, carrier=carrier, as_of=as_of, on=on)
    labels = {node.key: node.label for node in view.chain.nodes}
    return page("lot.html", request, view, page="lots", labels=labels, command=f"filon lot {quote(view.number)}")


@reads("/events/{form}/{path:path}")
def events_file(request: Request, form: str, path: str, chain: bool = False, as_of: AsOf = None) -> Response:
    """A lot's events as a file: EPCIS in JSON-LD or XML, or the supplier workbook."""
    told = ledger(request).events_file(lot_key(path), form, chain=chain, as_of=as_of)
    headers = {"Content-Disposition": f'attachment; filename="{told.name}"'}
    return Response(told.data, media_type=told.media_type, headers=headers)


@reads("/custody/{path:path}")
def custody(request: Request, path: str, as_of: AsOf = None, on: On = None) -> Response:
    """What may be claimed of a lot?"""
    view = ledger(request).custody(lot_key(path.removesuffix(".json")), as_of=as_of, on=on)
    return page("custody.html", request, view, page="lots", command=f"filon custody {quote(view.number)} --why")


@reads("/alarms")
@reads("/alarms.json")
def alarms(request: Request, site: Text = "", element: Text = "", as_of: AsOf = None, on: On = None) -> Response:
    """What does not add up, and why may that be?"""
    view = ledger(request).alarms(site=site, element=element, as_of=as_of, on=on)
    return page("alarms.html", request, view, page="balance", command="filon alarms")


@reads("/yields")
@reads("/yields.json")
def yields(request: Request, site: Text = "", element: Text = "", as_of: AsOf = None, on: On = None) -> Response:
    """What do our steps deliver, and is it what was declared?"""
    view = ledger(request).yields(site=site, element=element, as_of=as_of, on=on)
    command = f"filon yields {quote(site)}" if site else "filon yields"
    return page("yields.html", request, view, page="balance", command=command)


@reads("/credits")
@reads("/credits.json")
def credit_accounts(request: Request, site: Text = "", as_of: AsOf = None, on: On = None) -> Response:
    """What has a site left to claim?"""
    view = ledger(request).credits(site=site, as_of=as_of, on=on)
    command = f"filon credits {quote(site)}" if site else "filon credits"
    return page("credits.html", request, view, page="credits", command=command)


@reads("/carbon")
@reads("/carbon.json")
def carbon_board(request: Request, ruleset: Text = "filon-1", as_of: AsOf = None) -> Response:
    """Are the packs on the path?"""
    view = ledger(request).carbon_board(ruleset=ruleset, as_of=as_of)
    return page("carbon_board.html", request, view, page="carbon", command="filon carbon")


@reads("/carbon/report/{form}/{path:path}")
def carbon_report(request: Request, form: str, path: str, year: Year = None, as_of: AsOf = None) -> Response:
    """The footprint of a lot or agreement to take along: a PDF or a workbook, in the page's language."""
    if form not in REPORTS:
        raise NotFoundError(f"a report is {' or '.join(REPORTS)}")
    media_type, written = REPORTS[form]
    of, told = path.removeprefix("agreement/"), ledger(request)
    if path.startswith("agreement/"):
        view: CarbonContract | CarbonView = told.carbon_contract(of, year=year, as_of=as_of)
    else:
        view = told.carbon(lot_key(path), as_of=as_of)
    name = re.sub(r"[^A-Za-z0-9.-]+", "-", of).strip("-.")
    headers = {"Content-Disposition": f'attachment; filename="carbon-{name}.{form}"'}
    return Response(written(view, tongue(language(request))), media_type=media_type, headers=headers)


@reads("/carbon/agreement/{reference:path}")
def carbon_contract(
    request: Request, reference: str, year: Year = None, ruleset: Text = "filon-1", as_of: AsOf = None
) -> Response:
    """What do an agreement's deliveries cost, and are they on the path?"""
    number = reference.removesuffix(".json")
    view = ledger(request).carbon_contract(number, year=year, ruleset=ruleset, as_of=as_of)
    command = f"filon carbon {quote(number)}" + (f" --year {year}" if year else "")
    return page(
        "carbon_contract.html",
        request,
        view,
        page="carbon",
        asked=year,
        path=f"/carbon/agreement/{urlquote(number)}",
        command=command,
    )


@reads("/carbon/{path:path}")
def carbon(  # noqa: PLR0917 - the query of the page, by name
    request: Request,
    path: str,
    change: Annotated[list[str] | None, Query(max_length=20)] = None,
    site: Text = "",
    kind: Text = "wind",
    amount: Text = "",
    ruleset: Text = "filon-1",
    as_of: AsOf = None,
) -> Response:
    """The footprint of one lot, and what would change it."""
    key = lot_key(path.removesuffix(".json"))
    changes = list(change or [])
    if site and amount:
        number = amount.strip()
        way, _, mode = kind.partition(":")
        changes.append(f"{way}:{site}:{mode}:{number}" if mode else f"{way}:{site}:{number}")
    view = ledger(request).carbon(key, changes=changes, ruleset=ruleset, as_of=as_of)
    asked = {"site": site, "kind": kind, "amount": amount, "kept": changes}
    told = " ".join(f"--what-if {quote(one)}" for one in changes)
    return page(
        "carbon.html", request, view, page="carbon", path=f"/carbon/{path}", lot=lot_path(view.key), asked=asked,
        command=f"filon carbon {quote(view.number)} --why {told}".rstrip(),
    )  # fmt: skip


@reads("/balance")
@reads("/balance.json")
def balance(  # noqa: PLR0917 - the query of the page, by name
    request: Request, element: Text = "", site: Text = "", period: Text = "", as_of: AsOf = None, on: On = None
) -> Response:
    """Does it add up?"""
    view = ledger(request).balance(element=element, site=site, period=period, as_of=as_of, on=on)
    command = "filon balance" + (f" --element {quote(element)}" if element else "")
    return page("balance.html", request, view, page="balance", command=command)


@reads("/owners")
@reads("/owners.json")
def owners(request: Request, element: Text = "", as_of: AsOf = None, on: On = None) -> Response:
    """Whose is it?"""
    view = ledger(request).owners(element=element, as_of=as_of, on=on)
    command = "filon balance --owner" + (f" --element {quote(element)}" if element else "")
    return page("owners.html", request, view, page="balance", command=command)


@reads("/findings")
@reads("/findings.json")
def findings(request: Request, as_of: AsOf = None, on: On = None) -> Response:
    """What is wrong or worth knowing."""
    books = ledger(request)
    view = FindingList(books.state(as_of=as_of), books.findings(as_of=as_of, on=on))
    return page("findings.html", request, view, page="findings", shown=FINDINGS, command="filon findings")


@reads("/affected")
@reads("/affected.json")
def affected(request: Request, event: Text = "", element: Text = "", as_of: AsOf = None) -> Response:
    """What did a declared error and its corrections change?"""
    view = ledger(request).affected(event, element=element, as_of=as_of)
    command = " ".join(["filon affected", quote(event) if event else "", f"-e {quote(element)}" if element else ""])
    return page("affected.html", request, view, page="findings", event=event, shown=FINDINGS, command=command.strip())


@reads("/log")
@reads("/log.json")
def log(request: Request, sheet: Page = 1, as_of: AsOf = None) -> Response:
    """What was handed in."""
    return page("log.html", request, ledger(request).log(page=sheet, as_of=as_of), page="log")


@reads("/01/{gtin}/21/{serial:path}")
def battery(request: Request, gtin: Gtin, serial: str, as_of: AsOf = None) -> Response:
    """The public page of a battery: no login, no script, no cookie, one request.

    Source: GS1 Digital Link URI syntax: /01/ GTIN, /21/ serial number; passport reference, section 9.
    """
    serial = serial.removesuffix("/")
    shelf = getattr(request.app.state, "shelf", None)
    elsewhere = redirected(request, shelf, gtin, serial.removesuffix(".json")) if shelf else None
    if elsewhere is not None:
        return elsewhere
    with typed(gtin):
        theirs = scanned(request, sgtin(gtin, serial.removesuffix(".json")))
        if theirs is not None:
            return theirs
        published(request, sgtin(gtin, serial.removesuffix(".json")))
        view = ledger(request).battery(gtin, serial.removesuffix(".json"), as_of=as_of)
    if wants_json(request):
        answer = json_of(request, view)
    else:
        spoken, host = language(request), request.app.state.host
        headers = battery_headers(view, spoken, host)
        if unchanged(request.headers.get("if-none-match", ""), headers):
            answer = Response(status_code=304, headers=headers)
        else:
            body = render_battery(view, spoken, host=host)
            answer = Response(body, media_type="text/html; charset=utf-8", headers=headers)
    answer.headers.update(OPEN)
    return answer


@reads("/passports")
@reads("/passports.json")
def board(request: Request, on: Day = None, as_of: AsOf = None) -> Response:
    """Which passport lacks what, on a day?"""
    view = ledger(request).board(on=on, as_of=as_of)
    return page("board.html", request, view, page="passports", command=f"filon readiness --on {view.on}")


@reads("/passports/01/{gtin}/21/{serial:path}")
def readiness(request: Request, gtin: Gtin, serial: str, on: Day = None, as_of: AsOf = None) -> Response:
    """A passport point by point, as its operator sees it."""
    battery = sgtin(gtin, serial.removesuffix(".json"))
    with typed(gtin):
        view = ledger(request).readiness(battery, on=on, as_of=as_of)
    command = f"filon readiness {quote(view.battery)} --on {view.on}"
    return page("readiness.html", request, view, page="passports", command=command)


@reads("/history/01/{gtin}/21/{serial:path}")
def history(request: Request, gtin: Gtin, serial: str, as_of: AsOf = None) -> Response:
    """Every version of a passport."""
    with typed(gtin):
        published(request, sgtin(gtin, serial.removesuffix(".json")))
        view = ledger(request).history(gtin, serial.removesuffix(".json"), as_of=as_of)
    return page("history.html", request, view, page="passports", command=f"filon history {quote(serial)}")


@reads("/qr/01/{gtin}/21/{serial:path}")
def qr(request: Request, gtin: Gtin, serial: str) -> Response:
    """The QR code of a battery as SVG, for its label."""
    if not serial.endswith(".svg"):
        raise NotFoundError("a code is asked for as /qr/01/{gtin}/21/{serial}.svg")
    with typed(gtin):
        published(request, sgtin(gtin, serial.removesuffix(".svg")))
        view = ledger(request).battery(gtin, serial.removesuffix(".svg"))
    link = public_link(view, request.app.state.host)
    return Response(qr_file(link, view.serial), media_type="image/svg+xml", headers=dict(OPEN))


@reads("/static/{name}")
def static(name: str) -> Response:
    """Our style sheet, script and mark; the name holds a hash of the bytes, so they may be kept for ever."""
    for one in map(asset, ASSETS):
        if one.path == f"/static/{name}":
            headers = {"Cache-Control": "public, max-age=31536000, immutable"}
            return Response(one.data, media_type=f"{one.media_type}; charset=utf-8", headers=headers)
    raise NotFoundError("no such file")


@reads("/healthz")
def alive() -> Response:
    """The process answers."""
    return Response("ok\n", media_type="text/plain; charset=utf-8")


@reads("/readyz")
def ready(request: Request) -> Response:
    """The ledger answers, too."""
    return Response(f"ok, {ledger(request).state().size} entries\n", media_type="text/plain; charset=utf-8")
