"""The chain of custody of a ledger: its book, its facts, as known when; closed periods beside what was known then."""

from __future__ import annotations

from collections import OrderedDict
from threading import RLock

from filon.accounts.custody.account import Reopening, reopening
from filon.accounts.custody.chain import ChainOfCustody
from filon.accounts.custody.facts import Fact, facts_of
from filon.app.ledger import Ledger
from filon.app.records import CUSTODY, said
from filon.core.finding import Finding
from filon.core.moment import Known

KEPT = 4
"""So many chains are kept in memory (by log size); each can be made again from the log."""


class CustodyOfLedger:
    """Chains of custody of one ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self._chains: OrderedDict[int, ChainOfCustody] = OrderedDict()
        self._lock = RLock()

    def facts(self, as_of: Known | None = None) -> tuple[tuple[Fact, ...], list[Finding]]:
        """Everything that was said about custody."""
        role, mark = CUSTODY
        stored = self.ledger.store.touching([mark], roles=[role], size=self.ledger.size(as_of))
        return facts_of([said(one) for one in stored])

    def chain(self, as_of: Known | None = None) -> ChainOfCustody:
        """The chain of custody of the whole book."""
        size = self.ledger.size(as_of)
        with self._lock:
            if size not in self._chains:
                facts, findings = self.facts(size)
                chain = ChainOfCustody(self.ledger.book(size), facts)
                chain.told.findings.extend(findings)
                self._chains[size] = chain
                while len(self._chains) > KEPT:
                    self._chains.popitem(last=False)
            return self._chains[size]

    def findings(self, as_of: Known | None = None) -> tuple[Finding, ...]:
        """Everything wrong with certificates, claims and credits; nothing is worked out where nobody said any."""
        facts, findings = self.facts(as_of)
        return self.chain(as_of).findings if facts else tuple(findings)

    def reopened(self, as_of: Known | None = None) -> list[Reopening]:
        """Closed periods that would close otherwise today, each beside the account as known when it was closed."""
        size, out = self.ledger.size(as_of), []
        for account in self.chain(size).accounts:
            for close in account.closes:
                if close.entry + 1 >= size:
                    continue
                before = {one.key: one for one in self.chain(close.entry + 1).accounts}.get(account.key)
                if before and (told := reopening(before, account, close)):
                    out.append(told)
        return out
