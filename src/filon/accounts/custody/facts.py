"""What people say about custody: certificates, claims on lots, how units mix, statements, credits and closings.

They stand as `filon:custody` members on events (`docs/custody.md`), one member a fact; the custody sheet says the same
in rows. Nothing here is computed: amounts and days stay as sent.

    facts, findings = facts_of(said)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from fractions import Fraction
from typing import Any, TypeVar

from filon.accounts.custody.model import Model
from filon.books.effective import effective
from filon.books.movement import Said
from filon.core.finding import Finding, Place, found
from filon.core.matter import ELEMENTS
from filon.core.moment import day_text
from filon.core.quantity import mg_from_kg


class Record(StrEnum):
    """Kinds of fact, as the sheet names them."""

    CERTIFICATE = "certificate"
    REVOCATION = "revocation"
    CLAIM = "claim"
    PRACTICE = "practice"
    FACTOR = "factor"
    OPENING = "opening"
    STATEMENT = "statement"
    TRANSFER = "transfer"
    DOWNGRADE = "downgrade"
    ISSUE = "issue"
    HANDOVER = "handover"
    RETIREMENT = "retirement"
    CLOSE = "close"
    TOLL = "toll"
    CAPACITY = "capacity"
    QUOTA = "quota"


class Mixing(StrEnum):
    """How a unit mixes: well (what the books assume), in unknown order, or by bookkeeping only."""

    MIXED = "mixed"
    UNKNOWN = "unknown"
    BOOKKEEPING = "bookkeeping"


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact; which members it needs depends on its kind (`NEEDED`), the others are empty.

    Args:
        entry: log entry that said so; what a closed period may know.
        day: when it happened, `2026-03-31`.
        site: identifier, as everywhere in the books.
        lot: identifier or number of a lot.
        material: product group: a form, a product's identifier or its name; empty = any.
        characteristic: what is claimed, e.g. `responsible mining`; several at once joined by `+`.
        number: of the certificate, statement, incoming claim or instrument.
        certificate: number of the certificate that a claim rests on.
        since, until: days, both included; empty = open.
        mg: amount of the element.
        percent: share 0 to 1.
        factor: element in products / element in inputs.
        to: site, party or characteristic that something goes to.
        group: name of a group of sites that keeps one account.
    """

    record: Record
    entry: int
    place: Place
    day: str = ""
    site: str = ""
    lot: str = ""
    element: str = ""
    material: str = ""
    characteristic: str = ""
    number: str = ""
    certificate: str = ""
    scheme: str = ""
    model: Model = Model.IDENTITY
    since: str = ""
    until: str = ""
    mg: int | None = None
    percent: Fraction | None = None
    factor: Fraction | None = None
    to: str = ""
    group: str = ""
    mixing: Mixing = Mixing.MIXED
    method: str = ""
    party: str = ""

    def holds(self, day: str) -> bool:
        """Whether a day lies between `since` and `until`, both included."""
        return (not self.since or self.since <= day) and (not self.until or day <= self.until)


NEEDED: Mapping[Record, tuple[str, ...]] = {
    Record.CERTIFICATE: ("number", "characteristic", "site", "since", "until"),
    Record.REVOCATION: ("number",),
    Record.CLAIM: ("lot", "element", "characteristic"),
    Record.PRACTICE: ("site", "mixing"),
    Record.FACTOR: ("site", "element", "factor"),
    Record.OPENING: ("site", "element", "characteristic", "mg"),
    Record.STATEMENT: ("number", "site", "lot", "element", "characteristic", "mg"),
    Record.TRANSFER: ("site", "to", "element", "characteristic", "mg"),
    Record.DOWNGRADE: ("site", "to", "element", "characteristic", "mg"),
    Record.ISSUE: ("number", "site", "element", "characteristic", "mg"),
    Record.HANDOVER: ("number", "to"),
    Record.RETIREMENT: ("number", "lot"),
    Record.CLOSE: ("site", "element", "characteristic", "since", "until"),
    Record.TOLL: ("site", "element", "party", "factor"),
    Record.CAPACITY: ("site", "element", "mg"),
    Record.QUOTA: ("site", "element", "mg", "since", "until"),
}
"""Members that a fact of each kind cannot do without; `docs/custody.md` says the same for people."""

_TEXT = ("site", "lot", "material", "number", "certificate", "scheme", "to", "group", "method", "party")


class UnreadableError(ValueError):
    """A member of a fact is missing or says nothing that can be meant."""

    def __init__(self, name: str, expected: str, value: object) -> None:
        super().__init__(name)
        self.name, self.expected, self.value = name, expected, value


def facts_of(said: Iterable[Said]) -> tuple[tuple[Fact, ...], list[Finding]]:
    """The facts that count, oldest entry first; what events declared wrong is as never said.

    Findings:
        CUS-001: a fact that cannot be read; it is left out.
        BOK-024: its event was declared an error.
    """
    bearing = sorted((one for one in said if one.event.own("custody")), key=lambda one: (one.entry, one.key))
    counted, findings = effective(bearing)
    read: list[Fact] = []
    for one in counted:
        for number, member in enumerate(_members(one), 1):
            try:
                read.append(fact(one, member))
            except UnreadableError as wrong:
                findings.append(
                    found(
                        "CUS-001",
                        one.place,
                        expected=wrong.expected,
                        found=str(wrong.value or ""),
                        number=number,
                        name=wrong.name,
                    )
                )
    return tuple(read), findings


def _members(said: Said) -> Iterator[Mapping[str, Any]]:
    listed = said.event.own("custody")
    for member in listed if isinstance(listed, list | tuple) else [listed]:
        own = member if isinstance(member, Mapping) else {}
        yield {str(name).rpartition("/")[2]: value for name, value in own.items()}


def fact(said: Said, own: Mapping[str, Any]) -> Fact:
    """The fact that one member says.

    Raises:
        UnreadableError: which member is wrong, and what it should have been.
    """
    kind = record(own.get("record"))
    told: dict[str, Any] = {name: str(own[name]).strip() for name in _TEXT if own.get(name)}
    told |= {name: day(name, own[name]) for name in ("since", "until", "day") if own.get(name)}
    told.setdefault("day", day_text(said.event.eventTime, said.event.eventTimeZoneOffset))
    if own.get("element"):
        told["element"] = element(own["element"])
    if own.get("characteristic"):
        told["characteristic"] = characteristic(str(own["characteristic"]))
    if kind is Record.DOWNGRADE and told.get("to"):
        told["to"] = characteristic(told["to"])
    if own.get("model"):
        told["model"] = choice("model", Model, own["model"])
    if own.get("mixing"):
        told["mixing"] = choice("mixing", Mixing, own["mixing"])
    told |= _numbers(own)
    for name in NEEDED[kind]:
        if told.get(name) is None:
            raise UnreadableError("kg" if name == "mg" else name, f"a value for {kind.value}", own.get(name))
    return Fact(record=kind, entry=said.entry, place=said.place, **told)


def _numbers(own: Mapping[str, Any]) -> dict[str, Any]:
    said = {name: own[name] for name in ("kg", "percent", "factor") if own.get(name) not in {None, ""}}
    read = {name: number(name, value, most=100 if name == "percent" else None) for name, value in said.items()}
    if "percent" in read:
        read["percent"] /= 100
    kg = read.pop("kg", None)
    return read if kg is None else {**read, "mg": mg_from_kg(kg)}


def record(value: object) -> Record:
    """The kind of a fact."""
    return choice("record", Record, value)


Word = TypeVar("Word", bound=StrEnum)


def choice(name: str, kinds: type[Word], value: object) -> Word:
    """One of the words of an enumeration.

    Raises:
        UnreadableError: it is none of them.
    """
    try:
        return kinds(str(value or "").strip().casefold())
    except ValueError as error:
        raise UnreadableError(name, ", ".join(one.value for one in kinds), value) from error


def element(value: object) -> str:
    """An element that the books keep.

    Raises:
        UnreadableError: they do not.
    """
    if value not in ELEMENTS:
        raise UnreadableError("element", ", ".join(ELEMENTS), value)
    return str(value)


def day(name: str, value: object) -> str:
    """A calendar day as `2026-03-31`.

    Raises:
        UnreadableError: no such day.
    """
    try:
        return date.fromisoformat(str(value).strip()).isoformat()
    except ValueError as error:
        raise UnreadableError(name, "a day as 2026-03-31", value) from error


LONGEST = 40
"""Digits of the longest number anybody writes."""


def number(name: str, value: object, *, most: int | None = None) -> Fraction:
    """A decimal number, 0 or more.

    Raises:
        UnreadableError: it is none.
    """
    text = str(value).strip()
    try:
        told = Decimal(text) if len(text) <= LONGEST else Decimal("NaN")
    except InvalidOperation:
        told = Decimal("NaN")
    if not told.is_finite() or told < 0 or abs(told.adjusted()) > LONGEST or (most is not None and told > most):
        raise UnreadableError(name, f"a number from 0 to {most}" if most else "a decimal number, 0 or more", value)
    return Fraction(told)


def characteristic(text: str) -> str:
    """A set of characteristics written one way: `b + a` is `a+b`."""
    return "+".join(sorted({part.strip() for part in text.split("+") if part.strip()}))


def outranks(one: str, other: str) -> bool:
    """Whether what two sets of characteristics share is counted in the first: the richer, else the first by name."""
    mine, theirs = set(one.split("+")), set(other.split("+"))
    return bool(mine & theirs) and mine != theirs and (mine > theirs or (not theirs > mine and one < other))


def richer(one: str, other: str) -> bool:
    """Whether a set of characteristics holds everything that another does, and more (I-18)."""
    return set(one.split("+")) > set(other.split("+"))
