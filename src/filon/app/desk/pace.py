"""How many calls a program may make: a bucket that fills steadily, from which each call takes one.

Held in memory and by each worker for itself: it guards the machine, it is no account of anything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from filon.core.errors import WrongCallError
from filon.core.recent import Recent

REMEMBERED = 10_000
"""So many callers are kept in mind; whoever called longest ago is forgotten first and starts with a full bucket."""


@dataclass
class Pace:
    """The pace of all callers.

    Args:
        a_minute: calls of one caller in the long run; 0 = as many as come.
        clock: seconds that only go forward.
        burst: calls at once after a pause; a sixth of a minute's.
    """

    a_minute: int
    clock: Callable[[], float]
    burst: int = 0
    _full: Recent[str, float] = field(default_factory=lambda: Recent(REMEMBERED))
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        """Refuse a pace that is none."""
        if self.a_minute < 0 or self.burst < 0:
            raise WrongCallError("a pace is a number of calls, 0 or more")
        self.burst = self.burst or max(1, self.a_minute // 6)

    def take(self, caller: str) -> float:
        """Take one call: 0 if there is one, else the seconds until there is.

        Source: generic cell rate algorithm (ITU-T I.371): all that is kept is when the bucket will be full again.
        """
        if not self.a_minute:
            return 0.0
        each, now = 60 / self.a_minute, self.clock()
        with self._lock:
            full = max(self._full.get(caller, now), now)
            wait = full - now - each * (self.burst - 1)
            if wait > _TINY:
                return wait
            self._full[caller] = full + each
            return 0.0


_TINY = 1e-9  # seconds: sums of binary fractions are not exact
