"""Katodia: precursor and lithium hydroxide become cathode material, two lots of five tonnes a lot of precursor.

The plant's own system reports to the minute. One weight was typed wrong and declared an error; the lithium silo is
measured at the end of August.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from filon.exchange.simulator.chance import rounded
from filon.exchange.simulator.deed import Counted, Deed, Line, Lot, Made, Mistaken, Traits
from filon.exchange.simulator.floor import START, Floor, Held, Route, arrivals, assay_of, carried, content, day
from filon.exchange.simulator.strand import DAY, MISTYPED, Strand
from filon.exchange.simulator.world import SITES

END = START + timedelta(days=92)
"""The quarter is over: what would happen later has not happened yet."""
YIELD = Fraction(988, 1000)
"""CAM 98 to 99 % (custody, section 6); the rest is sievings, weighed and assayed."""
PRECURSOR_KG = Decimal(4900)
STOCKTAKE = day(61, 18)
"""31 August, evening."""

Used = list[tuple[Line, Traits]]


def katodia(strand: Strand, before: Iterable[Deed]) -> Iterator[Deed]:
    """Cathode material from what arrived, sent to Cellonord four days later."""
    held = list(arrivals(list(before), SITES["katodia"]))
    lithium = Floor()
    for one in held:
        if one.lot.product.key == "lithium hydroxide":
            lithium.put(one)
    counted = False
    runs = [
        (one, half)
        for one in sorted(held, key=lambda one: one.since)
        if one.lot.product.key == "pcam"
        for half in (0, 1)
    ]
    for serial, (precursor, half) in enumerate(runs):
        when = precursor.since.replace(hour=10) + (2 + half) * DAY + timedelta(minutes=37 * half)
        if when + 4 * DAY >= END:
            return
        if when > STOCKTAKE and not counted:
            counted = True
            yield from _measured(strand, lithium)
        yield from _fired(strand, precursor, lithium, serial, when)


def _fired(strand: Strand, precursor: Held, lithium: Floor, serial: int, when: datetime) -> Iterator[Deed]:
    salt = lithium.take(strand.chance.about("2215", "6", "1"), when)
    used: Used = [(Line(precursor.lot, PRECURSOR_KG), precursor.traits), *salt]
    order = strand.note("KT-26", serial + 1)
    taken = tuple(line for line, _ in used)
    made = cathode_of(strand, used, strand.lot("cam", "KAT-26", serial + 1))
    made = replace(made, when=when, used=taken, campaign=order)
    left = Line(strand.lot("sievings", "KSV-26", serial + 1), sieved(made.line.amount))
    sievings = replace(sievings_of(strand, used, left), when=when, campaign=order)
    yield from (made, sievings)
    if serial == MISTYPED:
        wrong = replace(made, line=Line(made.line.lot, made.line.amount + 900))  # 5 9.. typed for 5 0..
        yield Mistaken(when=when + 3 * DAY, site=made.site, wrong=wrong, right=made)
    route = Route(SITES["katodia"], SITES["cellonord"], (2, 2), "0.5", order="CN-2026-118")
    note = f"WZ-{made.line.lot.number}"
    yield from carried(strand.chance, route, [made.line], when.replace(hour=16) + 4 * DAY, note)


def cathode_of(strand: Strand, used: Used, lot: Lot) -> Made:
    """The cathode material that comes of what was used: assays and weight; time and campaign are still to be set."""
    about, near = strand.chance.about, strand.chance.near_one
    nickel = about("48.20", "0.10", "0.01")
    kg = rounded(content(used, "Ni") * YIELD * near(3) * 100 / Fraction(nickel), Decimal("0.5"))
    assay = {"Ni": nickel}
    for element in ("Co", "Mn", "Li"):
        assay[element] = assay_of(content(used, element) * YIELD * near(3), Fraction(kg))
    return Made(
        when=day(0), site=SITES["katodia"], line=Line(lot, kg), traits=Traits(assay, certificate=f"COA-{lot.number}")
    )


def sieved(kg: Decimal) -> Decimal:
    """How much stays in the sieve beside so much product: 12 parts to 988, on a small scale."""
    return rounded(Fraction(kg) * (1 - YIELD) / YIELD, Decimal("0.1"))


def sievings_of(strand: Strand, used: Used, line: Line) -> Made:
    """What stays in the sieve."""
    assay = {
        element: assay_of(content(used, element) * (1 - YIELD) * strand.chance.near_one(2), Fraction(line.amount))
        for element in ("Ni", "Co", "Mn", "Li")
    }
    return Made(when=day(0), site=SITES["katodia"], line=line, traits=Traits(assay))


def _measured(strand: Strand, lithium: Floor) -> Iterator[Deed]:
    # The open lot in the silo: radar says some kilograms less than the books.
    ((line, traits),) = lithium.take(lithium.first_kg, END)
    less = strand.chance.about("35", "15", "1")
    measured = Line(line.lot, line.amount - less)
    lithium.put(Held(line.lot, measured.amount, START, traits))
    yield Counted(when=STOCKTAKE, site=SITES["katodia"], line=measured)
