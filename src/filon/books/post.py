"""Posting: movements in order of time become holdings and flows, in whole milligrams, double entry throughout.

Every rule is one of the custody reference's: holdings are well mixed (I-7), a heel stays with its mixture (I-8),
losses take the pool's mixture (I-9), what is not explained goes to `unaccounted` in the open (I-10), and what nobody
declared is unknown, never zero (I-1).

    book = post(said, Register.of(master_data))
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from filon.books.articles import assembly, disassembly, serials_twice
from filon.books.book import Book
from filon.books.counted import count
from filon.books.effective import effective
from filon.books.journal import Journal
from filon.books.movement import Kind, Line, Movement, Said, movements
from filon.books.order import ordered
from filon.books.ranges import read_all
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
    with collector_paused():  # by time: in the order in which they were read, more or less, and stand in memory
        return _posted(sorted(said, key=lambda one: (one.event.eventTime, one.key)), register, scope)


def _posted(said: list[Said], register: Register, scope: frozenset[str] | None) -> Book:
    counted, findings = effective(said)
    moves: list[Movement] = []
    for one in movements(counted):
        if isinstance(one, Finding):
            findings.append(one)
        else:
            moves.append(one)
    in_order, doubts = ordered(moves)
    journal = Journal(register, findings + doubts, scope)
    journal.ranges = read_all(counted)
    for deed in in_order:
        for move in deed:
            journal.remember(move)
        journal.expect(deed)
    for ident, attribute, values in register.conflicts:
        both = ", ".join(values)
        journal.findings.append(
            found("BOK-037", found=both, name=register.name(ident), attribute=attribute, values=both)
        )
    told: list[Said] = []
    for deed in in_order:
        journal.event = len(told)
        told += [move.said for move in deed]
        _post(journal, deed)
    return Book(
        events=told,
        holdings=journal.holdings,
        flows=journal.flows,
        checks=journal.checks,
        declared=journal.declared,
        register=register,
        findings=journal.findings + serials_twice(journal),
        scope=scope,
    )


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
