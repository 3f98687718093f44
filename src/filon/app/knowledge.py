"""What the ledger can tell the check of a workbook: is this lot known, how much of it is there, what was shipped."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from filon.app.ledger import LOT_ROLES, Ledger
from filon.app.records import is_master, said
from filon.books.book import Book
from filon.books.lot import MILLIGRAM, AccountKind, LotId
from filon.books.movement import Said
from filon.books.post import post
from filon.core.ident import short
from filon.core.quantity import kg_from_mg


class StoreKnowledge:
    """Answers from a ledger as it stands; what it was asked about one lot it remembers for the next row."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self._events: dict[str, list[Said]] = {}

    def knows_lot(self, lot: str) -> bool | None:
        """Whether any event names the lot."""
        return bool(self._of(lot)) if not self._empty else False

    def lots_numbered(self, number: str) -> Sequence[str]:
        """Identifiers of known lots that people call by this number."""
        if self._empty:
            return ()
        near = self.ledger.store.identifiers(number, roles=LOT_ROLES, limit=50)
        return [one for one in near if short(one) == number]

    def available_kg(self, lot: str, site: str, on: date) -> Decimal | None:
        """Net kg of the lot at the site at the day's end, 0 if it never came there; None if nobody knows the lot."""
        events = [one for one in self._of(lot) if one.event.eventTime.date() <= on + timedelta(days=1)]
        if not events:
            return None
        book = self._book(lot, events)
        held = [
            holding
            for holding in book.holdings
            if holding.kind is AccountKind.STOCK and holding.site == site and holding.unit == MILLIGRAM
        ]
        return kg_from_mg(sum(holding.left for holding in held))

    def shipped_kg(self, note: str, lot: str) -> Decimal | None:
        """Net kg of the lot on the delivery note, as its sender declared."""
        total: Decimal | None = None
        for one in self._of(lot):
            event = one.event
            if event.bizStep == "shipping" and any(ref.value == note for ref in event.bizTransactionList):
                for item in event.quantityList:
                    if item.epcClass == lot and item.quantity is not None:
                        total = (total or Decimal(0)) + item.quantity
        return total

    def deposited(self, sha256: str) -> date | None:
        """The day on which a file with these bytes was taken."""
        return self._deposits.get(sha256)

    @cached_property
    def _empty(self) -> bool:
        return self.ledger.store.size() == 0

    @cached_property
    def _deposits(self) -> dict[str, date]:
        store = self.ledger.store
        return {hashlib.sha256(store.payload(one.index)).hexdigest(): one.learned.date() for one in store.entries()}

    def _of(self, lot: str) -> list[Said]:
        if self._empty:
            return []
        if lot not in self._events:
            found = self.ledger.store.touching([lot], roles=LOT_ROLES)
            self._events[lot] = [said(one) for one in found if not is_master(one.body)]
        return self._events[lot]

    def _book(self, lot: str, events: list[Said]) -> Book:
        return post(events, self.ledger.register(), frozenset({LotId(lot)}))
