"""What a declared error changed: the books are made with and without it and compared.

"Without" leaves out the declaration and the events that correct it, and nothing else: whatever was learned meanwhile is
in both books, so that each difference comes of the correction alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from filon.app.desk.answers import minted
from filon.app.ledger import Ledger
from filon.app.records import is_master, said
from filon.books.lot import LotId
from filon.books.movement import Said
from filon.books.post import post
from filon.core.errors import NotFoundError
from filon.core.moment import Known
from filon.epcis.event import Event
from filon.epcis.key import body_key
from filon.epcis.moments import written
from filon.views.affected import AffectedStatement, AffectedView, Retraction
from filon.views.build.affected import affected_view
from filon.views.build.sight import Sight

_LIFE = frozenset({"deposit", "key", "stamp", "import", "erasure", "did"})
"""Kinds of entries that are no statement."""


@dataclass(frozen=True, slots=True)
class _Taken:
    """A declaration with the events that correct it."""

    declaration: Said
    corrections: tuple[Said, ...]
    name: str

    @property
    def keys(self) -> set[str]:
        return {one.key for one in (self.declaration, *self.corrections)}

    def retraction(self, ledger: Ledger) -> Retraction:
        """As it is told."""
        told = self.declaration.event.errorDeclaration
        assert told is not None
        come = {one.event.eventID for one in self.corrections}
        return Retraction(
            event=self.name,
            declared=written(told.declarationTime),
            by=ledger.store.entry(self.declaration.entry).submitter,
            reason=told.reason or "",
            corrections=told.correctiveEventIDs,
            missing=tuple(name for name in told.correctiveEventIDs if name not in come),
            entries=tuple(sorted({one.entry for one in (self.declaration, *self.corrections)})),
        )


def affected(
    ledger: Ledger, after: Sight, event: str = "", *, element: str = "", as_of: Known | None = None
) -> AffectedView:
    """Every lot, balance and statement that the retraction of an event changed, and who must be told.

    Args:
        after: the books with all that is known then.
        event: its identifier, as in the files or as we gave it (`ni:///sha-256;..`); empty = all retractions.
        element: of which kg are told.

    Raises:
        NotFoundError: nobody has declared an error of that event.
    """
    everything = list(ledger.said(as_of))
    taken = _chain(list(_retractions(everything)), event)
    if event and not taken:
        raise NotFoundError(f"nobody has declared an error of event {event}")
    gone = set[str]().union(*(one.keys for one in taken))
    book = post([one for one in everything if one.key not in gone], ledger.register(as_of))
    before = replace(after, book=book)
    statements = _statements(ledger, after.state.size)
    return affected_view(before, after, [one.retraction(ledger) for one in taken], statements, element=element)


def taken_back(ledger: Ledger, lot: LotId, as_of: Known | None) -> tuple[str, ...]:
    """Names of the events about a lot that their sender took back."""
    found = ledger.store.touching([lot], size=ledger.size(as_of))
    declared = (said(one).event for one in found if b'"errorDeclaration"' in one.body and not is_master(one.body))
    return tuple(sorted({_name(event) for event in declared if event.errorDeclaration is not None}))


def _chain(retractions: list[_Taken], event: str) -> list[_Taken]:
    """The retractions of an event, and those of the events that corrected it: a correction may be wrong too."""
    chain = [one for one in retractions if event in {"", one.name}]
    for taken in chain:  # grows as it is walked
        corrections = {each.event.eventID for each in taken.corrections}
        chain += [one for one in retractions if one.name in corrections and one not in chain]
    return chain


def _name(event: Event) -> str:
    """What an event is called that a declaration is about."""
    return event.eventID or minted(body_key(replace(event, errorDeclaration=None)))


def _retractions(everything: list[Said]) -> Iterator[_Taken]:
    by_name: dict[str, list[Said]] = {}
    for one in everything:
        if one.event.eventID and one.event.errorDeclaration is None:
            by_name.setdefault(one.event.eventID, []).append(one)
    for one in everything:
        told = one.event.errorDeclaration
        if told is not None:
            name = _name(one.event)
            ids = [each for each in dict.fromkeys(told.correctiveEventIDs) if each != name]  # none corrects itself
            yield _Taken(one, tuple(each for named in ids for each in by_name.get(named, ())), name)


def _statements(ledger: Ledger, size: int) -> Iterator[tuple[AffectedStatement, bytes]]:
    for entry in ledger.store.entries(size=size):
        if entry.kind not in _LIFE and not entry.erased:
            told = AffectedStatement(entry.index, entry.name, written(entry.learned), ())
            yield told, ledger.store.payload(entry.index)
