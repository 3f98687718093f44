"""Queries over REST's own path: by EPC, by lot, by step, a page of 1 000, and single events captured, at a given size.

python -m bench epcis_query --scale 1000000

Processor time of this process, so that neighbours count little; the disk's own time is not in it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from statistics import quantiles
from time import perf_counter, process_time

import orjson

from filon.app.desk.questions import asked
from filon.app.desk.repository import Repository
from filon.app.desk.tokens import Role, create
from filon.app.desk.written import stored_document
from filon.app.ledger import Ledger
from filon.app.records import event_record
from filon.epcis.jsonwrite import write_event
from filon.exchange.simulator.plant import events
from filon.log.store import Deposit

BATCH = 1_000
DOCUMENTS = 5


def run(scale: int) -> list[dict[str, object]]:
    """Times of one answer each, 99th of a hundred; the ratio is to the query by EPC."""
    with tempfile.TemporaryDirectory() as folder, Ledger.open(Path(folder) / "filon.db") as ledger:
        some = _fill(ledger, scale)
        repository = Repository(ledger)
        rows = [
            ("query by EPC", _each(repository, ({"MATCH_anyEPC": name} for name in some["epcs"]))),
            ("query by lot", _each(repository, ({"MATCH_anyEPCClass": name} for name in some["lots"]))),
            ("a page of 1 000, unfiltered", _pages(repository, {})),
            ("a page of 1 000 of one step", _pages(repository, {"EQ_bizStep": "commissioning"})),
            ("last day, by eventTime", _pages(repository, {"GE_eventTime": some["late"][0]}, times=3)),
            ("a step that nobody took", _pages(repository, {"EQ_bizStep": "picking"}, times=3)),
            ("one event captured, durable", _captured(repository, scale)),
        ]
        documents = _documents(repository, scale)
        repository.close()
    first = rows[0][1]
    shown = [
        {"what": what, "value": f"{value * 1000:.2f}", "unit": "ms p99", "ratio": f"{value / first:.1f}"}
        for what, value in rows
    ]
    return [
        *shown,
        {"what": "documents of 1 000, as jobs", "value": f"{documents:.0f}", "unit": "events/s", "ratio": "-"},
    ]


def _fill(ledger: Ledger, scale: int) -> dict[str, list[str]]:
    stream, now = islice(events(1), scale), datetime(2026, 1, 1, tzinfo=UTC)
    epcs, lots, late = [], [], ""
    while batch := list(islice(stream, BATCH)):
        now += timedelta(seconds=1)
        ledger.store.append(Deposit(b"-", "application/ld+json"), [event_record(one) for one in batch], now=now)
        epcs += [name for one in batch[:2] for name in (*one.epcList, one.parentID) if name]
        lots += [item.epcClass for one in batch[:3] for item in (*one.quantityList, *one.outputQuantityList)]
        late = batch[-1].eventTime.strftime("%Y-%m-%dT00:00:00Z")
    return {"epcs": epcs[-100:], "lots": lots[-100:], "late": [late]}


def _p99(ask: Callable[[int], object], times: int) -> float:
    took = []
    for number in range(times):
        begun = process_time()
        ask(number)
        took.append(process_time() - begun)
    return quantiles(took, n=100, method="inclusive")[-1] if len(took) > 1 else took[0]


def _answer(repository: Repository, params: dict[str, str], per_page: int) -> bytes:
    page = repository.answers.page(asked(params), per_page)
    return stored_document(
        repository.answers, page.stored, {}, query={"queryName": "SimpleEventQuery"}, now=repository.now()
    )


def _each(repository: Repository, queries) -> float:
    listed = list(queries) or [{}]
    _answer(repository, listed[0], 30)
    return _p99(lambda number: _answer(repository, listed[number % len(listed)], 30), 100)


def _pages(repository: Repository, params: dict[str, str], times: int = 10) -> float:
    _answer(repository, params, 1_000)
    return _p99(lambda _: _answer(repository, params, 1_000), times)


def _captured(repository: Repository, scale: int) -> float:
    import sys

    from starlette.testclient import TestClient

    from filon.web.epcis import Interface

    sys.setswitchinterval(0.005)
    _, secret = create(repository.desk, "bench", [Role.SUBMITTER], now=repository.now(), valid=timedelta(days=1))
    client = TestClient(Interface(repository), headers={"Authorization": f"Bearer {secret}"})
    bodies = [write_event(one) for one in islice(events(2), 100)]
    assert scale
    kind = {"Content-Type": "application/ld+json"}
    return _p99(lambda number: client.post("/events", content=bodies[number], headers=kind), len(bodies))


def _documents(repository: Repository, scale: int) -> float:
    from filon.epcis.jsonwrite import write

    assert scale
    token, _ = create(repository.desk, "bench", [Role.SUBMITTER], now=repository.now(), valid=timedelta(days=1))
    stream = events(3)
    bodies = [write(list(islice(stream, BATCH))) for _ in range(DOCUMENTS)]
    assert orjson.loads(bodies[0])
    begun = perf_counter()
    for body in bodies:
        repository.capture(body, "application/ld+json", token, "rollback")
    repository.settle()
    return DOCUMENTS * BATCH / (perf_counter() - begun)
