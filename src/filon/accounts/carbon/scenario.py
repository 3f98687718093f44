"""What if: a footprint as it would be with another supplier, other electricity, another route; each change by itself.

Changes are made one after the other in the order stated, each to what the ones before have left, so that what they do
sums to the whole difference, with nothing left over.

    told = what_if(account, footprint, [Power(site, "wind", Fraction(1)), Route(site, "rail", Fraction(900))])
    told.before, told.after, [(one.change, one.delta) for one in told.steps]

Source: carbon reference, section 8 (one factor group at a time, exact under y = S k).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction

from filon.accounts.carbon.account import DIGITS, CarbonAccount, Contribution, Footprint
from filon.accounts.carbon.activity import Supply
from filon.accounts.carbon.factor import Factors, flows
from filon.accounts.carbon.line import ELECTRICITY, Variant, units
from filon.accounts.carbon.making import names_of
from filon.core.errors import NotFoundError, WrongCallError
from filon.core.matter import MASS


@dataclass(frozen=True, slots=True)
class Power:
    """So much of a site's electricity that is not backed yet comes from a technology, certified.

    Args:
        share: 0..1.
        own: made on site: it then counts in all three electricity variants; else in the market-based one only.
    """

    site: str
    technology: str
    share: Fraction
    own: bool = False


@dataclass(frozen=True, slots=True)
class Supplier:
    """What a site makes comes from somebody else, whose footprint is declared.

    Args:
        product: product, lot or form; empty = all that the site makes.
        kg: kg CO2e per kg or piece.
    """

    site: str
    product: str
    kg: Fraction


@dataclass(frozen=True, slots=True)
class Route:
    """What leaves a site goes another way.

    Args:
        mode: flow of the table: `road`, `rail`, `sea` ..
        km: of the whole way.
    """

    site: str
    mode: str
    km: Fraction


Change = Power | Supplier | Route


@dataclass(frozen=True, slots=True)
class Effect:
    """What one change does, kg CO2e per declared unit; below 0 is better."""

    change: Change
    delta: Decimal


@dataclass(frozen=True, slots=True)
class WhatIf:
    """A footprint before and after some changes; their effects sum to the difference."""

    variant: Variant
    before: Decimal
    after: Decimal
    steps: tuple[Effect, ...]


def what_if(
    account: CarbonAccount,
    footprint: Footprint,
    changes: Sequence[Change],
    factors: Factors,
    variant: Variant = Variant.MARKET,
) -> WhatIf:
    """The footprint with these changes.

    Raises:
        NotFoundError: a change touches nothing behind the lot.
        WrongCallError: a technology, mode or share that does not exist.
    """
    run = _Run(account, footprint, factors, variant)
    before = run.total()
    steps, level = [], before
    for change in changes:
        run.apply(change)
        after = run.total()
        steps.append(Effect(change, after - level))
        level = after
    return WhatIf(variant, before, level, tuple(steps))


class _Run:
    """Contributions as they are left, and what came in their place."""

    def __init__(self, account: CarbonAccount, footprint: Footprint, factors: Factors, variant: Variant) -> None:
        self.account, self.factors, self.variant = account, factors, variant
        self.parts = [one for one in footprint.contributions if one.line.inside]
        with localcontext(prec=DIGITS):
            self.kg = [one.kg(variant) for one in self.parts]
            self.weights = account.weights(footprint.node)
            self.unit = account.per_unit(footprint.node)
        self.node = footprint.node
        self.added: list[tuple[int, Decimal]] = []

    def total(self) -> Decimal:
        with localcontext(prec=DIGITS):
            return sum(self.kg, Decimal(0)) + sum((kg for _, kg in self.added), Decimal(0))

    def apply(self, change: Change) -> None:
        with localcontext(prec=DIGITS):
            match change:
                case Power():
                    hit = self.power(change)
                case Supplier():
                    hit = self.supplier(change)
                case Route():
                    hit = self.route(change)
        if not hit:
            raise NotFoundError("nothing behind this lot would change: look at site and product")

    def power(self, change: Power) -> bool:
        made = self.factors.technology(change.technology)
        if made is None or not 0 <= change.share <= 1:
            raise WrongCallError(f"{change.technology!r} is no way to make electricity, or the share is not 0 to 100 %")
        hit = False
        for index, one in enumerate(self.parts):
            line = one.line
            open_kwh = line.kwh - line.backed
            if line.activity.flow != ELECTRICITY or line.activity.belongs.site != change.site or not open_kwh:
                continue
            hit = True
            if not change.own and self.variant is not Variant.MARKET:
                continue
            # What is backed keeps its factor; of the rest the share takes the new one.
            kept = _covered(one, self.variant)
            rest = self.kg[index] - kept
            self.kg[index] = kept + rest * _d(1 - change.share)
            self.added.append((line.node, _d(open_kwh * change.share * made.value) * one.weight))
        return hit

    def supplier(self, change: Supplier) -> bool:
        nodes = {
            making.node for making in self.account.makings.all
            if making.site == change.site and making.kind != "delivery" and self.weights.get(making.node)
            and (not change.product or any(change.product in names_of(self.account.book, lot) for lot in making.lots))
        }  # fmt: skip
        through, taken = self.through(nodes)
        for index, one in enumerate(self.parts):
            node = one.line.node
            if through.get(node):
                self.kg[index] *= 1 - through[node] / self.weights[node]
        self.added = [(node, kg * (1 - through.get(node, Decimal(0)) / self.weights[node])) for node, kg in self.added]
        self.added.append((self.node, taken * self.unit * _d(change.kg)))
        return bool(nodes)

    def through(self, nodes: set[int]) -> tuple[dict[int, Decimal], Decimal]:
        """{node: weight that goes through one of some nodes}, and the kg or pieces at those that are newest.

        A way that meets two of them is counted at the newer one alone.
        """
        passed: dict[int, Decimal] = defaultdict(Decimal)
        taken = Decimal(0)
        for index in range(self.node, -1, -1):
            mine = passed.get(index, Decimal(0))
            if index in nodes:
                taken += (self.weights[index] - mine) * self.made(index)
                mine = passed[index] = self.weights[index]
            if mine:
                for link in self.account.links.into[index]:
                    passed[link.source] += mine * _d(link.share)
        return passed, taken

    def made(self, node: int) -> Decimal:
        making = self.account.making_at[node]
        found = units(making, "KGM")
        return _d(Fraction(making.units) if found is None else found)

    def route(self, change: Route) -> bool:
        kind = next((one for one in flows().get(change.mode, ()) if one.group == "transport"), None)
        factor = self.factors.get(kind.factor) if kind else None
        if factor is None or change.km < 0:
            raise WrongCallError(f"{change.mode!r} is no mode of transport, or the distance is below 0")
        deliveries = {}
        for index, one in enumerate(self.parts):
            making = one.line.making
            if making.kind == "delivery" and one.line.activity.belongs.site == change.site:
                deliveries[making.node] = making
                self.kg[index] = Decimal(0)
        self.added = [one for one in self.added if one[0] not in deliveries]
        for node, making in deliveries.items():
            mass = making.mass if making.mass is not None else self.account.book.holdings[node].content.get(MASS)
            if mass is None:
                lot = self.account.book.holdings[node].lot
                raise WrongCallError(f"the mass of the delivery of {lot} is not known")
            tkm = Fraction(mass, 1_000_000_000) * change.km
            self.added.append((node, _d(tkm * factor.value) * self.weights[node] * self.unit))
        return bool(deliveries)


def _covered(one: Contribution, variant: Variant) -> Decimal:
    """Kg CO2e of the backed part of a line: contracted electricity comes first among its parts."""
    line = one.line
    own = line.activity.supply is Supply.OWN
    if not line.backed or not (own or variant is Variant.MARKET):
        return Decimal(0)
    return _d(line.parts[variant][0].kg) * one.weight


def _d(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)
