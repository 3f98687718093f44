"""Recalled matter from site to site: of each flow what its source is likely to hold, summed before it is drawn."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from filon.accounts.recall import Recall
from filon.books.book import Book
from filon.books.engine.columns import OUTSIDE
from filon.books.lot import Account, AccountKind
from filon.core.quantity import part
from filon.views.build.flows import sankey
from filon.views.build.sight import Sight
from filon.views.flows import Sankey

LIKELY = 1
EXACT = 2**51
"""Up to so many mg a product wraps around 2**64 without harm, and float64 tells its quotient to one."""
Numbers = npt.NDArray[np.int64]


def spread_drawing(sight: Sight, found: Recall) -> Sankey | None:
    """The drawing of a recall; None where nothing is likely anywhere."""
    book, ids = sight.book, found.reach.holding
    made = np.maximum(found.reach.made[:, LIKELY], 0)
    moved = book.columns.substance(found.substance)
    if not ((made > 0) & (moved.whole[ids] > 0)).any():
        return None
    held = np.zeros(len(book.holdings), np.int64)
    held[ids] = made
    source = book.columns.source
    flows = np.flatnonzero((source != OUTSIDE) & (held[source] > 0) & (moved.whole[source] > 0) & (moved.told > 0))
    mg = _shared(moved.told[flows], held[source[flows]], moved.whole[source[flows]])
    _, first, alike = np.unique(_ways(book, flows), return_index=True, return_inverse=True)
    sums = np.zeros(len(first), np.int64)
    np.add.at(sums, alike, mg)
    order = np.argsort(first)
    pairs = [
        (book.flows[flow], total)
        for flow, total in zip(flows[first[order]].tolist(), sums[order].tolist(), strict=True)
    ]
    begun = {index: int(held[index]) for index in found.start if held[index]}
    return sankey(sight, found.substance, pairs, begun)


def _shared(mg: Numbers, some: Numbers, whole: Numbers) -> Numbers:
    """`mg x some / whole` in whole mg, a half to the even neighbour: `core.quantity.part` on columns."""
    if max(mg.max(initial=0), whole.max(initial=0)) >= EXACT:
        rows = zip(mg.tolist(), some.tolist(), whole.tolist(), strict=True)
        return np.array([part(*row) for row in rows], np.int64)
    quotient = (mg.astype(np.float64) * some / whole).astype(np.int64)
    rest = mg * some - quotient * whole
    step = np.floor_divide(rest, whole)
    quotient, rest = quotient + step, rest - step * whole
    up = (2 * rest > whole) | ((2 * rest == whole) & (quotient % 2 == 1))
    mine: Numbers = quotient + up
    return mine


def _ways(book: Book, flows: Numbers) -> Numbers:
    """A number for the way that each flow takes: flows with the same ends on the drawing have the same one."""
    site, transit = book.once("sites left", _sites_left)
    source, target = book.columns.source[flows], book.columns.target[flows]
    kinds = list(AccountKind)
    outside = {
        at: kinds.index(end.kind)
        for at in np.flatnonzero(target == OUTSIDE).tolist()
        if isinstance(end := book.flows[flows[at]].target, Account)
    }
    begin = 2 * site[source] + transit[source]
    end = len(kinds) + 2 * site[target] + transit[target]
    end[list(outside)] = list(outside.values())
    ways: Numbers = begin * (len(kinds) + 2 * (int(site.max(initial=0)) + 1)) + end
    return ways


def _sites_left(book: Book) -> tuple[Numbers, Numbers]:
    """(number of the site that each holding counts for, whether it is under way): a transport counts where it left."""
    numbers: dict[str, int] = {}
    site = np.array([numbers.setdefault(one.site, len(numbers)) for one in book.holdings], np.int64)
    transit = np.array([one.kind is AccountKind.TRANSIT for one in book.holdings], np.int64)
    columns = book.columns
    between = np.flatnonzero((columns.source != OUTSIDE) & (columns.target != OUTSIDE))
    arrived, first = np.unique(columns.target[between], return_index=True)
    came = np.full(len(site), OUTSIDE, np.int64)
    came[arrived] = columns.source[between[first]]
    place = np.arange(len(site))
    for _ in range(2):  # a shipment comes from a stock
        on = (transit[place] == 1) & (came[place] != OUTSIDE)
        place[on] = came[place[on]]
    return site[place], transit
