"""A WebSocket on a named query: its new answers as they come, or by a schedule, for as long as the client listens.

The settings of a subscription stand in the URL: `stream=true`, or `second`, `minute` ..; `reportIfEmpty`,
`initialRecordTime`. Nothing of it is kept: a client that comes back names the record time from which it missed events.

Source: EPCIS 2.0, 12.4.4 (WebSocket).
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.websockets import WebSocket, WebSocketDisconnect

from filon.app.desk import named
from filon.app.desk.answers import Answers
from filon.app.desk.exceptions import EpcisError, QueryParameterException
from filon.app.desk.questions import Question
from filon.app.desk.schedule import FIELDS
from filon.app.desk.subscriptions import BATCH, Controls, starting
from filon.app.desk.tokens import Token, by_id
from filon.app.desk.written import query_document
from filon.epcis.event import Event
from filon.log.leaf import micros
from filon.web.epcis.call import Call
from filon.web.epcis.reply import problem

LOOK_SECONDS = 0.25
"""So often a listener's query is looked at for news."""
LISTENERS = 50
"""So many a process serves at a time."""
GOING_AWAY, POLICY, FULL = 1001, 1008, 1013
"""Close codes of RFC 6455: the query is gone, the token is, there are too many listeners."""

_SETTINGS = frozenset({"stream", "reportIfEmpty", "initialRecordTime", *FIELDS})


@dataclass
class Listener:
    """What one client has been sent."""

    question: Question
    controls: Controls
    since: datetime
    after: int
    due: int


def listener(call: Call, controls: Controls, since: datetime) -> Listener:
    """A listener to the query that the path names.

    Raises:
        NoSuchNameException: there is none.
    """
    query = named.one(call.repository.desk, call.values["queryName"])
    now, answers = call.now, call.repository.answers
    due = 0 if controls.schedule is None else controls.following(now)
    return Listener(query.question, controls, since, answers.last_sequence_before(since), due)


def settings(call: Call) -> tuple[Controls, datetime]:
    """The settings in the URL.

    Raises:
        QueryParameterException, SubscriptionControlsException: they make no sense.
    """
    told = call.parameters
    if strange := told.keys() - _SETTINGS:
        raise QueryParameterException(f"{min(strange)} is no setting of a subscription")
    body: dict[str, object] = {name: _truth(told[name]) for name in ("stream", "reportIfEmpty") if name in told}
    schedule = {name: told[name] for name in FIELDS if name in told}
    controls = Controls.of({**body, "schedule": schedule} if schedule else body)
    return controls, starting(told.get("initialRecordTime"), call.now)


def _truth(text: object) -> object:
    return {"true": True, "false": False}.get(str(text), text)


async def serve(websocket: WebSocket, call: Call, heard: Listener) -> None:
    """Send until the client, the query or the token goes."""
    await websocket.accept(headers=[(b"gs1-query-min-record-time", heard.since.isoformat().encode())])
    gone = asyncio.ensure_future(_gone(websocket))
    try:
        while not gone.done():
            told = await run_in_threadpool(_news, call, heard)
            if isinstance(told, int):
                await websocket.close(told)
                return
            if told is not None:
                await websocket.send_text(told.decode())
            else:
                await asyncio.wait({gone}, timeout=LOOK_SECONDS)
    except (WebSocketDisconnect, RuntimeError):  # the client went while we were sending
        return
    finally:
        gone.cancel()
        with suppress(asyncio.CancelledError, WebSocketDisconnect):
            await gone


async def _gone(websocket: WebSocket) -> None:
    """Read and forget what the client says until it goes."""
    with suppress(WebSocketDisconnect, KeyError):
        while True:
            if (await websocket.receive())["type"] == "websocket.disconnect":
                return


def _news(call: Call, heard: Listener) -> bytes | int | None:
    """The next document to send, a close code, or None when there is nothing now."""
    repository, now = call.repository, call.now
    if not _still(call.token, call):
        return POLICY
    try:
        query = named.one(repository.desk, call.values["queryName"])
    except EpcisError:
        return GOING_AWAY
    if micros(now) < heard.due:
        return None
    events = _fresh(repository.answers, heard)
    drained = len(events) < BATCH
    if drained and heard.controls.schedule is not None:
        heard.due = heard.controls.following(now)
    if not events and not (heard.controls.schedule and heard.controls.empty):
        return None
    return query_document(
        events,
        repository.cards.prefixes(),
        query={"queryName": query.name},
        now=now,
        epc_format=call.epc_format,
    )


def _still(token: Token, call: Call) -> bool:
    current = by_id(call.repository.desk, token.id)
    return current is not None and current.good(call.now)


def _fresh(answers: Answers, heard: Listener) -> list[Event]:
    size = answers.store.size()
    found = answers.matches(heard.question, after=heard.after, size=size)
    fresh = (event for event in found if event.recordTime is None or event.recordTime >= heard.since)
    events = list(islice(fresh, BATCH))
    last = int(events[-1].place) if len(events) == BATCH else answers.last_sequence(size)
    heard.after = max(last, heard.after)
    return events


async def refuse(websocket: WebSocket, error: EpcisError, connection: HTTPConnection) -> None:
    """Answer the handshake with the error, as any other call is answered."""
    await websocket.send_denial_response(problem(error, connection.headers.get("accept", "*/*")))
