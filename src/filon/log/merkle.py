"""The Merkle tree over the log's entries: one hash stands for all of them, and short proofs for each.

Only hashes of complete subtrees are kept: `node (level, index)` covers leaves `index * 2**level` up to but not
including `(index + 1) * 2**level`. They never change, so whoever can read nodes can give the root of any earlier
size and every proof with a fold of O(log n) hashes. Knows hashes only, not what the entries say.

    frontier = Frontier()
    nodes = frontier.grow([leaf_hash(b"first"), leaf_hash(b"second")])   # to be stored
    frontier.root()

Source: RFC 6962, section 2.1; RFC 9162, section 2.1.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

HASH_SIZE = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
"""Root of the log without entries."""

Nodes = Callable[[int, int], bytes]
"""Gives the stored hash of the complete subtree (level, index)."""


def leaf_hash(entry: bytes) -> bytes:
    """Hash of one entry.

    Source: RFC 6962, 2.1: SHA-256(0x00 || entry).
    """
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of two neighbouring subtrees.

    Source: RFC 6962, 2.1: SHA-256(0x01 || left || right).
    """
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(slots=True)
class Frontier:
    """The roots of the complete subtrees that make up a tree, largest first: all that growing needs.

    Args:
        size: leaves so far.
        hashes: one hash per set bit of `size`.
    """

    size: int = 0
    hashes: list[bytes] = field(default_factory=list)

    def grow(self, leaf_hashes: Iterable[bytes]) -> list[tuple[int, int, bytes]]:
        """Take leaves at the right edge.

        Returns:
            (level, index, hash) of every subtree that became complete, leaves included; children before parents.
        """
        completed = []
        for leaf in leaf_hashes:
            level, index, node = 0, self.size, leaf
            completed.append((0, index, node))
            while index & 1:
                node = node_hash(self.hashes.pop(), node)
                level, index = level + 1, index >> 1
                completed.append((level, index, node))
            self.hashes.append(node)
            self.size += 1
        return completed

    def root(self) -> bytes:
        """RFC 6962 root hash of the tree as it stands."""
        return _fold(self.hashes) if self.hashes else EMPTY_ROOT


def frontier(nodes: Nodes, size: int) -> Frontier:
    """The frontier of the first `size` leaves, read from stored nodes."""
    return Frontier(size, [nodes(level, index) for level, index in spans(0, size)])


def spans(low: int, high: int) -> Iterator[tuple[int, int]]:
    """(level, index) of the fewest complete subtrees that cover leaves low..high-1, from left to right."""
    while low < high:
        aligned = (low & -low).bit_length() - 1 if low else high.bit_length()
        level = min(aligned, (high - low).bit_length() - 1)
        yield level, low >> level
        low += 1 << level


def root(nodes: Nodes, size: int) -> bytes:
    """MTH(D[0:size])."""
    return subtree(nodes, 0, size) if size else EMPTY_ROOT


def subtree(nodes: Nodes, low: int, high: int) -> bytes:
    """MTH(D[low:high]) where low is a multiple of the power of two that is not less than high - low.

    That is so for every subtree the proofs of RFC 6962 speak of.
    """
    return _fold([nodes(level, index) for level, index in spans(low, high)])


def inclusion_path(nodes: Nodes, index: int, size: int) -> list[bytes]:
    """The hashes that lead from leaf `index` to the root of `size` leaves, leaf's sibling first.

    Raises:
        IndexError: the leaf is not in that tree.

    Source: RFC 6962, 2.1.1.
    """
    if not 0 <= index < size:
        raise IndexError(index)
    path, low, high = [], 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        other = (middle, high) if index < middle else (low, middle)
        path.append(subtree(nodes, *other))
        low, high = (low, middle) if index < middle else (middle, high)
    return path[::-1]


def consistency_path(nodes: Nodes, old: int, new: int) -> list[bytes]:
    """The hashes that show that the tree of `new` leaves begins with that of `old`.

    Raises:
        IndexError: not 0 < old <= new.

    Source: RFC 6962, 2.1.2.
    """
    if not 0 < old <= new:
        raise IndexError(old)
    path, low, high, whole = [], 0, new, True
    while old < high:
        middle = low + _split(high - low)
        if old <= middle:
            path.append(subtree(nodes, middle, high))
            high = middle
        else:
            path.append(subtree(nodes, low, middle))
            low, whole = middle, False
    if not whole:
        path.append(subtree(nodes, low, high))
    return path[::-1]


def includes(index: int, size: int, path: Sequence[bytes], leaf: bytes, root_hash: bytes) -> bool:
    """Whether the path leads from the leaf hash at `index` to the root of `size` leaves.

    Source: RFC 9162, 2.1.3.2.
    """
    if not 0 <= index < size or not _well_formed([*path, leaf, root_hash]):
        return False
    place, last, node = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            node = node_hash(sibling, node)
            place, last = _up_to_odd(place, last)
        else:
            node = node_hash(node, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and node == root_hash


def consistent(old: int, new: int, path: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Whether the path shows that the tree of `new` leaves begins with that of `old`.

    A tree of size 0 begins every tree and has nothing to show; this verifier refuses it, callers handle it.

    Source: RFC 9162, 2.1.4.2.
    """
    if old == new > 0:
        return not path and old_root == new_root
    if not 0 < old < new or not _well_formed([*path, old_root, new_root]):
        return False
    hashes = [old_root, *path] if old & (old - 1) == 0 else list(path)
    if not path:
        return False
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = hashes[0]
    for other in hashes[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            before, after = node_hash(other, before), node_hash(other, after)
            place, last = _up_to_odd(place, last)
        else:
            after = node_hash(after, other)
        place, last = place >> 1, last >> 1
    return last == 0 and before == old_root and after == new_root


def _split(size: int) -> int:
    """The largest power of two smaller than `size`, for size > 1."""
    return 1 << ((size - 1).bit_length() - 1)


def _fold(hashes: Sequence[bytes]) -> bytes:
    """The root over subtrees that shrink from left to right."""
    node = hashes[-1]
    for left in reversed(hashes[:-1]):
        node = node_hash(left, node)
    return node


def _up_to_odd(place: int, last: int) -> tuple[int, int]:
    """Both a level up until `place` is a right child or 0, where it stands without a sibling."""
    while place and not place & 1:
        place, last = place >> 1, last >> 1
    return place, last


def _well_formed(hashes: Iterable[bytes]) -> bool:
    return all(len(each) == HASH_SIZE for each in hashes)
