"""As whom the desk is asked: nobody, the door that lets people in, one organisation, one program, or the operator.

On PostgreSQL this decides which rows there are (`desk/rows.py`); whoever forgets to say it finds none.

    with acting(Part.of(organisation)):
        grants(desk)                            # theirs, whatever was asked
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """Who asks.

    Args:
        role: `nobody`, `door`, `organisation`, `program` or `operator`.
        who: id of the organisation or of the program's token.
    """

    role: str
    who: str = ""


NOBODY, DOOR, OPERATOR = Part("nobody"), Part("door"), Part("operator")
_PART: ContextVar[Part] = ContextVar("filon_part", default=NOBODY)


def part() -> Part:
    """Who asks now."""
    return _PART.get()


@contextmanager
def acting(who: Part) -> Iterator[None]:
    """Ask as somebody until the end of the block."""
    before = _PART.set(who)
    try:
        yield
    finally:
        _PART.reset(before)
