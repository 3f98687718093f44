"""A sequence whose rows are made when they are asked for, each time: of a million of them few are.

squares = OnDemand(1_000_000, lambda at: at * at)
squares[3], squares[-1]
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar, overload

Row = TypeVar("Row")


@dataclass(frozen=True)
class OnDemand(Sequence[Row], Generic[Row]):
    """Rows made when they are asked for.

    Args:
        length: how many there are.
        row: makes the one at a place.
    """

    length: int
    row: Callable[[int], Row]

    def __len__(self) -> int:
        return self.length

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | Sequence[Row]:
        if isinstance(index, slice):
            return [self.row(each) for each in range(*index.indices(self.length))]
        if not -self.length <= index < self.length:
            raise IndexError(index)
        return self.row(index % self.length)
