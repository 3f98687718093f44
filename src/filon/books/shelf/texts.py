"""Names in columns: every identifier once, known by its number; which number a name has is found by its hash."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any, TypeAlias, cast

import numpy as np
import numpy.typing as npt

Ids: TypeAlias = npt.NDArray[np.int32]

_LONE = "surrogatepass"
"""JSON may hold half a character, and so may a name."""


@dataclass(frozen=True)
class Texts:
    """Names by number.

    Args:
        text: UTF-8 of all, end to end; `ends` (names + 1) where each begins, and the whole length.
        hashes: (names) of all, sorted; `place` whose each is.
    """

    text: npt.NDArray[np.uint8]
    ends: npt.NDArray[np.int64]
    hashes: npt.NDArray[np.uint64]
    place: Ids

    @classmethod
    def none(cls) -> Texts:
        """No names."""
        return cls(np.zeros(0, np.uint8), np.zeros(1, np.int64), np.zeros(0, np.uint64), np.zeros(0, np.int32))

    def __len__(self) -> int:
        return len(self.place)

    def __getitem__(self, number: int) -> str:
        ends = self._ends
        return str(self._text[ends[number] : ends[number + 1]], "utf-8", _LONE)

    def many(self, numbers: npt.NDArray[Any]) -> list[str]:
        """The names of these numbers; of a number that comes again, the same one."""
        known: dict[int, str] = {}
        out = []
        for number in numbers.tolist():
            name = known.get(number)
            if name is None:
                name = known[number] = self[number]
            out.append(name)
        return out

    def find(self, name: str) -> int | None:
        """The number of a name; None if there is no such name."""
        mark = _hash(name.encode("utf-8", _LONE))
        at = bisect_left(self._hashes, mark)
        while at < len(self._hashes) and self._hashes[at] == mark:
            if self[number := int(self.place[at])] == name:
                return number
            at += 1
        return None

    def with_more(self, names: Sequence[bytes]) -> Texts:
        """These names and others behind them."""
        ends = np.cumsum([int(self.ends[-1]), *map(len, names)], dtype=np.int64)
        hashes = np.concatenate([self.hashes, np.array([_hash(name) for name in names], np.uint64)])
        place = np.concatenate([self.place, np.arange(len(self), len(self) + len(names), dtype=np.int32)])
        order = np.argsort(hashes, kind="stable")
        text = np.concatenate([self.text, np.frombuffer(b"".join(names), np.uint8)])
        return Texts(text, np.concatenate([self.ends, ends[1:]]), hashes[order], place[order])

    @cached_property
    def _text(self) -> memoryview:
        return viewed(self.text)

    @cached_property
    def _ends(self) -> memoryview:
        return viewed(self.ends)

    @cached_property
    def _hashes(self) -> memoryview:
        return viewed(self.hashes)


def viewed(array: npt.NDArray[Any]) -> memoryview:
    """The same memory, which Python's own loops read several times quicker than an array."""
    return memoryview(cast("Any", np.ascontiguousarray(array)))


def _hash(name: bytes) -> int:
    return int.from_bytes(blake2b(name, digest_size=8).digest(), "little")


class Naming(dict[str, int]):
    """{name: its number}, of names already known and of others, which get the next numbers as they are met."""

    def __init__(self, base: Texts) -> None:
        super().__init__()
        self._base = base
        self._more: list[bytes] = []

    def __missing__(self, name: str) -> int:
        number = self._base.find(name) if len(self._base) else None
        if number is None:
            number = len(self._base) + len(self._more)
            self._more.append(name.encode("utf-8", _LONE))
        self[name] = number
        return number

    def numbers(self, names: Iterable[str]) -> Ids:
        """The numbers of some names."""
        return np.array([self[name] for name in names], np.int32)

    def texts(self) -> Texts:
        """All names."""
        return self._base.with_more(self._more)
