"""The footprints of all holdings at once: many channels, and many draws of uncertain factors, by the sweep.

In factor form, b = F k: S = (I - W)^-1 F is swept once, then y = S k for any values k of the factors. A change of a
factor, or a thousand draws, needs no second sweep, and a factor that two lots share stays the same in both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt

import numpy as np

from filon.accounts.carbon.account import CarbonAccount
from filon.accounts.carbon.kernel import Floats, Weave
from filon.accounts.carbon.line import Line, Variant

PEDIGREE = {
    "reliability": (0.0, 0.0006, 0.002, 0.008, 0.04),
    "completeness": (0.0, 0.0001, 0.0006, 0.002, 0.008),
    "temporal": (0.0, 0.0002, 0.002, 0.008, 0.04),
    "geographical": (0.0, 0.000025, 0.0001, 0.0006, 0.002),
    "technology": (0.0, 0.0006, 0.008, 0.04, 0.12),
}
"""Variance of ln by score 1 to 5.

Source: ecoinvent data quality guideline by way of the carbon reference, section 7.
"""

CHANNELS = ("location", "market", "direct", "raw", "main", "distribution", "primary", "gaps")
"""Columns of `footprints`: three variants, three stages and primary data (market-based), and a mark of gaps."""


def gsd_of(scores: Mapping[str, int], basic: float = 0.0) -> float:
    """Geometric standard deviation of pedigree scores (1 best to 5) on top of a basic variance of ln.

    Raises:
        KeyError, IndexError: no such criterion or score.
    """
    variance = basic + sum(PEDIGREE[name][_rank(score)] for name, score in scores.items())
    return float(np.exp(sqrt(variance)))


def _rank(score: int) -> int:
    if score < 1:
        raise IndexError(score)
    return score - 1


def weave_of(account: CarbonAccount) -> Weave:
    """The links of an account as arrays."""
    links = [link for listed in account.links.into for link in listed]
    return Weave.of(
        len(account.book.holdings),
        np.array([link.target for link in links], np.int64),
        np.array([link.source for link in links], np.int64),
        np.array([float(link.share) for link in links], np.float64),
    )


def footprints(account: CarbonAccount) -> Floats:
    """Kg CO2e of every holding when it was made, by channel; (holdings, CHANNELS).

    The last channel is above 0 exactly where something is missing behind the holding.
    """
    burden = np.zeros((len(account.book.holdings), len(CHANNELS)))
    for line in account.lines.lines:
        if line.inside:
            burden[line.node] += _channels(line)
    for gap in account.gaps:
        burden[gap.node, -1] += 1
    return weave_of(account).sweep(burden)


def _channels(line: Line) -> list[float]:
    variants = [float(line.kg(variant)) for variant in Variant]
    market = float(line.kg(Variant.MARKET))
    stages = [market if line.making.stage == stage else 0.0 for stage in CHANNELS[3:6]]
    return [*variants, *stages, float(line.primary(Variant.MARKET)), 0.0]


@dataclass(frozen=True)
class FactorForm:
    """Amounts of each factor in each holding, market-based: y = amounts @ values.

    Args:
        amounts: (holdings, factors).
        keys: factor of each column; values: kg CO2e per unit; gsd: geometric standard deviation, 1 = certain or unsaid.
    """

    amounts: Floats
    keys: Sequence[str]
    values: Floats
    gsd: Floats

    def draw(self, nodes: Sequence[int], draws: int, seed: int) -> Floats:
        """Kg CO2e of some holdings in so many draws of lognormal factors; (holdings, draws).

        The table's value is the geometric mean. The same seed and factor always give the same draws, whatever other
        factors there are; without uncertainty all draws are alike.
        """
        drawn: Floats = self.amounts[list(nodes)] @ self.drawn(draws, seed)
        return drawn

    def drawn(self, draws: int, seed: int) -> Floats:
        """Values of the factors in so many draws; (factors, draws)."""
        chance = np.stack([_normal(seed, key, draws) for key in self.keys]) if self.keys else np.zeros((0, draws))
        sigma = np.array([log(one) for one in self.gsd])
        values: Floats = np.asarray(self.values)[:, None] * np.exp(sigma[:, None] * chance)
        return values


def _normal(seed: int, key: str, draws: int) -> Floats:
    """Normal numbers of one factor: the generator is keyed by seed and factor, not by the order of columns."""
    words = np.frombuffer(key.encode(), np.uint8).astype(np.uint32)
    return np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, *words.tolist()]))).standard_normal(draws)


def factor_form(account: CarbonAccount, gsd: Mapping[str, float] | None = None) -> FactorForm:
    """The account in factor form; `gsd` by factor key comes before what the factor's own row says."""
    said = gsd or {}
    column: dict[str, int] = {}
    values: list[float] = []
    spread: list[float] = []
    cells: list[tuple[int, int, float]] = []
    for line in account.lines.lines:
        for part in line.parts[Variant.MARKET] if line.inside else ():
            key = part.factor.key
            if key not in column:
                column[key] = len(column)
                values.append(float(part.factor.value))
                spread.append(said.get(key, part.factor.gsd or 1.0))
            cells.append((line.node, column[key], float(part.amount)))
    burden = np.zeros((len(account.book.holdings), len(column)))
    for node, at, amount in cells:
        burden[node, at] += amount
    amounts = weave_of(account).sweep(burden)
    return FactorForm(amounts, tuple(column), np.array(values), np.array(spread))


@dataclass(frozen=True, slots=True)
class Spread:
    """What draws of one figure say: geometric mean, squared geometric standard deviation, 2.5 % and 97.5 %."""

    mean: float
    gsd2: float
    low: float
    high: float


def spread_of(drawn: Floats) -> Spread | None:
    """The spread of one row of draws; None if some draw is not above 0."""
    if not len(drawn) or (drawn <= 0).any():
        return None
    logs = np.log(drawn)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Spread(float(np.exp(logs.mean())), float(np.exp(2 * logs.std())), float(low), float(high))


BLOCK = 2_000
"""Holdings whose draws are in memory at once."""


def spreads(form: FactorForm, draws: int, seed: int, *, chance: Floats | None = None) -> Floats:
    """Uncertainty of every holding at once: geometric mean, GSD squared, 2.5 % and 97.5 %; (holdings, 4).

    All holdings share the draws of a factor, so what is common to two of them stays common. NaN where some draw is not
    above 0.

    Args:
        chance: the draws of the factors, (factors, draws); None = made from the seed.
    """
    values = form.drawn(draws, seed) if chance is None else chance
    out = np.full((len(form.amounts), 4), np.nan)
    low, high = (int(np.floor(part * (values.shape[1] - 1))) for part in (0.025, 0.975))
    for begin in range(0, len(form.amounts), BLOCK):
        drawn = form.amounts[begin : begin + BLOCK] @ values
        logs = np.log(drawn, where=drawn > 0, out=np.full_like(drawn, np.nan))
        part = out[begin : begin + BLOCK]
        part[:, 0], part[:, 1] = np.exp(logs.mean(axis=1)), np.exp(2 * logs.std(axis=1))
        drawn.partition((low, high), axis=1)
        part[:, 2], part[:, 3] = drawn[:, low], drawn[:, high]
        part[np.isnan(part[:, 0])] = np.nan
    return out
