"""The alarms view from a book: words for each hypothesis, lots downstream for the alarms shown."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from filon.books.alarm import Alarm, Explains, Explanation, alarms, downstream, metals
from filon.books.journal import COVERAGE
from filon.books.lot import LotId
from filon.core.ident import short
from filon.views.alarm import AlarmLine, AlarmList, DownstreamLine
from filon.views.build.sight import Sight, lot_path
from filon.views.figure import Figure, Named, Sentence, Standing, Value, kg

SHOWN = 50
"""So many alarms are told in full, so many lots downstream of each."""


def alarm_list(sight: Sight, *, site: str = "", element: str = "") -> AlarmList:
    """The alarms of a book, or those at a site or of an element."""
    every = [
        one for one in alarms(sight.book)
        if (not site or one.check.site == site) and (not element or _about(sight, one, element))
    ]  # fmt: skip
    return AlarmList(sight.state, tuple(_line(sight, one) for one in every[:SHOWN]), max(0, len(every) - SHOWN))


def _about(sight: Sight, alarm: Alarm, element: str) -> bool:
    return alarm.check.substance == element or element in metals(sight.book, alarm)


def _line(sight: Sight, alarm: Alarm) -> AlarmLine:
    check = alarm.check
    reached = sorted(downstream(sight.book, alarm).items(), key=lambda one: (-(one[1] or 0), one[0]))
    below = tuple(DownstreamLine(short(lot), lot_path(lot), kg(mg)) for lot, mg in reached[:SHOWN])
    return AlarmLine(
        what=Named("check", check.what),
        site=sight.site(check.site),
        day=sight.day(check.event),
        element=Named("element", check.substance),
        lots=tuple((short(lot), lot_path(lot)) for lot in alarm.lots),
        into=kg(check.into),
        out=kg(check.out),
        size=kg(check.difference),
        allowed=kg(round(COVERAGE * check.sigma)),
        metals=tuple((Named("element", one), kg(mg)) for one, mg in metals(sight.book, alarm).items()),
        explanations=tuple(_sentence(sight, alarm, one) for one in alarm.explanations),
        downstream=below,
        more=len(reached) - len(below),
        entry=sight.book.events[check.event].entry,
    )


def _sentence(sight: Sight, alarm: Alarm, one: Explanation) -> Sentence:
    values: dict[str, Value] = {"lot": short(one.lot), "element": Named("element", alarm.check.substance)}
    match one.kind:
        case Explains.UNIT:
            times = max(one.would, 1 / one.would)
            exact = Decimal(times.numerator) / Decimal(times.denominator)
            values["factor"] = Figure(exact.quantize(Decimal("0.01")), "1", Standing.COMPUTED)
        case Explains.BASIS:
            values["moisture"] = _percent(one.told)
        case Explains.HYDRATE:
            values |= {"other": Named("form", one.other), "form": sight.form(LotId(one.lot))}
        case Explains.ASSAY:
            values |= {"told": _percent(one.told), "would": _percent(one.would)}
        case Explains.WEIGHT:
            values |= {"told": kg(round(one.told)), "would": kg(round(one.would))}
        case _:
            values["mass"] = kg(round(one.told))
    return Sentence(f"explain.{one.kind.value}", values)


def _percent(share: Fraction) -> Figure:
    exact = Decimal(share.numerator * 100) / Decimal(share.denominator)
    return Figure(exact.quantize(Decimal("0.001")), "%", Standing.COMPUTED)
