"""From stored events to graph, classes and origins: what a plant's ledger costs, and 10^9 serial numbers in memory.

`--scale` is the number of events of the simulator's plant, half of them as trays, half with every cell by itself; from
10^7 on only the serial numbers are measured (ten times the scale, at most 10^9; it takes 9 GB).
"""

from __future__ import annotations

import gc
import resource
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import TypeVar
from urllib.parse import quote

import numpy as np

from bench.engine import _median, row, timed
from filon.accounts.origin import origins
from filon.accounts.recall import Tip, recall
from filon.app.ledger import Ledger
from filon.app.pages import Pages
from filon.app.records import event_record, master_record
from filon.books import book as books
from filon.books.book import Book
from filon.books.engine.columns import Columns
from filon.books.engine.graph import upstream
from filon.books.engine.serials import NOWHERE, Births, Links, Serials
from filon.books.past import Past
from filon.books.post import Posting
from filon.exchange.simulator.plant import events, master_data
from filon.log.store import Deposit
from filon.web.app import create_app

T = TypeVar("T")
SERIALS = 10**7


def run(scale: int = 10_000) -> list[dict]:
    """Figures of one run; `ratio` = times as long in Python objects."""
    if scale >= SERIALS:
        return list(_serials(min(10 * scale, 10**9)))
    rows = []
    for tray, name in ((24, "trays of 24"), (1, "every cell by itself")):
        with TemporaryDirectory() as folder:
            _apart(_written, Path(folder) / "few.db", FEW, 1)
            _apart(_written, Path(folder) / "plant.db", scale // 2, tray)
            rows += _apart(_book, Path(folder), scale // 2, tray, name)
    return rows


FEW = 1_000
"""Events of the small ledger with which all that is compiled is loaded."""


def _apart(work: Callable[..., T], *given: object) -> T:
    """Do it in a process of its own: who posts a book has just been started, and nobody scattered its memory."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(work, *given).result()


def _book(folder: Path, count: int, tray: int, name: str) -> list[dict]:
    few, path = folder / "few.db", folder / "plant.db"
    with Ledger.open(few) as ledger:
        _warm(_posted(ledger))
    with Ledger.open(path) as ledger:  # a file that was read before, as the last question's
        assert sum(1 for _ in ledger.said()) == count
    gc.collect()
    _, others = timed(gc.collect)  # a turn over all that the process has without the book
    with Ledger.open(path) as ledger:
        book, posting = timed(lambda: _posted(ledger))
        rows = _built(book, count, posting, others, name)
    return rows + _kept(path, count, tray, name)


def _posted(ledger: Ledger) -> Book:
    """The book of a ledger, posted, and what is remembered to go on with it."""
    return Posting(ledger.said(), ledger.register(), past=Past()).book


def _kept(path: Path, count: int, tray: int, name: str) -> list[dict]:
    """What it costs to lay the book down in files beside the ledger, and to open it from them."""
    books.LARGE, large = 1, books.LARGE
    _, laid = timed(lambda: _laid(path))
    books.LARGE = large
    with Ledger.open(path) as ledger:
        book, opened = timed(ledger.book)
        return [
            row(f"{name}: posted, and laid down in files", 1e6 * laid / count, "CPU us/event", 0),
            row(f"{name}: opened from its files", 1e3 * opened, "CPU ms", 0),
            *(_asked(ledger, book) if tray > 1 else []),
        ]


def _laid(path: Path) -> None:
    with Ledger.open(path) as ledger:  # closing waits until the files are written
        ledger.book()


def _written(path: Path, count: int, tray: int) -> None:
    """A ledger of so many events, in deposits of a thousand."""
    now, told = datetime(2027, 12, 31, tzinfo=UTC), events(1, tray=tray)
    with Ledger.open(path) as ledger:
        about = [master_record(kind.type, one) for kind in master_data() for one in kind.elements]
        ledger.store.append(Deposit(b"{}", "application/json"), about, now=now)
        for _ in range(0, count, 1000):
            some = [event_record(one) for one in islice(told, 1000)]
            ledger.store.append(Deposit(b"{}", "application/json"), some, now=now)


def _built(book: Book, count: int, posting: float, others: float, name: str) -> list[dict]:
    columns, making = timed(lambda: Columns.of(book))
    _, linking = timed(lambda: columns.graph)
    quotient, classes = timed(lambda: columns.substance("Co").quotient)
    pieces, serials = timed(lambda: Serials.of(book))
    looking = max(timed(gc.collect)[1] - others, 0)  # what the collector will want for it, sooner or later
    ranges = sum(len(flow.serials) for flow in book.flows)
    flows, cells = len(book.flows), len(pieces.links.inside)
    built = making + linking + classes
    small, large = _both(book)
    whole = posting + built + serials + looking
    return [
        row(f"{name}: events", count, f"{flows:,} flows, {ranges:,} serial ranges, {cells:,} cells", 0),
        row(f"{name}: from the ledger's file to all of that", (flows + cells) / whole, "flows and cells/s", 0),
        row(f"{name}: of it, reading and posting", 1e6 * posting / count, "CPU us/event", 0),
        row(f"{name}: of it, the collector's next full turn", 1e6 * looking / count, "CPU us/event", 0),
        row(f"{name}: graph and quotient of posted flows", flows / built, f"flows/s ({quotient.count:,} classes)", 0),
        row(f"{name}: serial numbers of posted flows", cells / serials, "cells/s", 0),
        row(f"{name}: origins of all holdings, whole mg", large, "CPU s", small / large),
    ]


def _asked(ledger: Ledger, book: Book) -> list[dict]:
    """What a person waits for who asks for one pack's trace, or recalls a lot of salt."""
    from starlette.testclient import TestClient

    web = TestClient(create_app(Pages(ledger)))
    packs = [quote(lot, safe=":/") for lot in book.of_lot if "/21/" in lot]
    salt = next(lot for lot in book.of_lot if "/10/Co-" in lot)

    def get(place: int) -> None:
        assert web.get(f"/trace/{packs[place]}.json").status_code == 200

    some = np.linspace(0, len(packs) - 1, 12).astype(int).tolist()
    get(0)
    recalled = recall(book, Tip((salt,)), "Co")
    return [
        row("pack back-trace of a ledger in use, HTTP", 1e3 * _median(get, some), "CPU ms, the asking included", 0),
        row(
            "recall of a lot of salt, Python API",
            1e3 * min(timed(lambda: recall(book, Tip((salt,)), "Co"))[1] for _ in range(3)),
            f"CPU ms ({len(recalled.affected):,} holdings, with bounds)",
            0,
        ),
    ]


def _warm(book: Book) -> None:
    """Load what is compiled, so that only the work is timed."""
    few = Columns.of(book)
    upstream(few.graph, 0)
    _ = few.substance("Mn").quotient
    Serials.of(book)
    _both(book)


def _both(book: Book) -> tuple[float, float]:
    """CPU seconds of nickel's origin account in Python and compiled; the same milligrams."""
    kept = books.LARGE
    try:
        books.LARGE = 2**62
        vars(book).pop("_kept", None)  # else an earlier answer is the answer
        python, small = timed(lambda: origins(book, "Ni"))
        books.LARGE = 0
        vars(book).pop("_kept", None)
        compiled, large = timed(lambda: origins(book, "Ni"))
    finally:
        books.LARGE = kept
    assert list(python.made) == list(compiled.made), "other milligrams"
    return small, large


def _serials(cells: int) -> list[dict]:
    """Cells in birth ranges of 600, shuffled in windows of 4 000, 24 a module, 12 modules a pack."""
    shuffle = np.random.default_rng(1).permutation(4_000)
    Links.of(np.zeros(10, np.uint32), 1)
    begun = process_time()
    births = Births(
        np.arange(0, cells + 600, 600, dtype=np.int64).clip(max=cells), np.arange(cells // 600 + 1, dtype=np.int32)
    )
    home = np.empty(cells, np.uint32)
    for window in range(0, cells, 4_000):
        some = min(4_000, cells - window)
        home[window : window + some] = (window + shuffle[:some]) // 24
    modules = Links.of(home, int(home.max()) + 1)
    packs = Links.of((np.arange(len(modules.starts) - 1) // 12).astype(np.uint32), (len(modules.starts) + 10) // 12)
    making = process_time() - begun
    arrays = (home, modules.starts, modules.inside, packs.home, packs.starts, packs.inside, births.starts, births.node)
    held = sum(one.nbytes for one in arrays)
    assert (home != NOWHERE).all()
    some = np.random.default_rng(2).integers(0, len(packs.starts) - 1, 300).tolist()
    back = _median(lambda pack: births.nodes(modules.down(packs.down([pack]).tolist())), some)
    ranges = np.random.default_rng(3).integers(0, cells // 600, 300).tolist()
    forward = _median(lambda place: packs.up(modules.up(births.pieces(place))), ranges)
    _, recall = timed(lambda: packs.up(modules.up(np.arange(cells // 10, dtype=np.uint32))))
    pack, roll = some[0], int(births.nodes(modules.down(packs.down([some[0]]).tolist()))[0])
    assert pack in packs.up(modules.up(births.pieces(roll))), "a pack's roll leads to the pack"
    return [
        row("serial numbers", cells, f"{making:.1f} CPU s", 0),
        row("memory of ranges and links", held / 1e9, "GB", 0),
        row("peak memory", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, "GB", 0),
        row("pack -> rolls, Python API", 1e6 * back, "CPU us", 0),
        row("roll -> packs, Python API", 1e6 * forward, "CPU us", 0),
        row(f"recall of {cells // 10:,} cells -> packs", recall, "CPU s", 0),
    ]
