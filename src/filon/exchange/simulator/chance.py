"""Chance in whole steps: the same seed gives the same weights and assays on every machine.

Only whole numbers are drawn; no logarithm or cosine of a C library stands between a seed and a weighbridge ticket.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from random import Random


def rounded(value: Fraction | Decimal, step: Decimal) -> Decimal:
    """The nearest multiple of `step`, as an instrument of that resolution shows it (a half to the even one)."""
    return (round(Fraction(value) / Fraction(step)) * step).quantize(step, rounding=ROUND_HALF_EVEN)


class Chance:
    """Draws of one seeded simulation, in the order asked."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 - a simulation that must repeat, not a secret

    def about(self, middle: str, spread: str, step: str) -> Decimal:
        """A reading near `middle`, at most `spread` away, in steps of the instrument; the middle is likeliest."""
        unit = Decimal(step)
        width = int(Decimal(spread) / unit)
        half = self._random.randint(-width, width) + self._random.randint(-width, width)
        return (Decimal(middle) + unit * (half // 2)).quantize(unit)

    def near_one(self, permille: int) -> Fraction:
        """A factor within `permille` thousandths of 1, the middle likeliest: how far a step's balance is off."""
        thousand = 1000 * permille
        return 1 + Fraction(
            self._random.randint(-thousand, thousand) + self._random.randint(-thousand, thousand), 2_000_000
        )

    def days(self, least: int, most: int) -> int:
        """How many days something took."""
        return self._random.randint(least, most)

    def shuffled(self, items: list[int]) -> list[int]:
        """The items in some order."""
        out = list(items)
        self._random.shuffle(out)
        return out
