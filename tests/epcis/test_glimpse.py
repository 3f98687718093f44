"""What is read and written of a stored event without making an event of it is what the event says."""

from dataclasses import fields

import orjson
import pytest
from hypothesis import given, settings

from epcis_events import OBJECT, document, events
from filon.app.desk.answers import Answers, minted
from filon.app.records import event_record
from filon.epcis import jsonld
from filon.epcis.body import Glimpse, event_from_json, event_json, halves
from filon.epcis.event import Event
from filon.epcis.jsonwrite import write, write_bodies
from filon.epcis.moments import moment, written
from filon.log.store import Stored

TOLD = moment("2026-11-22T12:00:00.5Z")


class Ledger:
    """As much of a ledger as an answer needs."""

    store = None


def answers():
    made = Answers(Ledger())
    made._learned = lambda _: TOLD
    made._written = lambda _: written(TOLD)
    return made


def stored(event):
    return Stored(7, 3, event_record(event).key, event_json(event))


@settings(max_examples=60)
@given(events())
def test_every_field_is_that_of_the_event(event):
    read = event_from_json(event_json(event))
    seen = Glimpse(event_json(event), {}, "ni:///sha-256;7")
    for one in fields(Event):
        wanted = getattr(read, one.name) or ("ni:///sha-256;7" if one.name == "eventID" else getattr(read, one.name))
        assert getattr(seen, one.name) == wanted, one.name
    assert (seen.own("own"), seen.trait("form")) == (read.own("own"), read.trait("form"))


@settings(max_examples=60)
@given(events())
def test_an_answer_in_stored_bytes_is_the_answer_by_way_of_the_event(event):
    desk, kept = answers(), stored(event)
    quickly = jsonld.parse(write_bodies([desk.told(kept)], "2026-11-22T12:00:00Z")).events
    assert quickly == jsonld.parse(write([desk.shown(kept)])).events


@pytest.mark.parametrize(
    ("more", "alike"),
    [
        ({}, True),
        ({"readPoint": {"id": "urn:x:1"}, "bizLocation": {"id": "urn:x:2"}}, True),
        ({"readPoint": {"id": "urn:x:1", "ex:a": 1}}, False),
        ({"bizLocation": {"https://a.example/b": 1, "id": "urn:x:2"}}, False),
        ({"readPoint": {"id": "urn:x:1", "urn:y:a": 1}}, False),
        ({"ex:a": "b"}, True),
        ({"ilmd": {"ex:a": "b"}, "ex:c": {"readPoint": {"id": "urn:x:1", "ex:d": ["]"]}}}, True),
        ({"ilmd": {"ex:a": "b", "ex:c": 12345678901234567.5}}, False),
        ({"quantityList": [{"epcClass": "urn:x:l", "quantity": 1.5, "uom": "KGM"}]}, True),
        ({"quantityList": [{"epcClass": "urn:x:l", "quantity": 12345678901234567.5, "uom": "KGM"}]}, False),
    ],
)
def test_which_bytes_are_written_as_they_are(more, alike):
    """By hand: a name in a place is written otherwise than stored, and so is a number of more than 15 digits."""
    (event,) = jsonld.parse(document({**OBJECT, **more})).events
    assert (halves(event_json(event)) is not None) is alike


def test_an_event_without_id_gets_ours_and_its_own_record_time_gives_way():
    (event,) = jsonld.parse(document({**OBJECT, "recordTime": "2001-01-01T00:00:00Z"})).events
    desk, kept = answers(), stored(event)
    told = orjson.loads(write_bodies([desk.told(kept)], "x"))["epcisBody"]["eventList"][0]
    assert told["eventID"] == minted(kept.key) == desk._glimpsed(kept).eventID
    assert told["recordTime"] == written(TOLD) == written(desk._glimpsed(kept).recordTime)
