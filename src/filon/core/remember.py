"""Answers about short texts are remembered, about long ones worked out each time: no partner fills our memory."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

LONG = 256
"""Characters from which on a text is not remembered; identifiers of the trade have fewer than 100."""

Answer = TypeVar("Answer")


def remembered(most: int) -> Callable[[Callable[[str], Answer]], Callable[[str], Answer]]:
    """`functools.lru_cache` for a question about one text, bounded in characters too.

    Args:
        most: how many answers are kept.
    """

    def of(worker: Callable[[str], Answer]) -> Callable[[str], Answer]:
        kept = lru_cache(maxsize=most)(worker)

        @wraps(worker)
        def asked(text: str) -> Answer:
            return kept(text) if len(text) < LONG else worker(text)

        return asked

    return of
