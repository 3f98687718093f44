"""Drawings of a footprint: what it is made of (waterfall), where it flows (Sankey), where it goes (trajectory).

Bars and bands are as wide as the figures of the view; every bar is a link to its line, where its lots stand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from markupsafe import Markup, escape

from filon.views.carbon import CarbonView, ContributionLine
from filon.views.carbon_board import CarbonContract, Trajectory
from filon.views.figure import Figure, Named, Standing
from filon.views.say import NARROW, Tongue, decimals
from filon.web.draw.svg import fitted, tag, titled

LANE, TEXT, BAR = 42, 16, 12
SHOWN = 9
"""So many contributions have a bar of their own; the others share one."""
_STAGES = ("raw", "main", "distribution")
Band = tuple[str, str, Decimal]
"""(from, to, kg)."""


def footprint_waterfall(view: CarbonView | CarbonContract, tongue: Tongue) -> Markup:
    """From the greatest contribution to the total, each bar hanging where the one before ended."""
    rows = _lanes(view)
    if not rows:
        return Markup("")
    places = decimals(abs(kg) for _, _, kg, _ in rows)
    reach = max(sum((max(kg, Decimal(0)) for _, _, kg, _ in rows[:-1]), Decimal(0)), rows[-1][2], Decimal("1E-9"))
    level, drawn, told = Decimal(0), [], []
    for index, (key, class_, kg, name) in enumerate(rows):
        label, total = _called(name, tongue), index == len(rows) - 1
        low, high = (Decimal(0), kg) if total else (min(level, level + kg), max(level, level + kg))
        level += kg
        amount = f"{tongue.number(kg, places)}{NARROW}kg"
        told.append(f"{label}: {amount}")
        bar = _bar(index, label, amount, (low / reach, high / reach), class_)
        drawn.append(tag("a", bar, href=f"#{key}", aria_label=f"{label}: {amount}") if key else bar)
    title, desc = titled(tongue.words.gettext("What the footprint is made of"), "; ".join(told), "made")
    return tag(
        "svg", title, desc, *drawn, width="100%", height=len(rows) * LANE, class_="waterfall", role="group",
        aria_labelledby="made-title made-desc",
    )  # fmt: skip


_Name = ContributionLine | str


def _lanes(view: CarbonView | CarbonContract) -> list[tuple[str, str, Decimal, _Name]]:
    """(key, class, kg, what it is): the greatest, all others, the total of the known part."""
    lines = [one for one in view.contributions if one.kg.value]
    rows: list[tuple[str, str, Decimal, _Name]] = [
        (one.key, f"c-{one.stage}", one.kg.value or Decimal(0), one) for one in lines[:SHOWN]
    ]
    rest = sum((one.kg.value or Decimal(0) for one in lines[SHOWN:]), Decimal(0))
    if rest:
        rows.append(("rest", "c-rest", rest, "others"))
    return [*rows, ("", "c-total", _total(view), "total")] if rows else []


def _total(view: CarbonView | CarbonContract) -> Decimal:
    """The figure at the head of the page: its lines, each rounded to the gram, may sum to a gram more or less."""
    if isinstance(view, CarbonContract):
        told = view.per_kg
    else:
        told = next(one.known for one in view.variants if one.variant == "market")
    return told.value or Decimal(0)


def _called(name: _Name, tongue: Tongue) -> str:
    if isinstance(name, str):
        return tongue.name(Named("made-of", name))
    return f"{tongue.name(Named('flow', name.flow))}, {name.site}"


def _bar(index: int, label: str, amount: str, ends: tuple[Decimal, Decimal], class_: str) -> Markup:
    top, (left, right) = index * LANE, ends
    return tag(
        "g",
        tag("text", escape(fitted(label, 300, 13)), x=0, y=top + TEXT, class_="t13"),
        tag("text", escape(amount), x="100%", y=top + TEXT, class_="t13 end"),
        tag("rect", x=0, y=top + TEXT + 6, width="100%", height=BAR, class_="groove"),
        tag(
            "rect", x=f"{left * 100:.2f}%", y=top + TEXT + 6, width=f"{max(right - left, Decimal('0.004')) * 100:.2f}%",
            height=BAR, class_=class_,
        ),
    )  # fmt: skip


def bands(view: CarbonView | CarbonContract) -> tuple[list[Band], list[Band]]:
    """(company to kind of flow, kind of flow to stage), positive kilograms, market-based."""
    left: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    right: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for one in view.contributions:
        if one.kg.value and one.kg.value > 0:
            left[one.company, one.group] += one.kg.value
            right[one.group, one.stage] += one.kg.value
    return [(*key, kg) for key, kg in left.items()], [(*key, kg) for key, kg in right.items()]


WIDTH, GAP, NODE, MINIMUM = 760, 14, 10, 230
BELOW = 24
"""Room for the name of the last knot, which may be thinner than its name."""
_COLUMNS = (0, WIDTH // 2 - NODE // 2, WIDTH - NODE)


def sankey(view: CarbonView | CarbonContract, tongue: Tongue) -> Markup:
    """Companies left, kinds of flow in the middle, life-cycle stages right; as high as their kilograms."""
    left, right = bands(view)
    if not left:
        return Markup("")
    columns = [_sums(left, 0), _sums(left, 1), _sums(right, 1)]
    most = max(map(len, columns))
    height = max(MINIMUM, most * 38)
    whole = sum(columns[0].values(), Decimal(0))
    scale = Decimal(height - (most - 1) * GAP) / whole
    tops = [_tops(column, scale) for column in columns]
    parts = [_ribbons(left, tops[0], tops[1], scale, (0, 1)), _ribbons(right, tops[1], tops[2], scale, (1, 2))]
    for index, column in enumerate(columns):
        for name, kg in column.items():
            label = f"{_node_name(index, name, tongue)} {_kg(kg, tongue)}"
            drawn = _node(index, tops[index][name], kg * scale, label)
            parts.append(tag("a", drawn, href=f"#{_greatest(view, index, name)}", aria_label=label))
    told = "; ".join(f"{_node_name(0, a, tongue)}, {_node_name(1, b, tongue)}: {_kg(kg, tongue)}" for a, b, kg in left)
    title, desc = titled(tongue.words.gettext("Who emits what, and for which stage"), told, "sankey")
    return tag(
        "svg", title, desc, *parts, viewBox=f"0 0 {WIDTH} {height + BELOW}", class_="sankey", role="group",
        aria_labelledby="sankey-title sankey-desc",
    )  # fmt: skip


def _greatest(view: CarbonView | CarbonContract, index: int, name: str) -> str:
    """The line that a knot opens: the greatest of its company, kind of flow or stage; its lots stand there."""
    return next(one.key for one in view.contributions if name == (one.company, one.group, one.stage)[index])


def _sums(rows: Iterable[Band], end: int) -> dict[str, Decimal]:
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for source, target, kg in rows:
        totals[target if end else source] += kg
    return dict(sorted(totals.items(), key=lambda item: -item[1]))


def _tops(column: dict[str, Decimal], scale: Decimal) -> dict[str, Decimal]:
    at, tops = Decimal(0), {}
    for name, kg in column.items():
        tops[name] = at
        at += kg * scale + GAP
    return tops


def _ribbons(
    rows: Sequence[Band], starts: dict[str, Decimal], ends: dict[str, Decimal], scale: Decimal, sides: tuple[int, int]
) -> Markup:
    out_at, in_at = dict(starts), dict(ends)
    order = {name: index for index, name in enumerate(ends)}
    drawn = []
    x1, x2 = _COLUMNS[sides[0]] + NODE, _COLUMNS[sides[1]]
    for source, target, kg in sorted(rows, key=lambda row: (list(starts).index(row[0]), order[row[1]])):
        thick = kg * scale
        y1, y2 = out_at[source] + thick / 2, in_at[target] + thick / 2
        out_at[source] += thick
        in_at[target] += thick
        middle = (x1 + x2) / 2
        path = f"M{x1} {y1:.1f}C{middle} {y1:.1f} {middle} {y2:.1f} {x2} {y2:.1f}"
        drawn.append(tag("path", d=path, stroke_width=f"{max(thick, Decimal('0.6')):.1f}", class_="flow"))
    return tag("g", *drawn)


def _node(index: int, top: Decimal, high: Decimal, label: str) -> Markup:
    x = _COLUMNS[index]
    end = index == len(_COLUMNS) - 1
    text = tag(
        "text", escape(fitted(label, WIDTH / 2 - 40, 12)), x=x - 6 if end else x + NODE + 6,
        # The names of the middle and of the right share one half: a line lower they do not run into each other.
        y=f"{top + max(high, Decimal(10)) / 2 + (18 if end else 4):.1f}", class_="t12 end" if end else "t12",
    )  # fmt: skip
    return tag(
        "g", tag("rect", x=x, y=f"{top:.1f}", width=NODE, height=f"{max(high, Decimal(1)):.1f}", class_="knot"), text
    )


def _node_name(index: int, name: str, tongue: Tongue) -> str:
    return name if index == 0 else tongue.name(Named("group" if index == 1 else "life", name))


def _kg(kg: Decimal, tongue: Tongue) -> str:
    """To 100 g; below 10 kg finer, so that the carriage of a kg of salt is not told as 0."""
    step = next((Decimal(step) for least, step in ((10, "0.1"), (1, "0.01")) if kg >= least), Decimal("0.001"))
    return tongue.figure(Figure(kg.quantize(step), "kg CO2e", Standing.COMPUTED))


_DOTS = {"on path": "ok", "above path": "over"}
SPAN, HIGH, LEFT, FOOT = 640, 260, 44, 28


def trajectory(path: Trajectory, tongue: Tongue, key: str) -> Markup:
    """The path from the baseline over the targets, and each year as a point on, under or above it.

    Args:
        key: of this drawing among others on the page.
    """
    if not path.baselines or not path.targets:
        return Markup("")
    start = path.baselines[0].year
    points = [(start, Decimal(100)), *((year, goal.value or Decimal(0)) for year, goal in path.targets)]
    seen = [(one.year, one.index.value, one.standing) for one in path.years if one.index.value is not None]
    years = [*(year for year, _ in points), *(year for year, _, _ in seen)]
    first, last = min(years), max(years)
    top = max(Decimal(110), *(value + 10 for _, value, _ in seen)) if seen else Decimal(110)

    def x(year: int) -> str:
        return f"{LEFT + (SPAN - LEFT - 24) * (year - first) / max(1, last - first):.1f}"

    def y(value: Decimal) -> str:
        return f"{HIGH - FOOT - (HIGH - FOOT - 12) * value / top:.1f}"

    grid = [
        tag("path", d=f"M{LEFT} {y(Decimal(mark))}H{SPAN - 20}", class_="rule")
        + tag("text", f"{mark}", x=LEFT - 8, y=y(Decimal(mark) - 2), class_="t11 end muted")
        for mark in (0, 50, 100)
    ]
    names = [tag("text", str(year), x=x(year), y=HIGH - 8, class_="t11 middle") for year in sorted(set(years))]
    line = tag("path", d="M" + "L".join(f"{x(year)} {y(value)}" for year, value in points), class_="path")
    goals = [
        tag("rect", x=float(x(year)) - 4, y=float(y(value)) - 4, width=8, height=8, class_="goal")
        + tag("text", tongue.number(value, 0), x=x(year), y=float(y(value)) - 10, class_="t12 middle")
        for year, value in points
    ]
    dots = [
        tag("circle", cx=x(year), cy=y(value), r=7, class_=_DOTS.get(standing, "unsure"))
        + tag("text", tongue.number(value, 1), x=float(x(year)) + 12, y=float(y(value)) + 4, class_="t12 strong")
        for year, value, standing in seen
    ]
    told = "; ".join(
        f"{year}: {tongue.number(value, 1)}, {tongue.name(Named('path', standing))}" for year, value, standing in seen
    )
    title, desc = titled(tongue.words.gettext("Index against the baseline (100)"), told, f"path-{key}")
    return tag(
        "svg", title, desc, *grid, *names, line, *goals, *dots, viewBox=f"0 0 {SPAN} {HIGH}", class_="trajectory",
        role="img", aria_labelledby=f"path-{key}-title path-{key}-desc",
    )  # fmt: skip
