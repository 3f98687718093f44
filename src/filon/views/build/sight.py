"""What a view is made from: a book as known when the log had so many entries, its origin accounts, and names.

sight = Sight(book, state, entry)
lot_view(sight, lot)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from urllib.parse import quote

from filon.accounts.origin import Origins, Vector, origins, origins_of
from filon.accounts.tip import Names
from filon.books.book import Book, Check, Holding
from filon.books.declared import Declared
from filon.books.journal import UNKNOWN as NOT_DECLARED
from filon.books.lot import AccountKind, LotId
from filon.books.trace import mixed_from
from filon.core.ident import elements, short
from filon.core.matter import ELEMENTS, MASS
from filon.epcis.event import FILON
from filon.views.chain import STAGES
from filon.views.figure import Named
from filon.views.ledger_state import LedgerState
from filon.views.log import EntryLine
from filon.views.lot import SiteName
from filon.views.origin import UNKNOWN, Origin, OriginKind
from filon.views.trace import local_day

GS1 = "https://id.gs1.org/"

_STAGE_OF_SITE = {"mine": "mine", "refinery": "refined", "recycler": "refined"}
_PUBLIC = FILON + "public"

KEPT = 64
"""So many lots' accounts are kept of a large book, an element each."""


@dataclass(frozen=True)
class Sight:
    """A book to look at.

    Args:
        book: of everything, or at least of all that can be in the lots asked for.
        state: the log as it stood.
        entry: index -> the entry as people read it.
    """

    book: Book
    state: LedgerState
    entry: Callable[[int], EntryLine]

    def vector(self, lot: LotId, substance: str, beside: tuple[LotId, ...] = ()) -> Vector | None:
        """{origin: mg} in a lot; None where nobody said how much.

        Args:
            beside: the lots that are looked at together with it, if several are.
        """
        account = self._origins(substance, beside or (lot,)) if self.book.large else origins(self.book, substance)
        return account.made[self.made(lot).id]

    def behind(self, *lots: LotId) -> frozenset[int] | None:
        """Ids of the holdings that some lots came from, all of which an account of them needs; None = all."""
        return self._behind(lots) if self.book.large else None

    @cached_property
    def _behind(self) -> Callable[[tuple[LotId, ...]], frozenset[int]]:
        return lru_cache(KEPT)(lambda lots: mixed_from(self.book, [self.made(lot).id for lot in lots]))

    @cached_property
    def _origins(self) -> Callable[[str, tuple[LotId, ...]], Origins]:
        return lru_cache(KEPT)(lambda substance, lots: origins_of(self.book, substance, self._behind(lots)))

    @cached_property
    def names(self) -> Names:
        """By which names lots are found."""
        return Names(self.book)

    @cached_property
    def lots(self) -> tuple[LotId, ...]:
        """Every lot that was ever held, youngest first."""
        made = self.book.columns.events.tolist()
        newest = sorted(self.book.of_lot.items(), key=lambda item: (-made[item[1][0]], item[0]))
        return tuple(lot for lot, _ in newest)

    def made(self, lot: LotId) -> Holding:
        """The holding that tells what is in a lot: where it came to be, at its latest filling there."""
        holding = self.book.first(lot)
        assert holding is not None
        while holding.next is not None:
            holding = self.book.holdings[holding.next]
        return holding

    def told(self, lot: LotId) -> Declared:
        """What its maker, or else the master data of its product, declare of a lot."""
        return self.book.declared.get(lot) or self.book.register.product_traits(lot)

    def day(self, event: int) -> date:
        """The local day of an event."""
        return local_day(self.book, event)

    def site(self, key: str) -> SiteName:
        """A site's name and country."""
        known = self.book.register.site(key)
        return SiteName(key, known.name or short(key), known.country)

    def stage(self, lot: LotId) -> str:
        """One of `STAGES` or `other`: by the lot's form, else by the kind of site where it was made."""
        known = self.book.once("stages", _no_stages)
        if lot not in known:
            known[lot] = self._stage(lot)
        return known[lot]

    def _stage(self, lot: LotId) -> str:
        form = self.told(lot).form
        if form and form.stage in STAGES:
            return form.stage
        first = self.book.first(lot)
        kind = self.book.register.site(first.site).kind if first else ""
        stage = _STAGE_OF_SITE.get(kind, kind)
        return stage if stage in STAGES and form is None else "other"

    def product(self, lot: LotId) -> str:
        """The product's name from the master data; empty if nobody said."""
        register = self.book.register
        key = register.product(lot)
        name = register.name(key)
        return "" if name == key else name

    def form(self, lot: LotId) -> Named:
        """The lot's form; empty if unsaid."""
        told = self.told(lot)
        return Named("form", told.form.key if told.form else told.form_text)

    def elements(self, holding: Holding) -> tuple[str, ...]:
        """The elements a holding carries, known or not, in the order of `ELEMENTS`."""
        return tuple(one for one in ELEMENTS if holding.content.get(one, 0) != 0)

    def carrier(self, lot: LotId) -> str:
        """The element a lot is looked at for if nobody chooses: its first in the order of `ELEMENTS`, else mass."""
        return next(iter(self.elements(self.made(lot))), MASS)

    def origin(self, key: str) -> Origin:
        """A mine or recycler by the name the books know it by."""
        if key == NOT_DECLARED:
            return UNKNOWN
        site = self.book.register.site(key)
        kind = OriginKind.RECYCLED if site.kind == "recycler" else OriginKind.MINE
        return Origin(key, site.name or short(key), site.country, kind)

    def public(self, key: str) -> bool:
        """Whether a site agreed to be named to everybody (master data attribute `public`)."""
        known = self.book.register.vocabularies.values()
        return any(sites.get(key, {}).get(_PUBLIC) == "true" for sites in known)

    @cached_property
    def made_at(self) -> Mapping[int, tuple[LotId, ...]]:
        """{event: the lots it put into stock}."""
        table: dict[int, list[LotId]] = defaultdict(list)
        for holding in self.book.holdings:
            if holding.kind is AccountKind.STOCK:
                table[holding.made].append(holding.lot)
        return {event: tuple(dict.fromkeys(lots)) for event, lots in table.items()}

    @cached_property
    def checks_at(self) -> Mapping[int, tuple[Check, ...]]:
        """{event: the comparisons made in it}."""
        table: dict[int, list[Check]] = defaultdict(list)
        for check in self.book.checks:
            table[check.event].append(check)
        return {event: tuple(checks) for event, checks in table.items()}

    def events_of(self, lot: LotId) -> tuple[int, ...]:
        """Indexes of all events in which matter of a lot moved, in order of time."""
        flows = [
            flow
            for holding in self.book.of_lot.get(lot, ())
            for flow in (*self.book.inflows[holding], *self.book.outflows[holding])
        ]
        return tuple(sorted({flow.event for flow in flows}))


def _no_stages(_: Book) -> dict[LotId, str]:
    """A cupboard for the stages of a book's lots, filled as they are asked for."""
    return {}


def lot_path(key: str) -> str:
    """The path of a lot's page: `/lots/01/{gtin}/10/{lot}` for GS1 identifiers, else the whole identifier."""
    tail = key.removeprefix(GS1)
    return "/lots/" + quote(tail, safe="/" if tail != key else "")


def lot_key(path: str) -> str:
    """The identifier that a path below `/lots/` means; undoes `lot_path` once its escapes are undone."""
    return GS1 + path if path[:1].isdigit() and "/" in path else path


def battery_path(key: str) -> str:
    """The path of an article's public page: `/01/{gtin}/21/{serial}`; empty if it has no such identifier."""
    return "/" + key.removeprefix(GS1) if key.startswith(GS1) and {"01", "21"} <= elements(key).keys() else ""
