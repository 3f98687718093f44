"""What the founding chain used: meters, bills, reagents and carriage of its companies, month by month, as sheets.

    for name, data in energy_files(chain(seed=1)): ...

Electricity, heat and reagents per kg or piece follow public process inventories (carbon reference, section 9) in
order of magnitude; footprints that suppliers declare, contracts and distances are invented like the companies. Who buys
wind cancels certificates for it, but not always for all of it.
"""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

from filon.core.ident import elements
from filon.exchange.activity import Row, write
from filon.exchange.simulator.chain import chain
from filon.exchange.simulator.deed import Assembled, Deed, Delivered, Made, Plan, Shipped
from filon.exchange.simulator.told import note_id
from filon.exchange.simulator.world import COMPANIES, PRODUCTS, Company, Site

WIND = Decimal("0.84")
"""Share of the refinery's electricity that is bought as wind."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What one kg or piece of a product takes.

    Args:
        kwh: electricity.
        wind: share of it under contract for `technology`.
        heat: kWh of bought heat.
        diesel: litres.
        bought: (flow, kg, kg CO2e per kg, who declared it).
    """

    kwh: str = "0"
    wind: Decimal = Decimal(0)
    technology: str = "wind"
    heat: str = "0"
    diesel: str = "0"
    bought: tuple[tuple[str, str, str, str], ...] = ()


RECIPES = {
    "concentrate": Recipe(kwh="0.06", diesel="0.004"),
    "atlas sulfate": Recipe(
        kwh="1.15", wind=WIND, heat="2.99",
        bought=(("NaOH", "1.04", "0.62", "soda supplier"), ("H2SO4", "0.977", "0.12", "acid supplier")),
    ),
    "kaarna sulfate": Recipe(
        kwh="1.30", wind=Decimal(1), technology="hydro", heat="2.60",
        bought=(("NaOH", "1.04", "0.58", "soda supplier"), ("H2SO4", "0.95", "0.11", "acid supplier")),
    ),
    "tank": Recipe(kwh="0.01"),
    "pcam": Recipe(
        kwh="0.75", wind=Decimal("0.5"), heat="10.9",
        bought=(("NaOH", "0.854", "0.62", "soda supplier"), ("NH3", "0.0058", "2.4", "ammonia supplier")),
    ),
    "cam": Recipe(kwh="7.26", wind=Decimal("0.6"), technology="solar"),
    "cell": Recipe(
        kwh="1.30", heat="2.80",
        bought=(("purchased material", "0.13", "6.0", "electrolyte, separator and casing suppliers"),),
    ),
    "pack": Recipe(
        kwh="30", bought=(("purchased material", "85", "6.5", "housing and electronics suppliers"),),
    ),
}  # fmt: skip
"""Per kg, per cell, per pack."""

DECLARED = {
    "hydroxide": ("3.4", "20"), "recycled cobalt": ("1.5", "80"), "recycled nickel": ("1.1", "80"),
    "nickel sulfate": ("2.9", "60"), "manganese sulfate": ("0.6", "30"), "lithium hydroxide": ("6.1", "70"),
    "graphite": ("4.2", "50"), "copper foil": ("5.2", "35"), "aluminium foil": ("7.4", "35"),
}  # fmt: skip
"""{product: (kg CO2e per kg, percent primary)} where the supplier sends a footprint and no meter readings."""

HEEL = "1.15"
"""kg CO2e per kg of the solution that stood in the tank when the books began, as its owner estimates."""

_LEGS = {
    "mbalani": (("sea", 14_500), ("road", 2_300)), "kaarna": (("sea", 5_200), ("road", 200)),
    "tizi mine": (("road", 60),), "tizi works": (("road", 420),), "boucle": (("road", 900), ("sea", 2_100)),
    "pohja": (("sea", 5_200), ("road", 250)), "manganor": (("sea", 5_900),), "rheinquell": (("road", 780),),
    "svartberg": (("road", 300), ("sea", 1_900)), "folimet": (("road", 420),),
    "rivage": (("sea", 3_900), ("road", 400)),
    "katodia": (("road", 1_450),), "cellonord": (("road", 240),), "packs": (("road", 180),),
}  # fmt: skip
"""{from: (mode, km)}; invented."""

_PACK_TONNES, _CELL_TONNES = Decimal("0.31"), Decimal("0.000768")
_GRAM = Decimal("0.001")


def simulate_energy(directory: Path, seed: int = 1, scale: int = 1) -> list[Path]:
    """Write the chain's activity sheets into a directory; their paths in the order in which they came."""
    directory.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, data in energy_files(chain(seed, scale)):
        path = directory / name
        path.write_bytes(data)
        paths.append(path)
    return paths


def energy_files(plan: Plan) -> list[tuple[str, bytes]]:
    """(file name, bytes) of a plan's activity sheets: one a company and month, in the order in which they come."""
    rows: dict[tuple[str, str], list[Row]] = defaultdict(list)
    serials: dict[str, int] = defaultdict(lambda: 1)
    for (site, product, month), amount in sorted(_made(plan).items(), key=lambda item: (item[0][2], item[0][0].key)):
        rows[site.company.key, month] += _used(site, product, month, amount, serials)
    for deed in plan:
        if isinstance(deed, Made) and deed.line.lot.product.key == "tank" and not deed.used:
            rows[deed.site.company.key, f"{deed.when:%Y-%m}"] += _heel(deed)
        elif isinstance(deed, Shipped | Delivered):
            rows[deed.site.company.key, f"{deed.when:%Y-%m}"] += _carried(deed)
    listed = [
        (_name(COMPANIES[key], month), write(some, COMPANIES[key].language)) for (key, month), some in rows.items()
    ]
    return sorted(listed)


def _name(company: Company, month: str) -> str:
    year, number = (int(part) for part in month.split("-"))
    word = "energie" if company.language == "fr" else "energy"
    return f"{year}-{number + 1:02}-{company.day + 1:02}_{company.key}_{word}_{month}.csv"


def _made(plan: Iterable[Deed]) -> dict[tuple[Site, str, str], Decimal]:
    """Kg or pieces of each product by site and month."""
    total: dict[tuple[Site, str, str], Decimal] = defaultdict(Decimal)
    for deed in plan:
        if isinstance(deed, Made) and deed.line.lot.product.kind == "product":
            total[deed.site, deed.line.lot.product.key, f"{deed.when:%Y-%m}"] += deed.line.amount
        elif isinstance(deed, Assembled):
            total[deed.site, "pack", f"{deed.when:%Y-%m}"] += 1
    return total


def _used(site: Site, product: str, month: str, amount: Decimal, serials: dict[str, int]) -> Iterator[Row]:
    year, number = (int(part) for part in month.split("-"))
    base = {
        "from": f"{month}-01", "until": f"{month}-{monthrange(year, number)[1]}", "site": elements(site.id)["414"],
        "product": PRODUCTS[product].id,
    }  # fmt: skip
    if product in DECLARED:
        value, primary = DECLARED[product]
        own = {"value": value, "primary": primary, "source": f"{site.company.name}, product footprint 2025"}
        yield {**base, "flow": "product footprint", "amount": _text(amount), "unit": "KGM", **own}
        return
    recipe = RECIPES[product]
    yield from _power(base, recipe, amount, serials, f"{site.company.key}-{month}")
    if recipe.heat != "0":
        yield {**base, "flow": "heat", "amount": _text(amount * Decimal(recipe.heat)), "unit": "KWH"}
    if recipe.diesel != "0":
        yield {**base, "flow": "diesel", "amount": _text(amount * Decimal(recipe.diesel)), "unit": "LTR"}
    for flow, kg, value, who in recipe.bought:
        own = {"value": value, "source": f"declared by the {who}"}
        yield {**base, "flow": flow, "amount": _text(amount * Decimal(kg)), "unit": "KGM", **own}


def _heel(deed: Made) -> Iterator[Row]:
    """What stood in the tank when the books began: an estimate, said to be one."""
    day, own = f"{deed.when:%Y-%m-%d}", {"value": HEEL, "source": "Rivage Précurseurs, estimate from purchases"}
    span = {"from": day, "until": day, "site": elements(deed.site.id)["414"], "product": deed.line.lot.id}
    amount = {"flow": "product footprint", "amount": _text(deed.line.amount), "unit": "KGM", "basis": "estimated"}
    yield {**span, **amount, **own}


def _power(base: Row, recipe: Recipe, amount: Decimal, serials: dict[str, int], meter: str) -> Iterator[Row]:
    kwh = amount * Decimal(recipe.kwh)
    contracted = kwh * recipe.wind
    megawatthours = int(contracted // 1000)
    reading = {"flow": "electricity", "unit": "KWH", "reading": meter}
    if contracted:
        ppa = {"supply": "ppa", "technology": recipe.technology, "matching": "annual"}
        if megawatthours:
            issuer = f"GO {meter.split('-', maxsplit=1)[0]}"
            first, serials[issuer] = serials[issuer], serials[issuer] + megawatthours
            ppa |= {"issuer": issuer, "first": str(first), "last": str(first + megawatthours - 1)}
        yield {**base, **reading, **ppa, "amount": _text(contracted)}
    if kwh - contracted or not contracted:
        yield {**base, **reading, "supply": "grid", "amount": _text(kwh - contracted)}


def _carried(deed: Shipped | Delivered) -> Iterator[Row]:
    tonnes = _tonnes(deed)
    for mode, km in _LEGS.get(deed.site.key, ()):
        day, note = f"{deed.when:%Y-%m-%d}", note_id(deed.site.company, deed.note)
        leg = {"from": day, "until": day, "site": elements(deed.site.id)["414"], "delivery": note, "reading": deed.note}
        yield {**leg, "flow": mode, "amount": _text(tonnes * km), "unit": "TKM"}


def _tonnes(deed: Shipped | Delivered) -> Decimal:
    if isinstance(deed, Delivered):
        return _PACK_TONNES * len(deed.packs)
    weights: Sequence[Decimal] = [
        line.amount * _CELL_TONNES if line.lot.product.form == "cell" else line.amount / 1000 for line in deed.lines
    ]
    return sum(weights, Decimal(0))


def _text(amount: Decimal) -> str:
    return format(amount.quantize(_GRAM, rounding=ROUND_HALF_EVEN).normalize(), "f")
