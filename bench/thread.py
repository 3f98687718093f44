"""The thread: check and capture of a plant's events, posting the books, origins, and one pack's trace.

Ratios compare with reading and discarding the same bytes by the fastest JSON parser.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson

from bench.data import documents
from filon.accounts.origin import origins
from filon.app import capture
from filon.app.ledger import Ledger
from filon.books import trace


def run(scale: int = 10_000) -> list[dict]:
    """Figures for a plant's first `scale` events, on one core, a SQLite ledger with full durability.

    Args:
        scale: events; 10^4 takes a minute, 10^5 ten.
    """
    with TemporaryDirectory() as folder:
        files = [capture.File(name, data) for name, data in documents(scale)]
        _, parsing = _timed(lambda: [orjson.loads(file.data) and None for file in files])
        with Ledger.open(Path(folder) / "bench.db") as ledger:
            rows = [("orjson reads and forgets", scale / parsing, "events/s", 1.0)]

            def add(what: str, seconds: float, count: int = scale, unit: str = "events/s") -> None:
                rows.append((what, count / seconds, unit, seconds / parsing))

            _, seconds = _timed(lambda: capture.check(ledger, files, today=date(2027, 12, 31)))
            add("check", seconds)
            outcomes, seconds = _timed(
                lambda: capture.capture(
                    ledger, files, now=lambda: datetime(2027, 12, 31, tzinfo=UTC), accept=capture.ALL_WARNINGS
                )
            )
            assert sum(one.new_events for one in outcomes) == scale
            add("capture, durable", seconds)
            book, seconds = _timed(ledger.book)
            add("book of everything", seconds)
            _, seconds = _timed(lambda: origins(book, "Co"))
            add("origins of cobalt, all lots", seconds, len(book.holdings), "holdings/s")
            packs = [lot for lot in book.of_lot if "/21/" in lot]
            pack = packs[len(packs) // 2]
            _, seconds = _timed(lambda: trace.back(book, pack, "Co"))
            rows.append(("trace of one pack in the book", seconds * 1000, "ms", seconds / parsing))
        with Ledger.open(Path(folder) / "bench.db") as ledger:  # opened anew: nothing is kept in memory
            _, seconds = _timed(lambda: ledger.book_of([pack]))
            rows.append(("book of one pack from the store", seconds * 1000, "ms", seconds / parsing))
    return [
        {"what": what, "value": round(value, 1), "unit": unit, "ratio": round(ratio, 2)}
        for what, value, unit, ratio in rows
    ]


def _timed(call: Callable[[], Any]) -> tuple[Any, float]:
    start = time.process_time()
    value = call()
    return value, time.process_time() - start
