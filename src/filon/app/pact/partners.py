"""Partners whose PACT interface we call: where it is, and the credentials they gave us.

    partner = add(desk, Partner("atlas", "https://pcf.atlas.example", "client", "secret"))
    for body in Calls(partner, hosts=frozenset()).footprints({"status": "Active"}): ...

Credentials go to the partner's own host only; every call goes through the same guard as webhooks.

Source: PACT Data Exchange 3.0.3, authentication flow, list pagination; RFC 8288 (Link).
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from filon.app.desk.file import Desk, Row
from filon.app.desk.outbound import Answer, Target, UnreachableError, call, target
from filon.core.errors import NotFoundError, WrongCallError
from filon.exchange.pact.letter import MEDIA_TYPE, based

Post = Callable[[str, Target, bytes, Mapping[str, str]], Answer]
PAGES = 10_000
"""A list longer than this is no list."""
_NEXT = re.compile(r'<([^>]*)>\s*;[^,]*\brel="?next"?', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Partner:
    """One partner.

    Args:
        base: `https://host/path`; its interface is below `/3/`.
        client, secret: our credentials there.
        auth: where its tokens are given, if not below the base.
    """

    name: str
    base: str
    client: str
    secret: str
    auth: str = ""


def add(desk: Desk, partner: Partner) -> Partner:
    """Keep a partner; one of the same name is replaced.

    Raises:
        WrongCallError: its address is none.
    """
    base = based(partner.base)
    if urlsplit(base).scheme not in {"http", "https"} or not urlsplit(base).hostname:
        raise WrongCallError(f"{partner.base!r} is no address of an interface")
    values = (partner.name, base, partner.client, partner.secret, partner.auth.rstrip("/"))
    desk.change(
        """INSERT INTO partner (name, base, client, secret, auth) VALUES (?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE
        SET base = excluded.base, client = excluded.client, secret = excluded.secret, auth = excluded.auth""",
        values,
    )
    return named(desk, partner.name)


def partners(desk: Desk) -> Sequence[Partner]:
    """All partners by name."""
    return [_partner(row) for row in desk.rows("SELECT name, base, client, secret, auth FROM partner ORDER BY name")]


def named(desk: Desk, name: str) -> Partner:
    """The partner of that name."""
    found = next((one for one in partners(desk) if one.name == name), None)
    if found is None:
        raise NotFoundError(f"there is no partner {name!r}; `filon pact partners` shows them")
    return found


def at(desk: Desk, address: str) -> Partner | None:
    """The partner whose interface an address is of: the same host, the longest path that it begins with."""
    wanted = urlsplit(based(address))
    fits = [
        one for one in partners(desk)
        if (urlsplit(one.base).scheme, urlsplit(one.base).netloc.lower()) == (wanted.scheme, wanted.netloc.lower())
        and (wanted.path + "/").startswith(urlsplit(one.base).path + "/")
    ]  # fmt: skip
    return max(fits, key=lambda one: len(one.base), default=None)


def _partner(row: Row) -> Partner:
    return Partner(*row)


class Calls:
    """Calls of one partner's interface.

    Args:
        hosts: `name:port` of the operator's own that may be called besides the public internet.
        post: sends; another one in tests.
    """

    def __init__(self, partner: Partner, *, hosts: frozenset[str] = frozenset(), post: Post = call) -> None:
        self.partner, self.hosts, self.post = partner, hosts, post
        self._token = ""

    def footprints(self, filters: Mapping[str, str | Sequence[str]] | None = None) -> Iterator[dict[str, Any]]:
        """All footprints that fit, page after page.

        Raises:
            UnreachableError: the partner does not answer as the standard says.
        """
        pairs = urlencode(dict(filters or {}), doseq=True)
        address = f"{self.partner.base}/3/footprints" + (f"?{pairs}" if pairs else "")
        for _ in range(PAGES):
            answer = self._ask("GET", address)
            yield from _json(answer)["data"]
            onward = _NEXT.search(answer.headers.get("link", ""))
            if onward is None:
                return
            # A link to another host would carry our token there.
            if urlsplit(onward[1]).netloc != urlsplit(address).netloc:
                raise UnreachableError("the next page is on another host")
            address = onward[1]

    def footprint(self, footprint_id: str) -> dict[str, Any]:
        """One footprint."""
        found: dict[str, Any] = _json(
            self._ask("GET", f"{self.partner.base}/3/footprints/{quote(footprint_id, safe='')}")
        )["data"]
        return found

    def tell(self, letter: Mapping[str, Any]) -> None:
        """Send an event.

        Raises:
            UnreachableError: it was not taken.
        """
        body = json.dumps(letter, ensure_ascii=False).encode()
        self._ask("POST", f"{self.partner.base}/3/events", body, MEDIA_TYPE)

    def token(self) -> str:
        """An access token: from the endpoint that the partner's discovery document names, else from /auth/token.

        Source: OpenID Connect Discovery 1.0, 4; RFC 6749, 4.4.
        """
        root = self.partner.auth or self.partner.base
        endpoint = f"{root}/auth/token"
        try:
            found = self._send("GET", f"{root}/.well-known/openid-configuration", b"", {})
            if found.status == 200:  # noqa: PLR2004 - HTTP
                endpoint = str(_json(found).get("token_endpoint") or endpoint)
        except UnreachableError:
            pass
        pair = f"{quote(self.partner.client, safe='')}:{quote(self.partner.secret, safe='')}"
        headers = {
            "Authorization": "Basic " + base64.b64encode(pair.encode()).decode(),
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }
        if urlsplit(endpoint).netloc != urlsplit(root).netloc and not self.partner.auth:
            raise UnreachableError("the token endpoint is on another host; name it when the partner is added")
        answer = self._send("POST", endpoint, b"grant_type=client_credentials", headers)
        if answer.status != 200:  # noqa: PLR2004 - HTTP
            raise UnreachableError(f"no access token ({answer.status})")
        return str(_json(answer).get("access_token") or "")

    def _ask(self, method: str, address: str, body: bytes = b"", media_type: str = "") -> Answer:
        for again in (True, False):
            self._token = self._token or self.token()
            headers = {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}
            answer = self._send(method, address, body, headers | ({"Content-Type": media_type} if media_type else {}))
            if answer.status != 401 or not again:  # noqa: PLR2004 - HTTP
                break
            self._token = ""  # its hour may be over
        if not 200 <= answer.status < 300:  # noqa: PLR2004 - HTTP
            raise UnreachableError(f"the partner answers {answer.status}")
        return answer

    def _send(self, method: str, address: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        return self.post(method, target(address, self.hosts), body, {**headers, "User-Agent": "filon"})


def _json(answer: Answer) -> dict[str, Any]:
    try:
        said = json.loads(answer.body)
    except ValueError as error:
        raise UnreachableError("the answer is no JSON") from error
    if not isinstance(said, dict):
        raise UnreachableError("the answer is no JSON object")
    return said
