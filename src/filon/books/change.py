"""What a correction changed: two books of the same ledger, with and without it, compared lot by lot and check by check.

Books are made again from the first event each time, so a correction re-posts everything that follows; what comes out
the same was not touched by it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from filon.books.book import Book, Check
from filon.books.lot import Content, LotId
from filon.books.trace import descendants, entered


@dataclass(frozen=True, slots=True)
class LotChange:
    """A lot whose own amounts changed, or that holds matter of one.

    Args:
        made: {substance: mg} when made, (before, after); None where the lot is not known.
        left: the same of what is still there.
        itself: its own amounts or places changed; else only what it is made of.
    """

    lot: LotId
    made: tuple[Content | None, Content | None]
    left: tuple[Content | None, Content | None]
    itself: bool


@dataclass(frozen=True, slots=True)
class CheckChange:
    """A comparison that comes out otherwise; None where it is not made.

    Args:
        lots: what it is about: of a step, the lots that it made.
    """

    lots: tuple[str, ...]
    before: Check | None
    after: Check | None


def lot_changes(before: Book, after: Book) -> tuple[LotChange, ...]:
    """The lots that differ, those that changed themselves first, each group sorted."""
    lots = before.of_lot.keys() | after.of_lot.keys()
    changed = {lot for lot in lots if _state(before, lot) != _state(after, lot)}
    reached = {book.holdings[at].lot for book in (before, after) for at in descendants(book, sorted(changed))}
    touched = (reached & lots) - changed
    return tuple([_change(before, after, lot, itself=True) for lot in sorted(changed)]
                 + [_change(before, after, lot, itself=False) for lot in sorted(touched)])  # fmt: skip


def check_changes(before: Book, after: Book) -> tuple[CheckChange, ...]:
    """The comparisons that come out otherwise, in the order of the book after, then those that are no longer made."""
    old, new = _checks(before), _checks(after)
    changed = [
        CheckChange(key[1], old.get(key), check) for key, check in new.items() if _same(old.get(key)) != _same(check)
    ]
    return tuple(changed + [CheckChange(key[1], check, None) for key, check in old.items() if key not in new])


def _change(before: Book, after: Book, lot: LotId, *, itself: bool) -> LotChange:
    return LotChange(lot, (_made(before, lot), _made(after, lot)), (_left(before, lot), _left(after, lot)), itself)


def _state(book: Book, lot: LotId) -> object:
    """Everything the book holds of a lot, but for the numbers by which it holds it."""
    holdings = [book.holdings[index] for index in book.of_lot.get(lot, ())]
    return [
        (h.site, h.kind, h.version, h.amount, h.unit, h.left, _full(h.content), _full(h.left_content))
        for h in holdings
    ]  # fmt: skip


def _full(content: Content) -> dict[str, int | None]:
    return {substance: mg for substance, mg in content.items() if mg != 0}


def _made(book: Book, lot: LotId) -> Content | None:
    return _sum(book.holdings[index].content for index in entered(book, [lot])) if lot in book.of_lot else None


def _left(book: Book, lot: LotId) -> Content | None:
    return _sum(book.holdings[index].left_content for index in book.of_lot[lot]) if lot in book.of_lot else None


def _sum(contents: Iterable[Content]) -> Content:
    """Substance by substance; unknown where a part is."""
    total: dict[str, int | None] = {}
    for content in contents:
        for substance, mg in content.items():
            so_far = total.get(substance, 0)
            total[substance] = None if mg is None or so_far is None else so_far + mg
    return total


_Key = tuple[str, tuple[str, ...], str, str, int]


def _checks(book: Book) -> Mapping[_Key, Check]:
    """{what, lots, site, substance, which of several}: a corrective event has another key than the one it replaces."""
    told: dict[_Key, Check] = {}
    several: Counter[tuple[str, tuple[str, ...], str, str]] = Counter()
    for check in book.checks:
        alike = (check.what, _about(book, check), check.site, check.substance)
        told[(*alike, several[alike])] = check
        several[alike] += 1
    return told


def _about(book: Book, check: Check) -> tuple[str, ...]:
    made = book.events[check.event].event.outputQuantityList if check.what == "step" else ()
    return tuple(sorted(item.epcClass for item in made)) or (check.lot,)


def _same(check: Check | None) -> object:
    return None if check is None else (check.into, check.out, check.difference, check.verdict, check.account.kind)
