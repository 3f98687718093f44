"""Checking an entry and the tree against stored bytes: what does not hold becomes a finding with its place.

Nothing here is believed: leaf, commitment, hash and time are made again from what is kept, and compared.

Findings: LOG-004 to LOG-010.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import orjson

from filon.core.errors import StoreError, WrongCallError
from filon.core.finding import Finding, Place, found
from filon.log.leaf import canonical, commitment, leaf, moment_text
from filon.log.merkle import Frontier, leaf_hash
from filon.log.store import Kept

_MEMBERS = {"alg", "commitment", "logged", "type", "v"}


def entry_findings(kept: Kept, learned_before: int) -> list[Finding]:
    """What is wrong with an entry's stored bytes.

    Args:
        kept: as stored.
        learned_before: microseconds, of the entry before.

    Findings:
        LOG-004, LOG-005, LOG-006, LOG-007, LOG-008.
    """
    hashed = leaf_hash(kept.leaf)
    if hashed == kept.leaf_hash and kept.learned >= learned_before and _made_again(kept) == kept.leaf:
        return []
    place = Place(entry=kept.index)
    findings = []
    if hashed != kept.leaf_hash:
        expected, got = hashed.hex(), kept.leaf_hash.hex()
        findings.append(found("LOG-005", place, expected=expected, found=got, entry=kept.index))
    told = _told(kept.leaf)
    if told is None:
        return [*findings, found("LOG-004", place, entry=kept.index)]
    when = _when(kept.learned)
    if told["logged"] != when or kept.learned < learned_before:
        findings.append(found("LOG-008", place, expected=str(told["logged"]), found=when, entry=kept.index))
    return findings + _payload_findings(kept, told)


def _payload_findings(kept: Kept, told: dict[str, Any]) -> list[Finding]:
    place = Place(entry=kept.index)
    if kept.data is None:
        return []
    committed = _committed(kept)
    if committed == told["commitment"]:
        return []
    return [found("LOG-006", place, expected=str(told["commitment"]), found=committed, entry=kept.index)]


def _made_again(kept: Kept) -> bytes | None:
    """The leaf as it must be; None where what was said cannot be read. Of an erased entry only the form is known."""
    if kept.data is None:
        told = _told(kept.leaf)
        return kept.leaf if told and told["logged"] == _when(kept.learned) else None
    if kept.said is None or kept.salts is None:
        return None
    try:
        return leaf(kept.said, kept.salts, kept.learned)
    except (WrongCallError, StoreError, ValueError):
        return None


def _when(learned: int) -> str:
    """The time as leaves write it; what is beyond the calendar, as the number that is kept."""
    try:
        return moment_text(learned)
    except StoreError:
        return str(learned)


def _committed(kept: Kept) -> str:
    if kept.said is None or kept.salts is None:
        return ""
    try:
        return commitment(kept.said, kept.salts).hex()
    except WrongCallError:
        return ""


def _told(leaf_bytes: bytes) -> dict[str, Any] | None:
    """The members of a leaf; None if the bytes are not exactly what we write."""
    try:
        told = orjson.loads(leaf_bytes)
    except ValueError:
        return None
    return told if isinstance(told, dict) and told.keys() == _MEMBERS and canonical(told) == leaf_bytes else None


class TreeCheck:
    """The tree grown again from leaf hashes, beside the stored one; memory stays flat.

    Args:
        stored: gives the stored (index, hash) of a level above 0, in order.
        roots: {size: what to call with the root when the tree has that size}.
    """

    def __init__(
        self, stored: Callable[[int], Iterator[tuple[int, bytes]]], roots: dict[int, Callable[[bytes], None]]
    ) -> None:
        self.edge = Frontier()
        self.nodes = 0
        self._stored = stored
        self._levels: list[Iterator[tuple[int, bytes]]] = []
        self._ahead: list[tuple[int, bytes] | None] = []
        self._roots = roots
        self._at_size()

    def grow(self, hashes: Sequence[bytes]) -> list[Finding]:
        """Take the next leaf hashes.

        Findings:
            LOG-009: a stored node that is missing, wrong or has no business there.
        """
        findings: list[Finding] = []
        start, end = self.edge.size, self.edge.size + len(hashes)
        # The root is asked at every size that a checkpoint covers.
        for stop in (*sorted(size for size in self._roots if start < size < end), end):
            for level, index, node in self.edge.grow(hashes[self.edge.size - start : stop - start]):
                if level:
                    self.nodes += 1
                    if level <= len(self._ahead) and self._ahead[level - 1] == (index, node):
                        self._ahead[level - 1] = next(self._levels[level - 1], None)
                    else:
                        findings += self._compare(level, index, node)
            self._at_size()
        return findings

    def rest(self, top: int = 64) -> Iterator[Finding]:
        """What is stored beyond the tree.

        Findings:
            LOG-009.
        """
        for level in range(1, top):
            self._reach(level)
            while (ahead := self._ahead[level - 1]) is not None:
                yield _node_finding(level, ahead[0], b"", ahead[1])
                self._ahead[level - 1] = next(self._levels[level - 1], None)

    def _compare(self, level: int, index: int, node: bytes) -> Iterator[Finding]:
        self._reach(level)
        while (ahead := self._ahead[level - 1]) is not None and ahead[0] < index:
            yield _node_finding(level, ahead[0], b"", ahead[1])
            self._ahead[level - 1] = next(self._levels[level - 1], None)
        if ahead is not None and ahead[0] == index:
            self._ahead[level - 1] = next(self._levels[level - 1], None)
            if ahead[1] != node:
                yield _node_finding(level, index, node, ahead[1])
        else:
            yield _node_finding(level, index, node, b"")

    def _reach(self, level: int) -> None:
        while len(self._levels) < level:
            self._levels.append(self._stored(len(self._levels) + 1))
            self._ahead.append(next(self._levels[-1], None))

    def _at_size(self) -> None:
        if self.edge.size in self._roots:
            self._roots[self.edge.size](self.edge.root())


def _node_finding(level: int, index: int, expected: bytes, got: bytes) -> Finding:
    first = index << level
    return found(
        "LOG-009",
        Place(entry=first, pointer=f"/node/{level}/{index}"),
        expected=expected.hex(),
        found=got.hex(),
        level=level,
        index=index,
        first=first,
        last=first + (1 << level) - 1,
    )
