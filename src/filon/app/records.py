"""Between events and the store: what is kept of an event, and by which identifiers it can be found."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any, overload

import orjson

from filon.books.cone import further, pieces_of
from filon.books.movement import Said
from filon.books.register import Register, serial
from filon.core.ident import elements
from filon.core.quick import quickly
from filon.epcis.body import dumped, event_from_json, members
from filon.epcis.document import Document, MasterElement
from filon.epcis.event import Event
from filon.epcis.key import body_key
from filon.epcis.plain import Plain
from filon.epcis.words import words
from filon.log.store import Record, Stored
from filon.passport.life import named

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ARTICLES = ("epcList", "childEPCs", "inputEPCList", "outputEPCList")
_LOTS = ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")
_articles, _lots = attrgetter(*_ARTICLES), attrgetter(*_LOTS)
MASTER = ("kind", "urn:filon:master")
"""The mark of every record that holds master data."""
ACTIVITY = ("kind", "urn:filon:activity")
"""The mark of every event that says what was used."""
POINTS = ("kind", "urn:filon:points")
"""The mark of every event that says data points of a passport."""
LIFE = ("kind", "urn:filon:life")
"""The mark of every event that says what became of batteries."""
CUSTODY = ("kind", "urn:filon:custody")
"""The mark of every event that says something of certificates, claims or credits."""
_MASTER_BODY = b'{"master":'


class Records(Sequence[Record]):
    """The records of a document, its events first and in their order: keys at once, the rest when asked for.

    A file of 100 000 rows is never held twice: a record is made when the store takes it and forgotten after.
    """

    def __init__(self, document: Document) -> None:
        self.events = document.events
        self.master = master_records(document)
        self.keys = [body_key(event) for event in self.events] + [record.key for record in self.master]

    @property
    def when(self) -> dict[bytes, int]:
        """{key: when it happened}, of all."""
        times = [(event.eventTime - EPOCH) // _MICROSECOND for event in self.events]
        return dict(zip(self.keys, times + [0] * len(self.master), strict=True))

    def __len__(self) -> int:
        return len(self.keys)

    @overload
    def __getitem__(self, index: int) -> Record: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Record]: ...
    def __getitem__(self, index: int | slice) -> Record | Sequence[Record]:
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        return self._event(index) if index < len(self.events) else self.master[index - len(self.events)]

    def __iter__(self) -> Iterator[Record]:
        yield from map(self._event, range(len(self.events)))
        yield from self.master

    def _event(self, index: int) -> Record:
        return event_record(self.events[index], self.keys[index])


class Made(list[Record]):
    """Records that were made at once: of events that nobody needs any more as soon as they are records."""

    @property
    def keys(self) -> list[bytes]:
        """Their keys, in their order."""
        return [record.key for record in self]

    @property
    def when(self) -> dict[bytes, int]:
        """{key: when it happened}, of all."""
        return {record.key: record.occurred for record in self}

    @classmethod
    def of(cls, events: Iterable[Event], about: Document) -> Made:
        """One record an event, then one a master data element of `about`."""
        return cls((*map(event_record, events), *master_records(about)))


def records(document: Document) -> Records:
    """One record an event, then one a master data element, in document order."""
    return Records(document)


def event_record(event: Event, key: bytes = b"") -> Record:
    """The event's key (given where it is known already), time, canonical body and marks."""
    occurred = (event.eventTime - EPOCH) // _MICROSECOND
    told = members(event)
    body = dumped(told)
    return Record(key or body_key(event, told), event.eventID or "", occurred, body, tuple(marks(event)), words(body))


_MICROSECOND = datetime.resolution


def plain_record(event: Plain) -> Record:
    """The record of an event that was read quickly: the very same that `event_record` makes."""
    body, key, name, time, things, said, _, _ = event
    return _record(key, name, (time - EPOCH) // _MICROSECOND, body, _plain_marks(things, name), said)


_record = quickly(Record)


def _plain_marks(things: Sequence[tuple[str, str]], event: str) -> tuple[tuple[str, str], ...]:
    told, also, lots = [], [], []
    for thing in things:
        role, name = thing
        if role in _PIECES:
            told.append(thing)
            if batch := _batch(name):
                also.append(batch)
        elif role in _LOTS:
            told.append(thing)
            lots.append(name)
        elif role == "activity":
            told.append(ACTIVITY)
        elif role == "errorDeclaration":
            also.insert(0, event)
        elif role != "serials":
            told.append(thing)
    if ("serials", "") in things:
        also += [item for lot in lots if (item := _item_of(lot))]
    if also:
        there = {identifier for _, identifier in told}
        told += [("also", name) for name in dict.fromkeys(also) if name and name not in there]
    return tuple(told)


_PIECES = frozenset(_ARTICLES)


def _batch(piece: str) -> str:
    """The name by which the pieces of an article's GTIN are found; empty if it has no serial number of digits."""
    if piece[_SERIAL:].isdecimal() and (alike := _alike(piece[:_SERIAL])):
        return alike
    number = serial(piece)
    return pieces_of(number[0]) if number else ""


@lru_cache(maxsize=4_096)
def _alike(piece: str) -> str:
    """The same of a Digital Link without its serial number."""
    article = _ARTICLE.fullmatch(piece)
    return pieces_of(article[1]) if article else ""


_ARTICLE = re.compile(r"https://id\.gs1\.org/01/(\d{14})/21/")
_SERIAL = len("https://id.gs1.org/01/04012345000016/21/")
_LOT = re.compile(r"https://id\.gs1\.org/01/(\d{14})/10/[^/?#]+")


def _item_of(lot: str) -> str:
    plainly = _LOT.fullmatch(lot)
    return plainly[1] if plainly else elements(lot).get("01", "")


def master_record(kind: str, element: MasterElement) -> Record:
    """The master data of one thing; the same thing said again is the same record."""
    said = {"attributes": dict(element.attributes), "children": list(element.children), "id": element.id, "type": kind}
    body = orjson.dumps({"master": said}, option=orjson.OPT_SORT_KEYS, default=str)
    return Record(hashlib.sha256(body).digest(), "", 0, body, (MASTER, ("master", element.id)))


def master_records(document: Document) -> list[Record]:
    """One record a thing that the document's master data describe."""
    return [master_record(each.type, element) for each in document.master for element in each.elements]


def marks(event: Event) -> Iterator[tuple[str, str]]:
    """(role, identifier) for everything an event can be found by; roles are the standard's field names, or `also`."""
    told = _fields(event)
    yield from told
    if more := dict.fromkeys(further(event)):
        there = {identifier for _, identifier in told}
        yield from (("also", name) for name in more if name not in there)


def _fields(event: Event) -> list[tuple[str, str]]:
    told = [(role, epc) for role, epcs in zip(_ARTICLES, _articles(event), strict=True) if epcs for epc in epcs]
    told += [(role, lot.epcClass) for role, lots in zip(_LOTS, _lots(event), strict=True) if lots for lot in lots]
    if event.parentID:
        told.append(("parentID", event.parentID))
    told += [("bizTransaction", transaction.value) for transaction in event.bizTransactionList]
    if event.transformationID:
        told.append(("transformationID", event.transformationID))
    if own := event.own("own"):
        told.append(("own", str(own)))
    for member, mark in _OWN_KINDS:
        if event.own(member):
            told.append(mark)
    if event.own("life"):
        told += [("life", name) for name in dict.fromkeys(named(event))]
    return told


_OWN_KINDS = (("activity", ACTIVITY), ("points", POINTS), ("life", LIFE), ("custody", CUSTODY))


def is_master(body: bytes) -> bool:
    """Whether a stored body holds master data."""
    return body.startswith(_MASTER_BODY)


def said(stored: Stored) -> Said:
    """A stored event as the books take it."""
    return _said(event_from_json(stored.body), stored.key.hex(), stored.entry, (), stored.sequence)


_said = quickly(Said)


def register(stored: Iterator[Stored]) -> Register:
    """The register that stored master data make."""
    return Register.of(_datum(orjson.loads(one.body)["master"]) for one in stored)


def _datum(master: dict[str, Any]) -> tuple[str, str, dict[str, Any]]:
    return master["type"], master["id"], master["attributes"]
