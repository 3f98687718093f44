"""The cone of a lot: every lot whose matter can be in it, and the events that tell of them, found by repeated lookups.

Nobody posts a whole ledger to answer for one pack. The cone follows inputs of steps, children of assemblies, old names,
batches of serial numbers and containers backwards; `post(said, register, scope)` of its answer gives for every
lot in the cone's tip exactly what the whole ledger gives: content, origins, holdings.

    said, scope = cone({pack}, lookup)
    book = post(said, register, scope)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from filon.books.effective import Standing, made, standing
from filon.books.movement import Kind, Movement, Said, movements
from filon.books.order import adds, needs, overlap
from filon.books.register import serial
from filon.core.finding import Finding
from filon.core.ident import elements
from filon.epcis.event import Event

Lookup = Callable[[set[str]], Iterable[Said]]
"""{names} -> all events that bear any of them (see `names`), in any order, repeats allowed."""


def names(event: Event) -> Iterator[str]:
    """All names by which an event must be found: lots, pieces, parent, campaign, a receiver's own number.

    A declared error is found by the event's own identifier too, a batch whose pieces have serial numbers by its GTIN,
    and pieces by their GTIN in another way: there are few batches and many pieces.
    """
    for items in (event.quantityList, event.childQuantityList, event.inputQuantityList, event.outputQuantityList):
        yield from (item.epcClass for item in items)
    yield from _pieces(event)
    yield from filter(None, (event.parentID, event.transformationID, str(event.own("own") or "")))
    yield from further(event)


def further(event: Event) -> Iterator[str]:
    """Those of its names that stand in none of its members as they are."""
    if event.errorDeclaration and event.eventID:
        yield event.eventID
    yield from dict.fromkeys(pieces_of(number[0]) for piece in _pieces(event) if (number := serial(piece)))
    if event.trait("serials"):
        listed = (*event.quantityList, *event.childQuantityList, *event.inputQuantityList, *event.outputQuantityList)
        yield from filter(None, (elements(item.epcClass).get("01") for item in listed))


def _pieces(event: Event) -> tuple[str, ...]:
    return (*event.epcList, *event.childEPCs, *event.inputEPCList, *event.outputEPCList)


def pieces_of(number: str) -> str:
    """The name by which all pieces of a GTIN are found."""
    return f"{number}/21"


def cone(lots: Iterable[str], lookup: Lookup) -> tuple[list[Said], frozenset[str]]:
    """The events and lots that a book of these lots needs.

    Args:
        lots: the tip: lots or pieces asked about.
        lookup: gives all events that bear any of some names; called once a generation of lots.

    Returns:
        (events sorted by key, scope). In `post(events, register, scope)` the tip and all its forebears have the
        holdings, contents and origins that they have in the book of the whole ledger, to the mg.
    """
    search = _Search()
    search.lots += lots
    search.spread()
    while search.asking:
        asked, search.asking = search.asking, set()
        search.asked |= asked
        search.learn(list(lookup(asked)))
    return sorted((search.heard[key] for key in search.counted), key=lambda one: one.key), frozenset(search.scope)


class _Search:
    """What is known of the cone so far; memory of one run. It only grows, so the order of discovery doesn't matter."""

    def __init__(self) -> None:
        self.lots: list[str] = []  # still to enter the scope
        self.keys: list[str] = []  # still to be counted
        self.asking: set[str] = set()
        self.asked: set[str] = set()
        self.scope: set[str] = set()  # lots whose matter can be in the tip
        self.counted: set[str] = set()  # events that the book needs
        self.followed: set[str] = set()  # containers, campaigns, events taken back: all that bear such a name count
        self.feeding: set[str] = set()  # campaigns that made a lot of the scope
        self.heard: dict[str, Said] = {}
        self.moves: dict[str, Movement] = {}
        self.bearing: dict[str, dict[str, None]] = defaultdict(dict)  # name -> keys of events that bear it
        self.batches: dict[str, set[tuple[int, int, str]]] = defaultdict(set)  # GTIN -> serial ranges
        self.pieces: dict[str, list[str]] = defaultdict(list)  # GTIN -> pieces of it in the scope
        self.ranged: dict[str, str] = {}  # batch with serial numbers -> GTIN
        self.waiting: dict[str, list[Movement]] = defaultdict(list)  # lot -> those whose place depends on its filling
        self.at: dict[datetime, list[Movement]] = defaultdict(list)  # counted movements by their beginning

    def learn(self, said: list[Said]) -> None:
        """Take in what a lookup gave."""
        for one in said:
            if one.key not in self.heard:
                self.heard[one.key] = one
                self.moves.update((one.key, move) for move in movements([one]) if not isinstance(move, Finding))
                self._batches(one)
        for one in said:  # also those heard before: their pieces may be of a batch that only now is known
            own = set(names(one.event))
            self._ask(*(name.removesuffix("/21") for name in own & self.asked if name.endswith("/21")))
            for name in own.union(*map(self._batches_of, own)):
                if one.key not in self.bearing[name]:
                    self.bearing[name][one.key] = None
                    self._meet(name, one.key)
        self.spread()

    def spread(self) -> None:
        """Apply the rules until nothing new follows from what was heard."""
        while self.lots or self.keys:
            if self.lots:
                self._enter(self.lots.pop())
            else:
                self._count(self.keys.pop())

    def _enter(self, lot: str) -> None:
        if lot in self.scope:
            return
        self.scope.add(lot)
        if number := serial(lot):
            self.pieces[number[0]].append(lot)
            self._ask(number[0])
        self._ask(lot, pieces_of(self.ranged[lot]) if lot in self.ranged else "")
        self.lots += self._batches_of(lot)
        for key in tuple(self.bearing[lot]):
            self._meet(lot, key)

    def _count(self, key: str) -> None:
        if key in self.counted:
            return
        self.counted.add(key)
        event = self.heard[key].event
        self._follow(event.eventID or "")
        if standing(event) is not Standing.FINAL:
            self._follow(made(event) or "")
        if (move := self.moves.get(key)) is None:
            return
        self._follow(move.campaign)
        if move.kind in {Kind.PACKING, Kind.UNPACKING, Kind.ASSEMBLY}:
            self._follow(move.parent)
        elif move.kind is Kind.DISASSEMBLY and not move.gives:  # all that was put in comes out under its old name
            self.lots.append(move.parent)
        together = self.at[move.since]
        together.append(move)
        if move.since != move.until or len(together) > 1:
            for one in together if len(together) == 2 else [move]:  # noqa: PLR2004 - the first is no longer alone
                self._wait(one)

    def _follow(self, name: str) -> None:
        if name and name not in self.followed:
            self.followed.add(name)
            self._ask(name)
            self.keys += self.bearing[name]

    def _wait(self, move: Movement) -> None:
        """What a movement takes may have come on the same day: to place it, its producers count too."""
        for lot, _ in needs(move):
            self._ask(lot)
            self.waiting[lot].append(move)
            self.keys += [key for key in self.bearing[lot] if self._fills(key, lot, move)]

    def _fills(self, key: str, lot: str, move: Movement) -> bool:
        fill = self.moves.get(key)
        return fill is not None and overlap(fill, move) and any(name == lot for name, _ in adds(fill))

    def _meet(self, name: str, key: str) -> None:
        """An event bears a name: what follows?"""
        move = self.moves.get(key)
        if name in self.scope or name in self.followed or any(self._fills(key, name, it) for it in self.waiting[name]):
            self.keys.append(key)
        if move and name in self.scope:
            self._sources(move, name)
        if move and name in self.feeding and name == move.campaign:
            self.lots += [line.lot for line in move.takes]

    def _sources(self, move: Movement, lot: str) -> None:
        """The lots whose matter a movement puts into a lot."""
        if move.kind is Kind.STEP and any(line.lot == lot for line in move.gives):
            self.lots += [line.lot for line in move.takes]
            if move.campaign and move.campaign not in self.feeding:
                self.feeding.add(move.campaign)
                for key in self.bearing[move.campaign]:
                    self._meet(move.campaign, key)
        elif move.kind in {Kind.ASSEMBLY, Kind.PACKING} and move.parent == lot:
            self.lots += [line.lot for line in move.takes]
        elif move.kind is Kind.DISASSEMBLY and move.parent != lot:
            self.lots.append(move.parent)
        elif move.kind is Kind.RECEIPT and move.own == lot:
            self.lots += [line.lot for line in move.gives]

    def _batches(self, one: Said) -> None:
        move = self.moves.get(one.key)
        if move and move.declared and move.declared.serials:
            for line in move.gives:
                if number := elements(line.lot).get("01"):
                    self.batches[number].add((*move.declared.serials, line.lot))
                    self.ranged[line.lot] = number
                    if line.lot in self.scope:
                        self._ask(pieces_of(number))
                    self.lots += [line.lot for piece in self.pieces[number] if line.lot in self._batches_of(piece)]

    def _batches_of(self, piece: str) -> list[str]:
        """The batches that a piece may be of."""
        number = serial(piece)
        if number is None:
            return []
        return [batch for first, last, batch in self.batches[number[0]] if first <= number[1] <= last]

    def _ask(self, *names: str) -> None:
        self.asking.update(name for name in names if name and name not in self.asked)
