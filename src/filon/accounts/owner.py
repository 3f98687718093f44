"""The ownership book: whose the milligrams in every holding are, whatever their origin and whoever has them (I-25).

Owners ride on matter like origins and change only where somebody says so: an event that names an `owning_party`, or a
contract of work (`toll`). What nobody said, or two said differently, is UNKNOWN. The book balances by itself: per owner
entered + taken over - given over - gone = held, to the milligram.

    book = ownership(told, "Co"); book.left[holding.id]; owner_balances(book)

Under way, goods are the sender's; ownership passes where the transfer ends (CBV 2.0, 7.4.2). Whoever mixes what several
own makes them co-owners pro rata. A contract returns by quantity: what then goes to one owner out of another's part is
given back out of what is left at the site, and only what is lacking is a gift of the other (custody reference 3 E).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from filon.accounts.custody.claims import Told
from filon.accounts.custody.facts import Fact, Record
from filon.accounts.custody.toll import comes, goes, owners
from filon.accounts.origin import Sweep, Vector, add, shared
from filon.books.book import Book, Flow, Holding
from filon.books.journal import UNKNOWN
from filon.books.lot import Account, AccountKind
from filon.core.finding import Finding, found
from filon.core.ident import short
from filon.core.quantity import part
from filon.epcis.event import Event, Typed

OWNING = "owning_party"


@dataclass(frozen=True, slots=True)
class Transfer:
    """So many mg changed owner in one event, without having to move."""

    event: int
    giver: str
    taker: str
    mg: int


@dataclass(frozen=True)
class Ownership:
    """The ownership book of one substance.

    Args:
        left: {owner: mg} of what is in each holding, by id; it sums to the holding's content where that is known.
        entered: {owner: mg} that came into the books from a source.
        gone: {owner: mg} that left for any account outside, net of what measurements found more.
        transfers: every change of owner, oldest first.
        findings: CUS-026.
    """

    substance: str
    left: Sequence[Mapping[str, int]]
    entered: Mapping[str, int]
    gone: Mapping[str, int]
    transfers: Sequence[Transfer]
    findings: Sequence[Finding]


@dataclass(frozen=True, slots=True)
class OwnerBalance:
    """The balance of one owner in mg: `entered + taken - given - gone = held`.

    Args:
        taken, given: from and to other owners.
    """

    owner: str
    entered: int
    taken: int
    given: int
    gone: int
    held: int


def ownership(told: Told, substance: str, within: frozenset[int] | None = None) -> Ownership:
    """The ownership book of one substance.

    Args:
        within: only these holdings are told, with all that they came from (`books.trace.mixed_from`); None = all. A
            contract of work changes owners at the whole site: then all are told anyway.

    Findings:
        CUS-026: sender and receiver name different owners, and no contract decides; the owner is UNKNOWN.
    Source: EPCIS CBV 2.0, 7.4.2; custody reference I-25 and 3 E; decision 0100.
    """
    run = _Owners(told, substance)
    some = None if run.contracts else within
    run.sweep(some)
    gone: Counter[str] = Counter()
    for vector in run.outside.values():
        gone.update(vector)
    left = (run.rows() if some is None else run.few())[1]
    return Ownership(substance, left, dict(run.came), gone, tuple(run.transfers), tuple(run.findings))


def owner_findings(told: Told, substance: str) -> Sequence[Finding]:
    """The findings of an ownership book, found without following a milligram.

    Findings: as `ownership`.
    """
    run = _Owners(told, substance)
    for flow in told.book.once(owner_findings, _disputed):
        mg = flow.content.get(substance, 0)
        if not mg:
            continue
        if isinstance(flow.source, Account) and flow.source.kind is AccountKind.SOURCE:
            run.entered(flow, mg)
        elif isinstance(flow.target, int) and run._contract(flow, mg) is None:  # noqa: SLF001 - its own half
            run._said(flow, told.book.holdings[flow.target])  # noqa: SLF001
    return run.findings


def _disputed(book: Book) -> Sequence[Flow]:
    """Flows of which several owners may be told: their event names several on one side, or shipment and receipt do."""
    sides = [
        (frozenset(_named(said.setting.sourceList)), frozenset(_named(said.setting.destinationList)))
        for said in book.events
    ]
    many = [len(sources) > 1 or len(takers) > 1 for sources, takers in sides]

    def several(flow: Flow) -> bool:
        if many[flow.event] or not isinstance(flow.source, int):
            return many[flow.event]
        source = book.holdings[flow.source]
        return source.kind is AccountKind.TRANSIT and len(sides[source.made][1] | sides[flow.event][1]) > 1

    return [flow for flow in book.flows if several(flow)]


def owner_balances(book: Ownership) -> list[OwnerBalance]:
    """A balance for each owner that ever had anything, by name, UNKNOWN last."""
    held: Counter[str] = Counter()
    for vector in book.left:
        held.update(vector)
    taken, given = Counter[str](), Counter[str]()
    for one in book.transfers:
        taken[one.taker] += one.mg
        given[one.giver] += one.mg
    names = {*held, *taken, *given, *book.gone, *book.entered}
    return [
        OwnerBalance(name, book.entered.get(name, 0), taken[name], given[name], book.gone.get(name, 0), held[name])
        for name in sorted(names, key=lambda name: (name == UNKNOWN, name))
    ]


class _Owners(Sweep):
    """The sweep that labels each mg with its owner."""

    def __init__(self, told: Told, substance: str) -> None:
        super().__init__(told.book, substance)
        self.told = told
        self.contracts = [one for one in told.of_kind(Record.TOLL) if one.element == substance]
        self.delivered: Counter[int] = Counter()
        self.returned: Counter[int] = Counter()
        self.at: dict[str, dict[int, None]] = {one.site: {} for one in self.contracts}  # their holdings, oldest first
        self.came: Counter[str] = Counter()
        self.transfers: list[Transfer] = []
        self.findings: list[Finding] = []

    def carry(self, flow: Flow) -> None:
        """Take the flow's share from its source, whose owners it keeps unless somebody says otherwise."""
        mg = flow.content.get(self.substance, 0)
        if not mg:
            return
        vector = self._taken(flow, mg)
        if isinstance(flow.target, Account):
            add(self.outside.setdefault(flow.target, {}), vector)
            return
        target = self.book.holdings[flow.target]
        if target.site in self.at:
            self.at[target.site][flow.target] = None
        contract = self._contract(flow, mg)
        owner = self._party(contract, flow) if contract else self._said(flow, target)
        if owner is not None:
            self._hand_over(flow, vector, owner)
            vector = {owner: mg}
        add(self.made[flow.target], vector)
        add(self.left[flow.target], vector)
        self._settle(flow, contract)

    def entered(self, flow: Flow, mg: int) -> Vector:
        """Whose the matter is that comes into the books: as its event says."""
        event = self.book.events[flow.event].setting
        owner = self._one({*_named(event.destinationList)} or {*_named(event.sourceList)}, flow) or UNKNOWN
        self.came[owner] += mg
        return {owner: mg}

    def _like(self, flow: Flow, mg: int) -> Vector:
        """What a measurement found more than was there is of those who own the rest."""
        index = flow.like
        while index is not None and not self.left[index]:
            index = self.book.holdings[index].next  # the rest may have gone into the next version in this very event
        now = self.left[index] if index is not None else self.made[flow.like] if flow.like is not None else {}
        return shared(mg, now) if now else {UNKNOWN: mg}

    def _beyond(self, source: int, mg: int) -> Vector:  # noqa: ARG002 - the sweep's hook
        """More than the known part of a holding: nobody's amount is known, so it enters here."""
        self.came[UNKNOWN] += mg
        return {UNKNOWN: mg}

    def _contract(self, flow: Flow, mg: int) -> Fact | None:
        """The contract under which a flow comes to a site or goes back from it."""
        for at, one in enumerate(self.contracts):
            if not one.holds(self.told.days[flow.event]) or one.party not in owners(self.book, flow):
                continue
            if comes(self.book, flow, one.site):
                self.delivered[at] += mg
                return one
            if goes(self.book, flow, one.site):
                self.returned[at] += mg
                return one
        return None

    def _party(self, contract: Fact, flow: Flow) -> str:
        """The contract's party by its identifier, where the flow's events name it so."""
        known = (one for one in sorted(owners(self.book, flow)) if self.book.register.name(one) == contract.party)
        return next((one for one in known if one != contract.party), contract.party)

    def _said(self, flow: Flow, target: Holding) -> str | None:
        """The owner that the flow's events name; None = nobody says, it stays whose it was."""
        event, source = self.book.events[flow.event].setting, self._from(flow)
        if isinstance(flow.source, Account) and flow.source.kind is AccountKind.SOURCE:
            return None
        if target.kind is AccountKind.TRANSIT or event.bizStep == "void_shipping":
            return self._one(_named(event.sourceList), flow)
        if source is None:  # a surplus that no measurement explains is of whoever is said to have received it
            return self._one(_named(event.destinationList), flow) if event.bizStep == "receiving" else None
        if source.kind is AccountKind.TRANSIT:
            shipped = self.book.events[source.made].setting
            return self._one([*_named(shipped.destinationList), *_named(event.destinationList)], flow)
        if source.kind is AccountKind.STEP or (event.bizStep == "receiving" and source.site != target.site):
            return self._one(_named(event.destinationList), flow)
        return None

    def _from(self, flow: Flow) -> Holding | None:
        """The holding that matter comes from, or that a measurement found more in."""
        index = flow.source if isinstance(flow.source, int) else flow.like
        return None if index is None else self.book.holdings[index]

    def _one(self, parties: Iterable[str], flow: Flow) -> str | None:
        """The one party named; UNKNOWN with a finding where they differ."""
        names = sorted(set(parties))
        if len(names) < 2:  # noqa: PLR2004
            return names[0] if names else None
        said, lot = self.book.events[flow.event], self._lot(flow)
        told = ", ".join(self.book.register.name(one) for one in names)
        finding = found("CUS-026", said.place, expected="", found=told, lot=short(lot), parties=told)
        if finding not in self.findings:
            self.findings.append(finding)
        return UNKNOWN

    def _lot(self, flow: Flow) -> str:
        end = flow.target if isinstance(flow.target, int) else flow.source
        return self.book.holdings[end].lot if isinstance(end, int) else ""

    def _hand_over(self, flow: Flow, vector: Vector, owner: str) -> None:
        """All of it becomes the owner's; at a site that works on contract the others are given back what they lent."""
        for other, mg in vector.items():
            if other == owner:
                continue
            self.transfers.append(Transfer(flow.event, other, owner, mg))
            if UNKNOWN not in {other, owner} and isinstance(flow.source, int):
                self._relabel(flow.event, self.book.holdings[flow.source].site, owner, other, mg)

    def _relabel(self, event: int, site: str, giver: str, taker: str, most: int) -> None:
        """At a site with a contract, up to so much of one owner's becomes another's, the oldest holding first."""
        for index in self.at.get(site, ()):
            mg = min(most, self.left[index].get(giver, 0))
            if mg > 0:
                add(self.left[index], {giver: -mg})
                add(self.left[index], {taker: mg})
                self.transfers.append(Transfer(event, giver, taker, mg))
                most -= mg

    def _settle(self, flow: Flow, contract: Fact | None) -> None:
        """Once all that is due has gone back, what is over is the site's."""
        if contract is None or contract.factor is None or not goes(self.book, flow, contract.site):
            return
        at = self.contracts.index(contract)
        due = part(self.delivered[at], contract.factor.numerator, contract.factor.denominator)
        if self.returned[at] >= due:
            runner = self.book.register.site(contract.site).party or UNKNOWN
            party = self._party(contract, flow)
            over = sum(self.left[index].get(party, 0) for index in self.at[contract.site])
            if runner != party:
                self._relabel(flow.event, contract.site, party, runner, over)


def names_owner(event: Event) -> bool:
    """Whether an event says whose something is."""
    return any(True for _ in _named((*event.sourceList, *event.destinationList)))


def _named(ends: Sequence[Typed]) -> Iterator[str]:
    yield from (one.value for one in ends if one.type == OWNING)
