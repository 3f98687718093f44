"""The carbon account of a ledger: its book, its activities and a factor table, as known when."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from filon.accounts.carbon.account import CarbonAccount, Stamp, carbon_account
from filon.accounts.carbon.activity import Activity, activities
from filon.accounts.carbon.allocation import Allocation
from filon.accounts.carbon.factor import Factors
from filon.accounts.carbon.line import Variant
from filon.accounts.carbon.ruleset import Ruleset
from filon.accounts.carbon.target import Baseline, Target
from filon.app.ledger import Ledger
from filon.app.records import ACTIVITY, said
from filon.core.errors import NotFoundError, WrongCallError
from filon.core.finding import Finding
from filon.core.moment import Known
from filon.core.tables import Table, table
from filon.views.build.carbon import carbon_of_pack
from filon.views.carbon import CarbonView
from filon.views.ledger_state import LedgerState

KEPT = 2
"""So many accounts are kept in memory; each can be made again from the log."""


OWN = "filon-1"
"""The ruleset where none is named."""


class Carbon:
    """Carbon accounts of one ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self._accounts: OrderedDict[tuple[object, ...], CarbonAccount] = OrderedDict()

    def activities(self, as_of: Known | None = None) -> tuple[list[Activity], list[Finding]]:
        """Everything that was said to be used."""
        role, mark = ACTIVITY
        size = self.ledger.size(as_of)
        return activities([said(one) for one in self.ledger.store.touching([mark], roles=[role], size=size)])

    def account(
        self,
        as_of: Known | None = None,
        *,
        unconfirmed: bool = False,
        allocation: str = "",
        ruleset: str = OWN,
        prices: Mapping[str, Fraction] | None = None,
        tables: tuple[Table, ...] = (),
    ) -> CarbonAccount:
        """The account of the whole book: a month's electricity is shared by all that was made in it.

        Args:
            allocation: row of table `allocation`; empty = as the ruleset says.
            prices: {product or form: price per kg}, for allocation by price.
            tables: factor tables of the reader's own, which come before Filon's.

        Raises:
            WrongCallError: no such ruleset or allocation.
        """
        told = json.dumps([sorted((key, str(value)) for key, value in (prices or {}).items()), *map(str, tables)])
        key = (self.ledger.size(as_of), unconfirmed, allocation, ruleset, told)
        if key not in self._accounts:
            listed, _ = self.activities(as_of)
            factors = Factors.of([*tables, table("factors")], unconfirmed=unconfirmed)
            try:
                rules = Ruleset.of(ruleset)
                rule = Allocation.of(allocation or rules.allocation, prices)
            except KeyError as error:
                raise WrongCallError(f"there is no ruleset or allocation {error}; see docs/carbon.md") from error
            book = self.ledger.book(as_of)
            self._accounts[key] = carbon_account(book, listed, factors, rule, ruleset=rules.stamp)
            while len(self._accounts) > KEPT:
                self._accounts.popitem(last=False)
        return self._accounts[key]

    def pack(
        self,
        name: str,
        *,
        as_of: Known | None = None,
        made: bool = False,
        unconfirmed: bool = False,
        allocation: str = "",
        ruleset: str = OWN,
        prices: Mapping[str, Fraction] | None = None,
        tables: tuple[Table, ...] = (),
        baseline: bytes | None = None,
    ) -> CarbonView:
        """The view of a lot or pack that a person names.

        Args:
            made: where it was made, instead of where it was last delivered.
            baseline: JSON of a baseline with its targets; see docs/carbon.md.

        Raises:
            NotFoundError: no lot has that name, or no holding of it is in the books.
            WrongCallError: the baseline cannot be read, or there is no such allocation.
        """
        size = self.ledger.size(as_of)
        lot = self.ledger.lot(name, size)
        account = self.account(
            size, unconfirmed=unconfirmed, allocation=allocation, ruleset=ruleset, prices=prices, tables=tables
        )
        learned = self.ledger.store.entry(size - 1).learned if size else None
        latest = size == self.ledger.store.size()
        state = LedgerState(size, self.ledger.store.root(size).hex(), learned, latest=latest)
        files = {activity.entry: self.ledger.store.entry(activity.entry).name for activity in self.activities(size)[0]}
        frozen, targets = read_baseline(baseline) if baseline else (None, ())
        try:
            return carbon_of_pack(account, state, lot, files, baseline=frozen, targets=targets, delivered=not made)
        except KeyError as error:
            raise NotFoundError(f"the books hold nothing of {name!r}") from error


def read_baseline(data: bytes) -> tuple[Baseline, tuple[Target, ...]]:
    """A baseline and its targets from their JSON.

    Raises:
        WrongCallError: it is not readable, or a member is missing.
    """
    try:
        said = json.loads(data, parse_float=Decimal)
        stamp = Stamp(**said["stamp"])
        value = None if said.get("value") is None else Decimal(str(said["value"]))
        targets = tuple(
            Target(int(one["year"]), Decimal(str(one["percent"])), str(one.get("source", "")))
            for one in said["targets"]
        )
        return Baseline(
            int(said["year"]), value, str(said["unit"]), Variant(said["variant"]), stamp, str(said.get("source", "")),
            str(said.get("replaces", "")),
        ), targets  # fmt: skip
    except (ValueError, KeyError, TypeError, InvalidOperation) as error:
        raise WrongCallError(f"the baseline is not readable ({error}); see docs/carbon.md") from error
