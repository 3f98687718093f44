"""Does it add up? One line a step, site, lot or period and element: what came in, what became of it, what is left over.

    opening + in  =  out + by-product + waste + loss + outside + closing + unaccounted

`unaccounted` is whatever the events do not explain. It is shown, compared with the uncertainty of weighing and
assay, and never hidden in another column.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from filon.views.figure import Figure, Named, Sentence, Standing
from filon.views.ledger_state import LedgerState

COVERAGE = 2
"""k: the unexplained may be up to two standard deviations.

Source: custody reference, invariant 2.
"""


class Verdict(StrEnum):
    """Whether a balance closes: PASS within uncertainty, FAIL beyond it, CANNOT_TELL where a figure is lacking."""

    PASS = "pass"  # noqa: S105 - a verdict
    FAIL = "fail"
    CANNOT_TELL = "cannot-tell"


@dataclass(frozen=True, slots=True)
class BalanceLine:
    """One line of the balance, in kg of one element (or of total mass).

    Args:
        kind: `step`, `site`, `lot`, `transit` or `chain`.
        label: what people call it: lot number, site name, delivery note.
        site: where; empty for the whole chain.
        period: `2026-09`, a day, or empty for all time.
        element: symbol or `mass`.
        opening, taken, made, by_product, waste, loss, outside, closing: kg; the law is in the module's docstring,
            `taken` being what came in, `made` what went out as product, `outside` what left the books for their
            surroundings (out of scope, reagents, water; net).
        unaccounted: signed; positive = more came in than can be found, negative = more than there should be.
            Its uncertainty is one standard deviation.
        verdict: pass, fail or cannot tell.
        href: path of the page that explains it, empty if none.
    """

    kind: str
    label: str
    site: str
    period: str
    element: str
    opening: Figure
    taken: Figure
    made: Figure
    by_product: Figure
    waste: Figure
    loss: Figure
    outside: Figure
    closing: Figure
    unaccounted: Figure
    verdict: Verdict
    href: str = ""

    def exits(self) -> tuple[tuple[str, Figure], ...]:
        """What became of it: (column, figure) in the order of the waterfall."""
        names = ("made", "by_product", "waste", "loss", "outside", "closing", "unaccounted")
        return tuple((name, getattr(self, name)) for name in names)


@dataclass(frozen=True, slots=True)
class Choice:
    """One value that a page can be narrowed to, and how many lines it would leave."""

    value: str
    label: Named | str
    count: int
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class BalanceView:
    """The balance of the chain, or of one site, element or period.

    Args:
        verdict: one sentence over all lines.
        elements, sites, periods: what it can be narrowed to.
        total: the whole selection in one line, drawn as the waterfall; None if the lines are of several elements.
        lines: gravest first within each kind.
    """

    ledger: LedgerState
    verdict: Sentence
    elements: tuple[Choice, ...]
    sites: tuple[Choice, ...]
    periods: tuple[Choice, ...]
    total: BalanceLine | None
    lines: tuple[BalanceLine, ...]


def judge(unaccounted: Decimal | None, uncertainty: Decimal | None) -> Verdict:
    """Pass, fail or cannot tell: |unaccounted| against k standard deviations; both kg.

    Nothing unexplained passes even where nobody knows the uncertainty.
    """
    if unaccounted is None:
        return Verdict.CANNOT_TELL
    if unaccounted == 0:
        return Verdict.PASS
    if uncertainty is None:
        return Verdict.CANNOT_TELL
    return Verdict.PASS if abs(unaccounted) <= COVERAGE * uncertainty else Verdict.FAIL


def gap(line: BalanceLine) -> Figure:
    """What the line's own figures leave over: opening + taken less all exits; equals `unaccounted` in a sound line."""
    parts = (line.opening, line.taken, line.made, line.by_product, line.waste, line.loss, line.outside, line.closing)
    if any(part.value is None for part in parts):
        return Figure(None, "kg", Standing.UNKNOWN)
    first, second, *rest = (part.value or Decimal(0) for part in parts)
    return Figure(first + second - sum(rest, Decimal(0)), "kg", Standing.COMPUTED, line.unaccounted.uncertainty)


def verdict_of(judged: Sequence[Verdict]) -> Sentence:
    """One sentence over so many checks: all close, so many do not, or some cannot be told."""
    failed, silent = judged.count(Verdict.FAIL), judged.count(Verdict.CANNOT_TELL)
    if not judged:
        return Sentence("balance.nothing")
    if failed:
        return Sentence("balance.fail", {"count": failed, "lines": len(judged)})
    if silent:
        return Sentence("balance.cannot-tell", {"count": silent, "lines": len(judged)})
    return Sentence("balance.pass", {"count": len(judged)})
