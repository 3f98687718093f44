"""Work on contract: whose metal a refinery works, what it owes back by contract, and what it recovered of it.

Owner, holder and origin change independently (I-25): metal that a party sends to be worked stays its own; the contract
says how much comes back, whatever was recovered. What the owner may claim is what was recovered, never what is due.

    for toll in tolls(told): toll.due, toll.recovered, toll.from_toller
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from filon.accounts.custody.claims import Told
from filon.accounts.custody.facts import Fact, Record
from filon.accounts.custody.model import NOTHING
from filon.accounts.custody.observed import Boundary
from filon.books.book import Book, Flow
from filon.books.journal import kg_text
from filon.books.lot import AccountKind
from filon.core.finding import Finding, found
from filon.core.quantity import part
from filon.epcis.event import Event, Setting


@dataclass(frozen=True, slots=True)
class Toll:
    """One contract at one site for one element, in mg.

    Args:
        party: who owns the metal.
        contract: share of what was delivered that comes back.
        delivered, returned: what came in of the party's own, and what went back to it.
        recovered: of the delivered, by the site's observed factor; None while nothing was worked.
    """

    site: str
    element: str
    party: str
    contract: Fraction
    delivered: int
    returned: int
    recovered: int | None

    @property
    def due(self) -> int:
        """What the contract gives back."""
        return part(self.delivered, self.contract.numerator, self.contract.denominator)

    @property
    def loss(self) -> int:
        """What the contract lets be lost, whether it was or not."""
        return self.delivered - self.due

    @property
    def balance(self) -> int:
        """What is still owed; negative = more came back than was due."""
        return self.due - self.returned

    @property
    def from_toller(self) -> int | None:
        """What the toller puts in of its own metal; negative = what it keeps."""
        return None if self.recovered is None else self.due - self.recovered


def tolls(told: Told) -> list[Toll]:
    """Every contract that somebody told of, in the order told.

    Source: custody reference I-25, section 3 E.
    """
    return [_toll(told, one) for one in told.of_kind(Record.TOLL)]


def toll_findings(told: Told) -> list[Finding]:
    """Contracts that do not come out even.

    Findings:
        CUS-022: more came back than the contract gives.
    """
    out = []
    for fact, one in zip(told.of_kind(Record.TOLL), tolls(told), strict=True):
        if one.balance < 0:
            name = told.book.register.name
            values = {"site": name(one.site), "party": name(one.party), "element": one.element}
            masses = {"returned": kg_text(one.returned), "due": kg_text(one.due)}
            out.append(found("CUS-022", fact.place, expected="", found="", **values, **masses))
    return out


def _toll(told: Told, fact: Fact) -> Toll:
    book = told.book
    delivered = returned = 0
    for flow in book.flows:
        mg = flow.content.get(fact.element) or 0
        if not mg or not fact.holds(told.days[flow.event]):
            continue
        if comes(book, flow, fact.site) and fact.party in owners(book, flow):
            delivered += mg
        elif goes(book, flow, fact.site) and fact.party in owners(book, flow):
            returned += mg
    nothing = [NOTHING] * len(book.holdings)
    boundary = Boundary(told, nothing, frozenset({fact.site}), fact.element, fact.material)
    factor = boundary.seen(fact.since or "0001-01-01", fact.until or "9999-12-31").factor
    recovered = None if factor is None else part(delivered, factor.numerator, factor.denominator)
    contract = fact.factor or Fraction(0)
    return Toll(fact.site, fact.element, fact.party, contract, delivered, returned, recovered)


def comes(book: Book, flow: Flow, site: str) -> bool:
    """Whether a flow brings goods to a site's stock from elsewhere."""
    target = book.holdings[flow.target] if isinstance(flow.target, int) else None
    here = target is not None and target.kind is AccountKind.STOCK and target.site == site
    if isinstance(flow.source, int):
        return here and book.holdings[flow.source].kind is AccountKind.TRANSIT
    return here and flow.source.kind is AccountKind.SOURCE


def goes(book: Book, flow: Flow, site: str) -> bool:
    """Whether a flow sends goods from a site's stock on their way."""
    source = book.holdings[flow.source] if isinstance(flow.source, int) else None
    target = book.holdings[flow.target] if isinstance(flow.target, int) else None
    here = source is not None and source.kind is AccountKind.STOCK and source.site == site
    return here and target is not None and target.kind is AccountKind.TRANSIT


def owners(book: Book, flow: Flow) -> frozenset[str]:
    """Who owns what a flow moves, by identifier and name: as its event or its shipment says, else whoever runs the end.

    For goods under way from one site to another that is the party named as `owning_party` among the destinations; where
    nobody is named, whoever ran the site that they came from, or the one that they go to.
    """
    events = [book.events[flow.event].setting]
    if isinstance(flow.source, int) and book.holdings[flow.source].kind is AccountKind.TRANSIT:
        events.append(book.events[book.holdings[flow.source].made].setting)
    named = [party for event in events for party in _owning(event)]
    ids = named or [party for event in events for party in _running(book, event)]
    return frozenset({*ids, *(book.register.name(one) for one in ids)}) - {""}


def _owning(event: Event | Setting) -> Iterator[str]:
    yield from (one.value for one in event.destinationList if one.type == "owning_party")


def _running(book: Book, event: Event | Setting) -> Iterator[str]:
    """The parties that run the places between which goods move: who sent a delivery, who gets a return."""
    if event.bizStep == "shipping":
        places = [one.value for one in event.destinationList if one.type == "location"]
        yield from (book.register.site(place).party for place in [event.readPoint or "", *places])
    elif event.action == "ADD":
        yield book.register.site(event.bizLocation or "").party
