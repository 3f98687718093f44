"""A cell plant of any size as flow links, made in whole vectors: every cell by itself, 10^8 links in seconds.

About 13 GWh a year at 33 million cells of 0.4 kWh. In blocks of 36 000 cells (some eight hours): concentrates of 200
mines, refined lots blended of concentrates of three blocks, shipped and received, precursor, cathode material, rolls,
cells of one pair of rolls after the other, shuffled within grading windows of 4 000, modules of 24, packs of six.
Three links a cell: two rolls, one module.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Numbers: TypeAlias = npt.NDArray[Any]

MINES = 200
CELLS, WINDOW, MODULE, PACK = 36_000, 4_000, 24, 6
BACK = 3
"""Blocks whose lots are still in store."""
KINDS = (
    ("concentrate", 60, 1), ("refined", 60, 6), ("transit", 60, 1), ("received", 60, 1), ("precursor", 2, 28),
    ("delivered", 2, 1), ("cathode", 4, 5), ("stored", 4, 1), ("roll", 60, 2), ("anode", 60, 2), ("cell", CELLS, 2),
    ("module", CELLS // MODULE, MODULE), ("pack", CELLS // MODULE // PACK, PACK),
)  # fmt: skip
"""What a block makes: name, how many, links each."""
NODES, LINKS = sum(many for _, many, _ in KINDS), sum(many * each for _, many, each in KINDS)
_OF = {"refined": "concentrate", "transit": "refined", "received": "transit", "precursor": "received",
       "delivered": "precursor", "cathode": "delivered", "stored": "cathode", "roll": "stored", "anode": "received",
       "cell": "roll", "module": "cell", "pack": "module"}  # fmt: skip


@dataclass(frozen=True)
class Plant:
    """The flow links of a plant in order of time; the first MINES nodes are mines.

    Args:
        starts, into: `into[starts[n]:starts[n + 1]]` are the sources of node n.
        share: of each link's target; event: of each node.
    """

    starts: Numbers
    into: Numbers
    share: Numbers
    event: Numbers
    blocks: int

    def ids(self, kind: str, block: int) -> Numbers:
        """The nodes of a kind that a block made."""
        return MINES + block * NODES + _first(kind) + np.arange(_many(kind))


def _first(kind: str) -> int:
    return sum(many for name, many, _ in KINDS[: _index(kind)])


def _index(kind: str) -> int:
    return [name for name, _, _ in KINDS].index(kind)


def _many(kind: str) -> int:
    return KINDS[_index(kind)][1]


def plant(links: int, seed: int = 1) -> Plant:
    """A plant of at least so many links."""
    blocks = -(-links // LINKS)
    chance = np.random.default_rng(seed)
    into = np.empty((blocks, LINKS), np.int32)
    base = (MINES + np.arange(blocks, dtype=np.int64) * NODES)[:, None, None]
    at = 0
    for kind, many, each in KINDS:
        local = _sources(kind, many, each, blocks, chance)
        near = 0 if kind in {"transit", "received", "delivered", "stored", "roll", "cell", "module", "pack"} else BACK
        older = chance.integers(0, near, local.shape) if near else np.int64(0)
        shift = np.minimum(older, np.arange(blocks)[:, None, None]) if near else older
        part = local if kind == "concentrate" else base + local - shift * NODES
        into[:, at : at + many * each] = part.reshape(blocks, -1)
        at += many * each
    widths = np.concatenate([np.full(many, each) for _, many, each in KINDS])
    starts = np.zeros(MINES + blocks * NODES + 1, np.int64)
    np.cumsum(np.tile(widths, blocks), out=starts[MINES + 1 :])
    return Plant(starts, into.ravel(), np.tile(_shares(), blocks), _events(blocks), blocks)


def _sources(kind: str, many: int, each: int, blocks: int, chance: np.random.Generator) -> Numbers:
    """(blocks, many, each) sources within a block (mines for concentrates)."""
    if kind == "concentrate":
        return chance.integers(0, MINES, (blocks, many, each))
    first, there = _first(_OF[kind]), _many(_OF[kind])
    if kind in {"transit", "received", "delivered", "stored"}:
        return np.broadcast_to(first + np.arange(many)[None, :, None], (blocks, many, 1))
    if kind == "cell":
        cells = np.arange(many)
        anode = (cells + 250) // 600 % _many("anode") + _first("anode")
        return np.broadcast_to(np.stack([first + cells // 600, anode], 1)[None], (blocks, many, 2))
    if kind == "module":
        graded = np.tile(np.arange(many * each, dtype=np.int32).reshape(1, -1, WINDOW), (blocks, 1, 1))
        return first + chance.permuted(graded, axis=2, out=graded).reshape(blocks, many, each)
    if kind == "pack":
        return np.broadcast_to(first + np.arange(many * each).reshape(1, many, each), (blocks, many, each))
    return first + chance.integers(0, there, (blocks, many, each))


def _shares() -> Numbers:
    """Shares of a block's links: what a recipe says, the same in every block."""
    parts = []
    for kind, many, each in KINDS:
        recipe = np.arange(each, 0, -1.0) if kind in {"refined", "precursor", "cathode", "roll"} else np.ones(each)
        recipe = np.array([0.62, 0.38]) if kind == "cell" else recipe / recipe.sum()
        parts.append(np.tile(recipe.astype(np.float32), many))
    return np.concatenate(parts)


def _events(blocks: int) -> Numbers:
    """One event a lot; cells in batches of 4 000."""
    local, seen = [], 0
    for kind, many, _ in KINDS:
        of_kind = np.arange(many) // (WINDOW if kind == "cell" else 1)
        local.append(seen + of_kind)
        seen += int(of_kind[-1]) + 1
    events = np.arange(blocks)[:, None] * seen + np.concatenate(local)[None]
    return np.concatenate([np.arange(MINES), MINES + events.ravel()]).astype(np.int32)
