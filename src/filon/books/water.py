"""Water of crystallisation: how much of it a salt still has once weight left it, or was taken up, as water.

Assays and weights of stocktakes tell (`books.assayed`); the metal stays what it was.

    crystal_water(book, lot)  # 6.21 of the 7 that CoSO4·7H2O begins with
"""

from __future__ import annotations

from fractions import Fraction

from filon.books.book import Book
from filon.books.lot import Account, AccountKind, LotId
from filon.core.matter import MASS, atomic_weights, crystal_waters, molar_mass


def crystal_water(book: Book, lot: LotId) -> Fraction | None:
    """Molecules of water for each atom of a salt's metal, on average; None of no salt, or where none moved.

    Source: custody reference, worked case C: 7 - (1 000 / 18.015) / (4 160 / 58.933) = 6.21.
    """
    form = (book.declared.get(lot) or book.register.product_traits(lot)).form
    waters = crystal_waters(form.formula) if form and form.formula else Fraction(0)
    if not form or not waters or not form.elements:
        return None
    metal = form.elements[0]
    gone = Fraction(0)
    for index in book.of_lot.get(lot, ()):
        holding = book.holdings[index]
        left = sum(flow.content[MASS] or 0 for flow in book.outflows[index] if _is_water(flow.target))
        taken = sum(flow.content[MASS] or 0 for flow in book.inflows[index] if _is_water(flow.source))
        holds = book.holdings[holding.next if left and holding.next is not None else index].content.get(metal)
        if holds and left != taken:
            gone += Fraction(left - taken) / molar_mass("H2O") / (holds / atomic_weights()[metal])
    return waters - gone if gone else None


def _is_water(end: int | Account) -> bool:
    return isinstance(end, Account) and end.kind is AccountKind.WATER
