"""The loops of a recall, compiled: the same milligrams and bounds as `accounts.recall` in Python, in one pass each.

Three names are carried: RECALLED, OTHER and UNKNOWN; bounds are (least, most), UNTOLD where nobody can tell the most.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from filon.books.engine.dealing import dealt
from filon.books.engine.loops import compiled

UNKNOWN, OTHER, RECALLED = 0, 1, 2
"""Columns of the names, in the order of the names' letters: it decides who gets the odd milligram."""
UNTOLD = -1
"""An amount that nobody said, or that has no bound."""
HELD, MATTER, FOUND, WASTED = 0, 1, 2, 3
"""How a flow begins: in a holding, at a source, at a measurement of something, where nothing is named."""


@compiled
def sole(names: int) -> int:
    """The one column of a set of names; UNKNOWN if there is none or several."""
    for column in range(3):
        if names == 1 << column:
            return column
    return UNKNOWN


@compiled
def called(  # noqa: C901, PLR0912, PLR0915 - one pass in posting order, as `accounts.carried` defines it
    flows: Any,
    source: Any,
    target: Any,
    like: Any,
    begins: Any,
    mg: Any,
    whole: Any,
    inside: Any,
    start: Any,
    special: Any,
    parts: Any,
    account: Any,
    made: Any,
    left: Any,
    gone: Any,
    names: Any,
) -> int:
    """Carry some flows, in posting order; mg that became recalled where they were called so.

    Args:
        begins: HELD, MATTER, FOUND or WASTED.
        mg, whole: (flows), (holdings) UNTOLD where nobody said.
        inside: (holdings) whether it is looked at.
        start: (holdings) whether all that enters is recalled.
        special: (flows) row of `parts`, -1 = none; `parts` (rows, 2) recalled and kept parts of a draw.
        account: (flows) place in `gone` of the account that it ends in.
        made, left: (holdings, 3) mg; gone: (accounts) mg recalled; names: (holdings) bits.
    """
    taken, rest, after = np.zeros(3, np.int64), np.zeros(3, np.int64), np.zeros(3, np.int64)
    pair, shared, spare = np.zeros(2, np.int64), np.zeros(2, np.int64), np.zeros(2, np.int64)
    renamed = 0
    for flow in flows:
        giver, taker, alike, amount = source[flow], target[flow], like[flow], mg[flow]
        row = special[flow]
        anew = row >= 0 or (taker >= 0 and start[taker])
        keeps = row >= 0 and parts[row, 1] > 0
        if row >= 0:
            pair[0], pair[1] = parts[row, 1], parts[row, 0]
        else:
            pair[0], pair[1] = 0, 1
        foreign = giver >= 0 and not inside[giver]
        if taker >= 0:
            if anew and pair[1] > 0:
                names[taker] |= 1 << RECALLED
            if not anew or keeps:
                if foreign or begins[flow] == MATTER:
                    names[taker] |= 1 << OTHER
                elif giver >= 0:
                    names[taker] |= names[giver]
                elif alike >= 0:
                    names[taker] |= names[alike]
                elif begins[flow] != WASTED:
                    names[taker] |= 1 << UNKNOWN
        if amount <= 0:
            continue
        taken[:] = 0
        outside = giver < 0 and begins[flow] != MATTER
        if foreign or begins[flow] == MATTER:
            taken[OTHER] = amount
        elif giver >= 0:
            if left[giver].sum() < amount:
                taken[sole(names[giver])] = amount
            else:
                dealt(amount, left[giver], taken, rest)
                left[giver] -= taken
        elif alike >= 0 and made[alike].sum() > 0:
            dealt(amount, made[alike], taken, rest)
        elif taker >= 0 and whole[taker] == UNTOLD:
            taken[sole(names[taker])] = amount
        else:
            taken[UNKNOWN] = amount
        if outside:
            gone[account[flow]] -= taken[RECALLED]
        if anew:
            dealt(amount, pair, shared, spare)
            after[:] = 0
            if shared[0]:
                dealt(shared[0], taken, after, rest)
            after[RECALLED] += shared[1]
            renamed += after[RECALLED] - taken[RECALLED]
            taken[:] = after
        if taker >= 0:
            made[taker] += taken
            left[taker] += taken
        else:
            gone[account[flow]] += taken[RECALLED]
    return renamed


@compiled
def drawn(mg: int, whole: int, least: int, most: int) -> tuple[int, int]:
    """What a draw of `mg` takes of a holding of `whole` mg that holds between least and most."""
    if mg == UNTOLD or most == 0:
        return 0, UNTOLD if most != 0 else 0
    if whole == UNTOLD:
        return 0, mg
    return max(0, mg - (whole - least)), mg if most == UNTOLD else min(mg, most)


@compiled
def found(mg: int, whole: int, least: int, most: int) -> tuple[int, int]:
    """What a measurement found more than was there, like a holding of `whole` mg."""
    if most == 0:
        return 0, 0
    return mg if UNTOLD not in (mg, whole) and least == whole else 0, mg


@compiled
def ranged(
    holdings: Any,
    starts: Any,
    order: Any,
    source: Any,
    like: Any,
    mg: Any,
    whole: Any,
    start: Any,
    special: Any,
    crossing: Any,
    least: Any,
    most: Any,
) -> None:
    """The bounds of some holdings in order of ids: what came in over each flow, at least and at most.

    Args:
        starts, order: where each holding's inflows begin, and the flows.
        mg: (flows), whole: (holdings): UNTOLD where nobody said.
        special: (flows) row of `crossing`, -1 = none; (rows, 4): floor and ceiling of what known pieces weigh, whether
            they are known exactly, and whether there are any.
        least, most: (holdings) zero at first.
    """
    for one in holdings:
        if start[one]:
            least[one], most[one] = max(whole[one], 0), whole[one]
            continue
        low, high, weighed = 0, 0, 0
        for link in range(starts[one], starts[one + 1]):
            flow = order[link]
            amount = mg[flow]
            if like[flow] == one:
                a, b = found(amount, weighed, low, high)
            elif like[flow] >= 0:
                other = like[flow]
                a, b = found(amount, whole[other], least[other], most[other])
            elif source[flow] < 0:
                a, b = 0, 0
            else:
                giver = source[flow]
                a, b = drawn(amount, whole[giver], least[giver], most[giver])
                row = special[flow]
                if row >= 0 and crossing[row, 3]:
                    a, b = pieced(amount, b, crossing[row, 0], crossing[row, 1], crossing[row, 2] != 0)
            low += a
            high = UNTOLD if UNTOLD in (high, b) else high + b
            weighed = UNTOLD if UNTOLD in (amount, weighed) else weighed + amount
        if whole[one] != UNTOLD and (high == UNTOLD or high > whole[one]):
            high = whole[one]
        least[one], most[one] = low, high


@compiled
def mirrored(
    cone: Any,
    starts: Any,
    order: Any,
    source: Any,
    mg: Any,
    whole: Any,
    start: Any,
    limit: int,
    amounts: Any,
    untold: Any,
    least: Any,
    most: Any,
) -> None:
    """How much of the start's matter came through each holding of its cone (sorted), youngest first.

    Args:
        start: (holdings) whether it is one of those asked for, whose figures stand there already; nothing of one is
            counted through another.
        limit: mg of all that is asked for, UNTOLD.
        amounts: (holdings) mg in float64; `untold` where nobody can tell. least, most: the bounds.
    """
    for at in range(len(cone) - 1, -1, -1):
        one = cone[at]
        held = whole[one]
        if not start[one]:
            for bound in (held, limit):
                if bound != UNTOLD and (most[one] == UNTOLD or most[one] > bound):
                    most[one] = bound
        for link in range(starts[one], starts[one + 1]):
            giver, amount = source[order[link]], mg[order[link]]
            if giver < 0 or start[giver]:
                continue
            if untold[one] or UNTOLD in (held, amount):
                untold[giver] = True
            elif held:
                amounts[giver] += amounts[one] * amount / held
            high = most[one] if amount == UNTOLD else amount if most[one] == UNTOLD else min(amount, most[one])
            if UNTOLD not in (held, amount):
                least[giver] += max(0, least[one] - (held - amount))
            most[giver] = UNTOLD if UNTOLD in (high, most[giver]) else most[giver] + high


@compiled
def pieced(mg: int, held: int, floor: int, ceiling: int, exact: bool) -> tuple[int, int]:
    """What some pieces of a batch brought, of which so many mg are recalled ones; `held` came along besides."""
    if mg == UNTOLD:
        return 0, UNTOLD if ceiling else held
    if exact and held == 0:
        return floor, floor
    if held == UNTOLD:
        return floor, mg
    return floor, min(mg, ceiling + held)
