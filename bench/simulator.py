"""How quickly the simulator makes events and files, against how quickly stored bodies are written in the same run."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from filon.epcis.body import event_json
from filon.exchange.simulator.chain import chain
from filon.exchange.simulator.files import simulate
from filon.exchange.simulator.plant import events
from filon.exchange.simulator.truth import truth


def run(scale: int = 10_000) -> list[dict]:
    """Figures of one run; `ratio` = time against that of writing the stored body of one event.

    Args:
        scale: events to make.
    """
    made, seconds = _timed(lambda: list(islice(events(1), scale)))
    _, writing = _timed(lambda: [event_json(event) for event in made])
    few = max(scale // 20, 100)
    _, shuffled = _timed(lambda: list(islice(events(1, tray=1), few)))
    body = writing / scale
    with TemporaryDirectory() as folder:
        _, files = _timed(lambda: simulate(Path(folder), 1))
    plan, planning = _timed(lambda: chain(1))
    _, following = _timed(lambda: truth(plan))
    rates = (
        ("stored bodies", body),
        ("plant, trays of 24", seconds / scale),
        ("plant, cells shuffled", shuffled / few),
    )
    times = (("chain: plan", planning), ("chain: truth in fractions", following), ("chain: files and truth", files))
    return [
        *(_row(what, round(1 / each), "events/s", each / body) for what, each in rates),
        *(_row(what, round(each, 3), "s", each / body) for what, each in times),
    ]


def _row(what: str, value: float, unit: str, ratio: float) -> dict:
    return {"what": what, "value": value, "unit": unit, "ratio": round(ratio, 1)}


def _timed(call: Callable[[], Any]) -> tuple[Any, float]:
    start = time.process_time()
    value = call()
    return value, time.process_time() - start
