"""Cobalt: an arsenide mine with its refinery, crude hydroxide refined elsewhere, and a recycler.

Lot sizes, grades and yields are those of the custody reference, sections 3 A, 5 and 6, unless a comment says
otherwise; days are chosen so that the first pack's chain is short.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from filon.exchange.simulator.chance import rounded
from filon.exchange.simulator.deed import Deed, Line, Lot, Made, Received, Traits
from filon.exchange.simulator.floor import Route, assay_of, carried, content, day
from filon.exchange.simulator.strand import AGREEMENT, CORRECTED, DAY, LATE, SHORT_DELIVERY, SURPLUS, Strand
from filon.exchange.simulator.world import SITES

ATLAS_CAMPAIGNS = 24
"""Containers of 20 t in the quarter: 480 t of the 1 250 t that a twelfth a month would be; starts slip."""
KAARNA_CAMPAIGNS = 4
BOUCLE_LOTS = 10
BOUCLE_NICKEL_LOTS = 6

Used = list[tuple[Line, Traits]]


def atlas(strand: Strand) -> Iterator[Deed]:
    """Arsenide concentrate by the truck, cobalt sulfate heptahydrate by the container, ferric arsenate as residue."""
    mine, works, rivage = SITES["tizi mine"], SITES["tizi works"], SITES["rivage"]
    for campaign in range(ATLAS_CAMPAIGNS):
        first = day(campaign * 10 // 3)
        used: Used = []
        for number in range(2):
            truck = _truck(strand, 2 * campaign + number, first)
            note = truck.line.lot.number.replace("TIZ", "TRC")
            road = Route(mine, works, (1, 1), "20")
            shipped, received = carried(strand.chance, road, [truck.line], first + DAY, note)
            yield from (truck, shipped, received)
            used.append((received.lines[0], truck.traits))
        sulfate, residue = _leached(strand, campaign, used, first + 5 * DAY)
        yield from (sulfate, residue)
        route = Route(works, rivage, (1, 2), order=f"{AGREEMENT}/{campaign + 1:02}")
        lost = Fraction(33, 1000) if campaign == SHORT_DELIVERY else Fraction(0)
        note = strand.note("BL-55", campaign + 1)
        yield from carried(strand.chance, route, [sulfate.line], sulfate.when + 2 * DAY, note, lost=lost)


def _truck(strand: Strand, number: int, when: datetime) -> Made:
    # A 25 t truck; 10 % Co, 8 % moisture, 59 % As, 2.5 % Ni. Iron is not assayed: the books must say "unknown".
    about = strand.chance.about
    assay = {
        "Co": about("10.20", "0.50", "0.01"),
        "Ni": about("2.50", "0.30", "0.01"),
        "As": about("59.0", "1.5", "0.1"),
    }
    traits = Traits(assay, about("8.0", "0.8", "0.1"), "dry", strand.note("LAB-T", number + 1), origin="tizi mine")
    line = Line(strand.lot("concentrate", "TIZ-26", number + 1), about("24000", "500", "20"))
    return Made(when=when, site=SITES["tizi mine"], line=line, traits=traits)


def _leached(strand: Strand, campaign: int, used: Used, when: datetime) -> tuple[Made, Made]:
    # Hydromet 85 to 95 %: here 93 % of the cobalt goes to the product; the arsenate keeps 7 %, all arsenic and nickel.
    cobalt = content(used, "Co")
    assay = strand.chance.about("20.90", "0.06", "0.01")
    kg = rounded(cobalt * Fraction(93, 100) * strand.chance.near_one(4) * 100 / Fraction(assay), Decimal(2))
    order, works = strand.note("OF-T", campaign + 1), SITES["tizi works"]
    traits = Traits({"Co": assay}, certificate=strand.note("COA-A", campaign + 1))
    line = Line(strand.lot("atlas sulfate", "ATL-26", campaign + 1), kg)
    taken = tuple(one for one, _ in used)
    residue = _arsenate(strand, used, strand.lot("arsenate", "RES-26", campaign + 1))
    return (
        Made(when=when, site=works, line=line, traits=traits, used=taken, campaign=order),
        replace(residue, when=when, campaign=order),
    )


def _arsenate(strand: Strand, used: Used, lot: Lot) -> Made:
    about = strand.chance.about
    share, moisture = about("30.0", "0.8", "0.1"), about("38.0", "1.5", "0.1")
    solid = 1 - Fraction(moisture) / 100
    dry = content(used, "As") * strand.chance.near_one(5) * 100 / Fraction(share)
    kg = rounded(dry / solid, Decimal(20))
    assay = {
        "Co": assay_of(content(used, "Co") * Fraction(7, 100), Fraction(kg) * solid),
        "Ni": assay_of(content(used, "Ni"), Fraction(kg) * solid),
        "As": share,
    }
    return Made(when=day(0), site=SITES["tizi works"], line=Line(lot, kg), traits=Traits(assay, moisture, "dry"))


@dataclass(frozen=True, slots=True)
class _Voyage:
    """Days of the quarter: hydroxide made, its lots leave, arrive; sulfate crystallised."""

    made: int
    days_at_sea: int
    refined: int


_VOYAGES = (_Voyage(-58, 47, 0), _Voyage(-40, 43, 14), _Voyage(-20, 49, 40), _Voyage(2, 48, 62))


def hydroxide(strand: Strand) -> Iterator[Deed]:
    """Crude cobalt hydroxide of Mbalani, shipped for weeks, refined by Kaarna to three lots of sulfate a container."""
    for number in range(KAARNA_CAMPAIGNS):
        voyage = _VOYAGES[number]
        crude = _crude(strand, number)
        yield from _told(strand, crude, number)
        route = Route(SITES["mbalani"], SITES["kaarna"], (voyage.days_at_sea,) * 2, "5", order=f"PO-KAA-{number + 31}")
        note = strand.note("MBL-26", number + 1)
        shipped, received = carried(strand.chance, route, [crude.line], crude.when + 4 * DAY, note)
        yield from (replace(shipped, told=crude.told), received)
        yield from _refined(strand, number, received, crude.traits)


def _crude(strand: Strand, number: int) -> Made:
    # Co 25 to 45 % dry, moisture 40 to 65 % (assumption of the reference); a container of 20 t wet.
    about = strand.chance.about
    assay = {
        "Co": about("32.0", "1.5", "0.01"),
        "Cu": about("1.20", "0.30", "0.01"),
        "Mn": about("4.00", "0.50", "0.01"),
        "Ni": about("0.60", "0.10", "0.01"),
    }
    traits = Traits(assay, about("45.0", "2.0", "0.1"), "dry", strand.note("LAB-M", number + 41))
    line = Line(strand.lot("hydroxide", "MBA-26", number + 41), about("20000", "300", "10"))
    when = day(_VOYAGES[number].made)
    return Made(when=when, site=SITES["mbalani"], line=line, traits=traits, told="2026-06" if when < day(0) else "")


def _told(strand: Strand, crude: Made, number: int) -> Iterator[Made]:
    if number != CORRECTED:
        yield crude
        return
    # The mine's own first figures; the umpire's come a month later and stand.
    higher = {**crude.traits.assay, "Co": crude.traits.assay["Co"] + strand.chance.about("0.85", "0.10", "0.01")}
    early = replace(crude.traits, assay=higher, status="provisional", certificate="")
    weighed = Line(crude.line.lot, crude.line.amount + strand.chance.about("240", "60", "10"))
    yield replace(crude, line=weighed, traits=early)
    yield replace(crude, told="2026-07")


def _refined(strand: Strand, number: int, received: Received, traits: Traits) -> Iterator[Deed]:
    kaarna, rivage = SITES["kaarna"], SITES["rivage"]
    (line,) = received.lines
    cobalt = content([(line, traits)], "Co")
    order, when = strand.note("WO-K", number + 1), day(_VOYAGES[number].refined)
    # 95 % to the sulfate; in one campaign 104 %: somebody fed something that nobody declared.
    recovered = cobalt * Fraction(104 if number == SURPLUS else 95, 100)
    parts = _thirds(line.amount)
    lots = []
    for index, part in enumerate(parts):
        assay = strand.chance.about("20.85", "0.06", "0.01")
        kg = rounded(recovered / 3 * strand.chance.near_one(4) * 100 / Fraction(assay), Decimal("0.5"))
        lot = strand.lot("kaarna sulfate", "KAA-26", 3 * number + index + 1)
        made = Traits({"Co": assay}, certificate=strand.note("COA-K", 3 * number + index + 1))
        lots.append(Line(lot, kg))
        used = (Line(line.lot, part),)
        yield Made(when=when, site=kaarna, line=lots[-1], traits=made, used=used, campaign=order)
    yield _residue(strand, number, received, traits, order)
    route = Route(kaarna, rivage, (8, 10), order=f"RIV-PO-{number + 71}")
    yield from carried(strand.chance, route, lots, when + 2 * DAY, strand.note("KN-26", number + 1))


def _thirds(kg: Decimal) -> tuple[Decimal, Decimal, Decimal]:
    third = rounded(kg / 3, Decimal(5))
    return third, third, kg - 2 * third


def _residue(strand: Strand, number: int, received: Received, traits: Traits, order: str) -> Made:
    # 5 % of the cobalt stays behind with copper, manganese and nickel.
    about = strand.chance.about
    (line,) = received.lines
    used = [(line, traits)]
    moisture = about("35.0", "1.0", "0.1")
    kg = about("5200", "200", "10")
    dry = Fraction(kg) * (1 - Fraction(moisture) / 100)
    assay = {"Co": assay_of(content(used, "Co") * Fraction(5, 100), dry)}
    for element in ("Cu", "Mn", "Ni"):
        assay[element] = assay_of(content(used, element) * strand.chance.near_one(5), dry)
    lot = strand.lot("leach residue", "KAR-26", number + 1)
    made = Traits(assay, moisture, "dry")
    when = day(_VOYAGES[number].refined)
    return Made(when=when, site=SITES["kaarna"], line=Line(lot, kg), traits=made, campaign=order)


def boucle(strand: Strand) -> Iterator[Deed]:
    """Sulfates from spent batteries: 2 t of cobalt sulfate a week, 10 t of nickel sulfate a fortnight.

    The receipt of one lot is told two months late: it lay between two desks at Rivage.
    """
    about = strand.chance.about
    for number in range(BOUCLE_LOTS):
        assay = {"Co": about("20.80", "0.08", "0.01")}
        line = Line(strand.lot("recycled cobalt", "BCL-26", number + 1), about("2000", "15", "0.5"))
        yield from _recycled(strand, line, assay, day(7 * number), "2026-09" if number == LATE else "")
    for number in range(BOUCLE_NICKEL_LOTS):
        assay = {"Ni": about("22.15", "0.08", "0.01")}
        line = Line(strand.lot("recycled nickel", "BNI-26", number + 1), about("10000", "40", "0.5"))
        yield from _recycled(strand, line, assay, day(3 + 13 * number), "")


def _recycled(strand: Strand, line: Line, assay: dict[str, Decimal], when: datetime, told: str) -> Iterator[Deed]:
    traits = Traits(assay, certificate=f"COA-{line.lot.number}", recycled=Decimal(100))
    yield Made(when=when, site=SITES["boucle"], line=line, traits=traits)
    route = Route(SITES["boucle"], SITES["rivage"], (5, 6), "0.5", order="RIV-PO-66")
    shipped, received = carried(strand.chance, route, [line], when + DAY, f"BM-{line.lot.number}")
    yield from (shipped, replace(received, told=told))
