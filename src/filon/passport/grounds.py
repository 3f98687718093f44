"""What the passports of a ledger are made from: its book, what was said, what was done, and the accounts.

Accounts are worked out once for all batteries; recycled content is told for all batteries of a model, plant and year.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from filon.accounts.carbon.account import CarbonAccount
from filon.accounts.origin import Origins, origins
from filon.accounts.recycled import Recycled, recycled
from filon.books.book import Book, Holding
from filon.books.lot import LotId
from filon.core.ident import elements
from filon.passport.derived import Share, recycled_share
from filon.passport.life import Deed
from filon.passport.statement import Sayings, local_day, model_of

Group = tuple[str, str, int]
"""(model, plant, year of making): the key of recycled content."""


@dataclass(frozen=True)
class Grounds:
    """What the passports of a ledger are made from, as known with `size` log entries.

    Args:
        deeds: in order of time.
        carbon: the footprint account; None = none was made, footprints are then unknown.
        learned: when a log entry was learned; None = nobody here knows.
    """

    book: Book
    sayings: Sayings
    deeds: Sequence[Deed]
    carbon: CarbonAccount | None
    size: int
    learned: Callable[[int], datetime] | None = field(default=None, compare=False, repr=False)
    _origins: dict[str, Origins] = field(default_factory=dict, compare=False, repr=False)
    _recycled: dict[str, Recycled] = field(default_factory=dict, compare=False, repr=False)
    _shares: dict[tuple[Group, str], Share] = field(default_factory=dict, compare=False, repr=False)

    def origins(self, element: str) -> Origins:
        """The origin account of an element; worked out once."""
        if element not in self._origins:
            self._origins[element] = origins(self.book, element)
        return self._origins[element]

    def recycled(self, element: str) -> Recycled:
        """The recycled account of an element; worked out once."""
        if element not in self._recycled:
            self._recycled[element] = recycled(self.book, element)
        return self._recycled[element]

    @cached_property
    def deeds_of(self) -> Mapping[str, Sequence[Deed]]:
        """Deeds by every battery they name."""
        table: dict[str, list[Deed]] = defaultdict(list)
        for deed in self.deeds:
            for name in dict.fromkeys((*deed.of, *deed.into)):
                table[name].append(deed)
        return table

    @cached_property
    def groups(self) -> Mapping[Group, Sequence[LotId]]:
        """Batteries by model, plant and year: articles with a serial number that are no part of a kind of cell."""
        table: dict[Group, list[LotId]] = defaultdict(list)
        for lot in self.batteries:
            first = self.book.first(lot)
            assert first is not None
            table[self.group(lot, first)].append(lot)
        return table

    @cached_property
    def batteries(self) -> tuple[LotId, ...]:
        """Every battery that has a passport: packs with a serial number, and whatever a deed or statement names."""
        packs = {lot for lot in self.book.of_lot if self._pack(lot)}
        return tuple(sorted(packs))

    def _pack(self, lot: LotId) -> bool:
        if "21" not in elements(lot):
            return False
        told = self.book.declared.get(lot) or self.book.register.product_traits(lot)
        return told.form is None or told.form.stage == "pack"

    def group(self, lot: LotId, first: Holding) -> Group:
        """The group that a battery's recycled content is told for."""
        made = local_day(self.book.events[first.made].event)
        return model_of(lot) or self.book.register.product(lot), first.site, made.year

    def share(self, group: Group, element: str) -> Share:
        """Recycled content of a group; worked out once."""
        if (group, element) not in self._shares:
            account = self.recycled(element)
            vectors = (account.of(self.book, lot) for lot in self.groups.get(group, ()))
            self._shares[group, element] = recycled_share(element, vectors)
        return self._shares[group, element]
