"""The chain of a lot: columns are stages, boxes are lots with site and kg, arrows are as wide as their kg.

Boxes keep to 104 px and gutters to 56, so that arrows do not tangle; within a column, boxes stand near the middle of
what they are joined to (barycentre), the lot looked at in bold. Beyond 300 boxes the lightest are put together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from filon.views.chain import STAGES, Chain, ChainNode, condensed
from filon.views.figure import Named
from filon.views.say import Tongue
from filon.web.draw.svg import fitted, tag, titled, width

BOX, HEIGHT, GUTTER, GAP, HEAD, MARGIN = 104, 60, 56, 14, 34, 4
ROOM, THINNEST, SWEEPS = HEIGHT - 12, 1.5, 6


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a box stands: its left and top, px."""

    x: float
    y: float


def columns(chain: Chain) -> tuple[tuple[str, tuple[ChainNode, ...]], ...]:
    """(stage, boxes from top to bottom) from left to right, in the order matter takes; only stages that occur.

    A stage whose lots feed each other (salts into a tank) has two columns: what came to it, and what was made of it.
    A lot of no named stage stands before the first it feeds.
    """
    stage = _stages(chain)
    fed = {edge.target for edge in chain.edges if stage[edge.source] == stage[edge.target]}
    held: dict[tuple[int, bool], list[ChainNode]] = defaultdict(list)
    for node in sorted(chain.nodes, key=lambda n: (-(n.mass.value or 0), n.key)):
        held[STAGES.index(stage[node.key]), node.key in fed].append(node)
    placed = [(STAGES[rank], boxes) for (rank, _), boxes in sorted(held.items(), key=lambda item: item[0])]
    return tuple((name, tuple(boxes)) for name, boxes in _untangled(placed, chain))


def _stages(chain: Chain) -> dict[str, str]:
    stage = {node.key: node.stage for node in chain.nodes}
    for node in reversed(chain.nodes):
        if node.stage not in STAGES:
            targets = (stage[edge.target] for edge in chain.edges if edge.source == node.key)
            known = [STAGES.index(one) for one in targets if one in STAGES]
            stage[node.key] = STAGES[max(min(known, default=len(STAGES)) - 1, 0)]
    return stage


def _untangled(held: Sequence[tuple[str, list[ChainNode]]], chain: Chain) -> list[tuple[str, list[ChainNode]]]:
    """Barycentre sweeps: each box moves to the weighted middle of its neighbours, from the left, then the right."""
    joined: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for edge in chain.edges:
        weight = float(edge.mass.value or 0) or 1e-6
        joined[edge.source].append((edge.target, weight))
        joined[edge.target].append((edge.source, weight))
    order = [(stage, list(boxes)) for stage, boxes in held]
    place = {node.key: rank / len(boxes) for _, boxes in order for rank, node in enumerate(boxes)}

    def middle(node: ChainNode) -> tuple[float, float, str]:
        ties = joined[node.key]
        total = sum(weight for _, weight in ties)
        at = sum(place[key] * weight for key, weight in ties) / total if total else place[node.key]
        return (at, -float(node.mass.value or 0), node.key)

    for sweep in range(SWEEPS):
        for _, boxes in (order, order[::-1])[sweep % 2]:
            boxes.sort(key=middle)
            place.update({node.key: (rank + 0.5) / len(boxes) for rank, node in enumerate(boxes)})
    return order


def laid_out(chain: Chain) -> tuple[dict[str, Spot], tuple[str, ...], float, float]:
    """Where each box stands, the stages from left to right, and the size of the whole drawing."""
    ordered = columns(chain)
    tallest = max((len(boxes) for _, boxes in ordered), default=0)
    height = tallest * (HEIGHT + GAP) - GAP
    spots = {}
    for column, (_, boxes) in enumerate(ordered):
        top = HEAD + (height - (len(boxes) * (HEIGHT + GAP) - GAP)) / 2
        for row, node in enumerate(boxes):
            spots[node.key] = Spot(MARGIN + column * (BOX + GUTTER), top + row * (HEIGHT + GAP))
    across = len(ordered) * (BOX + GUTTER) - GUTTER + 2 * MARGIN
    return spots, tuple(stage for stage, _ in ordered), across, HEAD + height + 2 * MARGIN


def draw_chain(chain: Chain, tongue: Tongue, query: str = "", key: str = "chain") -> Markup:
    """The drawing; boxes that have a page are links, so it is a group with a name and not an image.

    Args:
        query: put behind every link, e.g. `?as_of=7`.
    """
    shown = condensed(chain)
    spots, stages, across, down = laid_out(shown)
    heads = [
        tag("text", escape(tongue.name(Named("stage", stage))), x=MARGIN + column * (BOX + GUTTER), y=16, class_="head")
        for column, stage in enumerate(stages)
        if column == 0 or stages[column - 1] != stage
    ]
    carrier = tongue.name(Named("element", chain.carrier))
    title, desc = titled(
        tongue.words.gettext("Chain of the lot, {carrier}").format(carrier=carrier),
        tongue.words.gettext("{boxes} boxes, {arrows} arrows; the same figures stand in the table below.").format(
            boxes=len(shown.nodes), arrows=len(shown.edges)
        ),
        key,
    )
    inside = [
        title,
        desc,
        *heads,
        *_arrows(shown, spots, tongue),
        *(_box(n, spots[n.key], tongue, query) for n in shown.nodes),
    ]
    return tag(
        "svg",
        *inside,
        viewBox=f"0 0 {across} {down:.0f}",
        width=across,
        height=round(down),
        class_="chain",
        role="group",
        aria_labelledby=f"{key}-title {key}-desc",
    )


def _arrows(chain: Chain, spots: Mapping[str, Spot], tongue: Tongue) -> list[Markup]:
    """Ribbons as wide as their kg; at a box they lie side by side in the order of where they come from or go to."""
    thick = _thickness(chain)
    leave = _ports(thick, spots, out=True)
    enter = _ports(thick, spots, out=False)
    label = {node.key: node.label for node in chain.nodes}
    drawn = []
    for edge in sorted(chain.edges, key=lambda e: (-thick[e.source, e.target], e.source, e.target)):
        pair = (edge.source, edge.target)
        path = _ribbon(spots[edge.source], spots[edge.target], leave[pair], enter[pair])
        told = tag("title", escape(f"{label[edge.source]} → {label[edge.target]}: {tongue.figure(edge.mass)}"))
        drawn.append(tag("path", told, d=path, stroke_width=thick[pair], class_="flow"))
    return drawn


def _ribbon(source: Spot, target: Spot, y0: float, y1: float) -> str:
    """From the right of one box to the left of another; within a column, around the left of both."""
    if source.x == target.x:
        x, out = source.x, source.x - GUTTER / 2
        return f"M{x:.0f} {y0:.1f}C{out:.0f} {y0:.1f} {out:.0f} {y1:.1f} {x:.0f} {y1:.1f}"
    x0, x1 = source.x + BOX, target.x
    bend = max((x1 - x0) / 2, GUTTER / 2)
    return f"M{x0:.0f} {y0:.1f}C{x0 + bend:.0f} {y0:.1f} {x1 - bend:.0f} {y1:.1f} {x1:.0f} {y1:.1f}"


def _thickness(chain: Chain) -> dict[tuple[str, str], float]:
    """Width of each arrow, in proportion to its kg; the busiest side of a box is full."""
    sides: dict[tuple[str, str], float] = defaultdict(float)
    for edge in chain.edges:
        sides["out", edge.source] += float(edge.mass.value or 0)
        sides["in", edge.target] += float(edge.mass.value or 0)
    fullest = max(sides.values(), default=0.0) or 1.0
    return {(e.source, e.target): max(THINNEST, float(e.mass.value or 0) / fullest * ROOM) for e in chain.edges}


def _ports(
    thick: Mapping[tuple[str, str], float], spots: Mapping[str, Spot], *, out: bool
) -> dict[tuple[str, str], float]:
    held: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for pair in thick:
        held[pair[0] if out else pair[1]].append(pair)
    ports = {}
    for key, pairs in held.items():
        pairs.sort(key=lambda pair: (spots[pair[1] if out else pair[0]].y, pair))
        total = sum(thick[pair] for pair in pairs)
        squeeze = min(1.0, ROOM / total)
        at = spots[key].y + HEIGHT / 2 - total * squeeze / 2
        for pair in pairs:
            ports[pair] = at + thick[pair] * squeeze / 2
            at += thick[pair] * squeeze
    return ports


def _box(node: ChainNode, spot: Spot, tongue: Tongue, query: str) -> Markup:
    room = BOX - 16
    country = tongue.name(Named("country", node.country)) if node.country else ""
    label, site = node.label, node.site or country
    if node.more:
        label, site = (
            tongue.words.ngettext("+{count} lot", "+{count} lots", node.more).format(count=tongue.number(node.more)),
            "",
        )
    if node.side == "gap":
        label = tongue.name(Named("column", "unaccounted"))
    told = ", ".join(part for part in (label, node.site, country, tongue.figure(node.mass)) if part)
    mass = tongue.figure(node.mass)
    inside = [
        tag("title", escape(told)),
        tag("rect", x=spot.x, y=spot.y, width=BOX, height=HEIGHT, rx=6, class_="box"),
        tag("path", d=f"M{spot.x + 3:.1f} {spot.y + 6:.1f}v{HEIGHT - 12}", class_=f"stage s-{node.stage}"),
        tag(
            "text", escape(fitted(label, room, 12.5, keep_end=True)), x=spot.x + 10, y=spot.y + 18, class_="t12 strong"
        ),
        tag("text", escape(mass), x=spot.x + 10, y=spot.y + 35, class_="t12" if width(mass, 12) <= room else "t11"),
        tag("text", escape(fitted(site, room, 11)), x=spot.x + 10, y=spot.y + 51, class_="t11 muted"),
    ]
    group = tag("g", *inside, class_=f"node {node.side}")
    return tag("a", group, href=node.href + query) if node.href and node.side != "focus" else group
