"""The chain of a lot from the books: a box a lot, an arrow for what went from one into another, a box for each gap."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from filon.books.lot import AccountKind, LotId
from filon.core.ident import short
from filon.views.build.cone import Cone, Gap, cone
from filon.views.build.sight import Sight, lot_path
from filon.views.chain import STAGES, Chain, ChainEdge, ChainNode
from filon.views.figure import kg


def chain_of(sight: Sight, lot: LotId, carrier: str, carriers: tuple[str, ...]) -> Chain:
    """The chain of a lot for one carrier, in the order of the stages; lots that hold none of it are left out."""
    seen = cone(sight.book, lot, carrier)
    nodes = [
        *_nodes(sight, lot, seen.up, carrier, "upstream"),
        _node(sight, lot, sight.made(lot).content.get(carrier, 0), carrier, "focus"),
        *_nodes(sight, lot, seen.down, carrier, "downstream"),
    ]
    kept = {node.key for node in nodes}
    edges = [
        ChainEdge(source, target, kg(mg)) for (source, target), mg in seen.arrows.items() if {source, target} <= kept
    ]
    gap_nodes, gap_edges = _gaps(sight, seen, lot)
    ordered = sorted([*gap_nodes, *nodes], key=lambda n: (*STAGES, "other").index(n.stage))
    return Chain(carrier, carriers, tuple(ordered), (*edges, *gap_edges))


def _nodes(sight: Sight, lot: LotId, through: Mapping[int, int | None], carrier: str, side: str) -> list[ChainNode]:
    """A node a lot; what passed through it is what passed through the holdings in which it came into being."""
    book = sight.book
    passed: dict[LotId, int | None] = {}
    for index, mg in sorted(through.items()):
        holding = book.holdings[index]
        if holding.kind is AccountKind.STEP or holding.lot == lot:
            continue
        if any(flow.source in book.of_lot[holding.lot] for flow in book.inflows[index]):
            continue  # moved, or taken over by the next filling: it came into being before
        before = passed.get(holding.lot, 0)
        passed[holding.lot] = None if before is None or mg is None else before + mg
    return [_node(sight, one, mg, carrier, side) for one, mg in passed.items() if mg != 0]


def _node(sight: Sight, lot: LotId, mg: int | None, carrier: str, side: str) -> ChainNode:
    first, made = sight.book.first(lot), sight.made(lot)
    assert first is not None
    site = sight.site(first.site)
    whole = kg(made.content.get(carrier, 0))
    return ChainNode(lot, short(lot), sight.stage(lot), site.name, site.country, kg(mg), whole, lot_path(lot), side)


def _gaps(sight: Sight, seen: Cone, lot: LotId) -> tuple[list[ChainNode], list[ChainEdge]]:
    """Boxes for what came from nowhere within the chain: they flow into the lots that it was made into."""
    nodes: dict[str, ChainNode] = {}
    edges: dict[tuple[str, LotId], int] = defaultdict(int)
    for gap in seen.gaps:
        holding = sight.book.holdings[gap.holding]
        if holding.kind is not AccountKind.STEP:
            continue  # a lot without origin shows by itself: nothing flows into it
        made = _made_of(sight, gap, seen, lot)
        stage = STAGES[max(STAGES.index(sight.stage(made)) - 1, 0)] if sight.stage(made) in STAGES else "other"
        key = f"gap {gap.holding}"
        site = sight.site(holding.site)
        mass = kg(gap.mg)
        nodes[key] = ChainNode(key, "", stage, site.name, site.country, mass, mass, side="gap")
        edges[key, made] += gap.mg
    return list(nodes.values()), [ChainEdge(a, b, kg(mg)) for (a, b), mg in edges.items()]


def _made_of(sight: Sight, gap: Gap, seen: Cone, lot: LotId) -> LotId:
    """The lot of the chain that a step with a gap made; the first where it made several."""
    for flow in sight.book.outflows[gap.holding]:
        if isinstance(flow.target, int) and flow.target in seen.up:
            return sight.book.holdings[flow.target].lot
    return lot
