"""The log and the witness over HTTP: checkpoint, tiles and bundles for all, `add-checkpoint` for the logs we watch.

Tiles never change, so any cache may keep them for ever; the checkpoint only for seconds. A witness needs no token: the
log's signature in the body is the only authentication, and a body that no known log signed changes nothing.

Source: C2SP tlog-tiles v0.1.0; C2SP tlog-witness.
"""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from filon.app.public_log import PublicLog
from filon.app.witness import Witness
from filon.core.errors import ConflictError, NotFoundError, TooLargeError
from filon.log.note import NOTE_LIMIT
from filon.log.witness import SIZE_TYPE, Answer
from filon.web.reply import OPEN

TEXT = "text/plain; charset=utf-8"
FOR_EVER = "public, max-age=31536000, immutable"
SECONDS = "public, max-age=5"
_CONFLICT = 409


def log_routes(log: PublicLog) -> APIRouter:
    """`/checkpoint` and `/tile/..` of our own log."""
    routes = APIRouter()

    @routes.api_route("/checkpoint", methods=["GET", "HEAD"])
    def checkpoint() -> Response:
        return Response(log.checkpoint(), media_type=TEXT, headers={**OPEN, "Cache-Control": SECONDS})

    @routes.api_route("/tile/{path:path}", methods=["GET", "HEAD"])
    def tile(path: str) -> Response:
        data = log.tile(f"tile/{path}")
        return Response(data, media_type="application/octet-stream", headers={**OPEN, "Cache-Control": FOR_EVER})

    return routes


def witness_routes(witness: Witness) -> APIRouter:
    """`/witness/add-checkpoint`, and what we cosigned last of each log."""
    routes = APIRouter(prefix="/witness")

    @routes.post("/add-checkpoint")
    async def add_checkpoint(request: Request) -> Response:
        body = bytearray()
        async for part in request.stream():
            body += part
            if len(body) > NOTE_LIMIT:
                raise TooLargeError(f"a checkpoint has at most {NOTE_LIMIT} bytes")
        return await run_in_threadpool(_answered, witness, bytes(body))

    @routes.api_route("/{origin_hash}/checkpoint", methods=["GET", "HEAD"])
    def checkpoint(origin_hash: str) -> Response:
        note = witness.cosigned(origin_hash)
        if note is None:
            raise NotFoundError("no log of that name was cosigned here")
        return Response(note, media_type=TEXT, headers={**OPEN, "Cache-Control": SECONDS})

    return routes


def _answered(witness: Witness, body: bytes) -> Response:
    try:
        answer: Answer = witness.answer(body, witness.logs(), now=datetime.now(UTC))
    except ConflictError as error:  # 409 has its own meaning here; a busy witness is asked again
        return Response(f"{error.detail}\n", 503, media_type=TEXT, headers={"Retry-After": "1"})
    media_type = SIZE_TYPE if answer.status == _CONFLICT else TEXT
    # Without a charset behind it: the type is compared as a whole by those who ask.
    return Response(answer.body, answer.status, headers={"Content-Type": media_type})
