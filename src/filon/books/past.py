"""What a posting run remembers of the events it has posted, to tell whether others may simply follow.

Posting looks ahead: whose lot it is that a piece belongs to, how many deeds a campaign still has, which receipts of a
delivery note are to come. Events that change none of these answers and happened after all others give the same book
whether they are posted on top or everything anew. Where it is not sure, they may not follow.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from filon.books.effective import Standing, made, standing, taken_back
from filon.books.lot import LotId
from filon.books.movement import Kind, Movement, Said
from filon.core.ident import elements

NEVER = datetime.min.replace(tzinfo=UTC)
_MAKING = frozenset({Kind.BIRTH, Kind.STEP})
_OF_NOTES = frozenset({Kind.DISPATCH, Kind.RECEIPT, Kind.VOID})


@dataclass(slots=True)
class Past:
    """What has been posted.

    Args:
        latest: nothing posted happened after this moment.
        named: lots and pieces that events named; `given` those of them that events made.
        pieces: products of which pieces were named by their serial numbers: what stands before `/21/`.
        notes: delivery notes under which something was received.
        campaigns: order numbers of steps.
        made, unsettled: lots that an event made alone; those of which it was said provisionally or by an umpire.
        back: identifiers and keys of events that were declared errors.
    """

    latest: datetime = NEVER
    named: set[str] = field(default_factory=set)
    given: set[str] = field(default_factory=set)
    pieces: set[str] = field(default_factory=set)
    notes: set[str] = field(default_factory=set)
    campaigns: set[str] = field(default_factory=set)
    made: set[str] = field(default_factory=set)
    unsettled: set[str] = field(default_factory=set)
    back: set[str] = field(default_factory=set)

    def note(self, said: Iterable[Said], moves: Iterable[Movement]) -> None:
        """Remember what was posted."""
        self.latest = max([self.latest, *(one.event.eventTime for one in said)])
        for one in said:
            if (lot := made(one.event)) is not None:
                self.made.add(lot)
                if standing(one.event) is not Standing.FINAL:
                    self.unsettled.add(lot)
        self.back.update(*taken_back(said))
        names: set[str] = set()
        for move in moves:
            self.latest = max(self.latest, move.until)
            if move.kind in _MAKING:
                self.given.update([line.lot for line in move.gives])
            elif move.kind is Kind.RECEIPT:
                self.notes.add(move.shipment)
            for line in move.takes:
                names.add(line.lot)
            for line in move.gives:
                names.add(line.lot)
            names.add(move.parent)
            names.add(move.own)
            if move.campaign:
                self.campaigns.add(move.campaign)
        self.named |= names
        self.pieces.update([name.partition("/21/")[0] for name in names if "/21/" in name])

    def may_precede(self, said: Iterable[Said], moves: Iterable[Movement], told: Container[LotId]) -> bool:
        """Whether events give the same book when they are posted on top of these as when all is posted anew.

        Args:
            told: lots of which it was asked what is declared of them.
        """
        return all(map(self._late_and_lasting, said)) and all(self._changes_nothing(move, told) for move in moves)

    def _late_and_lasting(self, one: Said) -> bool:
        event = one.event
        if event.eventTime <= self.latest or event.errorDeclaration:
            return False
        if event.eventID in self.back or one.key in self.back:
            return False
        lot = made(event)
        return lot not in self.unsettled and (lot not in self.made or standing(event) is Standing.FINAL)

    def _changes_nothing(self, move: Movement, told: Container[LotId]) -> bool:
        if move.since <= self.latest or move.campaign in self.campaigns:
            return False
        if move.kind in _OF_NOTES and move.shipment and move.shipment in self.notes:
            return False
        if move.kind not in _MAKING:
            return True
        if move.declared is not None and move.declared.serials and self._named_before(move):
            return False
        fresh = [line.lot for line in move.gives if line.lot not in self.given]
        return not any(lot in self.named or lot in told for lot in fresh)

    def _named_before(self, move: Movement) -> bool:
        """Whether pieces of a batch may have been named before it was said that they are of it."""
        pieces = {number for product in self.pieces if (number := elements(f"{product}/21/0").get("01"))}
        return any(elements(line.lot).get("01") in pieces for line in move.gives)
