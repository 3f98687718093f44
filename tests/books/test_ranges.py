"""Ranges of serial numbers: one by one and all at once give the same, and what two name is found."""

from dataclasses import replace
from itertools import combinations, islice

import numpy as np
import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from filon.books import ranges
from filon.books.movement import Said
from filon.books.post import post
from filon.books.ranges import Spans, named, overlap, read_along
from filon.books.register import Register
from filon.epcis.body import event_from_json, event_json
from filon.epcis.event import FILON
from filon.epcis.unread import RANGES, Unread
from filon.exchange.simulator.plant import events, master_data

numbers = st.integers(0, 10**20).map(str) | st.sampled_from(["0", "007", "9" * 18, "9" * 19, "-1", "", "٣", "1.0"])
lots = st.sampled_from(["urn:lot:1", "urn:lot:12", "urn:lot:é", ""])
plain = st.fixed_dictionaries({"class": lots, "first": numbers, "last": numbers})
whole = st.fixed_dictionaries({FILON + "class": lots, FILON + "first": numbers, FILON + "last": numbers})
others = st.dictionaries(st.sampled_from(["class", "first", "last", "zone"]), numbers, max_size=3)
listed = st.lists(st.lists(plain, max_size=6) | st.lists(whole, max_size=4) | st.lists(plain | others), max_size=5)


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    monkeypatch.setattr(ranges, "LARGE_TEXT", 0)


def said(several):
    for place, one in enumerate(several):
        body = {"type": "AggregationEvent", "eventTime": "2026-07-01T00:00:00Z", "eventTimeZoneOffset": "+02:00"}
        body |= {"childEPCs": ["https://id.gs1.org/00/952121200000000018" * 20], "extensions": {RANGES: one}}
        yield Said(event_from_json(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)), str(place), 0)


@given(listed)
@example([[{"class": "a", "first": "1", "last": "2"}, {"class": "b", "first": "3", "last": "3"}] * 2])
@example([[{"class": "a", "first": "1", "last": "2"}], [{"class": "a", "first": "x", "last": "2"}]] * 2)
@example([[{"class": "a", "first": "0", "last": "9" * 18}] * 10 + [{"class": "b", "first": "0", "last": "1"}]])
def test_all_at_once_is_one_by_one(several):
    pytest.importorskip("numba")
    read, got = read_along(said(several))
    for one, listed_as in zip(read, several, strict=True):
        slow = named(one.event)
        assert one.event.own("ranges") == listed_as, "what was let go is told otherwise"
        if one.key in got:
            assert _all_of(got[one.key]) == _all_of(slow)
        items = one.event.own("ranges")
        countable = all(abs(high - low) < 2**62 // len(items) for spans in slow.values() for low, high in spans)
        plainly = all(_as_stored(item) and set(item) == set(items[0]) for item in items)
        if type(one.event.extensions) is Unread and plainly and countable:
            assert one.key in got, "read one by one without need"


def _all_of(told):
    return {lot: (one.pairs, one.low, one.high, one.pieces, one.forward) for lot, one in told.items()}


def _as_stored(item):
    """Written as Filon writes it: three members, of decimal digits that fit 64 bits, under one kind of names."""
    digits = [text for key, text in item.items() if not key.endswith("class")]
    plainly = all(text.isascii() and text.isdigit() and len(text) <= 18 for text in digits)
    return plainly and set(item) in ({"class", "first", "last"}, {FILON + "class", FILON + "first", FILON + "last"})


def test_two_packs_by_hand():
    """Pack 0 takes cells 3 to 5 and 9 of lot 7 and cell 1 of lot 8; pack 1 takes cell 4 of lot 7: twice cell 4."""
    pytest.importorskip("numba")
    spans = [("7", "3", "5"), ("8", "1", "1"), ("7", "9", "9")], [("7", "4", "4")]
    read, got = read_along(
        said([[dict(zip(("class", "first", "last"), one, strict=True)) for one in pack] for pack in spans])
    )
    assert {lot: one.pairs for lot, one in got["0"].items()} == {"7": ((3, 5), (9, 9)), "8": ((1, 1),)}
    assert {lot: one.pairs for lot, one in got["1"].items()} == {"7": ((4, 4),)}
    assert [got["0"]["7"].pieces, got["0"]["8"].pieces] == [4, 1]
    assert got["0"]["7"].outside((3, 9)) == []
    assert got["0"]["7"].outside((4, 9)) == [(3, 5)]
    assert overlap([got["0"]["7"], got["1"]["7"]])
    assert not overlap([got["0"]["7"]])
    # Pack 0 names lot 7, 8 and 7 again: only its bytes tell the order. Those of pack 1 are let go.
    assert [len(one.event.extensions.text) > 0 for one in read] == [True, False]
    assert read[1].event.own("ranges") == [{"class": "7", "first": "4", "last": "4"}]


spans = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=5)


@given(spans)
def test_overlap_is_two_spans_with_a_number_in_common(pairs):
    slow = any(set(range(a, b + 1)) & set(range(c, d + 1)) for (a, b), (c, d) in combinations(pairs, 2))
    backwards = any(a > b for a, b in pairs)
    told = [Spans.of([a], [b]) for a, b in pairs]
    arrays = [replace(one, first=np.array(one.first), last=np.array(one.last)) for one in told]
    assert overlap(told) == overlap(arrays) == (slow or backwards)
    assert arrays == told == [((a, b),) for a, b in pairs]
    assert [(hash(one), one[0], one[:1], len(one)) for one in arrays] == [
        (hash((span,)), span, (span,), 1) for span in pairs
    ]


@given(spans.filter(bool), st.tuples(st.integers(0, 12), st.integers(0, 12)))
def test_outside_is_each_span_that_is_not_within(pairs, born):
    told = Spans.of([a for a, _ in pairs], [b for _, b in pairs])
    assert told.outside(born) == [(a, b) for a, b in pairs if not born[0] <= a <= b <= born[1]]


def test_a_plant_posted_both_ways(monkeypatch):
    """The same holdings, flows and findings, whether ranges are read at once or one by one."""
    pytest.importorskip("numba")
    stored = [
        Said(event_from_json(event_json(one)), str(place), 0)
        for place, one in enumerate(islice(events(3, tray=1), 900))
    ]
    register = Register.of((kind.type, one.id, dict(one.attributes)) for kind in master_data() for one in kind.elements)
    long = [one for one in stored if type(one.event.extensions) is Unread]
    assert len(long) > 5
    quick = post(stored, register)
    assert not any(one.event.extensions.text for one in long)
    monkeypatch.setattr(ranges, "LARGE_TEXT", 1 << 60)
    slow = post(stored, register)
    assert (quick.holdings, quick.flows, quick.findings) == (slow.holdings, slow.flows, slow.findings)
