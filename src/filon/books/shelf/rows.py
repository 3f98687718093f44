"""Rows of columns as the values that they tell of: each is made when it is asked for, and kept, so that it is one.

Behind those of the columns stand others that came since, as in any list; a row can be replaced by another value, which
leaves older copies of the sequence as they are. So a book goes on from columns without reading all of them.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, MutableSequence, Sequence
from threading import Lock
from typing import Self, TypeVar, cast, overload

T = TypeVar("T")

AT_ONCE = 4096
"""So many are made together by who asks for all."""
FEW, NEAR = 256, 64
"""From so many that are asked for one by one, so many are made together."""


class Rows(MutableSequence[T]):
    """A sequence of values, the first of which stand in columns.

    Args:
        laid: how many stand there.
    """

    def __init__(self, laid: int) -> None:
        self.laid = laid
        self.others: dict[int, T] = {}  # instead of what the columns tell
        self.more: list[T] = []
        self._known: list[T | None] = [None] * laid
        self._whole = bytearray(laid // AT_ONCE + 1)  # which parts are known wholly
        self._lock = Lock()
        self._asked = 0  # how many were asked for one by one

    @abstractmethod
    def made(self, first: int, end: int) -> list[T]:
        """The values of some rows of the columns."""

    def copy(self) -> Self:
        """The same sequence, which may go on; what is not changed is shared."""
        other = object.__new__(type(self))
        vars(other).update(vars(self))
        other.others, other.more = dict(self.others), list(self.more)
        return other

    __copy__ = copy

    def __len__(self) -> int:
        return self.laid + len(self.more)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> list[T]: ...
    def __getitem__(self, index: int | slice) -> T | list[T]:
        if isinstance(index, slice):
            return self._some(*index.indices(len(self)))
        if index < 0:
            index += len(self)
        if index >= self.laid:
            return self.more[index - self.laid]
        if index < 0:
            raise IndexError(index)
        if self.others and (other := self.others.get(index)) is not None:
            return other
        one = self._known[index]
        return self._one(index) if one is None else one

    def __iter__(self) -> Iterator[T]:
        for first in range(0, self.laid, AT_ONCE):
            yield from self._some(first, min(first + AT_ONCE, self.laid), 1)
        yield from self.more

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or len(other) != len(self):
            return NotImplemented
        return all(mine == one for mine, one in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]

    def insert(self, index: int, value: T) -> None:
        """One more, behind all others."""
        self.more.insert(self._since(index), value)

    def __delitem__(self, index: int | slice) -> None:
        del self.more[self._since(index)]

    def _since(self, index: int | slice) -> int:
        """The place of a row among those that are in no columns: only of these some come and go."""
        if isinstance(index, slice):
            raise NotImplementedError("rows come and go one by one")
        index += len(self) if index < 0 else 0
        if index < self.laid:
            raise NotImplementedError("what was laid down stays")
        return index - self.laid

    def __setitem__(self, index: int | slice, one: T | Iterable[T]) -> None:
        if isinstance(index, slice):
            raise NotImplementedError("rows are replaced one by one")
        one = cast("T", one)
        if index < self.laid:
            self.others[index] = one
        else:
            self.more[index - self.laid] = one

    def _some(self, first: int, end: int, step: int) -> list[T]:
        if step != 1:
            return [self[index] for index in range(first, end, step)]
        within = min(end, self.laid)
        out = self._fill(first, within) if first < within else []
        for index in (one for one in self.others if first <= one < within):
            out[index - first] = self.others[index]
        return out + self.more[max(first - self.laid, 0) : max(end - self.laid, 0)]

    def _one(self, index: int) -> T:
        """One row; who asks for many, one by one, has its neighbours made with it."""
        self._asked += 1
        first = index - index % NEAR if self._asked > FEW else index
        end = min(first + NEAR, self.laid) if self._asked > FEW else index + 1
        return self._fill(first, end)[index - first]

    def _fill(self, first: int, end: int) -> list[T]:
        """The values of some rows; two who ask at the same time get the same ones."""
        part, begin = divmod(first, AT_ONCE)
        if self._whole[part] and end <= first - begin + AT_ONCE:
            return self._known[first:end]  # type: ignore[return-value]
        made = self.made(first, end)
        with self._lock:
            kept = [new if old is None else old for old, new in zip(self._known[first:end], made, strict=True)]
            self._known[first:end] = kept
            self._whole[part] |= not begin and (end - first == AT_ONCE or end == self.laid)
        return kept
