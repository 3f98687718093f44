"""Matter between sites: who sent how much of an element to whom, what came in from outside, what left or stayed.

One node a site and one for each way out of it (stock, loss, waste ..), so that at every site what comes in is what
goes out. Laid out in columns from the mines on.
"""

from __future__ import annotations

from dataclasses import dataclass

from filon.views.balance import Choice
from filon.views.figure import Figure, Named, Sentence
from filon.views.ledger_state import LedgerState


@dataclass(frozen=True, slots=True)
class FlowNode:
    """A site, or a way into or out of one.

    Args:
        key: identifier of the site; `stock <site>` and the like for ways in and out.
        label: what people call it; a `Named` for ways in and out.
        country: ISO 3166-1 alpha-2, empty if not known.
        kind: `site`, `transit`, or a column of the balance: `closing`, `loss`, `unaccounted` ..
        column: 0, 1, .. from the left.
        mass: what goes through it, kg.
    """

    key: str
    label: Named | str
    country: str
    kind: str
    column: int
    mass: Figure
    href: str = ""


@dataclass(frozen=True, slots=True)
class FlowBand:
    """What went from one node to another, kg."""

    source: str
    target: str
    mass: Figure


@dataclass(frozen=True, slots=True)
class Sankey:
    """Nodes and the bands between them, for one element."""

    element: Named
    nodes: tuple[FlowNode, ...]
    bands: tuple[FlowBand, ...]


@dataclass(frozen=True, slots=True)
class FlowsView:
    """Who sent what to whom: the page.

    Args:
        sentences: the gist.
        elements, periods: what it can be narrowed to.
        sankey: the drawing; its bands are the table.
        unknown: flows of which nobody knows how much; they are not in the figures.
    """

    ledger: LedgerState
    sentences: tuple[Sentence, ...]
    elements: tuple[Choice, ...]
    periods: tuple[Choice, ...]
    sankey: Sankey
    unknown: int
