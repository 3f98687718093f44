"""One call of a partner's program: who calls, what is asked, in which form and spelling the answer is wanted.

Source: EPCIS 2.0, 12.5 and 12.6 (content negotiation, headers); RFC 9110, section 12.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast, get_args
from urllib.parse import parse_qsl, quote, urlencode

from starlette.requests import HTTPConnection

from filon import __version__
from filon.app.desk.exceptions import (
    NotAcceptableException,
    QueryParameterException,
    SecurityException,
    UnauthorizedException,
    UnsupportedMediaTypeException,
    URITooLongException,
    ValidationException,
)
from filon.app.desk.questions import from_url
from filon.app.desk.repository import Repository
from filon.app.desk.tokens import Deed, Token, recognised
from filon.epcis.event import FILON
from filon.epcis.formats import CbvFormat, EpcFormat

VERSION = "2.0"
ADDRESS_LIMIT = 16_384
"""Bytes of path and query."""

JSON, LD, XML, TEXT_XML = "application/json", "application/ld+json", "application/xml", "text/xml"
PROBLEMS = ("application/problem+json", "application/problem+xml")

STANDARD_HEADERS: Mapping[str, str] = {
    "GS1-EPCIS-Version": VERSION,
    "GS1-CBV-Version": VERSION,
    "GS1-Vendor-Version": __version__,
    "GS1-Extensions": f"filon={FILON}",
    "Cache-Control": "no-store",
    "Vary": "Accept, Authorization, GS1-EPC-Format, GS1-CBV-XML-Format",
}
"""On every answer."""

_VERSION = re.compile(r"\d+(?:\.\d+)*")
_EXTENSION = re.compile(r"([A-Za-z][A-Za-z0-9_.-]*)=(\S+)")


@dataclass(frozen=True)
class Call:
    """A request with the token it came with.

    Args:
        values: of the path, percent-decoded.
        body: of a POST.
    """

    request: HTTPConnection
    repository: Repository
    token: Token
    values: Mapping[str, str]
    body: bytes = b""
    kind: str = ""
    answer: dict[str, str] = field(default_factory=dict)

    def need(self, deed: Deed) -> None:
        """Refuse what none of the token's roles allows.

        Raises:
            SecurityException: none does.
        """
        if not self.token.may(deed):
            raise SecurityException(f"the token's roles do not allow to {deed}")

    @property
    def parameters(self) -> dict[str, Any]:
        """The URL's parameters, lists split."""
        return from_url(self.request.url.query)

    @property
    def prefixes(self) -> dict[str, str]:
        """Prefixes of partners' names, as the GS1-Extensions header gives them.

        Raises:
            QueryParameterException: it cannot be read.
        """
        text = self.request.headers.get("GS1-Extensions", "")
        matches = [_EXTENSION.fullmatch(part.strip()) for part in text.split(",") if part.strip()]
        if not all(matches):
            raise QueryParameterException("GS1-Extensions is written prefix=namespace, prefix=namespace")
        return {match.group(1): match.group(2) for match in matches if match}

    @property
    def epc_format(self) -> EpcFormat:
        """How identifiers are to be spelled.

        Source: EPCIS 2.0, 12.6: Digital Links if nothing is said.
        """
        asked = self.request.headers.get("GS1-EPC-Format", "Always_GS1_Digital_Link")
        if asked not in get_args(EpcFormat):
            raise QueryParameterException(f"GS1-EPC-Format is one of {', '.join(get_args(EpcFormat))}")
        return cast("EpcFormat", asked)

    @property
    def cbv_format(self) -> CbvFormat:
        """How CBV words are to be spelled in XML."""
        asked = self.request.headers.get("GS1-CBV-XML-Format", "No_Preference")
        if asked not in get_args(CbvFormat):
            raise QueryParameterException(f"GS1-CBV-XML-Format is one of {', '.join(get_args(CbvFormat))}")
        return cast("CbvFormat", asked)

    def form(self, offered: Sequence[str] = (JSON, LD, XML, TEXT_XML)) -> str:
        """The media type to answer in.

        Raises:
            NotAcceptableException: the client takes none of those offered.
        """
        best = accepted(self.request.headers.get("accept", "*/*"), offered)
        if best is None:
            raise NotAcceptableException(f"this is given as {', '.join(offered)}")
        return best

    def per_page(self, parameters: Mapping[str, Any]) -> int:
        """How many on a page."""
        bounds = self.repository.bounds
        asked = str(parameters.get("perPage", bounds.per_page))
        if not asked.isascii() or not asked.isdigit() or len(asked) > 9 or int(asked) < 1:  # noqa: PLR2004
            raise QueryParameterException("perPage is a whole number from 1")
        return min(int(asked), bounds.most_per_page)

    def begin(self, parameters: Mapping[str, Any], belongs: str) -> list[Any] | None:
        """Where the page asked for begins; None for the first."""
        token = parameters.get("nextPageToken")
        return None if token is None else self.repository.page_start(str(token), belongs)

    def link_next(self, at: Sequence[int | str] | None, belongs: str) -> None:
        """Put the link to the next page, if there is one, on the answer."""
        if at is None:
            return
        token, expires = self.repository.page_token(at, belongs)
        pairs = [(k, v) for k, v in parse_qsl(self.request.url.query) if k != "nextPageToken"]
        query = urlencode([*pairs, ("nextPageToken", token)], quote_via=quote)
        self.answer["Link"] = f'<{self.here(self.request.scope["path"])}?{query}>; rel="next"'
        self.answer["GS1-Next-Page-Token-Expires"] = expires.isoformat(timespec="seconds")

    def here(self, path: str) -> str:
        """The full address of a path, as this client reaches us."""
        url = self.request.url
        return f"{url.scheme}://{url.netloc}{path}"

    @property
    def root(self) -> str:
        """The path of the interface: `/epcis`."""
        return str(self.request.scope.get("root_path", ""))

    @property
    def now(self) -> datetime:
        """The clock."""
        return self.repository.now()


def identified(request: HTTPConnection, repository: Repository) -> Token:
    """Whose call it is.

    Raises:
        UnauthorizedException: no good token in the Authorization header.
    """
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    token = recognised(repository.desk, secret.strip(), now=repository.now()) if scheme.lower() == "bearer" else None
    if token is None:
        raise UnauthorizedException("send a token of this repository: Authorization: Bearer filon_..")
    return token


def proper(request: HTTPConnection) -> None:
    """Refuse what is wrong with any call: too long an address, other versions of the standard.

    Raises:
        URITooLongException, NotAcceptableException, ValidationException: as they say.
    """
    if len(request.scope["path"]) + len(request.scope["query_string"]) > ADDRESS_LIMIT:
        raise URITooLongException(f"an address has at most {ADDRESS_LIMIT} bytes; keep the query under a name")
    for name in ("EPCIS", "CBV"):
        said = {part: request.headers.get(f"GS1-{name}-{part}") for part in ("Version", "Min", "Max")}
        numbers = {part: _number(f"GS1-{name}-{part}", text) for part, text in said.items() if text is not None}
        version = numbers.get("Version", _OURS)[:2]
        if version != _OURS or numbers.get("Min", _OURS)[:2] > _OURS or numbers.get("Max", _OURS) < _OURS:
            raise NotAcceptableException(f"this repository speaks {name} {VERSION}")


_OURS = (2, 0)


def _number(name: str, text: str) -> tuple[int, ...]:
    if _VERSION.fullmatch(text) is None or len(text) > 20:  # noqa: PLR2004 - longer is no version
        raise ValidationException(f"{name} is a version such as {VERSION}")
    numbers = tuple(int(part) for part in text.split("."))
    return numbers if len(numbers) > 1 else (*numbers, 0)


def body_kind(request: HTTPConnection, taken: Sequence[str]) -> str:
    """The media type of a body.

    Raises:
        UnsupportedMediaTypeException: not one of those taken, not UTF-8, or compressed.
    """
    kind, *parameters = (part.strip().lower() for part in request.headers.get("content-type", "").split(";"))
    charsets = [part.removeprefix("charset=").strip('"') for part in parameters if part.startswith("charset=")]
    plain = request.headers.get("content-encoding", "identity").lower() == "identity"
    if kind not in taken or any(one not in {"utf-8", "utf8"} for one in charsets) or not plain:
        raise UnsupportedMediaTypeException(f"a body is sent as {', '.join(taken)} in UTF-8, not compressed")
    return kind


def accepted(header: str, offered: Sequence[str]) -> str | None:
    """The offer that an Accept header likes best, the earlier one of equals; None if it likes none.

    Source: RFC 9110, 12.5.1: the more specific range counts.
    """
    weights = _weights(header or "*/*")
    best = max(offered, key=lambda one: _weight(one, weights))
    return best if _weight(best, weights) > 0 else None


def _weights(header: str) -> dict[str, float]:
    weights: dict[str, float] = {}
    for part in header.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = next((text[2:] for text in parameters if text.startswith("q=")), "1")
        if name:
            weights[name] = float(quality) if re.fullmatch(r"[01](?:\.\d{0,3})?", quality) else 0.0
    return weights


def _weight(offer: str, weights: Mapping[str, float]) -> float:
    for name in (offer, offer.split("/", maxsplit=1)[0] + "/*", "*/*"):
        if name in weights:
            return weights[name]
    return 0.0
