"""What came in and what became of it, as a waterfall: one bar down from what there was to what is unexplained.

Lanes lie under each other so that it reads on a phone: name, figure, bar. In the last lane, unaccounted, a frame shows
how much measuring may explain (k standard deviations).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from markupsafe import Markup, escape

from filon.views.balance import COVERAGE, BalanceLine
from filon.views.figure import Figure, Named
from filon.views.say import NARROW, Tongue, decimals
from filon.web.draw.svg import tag, titled

LANE, TEXT, BAR = 42, 16, 12

THINNEST = 0.004
"""A bar that is not nothing is at least so wide, as part of the whole."""

_ENTRIES = ("opening", "taken")


@dataclass(frozen=True, slots=True)
class Lane:
    """One bar: what it is called, how much, and between which levels (kg) it hangs."""

    name: str
    figure: Figure
    low: Decimal
    high: Decimal


def lanes(line: BalanceLine) -> tuple[Lane, ...]:
    """The bars of a line from top to bottom: entries stand on zero, each exit hangs where the one before ended.

    Exits that are zero are left out, unaccounted never. Where more came out than went in, the levels fall below zero.
    """
    level, drawn = Decimal(0), []
    for name, figure in ((name, getattr(line, name)) for name in _ENTRIES):
        if figure.value:
            drawn.append(Lane(name, figure, level, level + figure.value))
            level += figure.value
    for name, figure in line.exits():
        if figure.value or name == "unaccounted":
            after = level - (figure.value or 0)
            drawn.append(Lane(name, figure, min(level, after), max(level, after)))
            level = after
    return tuple(drawn)


def waterfall(line: BalanceLine, tongue: Tongue, key: str) -> Markup:
    """The drawing of one balance line; empty if nothing came in or nobody knows how much."""
    drawn = lanes(line)
    if not any(lane.name in _ENTRIES for lane in drawn):
        return Markup("")
    floor = min(lane.low for lane in drawn)
    span = max(lane.high for lane in drawn) - floor
    places = decimals(lane.figure.value for lane in drawn if lane.figure.value is not None)
    rows = [
        _row(index, lane, (float((lane.low - floor) / span), float((lane.high - floor) / span)), places, tongue)
        for index, lane in enumerate(drawn)
    ]
    told = "; ".join(f"{_called(lane, tongue)}: {amount(lane.figure, places, tongue)}" for lane in drawn)
    title, desc = titled(f"{line.label}, {tongue.name(Named('element', line.element))}", told, key)
    frame = _frame(line, len(drawn) - 1, floor, span)
    return tag(
        "svg",
        *(title, desc, *rows, *frame),
        width="100%",
        height=len(drawn) * LANE,
        class_="waterfall",
        role="img",
        aria_labelledby=f"{key}-title {key}-desc",
    )


def amount(figure: Figure, places: int, tongue: Tongue) -> str:
    """Kilograms with the decimals of their column; the word of the standing where there is no value."""
    if figure.value is None:
        return tongue.figure(figure)
    return f"{tongue.number(figure.value, places)}{NARROW}kg"


def _row(index: int, lane: Lane, ends: tuple[float, float], places: int, tongue: Tongue) -> Markup:
    top = index * LANE
    left, right = ends
    return tag(
        "g",
        tag("text", escape(_called(lane, tongue)), x=0, y=top + TEXT, class_="t13"),
        tag("text", escape(amount(lane.figure, places, tongue)), x="100%", y=top + TEXT, class_="t13 end"),
        tag("rect", x=0, y=top + TEXT + 6, width="100%", height=BAR, class_="groove"),
        tag(
            "rect",
            x=_across(left),
            y=top + TEXT + 6,
            width=_across(max(right - left, THINNEST if lane.figure.value else 0.0)),
            height=BAR,
            class_=f"w-{lane.name}",
        ),
    )


def _frame(line: BalanceLine, index: int, floor: Decimal, span: Decimal) -> tuple[Markup, ...]:
    sigma = line.unaccounted.uncertainty
    if sigma is None:
        return ()
    reach = COVERAGE * sigma
    left = max(Decimal(0), (-reach - floor) / span)
    right = min(Decimal(1), (reach - floor) / span)
    frame = tag(
        "rect",
        x=_across(float(left)),
        y=index * LANE + TEXT + 4,
        width=_across(max(float(right - left), THINNEST)),
        height=BAR + 4,
        class_="tolerance",
    )
    return (frame,)


def _across(part: float) -> str:
    """A part of the drawing's width: it is as wide as its place, while its letters keep their size."""
    return f"{part * 100:.2f}%"


def _called(lane: Lane, tongue: Tongue) -> str:
    return tongue.name(Named("column", lane.name))
