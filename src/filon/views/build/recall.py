"""A recall from the books: the affected lots by place, the companies that received them, the spread by stage."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction

from filon.accounts.recall import Recall, mirror, recall
from filon.accounts.recall_table import Affected, Bounds
from filon.accounts.tip import Meant
from filon.books.book import Flow, Holding
from filon.books.lot import PIECE, AccountKind, LotId
from filon.books.register import PARTY
from filon.books.trace import entered
from filon.core.ident import elements as keys_of
from filon.core.ident import short
from filon.core.matter import ELEMENTS, MASS
from filon.epcis.event import FILON
from filon.views.build.flows import sankey
from filon.views.build.sight import Sight, lot_path
from filon.views.chain import STAGES
from filon.views.chain import total as sum_of
from filon.views.figure import Figure, Named, Sentence, Value, kg
from filon.views.flows import Sankey
from filon.views.lot import SiteName
from filon.views.recall import Between, Consignment, MirrorLine, RecallLine, RecallView, Receiver, StageSpread

NONE = Bounds(0, 0, 0)


def recall_view(
    sight: Sight, meant: Meant, *, element: str = "", asked: str = "", on: date | None = None, back: bool = True
) -> RecallView:
    """The view of a recall.

    Args:
        meant: what is recalled, and the names that meant nothing.
        element: of which kg are told; empty = the first in the order of `ELEMENTS` that is in the recalled lots.
        asked: how to ask for it again.
        back: also what the recalled lots came from.
    """
    book, tip = sight.book, meant.tip
    lots = (*tip.lots, *tip.pieces)
    held = _elements(sight, lots)
    chosen = element or (held[0] if held else MASS)
    found = recall(book, tip, chosen)
    lines = [line for one in found.affected if (line := _there(sight, one)) is not None]
    used = _used(sight, found, {line.key for line in lines})
    receivers = _receivers(sight, found)
    start = frozenset(lots)
    behind = mirror(book, tip, chosen) if back and lots else ()
    return RecallView(
        ledger=sight.state,
        asked=asked,
        element=Named("element", chosen),
        elements=tuple(Named("element", one) for one in (*held, MASS)),
        on=on,
        sentences=_sentences(found, lots, lines, receivers, meant),
        started=kg(found.started),
        start=_recalled(sight, found, lots),
        receivers=receivers,
        stages=_stages(lines, used),
        there=tuple(sorted(lines, key=_order)),
        used=tuple(sorted(used, key=_order)),
        gone=_gone(found),
        behind=_behind(sight, behind, start),
        sankey=_sankey(sight, found),
        unknown=meant.unknown,
        several=meant.several,
    )


def _sankey(sight: Sight, found: Recall) -> Sankey | None:
    """Recalled matter from site to site: of each flow the share that its source is likely to hold."""
    book = sight.book
    share = {
        one.holding: Fraction(one.made.likely, whole)
        for one in found.affected
        if one.made.likely and (whole := book.holdings[one.holding].content.get(found.substance, 0))
    }

    def weight(flow: Flow) -> int:
        mg = flow.content.get(found.substance, 0)
        return round(mg * share[flow.source]) if mg and isinstance(flow.source, int) and flow.source in share else 0

    flows = [flow for index in share for flow in book.outflows[index]]
    made = {one.holding: one.made.likely or 0 for one in found.affected}
    begun = {index: made[index] for index in found.start if index in made}
    return sankey(sight, found.substance, flows, weight, begun) if share else None


def _elements(sight: Sight, lots: Iterable[LotId]) -> list[str]:
    """The elements in some lots, in the order of `ELEMENTS`."""
    holdings = [sight.book.holdings[index] for index in entered(sight.book, lots)]
    held = {element for holding in holdings for element in sight.elements(holding)}
    return [element for element in ELEMENTS if element in held]


def between(bounds: Bounds) -> Between:
    """Bounds in mg as figures in kg."""
    return Between(kg(bounds.least), kg(bounds.likely), kg(bounds.most))


def total(bounds: Iterable[Bounds]) -> Bounds:
    """The sum of what is in several holdings."""
    least, likely, most = 0, 0, 0
    unsure = endless = False
    for one in bounds:
        least += one.least
        likely, unsure = likely + (one.likely or 0), unsure or one.likely is None
        most, endless = most + (one.most or 0), endless or one.most is None
    return Bounds(least, None if unsure else likely, None if endless else most)


def _there(sight: Sight, one: Affected) -> RecallLine | None:
    holding = sight.book.holdings[one.holding]
    if holding.kind is AccountKind.STEP or one.left.most == 0:
        return None
    return _line(sight, holding, holding.kind.value, kg(holding.left_content.get(MASS, 0)), one.left, holding.left)


def _line(  # noqa: PLR0917 - where, how, how much
    sight: Sight, holding: Holding, state: str, mass: Figure, held: Bounds, pieces: int
) -> RecallLine:
    party, site = _holder(sight, holding)
    return RecallLine(
        key=holding.lot,
        number=short(holding.lot),
        product=sight.product(holding.lot),
        stage=Named("stage", sight.stage(holding.lot)),
        state=state,
        site=site,
        holder=sight.book.register.name(party) if party else "",
        made=sight.day(sight.made(holding.lot).made),
        mass=mass,
        pieces=pieces if holding.unit == PIECE else None,
        held=between(held),
        href=lot_path(holding.lot),
    )


def _holder(sight: Sight, holding: Holding) -> tuple[str, SiteName]:
    """Who has it, and where: the site's company, or who receives the shipment."""
    if holding.kind is AccountKind.TRANSIT:
        party, _ = _destination(sight, holding)
        return party, SiteName(holding.site, short(holding.site.removeprefix("transit ")), "")
    return sight.book.register.site(holding.site).party, sight.site(holding.site)


def _destination(sight: Sight, transit: Holding) -> tuple[str, str]:
    """(party, site) that a shipment goes to, as its dispatch says, else as its receipt does."""
    listed = sight.book.events[transit.made].event.destinationList
    told = {one.type: one.value for one in reversed(listed)}
    arrived = (sight.book.holdings[f.target].site for f in sight.book.outflows[transit.id] if isinstance(f.target, int))
    site = told.get("location", "") or next(iter(arrived), "")
    party = told.get("possessing_party") or told.get("owning_party") or sight.book.register.site(site).party
    return party or site, site


def _used(sight: Sight, found: Recall, there: set[str]) -> list[RecallLine]:
    """Affected lots of which nothing is left anywhere, with what was in them when they were made."""
    held: dict[LotId, list[Affected]] = defaultdict(list)
    for one in found.affected:
        holding = sight.book.holdings[one.holding]
        if holding.kind is not AccountKind.STEP and holding.lot not in there and one.made.most != 0:
            held[holding.lot].append(one)
    return [_spent(sight, lot, affected) for lot, affected in held.items()]


def _spent(sight: Sight, lot: LotId, affected: Sequence[Affected]) -> RecallLine:
    first = set(entered(sight.book, [lot]))
    came = [one for one in affected if one.holding in first] or affected[:1]
    holdings = [sight.book.holdings[one.holding] for one in came]
    masses = [one.content.get(MASS, 0) for one in holdings]
    mass = kg(None if None in masses else sum(mg or 0 for mg in masses))
    pieces = sum(one.amount for one in holdings)
    return _line(sight, holdings[0], "used", mass, total(one.made for one in came), pieces)


def _order(line: RecallLine) -> tuple[int, int, str]:
    weight = line.held.likely.value if line.held.likely.value is not None else line.held.most.value
    return (-(*STAGES, "other").index(line.stage.key), -int((weight or 0) * 1_000_000), line.key)


def _receivers(sight: Sight, found: Recall) -> tuple[Receiver, ...]:
    """Everybody to whom affected lots were shipped, by the first day."""
    shipped: dict[str, list[Affected]] = defaultdict(list)
    places: dict[str, dict[str, None]] = defaultdict(dict)
    for one in found.affected:
        holding = sight.book.holdings[one.holding]
        if holding.kind is AccountKind.TRANSIT and one.made.most != 0:
            party, site = _destination(sight, holding)
            shipped[party].append(one)
            places[party][sight.site(site).name if site else ""] = None
    told = [_receiver(sight, party, affected, tuple(places[party])) for party, affected in shipped.items()]
    return tuple(sorted(told, key=lambda one: (one.first, one.name)))


def _receiver(sight: Sight, party: str, affected: Sequence[Affected], sites: tuple[str, ...]) -> Receiver:
    holdings = [sight.book.holdings[one.holding] for one in affected]
    days = [sight.day(one.made) for one in holdings]
    masses = [one.content.get(MASS, 0) for one in holdings]
    left = [one.left_content.get(MASS, 0) for one in holdings]
    register = sight.book.register
    country = register.vocabularies.get(PARTY, {}).get(party, {}).get(FILON + "country", "")
    return Receiver(
        key=party,
        name=register.name(party) if register.name(party) != party else short(party),
        country=country or sight.site(party).country,
        sites=tuple(one for one in sites if one),
        notes=tuple(dict.fromkeys(short(one.site.removeprefix("transit ")) for one in holdings)),
        first=min(days),
        last=max(days),
        lots=len({one.lot for one in holdings}),
        mass=kg(None if None in masses else sum(mg or 0 for mg in masses)),
        pieces=sum(one.amount for one in holdings if one.unit == PIECE),
        held=between(total(one.made for one in affected)),
        under_way=kg(None if None in left else sum(mg or 0 for mg in left)),
        deliveries=tuple(sorted((_consignment(sight, one) for one in affected), key=lambda one: (one.day, one.note))),
    )


def _consignment(sight: Sight, one: Affected) -> Consignment:
    holding = sight.book.holdings[one.holding]
    return Consignment(
        note=short(holding.site.removeprefix("transit ")),
        day=sight.day(holding.made),
        key=holding.lot,
        number=short(holding.lot),
        product=sight.product(holding.lot),
        mass=kg(holding.content.get(MASS, 0)),
        pieces=holding.amount if holding.unit == PIECE else None,
        held=between(one.made),
        under_way=kg(holding.left_content.get(MASS, 0)),
    )


def _stages(there: Sequence[RecallLine], used: Sequence[RecallLine]) -> tuple[StageSpread, ...]:
    out = []
    for stage in (*STAGES, "other"):
        here = [line for line in there if line.stage.key == stage]
        spent = [line for line in used if line.stage.key == stage]
        if here or spent:
            out.append(StageSpread(
                Named("stage", stage), len({line.key for line in (*here, *spent)}),
                sum(line.pieces or 0 for line in (*here, *spent)), _likely(here, "stock"), _likely(here, "transit"),
                len(spent),
            ))  # fmt: skip
    return tuple(out)


def _likely(lines: Iterable[RecallLine], state: str) -> Figure:
    return sum_of(line.held.likely for line in lines if line.state == state)


def _gone(found: Recall) -> tuple[tuple[Named, Figure], ...]:
    masses: Counter[str] = Counter()
    for account, mg in found.gone.items():
        masses[account.kind.value] += mg
    return tuple((Named("state", kind), kg(mg)) for kind, mg in masses.most_common() if mg)


def _recalled(sight: Sight, found: Recall, lots: Iterable[LotId]) -> tuple[MirrorLine, ...]:
    made = {one.holding: one.made for one in found.affected}
    return tuple(
        _mirror(sight, lot, total(made.get(index, NONE) for index in entered(sight.book, [lot]))) for lot in lots
    )


def _behind(sight: Sight, found: Sequence[Affected], start: frozenset[LotId]) -> tuple[MirrorLine, ...]:
    """What the recalled lots came from, by lot: what came through the holdings in which each came into being."""
    through: dict[LotId, list[Bounds]] = defaultdict(list)
    own = {lot: frozenset(entered(sight.book, [lot])) for lot in {sight.book.holdings[a.holding].lot for a in found}}
    for one in found:
        holding = sight.book.holdings[one.holding]
        if holding.kind is AccountKind.STEP or holding.lot in start or one.made.most == 0:
            continue
        if one.holding in own[holding.lot]:
            through[holding.lot].append(one.made)
    lines = [_mirror(sight, lot, total(parts)) for lot, parts in through.items()]
    stages = (*STAGES, "other")
    return tuple(sorted(lines, key=lambda line: (-stages.index(line.stage.key), -(line.through.likely.value or 0))))


def _mirror(sight: Sight, lot: LotId, through: Bounds) -> MirrorLine:
    first = sight.book.first(lot)
    assert first is not None
    return MirrorLine(
        key=lot,
        number=short(lot),
        product=sight.product(lot),
        stage=Named("stage", sight.stage(lot)),
        site=sight.site(first.site),
        made=sight.day(first.made),
        through=between(through),
        href=lot_path(lot),
    )


def _sentences(
    found: Recall,
    lots: Sequence[LotId],
    there: Sequence[RecallLine],
    receivers: Sequence[Receiver],
    meant: Meant,
) -> tuple[Sentence, ...]:
    if not lots:
        return (Sentence("recall.nothing"), *_unknown(meant))
    of = Named("element", found.substance)
    told = [Sentence("recall.started", {"count": len(lots), "mass": kg(found.started), "of": of})]
    # A vehicle that holds a pack bears its maker's number, which need not be a GTIN's.
    whole = [one for one in there if one.pieces == 1]
    batteries = [one for one in whole if one.stage.key == "pack" or {"01", "21"} <= keys_of(one.key).keys()]
    if batteries:
        least = min((one.held.least for one in batteries), key=lambda one: one.value or 0)
        unsure = [one.held.most for one in batteries if one.held.most.value is None]
        most = unsure[0] if unsure else max((one.held.most for one in batteries), key=lambda one: one.value or 0)
        values: dict[str, Value] = {"count": len(batteries), "least": least, "most": most, "of": of}
        told.append(Sentence("recall.articles", values))
    else:
        told.append(Sentence("recall.no-articles"))
    where = {"stock": _likely(there, "stock"), "transit": _likely(there, "transit")}
    told.append(Sentence("recall.where", {**where, "gone": kg(sum(found.gone.values()))}))
    told.append(
        Sentence("recall.receivers", {"count": len(receivers)}) if receivers else Sentence("recall.no-receivers")
    )
    return (*told, *_unknown(meant))


def _unknown(meant: Meant) -> list[Sentence]:
    told = [Sentence("recall.unknown", {"count": len(meant.unknown)})] if meant.unknown else []
    return told + ([Sentence("recall.several", {"count": len(meant.several)})] if meant.several else [])
