"""The ownership book as people read it: parties by name, kg, and only what somebody else holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from filon.accounts.custody.chain import ChainOfCustody
from filon.accounts.owner import Ownership, owner_balances
from filon.books.book import Book, Holding
from filon.books.journal import UNKNOWN
from filon.books.lot import AccountKind, LotId
from filon.books.trace import mixed_from
from filon.core.ident import short
from filon.core.matter import ELEMENTS
from filon.views.build.sight import Sight
from filon.views.figure import Named, kg
from filon.views.lot import Owned
from filon.views.owner import OwnerLine, OwnersView, differs


def owners_view(sight: Sight, chain: ChainOfCustody, *, element: str = "") -> OwnersView:
    """The balance of every owner, for one element or all that occur."""
    occur = sight.book.once("occur", _occurring)
    chosen = [element] if element else [one for one in ELEMENTS if one in occur]
    books = [chain.ownership(one) for one in chosen]
    return OwnersView(
        sight.state,
        tuple(line for book in books for line in sight.book.once((owners_view, book.substance), _told(sight, book))),
        tuple(dict.fromkeys(one for book in books for one in book.findings)),
    )


def _occurring(book: Book) -> set[str]:
    return {substance for flow in book.flows for substance, mg in flow.content.items() if mg}


def _told(sight: Sight, book: Ownership) -> Callable[[Book], tuple[OwnerLine, ...]]:
    return lambda _: tuple(_lines(sight, book))


def _lines(sight: Sight, book: Ownership) -> Iterator[OwnerLine]:
    elsewhere: Counter[str] = Counter()
    for holding in sight.book.holdings:
        for owner, mg in _apart(sight, book, holding):
            elsewhere[owner] += mg
    for one in owner_balances(book):
        known = one.owner != UNKNOWN
        yield OwnerLine(
            key=one.owner if known else "",
            owner=party_name(sight, one.owner) if known else "",
            element=Named("element", book.substance),
            entered=kg(one.entered),
            taken=kg(one.taken),
            given=kg(one.given),
            gone=kg(one.gone),
            held=kg(one.held),
            elsewhere=kg(elsewhere[one.owner]),
        )


def owned(sight: Sight, chain: ChainOfCustody, lot: LotId, elements: Sequence[str]) -> tuple[Owned, ...]:
    """What of a lot is not its holder's: element by element, where it is."""
    found: Counter[tuple[str, str, str]] = Counter()
    behind = sight.book.large and mixed_from(sight.book, sight.book.of_lot[lot])
    for element in elements:
        book = chain.ownership_of(element, behind) if behind else chain.ownership(element)
        for index in sight.book.of_lot[lot]:
            holding = sight.book.holdings[index]
            for owner, mg in _apart(sight, book, holding):
                found[element, owner, holding.site] += mg
    return tuple(
        Owned(
            owner=party_name(sight, owner),
            holder=party_name(sight, sight.book.register.site(site).party),
            site=sight.site(site),
            element=Named("element", element),
            mass=kg(mg),
        )
        for (element, owner, site), mg in found.items()
    )


def _apart(sight: Sight, book: Ownership, holding: Holding) -> Iterator[tuple[str, int]]:
    """(owner, mg) of what stands at a site of somebody else."""
    if holding.kind is AccountKind.STOCK and book.left[holding.id]:
        holder = sight.book.register.site(holding.site).party
        for owner, mg in book.left[holding.id].items():
            if owner != UNKNOWN and differs(owner, holder):
                yield owner, mg


def party_name(sight: Sight, key: str) -> str:
    """What people call a party."""
    name = sight.book.register.name(key)
    return short(key) if name == key else name
