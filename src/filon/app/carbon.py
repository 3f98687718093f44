"""The carbon account of a ledger: its book, its activities and a factor table, as known when."""

from __future__ import annotations

import csv
import io
import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from glob import escape
from typing import Any

from filon.accounts.carbon.account import CarbonAccount, Stamp, carbon_account
from filon.accounts.carbon.activity import Activity, activities, sensible
from filon.accounts.carbon.allocation import BY_MASS, Allocation
from filon.accounts.carbon.declared import differences
from filon.accounts.carbon.factor import Factors, warming
from filon.accounts.carbon.formula import Formula, materials, recycled_share
from filon.accounts.carbon.line import Variant
from filon.accounts.carbon.ruleset import Ruleset
from filon.accounts.carbon.scenario import Change, Power, Route, Supplier
from filon.accounts.carbon.target import Baseline, Promise, Target, rebased
from filon.app.ledger import Ledger
from filon.app.records import ACTIVITY, said
from filon.books.lot import LotId
from filon.contracts.agreement import Agreement, agreement
from filon.core.errors import NotFoundError, WrongCallError
from filon.core.finding import Finding
from filon.core.moment import Known
from filon.core.tables import Table, table
from filon.exchange.workbook.figures import number
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
        self._accounts: OrderedDict[tuple[object, ...], CarbonAccount] = OrderedDict()

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
            _formula(account, lot, end_of_life, Ruleset.of(ruleset)) if end_of_life else None,
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


def terms(data: bytes) -> Agreement:
    """The agreement that a JSON file tells.

    Raises:
        WrongCallError: it cannot be read.
    """
    try:
        said = json.loads(data, parse_float=Decimal)
    except ValueError as error:
        raise WrongCallError(f"the agreement is not readable JSON: {error}") from error
    if not isinstance(said, dict):
        raise WrongCallError("the agreement is a JSON object; see docs/agreement.md")
    return agreement(said)


def _factors(tables: tuple[Table, ...], gwp: str, *, unconfirmed: bool) -> Factors:
    sets = {key.rpartition(".")[2] for key in warming()}
    if gwp not in sets:
        raise WrongCallError(f"there is no set {gwp!r} of warming potentials; choose of {', '.join(sorted(sets))}")
    return Factors.of([*tables, table("factors")], gwp=gwp, unconfirmed=unconfirmed)


def parsed(text: str, account: CarbonAccount) -> Change:
    """A change as people write it: `wind:SITE:80`, `own-solar:SITE:100`, `supplier:SITE:2.5`, `route:SITE:rail:900`.

    Raises:
        WrongCallError: it is none of these, or no site behind the book is called so.
    """
    kind, _, rest = text.partition(":")
    try:
        if kind == "route":
            place, mode, km = rest.rsplit(":", 2)
            return Route(_site(account, place), mode, _amount(km))
        place, amount = rest.rsplit(":", 1)
        if kind == "supplier":
            return Supplier(_site(account, place), "", _amount(amount))
        own = kind.startswith("own-")
        return Power(_site(account, place), kind.removeprefix("own-"), _amount(amount) / 100, own)
    except ValueError as error:
        ways = "wind:SITE:80, own-solar:SITE:100, supplier:SITE:2.5 or route:SITE:rail:900"
        raise WrongCallError(f"{text!r} is no change; write {ways}") from error


def _amount(text: str) -> Fraction:
    """A number as people type it, `2,5` or `2.5`; not `1,500`, which is 1500 to one reader and 1.5 to another.

    Raises:
        ValueError: it is none, says two things, or is beyond any footprint, distance or share.
    """
    read = number(text)
    if read.value is None or not sensible(abs(read.value)) or ("," in text and read.other is not None):
        raise ValueError(text)
    return Fraction(read.value)


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


def promise(data: bytes) -> Promise:
    """A baseline, its targets and the baselines that it replaced, from their JSON.

    Raises:
        WrongCallError: it is not readable, or a member is missing.
    """
    try:
        said = json.loads(data, parse_float=Decimal)
        targets = tuple(
            Target(int(one["year"]), Decimal(str(one["percent"])), str(one.get("source", "")))
            for one in said["targets"]
        )
        return Promise(_baseline(said), targets, tuple(_baseline(one) for one in said.get("older", ())))
    except (ValueError, KeyError, TypeError, AttributeError, InvalidOperation) as error:
        raise WrongCallError(f"the baseline is not readable ({error}); see docs/carbon.md") from error


def _baseline(said: Mapping[str, Any]) -> Baseline:
    value = None if said.get("value") is None else Decimal(str(said["value"]))
    if value is not None and not sensible(value.copy_abs()):
        raise ValueError(f"value {value}")
    return Baseline(
        int(said["year"]), value, str(said["unit"]), Variant(said["variant"]), Stamp(**said["stamp"]),
        str(said.get("source", "")), str(said.get("replaces", "")), str(said.get("of", "")),
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
    new = rebased(promise(data).baseline, value, stamp, source)
    said = json.loads(data)
    before = {key: said[key] for key in said if key not in {"targets", "older"}}
    told = {**before, "value": str(value), "stamp": asdict(stamp), "source": source, "replaces": new.replaces}
    told |= {"targets": said["targets"], "older": [before, *said.get("older", ())]}
    return json.dumps(told, indent=2, ensure_ascii=False).encode()
