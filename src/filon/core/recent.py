"""A dictionary of so many: what was put in last stays, the oldest goes.

recent = Recent[int, Book](4)
recent[17] = book                  # the fifth from here pushes it out
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Recent(OrderedDict[K, V]):
    """A cache of what can be made again; not safe against several threads by itself.

    Args:
        most: so many are kept.
    """

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most

    def __setitem__(self, key: K, value: V) -> None:
        """Keep it, as the newest."""
        super().__setitem__(key, value)
        self.move_to_end(key)
        while len(self) > self.most:
            self.popitem(last=False)

    def __reduce__(self) -> tuple[object, ...]:
        """A copy keeps as many."""
        return type(self), (self.most,), None, None, iter(self.items())
