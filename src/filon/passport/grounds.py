"""What the passports of a ledger are made from: its matter with the accounts, what was said, and what was done.

Accounts are worked out once for all batteries; recycled content and the footprint are told for all batteries of a
model, plant and year. Matter stays when something is said of a battery: only what moves matter makes new matter.

A battery is a lot of its own, or one piece of a batch whose serial numbers are kept as a range; `Matter.origin_of`
says which.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import pairwise

from filon.accounts.carbon.account import CarbonAccount
from filon.accounts.origin import Vector, origins, origins_of
from filon.accounts.recycled import Recycled, recycled
from filon.books.book import Book, Holding
from filon.books.declared import Declared
from filon.books.lot import PIECE, LotId
from filon.books.register import Register, serial
from filon.books.trace import mixed_from
from filon.core.ident import elements, sgtin
from filon.passport.derived import Mean, Share, recycled_share
from filon.passport.life import Deed
from filon.passport.statement import Sayings, local_day, model_of

Group = tuple[str, str, int]
"""(model, plant, year of making): the key of recycled content and of the footprint."""


@dataclass(frozen=True, slots=True)
class Made:
    """Where the books have a battery.

    Args:
        lot: the battery itself, or the batch that it is one piece of.
        first: the holding in which that lot came to be.
        pieces: of how many equal pieces the lot consists; 1 = it is the battery.
    """

    lot: LotId
    first: Holding
    pieces: int


@dataclass(frozen=True)
class Matter:
    """A book and its accounts, as passports need them; kept as long as no matter moves.

    Args:
        carbon: the footprint account; None = none was made, footprints are then unknown.
    """

    book: Book
    carbon: CarbonAccount | None
    _recycled: dict[str, Recycled] = field(default_factory=dict, compare=False, repr=False)
    _shares: dict[tuple[Group, str], Share] = field(default_factory=dict, compare=False, repr=False)
    _means: dict[Group, Mean] = field(default_factory=dict, compare=False, repr=False)

    def vector(self, first: Holding, element: str) -> Vector | None:
        """{origin: mg} of an element in a holding; None where nobody said how much."""
        if not self.book.large:
            return origins(self.book, element).made[first.id]
        return origins_of(self.book, element, mixed_from(self.book, [first.id])).made[first.id]

    def recycled(self, element: str) -> Recycled:
        """The recycled account of an element; worked out once."""
        if element not in self._recycled:
            self._recycled[element] = recycled(self.book, element)
        return self._recycled[element]

    def origin_of(self, battery: str) -> Made | None:
        """Where the books have a battery; None if they do not know it."""
        first = self.book.first(LotId(battery))
        if first is not None:
            return Made(LotId(battery), first, 1)
        batch = self._batch_of(battery)
        first = self.book.first(batch) if batch else None
        return Made(batch, first, first.amount) if batch and first else None

    def _batch_of(self, battery: str) -> LotId | None:
        """The batch whose range of serial numbers holds a battery's; the first one told where several do."""
        number = serial(battery)
        spans = self.ranges.get(number[0], ()) if number else ()
        if number is None or not spans:
            return None
        if number[0] in self._overlapping:
            return next((lot for first, last, lot in spans if first <= number[1] <= last), None)
        at = bisect_right(spans, number[1], key=lambda span: span[0]) - 1
        return spans[at][2] if at >= 0 and number[1] <= spans[at][1] else None

    @cached_property
    def ranges(self) -> Mapping[str, Sequence[tuple[int, int, LotId]]]:
        """{GTIN: (first, last, batch)} of batches of batteries kept as ranges, by number; as told if they overlap."""
        table: dict[str, list[tuple[int, int, LotId]]] = defaultdict(list)
        for lot, told in self.book.declared.items():
            if told.serials and self._batch(lot, told) and (number := elements(lot).get("01")):
                table[number].append((*told.serials, lot))
        return {number: spans if _overlap(spans) else sorted(spans) for number, spans in table.items()}

    @cached_property
    def _overlapping(self) -> frozenset[str]:
        return frozenset(number for number, spans in self.ranges.items() if _overlap(spans))

    def _batch(self, lot: LotId, told: Declared) -> bool:
        first = self.book.first(lot)
        pack = told.form is not None and told.form.stage == "pack"
        return pack and first is not None and first.unit == PIECE and first.amount > 0

    @cached_property
    def batteries(self) -> tuple[LotId, ...]:
        """Every lot that is a battery or a batch of them: packs with a serial number, or with a range of such."""
        batches = (lot for spans in self.ranges.values() for _, _, lot in spans)
        return tuple(sorted({*(lot for lot in self.book.of_lot if self._pack(lot)), *batches}))

    def _pack(self, lot: LotId) -> bool:
        if "21" not in elements(lot):
            return False
        told = self.book.declared.get(lot) or self.book.register.product_traits(lot)
        return told.form is None or told.form.stage == "pack"

    def pieces(self, lot: LotId) -> int:
        """How many batteries a lot of batteries is."""
        first = self.book.first(lot)
        return first.amount if first and "21" not in elements(lot) else 1

    def last_of(self, lot: LotId) -> str:
        """The battery that a lot is, or the one with the last serial number of a batch."""
        number = elements(lot).get("01", "")
        last = next((last for _, last, batch in self.ranges.get(number, ()) if batch == lot), None)
        return lot if last is None else sgtin(number, str(last))

    @cached_property
    def groups(self) -> Mapping[Group, Sequence[LotId]]:
        """Lots of batteries by model, plant and year."""
        table: dict[Group, list[LotId]] = defaultdict(list)
        for lot in self.batteries:
            first = self.book.first(lot)
            assert first is not None
            table[self.group(lot, first)].append(lot)
        return table

    def group(self, lot: LotId, first: Holding) -> Group:
        """The group that a battery's recycled content and footprint are told for."""
        made = local_day(self.book.events[first.made].event)
        return model_of(lot) or self.book.register.product(lot), first.site, made.year

    def share(self, group: Group, element: str) -> Share:
        """Recycled content of a group; worked out once."""
        if (group, element) not in self._shares:
            account = self.recycled(element)
            lots = self.groups.get(group, ())
            vectors = ((account.of(self.book, lot), self.pieces(lot)) for lot in lots)
            self._shares[group, element] = recycled_share(element, vectors)
        return self._shares[group, element]

    def mean(self, group: Group) -> Mean:
        """Footprint of a group, as last delivered; worked out once.

        Source: Article 7(1): per battery model per manufacturing plant; a year, since the bill of materials and the
        energy mix change with it (Annex II, point 5).
        """
        if group not in self._means:
            assert self.carbon is not None
            known = {lot: self.pieces(lot) for lot in self.groups.get(group, ())}
            whole = {lot: number for lot, number in known.items() if self.carbon.whole(lot, delivered=True)}
            footprint = self.carbon.mean(whole, delivered=True) if whole else None
            told, every = sum(whole.values()), sum(known.values())
            self._means[group] = Mean(footprint, told, every - told)
        return self._means[group]


def _overlap(spans: Sequence[tuple[int, int, LotId]]) -> bool:
    return any(one[1] >= other[0] for one, other in pairwise(sorted(spans)))


@dataclass(frozen=True)
class Grounds:
    """What the passports of a ledger are made from, as known with `size` log entries.

    Args:
        deeds: {battery: the deeds that name it, in order of time}.
        learned: when a log entry was learned; None = nobody here knows.
    """

    matter: Matter
    sayings: Sayings
    deeds: Mapping[str, Sequence[Deed]]
    size: int
    learned: Callable[[int], datetime] | None = field(default=None, compare=False, repr=False)

    @property
    def book(self) -> Book:
        """The book."""
        return self.matter.book

    @property
    def register(self) -> Register:
        """All master data."""
        return self.matter.book.register
