"""The journal: what is open while movements are posted, and the few moves that all of them are made of.

`take` matter out of a lot's holding, `pour` it into another, `gain` what a measurement found more than was there.
Holdings are well mixed (I-7); topping one up makes its next version with the heel in it (I-8). Everything here keeps
the double entry: a flow leaves one end and enters the other with the same milligrams.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, MutableMapping, MutableSequence, Sequence
from copy import copy
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

from msgspec.structs import replace

from filon.books.book import Check, Flow, Holding, Verdict
from filon.books.campaign import Campaign
from filon.books.declared import (
    UNSAID,
    Declared,
    completed,
    content_findings,
    mass_of,
    measured,
    mixed,
    plus,
    spread,
    weighing_sigma,
)
from filon.books.handled import may_be
from filon.books.layers import Layers
from filon.books.lot import BULK, LITRE, MILLIGRAM, PIECE, Account, AccountKind, Amount, Content, LotId, SiteId
from filon.books.movement import NOWHERE, Kind, Line, Movement, Said
from filon.books.ranges import Named, Spans
from filon.books.register import Register, serial
from filon.core.finding import Finding, Place, found
from filon.core.ident import short
from filon.core.matter import MASS
from filon.core.quantity import MG_PER_KG, part

UNKNOWN = "UNKNOWN"
"""The origin of matter whose origin nobody declared; a value like any other, never spread over the known ones."""

COVERAGE = 2
"""Differences within this many sigma are measurement noise (I-2: k = 2)."""


def kg_text(mg: int) -> str:
    """Milligrams as kilograms with one decimal, for findings."""
    return f"{mg / MG_PER_KG:.1f}"


def amount_text(amount: Amount) -> str:
    """`12.0 kg`, `10 piece`, `3.5 LTR`, for findings."""
    if amount.unit == MILLIGRAM:
        return f"{kg_text(amount.number)} kg"
    return f"{amount.number} piece" if amount.unit == PIECE else f"{amount.number / MG_PER_KG:.1f} {amount.unit}"


@dataclass(frozen=True, slots=True)
class _Shortage:
    """More of a lot was taken at a site than was there."""

    lot: LotId
    site: SiteId
    amount: Amount
    there: int
    holding: Holding | None
    weigh: float


class Journal:
    """The state of one posting run."""

    def __init__(self, register: Register, findings: list[Finding], scope: frozenset[str] | None) -> None:
        self.register = register
        self.findings = findings
        self.scope = scope
        self.event = -1
        self.said: Said | None = None  # the event being posted
        self.holdings: MutableSequence[Holding] = []
        self.flows: MutableSequence[Flow] = []
        self.checks: MutableSequence[Check] = []
        self.declared: MutableMapping[LotId, Declared] = {}
        self.open: dict[tuple[LotId, SiteId], int] = {}  # the newest version of a lot's stock at a site
        self.whereabouts: dict[LotId, set[SiteId]] = defaultdict(set)
        self.under_way: dict[LotId, list[tuple[str, SiteId, int]]] = defaultdict(list)  # shipment, to, holding
        self.layers = Layers(register)
        self.known: set[LotId] = set()  # lots that somebody said where they come from, at any time
        self.campaigns: dict[str, Campaign] = {}
        self._said: dict[tuple[int, int], Declared] = {}
        self.born: set[LotId] = set()  # lots that entered the books by their making
        self.inside: dict[LotId, dict[LotId, tuple[Amount, Content]]] = defaultdict(dict)  # article -> what was put in
        self.shipments: dict[tuple[str, LotId], int] = defaultdict(int)  # dispatches to come, by delivery note and lot
        self.arrivals: dict[tuple[str, LotId], int] = defaultdict(int)  # receipts still to come
        self.arrived: dict[tuple[str, LotId], int] = defaultdict(int)  # what was received so far
        self.early: dict[tuple[str, LotId], int] = {}  # received before it was shipped
        self.packed: dict[LotId, list[Line]] = {}
        self.batches: dict[str, list[tuple[int, int, LotId]]] = defaultdict(list)  # product -> serial ranges
        self.used: dict[LotId, MutableSequence[tuple[Spans, Said]]] = defaultdict(list)
        self.ranges: Mapping[str, Named] = {}  # of events whose ranges were read all at once
        self.clashes: dict[LotId, tuple[int, list[Finding]]] = {}  # batch -> of so many uses, what named a piece twice
        self._shown = 0  # holdings that an older book shows
        self._copied: set[int] = set()

    def turn_over(self) -> None:
        """What was posted so far is an older book's from now on: it is added to copies of its lists."""
        self.holdings, self.flows, self.checks = copy(self.holdings), copy(self.flows), copy(self.checks)
        self.declared = copy(self.declared)
        self._shown, self._copied = len(self.holdings), set()
        self._said = {}  # its movements are gone, and others may stand where they stood

    def unshare(self, deed: list[Movement]) -> None:
        """Copy the holdings that a deed may change, as far as an older book shows them."""
        if not self._shown:
            return
        for move in deed:
            lines = self.unpacked((*move.takes, *move.gives))
            lots = {lot for line in lines for lot in (line.lot, self.resolved(line).lot)}
            lots |= {move.parent, move.own, *self.inside.get(move.parent, ())}
            for lot in lots:
                self._unshare(lot)

    def _unshare(self, lot: LotId) -> None:
        places = self.whereabouts.get(lot, ())
        ids = {self.open[lot, site] for site in places} | {row[2] for row in self.under_way.get(lot, ())}
        ids |= {layer.id for site in places for layer in self.layers.kept.get((lot, site), ())}
        for index in ids:
            if index < self._shown and index not in self._copied:
                self._copied.add(index)
                before = self.holdings[index]
                after = replace(before, content=dict(before.content), left_content=dict(before.left_content))
                self.holdings[index] = after
                self.layers.replace(before, after)

    def remember(self, move: Movement) -> None:
        """Note what a movement declares of the lots it makes, before anything is posted."""
        if move.declared is None or (move.kind is not Kind.BIRTH and move.kind is not Kind.STEP):
            return
        for line in move.gives:  # of all lots: what is not followed still tells which piece is of which batch
            self.known.add(line.lot)
            told = self.says(move, line.lot)
            self.declared.setdefault(line.lot, told)
            if told.serials and (key := self.register.product(line.lot)):
                self.batches[key].append((*told.serials, line.lot))
            later = move.kind is Kind.STEP and may_be(told)  # what went in may tell what is in it
            if later or told.article or told.kind != "product" or not self.follows(line.lot):
                continue
            if content_findings(told):
                self.findings += content_findings(told, self.name(line.lot), move.said.place)  # few lots need a name

    def expect(self, deed: list[Movement]) -> None:
        """Note what a deed contributes to its campaign or shipment, before anything is posted."""
        move = deed[0]
        coming = self.shipments if move.kind is Kind.DISPATCH else self.arrivals if move.kind is Kind.RECEIPT else None
        if coming is not None and move.shipment:
            for line in move.takes or move.gives:
                coming[move.shipment, line.lot] += 1
        if move.campaign:
            self._contribute(self.campaigns.setdefault(move.campaign, Campaign()), deed)

    def campaign(self, deed: list[Movement]) -> Campaign:
        """The campaign that a step belongs to; a step without order number is one by itself."""
        if deed[0].campaign:
            return self.campaigns[deed[0].campaign]
        lone = Campaign()
        self._contribute(lone, deed)
        return lone

    def _contribute(self, campaign: Campaign, deed: list[Movement]) -> None:
        campaign.deeds += 1
        for move in deed:
            campaign.fed = campaign.fed or bool(move.takes)
            for line in move.gives:
                campaign.followed = campaign.followed or self.follows(line.lot)
                if line.amount and self.says(move, line.lot).article:
                    campaign.pieces += line.amount.number

    def told(self, lot: LotId) -> Declared:
        """What is declared of a lot, by its maker or else by its product."""
        if lot not in self.declared:
            self.declared[lot] = self.register.product_traits(lot)
        return self.declared[lot]

    def says(self, move: Movement, lot: LotId) -> Declared:
        """What this movement declares of a lot it makes; a tank's fillings each have their own assay."""
        product = self.register.product_traits(lot)
        if move.declared is None or product is UNSAID:
            return move.declared or product
        key = (id(move.declared), id(product))  # both live as long as the run
        if key not in self._said:
            self._said[key] = completed(move.declared, product)
        return self._said[key]

    def follows(self, lot: LotId) -> bool:
        """Whether this run posts the lot's movements."""
        return self.scope is None or lot in self.scope

    def takes_from(self, line: Line) -> bool:
        """Whether what a line takes is of a lot that this run follows, by its own name or as a piece of a batch."""
        return self.scope is None or line.lot in self.scope or self.resolved(line).lot in self.scope

    @staticmethod
    def name(identifier: str) -> str:
        """What people read for an identifier."""
        return short(identifier)

    def new(self, lot: LotId, site: SiteId, kind: AccountKind, unit: str) -> Holding:
        """An empty holding."""
        holding = Holding(len(self.holdings), lot, site, kind, 1, self.event, 0, unit, {}, {})
        self.holdings.append(holding)
        return holding

    def pour(  # noqa: PLR0917 - which, where, how much, of what, how sure, from where
        self,
        lot: LotId,
        site: SiteId,
        amount: Amount,
        content: Content,
        sigma: dict[str, float],
        source: int | Account,
        *,
        taken: int = 0,
        like: int | None = None,
    ) -> Holding:
        """Matter enters the stock of a lot at a site: a first holding, or the next version with the heel in it."""
        before = self.open.get((lot, site))
        if before is not None:
            amount = self._added(self.holdings[before], amount)
        holding = self.new(lot, site, AccountKind.STOCK, amount.unit)
        if before is not None and self.holdings[before].unit == amount.unit:
            heel = self.holdings[before]
            holding.version = heel.version + 1
            apart = self.layers.apart(site)
            if not apart and (heel.left or any(heel.left_content.values())):
                self._into(Flow(self.event, heel.id, holding.id, heel.left, dict(heel.left_content)))
                sigma = mixed(sigma, content, heel.sigma, heel.left_content)
                holding.amount = heel.left
            if not apart:
                heel.left, heel.left_content, heel.next = 0, {}, holding.id
        self._into(Flow(self.event, source, holding.id, taken, content, like))
        holding.amount += amount.number
        holding.sigma = sigma
        holding.left, holding.left_content = holding.amount, dict(holding.content)
        self.layers.fill(holding)
        self.open[lot, site] = holding.id
        self.whereabouts[lot].add(site)
        self.known.add(lot)
        return holding

    def renewed(
        self, holding: Holding, amount: Amount, content: Content, source: Account, *, like: int | None = None
    ) -> Holding:
        """The next version of a holding with more in it, where it lies: in its tank, or in its layer of a silo."""
        new = self.new(holding.lot, holding.site, holding.kind, holding.unit)
        new.version = holding.version + 1
        if holding.left or any(holding.left_content.values()):
            self._into(Flow(self.event, holding.id, new.id, holding.left, dict(holding.left_content)))
        if amount.number or content:
            self._into(Flow(self.event, source, new.id, 0, content, like))
        new.amount = new.left = holding.left + amount.number
        new.sigma, new.left_content = dict(holding.sigma), dict(new.content)
        holding.left, holding.left_content, holding.next = 0, {}, new.id
        self.layers.replace(holding, new)
        if self.open.get((new.lot, new.site)) == holding.id:
            self.open[new.lot, new.site] = new.id
        return new

    def _added(self, heel: Holding, amount: Amount) -> Amount:
        """What is added, in the unit that the heel is counted in; what cannot be converted adds matter but no units."""
        if heel.unit == amount.unit or not (heel.left or any(heel.left_content.values())):
            return amount
        converted = self.converted(heel.lot, amount, heel.unit)
        if converted is None:
            told = {"lot": self.name(heel.lot), "held": heel.unit, "asked": amount.unit}
            self.findings.append(found("BOK-017", self.said.place if self.said else Place(), **told))
        return converted or Amount(0, heel.unit)

    def out(self, holding: Holding, number: int) -> Content:
        """Take counting units out of a holding: its content pro rata, the last piece takes what is left."""
        there, kept = holding.left, holding.left_content
        holding.left = there - number
        if number == there and number:
            holding.left_content = {}
            return kept
        content: Content = {}
        for substance, mg in kept.items():
            if mg is None or not there:
                content[substance], kept[substance] = mg, mg and 0
                continue
            some, rest = divmod(mg * number, there)  # as `part`, without the call: the innermost line of all
            if 2 * rest > there or (2 * rest == there and some % 2):
                some += 1
            content[substance], kept[substance] = some, mg - some
        return content

    def drain(self, pool: Holding, account: Account) -> None:
        """All that entered a pool leaves the part of the books that this run looks at."""
        self.flows.append(Flow(self.event, pool.id, account, 0, dict(pool.content)))

    def take(
        self, move: Movement, line: Line, target: int, serials: Sequence[tuple[int, int]] = ()
    ) -> list[tuple[Content, Mapping[str, float]]]:
        """Take a lot's amount from its holding at the movement's site into `target`; what lacks comes from unaccounted.

        Returns:
            [(content, relative sigma)] of what entered the target.
        """
        named = line.lot
        line = line if named in self.known else self.resolved(line)
        if not serials and line.lot != named and (number := serial(named)):
            serials = ((number[1], number[1]),)
        site = self.site_of(line.lot, move.site)
        index = self.open.get((line.lot, site))
        holding = self.holdings[index] if index is not None else None
        amount = line.amount
        if amount is None or (holding is not None and holding.unit != amount.unit):
            amount = self.in_units_of(move, line, holding)
        if amount is None:
            return []
        told = self.told(line.lot)
        weigh = weighing_sigma(told) if amount.unit in BULK else 0.0
        out: list[tuple[Content, Mapping[str, float]]] = []
        there = 0
        for layer, units in self.layers.draw(holding, amount.number) if holding else ():
            there += units
            content = self.out(layer, units)
            self._into(Flow(self.event, layer.id, target, units, content, serials=serials))
            known = layer.sigma
            out.append((content, {s: sqrt(known.get(s, 0.0) ** 2 + weigh**2) for s in content} if weigh else known))
        lacking = amount.number - there
        if lacking > 0:
            short_of = _Shortage(line.lot, site, Amount(lacking, amount.unit), there, holding, weigh)
            out.append(self._lacking(move, short_of, target))
        return out

    def _into(self, flow: Flow) -> None:
        self.flows.append(flow)
        if isinstance(flow.target, int):
            plus(self.holdings[flow.target].content, flow.content)

    def _lacking(self, move: Movement, lack: _Shortage, target: int) -> tuple[Content, dict[str, float]]:
        """More was taken than was there: within weighing noise the mixture is the holding's, else nobody knows."""
        told = self.told(lack.lot)
        reference = lack.holding or self._anywhere(lack.lot)
        sigma = sqrt(2) * lack.weigh * (reference.amount if reference else 0)
        content = self.scaled(reference, lack.amount, told)
        noise = lack.holding is not None and lack.amount.number <= COVERAGE * sigma
        like = lack.holding.id if lack.holding is not None and noise else None
        account = Account(AccountKind.UNACCOUNTED, f"{lack.lot}@{lack.site}")
        self._into(Flow(self.event, account, target, 0, content, like))
        if lack.amount.unit == MILLIGRAM:
            verdict = Verdict.PASS if noise else Verdict.FAIL
            there, asked = lack.there, lack.there + lack.amount.number
            self.checks.append(Check(
                self.event, "withdrawal", lack.lot, lack.site, MASS, there, asked, there - asked, round(sigma), verdict,
                account))  # fmt: skip
        if not noise:
            self.findings.append(
                found(
                    "BOK-010" if lack.holding else "BOK-011" if lack.lot in self.known else "BOK-012",
                    move.said.place,
                    lot=self.name(lack.lot),
                    site=self.register.name(lack.site),
                    more=amount_text(lack.amount),
                )
            )
        return content, spread(told, content)

    def scaled(self, reference: Holding | None, amount: Amount, told: Declared) -> Content:
        """What an amount contains if it is like a holding; by its declaration where there is none to compare."""
        if reference and reference.amount and reference.unit == amount.unit:
            return {
                s: None if mg is None else part(mg, amount.number, reference.amount)
                for s, mg in reference.content.items()
            }
        return measured(told, amount)

    def _anywhere(self, lot: LotId) -> Holding | None:
        """Any holding of the lot that tells what is in it: elsewhere or under way."""
        for site in sorted(self.whereabouts.get(lot, ())):
            if (index := self.open.get((lot, site))) is not None:
                return self.holdings[index]
        return None

    def site_of(self, lot: LotId, site: SiteId) -> SiteId:
        """The site named, or where the lot is if the event names none or only one place holds it inside that site."""
        if site and (lot, site) in self.open:
            return site
        places = [
            place for place in self.whereabouts.get(lot, ())
            if self.layers.there(self.holdings[self.open[lot, place]])
        ]  # fmt: skip
        if NOWHERE in places or (not site and len(places) == 1):  # where nobody said: it can be anywhere
            return NOWHERE if NOWHERE in places else places[0]
        return site

    def in_units_of(self, move: Movement, line: Line, holding: Holding | None) -> Amount | None:
        """The amount in the holding's counting unit; None (with a finding) if that cannot be told."""
        if line.amount is None:
            if holding is None:
                self.findings.append(found("BOK-023", move.said.place, lot=self.name(line.lot)))
                return None
            return Amount(self.layers.there(holding), holding.unit)
        if holding is None or holding.unit == line.amount.unit:
            return line.amount
        if (converted := self.converted(line.lot, line.amount, holding.unit)) is not None:
            return converted
        self.findings.append(
            found("BOK-017", move.said.place, lot=self.name(line.lot), held=holding.unit, asked=line.amount.unit)
        )
        return None

    def converted(self, lot: LotId, amount: Amount, unit: str) -> Amount | None:
        """Pieces or litres as mass, or the other way, where the mass of one is declared."""
        density = self.told(lot).density
        if density and {unit, amount.unit} == {MILLIGRAM, LITRE}:
            if unit == MILLIGRAM:
                return Amount(mass_of(amount.number, density), unit)
            return Amount(part(amount.number, density.denominator, density.numerator), unit)
        piece = self.told(lot).piece_mg
        if not piece or {unit, amount.unit} != {MILLIGRAM, PIECE}:
            return None
        return Amount(amount.number * piece if unit == MILLIGRAM else round(Fraction(amount.number, piece)), unit)

    def resolved(self, line: Line) -> Line:
        """A serial number of a batch that is kept as a range becomes one piece of that batch."""
        if line.lot in self.known or (key := serial(line.lot)) is None:
            return line
        for first, last, batch in self.batches.get(self.register.product(line.lot), ()):
            if first <= key[1] <= last:
                return Line(batch, line.amount)
        return line

    def gain(self, holding: Holding, source: int | Account, content: Content, like: int | None = None) -> None:
        """More enters a holding: found by a measurement (of the mixture `like`, or unknown), or left from before."""
        self._into(Flow(self.event, source, holding.id, 0, content, like))

    def contains(self, container: LotId, sought: LotId) -> bool:
        """Whether something is packed in a container, at any depth."""
        stack, seen = [container], {container}
        while stack:
            inside = {line.lot for line in self.packed.get(stack.pop(), ())}
            if sought in inside:
                return True
            stack += inside - seen
            seen |= inside
        return False

    def unpacked(self, what: Iterable[Line]) -> list[Line]:
        """Containers replaced by what was packed in them."""
        if not self.packed:
            return [line for line in what if self.takes_from(line)]
        out: list[Line] = []
        opened: set[LotId] = set()  # a container that contains itself is opened once
        stack = list(what)[::-1]
        while stack:
            line = stack.pop()
            inside = self.packed.get(line.lot)
            if not inside:
                out.append(line)
            elif line.lot not in opened:
                opened.add(line.lot)
                stack += inside[::-1]
        return [line for line in out if self.takes_from(line)]
