"""A WebSocket on a named query: what comes is sent, who may not listen is refused, the end is told."""

import json
from datetime import timedelta

import pytest
from starlette.testclient import WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect

from epcis_desk import event, uuid, world


@pytest.fixture
def w():
    made = world()
    made.call("POST", "/queries", json={"name": "q", "query": {"EQ_bizStep": "shipping"}})
    return made


def listen(w, query="stream=true", role="reader", path="/queries/q/events"):
    headers = {"Authorization": f"Bearer {w.tokens[role]}"} if role else {}
    return w.client.websocket_connect(f"/epcis{path}?{query}", headers=headers)


def heard(socket):
    results = json.loads(socket.receive_text())["epcisBody"]["queryResults"]
    return [one["eventID"] for one in results["resultsBody"]["eventList"]]


def test_what_comes_is_heard(w):
    with listen(w) as socket:
        w.capture(event(1), event(2, bizStep="receiving"))
        assert heard(socket) == [uuid(1)]
        w.capture(event(3))
        assert heard(socket) == [uuid(3)]


def test_what_was_missed_is_heard_if_asked_for(w):
    w.capture(event(1))
    with listen(w, "stream=true&initialRecordTime=2026-11-22T00:00:00Z") as socket:
        assert heard(socket) == [uuid(1)]


def test_a_schedule_is_heard_at_its_moments(w):
    with listen(w, "second=0&minute=0&reportIfEmpty=true") as socket:
        w.clock.time += timedelta(hours=1)
        assert heard(socket) == []


def test_the_socket_closes_with_the_query(w):
    with listen(w) as socket:
        w.call("DELETE", "/queries/q")
        with pytest.raises(WebSocketDisconnect) as gone:
            socket.receive_text()
    assert gone.value.code == 1001


def test_the_socket_closes_with_the_token(w):
    from filon.app.desk import tokens

    with listen(w) as socket:
        token = next(one for one in tokens.tokens(w.repository.desk) if one.name == "reader Ltd")
        tokens.revoke(w.repository.desk, token.id, now=w.clock())
        with pytest.raises(WebSocketDisconnect) as gone:
            socket.receive_text()
    assert gone.value.code == 1008


@pytest.mark.parametrize(
    ("query", "role", "path", "status"),
    [
        ("stream=true", None, "/queries/q/events", 401), ("stream=true", "submitter", "/queries/q/events", 403),
        ("stream=true", "reader", "/queries/none/events", 404), ("stream=true", "reader", "/events", 404),
        ("", "reader", "/queries/q/events", 400), ("stream=true&second=0", "reader", "/queries/q/events", 400),
        ("stream=yes", "reader", "/queries/q/events", 400), ("second=99", "reader", "/queries/q/events", 400),
        ("stream=true&x=1", "reader", "/queries/q/events", 400),
    ],
)  # fmt: skip
def test_a_handshake_that_is_refused(w, query, role, path, status):
    with pytest.raises(WebSocketDenialResponse) as refused, listen(w, query, role, path):
        pass
    assert refused.value.status_code == status
    assert refused.value.json()["type"].startswith("epcisException:")


def test_too_many_listeners_are_refused(w, monkeypatch):
    from filon.web.epcis import socket as module

    monkeypatch.setattr(module, "LISTENERS", 1)
    with listen(w) as first:
        with pytest.raises(WebSocketDenialResponse) as refused, listen(w):
            pass
        assert refused.value.status_code == 429
        w.capture(event(1))
        assert heard(first) == [uuid(1)]
    with listen(w):  # the first is gone
        pass
