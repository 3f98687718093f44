"""The QR code of a battery: its GS1 Digital Link, readable by any phone, black on white in dark mode too.

Scheme and host are written in capitals: a link without any small letter keeps to the alphanumeric mode and is smaller
(version 3 instead of 4 for a usual link). The path keeps its case, for serial numbers mean what they say.

Source: interface reference, section 9; RFC 3986, sections 3.1 and 3.2.2 (scheme and host are case-insensitive).
"""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from filon.exchange.label.code import QUIET, scannable
from filon.exchange.label.code import code_of as qr_code
from filon.exchange.label.sibling import rows
from filon.web.draw.svg import tag

__all__ = ["QUIET", "qr_code", "qr_file", "qr_svg", "scannable"]

_DARK = re.compile("1+")
_BAR = [f"h{wide}v1h-{wide}z" for wide in range(178)]
"""A bar of so many modules, one high; 177 are a side of the largest code."""


def qr_svg(link: str, title: str, *, size: int = 148) -> Markup:
    """The code as SVG to put into a page; `size` px, crisp at any."""
    told = rows(link)
    side = len(told) + 2 * QUIET
    spans = [(y, *run.span()) for y, row in enumerate(told, QUIET) for run in _DARK.finditer(row)]
    dark = "".join([f"M{first + QUIET} {y}{_BAR[last - first]}" for y, first, last in spans])
    return tag(
        "svg",
        tag("title", escape(title)),
        tag("rect", width=side, height=side, fill="#ffffff"),
        tag("path", d=dark, fill="#000000"),
        viewBox=f"0 0 {side} {side}",
        width=size,
        height=size,
        class_="qr",
        role="img",
        aria_label=title,
        shape_rendering="crispEdges",
    )


def qr_file(link: str, title: str) -> bytes:
    """The code as a file of its own, for print."""
    body = str(qr_svg(link, title)).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{body}\n'.encode()
