"""The QR code of a battery: its GS1 Digital Link, readable by any phone, black on white in dark mode too.

Scheme and host are written in capitals: a link without any small letter keeps to the alphanumeric mode and is smaller
(version 3 instead of 4 for a usual link). The path keeps its case, for serial numbers mean what they say.

Source: interface reference, section 9; RFC 3986, sections 3.1 and 3.2.2 (scheme and host are case-insensitive).
"""

from __future__ import annotations

from markupsafe import Markup, escape

from filon.exchange.label.code import QUIET, scannable
from filon.exchange.label.code import code_of as qr_code
from filon.web.draw.svg import tag

__all__ = ["QUIET", "qr_code", "qr_file", "qr_svg", "scannable"]


def qr_svg(link: str, title: str, *, size: int = 148) -> Markup:
    """The code as SVG to put into a page; `size` px, crisp at any."""
    code = qr_code(link)
    side = code.symbol_size(border=QUIET)[0]
    dark = "".join(
        f"M{x + QUIET} {y + QUIET}h{run}v1h-{run}z" for y, row in enumerate(code.matrix) for x, run in _runs(row)
    )
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


def _runs(row: bytearray) -> list[tuple[int, int]]:
    """(start, length) of each dark run in a row of modules."""
    runs: list[tuple[int, int]] = []
    for x, module in enumerate(row):
        if module & 1:
            if runs and sum(runs[-1]) == x:
                runs[-1] = (runs[-1][0], runs[-1][1] + 1)
            else:
                runs.append((x, 1))
    return runs


def qr_file(link: str, title: str) -> bytes:
    """The code as a file of its own, for print."""
    body = str(qr_svg(link, title)).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{body}\n'.encode()
