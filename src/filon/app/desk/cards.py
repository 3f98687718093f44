"""What events name, as the standard's collections: steps, places, dispositions, types, pieces and lots.

Steps, places and the like are few: their card index is kept in the desk's file and brought up to date by the events
that came since. Pieces and lots are many: they are read from the ledger in the order first met, page by page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from threading import Lock
from typing import Any

import orjson

from filon.app.desk.answers import Answers, Position
from filon.app.desk.file import Desk
from filon.app.records import is_master
from filon.core.ident import canonical
from filon.epcis import cbv
from filon.log.store import Store, Stored

EVENT_TYPES = ("ObjectEvent", "AggregationEvent", "TransactionEvent", "TransformationEvent", "AssociationEvent")
THINGS = ("epcList", "childEPCs", "inputEPCList", "outputEPCList", "parentID",
          "quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")  # fmt: skip
KINDS = {"eventTypes": "type", "bizSteps": "bizStep", "bizLocations": "bizLocation", "readPoints": "readPoint",
         "dispositions": "disposition"}  # fmt: skip
"""{collection: member of the event}."""
_STANDING = {
    "eventTypes": frozenset(EVENT_TYPES),
    "bizSteps": cbv.WORDS["bizStep"],
    "dispositions": cbv.WORDS["disposition"],
}
_URN = re.compile(rb"urn:epc:(?:id|class|idpat):[a-z]+:(\d{6,12})\.")
_BATCH = 10_000
_LISTS = ("epcList", "childEPCs", "inputEPCList", "outputEPCList")
_QUANTITIES = ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")


class Cards:
    """The card index over one ledger."""

    def __init__(self, desk: Desk, answers: Answers) -> None:
        self.desk = desk
        self.answers = answers
        self.store: Store = answers.store
        self._lock = Lock()

    def values(self, collection: str) -> list[str]:
        """The values of a collection, sorted: the standard's words and those that events name."""
        self._catch_up()
        seen = {value for (value,) in self.desk.rows("SELECT value FROM card WHERE kind = ?", (KINDS[collection],))}
        return sorted(seen | _STANDING.get(collection, frozenset()))

    def spelled(self, collection: str, value: str) -> str:
        """A value as events hold it: bare words, canonical identifiers."""
        if collection in {"bizSteps", "dispositions"}:
            return cbv.bare(KINDS[collection], value)
        return value if collection == "eventTypes" else canonical(value)

    def knows(self, collection: str, value: str) -> bool:
        """Whether the standard or an event names the value (as spelled here)."""
        if collection == "epcs":
            return next(iter(self.store.touching([value], roles=THINGS)), None) is not None
        return value in _STANDING.get(collection, ()) or value in self.values(collection)

    def learn(self, data: bytes) -> None:
        """Keep the company prefixes that EPC URNs in a document show: the keys alone do not tell where they end."""
        low = data.lower()
        new = {("prefix", match.decode()) for match in _URN.findall(low)} if b"urn:epc:" in low else set()
        new -= {("prefix", known) for known in self.prefixes()}
        if new:
            with self.desk.changing() as connection:
                connection.executemany("INSERT INTO card VALUES (?, ?) ON CONFLICT DO NOTHING", sorted(new))

    def prefixes(self) -> dict[str, int]:
        """{company prefix: its length} of all seen in EPC URNs."""
        rows = self.desk.rows("SELECT value FROM card WHERE kind = 'prefix'")
        return {value: len(value) for (value,) in rows}

    def things(self, per_page: int, at: Position | None) -> tuple[list[str], Position | None]:
        """A page of the pieces and lots that events name, in the order first met."""
        at = at or Position(self.store.size(), 0)
        page: list[str] = []
        for stored in self.store.records(after=(at.after >> _SHIFT) - 1, size=at.size):
            for place, name in enumerate(self._first_met(stored)):
                here = (stored.sequence << _SHIFT) + place
                if here >= at.after:
                    if len(page) == per_page:
                        return page, Position(at.size, here)
                    page.append(name)
        return page, None

    def _first_met(self, stored: Stored) -> Iterator[str]:
        if is_master(stored.body):
            return
        for name in dict.fromkeys(_things(orjson.loads(stored.body))):
            first = next(iter(self.store.touching([name], roles=THINGS)))
            if first.sequence == stored.sequence:
                yield name

    def _catch_up(self) -> None:
        """Read the events that came since; a ledger whose records were made anew is read from the start."""
        with self._lock:
            last, key = self._mark()
            if last >= 0 and not self._stands(last, key):
                self.desk.change("DELETE FROM card WHERE kind <> 'prefix'")
                last = -1
            batch: list[Stored] = []
            for stored in self.store.records(after=last):
                batch.append(stored)
                if len(batch) == _BATCH:
                    self._file(batch)
                    batch = []
            self._file(batch)

    def _mark(self) -> tuple[int, bytes]:
        row = self.desk.row("SELECT sequence, key FROM mark WHERE name = 'cards'")
        return (int(row[0]), bytes(row[1])) if row else (-1, b"")

    def _stands(self, sequence: int, key: bytes) -> bool:
        there = next(self.store.records(after=sequence - 1), None)
        return there is None or there.sequence != sequence or there.key == key

    def _file(self, batch: list[Stored]) -> None:
        if not batch:
            return
        new = {card for stored in batch if not is_master(stored.body) for card in _cards(orjson.loads(stored.body))}
        with self.desk.changing() as connection:
            connection.executemany("INSERT INTO card VALUES (?, ?) ON CONFLICT DO NOTHING", sorted(new))
            last = batch[-1]
            connection.execute(
                """INSERT INTO mark VALUES ('cards', ?, ?)
                ON CONFLICT (name) DO UPDATE SET sequence = excluded.sequence, key = excluded.key""",
                (last.sequence, last.key),
            )


_SHIFT = 20  # an event names fewer than a million things


def _cards(body: dict[str, Any]) -> Iterable[tuple[str, str]]:
    for kind in KINDS.values():
        value = body.get(kind)
        if isinstance(value, dict):
            value = value.get("id")
        if value:
            yield kind, value


def _things(body: dict[str, Any]) -> Iterator[str]:
    if "parentID" in body:
        yield body["parentID"]
    for role in _LISTS:
        yield from body.get(role, ())
    for role in _QUANTITIES:
        yield from (item["epcClass"] for item in body.get(role, ()))
