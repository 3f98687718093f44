"""Whole numbers in columns: exactly as they were, or not at all."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, pairwise
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Whole: TypeAlias = npt.NDArray[np.int64]
Array: TypeAlias = npt.NDArray[Any]

NOT_SAID = -(2**63)
"""Stands for None: there is some, nobody said how much."""


def whole(values: Iterable[int]) -> Whole:
    """A column of whole numbers.

    Raises:
        OverflowError: one does not fit 64 bits.
        TypeError: one is no whole number.
    """
    return np.frombuffer(array("q", values), np.int64)


def said(values: Sequence[int | None]) -> Whole:
    """The same of amounts that may be unknown."""
    if None not in values:
        column = whole(values)  # type: ignore[arg-type]
        if (column == NOT_SAID).any():
            raise OverflowError("a number that stands for none")
        return column
    told = said([one for one in values if one is not None])
    column = np.full(len(values), NOT_SAID, np.int64)
    column[np.array([one is not None for one in values])] = told
    return column


class Shaping(dict[tuple[str, ...], int]):
    """{names of what a content tells, in their order: number of that shape}."""

    def __missing__(self, names: tuple[str, ...]) -> int:
        self[names] = number = len(self)
        return number


@dataclass(frozen=True)
class Contents:
    """A column of mappings from names to numbers, such as {substance: mg}: most have the same few names.

    Args:
        shapes: the names that contents have, by shape.
        shape: (rows) of each; `values` one behind the other, in the order of their names.
    """

    shapes: Sequence[tuple[str, ...]]
    shape: npt.NDArray[np.int32]
    values: Array

    @classmethod
    def of(cls, contents: Sequence[Mapping[str, Any]], shapes: Shaping, kind: type = int) -> Contents:
        """The column of some contents; `kind` of their numbers: int (or None), or float."""
        shape = np.array([shapes[tuple(one)] for one in contents], np.int32)
        values = list(chain.from_iterable(one.values() for one in contents))
        return cls(tuple(shapes), shape, said(values) if kind is int else np.array(values, np.float64))

    @cached_property
    def _lengths(self) -> Array:
        return np.array([len(names) for names in self.shapes], np.int64)[self.shape]

    @cached_property
    def starts(self) -> Whole:
        """(rows + 1) where the values of each row begin."""
        return np.concatenate([np.zeros(1, np.int64), np.cumsum(self._lengths)])

    def rows(self, first: int, end: int) -> list[dict[str, Any]]:
        """The contents of some rows."""
        low, high = self.starts[[first, end]].tolist()
        here = self.values[low:high]
        told = here.tolist()
        if here.dtype.kind == "i" and (here == NOT_SAID).any():
            told = [None if one == NOT_SAID else one for one in told]
        rest, shapes = iter(told), self.shapes
        return [dict(zip(shapes[shape], rest, strict=False)) for shape in self.shape[first:end].tolist()]

    def of_name(self, name: str, unsaid: int = 0) -> Whole:
        """(rows) the number of one name; `unsaid` where nobody said how much."""
        position = np.array([names.index(name) if name in names else -1 for names in self.shapes], np.int64)
        at = position[self.shape] if len(position) else np.zeros(0, np.int64)
        there = np.flatnonzero(at >= 0)
        out = np.zeros(len(self.shape), np.int64)
        out[there] = self.values[self.starts[there] + at[there]]
        out[out == NOT_SAID] = unsaid
        return out

    def joined(self, more: Contents) -> Contents:
        """These rows and others behind them, whose shapes begin as these do."""
        return Contents(
            more.shapes, np.concatenate([self.shape, more.shape]), np.concatenate([self.values, more.values])
        )

    def replaced(self, places: Array, by: Contents) -> Contents:
        """The same with other contents at some places (sorted)."""
        if not len(places):
            return self
        shape = self.shape.copy()
        shape[places] = by.shape
        parts, done = [], 0
        mine = zip(self.starts[places].tolist(), self.starts[places + 1].tolist(), strict=True)
        for (begin, end), (low, high) in zip(mine, pairwise(by.starts.tolist()), strict=True):
            parts += [self.values[done:begin], by.values[low:high]]
            done = end
        return Contents(by.shapes, shape, np.concatenate([*parts, self.values[done:]]))

    def taken(self, places: Array) -> Contents:
        """Some of the rows, in any order."""
        lengths = self._lengths[places]
        ends = np.cumsum(lengths)
        at = np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(self.starts[places] - ends + lengths, lengths)
        return Contents(self.shapes, self.shape[places], self.values[at])
