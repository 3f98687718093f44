"""Deliveries: what is new for a subscription is sent, signed, tried again with growing pauses, at last given up.

Each event is sent once for each success of the receiver, in the order recorded. If the power goes between the
receiver's answer and our writing it down, the same delivery comes again under the same id, so receivers can tell.

Signature: `GS1-Signature: t=<seconds since 1970>, id=<delivery>, v1=<hex>` with v1 = HMAC-SHA256 by the client's
`signatureToken` over `<t>.<id>.` and the body. Receivers refuse what is older than five minutes or seen before.

Source: EPCIS 2.0, 12.4.4 (callback); security reference, section 3.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from itertools import islice

from filon.app.desk import named, subscriptions, tokens
from filon.app.desk.answers import Answers
from filon.app.desk.cards import Cards
from filon.app.desk.exceptions import EpcisError
from filon.app.desk.file import Desk
from filon.app.desk.outbound import Target, UnreachableError, send, target
from filon.app.desk.subscriptions import BATCH, Subscription
from filon.app.desk.written import query_document
from filon.epcis.event import FILON, Event
from filon.log.leaf import micros

PAUSES = tuple(timedelta(seconds=seconds) for seconds in (10, 30, 120, 600, 1_800, 7_200, 21_600, 43_200, 86_400))
"""Before the second, third .. try; after the last one the delivery is given up."""
_TOO_LARGE = 413

Send = Callable[[Target, bytes, Mapping[str, str]], int]


class Courier:
    """Delivers for one repository.

    Args:
        hosts: `name:port` that may be called besides the public internet.
        post: sends; another one in tests.
    """

    def __init__(
        self,
        desk: Desk,
        answers: Answers,
        cards: Cards,
        *,
        now: Callable[[], datetime],
        hosts: frozenset[str] = frozenset(),
        post: Send = send,
    ) -> None:
        self.desk = desk
        self.answers = answers
        self.cards = cards
        self.now = now
        self.hosts = hosts
        self.post = post
        self._size = -1

    def round(self) -> int:
        """Do what is due; how many deliveries were tried or found empty."""
        size = self.answers.store.size()
        if size != self._size:
            self._size = size
            subscriptions.wake(self.desk)
        done = 0
        while (subscription := subscriptions.due(self.desk, self.now())) is not None:
            before = self.answers.store.size()
            self.deliver(subscription)
            if self.answers.store.size() != before:
                subscriptions.wake(self.desk)  # recorded while we were sending: nobody else would tell
            done += 1
        return done

    def deliver(self, subscription: Subscription) -> None:
        """One delivery of one subscription."""
        token = tokens.by_id(self.desk, subscription.token)
        if token is None or not token.good(self.now()):
            subscriptions.end(self.desk, subscription.id)  # who may no longer ask is no longer told
            return
        size, now = self.answers.store.size(), self.now()
        try:
            events = self._new(subscription, size)
        except EpcisError as error:  # a query that no version of ours understands any more
            self._failed(subscription, [], error.detail, size)
            return
        drained = len(events) < subscription.batch
        after = self.answers.last_sequence(size) if drained else int(events[-1].place)
        after = max(after, subscription.after)
        due = subscription.controls.following(now) if drained else 0
        if not events and not (subscription.controls.schedule and subscription.controls.empty):
            subscriptions.settle(self.desk, subscription, after=after, due=due)
            return
        reason = self._sent(subscription, events)
        if reason is None:
            more = min(BATCH, subscription.batch * 2)
            subscriptions.settle(self.desk, subscription, after=after, due=due, batch=more, notified=self.now())
        elif reason == str(_TOO_LARGE) and len(events) > 1:
            half = max(1, len(events) // 2)
            subscriptions.settle(self.desk, subscription, after=subscription.after, due=0, batch=half)
        else:
            self._failed(subscription, events, reason, size)

    def _new(self, subscription: Subscription, size: int) -> list[Event]:
        question = named.one(self.desk, subscription.query).question
        found = self.answers.matches(question, after=subscription.after, size=size)
        # `after` does nearly all; only a start that lies in the future needs the time itself.
        fresh = (event for event in found if event.recordTime is None or event.recordTime >= subscription.since)
        return list(islice(fresh, subscription.batch))

    def _sent(self, subscription: Subscription, events: list[Event]) -> str | None:
        """None if the receiver took it; else why not."""
        body = query_document(
            events,
            self.cards.prefixes(),
            query={"queryName": subscription.query, "subscriptionID": subscription.id},
            now=self.now(),
            epc_format=subscription.epc_format,
        )
        first, last = (events[0].place, events[-1].place) if events else ("none", str(micros(self.now())))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "filon",
            "GS1-EPCIS-Version": "2.0",
            "GS1-CBV-Version": "2.0",
            "GS1-EPC-Format": subscription.epc_format,
            "GS1-Extensions": f"filon={FILON}",
        }
        if subscription.signature_token is not None:
            delivery = f"{subscription.id}/{first}-{last}"
            headers["GS1-Signature"] = signature(subscription.signature_token, delivery, body, self.now())
        try:
            status = self.post(target(subscription.dest, self.hosts), body, headers)
        except (UnreachableError, EpcisError) as error:
            return str(error)
        return None if 200 <= status < 300 else str(status)  # noqa: PLR2004 - success of HTTP

    def _failed(self, subscription: Subscription, events: list[Event], reason: str, size: int) -> None:
        now, tries = self.now(), subscription.tries + 1
        if tries <= len(PAUSES) and not (reason == str(_TOO_LARGE) and len(events) == 1):
            due = micros(now + PAUSES[tries - 1])
            subscriptions.settle(
                self.desk, subscription, after=subscription.after, due=due, tries=tries, batch=subscription.batch
            )
            return
        last = int(events[-1].place) if events else self.answers.last_sequence(size)
        first = int(events[0].place) if events else subscription.after + 1
        subscriptions.give_up(self.desk, subscription, first, last, reason, now=now)
        subscriptions.settle(self.desk, subscription, after=max(last, subscription.after), due=0)


def signature(secret: str, delivery: str, body: bytes, now: datetime) -> str:
    """The value of the GS1-Signature header."""
    seconds = micros(now) // 1_000_000
    said = f"{seconds}.{delivery}.".encode() + body
    return f"t={seconds}, id={delivery}, v1={hmac.new(secret.encode(), said, hashlib.sha256).hexdigest()}"
