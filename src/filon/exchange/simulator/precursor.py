"""Rivage: a precursor plant on the Atlantic coast that must blend, in a tank that is never quite empty.

Ten tank fills of cobalt solution in the quarter, each on the heel of the one before; every tank fill holds Atlas,
Kaarna and recycled cobalt. From a fill six or seven lots of NMC811 hydroxide are made, ten tonnes each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from filon.exchange.simulator.chance import rounded
from filon.exchange.simulator.deed import Deed, Line, Lot, Made, Traits
from filon.exchange.simulator.floor import Floor, Held, Route, arrivals, assay_of, carried, content, day
from filon.exchange.simulator.strand import DAY, MEASURED_HEEL, Strand
from filon.exchange.simulator.world import SITES

FILLS = 10
EVERY = 8
"""Days from fill to fill; the first on 14 July."""
FIRST_FILL = 13
ATLAS_KG = Decimal(14_000)
"""Atlas sulfate in a fill, beside one lot of Kaarna and one of Boucle: about two thirds of the cobalt."""
RECYCLED_NICKEL_KG = Decimal(850)
"""Recycled nickel sulfate in each lot of precursor, of about 23 t."""
MIN_HEEL_KG = Decimal(2_500)
"""The tank is not drawn below this."""
YIELD = Fraction(988, 1000)
"""pCAM 98 to 99 % (custody, section 6); what is missing is in the sludge, weighed and assayed."""

Used = list[tuple[Line, Traits]]


class _Yard:
    """What lies at Rivage, by product."""

    def __init__(self, before: Iterable[Deed]) -> None:
        self.floors: dict[str, Floor] = {}
        for held in arrivals(list(before), SITES["rivage"]):
            self.floor(held.lot.product.key).put(held)

    def floor(self, product: str) -> Floor:
        """The floor of a product."""
        return self.floors.setdefault(product, Floor())


def rivage(strand: Strand, before: Iterable[Deed]) -> Iterator[Deed]:
    """Tank fills and precursor lots, from what arrived; the first lot of most fills goes to Katodia."""
    yard = _Yard(before)
    heel = _opening(strand)
    yield heel
    tank, serial = Held(heel.line.lot, heel.line.amount, heel.when, heel.traits), 0
    for number in range(FILLS):
        when = day(FIRST_FILL + EVERY * number)
        fill = _filled(strand, yard, tank, number, when)
        yield fill
        tank, lots = Held(fill.line.lot, fill.line.amount, fill.when, fill.traits), 0
        while tank.kg - (drawn := _draw(strand, tank)) >= MIN_HEEL_KG and lots < EVERY - 1:
            solution = (Line(tank.lot, drawn), tank.traits)
            precursor, sludge = _precipitated(strand, yard, solution, serial, when + (lots + 1) * DAY)
            yield from (precursor, sludge)
            if lots == 0 and number != 2:  # noqa: PLR2004 - the third fill goes to other customers, outside this chain
                yield from _sent(strand, precursor)
            tank = replace(tank, kg=tank.kg - drawn)
            serial, lots = serial + 1, lots + 1


def _opening(strand: Strand) -> Made:
    # The heel that stood in the tank when the books begin: nobody knows where its cobalt came from.
    kg = strand.chance.about("3000", "200", "10")
    traits = Traits({"Co": strand.chance.about("7.95", "0.05", "0.01")})
    lot = strand.lot("tank", "CUV-26", 0)
    return Made(when=day(-1), site=SITES["rivage"], line=Line(lot, kg), traits=traits, told="2026-07")


def _filled(strand: Strand, yard: _Yard, tank: Held, number: int, when: datetime) -> Made:
    heel = tank.kg - (strand.chance.about("60", "20", "5") if number == MEASURED_HEEL else 0)
    used: Used = [
        (Line(tank.lot, heel), tank.traits),
        *yard.floor("atlas sulfate").take(ATLAS_KG, when),
        *yard.floor("kaarna sulfate").take_lot(when),
        *yard.floor("recycled cobalt").take_lot(when),
    ]
    assay = strand.chance.about("8.00", "0.08", "0.01")
    kg = rounded(content(used, "Co") * strand.chance.near_one(3) * 100 / Fraction(assay), Decimal(10))
    return Made(
        when=when, site=SITES["rivage"], line=Line(strand.lot("tank", "CUV-26", number + 1), kg),
        traits=Traits({"Co": assay}, certificate=strand.note("LAB-C", number + 1)),
        used=tuple(line for line, _ in used), campaign=strand.note("OF-C", number + 1),
    )  # fmt: skip


def _draw(strand: Strand, tank: Held) -> Decimal:
    # Ten tonnes of hydroxide with 6.34 % Co (6.38 % if pure; custody, section 4), by the flow meter.
    needed = Fraction(634) / YIELD * strand.chance.near_one(3)
    return rounded(needed * 100 / Fraction(tank.traits.assay["Co"]), Decimal(5))


def _precipitated(
    strand: Strand, yard: _Yard, solution: tuple[Line, Traits], serial: int, when: datetime
) -> tuple[Made, Made]:
    nickel = rounded(Fraction(5085) / YIELD / Fraction(222, 1000) * strand.chance.near_one(3), Decimal(10))
    manganese = rounded(Fraction(590) / YIELD / Fraction(322, 1000) * strand.chance.near_one(3), Decimal(2))
    again = yard.floor("recycled nickel").take(RECYCLED_NICKEL_KG, when)
    used: Used = [
        solution,
        *yard.floor("nickel sulfate").take(nickel - RECYCLED_NICKEL_KG, when),
        *again,
        *yard.floor("manganese sulfate").take(manganese, when),
    ]
    order, taken = strand.note("OF-P", serial + 1), tuple(line for line, _ in used)
    precursor = precursor_of(strand, used, strand.lot("pcam", "RIV-26", serial + 1))
    sludge = sludge_of(strand, used, strand.lot("sludge", "BOU-26", serial + 1))
    return (
        replace(precursor, when=when, used=taken, campaign=order),
        replace(sludge, when=when, campaign=order),
    )


def precursor_of(strand: Strand, used: Used, lot: Lot) -> Made:
    """The hydroxide that comes of what was used: assays and weight; its day and campaign are still to be set."""
    about, near = strand.chance.about, strand.chance.near_one
    moisture, nickel = about("0.40", "0.10", "0.01"), about("50.80", "0.12", "0.01")
    solid = 1 - Fraction(moisture) / 100
    dry = content(used, "Ni") * YIELD * near(3) * 100 / Fraction(nickel)
    kg = rounded(dry / solid, Decimal("0.5"))
    assay = {"Ni": nickel}
    for element in ("Co", "Mn"):
        assay[element] = assay_of(content(used, element) * YIELD * near(3), Fraction(kg) * solid)
    traits = Traits(assay, moisture, "dry", f"COA-{lot.number}")
    return Made(when=day(0), site=SITES["rivage"], line=Line(lot, kg), traits=traits)


def sludge_of(strand: Strand, used: Used, lot: Lot) -> Made:
    """What is left of it in the filter and the mother liquor."""
    kg, moisture = strand.chance.about("300", "20", "1"), strand.chance.about("35.0", "2.0", "0.1")
    dry = Fraction(kg) * (1 - Fraction(moisture) / 100)
    assay = {
        element: assay_of(content(used, element) * (1 - YIELD) * strand.chance.near_one(20), dry)
        for element in ("Ni", "Co", "Mn")
    }
    return Made(when=day(0), site=SITES["rivage"], line=Line(lot, kg), traits=Traits(assay, moisture, "dry"))


def _sent(strand: Strand, precursor: Made) -> Iterator[Deed]:
    route = Route(SITES["rivage"], SITES["katodia"], (11, 12), "0.5", order="KAT-PO-4400817")
    note = f"BL-{precursor.line.lot.number}"
    yield from carried(strand.chance, route, [precursor.line], precursor.when + 2 * DAY, note)
