"""Identifiers: one spelling inside, whatever the partner's system writes.

GS1 keys are held as Digital Links at `https://id.gs1.org`; EPC URNs, other resolvers, old path names and needless
escapes all become that. Every other URI is held as it came: a partner's private numbers are as good as any.

    canonical("urn:epc:class:lgtin:4012345.012345.A%2F7")  # 'https://id.gs1.org/01/04012345123456/10/A%2F7'
    short("https://id.gs1.org/01/04012345123456/10/A%2F7")  # 'A/7'
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from filon.core import gs1
from filon.core.errors import WrongCallError
from filon.core.remember import remembered

_READY = re.compile(r"https://id\.gs1\.org/01/\d{14}(?:/(?:10|21)/[A-Za-z0-9._~';=-]{1,20})?")
_WEB = re.compile(r"https?://[^/?#]+/([^?#]*)(?:\?[^#]*)?(?:#.*)?", re.IGNORECASE)
_OPEN = re.compile(r"(?:\*|\d{6,12}\.\*|\d{6,12}(?:\.[^.*]+)+\.\*\.\*)(?:\.\*)*")
"""The body of a pattern that is open from some part on (EPC Tag Data Standard 2.0, 8)."""
_SEGMENT = r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})"
_URI = re.compile(
    rf"[A-Za-z][A-Za-z0-9+.\-]*:(?://(?:\[[0-9A-Fa-f:.]+\](?::\d*)?(?=[/?#]|$))?)?{_SEGMENT}*"
    rf"(?:\?(?:{_SEGMENT}|\?)*)?(?:#(?:{_SEGMENT}|\?)*)?"
)
# Only the finest qualifier names the thing; the coarser ones (its lot, its variant) are facts about it.
_FINEST = ("21", "235", "10", "22")


@remembered(131_072)
def canonical(identifier: str) -> str:
    """The one spelling of an identifier: a Digital Link at id.gs1.org for GS1 keys, all else unchanged.

    A serial number names the piece: `/01/../10/../21/..` is held as `/01/../21/..`. Digits that do not fit their key
    are left as they came; the rules report them.

    Source: GS1 Digital Link URI Syntax 1.4; EPC Tag Data Standard 2.0; decision 0006.
    """
    if _READY.fullmatch(identifier):
        return identifier
    elements = _key(identifier)
    return gs1.link(_finest(elements)) if elements else identifier


def _key(identifier: str) -> gs1.Elements:
    if identifier[:8].lower() == "urn:epc:":
        return gs1.elements_of_urn(identifier)
    match = _WEB.fullmatch(identifier)
    return gs1.elements_of_path(match.group(1)) if match else ()


def _finest(elements: gs1.Elements) -> gs1.Elements:
    key, *qualifiers = elements
    if key[0] == "414":
        qualifiers = [pair for pair in qualifiers if pair != ("254", "0")]  # extension 0 = the place itself
    if key[0] in {"01", "8006"} and len(qualifiers) > 1:
        names = dict(qualifiers)
        qualifiers = [(ai, names[ai]) for ai in _FINEST if ai in names][:1]
    return (key, *qualifiers)


def is_uri(text: str) -> bool:
    """Whether the text is an absolute URI that says something behind its scheme; a serial may end in a colon.

    Source: RFC 3986, 4.3 with an optional fragment.
    """
    return _URI.fullmatch(text) is not None and text.index(":") < len(text) - 1


def elements(identifier: str) -> dict[str, str]:
    """{application identifier: value} of a GS1 key, values decoded; empty for any other identifier."""
    if _READY.fullmatch(identifier):
        _, _, _, *parts = identifier.split("/")
        return dict(zip(parts[::2], parts[1::2], strict=True))
    return dict(_key(identifier))


def malformed(identifier: str) -> bool:
    """Whether it is written as an EPC URN of a GS1 key but its digits or parts do not fit.

    A pattern that leaves more open than the serial (`urn:epc:idpat:sgtin:4012345.*.*`) fits, though no key says it.
    """
    parts = identifier.lower().split(":", 4)
    if parts[2:3] == ["idpat"] and _OPEN.fullmatch(parts[-1]):
        return False
    return parts[:2] == ["urn", "epc"] and parts[3:4] != [] and parts[3] in gs1.SCHEMES and _key(identifier) == ()


@remembered(65_536)
def expected_digits(identifier: str) -> str | None:
    """The key as it should read when its check digit is wrong, else None.

    `https://id.gs1.org/414/4012345000116` -> `4012345000115`.
    """
    key = _key(identifier)
    return gs1.misread(key) if key else None


def to_link(urn: str) -> str:
    """The Digital Link of an EPC URN; another identifier unchanged."""
    return canonical(urn)


def to_urn(identifier: str, company_prefix_length: int) -> str:
    """The EPC URN of a GS1 key; an identifier that has none unchanged.

    Args:
        company_prefix_length: 6 to 12, which the key alone does not tell; see `company_prefix`.

    Raises:
        WrongCallError: no company prefix has that length.
    """
    if company_prefix_length not in range(6, 13):
        raise WrongCallError("a GS1 company prefix has 6 to 12 digits")
    key = _key(identifier)
    return (gs1.urn(_finest(key), company_prefix_length) if key else None) or identifier


def company_prefix(urn: str) -> str | None:
    """The company prefix that an EPC URN shows; None for any other identifier."""
    return urn.split(":")[4].split(".", maxsplit=1)[0] if gs1.elements_of_urn(urn) else None


def gtin(digits: str) -> str:
    """The class identifier of a trade item, from its 8, 12, 13 or 14 digits."""
    return _made((("01", digits.rjust(14, "0")),))


def lgtin(digits: str, lot: str) -> str:
    """The class identifier of a lot: GTIN and the maker's lot number."""
    return _made((("01", digits.rjust(14, "0")), ("10", lot)))


def sgtin(digits: str, serial: str) -> str:
    """The identifier of one piece: GTIN and serial number."""
    return _made((("01", digits.rjust(14, "0")), ("21", serial)))


def sgln(gln: str, extension: str = "") -> str:
    """The identifier of a place: GLN and, for a part of a site, its extension."""
    return _made((("414", gln), ("254", extension)) if extension else (("414", gln),))


def pgln(gln: str) -> str:
    """The identifier of a party."""
    return _made((("417", gln),))


def sscc(digits: str) -> str:
    """The identifier of a logistic unit, from its 18 digits."""
    return _made((("00", digits),))


def _made(key: gs1.Elements) -> str:
    made = gs1.link(key)
    if elements(made) != dict(key):
        raise WrongCallError(f"not a GS1 key: {dict(key)}")
    return made


def short(identifier: str) -> str:
    """What people read of an identifier: lot number, serial, else the last part of the name."""
    if _READY.fullmatch(identifier):
        return identifier.rpartition("/")[2]
    key = _key(identifier)
    if key:
        return key[-1][1]
    text = identifier.split("?", maxsplit=1)[0].rstrip("/#")
    return unquote(re.split(r"[/#:]", text)[-1]) or identifier
