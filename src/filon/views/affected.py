"""What a declared error and its corrections changed: lots, balances, statements, and who must be told."""

from __future__ import annotations

from dataclasses import dataclass

from filon.views.figure import Figure, Named
from filon.views.ledger_state import LedgerState
from filon.views.recall import Receiver


@dataclass(frozen=True, slots=True)
class Retraction:
    """An event that its sender took back.

    Args:
        event: its identifier.
        declared: when the sender declared it, ISO 8601; `by` whom, as the log entry names the submitter.
        reason: word of the CBV or a URI; empty if unsaid.
        corrections: identifiers of the corrective events.
        missing: those of them that have not come yet.
        entries: log entries that brought declaration and corrections.
    """

    event: str
    declared: str
    by: str
    reason: str
    corrections: tuple[str, ...]
    missing: tuple[str, ...]
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AffectedLot:
    """A lot that differs: kg of the element when made and still there, before and after.

    Args:
        itself: its own amounts or places changed; else it only holds matter of such a lot.
    """

    key: str
    number: str
    product: str
    itself: bool
    made_before: Figure
    made: Figure
    left_before: Figure
    left: Figure


@dataclass(frozen=True, slots=True)
class AffectedBalance:
    """A comparison of what went in and came out that tells otherwise now; verdicts empty where it is not made."""

    what: str
    lot: str
    site: str
    element: Named
    difference_before: Figure
    difference: Figure
    verdict_before: str
    verdict: str


@dataclass(frozen=True, slots=True)
class AffectedStatement:
    """Something that was issued about an affected lot: its log entry and the lots it names."""

    entry: int
    name: str
    learned: str
    lots: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AffectedView:
    """Everything that retractions changed, as known now.

    Args:
        retracted: what was taken back; one event, or all of the ledger.
        receivers: to whom affected lots were shipped: who must be told.
    """

    ledger: LedgerState
    element: Named
    retracted: tuple[Retraction, ...]
    lots: tuple[AffectedLot, ...]
    balances: tuple[AffectedBalance, ...]
    statements: tuple[AffectedStatement, ...]
    receivers: tuple[Receiver, ...]
