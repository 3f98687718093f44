"""The exact loops: whole milligrams dealt out by largest remainders, compiled; the same mg as `core.quantity.split`.

A share is mg x part // whole, and the product needs 128 bits. It is done in 64: the quotient is estimated in float64
(off by at most one below 2**51), and the remainder is exact because both products wrap around 2**64 alike.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from filon.books.engine.loops import compiled

LARGEST_MG = 2**51
"""Two million tonnes. Above, the estimate of a quotient may be off by more than one, and Python's integers do it."""


@compiled
def dealt(mg: int, by: Any, parts: Any, rest: Any) -> None:  # noqa: C901 - in one pass; it runs once a flow
    """Share mg out by weights >= 0 that are not all 0; the odd mg go to the largest remainders, the earlier one first.

    Source: `core.quantity.split` is the definition.
    """
    whole, short = 0, mg
    for place in range(len(by)):
        whole += by[place]
    for place in range(len(by)):
        parts[place] = rest[place] = 0
        if by[place]:
            quotient = int(float(mg) * float(by[place]) / float(whole))
            left = mg * by[place] - quotient * whole
            while left < 0:
                quotient -= 1
                left += whole
            while left >= whole:
                quotient += 1
                left -= whole
            parts[place], rest[place] = quotient, left
            short -= quotient
    if short:
        ranked = np.sort(rest)
        least = ranked[len(rest) - short]
        for place in range(len(by)):
            if rest[place] > least:
                parts[place] += 1
                short -= 1
        for place in range(len(by)):
            if short and rest[place] == least:
                parts[place] += 1
                short -= 1


@compiled
def only(named: Any, columns: int) -> int:
    """The one column whose bit is set; -1 if there is none or several."""
    found = -1
    for column in range(columns):
        if named[column >> 6] >> np.uint64(column & 63) & np.uint64(1):
            if found >= 0:
                return -1
            found = column
    return found


@compiled
def parted(
    source: Any,
    target: Any,
    mg: Any,
    like: Any,
    name: Any,
    silent: Any,
    known: Any,
    unknown: int,
    made: Any,
    left: Any,
    only_name: Any,
) -> None:
    """Carry every flow with two columns only: matter of known origin, and of unknown.

    Args:
        name: origin that a flow from outside brings, -1 = none said; `unknown` is one.
        made, left: (holdings, 2) mg.
        only_name: (holdings) the one origin of all its matter, -1 before there is any, -2 of several.
    """
    taken, rest = np.zeros(2, np.int64), np.zeros(2, np.int64)
    for flow in range(len(source)):
        giver, taker, amount, alike = source[flow], target[flow], mg[flow], like[flow]
        one = only_name[giver] if giver >= 0 else name[flow]
        if giver < 0 and one < 0:
            one = only_name[alike] if alike >= 0 else -1 if silent[flow] else unknown
        if taker >= 0 and one != -1 and only_name[taker] != one:
            only_name[taker] = one if only_name[taker] == -1 else -2
        if not amount:
            continue
        taken[:] = 0
        if giver >= 0 and left[giver].sum() >= amount:
            dealt(amount, left[giver], taken, rest)
            left[giver] -= taken
        elif giver < 0 and name[flow] < 0 and alike >= 0 and made[alike].sum() > 0:
            dealt(amount, made[alike], taken, rest)
        else:
            if giver < 0 and name[flow] < 0:
                one = only_name[taker] if taker >= 0 and not known[taker] else -1
            taken[0 if one >= 0 and one != unknown else 1] = amount
        if taker >= 0:
            made[taker] += taken
            left[taker] += taken


@compiled
def posted(  # noqa: C901, PLR0912 - one pass in posting order, as `accounts.origin._Run.carry` defines it
    source: Any,
    target: Any,
    mg: Any,
    like: Any,
    column: Any,
    silent: Any,
    known: Any,
    unknown: int,
    made: Any,
    left: Any,
    outside: Any,
    named: Any,
) -> None:
    """Carry every flow: take its share from its source, give it to its target.

    Args:
        source, target: holding, or -1 - place of the account outside.
        column: origin that a flow from outside brings, -1 = none said.
        silent: flows that name no origin (reagents, what is already counted).
        made, left, outside: (holdings or accounts, origins) mg; `named` (holdings, words) bits.
    """
    columns = made.shape[1]
    taken, rest = np.zeros(columns, np.int64), np.zeros(columns, np.int64)
    for flow in range(len(source)):
        giver, taker, amount, alike = source[flow], target[flow], mg[flow], like[flow]
        if taker >= 0:
            if giver >= 0:
                named[taker] |= named[giver]
            elif column[flow] >= 0:
                named[taker][column[flow] >> 6] |= np.uint64(1) << np.uint64(column[flow] & 63)
            elif alike >= 0:
                named[taker] |= named[alike]
            elif not silent[flow]:
                named[taker][unknown >> 6] |= np.uint64(1) << np.uint64(unknown & 63)
        if not amount:
            continue
        one = -2  # the column that gets all of it; -2 = not told yet
        if giver >= 0:
            if left[giver].sum() < amount:
                one = only(named[giver], columns)
                one = unknown if one < 0 else one
            else:
                dealt(amount, left[giver], taken, rest)
                for place in range(columns):
                    left[giver, place] -= taken[place]
        elif column[flow] >= 0:
            one = column[flow]
        elif alike >= 0 and made[alike].sum() > 0:
            dealt(amount, made[alike], taken, rest)
        else:
            one = -1
            if taker >= 0 and not known[taker]:
                one = only(named[taker], columns)
            one = unknown if one < 0 else one
        if one >= 0:
            taken[:] = 0
            taken[one] = amount
        if giver < 0 and column[flow] < 0:
            outside[-1 - giver] -= taken
        if taker >= 0:
            made[taker] += taken
            left[taker] += taken
        else:
            outside[-1 - taker] += taken
