"""The quick reading says what the whole reading says, of every document: same findings, same stored forms, same records."""

import json
import random
import time
from itertools import islice

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from epcis_corpus import data, label, rows
from epcis_events import BY_TYPE, CONTEXT, LOT, OBJECT, document, events
from filon.app.desk import posted
from filon.app.records import POINTS, event_record, plain_record
from filon.epcis import jsonld, jsonwrite, quick
from filon.epcis.body import event_json
from filon.epcis.document import Limits
from filon.epcis.event import Event
from filon.epcis.plain import Plain
from filon.epcis.shape import EVENT_FIELDS
from filon.exchange.simulator.plant import events as plant_events

LIMITS = Limits()


def same(text, limits=LIMITS):
    """How many of the document's events were plain; fails where the quick reading says anything else than the whole."""
    quickly, wholly = list(quick.stream(text, "x", limits)), list(jsonld.stream(text, "x", limits))
    assert len(quickly) == len(wholly)
    plains = 0
    for one, other in zip(quickly, wholly, strict=True):
        if isinstance(one, Plain):
            plains += 1
            assert isinstance(other, Event)
            assert one.body == event_json(other)
            assert one.place == other.place
            assert plain_record(one) == event_record(other)
        else:
            assert one == other
            assert not isinstance(one, Event) or one.place == other.place
    return plains


@pytest.mark.parametrize("row", rows(".json", ".jsonld"), ids=label)
def test_on_the_corpus(row):
    same(data(row))


def test_a_plants_events_are_all_plain():
    """Cobalt to pack as our own simulator tells it: assays, serial ranges, transports, assemblies."""
    told = list(islice(plant_events(2), 10_000, 10_600))
    assert same(jsonwrite.write(told)) == len(told)


@pytest.mark.parametrize("kind", sorted(BY_TYPE))
def test_one_of_each_kind_is_plain(kind):
    assert same(document(BY_TYPE[kind])) == 1


SENSED = {"sensorElementList": [{"sensorMetadata": {"time": "2026-11-03T12:00:00Z", "deviceID": "urn:x:device:1"},
                                 "sensorReport": [{"type": "Temperature", "value": 26.0, "uom": "CEL", "ex:seal": "A"},
                                                  {"type": "cbv:Speed", "value": 1.10, "uom": "KMH"}]}]}  # fmt: skip
NAMED = {"eventID": "urn:uuid:5c4b6a2e-3a0f-4f0e-9c35-1d2f4b0c7a11"}
DECLARED = {**NAMED, "errorDeclaration": {"declarationTime": "2099-01-01T00:00:00Z", "reason": "did_not_occur",
                                          "correctiveEventIDs": ["urn:uuid:1"], "ex:who": "QA"}}  # fmt: skip
OWN = {"@context": [{"our": "https://our.example.com/"}], "our:grade": "A", "ex:n": [1]}


@pytest.mark.parametrize("more", [SENSED, DECLARED, OWN, {**SENSED, **DECLARED, **OWN}])
def test_sensors_declared_errors_and_own_contexts_are_plain(more):
    """They have rules of their own, and go through the whole reading by themselves; the rest of the event does not."""
    assert same(document({**OBJECT, **more}, OBJECT, {**BY_TYPE["TransformationEvent"], **more})) == 3


@pytest.mark.parametrize(
    "wrong",
    [
        {"sensorElementList": [{"sensorReport": [{"value": 26.0}]}]},
        {"sensorElementList": [{**SENSED["sensorElementList"][0], "sensorMetadata": {"time": "2099-01-01T00:00:00Z"}}]},
        {"sensorElementList": [{"sensorReport": [{"type": "Temperature", "time": "2099-01-01T00:00:00Z"}]}]},
        {"sensorElementList": [{"sensorReport": [{"type": "Temperature", "value": "26"}]}]},
        {"errorDeclaration": {"reason": "did_not_occur"}},
        {"errorDeclaration": {"declarationTime": "2001-01-01T00:00:00Z"}},
        {"@context": "https://unknown.example.com/context.jsonld"},
        {"@context": [{"urn": "https://our.example.com/"}]},
        {"filon:points": [{"filon:point": "x"}], "@context": {"filon": "https://w3id.org/filon/"}},
    ],
)
def test_what_is_wrong_with_them_is_told_by_the_whole_reading(wrong):
    assert same(document({**OBJECT, **SENSED, **wrong})) == 0


def test_a_context_that_comes_again_after_another_is_told_again():
    strange, fine = {"@context": "https://unknown.example.com/x.jsonld"}, {"@context": {"our": "https://our.example/"}}
    plains = same(document(*[{**OBJECT, **one} for one in (strange, strange, fine, strange, {}, strange, fine)]))
    assert plains == 3


def test_statements_of_passports_bear_their_marks():
    """A quick reading that knew nothing of `filon:points` once kept such events without the mark they are found by."""
    told = {**OBJECT, "@context": {"filon": "https://w3id.org/filon/"}, "filon:points": [{"filon:point": "x"}]}
    (record,) = posted.read(document(told), "application/ld+json", "x", lambda _: None).records
    assert POINTS in record.marks


@given(st.lists(events(), max_size=4))
def test_on_any_events(told):
    same(jsonwrite.write(told))


SERIALS = st.text("0123456789ABCabc-_.%/ ", max_size=22)


@example("id:sgtin", "1" * 20, "4012345.012345")
@example("id:sgtin", "1" * 21, "4012345.012345")
@given(st.sampled_from(["id:sgtin", "class:lgtin", "id:sscc", "idpat:sgtin"]), SERIALS,
       st.sampled_from(["4012345.012345", "4012345.01234", "401234.5012345", "4012345", "x.y"]))  # fmt: skip
def test_on_any_urn_of_a_piece_or_lot(scheme, serial, parts):
    urn = f"urn:epc:{scheme}:{parts}.{serial}"
    same(document({**OBJECT, "epcList": [urn], "quantityList": [{"epcClass": urn, "quantity": 1}]}))


@pytest.mark.parametrize("urn", ["urn:epc:id:sgtin:4012345.012345.0", "urn:epc:class:lgtin:4012345.012345.L-7_0"])
def test_a_urn_that_is_sound_is_plain(urn):
    """By hand: 0 401 2345 12345 and the check digit 6 (3x0+4+3x0+1+3x2+3+3x4+5+3x1+2+3x3+4+3x5 = 64, 6 to 70)."""
    (one,) = (item for item in quick.stream(document({**OBJECT, "epcList": [urn]})) if isinstance(item, Plain))
    wanted = "/21/0" if "sgtin" in urn else "/10/L-7_0"
    assert ("epcList", f"https://id.gs1.org/01/04012345123456{wanted}") in one.things


@pytest.mark.nightly
@pytest.mark.corpus
@pytest.mark.parametrize("seed", range(2))
def test_on_mutated_documents_of_others_for_long(seed):
    """As the fuzzing of the parsers does it; both readings of whatever comes out."""
    data(rows(".json")[0])
    dice, end = random.Random(seed), time.process_time() + 300
    whole = [data(row) for row in rows(".json", ".jsonld")]
    while time.process_time() < end:
        text = bytearray(dice.choice(whole))
        for _ in range(dice.randint(1, 3)):
            at, until = sorted((dice.randrange(len(text)), dice.randrange(len(text))))
            part = bytes(text[at : min(until, at + 200)])
            to = dice.randrange(len(text))
            text[to : to + dice.choice([0, 1, len(part)])] = dice.choice([part, b"", b"0", b'"', b"[]", b"null"])
        same(bytes(text), Limits(findings=50))


ODD = [
    None, True, 0, -1, 2, 0.5, 1e20, "", "x", "shipping", "KGM", "urn:a:b", "urn:epcglobal:cbv:bizstep:shipping",
    "https://ref.gs1.org/cbv/BizStep-shipping", "https://ref.gs1.org/cbv/Disp-active", "cbv:BizStep-packing", LOT,
    "urn:epc:id:sgtin:4012345.012345.1", "https://id.gs1.org/01/04012345123450/10/L1", "urn:epc:id:sgtin:1.2.3",
    "urn:uuid:1", "urn:uuid:", "ni:///sha-256;ab", "2026-11-03T13:00:00.123456789Z", "2026-11-03T24:00:00Z", "+14:30",
    "2026-11-03T13:00:00.0005Z", "2026-11-03 13:00:00Z", [], {}, [{}], [[]], ["urn:a:b"], ["urn:a:b", 3], {"id": LOT},
    {"id": LOT, "ex:a": 1}, [{"epcClass": LOT}], [{"epcClass": LOT, "quantity": 0}], [{"epcClass": LOT, "uom": "KGM"}],
    [{"epcClass": LOT, "quantity": 1.5}], [{"epcClass": LOT, "quantity": 1.50, "uom": "LTR"}], {"set": ["active"]},
    [{"epcClass": LOT, "quantity": 3, "uom": "kgm"}], [{"epcClass": LOT, "quantity": 3, "ex:a": 1}], {"set": []},
    [{"epcClass": LOT, "quantity": 3, "uom": "DT"}], [{"type": "po", "bizTransaction": LOT}], {"unset": "active"},
    [{"bizTransaction": LOT}], [{"type": "owning_party", "source": LOT}], [{"source": LOT}], [{"destination": LOT}],
    [{"type": "owning_party", "destination": "https://id.gs1.org/414/4012345000116"}], {"ex:a": {"b": [1.0, None]}},
    [{"sensorReport": [{"type": "Temperature", "value": 1.50}]}], {"declarationTime": "2099-01-01T00:00:00+01:00"},
    {"ex": "https://other.example.com/"}, [{"ex": "https://ns.example.com/"}, {"our": "urn:x:"}],
    {"a": 1}, {"ex:a": 12345678901234567890}, {"ex:a": 1e-9}, {"ex:a": True}, "urn:epcglobal:cbv:bizstep:nothing",
]  # fmt: skip
NAMES = sorted(
    {
        *EVENT_FIELDS,
        "type",
        "@context",
        "ex:a",
        "filon:points",
        "filon:life",
        "filon:activity",
        "https://ns.example.com/a",
        "filon:own",
        "bare",
        "é:ü",
    }
)


@given(
    st.sampled_from(sorted(BY_TYPE)),
    st.dictionaries(st.sampled_from(NAMES), st.sampled_from(ODD), max_size=3),
    st.sets(st.sampled_from(NAMES), max_size=1),
)
def test_on_sound_events_with_something_odd(kind, changes, without):
    """Every field of every kind of event with whatever may come in it, right or wrong."""
    event = {name: value for name, value in {**BY_TYPE[kind], **changes}.items() if name not in without}
    same(document(event, OBJECT))


@pytest.mark.parametrize(
    ("inside", "plains"),
    [
        ('"ex:n": 20000.50', 1),
        ('"ex:n": 1.0', 1),
        ('"ex:n": -0', 1),
        ('"ex:n": -0.0', 1),
        ('"ex:n": 1e3', 1),
        ('"ex:n": 0.001', 1),
        ('"ex:n": 999999999999999', 1),
        ('"ex:n": [0.1, 123456.789012, -12.5]', 1),
        # what a binary float does not say exactly, or would be written otherwise
        ('"ex:n": 0.0001', 0),
        ('"ex:n": 1234567890123456', 0),
        ('"ex:n": 0.10000000000000001', 0),
        ('"ex:n": 1e400', 0),
        ('"ex:n": 1E+2, "ex:m": {"ex:k": 1e-7}', 0),
        # a member that stands twice, on any level, and spellings that would hide it
        ('"ex:n": 1, "ex:n": 1', 0),
        ('"action": "OBSERVE"', 0),
        ('"ex:n": {"ex:a": "x", "ex:a": "y"}', 0),
        ('"ex:n": 1, "ex:n": "\\u0022"', 0),
        ('"ex:n": 1, "ex:\\u006e": "x"', 0),
        ('"ex:n": 1, "https://ns.example.com/n": 2', 0),
        # texts
        ('"ex:n": "caf\\u00e9 \\"quoted\\" \\\\ \\/ \\n"', 1),
        ('"ex:n": "\\u0000"', 0),
        ('"ex:n": "\\ud83d\\ude00"', 0),
        ('"ex:n": "\\ud83d"', 0),
        ('"ex:eventList": "x"', None),
        ('"ex:n": "\\"eventList\\": ["', None),
        ('"ex:n": NaN', None),
    ],
)
def test_by_hand(inside, plains):
    text = document(OBJECT).replace(b'"action"', inside.encode() + b', "action"', 1)
    found = same(text)
    assert plains is None or found == plains


@pytest.mark.parametrize(
    ("member", "value", "plains"),
    [
        ("eventTime", '"2026-11-03T13:00:00Z"', 1),
        ("eventTime", '"2026-11-03t13:00:00Z"', 0),
        ("eventTime", '"2026-11-03T13:00:00z"', 0),
        ("eventTime", '"2026-11-03 13:00:00Z"', 0),
        ("eventTime", '"2026-02-30T13:00:00Z"', 0),
        ("eventTime", '"0000-01-01T13:00:00Z"', 0),
        ("eventTime", '"2026-11-03T23:59:60Z"', 0),
        ("eventTime", '"2026-11-03T24:00:00Z"', 0),
        # of two members of one name in a list's entry the decoder keeps one
        ("quantityList", '[{"epcClass": "%s", "quantity": 1, "quantity": 2}]', 0),
        ("quantityList", '[{"epcClass": "%s", "epcClass": "%s", "quantity": 2}]', 0),
        ("quantityList", '[{"epcClass": "%s", "uom": "KGM"}]', 0),
        ("quantityList", '[{"epcClass": "%s", "quantity": "1"}]', 0),
        ("quantityList", '[{"epcClass": "%s", "quantity": 2.0}]', 1),
        ("quantityList", '[{"epcClass": "%s", "quantity": 2.5}]', 0),
        ("quantityList", '[{"epcClass": "%s", "quantity": 2.50, "uom": "KGM"}, {"epcClass": "%s"}]', 1),
        ("quantityList", '[{"epcClass": "%s", "quantity": 1234567890123456}]', 0),
        ("quantityList", '[{"epcClass": "%s", "quantity": null}]', 0),
        ("quantityList", '[{"epcClass": "%s", "ex:a": 1}]', 0),
        ("quantityList", "[]", 0),
        ("quantityList", "null", 0),
        ("epcList", '["urn:a:b", "urn:a:B!", "urn:a:B"]', 1),
        ("epcList", '["urn:a:b", "urn:a:b"]', 0),
        ("epcList", '["urn:a:b", "urn:a:\\u0062"]', 0),
        ("epcList", '["urn:a:\\u0062"]', 1),
        ("epcList", '{"urn:a:b": 1}', 0),
        ("bizTransactionList", '[{"type": "po", "type": "po", "bizTransaction": "urn:a:b"}]', 0),
        ("bizTransactionList", '[{"bizTransaction": "urn:a:b"}, {"type": "po", "bizTransaction": "urn:a:b"}]', 1),
        ("sourceList", '[{"source": "urn:a:b"}]', 0),
    ],
)
def test_one_member_by_hand(member, value, plains):
    """A sound event but for this member; of a list its entries count in any order, and once."""
    event = {**OBJECT, "bizTransactionList": [], "sourceList": [], "epcList": []}
    text = document({name: "@" if name == member else said for name, said in event.items()})
    assert same(text.replace(b'"@"', value.replace("%s", LOT).encode())) == plains


@pytest.mark.parametrize(
    "change",
    [
        lambda text: b"\xef\xbb\xbf" + text,
        lambda text: text[:-1],
        lambda text: text[:-3] + b"],}}",
        lambda text: text + b" x",
        lambda text: text.replace(b'"eventList": [', b'"eventList": [,'),
        lambda text: text.replace(b'"eventList"', b'"eventlist"'),
        lambda text: text.replace(b'"epcisBody"', b'"epcisBodies"'),
        lambda text: text.replace(b"\\u00e9", b"\xe9"),
        lambda text: text.replace(b"\\u00e9", b"\xc3\xa9"),
        lambda text: text.replace(b'"action": "ADD"', b'"action": "\xe9"', 1),
        lambda text: text.replace(b"{", b"{ ", 1).replace(b"]}}", b" ] \n}\t}\r\n"),
        lambda text: text.replace(b"ns.example.com", b"ns.example.com/\\u0000"),
        lambda text: b"[" + text + b"]",
        lambda text: text.replace(b'"eventList": [', b'"eventList": 5, "x:eventList": ['),
        lambda text: b"{" * 70 + text,
        lambda text: text.replace(b'"epcisBody"', b'"ex:more": {"eventList": [{}, 1]}, "epcisBody"'),
        lambda text: text.replace(b'"action"', b'"ex:more": {"eventList": [{}, 1]}, "action"', 1),
        lambda text: text[:-1] + b', "ex:more": {"eventList": [{}, 1]}}',
    ],
)
def test_on_documents_that_are_broken_or_strange(change):
    same(change(document(OBJECT, {**OBJECT, "ex:a": "é"}, OBJECT)))


def test_a_context_behind_the_events_is_theirs():
    whole = json.loads(document({**OBJECT, "ex:a": "1"}))
    turned = dict(reversed(whole.items()))
    assert next(iter(turned)) == "epcisBody"
    assert same(json.dumps(turned).encode()) == 1


def test_an_unknown_context_behind_the_events_is_told_at_its_own_place():
    """It was once told at the last event's place by the whole reading, and at its own by the quick one."""
    whole = json.loads(document(OBJECT, OBJECT, context=["https://unknown.example.com/context.jsonld"]))
    text = json.dumps(dict(reversed(whole.items()))).encode()
    assert same(text) == 2
    assert [one.place.pointer for one in jsonld.parse(text).findings if one.code == "EPC-210"] == ["/@context"]


def test_a_context_that_makes_a_prefix_of_urn_is_read_wholly():
    assert same(document(OBJECT, context=[*CONTEXT, {"urn": "https://ns.example.com/"}])) == 0


def test_events_in_a_query_document():
    whole = json.loads(document(OBJECT, OBJECT))
    body = {"queryResults": {"queryName": "q", "resultsBody": whole["epcisBody"]}}
    assert same(json.dumps({**whole, "type": "EPCISQueryDocument", "epcisBody": body}).encode()) == 2


def test_reading_stops_after_as_many_errors():
    wrong = {**OBJECT, "action": "NO"}
    same(document(*[wrong, OBJECT] * 6), Limits(findings=3))
    same(document(*[{**OBJECT, "eventID": "urn:a:b"}] * 6), Limits(findings=3))


def test_most_of_what_nests_within_the_limit_is_plain():
    deep = {"ex:a": 1}
    for _ in range(5):
        deep = {"ex:a": [deep]}
    assert same(document({**OBJECT, "ex:d": deep}), Limits(depth=20)) == 1
    assert same(document({**OBJECT, "ex:d": deep}), Limits(depth=4)) == 0
