"""The origin of matter by its definition, in exact fractions, slowly: what flows out of a holding is like what is in it.

For every holding: y = what came from each origin; each inflow brings its share of its source's y. Nothing is rounded,
so the books' whole milligrams may differ from it, by how much at most is worked out beside it:

- a draw of the fraction f of what is left shares out whole mg by largest remainders: each part is less than 1 mg off,
  on top of f times what the source's own vector is off;
- what stays behind keeps the other (1 - f) of the source's error, and the 1 mg of the draw;
- a holding's error is at most the sum of its inflows' errors.
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

from filon.books.book import Book
from filon.books.lot import Account, AccountKind

Shares = dict[str, Fraction]


def by_definition(book: Book, substance: str) -> tuple[list[Shares], list[Fraction]]:
    """(exact mg by origin of each holding when made, the most by which whole mg may differ in any one origin)."""
    made: list[Shares] = [defaultdict(Fraction) for _ in book.holdings]
    wrong = [Fraction(0)] * len(book.holdings)  # of what is made
    left_wrong = [Fraction(0)] * len(book.holdings)  # of what is left
    left = [0] * len(book.holdings)
    for flow in book.flows:
        mg = flow.content.get(substance, 0)
        if not mg:
            continue
        part: Shares = {}
        error = Fraction(0)
        if isinstance(flow.source, int):
            whole = sum(made[flow.source].values())
            part = {origin: share * mg / whole for origin, share in made[flow.source].items()}
            drawn = Fraction(mg, left[flow.source])
            error = drawn * left_wrong[flow.source] + 1
            left_wrong[flow.source] = (1 - drawn) * left_wrong[flow.source] + 1
            left[flow.source] -= mg
        elif flow.source.kind is AccountKind.SOURCE:
            part = {flow.source.key: Fraction(mg)}
        elif flow.like is not None and made[flow.like]:
            whole = sum(made[flow.like].values())
            part = {origin: share * mg / whole for origin, share in made[flow.like].items()}
            error = wrong[flow.like] * Fraction(mg) / whole + 1
        else:
            part = {"UNKNOWN": Fraction(mg)}
        if not isinstance(flow.target, Account):
            for origin, share in part.items():
                made[flow.target][origin] += share
            wrong[flow.target] += error
            left_wrong[flow.target] += error
            left[flow.target] += mg
    return [dict(one) for one in made], wrong
