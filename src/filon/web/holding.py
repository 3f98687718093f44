"""The back-up provider's application: it serves passports of a maker that is gone, under the maker's own addresses."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import FastAPI, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from filon import __version__
from filon.app.holding import Holding
from filon.core.errors import FilonError, NotFoundError
from filon.core.ident import sgtin
from filon.web.dpp import gone, passport_routes, redirected
from filon.web.evidence import battery_of, document
from filon.web.reply import GUARDS, OPEN, battery_policy, language, problem, wants_json


def create_holding_app(holding: Holding) -> FastAPI:
    """Resolver, EN 18222, downloads and pages out of a restored package; no ledger, no login, nothing to change."""
    app = FastAPI(title="Filon back-up", version=__version__, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.host = holding.host

    @app.api_route("/01/{gtin}/21/{serial:path}", methods=["GET", "HEAD"])
    def battery(request: Request, gtin: str, serial: str) -> Response:
        name = sgtin(gtin, serial.removesuffix(".json"))
        end = holding.ceased(name)
        if end is not None:
            return gone(end)
        elsewhere = redirected(request, holding, gtin, serial.removesuffix(".json"))
        if elsewhere is not None:
            return elsewhere
        if wants_json(request):
            made = holding.issued(name, "en18223", (), now=datetime.now(UTC))
            return Response(made.data, media_type=made.media, headers=dict(OPEN))
        spoken = language(request)
        headers = {**OPEN, "Content-Language": spoken, "Content-Security-Policy": battery_policy()}
        return Response(holding.page(name, spoken), media_type="text/html; charset=utf-8", headers=headers)

    @app.api_route("/evidence/{digest}/{identifier:path}", methods=["GET", "HEAD"])
    def evidence(digest: str, identifier: str) -> Response:
        return document(*holding.document(battery_of(identifier), digest), public=True)

    app.include_router(passport_routes(holding))
    app.add_exception_handler(FilonError, _told)
    app.add_exception_handler(HTTPException, _unknown)
    return app


async def _told(request: Request, error: Exception) -> Response:
    assert isinstance(error, FilonError)
    answer = problem(request, error)
    answer.headers.update(GUARDS)
    return answer


async def _unknown(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return await _told(request, NotFoundError("there is no such page"))
