"""Subscriptions: a named query whose new answers are sent to a partner's address, as they come or by a schedule.

Source: EPCIS 2.0, 8.2.5 and 12.4 (subscriptions); security reference, sections 1 and 3.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from filon.app.desk import named
from filon.app.desk.answers import Answers
from filon.app.desk.exceptions import NoSuchResourceException, SubscriptionControlsException, TooManyException
from filon.app.desk.file import Desk, Row
from filon.app.desk.outbound import target
from filon.app.desk.schedule import Schedule
from filon.app.desk.tokens import Token
from filon.epcis.formats import EpcFormat
from filon.epcis.moments import moment as parsed
from filon.epcis.moments import written
from filon.log.leaf import micros, moment

SUBSCRIPTIONS = 100
"""So many one token may hold."""
BATCH = 1_000
"""Events of one delivery, at most."""
NEVER = 1 << 62
"""Due only when something new is recorded."""
HELD = timedelta(seconds=60)
"""So long a delivery belongs to who took it up; longer than any call out may take."""

MEMBERS = frozenset({"dest", "signatureToken", "secret", "initialRecordTime", "stream", "schedule", "reportIfEmpty"})


@dataclass(frozen=True, slots=True)
class Controls:
    """When and what to send.

    Args:
        schedule: None for a stream.
        empty: whether a scheduled run without events is told too.
    """

    schedule: Schedule | None
    told: Mapping[str, Any]
    empty: bool = False

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Controls:
        """The controls that a subscription's members tell.

        Raises:
            SubscriptionControlsException: not exactly one of stream and schedule.
        """
        stream, schedule, empty = body.get("stream"), body.get("schedule"), body.get("reportIfEmpty", False)
        if (stream is True) == (schedule is not None) or stream not in (None, True, False):
            raise SubscriptionControlsException('say "stream": true or a "schedule", one of the two')
        if not isinstance(empty, bool):
            raise SubscriptionControlsException("reportIfEmpty is true or false")
        if schedule is None:
            return cls(None, {"stream": True}, empty)
        return cls(Schedule.of(schedule), {"schedule": dict(schedule), "reportIfEmpty": empty}, empty)

    def following(self, now: datetime) -> int:
        """When to look again after all that was new has been sent, in microseconds."""
        return NEVER if self.schedule is None else micros(self.schedule.following(now))


@dataclass(frozen=True, slots=True)
class Subscription:
    """One subscription.

    Args:
        since: what was recorded before is not sent.
        after: last sequence that was sent or passed over.
        notified: when the receiver last answered with success.
        tries: failed deliveries since then.
        batch: events of the next delivery.
        dead: deliveries given up.
    """

    id: str
    query: str
    token: str
    dest: str
    signature_token: str | None
    controls: Controls
    epc_format: EpcFormat
    created: datetime
    since: datetime
    after: int
    notified: datetime | None
    tries: int
    batch: int
    dead: int

    def members(self) -> dict[str, Any]:
        """What a client is shown: never the signature token."""
        told: dict[str, Any] = {
            "subscriptionID": self.id,
            "dest": self.dest,
            "createdAt": written(self.created),
            "lastNotifiedAt": written(self.notified) if self.notified else None,
            "minRecordTime": written(max(self.since, self.notified or self.since)),
            "epcFormat": self.epc_format,
            **self.controls.told,
            "filon:failedTries": self.tries,
            "filon:deadLetters": self.dead,
        }
        return {name: value for name, value in told.items() if value is not None}


def subscribe(
    desk: Desk,
    answers: Answers,
    query: str,
    body: Mapping[str, Any],
    token: Token,
    *,
    epc_format: EpcFormat,
    now: datetime,
    hosts: Collection[str],
) -> Subscription:
    """Keep a subscription; durable on return.

    Raises:
        NoSuchNameException: no such query.
        SubscriptionControlsException: its members make no sense, or `dest` is no address we may call.
        TooManyException: the token holds enough.
    """
    named.one(desk, query)
    dest, secret = body.get("dest"), body.get("signatureToken", body.get("secret"))  # GS1's examples say `secret`
    if body.keys() - MEMBERS or not isinstance(dest, str) or not isinstance(secret, str | None):
        raise SubscriptionControlsException(f"a subscription has dest and, as needed, {', '.join(sorted(MEMBERS))}")
    target(dest, hosts)
    controls, since = Controls.of(body), starting(body.get("initialRecordTime"), now)
    due = NEVER if controls.schedule is None else controls.following(now)
    made = str(uuid.uuid4())
    with desk.changing() as connection:
        held = connection.execute("SELECT count(*) FROM subscription WHERE token = ?", (token.id,)).fetchone()[0]
        if held >= SUBSCRIPTIONS:
            raise TooManyException(f"one token holds at most {SUBSCRIPTIONS} subscriptions")
        connection.execute(
            """INSERT INTO subscription (id, query, token, dest, signature_token, controls, epc_format, created,
               from_time, after, due, batch) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            (made, query, token.id, dest, secret, json.dumps(controls.told), epc_format, micros(now), micros(since),
             answers.last_sequence_before(since), 0 if due == NEVER else due, BATCH),
        )  # fmt: skip
    return one(desk, query, made)


def starting(told: Any, now: datetime) -> datetime:
    """The record time from which events are sent.

    Raises:
        SubscriptionControlsException: not a time.
    """
    if told is None:
        return now
    try:
        return parsed(str(told))
    except ValueError as error:
        raise SubscriptionControlsException("initialRecordTime is written 2026-11-03T14:00:00+01:00") from error


def one(desk: Desk, query: str, subscription: str, *, token: str | None = None) -> Subscription:
    """A subscription; with `token`, only if that one holds it.

    Raises:
        NoSuchNameException, NoSuchResourceException: there is none, or it is somebody else's.
    """
    named.one(desk, query)
    row = desk.row(f"SELECT {_COLUMNS} FROM subscription WHERE id = ? AND query = ?", (subscription, query))  # noqa: S608
    if row is None or token not in (None, row[2]):
        raise NoSuchResourceException(f"there is no subscription {subscription}")
    return _subscription(row)


def some(desk: Desk, query: str, per_page: int, *, after: str = "", token: str | None = None) -> list[Subscription]:
    """Subscriptions to a query, by id."""
    named.one(desk, query)
    rows = desk.rows(
        f"SELECT {_COLUMNS} FROM subscription WHERE query = ? AND id > ? AND (CAST(? AS TEXT) IS NULL OR token = ?)"  # noqa: S608
        " ORDER BY id LIMIT ?",
        (query, after, token, token, per_page),
    )
    return [_subscription(row) for row in rows]


def end(desk: Desk, subscription: str) -> None:
    """Send nothing more."""
    desk.change("DELETE FROM subscription WHERE id = ?", (subscription,))


def wake(desk: Desk) -> None:
    """Something new was recorded: streams that wait for it are due."""
    desk.change("UPDATE subscription SET due = 0 WHERE due = ?", (NEVER,))


def due(desk: Desk, now: datetime) -> Subscription | None:
    """Take up the subscription that is due longest; nobody else gets it until it is settled or held too long."""
    time = micros(now)
    with desk.changing() as connection:
        row = connection.execute(
            f"SELECT {_COLUMNS} FROM subscription WHERE due <= ? AND held_until <= ? ORDER BY due, number LIMIT 1",  # noqa: S608
            (time, time),
        ).fetchone()
        if row is None:
            return None
        connection.execute("UPDATE subscription SET held_until = ? WHERE id = ?", (micros(now + HELD), row[0]))
    return _subscription(row)


def settle(
    desk: Desk, subscription: Subscription, *, after: int, due: int, tries: int = 0, batch: int = BATCH,
    notified: datetime | None = None,
) -> None:  # fmt: skip
    """Write down how a delivery went and let go of the subscription."""
    desk.change(
        """UPDATE subscription SET after = ?, due = ?, tries = ?, batch = ?, held_until = 0,
           notified = coalesce(?, notified) WHERE id = ?""",
        (after, due, tries, batch, micros(notified) if notified else None, subscription.id),
    )  # fmt: skip


def give_up(desk: Desk, subscription: Subscription, first: int, last: int, reason: str, *, now: datetime) -> None:
    """Keep which events a receiver never took, and why."""
    desk.change(
        "INSERT INTO dead_letter (subscription, first, last, tries, reason, at) VALUES (?, ?, ?, ?, ?, ?)",
        (subscription.id, first, last, subscription.tries + 1, reason, micros(now)),
    )


def dead_letters(desk: Desk, subscription: str) -> list[tuple[int, int, int, str]]:
    """(first sequence, last sequence, tries, reason) of the deliveries given up, oldest first."""
    sql = "SELECT first, last, tries, reason FROM dead_letter WHERE subscription = ? ORDER BY number"
    return [(first, last, tries, reason) for first, last, tries, reason in desk.rows(sql, (subscription,))]


_COLUMNS = """id, query, token, dest, signature_token, controls, epc_format, created, from_time, after, notified, tries,
    batch, (SELECT count(*) FROM dead_letter WHERE subscription = subscription.id)"""


def _subscription(row: Row) -> Subscription:
    made, query, token, dest, secret, controls, spelling, created, since, after, notified, tries, batch, dead = row
    return Subscription(
        made,
        query,
        token,
        dest,
        secret,
        Controls.of(json.loads(controls)),
        cast("EpcFormat", spelling),
        moment(created),
        moment(since),
        after,
        moment(notified) if notified is not None else None,
        tries,
        batch,
        dead,
    )
