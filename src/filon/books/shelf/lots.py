"""The lots of a book out of columns: their holdings, and what was declared of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, ItemsView, Iterator, Mapping, MutableMapping, Sequence
from functools import cached_property
from typing import NamedTuple, Self

import numpy as np

from filon.books.book import Flow, Holding
from filon.books.declared import Declared
from filon.books.lot import AccountKind, LotId
from filon.books.shelf.numbers import Array, Whole
from filon.books.shelf.tables import KINDS, NOBODY
from filon.books.shelf.texts import Ids, Texts
from filon.core.on_demand import OnDemand

_STEP = KINDS.index(AccountKind.STEP)


class LotColumns(NamedTuple):
    """The holdings of each lot.

    Args:
        lots: by number, in the order in which they first were held.
        starts: (names + 1) where the holdings of each begin among `holdings`.
    """

    lots: Ids
    starts: Whole
    holdings: Ids

    @classmethod
    def of(cls, lot: Ids, kind: Array, names: int) -> LotColumns:
        """Of the columns of holdings; steps and the like are left out."""
        held = np.flatnonzero(kind != _STEP).astype(np.int32)
        own = lot[held]
        order = np.argsort(own, kind="stable")
        met, first = np.unique(own, return_index=True)
        starts = np.searchsorted(own[order], np.arange(names + 1)).astype(np.int64)
        return cls(met[np.argsort(first)].astype(np.int32), starts, held[order])

    def at(self, number: int | None) -> Ids:
        """The holdings of a lot, oldest first."""
        return self.holdings[slice(0, 0) if number is None else slice(*self.starts[number : number + 2].tolist())]


class Lots(Mapping[LotId, Sequence[int]]):
    """{lot: ids of its holdings, oldest first}."""

    def __init__(self, columns: LotColumns, texts: Texts, since: Sequence[Holding]) -> None:
        self._columns, self._texts = columns, texts
        self._since: dict[LotId, list[int]] = defaultdict(list)
        for holding in since:
            if holding.kind is not AccountKind.STEP:
                self._since[holding.lot].append(holding.id)
        self._fresh = [lot for lot in self._since if not len(self._before(lot))]

    def _before(self, lot: str) -> Ids:
        return self._columns.at(self._texts.find(lot))

    def __getitem__(self, lot: LotId) -> Sequence[int]:
        ids: list[int] = self._before(lot).tolist()
        if self._since:
            ids += self._since.get(lot, ())
        if not ids:
            raise KeyError(lot)
        return ids

    def __len__(self) -> int:
        return len(self._columns.lots) + len(self._fresh)

    def __iter__(self) -> Iterator[LotId]:
        yield from map(LotId, map(self._texts.__getitem__, self._columns.lots.tolist()))
        yield from self._fresh

    def items(self) -> ItemsView[LotId, Sequence[int]]:
        """All at once; looking each up by its name would take long."""
        return _Items(self)

    def all(self) -> Iterator[tuple[LotId, Sequence[int]]]:
        """(lot, holdings) of all."""
        columns = self._columns
        begins, ends = (columns.starts[columns.lots + one].tolist() for one in (0, 1))
        held = columns.holdings.tolist()
        for number, begin, end in zip(columns.lots.tolist(), begins, ends, strict=True):
            lot = LotId(self._texts[number])
            yield lot, [*held[begin:end], *(self._since.get(lot, ()) if self._since else ())]
        yield from ((lot, self._since[lot]) for lot in self._fresh)


class _Items(ItemsView[LotId, Sequence[int]]):
    def __init__(self, lots: Lots) -> None:
        super().__init__(lots)
        self._lots = lots

    def __iter__(self) -> Iterator[tuple[LotId, Sequence[int]]]:
        return self._lots.all()


class DeclaredColumns(NamedTuple):
    """What was declared: of which lot, in the order in which it was; `what` by number."""

    lot: Ids
    what: Ids


class Declarations(MutableMapping[LotId, Declared]):
    """{lot: what is declared of it}, and what was declared since."""

    def __init__(self, columns: DeclaredColumns, texts: Texts, what: Callable[[int], Declared]) -> None:
        self.columns, self._texts, self._what = columns, texts, what
        self.since: dict[LotId, Declared] = {}

    @cached_property
    def _place(self) -> Ids:
        """(names) of what was declared of each lot the number, or NOBODY."""
        place = np.full(len(self._texts), NOBODY, np.int32)
        place[self.columns.lot] = self.columns.what
        return place

    def _before(self, lot: str) -> int | None:
        number = self._texts.find(lot)
        what = NOBODY if number is None else int(self._place[number])
        return None if what == NOBODY else what

    def __copy__(self) -> Self:
        other = object.__new__(type(self))
        vars(other).update(vars(self))
        other.since = dict(self.since)
        return other

    def __getitem__(self, lot: LotId) -> Declared:
        if (told := self.since.get(lot)) is not None:
            return told
        if (what := self._before(lot)) is None:
            raise KeyError(lot)
        return self._what(what)

    def __contains__(self, lot: object) -> bool:
        return lot in self.since or (isinstance(lot, str) and self._before(lot) is not None)

    def __setitem__(self, lot: LotId, told: Declared) -> None:
        self.since[lot] = told

    def __delitem__(self, lot: LotId) -> None:
        raise NotImplementedError("what was declared stays declared")

    @cached_property
    def _lots(self) -> list[LotId]:
        return [LotId(self._texts[number]) for number in self.columns.lot.tolist()]

    def fresh(self) -> list[LotId]:
        """The lots of which something was declared only since."""
        return [lot for lot in self.since if self._before(lot) is None]

    def __iter__(self) -> Iterator[LotId]:
        yield from self._lots
        yield from self.fresh()

    def __len__(self) -> int:
        return len(self.columns.lot) + len(self.fresh())


class AtEnds:
    """The flows at each holding, by one of their ends."""

    def __init__(self, flows: Sequence[Flow], ends: Ids, holdings: int) -> None:
        self._flows = flows
        order = np.argsort(ends, kind="stable")
        self._starts = np.searchsorted(ends[order], np.arange(holdings + 1)).astype(np.int64)
        self._order = order

    def places(self, holding: int) -> list[int]:
        """The places of the flows at a holding, in posting order."""
        begin, end = self._starts[holding : holding + 2].tolist()
        places: list[int] = self._order[begin:end].tolist()
        return places

    def flows(self) -> Sequence[Sequence[Flow]]:
        """The flows at each holding."""
        return OnDemand(len(self._starts) - 1, lambda holding: [self._flows[at] for at in self.places(holding)])
