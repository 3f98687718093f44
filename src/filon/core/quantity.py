"""Amounts of matter: Decimal kilograms outside, whole milligrams inside, so nothing is made or lost by rounding."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

MG_PER_KG = 1_000_000


def mg_from_kg(kg: Decimal | Fraction | int) -> int:
    """Whole milligrams; a half goes to the even neighbour (finer than any weighbridge by ten thousand)."""
    if isinstance(kg, Decimal):
        return int((kg * MG_PER_KG).to_integral_value(rounding=ROUND_HALF_EVEN))
    return round(Fraction(kg) * MG_PER_KG)


def kg_from_mg(mg: int) -> Decimal:
    """The same amount as exact Decimal kilograms."""
    return Decimal(mg).scaleb(-6)


def part(amount: int, numerator: int, denominator: int) -> int:
    """`amount x numerator / denominator` in whole mg, a half to the even neighbour; denominator > 0."""
    quotient, rest = divmod(amount * numerator, denominator)
    twice = 2 * rest
    return quotient + (1 if twice > denominator or (twice == denominator and quotient % 2) else 0)


def split(amount: int, weights: Sequence[int]) -> list[int]:
    """Share `amount` mg out by weights so that the parts sum to it exactly (largest remainders).

    The odd milligrams go to the largest remainders; among equals the earlier line wins, so the same input
    always gives the same output. No part exceeds its weight when `amount` <= sum of weights.

    Args:
        amount: mg, may be negative (then every part is <= 0).
        weights: whole numbers >= 0, not all zero unless `amount` is 0.

    Returns:
        One part a weight; `sum(parts) == amount`.

    Raises:
        ValueError: a negative weight, or nothing to share by.
    """
    if amount < 0:
        return [-piece for piece in split(-amount, weights)]
    total = sum(weights)
    if any(weight < 0 for weight in weights) or (total == 0 and amount):
        raise ValueError("cannot share by these weights")
    if total == 0:
        return [0] * len(weights)
    pieces, remainders = [], []
    for index, weight in enumerate(weights):
        quotient, rest = divmod(amount * weight, total)
        pieces.append(quotient)
        remainders.append((-rest, index))
    for _, index in sorted(remainders)[: amount - sum(pieces)]:
        pieces[index] += 1
    return pieces
