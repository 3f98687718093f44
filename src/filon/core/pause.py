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
    many = built >= MANY
    if _state.hidden:
        if many:
            gc.unfreeze()
            gc.collect()  # what is garbage of the last great deal goes now
            gc.freeze()
        return  # else the collector goes its usual way: what is in its sight is little
    if gc.get_freeze_count():
        return  # who froze something himself wants it to stay so
    if many:
        gc.freeze()
        _state.hidden = True
        return
    _state.aged += max(built, 0)
    full_turn = _state.aged > max(AT_MOST, _state.old // 4)
    if full_turn:
        gc.collect()
    gc.freeze()
    if full_turn:
        _state.aged, _state.old = 0, gc.get_freeze_count()
    gc.unfreeze()
