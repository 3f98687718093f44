"""Values made quickly are the values themselves: equal, of their own type, frozen, with the same hash."""

import pickle
from copy import copy
from dataclasses import FrozenInstanceError, fields, replace
from datetime import UTC, datetime

import pytest

from filon.core.quick import quickly
from filon.epcis.event import Event
from filon.log.store import Record

NOW = datetime(2026, 7, 1, tzinfo=UTC)
GIVEN = [
    (Event, ("ObjectEvent", NOW, "+02:00"), {"epcList": ("urn:a", "urn:b"), "ilmd": {"a": "b"}}),
    (Record, (b"key", "urn:uuid:1", 5, b"{}"), {"marks": (("epcList", "urn:a"),)}),
]


@pytest.mark.parametrize(("kind", "args", "more"), GIVEN)
def test_the_same_value(kind, args, more):
    one, other = quickly(kind)(*args, **more), kind(*args, **more)
    assert type(one) is kind
    assert one == other
    assert repr(one) == repr(other)
    assert [getattr(one, each.name) for each in fields(kind)] == [getattr(other, each.name) for each in fields(kind)]
    with pytest.raises(FrozenInstanceError):
        setattr(one, fields(kind)[0].name, 1)
    assert pickle.loads(pickle.dumps(one)) == copy(one) == replace(one) == other


def test_nothing_is_shared_that_may_change():
    make = quickly(Event)
    assert make("t", NOW, "Z").extensions is not make("t", NOW, "Z").extensions
    assert hash(make("t", NOW, "Z")) == hash(Event("t", NOW, "Z"))


def test_what_lacks_or_is_too_much_is_a_wrong_call():
    with pytest.raises(TypeError):
        quickly(Event)(1)
    with pytest.raises(TypeError):
        quickly(Event)("t", NOW, "Z", none=1)
