"""SVG as text: elements written once and escaped, widths of words guessed, hatches for what is recycled or unknown."""

from __future__ import annotations

from decimal import Decimal

from markupsafe import Markup, escape

Number = int | float | Decimal | str
"""A length on the page. Binary floats are welcome here: nothing drawn is matter."""

_NARROW = frozenset("iljtfrI.,:;'|!()[]- \u202f\u00a0")
_WIDE = frozenset("mwMW@%—")


def tag(name: str, *inside: str, **attributes: Number | None) -> Markup:
    """One element; `class_` is written `class`, `font_size` `font-size`, attributes that are None are left out.

    What is inside is escaped unless it is markup already.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_short(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    body = Markup("").join(inside)
    text = f"<{name}{written}>{body}</{name}>" if inside else f"<{name}{written}/>"
    return Markup(text)  # noqa: S704 - every part of it was escaped above


def _short(value: Number) -> str:
    if isinstance(value, float):
        return f"{value:.1f}".removesuffix(".0")
    return str(value)


def width(text: str, size: float = 12) -> float:
    """About how wide a text is in a sans-serif face, px; generous, because faces differ."""
    ems = sum(0.36 if c in _NARROW else 0.92 if c in _WIDE else 0.72 if c.isupper() else 0.62 for c in text)
    return ems * size


def fitted(text: str, room: float, size: float = 12, *, keep_end: bool = False) -> str:
    """The text, cut with an ellipsis so that it fits; `keep_end` cuts in the middle (lot numbers differ at the end)."""
    if width(text, size) <= room:
        return text
    tail = text[-4:] if keep_end else ""
    head = text[: -4 or None] if keep_end else text
    while head and width(f"{head}…{tail}", size) > room:
        head = head[:-1]
    return f"{head.rstrip()}…{tail}"


def hatch(key: str, class_: str) -> Markup:
    """A pattern of slanted lines over a ground, coloured by class: `key` names it for `fill="url(#key)"`."""
    lines = tag("path", d="M-2 2L2 -2M0 8L8 0M6 10L10 6", class_=f"{class_} hatch-line")
    ground = tag("rect", width=8, height=8, class_=f"{class_} hatch-ground")
    return tag("pattern", ground, lines, id=key, width=8, height=8, patternUnits="userSpaceOnUse")


def titled(title: str, description: str, key: str) -> tuple[Markup, Markup]:
    """`<title>` and `<desc>` of a drawing; ids begin with `key`, for `aria-labelledby`."""
    return tag("title", escape(title), id=f"{key}-title"), tag("desc", escape(description), id=f"{key}-desc")
