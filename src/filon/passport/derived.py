"""What follows from the books for one battery: composition, recycled content, footprint, origins; each with its why.

Nothing here is typed in. A figure that the books cannot give is no figure: its standing is unknown and its gaps say
what is missing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from functools import cache, cached_property

from filon.accounts.carbon.account import CarbonAccount, Footprint
from filon.accounts.carbon.line import Variant
from filon.accounts.origin import Vector
from filon.accounts.recycled import CLASSES, POST, PRE, UNCLASSED
from filon.books.journal import UNKNOWN
from filon.books.register import Register
from filon.core.matter import MASS
from filon.core.quantity import kg_from_mg
from filon.core.tables import table
from filon.passport.point import TABLES
from filon.passport.value import Value

METALS = {"recycledCobalt": "Co", "recycledLithium": "Li", "recycledNickel": "Ni"}
"""Data points of Article 8 and their elements; the books keep no lead."""
STAGES = ("raw", "main", "distribution", "end-of-life")
_PPM = Decimal("0.0001")
_GRAM = Decimal("0.001")
_PUBLIC = "https://w3id.org/filon/public"


@dataclass(frozen=True, slots=True)
class Material:
    """A material that the books follow, as the law sees it.

    Args:
        critical: a critical raw material. annex_x: a raw material of the due-diligence chapter.
    """

    element: str
    name: str
    cas: str
    critical: bool
    annex_x: bool


@cache
def materials() -> tuple[Material, ...]:
    """All of table `materials`."""
    rows = table("materials", TABLES).rows
    return tuple(
        Material(row["element"], row["en"], row["cas"], row["critical"] == "yes", row["annex_x"] == "yes")
        for row in rows
    )


def percent(part: int, whole: int) -> Decimal:
    """Percent with four decimals (parts per million), half to even; whole > 0."""
    exact = Fraction(100 * part, whole)
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(_PPM, rounding=ROUND_HALF_EVEN)


def composition(
    content: Mapping[str, int | None], weight: int | None, *, critical: bool = False
) -> tuple[Value, tuple[str, ...]]:
    """What is in a battery, most first, and the elements whose amount nobody measured.

    Args:
        content: {element: mg} of the battery, of the books.
        weight: mg of the whole battery; None = not known, then no percentages.
        critical: only critical raw materials above 0.1 % by weight.

    Source: Annex VI Part A (10), Annex XIII 1(b), 2(a).
    """
    rows: list[tuple[int, Mapping[str, Value]]] = []
    gaps: list[str] = []
    for one in materials():
        mg = content.get(one.element, 0)
        if mg is None:
            gaps.append(one.element)
        elif mg and not (critical and (not one.critical or (weight is not None and 1000 * mg <= weight))):
            rows.append((mg, _material(one, mg, weight)))
    return tuple(row for _, row in sorted(rows, key=lambda pair: -pair[0])), tuple(gaps)


def _material(one: Material, mg: int, weight: int | None) -> Mapping[str, Value]:
    row: dict[str, Value] = {"name": one.name, "element": one.element, "cas": one.cas, "kg": kg_from_mg(mg)}
    if weight:
        row["percent"] = percent(mg, weight)
    return {**row, "critical": one.critical}


@dataclass(frozen=True, slots=True)
class Share:
    """Recycled content of a group of batteries, for one metal.

    Args:
        total: mg of the metal in all of them. parts: {class of waste: mg}. unknown: mg whose source nobody told.
        batteries: how many. untold: how many more, whose content nobody knows.
    """

    element: str
    total: int
    parts: Mapping[str, int]
    unknown: int
    batteries: int
    untold: int

    @property
    def value(self) -> Decimal | None:
        """Percent recovered from waste; None if any battery's content is unknown, or there is none of the metal."""
        whole = self.total and not self.untold
        return percent(sum(self.parts.values()), self.total) if whole else None

    def row(self) -> Mapping[str, Value]:
        """By class of waste."""
        shares = ((name, self.parts.get(key, 0)) for name, key in _CLASS_MEMBERS)
        told: dict[str, Value] = {name: percent(mg, self.total) for name, mg in shares}
        return {"element": self.element, **told, "known": percent(self.total - self.unknown, self.total)}


_CLASS_MEMBERS = (("preConsumer", PRE), ("postConsumer", POST), ("unclassed", UNCLASSED))


def recycled_share(element: str, vectors: Iterable[tuple[Mapping[str, int] | None, int]]) -> Share:
    """The recycled content of all batteries of a model, plant and year, one figure for all of them.

    Args:
        vectors: of the recycled account, one a lot, and how many batteries the lot is.

    Source: Article 8(1): per model, year and manufacturing plant; manufacturing and post-consumer waste together.
    """
    summed: Counter[str] = Counter()
    known = untold = 0
    for vector, batteries in vectors:
        if vector is None:
            untold += batteries
        else:
            known += batteries
            summed.update(vector)
    parts = {name: summed[name] for name in CLASSES if summed[name]}
    return Share(element, sum(summed.values()), parts, summed[UNKNOWN], known, untold)


@dataclass(frozen=True)
class Mean:
    """The footprint of the batteries of a model, plant and year: one of them on average.

    Args:
        footprint: of those whose footprint is whole; None if there is none.
        batteries: so many they are. lacking: so many more, in whose footprint something is missing.
    """

    footprint: Footprint | None
    batteries: int
    lacking: int

    @cached_property
    def total(self) -> Decimal:
        """Kg CO2e a battery; worked out once, for a year's line has thousands of contributions."""
        return self.footprint.total(Variant.MARKET) if self.footprint else Decimal(0)

    @cached_property
    def stages(self) -> Mapping[str, Decimal]:
        """{life-cycle stage that has a method: kg CO2e a battery}."""
        told = [stage for stage in STAGES if stage != "end-of-life"]
        return {stage: self.footprint.total(stage=stage) for stage in told} if self.footprint else {}

    @cached_property
    def primary(self) -> Decimal | None:
        """Percent on primary data."""
        return self.footprint.primary_share() if self.footprint else None


def footprint_value(
    mean: Mean, own: Footprint, energy: Decimal | None, cycles: int | None, plant: str
) -> Mapping[str, Value] | None:
    """The footprint of a model made at a plant in a year as table `types` shapes it, market-based.

    None as long as it is not whole for a single battery of them. What stages the law still has no method for is no
    row (end of life).

    Args:
        own: of the battery asked about, told beside the mean.
        energy: rated, kWh. cycles: expected; their product is the total energy over service life.

    Source: Article 7(1): per model per plant, (d), (e); Annex II, points 2, 4 and 5; the method act is not adopted,
        which `method` says.
    """
    if mean.footprint is None:
        return None
    told: dict[str, Value] = {}
    if energy and cycles:
        told["perTotalKwh"] = _round(mean.total / (energy * cycles), Decimal("0.000001"))
    if energy:
        told["perCapacityKwh"] = _round(mean.total / energy)
    told["perBattery"] = _round(mean.total)
    if own.whole:
        told["thisBattery"] = _round(own.total(Variant.MARKET))
    told["batteries"] = mean.batteries
    if mean.primary is not None:
        told["primary"] = _round(mean.primary)
    told["stages"] = tuple(_stage(stage, kg, energy) for stage, kg in mean.stages.items())
    if plant:
        told["plant"] = plant
    return {**told, "method": f"{stamp_text(mean.footprint)}; method act not adopted"}


def _stage(stage: str, kg: Decimal, energy: Decimal | None) -> Mapping[str, Value]:
    told: dict[str, Value] = {"stage": stage, "kg": _round(kg)}
    return {**told, "perKwh": _round(kg / energy)} if energy else told


def stamp_text(footprint: Footprint) -> str:
    """Ruleset, factor table, warming potentials and allocation in one line."""
    one = footprint.stamp
    return f"{one.ruleset}, factors {one.factors}, {one.gwp}, by {one.allocation}"


def _round(value: Decimal, step: Decimal = _GRAM) -> Decimal:
    return value.quantize(step, rounding=ROUND_HALF_EVEN)


def left_out(mean: Mean) -> tuple[str, ...]:
    """What the mean does not hold: batteries in whose footprint something is missing, and stages without a method."""
    of = mean.batteries + mean.lacking
    part = (f"{mean.lacking} of {of} batteries of the model, plant and year",) if mean.lacking else ()
    return (*part, "end of life: no method adopted")


def carbon_gaps(account: CarbonAccount, footprint: Footprint) -> tuple[str, ...]:
    """What is missing in a footprint, each once: kind and what, at which site."""
    told = []
    for one in footprint.lacking:
        site = account.book.register.name(account.book.holdings[one.gap.node].site)
        told.append(f"{one.gap.kind.value}: {one.gap.what}, {site}")
    return tuple(dict.fromkeys(told))


def origin_rows(register: Register, vectors: Mapping[str, Vector | None]) -> tuple[Value, tuple[str, ...]]:
    """Where each metal came from, largest first, and the metals nobody measured.

    A site is named where it agreed to be named to everybody, else only its country: the row is public.

    Args:
        vectors: {element: {origin: mg}}.
    """
    rows: list[Mapping[str, Value]] = []
    gaps = []
    for element, vector in vectors.items():
        if vector is None:
            gaps.append(element)
            continue
        merged: Counter[tuple[str, str, str]] = Counter()
        for origin, mg in vector.items():
            merged[_origin(register, origin)] += mg
        whole = sum(vector.values())
        for (name, country, kind), mg in sorted(merged.items(), key=lambda pair: (-pair[1], pair[0])):
            row: dict[str, Value] = {"element": element, "kind": kind, "kg": kg_from_mg(mg)}
            row |= {key: text for key, text in (("origin", name), ("country", country)) if text}
            rows.append({**row, "percent": percent(mg, whole)})
    return tuple(rows), tuple(gaps)


def _origin(register: Register, key: str) -> tuple[str, str, str]:
    if key == UNKNOWN:
        return "", "", "unknown"
    site = register.site(key)
    open_to_all = any(known.get(key, {}).get(_PUBLIC) == "true" for known in register.vocabularies.values())
    name = site.name if open_to_all else ""
    return name, site.country, "recycled" if site.kind == "recycler" else "mine"


def weight_of(content: Mapping[str, int | None], declared: Value | None) -> int | None:
    """Mg of the whole battery: as declared for its model, else the mass that the books follow; None if neither."""
    if isinstance(declared, Decimal) and declared > 0:
        return int(declared.scaleb(6))
    return content.get(MASS)


def elements_of(content: Mapping[str, int | None]) -> Sequence[str]:
    """The elements that a battery holds, known or not, in the order of table `materials`."""
    return [one.element for one in materials() if content.get(one.element, 0) != 0]
