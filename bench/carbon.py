"""Footprints of all lots: eight channels at once, a correction, a thousand draws, and Brightway's best way beside it.

`python -m bench carbon --scale 100000`; from a million lots on Brightway is left out: it does not finish.
"""

from __future__ import annotations

import sys
from pathlib import Path
from time import perf_counter, process_time

import numpy as np

from filon.accounts.carbon.every import FactorForm, spreads
from filon.accounts.carbon.kernel import Weave

CHANNELS, FACTORS, DRAWS = 8, 200, 1_000
LARGEST_OUTSIDE = 100_000


def chain(count: int, seed: int = 1, loops: int = 0) -> Weave:
    """3.3 links a lot from the last thousand lots, as lots that are used first in, first out."""
    chance = np.random.default_rng(seed)
    links = int(3.3 * count)
    target = np.sort(chance.integers(1, count, links))
    source = np.maximum(0, target - chance.integers(1, min(1000, count), links))
    back = chance.integers(0, max(1, count - 20), loops)
    share = np.r_[chance.random(links) / 4, np.full(loops, 0.01)]
    return Weave.of(count, np.r_[target, back], np.r_[source, back + chance.integers(1, 20, loops)], share)


def stages(count: int, seed: int = 1) -> Weave:
    """Eight stages from mine to pack, month by month: each lot is made of some of the stage before, and ends in a pack.

    A lot has a bounded number of descendants, as in life: a pack is never a lot's raw material again.
    """
    chance = np.random.default_rng(seed)
    month = 8_000
    node = np.arange(count)
    stage, at = node // (month // 8) % 8, node
    made = node[(stage > 0) & (at >= month)]
    target = np.repeat(made, 3)
    begin = (target // (month // 8) - 1) * (month // 8)
    source = np.minimum(begin + chance.integers(0, month // 8, len(target)), target - 1)
    return Weave.of(count, target, source, chance.random(len(target)) / 3)


def best(deed, times: int = 5) -> float:
    """Milliseconds of the quickest of some runs, the first not counted."""
    deed()
    seconds = []
    for _ in range(times):
        begun = perf_counter()
        deed()
        seconds.append(perf_counter() - begun)
    return 1000 * min(seconds)


def run(scale: int) -> list[dict]:
    """Rows {what, value, unit, ratio}; ratio = Brightway's best all-products way, one channel, over the row's time."""
    one = chain(scale)
    burden = np.random.default_rng(2).random((scale, CHANNELS))
    rows, ours = [], best(lambda: one.sweep(burden))
    theirs = outside(one, burden) if scale <= LARGEST_OUTSIDE else None

    def row(what, value, unit="ms"):
        ratio = f"{theirs / value:.0f}" if theirs and unit == "ms" else "-"
        rows.append({"what": what, "value": f"{value:.3g}", "unit": unit, "ratio": ratio})

    row(f"all {scale} lots, {CHANNELS} channels, warm", ours)
    if theirs:
        row("Brightway's matrices, transposed LU, 1 channel", theirs)
        ring = chain(scale, 3, scale // 100)
        y, bw = ring.sweep(burden)[:, 0], _answers(ring, burden[:, 0])
        row("1 % loops: greatest relative difference", float(np.abs(y / bw - 1).max()), "relative")
    row("a mine lot corrected, slowest of 20", correction(scale))
    if scale <= LARGEST_OUTSIDE:
        row(f"{DRAWS} draws of all lots, {FACTORS} factors", draws(scale))
    return rows


def correction(count: int) -> float:
    one = stages(count)
    burden = np.random.default_rng(2).random((count, 1))
    y = one.sweep(burden)
    mines = 1_000 * 8 * np.random.default_rng(4).integers(0, count // 8_000, 20) + 17  # lots that all later stages use
    one.again(y, burden, mines[:1])
    worst = 0.0
    for node in mines:
        burden[node] += 1
        begun = perf_counter()
        one.again(y, burden, [node])
        worst = max(worst, perf_counter() - begun)
    return 1000 * worst


def draws(count: int) -> float:
    """CPU milliseconds: the matrix product runs on all cores."""
    chance = np.random.default_rng(5)
    amounts = chance.random((count, FACTORS))
    form = FactorForm(amounts, [f"f{n}" for n in range(FACTORS)], chance.random(FACTORS), np.full(FACTORS, 1.2))
    begun, cpu = perf_counter(), process_time()
    spreads(form, DRAWS, 1)
    print(f"  (draws: {process_time() - cpu:.1f} s of CPU)", file=sys.stderr)
    return 1000 * (perf_counter() - begun)


def outside(one: Weave, burden: np.ndarray) -> float:
    """Milliseconds of bw2calc's calculation with all products solved at once, matrices to scores.

    With the columns left in their order, which its default solver does not do: lots in order of age then give no
    fill, and it is up to twenty times faster.
    """
    return _timed(one, burden[:, 0])


def _timed(one: Weave, burden: np.ndarray) -> float:
    begun = perf_counter()
    _answers(one, burden)
    return 1000 * (perf_counter() - begun)


def _answers(one: Weave, burden: np.ndarray) -> np.ndarray:
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
    from brightway import all_products

    return all_products(one, burden, order="NATURAL")
