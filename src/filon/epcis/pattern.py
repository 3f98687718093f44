"""EPC patterns of queries: `urn:epc:idpat:sgtin:4012345.*.*` names many pieces at once.

Events hold Digital Links, which no longer show where the company prefix ends; a pattern still knows it, so it is turned
into an expression on links. A shorter prefix with the same first digits matches too: the link cannot tell them apart.

Source: EPCIS 1.2, 8.2.7.1.1; EPC Tag Data Standard 2.0, 8.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote, unquote

from filon.core import gs1, ident

_PATTERN = re.compile(r"urn:epc:idpat:([a-z]+):(.+)", re.IGNORECASE)


def matcher(text: str, *, classes: bool = False) -> Callable[[str], bool]:
    """Whether an identifier as held is meant by a query's text: by pattern, else by being the same name.

    Args:
        classes: the identifiers are classes; the `*` of a class (no serial) is then matched by a `*` only.
    """
    match = _PATTERN.fullmatch(text)
    scheme = gs1.SCHEMES.get(match.group(1).lower()) if match else None
    if match is None or scheme is None:
        wanted = ident.canonical(text)
        return lambda identifier: identifier == wanted
    parts = [unquote(part) for part in match.group(2).split(".", scheme.dots)]
    if len(parts) != scheme.dots + 1:
        return lambda identifier: identifier == text
    expression = re.compile(re.escape(gs1.HOST) + _expression(scheme, parts, classes=classes))
    return lambda identifier: expression.fullmatch(identifier) is not None


def _expression(scheme: gs1.Scheme, parts: list[str], *, classes: bool) -> str:
    value = ("0" if scheme.ai == "8003" else "") + _digits(scheme, parts[0], parts[1])
    for part in parts[2:-1]:
        value += r"\d\d" if part == "*" else re.escape(part)
    if scheme.serial is None:
        return f"{scheme.ai}/{value}"
    if scheme.serial == "":
        return f"{scheme.ai}/{value}" + ("" if classes and parts[-1] == "*" else _serial(parts[-1]))
    tail = f"/{scheme.serial}/{_serial(parts[-1])}"
    if scheme.ai == "414" and parts[-1] in {"0", "*"}:
        tail = f"(?:{tail})?" if parts[-1] == "*" else ""
    elif classes and parts[-1] == "*":
        tail = ""
    return f"{scheme.ai}/{value}{tail}"


def _serial(part: str) -> str:
    return "[^/]+" if part == "*" else re.escape(quote(part, safe=gs1.PLAIN))


def _digits(scheme: gs1.Scheme, prefix: str, reference: str) -> str:
    if prefix == "*":
        return "[^/]+" if not scheme.digits else rf"\d{{{scheme.digits + 1}}}"
    if not scheme.digits:
        return re.escape(prefix) + ("[^/]+" if reference == "*" else re.escape(quote(reference, safe=gs1.PLAIN)))
    rest = scheme.digits - len(prefix)
    if reference == "*":
        return (
            rf"\d{re.escape(prefix)}\d{{{rest - 1}}}" if scheme.lead else rf"{re.escape(prefix)}\d{{{rest}}}"
        ) + r"\d"
    lead, tail = (reference[:1], reference[1:]) if scheme.lead else ("", reference)
    return re.escape(lead + prefix + tail) + r"\d"
