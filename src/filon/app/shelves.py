"""Posted books in files beside the ledger, so that nobody waits for a plant's events to be posted again.

What stands in `<ledger>.maps/` may be deleted at any time. It is believed only if it says that it was made by this
very code of a log whose first entries are this one's, with nothing erased since; and only what is as it was written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache, cached_property
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

import filon
from filon import __version__
from filon.books import book as books
from filon.core.errors import NotFoundError
from filon.epcis.body import event_from_json
from filon.epcis.event import Event
from filon.log.store import Store

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

    from filon.books.post import Posting
    from filon.books.shelf.shelf import Shelf
    from filon.store.maps import MapKey

GROWN = 32
"""When a book has grown by one flow in so many, it is laid down anew."""
STATES = 4
"""So many older states are kept at most, each of another power of two of entries: as of then is quick, too."""


class Shelves:
    """The books of one ledger in files.

    Args:
        ledger: its file, beside which the folder stands; None = it is no file, and nothing is kept.
    """

    def __init__(self, store: Store, ledger: Path | None) -> None:
        # However the file is called here, there is one folder: what is erased must be in none.
        self._store, self._ledger = store, ledger and ledger.resolve()
        self._place = self._ledger and self._ledger.with_name(f"{self._ledger.name}.maps")
        self._writing: Future[None] | None = None

    def newest(self, size: int) -> tuple[int, Shelf] | None:
        """The newest book of at most so many entries, and of how many it is; None if there is none."""
        self.wait()
        if self._place is None or not self._place.is_dir():
            return None
        # Only who has such a book waits for numpy.
        from filon.books.shelf.shelf import Shelf  # noqa: PLC0415
        from filon.store import maps  # noqa: PLC0415

        for key in self._believed(self._place, self.erased()):
            arrays = maps.kept(self._place, key) if key.size <= size else None
            if arrays:
                try:
                    return key.size, Shelf(arrays, self._read)
                except (ValueError, KeyError, TypeError, IndexError):
                    maps.forget(self._place, key)  # its files are not what was written
        return None

    def keep(self, size: int, posting: Posting, *, erased: str, before: int) -> int:
        """Lay a book down, if it is large, and none that it has grown from serves nearly as well.

        Whoever asked for the book does not wait for that; whoever posts on top of it does (`wait`).

        Args:
            erased: what had been erased before the first of its events was read.
            before: flows that already stand in files; 0 = all of it was posted anew.

        Returns:
            Flows that stand in files soon; also where it is tried in vain.
        """
        flows = len(posting.book.flows)
        if self._place is None or flows < books.LARGE or flows - before < before // GROWN:
            return before
        self.wait()
        self._writing = self._writer.submit(self._lay, self._place, self._key(size, erased), posting, erased)
        return flows

    def _lay(self, place: Path, key: MapKey, posting: Posting, erased: str) -> None:
        from filon.books.shelf.laid import laid  # noqa: PLC0415
        from filon.store import maps  # noqa: PLC0415

        staying = _staying([key, *self._believed(place, erased)])
        if key in staying and (arrays := laid(posting)) is not None:
            maps.keep(place, key, arrays, staying=staying, like=self._ledger)
            if self.erased() != erased:  # meanwhile, by somebody who did not see these files
                maps.forget_all(place)

    def wait(self) -> None:
        """Until what is being laid down is written: its run must not go on meanwhile."""
        if (writing := self._writing) is not None:
            self._writing = None
            writing.result()

    @cached_property
    def _writer(self) -> ThreadPoolExecutor:
        # One thread for all: each that asks the store has its own connection to the file, for as long as it is open.
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - small books have nothing to write

        return ThreadPoolExecutor(1)

    def forget(self) -> None:
        """Throw all files away.

        Raises:
            StoreError: some cannot be.
        """
        self.wait()
        if self._place is not None:
            from filon.store import maps  # noqa: PLC0415

            maps.forget_all(self._place)

    def erased(self) -> str:
        """What has been erased, and by which entries."""
        return sha256(repr(sorted(self._store.erasures().items())).encode()).hexdigest()

    def _believed(self, place: Path, erased: str) -> list[MapKey]:
        """The states in files that are this log's, longest first."""
        from filon.store import maps  # noqa: PLC0415

        size = self._store.size()
        return [key for key in maps.states(place, "book") if key.size <= size and key == self._key(key.size, erased)]

    def _key(self, size: int, erased: str) -> MapKey:
        from filon.store.maps import MapKey  # noqa: PLC0415

        return MapKey("book", size, self._store.root(size).hex(), f"{__version__}, {code()}, erased {erased}")

    def _read(self, keys: Sequence[str], records: Sequence[int]) -> Mapping[str, Event]:
        """Events by their keys, where they should stand in the store, or wherever they are."""
        wanted = set(map(bytes.fromhex, keys))
        found = {one.key: one for one in self._store.numbered(records) if one.key in wanted}
        if missing := wanted - found.keys():  # the records were made again, and others stand there
            found |= {one.key: one for one in self._store.keyed(missing)}
        if len(found) < len(wanted):
            raise NotFoundError("events of this book were erased since; ask again")
        return {key.hex(): event_from_json(one.body) for key, one in found.items()}


@cache
def code() -> str:
    """Checksum of everything that makes a book of events, programs and tables: files that others made are made anew."""
    checksum, place = 0, Path(filon.__file__).parent
    parts = chain([place / "app/records.py"], *((place / part).rglob("*") for part in ("core", "epcis", "books")))
    for path in sorted(parts):
        if path.suffix in {".py", ".csv"}:
            checksum = crc32(path.read_bytes(), checksum)
    return f"{checksum:08x}"


def _staying(keys: Iterable[MapKey]) -> Collection[MapKey]:
    """The newest state of every power of two of entries, but only a few."""
    newest = {key.size.bit_length(): key for key in sorted(keys, key=lambda one: one.size)}
    return [newest[bits] for bits in sorted(newest, reverse=True)][: STATES + 1]
