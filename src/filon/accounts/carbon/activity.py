"""Activities: what a step, a campaign, a site in a period or a delivery used: electricity, fuels, reagents, carriage.

They stand as `filon:activity` members on events (`docs/carbon.md`); the event says what they belong to. Reading them
changes nothing: amounts stay as sent, nothing missing is filled in.

    activities, findings = activities(said)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from fractions import Fraction
from typing import Any

from filon.books.effective import effective
from filon.books.movement import Said
from filon.core.finding import Finding, Place, found
from filon.core.moment import day_text
from filon.epcis.event import Event

PIECE_UNIT = "H87"
"""Rec 20 code of a piece; no unit means pieces too."""
MATCHINGS = frozenset({"annual", "hourly"})
MOST_HOURS = 366 * 24
RATINGS = ("technological", "geographical", "temporal")
"""What data quality is rated for."""


class Supply(StrEnum):
    """How electricity came: from the grid as it is, under a contract with its generator, or made on site."""

    GRID = "grid"
    PPA = "ppa"
    GUARANTEE = "guarantee"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Certificates:
    """Guarantees of origin cancelled for an amount of electricity; each is one MWh and is used once.

    Args:
        matching: `annual` or `hourly`.
        produced: when their electricity was made: `2026` or `2026-07`; empty = unsaid.
    """

    issuer: str
    first: int
    last: int
    matching: str = "annual"
    produced: str = ""

    @property
    def kwh(self) -> int:
        """What they cover."""
        return 1000 * (self.last - self.first + 1)


@dataclass(frozen=True, slots=True)
class Hours:
    """Load and generation hour by hour, kWh, from midnight of the first day on: what a site used, what was made for it.

    Both are equally long.
    """

    used: tuple[Fraction, ...]
    made: tuple[Fraction, ...]

    @property
    def matched(self) -> Fraction:
        """KWh that were made in the hour in which they were used."""
        return sum(map(min, self.used, self.made), Fraction(0))

    @property
    def short(self) -> int:
        """Hours in which less was made than used."""
        return sum(made < used for used, made in zip(self.used, self.made, strict=True))


@dataclass(frozen=True, slots=True)
class OwnFactor:
    """A factor that the sender gives itself, with where it comes from.

    Args:
        value: kg CO2e per unit of the activity.
        primary: percent of it that rests on primary data.
        ratings: data quality as the sender rates it, 1 best to 5: technological, geographical, temporal; empty =
            unsaid.
    """

    value: Fraction
    source: str
    primary: Fraction = Fraction(0)
    ratings: tuple[Fraction, ...] = ()


@dataclass(frozen=True, slots=True)
class Belongs:
    """What an activity burdens: the event itself, a campaign, a delivery, or what a site made in a period.

    Args:
        since, until: days at the site, both included; empty where the event or campaign says it.
        product: only lots of this product (identifier or form); empty = all.
    """

    event: str = ""
    campaign: str = ""
    shipment: str = ""
    site: str = ""
    since: str = ""
    until: str = ""
    product: str = ""

    @property
    def period(self) -> str:
        """`2026-07-01/2026-07-31`, or the campaign or delivery."""
        return f"{self.since}/{self.until}" if self.since else self.campaign or self.shipment or self.event[:12]


@dataclass(frozen=True, slots=True)
class Activity:
    """One thing used.

    Args:
        id: key of the event that says so and the activity's number in it.
        entry: log entry that brought it.
        flow: key of table `flows`: `electricity`, `diesel`, `road`, `product footprint` ..
        amount: in `unit` (Rec 20), >= 0.
        technology: of contracted or own electricity: `wind`, `solar` ..
        sold: the certificates of own electricity were sold.
        factor: key of a factor table's row, where the sender names one.
        basis: `measured` or `estimated`.
        reading: number of the meter reading, bill or waybill.
        each: the amount is of each unit made, not of all together: a footprint declared for a product.
        hours: of electricity, what shows that it was made when it was used.
    """

    id: str
    entry: int
    place: Place
    belongs: Belongs
    flow: str
    amount: Fraction
    unit: str
    supply: Supply = Supply.GRID
    technology: str = ""
    certificates: Certificates | None = None
    sold: bool = False
    factor: str = ""
    own_factor: OwnFactor | None = None
    basis: str = "measured"
    reading: str = ""
    each: bool = False
    hours: Hours | None = None


class _UnreadableError(Exception):
    def __init__(self, name: str, expected: str, value: object) -> None:
        super().__init__(name)
        self.name, self.expected, self.value = name, expected, value


def activities(said: Iterable[Said]) -> tuple[list[Activity], list[Finding]]:
    """The activities that count, by their events' keys.

    Findings:
        CFP-001: an activity that cannot be read; it is left out.
        BOK-024: its event was declared an error.
    """
    bearing = sorted((one for one in said if one.event.own("activity")), key=lambda one: one.key)
    counted, findings = effective(bearing)
    listed: list[Activity] = []
    for one in counted:
        for number, member in enumerate(_members(one.event), 1):
            try:
                listed.append(_activity(one, number, member))
            except _UnreadableError as wrong:
                value = {"number": number, "name": wrong.name, "expected": wrong.expected}
                findings.append(found("CFP-001", one.place, found=str(wrong.value), **_texts(value)))
    return listed, findings


def _texts(values: Mapping[str, object]) -> dict[str, Any]:
    return {name: str(value) for name, value in values.items()}


def _members(event: Event) -> Iterator[Mapping[str, Any]]:
    listed = event.own("activity")
    for member in listed if isinstance(listed, list | tuple) else [listed]:
        yield member if isinstance(member, Mapping) else {}


def _activity(said: Said, number: int, member: Mapping[str, Any]) -> Activity:
    own = {str(name).rpartition("/")[2]: value for name, value in member.items()}
    certificates, factor = own.get("certificates"), own.get("ownFactor")
    return Activity(
        id=f"{said.key}#{number}",
        entry=said.entry,
        place=said.place,
        belongs=_belongs(said),
        flow=_word(own, "flow"),
        amount=_number(own, "amount"),
        unit=str(own.get("uom") or PIECE_UNIT),
        supply=_supply(own),
        technology=str(own.get("technology") or ""),
        certificates=_certificates(_plain(certificates)) if certificates else None,
        sold=str(own.get("sold") or "").lower() == "true",
        factor=str(own.get("factor") or ""),
        own_factor=_own_factor(_plain(factor)) if factor else None,
        basis=str(own.get("basis") or "measured"),
        reading=str(own.get("reading") or ""),
        each=str(own.get("each") or "").lower() == "true",
        hours=_hours(_plain(own["hours"])) if own.get("hours") else None,
    )


def _plain(value: Any) -> Mapping[str, Any]:
    return {str(name).rpartition("/")[2]: item for name, item in value.items()} if isinstance(value, Mapping) else {}


def _belongs(said: Said) -> Belongs:
    event, span = said.event, _plain(said.event.own("activityFor"))
    shipment = next((one.value for one in event.bizTransactionList if one.type == "desadv"), "")
    site = event.bizLocation or event.readPoint or ""
    if event.type == "TransformationEvent" or event.action == "ADD":
        return Belongs(event=said.key, site=site)
    if span.get("campaign"):
        return Belongs(campaign=str(span["campaign"]), site=site)
    if shipment and (event.bizStep == "shipping" or not span):
        return Belongs(shipment=shipment, site=site)
    local = day_text(event.eventTime, event.eventTimeZoneOffset)
    return Belongs(
        site=site,
        since=str(span.get("from") or local),
        until=str(span.get("until") or local),
        product=str(span.get("product") or ""),
    )


def _word(own: Mapping[str, Any], name: str) -> str:
    value = own.get(name)
    if not isinstance(value, str) or not value:
        raise _UnreadableError(name, "a flow of the table flows", value)
    return value


_TOO_MUCH, _MOST_DECIMALS = Decimal(10) ** 15, 50


def _number(own: Mapping[str, Any], name: str) -> Fraction:
    try:
        number = Decimal(str(own.get(name)))
    except InvalidOperation:
        number = Decimal("NaN")
    if not sensible(number):
        raise _UnreadableError(name, "a decimal number, 0 or more, e.g. 12500.5", own.get(name))
    return Fraction(number)


def sensible(number: Decimal) -> bool:
    """Whether a number can measure anything: 0 or more, below 10^15, with at most fifty decimals.

    `1e999999999` is short to write, but the exact fraction of it fills the memory of whoever reads it.
    """
    if not number.is_finite() or not 0 <= number < _TOO_MUCH:
        return False
    exponent = number.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -_MOST_DECIMALS


def _supply(own: Mapping[str, Any]) -> Supply:
    try:
        return Supply(str(own.get("supply") or "grid"))
    except ValueError as error:
        raise _UnreadableError("supply", "grid, ppa, guarantee or own", own.get("supply")) from error


def _certificates(own: Mapping[str, Any]) -> Certificates:
    first, last = str(own.get("first") or ""), str(own.get("last") or "")
    if not (first.isdecimal() and last.isdecimal() and int(first) <= int(last)):
        raise _UnreadableError("certificates", "first and last serial number", f"{first}..{last}")
    matching, produced = str(own.get("matching") or "annual"), str(own.get("produced") or "")
    if matching not in MATCHINGS or not is_period(produced):
        raise _UnreadableError("certificates", "annual or hourly matching, produced in 2026 or 2026-07", matching)
    return Certificates(str(own.get("issuer") or ""), int(first), int(last), matching, produced)


def is_period(text: str) -> bool:
    """Whether it is a year, a month of one, or nothing."""
    return re.fullmatch(r"(\d{4}(-(0[1-9]|1[0-2]))?)?", text, re.ASCII) is not None


def _hours(own: Mapping[str, Any]) -> Hours:
    lists = [own.get(name) for name in ("used", "made")]
    used, made = (one if isinstance(one, list | tuple) else [] for one in lists)
    if not used or len(used) != len(made) or len(used) > MOST_HOURS:
        raise _UnreadableError("hours", "used and made, a number for each hour", f"{len(used)} and {len(made)}")
    return Hours(*(tuple(_number({"hours": one}, "hours") for one in some) for some in (used, made)))


def _own_factor(own: Mapping[str, Any]) -> OwnFactor:
    primary = _number(own, "primary") if own.get("primary") else Fraction(0)
    rated = _plain(own.get("dqr"))
    ratings = tuple(_number(rated, name) for name in RATINGS) if rated else ()
    return OwnFactor(_number(own, "value"), str(own.get("source") or ""), primary, ratings)
