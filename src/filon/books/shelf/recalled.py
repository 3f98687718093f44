"""What a posting run remembers of lots, out of columns: looked up when it is asked for, and from then on its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from enum import IntFlag, auto
from typing import Any, TypeVar, cast, overload

import numpy as np
import numpy.typing as npt

from filon.books.shelf.texts import Texts

K = TypeVar("K")
V = TypeVar("V")
D = TypeVar("D")

_NOTHING: Any = object()


class Recalled(dict[K, V]):
    """A dictionary that asks for what it does not hold.

    Args:
        ask: what is known of a key; None = nothing.
        fresh: makes what a key without anything gets when it is asked for by `[..]`; None = it is an error.
    """

    def __init__(self, ask: Callable[[K], V | None], fresh: Callable[[], V] | None = None) -> None:
        super().__init__()
        self._ask, self._fresh = ask, fresh

    def __missing__(self, key: K) -> V:
        value = self._ask(key)
        if value is None:
            if self._fresh is None:
                raise KeyError(key)
            value = self._fresh()
        self[key] = value
        return value

    def __contains__(self, key: object) -> bool:
        return self.get(cast("K", key)) is not None

    @overload
    def get(self, key: K, default: None = None, /) -> V | None: ...
    @overload
    def get(self, key: K, default: V, /) -> V: ...
    @overload
    def get(self, key: K, default: D, /) -> V | D: ...
    def get(self, key: K, default: Any = None, /) -> Any:
        """What is known of a key."""
        value = super().get(key, _NOTHING)
        if value is not _NOTHING:
            return value
        told = self._ask(key)
        if told is None:
            return default
        self[key] = told
        return told


class Trait(IntFlag):
    """What a run remembers of a name."""

    KNOWN = auto()
    BORN = auto()
    NAMED = auto()
    GIVEN = auto()
    PIECES = auto()
    NOTES = auto()
    CAMPAIGNS = auto()
    MADE = auto()
    UNSETTLED = auto()
    BACK = auto()


class Names(set[str]):
    """The names that have a trait, and those that got it since."""

    def __init__(self, traits: npt.NDArray[np.uint16], trait: Trait, texts: Texts) -> None:
        super().__init__()
        self._traits, self._trait, self._texts = traits, np.uint16(trait), texts

    def __contains__(self, name: object) -> bool:
        if super().__contains__(name):
            return True
        number = self._texts.find(name) if isinstance(name, str) else None
        return number is not None and bool(self._traits[number] & self._trait)

    def __iter__(self) -> Iterator[str]:
        before = self._texts.many(np.flatnonzero(self._traits & self._trait))
        return iter(self.since.union(before))

    @property
    def since(self) -> frozenset[str]:
        """Those that got it since; they may have had it before."""
        return frozenset(super().__iter__())


def since(names: Iterable[str]) -> AbstractSet[str]:
    """Of a set of names those that are not told by columns."""
    return names.since if isinstance(names, Names) else frozenset(names)
