"""Data quality: how well a figure's data fit what they are used for, 1 best to 5, weighed by emissions.

Technology, geography and time are rated by table `data-quality`, unless whoever gave a factor rated it. A footprint's
rating is the mean of its lines' ratings, weighed by their absolute emissions.

    quality(footprint)     # {"technological": Decimal("1.6"), "geographical": .., "temporal": ..}

Source: PACT 3.0.3 dqi; the steps of the table are Filon's (docs/decisions), as PACT leaves them to the programme.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import cache

from filon.accounts.carbon.account import DIGITS, Footprint
from filon.accounts.carbon.activity import RATINGS
from filon.accounts.carbon.line import Line, Part, Variant
from filon.core.tables import table

WORST = 5


def quality(footprint: Footprint, variant: Variant = Variant.MARKET) -> Mapping[str, Decimal] | None:
    """{technological, geographical, temporal: rating}; None of nothing."""
    sums, weight = [Decimal(0)] * len(RATINGS), Decimal(0)
    with localcontext(prec=DIGITS):
        for one in footprint.contributions:
            for part in one.line.parts[variant] if one.line.inside else ():
                kg = abs(_decimal(part.kg) * one.weight)
                weight += kg
                for index, rating in enumerate(ratings(one.line, part)):
                    sums[index] += kg * _decimal(rating)
        return {name: value / weight for name, value in zip(RATINGS, sums, strict=True)} if weight else None


def ratings(line: Line, part: Part) -> tuple[Fraction, ...]:
    """Technology, geography, time of one factor in its use."""
    factor = part.factor
    if factor.ratings:
        return factor.ratings
    steps = _steps()
    by = "declared" if factor.declared else "confirmed" if factor.confirmed else "unconfirmed"
    where = "same" if line.country and factor.geography == line.country else "world"
    if factor.declared or line.kind.group == "process":
        where = "same"
    elif factor.geography not in {line.country, "GLO"}:
        where = "other"
    year = int((line.activity.belongs.since or "0")[:4])
    age = abs(year - factor.year) if year and factor.year else 0 if factor.declared else 99
    when = next(rating for key, rating in steps["temporal"].items() if age <= int(key))
    return steps["technological"][by], steps["geographical"][where], when


@cache
def _steps() -> Mapping[str, Mapping[str, Fraction]]:
    out: dict[str, dict[str, Fraction]] = {}
    for row in table("data-quality").rows:
        out.setdefault(row["of"], {})[row["step"]] = Fraction(row["rating"])
    return out


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)
