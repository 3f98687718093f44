"""Everything the books find wrong or worth knowing, gravest first."""

from __future__ import annotations

from dataclasses import dataclass

from filon.core.finding import Finding
from filon.views.ledger_state import LedgerState


@dataclass(frozen=True, slots=True)
class FindingList:
    """All findings of a ledger, as known then."""

    ledger: LedgerState
    findings: tuple[Finding, ...]
