"""The name on the battery: what kind of identifier it is, whether it can be one, and what it names.

Three kinds are taken, all of them https addresses that a telephone can open: a GS1 Digital Link (model, batch or item),
an IEC 61406 identification link, and an opaque one that tells nothing. An identifier is never used for a second thing,
and its host must outlive the operator.

    identity("https://id.atlas.example/01/09521213000012/21/7").level     # 'item'

Source: GS1 Digital Link URI Syntax 1.4; IEC 61406-1:2022, 5; EN 18219; Regulation (EU) 2023/1542, Article 77(3).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from filon.core import gs1
from filon.core.finding import Finding, Place, found
from filon.core.ident import canonical, elements, expected_digits
from filon.passport.point import Level

LONGEST = 255
"""Characters of an IEC 61406 link.

Source: IEC 61406-1:2022, 5.
"""
COMFORTABLE = 62
"""Bytes that fit a version 4 code at error level M: 33 modules and a quiet zone of four on each side."""
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")
_OPAQUE = re.compile(r"/(?:i/)?[A-Za-z0-9_-]{22,64}|/[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
_LINK = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@/?%-]*")


class Scheme(StrEnum):
    """What kind of identifier it is."""

    GS1 = "gs1"
    IEC_61406 = "iec-61406"
    OPAQUE = "opaque"


@dataclass(frozen=True, slots=True)
class Identity:
    """An identifier that can stand on a battery.

    Args:
        link: as it is printed.
        id: the one spelling by which the ledger knows it.
        level: what it names; a code that is not GS1's names the battery itself.
    """

    scheme: Scheme
    link: str
    id: str
    level: Level


def identity(text: str) -> tuple[Identity | None, tuple[Finding, ...]]:
    """What an address names, and what keeps it from being printed on a battery.

    Findings:
        DPP-010: a check digit that does not fit. DPP-011: no address that can be one. DPP-012: longer than its code
        comfortably holds.
    """
    fault = _fault(text)
    if fault:
        return None, (found("DPP-011", Place(), identifier=text[:200], fault=fault),)
    known = elements(text)
    if known:
        wrong = expected_digits(text)
        if wrong:
            return None, (found("DPP-010", Place(), identifier=text, expected=wrong),)
        return Identity(Scheme.GS1, text, canonical(text), _level(known)), _long(text)
    path = urlsplit(text).path
    scheme = Scheme.OPAQUE if _OPAQUE.fullmatch(path) and not urlsplit(text).query else Scheme.IEC_61406
    return Identity(scheme, text, text, Level.ITEM), _long(text)


def printed(identifier: str, host: str) -> str:
    """The address to print: GS1 keys below the operator's own host, any other identifier as it is.

    Args:
        host: `https://id.atlas.example`; empty = GS1's own resolver.
    """
    known = elements(identifier)
    return f"{host}/{canonical(identifier).removeprefix(gs1.HOST)}" if host and known else identifier


def opaque(host: str, random: bytes) -> str:
    """An identifier that tells nothing, from at least 16 random bytes."""
    assert len(random) >= 16  # noqa: PLR2004 - 128 bits, so that nobody finds one by trying
    from base64 import urlsafe_b64encode  # noqa: PLC0415

    return f"{host}/i/{urlsafe_b64encode(random).rstrip(b'=').decode('ascii')}"


def _fault(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme != "https" or not parts.netloc:
        return "an https address is needed"
    if parts.username or parts.password or "@" in parts.netloc:
        return "no names and passwords"
    if not _HOST.fullmatch((parts.hostname or "").lower()):
        return "the host is not a full name"
    if parts.fragment or not parts.path.strip("/"):
        return "a path, and no fragment"
    if len(text) > LONGEST or not _LINK.fullmatch(text.partition("://")[2]):
        return f"at most {LONGEST} characters that need no escape"
    return ""


def _level(known: dict[str, str]) -> Level:
    if "01" not in known or "21" in known:  # 8004, 8010 and their like name one asset
        return Level.ITEM
    return Level.BATCH if "10" in known else Level.MODEL


def _long(text: str) -> tuple[Finding, ...]:
    length = len(text.encode())
    if length <= COMFORTABLE:
        return ()
    return (found("DPP-012", Place(), length=length, most=COMFORTABLE, version=4, size=15),)
