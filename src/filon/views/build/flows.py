"""Matter between sites from the books: flows summed by site, transports folded into the way they went."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from urllib.parse import urlencode

from filon.books.book import Book, Flow, Holding
from filon.books.journal import UNKNOWN as NOT_DECLARED
from filon.books.lot import Account, AccountKind
from filon.core.errors import WrongCallError
from filon.core.ident import short
from filon.core.matter import ELEMENTS
from filon.views.balance import Choice
from filon.views.build.balance import months
from filon.views.build.sight import Sight
from filon.views.figure import Named, Sentence, kg
from filon.views.flows import FlowBand, FlowNode, FlowsView, Sankey

_EXITS: Mapping[AccountKind, str] = {
    AccountKind.BY_PRODUCT: "by_product",
    AccountKind.WASTE: "waste",
    AccountKind.LOSS: "loss",
    AccountKind.OUT_OF_SCOPE: "outside",
    AccountKind.REAGENTS: "outside",
    AccountKind.WATER: "outside",
    AccountKind.UNACCOUNTED: "unaccounted",
}
Ends = tuple[str, str]
"""Keys of the nodes that a band joins."""


def flows_view(sight: Sight, *, element: str = "", period: str = "") -> FlowsView:
    """Who sent how much of an element to whom, in all time or one month."""
    held = sight.book.once(_held, _held)
    chosen = element or (held[0] if held else "Co")
    spans = months(sight)
    if period and period not in spans:
        raise WrongCallError(f"nothing happened in {period!r}; a month is written 2026-09")
    since, until = spans.get(period, (0, len(sight.book.events)))
    drawn, unknown = sight.book.once((flows_view, chosen, since, until), lambda _: _drawn(sight, chosen, since, until))
    between = [band for band in drawn.bands if _is_site(drawn, band)]
    largest = max(between, key=lambda band: band.mass.value or 0, default=None)
    sentences = [
        Sentence("flows.sites", {"count": sum(node.kind == "site" for node in drawn.nodes), "element": drawn.element})
    ]
    if largest is not None:
        names = {node.key: node.label for node in drawn.nodes}
        sentences.append(Sentence("flows.largest", {
            "mass": largest.mass, "of": drawn.element, "source": str(names[largest.source]),
            "target": str(names[largest.target]),
        }))  # fmt: skip
    return FlowsView(
        ledger=sight.state,
        sentences=tuple(sentences),
        elements=tuple(Choice(one, Named("element", one), 0, one == chosen) for one in held),
        periods=tuple(Choice(month, month, end - begin, month == period) for month, (begin, end) in spans.items()),
        sankey=drawn,
        unknown=unknown,
    )


def _held(book: Book) -> list[str]:
    """The elements that occur in a book."""
    return [one for one in ELEMENTS if any(one in holding.content for holding in book.holdings)]


def _drawn(sight: Sight, element: str, since: int, until: int) -> tuple[Sankey, int]:
    """The drawing of a period's flows, and of how many of them nobody knows the amount."""
    flows = [flow for flow in sight.book.flows if since <= flow.event < until]
    unknown = sum(flow.content.get(element, 0) is None for flow in flows)
    return sankey(sight, element, ((flow, flow.content.get(element, 0) or 0) for flow in flows)), unknown


def _is_site(drawn: Sankey, band: FlowBand) -> bool:
    sites = {node.key for node in drawn.nodes if node.kind == "site"}
    return {band.source, band.target} <= sites


def sankey(
    sight: Sight,
    element: str,
    moved: Iterable[tuple[Flow, int]],
    begun: Mapping[int, int] = MappingProxyType({}),
) -> Sankey:
    """The drawing of what was moved: flows, each with so many mg.

    At every site what comes in is what goes out: what stays is `closing`, what was there before and went, `opening`.

    Args:
        begun: {holding: mg} where the matter that is followed comes into being.
    """
    masses = _bands(sight, moved)
    for index, mg in begun.items():
        site = _end(sight, index)
        masses[f"taken {site}", site] += mg
    _even(masses)
    for ends in [ends for ends in masses if _kind(ends[0]) == "taken"]:
        del masses[ends]  # a mine's own matter begins at the mine
    columns = _columns(masses)
    through: Counter[str] = Counter()
    for (source, target), mg in masses.items():
        through[source] += mg if _kind(source) != "site" else 0
        through[target] += mg
    for (source, _), mg in masses.items():
        if _kind(source) == "site" and not any(target == source for _, target in masses):
            through[source] += mg
    nodes = tuple(
        _node(sight, key, columns[key], through[key], element) for key in sorted(columns, key=lambda k: (columns[k], k))
    )
    bands = tuple(FlowBand(a, b, kg(mg)) for (a, b), mg in sorted(masses.items(), key=lambda item: -item[1]))
    return Sankey(Named("element", element), nodes, bands)


def _bands(sight: Sight, moved: Iterable[tuple[Flow, int]]) -> Counter[Ends]:
    """Mg by ends; what is only moved or worked within a site is none of it."""
    masses: Counter[Ends] = Counter()
    for flow, mg in moved:
        if not mg:
            continue
        source, target = _end(sight, flow.source), _end(sight, flow.target)
        if isinstance(flow.source, Account):
            source = _entry(flow.source, target)
        if isinstance(flow.target, Account):
            target = f"{_EXITS.get(flow.target.kind, 'outside')} {source}"
        elif sight.book.holdings[flow.target].kind is AccountKind.TRANSIT:
            target = f"transit {source}"  # under way, until it arrives
        if isinstance(flow.source, int) and sight.book.holdings[flow.source].kind is AccountKind.TRANSIT:
            masses[source, f"transit {source}"] -= mg
        if source != target:
            masses[source, target] += mg
    _net(masses)
    return Counter({ends: mg for ends, mg in masses.items() if mg > 0})


def _end(sight: Sight, end: int | Account) -> str:
    """The site of a holding; a transport counts for the site that it left."""
    if isinstance(end, Account):
        return ""
    holding: Holding = sight.book.holdings[end]
    seen = 0
    while holding.kind is AccountKind.TRANSIT and seen < 2:  # noqa: PLR2004 - a shipment comes from a stock
        came = [flow.source for flow in sight.book.inflows[holding.id] if isinstance(flow.source, int)]
        if not came:
            break
        holding, seen = sight.book.holdings[came[0]], seen + 1
    return str(holding.site)


def _entry(source: Account, site: str) -> str:
    """Where matter from outside comes from: the site itself where it is a mine, its origin, or found there."""
    if source.kind is not AccountKind.SOURCE:
        return f"{'surplus' if source.kind is AccountKind.UNACCOUNTED else 'reagents'} {site}"
    if source.key == site:
        return f"taken {site}"
    return f"unknown {site}" if source.key == NOT_DECLARED else source.key


def _net(masses: Counter[Ends]) -> None:
    """What was found and what was missed at one site are one figure; and what reagents brought and took."""
    for one, other in (("surplus", "unaccounted"), ("reagents", "outside")):
        for source, target in [ends for ends in masses if ends[0].startswith(f"{one} ")]:
            site = source.removeprefix(f"{one} ")
            back = (site, f"{other} {site}")
            both = min(masses[source, target], max(masses[back], 0))
            masses[source, target] -= both
            masses[back] -= both


def _even(masses: Counter[Ends]) -> None:
    """What a site got more than it gave is in stock; what it gave more than it got was there before."""
    saldo: Counter[str] = Counter()
    for (source, target), mg in masses.items():
        saldo[target] += mg
        saldo[source] -= mg
    for site, mg in saldo.items():
        if _kind(site) == "site" and mg > 0:
            masses[site, f"closing {site}"] += mg
        elif _kind(site) == "site" and mg < 0:
            masses[f"opening {site}", site] += -mg


_KINDS = ("taken", "unknown", "surplus", "reagents", "opening", "closing", "transit", *dict.fromkeys(_EXITS.values()))


def _kind(key: str) -> str:
    head = key.partition(" ")[0]
    return head if " " in key and head in _KINDS else "site"


def _columns(masses: Mapping[Ends, int]) -> dict[str, int]:
    """The column of every node: one right of the last that sends to it; a circle is cut at its smallest band."""
    after: dict[str, dict[str, int]] = defaultdict(dict)
    for (source, target), mg in masses.items():
        after[source][target] = mg
    column = dict.fromkeys({end for ends in masses for end in ends}, 0)
    kept: set[Ends] = set()
    for source, target in sorted(masses, key=lambda ends: (-masses[ends], ends)):
        if not _reaches(target, source, kept):
            kept.add((source, target))
    for _ in column:
        moved = False
        for source, target in kept:
            if column[target] < column[source] + 1:
                column[target], moved = column[source] + 1, True
        if not moved:
            break
    for source, target in kept:  # what only comes in stands right before the site it comes to
        if _kind(source) != "site":
            column[source] = column[target] - 1
    least = min(column.values(), default=0)
    return {key: at - least for key, at in column.items()}


def _reaches(start: str, end: str, bands: set[Ends]) -> bool:
    seen, stack = {start}, [start]
    while stack:
        here = stack.pop()
        if here == end:
            return True
        more = {target for source, target in bands if source == here} - seen
        seen |= more
        stack += more
    return False


def _node(sight: Sight, key: str, column: int, mg: int, element: str) -> FlowNode:
    kind = _kind(key)
    if kind != "site":
        return FlowNode(key, Named("flow", kind), "", kind, column, kg(mg))
    site = sight.site(key)
    href = "/balance?" + urlencode({"element": element, "site": key})
    return FlowNode(key, site.name or short(key), site.country, "site", column, kg(mg), href)
