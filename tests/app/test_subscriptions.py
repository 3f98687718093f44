"""Deliveries: each event once for each success, in order, signed, tried again with pauses, given up in the open."""

import hashlib
import hmac
import json
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epcis_desk import event, uuid, world
from filon.app.desk import subscriptions, tokens
from filon.app.desk.courier import PAUSES, Courier
from filon.app.desk.outbound import UnreachableError

HOOK = "https://hooks.partner.example.com/epcis"


class Receiver:
    """Answers as told (a status or an error, the last one for ever) and remembers what came."""

    def __init__(self, *answers):
        self.answers = list(answers) or [200]
        self.came = []

    def __call__(self, to, body, headers):
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        self.came.append((to, body, headers, answer))
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def taken(self):
        return [ids(body) for _, body, _, answer in self.came if answer == 200]


def ids(body):
    return [
        int(one["eventID"][-12:]) for one in json.loads(body)["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    ]


def subscribed(receiver, w=None, query=None, **body):
    w = w or world()
    w.call("POST", "/queries", json={"name": "q", "query": query or {}})
    answer = w.call(
        "POST",
        "/queries/q/subscriptions",
        json={"dest": HOOK, **({"stream": True} if "schedule" not in body else {}), **body},
    )
    assert answer.status_code == 201, answer.text
    r = w.repository
    w.path = answer.headers["location"].partition("/epcis")[2]
    w.courier = Courier(r.desk, r.answers, r.cards, now=w.clock, post=receiver)
    return w


def test_what_comes_is_sent_once(tmp_path):
    receiver = Receiver()
    w = subscribed(receiver)
    w.courier.round()
    assert receiver.came == []  # nothing new, nothing said
    w.capture(event(1), event(2))
    w.courier.round()
    w.courier.round()
    w.capture(event(3))
    w.courier.round()
    assert receiver.taken == [[1, 2], [3]]


def test_only_what_the_query_asks_for():
    receiver = Receiver()
    w = subscribed(receiver, query={"EQ_bizStep": "receiving"})
    w.capture(event(1), event(2, bizStep="receiving"))
    w.courier.round()
    assert receiver.taken == [[2]]


def test_what_was_there_before_is_sent_only_if_asked_for():
    w = world()
    w.capture(event(1))
    first = w.get(f"/events/{uuid(1)}").json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"][0]["recordTime"]
    w.capture(event(2))
    new, old = Receiver(), Receiver()
    subscribed(new, w)
    w.courier.round()
    assert new.taken == []
    w2 = subscribed(old, w, initialRecordTime=first)
    w2.courier.round()
    assert old.taken == [[1, 2]]


def test_a_start_in_the_future():
    receiver = Receiver()
    w = subscribed(receiver, initialRecordTime="2026-11-23T00:00:00Z")
    w.capture(event(1))
    w.courier.round()
    w.clock.time += timedelta(days=2)
    w.capture(event(2))
    w.courier.round()
    assert receiver.taken == [[2]]


def test_what_a_delivery_says_and_how_it_is_signed():
    receiver = Receiver()
    w = subscribed(receiver, signatureToken="s3cret")
    w.capture(event(1))
    w.courier.round()
    to, body, headers, _ = receiver.came[0]
    assert (to.host, to.path, to.secure) == ("hooks.partner.example.com", "/epcis", True)
    results = json.loads(body)["epcisBody"]["queryResults"]
    assert results["queryName"] == "q"
    assert results["subscriptionID"] == w.path.rpartition("/")[2]
    signed = dict(part.split("=", 1) for part in headers["GS1-Signature"].split(", "))
    # made again by the words of the docs: HMAC-SHA256 over "<t>.<id>." and the body
    expected = hmac.new(b"s3cret", f"{signed['t']}.{signed['id']}.".encode() + body, hashlib.sha256).hexdigest()
    assert signed["v1"] == expected
    assert "s3cret" not in str(w.get(w.path).json())


def test_without_a_signature_token_nothing_is_signed():
    receiver = Receiver()
    w = subscribed(receiver)
    w.capture(event(1))
    w.courier.round()
    assert "GS1-Signature" not in receiver.came[0][2]


@pytest.mark.parametrize("failure", [500, 401, 403, 404, 302, UnreachableError("no answer")])
def test_a_failed_delivery_comes_again_after_a_pause(failure):
    receiver = Receiver(failure, 200)
    w = subscribed(receiver)
    w.capture(event(1))
    w.courier.round()
    w.courier.round()
    assert len(receiver.came) == 1  # not before its time
    assert w.get(w.path).json()["filon:failedTries"] == 1
    w.clock.time += PAUSES[0]
    w.courier.round()
    assert receiver.taken == [[1]]
    assert receiver.came[0][1].replace(b"", b"")[:20] == receiver.came[1][1][:20]
    assert w.get(w.path).json()["filon:failedTries"] == 0
    assert "lastNotifiedAt" in w.get(w.path).json()


def test_a_delivery_keeps_its_id_over_its_tries():
    receiver = Receiver(500, 200)
    w = subscribed(receiver, signatureToken="x")
    w.capture(event(1))
    w.courier.round()
    w.clock.time += PAUSES[0]
    w.courier.round()
    names = [headers["GS1-Signature"].split(", ")[1] for _, _, headers, _ in receiver.came]
    assert names[0] == names[1]


def test_what_comes_meanwhile_waits_its_turn():
    receiver = Receiver(500, 200)
    w = subscribed(receiver)
    w.capture(event(1))
    w.courier.round()
    w.capture(event(2))
    w.courier.round()
    assert len(receiver.came) == 1
    w.clock.time += PAUSES[0]
    w.courier.round()
    assert receiver.taken == [[1, 2]]


def test_a_receiver_that_never_answers_is_given_up_in_the_open_and_what_follows_is_sent():
    receiver = Receiver(*[500] * (len(PAUSES) + 1), 200)
    w = subscribed(receiver)
    w.capture(event(1))
    for pause in (*PAUSES, timedelta()):
        w.courier.round()
        w.clock.time += pause
    assert len(receiver.came) == len(PAUSES) + 1
    shown = w.get(w.path).json()
    assert shown["filon:deadLetters"] == 1
    letters = subscriptions.dead_letters(w.repository.desk, shown["subscriptionID"])
    assert letters == [(0, 0, len(PAUSES) + 1, "500")]
    w.capture(event(2))
    w.courier.round()
    assert receiver.taken == [[2]]


def test_a_receiver_that_says_too_large_gets_less_at_a_time():
    class Small(Receiver):
        def __call__(self, to, body, headers):
            self.answers = [200 if len(ids(body)) <= 2 else 413]
            return super().__call__(to, body, headers)

    receiver = Small()
    w = subscribed(receiver)
    w.capture(*[event(n) for n in range(7)])
    w.courier.round()
    assert [n for part in receiver.taken for n in part] == list(range(7))
    assert max(map(len, receiver.taken)) <= 2


def test_one_event_that_is_too_large_is_given_up_and_the_next_comes():
    class Choosy(Receiver):
        def __call__(self, to, body, headers):
            self.answers = [413 if 1 in ids(body) else 200]
            return super().__call__(to, body, headers)

    receiver = Choosy()
    w = subscribed(receiver)
    w.capture(event(0), event(1), event(2))
    w.courier.round()
    assert [n for part in receiver.taken for n in part] == [0, 2]
    assert w.get(w.path).json()["filon:deadLetters"] == 1


def test_a_schedule_sends_at_its_moments():
    receiver = Receiver()
    w = subscribed(receiver, schedule={"second": "0", "minute": "0"})  # every full hour; the clock says 12:00:00
    w.capture(event(1))
    w.courier.round()
    assert receiver.came == []
    w.clock.time = datetime.fromisoformat("2026-11-22T12:59:59+00:00")
    w.courier.round()
    assert receiver.came == []
    w.clock.time = datetime.fromisoformat("2026-11-22T13:00:00+00:00")
    w.courier.round()
    w.clock.time += timedelta(hours=1)  # nothing new in the second hour
    w.courier.round()
    assert receiver.taken == [[1]]


def test_an_empty_report_if_wanted():
    receiver = Receiver()
    w = subscribed(receiver, schedule={"second": "0", "minute": "0"}, reportIfEmpty=True)
    w.clock.time += timedelta(hours=1)
    w.courier.round()
    assert receiver.taken == [[]]


def test_a_subscription_ends_with_its_query_and_its_token():
    receiver = Receiver()
    w = subscribed(receiver)
    token = next(one for one in tokens.tokens(w.repository.desk) if one.name == "reader Ltd")
    tokens.revoke(w.repository.desk, token.id, now=w.clock())
    w.capture(event(1))
    w.courier.round()
    assert receiver.came == []
    w2 = subscribed(receiver)
    w2.call("DELETE", "/queries/q")
    w2.capture(event(1))
    w2.courier.round()
    assert receiver.came == []


def test_two_couriers_send_nothing_twice():
    receiver = Receiver()
    w = subscribed(receiver)
    w.capture(event(1))
    held = subscriptions.due(w.repository.desk, w.clock())
    # another one took it up: this courier leaves it alone until it was held too long
    w.courier.round()
    assert held is None or receiver.came == []
    w.clock.time += subscriptions.HELD
    w.courier.round()
    assert receiver.taken == [[1]]


def test_what_is_recorded_while_a_delivery_is_under_way_is_sent_too():
    w = None

    class Slow(Receiver):
        def __call__(self, to, body, headers):
            if not self.came:
                w.capture(event(2))
            return super().__call__(to, body, headers)

    receiver = Slow()
    w = subscribed(receiver)
    w.capture(event(1))
    w.courier.round()
    assert receiver.taken == [[1], [2]]


@pytest.mark.parametrize(
    "body",
    [
        {"dest": HOOK}, {"dest": HOOK, "stream": True, "schedule": {"second": "0"}}, {"dest": HOOK, "stream": False},
        {"dest": HOOK, "stream": "yes"}, {"dest": HOOK, "schedule": {}}, {"dest": HOOK, "schedule": {"minute": "0/30"}},
        {"dest": HOOK, "stream": True, "reportIfEmpty": "no"}, {"dest": HOOK, "stream": True, "initialRecordTime": "now"},
        {"dest": 7, "stream": True}, {"dest": HOOK, "stream": True, "signatureToken": 7},
        {"dest": "http://10.0.0.1/", "stream": True}, {"dest": "https://localhost/", "stream": True},
        {"dest": "https://169.254.169.254/latest", "stream": True},
    ],
)  # fmt: skip
def test_subscriptions_that_are_not_kept(body):
    w = world()
    w.call("POST", "/queries", json={"name": "q", "query": {}})
    answer = w.call("POST", "/queries/q/subscriptions", json=body)
    assert (answer.status_code, answer.json()["type"]) == (400, "epcisException:SubscriptionControlsException")
    assert w.get("/queries/q/subscriptions").json() == []


def test_a_new_subscription_is_told_back_and_its_secret_is_not():
    """GS1's OpenAPI: 201 with the subscription; its examples call the signature token `secret`."""
    w = subscribed(Receiver(), secret="t0ken")
    made = w.call("POST", "/queries/q/subscriptions", json={"dest": HOOK, "stream": True, "secret": "t0ken"})
    assert made.status_code == 201
    assert made.headers["Location"].endswith("/" + made.json()["subscriptionID"])
    assert "t0ken" not in made.text
    assert made.json() == w.get("/queries/q/subscriptions/" + made.json()["subscriptionID"]).json()
    told = w.call("OPTIONS", "/queries/q/subscriptions/" + made.json()["subscriptionID"]).headers
    assert told["GS1-Query-Min-Record-Time"] == made.json()["minRecordTime"]
    assert told["Allow"] == "GET, DELETE, OPTIONS"
    refused = w.call(
        "POST", "/queries/q/subscriptions", json={"dest": HOOK, "stream": True}, headers={"Accept": "text/xml"}
    )
    assert refused.status_code == 406
    assert len(w.get("/queries/q/subscriptions").json()) == 2


def test_whose_subscriptions_are_seen():
    w = subscribed(Receiver())
    assert [one["dest"] for one in w.get("/queries/q/subscriptions").json()] == [HOOK]
    assert w.get("/queries/q/subscriptions", "other").json() == []
    assert w.get(w.path, "other").status_code == 404
    assert w.call("DELETE", w.path, "other").status_code == 404
    assert len(w.get("/queries/q/subscriptions", "auditor").json()) == 1
    assert w.call("DELETE", w.path, "auditor").status_code == 403
    assert w.call("DELETE", w.path).status_code == 204
    assert w.get(w.path).status_code == 404


def test_too_many_subscriptions(monkeypatch):
    monkeypatch.setattr(subscriptions, "SUBSCRIPTIONS", 2)
    w = subscribed(Receiver())
    made = [
        w.call("POST", "/queries/q/subscriptions", json={"dest": HOOK, "stream": True}).status_code for _ in range(3)
    ]
    assert made == [201, 429, 429]


def test_subscriptions_outlive_the_program(tmp_path):
    from filon.app.desk.repository import Repository
    from filon.app.ledger import Ledger

    receiver = Receiver()
    w = subscribed(receiver, world(tmp_path))
    w.capture(event(1))
    w.repository.close()
    w.repository.ledger.store.close()
    ledger = Ledger.open(tmp_path / "filon.db")
    again = Repository(ledger, now=w.clock)
    Courier(again.desk, again.answers, again.cards, now=w.clock, post=receiver).round()
    assert receiver.taken == [[1]]
    again.close()
    ledger.store.close()


def test_a_running_repository_delivers_by_itself():
    import threading

    came = threading.Event()
    w = subscribed(Receiver())
    w.repository.courier.post = lambda *_: (came.set(), 200)[1]
    w.repository.start()
    w.capture(event(1))
    assert came.wait(10)
    w.repository.close()


@settings(max_examples=25)
@given(st.lists(st.sampled_from(["capture", "ok", "fail", "large", "pause"]), max_size=14))
def test_whatever_happens_every_event_is_taken_once_and_in_order(story):
    """The law: after failures that end, the receiver has every event exactly once, in the order recorded."""
    receiver = Receiver(200)
    w = subscribed(receiver)
    number = 0
    for what in story:
        if what == "capture":
            w.capture(event(number), event(number + 1))
            number += 2
        elif what == "pause":
            w.clock.time += PAUSES[3]
        else:
            receiver.answers = [{"ok": 200, "fail": 503, "large": 413}[what], *([200] if what == "large" else [])]
            w.courier.round()
    receiver.answers = [200]
    for _ in range(3):
        w.clock.time += PAUSES[-1]
        w.courier.round()
    assert [n for part in receiver.taken for n in part] == list(range(number))
