"""The ledger in Python: `filon.open("filon.db")` gives a book to ask, and every answer is a Polars table.

Only reads. Figures are Decimal kilograms, exact to the milligram; what is not known is null. A table goes on to Arrow,
pandas or DuckDB by itself (Arrow's C stream interface), without a copy.

    with filon.open("filon.db") as book:
        book.lot("000001").origins()
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from filon.app.ledger import Ledger
from filon.app.pages import Pages
from filon.books.lot import LotId
from filon.core.moment import Known, known
from filon.core.quantity import kg_from_mg
from filon.exchange.relations import written
from filon.exchange.tables import frame, poured
from filon.views.build.lots import matching, rows
from filon.views.build.sight import Sight
from filon.views.recall import Asked, RecallView
from filon.views.rows import (
    Listing,
    balance_rows,
    finding_rows,
    flow_rows,
    lot_rows,
    origin_rows,
    recall_rows,
    share_rows,
    trace_rows,
    why_rows,
    yield_rows,
)

if TYPE_CHECKING:
    import polars as pl

__all__ = ["OpenBook", "OpenLot", "OpenRecall", "open_book"]


def open_book(place: Path | str, *, as_of: Known | date | str | None = None, on: date | str | None = None) -> OpenBook:
    """The books of a ledger, to be asked.

    Args:
        place: file, `postgresql://..` or `memory:`.
        as_of: as known on a date, at a moment, or with so many log entries; None = with all.
        on: as things stood at the end of that day; None = now.

    Raises:
        NotFoundError: there is no ledger.
        WrongCallError: the log never had so many entries.
    """
    return OpenBook(Ledger.open(place, create=False), as_of=as_of, on=on)


class OpenBook:
    """An open ledger, read only; the first question posts its books, later ones find them in memory."""

    def __init__(
        self, ledger: Ledger, *, as_of: Known | date | str | None = None, on: date | str | None = None
    ) -> None:
        self.ledger = ledger
        self.on = date.fromisoformat(on) if isinstance(on, str) else on
        if isinstance(as_of, date) and not isinstance(as_of, datetime):
            as_of = as_of.isoformat()
        self.entries = ledger.size(known(as_of) if isinstance(as_of, str) else as_of)
        self._pages = Pages(ledger)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the ledger go."""
        self.ledger.store.close()

    @cached_property
    def root(self) -> str:
        """Root hash over the entries that every answer rests on, hex."""
        return self.ledger.store.root(self.entries).hex()

    @property
    def sight(self) -> Sight:
        """The posted book with its names, for questions of your own."""
        return self._pages.sight(self.entries, self.on)

    def lot(self, name: str) -> OpenLot:
        """A lot, batch or battery by its number or identifier.

        Raises:
            NotFoundError: no lot has it, or several have.
        """
        return OpenLot(self, self._pages.lot_in(self.sight, name))

    def lots(self, query: str = "", *, stage: str = "", site: str = "") -> pl.DataFrame:
        """All lots whose number, product, form or site contains the query, newest first."""
        return frame(lot_rows(rows(self.sight, matching(self.sight, query, stage=stage, site=site))))

    def batteries(self) -> pl.DataFrame:
        """All packs, newest first."""
        return self.lots(stage="pack")

    def balance(self, *, element: str = "", site: str = "", period: str = "") -> pl.DataFrame:
        """Whether matter adds up; as the command `balance`."""
        view = self._pages.balance(element=element, site=site, period=period, as_of=self.entries, on=self.on)
        return frame(balance_rows(view.lines))

    def yields(self, *, site: str = "", element: str = "") -> pl.DataFrame:
        """What steps deliver, by month and over twelve; as the command `yields`."""
        return frame(yield_rows(self._pages.yields(site=site, element=element, as_of=self.entries, on=self.on)))

    def flows(self, element: str = "", *, period: str = "") -> pl.DataFrame:
        """Who sent how much of an element to whom; as the command `flows`."""
        return frame(flow_rows(self._pages.flows(element=element, period=period, as_of=self.entries, on=self.on)))

    def findings(self) -> pl.DataFrame:
        """What is wrong or worth knowing, gravest first."""
        return frame(finding_rows(self._pages.findings(as_of=self.entries, on=self.on)))

    def save(self, folder: Path | str, element: str) -> tuple[Path, ...]:
        """Lots, flows and mixtures of an element as Parquet files, and the SQL that tells what each lot holds."""
        book = self.sight.book
        told = book.columns.substance(element)
        names: dict[str, list[str]] = {
            "lot": [one.lot for one in book.holdings],
            "site": [one.site for one in book.holdings],
        }
        return written(told.quotient, told.own, told.names, Path(folder), names)

    def recall(
        self,
        *names: str,
        supplier: str = "",
        site: str = "",
        since: date | None = None,
        until: date | None = None,
        paper: str = "",
        element: str = "",
    ) -> OpenRecall:
        """Everything that came of some lots; as the command `recall`."""
        asked = Asked(names, supplier, site, since, until, paper, element)
        return OpenRecall(self._pages.recall(asked, as_of=self.entries, on=self.on))


@dataclass(frozen=True)
class OpenLot:
    """One lot to be asked."""

    book: OpenBook
    key: LotId

    @property
    def mass_kg(self) -> Decimal | None:
        """What it weighed when it was made."""
        mg = self.book.sight.made(self.key).content.get("mass")
        return None if mg is None else kg_from_mg(mg)

    def origins(self, element: str = "", by: str = "origin") -> pl.DataFrame:
        """Kg of each element by mine or recycler; the unknown is an origin like the others.

        Args:
            by: or by `country`, `region`, `company`, `recycled`, `certified`, or an attribute that makers give lots;
                then with the least and most of each name.
        """
        pages, book = self.book._pages, self.book  # noqa: SLF001 - its own half
        if by == "origin":
            return frame(origin_rows(pages.contents(book.sight, self.key, element)))
        view = pages.origins(self.key, by=by, element=element, as_of=book.entries, on=book.on)
        return frame(share_rows(view))

    def back(self, element: str = "") -> pl.DataFrame:
        """Where it came from, with quantities."""
        return self._trace(element, back=True, forward=False)

    def forward(self, element: str = "") -> pl.DataFrame:
        """Where it went, with quantities."""
        return self._trace(element, back=False, forward=True)

    def why(self, element: str = "", smallest: Decimal = Decimal("0.5")) -> pl.DataFrame:
        """The steps, shipments and log entries that its content rests on; branches below `smallest` percent summed."""
        pages, book = self.book._pages, self.book  # noqa: SLF001 - its own half
        return frame(why_rows(pages.why_of(book.sight, self.key, element=element, smallest=smallest)))

    def recall(self, element: str = "") -> OpenRecall:
        """Everything that came of it."""
        return self.book.recall(self.key, element=element)

    def _trace(self, element: str, *, back: bool, forward: bool) -> pl.DataFrame:
        pages = self.book._pages  # noqa: SLF001 - its own half
        return frame(trace_rows(pages.trace_of(self.book.sight, self.key, element=element, back=back, forward=forward)))


@dataclass(frozen=True)
class OpenRecall:
    """A recall to be looked at."""

    view: RecallView

    def lots(self) -> pl.DataFrame:
        """Affected lots by place, with recalled kg at least, likely, at most."""
        return frame(self._tables[0])

    def receivers(self) -> pl.DataFrame:
        """Companies that received affected lots: whom to tell."""
        return frame(self._tables[1])

    def came_from(self) -> pl.DataFrame:
        """What the recalled lots came from."""
        return frame(self._tables[2])

    def save(self, file: Path | str) -> None:
        """All tables as one file: .xlsx, .zip; the affected lots as .csv, .parquet, .arrow."""
        Path(file).write_bytes(poured(self._tables, Path(file).suffix.removeprefix(".")))

    @cached_property
    def _tables(self) -> Sequence[Listing]:
        return recall_rows(self.view)
