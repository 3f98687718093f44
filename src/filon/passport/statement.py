"""Statements: what somebody said of a model, batch or battery, point by point, with its day and its documents.

They stand as `filon:points` members on ObjectEvents that move no matter (`docs/vocabulary.md`): what the statement is
about is in `epcList` or `quantityList`, for which plant in `bizLocation`, since when in `eventTime`. So they come and
are corrected like any event, and every older value stays.

    told, findings = statements(said)
    Sayings.of(told).best("weight", subjects)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from filon.books.effective import effective
from filon.books.movement import Said
from filon.core.finding import Finding, Place, found
from filon.core.ident import elements, gtin, short
from filon.core.moment import offset
from filon.epcis.event import Event
from filon.passport.point import Level, Point, by_code
from filon.passport.value import Value, read

MEMBER = "points"
"""Name of the member on the event, in Filon's namespace."""
_FIXED = frozenset({"ledger", "life", "none"})
_MAY_SAY = frozenset({"ratedEnergy", "placeOfManufacture", "dateOfManufacture"})


@dataclass(frozen=True, slots=True)
class Statement:
    """One value that somebody said.

    Args:
        subject: canonical identifier of a model (GTIN), batch or battery.
        plant: only for batteries made there; empty = for all.
        value: None where it only says whether the point's condition holds, or takes an earlier value back.
        at: since when, or when it was measured.
        day: the same as a day at the place.
        holds: whether the point's condition holds; None = not said.
        documents: SHA-256 or address of each document that shows it.
        until: last day of the documents' validity; None = without end.
        key: of the event that says so.
        withdrawn: from then on the subject has no value of its own; that of its batch or model counts again.
    """

    subject: str
    plant: str
    point: Point
    value: Value | None
    at: datetime
    day: date
    holds: bool | None
    documents: tuple[str, ...]
    until: date | None
    entry: int
    key: str
    place: Place
    withdrawn: bool = False


def sayable(point: Point) -> bool:
    """Whether anybody can say it at all; other points follow from the books or the battery's life."""
    return point.source not in _FIXED or point.code in _MAY_SAY


def statements(said: Iterable[Said], of: str = "") -> tuple[list[Statement], list[Finding]]:
    """The statements that count, by the keys of their events; what cannot be read is left out.

    Args:
        of: only those about this subject; empty = all.

    Findings:
        PAS-001: no such data point. PAS-002: not a value of its type. PAS-003: of a model what is true of one battery.
        PAS-004: it follows from the books, nobody can say it. PAS-005: the statement names no battery, batch or model.
        BOK-024: its event was declared an error.
    """
    bearing = sorted((one for one in said if one.event.own(MEMBER)), key=lambda one: one.key)
    counted, findings = effective(bearing)
    told: list[Statement] = []
    for one in counted:
        for item in _read(one, of):
            if isinstance(item, Statement):
                told.append(item)
            else:
                findings.append(item)
    return told, findings


def subjects(event: Event) -> tuple[str, ...]:
    """What an event's statements are about."""
    return (*event.epcList, *(item.epcClass for item in event.quantityList))


def level(subject: str) -> Level:
    """What an identifier names: one battery, a batch, or a model."""
    known = elements(subject)
    if "21" in known or not known:
        return Level.ITEM if known or "/lot/" not in subject else Level.BATCH
    return Level.BATCH if "10" in known else Level.MODEL


def model_of(battery: str) -> str:
    """The model of a battery with a GTIN; empty for others."""
    number = elements(battery).get("01")
    return gtin(number) if number else ""


def _read(said: Said, of: str) -> Iterator[Statement | Finding]:
    about = subjects(said.event)
    if not about:
        yield found("PAS-005", said.place)
    about = tuple(one for one in about if one == of) if of else about
    listed, levels = said.event.own(MEMBER), {one: level(one) for one in about}
    for number, member in enumerate(listed if isinstance(listed, list | tuple) else [listed], 1):
        own = {str(name).rpartition("/")[2]: value for name, value in member.items()} if _is_map(member) else {}
        read_once: dict[Level, Statement] = {}  # five hundred batteries of one measurement are read as one
        for subject, at in levels.items():
            if at in read_once:
                yield replace(read_once[at], subject=subject)
                continue
            one = _statement(said, subject, own, number)
            if isinstance(one, Statement):
                read_once[at] = one
            yield one


def _is_map(value: object) -> bool:
    return isinstance(value, Mapping)


def _statement(said: Said, subject: str, own: Mapping[str, Any], number: int) -> Statement | Finding:
    code = str(own.get("point") or "")
    point = by_code().get(code)
    if point is None:
        return found("PAS-001", said.place, found=code, number=number, point=code)
    told = {"point": point.code, "subject": short(subject)}
    if not sayable(point):
        return found("PAS-004", said.place, **told)
    if point.level is Level.ITEM and level(subject) is Level.MODEL and point.dynamic:
        return found("PAS-003", said.place, **told)
    value, expected = read(point, own["value"]) if own.get("value") not in (None, "", []) else (None, "")
    holds = {"true": True, "false": False}.get(str(own.get("holds", "")).lower())
    until, ends = own.get("until"), _day(own.get("until"))
    withdrawn = value is None and str(own.get("withdrawn", "")).lower() == "true"
    if until and ends is None:
        expected = "until: a day as 2026-11-22"
    if expected or (value is None and holds is None and not withdrawn):
        return found("PAS-002", said.place, found=str(own.get("value"))[:80], expected=expected or "a value", **told)
    event = said.event
    return Statement(
        subject,
        event.bizLocation or "",
        point,
        value,
        event.eventTime,
        local_day(event),
        holds,
        _documents(own.get("document")),
        ends,
        said.entry,
        said.key,
        said.place,
        withdrawn,
    )


def local_day(event: Event) -> date:
    """The day of an event where it happened; in UTC where its zone cannot be read."""
    try:
        return (event.eventTime + offset(event.eventTimeZoneOffset)).date()
    except (ValueError, OverflowError):
        return event.eventTime.date()


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None


def _documents(said: object) -> tuple[str, ...]:
    listed = said if isinstance(said, list | tuple) else [said]
    return tuple(str(one) for one in listed if one)


@dataclass(frozen=True)
class Sayings:
    """Statements by subject and point, oldest first."""

    by_subject: Mapping[str, Mapping[str, Sequence[Statement]]]

    @classmethod
    def of(cls, told: Iterable[Statement]) -> Sayings:
        """Of all statements; what is said at the same moment goes by the key of its event, so order never matters."""
        table: dict[str, dict[str, list[Statement]]] = defaultdict(lambda: defaultdict(list))
        for one in sorted(told, key=lambda one: (one.at, one.key)):
            table[one.subject][one.point.code].append(one)
        return cls(table)

    def history(self, code: str, about: Sequence[str], plant: str = "") -> list[Statement]:
        """All that was said of a point, oldest first, of the nearest subject that says anything.

        Args:
            about: subjects, the nearest first: battery, batch, model.
            plant: where the battery was made; what is said for another plant is left out.
        """
        for subject in about:
            listed = [one for one in self.by_subject.get(subject, {}).get(code, ()) if one.plant in {"", plant}]
            own = [one for one in listed if one.plant] or listed
            if own:
                return own
        return []

    def best(self, code: str, about: Sequence[str], plant: str = "", on: date | None = None) -> Statement | None:
        """The value that counts: the latest of the nearest subject that had begun on a day; None if nobody said any.

        A subject whose last value was taken back says nothing: the next one counts.
        """
        for subject in about:
            said = self.history(code, (subject,), plant)
            told = [one for one in said if (one.value is not None or one.withdrawn) and (on is None or one.day <= on)]
            if said and not (told and told[-1].withdrawn):
                return told[-1] if told else None
        return None

    def holds(self, code: str, about: Sequence[str], plant: str = "") -> bool | None:
        """Whether a point's condition holds, as last said."""
        listed = [one.holds for one in self.history(code, about, plant) if one.holds is not None]
        return listed[-1] if listed else None

    def conflicts(self, about: Sequence[str]) -> Iterator[Finding]:
        """Different values for one moment.

        Findings:
            PAS-006: the one whose event's key sorts last counts.
        """
        for subject in about:
            for listed in self.by_subject.get(subject, {}).values():
                for one, other in pairwise(listed):
                    if one.at == other.at and one.plant == other.plant and _differ(one, other):
                        yield found("PAS-006", other.place, subject=short(subject), day=one.day, point=one.point.code)


def _differ(one: Statement, other: Statement) -> bool:
    return one.value is not None and other.value is not None and one.value != other.value
