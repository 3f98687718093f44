"""A posting run and its book laid down in columns; of a run that came out of columns, those and what is new.

Numbers are kept exactly or not at all: where one does not fit 64 bits, nothing is laid down and the book stays what was
posted. No lot on earth weighs nine million million tonnes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, TypeVar, cast

import numpy as np

from filon.books.book import Check, Flow, Holding
from filon.books.declared import Declared
from filon.books.journal import Journal
from filon.books.lot import Account, LotId
from filon.books.movement import Said
from filon.books.past import Past
from filon.books.post import Posting
from filon.books.ranges import Spans
from filon.books.shelf.lots import Declarations, DeclaredColumns, LotColumns
from filon.books.shelf.notes import BookNotes, RunNotes, declared_notes, noted
from filon.books.shelf.numbers import Array, Contents, Shaping, whole
from filon.books.shelf.recalled import Trait, since
from filon.books.shelf.rows import Rows
from filon.books.shelf.run import PAST, InsideColumns, UseColumns
from filon.books.shelf.shelf import Arrays, DeclaredTexts, ShelvedBook, packed
from filon.books.shelf.tables import (
    EPOCH,
    KINDS,
    MICROSECOND,
    NOBODY,
    VERDICTS,
    AccountColumns,
    Accounts,
    CheckColumns,
    EventColumns,
    FlowColumns,
    HoldingColumns,
    SpanColumns,
)
from filon.books.shelf.texts import Naming, Texts
from filon.epcis.event import SHARED, Event, Setting

T = TypeVar("T")
C = TypeVar("C", bound=tuple[Any, ...])


def laid(posting: Posting) -> Arrays | None:
    """The columns of a posting run and its book; None if they hold a number that columns cannot.

    Raises:
        ValueError: the run does not go on, or knows not all lots.
    """
    if posting.past is None or posting.journal.scope is not None:
        raise ValueError("only a run of everything that may go on is laid down")
    try:
        return _Laying(posting).arrays(posting, posting.past)
    except OverflowError:
        return None


class _Laying:
    """What gets numbers while a book is laid down: names, shapes of contents, accounts, serial numbers."""

    def __init__(self, posting: Posting) -> None:
        self.shelf = shelf = posting.book.shelf if isinstance(posting.book, ShelvedBook) else None
        self.texts = shelf.texts if shelf else Texts.none()
        self.naming = Naming(self.texts)
        self.shapes = Shaping((names, number) for number, names in enumerate(shelf.notes.shapes if shelf else ()))
        self.settings = {one: number for number, one in enumerate(shelf.settings)} if shelf else {}
        self.accounts = _Accounting(shelf.accounts if shelf else None, self.naming)
        self.spans = _Spanning(shelf.spans if shelf else None)

    def arrays(self, posting: Posting, past: Past) -> Arrays:
        """All of it."""
        book, journal = posting.book, posting.journal
        flows = self._flows(book.flows)
        holdings = self._holdings(book.holdings)
        told: dict[str, Array] = {}
        told |= packed("event", self._events(book.events))
        told |= packed("flow", flows)
        told |= packed("holding", holdings)
        told |= packed("check", self._checks(book.checks))
        told |= self._declared(book.declared)
        told |= packed("inside", self._inside(journal))
        told |= packed("use", self._uses(journal, book.events))
        told["run.notes"] = noted(_run(posting, journal, past))
        traits = self._traits(journal, past)
        told |= packed("span", self.spans.columns())
        told |= packed("account", self.accounts.columns())
        texts = self.naming.texts()
        told |= packed("lot", LotColumns.of(holdings.lot, holdings.kind, len(texts)))
        told["run.traits"] = self._marked(traits, len(texts))
        told |= {f"text.{name}": getattr(texts, name) for name in ("text", "ends", "hashes", "place")}
        told["setting.notes"] = noted(list(self.settings))
        told["book.notes"] = noted(BookNotes(list(self.shapes), self._completing(book.events), list(book.findings)))
        return told

    def _events(self, events: Sequence[Said]) -> EventColumns:
        more, _ = _parted(events)
        spans = [said.interval for said in more]
        made = EventColumns(
            np.frombuffer(bytes.fromhex("".join([said.key for said in more])), np.uint8).reshape(-1, 32),
            _small([said.entry for said in more]),
            whole([said.record for said in more]),
            whole([(since - EPOCH) // MICROSECOND for since, _ in spans]),
            whole([(until - EPOCH) // MICROSECOND for _, until in spans]),
            self.naming.numbers([said.event.eventTimeZoneOffset for said in more]),
            _small([self.settings.setdefault(_setting(said.event), len(self.settings)) for said in more]),
        )
        return _joined(self.shelf.events if self.shelf else None, made)

    def _completing(self, events: Sequence[Said]) -> list[tuple[int, tuple[str, ...]]]:
        before = self.shelf.notes.completes if self.shelf else []
        more, _ = _parted(events)
        return before + [
            (at, said.completes) for at, said in enumerate(more, len(events) - len(more)) if said.completes
        ]

    def _flows(self, flows: Sequence[Flow]) -> FlowColumns:
        more, _ = _parted(flows)
        account = self.accounts
        made = FlowColumns(
            _small([flow.event for flow in more]),
            _small([end if isinstance(end := flow.source, int) else -1 - account[end] for flow in more]),
            _small([end if isinstance(end := flow.target, int) else -1 - account[end] for flow in more]),
            whole([flow.amount for flow in more]),
            _small([NOBODY if flow.like is None else flow.like for flow in more]),
            _small([self.spans.number(flow.serials) for flow in more]),
            Contents.of([flow.content for flow in more], self.shapes),
        )
        return _joined(self.shelf.flows if self.shelf else None, made)

    def _holdings(self, holdings: Sequence[Holding]) -> HoldingColumns:
        more, others = _parted(holdings)
        whole_: HoldingColumns = _joined(self.shelf.holdings if self.shelf else None, self._some(more))
        if not others:
            return whole_
        places = np.array(sorted(others), np.int64)
        by = self._some([others[place] for place in places.tolist()])
        return HoldingColumns(*(_replaced(old, places, new) for old, new in zip(whole_, by, strict=True)))

    def _some(self, holdings: Sequence[Holding]) -> HoldingColumns:
        names, shapes = self.naming.numbers, self.shapes
        return HoldingColumns(
            names([one.lot for one in holdings]),
            names([one.site for one in holdings]),
            np.array([KINDS.index(one.kind) for one in holdings], np.uint8),
            _small([one.version for one in holdings]),
            _small([one.made for one in holdings]),
            whole([one.amount for one in holdings]),
            names([one.unit for one in holdings]),
            whole([one.left for one in holdings]),
            _small([NOBODY if one.next is None else one.next for one in holdings]),
            Contents.of([one.content for one in holdings], shapes),
            Contents.of([one.sigma for one in holdings], shapes, float),
            Contents.of([one.left_content for one in holdings], shapes),
        )

    def _checks(self, checks: Sequence[Check]) -> CheckColumns:
        more, _ = _parted(checks)
        names = self.naming.numbers
        made = CheckColumns(
            _small([one.event for one in more]),
            names([one.what for one in more]),
            names([one.lot for one in more]),
            names([one.site for one in more]),
            names([one.substance for one in more]),
            whole([one.into for one in more]),
            whole([one.out for one in more]),
            whole([one.difference for one in more]),
            whole([one.sigma for one in more]),
            np.array([VERDICTS.index(one.verdict) for one in more], np.uint8),
            _small([self.accounts[one.account] for one in more]),
        )
        return _joined(self.shelf.checks if self.shelf else None, made)

    def _declared(self, declared: Mapping[LotId, Declared]) -> Arrays:
        shelf, more = self.shelf, declared.since if isinstance(declared, Declarations) else declared
        unique = {id(told): told for told in more.values()}
        texts = [] if shelf is None else [len(shelf.declarations.ends) - 1]
        number = {one: place for place, one in enumerate(unique, *texts)}
        numbers = {self.naming[lot]: number[id(told)] for lot, told in more.items()}
        what = np.zeros(0, np.int32)
        if shelf is not None:  # what is declared anew stands where it stood
            again = np.flatnonzero(np.isin(shelf.declared.lot, _small(list(numbers))))
            what = np.array(shelf.declared.what)
            what[again] = [numbers.pop(lot) for lot in shelf.declared.lot[again].tolist()]
        columns = DeclaredColumns(_small(list(numbers)), _small(list(numbers.values())))
        columns = _joined(shelf.declared._replace(what=what) if shelf else None, columns)
        notes = declared_notes(list(unique.values()))
        begin = int(shelf.declarations.ends[-1]) if shelf else 0
        ends = np.cumsum([begin, *map(len, notes)], dtype=np.int64)
        made = DeclaredTexts(np.frombuffer(b"".join(notes), np.uint8), ends[1:] if shelf else ends)
        return packed("declared", columns) | packed("declared", _joined(shelf.declarations if shelf else None, made))

    def _inside(self, journal: Journal) -> InsideColumns:
        names, shelf = self.naming.numbers, self.shelf
        rows = [(article, lot, *there) for article, held in journal.inside.items() for lot, there in held.items()]
        made = InsideColumns(
            names([article for article, *_ in rows]),
            names([lot for _, lot, *_ in rows]),
            whole([amount.number for _, _, amount, _ in rows]),
            names([amount.unit for _, _, amount, _ in rows]),
            Contents.of([content for *_, content in rows], self.shapes),
        )
        if shelf is not None:
            before = shelf.run.inside
            kept = np.flatnonzero(~np.isin(before.article, names(list(journal.inside))))
            made = _joined(_taken(before, kept), made)
        return _taken(made, np.argsort(made.article, kind="stable"))

    def _uses(self, journal: Journal, events: Sequence[Said]) -> UseColumns:
        first = events.laid if isinstance(events, Rows) else 0
        place = {said.key: at for at, said in enumerate(events[first:], first)} if journal.used else {}
        rows = [(batch, *use) for batch, used in journal.used.items() for use in _parted(used)[0]]
        made = UseColumns(
            self.naming.numbers([batch for batch, *_ in rows]),
            _small([self.spans.number(spans) for _, spans, _ in rows]),
            _small([place[said.key] for *_, said in rows]),
        )
        return _joined(self.shelf.run.uses if self.shelf else None, made)

    def _traits(self, journal: Journal, past: Past) -> Mapping[Trait, Array]:
        """By trait the numbers of the names that got it since."""
        sets = {Trait.KNOWN: journal.known, Trait.BORN: journal.born}
        sets |= {trait: getattr(past, str(trait.name).lower()) for trait in PAST}
        return {trait: self.naming.numbers(since(names)) for trait, names in sets.items()}

    def _marked(self, traits: Mapping[Trait, Array], names: int) -> Array:
        marks = np.zeros(names, np.uint16)
        if self.shelf is not None:
            marks[: len(self.texts)] = self.shelf.run.traits
        for trait, some in traits.items():
            marks[some] |= np.uint16(trait)
        return marks


class _Accounting(dict[Account, int]):
    """{account: its number}."""

    def __init__(self, before: Accounts | None, naming: Naming) -> None:
        super().__init__()
        self._before, self._naming = before, naming
        if before is not None:
            self.update((one, number) for number, one in before.many(range(len(before.columns.kind))).items())
        self._more: list[Account] = []

    def __missing__(self, account: Account) -> int:
        self[account] = number = len(self)
        self._more.append(account)
        return number

    def columns(self) -> AccountColumns:
        """All accounts."""
        kinds = np.array([KINDS.index(one.kind) for one in self._more], np.uint8)
        more = AccountColumns(kinds, self._naming.numbers([one.key for one in self._more]))
        return _joined(self._before.columns if self._before else None, more)


class _Spanning:
    """Lists of serial numbers, each once."""

    def __init__(self, before: SpanColumns | None) -> None:
        self._before, self._first = before, len(before.low) if before else 0
        self._more: list[Spans] = []
        self._number: dict[int, int] = {}

    def number(self, serials: Sequence[tuple[int, int]]) -> int:
        """The number of a list; `NOBODY` of an empty one."""
        if not serials:
            return NOBODY
        key = id(serials)  # it lives as long as the flow or the use that names it
        if key not in self._number:
            spans = serials if isinstance(serials, Spans) else Spans.of(*map(list, zip(*serials, strict=True)))
            self._number[key] = self._first + len(self._more)
            self._more.append(spans)
        return self._number[key]

    def columns(self) -> SpanColumns:
        """All lists."""
        more, before = self._more, self._before
        ends = np.cumsum([int(before.starts[-1]) if before else 0, *map(len, more)], dtype=np.int64)
        made = SpanColumns(
            whole(chain.from_iterable(_plain(one.first) for one in more)),
            whole(chain.from_iterable(_plain(one.last) for one in more)),
            ends[1:] if before else ends,
            whole([one.low for one in more]),
            whole([one.high for one in more]),
            whole([one.pieces for one in more]),
            np.array([one.forward for one in more], np.uint8),
        )
        return _joined(before, made)


def _plain(column: Any) -> Iterable[int]:
    return column if isinstance(column, list) else column.tolist()


def _run(posting: Posting, journal: Journal, past: Past) -> RunNotes:
    def matters(notes: Mapping[tuple[str, Any], int]) -> list[tuple[str, str, int]]:
        # Of a note under which something was received nothing can simply follow, and none is asked without its name.
        return [(note, lot, n) for (note, lot), n in notes.items() if note and n and note not in past.notes]

    return RunNotes(
        posting.early,
        posting.posted,
        past.latest,
        [
            (lot, note, site, holding)
            for lot, rows in journal.under_way.items()
            for note, site, holding in rows
            if journal.holdings[holding].left
        ],
        [
            (lot, site, journal.open[lot, site], [one.id for one in layers])
            for (lot, site), layers in journal.layers.kept.items()
        ],
        tuple(matters(some) for some in (journal.shipments, journal.arrivals, journal.arrived, journal.early)),
        [
            (container, [(line.lot, *((None, "") if line.amount is None else (line.amount.number, line.amount.unit)))
                         for line in inside])
            for container, inside in journal.packed.items() if inside
        ],
        [(product, list(ranges)) for product, ranges in journal.batches.items()],
        [(batch, uses, findings) for batch, (uses, findings) in journal.clashes.items()],
    )  # fmt: skip


def _setting(event: Event) -> Setting:
    members = [(name, str(told)) for name in SHARED if (told := event.own(name))] if event.extensions else ()
    return Setting(
        event.type, event.action, event.bizStep, event.readPoint, event.bizLocation,
        event.sourceList, event.destinationList, event.certificationInfo, tuple(members),
    )  # fmt: skip


def _small(values: Sequence[int]) -> Array:
    """Numbers of rows: never as many as 2**31.

    Raises:
        OverflowError: they are.
    """
    return np.array(values, np.int32)


def _parted(rows: Sequence[T]) -> tuple[Sequence[T], Mapping[int, T]]:
    """What is in no columns yet: rows behind theirs, and rows instead of theirs."""
    return (rows.more, rows.others) if isinstance(rows, Rows) else (rows, {})


def _joined(before: C | None, more: C) -> C:
    """Columns and others behind them."""
    if before is None:
        return more
    pairs = zip(before, more, strict=True)
    kind: Any = type(more)
    return cast("C", kind(*(a.joined(b) if isinstance(a, Contents) else np.concatenate([a, b]) for a, b in pairs)))


def _taken(columns: C, places: Array) -> C:
    """Some rows of columns."""
    kind: Any = type(columns)
    return cast("C", kind(*(one.taken(places) if isinstance(one, Contents) else one[places] for one in columns)))


def _replaced(column: Any, places: Array, by: Any) -> Any:
    """A column with other values at some places."""
    if isinstance(column, Contents):
        return column.replaced(places, by)
    column = np.array(column)
    column[places] = by
    return column
