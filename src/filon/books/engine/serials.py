"""Serial numbers: from a cell to its module and pack and back, and to the rolls it was made of, without a node a cell.

Cells are born in ranges, one a batch or pair of rolls, so where a cell comes from is looked up in a short list; into
what it went is one number of four bytes a cell, and as many back. A thousand million cells take some 8.5 GB.

    pieces = Serials.of(book)
    pieces.articles(batch, 101, 150)     # holdings into which any of these cells went
    pieces.inside(holding)               # [(batch, 101, 124), ..]
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from filon.books.book import Book
from filon.books.engine.kernel import NOWHERE, Ids, Kernel, Places, Starts, kernel
from filon.books.lot import LotId
from filon.books.ranges import Column, Spans, plain
from filon.core.errors import NotFoundError, WrongCallError

LARGEST = 2**62
"""Serial numbers of so many bits are counted in Python."""


@dataclass(frozen=True)
class Links:
    """Which piece went into which article.

    Args:
        home: (pieces) the article that each went into first, or NOWHERE.
        starts, inside: the pieces of each article.
        again: (2, n) pieces that went into a further article later, and that article; by piece.
    """

    home: Places
    starts: Starts
    inside: Places
    again: npt.NDArray[np.uint32]

    @classmethod
    def of(cls, home: Places, articles: int, again: Any = None, *, work: Kernel | None = None) -> Links:
        """Links by home; those that went into more than one article stand in `again` as (pieces, articles)."""
        more = np.zeros((2, 0), np.uint32) if again is None else np.asarray(again, np.uint32)
        more = more[:, np.argsort(more[0], kind="stable")]
        starts, inside = (work or kernel()).homes(home, more, articles)
        return cls(home, starts, inside, more)

    def up(self, pieces: Places) -> Places:
        """The articles that any of the pieces went into, sorted, each once."""
        if len(pieces) > len(self.starts) // 8:
            return self._many(pieces)
        homes = self.home[pieces]
        low, high = (np.searchsorted(self.again[0], pieces, side) for side in ("left", "right"))
        later = [self.again[1, a:b] for a, b in zip(low[high > low], high[high > low], strict=True)]
        return np.unique(np.concatenate([homes[homes != NOWHERE], *later]))

    def _many(self, pieces: Places) -> Places:
        """The same by marking articles: a recall of millions of cells sorts nothing."""
        marks = np.zeros(len(self.starts), np.bool_)
        homes = self.home[pieces]
        marks[homes[homes != NOWHERE]] = True
        if len(self.again[0]):
            marks[self.again[1][np.isin(self.again[0], pieces)]] = True
        return np.flatnonzero(marks).astype(np.uint32)

    def down(self, articles: Iterable[int]) -> Places:
        """The pieces of some articles."""
        each = [self.inside[self.starts[one] : self.starts[one + 1]] for one in articles]
        return np.concatenate([np.zeros(0, np.uint32), *each])


@dataclass(frozen=True)
class Births:
    """Which pieces were born together.

    Args:
        starts: position of the first piece of each range, sorted, and behind them the number of pieces.
        node: what each range was born as: a node of the graph.
    """

    starts: Starts
    node: Ids

    def nodes(self, pieces: Places) -> Ids:
        """What the pieces were born as, sorted, each once."""
        return np.unique(self.node[np.searchsorted(self.starts, pieces, "right") - 1])

    def pieces(self, place: int) -> Places:
        """The positions of the range at a place."""
        return np.arange(self.starts[place], self.starts[place + 1], dtype=np.uint32)


@dataclass(frozen=True)
class Serials:
    """The serial numbers of a book.

    Args:
        batches: {lot: (place among the births, first serial number)}.
        article: holding that each article is in the making, by place.
    """

    batches: Mapping[LotId, tuple[int, int]]
    lots: tuple[LotId, ...]
    births: Births
    links: Links
    article: Ids

    @classmethod
    def of(cls, book: Book, *, work: Kernel | None = None) -> Serials:
        """All ranges that a book tells of; a piece that no batch gave birth to has no place and is left out."""
        born = [(lot, said.serials) for lot, said in book.declared.items() if said.serials and book.first(lot)]
        lengths = [last - first + 1 for _, (first, last) in born]
        if sum(lengths) >= NOWHERE:
            raise WrongCallError("more pieces with serial numbers than one table of them can hold")
        starts = np.cumsum([0, *lengths], dtype=np.int64)
        batches = {lot: (place, first) for place, (lot, (first, _)) in enumerate(born)}
        nodes = [made.id for lot, _ in born if (made := book.first(lot))]
        told, movings, article = _movings(book, batches, starts)
        home, again = (work := work or kernel()).housed(told, movings, int(starts[-1]))
        links = Links.of(home, len(article), again, work=work)
        births = Births(starts, np.array(nodes, np.int32))
        return cls(batches, tuple(batches), births, links, article)

    def articles(self, lot: LotId, first: int, last: int) -> Ids:
        """Holdings (in the making) into which pieces of a batch went; sorted.

        Raises:
            NotFoundError: no batch of that name has serial numbers.
        """
        if lot not in self.batches:
            raise NotFoundError(f"{lot} has no serial numbers")
        place, number = self.batches[lot]
        pieces = self.births.pieces(place)[max(first - number, 0) : max(last - number + 1, 0)]
        return np.unique(self.article[self.links.up(pieces)])

    def inside(self, holding: int) -> list[tuple[LotId, int, int]]:
        """The pieces in an article: (batch, first, last), neighbours as one."""
        pieces = np.unique(self.links.down(np.flatnonzero(self.article == holding).tolist())).astype(np.int64)
        if not len(pieces):
            return []
        places = np.searchsorted(self.births.starts, pieces, "right") - 1
        breaks = np.flatnonzero((np.diff(pieces) != 1) | (np.diff(places) != 0)) + 1
        runs = zip(np.split(pieces, breaks), places[np.r_[0, breaks]].tolist(), strict=True)
        return [self._named(place, int(run[0]), int(run[-1])) for run, place in runs]

    def _named(self, place: int, low: int, high: int) -> tuple[LotId, int, int]:
        lot = self.lots[place]
        number = self.batches[lot][1] - int(self.births.starts[place])
        return lot, low + number, high + number


def _movings(
    book: Book, batches: Mapping[LotId, tuple[int, int]], starts: Starts
) -> tuple[tuple[Starts, Starts], tuple[Starts, Starts], Ids]:
    """Of all flows that name serial numbers what `Kernel.housed` wants, and the articles that they went into."""
    first, last, counts, target = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], [0], []
    within: list[tuple[int, int, int]] = []
    bounds: list[int] = starts.tolist()
    for flow in book.flows:
        if not flow.serials or not isinstance(flow.source, int) or not isinstance(flow.target, int):
            continue
        lot = book.holdings[flow.source].lot
        if lot in batches:
            place, number = batches[lot]
            begin, end = bounds[place], bounds[place + 1]
            spans = flow.serials
            told = spans if isinstance(spans, Spans) else Spans.of(*map(list, zip(*spans, strict=True)))
            low, high, shift = told.first, told.last, begin - number
            if isinstance(low, list) or isinstance(high, list) or abs(number) > LARGEST:  # of any size
                low, high, shift = _bounded(low, shift, begin, end), _bounded(high, shift + 1, begin, end) - 1, 0
            first.append(low)
            last.append(high)
            within.append((shift, begin, end))
            counts.append(len(told))
            target.append(flow.target)
    article, of = np.unique(np.array(target, np.int32), return_inverse=True)
    movings = np.column_stack([np.array(within, np.int64).reshape(-1, 3), of])
    return (np.concatenate(first), np.concatenate(last)), (np.cumsum(counts), movings), article


def _bounded(column: Column, shift: int, low: int, high: int) -> npt.NDArray[np.int64]:
    """Serial numbers as positions of pieces; those of no piece of the batch at its ends."""
    return np.array([min(max(number + shift, low), high) for number in plain(column)], np.int64)
