"""Alarms as people read them: which step, how much, what may explain it, and which lots downstream it concerns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from filon.views.figure import Figure, Named, Sentence
from filon.views.ledger_state import LedgerState
from filon.views.lot import SiteName


@dataclass(frozen=True, slots=True)
class DownstreamLine:
    """A lot made of what an alarm is about; `mass` = kg of the substance that it has from there."""

    lot: str
    href: str
    mass: Figure


@dataclass(frozen=True, slots=True)
class AlarmLine:
    """One alarm.

    Args:
        what: `Named("check", ..)`: step, transit, stocktake or withdrawal.
        lots: numbers of what came out or was weighed, with their paths.
        size: kg missing, or too many where negative; `allowed` = what measuring explains (two sigma).
        metals: what lacks with the weight, or is too much, where the alarm is about weight.
        explanations: hypotheses, most telling first.
        downstream: lots concerned, the greatest first; `more` = how many are not listed.
        entry: log index of the deposit that said so.
    """

    what: Named
    site: SiteName
    day: date
    element: Named
    lots: tuple[tuple[str, str], ...]
    into: Figure
    out: Figure
    size: Figure
    allowed: Figure
    explanations: tuple[Sentence, ...]
    downstream: tuple[DownstreamLine, ...]
    more: int
    entry: int
    metals: tuple[tuple[Named, Figure], ...] = ()


@dataclass(frozen=True, slots=True)
class AlarmList:
    """All alarms, the largest share of its input first; `more` = how many are not listed."""

    ledger: LedgerState
    alarms: tuple[AlarmLine, ...]
    more: int
