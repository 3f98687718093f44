"""A recall as columns: what recalled matter is in each holding, three figures each, made and left.

In a large book they are worked out on arrays, by compiled loops: the same milligrams and bounds as
`accounts.recall` works out flow by flow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from filon.accounts.carried import KEPT, Weights, shared
from filon.accounts.origin_table import countable, repeats
from filon.books.book import Book
from filon.books.engine.columns import OUTSIDE, UNTOLD, Columns
from filon.books.engine.graph import upstream
from filon.books.engine.kernel import kernel
from filon.books.lot import NAMELESS, Account, AccountKind
from filon.core.on_demand import OnDemand

Numbers = npt.NDArray[np.int64]

RECALLED = "recalled"


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much recalled matter there is, mg: at least, if evenly mixed, at most; None = nobody can tell."""

    least: int
    likely: int | None
    most: int | None


@dataclass(frozen=True, slots=True)
class Affected:
    """A holding that recalled matter came into.

    Args:
        holding: its id.
        made: recalled matter in it when it was made.
        left: recalled matter that is still there.
    """

    holding: int
    made: Bounds
    left: Bounds


@dataclass(frozen=True, eq=False)
class Reach:
    """Affected holdings, oldest first.

    Args:
        holding: (rows) ids.
        made, left: (rows, 3) mg: at least, likely, at most; UNTOLD = nobody can tell.
    """

    holding: Numbers
    made: Numbers
    left: Numbers

    @classmethod
    def of(cls, affected: Iterable[Affected]) -> Reach:
        """The columns of some rows."""
        rows = list(affected)
        return cls(
            np.array([one.holding for one in rows], np.int64),
            np.array([_figures(one.made) for one in rows], np.int64).reshape(-1, 3),
            np.array([_figures(one.left) for one in rows], np.int64).reshape(-1, 3),
        )

    def __eq__(self, other: object) -> bool:
        """Whether all figures are the same."""
        return isinstance(other, Reach) and all(
            np.array_equal(mine, yours)
            for mine, yours in ((self.holding, other.holding), (self.made, other.made), (self.left, other.left))
        )

    __hash__ = None  # type: ignore[assignment]

    @property
    def rows(self) -> Sequence[Affected]:
        """The same row by row, each made when it is asked for."""
        return OnDemand(len(self.holding), lambda at: Affected(
            int(self.holding[at]), bounds(self.made[at]), bounds(self.left[at])
        ))  # fmt: skip


def bounds(figures: Any) -> Bounds:
    """Three figures of a row."""
    least, likely, most = map(int, figures)
    return Bounds(least, None if likely == UNTOLD else likely, None if most == UNTOLD else most)


def _figures(one: Bounds) -> tuple[int, int, int]:
    return one.least, UNTOLD if one.likely is None else one.likely, UNTOLD if one.most is None else one.most


@dataclass(frozen=True)
class Draw:
    """What one flow took of a batch of which some pieces are recalled.

    Args:
        flow: its place in the book.
        recalled, kept: the parts of what it took that are surely, or likely, recalled ones and others.
        least, most, of: so many of its pieces are recalled ones.
    """

    flow: int
    recalled: int
    kept: int
    least: int
    most: int
    of: int

    @property
    def names(self) -> Weights:
        """What is known of its matter, whatever is left in the batch."""
        return {RECALLED: self.recalled, KEPT: self.kept}

    def sure(self, mg: int) -> int:
        """Of so many mg those of recalled pieces, where `least` is `most`."""
        return shared(mg, {RECALLED: self.least, KEPT: self.of - self.least}).get(RECALLED, 0)


@dataclass(frozen=True)
class Swept:
    """What the loops found: columns over all holdings; nothing where nobody looked.

    Args:
        within: ids of the holdings that were looked at, in order.
        made, left: mg recalled, if all was evenly mixed.
        least, most: bounds of what was made; most UNTOLD.
        renamed: mg that became recalled where they were called so.
        gone: {account: mg recalled that went there}.
    """

    within: Numbers
    made: Numbers
    left: Numbers
    least: Numbers
    most: Numbers
    renamed: int
    gone: Mapping[Account, int]


def swept(book: Book, substance: str, start: Sequence[int], own: Iterable[int], draws: Sequence[Draw]) -> Swept | None:
    """The sweep of a recall over a large book; None where Python must do it: see `origin_table`.

    Args:
        start: holdings whose matter is all recalled.
        own: holdings of batches of which some pieces are.
        draws: what was taken of these.
    """
    if not kernel().name.startswith("numba"):
        return None
    from filon.books.engine.dealing import LARGEST_MG  # noqa: PLC0415 - compiled code
    from filon.books.engine.recalling import called, ranged  # noqa: PLC0415

    columns, moved = book.columns, book.columns.substance(substance)
    if not countable(moved.mg, LARGEST_MG):
        return None
    count = len(book.holdings)
    within = columns.after([*start, *own])
    inside, begun = np.zeros(count, np.bool_), np.zeros(count, np.bool_)
    inside[within], begun[list(start)] = True, True
    special = np.full(len(columns.source), -1, np.int32)
    special[[one.flow for one in draws]] = np.arange(len(draws))
    begins, account, names = book.once("recalled ends", _ends)
    made, left = np.zeros((count, 3), np.int64), np.zeros((count, 3), np.int64)
    gone = np.zeros(len(names) + 1, np.int64)
    renamed = called(
        _touching(columns, inside), columns.source, columns.target, columns.like, begins, moved.told, moved.whole,
        inside, begun, special, _parts(draws), account, made, left, gone, np.zeros(count, np.uint8),
    )  # fmt: skip
    least, most = np.zeros(count, np.int64), np.zeros(count, np.int64)
    ranged(
        within, *columns.inward, columns.source, columns.like, moved.told, moved.whole, begun, special,
        _crossing(draws, moved.told), least, most,
    )  # fmt: skip
    told = {name: int(gone[place]) for name, place in names.items() if gone[place]}
    return Swept(within.astype(np.int64), made[:, 2], left[:, 2], least, most, int(renamed), told)


def came_through(
    book: Book, substance: str, start: Mapping[int, Fraction], asked: Mapping[int, int | None]
) -> Reach | None:
    """The mirror of a recall over a large book, oldest first; None where Python must do it.

    Args:
        start: {holding: how much of it is asked for, 0 to 1}; `asked` the same in mg, None = nobody can tell.
    """
    if not kernel().name.startswith("numba"):
        return None
    from filon.books.engine.recalling import mirrored  # noqa: PLC0415 - compiled code

    columns, moved = book.columns, book.columns.substance(substance)
    count, ids = len(book.holdings), np.array(list(start), np.int64)
    begun, untold = np.zeros(count, np.bool_), np.zeros(count, np.bool_)
    amounts, least, most = np.zeros(count), np.zeros(count, np.int64), np.zeros(count, np.int64)
    told = np.array([UNTOLD if mg is None else mg for mg in asked.values()], np.int64)
    begun[ids], untold[ids], least[ids], most[ids] = True, told == UNTOLD, np.maximum(told, 0), told
    amounts[ids] = np.maximum(moved.whole[ids], 0) * np.array(list(map(float, start.values())))
    cone = upstream(columns.graph, ids) if len(ids) else ids
    limit = UNTOLD if (told == UNTOLD).any() else int(told.sum())
    mirrored(cone, *columns.inward, columns.source, moved.told, moved.whole, begun, limit, amounts, untold, least, most)
    likely = np.where(untold[cone], UNTOLD, np.rint(amounts[cone]).astype(np.int64))
    made = np.column_stack([least[cone], likely, most[cone]])
    return Reach(cone.astype(np.int64), made, np.zeros_like(made))


def _touching(columns: Columns, inside: npt.NDArray[np.bool_]) -> Numbers:
    """Places of the flows into or out of some holdings, in posting order."""
    reached = np.append(inside, False)  # the end outside is the last one, and never looked at
    return np.flatnonzero(reached[columns.source] | reached[columns.target])


def _ends(book: Book) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int32], Mapping[Account, int]]:
    """(how each flow begins, the place of the account that it has at an end, {account: place})."""
    from filon.books.engine.recalling import FOUND, HELD, MATTER, WASTED  # noqa: PLC0415

    columns = book.columns
    begins, account = np.full(len(columns.source), HELD, np.int8), np.zeros(len(columns.source), np.int32)
    names: dict[Account, int] = {}

    def begin(place: int, source: Account) -> int:
        if source.kind is AccountKind.SOURCE:
            return MATTER
        return WASTED if source.kind in NAMELESS or repeats(book, book.flows[place]) else FOUND

    places = np.flatnonzero((columns.source == OUTSIDE) | (columns.target == OUTSIDE)).tolist()
    for place, source, target in zip(places, columns.ends(places), columns.ends(places, target=True), strict=True):
        if isinstance(source, Account):
            begins[place] = begin(place, source)
        end = target if isinstance(target, Account) else source
        assert isinstance(end, Account)
        account[place] = names.setdefault(end, len(names))
    return begins, account, names


def _parts(draws: Sequence[Draw]) -> Numbers:
    return np.array([(one.recalled, one.kept) for one in draws], np.int64).reshape(-1, 2)


def _crossing(draws: Sequence[Draw], told: Numbers) -> Numbers:
    """(draws, 4): floor and ceiling of mg, whether exact, whether any: see `recalling.ranged`."""
    return np.array([_crossed(one, int(told[one.flow])) for one in draws], np.int64).reshape(-1, 4)


def _crossed(one: Draw, mg: int) -> tuple[int, int, bool, bool]:
    if mg == UNTOLD or not one.of:
        return 0, one.most, False, one.of > 0
    if one.least == one.most:
        sure = one.sure(mg)
        return sure, sure, True, True
    return mg * one.least // one.of, -(-mg * one.most // one.of), False, True
