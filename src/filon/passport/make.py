"""Passports made: every data point of a battery from what was said, what follows from the books, and its life.

    grounds = Grounds(Matter(book, carbon), Sayings.of(told), by_battery(deeds), size)
    passport(grounds, battery, on=date(2027, 2, 18))

A pure function of the first n log entries, the versioned tables and the day asked about.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from filon.books import trace
from filon.core.finding import Finding, Place, found
from filon.core.ident import elements, short
from filon.passport.battery import NOTHING, Battery, Figure
from filon.passport.grounds import Grounds
from filon.passport.passport import Passport, PointValue, Standing, State, Why, disclosed
from filon.passport.point import LATEST, Audience, Category, Point, points
from filon.passport.statement import Statement
from filon.passport.value import Value, plain
from filon.passport.verdict import Verdict, verdict
from filon.passport.ways import WAYS

TOLERANCE = Decimal("0.5")
"""Percentage points (or percent of a footprint) by which a declared figure may differ from the computed one."""


def passport(
    grounds: Grounds,
    battery: str,
    *,
    on: date,
    ruleset: str = LATEST,
    audiences: Collection[Audience] | None = None,
) -> Passport:
    """The passport of one battery, whole or as disclosed.

    Args:
        audiences: only what these may see, as `disclosed` leaves it, and no longer work than that; None = everything.
        on: the day that its verdicts are for; statements that begin later do not count.

    Findings:
        PAS-006, PAS-007, PAS-008, PAS-011 to PAS-014, PAS-020, PAS-022.

    Raises:
        NotFoundError: neither the books nor any statement or deed know the battery.
    """
    made = _Making(Battery(grounds, battery, on), ruleset, audiences).whole()
    return made if audiences is None else disclosed(made, audiences)


class _Making:
    """One passport being made."""

    def __init__(self, battery: Battery, ruleset: str, audiences: Collection[Audience] | None) -> None:
        self.battery, self.ruleset = battery, ruleset
        everything = audiences is None or Audience.OPERATOR in audiences
        self.readers = frozenset(Audience if everything else {Audience.PUBLIC, *(audiences or ())})
        self.findings: list[Finding] = list(battery.life.findings)

    def whole(self) -> Passport:
        """Everything together."""
        category = self._category()
        early = self._early()
        filled = tuple(self._filled(one, category, early) for one in points(self.ruleset))
        self.findings += self.battery.grounds.sayings.conflicts(self.battery.about)
        self._links()
        self._published(filled)
        touched = self._touched(filled)
        keys = elements(self.battery.id)
        return Passport(
            identifier=self.battery.id,
            version=len(touched),
            size=self.battery.grounds.size,
            on=self.battery.on,
            category=category,
            state=self.battery.life.state,
            points=filled,
            gtin=keys.get("01", ""),
            serial=keys.get("21", ""),
            touched=touched,
            before=tuple(self.battery.life.before),
            after=tuple(self.battery.life.after),
            ceased=self.battery.life.ceased,
            updated=self._updated(touched),
            ruleset=self.ruleset,
            findings=tuple(dict.fromkeys(self.findings)),
        )

    def _category(self) -> Category:
        said = self.battery.said("category")
        if said is None:
            self.findings.append(found("PAS-022", battery=short(self.battery.id)))
            return Category.EV
        return Category(str(said.value))

    def _early(self) -> frozenset[str]:
        said = self.battery.said("earlyDisplay")
        return frozenset(map(str, said.value)) if said and isinstance(said.value, tuple) else frozenset()

    def _filled(self, point: Point, category: Category, early: frozenset[str]) -> PointValue:
        if point.source == "origin" and not point.audience & self.readers:
            # Costly and unseen; it rests on nothing that the cone does not hold, so the version stays the same.
            return PointValue(point, None, Standing.UNKNOWN, Why("origin"))
        figure = self._figure(point)
        holds = self.battery.holds(point.code)
        told = verdict(point, category, self.battery.on, figure.value is not None, holds)
        return PointValue(point, figure.value, figure.standing, figure.why, told, point.code in early)

    def _figure(self, point: Point) -> Figure:
        way = WAYS.get(point.code)
        said = self.battery.said(point.code) if point.source != "none" else None
        declared = self._said(said) if said else NOTHING
        if way is None:
            return declared
        computed = way(self.battery)
        if computed.value is None:
            return declared if said else computed
        return self._compared(point, computed, declared) if said and said.value is not None else computed

    def _said(self, said: Statement) -> Figure:
        """What was said, by how it is shown to be true."""
        standing = Standing.EVIDENCED if said.documents else Standing.DECLARED
        if said.until and said.until < self.battery.on:
            standing = Standing.EXPIRED
            self.findings.append(
                found("PAS-008", said.place, point=said.point.code, battery=short(self.battery.id), day=said.until)
            )
        scope = {self.battery.id: "item", self.battery.model: "model and plant" if said.plant else "model"}
        why = Why("declared", scope.get(said.subject, "batch"), (said.entry,), said.documents, subject=said.subject,
                  at=said.day)  # fmt: skip
        return Figure(said.value, standing, why)

    def _compared(self, point: Point, computed: Figure, declared: Figure) -> Figure:
        """What the books say beside what was declared: inconsistent where they differ by more than the tolerance."""
        if not _differ(computed.value, declared.value):
            return replace(computed, why=replace(computed.why, documents=declared.why.documents))
        values = {"declared": _short(declared.value), "computed": _short(computed.value)}
        place = Place(entry=declared.why.entries[0] if declared.why.entries else None)
        self.findings.append(found("PAS-007", place, point=point.code, battery=short(self.battery.id), **values))
        why = replace(computed.why, also=declared.value, documents=declared.why.documents)
        return Figure(computed.value, Standing.INCONSISTENT, why)

    def _links(self) -> None:
        """Whether the books show matter of each forebear battery in this one."""
        if self.battery.first is None or not self.battery.life.before:
            return
        book, origin_of = self.battery.book, self.battery.grounds.matter.origin_of
        behind = {book.holdings[i].lot for i in trace.forebears(book, [self.battery.lot])}
        for one in self.battery.life.before:
            source = origin_of(one)
            if source is None or source.lot not in behind:
                self.findings.append(found("PAS-014", before=short(one), battery=short(self.battery.id)))

    def _published(self, filled: Sequence[PointValue]) -> None:
        missing = sum(one.verdict is Verdict.MISSING for one in filled)
        if self.battery.life.state is State.ACTIVE and missing:
            self.findings.append(found("PAS-020", battery=short(self.battery.id), count=missing))

    def _updated(self, touched: Sequence[int]) -> datetime | None:
        learned = self.battery.grounds.learned
        return learned(touched[-1]) if learned and touched else None

    def _touched(self, filled: Sequence[PointValue]) -> tuple[int, ...]:
        entries = {entry for one in filled if one.value is not None for entry in one.why.entries}
        said = {one.entry for one in self.battery.statements}
        return tuple(sorted({*entries, *self.battery.cone, *self.battery.life.entries, *said}))


def _differ(computed: Value | None, declared: Value | None) -> bool:
    """Whether a declared figure is another than the computed one; shapes that cannot be compared do not differ."""
    if isinstance(computed, Decimal) and isinstance(declared, Decimal):
        return abs(computed - declared) > TOLERANCE
    if isinstance(computed, Mapping) and isinstance(declared, Mapping):
        mine, theirs = computed.get("perBattery"), declared.get("perBattery")
        if isinstance(mine, Decimal) and isinstance(theirs, Decimal) and mine:
            return abs(mine - theirs) > TOLERANCE * mine / 100
    return False


def _short(value: Value | None) -> str:
    told = plain(value) if value is not None else ""
    return str(told.get("perBattery", told)) if isinstance(told, dict) else str(told)
