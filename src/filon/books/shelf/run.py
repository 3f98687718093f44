"""The run that made a book, out of columns: what it remembers is looked up as further events ask for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np
import numpy.typing as npt

from filon.books.book import Book
from filon.books.journal import Journal
from filon.books.lot import AccountKind, Amount, Content, LotId, SiteId
from filon.books.movement import Line, Said
from filon.books.past import Past
from filon.books.post import Posting
from filon.books.ranges import Spans
from filon.books.shelf.notes import RunNotes
from filon.books.shelf.numbers import Contents, Whole
from filon.books.shelf.recalled import Names, Recalled, Trait
from filon.books.shelf.rows import Rows
from filon.books.shelf.tables import KINDS, SpanColumns
from filon.books.shelf.texts import Ids, Texts

if TYPE_CHECKING:
    from filon.books.shelf.shelf import Shelf

STOCK = KINDS.index(AccountKind.STOCK)
PAST = tuple(trait for trait in Trait if trait not in {Trait.KNOWN, Trait.BORN})
"""What the past remembers of names."""


class InsideColumns(NamedTuple):
    """What was put into articles, by article: of which lot how much, counted in which unit, and what it contained."""

    article: Ids
    lot: Ids
    number: Whole
    unit: Ids
    content: Contents

    def of(self, article: int, texts: Texts) -> dict[LotId, tuple[Amount, Content]]:
        """What was put into one."""
        first, end = (int(np.searchsorted(self.article, article, side)) for side in ("left", "right"))
        here = slice(first, end)
        lots, units = map(LotId, texts.many(self.lot[here])), texts.many(self.unit[here])
        amounts = map(Amount, self.number[here].tolist(), units)
        return dict(zip(lots, zip(amounts, self.content.rows(first, end), strict=True), strict=True))


class UseColumns(NamedTuple):
    """Which serial numbers of a batch an event put into an article, in the order in which it was posted."""

    batch: Ids
    spans: Ids
    event: Ids


class Uses(Rows[tuple[Spans, Said]]):
    """Those of one batch."""

    def __init__(self, spans: Ids, event: Ids, known: SpanColumns, events: Sequence[Said]) -> None:
        super().__init__(len(spans))
        self._told = spans, event
        self._spans, self._events = known, events

    def made(self, first: int, end: int) -> list[tuple[Spans, Said]]:
        """Some of them."""
        numbers, events = (column[first:end].tolist() for column in self._told)
        return [(self._spans.spans(number), self._events[at]) for number, at in zip(numbers, events, strict=True)]


class Run(NamedTuple):
    """What a run remembers.

    Args:
        traits: (names) what it remembers of each, as bits of `Trait`.
    """

    notes: RunNotes
    traits: npt.NDArray[np.uint16]
    inside: InsideColumns
    uses: UseColumns


def resumed(shelf: Shelf, book: Book, made: Callable[..., Book]) -> Posting:
    """The run that made a shelf's book, which may go on; `made` makes its books."""
    run = shelf.run
    texts, told = shelf.texts, run.notes

    def names(trait: Trait) -> Any:
        return Names(run.traits, trait, texts)

    journal = Journal(book.register, [], None)
    journal.holdings, journal.flows, journal.checks = (
        cast("Any", rows) for rows in (book.holdings, book.flows, book.checks)
    )
    journal.declared = cast("Any", book.declared)
    _lots(journal, shelf)
    for lot, note, site, holding in told.under_way:
        journal.under_way[LotId(lot)].append((note, SiteId(site), holding))
    for lot, site, newest, ids in told.layers:
        journal.open[LotId(lot), SiteId(site)] = newest
        journal.layers.kept[LotId(lot), SiteId(site)] = [book.holdings[one] for one in ids]
    for mine, some in zip(
        (journal.shipments, journal.arrivals, journal.arrived, journal.early), told.notes, strict=True
    ):
        mine.update(((note, LotId(lot)), number) for note, lot, number in some)
    for container, lines in told.packed:
        journal.packed[LotId(container)] = [
            Line(LotId(lot), None if number is None else Amount(number, unit)) for lot, number, unit in lines
        ]
    for product, ranges in told.batches:
        journal.batches[product] = [(first, last, LotId(lot)) for first, last, lot in ranges]
    journal.used.update(_uses(shelf, book.events))
    journal.clashes = {LotId(batch): (uses, findings) for batch, uses, findings in told.clashes}
    journal.known, journal.born = names(Trait.KNOWN), names(Trait.BORN)
    past = Past(told.latest)
    for trait in PAST:
        setattr(past, str(trait.name).lower(), names(trait))
    return Posting.resumed(journal, past, book, told.early, told.posted, made)


def _lots(journal: Journal, shelf: Shelf) -> None:
    """Where lots are in stock, and what was put into articles."""
    texts, inside = shelf.texts, shelf.run.inside
    site, kind = shelf.holdings.site, shelf.holdings.kind

    def stock(lot: str) -> Ids:
        ids = shelf.lots.at(texts.find(lot))
        held: Ids = ids[kind[ids] == STOCK]
        return held

    def newest(key: tuple[LotId, SiteId]) -> int | None:
        lot, where = key
        ids = stock(lot)
        here = ids[site[ids] == texts.find(where)] if len(ids) else ids
        return int(here[-1]) if len(here) else None

    def sites(lot: LotId) -> set[SiteId] | None:
        return set(map(SiteId, texts.many(site[stock(lot)]))) or None

    def within(article: LotId) -> dict[LotId, tuple[Amount, Content]] | None:
        number = texts.find(article)
        return None if number is None else inside.of(number, texts) or None

    journal.open = Recalled(newest)
    journal.whereabouts = Recalled(sites, set)
    journal.inside = Recalled(within, dict)


def _uses(shelf: Shelf, events: Sequence[Said]) -> Iterator[tuple[LotId, Uses]]:
    """The uses of each batch, batches in the order in which they were first used."""
    batch, spans, event = shelf.run.uses
    order = np.argsort(batch, kind="stable")
    met, first, counts = np.unique(batch, return_index=True, return_counts=True)
    ends = np.cumsum(counts)
    for place in np.argsort(first).tolist():
        mine = order[ends[place] - counts[place] : ends[place]]
        yield LotId(shelf.texts[int(met[place])]), Uses(spans[mine], event[mine], shelf.spans, events)
