"""Ranges that stay unread in a stored body: whoever asks reads what stood there, however it was written."""

import pickle
from copy import deepcopy

import orjson
from hypothesis import example, given
from hypothesis import strategies as st

from filon.epcis.body import dumped, event_from_json, members
from filon.epcis.unread import RANGES, Unread, parted

HEAD = {"type": "AggregationEvent", "eventTime": "2026-07-01T00:00:00Z", "eventTimeZoneOffset": "+02:00"}
PADDING = ["https://id.gs1.org/00/952121200000000018" * 20]  # a body worth looking into
texts = st.text(st.sampled_from('a]["}{\\é:,7'), max_size=6)
items = st.dictionaries(st.sampled_from(["class", "first", "last", "note"]), texts, max_size=4)
odd = st.recursive(
    texts | st.integers(0, 9), lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=5
)


def body(extensions, **more):
    return orjson.dumps({**HEAD, "childEPCs": PADDING, "extensions": extensions, **more}, option=orjson.OPT_SORT_KEYS)


@given(st.lists(items, max_size=4) | odd, st.dictionaries(texts, odd, max_size=2), odd)
@example([{"class": "x", "last": "1"}], {}, 0)
@example([{"a": [{"b": "c"}]}], {"z": [{"b": "c"}]}, 0)
@example([{"first": 1, "last": 2}], {"zz": [{"b": "c"}]}, [{"b": "c"}])
def test_what_is_left_unread_is_what_stood_there(ranges, beside, elsewhere):
    said = {**beside, RANGES: ranges}
    stored = body(said, ilmd={RANGES: elsewhere})
    raw, text = parted(stored)
    if text:
        assert orjson.loads(text) == ranges
        raw["extensions"][RANGES] = ranges
    assert raw == orjson.loads(stored)
    event = event_from_json(stored)
    assert event.own("ranges") == event_from_json(body({**said, RANGES: ranges}, childEPCs=[])).own("ranges")
    assert dict(event.extensions) == dict(event_from_json(body(said, childEPCs=[])).extensions)
    assert dumped(members(event)) == stored


def test_plain_ranges_are_left_unread():
    """Two ranges, by hand: the event reads as ever, and is equal to one that was read whole."""
    ranges = [{"class": "urn:lot:7", "first": "3", "last": "5"}, {"class": "urn:lot:7", "first": "9", "last": "9"}]
    event = event_from_json(body({RANGES: ranges, "urn:more": "1"}))
    assert isinstance(event.extensions, Unread)
    assert event.extensions == {RANGES: ranges, "urn:more": "1"}
    assert len(event.extensions) == 2
    assert event.own("ranges") is event.own("ranges")
    assert repr(event.extensions) == repr({"urn:more": "1", RANGES: ranges})
    assert not isinstance(event_from_json(body({RANGES: [{"class": "\\"}]})).extensions, Unread)


def test_sent_elsewhere_it_is_read():
    event = event_from_json(body({RANGES: [{"class": "urn:lot:7", "first": "3", "last": "5"}]}))
    assert type(event.extensions) is Unread
    assert pickle.loads(pickle.dumps(event)) == deepcopy(event) == event
    assert type(deepcopy(event).extensions) is dict
