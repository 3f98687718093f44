"""Passports handed on, on one core: sealing, formats, the resolver; processor time of this process.

python -m bench passport --scale 5000

`--scale` is the number of batteries that the ledger knows. The passports are examples with every data point said, made
beforehand: what deriving one from books costs is not in these figures. Scans go through the whole application, without
network and client. The ratio is to one bare Ed25519 signature over 10 kB.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import process_time

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from fastapi import FastAPI

from filon.app.issuing import FORMATS, Issuing, sealed_all
from filon.app.ledger import Ledger
from filon.app.passports import Passports
from filon.app.sealer import create_sealer
from filon.log.store import Deposit, Record
from filon.passport.point import Audience
from filon.seal.check import Known, check
from filon.web.app import create_app
from passport_examples import example

NOW = datetime(2027, 2, 18, tzinfo=UTC)
HOST = "https://id.atlas.example"
MODEL = "https://id.gs1.org/01/09521213000010"


def run(scale: int) -> list[dict[str, object]]:
    """Rows {what, value, unit, ratio}."""
    with tempfile.TemporaryDirectory() as folder, Ledger.open(Path(folder) / "f.db") as ledger:
        _filled(ledger, scale)
        issuing = Issuing(Passports(ledger), HOST, create_sealer(Path(folder) / "s", "id.atlas.example", "Atlas Packs"))
        return list(_rows(issuing, scale))


def _filled(ledger: Ledger, scale: int) -> None:
    """A ledger whose index knows that many batteries."""
    for start in range(0, scale, 1000):
        records = [
            Record(
                start.to_bytes(16, "big") + n.to_bytes(16, "big"), "", 0, b"{}", (("epcList", f"{MODEL}/21/{n:07}"),)
            )
            for n in range(start, min(scale, start + 1000))
        ]
        ledger.store.append_all([(Deposit(b"%d" % start, "text/plain"), records)], now=NOW)


def _rows(issuing: Issuing, scale: int) -> Iterator[dict[str, object]]:
    base = example("ev")
    some = [replace(base, identifier=f"{MODEL}/21/{n:07}", serial=f"{n:07}") for n in range(min(scale, 2000))]
    key = issuing.sealer.key
    bare = _each(lambda: key.sign(b"x" * 10_000), 500)
    yield _row("one bare Ed25519 signature", bare * 1e6, "µs", 1)
    spent, tokens = _timed(lambda: sealed_all(issuing, some, now=NOW))
    one = spent / len(some)
    yield _row("passports sealed as vc+jwt", 1 / one, "1/s", one / bare)
    known = Known(documents=[issuing.did_document()])
    checked = _each(lambda: check(tokens[0], known, now=NOW), 200)
    yield _row("sealed passports checked", 1 / checked, "1/s", checked / bare)
    for form in FORMATS:
        each = _each(
            lambda form=form: issuing.written(base, form, {Audience.PUBLIC}, now=NOW), 5 if form == "pdf" else 60
        )
        yield _row(f"handed on as {form}", each * 1e3, "ms", each / bare)
    yield from _resolver(issuing, scale, bare)


class Nobody:
    """No pages: only the resolver is asked."""


def _resolver(issuing: Issuing, scale: int, bare: float) -> Iterator[dict[str, object]]:
    app = create_app(Nobody(), host=HOST, shelf=issuing)
    for what, kind, status in (("linkset", "linkset", 200), ("redirect", "gs1:certificationInfo", 307)):
        times = sorted(asyncio.run(_scans(app, f"linkType={kind}", status, scale)))
        for share in (50, 99):
            spent = times[len(times) * share // 100]
            yield _row(f"{what} of one of {scale} batteries, {share} of 100 within", spent * 1e3, "ms", spent / bare)


async def _scans(app: FastAPI, query: str, status: int, scale: int) -> list[float]:
    """Processor seconds of each of 1 000 scans, after 20 that are not counted."""
    times = []
    for n in range(1020):
        path = f"/01/09521213000010/21/{n * 7919 % scale:07}"
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "https",
            "path": path, "raw_path": path.encode(), "query_string": query.encode(), "headers": [(b"accept", b"*/*")],
            "client": ("127.0.0.1", 1), "server": ("id.atlas.example", 443), "root_path": "",
        }  # fmt: skip
        seen: list[int] = []

        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict, seen: list[int] = seen) -> None:
            seen.append(message.get("status", 0))

        begin = process_time()
        await app(scope, receive, send)
        times.append(process_time() - begin)
        assert seen[0] == status, seen
    return times[20:]


def _each(what: Callable[[], object], times: int) -> float:
    """Processor seconds of one call, the mean of many, after one that is not counted."""
    what()
    begin = process_time()
    for _ in range(times):
        what()
    return (process_time() - begin) / times


def _timed(what: Callable[[], object]) -> tuple[float, object]:
    begin = process_time()
    told = what()
    return process_time() - begin, told


def _row(what: str, value: float, unit: str, ratio: float) -> dict[str, object]:
    return {"what": what, "value": round(value, 2 if value < 100 else 0), "unit": unit, "ratio": round(ratio, 1)}
