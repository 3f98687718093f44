"""Emission factors: what a kilowatt-hour, a litre or a tonne-kilometre costs in CO2e, from versioned tables.

Each factor knows its unit, place, year, source and licence, and whether anybody has checked it; one that nobody
confirmed is used only when asked for. A user's own table of the same columns comes before Filon's.

    factors = Factors.standard()
    factors.grid("FR", 2026).value      # Fraction, kg CO2e/kWh
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache

from filon.core.tables import Table, table
from filon.core.unit import units


@dataclass(frozen=True, slots=True)
class Factor:
    """One emission factor.

    Args:
        key: its row in the table, e.g. `grid.fr.2023.lifecycle`.
        value: kg CO2e per `per`.
        per: Rec 20 code of what it is per.
        geography: ISO country or `GLO`.
        gsd: geometric standard deviation; None = nobody said.
        confirmed: seen in its source, under a licence that lets it be shown.
        primary: share 0..1 of it that rests on primary data.
        declared: the sender of an activity gave it, no table holds it.
        ratings: data quality as its sender rates it: technological, geographical, temporal; empty = unsaid.
    """

    key: str
    value: Fraction
    per: str
    geography: str = "GLO"
    year: int = 0
    gsd: float | None = None
    source: str = ""
    licence: str = ""
    confirmed: bool = True
    primary: Fraction = Fraction(0)
    declared: bool = False
    ratings: tuple[Fraction, ...] = ()


@dataclass(frozen=True, slots=True)
class FlowKind:
    """A row of table `flows`.

    Args:
        factor: key of the factor that stands for it, or of a gas's global warming potential; may be empty.
        group: energy, fuel, reagent, process, transport, waste, declared.
        component: `aircraft`, `biogenic`, `land`, `removal`, `packaging` .., or empty for fossil.
        scope: 1, 2 or 3 as seen by whoever used it.
        sign: -1 of what is taken out of the air.
    """

    flow: str
    per: str
    factor: str
    group: str
    component: str
    scope: int = 3
    sign: int = 1


@dataclass(frozen=True)
class Factors:
    """The factors of one calculation: tables in order of preference, and which set of warming potentials."""

    rows: Mapping[str, Factor]
    version: str
    gwp: str = "ar6_100"
    unconfirmed: bool = False

    @classmethod
    def standard(cls, *, gwp: str = "ar6_100", unconfirmed: bool = False) -> Factors:
        """Filon's own table."""
        return cls.of([table("factors")], gwp=gwp, unconfirmed=unconfirmed)

    @classmethod
    def of(cls, tables: Iterable[Table], *, gwp: str = "ar6_100", unconfirmed: bool = False) -> Factors:
        """Factors of several tables; the first that holds a key counts."""
        listed = list(tables)
        rows: dict[str, Factor] = {}
        for one in listed:
            for row in one.rows:
                rows.setdefault(row["key"], _factor(row))
        return cls(rows, "+".join(f"{one.name}/{one.version}" for one in listed), gwp, unconfirmed)

    def changed(self, changes: Mapping[str, Fraction]) -> Factors:
        """The same factors with other values: for scenarios and draws."""
        rows = {key: replace(one, value=changes.get(key, one.value)) for key, one in self.rows.items()}
        return replace(self, rows=rows, version=f"{self.version}*")

    def get(self, key: str) -> Factor | None:
        """The factor of that key; a gas's warming potential under `gwp.<gas>`; None if there is none."""
        if key.startswith("gwp."):
            return warming().get(f"{key}.{self.gwp}")
        return self.rows.get(key)

    def grid(self, country: str, year: int) -> Factor | None:
        """The country's life-cycle grid mix, of the latest year not after the one asked for, else of the earliest."""
        prefix = f"grid.{country.lower()}."
        near = [one for key, one in self.rows.items() if key.startswith(prefix) and key.endswith(".lifecycle")]
        if not near:
            return None
        past = [one for one in near if one.year <= year]
        return max(past, key=lambda one: one.year) if past else min(near, key=lambda one: one.year)

    def residual(self, country: str, year: int) -> Factor | None:
        """The country's residual mix; Filon's table has none (no open source was found), a user's may."""
        near = [
            one for key, one in self.rows.items() if key.startswith(f"residual.{country.lower()}.") and one.year <= year
        ]
        return max(near, key=lambda one: one.year) if near else None

    def technology(self, name: str) -> Factor | None:
        """The life-cycle factor of a way to make electricity."""
        return self.get(_technologies().get(name, ""))

    def allows(self, factor: Factor) -> bool:
        """Whether the factor may be used: confirmed, declared by the sender, or unconfirmed ones were asked for."""
        return factor.confirmed or factor.declared or self.unconfirmed


def _factor(row: Mapping[str, str]) -> Factor:
    return Factor(
        key=row["key"],
        value=Fraction(row["value"]),
        per=row["per"],
        geography=row.get("geography") or "GLO",
        year=int(row.get("year") or 0),
        gsd=float(row["gsd"]) if row.get("gsd") else None,
        source=row.get("source", ""),
        licence=row.get("licence", ""),
        confirmed=row.get("confirmed") == "yes",
    )


@cache
def warming() -> Mapping[str, Factor]:
    """Global warming potentials by `gwp.<gas>.<set>`, kg CO2e per kg."""
    return {
        row["key"]: Factor(
            row["key"], Fraction(row["value"]), "KGM", source=row["source"], licence=row["licence"],
            confirmed=row["confirmed"] == "yes",
        )
        for row in table("gwp").rows
    }  # fmt: skip


@cache
def flows() -> Mapping[str, tuple[FlowKind, ...]]:
    """Every known flow, with one row for each unit group it can be measured in."""
    known: dict[str, list[FlowKind]] = {}
    for row in table("flows").rows:
        one = FlowKind(row["flow"], row["per"], row["factor"], row["group"], row["component"], int(row["scope"]),
                       int(row["sign"]))  # fmt: skip
        known.setdefault(one.flow, []).append(one)
    return {flow: tuple(rows) for flow, rows in known.items()}


@cache
def _technologies() -> Mapping[str, str]:
    return {row["technology"]: row["factor"] for row in table("technologies").rows}


def converted(amount: Fraction, unit: str, per: str) -> Fraction | None:
    """An amount in another unit of the same group; None if it has no such unit."""
    if unit == per:
        return amount
    group, size, _ = units().get(unit, ("", Fraction(0), Fraction(0)))
    other, base, _ = units().get(per, ("?", Fraction(1), Fraction(0)))
    return amount * size / base if group == other else None
