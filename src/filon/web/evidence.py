"""Documents over HTTP: handed in with a token, fetched by whoever may see a data point that names them.

    POST /evidence?name=type-test.pdf                 201 {"sha256": ..}
    GET /evidence/{sha256}/01/{gtin}/21/{serial}      the bytes, for readers of that passport

A document is always given out as a file to keep, never shown in our own pages' name: whoever handed it in could have
put anything into it.

Source: Article 77(2); OWASP ASVS 5.0, 5.4 (what was uploaded is never run); RFC 9530 (Repr-Digest).
"""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from filon.app.evidence import Evidence, named
from filon.app.issuing import Issuing
from filon.app.passport_data import PassportData
from filon.core.errors import FilonError, NotFoundError, TooLargeError
from filon.core.ident import canonical
from filon.exchange.writing import as_json
from filon.passport.passport import disclosed
from filon.web.door import sight
from filon.web.dpp import address
from filon.web.points import refused

Digest = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
_ALONE = "default-src 'none'; sandbox"


def evidence_routes(evidence: Evidence, issuing: Issuing, data: PassportData) -> APIRouter:
    """The routes, for one ledger."""
    routes = APIRouter()

    @routes.post("/evidence")
    async def hand_in(request: Request, name: str = "document") -> Response:
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        media = request.headers.get("content-type", "").partition(";")[0].strip().lower() or "application/octet-stream"
        try:
            token = await run_in_threadpool(data.token, secret if scheme.lower() == "bearer" else "")
            body = bytearray()
            async for piece in request.stream():
                body += piece
                if len(body) > evidence.largest:
                    raise TooLargeError(f"a document has at most {evidence.largest} bytes")
            now = datetime.now(UTC)
            kept = await run_in_threadpool(evidence.keep, bytes(body), media, name, by=token.name, now=now)
        except FilonError as error:
            return refused(error)
        told = {"sha256": kept.sha256, "size": kept.size, "name": kept.name, "media": kept.media}
        return Response(as_json(told), 201, media_type="application/json", headers={"Cache-Control": "no-store"})

    @routes.api_route("/evidence/{digest}/{identifier:path}", methods=["GET", "HEAD"])
    def fetch(request: Request, digest: Digest, identifier: str) -> Response:
        return _given(request, evidence, issuing, digest, identifier)

    return routes


def _given(request: Request, evidence: Evidence, issuing: Issuing, digest: str, identifier: str) -> Response:
    """The document, if a data point that the reader may see names it.

    Raises:
        NotFoundError: none does, or nobody handed it in; a stranger cannot tell which.
    """
    name = battery_of(identifier)
    if issuing.ceased(name) is not None or not issuing.known(name):
        raise NotFoundError("there is no such battery")
    passport = issuing.passports.passport(name, on=datetime.now(UTC).date())
    public = digest in named(disclosed(passport, ()))
    if not public:
        theirs = sight(request, way="json")
        if theirs is None or digest not in named(theirs(passport)):
            raise NotFoundError("no data point that you may see names this document")
    kept = evidence.exhibit(digest)
    return document(evidence.data(digest), kept.media, kept.name, public=public)


def battery_of(path: str) -> str:
    """The battery that the rest of an address names: `01/../21/..`, or a whole identifier."""
    plain = address(path)
    return canonical(plain if "://" in plain else f"https://id.gs1.org/{plain}")


def document(data: bytes, media: str, name: str, *, public: bool) -> Response:
    """A document as it is given out: a file to keep, with its hash."""
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "Repr-Digest": f"sha-256=:{b64encode(sha256(data).digest()).decode()}:",
        "Cache-Control": "public, max-age=3600" if public else "no-store",
        "Content-Security-Policy": _ALONE,
    }
    return Response(data, media_type=media, headers=headers)
