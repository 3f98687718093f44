"""The GS1 keys: how a Digital Link path and an EPC URN say the same key, and how its check digit is made.

A key is a tuple of (application identifier, value) pairs, values decoded: `(("01", "09521234543213"), ("10", "L/1"))`.
This module knows the syntax only; which spelling Filon holds is told by `core/ident`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import quote, unquote

from filon.core.remember import remembered

HOST = "https://id.gs1.org/"
"""The canonical resolver; what other hosts say of a key is the same key."""

Elements = tuple[tuple[str, str], ...]
"""Pairs (application identifier, decoded value), the primary key first."""

_FREE = r"[!-Z_a-z]"  # the 82 characters of GS1 and a few more; what is not of GS1 is found by the rules
_PREFIXED = rf"\d{{6}}{_FREE}"
KEYS = MappingProxyType(
    {
        "01": re.compile(r"\d{8}|\d{12,14}"),
        "00": re.compile(r"\d{18}"),
        "414": re.compile(r"\d{13}"),
        "417": re.compile(r"\d{13}"),
        "415": re.compile(r"\d{13}"),
        "402": re.compile(r"\d{17}"),
        "8017": re.compile(r"\d{18}"),
        "8018": re.compile(r"\d{18}"),
        "8006": re.compile(r"\d{18}"),
        "253": re.compile(rf"\d{{13}}{_FREE}{{0,17}}"),
        "255": re.compile(r"\d{13}\d{0,12}"),
        "8003": re.compile(rf"0\d{{13}}{_FREE}{{0,16}}"),
        # No check digit tells these from any other web page: at least the company prefix must be there.
        "8004": re.compile(rf"{_PREFIXED}{{0,24}}"),
        "401": re.compile(rf"{_PREFIXED}{{0,24}}"),
        "8010": re.compile(r"\d{6}[0-9A-Z#/-]{0,24}"),
        "8013": re.compile(rf"{_PREFIXED}{{0,24}}"),
    }
)
"""Primary keys and the form of their values."""

QUALIFIERS = MappingProxyType(
    {
        "01": ("22", "10", "21", "235"),
        "8006": ("22", "10", "21"),
        "414": ("254", "7040"),
        "417": ("7040",),
        "8004": ("7040",),
        "8010": ("8011",),
        "8017": ("8019",),
        "8018": ("8019",),
        "415": ("8020",),
    }
)
"""What may follow a primary key, in the order of the path."""

_LENGTHS = {"22": 20, "10": 20, "21": 20, "235": 28, "254": 20, "7040": 4, "8011": 12, "8019": 10, "8020": 25}
_OLD_NAMES = {
    "gtin": "01", "itip": "8006", "cpid": "8010", "gln": "414", "party": "417", "gsrnp": "8017", "gsrn": "8018",
    "gcn": "255", "sscc": "00", "gdti": "253", "ginc": "401", "gsin": "402", "grai": "8003", "giai": "8004",
    "cpv": "22", "lot": "10", "ser": "21",
}  # fmt: skip
# Where the check digit stands (index from the left); keys without one are absent.
_CHECKED = {
    "01": 13, "00": 17, "414": 12, "417": 12, "415": 12, "402": 16, "8017": 17, "8018": 17, "8006": 13, "253": 12,
    "255": 12, "8003": 13,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scheme:
    """How one kind of EPC URN is made of a key.

    Args:
        ai: the primary key.
        digits: digits of company prefix and reference together; 0 when the reference is free text.
        lead: the first digit of the reference stands before the company prefix (indicator, extension).
        serial: qualifier that holds the last part; "" when it is appended to the key itself; None without one.
        dots: how many dots part the body.
    """

    ai: str
    digits: int
    lead: bool = False
    serial: str | None = None
    dots: int = 1


SCHEMES = MappingProxyType(
    {
        "sgtin": Scheme("01", 13, lead=True, serial="21", dots=2),
        "lgtin": Scheme("01", 13, lead=True, serial="10", dots=2),
        "upui": Scheme("01", 13, lead=True, serial="235", dots=2),
        "itip": Scheme("8006", 13, lead=True, serial="21", dots=4),
        "sscc": Scheme("00", 17, lead=True),
        "sgln": Scheme("414", 12, serial="254", dots=2),
        "pgln": Scheme("417", 12),
        "grai": Scheme("8003", 12, serial="", dots=2),
        "gdti": Scheme("253", 12, serial="", dots=2),
        "sgcn": Scheme("255", 12, serial="", dots=2),
        "gsrn": Scheme("8018", 17),
        "gsrnp": Scheme("8017", 17),
        "gsin": Scheme("402", 16),
        "giai": Scheme("8004", 0),
        "ginc": Scheme("401", 0),
        "cpi": Scheme("8010", 0, serial="8011", dots=2),
    }
)
"""Every EPC URN scheme that has a Digital Link."""

_URN = re.compile(r"urn:epc:(id|class|idpat):([a-z]+):(.+)", re.IGNORECASE)
_PATTERNS = frozenset({"sgtin", "grai", "gdti", "sgcn", "cpi", "itip", "upui"})


@remembered(65_536)
def check_digit(digits: str) -> str:
    """The digit that makes `digits` a valid key: weights 3, 1, 3 .. from the right, up to the next ten.

    Source: GS1 General Specifications, 7.9.1.
    """
    total = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def misread(elements: Elements) -> str | None:
    """The key as it reads with the right check digit; None when the digit is right or the key has none."""
    ai, value = elements[0]
    place = _CHECKED.get(ai)
    if place is None:
        return None
    right = check_digit(value[:place])
    return None if value[place] == right else value[:place] + right + value[place + 1 :]


def elements_of_path(path: str) -> Elements:
    """The key that a web path says (`/01/../10/..`, old short names, any stem before it); () if it says none."""
    parts = path.strip("/").split("/")
    for start in range(len(parts) - 1):
        found = _elements(parts[start:])
        if found or _is_key(parts[start], parts[start + 1]):
            return found
    return ()


def _is_key(name: str, value: str) -> bool:
    form = KEYS.get(_OLD_NAMES.get(name, name))
    return form is not None and form.fullmatch(unquote(value)) is not None


def _elements(parts: list[str]) -> Elements:
    if len(parts) % 2:
        return ()
    named = [(_OLD_NAMES.get(name, name), unquote(value)) for name, value in zip(parts[::2], parts[1::2], strict=True)]
    ai, value = named[0]
    form = KEYS.get(ai)
    if form is None or form.fullmatch(value) is None:
        return ()
    allowed = QUALIFIERS.get(ai, ())
    if any(name not in allowed or not 0 < len(text) <= _LENGTHS[name] for name, text in named[1:]):
        return ()
    if len({name for name, _ in named}) != len(named):
        return ()
    order = (ai, *allowed)
    key = (ai, value.rjust(14, "0") if ai == "01" else value)
    return (key, *sorted(named[1:], key=lambda pair: order.index(pair[0])))


def link(elements: Elements) -> str:
    """The canonical Digital Link of a key."""
    return HOST + "/".join(f"{ai}/{quote(value, safe=PLAIN)}" for ai, value in elements)


PLAIN = "';="
"""Signs that a link carries as they are, beside letters, digits and `-._~`; so one key has one spelling."""


def elements_of_urn(urn: str) -> Elements:
    """The key that an EPC URN says; () if it is not one with a Digital Link or its digits do not fit.

    Source: GS1 EPC Tag Data Standard 2.0, 6 to 8.
    """
    match = _URN.fullmatch(urn)
    if match is None:
        return ()
    kind, name, body = match.group(1).lower(), match.group(2).lower(), match.group(3)
    scheme = SCHEMES.get(name)
    if scheme is None or (kind == "class") != (name == "lgtin") or (kind == "idpat" and name not in _PATTERNS):
        return ()
    parts = [unquote(part) for part in body.split(".", scheme.dots)]
    if len(parts) != scheme.dots + 1:
        return ()
    if kind == "idpat":
        if parts.pop() != "*":
            return ()
        parts.append("")
    elif scheme.serial is not None and not parts[-1]:
        return ()
    return _from_parts(scheme, parts)


def _from_parts(scheme: Scheme, parts: list[str]) -> Elements:
    prefix, reference = parts[0], parts[1]
    if not (prefix.isdecimal() and prefix.isascii() and 6 <= len(prefix) <= 12):  # noqa: PLR2004 - digits of a company prefix
        return ()
    value = prefix + reference
    if scheme.digits:
        if len(value) != scheme.digits or not (value.isdecimal() and value.isascii()):
            return ()
        value = reference[0] + prefix + reference[1:] if scheme.lead else value
        value += check_digit(value)
    value = ("0" if scheme.ai == "8003" else "") + value + "".join(parts[2:-1])
    serial = parts[-1] if scheme.serial is not None else ""
    if scheme.serial == "":
        value, serial = value + serial, ""
    if scheme.ai == "414" and serial == "0":
        serial = ""
    if KEYS[scheme.ai].fullmatch(value) is None or len(serial) > _LENGTHS.get(scheme.serial or "", 0):
        return ()
    return ((scheme.ai, value), (scheme.serial, serial)) if serial and scheme.serial else ((scheme.ai, value),)


_SCHEME_OF = {
    ("01",): ("idpat", "sgtin"), ("01", "21"): ("id", "sgtin"), ("01", "10"): ("class", "lgtin"),
    ("01", "235"): ("id", "upui"), ("8006",): ("idpat", "itip"), ("8006", "21"): ("id", "itip"),
    ("00",): ("id", "sscc"), ("414",): ("id", "sgln"), ("414", "254"): ("id", "sgln"), ("417",): ("id", "pgln"),
    ("8003",): ("id", "grai"), ("253",): ("id", "gdti"), ("255",): ("id", "sgcn"), ("8018",): ("id", "gsrn"),
    ("8017",): ("id", "gsrnp"), ("402",): ("id", "gsin"), ("8004",): ("id", "giai"), ("401",): ("id", "ginc"),
    ("8010",): ("idpat", "cpi"), ("8010", "8011"): ("id", "cpi"),
}  # fmt: skip


def urn(elements: Elements, prefix_length: int) -> str | None:
    """The EPC URN of a key; None if there is none for it.

    Args:
        prefix_length: digits of the company prefix (6 to 12), which the key alone does not tell.
    """
    kind_name = _SCHEME_OF.get(tuple(ai for ai, _ in elements))
    if kind_name is None:
        return None
    kind, name = kind_name
    scheme, value = SCHEMES[name], elements[0][1]
    if scheme.ai == "8003":
        value = value[1:]
    digits = value[: scheme.digits] if scheme.digits else value
    tail = value[scheme.digits + 1 :] if scheme.digits else ""
    lead = digits[0] if scheme.lead else ""
    digits = digits[1:] if scheme.lead else digits
    parts = [digits[:prefix_length], lead + digits[prefix_length:]]
    if name == "itip":
        parts += [tail[:2], tail[2:]]
    if scheme.serial is not None:
        serial = elements[1][1] if len(elements) > 1 else tail if scheme.serial == "" else _absent(name)
        if not serial:
            kind, serial = "idpat", "*"
        parts.append(serial)
    return f"urn:epc:{kind}:{name}:" + ".".join(quote(part, safe=_URN_PLAIN) for part in parts)


_URN_PLAIN = "!'()*+,:;="


def _absent(name: str) -> str:
    return "0" if name == "sgln" else "*"
