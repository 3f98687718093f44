"""The stored body: the same bytes for the same event, and the event back from them."""

from decimal import Decimal

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from epcis_events import OBJECT, document, events
from filon.epcis import read
from filon.epcis.body import event_from_json, event_json
from filon.epcis.key import body_key


def test_by_hand():
    """Members sorted, names in full, empty ones left out, time in UTC."""
    event = read(document({**OBJECT, "ex:b": [], "ilmd": {"filon:form": "CoSO4·7H2O"}}, context=["https://ref.gs1.org/standards/epcis/epcis-context.jsonld", {"ex": "https://ns.example.com/", "filon": "https://w3id.org/filon/"}])).events[0]  # fmt: skip
    assert event_json(event).decode() == (
        '{"action":"ADD","bizStep":"commissioning","eventTime":"2026-11-03T12:00:00Z","eventTimeZoneOffset":"+01:00",'
        '"extensions":{"https://ns.example.com/b":[]},"ilmd":{"https://w3id.org/filon/form":"CoSO4·7H2O"},'
        '"quantityList":[{"epcClass":"https://id.gs1.org/01/04012345123456/10/L1","quantity":20000.5,"uom":"KGM"}],'
        '"readPoint":{"id":"https://id.gs1.org/414/4012345000115"},"type":"ObjectEvent"}'
    )


@pytest.mark.parametrize(
    "number",
    ["0.1", "20000.50", "12345678901234567890", "0.1000000000000000055", "1e-200", "1e300", "-0", "9007199254740993"],
)
def test_no_digit_is_lost(number):
    event = read(document({**OBJECT, "ex:n": {"ex:m": [1]}}).replace(b"[1]", f"[{number}]".encode())).events[0]
    back = event_from_json(event_json(event))
    assert back == event
    assert back.extensions["https://ns.example.com/n"]["https://ns.example.com/m"] == [Decimal(number)]


@given(events())
def test_there_and_back(event):
    body = event_json(event)
    back = event_from_json(body)
    for name in event.__slots__:
        assert getattr(back, name) == getattr(event, name), name
    assert event_json(back) == body
    assert body_key(back) == body_key(event)
    assert list(orjson.loads(body)) == sorted(orjson.loads(body))


@given(events(), st.integers(0, 3))
def test_equal_numbers_give_equal_bytes(event, zeros):
    """20000.5 and 20000.500 are one number."""

    def spread(value):
        if isinstance(value, Decimal) and value == value.to_integral_value() and abs(value) < 10**9:
            return Decimal(f"{value:f}." + "0" * zeros) if zeros and "." not in f"{value:f}" else value
        if isinstance(value, dict):
            return {name: spread(item) for name, item in value.items()}
        return [spread(item) for item in value] if isinstance(value, list) else value

    from dataclasses import replace

    other = replace(event, extensions=spread(event.extensions))
    assert event_json(other) == event_json(event)
