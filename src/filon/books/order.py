"""The order in which movements happened; a date is a day, not midnight.

Exact times are taken at their word. A movement that only has a day is placed as early in its day as what it needs
allows: after the receipts and steps of that day that fill the holding it takes from. So a workbook of days and a
plant's log of seconds can be posted together, and the order never depends on which file came first.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from operator import itemgetter

from filon.books.lot import LotId, SiteId
from filon.books.movement import RANK, Kind, Movement
from filon.core.finding import Finding, found

TRANSIT = SiteId("transit")


def ordered(moves: Iterable[Movement]) -> tuple[list[list[Movement]], list[Finding]]:
    """Movements, oldest first; among simultaneous ones producers before users, then by kind, then by key.

    Returns:
        (movements that are one deed, i.e. the steps of one campaign at one time together and all others alone;
        findings BOK-025 where simultaneous movements need each other). The same whatever the order given.
    """
    deeds = _deeds(sorted(moves, key=lambda move: (move.since, move.said.key)))
    findings: list[Finding] = []
    in_order: list[list[Movement]] = []
    for some in _together(deeds):
        in_order += _settled(some, findings) if len(some) > 1 else some
    return in_order, findings


def _settled(deeds: Sequence[list[Movement]], findings: list[Finding]) -> list[list[Movement]]:
    """Deeds that may have happened at one time, in the order in which they need each other."""
    clock = _Clock(deeds)
    for ring in clock.rings():
        for index in sorted(ring):
            clock.settle(index, findings)
    keys = [
        (clock.time[index], clock.depth[index], RANK[deed[0].kind], deed[0].campaign, deed[0].said.key)
        for index, deed in enumerate(deeds)
    ]
    return [deeds[index] for index in sorted(range(len(deeds)), key=keys.__getitem__)]


def _together(deeds: Iterable[list[Movement]]) -> Iterator[list[list[Movement]]]:
    """Deeds in order of time, those that may overlap together; in a log of seconds most are alone."""
    some: list[list[Movement]] = []
    until: datetime | None = None
    for deed in deeds:
        if until is not None and deed[0].since > until:
            yield some
            some, until = [], None
        some.append(deed)
        until = deed[0].until if until is None else max(until, deed[0].until)
    if some:
        yield some


def _deeds(moves: Iterable[Movement]) -> list[list[Movement]]:
    """Steps of one campaign at one time are one deed."""
    deeds: list[list[Movement]] = []
    campaigns: dict[tuple[str, datetime, datetime], list[Movement]] = {}
    for move in moves:
        same = campaigns.get((move.campaign, move.since, move.until)) if move.campaign else None
        if same is not None:
            same.append(move)
            continue
        deeds.append([move])
        if move.campaign:
            campaigns[move.campaign, move.since, move.until] = deeds[-1]
    return deeds


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


def overlap(one: Movement, other: Movement) -> bool:
    """Whether two movements may have happened at the same time."""
    return one.since <= other.until and one.until >= other.since


class _Rings:
    """Strongly connected components, found one after the other (Tarjan 1972)."""

    def __init__(self, producers: Callable[[int], list[int]]) -> None:
        self.producers = producers
        self.number: dict[int, int] = {}
        self.low: dict[int, int] = {}
        self.path: list[int] = []
        self.on_path: set[int] = set()

    def of(self, start: int) -> Iterator[list[int]]:
        """The rings that can be reached from a deed and were not told before, without recursion."""
        work = [] if start in self.number else [(start, 0)]
        while work:
            index, step = work.pop()
            producers = self.producers(index)
            if step == 0:
                self._visit(index)
            else:
                self.low[index] = min(self.low[index], self.low.get(producers[step - 1], len(self.number)))
            while step < len(producers) and producers[step] in self.number:
                if producers[step] in self.on_path:
                    self.low[index] = min(self.low[index], self.number[producers[step]])
                step += 1
            if step < len(producers):
                work += [(index, step + 1), (producers[step], 0)]
            elif self.low[index] == self.number[index]:
                ring = _popped(self.path, index)
                self.on_path.difference_update(ring)
                yield ring

    def _visit(self, index: int) -> None:
        self.number[index] = self.low[index] = len(self.number)
        self.path.append(index)
        self.on_path.add(index)


def _popped(path: list[int], last: int) -> list[int]:
    ring = [path.pop()]
    while ring[-1] != last:
        ring.append(path.pop())
    return ring


class _Clock:
    """Settles one time and one depth a deed, following what it needs; memory of one run."""

    def __init__(self, deeds: Sequence[list[Movement]]) -> None:
        self.deeds = deeds
        self.time: dict[int, datetime] = {}
        self.depth: dict[int, int] = {}
        self.fillers: dict[LotId, list[tuple[datetime, int, SiteId]]] = defaultdict(list)  # oldest first
        self.longest = max((deed[0].until - deed[0].since for deed in deeds), default=timedelta())
        for index, deed in enumerate(deeds):
            for move in deed:
                for lot, site in adds(move):
                    self.fillers[lot].append((move.since, index, site))
        self._waits_for: dict[int, list[int]] = {}

    def producers(self, index: int) -> list[int]:
        """Deeds that fill what this one takes from and may have happened at the same time."""
        if (known := self._waits_for.get(index)) is not None:
            return known
        deed = self.deeds[index]
        out: set[int] = set()
        for move in deed:
            for lot, site in needs(move):
                out.update(self._fillers(lot, site, move))
        out.discard(index)
        self._waits_for[index] = sorted(out)
        return self._waits_for[index]

    def _fillers(self, lot: LotId, site: SiteId, move: Movement) -> Iterator[int]:
        fills = self.fillers.get(lot, [])
        first = bisect_left(fills, move.since - self.longest, key=itemgetter(0))
        for at in range(first, len(fills)):
            since, index, place = fills[at]
            if since > move.until:
                return
            if self.deeds[index][0].until >= move.since and (not site or not place or place == site):
                yield index

    def rings(self) -> Iterator[list[int]]:
        """Deeds that need each other together, all others alone; producers before users.

        Rings are found first, so that where a ring is opened depends on its members only and not on who else is in the
        books.
        """
        search = _Rings(self.producers)
        for start in range(len(self.deeds)):
            if self.producers(start):
                yield from search.of(start)
            elif start not in search.number:  # most deeds: nothing that they need happened at that time
                search.number[start] = len(search.number)
                yield [start]

    def settle(self, start: int, findings: list[Finding]) -> None:
        """Settle a deed after everything it may wait for."""
        if not self.producers(start):
            self._set(start)
            return
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
                move = self.deeds[index][0]
                findings.append(found("BOK-025", move.said.place, site=move.site))
            self._set(index)
            waiting.discard(index)
            stack.pop()

    def _set(self, index: int) -> None:
        move = self.deeds[index][0]
        earliest = move.until if move.kind is Kind.COUNT else move.since  # a day's stocktake closes the day
        if not self.producers(index):
            self.time[index], self.depth[index] = earliest, 0
            return
        before = [other for other in self.producers(index) if other in self.time]
        moment = max([earliest, *(self.time[other] for other in before)])
        self.time[index] = min(moment, move.until)
        same = [self.depth[other] for other in before if self.time[other] == self.time[index]]
        self.depth[index] = max(same, default=-1) + 1
