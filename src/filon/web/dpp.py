"""Passports for programs: the resolver, the EN 18222 interface, downloads in every format, DID document, status lists.

A stranger gets the public part and no more, however it asks; who shows a session or a token gets what grants add,
recorded, and kept out of every cache.

Source: GS1-Conformant Resolver Standard 1.2; RFC 9264; EN 18222:2026 (passport reference, section 8); did:web.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from filon.app.issuing import FORMATS, Sight
from filon.app.shelf import Shelf
from filon.core.errors import FilonError, NotFoundError, TooLargeError, WrongCallError
from filon.core.finding import Finding
from filon.core.ident import canonical, elements, expected_digits, lgtin, sgtin
from filon.core.ident import gtin as model_id
from filon.exchange import en18223
from filon.passport.identity import printed
from filon.passport.point import Audience
from filon.passport.resolver import LINKSET, Anchor, Asked, Link, Tombstone, resolved
from filon.seal.jcs import read
from filon.views import details
from filon.views.say import LANGUAGES
from filon.web.door import sight
from filon.web.dpp_words import STATUS
from filon.web.reply import OPEN, PAGE, language

MOST_IDS = 1000
"""Product identifiers in one question."""
BODY = 1024 * 1024
"""Bytes of one question."""
_MAY: Mapping[str, str] = {
    "Allow": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Accept-Language",
    "Access-Control-Max-Age": "86400",
}
"""What a page of anybody may ask without our leave: public data, read; writing needs a program, not a page."""
_NONE: Mapping[str, str] = {}
_SEEN: frozenset[Audience] = frozenset({Audience.PUBLIC})


def passport_routes(shelf: Shelf) -> APIRouter:
    """Everything below `/v1`, `/dpp`, `/status`, `/.well-known` and the identifiers that are no battery's page."""
    routes = APIRouter()
    reads = {"methods": ["GET", "HEAD"]}
    _well_known(routes, shelf, reads)
    _identifiers(routes, shelf, reads)
    _interface(routes, shelf, reads)

    @routes.options("/01/{rest:path}")
    @routes.options("/i/{rest:path}")
    @routes.options("/dpp/{rest:path}")
    @routes.options("/v1/{rest:path}")
    def may(rest: str) -> Response:
        del rest
        return Response(status_code=204, headers={**OPEN, **_MAY})

    @routes.api_route("/dpp/{form}/{identifier:path}", **reads)  # type: ignore[arg-type]
    def download(request: Request, form: str, identifier: str) -> Response:
        return handed(request, shelf, identifier, form)

    return routes


def _well_known(routes: APIRouter, shelf: Shelf, reads: Mapping[str, Any]) -> None:
    @routes.api_route("/.well-known/did.json", **reads)
    def did_document() -> Response:
        return _json(shelf.did_document(), "application/did+json")

    @routes.api_route("/status/{number}", **reads)
    def status_list(number: int) -> Response:
        token = shelf.status_list(number, now=datetime.now(UTC))
        return Response(
            token, media_type="application/vc+jwt", headers={**OPEN, "Cache-Control": "public, max-age=300"}
        )

    @routes.api_route("/.well-known/gs1resolver", **reads)
    def description(request: Request) -> Response:
        told = {
            "name": "Filon",
            "resolverRoot": shelf.host or str(request.base_url).rstrip("/"),
            "supportedPrimaryKeys": ["01"],
            "linkTypeDefaultCanBeLinkset": False,
            "supportedLinkType": [{"namespace": "https://ref.gs1.org/voc/", "prefix": "gs1:"}],
        }
        return _json(told)


def _identifiers(routes: APIRouter, shelf: Shelf, reads: Mapping[str, Any]) -> None:
    """Identifiers without a page of their own: models, batches, opaque ones."""

    @routes.api_route("/01/{number}", **reads)
    @routes.api_route("/01/{number}/", **reads)
    def model(request: Request, number: str) -> Response:
        return answered(request, shelf, _made(model_id, number))

    @routes.api_route("/01/{number}/10/{batch}", **reads)
    def lot(request: Request, number: str, batch: str) -> Response:
        return answered(request, shelf, _made(lgtin, number, batch))

    @routes.api_route("/i/{token}", **reads)
    def opaque(request: Request, token: str) -> Response:
        return answered(request, shelf, f"{shelf.host}/i/{token}")


def _made(maker: Any, number: str, *rest: str) -> str:
    if not re.fullmatch(r"\d{8}|\d{12,14}", number):
        raise WrongCallError("a GTIN has 8, 12, 13 or 14 digits")
    identifier = str(maker(number, *rest))
    right = expected_digits(identifier)
    if right is not None:
        raise WrongCallError(f"the check digit of {number} is wrong; {right} would fit")
    return identifier


def redirected(request: Request, shelf: Shelf, gtin: str, serial: str) -> Response | None:
    """The resolver's answer where a battery's own page is asked for something else than itself; else None."""
    query = dict(parse_qsl(request.url.query))
    first = request.headers.get("accept", "*/*").split(",")[0].partition(";")[0].strip().lower()
    if "linkType" not in query and first in PAGE:
        return None
    return answered(request, shelf, _made(sgtin, gtin, serial))


def answered(request: Request, shelf: Shelf, identifier: str) -> Response:
    """What a scan of this identifier is answered.

    Raises:
        NotFoundError: nothing is known of it, or it has no link of that type.
    """
    pairs = parse_qsl(request.url.query)
    kind = next((value for name, value in pairs if name == "linkType"), "")
    rest = urlencode([(name, value) for name, value in pairs if name != "linkType"])
    asked = Asked(kind, request.headers.get("accept", "*/*"), language(request), rest)
    answer = resolved(asked, anchors(shelf, identifier, str(request.base_url)), shelf.ceased(identifier))
    headers = {**OPEN, "Vary": "Accept, Accept-Language", "Link": _linkset_of(identifier, shelf, request)}
    if answer.status == 404:  # noqa: PLR2004 - not found
        raise NotFoundError("nothing is known under this identifier, or nothing of that kind")
    if answer.status == 307:  # noqa: PLR2004 - temporary redirect
        return Response(status_code=307, headers={**headers, "Location": answer.location})
    media = LINKSET if answer.status in {200, 300} else "application/json"
    return Response(json.dumps(answer.body, ensure_ascii=False), answer.status, media_type=media, headers=headers)


def anchors(shelf: Shelf, identifier: str, base: str) -> list[Anchor]:
    """The identifier and the levels above it that are known, each with its links, the default first."""
    known = elements(identifier)
    if not shelf.known(identifier):  # a serial number that was never made is not its model
        return []
    levels = [identifier]
    if "21" in known or "10" in known:
        levels.append(model_id(known["01"]))
    host = shelf.host or base.rstrip("/")
    return [Anchor(printed(one, host), _links(one, host)) for one in levels if shelf.known(one)]


def _links(identifier: str, host: str) -> tuple[Link, ...]:
    """Where an identifier leads; the public page first, if it has one."""
    known = elements(identifier)
    escaped = quote(identifier, safe="")
    here = printed(identifier, host)
    page = (Link("dpp", here, "text/html", LANGUAGES),) if "21" in known else ()
    whole = (
        Link("dpp", f"{host}/v1/dppsByProductId/{escaped}", "application/json"),
        Link("dpp", f"{host}/dpp/jsonld/{escaped}", "application/ld+json"),
        Link("dpp", f"{host}/dpp/pdf/{escaped}", "application/pdf"),
        Link("certificationInfo", f"{host}/dpp/vc/{escaped}", "application/vc+jwt"),
        Link("certificationInfo", f"{host}/dpp/vc-json/{escaped}", "application/vc"),
    )
    events = (Link("epcis", f"{host}/epcis/epcs/{escaped}/events", "application/ld+json"),) if "21" in known else ()
    return (*page, *whole, *events)


def _linkset_of(identifier: str, shelf: Shelf, request: Request) -> str:
    where = printed(identifier, shelf.host or str(request.base_url).rstrip("/"))
    return f'<{where}?linkType=linkset>; rel="linkset"; type="{LINKSET}"'


def handed(
    request: Request, shelf: Shelf, identifier: str, form: str, *, on: date | None = None, full: bool = False
) -> Response:
    """A passport as a file or JSON, as the asker may see it.

    Raises:
        GoneError: the battery was recycled. NotFoundError: nothing is known of it. WrongCallError: no such format.
    """
    if form not in FORMATS:
        raise NotFoundError(f"there is no format {form!r}; choose of {', '.join(FORMATS)}")
    name = canonical(address(identifier))
    end = shelf.ceased(name)
    if end is not None:
        return gone(end)
    now = datetime.now(UTC)
    theirs = sight(request, way="file")
    made = shelf.issued(
        name,
        form + ("-full" if full else ""),
        _SEEN,
        now=now,
        language=language(request),
        on=on,
        sight=theirs,
    )
    headers = {**_kept(theirs), "Vary": "Accept, Accept-Language, Authorization, Cookie"}
    if form in {"samm", "idta", "pdf"}:
        headers["Content-Disposition"] = f'attachment; filename="{made.name}"'
    return Response(made.data, media_type=made.media, headers=headers)


def _kept(theirs: Sight | None) -> Mapping[str, str]:
    """Who may keep the answer: anybody what is public, nobody what one reader was shown."""
    return {"Cache-Control": "no-store"} if theirs else {**OPEN, "Cache-Control": "no-cache"}


def gone(end: Tombstone) -> Response:
    """410 with the tombstone; nothing else of a passport that ceased is told."""
    return Response(json.dumps(end.as_dict()), 410, media_type="application/json", headers=dict(OPEN))


def address(path: str) -> str:
    """An identifier out of a path: some servers fold `//` in front of its host into one."""
    plain = unquote(path)
    return re.sub(r"^(https?):/(?=[^/])", r"\1://", plain)


def _interface(routes: APIRouter, shelf: Shelf, reads: Mapping[str, Any]) -> None:
    """EN 18222: read by passport, by product, by day, one element; ids by products."""

    @routes.api_route("/v1/dpps/{identifier:path}", **reads)
    def by_id(request: Request, identifier: str) -> Response:
        whole, _, path = identifier.partition("/elements/")
        return said(request, lambda: _read(request, shelf, whole, path))

    @routes.api_route("/v1/dppsByProductId/{identifier:path}", **reads)
    def by_product(request: Request, identifier: str) -> Response:
        return said(request, lambda: _read(request, shelf, identifier))

    @routes.api_route("/v1/dppsByIdAndDate/{identifier:path}", **reads)
    def by_date(request: Request, identifier: str, date: str = "") -> Response:
        return said(request, lambda: _read(request, shelf, identifier, on=_day(date)))

    @routes.post("/v1/dppsByProductIds")
    async def ids(request: Request, limit: int = 100, cursor: int = 0) -> Response:
        body = bytearray()
        async for part in request.stream():
            body += part
            if len(body) > BODY:
                return failed(request, TooLargeError(f"at most {BODY} bytes of identifiers can be asked at once"))
        return await run_in_threadpool(said, request, lambda: _ids(shelf, bytes(body), limit, cursor))


def _read(request: Request, shelf: Shelf, identifier: str, path: str = "", *, on: date | None = None) -> Response:
    """The passport, or the one element that the path names.

    The passport's identifier ends in `#passport-n` or is the product's; both lead to the same.
    """
    name = identifier.partition("#")[0]
    full = request.query_params.get("representation") == "full"
    answer = handed(request, shelf, name, "en18223", on=on, full=full and not path)
    if not path or answer.status_code != 200:  # noqa: PLR2004 - fine
        return answer
    element = en18223.element_at(read(bytes(answer.body), exact=False), path)
    if element is None:
        raise NotFoundError(f"the passport has no element {path}")
    told = _json(element)
    told.headers["Cache-Control"] = answer.headers["Cache-Control"]
    if "Access-Control-Allow-Origin" not in answer.headers:
        for name in OPEN:
            del told.headers[name]
    return told


def _ids(shelf: Shelf, body: bytes, limit: int, cursor: int) -> Response:
    asked = read(body)
    wanted = asked.get("productIds") if isinstance(asked, dict) else None
    if not isinstance(wanted, list) or not all(isinstance(one, str) for one in wanted) or len(wanted) > MOST_IDS:
        raise WrongCallError(f"productIds is a list of at most {MOST_IDS} identifiers")
    if not 1 <= limit <= MOST_IDS or cursor < 0:
        raise WrongCallError(f"limit is 1 to {MOST_IDS}")
    known = [name for one in wanted if shelf.known(name := canonical(one))]
    page = known[cursor : cursor + limit]
    after = cursor + len(page)
    return _json({"dppIds": page, "nextCursor": str(after) if after < len(known) else None})


def _day(text: str) -> date:
    try:
        return datetime.fromisoformat(text).date()
    except ValueError as error:
        raise WrongCallError("date is a day or moment, 2027-02-18 or 2027-02-18T12:00:00Z") from error


def said(request: Request, question: Any) -> Response:
    """The answer, or an error in the shape of EN 18222."""
    try:
        answer: Response = question()
    except FilonError as error:
        return failed(request, error)
    return answer


def failed(request: Request, error: FilonError) -> Response:
    """An error in the shape of EN 18222, in the caller's language: one message a finding, or the one that there is."""
    spoken = language(request)
    stamp = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    findings: tuple[Finding, ...] = getattr(error, "findings", ())
    told = [(one.code, one.text(spoken)) for one in findings]
    told = told or [(type(error).__name__, details.detail(error.detail, spoken))]
    messages = [{"messageType": "Error", "text": text, "code": code, "timestamp": stamp} for code, text in told]
    status = 400 if error.status == 422 else error.status  # noqa: PLR2004 - the standard knows no 422
    word = STATUS.get(status) or ("ServerInternalError" if status >= 500 else STATUS[400])  # noqa: PLR2004 - HTTP
    headers = {"Content-Language": spoken, "Vary": "Accept-Language, Cookie"}
    headers |= {"WWW-Authenticate": "Bearer"} if error.status == 401 else {}  # noqa: PLR2004 - HTTP
    return _json({"statusCode": word, "message": messages}, status=status, headers=headers)


def _json(
    body: object, media: str = "application/json", *, status: int = 200, headers: Mapping[str, str] = _NONE
) -> Response:
    data = json.dumps(body, ensure_ascii=False).encode()
    return Response(data, status, media_type=media, headers={**OPEN, "Cache-Control": "no-cache", **headers})
