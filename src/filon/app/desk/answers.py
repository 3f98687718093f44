"""Answering a query from the ledger: page by page, each page of the ledger as it was when the first one was asked.

Without an order events come as they were recorded; a page is read from where the last one ended and nothing is read
twice. With an order, or a limit on all matches, the matches are gathered once and kept for the next pages.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from itertools import islice
from threading import Lock
from typing import Any, cast

import orjson

from filon.app.desk.exceptions import NoSuchResourceException, QueryTooLargeException
from filon.app.desk.questions import Clues, Question
from filon.app.ledger import Ledger
from filon.app.records import MASTER, is_master
from filon.core.pause import collector_paused
from filon.core.recent import Recent
from filon.epcis.asked import Master
from filon.epcis.body import Glimpse, Halves, event_from_json, halves, stored_members
from filon.epcis.event import Event
from filon.epcis.key import body_key
from filon.epcis.moments import written
from filon.epcis.predicates import Query
from filon.epcis.words import words
from filon.log.leaf import micros
from filon.log.store import EVER, Stored

GATHERED = 200_000
"""So many matches can be put in order; more are too many to order."""
_KEPT = 32
_MINTED = re.compile(r"ni:///sha-256;([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page begins: in the ledger of `size` entries, after so many events (ordered) or after a sequence."""

    size: int
    after: int


@dataclass(frozen=True, slots=True)
class Page:
    """Some events as they are stored and where the next page begins; None after the last."""

    stored: tuple[Stored, ...]
    following: Position | None


def minted(key: bytes) -> str:
    """The event id that we give an event without one: the hash of what it says.

    Source: EPCIS 2.0, 7.4.1 (eventID optional, server may assign); RFC 6920.
    """
    return f"ni:///sha-256;{key.hex()}"


class Answers:
    """Answers about one ledger; may be asked from several threads."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.store = ledger.store
        self._learned = lru_cache(maxsize=65_536)(self._learned_of)
        self._written = lru_cache(maxsize=4_096)(lambda entry: written(self._learned(entry)))
        self._gathered = Recent[tuple[str, int], tuple[int, ...]](_KEPT)
        self._masters: dict[int, Master] = {}
        self._lock = Lock()

    @collector_paused()
    def page(self, question: Question, per_page: int, at: Position | None = None) -> Page:
        """One page.

        Raises:
            QueryTooLargeException: more matches than the query, or ordering, allows.
        """
        at = at or Position(self.store.size(), -1)
        query = question.query(self.master(at.size) if question.needs_master else Master())
        if query.order_by or query.most is not None:
            return self._ordered_page(question, per_page, at)
        found = list(islice(self._matches(question, at.size, at.after), per_page + 1))
        if len(found) <= per_page:
            return Page(tuple(found), None)
        kept = found[:per_page]
        return Page(tuple(kept), Position(at.size, kept[-1].sequence))

    def matches(self, question: Question, *, after: int, size: int) -> Iterator[Event]:
        """Events that match among those recorded after a sequence, in the order recorded; `place` is the sequence."""
        return map(self.shown, self._matches(question, size, after))

    def event(self, name: str) -> tuple[Event, ...]:
        """The event of that id and its error declarations.

        Raises:
            NoSuchResourceException: no event has it.
        """
        found = [self.shown(stored) for stored in self.store.named(name) if not is_master(stored.body)]
        found += self._minted(name)
        if not found:
            raise NoSuchResourceException(f"no event has the id {name}")
        return tuple(found)

    def shown(self, stored: Stored) -> Event:
        """A stored event as partners see it: with our record time and an id."""
        event = event_from_json(stored.body)
        # Set in place: the event was made in the line before and nobody else holds it; a copy costs as much as reading.
        put = object.__setattr__
        put(event, "recordTime", self._learned(stored.entry))
        put(event, "place", str(stored.sequence))
        if not event.eventID:
            put(event, "eventID", minted(stored.key))
        return event

    def told(self, stored: Stored) -> dict[str, Any] | Halves:
        """The members of `shown`, without making an event of them; in halves where partners are written just these."""
        body, time = stored.body, self._written(stored.entry)
        parted = None if b'"recordTime":' in body else halves(body)
        if parted is None:
            said = stored_members(body)
            said["recordTime"] = time
            said.setdefault("eventID", minted(stored.key))
            return said
        name = "" if '"eventID":' in parted.before else f',"eventID":"{minted(stored.key)}"'
        return parted._replace(after=f'{parted.after[:-1]},"recordTime":"{time}"{name}}}')

    def _glimpsed(self, stored: Stored) -> Event:
        """`shown` for the eyes of a query."""
        known = {"recordTime": self._learned(stored.entry), "place": str(stored.sequence)}
        return cast("Event", Glimpse(stored.body, known, minted(stored.key)))

    def master(self, size: int) -> Master:
        """Master data as queries need them."""
        with self._lock:
            if size not in self._masters:
                self._masters = {size: self._master(size)}
            return self._masters[size]

    def last_sequence_before(self, time: datetime) -> int:
        """The last sequence recorded before a moment; -1 if there was none."""
        first = self._entry_at(micros(time), self.store.size())
        ahead = next(self.store.records(first=first), None)
        if ahead is not None:
            return ahead.sequence - 1
        return self.last_sequence()

    def last_sequence(self, size: int | None = None) -> int:
        """The sequence recorded last, when the log had so many entries; -1 if none."""
        for entry in range((self.store.size() if size is None else size) - 1, -1, -1):
            last = -1
            for stored in self.store.records(first=entry, size=entry + 1):
                last = stored.sequence
            if last >= 0:
                return last
        return -1

    def _matches(self, question: Question, size: int, after: int) -> Iterator[Stored]:
        query = question.query(self.master(size) if question.needs_master else Master())
        clues, worded = question.clues, question.asks_words
        for stored in self._candidates(clues, size, after):
            if stored.sequence <= after or is_master(stored.body):
                continue
            if _told(clues, stored) if worded else self._holds(question, query, self._glimpsed(stored)):
                yield stored

    @staticmethod
    def _holds(question: Question, query: Query, event: Event) -> bool:
        return question.holds(event) and query.matches(event)

    def _candidates(self, clues: Clues, size: int, after: int) -> Iterable[Stored]:
        if clues.names is not None:
            return self._by_name(clues.names, size)
        if clues.identifiers is not None:
            return self.store.touching(clues.identifiers, roles=clues.roles, size=size)
        first, end = clues.recorded
        begin, end = self._entry_at(first, size), self._entry_at(end + 1, size)
        if not clues.words and clues.occurred == EVER:
            return self.store.records(after=after, first=begin, size=end)
        return self.store.having(clues.words, occurred=clues.occurred, after=after, first=begin, size=end)

    def _by_name(self, names: Sequence[str], size: int) -> list[Stored]:
        keys = [bytes.fromhex(match.group(1)) for name in names if (match := _MINTED.fullmatch(name))]
        found = [stored for name in dict.fromkeys(names) for stored in self.store.named(name, size=size)]
        unnamed = (one for one in self.store.keyed(keys, size=size) if b'"eventID":' not in one.body)
        return sorted({one.sequence: one for one in (*found, *unnamed)}.values(), key=lambda one: one.sequence)

    def _minted(self, name: str) -> list[Event]:
        """The event that bears an id of ours, and the declarations that take it back."""
        match = _MINTED.fullmatch(name)
        stored = next(self.store.keyed([bytes.fromhex(match.group(1))]), None) if match else None
        if stored is None or is_master(stored.body) or event_from_json(stored.body).eventID:
            return []
        event = event_from_json(stored.body)
        original = body_key(replace(event, errorDeclaration=None))
        things = [name for name in (*event.epcList, *event.childEPCs, *event.inputEPCList, event.parentID or "",
                  *(item.epcClass for item in (*event.quantityList, *event.inputQuantityList))) if name]  # fmt: skip
        others = self.store.touching(things[:1]) if things else iter(())
        declared = [
            self.shown(other)
            for other in others
            if other.key != stored.key
            and b'"errorDeclaration":' in other.body
            and body_key(replace(event_from_json(other.body), errorDeclaration=None)) == original
        ]
        return [self.shown(stored), *declared]

    def _ordered_page(self, question: Question, per_page: int, at: Position) -> Page:
        sequences = self._gather(question, at.size)
        begin = max(at.after, 0)
        chosen = sequences[begin : begin + per_page]
        stored = tuple(next(self.store.records(after=sequence - 1)) for sequence in chosen)
        end = begin + per_page
        return Page(stored, Position(at.size, end) if end < len(sequences) else None)

    def _gather(self, question: Question, size: int) -> tuple[int, ...]:
        key = (question.digest, size)
        with self._lock:
            if key in self._gathered:
                self._gathered.move_to_end(key)
                return self._gathered[key]
        query = question.query(self.master(size) if question.needs_master else Master())
        most = min(query.most if query.most is not None else GATHERED, GATHERED)
        events = list(islice(map(self.shown, self._matches(question, size, -1)), most + 1))
        if len(events) > most:
            raise QueryTooLargeException(f"more than {most} events match; narrow the query, e.g. by GE_eventTime")
        ordered = query.ordered(events)[: query.limit]
        sequences = tuple(int(event.place) for event in ordered)
        with self._lock:
            self._gathered[key] = sequences
        return sequences

    def _entry_at(self, time: int, size: int) -> int:
        """The first entry learned at a moment or later: entries are in the order of time."""
        return bisect_left(range(size), time, key=lambda index: micros(self._learned(index)))

    def _learned_of(self, entry: int) -> datetime:
        return self.store.entry(entry).learned

    def _master(self, size: int) -> Master:
        attributes: dict[str, dict[str, object]] = {}
        children: dict[str, set[str]] = {}
        for stored in self.store.touching([MASTER[1]], roles=[MASTER[0]], size=size):
            said = orjson.loads(stored.body)["master"]
            attributes.setdefault(said["id"], {}).update(said["attributes"])
            children.setdefault(said["id"], set()).update(said["children"])
        return Master(attributes, children)


def _told(clues: Clues, stored: Stored) -> bool:
    """Whether a record that happened when it must has a word of each set; old ones are given whatever they say."""
    return not clues.words or not any(map(frozenset(words(stored.body)).isdisjoint, clues.words))
