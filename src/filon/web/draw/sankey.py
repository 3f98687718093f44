"""Matter between sites as bands: columns from the mines on, a bar a site, bands as wide as their kg, exits as stubs.

A band that passes a column keeps its own room there, so that none crosses a bar that it does not belong to. Within a
column bars stand near the middle of what they are joined to (barycentre).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from markupsafe import Markup, escape

from filon.views.figure import Named
from filon.views.flows import FlowNode, Sankey
from filon.views.say import Tongue
from filon.web.draw.svg import fitted, tag, titled

BAR, GAP, TALL, MARGIN, SWEEPS = 14, 30, 340, 8, 8
ACROSS, ROOM, WIDEST, NARROWEST = 1120, 146, 240, 128
"""Width of the whole and of the last column's words; widest and narrowest column, px."""
THINNEST = 1.5
LEAST = 0.004
"""A way out thinner than this part of the fullest column is told in the table only; what goes to a site never."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A bar, or the room that a band needs in a column it passes: left, top and height, px."""

    x: float
    top: float
    height: float


Ends = tuple[str, str]


def draw_sankey(sankey: Sankey, tongue: Tongue, key: str = "sites") -> Markup:
    """The drawing; empty if nothing flowed."""
    scale, shown = _shown(sankey)
    if not shown:
        return Markup("")
    nodes = {node.key: node for node in sankey.nodes if any(node.key in ends for ends in shown)}
    paths = {ends: _path(nodes, ends) for ends in shown}
    slots = _laid_out(nodes, shown, paths, scale)
    across = max(slot.x for slot in slots.values()) + BAR + ROOM + MARGIN
    down = max(slot.top + slot.height for slot in slots.values()) + GAP
    told = "; ".join(
        f"{_called(nodes[a], tongue)} → {_called(nodes[b], tongue)}: {tongue.mass(mass)}"
        for (a, b), mass in shown.items()
    )
    element = tongue.name(sankey.element)
    title, desc = titled(tongue.words.gettext("Flows between sites, {element}").format(element=element), told, key)
    inside = [title, desc, *_drawn(nodes, shown, paths, slots, tongue, scale)]
    lefts = sorted({slot.x for slot in slots.values()})
    room = min([b - a for a, b in pairwise(lefts)], default=ROOM) - BAR - 12
    inside += [_bar(node, slots[node.key], tongue, min(room, ROOM)) for node in nodes.values()]
    return tag(
        "svg", *inside, viewBox=f"0 0 {across} {down:.0f}", width=across, height=round(down), class_="sites",
        role="group", aria_labelledby=f"{key}-title {key}-desc",
    )  # fmt: skip


def _shown(sankey: Sankey) -> tuple[float, dict[Ends, Decimal]]:
    """(px a kg, {ends: kg} of the bands that are wide enough to be seen)."""
    columns: dict[int, float] = defaultdict(float)
    for node in sankey.nodes:
        columns[node.column] += float(node.mass.value or 0)
    fullest = max(columns.values(), default=0.0)
    if not fullest:
        return 0.0, {}
    bands = {(b.source, b.target): b.mass.value for b in sankey.bands if b.mass.value}
    sites = {node.key for node in sankey.nodes if node.kind == "site"}
    seen = {ends: kg for ends, kg in bands.items() if float(kg) >= fullest * LEAST or {*ends} <= sites}
    return TALL / fullest, seen


def _path(nodes: Mapping[str, FlowNode], ends: Ends) -> list[str]:
    """The slots that a band goes through: its ends, and a room in each column between them."""
    first, last = nodes[ends[0]].column, nodes[ends[1]].column
    return [ends[0], *(f"{ends[0]}>{ends[1]}@{column}" for column in range(first + 1, last)), ends[1]]


def _laid_out(
    nodes: Mapping[str, FlowNode], shown: Mapping[Ends, Decimal], paths: Mapping[Ends, Sequence[str]], scale: float
) -> dict[str, Slot]:
    heights: dict[str, float] = {}
    into: dict[str, float] = defaultdict(float)
    out: dict[str, float] = defaultdict(float)
    for ends, mass in shown.items():
        out[ends[0]] += float(mass) * scale
        into[ends[1]] += float(mass) * scale
    column_of: dict[str, int] = {}
    for key, node in nodes.items():
        heights[key], column_of[key] = max(into[key], out[key], 3.0), node.column
    for ends, path in paths.items():
        for step, key in enumerate(path[1:-1], 1):
            heights[key] = float(shown[ends]) * scale
            column_of[key] = nodes[ends[0]].column + step
    order = _ordered(column_of, paths, shown)
    tallest = max(sum(heights[key] + GAP for key in keys) for keys in order.values())
    slots: dict[str, Slot] = {}
    apart = min(WIDEST, max(NARROWEST, (ACROSS - ROOM - BAR - 2 * MARGIN) / max(len(order) - 1, 1)))
    for column, keys in order.items():
        top = float(MARGIN) + (tallest - sum(heights[key] + GAP for key in keys)) / 2
        for key in keys:
            slots[key] = Slot(MARGIN + column * apart, top, heights[key])
            top += heights[key] + GAP
    return slots


def _ordered(
    column_of: Mapping[str, int], paths: Mapping[Ends, Sequence[str]], shown: Mapping[Ends, Decimal]
) -> dict[int, list[str]]:
    joined: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for ends, path in paths.items():
        for one, other in pairwise(path):
            joined[one].append((other, float(shown[ends])))
            joined[other].append((one, float(shown[ends])))
    order: dict[int, list[str]] = defaultdict(list)
    for key in sorted(column_of):
        order[column_of[key]].append(key)
    order = dict(sorted(order.items()))
    place = {key: (rank + 0.5) / len(keys) for keys in order.values() for rank, key in enumerate(keys)}

    def middle(key: str) -> tuple[float, str]:
        total = sum(weight for _, weight in joined[key])
        return (sum(place[one] * weight for one, weight in joined[key]) / total if total else place[key], key)

    for sweep in range(SWEEPS):
        for column in list(order)[:: 1 if sweep % 2 == 0 else -1]:
            order[column].sort(key=middle)
            place.update({key: (rank + 0.5) / len(order[column]) for rank, key in enumerate(order[column])})
    return order


def _drawn(  # noqa: PLR0917 - the parts of the drawing
    nodes: Mapping[str, FlowNode],
    shown: Mapping[Ends, Decimal],
    paths: Mapping[Ends, Sequence[str]],
    slots: Mapping[str, Slot],
    tongue: Tongue,
    scale: float,
) -> list[Markup]:
    """The bands; at a bar they lie side by side in the order of where they come from or go to."""
    leaving = _ports(shown, slots, paths, scale, out=True)
    entering = _ports(shown, slots, paths, scale, out=False)
    drawn = []
    for ends, mass in sorted(shown.items(), key=lambda item: -float(item[1])):
        passed = [slots[key] for key in paths[ends][1:-1]]
        stops = [(slots[ends[0]].x + BAR, leaving[ends])]
        for slot in passed:
            stops += [(slot.x, slot.top + slot.height / 2), (slot.x + BAR, slot.top + slot.height / 2)]
        stops.append((slots[ends[1]].x, entering[ends]))
        wide = max(float(mass) * scale, THINNEST)
        told = f"{_called(nodes[ends[0]], tongue)} → {_called(nodes[ends[1]], tongue)}: {tongue.mass(mass)}"
        kind = nodes[ends[1]].kind if nodes[ends[1]].kind != "site" else nodes[ends[0]].kind
        drawn.append(tag("path", tag("title", escape(told)), d=_ribbon(stops, wide), class_=f"band b-{kind}"))
    return drawn


def _ribbon(stops: Sequence[tuple[float, float]], wide: float) -> str:
    """A band of the same height everywhere through some points: its upper edge there, its lower edge back."""
    above = [(x, y - wide / 2) for x, y in stops]
    below = [(x, y + wide / 2) for x, y in reversed(stops)]
    return f"M{above[0][0]:.0f} {above[0][1]:.1f}{_edge(above)}L{below[0][0]:.0f} {below[0][1]:.1f}{_edge(below)}Z"


def _edge(points: Sequence[tuple[float, float]]) -> str:
    curves = []
    for (x0, y0), (x1, y1) in pairwise(points):
        bend = (x0 + x1) / 2
        curves.append(f"C{bend:.0f} {y0:.1f} {bend:.0f} {y1:.1f} {x1:.0f} {y1:.1f}")
    return "".join(curves)


def _ports(
    shown: Mapping[Ends, Decimal],
    slots: Mapping[str, Slot],
    paths: Mapping[Ends, Sequence[str]],
    scale: float,
    *,
    out: bool,
) -> dict[Ends, float]:
    held: dict[str, list[Ends]] = defaultdict(list)
    for ends in shown:
        held[ends[0] if out else ends[1]].append(ends)
    ports = {}
    for key, bands in held.items():
        bands.sort(key=lambda ends: (slots[paths[ends][1 if out else -2]].top, ends))
        wides = [max(float(shown[ends]) * scale, THINNEST) for ends in bands]
        at = slots[key].top + max(slots[key].height - sum(wides), 0.0) / 2 * (len(bands) == 1)
        for ends, wide in zip(bands, wides, strict=True):
            ports[ends] = at + wide / 2
            at += wide
    return ports


def _bar(node: FlowNode, slot: Slot, tongue: Tongue, room: float) -> Markup:
    name = _called(node, tongue)
    mass = tongue.figure(node.mass)
    country = tongue.name(Named("country", node.country)) if node.country else ""
    where = f"{name} ({country})" if country else name
    middle = slot.top + slot.height / 2
    small = node.kind != "site"
    inside = [
        tag("title", escape(f"{where}: {mass}")),
        tag("rect", x=slot.x, y=slot.top, width=BAR, height=slot.height, rx=2, class_=f"bar-{node.kind}"),
        tag("text", escape(fitted(name, room, 12.5)), x=slot.x + BAR + 6, y=middle - 2,
            class_="t12" if small else "t12 strong"),
        tag("text", escape(mass), x=slot.x + BAR + 6, y=middle + 13, class_="t11 muted"),
    ]  # fmt: skip
    group = tag("g", *inside, class_="site" if node.kind == "site" else "exit")
    return tag("a", group, href=node.href) if node.href else group


def _called(node: FlowNode, tongue: Tongue) -> str:
    return tongue.name(node.label) if isinstance(node.label, Named) else node.label
