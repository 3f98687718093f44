"""The words of a stored event: found in its bytes, whatever a partner's own members are called."""

from datetime import UTC, datetime
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filon.epcis.body import event_json
from filon.epcis.event import ErrorDeclaration, Event
from filon.epcis.words import WORDS, words

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
FIELDS = ("action", "bizLocation", "bizStep", "disposition", "readPoint")
VALUES = ("ADD", "urn:x:at", "shipping", "in_transit", "urn:x:reader")


def plainly(event):
    """The definition: the fields of the event themselves."""
    return tuple((name, value) for name in WORDS if (value := getattr(event, name)))


def test_by_hand():
    event = Event("ObjectEvent", NOON, "+01:00", action="OBSERVE", bizStep="shipping", readPoint="urn:x:dock")
    assert words(event_json(event)) == (
        ("action", "OBSERVE"),
        ("bizStep", "shipping"),
        ("readPoint", "urn:x:dock"),
        ("type", "ObjectEvent"),
    )


def test_any_of_them_may_be_missing():
    for there in product((True, False), repeat=len(FIELDS)):
        said = {name: value for name, value, is_there in zip(FIELDS, VALUES, there, strict=True) if is_there}
        event = Event("AggregationEvent", NOON, "+01:00", **said)
        assert words(event_json(event)) == plainly(event)


inner = st.recursive(
    st.sampled_from(["x", 'a"b', "]", '","type":"z"}', "\\", "é"]),
    lambda one: (
        st.dictionaries(st.sampled_from([*WORDS, "id", "eventTime", "https://x.example/a"]), one, max_size=3)
        | st.lists(one, max_size=2)
    ),
    max_leaves=5,
)
own = st.dictionaries(st.sampled_from(["https://x.example/a", "https://x.example/b", *FIELDS]), inner, max_size=2)
place = st.sampled_from([None, "urn:x:at", "https://id.gs1.org/414/9521213000010", "urn:x:é]"])


@given(
    st.builds(
        Event,
        st.sampled_from(["ObjectEvent", "TransactionEvent"]),
        st.just(NOON),
        st.just("+01:00"),
        action=st.sampled_from([None, "ADD"]),
        bizStep=st.sampled_from([None, "shipping", "urn:x:own"]),
        disposition=st.sampled_from([None, "in_transit"]),
        bizLocation=place,
        readPoint=place,
        transformationID=st.sampled_from([None, "urn:x:t"]),
        recordTime=st.sampled_from([None, NOON]),
        ilmd=own,
        extensions=own,
        readPointExtensions=own,
        bizLocationExtensions=own,
        sensorElementList=st.lists(own, max_size=1).map(tuple),
        errorDeclaration=st.none() | st.builds(ErrorDeclaration, st.just(NOON), extensions=own),
    )
)
def test_partners_members_of_the_same_names_are_no_words(event):
    assert words(event_json(event)) == plainly(event)


@pytest.mark.parametrize(
    "more",
    [
        {"bizLocation": "urn:x:at", "bizLocationExtensions": {"https://x.example/a": "b"}},
        {"bizLocationExtensions": {"https://x.example/a": {"bizStep": "packing"}}},
        {"readPoint": "urn:x:at", "readPointExtensions": {"https://x.example/a": "b"}},
        {"errorDeclaration": ErrorDeclaration(NOON, extensions={"https://x.example/a": {"disposition": "active"}})},
        {"extensions": {"https://x.example/a": {"readPoint": {"id": "urn:x:no"}, "type": "no"}}},
        {"ilmd": {"https://x.example/a": {"disposition": "active", "bizStep": "packing"}}},
        {"sensorElementList": ({"https://x.example/a": {"readPoint": {"id": "urn:x:no"}}},)},
    ],
    ids=lambda more: next(reversed(more)),
)
@pytest.mark.parametrize("step", [None, "shipping"])
def test_each_place_where_a_partner_may_say_such_a_name(more, step):
    """One at a time, for together they are read wholly anyhow."""
    event = Event("ObjectEvent", NOON, "+01:00", bizStep=step, **more)
    assert words(event_json(event)) == plainly(event)
