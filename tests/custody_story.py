"""Custody facts as short calls, for stories: `fact("claim", 3, lot="a", element="Co", characteristic=C)`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from filon.accounts.custody.chain import ChainOfCustody
from filon.accounts.custody.facts import facts_of
from filon.books.post import post
from filon.books.register import Register
from filon.epcis.event import FILON, Event
from story import lot, moment, said, site

KG = 1_000_000


def fact(record: str, day: float | datetime, **members: Any) -> Event:
    """An event that says one custody fact; sites and lots by their short names."""
    own: dict[str, Any] = {"record": record, **{name: str(value) for name, value in members.items()}}
    for name in ("site", "lot"):
        if name in own:
            own[name] = (site if name == "site" else lot)(own[name])
    if record == "transfer":
        own["to"] = site(own["to"])
    when = day if isinstance(day, datetime) else moment(day)
    return Event(
        "ObjectEvent", when, "+00:00", action="OBSERVE", bizStep="inspecting", extensions={FILON + "custody": [own]}
    )


def chain_of(*events: Event, register: Register) -> ChainOfCustody:
    """The chain of custody of some events, learned in the order given."""
    told = said(*events)
    facts, findings = facts_of(told)
    assert not findings, [one.text() for one in findings]
    return ChainOfCustody(post(told, register), facts)


def state(chain: ChainOfCustody, name: str, element: str, characteristic: str):
    """What may be claimed of a lot at its latest filling where it was made."""
    holding = chain.book.first(lot(name))
    while holding.next is not None:
        holding = chain.book.holdings[holding.next]
    return chain.states(element, characteristic)[holding.id]


def codes(chain: ChainOfCustody) -> list[str]:
    """The custody findings."""
    return sorted(one.code for one in chain.findings)
