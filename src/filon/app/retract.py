"""Taking an event back: the declaration that it was wrong, for people whose rows cannot say so.

The declaration repeats the event and says since when it is known to be wrong, why, and what stands for it. Nothing is
removed: the log keeps both, and the books count the event as never said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from filon.app.ledger import Ledger
from filon.app.records import is_master
from filon.core.errors import NotFoundError
from filon.epcis.body import event_from_json
from filon.epcis.event import ErrorDeclaration, Event
from filon.epcis.jsonwrite import write

_HASHED = re.compile(r"ni:///sha-256;([0-9a-f]{64})")


def retraction(ledger: Ledger, name: str, now: datetime, *, reason: str = "", corrections: Sequence[str] = ()) -> bytes:
    """The EPCIS document that takes an event back.

    Args:
        name: as findings name the event: its id, or `ni:///sha-256;..` where it has none.
        reason: `incorrect_data`, `did_not_occur`, or a URI of one's own; empty = unsaid.
        corrections: ids of the events that stand for it.

    Raises:
        NotFoundError: no event has that name.
    Source: EPCIS 2.0, 7.4.1.3; CBV 2.0, 7.5 (error reasons).
    """
    told = ErrorDeclaration(now, reason or None, tuple(corrections))
    return write([replace(_event(ledger, name), errorDeclaration=told)], created=now)


def _event(ledger: Ledger, name: str) -> Event:
    found = list(ledger.store.named(name))
    if hashed := _HASHED.fullmatch(name):
        found += ledger.store.keyed([bytes.fromhex(hashed[1])])
    events = [event_from_json(one.body) for one in found if not is_master(one.body)]
    first = next((one for one in events if one.errorDeclaration is None), None)
    if first is None:
        raise NotFoundError(f"no event is called {name!r}")
    return first
