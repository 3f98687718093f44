"""The chain of one lot: where its matter came from and where it went, as boxes and arrows with kilograms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from filon.views.figure import Figure, Standing

STAGES = ("mine", "concentrate", "refined", "pcam", "cam", "cell", "pack")
"""Stages in the order that matter takes; a recycler's material enters where its form belongs, `other` lies anywhere."""

BOXES = 300
"""So many boxes are drawn at most; the smallest of the rest are put together by stage."""


@dataclass(frozen=True, slots=True)
class ChainNode:
    """One lot at one site, as far as it belongs to the chain of the lot looked at.

    Args:
        key: the holding's or lot's identifier.
        label: lot number as people read it.
        stage: one of `STAGES` or `other`.
        site, country: where; empty if not known.
        mass: kg of the carrier that went into (or came from) the lot looked at.
        whole: kg of the carrier that the lot held in all.
        href: path of its page, empty if none.
        side: `focus`, `upstream` or `downstream`.
        more: 0, or so many lots put together in this box.
    """

    key: str
    label: str
    stage: str
    site: str
    country: str
    mass: Figure
    whole: Figure
    href: str = ""
    side: str = "upstream"
    more: int = 0


@dataclass(frozen=True, slots=True)
class ChainEdge:
    """Matter that went from one lot to another: kg of the carrier, as far as it belongs to the chain."""

    source: str
    target: str
    mass: Figure


@dataclass(frozen=True, slots=True)
class Chain:
    """The chain of one lot, for one carrier.

    Args:
        carrier: element symbol, or `mass`.
        carriers: for which it can be drawn.
        nodes: in the order of the stages.
        edges: between nodes.
    """

    carrier: str
    carriers: tuple[str, ...]
    nodes: tuple[ChainNode, ...]
    edges: tuple[ChainEdge, ...]


def condensed(chain: Chain, boxes: int = BOXES) -> Chain:
    """The same chain with at most so many boxes: the lightest lots of each stage become one box "+37 lots, 812 t".

    Nothing is lost: the kg of a joined box is the sum of its lots', and so is that of its edges. The lot looked
    at is always drawn by itself.
    """
    if len(chain.nodes) <= boxes:
        return chain
    groups = {(node.stage, node.side) for node in chain.nodes}
    heaviest = sorted(chain.nodes, key=lambda n: (n.side != "focus", -(n.mass.value or 0), n.key))
    kept = {node.key for node in heaviest[: max(boxes - len(groups), 1)]}
    joined: dict[str, list[ChainNode]] = {}
    for node in chain.nodes:
        joined.setdefault(node.key if node.key in kept else f"+{node.stage}/{node.side}", []).append(node)
    nodes = {key: lots[0] if len(lots) == 1 else _together(key, lots) for key, lots in joined.items()}
    home = {lot.key: nodes[key].key for key, lots in joined.items() for lot in lots}
    return replace(chain, nodes=tuple(nodes.values()), edges=_rewired(chain.edges, home))


def _together(key: str, lots: list[ChainNode]) -> ChainNode:
    first = lots[0]
    return ChainNode(
        key=key,
        label="",
        stage=first.stage,
        site="",
        country="",
        mass=total(lot.mass for lot in lots),
        whole=total(lot.whole for lot in lots),
        side=first.side,
        more=len(lots),
    )


def _rewired(edges: Iterable[ChainEdge], home: Mapping[str, str]) -> tuple[ChainEdge, ...]:
    joined: dict[tuple[str, str], list[Figure]] = {}
    for edge in edges:
        source, target = home[edge.source], home[edge.target]
        if source != target:
            joined.setdefault((source, target), []).append(edge.mass)
    return tuple(ChainEdge(source, target, total(masses)) for (source, target), masses in joined.items())


def total(figures: Iterable[Figure]) -> Figure:
    """The sum in kg; unknown as soon as one of them is."""
    values = [figure.value for figure in figures]
    if any(value is None for value in values):
        return Figure(None, "kg", Standing.UNKNOWN)
    return Figure(sum((value for value in values if value is not None), Decimal(0)), "kg", Standing.COMPUTED)
