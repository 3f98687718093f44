"""The shelf: a book out of columns, asked as any other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeVar, cast

import numpy as np
import numpy.typing as npt

from filon.books.book import Book, Flow
from filon.books.declared import Declared
from filon.books.lot import LotId
from filon.books.register import Register
from filon.books.shelf import notes
from filon.books.shelf.lots import AtEnds, Declarations, DeclaredColumns, LotColumns, Lots
from filon.books.shelf.notes import BookNotes, RunNotes
from filon.books.shelf.numbers import Contents, Whole
from filon.books.shelf.run import InsideColumns, Run, UseColumns, resumed
from filon.books.shelf.tables import (
    NOBODY,
    AccountColumns,
    Accounts,
    CheckColumns,
    Checks,
    EventColumns,
    Events,
    FlowColumns,
    Flows,
    HoldingColumns,
    Holdings,
    Reader,
    SpanColumns,
)
from filon.books.shelf.texts import Ids, Texts
from filon.epcis.event import Setting

if TYPE_CHECKING:
    from filon.books.post import Posting

Arrays: TypeAlias = Mapping[str, npt.NDArray[Any]]
C = TypeVar("C", bound=tuple[Any, ...])


class DeclaredTexts(NamedTuple):
    """What was declared, each once: as bytes, end to end; `ends` as of names."""

    text: npt.NDArray[np.uint8]
    ends: Whole


def _declaration(texts: DeclaredTexts, number: int) -> Declared:
    begin, end = texts.ends[number : number + 2].tolist()
    return notes.declaration(texts.text[begin:end])


def packed(name: str, columns: Any) -> dict[str, npt.NDArray[Any]]:
    """Columns as arrays: `flow.event`, .."""
    out: dict[str, npt.NDArray[Any]] = {}
    for column, values in columns._asdict().items():
        if isinstance(values, Contents):
            out |= {f"{name}.{column}.shape": values.shape, f"{name}.{column}.values": values.values}
        else:
            out[f"{name}.{column}"] = values
    return out


def unpacked(kind: Callable[..., C], name: str, arrays: Arrays, shapes: Sequence[tuple[str, ...]] = ()) -> C:
    """The columns again.

    Raises:
        KeyError: one is missing.
    """

    def column(field: str) -> Any:
        if f"{name}.{field}.shape" in arrays:
            return Contents(shapes, *(arrays[f"{name}.{field}.{part}"] for part in ("shape", "values")))
        return arrays[f"{name}.{field}"]

    return kind(*map(column, kind._fields))  # type: ignore[attr-defined]


class Shelf:
    """A book in columns.

    Args:
        arrays: as `laid` gives them.
        read: reads events again by their keys.

    Raises:
        KeyError, ValueError: these arrays are no book.
    """

    def __init__(self, arrays: Arrays, read: Reader) -> None:
        self._arrays = arrays
        self.texts = Texts(*(arrays[f"text.{name}"] for name in ("text", "ends", "hashes", "place")))
        self.notes = notes.read(BookNotes, arrays["book.notes"])
        shapes = self.notes.shapes
        self.events = unpacked(EventColumns, "event", arrays)
        self.flows = unpacked(FlowColumns, "flow", arrays, shapes)
        self.holdings = unpacked(HoldingColumns, "holding", arrays, shapes)
        self.checks = unpacked(CheckColumns, "check", arrays)
        self.lots = unpacked(LotColumns, "lot", arrays)
        self.spans = unpacked(SpanColumns, "span", arrays)
        self.accounts = Accounts(unpacked(AccountColumns, "account", arrays), self.texts)
        self.declared = unpacked(DeclaredColumns, "declared", arrays)
        self.declarations = unpacked(DeclaredTexts, "declared", arrays)
        self.read = read
        self._settings = arrays["setting.notes"]

    @cached_property
    def declaration(self) -> Callable[[int], Declared]:
        """What was declared, by its number; as long as the shelf, each is one."""
        return cache(partial(_declaration, self.declarations))

    @cached_property
    def run(self) -> Run:
        """What the run that made the book remembers.

        Raises:
            KeyError, ValueError: these arrays are none.
        """
        return Run(
            notes.read(RunNotes, self._arrays["run.notes"]),
            self._arrays["run.traits"],
            unpacked(InsideColumns, "inside", self._arrays, self.notes.shapes),
            unpacked(UseColumns, "use", self._arrays),
        )

    def posting(self, register: Register) -> Posting:
        """The run that made the book, which may go on. Errors as in `run`."""
        return resumed(self, self.book(register), partial(ShelvedBook, shelf=self))

    @cached_property
    def settings(self) -> list[Setting]:
        """What events have in common, by number."""
        return notes.read(list[Setting], self._settings)

    def book(self, register: Register) -> ShelvedBook:
        """The book, equal to the one that was laid down."""
        return ShelvedBook(
            Events(self),
            Holdings(self.holdings, self.texts),
            Flows(self.flows, self.accounts, self.spans),
            Checks(self.checks, self.accounts),
            Declarations(self.declared, self.texts, self.declaration),
            register,
            self.notes.findings,
            None,
            self,
        )


@dataclass(frozen=True)
class ShelvedBook(Book):
    """A book out of columns, or one that goes on from there; what it is asked en masse it takes from the columns."""

    shelf: Shelf | None = None

    @property
    def _flows(self) -> Flows:
        return cast("Flows", self.flows)

    @property
    def _holdings(self) -> Holdings:
        return cast("Holdings", self.holdings)

    @cached_property
    def inflows(self) -> Sequence[Sequence[Flow]]:
        """Flows into each holding, by id."""
        return self._into.flows()

    @cached_property
    def outflows(self) -> Sequence[Sequence[Flow]]:
        """Flows out of each holding, by id."""
        return self._out.flows()

    def touching(self, holdings: Collection[int]) -> Sequence[Flow]:
        """Flows into or out of some holdings, in posting order."""
        places = {place for one in holdings for ends in (self._into, self._out) for place in ends.places(one)}
        return [self.flows[place] for place in sorted(places)]

    @cached_property
    def _out(self) -> AtEnds:
        return AtEnds(self.flows, self._ends[0], len(self.holdings))

    @cached_property
    def _into(self) -> AtEnds:
        return AtEnds(self.flows, self._ends[1], len(self.holdings))

    @cached_property
    def _ends(self) -> tuple[Ids, Ids, Ids]:
        return self._flows.ends()

    @cached_property
    def alike(self) -> Mapping[int, Sequence[Flow]]:
        """{holding: flows of matter that a measurement found and that has its mixture}."""
        like = self._ends[2]
        table: dict[int, list[Flow]] = defaultdict(list)
        for at in np.flatnonzero(like != NOBODY).tolist():
            table[int(like[at])].append(self.flows[at])
        return table

    @cached_property
    def of_lot(self) -> Mapping[LotId, Sequence[int]]:
        """{lot: ids of its holdings, oldest first}; steps and the like not included."""
        assert self.shelf is not None
        return Lots(self.shelf.lots, self.shelf.texts, self._holdings.more)
