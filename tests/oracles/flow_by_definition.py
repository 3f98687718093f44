"""Reach and shares on a flow graph by their definition: sets and exact fractions, one node after the other, slowly.

Links are lists: `links[node]` = [(older node, share), ..]; nodes in order, so everything a node came from is known.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction

Links = Sequence[Sequence[tuple[int, Fraction]]]


def above(links: Links, begin: set[int]) -> set[int]:
    """All that came before."""
    seen = set(begin)
    for node in reversed(range(len(links))):
        if node in seen:
            seen |= {older for older, _ in links[node]}
    return seen


def below(links: Links, begin: set[int]) -> set[int]:
    """All that came after."""
    seen = set(begin)
    for node, into in enumerate(links):
        if any(older in seen for older, _ in into):
            seen.add(node)
    return seen


def through(links: Links, tips: Mapping[int, Fraction]) -> dict[int, Fraction]:
    """How much of the tips passed through each node; a tip holds what is given, not what others would add."""
    part: dict[int, Fraction] = defaultdict(Fraction)
    for node in reversed(range(len(links))):
        part[node] = tips.get(node, part[node])
        for older, share in links[node]:
            part[older] += part[node] * share
    return {**part, **tips}


def carried(links: Links, tips: Mapping[int, Fraction]) -> dict[int, Fraction]:
    """How much of the tips entered each node, where a link takes that part of its source."""
    part: dict[int, Fraction] = {}
    for node, into in enumerate(links):
        part[node] = tips.get(node, sum((part[older] * drawn for older, drawn in into), Fraction(0)))
    return part


def rows(links: Links, own: Mapping[int, Mapping[int, Fraction]]) -> list[dict[int, Fraction]]:
    """Y = b + W y: what every node holds, by column."""
    table: list[dict[int, Fraction]] = []
    for node, into in enumerate(links):
        row: dict[int, Fraction] = defaultdict(Fraction, own.get(node, {}))
        for older, share in into:
            for column, part in table[older].items():
                row[column] += share * part
        table.append(dict(row))
    return table


def depth(links: Links) -> list[int]:
    """Links on the longest way to each node."""
    deep: list[int] = []
    for into in links:
        deep.append(1 + max((deep[older] for older, _ in into), default=-1))
    return deep
