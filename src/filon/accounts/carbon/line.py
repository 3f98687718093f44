"""Lines: activities made into kilograms of CO2e at the place of the chain where they arose, three electricity ways.

A line keeps its activity, its factors and what of it is primary, so that every figure made of lines can be taken apart
again down to the meter reading and the factor's source.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import TypeAlias

from filon.accounts.carbon.activity import PIECE_UNIT, Activity, Supply
from filon.accounts.carbon.electricity import Covered, Ledger, covered
from filon.accounts.carbon.factor import Factor, Factors, FlowKind, converted, flows
from filon.accounts.carbon.making import Making, Makings
from filon.books.book import Book
from filon.core.finding import Finding, found
from filon.core.ident import short
from filon.core.tables import table

ELECTRICITY = "electricity"
DECLARED = "product footprint"
BOUGHT = frozenset({"declared", "reagent", "waste", "default transport"})
"""Groups of flows whose emissions arise at somebody else's works."""
OUTSIDE = frozenset({"uptake", "exempted"})
"""Components that are told beside the footprint and never in it: carbon that plants took up, and what was left out."""


class Variant(StrEnum):
    """The three results of the same meter and contract data."""

    LOCATION = "location"
    MARKET = "market"
    DIRECT = "direct"


@dataclass(frozen=True, slots=True)
class Part:
    """So much of a line by one factor: amount x factor, in one electricity variant."""

    factor: Factor
    amount: Fraction

    @property
    def kg(self) -> Fraction:
        """Kg CO2e."""
        return self.amount * self.factor.value


@dataclass(frozen=True, slots=True)
class Line:
    """CO2e of an activity at one place of the chain.

    Args:
        share: of the activity that burdens this place.
        parts: what it is made of, by variant.
        kwh: electricity used, all of it; 0 for other flows.
        backed: of it, contracted and backed by certificates, or made on site and not sold.
        country: where it was used, ISO 3166-1 alpha-2; empty = unsaid.
    """

    making: Making
    activity: Activity
    kind: FlowKind
    share: Fraction
    parts: Mapping[Variant, tuple[Part, ...]] = field(hash=False)
    kwh: Fraction = Fraction(0)
    backed: Fraction = Fraction(0)
    country: str = ""

    @property
    def node(self) -> int:
        """Holding at which it arises."""
        return self.making.node

    @property
    def inside(self) -> bool:
        """Whether it counts to the footprint."""
        return self.kind.component not in OUTSIDE

    def kg(self, variant: Variant) -> Fraction:
        """Kg CO2e in a variant."""
        return sum((part.kg for part in self.parts[variant]), Fraction(0))

    def primary(self, variant: Variant) -> Fraction:
        """Kg CO2e of it that rests on primary data: what was measured on site, and the share a declarant names.

        Of what was bought only that share counts: the amount is measured, but its footprint is another's.

        Source: PACT methodology, primary data share; an estimate is not primary.
        """
        if self.kind.group in BOUGHT:
            return sum((part.kg * part.factor.primary for part in self.parts[variant]), Fraction(0))
        return self.kg(variant) if self.activity.basis == "measured" else Fraction(0)


class GapKind(StrEnum):
    """Why a footprint is not whole."""

    NO_DATA = "no data"
    NO_FACTOR = "no factor"
    UNCONFIRMED = "unconfirmed factor"
    TRANSPORT = "transport"
    UNDECLARED = "undeclared matter"
    UNSHARED = "unshared"


@dataclass(frozen=True, slots=True)
class Gap:
    """Something the footprint of a place does not hold because nobody said it.

    Args:
        what: flow or lot it is about.
    """

    node: int
    kind: GapKind
    what: str


@dataclass(frozen=True)
class Lines:
    """All lines of a book, and what is missing.

    Args:
        declared: footprints that somebody declares for what was made at a node, newest last, whether they count or not.
        standing: nodes at which one of them stands for the step and for all before it: nobody told of anything used.
    """

    lines: tuple[Line, ...]
    gaps: tuple[Gap, ...]
    findings: tuple[Finding, ...]
    declared: Mapping[int, tuple[Activity, ...]] = field(default_factory=dict, hash=False)
    standing: frozenset[int] = frozenset()


def lines(book: Book, makings: Makings, activities: Iterable[Activity], factors: Factors) -> Lines:
    """Every activity at its places, in kg CO2e.

    Findings:
        CFP-002, CFP-003: no factor, or none that is confirmed: a gap.
        CFP-005: an activity that burdens nothing.
        CFP-006, CFP-007, CFP-015, CFP-021 to CFP-025: certificates used twice, too few, sold, unmatched.
        CFP-008: a unit that does not fit.
        CFP-011: the grid mix stands in for the residual mix.
        CFP-013: an unconfirmed factor was used because that was asked for.
        CFP-016: a declared footprint that does not count; CFP-019: one that stands for a step without readings.
    """
    run = _Run(book, factors)
    # Who came first in the log has the certificate; whoever names it again does not.
    ordered = sorted(activities, key=lambda one: (one.entry, one.belongs.since, one.id))
    burdened: Burdened = list(makings.burdened(ordered))
    chosen = declared(burdened)
    told: dict[int, list[Activity]] = {}
    for activity, places in burdened:
        for making, _ in places if activity.each and activity.flow == DECLARED else ():
            told.setdefault(making.node, []).append(activity)
    run.counting, run.standing = _counting(burdened, chosen)
    for activity, places in burdened:
        run.add(activity, [one for one in places if chosen.get(one[0].node, activity) is activity or not activity.each])
    beside = {node: tuple(some) for node, some in told.items()}
    listed, gaps, findings = run.lines, dict.fromkeys(run.gaps), dict.fromkeys(run.findings)
    return Lines(tuple(listed), tuple(gaps), tuple(findings), beside, run.standing)


def _counting(burdened: Burdened, chosen: Mapping[int, Activity]) -> tuple[frozenset[int], frozenset[int]]:
    """Nodes at which a footprint declared for each unit counts, and of them the steps for which it stands.

    Where anything else was told it counts only if the matter's past is not in the books; else it would count twice.
    """
    own = {making.node for activity, places in burdened if activity.flow != DECLARED for making, _ in places}
    makings = {making.node: making for _, places in burdened for making, _ in places}
    declared = [makings[node] for node, activity in chosen.items() if activity.each]
    entering = {one.node for one in declared if one.kind in ENTERING and not (one.from_start and one.node in own)}
    standing = {one.node for one in declared if one.kind == "step" and one.node not in own and len(one.lots) == 1}
    return frozenset(entering | standing), frozenset(standing)


ENTERING = frozenset({"birth", "opening"})


Burdened: TypeAlias = Iterable[tuple[Activity, list[tuple[Making, Fraction]]]]
"""Activities with the makings they burden, and their shares."""


def declared(burdened: Burdened) -> dict[int, Activity]:
    """{node: the activity whose footprint for each unit counts there}.

    Only where matter enters the books, or where a step was told by nothing else; what is made in them is computed, and
    a declared footprint is then a second opinion. A sheet's footprint for all of
    the matter comes first, then one of the lot, then one of its product, the newest of each.
    """
    best: dict[int, tuple[tuple[bool, bool, int, str], Activity]] = {}
    for activity, places in burdened:
        if activity.flow != DECLARED:
            continue
        for making, _ in places:
            exact = activity.belongs.product in making.lots
            rank = (not activity.each, exact, activity.entry, activity.id)
            if making.node not in best or best[making.node][0] < rank:
                best[making.node] = (rank, activity)
    return {node: activity for node, (_, activity) in best.items()}


def units(making: Making, per: str) -> Fraction | None:
    """How many units (kg, pieces) were made; None if nobody knows."""
    if per == PIECE_UNIT:
        return Fraction(making.units)
    return None if making.mass is None else converted(Fraction(making.mass, 1_000_000), "KGM", per)


class _Run:
    def __init__(self, book: Book, factors: Factors) -> None:
        self.book, self.factors, self.ledger = book, factors, Ledger()
        self.lines: list[Line] = []
        self.gaps: list[Gap] = []
        self.findings: list[Finding] = []
        self.counting: frozenset[int] = frozenset()
        self.standing: frozenset[int] = frozenset()

    def add(self, activity: Activity, places: list[tuple[Making, Fraction]]) -> None:
        site = self.book.register.name(activity.belongs.site or activity.belongs.product)
        entering = [one for one in places if one[0].node in self.counting] if activity.each else places
        if not entering:
            self.tell("CFP-016" if activity.each else "CFP-005", activity, site, period=activity.belongs.period)
            return None
        places = entering
        kind = self.kind(activity)
        if kind is None:
            known = " or ".join(one.per for one in flows().get(activity.flow, ()))
            self.tell("CFP-008" if known else "CFP-002", activity, site, unit=activity.unit, expected=known)
            self.lack(activity, places, GapKind.NO_FACTOR)
            return None
        per = PIECE_UNIT if kind.per == PIECE_UNIT else kind.per
        amount = converted(activity.amount, activity.unit, per)
        assert amount is not None, "the kind was chosen by its unit"
        backed = Fraction(0)
        if activity.flow == ELECTRICITY:
            parts, backed = self.electric(activity, amount, site)
        else:
            parts = self.plain(activity, kind, amount, site)
        if parts is None:
            return self.lack(activity, places, self.reason)
        country = self.book.register.site(activity.belongs.site).country
        for making, part in places:
            if activity.each and making.node in self.standing:
                self.stands(activity, making)
            share = part * (units(making, per) or 0) if activity.each else part
            if activity.each and units(making, per) is None:
                self.gaps.append(Gap(making.node, GapKind.NO_FACTOR, activity.flow))
                continue
            shared = {v: tuple(Part(p.factor, p.amount * share) for p in listed) for v, listed in parts.items()}
            kwh = amount * share if activity.flow == ELECTRICITY else Fraction(0)
            self.lines.append(Line(making, activity, kind, share, shared, kwh, backed * share, country))
        return None

    def stands(self, activity: Activity, making: Making) -> None:
        name, site = short(making.lots[0]), self.book.register.name(making.site)
        by = activity.own_factor.source if activity.own_factor else activity.factor
        self.findings.append(found("CFP-019", activity.place, lot=name, site=site, by=by))

    def kind(self, activity: Activity) -> FlowKind | None:
        rows = flows().get(activity.flow, ())
        return next((one for one in rows if converted(Fraction(1), activity.unit, one.per) is not None), None)

    def plain(
        self, activity: Activity, kind: FlowKind, amount: Fraction, site: str
    ) -> Mapping[Variant, tuple[Part, ...]] | None:
        if kind.group == "default transport":
            return self.by_default(activity, amount, site)
        factor = self.usable(self.named(activity, kind.per) or self.factors.get(kind.factor), activity, site)
        return None if factor is None else dict.fromkeys(Variant, (Part(factor, kind.sign * amount),))

    def by_default(self, activity: Activity, kg: Fraction, site: str) -> Mapping[Variant, tuple[Part, ...]] | None:
        """Carriage whose way nobody told: the default distances by mode, because the sender asked for them by name.

        Source: default distances of the PEF method (table `default-transport`).
        """
        parts = []
        for row in table("default-transport").rows:
            if row["flow"] == activity.flow:
                kind = flows()[row["mode"]][0]
                factor = self.usable(self.factors.get(kind.factor), activity, site)
                if factor is None:
                    return None
                parts.append(Part(factor, kg / 1000 * int(row["km"])))
        return dict.fromkeys(Variant, tuple(parts))

    def named(self, activity: Activity, per: str) -> Factor | None:
        """The factor that the sender gives or names."""
        own = activity.own_factor
        if own:
            event, _, number = activity.id.rpartition("#")
            key = f"declared.{event[:12]}#{number}"
            return Factor(
                key, own.value, per, source=own.source, primary=own.primary / 100, declared=True, ratings=own.ratings
            )
        return self.factors.get(activity.factor) if activity.factor else None

    reason = GapKind.NO_FACTOR

    def usable(self, factor: Factor | None, activity: Activity, site: str) -> Factor | None:
        if factor is None:
            self.reason = GapKind.NO_FACTOR
            self.tell("CFP-002", activity, site)
            return None
        if not self.factors.allows(factor):
            self.reason = GapKind.UNCONFIRMED
            self.tell("CFP-003", activity, site, factor=factor.key)
            return None
        if not (factor.confirmed or factor.declared):
            self.tell("CFP-013", activity, site, factor=factor.key)
        return factor

    def electric(
        self, activity: Activity, kwh: Fraction, site: str
    ) -> tuple[Mapping[Variant, tuple[Part, ...]] | None, Fraction]:
        country = self.book.register.site(activity.belongs.site).country
        year = int((activity.belongs.since or "9999")[:4])
        own = activity.supply is Supply.OWN
        claimed = own and not activity.sold
        made = self.named(activity, "KWH") or self.factors.technology(activity.technology)
        if own or activity.supply is not Supply.GRID:
            made = self.usable(made, activity, site)
            if made is None:
                return None, Fraction(0)
        cover = covered(activity, kwh, self.ledger, site) if claimed else Covered(kwh)
        self.findings += cover.findings
        if claimed and cover.kwh == kwh:
            assert made is not None
            return dict.fromkeys(Variant, (Part(made, kwh),)), kwh
        grid = self.usable(self.factors.grid(country, year), activity, site)
        if grid is None:
            return None, Fraction(0)
        if claimed:
            assert made is not None
            rest = self.residual(country, year, grid, activity, site)
            mixes = {Variant.LOCATION: grid, Variant.MARKET: rest, Variant.DIRECT: grid}
            own_kwh = Part(made, cover.kwh)
            return {v: (own_kwh, Part(mix, kwh - cover.kwh)) for v, mix in mixes.items()}, cover.kwh
        if own:
            assert made is not None
            self.tell("CFP-015", activity, site)
            rest = self.residual(country, year, grid, activity, site)
            one = {Variant.LOCATION: (Part(made, kwh),), Variant.MARKET: (Part(rest, kwh),)}
            return {**one, Variant.DIRECT: (Part(grid, kwh),)}, Fraction(0)
        market, backed = self.market(activity, kwh, made, country, year, grid, site)
        return {
            Variant.LOCATION: (Part(grid, kwh),),
            Variant.MARKET: market,
            Variant.DIRECT: (Part(grid, kwh),),
        }, backed

    def market(  # noqa: PLR0917 - all that the market-based figure depends on
        self, activity: Activity, kwh: Fraction, made: Factor | None, country: str, year: int, grid: Factor, site: str
    ) -> tuple[tuple[Part, ...], Fraction]:
        if activity.supply is Supply.GRID:
            if made is not None and made.declared:  # the supplier's own mix
                return (Part(made, kwh),), Fraction(0)
            return (Part(self.residual(country, year, grid, activity, site), kwh),), Fraction(0)
        assert made is not None
        cover = covered(activity, kwh, self.ledger, site)
        self.findings += cover.findings
        parts = [Part(made, cover.kwh)] if cover.kwh else []
        if cover.kwh < kwh:
            parts.append(Part(self.residual(country, year, grid, activity, site), kwh - cover.kwh))
        return tuple(parts), cover.kwh

    def residual(self, country: str, year: int, grid: Factor, activity: Activity, site: str) -> Factor:
        mix = self.factors.residual(country, year)
        if mix is None:
            self.findings.append(found("CFP-011", site=site))
        elif not self.factors.allows(mix):
            self.tell("CFP-003", activity, site, factor=mix.key)
            return grid
        return mix or grid

    def lack(self, activity: Activity, places: list[tuple[Making, Fraction]], kind: GapKind) -> None:
        self.gaps += [Gap(making.node, kind, activity.flow) for making, _ in places]

    def tell(self, code: str, activity: Activity, site: str, **values: object) -> None:
        self.findings.append(found(code, activity.place, what=activity.flow, site=site, **values))  # type: ignore[arg-type]
