"""The battery page at once: for whoever scans a code, without session, token or question.

It stands before the application and answers only what it has at hand: a page whose kin was shown before, published,
asked for by nobody in particular. Everything else goes on to the application, whose answer would be the same
(`tests/web/test_front.py` compares them, byte for byte).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping
from functools import lru_cache
from typing import Any, Protocol, runtime_checkable

from starlette.types import ASGIApp, Receive, Scope, Send

from filon.core.errors import FilonError
from filon.core.finding import Language
from filon.core.ident import expected_digits, sgtin
from filon.views.battery import BatteryView
from filon.views.say import LANGUAGES
from filon.web.pages import own_of, sheet_of
from filon.web.reply import battery_headers, guards, preferred, takes_page, unchanged

_PATH = re.compile(r"/01/(\d{14})/21/([^/]+)")
_QUERY = {b"": "", **{f"lang={one}".encode(): one for one in LANGUAGES}}
_ASKS = frozenset({b"cookie", b"authorization", b"range"})
"""Headers of who asks for more than the page that everybody sees."""
_LONGEST = 512
"""Bytes of a header that is remembered."""


@runtime_checkable
class AtHand(Protocol):
    """Who has pages at hand; `app.pages.Pages`."""

    def at_hand(self, gtin: str, serial: str) -> BatteryView | None:
        """The public view of a published battery if that is no work, else None."""
        ...


class Front:
    """ASGI middleware.

    Args:
        host: as in `create_app`.
    """

    def __init__(self, app: ASGIApp, *, pages: AtHand, host: str) -> None:
        self.app, self.pages, self.host = app, pages, host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on."""
        answer = self._answer(scope) if scope["type"] == "http" and scope["method"] in {"GET", "HEAD"} else None
        if answer is None:
            await self.app(scope, receive, send)
            return
        status, headers, body = answer
        raw = [(name.lower().encode(), text.encode()) for name, text in headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": raw})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    def _answer(self, scope: Scope) -> tuple[int, Mapping[str, str], bytes] | None:
        path, chosen = _PATH.fullmatch(scope["path"]), _QUERY.get(scope.get("query_string", b""))
        asked = dict(scope["headers"])
        accept, tongues = asked.get(b"accept", b"*/*"), asked.get(b"accept-language", b"")
        if path is None or chosen is None or _ASKS & asked.keys() or len(accept) + len(tongues) > _LONGEST:
            return None
        if path[2].endswith(".json") or not _page(accept):
            return None
        view = self._view(path[1], path[2])
        return None if view is None else self._page(view, chosen or _language(tongues), asked, scope["scheme"])

    def _view(self, gtin: str, serial: str) -> BatteryView | None:
        try:
            return None if expected_digits(sgtin(gtin, serial)) else self.pages.at_hand(gtin, serial)
        except (FilonError, ValueError):
            return None  # the application tells what is wrong

    def _page(
        self, view: BatteryView, spoken: Any, asked: Mapping[bytes, bytes], scheme: str
    ) -> tuple[int, Mapping[str, str], bytes]:
        headers: MutableMapping[str, str] = {**battery_headers(view, spoken, self.host), **guards(scheme)}
        if unchanged(asked.get(b"if-none-match", b"").decode("latin-1"), headers):
            return 304, headers, b""
        own, sheet = own_of(view, spoken, self.host), sheet_of(view, spoken)
        headers["Content-Type"] = "text/html; charset=utf-8"
        headers["Vary"] += ", Accept-Encoding"
        if b"gzip" in asked.get(b"accept-encoding", b""):
            headers["Content-Encoding"] = "gzip"
            body = sheet.packed(own)
        else:
            body = sheet.plain(own)
        headers["Content-Length"] = str(len(body))
        return 200, headers, body


@lru_cache(maxsize=1024)
def _page(accept: bytes) -> bool:
    return takes_page(accept.decode("latin-1"))


@lru_cache(maxsize=1024)
def _language(accept: bytes) -> Language:
    return preferred(accept.decode("latin-1"), LANGUAGES, "en")  # type: ignore[return-value]
