"""The carbon account of a book: y = b + W y, one lot exactly, with every kilogram's way from its source into the lot.

account = carbon_account(book, activities, factors, allocation)
footprint = account.footprint(lot)
footprint.total(Variant.MARKET)       # kg CO2e per kg or piece; a part only if footprint.gaps
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import cached_property

from filon.accounts.carbon.activity import Activity
from filon.accounts.carbon.allocation import Allocation
from filon.accounts.carbon.factor import Factors
from filon.accounts.carbon.line import DECLARED, ELECTRICITY, Gap, GapKind, Line, Lines, Variant, lines
from filon.accounts.carbon.links import Links, links
from filon.accounts.carbon.making import Making, Makings
from filon.books.book import Book, Flow, Verdict
from filon.books.lot import MILLIGRAM, PIECE, Account, AccountKind, LotId
from filon.core.finding import Finding, found
from filon.core.ident import short
from filon.core.matter import MASS

DIGITS = 60
"""Working digits of the one-lot way; what is shown has far fewer."""
SETTLED = Decimal("1E-30")
"""To which a total is rounded."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a footprint rests on; figures of different stamps do not compare."""

    ruleset: str
    factors: str
    gwp: str
    allocation: str
    unconfirmed: bool = False


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one line puts into one declared unit of a lot.

    Args:
        weight: share of the line's place that goes into the unit.
    """

    line: Line
    weight: Decimal

    def kg(self, variant: Variant) -> Decimal:
        """Kg CO2e per declared unit."""
        with localcontext(prec=DIGITS):
            return _decimal(self.line.kg(variant)) * self.weight

    def primary(self, variant: Variant) -> Decimal:
        """Of it, on primary data."""
        return _decimal(self.line.primary(variant)) * self.weight


@dataclass(frozen=True, slots=True)
class Lacking:
    """A gap behind a lot, and how much of what was made at that place is in one declared unit.

    Args:
        kg: of the product made at the gap; None where its mass is unknown.
    """

    gap: Gap
    kg: Decimal | None


@dataclass(frozen=True)
class Footprint:
    """CO2e of one declared unit of a lot: a kg or a piece.

    Args:
        per: `kg` or `piece`.
        contributions: lines, greatest (market-based) first.
        lacking: what is missing; if any, totals are of the known part only.
    """

    lot: LotId
    node: int
    per: str
    contributions: tuple[Contribution, ...]
    lacking: tuple[Lacking, ...]
    stamp: Stamp

    @property
    def whole(self) -> bool:
        """Whether nothing is missing."""
        return not self.lacking

    def total(self, variant: Variant = Variant.MARKET, *, stage: str = "", component: str | None = None) -> Decimal:
        """Kg CO2e per unit of the known part; of a life-cycle stage or component (`''` = fossil) if named.

        What is told beside the footprint (`OUTSIDE`: uptake by plants, what was left out) counts only if named.
        """
        with localcontext(prec=DIGITS):
            kg = (
                one.kg(variant)
                for one in self.contributions
                if stage in {"", one.line.making.stage}
                and (one.line.inside if component is None else component == one.line.kind.component)
            )
            return _settled(sum(kg, Decimal(0)))

    def primary_share(self, variant: Variant = Variant.MARKET) -> Decimal | None:
        """Percent of the absolute emissions that rest on primary data; None of nothing.

        Source: PACT 3.0.3 primaryDataShare; carbon reference, section 6.
        """
        with localcontext(prec=DIGITS):
            inside = [one for one in self.contributions if one.line.inside]
            whole = sum((abs(one.kg(variant)) for one in inside), Decimal(0))
            known = sum((abs(one.primary(variant)) for one in inside), Decimal(0))
            return _settled(100 * known / whole) if whole else None

    def exempted_percent(self, variant: Variant = Variant.MARKET) -> Decimal:
        """Percent of the whole that was left out, by the estimates of those who left it out.

        Source: PACT 3.0.3 exemptedEmissionsPercent.
        """
        with localcontext(prec=DIGITS):
            out, inside = self.total(variant, component="exempted"), self.total(variant)
            return _settled(100 * out / (inside + out)) if out else Decimal(0)

    @property
    def factors(self) -> tuple[str, ...]:
        """Keys of all factors used, sorted."""
        used = {part.factor.key for c in self.contributions for parts in c.line.parts.values() for part in parts}
        return tuple(sorted(used))


@dataclass(frozen=True)
class CarbonAccount:
    """All that footprints of a book are made of."""

    book: Book
    makings: Makings
    lines: Lines
    links: Links
    gaps: tuple[Gap, ...]
    findings: tuple[Finding, ...]
    stamp: Stamp

    @cached_property
    def lines_at(self) -> Mapping[int, tuple[Line, ...]]:
        """Lines by node."""
        table: dict[int, list[Line]] = defaultdict(list)
        for line in self.lines.lines:
            table[line.node].append(line)
        return {node: tuple(listed) for node, listed in table.items()}

    @cached_property
    def gaps_at(self) -> Mapping[int, tuple[Gap, ...]]:
        """Gaps by node."""
        table: dict[int, list[Gap]] = defaultdict(list)
        for gap in self.gaps:
            table[gap.node].append(gap)
        return {node: tuple(listed) for node, listed in table.items()}

    @cached_property
    def making_at(self) -> Mapping[int, Making]:
        """Makings by node."""
        return {making.node: making for making in self.makings.all}

    @cached_property
    def lacking_behind(self) -> tuple[bool, ...]:
        """Whether anything is missing in the footprint of a holding, by node; one pass over all links."""
        told: list[bool] = []
        for node, into in enumerate(self.links.into):
            behind = any(told[one.source] if one.share else one.source in self.gaps_at for one in into)
            told.append(behind or node in self.gaps_at)
        return tuple(told)

    def whole(self, lot: LotId, *, delivered: bool = False) -> bool:
        """Whether nothing is missing in a lot's footprint; as `footprint(lot).whole`, for many lots at once."""
        nodes = self.book.of_lot.get(lot, ())
        return bool(nodes) and not self.lacking_behind[nodes[-1] if delivered else nodes[0]]

    def weights(self, node: int) -> dict[int, Decimal]:
        """Share of every forebear's footprint that is in a holding: the adjoint of y = b + W y, newest first."""
        return self._behind({node: Decimal(1)})

    def _behind(self, start: Mapping[int, Decimal]) -> dict[int, Decimal]:
        """The same of parts of several holdings together."""
        with localcontext(prec=DIGITS):
            weight = dict(start)
            for index in range(max(start), -1, -1):
                mine = weight.get(index)
                if mine:
                    for link in self.links.into[index]:
                        weight[link.source] = weight.get(link.source, Decimal(0)) + mine * _decimal(link.share)
            return weight

    def footprint(self, lot: LotId, *, delivered: bool = False) -> Footprint:
        """The footprint of one kg or piece of a lot, where it was made, or where it was last delivered.

        Raises:
            KeyError: the book does not know the lot.
        """
        nodes = self.book.of_lot.get(lot, ())
        if not nodes:
            raise KeyError(lot)
        node = nodes[-1] if delivered else nodes[0]
        with localcontext(prec=DIGITS):
            unit = self.per_unit(node)
            return self._footprint(lot, node, {at: one * unit for at, one in self.weights(node).items()})

    def mean(self, lots: Mapping[LotId, int] | Mapping[LotId, Decimal], *, delivered: bool = False) -> Footprint:
        """The footprint of one piece or kg on average of some lots, in one pass over the book.

        Args:
            lots: {lot: how many of its pieces or kg count}, at least one, all counted alike.

        Returns:
            Of lots l with n units each: sum of n times `footprint(l)` over sum of n. Its `node` is the youngest.
        """
        every = Decimal(sum(lots.values()))
        with localcontext(prec=DIGITS):
            start: dict[int, Decimal] = defaultdict(Decimal)
            for lot, number in lots.items():
                node = self.book.of_lot[lot][-1 if delivered else 0]
                start[node] += self.per_unit(node) * number / every
        node = max(start)
        return self._footprint(self.book.holdings[node].lot, node, self._behind(start))

    def _footprint(self, lot: LotId, node: int, behind: Mapping[int, Decimal]) -> Footprint:
        with localcontext(prec=DIGITS):
            listed = [
                Contribution(line, weight) for index, weight in behind.items() for line in self.lines_at.get(index, ())
            ]
            listed.sort(key=lambda one: (-one.kg(Variant.MARKET), one.line.activity.id, one.line.node))
            lacking = tuple(
                Lacking(gap, self._mass(index, weight))
                for index, weight in sorted(behind.items())
                for gap in self.gaps_at.get(index, ())
            )
        holding = self.book.holdings[node]
        per = {MILLIGRAM: "kg", PIECE: "piece"}.get(holding.unit, holding.unit)
        return Footprint(lot, node, per, tuple(listed), lacking, self.stamp)

    def per_unit(self, node: int) -> Decimal:
        """Declared units (kg, pieces) over which the holding's footprint is spread, as a factor."""
        good = self.links.good[node] or self.book.holdings[node].amount
        scale = 1_000_000 if self.book.holdings[node].unit == MILLIGRAM else 1
        return Decimal(scale) / Decimal(good) if good else Decimal(0)

    def _mass(self, node: int, weight: Decimal) -> Decimal | None:
        making = self.making_at.get(node)
        mass = making.mass if making else self.book.holdings[node].content.get(MASS)
        return None if mass is None else _settled(Decimal(mass).scaleb(-6) * weight)


def _settled(value: Decimal) -> Decimal:
    """Without the last digits, in which divisions leave their remainders."""
    return value.quantize(SETTLED).normalize() if value else Decimal(0)


def _decimal(value: Fraction) -> Decimal:
    with localcontext(prec=DIGITS):
        return Decimal(value.numerator) / Decimal(value.denominator)


def carbon_account(
    book: Book,
    activities: Iterable[Activity],
    factors: Factors,
    allocation: Allocation | None = None,
    *,
    ruleset: str = "filon-1",
) -> CarbonAccount:
    """The carbon account of a book.

    Returns:
        An account in which all that was emitted at known places is in what is held or left the books, nothing twice.

    Findings:
        those of `lines` and `links`; CFP-004, CFP-010, CFP-014 for every gap.
    """
    rule = allocation or Allocation()
    makings = Makings.of(book)
    made = lines(book, makings, activities, factors)
    shares = links(book, rule).without(made.standing)
    gaps, findings = _gaps(book, makings, made, shares)
    stamp = Stamp(ruleset, factors.version, factors.gwp, rule.method, factors.unconfirmed)
    told = (*made.findings, *shares.findings, *findings)
    return CarbonAccount(book, makings, made, shares, gaps, tuple(dict.fromkeys(told)), stamp)


def _gaps(book: Book, makings: Makings, made: Lines, shares: Links) -> tuple[tuple[Gap, ...], list[Finding]]:
    gaps, findings = list(made.gaps), []
    told = {(line.node, line.activity.flow) for line in made.lines} | {(gap.node, gap.what) for gap in made.gaps}
    nodes = {node for node, _ in told}
    for making in makings.all:
        measured, declared = (making.node, ELECTRICITY) in told, (making.node, DECLARED) in told
        enough = making.node in nodes if making.kind == "delivery" else declared or (measured and making.from_start)
        if not enough:
            kind, code = _LACK[making.kind]
            names = ", ".join(dict.fromkeys(short(lot) for lot in making.lots))
            gaps.append(Gap(making.node, kind, names))
            findings.append(_finding(book, making.node, code, names))
    for flow in _strange(book):
        assert isinstance(flow.target, int)
        name = short(book.holdings[flow.target].lot)
        gaps.append(Gap(flow.target, GapKind.UNDECLARED, name))
        findings.append(_finding(book, flow.target, "CFP-010", name))
    unshared = (flow.target for node in sorted(shares.unshared) for flow in book.outflows[node])
    gaps += [Gap(node, GapKind.UNSHARED, short(book.holdings[node].lot)) for node in unshared if isinstance(node, int)]
    return tuple(dict.fromkeys(gaps)), findings


def _strange(book: Book) -> Iterator[Flow]:
    """Flows of matter that nobody declared: beyond what measuring explains, where the books could tell at all."""
    verdicts: dict[tuple[int, Account], set[Verdict]] = defaultdict(set)
    for check in book.checks:
        verdicts[check.event, check.account].add(check.verdict)
    for flow in book.flows:
        alien = isinstance(flow.source, Account) and flow.source.kind is AccountKind.UNACCOUNTED
        if alien and isinstance(flow.source, Account) and isinstance(flow.target, int) and flow.like is None:
            known = verdicts.get((flow.event, flow.source))
            if known is None or Verdict.FAIL in known:
                yield flow


_LACK = {
    "step": (GapKind.NO_DATA, "CFP-004"),
    "birth": (GapKind.NO_DATA, "CFP-004"),
    "opening": (GapKind.UNDECLARED, "CFP-010"),
    "delivery": (GapKind.TRANSPORT, "CFP-014"),
}


def _finding(book: Book, node: int, code: str, name: str) -> Finding:
    holding = book.holdings[node]
    said = book.events[holding.made]
    note = next((one.value for one in said.event.bizTransactionList if one.type == "desadv"), "")
    values = {"lot": name, "step": name, "shipment": note.rpartition(":")[2].rpartition("/")[2]}
    return found(code, said.place, site=book.register.name(holding.site), **values)
