"""A recall from the books: the affected lots by place, the companies that received them, the spread by stage.

What is told of all affected holdings together is summed on columns; a line is made when somebody looks at it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property

import numpy as np
import numpy.typing as npt

from filon.accounts.recall import Recall, mirror, recall
from filon.accounts.recall_table import Affected, Bounds, Reach, bounds
from filon.accounts.tip import Meant
from filon.books.book import Holding
from filon.books.engine.columns import UNTOLD
from filon.books.lot import PIECE, AccountKind, LotId
from filon.books.register import PARTY
from filon.books.trace import entered
from filon.core.ident import elements as keys_of
from filon.core.ident import short
from filon.core.matter import ELEMENTS, MASS
from filon.core.on_demand import OnDemand
from filon.epcis.event import FILON
from filon.views.build.sight import Sight, lot_path
from filon.views.build.spreading import spread_drawing
from filon.views.chain import STAGES
from filon.views.figure import Figure, Named, Sentence, Value, kg
from filon.views.lot import SiteName
from filon.views.recall import Between, Consignment, MirrorLine, RecallLine, RecallView, Receiver, StageSpread

NONE = Bounds(0, 0, 0)
EVERY = (*STAGES, "other")
PLACES = {stage: place for place, stage in enumerate(EVERY)}
LEAST, LIKELY, MOST = 0, 1, 2
Numbers = npt.NDArray[np.int64]


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
    found = _Found(sight, recall(book, tip, chosen))
    receivers = _receivers(found)
    behind = mirror(book, tip, chosen) if back and lots else ()
    return RecallView(
        ledger=sight.state,
        asked=asked,
        element=Named("element", chosen),
        elements=tuple(Named("element", one) for one in (*held, MASS)),
        on=on,
        sentences=_sentences(found, lots, receivers, meant),
        started=kg(found.recall.started),
        start=_recalled(sight, found.recall, lots),
        receivers=receivers,
        stages=_stages(found),
        there=OnDemand(len(found.there), lambda at: _there(found, int(found.there[at]))),
        used=OnDemand(len(found.used), lambda at: _spent(found, *found.used[at][1:])),
        gone=_gone(found.recall),
        behind=_behind(sight, behind, frozenset(lots)),
        sankey=spread_drawing(sight, found.recall),
        unknown=meant.unknown,
        several=meant.several,
    )


@dataclass(frozen=True)
class _Found:
    """A recall beside the holdings that it found, row by row."""

    sight: Sight
    recall: Recall

    @cached_property
    def holdings(self) -> Sequence[Holding]:
        every = self.sight.book.holdings
        return [every[index] for index in self.recall.reach.holding.tolist()]

    @cached_property
    def matter(self) -> npt.NDArray[np.bool_]:
        """Whether a row is matter that stands somewhere or goes there, not in process."""
        return np.array([one.kind is not AccountKind.STEP for one in self.holdings], np.bool_)

    @cached_property
    def made(self) -> Numbers:
        return self.recall.reach.made

    @cached_property
    def left(self) -> Numbers:
        return self.recall.reach.left

    def stage(self, lot: LotId) -> int:
        """The place of a lot's stage among all."""
        return PLACES[self.sight.stage(lot)]

    @cached_property
    def there(self) -> Numbers:
        """Rows of which recalled matter may be left, in the order in which they are told."""
        rows = np.flatnonzero(self.matter & (self.left[:, MOST] != 0))
        stages = np.array([self.stage(self.holdings[row].lot) for row in rows.tolist()], np.int64)
        keys = np.array([self.holdings[row].lot for row in rows.tolist()], np.str_)
        return rows[np.lexsort((keys, -_weight(self.left[rows]), -stages))]

    @cached_property
    def used(self) -> Sequence[tuple[LotId, Sequence[int], Bounds]]:
        """(lot, rows where it came into being, what was in it) of lots of which nothing is left, in order."""
        there = {self.holdings[row].lot for row in self.there.tolist()}
        rows: dict[LotId, list[int]] = defaultdict(list)
        for row in np.flatnonzero(self.matter & (self.made[:, MOST] != 0)).tolist():
            if (lot := self.holdings[row].lot) not in there:
                rows[lot].append(row)
        told = []
        for lot, mine in rows.items():
            first = set(entered(self.sight.book, [lot]))
            came = [row for row in mine if self.holdings[row].id in first] or mine[:1]
            told.append((lot, came, total(self.made[came])))
        return sorted(told, key=lambda one: (-self.stage(one[0]), -_mg(one[2]), one[0]))


def _weight(figures: Numbers) -> Numbers:
    """What counts first: the likely mg, else the most, else nothing."""
    told = np.where(figures[:, LIKELY] == UNTOLD, figures[:, MOST], figures[:, LIKELY])
    return np.where(told == UNTOLD, 0, told)


def _mg(one: Bounds) -> int:
    return one.likely if one.likely is not None else one.most or 0


def _elements(sight: Sight, lots: Iterable[LotId]) -> list[str]:
    """The elements in some lots, in the order of `ELEMENTS`."""
    holdings = [sight.book.holdings[index] for index in entered(sight.book, lots)]
    held = {element for holding in holdings for element, mg in holding.content.items() if mg != 0}
    return [element for element in ELEMENTS if element in held]


def between(one: Bounds) -> Between:
    """Bounds in mg as figures in kg."""
    return Between(kg(one.least), kg(one.likely), kg(one.most))


def total(figures: Numbers) -> Bounds:
    """The sum of what is in several holdings."""
    unsure = (figures == UNTOLD).any(axis=0)
    return bounds(np.where(unsure, UNTOLD, figures.sum(axis=0)))


def _there(found: _Found, row: int) -> RecallLine:
    holding = found.holdings[row]
    mass = kg(holding.left_content.get(MASS, 0))
    return _line(found.sight, holding, holding.kind.value, mass, bounds(found.left[row]), holding.left)


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
        return party, SiteName(holding.site, _note(holding.site), "")
    return sight.book.register.site(holding.site).party, sight.site(holding.site)


def _destination(sight: Sight, transit: Holding) -> tuple[str, str]:
    """(party, site) that a shipment goes to, as its dispatch says, else as its receipt does."""
    listed = sight.book.events[transit.made].setting.destinationList
    told = {one.type: one.value for one in reversed(listed)}
    site = told.get("location", "") or _arrived(sight, transit)
    party = told.get("possessing_party") or told.get("owning_party") or sight.book.register.site(site).party
    return party or site, site


def _arrived(sight: Sight, transit: Holding) -> str:
    flows = sight.book.outflows[transit.id]
    return next((sight.book.holdings[one.target].site for one in flows if isinstance(one.target, int)), "")


def _spent(found: _Found, rows: Sequence[int], held: Bounds) -> RecallLine:
    """A lot of which nothing is left anywhere, with what was in it when it was made."""
    holdings = [found.holdings[row] for row in rows]
    masses = [one.content.get(MASS, 0) for one in holdings]
    mass = kg(None if None in masses else sum(mg or 0 for mg in masses))
    return _line(found.sight, holdings[0], "used", mass, held, sum(one.amount for one in holdings))


def _receivers(found: _Found) -> tuple[Receiver, ...]:
    """Everybody to whom affected lots were shipped, by the first day."""
    shipped: dict[str, list[int]] = defaultdict(list)
    places: dict[str, dict[str, None]] = defaultdict(dict)
    under_way = np.array([one.kind is AccountKind.TRANSIT for one in found.holdings], np.bool_)
    for row in np.flatnonzero(under_way & (found.made[:, MOST] != 0)).tolist():
        party, site = _destination(found.sight, found.holdings[row])
        shipped[party].append(row)
        places[party][site] = None
    told = [_receiver(found, party, rows, tuple(places[party])) for party, rows in shipped.items()]
    return tuple(sorted(told, key=lambda one: (one.first, one.name)))


def _receiver(found: _Found, party: str, rows: Sequence[int], sites: Sequence[str]) -> Receiver:
    holdings = [found.holdings[row] for row in rows]
    days = {event: found.sight.day(event) for event in {one.made for one in holdings}}
    notes = list(dict.fromkeys(one.site for one in holdings))
    masses = [one.content.get(MASS, 0) for one in holdings]
    left = [one.left_content.get(MASS, 0) for one in holdings]
    register = found.sight.book.register
    country = register.vocabularies.get(PARTY, {}).get(party, {}).get(FILON + "country", "")
    return Receiver(
        key=party,
        name=register.name(party) if register.name(party) != party else short(party),
        country=country or found.sight.site(party).country,
        sites=tuple(dict.fromkeys(found.sight.site(one).name for one in sites if one)),
        notes=OnDemand(len(notes), lambda at: _note(notes[at])),
        first=min(days.values()),
        last=max(days.values()),
        lots=len({one.lot for one in holdings}),
        mass=kg(None if None in masses else sum(mg or 0 for mg in masses)),
        pieces=sum(one.amount for one in holdings if one.unit == PIECE),
        held=between(total(found.made[list(rows)])),
        under_way=kg(None if None in left else sum(mg or 0 for mg in left)),
        deliveries=_deliveries(found, rows, days),
    )


def _deliveries(found: _Found, rows: Sequence[int], days: Mapping[int, date]) -> Sequence[Consignment]:
    """What was shipped to one receiver, lot by lot; put in order once somebody looks."""

    @cache
    def order() -> Sequence[int]:
        return sorted(rows, key=lambda row: (days[found.holdings[row].made], _note(found.holdings[row].site)))

    return OnDemand(len(rows), lambda at: _consignment(found, order()[at], days))


def _note(transit: str) -> str:
    """What people call the delivery note that a transit goes by."""
    return short(transit.removeprefix("transit "))


def _consignment(found: _Found, row: int, days: Mapping[int, date]) -> Consignment:
    holding = found.holdings[row]
    return Consignment(
        note=_note(holding.site),
        day=days[holding.made],
        key=holding.lot,
        number=short(holding.lot),
        product=found.sight.product(holding.lot),
        mass=kg(holding.content.get(MASS, 0)),
        pieces=holding.amount if holding.unit == PIECE else None,
        held=between(bounds(found.made[row])),
        under_way=kg(holding.left_content.get(MASS, 0)),
    )


def _stages(found: _Found) -> tuple[StageSpread, ...]:
    here: dict[int, list[int]] = defaultdict(list)
    for row in found.there.tolist():
        here[found.stage(found.holdings[row].lot)].append(row)
    spent: dict[int, list[Sequence[int]]] = defaultdict(list)
    for lot, rows, _ in found.used:
        spent[found.stage(lot)].append(rows)
    return tuple(
        _stage(found, place, here[place], spent[place]) for place in range(len(EVERY)) if here[place] or spent[place]
    )


def _stage(found: _Found, place: int, here: Sequence[int], spent: Sequence[Sequence[int]]) -> StageSpread:
    lots, pieces = {found.holdings[row].lot for row in here}, _pieces(found, here)
    pieces += sum(found.holdings[row].amount for rows in spent for row in rows if found.holdings[row].unit == PIECE)
    stock, transit = (_likely(found, here, kind) for kind in (AccountKind.STOCK, AccountKind.TRANSIT))
    return StageSpread(Named("stage", EVERY[place]), len(lots) + len(spent), pieces, stock, transit, len(spent))


def _pieces(found: _Found, rows: Iterable[int]) -> int:
    held = (found.holdings[row] for row in rows)
    return sum(one.left for one in held if one.unit == PIECE)


def _likely(found: _Found, rows: Sequence[int], kind: AccountKind) -> Figure:
    """What is likely there in all."""
    some = [row for row in rows if found.holdings[row].kind is kind]
    return kg(total(found.left[some]).likely)


def _gone(found: Recall) -> tuple[tuple[Named, Figure], ...]:
    masses: Counter[str] = Counter()
    for account, mg in found.gone.items():
        masses[account.kind.value] += mg
    return tuple((Named("state", kind), kg(mg)) for kind, mg in masses.most_common() if mg)


def _recalled(sight: Sight, found: Recall, lots: Sequence[LotId]) -> Sequence[MirrorLine]:
    place = {index: at for at, index in enumerate(found.reach.holding.tolist())}

    def line(at: int) -> MirrorLine:
        rows = [place[index] for index in entered(sight.book, [lots[at]]) if index in place]
        return _mirror(sight, lots[at], total(found.reach.made[rows]))

    return OnDemand(len(lots), line)


def _behind(sight: Sight, found: Sequence[Affected], start: frozenset[LotId]) -> Sequence[MirrorLine]:
    """What the recalled lots came from, by lot: what came through the holdings in which each came into being."""
    entering = sight.book.columns.entering
    through: dict[LotId, list[Bounds]] = defaultdict(list)
    for one in found:
        if one.made.most == 0 or not entering[one.holding]:
            continue
        holding = sight.book.holdings[one.holding]
        if holding.kind is not AccountKind.STEP and holding.lot not in start:
            through[holding.lot].append(one.made)
    sums = {lot: parts[0] if len(parts) == 1 else _sum(parts) for lot, parts in through.items()}
    lots = sorted(sums, key=lambda lot: (-PLACES[sight.stage(lot)], -(sums[lot].likely or 0)))
    return OnDemand(len(lots), lambda at: _mirror(sight, lots[at], sums[lots[at]]))


def _sum(parts: Iterable[Bounds]) -> Bounds:
    return total(Reach.of(Affected(0, one, NONE) for one in parts).made)


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
    found: _Found, lots: Sequence[LotId], receivers: Sequence[Receiver], meant: Meant
) -> tuple[Sentence, ...]:
    if not lots:
        return (Sentence("recall.nothing"), *_unknown(meant))
    of = Named("element", found.recall.substance)
    told = [Sentence("recall.started", {"count": len(lots), "mass": kg(found.recall.started), "of": of})]
    batteries = [row for row in found.there.tolist() if _is_battery(found, found.holdings[row])]
    if batteries:
        least, most = found.left[batteries, LEAST].min(), found.left[batteries, MOST]
        values: dict[str, Value] = {
            "count": len(batteries),
            "least": kg(int(least)),
            "most": kg(None if (most == UNTOLD).any() else int(most.max())),
            "of": of,
        }
        told.append(Sentence("recall.articles", values))
    else:
        told.append(Sentence("recall.no-articles"))
    rows = found.there.tolist()
    where = {kind.value: _likely(found, rows, kind) for kind in (AccountKind.STOCK, AccountKind.TRANSIT)}
    told.append(Sentence("recall.where", {**where, "gone": kg(sum(found.recall.gone.values()))}))
    told.append(
        Sentence("recall.receivers", {"count": len(receivers)}) if receivers else Sentence("recall.no-receivers")
    )
    return (*told, *_unknown(meant))


def _is_battery(found: _Found, holding: Holding) -> bool:
    """Whether it is one whole article: a vehicle with a pack bears its maker's number, which need be no GTIN's."""
    if holding.unit != PIECE or holding.left != 1:
        return False
    return EVERY[found.stage(holding.lot)] == "pack" or {"01", "21"} <= keys_of(holding.lot).keys()


def _unknown(meant: Meant) -> list[Sentence]:
    told = [Sentence("recall.unknown", {"count": len(meant.unknown)})] if meant.unknown else []
    return told + ([Sentence("recall.several", {"count": len(meant.several)})] if meant.several else [])
