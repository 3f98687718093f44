"""The code itself: what is in it, how large and how dark it must be, as SVG and PNG.

Scheme and host are written in capitals (they mean the same), which keeps the code smaller. Error level M, a quiet zone
of four modules, dark on light with a contrast that a telephone sees.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlsplit

import segno

from filon.core.finding import Finding, Place, found

QUIET = 4
"""Modules of white around the code.

Source: ISO/IEC 18004:2024, 6.3.8.
"""
LEAST_MODULE = Decimal("0.35")
"""Millimetres a module must have, so that telephones of today read it at arm's length.

The law names no size; this one is ours (decision 0062).
"""
LEAST_CONTRAST = 55
"""Percent of symbol contrast of grade 3 (B).

Source: ISO/IEC 15415:2011, 7.8.3.
"""


@dataclass(frozen=True, slots=True)
class Print:
    """How a code is printed.

    Args:
        side_mm: of the square with its white border.
        dark, light: sRGB, `#000000`.
        quiet: modules of white on each side.
    """

    side_mm: Decimal = Decimal(20)
    dark: str = "#000000"
    light: str = "#ffffff"
    quiet: int = QUIET


def scannable(link: str) -> str:
    """The link as it is put in the code: `HTTPS://ID.EXAMPLE/01/.../21/...`."""
    parts = urlsplit(link)
    head = f"{parts.scheme}://{parts.netloc}"
    return head.upper() + link[len(head) :] if parts.netloc else link


def code_of(link: str) -> segno.QRCode:
    """The code of a link, at error level M."""
    return segno.make_qr(scannable(link), error="m", boost_error=False)


def modules(code: segno.QRCode, quiet: int = QUIET) -> int:
    """Modules a side, white border included."""
    return int(code.symbol_size(border=quiet)[0])


def findings(code: segno.QRCode, how: Print) -> tuple[Finding, ...]:
    """What keeps a printed code from being read.

    Findings:
        DPP-013: modules too small. DPP-014: too little contrast. DPP-015: too narrow a white border.
    """
    told = []
    side = modules(code, how.quiet)
    module = how.side_mm / side
    if module < LEAST_MODULE:
        wide = (LEAST_MODULE * side).quantize(Decimal("0.1"))
        told.append(_small(how.side_mm, side, module, wide))
    seen = contrast(how.dark, how.light)
    if seen < LEAST_CONTRAST:
        told.append(found("DPP-014", Place(), dark=how.dark, light=how.light, contrast=seen, least=LEAST_CONTRAST))
    if how.quiet < QUIET:
        told.append(found("DPP-015", Place(), quiet=how.quiet, least=QUIET))
    return tuple(told)


def _small(printed: Decimal, side: int, module: Decimal, wide: Decimal) -> Finding:
    size = round(module, 2)
    return found("DPP-013", modules=side, least=LEAST_MODULE, printed=printed, module=size, wide=wide)


def contrast(dark: str, light: str) -> int:
    """Difference of reflectance in percent, negative where dark is lighter than light."""
    return round((_reflectance(light) - _reflectance(dark)) * 100)


def _reflectance(colour: str) -> float:
    """Relative luminance of sRGB, what a camera sees as reflectance of an ideal print."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (red, green, blue)]  # noqa: PLR2004 - IEC 61966-2-1
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def svg(code: segno.QRCode, how: Print = Print()) -> bytes:
    """The code as SVG of its printed size."""
    out = io.BytesIO()
    scale = how.side_mm / modules(code, how.quiet)
    code.save(out, kind="svg", border=how.quiet, dark=how.dark, light=how.light, scale=float(scale), unit="mm")
    return out.getvalue()


def png(code: segno.QRCode, how: Print = Print(), *, dpi: int = 600) -> bytes:
    """The code as PNG, whole pixels a module, at least as fine as asked."""
    out = io.BytesIO()
    pixels = max(1, -(-int(how.side_mm * dpi * 10 / 254) // modules(code, how.quiet)))
    code.save(out, kind="png", border=how.quiet, dark=how.dark, light=how.light, scale=pixels, dpi=dpi)
    return out.getvalue()
