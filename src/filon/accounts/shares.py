"""Shares by any characteristic: what the matter of every lot is called, by one mechanism for all of them.

Country, region and company are the origin account by coarser names; recycled is the recycled account; certified and
whatever a partner's own attribute says are characteristics like origin: said of a lot by its maker, carried on with
the matter. `bounds` gives for one lot how little and how much of each name it may hold however unevenly it was mixed.

    shares(book, "Co", "country").made[book.first(lot).id]
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from filon.accounts.carried import ORIGIN, Carried, Characteristic, Weights, carried, regrouped
from filon.accounts.custody.facts import Fact, Record
from filon.accounts.origin import Vector, origins, origins_of
from filon.accounts.recall import Range, backwards
from filon.accounts.recycled import recycled
from filon.books.book import Book, Flow, Holding
from filon.books.journal import UNKNOWN
from filon.books.lot import Account, AccountKind, LotId
from filon.books.register import EPC_CLASS
from filon.core.ident import short
from filon.core.tables import table

KINDS = ("origin", "country", "region", "company", "recycled", "certified")
"""Characteristics that Filon knows; any other name is an attribute that makers give their lots."""


@dataclass(frozen=True)
class Shares:
    """What the matter of every holding is called.

    Args:
        by: the characteristic.
        made: {name: mg} of each holding when it was made, by id; None where its content is unknown.
    """

    by: str
    substance: str
    made: Sequence[Vector | None]


def shares(
    book: Book, substance: str, by: str, facts: Sequence[Fact] = (), within: frozenset[int] | None = None
) -> Shares:
    """The shares of every holding by a characteristic.

    Args:
        by: one of `KINDS`, or the name of an attribute of lots (its whole URI, or what stands after the last / or #).
        facts: what was said of custody; for `certified`.
        within: only these holdings are told, with all that they came from (`books.trace.mixed_from`); None = all.

    Returns:
        For every holding with known content the names' mg sum to it; UNKNOWN is a name.
    """
    if by == "recycled":
        return Shares(by, substance, recycled(book, substance, within).made)
    if group := _coarser(book, by):
        plain = origins(book, substance) if within is None else origins_of(book, substance, within)
        return Shares(by, substance, regrouped(plain, group).made)
    account: Carried = carried(book, substance, characteristic(book, by, facts, within), within=within)
    return Shares(by, substance, account.made)


def characteristic(
    book: Book, by: str, facts: Sequence[Fact] = (), within: Collection[int] | None = None
) -> Characteristic:
    """How matter is called by a characteristic (not `recycled`, which waste gains on its way)."""
    if by == "origin":
        return ORIGIN
    if group := _coarser(book, by):
        return Characteristic(by, lambda flow: {group(_key(flow)): 1})
    if by == "certified":
        claimed = _claimed(facts)
        return Characteristic(by, lambda flow: {_certified(book, flow, claimed): 1})
    some = book.holdings if within is None else [book.holdings[index] for index in within]
    called = {holding.id: {name: 1} for holding in some if (name := _said_of(book, holding, by))}
    return Characteristic(by, lambda _: {UNKNOWN: 1}, called)


def bounds(book: Book, lot: LotId, substance: str, rule: Characteristic) -> Mapping[str, Range]:
    """{name: (least, most) mg} of a lot, however unevenly anything was mixed; most None = nobody can tell."""
    found: dict[str, Range] = {}

    def add(name: str, least: int, most: int | None) -> None:
        before = found.get(name, (0, 0))
        found[name] = (before[0] + least, None if before[1] is None or most is None else before[1] + most)

    whole = sum(book.holdings[index].content.get(substance, 0) or 0 for index in _starts(book, lot))
    for flow, holding, (least, most) in backwards(book, lot, substance, frozenset(rule.called)):
        names = frozenset(rule.called.get(holding, {})) if flow is None else _named(book, rule, flow)
        sure = len(names) == 1
        for name in names:
            add(name, least if sure else 0, most)
    return _tightened(found, whole)


def _tightened(found: Mapping[str, Range], whole: int) -> Mapping[str, Range]:
    """What all others cannot be at most is a name's own, and it is no more than all others leave."""
    tops = [most for _, most in found.values()]
    every = None if None in tops else sum(filter(None, tops))
    sure = sum(least for least, _ in found.values())
    return {
        name: (
            least if every is None or most is None else max(least, whole - (every - most)),
            None if most is None else min(most, whole - sure + least),
        )
        for name, (least, most) in found.items()
    }


def _named(book: Book, rule: Characteristic, flow: Flow) -> frozenset[str]:
    """Names that matter from outside may have: what a weighing found has those of all that its mixture came from."""
    if flow.like is None:
        return frozenset(_names(rule, flow))
    names: set[str] = set()
    seen, stack = {flow.like}, [flow.like]
    while stack:
        index = stack.pop()
        if index in rule.called:
            names |= rule.called[index].keys()
            continue
        for one in book.inflows[index]:
            further = one.source if isinstance(one.source, int) else one.like
            if further is None:
                names |= _names(rule, one).keys()
            elif further not in seen:
                seen.add(further)
                stack.append(further)
    return frozenset(names)


Where = tuple[int, str]
"""(event, origin that matter entered from, or lot that was called anew)."""


def named_in(book: Book, substance: str, by: str, facts: Sequence[Fact] = ()) -> Mapping[Where, frozenset[str]]:
    """Where matter gets its name: {where: names}.

    For the leaves of `why`: which row of which file is the reason for a name.
    """
    found: dict[Where, frozenset[str]] = {}
    entering = [flow for flow in book.flows if isinstance(flow.source, Account)]
    if by == "recycled":
        made = recycled(book, substance).made
        told = ((flow, made[flow.target] if isinstance(flow.target, int) else None) for flow in entering)
        pairs = [((flow.event, _key(flow)), frozenset(names or ())) for flow, names in told]
    else:
        rule = characteristic(book, by, facts)
        pairs = [((flow.event, _key(flow)), frozenset(_names(rule, flow))) for flow in entering]
        pairs += [((book.holdings[at].made, book.holdings[at].lot), frozenset(rule.called[at])) for at in rule.called]
    for key, names in pairs:
        found[key] = found.get(key, frozenset()) | names
    return found


def _starts(book: Book, lot: LotId) -> list[int]:
    own = frozenset(book.of_lot.get(lot, ()))
    return [index for index in own if not any(flow.source in own for flow in book.inflows[index])]


def _names(rule: Characteristic, flow: Flow) -> Weights:
    assert isinstance(flow.source, Account)
    return rule.enters(flow) if flow.source.kind is AccountKind.SOURCE else {UNKNOWN: 1}


def _key(flow: Flow) -> str:
    assert isinstance(flow.source, Account)
    return flow.source.key


def _coarser(book: Book, by: str) -> Callable[[str], str] | None:
    """Which coarser name an origin has; None for a characteristic that origins do not tell."""
    register = book.register
    groups: Mapping[str, Callable[[str], str]] = {
        "country": lambda key: register.site(key).country or UNKNOWN,
        "region": lambda key: _region(register.site(key).country) or UNKNOWN,
        "company": lambda key: register.site(key).party or UNKNOWN,
    }
    return (lambda key: key) if by == "origin" else groups.get(by)


@cache
def _regions() -> Mapping[str, str]:
    return {country: row["region"] for row in table("regions").rows for country in row["countries"].split()}


def _region(country: str) -> str:
    """The United Nations' region of a country.

    Source: UN M49, table regions.
    """
    return _regions().get(country, "")


def _claimed(facts: Sequence[Fact]) -> Mapping[str, str]:
    """{lot, identifier and number: scheme} that somebody claimed, by the certificate where the claim names none."""
    schemes = {one.number: one.scheme for one in facts if one.record is Record.CERTIFICATE}
    told: dict[str, set[str]] = {}
    for one in facts:
        scheme = one.scheme or schemes.get(one.certificate, "")
        if one.record is Record.CLAIM and scheme:
            told.setdefault(one.lot, set()).add(scheme)
    return {lot: " + ".join(sorted(names)) for lot, names in told.items()}


def _certified(book: Book, flow: Flow, claimed: Mapping[str, str]) -> str:
    """Under which scheme a lot came in: as claimed, else as its event's certificates say; UNKNOWN if nobody says."""
    lot = book.holdings[flow.target].lot if isinstance(flow.target, int) else ""
    told = claimed.get(lot) or claimed.get(short(lot)) if lot else ""
    return told or " + ".join(sorted(map(short, book.events[flow.event].setting.certificationInfo))) or UNKNOWN


def _said_of(book: Book, holding: Holding, by: str) -> str:
    """What a lot's maker, or else its product's master data, say of an attribute; empty if nothing."""
    if holding.kind is AccountKind.STEP or any(
        isinstance(flow.source, int) and book.holdings[flow.source].lot == holding.lot
        for flow in book.inflows[holding.id]
    ):
        return ""
    event = book.events[holding.made].event
    made = {item.epcClass for items in (event.quantityList, event.outputQuantityList) for item in items}
    if holding.lot in {*made, *event.epcList, *event.outputEPCList} and (told := _attribute(event.ilmd, by)):
        return told
    known = book.register.vocabularies.get(EPC_CLASS, {})
    return _attribute(known.get(holding.lot) or known.get(book.register.product(holding.lot), {}), by)


def _attribute(traits: Mapping[str, object], by: str) -> str:
    for name, value in traits.items():
        if by in {name, name.replace("#", "/").rpartition("/")[2]} and isinstance(value, str | int) and value != "":
            return str(value)
    return ""
