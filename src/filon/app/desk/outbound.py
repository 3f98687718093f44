"""Calling out safely: a call to an address that a stranger gave us reaches the public internet and nothing of our own.

https on port 443 to a name (never a number); every address the name has is checked, and the one checked is the one
connected to, so a name that changes its answer between the two gains nothing. No redirects, no proxies from the
environment, 10 s in all, an answer of 1 MiB at most. Hosts in `allowed` (`name:port`) are the operator's own decision:
http and any address go there.

Source: security reference, section 3 (OWASP ASVS 5.0, 1.3.6, 13.2.4, 15.3.2); RFC 6890 and IANA special registries.
"""

from __future__ import annotations

import http.client
import ipaddress
import re
import socket
import ssl
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from threading import Timer
from urllib.parse import SplitResult, urlsplit

from filon.app.desk.exceptions import SubscriptionControlsException

CONNECT_SECONDS = 5
WHOLE_SECONDS = 10
ANSWER_BYTES = 1024 * 1024
_HTTPS = 443
_NAME = re.compile(r"(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Collection[str]]
"""(host, port) -> its addresses as text."""

_V6_GLOBAL = ipaddress.IPv6Network("2000::/3")
_V6_NOT = tuple(map(ipaddress.IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_V4_NOT = tuple(map(ipaddress.IPv4Network, ("192.0.0.0/24", "192.88.99.0/24", "224.0.0.0/4", "240.0.0.0/4")))


class UnreachableError(Exception):
    """The delivery did not succeed; the text says why and names nothing of our own network."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a call goes, its address looked at but not yet resolved."""

    secure: bool
    host: str
    port: int
    path: str
    own: bool

    @property
    def authority(self) -> str:
        """As the Host header tells it."""
        return self.host if self.port == (_HTTPS if self.secure else 80) else f"{self.host}:{self.port}"


def target(address: str, allowed: Collection[str]) -> Target:
    """Where an address leads, if it may be called.

    Raises:
        SubscriptionControlsException: not https to a public name, or anything else that is not plain.
    """
    try:
        parts = urlsplit(address)
        port = parts.port or (_HTTPS if parts.scheme == "https" else 80)
    except ValueError as error:
        raise SubscriptionControlsException("dest is not an address") from error
    host = (parts.hostname or "").lower()
    own = f"{host}:{port}" in allowed
    if not _plain(address, parts):
        raise SubscriptionControlsException("dest is an https address without user, fragment or blanks")
    if not own and (parts.scheme != "https" or port != _HTTPS or _NAME.fullmatch(host) is None):
        raise SubscriptionControlsException("dest is https to a public host name on port 443")
    if parts.scheme not in {"http", "https"}:
        raise SubscriptionControlsException("dest is an https address")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme == "https", host, port, path, own)


def _plain(address: str, parts: SplitResult) -> bool:
    return (
        address.isascii()
        and address.isprintable()
        and len(address) <= 2048  # noqa: PLR2004 - longer is no address
        and not set(address) & set(' "<>\\^`{|}')
        and parts.username is None
        and parts.password is None
        and not parts.fragment
        and bool(parts.hostname)
    )


def public(text: str) -> bool:
    """Whether an IP address is one of the public internet; what is wrapped in it is looked at too.

    Python's `is_global` is not enough: it lets NAT64, 6to4, multicast and 192.0.0.8 pass.
    """
    address: _Address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None and not public(str(inner)):
            return False
        if address.ipv4_mapped is not None:
            return True
        return address in _V6_GLOBAL and not any(address in net for net in _V6_NOT) and address.is_global
    return address.is_global and not any(address in net for net in _V4_NOT)


def resolved(host: str, port: int) -> list[str]:
    """The addresses of a name, by the system's resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: headers by their lower-case names."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def send(
    to: Target, body: bytes, headers: Mapping[str, str], *, resolve: Resolve = resolved, seconds: float = WHOLE_SECONDS
) -> int:
    """POST a body; the status of the answer.

    Raises:
        UnreachableError: no connection, no answer in time, or one that is too large.
    """
    return call("POST", to, body, headers, resolve=resolve, seconds=seconds).status


def called(
    to: Target,
    method: str,
    body: bytes | None,
    headers: Mapping[str, str],
    *,
    resolve: Resolve = resolved,
    seconds: float = WHOLE_SECONDS,
    limit: int = ANSWER_BYTES,
) -> tuple[int, bytes]:
    """Status and body of the answer to one call.

    Raises:
        UnreachableError: no connection, no answer in time, or one of more than `limit` bytes.
    """
    answer = call(method, to, body, headers, resolve=resolve, seconds=seconds, limit=limit)
    return answer.status, answer.body


def call(
    method: str,
    to: Target,
    body: bytes | None,
    headers: Mapping[str, str],
    *,
    resolve: Resolve = resolved,
    seconds: float = WHOLE_SECONDS,
    limit: int = ANSWER_BYTES,
) -> Answer:
    """Any request; what came back.

    Raises:
        UnreachableError: no connection, no answer in time, or one of more than `limit` bytes.
    """
    try:
        addresses = list(resolve(to.host, to.port))
    except OSError as error:
        raise UnreachableError("the host name is not known") from error
    # Every address must be public: one private among them is a name that plays both sides.
    if not addresses or not (to.own or all(public(address) for address in addresses)):
        raise UnreachableError("the host name does not lead to the public internet")
    connection = _Pinned(to, addresses[0])
    watch = Timer(seconds, connection.cut)
    watch.daemon = True
    watch.start()
    try:
        told = {**headers, "Host": to.authority, "Accept-Encoding": "identity"}
        connection.request(method, to.path, body or None, told)
        answer = connection.getresponse()
        said = answer.read(limit + 1)
        if len(said) > limit:
            raise UnreachableError("the answer is too large")
        if connection.late:  # what was cut short may look like a whole answer
            raise UnreachableError("no answer in time")
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise UnreachableError(f"no answer ({type(error).__name__})") from error
    else:
        return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, said)
    finally:
        watch.cancel()
        connection.close()


class _Pinned(http.client.HTTPConnection):
    """A connection to the one address that was checked, under the name that was asked for."""

    def __init__(self, to: Target, address: str) -> None:
        super().__init__(to.host, to.port, timeout=CONNECT_SECONDS)
        self._to = to
        self._address = address
        self.late = False

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self._to.port), CONNECT_SECONDS)
        self.sock = plain
        if self._to.secure:
            context = ssl.create_default_context()
            # The handshake begins only when `cut` can reach the socket: a host may answer one byte at a time.
            wrapped = context.wrap_socket(plain, server_hostname=self._to.host, do_handshake_on_connect=False)
            self.sock = wrapped
            wrapped.do_handshake()

    def cut(self) -> None:
        """End whatever is going on; the reader then sees a closed connection."""
        self.late = True
        with suppress(OSError, AttributeError):
            self.sock.shutdown(socket.SHUT_RDWR)
