"""What the pages tell of a whole book, worked out before anybody asks: at the start, and once a log that grew rests.

The first who asks for the balance of a plant would wait for seconds; the server has them while it is idle. Only what
such pages keep with the book is made: a lot's own page needs nothing ahead.

    ahead = Ahead(pages)
    ahead.start()
    ahead.close()
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Event, Thread

from filon.app.pages import Pages
from filon.core.errors import FilonError

REST = 5.0
"""Seconds for which a log must not have grown: while deposits come in, each would make the work of the last void."""


class Ahead:
    """A thread that asks the pages of a whole book, once for each size of the log."""

    def __init__(self, pages: Pages, rest: float = REST) -> None:
        self._pages = pages
        self._rest = rest
        self._end = Event()
        self._thread = Thread(target=self._work, name="ahead", daemon=True)
        self.done = -1  # entries of the log for which all is worked out

    def start(self) -> None:
        """Begin; nothing waits for it."""
        self._thread.start()

    def close(self) -> None:
        """End after the page that is being worked out."""
        self._end.set()
        if self._thread.is_alive():
            self._thread.join()

    def _work(self) -> None:
        seen = self._pages.ledger.size()
        while not self._end.is_set():
            size = self._pages.ledger.size()
            if size == seen and size != self.done and self._asked():
                self.done = size
            seen = size
            self._end.wait(self._rest)

    def _asked(self) -> bool:
        """Ask one page after the other; whether all were."""
        pages = self._pages
        some: Sequence[Callable[[], object]] = (pages.home, pages.lots, pages.balance, pages.findings, pages.owners)
        for ask in some:
            if self._end.is_set():
                return False
            try:
                ask()
            except FilonError:  # who asks for the page is told; here nobody is
                continue
        return True
