"""Identifiers spelled for partners who ask for URNs."""

from hypothesis import given

from epcis_events import LOT, OBJECT, SITE, document, events
from filon.epcis import jsonwrite, read
from filon.epcis.formats import spelled, urns
from filon.epcis.key import body_key


def test_an_event_in_urns():
    event = read(document({**OBJECT, "epcList": ["https://id.gs1.org/01/04012345123456/21/12"]})).events[0]
    told = spelled(event, urns({"4012345": 7}))
    assert told.readPoint == "urn:epc:id:sgln:4012345.00011.0"
    assert told.epcList == ("urn:epc:id:sgtin:4012345.012345.12",)
    assert told.quantityList[0].epcClass == "urn:epc:class:lgtin:4012345.012345.L1"
    assert told.quantityList[0].quantity == event.quantityList[0].quantity


def test_what_is_not_known_is_not_guessed():
    spell = urns({"9521234": 7})
    assert spell(LOT) == LOT
    assert spell("https://names.example.com/1") == "https://names.example.com/1"
    assert urns({"401": 6, "4012345": 7})(SITE) == "urn:epc:id:sgln:4012345.00011.0"


@given(events())
def test_urns_read_back_are_the_same_event(event):
    """For any prefix length: the URN says the same key."""
    spell = urns(dict.fromkeys("0123456789", 8))
    told = spelled(event, spell)
    assert body_key(read(jsonwrite.write([told])).events[0]) == body_key(event)
