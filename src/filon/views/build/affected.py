"""The view of what retractions changed, from the books without and with them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from filon.accounts.recall import Tip
from filon.accounts.tip import Meant
from filon.books.book import Check
from filon.books.change import CheckChange, LotChange, check_changes, lot_changes
from filon.books.lot import Content
from filon.core.ident import short
from filon.core.matter import ELEMENTS, MASS
from filon.views.affected import AffectedBalance, AffectedLot, AffectedStatement, AffectedView, Retraction
from filon.views.build.recall import recall_view
from filon.views.build.sight import Sight
from filon.views.figure import Figure, Named, kg
from filon.views.recall import Receiver


def affected_view(
    before: Sight,
    after: Sight,
    retracted: Sequence[Retraction],
    statements: Iterable[tuple[AffectedStatement, bytes]],
    *,
    element: str = "",
) -> AffectedView:
    """The view.

    Args:
        before, after: without and with the retractions and what corrects them, all else the same.
        statements: everything ever issued, with its bytes; those that name an affected lot are kept.
        element: of which kg are told; empty = the first of `ELEMENTS` that is in a changed lot.
    """
    changes = lot_changes(before.book, after.book)
    chosen = element or _first(changes)
    return AffectedView(
        ledger=after.state,
        element=Named("element", chosen),
        retracted=tuple(retracted),
        lots=tuple(_lot(after if one.made[1] is not None else before, one, chosen) for one in changes),
        balances=tuple(_balance(after, one) for one in check_changes(before.book, after.book)),
        statements=tuple(_statements(changes, statements)),
        receivers=_receivers(before, after, changes, chosen),
    )


def _first(changes: Sequence[LotChange]) -> str:
    held = {substance for one in changes for content in one.made if content for substance in content}
    return next((element for element in ELEMENTS if element in held), MASS)


def _lot(sight: Sight, one: LotChange, element: str) -> AffectedLot:
    made, left = [[_kg(content, element) for content in pair] for pair in (one.made, one.left)]
    return AffectedLot(one.lot, short(one.lot), sight.product(one.lot), one.itself, made[0], made[1], left[0], left[1])


def _kg(content: Content | None, element: str) -> Figure:
    """Kg of the element; nothing of a lot that is not there."""
    return kg(0 if content is None else content.get(element, 0))


def _balance(sight: Sight, one: CheckChange) -> AffectedBalance:
    check = one.after or one.before
    assert check is not None
    return AffectedBalance(
        what=check.what,
        lot=", ".join(short(lot) for lot in one.lots),
        site=sight.site(check.site).name or check.site,
        element=Named("element", check.substance),
        difference_before=_difference(one.before),
        difference=_difference(one.after),
        verdict_before=one.before.verdict.value if one.before else "",
        verdict=one.after.verdict.value if one.after else "",
    )


def _difference(check: Check | None) -> Figure:
    return kg(0 if check is None else check.difference)


def _statements(
    changes: Sequence[LotChange], statements: Iterable[tuple[AffectedStatement, bytes]]
) -> Iterable[AffectedStatement]:
    lots = {one.lot.encode(): short(one.lot) for one in changes}
    for statement, data in statements:
        named = tuple(sorted(number for lot, number in lots.items() if lot in data))
        if named:
            yield AffectedStatement(statement.entry, statement.name, statement.learned, named)


def _receivers(before: Sight, after: Sight, changes: Sequence[LotChange], element: str) -> tuple[Receiver, ...]:
    """Everybody who received an affected lot, by either book: also who got one that is gone now."""
    lots = [one.lot for one in changes if one.itself]
    told: dict[str, Receiver] = {}
    for sight in (after, before):
        mine = tuple(lot for lot in lots if lot in sight.book.of_lot)
        view = recall_view(sight, Meant(Tip(mine)), element=element, back=False)
        for receiver in view.receivers:
            told.setdefault(receiver.key, receiver)
    return tuple(sorted(told.values(), key=lambda one: (one.first, one.name)))
