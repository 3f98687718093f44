"""The carbon account of a ledger: its book, its activities and a factor table, as known when."""

from __future__ import annotations

from collections import OrderedDict

from filon.accounts.carbon.account import CarbonAccount, carbon_account
from filon.accounts.carbon.activity import Activity, activities
from filon.accounts.carbon.allocation import Allocation
from filon.accounts.carbon.factor import Factors
from filon.app.ledger import Ledger
from filon.app.records import ACTIVITY, said
from filon.core.finding import Finding

KEPT = 2
"""So many accounts are kept in memory; each can be made again from the log."""


class Carbon:
    """Carbon accounts of one ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self._accounts: OrderedDict[tuple[int, bool, str], CarbonAccount] = OrderedDict()

    def activities(self, as_of: int | None = None) -> tuple[list[Activity], list[Finding]]:
        """Everything that was said to be used."""
        role, mark = ACTIVITY
        size = self.ledger.size(as_of)
        return activities([said(one) for one in self.ledger.store.touching([mark], roles=[role], size=size)])

    def account(
        self, as_of: int | None = None, *, unconfirmed: bool = False, allocation: str = "mass"
    ) -> CarbonAccount:
        """The account of the whole book: a month's electricity is shared by all that was made in it."""
        key = (self.ledger.size(as_of), unconfirmed, allocation)
        if key not in self._accounts:
            listed, _ = self.activities(as_of)
            factors = Factors.standard(unconfirmed=unconfirmed)
            self._accounts[key] = carbon_account(self.ledger.book(as_of), listed, factors, Allocation.of(allocation))
            while len(self._accounts) > KEPT:
                self._accounts.popitem(last=False)
        return self._accounts[key]
