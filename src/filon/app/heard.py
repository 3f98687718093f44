"""What was said of a battery, batch or model and what was done to it, looked up when somebody asks for it.

Nobody reads a million measurements to show one battery: the store finds the events that name it. What it gives is what
the whole log gives, for an error is declared by the event's own identifier or by its very words, which name it too.

    Heard(store, size, POINTS_OF).get(battery)      # {code: its statements, oldest first}

Source: EPCIS 2.0, 7.4.1.3 (error declarations).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from filon.app.records import LIFE, POINTS, is_master, said
from filon.books.effective import made
from filon.books.movement import Said
from filon.log.store import Store, Stored
from filon.passport.life import Deed, by_battery, deeds
from filon.passport.statement import Sayings, Statement, statements

T = TypeVar("T")
MOST = 4096
"""So many answers are kept; then the oldest are forgotten."""


@dataclass(frozen=True, slots=True)
class Question(Generic[T]):
    """What is asked about a subject.

    Args:
        roles: in which events name it. mark: of all events that say such a thing. member: of the event that says it.
        told: (subject, events) -> the answer; None = nothing was said.
    """

    roles: tuple[str, ...]
    mark: tuple[str, str]
    member: str
    told: Callable[[str, Iterable[Said]], T | None]
    subjects: Callable[[Iterable[Said]], Iterable[str]]


def _points(subject: str, events: Iterable[Said]) -> Mapping[str, Sequence[Statement]] | None:
    return Sayings.of(statements(events, subject)[0]).by_subject.get(subject)


def _deeds(subject: str, events: Iterable[Said]) -> Sequence[Deed] | None:
    return by_battery(deeds(events)[0]).get(subject)


POINTS_OF: Question[Mapping[str, Sequence[Statement]]] = Question(
    ("epcList", "quantityList"), POINTS, "points", _points, lambda events: Sayings.of(statements(events)[0]).by_subject
)
DEEDS_OF: Question[Sequence[Deed]] = Question(
    ("life", "epcList", "inputEPCList", "outputEPCList", "childEPCs", "parentID"), LIFE, "life", _deeds,
    lambda events: by_battery(deeds(events)[0]),
)  # fmt: skip


@dataclass(frozen=True)
class Heard(Mapping[str, T]):
    """{subject: what was said of it} of the first `size` log entries; only what is asked for is read."""

    store: Store
    size: int
    question: Question[T]
    _kept: dict[str, T | None] = field(default_factory=dict, repr=False)

    def __getitem__(self, subject: str) -> T:
        if subject not in self._kept:
            while len(self._kept) >= MOST:
                self._kept.pop(next(iter(self._kept), ""), None)
            self._kept[subject] = self.question.told(subject, self._naming(subject))
        answer = self._kept[subject]
        if answer is None:
            raise KeyError(subject)
        return answer

    def _naming(self, subject: str) -> list[Said]:
        """The events that count for a subject: those that name it, and those that take one of them back."""
        found = self._bearing(self.store.touching([subject], roles=self.question.roles, size=self.size))
        for one in list(found.values()):
            if one.event.eventID:
                found |= self._bearing(self.store.named(one.event.eventID, size=self.size))
            if lot := made(one.event):
                found |= self._bearing(self.store.touching([lot], size=self.size))
        return list(found.values())

    def _bearing(self, stored: Iterable[Stored]) -> dict[str, Said]:
        told = (said(one) for one in stored if not is_master(one.body))
        return {one.key: one for one in told if one.event.own(self.question.member)}

    def __iter__(self) -> Iterator[str]:
        role, name = self.question.mark
        events = (said(one) for one in self.store.touching([name], roles=[role], size=self.size))
        return iter(self.question.subjects(events))

    def __len__(self) -> int:
        return sum(1 for _ in self)
