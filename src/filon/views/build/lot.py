"""One lot from the books: its content by origin, its chain, its balance, its findings, entries and documents."""

from __future__ import annotations

from collections import Counter
from math import hypot

from filon.accounts.carried import shared
from filon.accounts.custody.chain import ChainOfCustody
from filon.books.declared import weighing_sigma
from filon.books.lot import MILLIGRAM, PIECE, Account, LotId
from filon.books.water import crystal_water
from filon.core.errors import NotFoundError
from filon.core.finding import Finding, Level
from filon.core.ident import short
from filon.core.matter import MASS
from filon.core.quantity import part
from filon.views.build.balance import crossing, lot_lines
from filon.views.build.chain import chain_of
from filon.views.build.measured import assays_of, weighings_of
from filon.views.build.owner import owned
from filon.views.build.reasons import reasons
from filon.views.build.sight import Sight, battery_path
from filon.views.figure import Figure, Named, Sentence, Standing, kg, ratio
from filon.views.log import EntryLine
from filon.views.lot import LotView, Paper, SiteName, Whereabouts
from filon.views.origin import Contained, Origin, by_origin, known_share, verdict


def lot_view(sight: Sight, lot: LotId, *, carrier: str = "", custody: ChainOfCustody | None = None) -> LotView:
    """The view of a lot; `carrier` is the element its chain is drawn for, empty = its leading one.

    Args:
        custody: who owns what; None = it is not told.

    Raises:
        NotFoundError: the book does not know the lot.
    """
    first = sight.book.first(lot)
    if first is None:
        raise NotFoundError(f"no lot {short(lot)} is known", identifier=lot)
    made = sight.made(lot)
    held = contained(sight, lot)
    carriers = (*(one.element for one in held), MASS)
    return LotView(
        ledger=sight.state,
        key=lot,
        number=short(lot),
        product=sight.product(lot),
        form=sight.form(lot),
        stage=Named("stage", sight.stage(lot)),
        site=sight.site(first.site),
        made=sight.day(first.made),
        mass=mass_of(sight, lot),
        known=known_share(held),
        verdict=verdict(held),
        contained=held,
        whereabouts=whereabouts(sight, lot),
        chain=chain_of(sight, lot, carrier if carrier in carriers else carriers[0], carriers),
        balance=lot_lines(sight, lot),
        findings=findings_of(sight, lot),
        papers=papers(sight, lot),
        entries=tuple(
            sight.entry(index) for index in sorted({sight.book.events[e].entry for e in sight.events_of(lot)})
        ),
        battery=battery_path(lot) if made.unit == PIECE else "",
        owned=owned(sight, custody, lot, sight.elements(made)) if custody else (),
        assays=assays_of(sight, lot),
        weighings=weighings_of(sight, lot),
        crystal_water=ratio(waters, places=2) if (waters := crystal_water(sight.book, lot)) else None,
    )


def mass_of(sight: Sight, lot: LotId, *, pieces: int = 1) -> Figure:
    """What the lot weighed when it was made: declared where it was weighed, computed where it was put together."""
    made = sight.made(lot)
    mass = made.content.get(MASS)
    mass = None if mass is None else part(mass, 1, pieces)
    computed = made.unit == PIECE or made.id != (sight.book.first(lot) or made).id
    return kg(mass, Standing.COMPUTED if computed else Standing.DECLARED)


def contained(sight: Sight, lot: LotId, *, public: bool = False, pieces: int = 1) -> tuple[Contained, ...]:
    """The elements in a lot, each by origin, with the reasons for what is unknown.

    Args:
        public: only sites that agreed are named, others by their country; no partner's lot is named.
        pieces: of how many the lot consists; everything is told of one of them.
    """
    told = {one: reasons(sight, lot, one, public=public, pieces=pieces) for one in sight.elements(sight.made(lot))}
    return tuple(_contained(sight, lot, one, why, public=public, pieces=pieces) for one, why in told.items())


def contained_plainly(sight: Sight, lot: LotId, beside: tuple[LotId, ...] = ()) -> tuple[Contained, ...]:
    """The same without reasons: cheap enough for every row of a list, which is `beside` it."""
    return tuple(_contained(sight, lot, element, (), beside=beside) for element in sight.elements(sight.made(lot)))


def _contained(
    sight: Sight,
    lot: LotId,
    element: str,
    why: tuple[Sentence, ...],
    *,
    public: bool = False,
    pieces: int = 1,
    beside: tuple[LotId, ...] = (),
) -> Contained:
    made = sight.made(lot)
    vector, whole = sight.vector(lot, element, beside), made.content.get(element)
    if vector is None or whole is None:
        return by_origin(element, None, why)
    if pieces > 1:
        vector = shared(part(whole, 1, pieces), vector)
    masses: Counter[Origin] = Counter()
    for key, mg in vector.items():
        origin = sight.origin(key)
        masses[origin if not public or sight.public(key) else origin.anonymous()] += mg
    weighing = weighing_sigma(sight.told(lot)) if made.unit == MILLIGRAM else 0.0
    spread = round(hypot(made.sigma.get(element, 0.0), weighing) * sum(vector.values()))
    return by_origin(element, masses, why, uncertainty_mg=spread or None)


def whereabouts(sight: Sight, lot: LotId) -> tuple[Whereabouts, ...]:
    """Where a lot is now: stock by site, shipments under way, then what was used, disposed of or left the books."""
    book = sight.book
    held = [book.holdings[i] for i in book.of_lot[lot] if book.holdings[i].left]
    there = [
        Whereabouts(
            holding.kind.value, _place(sight, holding.site), kg(holding.left_content.get(MASS)), sight.day(holding.made)
        )
        for holding in held
    ]
    gone: Counter[tuple[str, str]] = Counter()
    for flow, inward in crossing(sight, lot):
        if not inward:
            end = flow.target
            state = end.kind.value if isinstance(end, Account) else "used"
            site = "" if isinstance(end, Account) else str(book.holdings[end].site)
            gone[state, site] += flow.content.get(MASS) or 0
    return (*there, *(Whereabouts(state, sight.site(site), kg(mg)) for (state, site), mg in gone.most_common() if mg))


def entries_of(sight: Sight, lot: LotId) -> tuple[EntryLine, ...]:
    """The log entries in which matter of the lot moved, oldest first."""
    indexes = {sight.book.events[event].entry for event in sight.events_of(lot)}
    return tuple(sight.entry(index) for index in sorted(indexes))


def _place(sight: Sight, key: str) -> SiteName:
    """A site, or the delivery note that a transit goes by."""
    if key.startswith("transit "):
        return SiteName(key, short(key.removeprefix("transit ")), "")
    return sight.site(key)


def findings_of(sight: Sight, lot: LotId) -> tuple[Finding, ...]:
    """Findings that name the lot, or that the event which made it brought; gravest first."""
    made = sight.book.events[sight.made(lot).made].place.event
    events = {sight.book.events[index].place.event for index in sight.events_of(lot)}
    mine = [
        one
        for one in sight.book.findings
        if (one.values.get("lot") == short(lot) and one.place.event in events) or one.place.event == made
    ]
    return tuple(sorted(dict.fromkeys(mine), key=gravity))


def gravity(finding: Finding) -> tuple[int, str]:
    """For sorting: errors, warnings, notes."""
    return (list(Level).index(finding.level), finding.code)


def papers(sight: Sight, lot: LotId) -> tuple[Paper, ...]:
    """Documents that the lot's events name, each once, in order of time."""
    named: dict[tuple[str, str], int] = {}
    for index in sight.events_of(lot):
        said = sight.book.events[index]
        for paper in said.event.bizTransactionList:
            named.setdefault((paper.type or "", short(paper.value)), said.entry)
    return tuple(Paper(kind, number, entry) for (kind, number), entry in named.items())
