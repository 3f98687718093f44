"""Passports by the million: pages, the resolver and issuing over a fleet, through the whole application on one core.

python -m bench fleet --scale 1000000

`--scale` is the number of batteries: pieces of batches of five hundred, each with its own page, taken in as EPCIS
documents like any others. Batteries are asked for at random, each once, by the ASGI interface, without network and
client; times are processor time of this process. The ratio is to one bare Ed25519 signature over 10 kB. The ledger is
made in a temporary folder, or kept in `FILON_BENCH_FOLDER` for the next run.
"""

from __future__ import annotations

import asyncio
import gc
import os
import random
import resource
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from datetime import UTC, date, datetime
from pathlib import Path
from time import process_time

from fastapi import FastAPI

from filon.app import capture
from filon.app.capture import ALL_WARNINGS, File
from filon.app.issuing import Issuing, sealed_all
from filon.app.ledger import Ledger
from filon.app.pages import Pages
from filon.app.sealer import create_sealer
from filon.epcis.jsonwrite import write
from filon.exchange.simulator.fleet import fleet
from filon.exchange.simulator.passport import SHEET, sheet
from filon.exchange.simulator.plant import master_data
from filon.exchange.simulator.world import PRODUCTS
from filon.web.app import create_app

NOW = datetime(2027, 3, 1, tzinfo=UTC)
HOST = "https://id.atlas.example"
PACK = PRODUCTS["pack"]
ASKED = 2000
"""So many batteries are asked for, drawn at random."""


def run(scale: int) -> list[dict[str, object]]:
    """Rows {what, value, unit, ratio}."""
    kept = os.environ.get("FILON_BENCH_FOLDER")
    with nullcontext(kept) if kept else tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / f"fleet-{scale}.db"
        filled = None if place.exists() else _spent(lambda: _fill(place, scale))[0]
        with Ledger.open(place) as ledger, tempfile.TemporaryDirectory() as seals:
            sealer = create_sealer(Path(seals) / "s", "id.atlas.example", "Atlas Packs")
            bare = _each(lambda: sealer.key.sign(b"x" * 10_000), 500)
            rows = [_row("one bare Ed25519 signature", bare * 1e6, "µs", 1)]
            if filled is not None:
                rows.append(_row("taking in", scale / filled, "batteries/s", filled / scale / bare))
            size = sum(one.stat().st_size for one in Path(folder).glob(f"{place.name}*") if one.is_file())
            rows.append(_row("on disk", size / scale, "B a battery", "-"))
            rows += _asked(ledger, sealer, scale, bare)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            return [*rows, _row("memory at its highest", peak, "MB", "-")]


def _fill(place: Path, scale: int) -> None:
    """The fleet's documents, captured like anybody's."""
    with Ledger.open(place) as ledger:
        _take(ledger, File(SHEET, sheet()))
        for number, (name, events) in enumerate(fleet(1, scale)):
            _take(ledger, File(name, write(events, master=() if number else master_data())))


def _take(ledger: Ledger, file: File) -> None:
    told = capture.take(ledger, file, now=lambda: NOW, submitter="works", accept=ALL_WARNINGS)
    assert told.state is capture.State.TAKEN, told.findings[:5]


def _asked(ledger: Ledger, sealer: object, scale: int, bare: float) -> Iterator[dict[str, object]]:
    pages = Pages(ledger, lambda: date(2027, 3, 1))
    issuing = Issuing(pages.passports, HOST, sealer)
    drawn = random.Random(7).sample(range(1, scale + 1), min(ASKED, scale))
    app = create_app(pages, host=HOST, shelf=issuing)
    yield from _scans(app, "resolver, before any book is made: linkset", drawn, bare, query="linkType=linkset")
    spent, _ = _spent(pages.passports.grounds)
    yield _row("books and accounts of everything", spent, "s", spent / bare)
    yield from _scans(app, "page, each of a kin nobody asked for before", _strangers(drawn), bare)
    spent, _ = _spent(lambda: [pages.battery(PACK.gtin, str(n)) for n in range(1, scale + 1, 500)])
    yield _row("all kin", spent / (scale // 500 or 1) * 1e3, "ms a kin", spent / (scale // 500 or 1) / bare)
    for language in ("en", "fr"):
        asyncio.run(_all(app, drawn, "", 200, language))  # each kin's sheet is drawn once a language
        yield from _scans(app, f"page, {language}", drawn, bare, language=language)
    yield from _scans(app, "resolver: linkset", drawn, bare, query="linkType=linkset")
    yield from _scans(app, "resolver: redirect", drawn, bare, query="linkType=gs1:certificationInfo", status=307)
    yield from _issued(issuing, drawn, bare)
    yield from _grown(ledger, app, drawn, bare)


def _strangers(drawn: Sequence[int]) -> Sequence[int]:
    """One battery of each batch at most, so that none was derived when it is asked for."""
    return list({(n - 1) // 500: n for n in drawn}.values())[:500]


def _issued(issuing: Issuing, drawn: Sequence[int], bare: float) -> Iterator[dict[str, object]]:
    """Deriving, disclosing and sealing: batch by batch as a works issues them, none of them derived before."""
    fresh = Issuing(type(issuing.passports)(issuing.passports.ledger, issuing.passports.carbon), HOST, issuing.sealer)
    fresh.passports.grounds()
    first = min(drawn) // 500 * 500
    names = [PACK.piece(str(n)) for n in range(first + 1, first + ASKED + 1)]
    spent, told = _spent(lambda: sealed_all(fresh, (fresh.passports.passport(one) for one in names), now=NOW))
    yield _row("issued: derived, disclosed and sealed as vc+jwt", len(told) / spent, "1/s", spent / len(told) / bare)


def _grown(ledger: Ledger, app: FastAPI, drawn: Sequence[int], bare: float) -> Iterator[dict[str, object]]:
    """A measurement comes in between: the first page after it."""
    battery = PACK.piece(str(drawn[0]))
    body = b'{"filonPoints":"1","statements":[{"subject":"%s","at":"2027-03-01T10:00:00Z","points":{"cycles":"%d"}}]}'
    spent = []
    for turn, number in enumerate(drawn[1:21]):
        _take(ledger, File(f"turn-{turn}.points.json", body % (battery.encode(), 100 + turn)))
        begin = process_time()
        asyncio.run(_scan(app, number))
        spent.append(process_time() - begin)
    middle = sorted(spent)[len(spent) // 2]
    yield _row("first page after a measurement of another battery", middle * 1e3, "ms", middle / bare)


def _scans(
    app: FastAPI,
    what: str,
    drawn: Sequence[int],
    bare: float,
    *,
    query: str = "",
    status: int = 200,
    language: str = "en",
) -> Iterator[dict[str, object]]:
    gc.collect()
    begun = process_time()
    times, size = asyncio.run(_all(app, drawn, query, status, language))
    spent = process_time() - begun
    times.sort()
    yield _row(f"{what}: on one core", len(drawn) / spent, "1/s", spent / len(drawn) / bare)
    for share in (50, 99):
        one = times[len(times) * share // 100]
        yield _row(f"{what}: {share} of 100 within", one * 1e3, "ms", one / bare)
    if not query:
        yield _row(f"{what}: compressed", size / 1000, "kB", "-")


async def _all(app: FastAPI, drawn: Sequence[int], query: str, status: int, language: str) -> tuple[list[float], int]:
    times, most = [], 0
    for number in drawn:
        begin = process_time()
        seen, size = await _scan(app, number, query, language)
        times.append(process_time() - begin)
        assert seen == status, (number, seen)
        most = max(most, size)
    return times, most


async def _scan(app: FastAPI, number: int, query: str = "", language: str = "en") -> tuple[int, int]:
    """(status, bytes of the body) of one scan."""
    path = f"/01/{PACK.gtin}/21/{number}"
    headers = [(b"accept", b"*/*"), (b"accept-language", language.encode()), (b"accept-encoding", b"gzip")]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "https",
        "path": path, "raw_path": path.encode(), "query_string": query.encode(), "headers": headers,
        "client": ("127.0.0.1", 1), "server": ("id.atlas.example", 443), "root_path": "",
    }  # fmt: skip
    seen = {"status": 0, "size": 0}

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict) -> None:
        seen["status"] = message.get("status", seen["status"])
        seen["size"] += len(message.get("body", b""))

    await app(scope, receive, send)
    return seen["status"], seen["size"]


def _each(what: Callable[[], object], times: int) -> float:
    """Processor seconds of one call, the mean of many, after one that is not counted."""
    what()
    return _spent(lambda: [what() for _ in range(times)])[0] / times


def _spent(what: Callable[[], object]) -> tuple[float, object]:
    begin = process_time()
    told = what()
    return process_time() - begin, told


def _row(what: str, value: float, unit: str, ratio: float | str) -> dict[str, object]:
    shown = ratio if isinstance(ratio, str) else round(ratio, 1)
    return {"what": what, "value": round(value, 2 if value < 100 else 0), "unit": unit, "ratio": shown}
