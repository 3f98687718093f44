"""The tables of a book as columns: its events, flows, holdings and checks; what each row is as a value of the book."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from filon.books.book import Check, Flow, Holding, Verdict
from filon.books.effective import completed
from filon.books.lot import Account, AccountKind, Content, LotId, SiteId
from filon.books.movement import Said
from filon.books.ranges import Spans
from filon.books.shelf.numbers import Array, Contents, Whole
from filon.books.shelf.rows import Rows
from filon.books.shelf.texts import Ids, Texts
from filon.core.moment import offset
from filon.epcis.event import Event, Setting

if TYPE_CHECKING:
    from filon.books.shelf.shelf import Shelf

NOBODY = -1
"""No holding, no serial numbers."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND, DAY = timedelta(microseconds=1), timedelta(days=1)
KINDS = tuple(AccountKind)
VERDICTS = tuple(Verdict)

Reader = Callable[[Sequence[str], Sequence[int]], Mapping[str, Event]]
"""Reads events again by their keys, and by their numbers in the store where those are known."""


class FlowColumns(NamedTuple):
    """Flows; an account outside is -1 - its number."""

    event: Ids
    source: Ids
    target: Ids
    amount: Whole
    like: Ids
    serials: Ids
    content: Contents


class HoldingColumns(NamedTuple):
    """Holdings; lots, sites and units by number."""

    lot: Ids
    site: Ids
    kind: npt.NDArray[np.uint8]
    version: Ids
    made: Ids
    amount: Whole
    unit: Ids
    left: Whole
    next: Ids
    content: Contents
    sigma: Contents
    left_content: Contents


class CheckColumns(NamedTuple):
    """Checks; what is compared, lot, site and substance by number."""

    event: Ids
    what: Ids
    lot: Ids
    site: Ids
    substance: Ids
    into: Whole
    out: Whole
    difference: Whole
    sigma: Whole
    verdict: npt.NDArray[np.uint8]
    account: Ids


class EventColumns(NamedTuple):
    """Events: what is asked of all of them; the rest is read again where it is asked for.

    Args:
        key: (events, 32) bytes.
        since, until: microseconds since 1970; `zone` and `setting` by number.
    """

    key: npt.NDArray[np.uint8]
    entry: Ids
    record: Whole
    since: Whole
    until: Whole
    zone: Ids
    setting: Ids


class SpanColumns(NamedTuple):
    """Serial numbers: spans of pieces, and of each list of spans where it begins, and what is known of it."""

    first: Whole
    last: Whole
    starts: Whole
    low: Whole
    high: Whole
    pieces: Whole
    forward: npt.NDArray[np.uint8]

    def spans(self, number: int) -> Spans:
        """One list of spans."""
        begin, end = self.starts[number : number + 2].tolist()
        low, high, pieces, forward = (int(column[number]) for column in self[3:])
        return Spans(self.first[begin:end], self.last[begin:end], low, high, pieces, bool(forward))


class AccountColumns(NamedTuple):
    """Accounts outside; their keys by number."""

    kind: npt.NDArray[np.uint8]
    key: Ids


@dataclass(frozen=True)
class Accounts:
    """Accounts outside, by number."""

    columns: AccountColumns
    texts: Texts

    def many(self, numbers: Iterable[int]) -> Mapping[int, Account]:
        """{number: account}."""
        kind, key = self.columns
        return {n: Account(KINDS[kind[n]], self.texts[int(key[n])]) for n in set(numbers)}


class Flows(Rows[Flow]):
    """The flows."""

    def __init__(self, columns: FlowColumns, accounts: Accounts, spans: SpanColumns) -> None:
        super().__init__(len(columns.event))
        self.columns, self.accounts, self.spans = columns, accounts, spans

    def made(self, first: int, end: int) -> list[Flow]:
        """Flows first..end-1."""
        here = slice(first, end)
        event, source, target, amount, like, serials = (column[here].tolist() for column in self.columns[:-1])
        outside = self.accounts.many([-1 - one for ends in (source, target) for one in ends if one < 0])
        return list(map(
            Flow,
            event,
            [one if one >= 0 else outside[-1 - one] for one in source],
            [one if one >= 0 else outside[-1 - one] for one in target],
            amount,
            self.columns.content.rows(first, end),
            [None if one < 0 else one for one in like],
            [() if one < 0 else self.spans.spans(one) for one in serials],
        ))  # fmt: skip

    def ends(self) -> tuple[Ids, Ids, Ids]:
        """(flows) source, target and the holding whose mixture each has; `NOBODY` where that is no holding."""
        told = (_inside(self.columns.source), _inside(self.columns.target), self.columns.like)
        more = (
            [_id(flow.source) for flow in self.more],
            [_id(flow.target) for flow in self.more],
            [NOBODY if flow.like is None else flow.like for flow in self.more],
        )
        source, target, like = (_behind(before, since) for before, since in zip(told, more, strict=True))
        return source, target, like

    def outside(self, places: Sequence[int], *, target: bool = False) -> list[int | Account]:
        """Sources, or targets, of some flows (sorted), without making the flows; accounts where they are outside."""
        laid = [place for place in places if place < self.laid]
        ends = (self.columns.target if target else self.columns.source)[laid].tolist()
        accounts = self.accounts.many([-1 - one for one in ends if one < 0])
        since = (self.more[place - self.laid] for place in places[len(laid) :])
        return [
            *(one if one >= 0 else accounts[-1 - one] for one in ends),
            *(one.target if target else one.source for one in since),
        ]

    def milligrams(self, substance: str, unsaid: int = 0) -> Whole:
        """(flows) mg of a substance; `unsaid` where nobody said how much."""
        since = np.array([_said(flow.content, substance, unsaid) for flow in self.more], np.int64)
        return np.concatenate([self.columns.content.of_name(substance, unsaid), since])


def _said(content: Content, substance: str, unsaid: int) -> int:
    mg = content.get(substance, 0)
    return unsaid if mg is None else mg


def _inside(ends: Ids) -> Ids:
    return np.maximum(ends, NOBODY)


def _id(end: int | Account) -> int:
    return end if isinstance(end, int) else NOBODY


def _behind(column: Array, more: list[int]) -> Array:
    return np.concatenate([column, np.array(more, column.dtype)])


class Holdings(Rows[Holding]):
    """The holdings."""

    def __init__(self, columns: HoldingColumns, texts: Texts) -> None:
        super().__init__(len(columns.lot))
        self.columns, self.texts = columns, texts

    def made(self, first: int, end: int) -> list[Holding]:
        """Holdings first..end-1."""
        here, columns, many = slice(first, end), self.columns, self.texts.many
        return list(map(
            Holding,
            range(first, end),
            map(LotId, many(columns.lot[here])),
            map(SiteId, many(columns.site[here])),
            [KINDS[one] for one in columns.kind[here].tolist()],
            columns.version[here].tolist(),
            columns.made[here].tolist(),
            columns.amount[here].tolist(),
            many(columns.unit[here]),
            columns.content.rows(first, end),
            columns.sigma.rows(first, end),
            columns.left[here].tolist(),
            columns.left_content.rows(first, end),
            [None if one < 0 else one for one in columns.next[here].tolist()],
        ))  # fmt: skip

    def events(self) -> Ids:
        """(holdings) index of the event that made each."""
        return _behind(self.columns.made, [one.made for one in self.more])

    def milligrams(self, substance: str, unsaid: int = 0, *, left: bool = False) -> Whole:
        """(holdings) mg of a substance when they were made, or `left` in them; `unsaid` where nobody said how much."""
        told = (self.columns.left_content if left else self.columns.content).of_name(substance, unsaid)

        def said(one: Holding) -> int:
            return _said(one.left_content if left else one.content, substance, unsaid)

        for place, one in self.others.items():
            told[place] = said(one)
        return np.concatenate([told, np.array([said(one) for one in self.more], np.int64)])


class Checks(Rows[Check]):
    """The checks."""

    def __init__(self, columns: CheckColumns, accounts: Accounts) -> None:
        super().__init__(len(columns.event))
        self.columns, self.accounts = columns, accounts

    def made(self, first: int, end: int) -> list[Check]:
        """Checks first..end-1."""
        here, columns, many = slice(first, end), self.columns, self.accounts.texts.many
        account = columns.account[here].tolist()
        outside = self.accounts.many(account)
        return list(map(
            Check,
            columns.event[here].tolist(),
            many(columns.what[here]),
            map(LotId, many(columns.lot[here])),
            map(SiteId, many(columns.site[here])),
            many(columns.substance[here]),
            columns.into[here].tolist(),
            columns.out[here].tolist(),
            columns.difference[here].tolist(),
            columns.sigma[here].tolist(),
            [VERDICTS[one] for one in columns.verdict[here].tolist()],
            [outside[one] for one in account],
        ))  # fmt: skip


class ShelvedSaid(Said):
    """An event that is read again when it is asked for; when it happened, and what brought it, is known before."""

    __slots__ = ("at", "of")
    of: Events
    at: int

    @property
    def event(self) -> Event:
        """The event."""
        return self.of.event(self.at)

    @property
    def key(self) -> str:
        """Identity of its content."""
        return self.of.key(self.at)

    @property
    def entry(self) -> int:
        """The log entry that brought it."""
        return int(self.of.columns.entry[self.at])

    @property
    def completes(self) -> tuple[str, ...]:
        """Keys of the earlier declarations that it completes."""
        return self.of.completes.get(self.at, ())

    @property
    def record(self) -> int:
        """Its number in the store."""
        return int(self.of.columns.record[self.at])

    @property
    def setting(self) -> Setting:
        """What it has in common with many."""
        return self.of.setting(self.at)

    @property
    def interval(self) -> tuple[datetime, datetime]:
        """Between which moments it happened."""
        since, until = (
            EPOCH + timedelta(microseconds=int(one[self.at])) for one in (self.of.columns.since, self.of.columns.until)
        )
        return since, until

    @property
    def day(self) -> date:
        """Its local day."""
        return self.of.day(self.at)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, ShelvedSaid) and other.of is self.of:
            return other.at == self.at
        if not isinstance(other, Said):
            return NotImplemented
        mine, its = ((one.key, one.entry, one.completes) for one in (self, other))
        return mine == its and self.event == other.event

    def __hash__(self) -> int:
        return hash((self.event, self.key, self.entry, self.completes))


class Events(Rows[Said]):
    """The events that count, in the order they were posted."""

    def __init__(self, shelf: Shelf) -> None:
        super().__init__(len(shelf.events.entry))
        self.columns, self._shelf = shelf.events, shelf
        self.completes = dict(shelf.notes.completes)
        self._read: dict[int, Event] = {}
        self._next, self._ahead = NOBODY, 1

    def made(self, first: int, end: int) -> list[Said]:
        """Events first..end-1."""
        return [_shelved(self, at) for at in range(first, end)]

    def key(self, at: int) -> str:
        """Key of an event."""
        return bytes(self.columns.key[at]).hex()

    def event(self, at: int) -> Event:
        """One event; who reads one after the other gets more and more of them together."""
        if (known := self._read.get(at)) is not None:
            return known
        self._ahead = min(2 * self._ahead, 1024) if at == self._next else 1
        self._next = end = min(at + self._ahead, self.laid)
        for number, event in self._again(at, end).items():
            self._read.setdefault(number, event)  # who read it meanwhile has the same one
        return self._read[at]

    def _again(self, first: int, end: int) -> Mapping[int, Event]:
        keys = {at: self.key(at) for at in range(first, end)}
        told = self._shelf.read(list(keys.values()), self.columns.record[first:end].tolist())
        out = {at: told[key] for at, key in keys.items()}
        for at in keys.keys() & self.completes.keys():
            early = self._shelf.read(self.completes[at], ())
            before = [Said(event, key, NOBODY) for key, event in early.items()]
            out[at] = completed(Said(out[at], keys[at], NOBODY), before).event
        return out

    def setting(self, at: int) -> Setting:
        """What an event has in common with many."""
        return self._shelf.settings[int(self.columns.setting[at])]

    def day(self, at: int) -> date:
        """The local day on which an event happened; by UTC where its zone cannot be read."""
        return _dated(int(self._days[at]))

    @cached_property
    def _days(self) -> Whole:
        """(events) days since 1970."""
        shifts = np.zeros(int(self.columns.zone.max(initial=-1)) + 1, np.int64)
        for zone in np.unique(self.columns.zone).tolist():
            with suppress(ValueError):
                shifts[zone] = offset(self._shelf.texts[zone]) // MICROSECOND
        days: Whole = (self.columns.since + shifts[self.columns.zone]) // (DAY // MICROSECOND)
        return days


@lru_cache(maxsize=4096)
def _dated(days: int) -> date:
    return EPOCH.date() + timedelta(days)


def _shelved(events: Events, at: int) -> Said:
    one = object.__new__(ShelvedSaid)
    object.__setattr__(one, "of", events)
    object.__setattr__(one, "at", at)
    return one
