"""J Sigma J^T by its definition: every reading of a story is changed a little, the story is posted again, and the change
of what a site leaves over is J. Slow, and knows nothing of how `books.closure` walks.

A reading is (relative sigma, story -> story with it changed by a factor).
"""

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import sqrt

from filon.books.balance import balances, by_site
from filon.books.lot import AccountKind
from filon.books.post import post
from filon.books.register import Register
from filon.epcis.event import Event
from story import said

Story = Callable[[Sequence[float]], list[Event]]
"""(one factor a reading) -> the events as they would have been told."""
LITTLE = 1e-4
"""A percentage told to six decimals moves by a hundred of its last digits or more; the second order is 1e-8."""


def left_over(events: list[Event], register: Register, site: str, substance: str) -> int:
    """Unaccounted and lost at a site, mg."""
    lines = balances(post(said(*events), register), by_site, substances=[substance])
    line = next(one for one in lines if one.group == site)
    return line.left[AccountKind.UNACCOUNTED] + line.left[AccountKind.LOSS]


def sigma(story: Story, sigmas: Sequence[float], register: Register, site: str, substance: str) -> float:
    """One-sigma uncertainty of what is left over, by central differences."""
    total = Fraction(0)
    for at, one in enumerate(sigmas):
        ends = []
        for little in (LITTLE, -LITTLE):
            factors = [1.0] * len(sigmas)
            factors[at] += little
            ends.append(left_over(story(factors), register, site, substance))
        total += (Fraction(ends[0] - ends[1]) / Fraction(2 * LITTLE) * Fraction(one)) ** 2
    return sqrt(total)
