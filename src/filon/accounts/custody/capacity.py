"""Capacity and quotas: what a site can make in a month, day by day, and what it may make in a span of days (I-21)."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter

from filon.accounts.custody.claims import Told
from filon.accounts.custody.facts import Fact, Record
from filon.books.journal import kg_text
from filon.books.lot import AccountKind
from filon.core.finding import Finding, found


def capacity_findings(told: Told) -> list[Finding]:
    """Months in which a site made more than it can, and spans in which it made more than it may.

    Findings:
        CUS-023: output of the element is above the declared capacity times the days of the month.
        CUS-028: output of the element is above the quota of its days.
    """
    return [
        *(finding for one in told.of_kind(Record.CAPACITY) for finding in _beyond(told, one)),
        *(finding for one in told.of_kind(Record.QUOTA) for finding in _above(told, one)),
    ]


def _beyond(told: Told, fact: Fact) -> list[Finding]:
    out = []
    for month, mg in sorted(_made(told, fact).items()):
        days = monthrange(int(month[:4]), int(month[5:7]))[1]
        most = days * (fact.mg or 0)
        if mg > most:
            values = {"site": told.book.register.name(fact.site), "element": fact.element, "month": month}
            masses = {"made": kg_text(mg), "most": kg_text(most)}
            out.append(found("CUS-023", fact.place, expected="", found="", **values, **masses))
    return out


def _above(told: Told, fact: Fact) -> list[Finding]:
    made, most = _made(told, fact).total(), fact.mg or 0
    if made <= most:
        return []
    values = {"site": told.book.register.name(fact.site), "element": fact.element, "since": fact.since}
    masses = {"until": fact.until, "made": kg_text(made), "most": kg_text(most)}
    return [found("CUS-028", fact.place, expected="", found="", **values, **masses)]


def _made(told: Told, fact: Fact) -> Counter[str]:
    """{month: mg of the element in lots that left a step or the ground there, less what went back into a step}."""
    book, made = told.book, Counter[str]()
    for flow in book.flows:
        source = book.holdings[flow.source] if isinstance(flow.source, int) else flow.source
        target = book.holdings[flow.target] if isinstance(flow.target, int) else flow.target
        mg, month = flow.content.get(fact.element) or 0, told.days[flow.event][:7]
        if not mg or not fact.holds(told.days[flow.event]):
            continue
        if target.kind is AccountKind.STOCK and getattr(target, "site", "") == fact.site:
            mined = source.kind is AccountKind.SOURCE and book.events[flow.event].setting.action == "ADD"
            made[month] += mg if source.kind is AccountKind.STEP or mined else 0
        elif target.kind is AccountKind.STEP and getattr(source, "site", "") == fact.site:
            again = source.kind is AccountKind.STOCK and getattr(source, "lot", "") in told.made_at(fact.site)
            made[month] -= mg if again else 0
    return made
