"""The origin account of a large book: the same milligrams as `accounts.origin`, by the compiled loop, in one table.

Rows are read when they are asked for; a million holdings of thirty origins are half a gigabyte of numbers here, and
were many gigabytes of dictionaries.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from filon.books.book import Book, Flow
from filon.books.engine.columns import Columns
from filon.books.engine.kernel import kernel
from filon.books.journal import UNKNOWN
from filon.books.lot import NAMELESS, Account, AccountKind

Numbers = npt.NDArray[Any]


@dataclass(frozen=True)
class OriginTable:
    """Milligrams of a substance by origin, for every holding.

    Args:
        names: the origins, one a column, sorted; UNKNOWN is one.
        made, left: (holdings, origins) mg when made, and still there.
        known: (holdings) whether anybody said how much there is.
        outside: {account: mg by origin that went there, net}.
        bits: (holdings, words) which origins any matter came from.
    """

    names: tuple[str, ...]
    made: npt.NDArray[np.int64]
    left: npt.NDArray[np.int64]
    known: npt.NDArray[np.bool_]
    outside: Mapping[Account, npt.NDArray[np.int64]]
    bits: npt.NDArray[np.uint64]

    def vector(self, row: Numbers) -> dict[str, int]:
        """A row as {origin: mg}."""
        return {self.names[place]: int(row[place]) for place in np.flatnonzero(row)}

    def made_of(self, holding: int) -> dict[str, int] | None:
        """What was in a holding when it was made; None where nobody said how much."""
        return self.vector(self.made[holding]) if self.known[holding] else None

    def named(self, holding: int) -> frozenset[str]:
        """Every origin that any matter of a holding came from."""
        return frozenset(
            name for place, name in enumerate(self.names) if int(self.bits[holding, place >> 6]) >> (place & 63) & 1
        )


def origin_table(book: Book, substance: str) -> OriginTable | None:
    """The table of a book; None where Python must do it: no compiler, negative flows, above two million tonnes."""
    if not kernel().name.startswith("numba"):
        return None
    from filon.books.engine.dealing import LARGEST_MG, posted  # noqa: PLC0415 - compiled code

    columns = book.columns
    mg = columns.substance(substance).mg
    if not countable(mg, LARGEST_MG):
        return None
    accounts: dict[Account, int] = {}
    source = _ends(book, columns.source, lambda flow: flow.source, accounts)
    target = _ends(book, columns.target, lambda flow: flow.target, accounts)
    names, column, silent = _origins(book)
    known = np.fromiter(
        (one.content.get(substance, 0) is not None for one in book.holdings), np.bool_, len(book.holdings)
    )
    made = np.zeros((len(book.holdings), len(names)), np.int64)
    left, outside = np.zeros_like(made), np.zeros((len(accounts), len(names)), np.int64)
    bits = np.zeros((len(book.holdings), len(names) // 64 + 1), np.uint64)
    posted(
        source, target, mg, columns.like, column, silent, known, names.index(UNKNOWN), made, left, outside, bits
    )  # fmt: skip
    went = {account: outside[place] for account, place in accounts.items() if outside[place].any()}
    return OriginTable(names, made, left, known, went, bits)


def parts_known(book: Book, substance: str, holdings: Sequence[int]) -> tuple[int, int] | None:
    """(mg of known origin, mg of unknown) in some holdings together; None as above.

    Two columns however many mines there are: for what a first page tells of a whole plant. It is the origin account to
    a milligram a flow; without any unknown, or without any known, it is that exactly.
    """
    if not kernel().name.startswith("numba"):
        return None
    from filon.books.engine.dealing import LARGEST_MG, parted  # noqa: PLC0415 - compiled code

    columns = book.columns
    mg, count = columns.substance(substance).mg, len(book.holdings)
    if not countable(mg, LARGEST_MG):
        return None
    names, name, silent = _origins(book)
    lost = [one for one in _unlike(columns, name) if book.holdings[one].content.get(substance, 0) is None]
    known = np.ones(count, np.bool_)
    known[lost] = False
    made, only = np.zeros((count, 2), np.int64), np.full(count, -1, np.int64)
    parted(
        columns.source, columns.target, mg, columns.like, name, silent, known, names.index(UNKNOWN), made,
        np.zeros_like(made), only,
    )  # fmt: skip
    told_of = [one for one in holdings if book.holdings[one].content.get(substance, 0) is not None]
    told, untold = made[np.asarray(told_of, np.int64)].sum(axis=0).tolist()
    return told, untold


def _unlike(columns: Columns, name: Numbers) -> list[int]:
    """Holdings into which matter came of which nobody says what it is like: there it counts whether they are known."""
    strange = (columns.source < 0) & (columns.target >= 0) & (name < 0)
    found: list[int] = np.unique(columns.target[strange]).tolist()
    return found


def countable(mg: Numbers, largest: int) -> bool:
    """Whether the compiled loops may deal so many mg out: none negative, not too many."""
    return not len(mg) or bool(mg.min() >= 0 and float(np.abs(mg).sum(dtype=np.float64)) < largest)


def _ends(
    book: Book, column: Numbers, end: Callable[[Flow], int | Account], accounts: dict[Account, int]
) -> npt.NDArray[np.int64]:
    """An end of each flow: a holding, or -1 - the place of its account."""
    out = column.astype(np.int64)
    for flow in np.flatnonzero(column < 0).tolist():
        account = end(book.flows[flow])
        assert isinstance(account, Account)
        out[flow] = -1 - accounts.setdefault(account, len(accounts))
    return out


def _origins(book: Book) -> tuple[tuple[str, ...], Numbers, Numbers]:
    """(names sorted, column of the origin that each flow brings from outside, flows that name none)."""
    return book.once(_origins, _brought)


def _brought(book: Book) -> tuple[tuple[str, ...], Numbers, Numbers]:
    source = book.columns.source
    places = np.flatnonzero(source < 0).tolist()
    outer = list(zip(places, book.columns.ends(places), strict=True))
    brings = {at: one.key for at, one in outer if isinstance(one, Account) and one.kind is AccountKind.SOURCE}
    names = tuple(sorted({UNKNOWN, *brings.values()}))
    place = {name: index for index, name in enumerate(names)}
    column, silent = np.full(len(source), -1, np.int32), np.zeros(len(source), np.bool_)
    for at, one in outer:
        if at in brings:
            column[at] = place[brings[at]]
        elif isinstance(one, Account):
            silent[at] = one.kind in NAMELESS or repeats(book, book.flows[at])
    return names, column, silent


def repeats(book: Book, flow: Flow) -> bool:
    """Whether a flow only repeats matter of a pool whose own amount nobody knows: it is not new matter."""
    return isinstance(flow.target, int) and any(
        book.holdings[flow.target].content.get(substance, 0) is None for substance in flow.content
    )
