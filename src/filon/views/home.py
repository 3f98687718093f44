"""What needs me today? Three to five sentences with numbers, each leading somewhere."""

from __future__ import annotations

from dataclasses import dataclass

from filon.core.finding import Finding
from filon.views.figure import Sentence
from filon.views.ledger_state import LedgerState
from filon.views.lot import LotRow


@dataclass(frozen=True, slots=True)
class HomeView:
    """The first page.

    Args:
        sentences: three to five; the gravest first.
        batteries: the latest packs.
        findings: the gravest open ones, at most ten.
    """

    ledger: LedgerState
    sentences: tuple[Sentence, ...]
    batteries: tuple[LotRow, ...]
    findings: tuple[Finding, ...]
