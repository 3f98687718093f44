"""The order in which movements happened; a date is a day, not midnight.

Exact times are taken at their word. A movement that only has a day is placed as early in its day as what it needs
allows: after the receipts and steps of that day that fill the holding it takes from. So a workbook of days and a
plant's log of seconds can be posted together, and the order never depends on which file came first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from filon.books.lot import LotId, SiteId
from filon.books.movement import RANK, Kind, Movement
from filon.core.finding import Finding, found

TRANSIT = SiteId("transit")


def ordered(moves: Iterable[Movement]) -> tuple[list[Movement], list[Finding]]:
    """Movements, oldest first; among simultaneous ones producers before users, then by kind, then by key.

    Returns:
        (movements, findings BOK-025 where simultaneous movements need each other).
    """
    listed = list(moves)
    clock = _Clock(listed)
    findings: list[Finding] = []
    for index in range(len(listed)):
        clock.settle(index, findings)
    depth = dict(clock.depth)
    for (
        members
    ) in clock.campaigns().values():  # one campaign at one time is one step: all of it waits for the last input
        last = max(depth[index] for index in members)
        depth.update(dict.fromkeys(members, last))
    keys = [
        (clock.time[index], depth[index], RANK[move.kind], move.campaign, move.said.key)
        for index, move in enumerate(listed)
    ]
    return [listed[index] for index in sorted(range(len(listed)), key=keys.__getitem__)], findings


def adds(move: Movement) -> list[tuple[LotId, SiteId]]:
    """The holdings a movement fills."""
    if move.kind is Kind.DISPATCH:
        return [(line.lot, TRANSIT) for line in move.takes]
    if move.kind is Kind.VOID:
        return [(line.lot, move.site) for line in move.takes]
    if move.kind in {Kind.ASSEMBLY, Kind.PACKING}:
        return [(move.parent, move.site)]
    renamed = [(move.own, move.site)] if move.own else []
    return [(line.lot, move.site) for line in move.gives if move.kind is not Kind.COUNT] + renamed


def needs(move: Movement) -> list[tuple[LotId, SiteId]]:
    """The holdings a movement takes from."""
    if move.kind in {Kind.RECEIPT, Kind.VOID}:
        return [(line.lot, TRANSIT) for line in move.gives or move.takes]
    if move.kind is Kind.COUNT:
        return [(line.lot, move.site) for line in move.gives]
    if move.kind in {Kind.DISASSEMBLY, Kind.UNPACKING}:
        return [(move.parent, move.site)]
    return [(line.lot, move.site) for line in move.takes]


class _Clock:
    """Settles one time and one depth a movement, following what it needs; memory of one run."""

    def __init__(self, listed: list[Movement]) -> None:
        self.listed = listed
        self.time: dict[int, datetime] = {}
        self.depth: dict[int, int] = {}
        self.fillers: dict[LotId, list[int]] = defaultdict(list)
        vague = {move.since for move in listed if move.since != move.until}
        moments: dict[datetime, int] = defaultdict(int)
        for move in listed:
            moments[move.since] += 1
        self.crowded = {moment for moment, count in moments.items() if count > 1} | vague
        self.vague = bool(vague)
        for index, move in enumerate(listed):
            for lot, _ in adds(move):
                self.fillers[lot].append(index)

    def producers(self, index: int) -> list[int]:
        """Movements that fill what this one takes from and may have happened at the same time."""
        move = self.listed[index]
        if not self.vague and move.since not in self.crowded:
            return []
        out = []
        for lot, site in needs(move):
            for other in self.fillers.get(lot, ()):
                fill = self.listed[other]
                if (
                    other != index
                    and fill.since <= move.until
                    and fill.until >= move.since
                    and self._meets(fill, lot, site)
                ):
                    out.append(other)
        return out

    @staticmethod
    def _meets(fill: Movement, lot: LotId, site: SiteId) -> bool:
        return any(name == lot and (not site or not place or place == site) for name, place in adds(fill))

    def settle(self, start: int, findings: list[Finding]) -> None:
        """Settle a movement after everything it may wait for (without recursion: chains can be long)."""
        stack, waiting = [start], set[int]()
        while stack:
            index = stack[-1]
            if index in self.time:
                stack.pop()
                continue
            open_ones = [other for other in self.producers(index) if other not in self.time]
            loop = [other for other in open_ones if other in waiting]
            if index not in waiting and open_ones and not loop:
                waiting.add(index)
                stack.extend(open_ones)
                continue
            if loop:
                findings.append(found("BOK-025", self.listed[index].said.place, site=self.listed[index].site))
            self._set(index)
            waiting.discard(index)
            stack.pop()

    def _set(self, index: int) -> None:
        move = self.listed[index]
        before = [other for other in self.producers(index) if other in self.time]
        earliest = move.until if move.kind is Kind.COUNT else move.since  # a day's stocktake closes the day
        moment = max([earliest, *(self.time[other] for other in before)])
        self.time[index] = min(moment, move.until)
        same = [self.depth[other] for other in before if self.time[other] == self.time[index]]
        self.depth[index] = max(same, default=-1) + 1

    def campaigns(self) -> dict[tuple[str, datetime], list[int]]:
        """Steps of one campaign that are settled at one time."""
        groups: dict[tuple[str, datetime], list[int]] = defaultdict(list)
        for index, move in enumerate(self.listed):
            if move.campaign:
                groups[move.campaign, self.time[index]].append(index)
        return groups
