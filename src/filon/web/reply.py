"""How a page is answered: language, HTML or JSON, headers that let nothing in, errors in one shape.

Language: `?lang=`, then the cookie that the switch set, then Accept-Language, then English. JSON: path ending in
`.json`, or an Accept header that prefers it. The battery page sets no cookie and loads nothing.

Source: security reference, section 1 (ASVS 3.4.1-6, 14.3.2); RFC 9110, section 12 (negotiation); RFC 9457.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from email.utils import format_datetime
from hashlib import sha256
from urllib.parse import parse_qsl, quote, urlencode

from fastapi import Request
from fastapi.responses import Response

from filon import __version__
from filon.core.errors import FilonError
from filon.core.finding import Language
from filon.views import details
from filon.views.as_json import as_json, write_json
from filon.views.battery import BatteryView
from filon.views.figure import Named
from filon.views.say import LANGUAGES, tongue
from filon.web.pages import asset, query, render

COOKIE = "filon_lang"

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)
"""What pages of the ledger may load: only files of ours, nothing inline."""

GUARDS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}

OPEN: Mapping[str, str] = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
"""Public data may be read from any page of anybody."""


PAGE = ("text/html", "application/xhtml+xml", "application/json", "*/*", "text/*")
"""What a reader who comes for a battery's own page or its data asks for first; others ask the resolver."""


def battery_policy() -> str:
    """What a battery page may load: its own style, by hash, and nothing else."""
    style = asset("battery.css").source
    return f"default-src 'none'; style-src {style}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def validators(view: BatteryView, spoken: Language, host: str) -> dict[str, str]:
    """By what a reader asks again whether a battery page is still the same.

    The page is a function of the log, the day its verdicts are for, and this program: so its tag is made of their
    names, without drawing it.

    Source: RFC 9110, 8.8; 8.8.1 (weak, for the same page comes compressed and not).
    """
    on = view.passport.on.isoformat() if view.passport else ""
    named = f"{view.link}\n{spoken}\n{host}\n{view.ledger.root}\n{on}\n{__version__}\n{asset('battery.css').path}"
    told = {"ETag": f'W/"{sha256(named.encode()).hexdigest()[:24]}"'}
    if view.ledger.learned is not None:
        told["Last-Modified"] = format_datetime(view.ledger.learned, usegmt=True)
    return told


def battery_headers(view: BatteryView, spoken: Language, host: str) -> dict[str, str]:
    """The headers of a battery page, whoever answers."""
    return {
        "Content-Language": spoken,
        "Vary": "Accept, Accept-Language",
        "Cache-Control": "no-cache",
        "Content-Security-Policy": battery_policy(),
        **validators(view, spoken, host),
        **OPEN,
    }


def guards(scheme: str) -> dict[str, str]:
    """Headers that every answer has."""
    safe = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"} if scheme == "https" else {}
    return {name: value for name, value in {**GUARDS, **safe}.items() if name not in OPEN}


def unchanged(asked: str, headers: Mapping[str, str]) -> bool:
    """Whether the reader has this very page already; only its tag decides, for a day can change what a page says.

    Args:
        asked: If-None-Match.
    """
    return headers["ETag"].removeprefix("W/") in {one.strip().removeprefix("W/") for one in asked.split(",")}


def language(request: Request) -> Language:
    """The language to answer in."""
    asked = (request.query_params.get("lang"), request.cookies.get(COOKIE))
    for one in asked:
        if one in LANGUAGES:
            return one
    return preferred(request.headers.get("accept-language", ""), LANGUAGES, "en")  # type: ignore[return-value]


def preferred(header: str, offered: tuple[str, ...], fallback: str) -> str:
    """The offer that an Accept or Accept-Language header likes best; earlier ones win ties, `fallback` if none fits."""
    weights = dict(_weighed(header))
    best = max(offered, key=lambda one: _weight(one, weights))
    return best if _weight(best, weights) > 0 else fallback


def _weighed(header: str) -> list[tuple[str, float]]:
    found = []
    for part in header.split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        weight = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        try:
            found.append((name.lower(), float(weight)))
        except ValueError:
            continue
    return found


def _weight(offer: str, weights: Mapping[str, float]) -> float:
    ranges = [name for name in weights if name == offer or name.split("-")[0] == offer]
    if ranges:
        return max(weights[name] for name in ranges)
    kind = offer.split("/", maxsplit=1)[0] + "/*"
    return weights.get(kind, weights.get("*", weights.get("*/*", 0.0)))


def wants_json(request: Request) -> bool:
    """Whether the reader is a program: the path says `.json`, or the Accept header prefers JSON to HTML."""
    return request.url.path.endswith(".json") or _json(request.headers.get("accept", "*/*"))


def _json(accept: str) -> bool:
    return "json" in preferred(accept, ("text/html", "application/json", "application/problem+json"), "text/html")


def takes_page(accept: str) -> bool:
    """Whether a reader with this Accept header gets a battery's page, and no data of it nor a way to them."""
    return accept.split(",", maxsplit=1)[0].partition(";")[0].strip().lower() in PAGE and not _json(accept)


def page(template: str, request: Request, view: object, **values: object) -> Response:
    """A view as HTML or as JSON, as the reader wants it."""
    spoken = language(request)
    if wants_json(request):
        return json_of(request, view)
    ledger = getattr(view, "ledger", None)
    body = render(
        template,
        spoken,
        view=view,
        **({"ledger": ledger} if ledger else {}),
        **frame(request),
        **values,
    )
    return told(request, body)


def json_of(request: Request, view: object) -> Response:
    """The JSON twin; sentences and findings come with words when `?lang=` asks for them."""
    asked = request.query_params.get("lang")
    speech = tongue(asked) if asked in LANGUAGES else None
    return Response(write_json(view, speech), media_type="application/json", headers={"Vary": "Accept"})


TIMED = (
    "/lots",
    "/custody/",
    "/balance",
    "/alarms",
    "/credits",
    "/owners",
    "/yields",
    "/findings",
    "/flows",
    "/trace/",
    "/origin/",
    "/why/",
)
"""Pages that tell how things stood on a day, and as known on a day."""


def frame(request: Request) -> dict[str, object]:
    """What every page's frame needs: who is signed in; links to itself in the other language, as known now, as JSON."""
    pairs = [(k, v) for k, v in parse_qsl(request.url.query) if k != "lang"]
    path = request.url.path

    def here(one: str) -> str:
        return f"{_quoted(path)}?{urlencode([*pairs, ('lang', one)])}"

    rest = dict(pairs)
    known = getattr(request.app.state, "who", None)
    reader, inside = known(request) if known else (None, True)
    twin = ("/home.json" if path == "/" else f"{_quoted(path)}.json") + query(**rest)
    return {
        "here": here,
        "twin": twin,
        "now": _quoted(path) + query(**{k: v for k, v in rest.items() if k not in {"as_of", "on"}}),
        "as_of": rest.get("as_of", ""),
        "on": rest.get("on", "") if path.startswith(TIMED) else "",
        "timed": {k: v for k, v in rest.items() if k not in {"as_of", "on"}} if path.startswith(TIMED) else None,
        "reader": reader if reader and reader.organisation else None,
        "inside": inside,
    }


def _quoted(path: str) -> str:
    return quote(path, safe="/")


def told(request: Request, body: bytes, status: int = 200) -> Response:
    """HTML with its language; a language chosen by the switch is kept in a cookie."""
    spoken = language(request)
    headers = {"Content-Language": spoken, "Vary": "Accept, Accept-Language, Cookie", "Cache-Control": "no-cache"}
    answer = Response(body, status_code=status, media_type="text/html; charset=utf-8", headers=headers)
    if request.query_params.get("lang") in LANGUAGES:
        answer.set_cookie(
            COOKIE, spoken, max_age=31_536_000, samesite="lax", httponly=True, secure=request.url.scheme == "https"
        )
    return answer


def problem(request: Request, error: FilonError) -> Response:
    """An error: problem+json for programs, a page with help for people; the same status for both.

    Source: RFC 9457.
    """
    spoken = language(request)
    said = details.detail(error.detail, spoken)
    if wants_json(request):
        members = {**error.problem(), "title": details.title(error, spoken), "detail": said}
        body = json.dumps(as_json(members), ensure_ascii=False).encode()
        headers = {"Content-Language": spoken, "Vary": "Accept, Accept-Language, Cookie"}
        return Response(body, status_code=error.status, media_type="application/problem+json", headers=headers)
    kind = type(error).__name__
    title, told_as = (tongue(spoken).name(Named(what, kind)) for what in ("error", "help"))
    spelled = {"detail": said, "english": spoken != "en" and said == error.detail}
    shown = {"title": title, "help": "" if told_as == kind else told_as, **spelled}
    body = render("error.html", spoken, status=error.status, page="", **shown, **frame(request))
    return told(request, body, error.status)
