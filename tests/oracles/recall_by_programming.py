"""The least and most of recalled matter by linear programming: every way in which holdings may be unevenly mixed.

Unknowns: how much recalled matter each flow carries, 0 to its mg. Each holding gives out no more recalled matter than
came in, and no more of the other. That is all that physics says; the least and most over all such ways is the truth.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog

from filon.books.book import Book


def reached(book: Book, start: set[int]) -> set[int]:
    """Holdings that recalled matter can be in, also as what was found and is like it."""
    seen: set[int] = set()
    more = set(start)
    while more - seen:
        seen |= more
        more = {f.target for f in book.flows if isinstance(f.target, int) and (f.source in seen or f.like in seen)}
    return seen


def wholly(book: Book, start: set[int]) -> set[int]:
    """Holdings in which there is nothing else: parents are older than children."""
    seen = set(start)
    for holding in book.holdings:
        inflows = book.inflows[holding.id]
        if inflows and all((f.source if isinstance(f.source, int) else f.like) in seen for f in inflows):
            seen.add(holding.id)
    return seen


def extremes(book: Book, substance: str, start: set[int], target: int) -> tuple[float, float]:
    """(least, most) mg of recalled matter that a holding may have got."""
    seen, whole = reached(book, start), wholly(book, start)
    flows = [flow for flow in book.flows if flow.content.get(substance, 0)]
    amounts = np.array([float(flow.content[substance]) for flow in flows])
    low, high = np.zeros(len(flows)), amounts.copy()
    for index, flow in enumerate(flows):
        if isinstance(flow.source, int):
            if flow.source in start:
                low[index] = amounts[index]
        elif flow.like in whole:
            low[index] = amounts[index]  # all of it recalled, and so what is like it
        elif flow.like not in seen:
            high[index] = 0  # from outside, and not like anything recalled
    rows, limits = [], []
    for holding in book.holdings:
        if holding.id in start:
            continue
        into = np.array([flow.target == holding.id for flow in flows], dtype=float)
        out = np.array([flow.source == holding.id for flow in flows], dtype=float)
        rows += [out - into, into - out]  # recalled out <= in; other out <= in
        limits += [0.0, float(amounts @ into - amounts @ out)]
    wanted = np.array([flow.target == target for flow in flows], dtype=float)
    kind = {"A_ub": np.array(rows), "b_ub": np.array(limits), "bounds": list(zip(low, high, strict=True))}
    found = [linprog(sign * wanted, **kind, method="highs") for sign in (1, -1)]
    assert all(one.status == 0 for one in found)
    return float(found[0].fun), float(-found[1].fun)
