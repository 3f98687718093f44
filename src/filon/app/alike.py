"""What is the same for many batteries, kept once: asked for by the records that name a battery, not by its name.

kept = Alike[Passport](4096)
kept.of(battery, (stamp, marks), lambda: (made, sides))       # made once for all whom the same records name
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

from filon.passport.kin import Sides, beside

T = TypeVar("T")


class Alike(Generic[T]):
    """A cache; anything may be dropped from it at any time.

    Args:
        most: so many keys are kept, those asked for last.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._kept: OrderedDict[Hashable, list[tuple[str, Sides, T]]] = OrderedDict()
        self._lock = Lock()

    def kept(self, battery: str, key: Hashable) -> T | None:
        """What is kept for a battery."""
        with self._lock:
            for first, sides, kept in self._kept.get(key, ()):
                if beside(first, battery, sides):
                    self._kept.move_to_end(key)
                    return kept
        return None

    def of(self, battery: str, key: Hashable, make: Callable[[], tuple[T, Sides]]) -> T:
        """What is kept for a battery, or made now. Two threads may make the same at once; one of the two is kept."""
        if (kept := self.kept(battery, key)) is not None:
            return kept
        made, sides = make()
        with self._lock:
            self._kept.setdefault(key, []).append((battery, sides, made))
            self._kept.move_to_end(key)
            while len(self._kept) > self.most:
                self._kept.popitem(last=False)
        return made
