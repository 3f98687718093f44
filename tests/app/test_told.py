"""A page written from stored bodies says what the same page written from its events says."""

from datetime import UTC, datetime

import orjson
from hypothesis import given
from hypothesis import strategies as st

from epcis_corpus import data, rows
from epcis_events import events
from filon.app.desk.answers import Answers
from filon.app.desk.written import query_document, stored_document
from filon.app.ledger import Ledger
from filon.app.records import event_record
from filon.epcis import read
from filon.log.store import Deposit
from filon.store.memory import MemoryStore

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def both(told):
    """The page as told from bodies and from events, parsed; and the events of the first, read again."""
    ledger = Ledger(MemoryStore())
    ledger.store.append(Deposit(b"{}", "application/ld+json"), [event_record(one) for one in told], now=NOW)
    answers, query = Answers(ledger), {"queryName": "q"}
    stored = list(ledger.store.records())
    quickly = stored_document(answers, stored, {}, query=query, now=NOW)
    wholly = query_document([answers.shown(one) for one in stored], {}, query=query, now=NOW)
    assert read(quickly).events == tuple(map(answers.shown, stored))
    return quickly, wholly


@given(st.lists(events(), max_size=4))
def test_of_any_events(told):
    quickly, wholly = both(told)
    assert orjson.loads(quickly) == orjson.loads(wholly)


def test_of_the_corpus():
    """Every event that others wrote in JSON, all on one page."""
    told = [one for row in rows(".jsonld", ".json") for one in read(data(row)).events]
    quickly, wholly = both(told)
    assert orjson.loads(quickly) == orjson.loads(wholly)
    assert len(orjson.loads(quickly)["epcisBody"]["queryResults"]["resultsBody"]["eventList"]) > 500
