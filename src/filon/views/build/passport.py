"""The views of passports: whole or as disclosed, their history, and how ready models are."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from filon.books import trace
from filon.books.lot import LotId
from filon.passport.dated import due
from filon.passport.grounds import Grounds
from filon.passport.kin import NAMED, own
from filon.passport.passport import Passport, PointValue
from filon.passport.statement import model_of
from filon.passport.verdict import Verdict
from filon.views.build.sight import battery_path
from filon.views.figure import Named
from filon.views.ledger_state import LedgerState
from filon.views.log import EntryLine
from filon.views.passport import (
    GROUPS,
    BoardView,
    DutyCount,
    HistoryLine,
    HistoryView,
    ModelLine,
    PassportView,
    PointGroup,
    PointLine,
    ReadinessView,
    WhyNote,
)

DUTIES = tuple(one for one in Verdict if one)
"""The five verdicts, in the order of the reference."""


def passport_view(passport: Passport, state: LedgerState, *, all_points: bool = False) -> PassportView:
    """The view of a passport, whole or as disclosed.

    Args:
        all_points: also those without a value, as their operator must see them.
    """
    shown = [one for one in passport.points if all_points or one.value is not None]
    grouped = ((name, tuple(_line(one, passport) for one in shown if one.point.group == name)) for name in GROUPS)
    return PassportView(
        ledger=state,
        link=passport.identifier,
        version=passport.version,
        on=passport.on,
        state=Named("publication", passport.state.value),
        category=Named("category", passport.category.value),
        ruleset=passport.ruleset,
        groups=tuple(PointGroup(Named("group", name), lines) for name, lines in grouped if lines),
        before=tuple(battery_path(one) or one for one in passport.before),
        after=tuple(battery_path(one) or one for one in passport.after),
        ceased=passport.ceased.day if passport.ceased else None,
        reason=passport.ceased.reason if passport.ceased else "",
        history=history_path(passport.identifier),
        findings=passport.findings,
    )


def renamed(view: PassportView, battery: str, state: LedgerState) -> PassportView:
    """The view of another battery of the kin: its name, and where its history is."""

    def line(one: PointLine) -> PointLine:
        return replace(one, value=own(one.value, battery)) if one.point.key in NAMED else one

    groups = tuple(
        replace(group, points=tuple(map(line, group.points))) if group.name.key == "identity" else group
        for group in view.groups
    )
    return replace(view, ledger=state, link=battery, groups=groups, history=history_path(battery))


def history_path(battery: str) -> str:
    """Path of a passport's history."""
    return f"/history{battery_path(battery)}" if battery_path(battery) else ""


def _line(one: PointValue, passport: Passport) -> PointLine:
    point, why = one.point, one.why
    return PointLine(
        point=Named("point", point.code),
        number=point.number,
        annex=point.annex,
        clause=point.clause,
        unit=point.unit,
        type=point.type,
        value=one.value,
        standing=Named("standing", one.standing.value),
        duty=Named("duty", one.verdict.value),
        due=due(point.applies, passport.category),
        audience=tuple(Named("audience", each) for each in sorted(point.audience)),
        why=WhyNote(
            Named("account", why.account), Named("scope", why.scope), why.at, why.entries, why.documents, why.ruleset,
            why.also, why.gaps,
        ),
    )  # fmt: skip


def history_view(
    passport: Passport, grounds: Grounds, state: LedgerState, entry: Callable[[int], EntryLine], codes: frozenset[str]
) -> HistoryView:
    """Every version of a passport, with what the reader may know of what each brought.

    Args:
        codes: data points that the reader may see at all; what is said of others stays unsaid.
    """
    about = (passport.identifier, model_of(passport.identifier))
    said: dict[int, dict[str, None]] = defaultdict(dict)
    for subject in about:
        for code, listed in grounds.sayings.by_subject.get(subject, {}).items():
            for one in listed:
                if code in codes:
                    said[one.entry][code] = None
    done: dict[int, list[str]] = defaultdict(list)
    for deed in grounds.deeds.get(passport.identifier, ()):
        done[deed.entry].append(deed.kind.value)
    source = grounds.matter.origin_of(passport.identifier)
    behind = trace.forebears(grounds.book, [source.lot]) if source else set()
    made = {grounds.book.holdings[index].made for index in behind}
    events = Counter(grounds.book.events[event].entry for event in made)
    lines = []
    for version, index in enumerate(passport.touched, 1):
        kept = entry(index)
        points = tuple(Named("point", code) for code in said.get(index, ()))
        deeds = tuple(Named("deed", word) for word in done.get(index, ()))
        lines.append(HistoryLine(version, index, kept.learned, kept.name, points, deeds, events.get(index, 0)))
    return HistoryView(state, passport.identifier, battery_path(passport.identifier), tuple(reversed(lines)))


def counts(passport: Passport) -> tuple[DutyCount, ...]:
    """How many points have each verdict."""
    counted = Counter(one.verdict for one in passport)
    return tuple(DutyCount(Named("duty", one.value), counted[one]) for one in DUTIES)


def board_view(
    state: LedgerState, grounds: Grounds, of: Callable[[str], Passport], on: date, ruleset: str
) -> BoardView:
    """Every model with its verdicts, judged by its last battery; models first that lack most."""
    groups: dict[str, list[LotId]] = defaultdict(list)
    for lot in grounds.matter.batteries:
        groups[model_of(lot) or lot].append(lot)
    lines = [_model(grounds, model, lots, of(grounds.matter.last_of(lots[-1]))) for model, lots in groups.items()]
    return BoardView(state, on, ruleset, tuple(sorted(lines, key=lambda one: (-_missing(one), one.key))))


def _missing(line: ModelLine) -> int:
    return next(one.count for one in line.counts if one.duty.key == Verdict.MISSING)


def _model(grounds: Grounds, model: str, lots: Sequence[LotId], passport: Passport) -> ModelLine:
    name = grounds.book.register.name(model)
    return ModelLine(
        key=model,
        name="" if name == model else name,
        path=f"/passports{battery_path(passport.identifier)}",
        battery=passport.serial or passport.identifier,
        batteries=sum(map(grounds.matter.pieces, lots)),
        category=Named("category", passport.category.value),
        state=Named("publication", passport.state.value),
        counts=counts(passport),
    )


def readiness_view(passport: Passport, grounds: Grounds, state: LedgerState) -> ReadinessView:
    """One model or battery, point by point."""
    model = model_of(passport.identifier) or passport.identifier
    return ReadinessView(
        ledger=state,
        on=passport.on,
        name=grounds.book.register.name(model),
        battery=passport.serial,
        counts=counts(passport),
        passport=passport_view(passport, state, all_points=True),
        path=battery_path(passport.identifier),
    )
