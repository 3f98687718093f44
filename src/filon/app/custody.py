"""The chain of custody of a ledger: its book, its facts, as known when; closed periods beside what was known then."""

from __future__ import annotations

from datetime import date
from threading import RLock

from filon.accounts.custody.account import Reopening, reopening
from filon.accounts.custody.chain import ChainOfCustody
from filon.accounts.custody.facts import Fact, facts_of
from filon.app.ledger import Ledger
from filon.app.records import CUSTODY, said
from filon.core.finding import Finding
from filon.core.moment import Known
from filon.core.recent import Recent

KEPT = 4
"""So many chains are kept in memory (by log size); each can be made again from the log."""


class CustodyOfLedger:
    """Chains of custody of one ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self._chains = Recent[tuple[int, date | None], ChainOfCustody](KEPT)
        self._lock = RLock()

    def facts(self, as_of: Known | None = None, on: date | None = None) -> tuple[tuple[Fact, ...], list[Finding]]:
        """Everything that was said about custody; `on` = only what had happened by that day."""
        role, mark = CUSTODY
        stored = self.ledger.store.touching([mark], roles=[role], size=self.ledger.size(as_of))
        facts, findings = facts_of([said(one) for one in stored])
        return tuple(one for one in facts if on is None or one.day <= on.isoformat()), findings

    def chain(self, as_of: Known | None = None, on: date | None = None) -> ChainOfCustody:
        """The chain of custody of the whole book, as things stood on a day if one is given."""
        key = (self.ledger.size(as_of), on)
        with self._lock:
            if key not in self._chains:
                facts, findings = self.facts(*key)
                chain = ChainOfCustody(self.ledger.book(*key), facts)
                chain.told.findings.extend(findings)
                self._chains[key] = chain
            return self._chains[key]

    def findings(self, as_of: Known | None = None, on: date | None = None) -> tuple[Finding, ...]:
        """Everything wrong with certificates, claims, credits and owners."""
        return self.chain(as_of, on).findings

    def reopened(self, as_of: Known | None = None, on: date | None = None) -> list[Reopening]:
        """Closed periods that would close otherwise today, each beside the account as known when it was closed."""
        size, out = self.ledger.size(as_of), []
        for account in self.chain(size, on).accounts:
            for close in account.closes:
                if close.entry + 1 >= size:
                    continue
                before = {one.key: one for one in self.chain(close.entry + 1, on).accounts}.get(account.key)
                if before and (told := reopening(before, account, close)):
                    out.append(told)
        return out
