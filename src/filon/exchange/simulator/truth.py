"""The truth behind the chain: kg of each element by origin in every holding, in exact fractions.

It follows the plan's deeds, never the files or the books, so that both can be held against it. What it works on is
what was *declared* (weights, moistures, assays); the rules, in the order in which they are met:

1. A lot that comes from the ground or a recycler holds mass x assay, all of the named mine, else of the site if that
   is a mine or recycler, else UNKNOWN. A provisional declaration counts for nothing once the final one is there.
2. Whatever leaves a holding takes all origins along in the same proportion (perfect mixing).
3. A received lot holds received weight x assay; its origins are those of what was shipped.
4. The deeds of one campaign at one time are one step. Its inputs are one pool. Each output holds mass x assay of the
   pool's mix; an article holds what went in less what the step's other outputs hold.
5. Where a step's outputs hold more of an element than went in, by more than two sigma, the whole excess is UNKNOWN
   and belongs to the pool; a smaller gain, and any loss, leaves the mix as it is.
6. A stocktake scales the holding to what was measured.

    truth(plan).packs["https://id.gs1.org/01/../21/000001"]["Co"]   # {origin: Fraction kg}
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from filon.exchange.simulator.deed import (
    Assembled,
    Counted,
    Deed,
    Delivered,
    Lot,
    Made,
    Received,
    Rejected,
    Shipped,
    Traits,
)
from filon.exchange.simulator.matter import (
    METALS,
    UNKNOWN,
    Matter,
    add,
    declared,
    scaled,
    spread,
    total,
    variance_of,
)
from filon.exchange.simulator.world import Site, place

Contents = Mapping[Lot, Mapping[str, Fraction]]
"""{lot: {element: kg}}."""


@dataclass
class Holding:
    """Some of a lot at a site: kg or pieces, and what is in it."""

    amount: Fraction
    matter: Matter

    def taken(self, amount: Fraction) -> Matter:
        """Take `amount` out, all origins in proportion.

        Raises:
            ValueError: more than there is: the plan is wrong.
        """
        if not 0 < amount <= self.amount:
            raise ValueError(f"{float(amount)} of {float(self.amount)}")
        part = scaled(self.matter, amount / self.amount)
        self.matter = scaled(self.matter, 1 - amount / self.amount)
        self.amount -= amount
        return part


@dataclass(frozen=True, slots=True)
class Closure:
    """How one element closes in one step: kg in, kg out, square of one sigma in kg²."""

    when: str
    site: Site
    campaign: str
    element: str
    into: Fraction
    out: Fraction
    variance: Fraction

    @property
    def gain(self) -> Fraction:
        """Kg more out than in; negative for a loss."""
        return self.out - self.into

    @property
    def surplus(self) -> bool:
        """A gain beyond two sigma."""
        return self.gain > 0 and self.gain**2 > 4 * self.variance


@dataclass
class Truth:
    """Where everything is at the end, and how every step closed."""

    holdings: dict[tuple[str, str], Holding] = field(default_factory=dict)
    transit: dict[tuple[str, str], Holding] = field(default_factory=dict)
    packs: dict[str, Matter] = field(default_factory=dict)
    closures: list[Closure] = field(default_factory=list)
    entered: Matter = field(default_factory=dict)
    left: Matter = field(default_factory=dict)
    """By-products, waste and rejected cells."""
    unaccounted: Matter = field(default_factory=dict)
    """Came in less went out wherever weights or assays differ; negative where more came out."""


def truth(plan: Iterable[Deed]) -> Truth:
    """Follow the plan to its end."""
    deeds = [deed for deed in plan if not (isinstance(deed, Made) and deed.traits.status == "provisional")]
    teller = _Follower({deed.line.lot: deed.traits for deed in deeds if isinstance(deed, Made)})
    campaigns: dict[tuple[str, str, object], list[Made]] = defaultdict(list)
    for deed in deeds:
        if isinstance(deed, Made) and deed.campaign:
            campaigns[deed.campaign, deed.site.key, deed.when].append(deed)
    for deed in deeds:
        if isinstance(deed, Made) and deed.campaign:
            if members := campaigns.pop((deed.campaign, deed.site.key, deed.when), None):
                teller.step(members)
        else:
            teller.follow(deed)
    return teller.truth


class _Follower:
    """Memory of one run through a plan."""

    def __init__(self, traits: Mapping[Lot, Traits]) -> None:
        self.traits = traits
        self.truth = Truth()

    def follow(self, deed: Deed) -> None:
        match deed:
            case Made():
                self.birth(deed)
            case Shipped():
                self.shipped(deed)
            case Received():
                self.received(deed)
            case Assembled():
                self.assembled(deed)
            case Delivered():
                for pack in deed.packs:
                    self.put(pack, deed.to, self.truth.holdings.pop((pack, deed.site.key)))
            case Rejected():
                add(self.truth.left, self.take(deed.range.lot.id, deed.site, Fraction(deed.range.pieces)))
            case Counted():
                self.counted(deed)

    def put(self, lot: str, site: Site, more: Holding) -> None:
        held = self.truth.holdings.setdefault((lot, site.key), Holding(Fraction(0), {}))
        held.amount += more.amount
        add(held.matter, more.matter)

    def take(self, lot: str, site: Site, amount: Fraction) -> Matter:
        return self.truth.holdings[lot, site.key].taken(amount)

    def birth(self, deed: Made) -> None:
        origin = origin_of(deed)
        matter = {element: {origin: kg} for element, kg in declared(deed.line, deed.traits).items()}
        add(self.truth.entered, matter)
        self.put(deed.line.lot.id, deed.site, Holding(Fraction(deed.line.amount), matter))

    def shipped(self, deed: Shipped) -> None:
        for line in deed.lines:
            amount = Fraction(line.amount)
            self.truth.transit[deed.note, line.lot.id] = Holding(amount, self.take(line.lot.id, deed.site, amount))

    def received(self, deed: Received) -> None:
        for line in deed.lines:
            sent = self.truth.transit.pop((deed.note, line.lot.id)).matter
            content = declared(line, self.traits[line.lot])
            # An article has no assay: what was sent arrived.
            matter = {element: spread(content.get(element, total(mix)), mix) for element, mix in sent.items()}
            add(self.truth.unaccounted, sent)
            add(self.truth.unaccounted, matter, sign=-1)
            self.put(line.lot.id, deed.site, Holding(Fraction(line.amount), matter))

    def assembled(self, deed: Assembled) -> None:
        matter: Matter = {}
        for some in deed.ranges:
            add(matter, self.take(some.lot.id, deed.site, Fraction(some.pieces)))
        self.truth.packs[deed.id] = matter
        self.put(deed.id, deed.site, Holding(Fraction(1), matter))

    def counted(self, deed: Counted) -> None:
        held = self.truth.holdings[deed.line.lot.id, deed.site.key]
        factor = Fraction(deed.line.amount) / held.amount
        add(self.truth.unaccounted, scaled(held.matter, 1 - factor))
        held.matter, held.amount = scaled(held.matter, factor), Fraction(deed.line.amount)

    def step(self, members: list[Made]) -> None:
        used = [line for deed in members for line in deed.used]
        pool: Matter = {}
        for line in used:
            add(pool, self.take(line.lot.id, members[0].site, Fraction(line.amount)))
        outputs = _outputs(members, pool)
        for element in METALS:
            if any(element in content for content in outputs.values()):
                self.close(members, element, pool, outputs)
        for deed in members:
            content = outputs[deed.line.lot]
            matter = {element: spread(kg, pool[element]) for element, kg in content.items() if element in pool}
            add(self.truth.unaccounted, matter, sign=-1)
            if deed.line.lot.product.kind == "product":
                self.put(deed.line.lot.id, deed.site, Holding(Fraction(deed.line.amount), matter))
            else:
                add(self.truth.left, matter)
        add(self.truth.unaccounted, pool)

    def close(self, members: list[Made], element: str, pool: Matter, outputs: Contents) -> None:
        """Note how an element closes; an excess beyond two sigma goes into the pool as UNKNOWN."""
        lines = [line for deed in members for line in (*deed.used, deed.line)]
        closure = Closure(
            when=f"{members[0].when:%Y-%m-%d}",
            site=members[0].site,
            campaign=members[0].campaign,
            element=element,
            into=total(pool.get(element, {})),
            out=sum((content.get(element, Fraction(0)) for content in outputs.values()), Fraction(0)),
            variance=sum((variance_of(line, self.traits[line.lot], element) for line in lines), Fraction(0)),
        )
        self.truth.closures.append(closure)
        if closure.surplus:
            extra = {element: {UNKNOWN: closure.gain}}
            add(pool, extra)
            add(self.truth.entered, extra)


def _outputs(members: list[Made], pool: Matter) -> Contents:
    outputs = {deed.line.lot: declared(deed.line, deed.traits) for deed in members}
    if article := next((deed.line.lot for deed in members if deed.traits.serials), None):
        others = [content for lot, content in outputs.items() if lot != article]
        outputs[article] = {
            element: total(mix) - sum((content.get(element, Fraction(0)) for content in others), Fraction(0))
            for element, mix in pool.items()
        }
    return outputs


def origin_of(deed: Made) -> str:
    """Where a lot that no step made comes from."""
    if deed.traits.origin:
        return place(deed.traits.origin).id
    return deed.site.id if deed.site.kind in {"mine", "recycler"} else UNKNOWN
