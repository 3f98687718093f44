"""Queries over REST's own path: by EPC, by lot, by step, a page of 1 000, and single events captured, at a given size.

python -m bench epcis_query --scale 10000000

The ledger is filled by capture itself, in documents of 1 600 events of 1.1 kB; memory is told every million. Processor
time of this process, so that neighbours count little; the disk's own time is not in it. FILON_BENCH names a folder
in which the filled ledger stays for the next run, with the rows that its filling gave.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http import HTTPStatus
from itertools import islice
from pathlib import Path
from random import Random
from statistics import quantiles
from time import perf_counter, process_time

import orjson
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from filon.app.desk.answers import Position
from filon.app.desk.file import Desk
from filon.app.desk.questions import asked
from filon.app.desk.repository import Repository
from filon.app.desk.tokens import Role, create
from filon.app.desk.written import stored_document
from filon.app.ledger import Ledger
from filon.core import gs1
from filon.epcis.context import ADDRESS
from filon.epcis.event import FILON, Event
from filon.epcis.jsonwrite import write_event
from filon.exchange.simulator.plant import events
from filon.web.epcis import Interface

PAGES, SINGLE = 100, 1_000
"""Pages and single events of which the 99th of a hundred is told."""
BATCH = 1_000
DOCUMENTS = 5
FILLED = 1_600
"""Events of a document that fills the ledger."""
TOLD = 1_000_000
STEPS = (("commissioning", "active", "ADD"), ("shipping", "in_transit", "OBSERVE"),
         ("receiving", "in_progress", "OBSERVE"), ("installing", "in_progress", "OBSERVE"))  # fmt: skip
START = datetime(2026, 1, 1, tzinfo=UTC)


def run(scale: int) -> list[dict[str, object]]:
    """Times of one answer each, 99th of many; the ratio is to the query by EPC."""
    with tempfile.TemporaryDirectory() as passing:
        folder = Path(os.environ.get("FILON_BENCH", passing))
        with Ledger.open(folder / "filon.db") as ledger:
            repository = Repository(ledger, Desk(Path(passing) / "desk.db"))
            told = _once(folder / "filled.json", lambda: list(_filled(repository, scale)))
            dice = Random(7)
            pieces = [piece(dice.randrange(scale // len(STEPS))) for _ in range(1_000)]
            notes = [note(dice.randrange(scale // len(STEPS) // 20)) for _ in range(300)]
            names = [name(dice.randrange(scale)) for _ in range(300)]
            places = [dice.randrange(scale * 9 // 10) for _ in range(PAGES)]
            step = {"EQ_bizStep": "commissioning"}
            rows = [
                ("query by EPC", _each(repository, "MATCH_anyEPC", pieces)),
                ("query by delivery", _each(repository, "EQ_bizTransaction_desadv", notes)),
                ("event by its id", _each(repository, "EQ_eventID", names)),
                ("a page of 1 000, unfiltered", _pages(repository, {})),
                ("the same, further on", _pages(repository, {}, places)),
                ("the same over HTTP", _over_http(repository)),
                ("a page of 1 000 of one step", _pages(repository, step)),
                ("the same, further on", _pages(repository, step, places)),
                ("a page of 1 000 of one step and place", _pages(repository, step | {"EQ_bizLocation": _SITES[0]})),
                ("a page of 1 000 of one type", _pages(repository, {"eventType": "ObjectEvent"})),
                ("a page of 1 000 of the later half", _pages(repository, {"GE_eventTime": when(scale // 2)})),
                ("the last thousandth, by eventTime", _pages(repository, {"GE_eventTime": when(scale * 999 // 1_000)})),
                ("a step that nothing ever took", _pages(repository, {"EQ_bizStep": "void_shipping"})),
            ]
            captured = _captured(repository)
            documents = _documents(repository)
            repository.close()
    first = rows[0][1]
    rows += [("one event captured, durable", captured[0]), ("the same, by the clock", captured[1])]
    told += [
        {"what": what, "value": f"{value * 1000:.2f}", "unit": "ms p99", "ratio": f"{value / first:.1f}"}
        for what, value in rows
    ]
    return [
        *told,
        {"what": "documents of 1 000, as jobs", "value": f"{documents:.0f}", "unit": "events/s", "ratio": "-"},
    ]


def _once(kept: Path, work: Callable[[], list[dict[str, object]]]) -> list[dict[str, object]]:
    """The rows of a work that is done already, as they were kept, or those of doing it."""
    rows = work()
    if rows:
        kept.write_bytes(orjson.dumps(rows))
    return rows or orjson.loads(kept.read_bytes())


def piece(number: int) -> str:
    """A pack's EPC."""
    return f"https://id.gs1.org/01/{GTIN}/21/{number:08d}"


def note(number: int) -> str:
    """A delivery's number."""
    return f"urn:epcglobal:cbv:bt:9521213000003:VL-{number:08d}"


def name(number: int) -> str:
    """An event's id, as good as random."""
    told = sha256(b"%d" % number).hexdigest()
    return f"urn:uuid:{told[:8]}-{told[8:12]}-5{told[13:16]}-a{told[17:20]}-{told[20:32]}"


def when(number: int) -> str:
    """When it happened: three a second."""
    return (START + timedelta(seconds=number // 3)).strftime("%Y-%m-%dT%H:%M:%SZ")


GTIN = next(f"0952121300001{digit}" for digit in range(10) if gs1.misread((("01", f"0952121300001{digit}"),)) is None)
_PARTY = "https://id.gs1.org/417/9521213000003"
_SITES = ("https://id.gs1.org/414/9521213000010", "https://id.gs1.org/414/9521213000027")
_PARTIES = [{"type": "owning_party", "{0}": _PARTY}, {"type": "possessing_party", "{0}": _PARTY},
            {"type": "location", "{0}": _SITES[0]}]  # fmt: skip


def _template(number: int) -> str:
    """What the events of one step say, with places for what is each one's own."""
    step, disposition, action = STEPS[number]
    said = {
        "type": "ObjectEvent", "eventTime": "<when>", "eventTimeZoneOffset": "+02:00", "eventID": "<name>",
        "action": action, "bizStep": step, "disposition": disposition, "epcList": ["<piece>"],
        "readPoint": {"id": _SITES[number % 2]}, "bizLocation": {"id": _SITES[number % 2]},
        "bizTransactionList": [{"type": "desadv", "bizTransaction": "<note>"}],
        "sourceList": orjson.loads(orjson.dumps(_PARTIES).replace(b"{0}", b"source")),
        "destinationList": orjson.loads(orjson.dumps(_PARTIES).replace(b"{0}", b"destination")),
        "filon:remark": "state of charge 30 %, transport lock set, seal checked by two, papers complete",
    }  # fmt: skip
    return orjson.dumps(said).decode()


_TEMPLATES = [_template(number) for number in range(len(STEPS))]
_AROUND = orjson.dumps({
    "@context": [ADDRESS, {"filon": FILON}], "type": "EPCISDocument", "schemaVersion": "2.0",
    "creationDate": "2026-11-22T00:00:00Z", "epcisBody": {"eventList": []},
}).decode()  # fmt: skip


def document(first: int, count: int) -> bytes:
    """Events first..first+count-1: each pack is made, shipped, received and installed, a thousand packs at a time."""
    told = []
    for number in range(first, first + count):
        lap, rest = divmod(number, 4_000)
        step, pack = divmod(rest, 1_000)
        own = lap * 1_000 + pack
        text = _TEMPLATES[step].replace("<when>", when(number)).replace("<name>", name(number))
        told.append(text.replace("<piece>", piece(own)).replace("<note>", note(own // 20)))
    return _AROUND.replace("[]", f"[{','.join(told)}]").encode()


def _filled(repository: Repository, scale: int) -> Iterator[dict[str, object]]:
    """Capture until there are so many events; memory and speed by the million."""
    token, _ = create(repository.desk, "fill", [Role.SUBMITTER], now=repository.now(), valid=timedelta(days=9))
    done = begun_at = repository.ledger.store.size() * FILLED
    memory, cpu, step = [_memory()], 0.0, min(TOLD, max(scale // 10, FILLED))
    while done < scale:
        body = document(done, FILLED)
        begun = process_time()
        job = repository.capture(body, "application/ld+json", token, "rollback", FILLED)
        assert (job.success, job.taken) == (True, FILLED)
        cpu, done = cpu + process_time() - begun, done + FILLED
        if done // step != (done - FILLED) // step:
            memory.append(_memory())
            each = 1e6 * cpu / (done - begun_at)
            print(f"{done} events, {memory[-1]:.0f} MB, {each:.1f} us each", file=sys.stderr, flush=True)
    if cpu:
        tenth, last = memory[len(memory) // 10 + 1], memory[-1]
        assert repository.ledger.path is not None
        size = repository.ledger.path.stat().st_size / scale
        speed = (done - begun_at) / cpu
        yield {"what": "filled by capture", "value": f"{speed:.0f}", "unit": "events/CPU s", "ratio": "-"}
        yield {"what": "memory after the first tenth", "value": f"{tenth:.0f}", "unit": "MB", "ratio": "1"}
        yield {"what": "memory at the end", "value": f"{last:.0f}", "unit": "MB", "ratio": f"{last / tenth:.2f}"}
        yield {"what": "ledger file", "value": f"{size:.0f}", "unit": "bytes/event", "ratio": "-"}


def _memory() -> float:
    """Resident now, not at most."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _p99(ask: Callable[[int], object], times: int, clock: Callable[[], float] = process_time) -> float:
    took = []
    for number in range(times):
        begun = clock()
        ask(number)
        took.append(clock() - begun)
    return quantiles(took, n=100, method="inclusive")[-1]


def _answer(repository: Repository, params: dict[str, str], per_page: int, after: int = -1) -> bytes:
    at = Position(repository.ledger.store.size(), after)
    page = repository.answers.page(asked(params), per_page, at)
    return stored_document(
        repository.answers, page.stored, {}, query={"queryName": "SimpleEventQuery"}, now=repository.now()
    )


def _each(repository: Repository, parameter: str, values) -> float:
    listed = [{parameter: value} for value in values]
    _answer(repository, listed[0], 30)
    return _p99(lambda number: _answer(repository, listed[number], 30), len(listed))


def _pages(repository: Repository, params: dict[str, str], places: Sequence[int] = (-1,) * PAGES) -> float:
    """Of each place a page that begins there; by default the first page, again and again."""
    _answer(repository, params, 1_000)
    return _p99(lambda number: _answer(repository, params, 1_000, places[number]), len(places))


def _signed(repository: Repository, role: Role) -> dict[str, str]:
    _, secret = create(repository.desk, "bench", [role], now=repository.now(), valid=timedelta(days=1))
    return {"Authorization": f"Bearer {secret}"}


def _over_http(repository: Repository) -> float:
    """First pages and those that their links lead to, as the server answers; without a client's own work."""
    app, headers = Interface(repository), _signed(repository, Role.READER)
    told = [(b"host", b"bench"), *((name.lower().encode(), value.encode()) for name, value in headers.items())]
    query, links = b"perPage=1000", list[bytes]()

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b""}

    async def send(message: dict[str, object]) -> None:
        assert message.get("status", HTTPStatus.OK) == HTTPStatus.OK
        links.extend(value for key, value in message.get("headers", ()) if key == b"link")

    def ask(_: int) -> None:
        nonlocal query
        scope = {"type": "http", "method": "GET", "path": "/events", "raw_path": b"/events", "query_string": query,
                 "headers": told, "root_path": "", "scheme": "http", "server": ("bench", 80)}  # fmt: skip
        runner.run(app(scope, receive, send))
        query = links.pop().partition(b"?")[2].partition(b">")[0] if links else b"perPage=1000"

    with asyncio.Runner() as runner:
        ask(0)
        return _p99(ask, PAGES)


def _captured(repository: Repository) -> tuple[float, float]:
    """Single events posted over HTTP: processor time, then others by the clock."""
    sys.setswitchinterval(0.005)
    bodies = [write_event(one) for one in _unheard(repository, 2 * SINGLE + 1)]
    kind = {"Content-Type": "application/ld+json"}

    def post(number: int) -> None:
        assert client.post("/events", content=bodies[number], headers=kind).status_code == HTTPStatus.CREATED

    mounted = Starlette(routes=[Mount("/", Interface(repository))])
    with TestClient(mounted, headers=_signed(repository, Role.SUBMITTER)) as client:
        post(-1)
        return _p99(post, SINGLE), _p99(lambda number: post(SINGLE + number), SINGLE, perf_counter)


def _unheard(repository: Repository, count: int) -> Iterator[Event]:
    """Events of a plant that no earlier run has posted: theirs happened a second an entry earlier."""
    later = timedelta(seconds=repository.ledger.store.size())
    for number, one in enumerate(islice(events(2), count)):
        yield replace(one, eventTime=one.eventTime + later, eventID=f"{name(number)[:-8]}{later.seconds:08x}")


def _documents(repository: Repository) -> float:
    from filon.epcis.jsonwrite import write

    token, _ = create(repository.desk, "bench", [Role.SUBMITTER], now=repository.now(), valid=timedelta(days=1))
    stream = _unheard(repository, DOCUMENTS * BATCH)
    bodies = [write(list(islice(stream, BATCH))) for _ in range(DOCUMENTS)]
    begun = perf_counter()
    for body in bodies:
        repository.capture(body, "application/ld+json", token, "rollback")
    repository.settle()
    return DOCUMENTS * BATCH / (perf_counter() - begun)
