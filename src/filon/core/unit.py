"""Units of measure by UN/ECE Recommendation 20: what a quantity of mass is in milligrams."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cache

from filon.core.quantity import MG_PER_KG, part
from filon.core.tables import table

GROUPS = ("mass", "length", "area", "volume", "energy", "charge", "temperature", "time", "share", "density", "freight")


@cache
def units() -> Mapping[str, tuple[str, Fraction, Fraction]]:
    """{code: (group, factor, offset)}: value in the group's base unit = value x factor + offset.

    Source: UN/ECE Rec 20 Rev 17, table `units`.
    """
    return {
        row["code"]: (row["group"], Fraction(row["factor"]), Fraction(row["offset"] or 0))
        for row in table("units").rows
    }


_NONE = ("", Fraction(0), Fraction(0))


def mass_mg(quantity: Decimal, uom: str) -> int | None:
    """Whole mg of a quantity of mass, a half to the even neighbour; None if the unit is not one of mass."""
    group, factor, _ = units().get(uom, _NONE)
    if group != "mass":
        return None
    number, of = quantity.as_integer_ratio()
    return part(number, factor.numerator * MG_PER_KG, of * factor.denominator)


def millionths_of_a_litre(quantity: Decimal, uom: str) -> int | None:
    """Whole millionths of a litre of a volume; None if the unit is not one of volume."""
    group, factor, _ = units().get(uom, _NONE)
    return round(Fraction(quantity) * factor * 1_000_000_000) if group == "volume" else None
