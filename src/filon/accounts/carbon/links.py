"""Links: which share of a holding's footprint goes on to which other, following the flows of the books.

What is lost or thrown away burdens what is kept; waste carries nothing (cut-off). A step shares its footprint
among its products; a stock or delivery among what was taken from it in good use and what is still there, by amount.

    y[target] = b[target] + sum(share x y[source])        the shares out of a holding, and what it keeps, sum to one
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from filon.accounts.carbon.allocation import Allocation
from filon.books.book import Book, Flow, Holding
from filon.books.lot import Account, AccountKind, LotId
from filon.core.finding import Finding, Place, found
from filon.core.ident import short
from filon.core.matter import MASS

NOT_BURDENED = frozenset(
    {AccountKind.WASTE, AccountKind.LOSS, AccountKind.UNACCOUNTED, AccountKind.REAGENTS, AccountKind.WATER}
)
"""Where matter goes without footprint: it was lost, and what is kept carries its burden."""


@dataclass(frozen=True, slots=True)
class Link:
    """A share of the source's footprint that goes on to the target."""

    source: int
    target: int
    share: Fraction


@dataclass(frozen=True)
class Links:
    """All shares of a book.

    Args:
        into: links into each holding, by id, sources smaller than the target.
        kept: share of each holding's footprint that is still there.
        outside: share of each holding's footprint that left the books, by account.
        good: counting units of each holding that carry its footprint (not lost).
        unshared: holdings whose footprint could not be shared out among their products.
    """

    into: Sequence[Sequence[Link]]
    kept: Sequence[Fraction]
    outside: Sequence[Mapping[Account, Fraction]]
    good: Sequence[int]
    unshared: frozenset[int] = frozenset()
    findings: tuple[Finding, ...] = ()

    def without(self, nodes: frozenset[int]) -> Links:
        """The same with nothing going on into some holdings: what is declared there stands for all before them."""
        if not nodes:
            return self
        return replace(self, into=[() if node in nodes else listed for node, listed in enumerate(self.into)])


@dataclass
class _Shares:
    """Weights of one holding's uses while they are gathered."""

    targets: dict[int, Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    accounts: dict[Account, Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    left: Fraction = Fraction(0)
    doubt: bool = False

    @property
    def whole(self) -> Fraction:
        return sum(self.targets.values(), Fraction(0)) + sum(self.accounts.values(), Fraction(0)) + self.left

    def add(self, end: int | Account, weight: Fraction) -> None:
        if isinstance(end, int):
            self.targets[end] += weight
        else:
            self.accounts[end] += weight


def links(book: Book, allocation: Allocation) -> Links:
    """The shares of a book.

    Findings:
        CFP-009: all of a holding was lost; its footprint left the books with the loss.
        CFP-012: products of a step without known masses; its footprint stays with the step, unshared.
    """
    into: list[list[Link]] = [[] for _ in book.holdings]
    kept, outside, good, findings, unshared = [], [], [], [], set()
    for holding in book.holdings:
        flows = book.outflows[holding.id]
        of_step = holding.kind is AccountKind.STEP
        shares = _of_step(book, flows, allocation) if of_step else _of_stock(holding, flows)
        whole = shares.whole
        code = "CFP-012" if shares.doubt else "CFP-009"
        if shares.doubt or (not whole and flows and holding.amount):
            findings.append(_told(book, holding, code))
        if shares.doubt:
            unshared.add(holding.id)
        for target, weight in shares.targets.items():
            if whole and weight:
                into[target].append(Link(holding.id, target, weight / whole))
        gone = flows and not whole and not shares.doubt  # in doubt it stays with the step and is told as such
        lost = {Account(AccountKind.LOSS, "footprint"): Fraction(1)} if gone else {}
        kept.append(shares.left / whole if whole else Fraction(0 if flows else 1))
        outside.append({a: w / whole for a, w in shares.accounts.items()} if whole else lost)
        good.append(int(whole) if not of_step else 0)
    for listed in into:
        listed.sort(key=lambda link: link.source)
    return Links(into, kept, outside, good, frozenset(unshared), tuple(findings))


def _of_stock(holding: Holding, flows: Iterable[Flow]) -> _Shares:
    """By counting units; parts of one article that came apart together share its unit by mass."""
    shares = _Shares(left=Fraction(holding.left))
    together: dict[int, list[Flow]] = defaultdict(list)
    for flow in flows:
        if not (isinstance(flow.target, Account) and flow.target.kind in NOT_BURDENED):
            together[flow.event].append(flow)
    for group in together.values():
        units = sum(flow.amount for flow in group)
        masses: list[int] = [flow.content.get(MASS) or 0 for flow in group]
        if len(group) > 1 and any(not flow.amount for flow in group) and sum(masses) > 0:
            for flow, mass in zip(group, masses, strict=True):
                shares.add(flow.target, Fraction(units * mass, sum(masses)))
        else:
            for flow in group:
                shares.add(flow.target, Fraction(flow.amount))
    return shares


def _of_step(book: Book, flows: Iterable[Flow], allocation: Allocation) -> _Shares:
    shares = _Shares()
    burdened = [f for f in flows if not (isinstance(f.target, Account) and f.target.kind in NOT_BURDENED)]
    if len(burdened) == 1:
        shares.add(burdened[0].target, Fraction(1))
        return shares
    lots = [_lot(book, flow) for flow in burdened]
    weights = allocation.weights(book, lots, burdened)
    if weights is None:
        shares.doubt = bool(burdened)
        return shares
    for flow, weight in zip(burdened, weights, strict=True):
        shares.add(flow.target, weight)
    return shares


def _lot(book: Book, flow: Flow) -> LotId:
    return book.holdings[flow.target].lot if isinstance(flow.target, int) else LotId(flow.target.key)


def _told(book: Book, holding: Holding, code: str) -> Finding:
    said = book.events[holding.made]
    place = Place(event=said.event.eventID or said.key, entry=said.entry)
    name = short(holding.lot)
    return found(code, place, lot=name, step=name, site=book.register.name(holding.site))
