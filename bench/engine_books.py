"""From stored events to graph, classes and origins: what a plant's ledger costs, and 10^9 serial numbers in memory.

`--scale` is the number of events of the simulator's plant, half of them as trays, half with every cell by itself; from
10^7 on only the serial numbers are measured (ten times the scale, at most 10^9; it takes 9 GB).
"""

from __future__ import annotations

import gc
import resource
from itertools import islice
from time import process_time

import numpy as np

from bench.engine import _median, row, timed
from filon.accounts.origin import origins
from filon.app.records import event_record, said
from filon.books import book as books
from filon.books.book import Book
from filon.books.engine.chart import Chart
from filon.books.engine.columns import Columns
from filon.books.engine.graph import upstream
from filon.books.engine.serials import NOWHERE, Births, Links, Serials
from filon.books.post import post
from filon.books.register import Register
from filon.exchange.simulator.plant import events, master_data
from filon.log.store import Stored

SERIALS = 10**7


def run(scale: int = 10_000) -> list[dict]:
    """Figures of one run; `ratio` = times as long in Python objects."""
    if scale >= SERIALS:
        return list(_serials(min(10 * scale, 10**9)))
    rows = []
    for tray, name in ((24, "trays of 24"), (1, "every cell by itself")):
        rows += _book(scale // 2, tray, name)
        gc.collect()
    return rows


def _book(count: int, tray: int, name: str) -> list[dict]:
    records = [event_record(one) for one in islice(events(1, tray=tray), count)]
    register = Register.of((kind.type, one.id, dict(one.attributes)) for kind in master_data() for one in kind.elements)
    stored = [Stored(place, 0, one.key, one.body) for place, one in enumerate(records)]
    told, reading = timed(lambda: [said(one) for one in stored])
    book, posting = timed(lambda: post(told, register))
    _warm(book)
    columns, making = timed(lambda: Columns.of(book))
    graph, linking = timed(lambda: columns.graph)
    cobalt = columns.substance("Co")
    quotient, classes = timed(lambda: cobalt.quotient)
    pieces, serials = timed(lambda: Serials.of(book))
    cells = sum(len(flow.serials) for flow in book.flows)
    flows, links = len(book.flows), len(pieces.links.inside)
    built = making + linking + classes
    small, large = _both(book)
    return [
        row(f"{name}: events", count, f"{flows:,} flows, {cells:,} serial ranges", 0),
        row(
            f"{name}: read from stored bytes and posted", (flows + cells) / (reading + posting), "flows and ranges/s", 0
        ),
        row(f"{name}: graph and quotient of posted flows", flows / built, f"flows/s ({quotient.count:,} classes)", 0),
        row(f"{name}: serial numbers of posted flows", links / serials, f"cells/s ({links:,} cells)", 0),
        row(f"{name}: chart for the files", timed(lambda: Chart.of(book))[1], f"CPU s ({graph.nodes:,} holdings)", 0),
        row(f"{name}: origins of all holdings, whole mg", large, "CPU s", small / large),
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
        python, small = timed(lambda: origins(book, "Ni"))
        books.LARGE = 0
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
