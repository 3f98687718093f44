"""The carbon account of a ledger: its book, its activities and a factor table, as known when."""

from __future__ import annotations

import csv
import io
import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from filon.accounts.carbon.account import CarbonAccount, Stamp, carbon_account
from filon.accounts.carbon.activity import Activity, activities
from filon.accounts.carbon.allocation import BY_MASS, Allocation
from filon.accounts.carbon.factor import Factors
from filon.accounts.carbon.formula import Formula, materials, recycled_share
from filon.accounts.carbon.line import Variant
from filon.accounts.carbon.ruleset import Ruleset
from filon.accounts.carbon.scenario import Change, Power, Route, Supplier
from filon.accounts.carbon.target import Baseline, Target, rebased
from filon.app.ledger import Ledger
from filon.app.records import ACTIVITY, said
from filon.books.lot import LotId
from filon.contracts.agreement import agreement
from filon.core.errors import NotFoundError, WrongCallError
from filon.core.finding import Finding
from filon.core.moment import Known
from filon.core.tables import Table, table
from filon.views.build.carbon import Extras, carbon_of_pack
from filon.views.build.carbon_board import carbon_board
from filon.views.build.carbon_contract import carbon_contract
from filon.views.carbon import CarbonBoard, CarbonContract, CarbonView
from filon.views.ledger_state import LedgerState

KEPT = 4
"""So many accounts are kept in memory; each can be made again from the log."""


OWN = "filon-1"
"""The ruleset where none is named."""


class Carbon:
    """Carbon accounts of one ledger."""

    def __init__(self, ledger: Ledger, baseline: bytes | None = None) -> None:
        self.ledger = ledger
        self.baseline = baseline or _beside(ledger, "baseline.json")
        told = _beside(ledger, "prices.csv")
        self.prices = read_prices(told) if told else {}
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
            prices: {product or form: price per kg}, for allocation by price; None = those beside the ledger.
            tables: factor tables of the reader's own, which come before Filon's.

        Raises:
            WrongCallError: no such ruleset or allocation.
        """
        prices = self.prices if prices is None else prices
        told = json.dumps([sorted((key, str(value)) for key, value in prices.items()), *map(str, tables)])
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
            size, unconfirmed=unconfirmed, allocation=allocation, ruleset=ruleset, prices=prices, tables=tables
        )
        files = {activity.entry: self.ledger.store.entry(activity.entry).name for activity in self.activities(size)[0]}
        frozen, targets, _ = read_baseline(baseline or self.baseline)
        extras = Extras(
            on or datetime.now(UTC).date(),
            Factors.of([*tables, table("factors")], unconfirmed=unconfirmed),
            tuple(parsed(one, account) for one in changes),
            draws,
            _formula(account, lot, end_of_life, Ruleset.of(ruleset)) if end_of_life else None,
            Ruleset.of("da-ev-draft"),
            own=Ruleset.of(ruleset),
            others=self._others(
                size, unconfirmed=unconfirmed, allocation=allocation, ruleset=ruleset, prices=prices, tables=tables
            ),
        )
        try:
            return carbon_of_pack(
                account, self.state(size), lot, files, baseline=frozen, targets=targets, delivered=not made,
                extras=extras,
            )  # fmt: skip
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

    def board(
        self, *, as_of: Known | None = None, ruleset: str = OWN, baseline: bytes | None = None, on: date | None = None
    ) -> CarbonBoard:
        """All packs by model, plant and year, and where the years stand on the path."""
        size = self.ledger.size(as_of)
        account = self.account(size, ruleset=ruleset)
        frozen, targets, older = read_baseline(baseline or self.baseline)
        baselines = [frozen, *older] if frozen else []
        return carbon_board(account, self.state(size), baselines, targets, on or datetime.now(UTC).date())

    def contract(self, terms: bytes, year: int, *, as_of: Known | None = None, ruleset: str = OWN) -> CarbonContract:
        """What an agreement's deliveries of a contract year cost.

        Raises:
            WrongCallError: the agreement cannot be read.
        """
        try:
            said = json.loads(terms, parse_float=Decimal)
        except ValueError as error:
            raise WrongCallError(f"the agreement is not readable JSON: {error}") from error
        if not isinstance(said, dict):
            raise WrongCallError("the agreement is a JSON object; see docs/agreement.md")
        size = self.ledger.size(as_of)
        return carbon_contract(self.account(size, ruleset=ruleset), self.state(size), agreement(said), year)

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


def parsed(text: str, account: CarbonAccount) -> Change:
    """A change as people write it: `wind:SITE:80`, `own-solar:SITE:100`, `supplier:SITE:2.5`, `route:SITE:rail:900`.

    Raises:
        WrongCallError: it is none of these, or no site behind the book is called so.
    """
    kind, _, rest = text.partition(":")
    try:
        if kind == "route":
            place, mode, km = rest.rsplit(":", 2)
            return Route(_site(account, place), mode, Fraction(km))
        place, amount = rest.rsplit(":", 1)
        if kind == "supplier":
            return Supplier(_site(account, place), "", Fraction(amount))
        own = kind.startswith("own-")
        return Power(_site(account, place), kind.removeprefix("own-"), Fraction(amount) / 100, own)
    except (ValueError, ZeroDivisionError) as error:
        ways = "wind:SITE:80, own-solar:SITE:100, supplier:SITE:2.5 or route:SITE:rail:900"
        raise WrongCallError(f"{text!r} is no change; write {ways}") from error


def _site(account: CarbonAccount, name: str) -> str:
    """The identifier of a site that a person names."""
    register = account.book.register
    sites = {one.activity.belongs.site for one in account.lines.lines} | {one.site for one in account.makings.all}
    if name in sites:
        return name
    found = [site for site in sites if site and name.casefold() in register.name(site).casefold()]
    if len(found) != 1:
        raise WrongCallError(f"{'several sites are' if found else 'no site is'} called {name!r}")
    return found[0]


def _formula(account: CarbonAccount, lot: LotId, said: bytes, rules: Ruleset) -> Formula:
    """The circular footprint formula for a lot; A by the ruleset and R1 by the books where a material names none."""
    try:
        rows = json.loads(said, parse_float=Decimal)
    except ValueError as error:
        raise WrongCallError(f"the materials are not readable JSON: {error}") from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) and "material" in row for row in rows):
        raise WrongCallError("the materials are a list of objects; see docs/carbon.md")
    given = [
        {"a": str(rules.a_metal), "r1": str(recycled_share(account.book, lot, str(row["material"]))), **row}
        for row in rows
    ]
    return Formula(rules.stamp, materials(given))


def read_baseline(data: bytes | None) -> tuple[Baseline | None, tuple[Target, ...], tuple[Baseline, ...]]:
    """A baseline, its targets and the baselines that it replaced, newest first, from their JSON; nothing of nothing.

    Raises:
        WrongCallError: it is not readable, or a member is missing.
    """
    if data is None:
        return None, (), ()
    try:
        said = json.loads(data, parse_float=Decimal)
        targets = tuple(
            Target(int(one["year"]), Decimal(str(one["percent"])), str(one.get("source", "")))
            for one in said["targets"]
        )
        return _baseline(said), targets, tuple(_baseline(one) for one in said.get("older", ()))
    except (ValueError, KeyError, TypeError, AttributeError, InvalidOperation) as error:
        raise WrongCallError(f"the baseline is not readable ({error}); see docs/carbon.md") from error


def _baseline(said: Mapping[str, Any]) -> Baseline:
    value = None if said.get("value") is None else Decimal(str(said["value"]))
    return Baseline(
        int(said["year"]), value, str(said["unit"]), Variant(said["variant"]), Stamp(**said["stamp"]),
        str(said.get("source", "")), str(said.get("replaces", "")),
    )  # fmt: skip


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


def read_prices(data: bytes) -> dict[str, Fraction]:
    """{product, lot or form: price per kg} from a CSV file with the columns `product` and `price`.

    Raises:
        WrongCallError: it lacks them, or a price is none.
    """
    try:
        rows = csv.DictReader(io.StringIO(data.decode("utf-8-sig")))
        return {row["product"].strip(): Fraction(row["price"].strip()) for row in rows}
    except (KeyError, ValueError, ZeroDivisionError, AttributeError) as error:
        raise WrongCallError(f"prices are a CSV file with the columns product and price ({error})") from error


def rebase(data: bytes, text: str, stamp: Stamp, source: str) -> bytes:
    """A baseline file for other rules or factors: the new baseline, which names the old one, and all older ones.

    Raises:
        WrongCallError: the file is not readable, the value no number, or the rules are the old ones.
    """
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise WrongCallError(f"{text!r} is no number") from error
    old, _, _ = read_baseline(data)
    assert old is not None, "there are bytes"
    new = rebased(old, value, stamp, source)
    said = json.loads(data)
    before = {key: said[key] for key in said if key not in {"targets", "older"}}
    told = {**before, "value": str(value), "stamp": asdict(stamp), "source": source, "replaces": new.replaces}
    told |= {"targets": said["targets"], "older": [before, *said.get("older", ())]}
    return json.dumps(told, indent=2, ensure_ascii=False).encode()
