"""Carbon bench: all products of a random chain of lots, eight channels; against Brightway's fastest way if it is there.

python bench/carbon.py [lots]
"""

from __future__ import annotations

import sys
from time import perf_counter

import numpy as np

from filon.accounts.carbon.kernel import Weave


def chain(count: int, seed: int = 1) -> Weave:
    """3.3 links a lot from the last thousand lots, as lots that are used first in, first out."""
    chance = np.random.default_rng(seed)
    links = int(3.3 * count)
    target = np.sort(chance.integers(1, count, links))
    source = np.maximum(0, target - chance.integers(1, 1000, links))
    return Weave.of(count, target, source, chance.random(links) / 4)


def best(deed, times: int = 5) -> float:
    """Seconds of the quickest of some runs, the first not counted."""
    deed()
    seconds = []
    for _ in range(times):
        begun = perf_counter()
        deed()
        seconds.append(perf_counter() - begun)
    return min(seconds)


def brightway(one: Weave, burden: np.ndarray) -> float:
    """Seconds of one sparse factorisation and one transposed solve: all products, one channel."""
    from scipy.sparse import csr_matrix, eye
    from scipy.sparse.linalg import splu

    w = csr_matrix((one.share, one.source, one.starts), shape=(one.count, one.count))
    begun = perf_counter()
    splu((eye(one.count) - w).tocsc()).solve(burden[:, 0])
    return perf_counter() - begun


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    one = chain(count)
    burden = np.random.default_rng(2).random((count, 8))
    print(f"{count} lots, {len(one.share)} links, 8 channels")
    compiled = best(lambda: one.sweep(burden, compiled=True))
    print(f"compiled {1000 * compiled:.1f} ms")
    begun = perf_counter()
    levels = len(one.levels)
    print(f"levels   {levels} in {1000 * (perf_counter() - begun):.0f} ms (once)")
    plain = best(lambda: one.sweep(burden, compiled=False), 2)
    print(f"numpy    {1000 * plain:.1f} ms")
    difference = np.abs(one.sweep(burden, compiled=True) / one.sweep(burden, compiled=False) - 1).max()
    print(f"greatest relative difference {difference:.1e}")
    if count <= 100_000:
        sparse = brightway(one, burden)
        print(f"sparse LU and solve, one channel, as bw2calc rests on: {sparse:.2f} s, x{sparse / compiled:.0f}")


if __name__ == "__main__":
    main()
