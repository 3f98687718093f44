"""What the engine does on this machine: each figure beside what the machine's memory allows."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class BenchLine:
    """One figure.

    Args:
        code: what was measured; `filon bench` has the words.
        value, unit: the figure to three digits; times are CPU time of this process.
        bound: part of the speed at which memory could give the bytes that must be read and written; None = not asked.
    """

    code: str
    value: Decimal
    unit: str
    bound: Decimal | None = None


@dataclass(frozen=True, slots=True)
class BenchView:
    """What `filon bench` measured.

    Args:
        engine: who worked: `numba ..` compiled, `numpy ..` without `filon[kernel]`.
        bandwidth: GB/s of copying memory, read and written.
        links, lots: size of the plant that was made up for it.
    """

    engine: str
    bandwidth: Decimal
    links: int
    lots: int
    lines: tuple[BenchLine, ...]
