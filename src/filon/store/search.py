"""How an identifier is found from a few typed characters; the same rule in every store."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

SHORT = 3
"""Texts under so many characters are sought at the beginning of the last part only."""


def tail(identifier: str) -> str:
    """The last part of an identifier: `.../21/PK0007` gives `PK0007`, `urn:x:lot:7` gives `7`."""
    return identifier[max(map(identifier.rfind, "/:#")) + 1 :]


def matches(part: str, identifier: str) -> bool:
    """Whether the search box finds the identifier."""
    sought = part.lower()
    return sought in identifier.lower() if len(part) >= SHORT else tail(identifier).lower().startswith(sought)


def total(rows: Iterable[Hashable]) -> tuple[int, int]:
    """(how many, a number that any other rows have by one in 2**64); the order does not matter."""
    count = summed = 0
    for row in rows:
        count, summed = count + 1, (summed + hash(row)) & _MASK
    return count, summed


_MASK = (1 << 64) - 1
