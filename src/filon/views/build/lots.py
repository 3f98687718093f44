"""The lot list from the books: search, facets, a page of rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from filon.books.lot import PIECE, LotId
from filon.core.finding import Level
from filon.core.ident import short
from filon.views.balance import Choice
from filon.views.build.lot import contained_plainly, findings_of, mass_of
from filon.views.build.sight import Sight, lot_path
from filon.views.chain import STAGES
from filon.views.figure import Named, kg
from filon.views.lot import LotList, LotRow
from filon.views.origin import known_share

ROWS = 50
"""Lots on a page."""


def lot_list(sight: Sight, query: str = "", *, stage: str = "", site: str = "", page: int = 1) -> LotList:
    """Lots whose number, product, form or site contains the query (any case), newest first, a page at a time.

    Facets count what the query leaves before a facet is chosen, so that a choice can be changed.
    """
    found = matching(sight, query)
    stages = Counter(sight.stage(lot) for lot in found)
    sites = Counter(_site(sight, lot) for lot in found)
    left = [lot for lot in found if stage in {"", sight.stage(lot)} and site in {"", _site(sight, lot)}]
    pages = max(1, -(-len(left) // ROWS))
    names = sorted(((sight.site(key).name, key) for key in sites if key), key=lambda pair: pair[0].casefold())
    return LotList(
        ledger=sight.state,
        query=query,
        total=len(left),
        page=min(page, pages),
        pages=pages,
        stages=tuple(
            Choice(one, Named("stage", one), stages[one], one == stage) for one in (*STAGES, "other") if stages[one]
        ),
        sites=tuple(Choice(key, name, sites[key], key == site) for name, key in names),
        rows=rows(sight, left[(min(page, pages) - 1) * ROWS : min(page, pages) * ROWS]),
    )


def matching(sight: Sight, query: str, *, stage: str = "", site: str = "") -> list[LotId]:
    """All lots whose number, product, form or site contains the query, of a stage and site if so chosen."""
    wanted = query.casefold().strip()
    found = (lot for lot in sight.lots if _matches(sight, lot, wanted))
    return [lot for lot in found if stage in {"", sight.stage(lot)} and site in {"", _site(sight, lot)}]


def rows(sight: Sight, lots: Iterable[LotId]) -> tuple[LotRow, ...]:
    """A row for each lot."""
    every = tuple(lots)
    return tuple(_row(sight, lot, every) for lot in every)


def batteries(sight: Sight) -> tuple[LotId, ...]:
    """Serialised packs, newest first."""
    return tuple(lot for lot in sight.lots if sight.stage(lot) == "pack" and sight.made(lot).unit == PIECE)


def _site(sight: Sight, lot: LotId) -> str:
    first = sight.book.first(lot)
    return str(first.site) if first else ""


def _matches(sight: Sight, lot: LotId, wanted: str) -> bool:
    if not wanted:
        return True
    told = sight.told(lot)
    form = told.form.names.values() if told.form else (told.form_text,)
    site = sight.site(_site(sight, lot))
    return any(wanted in text.casefold() for text in (lot, short(lot), sight.product(lot), site.name, *form))


def _row(sight: Sight, lot: LotId, beside: tuple[LotId, ...]) -> LotRow:
    made = sight.made(lot)
    held = contained_plainly(sight, lot, beside)
    first = next(iter(held), None)
    levels = Counter(one.level for one in findings_of(sight, lot))
    return LotRow(
        key=lot,
        number=short(lot),
        product=sight.product(lot),
        form=sight.form(lot),
        stage=Named("stage", sight.stage(lot)),
        site=sight.site(_site(sight, lot)),
        made=sight.day(made.made),
        mass=mass_of(sight, lot),
        leading=(Named("element", first.element), kg(made.content.get(first.element))) if first else None,
        known=known_share(held),
        errors=levels[Level.ERROR],
        warnings=levels[Level.WARNING],
        href=lot_path(lot),
    )
