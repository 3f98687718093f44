"""The carbon account of a ledger: its book, its activities and a factor table, as known when."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from glob import escape
from typing import Any

from filon.accounts.carbon.account import CarbonAccount, Stamp, carbon_account
from filon.accounts.carbon.activity import Activity, activities
from filon.accounts.carbon.allocation import BY_MASS, Allocation
from filon.accounts.carbon.declared import differences
from filon.accounts.carbon.factor import Factors, warming
from filon.accounts.carbon.ruleset import Ruleset
from filon.accounts.carbon.target import Promise
from filon.app.carbon_files import formula_of, parsed, promise, read_prices, terms
from filon.app.ledger import Ledger
from filon.app.records import ACTIVITY, said
from filon.contracts.agreement import Agreement
from filon.core.errors import NotFoundError, WrongCallError
from filon.core.finding import Finding
from filon.core.moment import Known
from filon.core.recent import Recent
from filon.core.tables import Table, table
from filon.views.build.carbon import Extras, carbon_of_pack
from filon.views.build.carbon_board import carbon_board
from filon.views.build.carbon_contract import carbon_contract
from filon.views.build.carbon_declared import declared_lines
from filon.views.carbon import CarbonView
from filon.views.carbon_board import CarbonBoard, CarbonContract
from filon.views.ledger_state import LedgerState

KEPT = 4
"""So many accounts are kept in memory; each can be made again from the log."""


GWP = "ar6_100"
"""The set of global warming potentials where none is named."""
OWN = "filon-1"
"""The ruleset where none is named."""


class Carbon:
    """Carbon accounts of one ledger."""

    def __init__(self, ledger: Ledger, baseline: bytes | None = None) -> None:
        self.ledger = ledger
        self.given = promise(baseline) if baseline else None
        beside = map(promise, _all_beside(ledger, "baseline*.json"))
        self.promises = (self.given,) if self.given else tuple(beside)
        self.agreements = {one.reference: one for one in map(terms, _all_beside(ledger, "agreement*.json"))}
        told = _beside(ledger, "prices.csv")
        self.prices = read_prices(told) if told else {}
        self._accounts = Recent[tuple[object, ...], CarbonAccount](KEPT)

    def activities(self, as_of: Known | None = None) -> tuple[list[Activity], list[Finding]]:
        """Everything that was said to be used."""
        role, mark = ACTIVITY
        size = self.ledger.size(as_of)
        return activities([said(one) for one in self.ledger.store.touching([mark], roles=[role], size=size)])

    def findings(self, as_of: Known | None = None) -> tuple[Finding, ...]:
        """What is wrong with what was said to be used, and missing; nothing where nobody said anything."""
        listed, unread = self.activities(as_of)
        if not listed:
            return tuple(unread)
        account = self.account(as_of)
        return (*unread, *account.findings, *differences(account))

    def account(
        self,
        as_of: Known | None = None,
        *,
        unconfirmed: bool = False,
        allocation: str = "",
        ruleset: str = OWN,
        prices: Mapping[str, Fraction] | None = None,
        tables: tuple[Table, ...] = (),
        gwp: str = GWP,
    ) -> CarbonAccount:
        """The account of the whole book: a month's electricity is shared by all that was made in it.

        Args:
            allocation: row of table `allocation`; empty = as the ruleset says.
            prices: {product or form: price per kg}, for allocation by price; None = those beside the ledger.
            tables: factor tables of the reader's own, which come before Filon's.
            gwp: set of warming potentials, `ar5_100` ..; a table's factors keep the one they were made with.

        Raises:
            WrongCallError: no such ruleset, allocation or set.
        """
        prices = self.prices if prices is None else prices
        told = json.dumps([sorted((key, str(value)) for key, value in prices.items()), *map(str, tables)])
        key = (self.ledger.size(as_of), unconfirmed, allocation, ruleset, told, gwp)
        if key not in self._accounts:
            listed, _ = self.activities(as_of)
            factors = _factors(tables, gwp, unconfirmed=unconfirmed)
            try:
                rules = Ruleset.of(ruleset)
                rule = Allocation.of(allocation or rules.allocation, prices)
            except KeyError as error:
                raise WrongCallError(f"there is no ruleset or allocation {error}; see docs/carbon.md") from error
            book = self.ledger.book(as_of)
            self._accounts[key] = carbon_account(book, listed, factors, rule, ruleset=rules.stamp)
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
        gwp: str = GWP,
        baseline: bytes | None = None,
        changes: Sequence[str] = (),
        draws: bool = False,
        end_of_life: bytes | None = None,
        on: date | None = None,
    ) -> CarbonView:
        """The view of a lot or pack that a person names.

        Args:
            made: where it was made, instead of where it was last delivered.
            baseline: JSON of a baseline with its targets; see docs/carbon.md; None = the ledger's own.
            changes: what if, as `parsed` reads them.
            draws: tell the uncertainty.
            end_of_life: JSON list of materials for the circular footprint formula.
            on: day of the question, for the law; None = today.

        Raises:
            NotFoundError: no lot has that name, or no holding of it is in the books.
            WrongCallError: the baseline cannot be read, or there is no such allocation.
        """
        size = self.ledger.size(as_of)
        lot = self.ledger.lot(name, size)
        account = self.account(
            size, unconfirmed=unconfirmed, allocation=allocation, ruleset=ruleset, prices=prices, tables=tables, gwp=gwp
        )
        promised = promise(baseline) if baseline else self.promised()
        extras = Extras(
            on or datetime.now(UTC).date(),
            _factors(tables, gwp, unconfirmed=unconfirmed),
            tuple(parsed(one, account) for one in changes),
            draws,
            formula_of(account, lot, end_of_life, Ruleset.of(ruleset)) if end_of_life else None,
            Ruleset.of("da-ev-draft"),
            own=Ruleset.of(ruleset),
            others=self._others(
                size,
                unconfirmed=unconfirmed,
                allocation=allocation,
                ruleset=ruleset,
                prices=prices,
                tables=tables,
                gwp=gwp,
            ),
        )
        files = self.files(size)
        try:
            view = carbon_of_pack(
                account, self.state(size), lot, files, baseline=promised.baseline if promised else None,
                targets=promised.targets if promised else (), delivered=not made, extras=extras,
            )  # fmt: skip
            # The promise of all packs, per kWh, says nothing of a kg of salt, unless it was asked with that in hand.
            path = view.path if baseline or self.given or view.per != "kg" else None
            told = declared_lines(account, account.footprint(lot, delivered=not made), files)
            return replace(view, declared=told, path=path)
        except KeyError as error:
            raise NotFoundError(f"the books hold nothing of {name!r}") from error

    def _others(
        self, size: int, *, allocation: str, ruleset: str, prices: Mapping[str, Fraction] | None, **how: Any
    ) -> dict[str, CarbonAccount | None]:
        """The same book by each other row of table `allocation`; None where that needs prices and there are none."""
        known = self.prices if prices is None else prices
        used = Allocation.of(allocation or Ruleset.of(ruleset).allocation)
        others = {row["ruleset"]: Allocation.of(row["ruleset"]) for row in table("allocation").rows}
        return {
            name: self.account(size, allocation=name, ruleset=ruleset, prices=known, **how)
            if known or one.method == BY_MASS
            else None
            for name, one in others.items()
            if one != used
        }

    def board(self, *, as_of: Known | None = None, ruleset: str = OWN, on: date | None = None) -> CarbonBoard:
        """All packs by model, plant and year, and where the years stand on every path."""
        size = self.ledger.size(as_of)
        account = self.account(size, ruleset=ruleset)
        return carbon_board(
            account, self.state(size), self.promises, on or datetime.now(UTC).date(), tuple(self.agreements)
        )

    def contract(
        self,
        agreed: Agreement | str,
        year: int | None = None,
        *,
        as_of: Known | None = None,
        ruleset: str = OWN,
        on: date | None = None,
    ) -> CarbonContract:
        """What an agreement's deliveries cost, and whether they are on the path promised for it.

        Args:
            agreed: its terms, or the number of one that lies beside the ledger.
            year: the contract year that begins in it; None = the whole term so far.

        Raises:
            NotFoundError: no agreement of that number lies beside the ledger.
        """
        if isinstance(agreed, str):
            if agreed not in self.agreements:
                raise NotFoundError(f"no agreement {agreed!r} lies beside the ledger (filon-agreement*.json)")
            agreed = self.agreements[agreed]
        size = self.ledger.size(as_of)
        return carbon_contract(
            self.account(size, ruleset=ruleset), self.state(size), agreed, year, self.promised(agreed.reference),
            self.files(size), on or datetime.now(UTC).date(),
        )  # fmt: skip

    def promised(self, of: str = "") -> Promise | None:
        """What was promised for an agreement, a product or a site (of all packs, if none is named), or was given."""
        return self.given or next((one for one in self.promises if one.baseline.of == of), None)

    def files(self, size: int) -> dict[int, str]:
        """{log entry: name of the file it holds}, of every entry that tells an activity."""
        return {one.entry: self.ledger.store.entry(one.entry).name for one in self.activities(size)[0]}

    def state(self, size: int) -> LedgerState:
        """The log as it stood."""
        learned = self.ledger.store.entry(size - 1).learned if size else None
        return LedgerState(size, self.ledger.store.root(size).hex(), learned, latest=size == self.ledger.store.size())


def _beside(ledger: Ledger, name: str) -> bytes | None:
    """What lies beside the ledger's file: `filon.db` has `filon-baseline.json` and `filon-prices.csv`."""
    if ledger.path is None or ":" in str(ledger.path):
        return None
    path = ledger.path.with_name(f"{ledger.path.stem}-{name}")
    return path.read_bytes() if path.is_file() else None


def _all_beside(ledger: Ledger, pattern: str) -> list[bytes]:
    """The same of every file whose name fits, by name."""
    if ledger.path is None or ":" in str(ledger.path):
        return []
    return [one.read_bytes() for one in sorted(ledger.path.parent.glob(f"{escape(ledger.path.stem)}-{pattern}"))]


def _factors(tables: tuple[Table, ...], gwp: str, *, unconfirmed: bool) -> Factors:
    sets = {key.rpartition(".")[2] for key in warming()}
    if gwp not in sets:
        raise WrongCallError(f"there is no set {gwp!r} of warming potentials; choose of {', '.join(sorted(sets))}")
    return Factors.of([*tables, table("factors")], gwp=gwp, unconfirmed=unconfirmed)


def stamp_of(ruleset: str, allocation: str = "") -> Stamp:
    """What a footprint by these rules and Filon's own factors rests on.

    Raises:
        WrongCallError: no such ruleset or allocation.
    """
    try:
        rules = Ruleset.of(ruleset)
        method = Allocation.of(allocation or rules.allocation).method
    except KeyError as error:
        raise WrongCallError(f"there is no ruleset or allocation {error}; see docs/carbon.md") from error
    factors = Factors.standard()
    return Stamp(rules.stamp, factors.version, factors.gwp, method)
