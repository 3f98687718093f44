"""Nickel, manganese, lithium, graphite and foils: suppliers whose chain begins at the finished lot.

They name the mine; what lies between mine and lot they do not tell. Assays lie in the windows of the custody
reference, section 5; transit days are assumptions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from filon.exchange.simulator.deed import Deed, Line, Made, Traits
from filon.exchange.simulator.floor import Route, carried, day
from filon.exchange.simulator.strand import DAY, NAMELESS_COPPER, Strand
from filon.exchange.simulator.world import SITES

TOLD_FIRST = "2026-07"
"""What these suppliers did before July stands in their files for July."""


@dataclass(frozen=True, slots=True)
class Supply:
    """A regular supply: `lots` lots every `every` days from day `first` on, and where they go.

    Args:
        assay: (element, middle, spread) in percent as weighed.
        kg: (middle, spread, step).
        origin: site key of the mine; empty if it is the site itself or not told.
    """

    product: str
    stem: str
    site: str
    to: str
    lots: int
    first: int
    every: int
    days: tuple[int, int]
    assay: tuple[str, str, str]
    kg: tuple[str, str, str]
    origin: str = ""


SUPPLIES = (
    # A vessel parcel of 100 t: 60 lots of pCAM need 2.277 t of NiSO4·6H2O a tonne (custody, section 4).
    Supply("nickel sulfate", "POH-26", "pohja", "rivage", 16, -16, 5, (10, 12), ("Ni", "22.20", "0.08"),
           ("100000", "400", "50"), "pohja mine"),
    Supply("manganese sulfate", "MNG-26", "manganor", "rivage", 7, -16, 11, (9, 11), ("Mn", "32.20", "0.12"),
           ("20000", "120", "2"), "okoume mine"),
    Supply("lithium hydroxide", "RQL-26", "rheinquell", "katodia", 3, 5, 18, (2, 4), ("Li", "16.45", "0.05"),
           ("20000", "60", "1")),
    Supply("graphite", "SVB-26", "svartberg", "cellonord", 3, 20, 14, (4, 6), ("C", "99.95", "0.02"),
           ("10000", "60", "1")),
    Supply("copper foil", "FCU-26", "folimet", "cellonord", 3, 20, 14, (2, 3), ("Cu", "99.90", "0.02"),
           ("5000", "30", "0.5"), "verdegris mine"),
    Supply("aluminium foil", "FAL-26", "folimet", "cellonord", 2, 20, 30, (2, 3), ("Al", "99.50", "0.05"),
           ("1800", "10", "0.5")),
)  # fmt: skip


def salts(strand: Strand) -> Iterator[Deed]:
    """All regular supplies, one after the other."""
    for supply in SUPPLIES:
        for number in range(supply.lots):
            yield from _delivery(strand, supply, number)


def _delivery(strand: Strand, supply: Supply, number: int) -> Iterator[Deed]:
    element, middle, spread = supply.assay
    nameless = supply.product == "copper foil" and number == NAMELESS_COPPER
    traits = Traits(
        {element: strand.chance.about(middle, spread, "0.01")},
        certificate=strand.note(f"COA-{supply.stem[:3]}", number + 1),
        origin="" if nameless else supply.origin,
    )
    when = day(supply.first + supply.every * number)
    told = TOLD_FIRST if when < day(0) else ""
    line = Line(strand.lot(supply.product, supply.stem, number + 1), strand.chance.about(*supply.kg))
    yield Made(when=when, site=SITES[supply.site], line=line, traits=traits, told=told)
    route = Route(SITES[supply.site], SITES[supply.to], supply.days, supply.kg[2], order=f"PO-{supply.stem[:3]}-26")
    note = strand.note(f"DN-{supply.stem[:3]}", number + 1)
    for deed in carried(strand.chance, route, [line], when + 2 * DAY, note):
        yield replace(deed, told=TOLD_FIRST) if deed.when < day(0) else deed
