"""The founding chain as one plan: all that happened from mine to car plant, oldest first.

Three months of 2026, twenty packs, a few hundred lots, and the accidents of life in it. The same seed gives the same
chain on every machine.

    plan = chain(seed=1)
"""

from __future__ import annotations

from filon.exchange.simulator.cathode import END, katodia
from filon.exchange.simulator.cells import cells
from filon.exchange.simulator.chance import Chance
from filon.exchange.simulator.cobalt import atlas, boucle, hydroxide
from filon.exchange.simulator.deed import Deed, Plan
from filon.exchange.simulator.precursor import rivage
from filon.exchange.simulator.salts import salts
from filon.exchange.simulator.strand import Strand


def chain(seed: int, scale: int = 1) -> Plan:
    """What happened, oldest first; `scale` strands side by side.

    Raises:
        ValueError: fewer than one strand.
    """
    if scale < 1:
        raise ValueError("a chain has at least one strand")
    deeds = [deed for number in range(scale) for deed in _strand(Strand(number, Chance(seed * 1000 + number)))]
    return tuple(sorted((deed for deed in deeds if deed.when < END), key=lambda deed: deed.when))


def _strand(strand: Strand) -> list[Deed]:
    deeds = [*atlas(strand), *hydroxide(strand), *boucle(strand), *salts(strand)]
    for stage in (rivage, katodia, cells):
        deeds += stage(strand, _by_time(deeds))
    return deeds


def _by_time(deeds: list[Deed]) -> list[Deed]:
    return sorted((deed for deed in deeds if deed.when < END), key=lambda deed: deed.when)
