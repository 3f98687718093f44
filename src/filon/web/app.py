"""The web application: pages over a ledger, one error shape, headers on everything; computes nothing.

create_app(ledger)      # an ASGI application, for uvicorn or a test
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection
from functools import partial

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware

from filon import __version__
from filon.app.access.door import Door
from filon.app.desk.repository import Repository
from filon.app.evidence import Evidence
from filon.app.issuing import Issuing
from filon.app.pact.office import Office
from filon.app.passport_data import PassportData
from filon.app.passport_pages import PassportPages
from filon.app.passport_writing import PassportWriting
from filon.app.public_log import PublicLog
from filon.app.shelf import Shelf
from filon.app.witness import Witness
from filon.core.errors import FilonError, NotFoundError, WrongCallError
from filon.views.ledger import Ledger
from filon.web.asking import asking
from filon.web.deeds import deed_routes
from filon.web.door import door_routes, gate, who
from filon.web.dpp import failed, passport_routes
from filon.web.dpp_writing import dpp_writing_routes
from filon.web.epcis import Below, Interface
from filon.web.evidence import evidence_routes
from filon.web.front import AtHand, Front
from filon.web.labels import label_routes
from filon.web.log import log_routes, witness_routes
from filon.web.pact import pact
from filon.web.points import points_routes
from filon.web.reply import GUARDS, POLICY, problem
from filon.web.routes import pages
from filon.web.verify import verify_routes

_log = logging.getLogger(__name__)


class MethodError(WrongCallError):
    """A page was called with a method that it does not know."""

    status = 405


def create_app(
    ledger: Ledger,
    *,
    host: str = "",
    repository: Repository | None = None,
    log: PublicLog | None = None,
    witness: Witness | None = None,
    office: Office | None = None,
    points: PassportData | None = None,
    writing: PassportWriting | None = None,
    evidence: Evidence | None = None,
    shelf: Shelf | None = None,
    door: Door | None = None,
    names: Collection[str] = (),
) -> FastAPI:
    """The application over one ledger.

    Args:
        host: `https://passport.example`, where the batteries' pages live for everybody: their QR codes lead there;
            empty = the canonical identifiers at id.gs1.org.
        repository: what partners' programs talk to below `/epcis`; None = nothing is there.
        log: the transparency log at `/checkpoint` and `/tile`; None = nothing is there.
        witness: who answers partners' logs at `/witness`; None = nobody.
        office: who exchanges footprints with partners below `/3/`; None = nobody.
        points: where passport data come in, by program or form; None = nowhere.
        writing: EN 18222 calls that change passports; None = they are only read.
        evidence: documents behind statements; None, or no `points` and no ledger of our own = nothing is there.
        shelf: passports for programs: resolver, `/v1`, `/dpp`, `/status`, DID document; None = nothing is there.
        door: who may see what; None = everybody sees every page, as on one's own machine.
        names: host names by which a ledger without accounts may be called besides bare addresses; none = any.
    """
    app = FastAPI(title="Filon", version=__version__, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.ledger = ledger
    app.state.host = host
    app.state.office = office
    app.include_router(pact)
    _forms(app, ledger, points)
    app.include_router(asking)
    app.include_router(pages)
    app.state.shelf = shelf
    app.include_router(verify_routes(shelf))
    if shelf is not None:
        app.include_router(passport_routes(shelf))
    if evidence is not None and points is not None and isinstance(shelf, Issuing):
        app.include_router(evidence_routes(evidence, shelf, points))
    if writing is not None:
        app.include_router(dpp_writing_routes(writing))
    if log is not None:
        app.include_router(log_routes(log))
    if witness is not None:
        app.include_router(witness_routes(witness))
    if repository is not None:
        app.router.routes.append(Below("/epcis", Interface(repository)))
    app.add_exception_handler(FilonError, _filon_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _wrong_query)
    if door is not None:
        assert isinstance(ledger, PassportPages)
        app.state.door = door
        app.state.who = partial(who, door=door)
        app.include_router(door_routes(door, ledger))
        app.middleware("http")(gate(door, frozenset(names)))
    app.middleware("http")(_guarded)
    app.add_middleware(GZipMiddleware, minimum_size=512)
    return _fronted(app, ledger)


def _forms(app: FastAPI, ledger: Ledger, points: PassportData | None) -> None:
    """What the operator's people fill in about passports."""
    if points is not None:
        app.include_router(points_routes(points))
    if isinstance(ledger, PassportPages):
        app.include_router(label_routes(ledger.passports))
        if points is not None:
            app.include_router(deed_routes(points, ledger.passports))


def _fronted(app: FastAPI, ledger: Ledger) -> FastAPI:
    """Battery pages that are at hand are answered before anything else is asked."""
    if isinstance(ledger, AtHand):
        app.add_middleware(Front, pages=ledger, host=app.state.host)
    return app


async def _guarded(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
    """Headers on every answer; an error that nobody foresaw is logged and shown without its inside."""
    try:
        answer = await go_on(request)
    except Exception:  # noqa: BLE001 - the last net: no stack trace may reach the reader (ASVS 16.5.1)
        _log.exception("unforeseen error at %s", request.url.path)
        answer = problem(request, FilonError("something went wrong on our side; the log of the server has the details"))
    for name, value in GUARDS.items():
        answer.headers.setdefault(name, value)
    answer.headers.setdefault("Content-Security-Policy", POLICY)
    if request.url.scheme == "https":
        answer.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return answer


async def _filon_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, FilonError)
    return _refused(request, error)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == NotFoundError.status:
        return _refused(request, NotFoundError("there is no such page"))
    if error.status_code == MethodError.status:
        return _refused(request, MethodError("this page can only be read"))
    return _refused(request, WrongCallError(str(error.detail)))


async def _wrong_query(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    told = "; ".join(f"{item['loc'][-1]}: {item['msg']}" for item in error.errors())
    return _refused(request, WrongCallError(told))


def _refused(request: Request, error: FilonError) -> Response:
    """An error in the shape of the interface that was called."""
    return failed(request, error) if request.url.path.startswith("/v1/") else problem(request, error)
