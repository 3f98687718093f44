"""Where one element came from, as a bar: origins largest first, recycled hatched, unknown in a grey hatch."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from markupsafe import Markup, escape

from filon.views.figure import Figure, Named
from filon.views.origin import Contained, Origin, OriginKind, OriginShare
from filon.views.say import Tongue
from filon.web.draw.svg import hatch, tag, titled

TONES = 4
"""So many known origins have a colour of their own; all others share one."""


def tones(rows: Iterable[OriginShare]) -> tuple[str, ...]:
    """A class for each row: `o1`..`o4` for mined origins by size, `recycled`, `unknown`, `o5` for all others."""
    given, mined = [], 0
    for row in rows:
        if row.origin.kind is OriginKind.MINE:
            mined += 1
            given.append(f"o{min(mined, TONES + 1)}")
        else:
            given.append(row.origin.kind.value)
    return tuple(given)


def origin_name(origin: Origin, tongue: Tongue) -> str:
    """What people call an origin: its name and country, its country alone, or "origin unknown"."""
    country = tongue.name(Named("country", origin.country)) if origin.country else ""
    if origin.label is not None:
        return tongue.name(origin.label)
    if origin.kind is OriginKind.UNKNOWN:
        return tongue.name(Named("origin", "unknown"))
    named = f"{origin.name} ({country})" if origin.name and country else origin.name or country
    return named or tongue.name(Named("origin", origin.kind.value))


def patterns() -> Markup:
    """The hatches that bars and swatches on a page use; once a page, before them."""
    both = tag("defs", hatch("hatch-recycled", "recycled"), hatch("hatch-unknown", "unknown"))
    return tag("svg", both, width=0, height=0, class_="defs", aria_hidden="true", focusable="false")


def bar(contained: Contained, tongue: Tongue, key: str) -> Markup:
    """The bar of one element; as wide as its place, 22 px high."""
    element = tongue.name(Named("element", contained.element))
    told = "; ".join(
        f"{origin_name(row.origin, tongue)}: {tongue.figure(row.mass)}, {tongue.figure(row.share)}"
        for row in contained.origins
    )
    title, desc = titled(f"{element}: {tongue.figure(contained.mass)}", told, key)
    pieces, left = [], Decimal(0)
    for row, tone in zip(contained.origins, tones(contained.origins), strict=True):
        share = row.share.value or Decimal(0)
        pieces.append(
            tag("rect", x=f"{left:.2f}%", width=f"{max(share, Decimal('0.4')):.2f}%", height=22, class_=f"fill {tone}")
        )
        left += share
    if not contained.origins:
        pieces.append(tag("rect", width="100%", height=22, class_="fill unknown"))
    return tag(
        "svg",
        title,
        desc,
        *pieces,
        width="100%",
        height=22,
        class_="bar",
        role="img",
        aria_labelledby=f"{key}-title {key}-desc",
    )


def swatch(tone: str) -> Markup:
    """A square in the colour of an origin, for the legend."""
    square = tag("rect", width=14, height=14, rx=2, class_=f"fill {escape(tone)}")
    return tag("svg", square, width=14, height=14, class_="swatch", aria_hidden="true", focusable="false")


def share_bar(part: Figure, whole: Figure, tongue: Tongue) -> Markup:
    """A small bar: how much of a whole a part is; empty where nobody knows."""
    if part.value is None or not whole.value:
        return tag("svg", width=64, height=10, class_="share-bar", aria_hidden="true", focusable="false")
    share = min(max(part.value / whole.value, Decimal(0)), Decimal(1))
    told = tag("title", escape(tongue.percent(share * 100)))
    groove = tag("rect", width=64, height=10, rx=3, class_="groove")
    filled = tag("rect", width=float(max(share * 64, Decimal(1))), height=10, rx=3, class_="o1")
    return tag(
        "svg", told, groove, filled, width=64, height=10, class_="share-bar", aria_hidden="true", focusable="false"
    )
