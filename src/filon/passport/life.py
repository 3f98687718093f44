"""The life of a battery: published, placed, re-used, repurposed, waste, recycled; and who answers for it.

Deeds stand as `filon:life` members on events, so that the event which moves the matter also says what became of the
battery (`docs/vocabulary.md`). A life is folded from all deeds that name a battery, in order of time.

Responsibility passes when both sides sign the same words with the Ed25519 keys that the register knows them by; a new
maker of a repurposed or remanufactured battery takes it by law (Article 38(11)).

Source: Regulation (EU) 2023/1542, Articles 77(4), (7), (8), 45, 73; Annex XIII 4(c); passport reference, section 4.
"""

from __future__ import annotations

import json
from base64 import b64decode
from binascii import Error as NotBase64
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from filon.books.effective import effective
from filon.books.movement import Said
from filon.books.register import PARTY, Register
from filon.core.errors import NotProvenError
from filon.core.finding import Finding, Place, found
from filon.core.ident import canonical, short
from filon.epcis.event import FILON, Event
from filon.log.key import parse_key
from filon.passport.passport import Cessation, State
from filon.passport.statement import local_day

MEMBER = "life"


class Kind(StrEnum):
    """What was done."""

    PUBLISH = "publish"
    SUSPEND = "suspend"
    ARCHIVE = "archive"
    PLACE = "place"
    TRANSFER = "transfer"
    REUSE = "re-use"
    REPURPOSE = "repurpose"
    REMANUFACTURE = "remanufacture"
    WASTE = "waste"
    RECYCLE = "recycle"


STATUS: Mapping[Kind, str] = {
    Kind.PLACE: "original",
    Kind.REUSE: "re-used",
    Kind.REPURPOSE: "repurposed",
    Kind.REMANUFACTURE: "remanufactured",
    Kind.WASTE: "waste",
    Kind.RECYCLE: "waste",
}
"""The battery's status after a deed, in the strings of Annex XIII 4(c)."""
STATES: Mapping[Kind, State] = {
    Kind.PUBLISH: State.ACTIVE,
    Kind.SUSPEND: State.SUSPENDED,
    Kind.ARCHIVE: State.ARCHIVED,
}
SECOND = frozenset({Kind.REUSE, Kind.REPURPOSE, Kind.REMANUFACTURE})
"""Deeds that may lead into new batteries with passports of their own; the last two always do."""


@dataclass(frozen=True, slots=True)
class Deed:
    """One deed of a battery's life.

    Args:
        of: the batteries it is done to.
        into: new batteries that they became; empty if they stay what they are.
        operator: who answers for them from then on; empty = as before.
        giver: who answered before, where responsibility is handed over.
        cause, clause, reason: in the words of the sender.
        signatures: (key, signature) texts over the words of the transfer.
    """

    kind: Kind
    of: tuple[str, ...]
    into: tuple[str, ...]
    operator: str
    giver: str
    cause: str
    clause: str
    reason: str
    signatures: tuple[tuple[str, str], ...]
    at: datetime
    day: date
    entry: int
    key: str
    place: Place


@dataclass(frozen=True, slots=True)
class Transfer:
    """Responsibility handed over.

    Args:
        signed: both sides signed, or the law hands it over and nobody needs to.
    """

    day: date
    giver: str
    taker: str
    cause: str
    clause: str
    signed: bool
    entry: int


@dataclass
class Life:
    """What became of one battery.

    Args:
        status: of Annex XIII 4(c); empty before it is placed on the market.
        since: day and log entry of the status.
        operator: who answers for it; empty = its maker.
    """

    status: str = ""
    since: tuple[date, int] | None = None
    state: State = State.DRAFT
    operator: str = ""
    operator_entry: int | None = None
    transfers: list[Transfer] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    ceased: Cessation | None = None
    entries: list[int] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def deeds(said: Iterable[Said]) -> tuple[list[Deed], list[Finding]]:
    """The deeds that count, in order of time.

    Findings:
        PAS-010: no such deed, or it names no battery.
        BOK-024: its event was declared an error.
    """
    bearing = sorted((one for one in said if one.event.own(MEMBER)), key=lambda one: one.key)
    counted, findings = effective(bearing)
    told: list[Deed] = []
    for one in counted:
        for item in _read(one):
            if isinstance(item, Deed):
                told.append(item)
            else:
                findings.append(item)
    return sorted(told, key=lambda one: (one.at, _RANK[one.kind], one.key)), findings


def by_battery(told: Iterable[Deed]) -> Mapping[str, Sequence[Deed]]:
    """{battery: the deeds that name it, in the order given}."""
    table: dict[str, list[Deed]] = defaultdict(list)
    for deed in told:
        for name in dict.fromkeys((*deed.of, *deed.into)):
            table[name].append(deed)
    return dict(table)


_RANK = {kind: rank for rank, kind in enumerate([Kind.PLACE, *(kind for kind in Kind if kind is not Kind.PLACE)])}
"""Deeds of one moment: placed before published."""


def named(event: Event) -> list[str]:
    """Every battery that an event's deeds speak of, so that it is found by them."""
    return [name for member in _members(event) for key in ("of", "into") for name in _names(member.get(key))]


def _members(event: Event) -> Iterator[Mapping[str, Any]]:
    listed = event.own(MEMBER)
    for member in listed if isinstance(listed, list | tuple) else [listed]:
        if isinstance(member, Mapping):
            yield {str(name).rpartition("/")[2]: value for name, value in member.items()}


def _names(said: object) -> tuple[str, ...]:
    listed = said if isinstance(said, list | tuple) else [said]
    return tuple(canonical(str(one)) for one in listed if one)


def _read(said: Said) -> Iterator[Deed | Finding]:
    event = said.event
    for own in _members(event):
        word = str(own.get("deed") or "")
        of = _names(own.get("of")) or (*event.epcList, *event.inputEPCList, *event.childEPCs)
        into = _names(own.get("into")) or (*event.outputEPCList, *filter(None, (event.parentID,)))
        known = word in set(Kind)
        if not known or not of or (Kind(word) in SECOND - {Kind.REUSE} and not into):
            yield found("PAS-010", said.place, found=word, deed=word, expected=", ".join(Kind))
            continue
        kind = Kind(word)
        texts = {name: str(own.get(name) or "") for name in ("cause", "clause", "reason")}
        yield Deed(
            kind, of, into if kind in SECOND else (), canonical(str(own.get("operator") or "")),
            canonical(str(own.get("from") or "")), **texts, signatures=_signatures(own.get("signatures")),
            at=event.eventTime, day=local_day(event), entry=said.entry,
            key=said.key, place=said.place,
        )  # fmt: skip


def _signatures(said: object) -> tuple[tuple[str, str], ...]:
    listed = said if isinstance(said, list | tuple) else [said]
    own = [
        {str(name).rpartition("/")[2]: str(value) for name, value in one.items()}
        for one in listed
        if isinstance(one, Mapping)
    ]
    return tuple((one.get("key", ""), one.get("signature", "")) for one in own)


def life(battery: str, told: Iterable[Deed], register: Register) -> Life:
    """What became of a battery, folded from the deeds that name it.

    Args:
        told: in order of time, as `deeds` gives them.

    Findings:
        PAS-011: a transfer that both sides did not sign; responsibility stays where it was.
        PAS-012: a deed that comes too late: the passport has ceased, or another stands for the battery.
        PAS-013: it became itself, or one of its own forebears; the link is left out.
    """
    mine = Life()
    for deed in told:
        if battery in deed.into:
            _born(mine, battery, deed)
        if battery in deed.of:
            _done(mine, battery, deed, register)
    return mine


def _born(mine: Life, battery: str, deed: Deed) -> None:
    """A battery made of others: it takes its status from the deed, its operator is who places it again."""
    if battery in deed.of:
        mine.findings.append(found("PAS-013", deed.place, battery=short(battery)))
        return
    mine.entries.append(deed.entry)
    mine.before += [one for one in deed.of if one not in mine.before]
    mine.status, mine.since = STATUS[deed.kind], (deed.day, deed.entry)
    if deed.operator:
        mine.transfers.append(
            Transfer(deed.day, deed.giver, deed.operator, deed.cause or deed.kind, deed.clause or "Art. 38(11)",
                     signed=True, entry=deed.entry)
        )  # fmt: skip
        mine.operator, mine.operator_entry = deed.operator, deed.entry


def _done(mine: Life, battery: str, deed: Deed, register: Register) -> None:
    late = mine.ceased is not None or (bool(mine.after) and deed.kind in {*SECOND, Kind.PLACE, Kind.TRANSFER})
    if late:
        mine.findings.append(found("PAS-012", deed.place, battery=short(battery), deed=deed.kind.value))
        return
    mine.entries.append(deed.entry)
    _responsible(mine, battery, deed, register)
    if deed.kind in STATES:
        mine.state = STATES[deed.kind]
        return
    if deed.into and battery not in deed.into:
        mine.after += [one for one in deed.into if one not in mine.after]
        mine.state = State.SUPERSEDED
    elif deed.kind in STATUS:
        mine.status, mine.since = STATUS[deed.kind], (deed.day, deed.entry)
    if deed.kind is Kind.RECYCLE:
        mine.ceased = Cessation(deed.day, deed.reason or deed.cause or deed.kind.value, deed.entry)
        mine.state = State.CEASED


def _responsible(mine: Life, battery: str, deed: Deed, register: Register) -> None:
    """Who answers from now on: whoever places it; by a transfer only if both sides signed; else as the law says."""
    if deed.kind is Kind.PLACE and not mine.operator:
        mine.operator, mine.operator_entry = deed.operator, deed.entry
        return
    if not deed.operator or deed.operator == mine.operator or deed.into:
        return
    giver = deed.giver or mine.operator
    signed = deed.kind is Kind.WASTE or both_signed(battery, deed, giver, register)
    clause = deed.clause or ("Art. 57(1)" if deed.kind is Kind.WASTE else "Art. 77(7)")
    cause = deed.cause or deed.kind.value
    mine.transfers.append(Transfer(deed.day, giver, deed.operator, cause, clause, signed, deed.entry))
    if signed and giver == (mine.operator or giver):
        mine.operator, mine.operator_entry = deed.operator, deed.entry
    else:
        values = {"battery": short(battery), "giver": register.name(giver), "taker": register.name(deed.operator)}
        mine.findings.append(found("PAS-011", deed.place, **values))


def transfer_words(batteries: Iterable[str], giver: str, taker: str, day: date, cause: str = "") -> bytes:
    """The exact bytes that both sides of a transfer sign."""
    said = {"batteries": sorted(batteries), "cause": cause, "day": day.isoformat(), "from": giver, "to": taker}
    words = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return b"filon transfer of responsibility 1\n" + words.encode()


def both_signed(battery: str, deed: Deed, giver: str, register: Register) -> bool:
    """Whether giver and taker signed these words, each with the key that the register knows them by."""
    words = transfer_words(deed.of or (battery,), giver, deed.operator, deed.day, deed.cause)
    return all(_signed(party, deed, words, register) for party in (giver, deed.operator))


def _signed(party: str, deed: Deed, words: bytes, register: Register) -> bool:
    text = register.vocabularies.get(PARTY, {}).get(party, {}).get(FILON + "key", "")
    for key, signature in deed.signatures:
        if text and key == text:
            try:
                return parse_key(text).signed(b64decode(signature, validate=True), words)
            except (NotProvenError, NotBase64, ValueError):
                return False
    return False
