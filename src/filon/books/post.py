"""Posting: movements in order of time become holdings and flows, in whole milligrams, double entry throughout.

Every rule is one of the custody reference's: holdings are well mixed (I-7), a heel stays with its mixture (I-8),
losses take the pool's mixture (I-9), what is not explained goes to `unaccounted` in the open (I-10), and what nobody
declared is unknown, never zero (I-1).

    book = post(said, Register.of(master_data))
    posting = Posting(said, register, past=Past())   # the same, and it may go on
    posting.grow(later)                              # posting.book is the book of both
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, MutableSequence
from copy import copy
from typing import NamedTuple, cast

from filon.books.articles import assembly, disassembly, serials_twice
from filon.books.book import Book
from filon.books.counted import count
from filon.books.effective import effective
from filon.books.journal import Journal
from filon.books.movement import Kind, Line, Movement, Said, movements
from filon.books.order import ordered
from filon.books.past import Past
from filon.books.ranges import Named, read_along
from filon.books.register import Register
from filon.books.steps import step
from filon.books.stock import birth, removal
from filon.books.transport import dispatch, receipt
from filon.core.finding import Finding, found
from filon.core.pause import collector_paused


def post(said: Iterable[Said], register: Register, scope: frozenset[str] | None = None) -> Book:
    """The book of some events.

    Args:
        said: events in any order; the result does not depend on it.
        scope: only these lots are followed (all their movements must be among `said`); None = all.

    Returns:
        A book in which, for every substance, what is in all holdings together equals what came in less what went out.
    """
    return Posting(said, register, scope).book


class Posting:
    """A posting run, which may go on: what happened later is posted on top of what was, not everything anew.

    Args:
        past: remembers what may follow; None = the run does not go on.
    """

    def __init__(
        self, said: Iterable[Said], register: Register, scope: frozenset[str] | None = None, past: Past | None = None
    ) -> None:
        self.journal = Journal(register, [], scope)
        self.past = past
        self.events: MutableSequence[Said] = []
        self.early: Early = ([], [], [], [])
        self.posted: list[Finding] = []
        self._made: Callable[..., Book] = Book
        with collector_paused():
            self._add(*_read(said))
            self.book = self._book()

    @classmethod
    def resumed(  # noqa: PLR0917 - what a run is made of
        cls, journal: Journal, past: Past, book: Book, early: Early, posted: list[Finding], made: Callable[..., Book]
    ) -> Posting:
        """A run that goes on from what an earlier one left; `made` makes its books."""
        one = cls((), journal.register, past=past)
        one.journal, one.book, one.early, one.posted, one._made = journal, book, early, posted, made
        one.events = cast("MutableSequence[Said]", book.events)
        return one

    def grow(self, said: Iterable[Said]) -> bool:
        """Post further events; books made before stay as they are.

        Returns:
            False, and nothing has changed, if they do not simply follow: then everything has to be posted anew. If
            True, `book` is the book of all, equal to one posted anew.
        """
        with collector_paused():
            fresh = _read(said)
            if self.past is None or not self.past.may_precede(fresh.said, fresh.moves, self.journal.declared):
                return False
            older = self.book
            self.journal.turn_over()
            self.events = copy(self.events)
            self._add(*fresh)
            self.book = self._book()
            self.book.go_on_from(older)
        return True

    def _add(self, said: list[Said], ranges: Mapping[str, Named], moves: list[Movement], findings: _Findings) -> None:
        journal = self.journal
        in_order, doubts = ordered(moves)
        journal.ranges = ranges
        for kept, more in zip(self.early, (*findings, doubts), strict=False):
            kept.extend(more)
        journal.findings = self.early[-1]
        for deed in in_order:
            for move in deed:
                journal.remember(move)
            journal.expect(deed)
        journal.findings = self.posted
        for deed in in_order:
            journal.event = len(self.events)
            self.events += [move.said for move in deed]
            journal.unshare(deed)
            _post(journal, deed)
        if self.past is not None:
            self.past.note(said, moves)

    def _book(self) -> Book:
        journal = self.journal
        early = [finding for some in (*self.early, _conflicts(journal.register)) for finding in some]
        return self._made(
            events=self.events,
            holdings=journal.holdings,
            flows=journal.flows,
            checks=journal.checks,
            declared=journal.declared,
            register=journal.register,
            findings=[*early, *self.posted, *serials_twice(journal)],
            scope=journal.scope,
        )


Early = tuple[list[Finding], list[Finding], list[Finding], list[Finding]]
"""What is found before anything is posted: of `effective`, of `movements`, of `ordered`, of declarations."""
_Findings = tuple[list[Finding], list[Finding]]
"""Of `effective` and of `movements`."""


class _Read(NamedTuple):
    """Events before they are posted: all of them, the pieces that they name, and what those mean that count."""

    said: list[Said]
    ranges: Mapping[str, Named]
    moves: list[Movement]
    findings: _Findings


def _read(said: Iterable[Said]) -> _Read:
    everything, ranges = read_along(said)
    # By time: in the order in which they were read, more or less, and stand in memory.
    in_order = sorted(everything, key=lambda one: (one.event.eventTime, one.key))
    counted, findings = effective(in_order)
    moves: list[Movement] = []
    unreadable: list[Finding] = []
    for one in movements(counted):
        if isinstance(one, Finding):
            unreadable.append(one)
        else:
            moves.append(one)
    return _Read(in_order, ranges, moves, (findings, unreadable))


def _conflicts(register: Register) -> Iterator[Finding]:
    for ident, attribute, values in register.conflicts:
        both = ", ".join(values)
        yield found("BOK-037", found=both, name=register.name(ident), attribute=attribute, values=both)


def _post(journal: Journal, deed: list[Movement]) -> None:
    move = deed[0]
    journal.said = move.said
    if move.kind is Kind.STEP:
        step(journal, deed)
    elif move.kind in _WHOLE:
        _WHOLE[move.kind](journal, move)
    else:
        for line in journal.unpacked(move.gives or move.takes):
            _BY_LINE[move.kind](journal, move, line)


def _packing(journal: Journal, move: Movement) -> None:
    """What is in a container keeps its identity and moves with it.

    Findings:
        BOK-033: the container would contain itself; that line is left out.
    """
    inside = journal.packed.setdefault(move.parent, [])
    for line in move.takes:
        if line.lot == move.parent or journal.contains(line.lot, move.parent):
            journal.findings.append(found("BOK-033", move.said.place, container=journal.name(move.parent)))
        else:
            inside.append(line)


def _unpacking(journal: Journal, move: Movement) -> None:
    out = {line.lot for line in move.gives}
    journal.packed[move.parent] = [line for line in journal.packed.get(move.parent, []) if out and line.lot not in out]


def _void(journal: Journal, move: Movement, line: Line) -> None:
    receipt(journal, move, Line(line.lot, None), back=True)


_WHOLE: Mapping[Kind, Callable[[Journal, Movement], None]] = {
    Kind.ASSEMBLY: assembly,
    Kind.DISASSEMBLY: disassembly,
    Kind.PACKING: _packing,
    Kind.UNPACKING: _unpacking,
}
_BY_LINE: Mapping[Kind, Callable[[Journal, Movement, Line], None]] = {
    Kind.BIRTH: birth,
    Kind.RECEIPT: receipt,
    Kind.DISPATCH: dispatch,
    Kind.VOID: _void,
    Kind.COUNT: count,
    Kind.REMOVAL: removal,
}
