"""The ledger as a whole: a store, what its events mean, and questions about it "as known when".

with Ledger.open("filon.db") as ledger:
book = ledger.book()                 # everything
book = ledger.book_of([lot])         # only what can be in that lot: quick at any size
"""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import chain
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Self
from urllib.parse import quote

from filon.app.records import MASTER, is_master, register, said
from filon.app.shelves import Shelves
from filon.books.book import Book
from filon.books.cone import cone
from filon.books.lot import LotId
from filon.books.movement import Said
from filon.books.past import Past
from filon.books.post import Posting, post
from filon.books.register import Register
from filon.core.errors import NotFoundError, WrongCallError
from filon.core.gs1 import PLAIN
from filon.core.ident import canonical, short
from filon.core.moment import Known, day_text
from filon.core.recent import Recent
from filon.log.store import Record, Store, Stored
from filon.store import open_store

if TYPE_CHECKING:
    from filon.books.shelf.shelf import Shelf

KEPT_BOOKS = 4
"""So many whole books are kept in memory (by log size); each can be made again from the log."""

LOT_ROLES = ("quantityList", "outputQuantityList", "childQuantityList", "inputQuantityList", "epcList", "parentID",
             "outputEPCList", "inputEPCList", "childEPCs", "own")  # fmt: skip


MEMORY = "memory:"


def address_of(place: Path | str) -> str | None:
    """The place as an address, if it is one; None for a file. A path has lost one of the two strokes of `://`."""
    scheme, _, rest = str(place).partition(":")
    if scheme in {"postgresql", "postgres"}:
        return f"{scheme}://{rest.lstrip('/')}"
    return MEMORY if str(place) == MEMORY else None


class Ledger:
    """One company's ledger."""

    def __init__(self, store: Store, path: Path | None = None) -> None:
        self.store = store
        self.path = path
        self._books: OrderedDict[tuple[int, date | None], Book] = OrderedDict()
        self._registers = Recent[int, Register](KEPT_BOOKS)
        self._newest: _Made | None = None
        self._shelves = Shelves(store, None if path is None or address_of(path) else path)
        self._erased = self._shelves.erased()
        self._events_of: dict[int, int] = {}
        self._lock = RLock()

    @classmethod
    def open(cls, place: Path | str, *, create: bool = True) -> Ledger:
        """The ledger in a file, on a PostgreSQL server (`postgresql://..`), or in memory (`memory:`).

        Raises:
            NotFoundError: there is none and `create` is False.
            StoreError: the ledger cannot be trusted.
        """
        address = address_of(place)
        if address is not None:
            return cls(open_store(address), Path(place) if address != MEMORY else None)
        if not create and not Path(place).exists():
            raise NotFoundError(f"there is no ledger at {place}; `filon capture` makes one, `filon demo` an example")
        return cls(open_store(place), Path(place))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._shelves.wait()
        self.store.close()

    def size(self, as_of: Known | None = None) -> int:
        """Entries the questions rest on.

        Raises:
            WrongCallError: the log never had so many.
        """
        size = self.store.size()
        if as_of is None:
            return size
        if isinstance(as_of, datetime):
            return self.size_at(as_of)
        if not 0 <= as_of <= size:
            raise WrongCallError(f"the log has {size} entries; as of {as_of} cannot be told")
        return as_of

    def size_at(self, moment: datetime) -> int:
        """How many entries the log had at a moment; `learned` never runs backwards, so that it can be looked up."""
        return bisect_right(range(self.store.size()), moment, key=lambda index: self.store.entry(index).learned)

    def said(self, as_of: Known | None = None, on: date | None = None) -> Iterator[Said]:
        """All events, in the order they were learned; `on` = only what had happened by the end of that local day."""
        for stored in self.store.records(size=self.size(as_of)):
            if not is_master(stored.body) and _happened(one := said(stored), on):
                yield one

    def events_of(self, entry: int) -> int:
        """How many events an entry brought that nobody had said before."""
        if entry not in self._events_of:
            brought = self.store.records(first=entry, size=entry + 1)
            self._events_of[entry] = sum(not is_master(stored.body) for stored in brought)
        return self._events_of[entry]

    def register(self, as_of: Known | None = None) -> Register:
        """All master data."""
        size = self.size(as_of)
        with self._lock:
            if size not in self._registers:
                self._registers[size] = register(self.store.touching([MASTER[1]], roles=[MASTER[0]], size=size))
            return self._registers[size]

    def register_with(self, made: Iterable[Record]) -> Register:
        """The register as it will be once these records are taken."""
        stored = self.store.touching([MASTER[1]], roles=[MASTER[0]])
        fresh = (Stored(-1, -1, one.key, one.body) for one in made if is_master(one.body))
        return register(chain(stored, fresh))

    def book(self, as_of: Known | None = None, on: date | None = None) -> Book:
        """The book of everything; kept in memory until the log has grown.

        Args:
            as_of: as known when the log had so many entries, or at a moment.
            on: as things stood at the end of that day, where they happened.
        """
        with self._lock:  # of the size, too: who asked for the newest would get an older one made while he waited
            key = (self.size(as_of), on)
            self._forget_erased()
            if key not in self._books:
                self._books[key] = self._whole(key[0]) if on is None else post(self.said(*key), self.register(key[0]))
                self._let_go(self._books.popitem(last=False)[1] for _ in range(len(self._books) - KEPT_BOOKS))
            return self._books[key]

    def _let_go(self, books: Iterable[Book]) -> None:
        """Free the memory of books that are no longer kept, but for the one that the next goes on from."""
        newest = self._newest and self._newest.run
        for book in books:
            if not (isinstance(newest, Posting) and newest.book is book):
                book.let_go()

    def _whole(self, size: int) -> Book:
        """The book of so many entries: of the newest that is at hand, and what came since, if that simply follows."""
        newest, register = self._newest, self.register(size)
        earlier = newest is not None and newest.size > size
        before = self._opened(size) if newest is None or earlier else newest
        if not earlier:
            self._newest = None  # half grown it would be of no use
        if before is not None and before.size == size and not isinstance(before.run, Posting):
            made = before
            book: Book = before.run.book(register)
        else:
            grown = before and self._grown(before, size)
            posting = grown or Posting(self.said(size), register, past=Past())
            book = posting.book
            laid = before.laid if grown and before else 0
            made = _Made(size, posting, self._shelves.keep(size, posting, erased=self._erased, before=laid))
        if not earlier:
            self._newest = made
        return book

    def _opened(self, size: int) -> _Made | None:
        """The newest book in files of at most so many entries."""
        opened = self._shelves.newest(size)
        return opened and _Made(*opened, len(opened[1].flows.event))

    def _grown(self, before: _Made, size: int) -> Posting | None:
        """A posting with the events of further entries; None if they bring master data or do not follow."""
        fresh = list(self.store.records(first=before.size, size=size))
        if any(is_master(stored.body) for stored in fresh):
            return None
        made = before.run
        try:
            posting = made if isinstance(made, Posting) else made.posting(self.register(size))
        except (ValueError, KeyError):  # the files are not what was written
            return None
        self._shelves.wait()
        return posting if posting.grow(map(said, fresh)) else None

    def _forget_erased(self) -> None:
        """Throw away what is kept in memory of a log of which something was erased since, by whomever."""
        if (erased := self._shelves.erased()) != self._erased:
            self._erased, self._newest = erased, None
            self._let_go(self._books.values())
            for kept in (self._books, self._registers, self._events_of):
                kept.clear()

    def forget_books(self) -> None:
        """Throw away what is kept of posted books, in memory and in files: what is erased must be nowhere.

        Raises:
            StoreError: files that cannot be thrown away.
        """
        with self._lock:
            self._erased = ""
            self._forget_erased()
            self._shelves.forget()

    def posted(self, as_of: Known | None = None, on: date | None = None) -> bool:
        """Whether the book of everything is in memory already."""
        return (self.size(as_of), on) in self._books

    def book_of(self, lots: Iterable[str], as_of: Known | None = None, on: date | None = None) -> Book:
        """A book of only what can be in some lots: their content and origins are those of the whole book."""
        size = self.size(as_of)
        with self._lock:
            self._forget_erased()
            if (size, on) in self._books:
                return self._books[size, on]
        known = self.register(size)

        def touching(names: set[str]) -> list[Said]:
            found = self.store.touching(sorted(names), size=size)
            told = [said(stored) for stored in found if not is_master(stored.body)]
            return [one for one in told if _happened(one, on)]

        events, scope = cone(lots, touching)
        return post(events, known, scope)

    def lot(self, text: str, as_of: Known | None = None) -> LotId:
        """The lot that a person means: an identifier, or a lot or serial number that only one lot has.

        Raises:
            NotFoundError: no lot has it, or several have.
        """
        wanted = canonical(text.strip())
        size = self.size(as_of)
        if next(iter(self.store.touching([wanted], roles=LOT_ROLES, size=size)), None) is not None:
            return LotId(wanted)
        # GS1 identifiers hold a stroke or an accent of the lot number encoded.
        spellings = {text.strip(), quote(text.strip(), safe=PLAIN)}
        near = sorted({one for part in spellings for one in self.store.identifiers(part, roles=LOT_ROLES, limit=200)})
        exact = [one for one in near if short(one) == text.strip()]
        if len(exact) == 1 or (not exact and len(near) == 1):
            return LotId((exact or near)[0])
        if exact:
            listed = ", ".join(exact[:5]) + (", …" if len(exact) > 5 else "")  # noqa: PLR2004 - what fits a line or two
            raise NotFoundError(f"several lots are called {text!r}; give the whole identifier: {listed}")
        some = ", ".join(short(one) for one in near[:5])
        if some:
            raise NotFoundError(f"no lot {text!r} is known; did you mean one of {some}?")
        raise NotFoundError(f"no lot {text!r} is known")


class _Made(NamedTuple):
    """The newest whole book: of how many entries, the run or the files that it is of, how many flows stand in files."""

    size: int
    run: Posting | Shelf
    laid: int


def _happened(one: Said, on: date | None) -> bool:
    """Whether an event's local day is not after a day."""
    return on is None or day_text(one.event.eventTime, one.event.eventTimeZoneOffset) <= on.isoformat()
