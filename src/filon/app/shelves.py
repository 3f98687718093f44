"""Posted books in files beside the ledger, so that nobody waits for a plant's events to be posted again.

What stands in `<ledger>.maps/` may be deleted at any time. It is believed only if it says that it was made by this
version of a log whose first entries are this one's, with nothing erased since; and only what is as it was written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from filon import __version__
from filon.books import book as books
from filon.core.errors import NotFoundError
from filon.epcis.body import event_from_json
from filon.epcis.event import Event
from filon.log.store import Store

if TYPE_CHECKING:
    from filon.books.post import Posting
    from filon.books.shelf.shelf import Shelf
    from filon.store.maps import MapKey

GROWN = 8
"""When a book has grown by one flow in so many, it is laid down anew."""


class Shelves:
    """The books of one ledger in files.

    Args:
        place: the folder; None = the ledger is no file, and nothing is kept.
    """

    def __init__(self, store: Store, place: Path | None) -> None:
        self._store, self._place = store, place
        self._laid = 0  # flows of the book that was last laid down or opened

    def newest(self, size: int) -> tuple[int, Shelf] | None:
        """The newest book of at most so many entries, and of how many it is; None if there is none."""
        if self._place is None or not self._place.is_dir():
            return None
        # Only who has such a book waits for numpy.
        from filon.books.shelf.shelf import Shelf  # noqa: PLC0415
        from filon.store import maps  # noqa: PLC0415

        for state in maps.sizes(self._place, "book"):
            key = self._key(state) if state <= size else None
            arrays = key and maps.kept(self._place, key)
            if arrays and key:
                try:
                    shelf = Shelf(arrays, self._read)
                except (ValueError, KeyError, TypeError, IndexError):
                    maps.forget(self._place, key)  # its files are not what was written
                    continue
                self._laid = len(shelf.flows.event)
                return state, shelf
        return None

    def keep(self, size: int, posting: Posting, *, anew: bool) -> None:
        """Lay a book down, if it is large, and none that it has grown from serves nearly as well.

        Args:
            anew: it has not grown from any; all of it was posted.
        """
        flows = len(posting.book.flows)
        if self._place is None or flows < books.LARGE or not (anew or flows - self._laid >= self._laid // GROWN):
            return
        from filon.books.shelf.laid import laid  # noqa: PLC0415
        from filon.store import maps  # noqa: PLC0415

        if (arrays := laid(posting)) is not None:
            maps.keep(self._place, self._key(size), arrays)
        self._laid = flows

    def forget(self) -> None:
        """Throw all files away."""
        if self._place is not None:
            from filon.store import maps  # noqa: PLC0415

            maps.forget_all(self._place)

    def _key(self, size: int) -> MapKey:
        from filon.books.shelf.shelf import FORMAT  # noqa: PLC0415
        from filon.store.maps import MapKey  # noqa: PLC0415

        version = f"{__version__}/{FORMAT}, {len(self._store.erasures())} erased"
        return MapKey("book", size, self._store.root(size).hex(), version)

    def _read(self, keys: Sequence[str], entries: range) -> Mapping[str, Event]:
        """Events by their keys, which came with some of these entries."""
        wanted = set(map(bytes.fromhex, keys))
        along = len(wanted) > FEW and entries
        stored = self._store.records(first=entries.start, size=entries.stop) if along else self._store.keyed(wanted)
        found = {one.key.hex(): event_from_json(one.body) for one in stored if one.key in wanted}
        if len(found) < len(wanted):
            raise NotFoundError("events of this book were erased since; ask again")
        return found


FEW = 32
"""More events than that are read one behind the other rather than looked up."""
