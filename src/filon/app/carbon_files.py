"""What people write for the carbon account: agreements, baselines, prices, changes, materials. All read strictly."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from filon.accounts.carbon.account import CarbonAccount, Stamp
from filon.accounts.carbon.activity import sensible
from filon.accounts.carbon.formula import Formula, materials, recycled_share
from filon.accounts.carbon.line import Variant
from filon.accounts.carbon.ruleset import Ruleset
from filon.accounts.carbon.scenario import Change, Power, Route, Supplier
from filon.accounts.carbon.target import Baseline, Promise, Target, rebased
from filon.books.lot import LotId
from filon.contracts.agreement import Agreement, agreement
from filon.core.errors import WrongCallError
from filon.exchange.workbook.figures import number


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


def formula_of(account: CarbonAccount, lot: LotId, said: bytes, rules: Ruleset) -> Formula:
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
