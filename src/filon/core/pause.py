"""Building a million small values without a cycle: the garbage collector would walk them again and again for nothing.

Measured on 100 000 rows: events in two thirds of the time. Reference counting goes on meanwhile; only cycles wait. What
was built is then old at once: else the first collection after it would walk all of it young, the second half-grown.
A great deal at once (the book of a plant) is put out of the collector's sight, whose full turns would each take half as
long as posting did; it comes back into sight, and what is garbage of it is freed, when the next great deal is built.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

MANY = 100_000
"""Values from which on a full turn of the collector is felt: some 25 ms."""
AT_MOST = 300_000
"""Values made old at once before the collector takes a full turn, unless there are four times as many in all: it counts
only those that it made old itself, and would never look at the others again."""


@contextmanager
def collector_paused() -> Iterator[None]:
    """No cyclic garbage collection inside; as it was before afterwards. May be nested."""
    was_on, before = gc.isenabled(), gc.get_count()[0]
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            _put_away(gc.get_count()[0] - before)
            gc.enable()


@dataclass
class _State:
    """Of the collector, too, there is one a process.

    Args:
        hidden: what is frozen in this process was frozen here.
        aged: so many values were made old since the collector's last full turn.
        old: and so many there were after it.
    """

    hidden: bool = False
    aged: int = 0
    old: int = 0


_state = _State()


def _put_away(built: int) -> None:
    if _state.hidden and built < MANY:
        return  # the collector goes its usual way: what is in its sight is little
    if not _state.hidden and gc.get_freeze_count():
        return  # who froze something himself wants it to stay so
    _state.aged += max(built, 0)
    if _state.hidden or _state.aged > max(AT_MOST, _state.old // 4):
        gc.unfreeze()
        gc.collect()
        _state.aged, _state.old = 0, _frozen()
    else:
        gc.freeze()
    _state.hidden = built >= MANY
    if not _state.hidden:
        gc.unfreeze()


def _frozen() -> int:
    """Freeze all there is; how many values that is."""
    gc.freeze()
    return gc.get_freeze_count()
