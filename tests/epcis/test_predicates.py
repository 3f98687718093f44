"""SimpleEventQuery: each parameter finds what it should and nothing else."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epcis_events import LOT, NOON, SITE, events
from filon.core.finding import rules
from filon.epcis.context import BUILT_IN
from filon.epcis.event import ErrorDeclaration, Event, QuantityElement, Typed
from filon.epcis.pattern import matcher
from filon.epcis.predicates import Master, QueryParameterError, query

EX = "https://ns.example.com/"
TERMS = BUILT_IN.with_context([{"ex": EX}])[0]
PIECE = "https://id.gs1.org/01/04012345123456/21/12"
BOX = "https://id.gs1.org/00/040123450000003338"
ONE = Event(
    "ObjectEvent",
    NOON,
    "+01:00",
    eventID="urn:uuid:1",
    recordTime=NOON + timedelta(hours=1),
    action="ADD",
    bizStep="commissioning",
    disposition="in_transit",
    readPoint=SITE,
    readPointExtensions={EX + "gate": "7"},
    bizLocation=SITE + "/254/1",
    epcList=(PIECE,),
    quantityList=(QuantityElement(LOT, Decimal("20000.5"), "KGM"),),
    bizTransactionList=(Typed("https://orders.example.com/1", "po"),),
    sourceList=(Typed(SITE, "location"),),
    destinationList=(Typed("https://id.gs1.org/417/4012345000009", "owning_party"),),
    persistentDisposition={"set": ("recalled",), "unset": ("damaged",)},
    sensorElementList=(
        {
            EX + "own": "e",
            "sensorMetadata": {
                "time": "2026-11-03T11:00:00Z",
                "deviceID": "https://id.gs1.org/8004/4000001111",
                EX + "m": "1",
            },
            "sensorReport": [
                {
                    "type": "Temperature",
                    "value": Decimal(26),
                    "uom": "CEL",
                    "booleanValue": True,
                    "percRank": Decimal(50),
                    EX + "r": "s",
                }
            ],
        },
    ),
    ilmd={EX + "grade": "A", EX + "box": {EX + "size": Decimal(2), EX + "deep": [{EX + "x": "y"}]}},
    extensions={
        EX + "run": Decimal(7),
        EX + "when": "2026-11-03T12:00:00Z",
        "{https://ns.example.org/v}tag": ["a", "b"],
    },
    errorDeclaration=ErrorDeclaration(NOON + timedelta(days=1), "did_not_occur", ("urn:uuid:2",), {EX + "who": "me"}),
)
PACK = Event(
    "AggregationEvent",
    NOON,
    "+01:00",
    action="ADD",
    parentID=BOX,
    childEPCs=(PIECE,),
    childQuantityList=(QuantityElement(LOT, Decimal(3)),),
)
STEP = Event("TransformationEvent", NOON, "+01:00", inputEPCList=(PIECE,), inputQuantityList=(QuantityElement(LOT),),
             outputEPCList=(PIECE + "3",), outputQuantityList=(QuantityElement(LOT + "x"),), transformationID="urn:t:1")  # fmt: skip
MASTER = Master({SITE: {EX + "kind": "refinery"}}, {SITE: {SITE + "/254/1"}, SITE + "/254/1": {SITE}})

YES = [
    {"eventType": ["ObjectEvent", "AggregationEvent"]},
    {"GE_eventTime": "2026-11-03T13:00:00+01:00"},
    {"LT_eventTime": "2026-11-03T12:00:00.000001Z"},
    {"GE_recordTime": "2026-11-03T13:00:00Z"},
    {"GE_time": "2026-11-03T11:00:00Z"},
    {"GE_errorDeclarationTime": "2026-11-04T12:00:00Z"},
    {"LT_errorDeclaration_Time": "2026-11-04T12:00:01Z"},
    {"EQ_action": ["ADD", "DELETE"]},
    {"EQ_bizStep": "commissioning"},
    {"EQ_bizStep": ["urn:epcglobal:cbv:bizstep:commissioning"]},
    {"EQ_bizStep": ["https://ref.gs1.org/cbv/BizStep-commissioning"]},
    {"EQ_disposition": ["cbv:Disp-in_transit"]},
    {"EQ_persistentDisposition_set": ["recalled"]},
    {"EQ_persistentDisposition_unset": ["damaged"]},
    {"EQ_eventID": ["urn:uuid:1"]},
    {"EQ_errorReason": ["did_not_occur"]},
    {"EQ_correctiveEventID": ["urn:uuid:2"]},
    {"EQ_readPoint": ["urn:epc:id:sgln:4012345.00011.0"]},
    {"EQ_bizLocation": ["urn:epc:id:sgln:4012345.00011.1"]},
    {"WD_readPoint": [SITE]},
    {"WD_bizLocation": ["urn:epc:id:sgln:4012345.00011.0"]},
    {"EXISTS_errorDeclaration": True},
    {"EXISTS_sensorElementList": 1},
    {"EXISTS_sensorElement": "true"},
    {"EXISTS_errorDeclaration": "false"},
    {"EQ_bizTransaction_po": ["https://orders.example.com/1", "x:y"]},
    {"EQ_bizTransaction_urn:epcglobal:cbv:btt:po": ["https://orders.example.com/1"]},
    {"EQ_source_location": ["urn:epc:id:sgln:4012345.00011.0"]},
    {"EQ_destination_owning_party": ["urn:epc:id:pgln:4012345.00000"]},
    {"MATCH_epc": ["urn:epc:id:sgtin:4012345.012345.12"]},
    {"MATCH_epc": ["urn:epc:idpat:sgtin:4012345.012345.*"]},
    {"MATCH_epc": ["urn:epc:idpat:sgtin:4012345.*.*"]},
    {"MATCH_anyEPC": [PIECE]},
    {"MATCH_epcClass": ["urn:epc:class:lgtin:4012345.012345.L1"]},
    {"MATCH_anyEPCClass": [LOT]},
    {"EQ_quantity": [20000.5]},
    {"GE_quantity_KGM": 20000.5},
    {"GT_quantity_TNE": "20.0004"},
    {"LE_quantity_TNE": Decimal("20.0005")},
    {"EQ_type": ["Temperature"]},
    {"EQ_type": ["gs1:Temperature"]},
    {"EQ_deviceID": ["urn:epc:id:giai:4000001.111"]},
    {"EQ_booleanValue": True},
    {"EQ_value_CEL": 26},
    {"EQ_value_KEL": "299.15"},
    {"GE_value_FAH": "78.8"},
    {"LT_value_KEL": 300},
    {"LE_percRank": 50},
    {"EQ_ex:run": [7]},
    {"GT_ex:run": 6},
    {"LE_ex:run": "7.0"},
    {"GE_ex:when": "2026-11-03T13:00:00+01:00"},
    {"EQ_https://ns.example.org/v#tag": ["b"]},
    {"EXISTS_ex:run": "whatever"},
    {"EQ_ILMD_ex:grade": ["A"]},
    {"EQ_INNER_ILMD_ex:size": ["2"]},
    {"EXISTS_INNER_ILMD_ex:x": True},
    {"EQ_ERROR_DECLARATION_ex:who": ["me"]},
    {"EQ_SENSORELEMENT_ex:own": ["e"]},
    {"EQ_SENSORMETADATA_ex:m": ["1"]},
    {"EQ_SENSORREPORT_ex:r": ["s"]},
    {"EQ_readPoint_ex:gate": ["7"]},
    {"HASATTR_readPoint": ["ex:kind"]},
    {"EQ_ATTR_readPoint_ex:kind": ["refinery"]},
    {"EQATTR_readPoint_ex:kind": ["refinery"]},
    {"EQ_action": "ADD", "GE_eventTime": "2026-11-03T12:00:00Z"},
    {},
]  # fmt: skip
NO = [
    {"eventType": "TransactionEvent"},
    {"LT_eventTime": "2026-11-03T12:00:00Z"},
    {"GE_startTime": "2000-01-01T00:00:00Z"},
    {"EQ_action": "DELETE"},
    {"EQ_bizStep": ["shipping"]},
    {"EQ_persistentDisposition_set": ["damaged"]},
    {"EQ_transformationID": ["urn:t:1"]},
    {"WD_readPoint": ["https://id.gs1.org/414/4012345000122"]},
    {"EQ_bizTransaction_inv": ["https://orders.example.com/1"]},
    {"EQ_source_owning_party": [SITE]},
    {"MATCH_epc": [PIECE + "3"]},
    {"MATCH_epc": ["urn:epc:idpat:sgtin:4012345.012346.*"]},
    {"MATCH_inputEPC": [PIECE]},
    {"MATCH_outputEPC": [PIECE]},
    {"MATCH_parentID": [BOX]},
    {"MATCH_epcClass": [PIECE]},
    {"MATCH_epcClass": ["urn:epc:idpat:sgtin:4012345.012345.*"]},
    {"GT_quantity_KGM": 20000.5},
    {"GE_quantity_MTQ": 1},
    {"EQ_quantity_KGM": 20},
    {"EQ_value_KEL": 26},
    {"EQ_value_KGM": 26},
    {"EQ_minValue_CEL": 26},
    {"EQ_type": ["Mass"]},
    {"EQ_booleanValue": False},
    {"EQ_ex:run": [8]},
    {"LT_ex:run": 7},
    {"EXISTS_ex:size": True},
    {"EQ_ILMD_ex:size": ["2"]},
    {"EQ_INNER_ILMD_ex:grade": ["A"]},
    {"EQ_ERROR_DECLARATION_ex:who": ["you"]},
    {"EQ_bizLocation_ex:gate": ["7"]},
    {"HASATTR_readPoint": ["ex:other"]},
    {"EQ_ATTR_readPoint_ex:kind": ["mine"]},
    {"EQ_action": "ADD", "LT_eventTime": "2026-11-03T12:00:00Z"},
]  # fmt: skip
WRONG = [
    {"EQ_action": "CREATE"},
    {"EQ_colour": "red"},
    {"GE_eventTime": "yesterday"},
    {"GE_quantity_KGM": "much"},
    {"MATCH_lot": ["x"]},
    {"WD_disposition": ["x"]},
    {"colour": "red"},
    {"GT_ex:run": ["1", "2"]},
    {"GT_ex:run": "red"},
    {"EQ_bizStep": []},
    {"orderDirection": "UP"},
    {"eventCountLimit": 5},
    {"eventCountLimit": 5, "maxEventCount": 5, "orderBy": "eventTime"},
    {"maxEventCount": "many"},
    {"EQ_ATTR_a_b_c": ["x"]},
]


@pytest.mark.parametrize("params", YES, ids=str)
def test_finds(params):
    assert query(params, terms=TERMS, master=MASTER).matches(ONE)


@pytest.mark.parametrize("params", NO, ids=str)
def test_does_not_find(params):
    assert not query(params, terms=TERMS, master=MASTER).matches(ONE)


@pytest.mark.parametrize("params", WRONG, ids=str)
def test_what_the_standard_does_not_know_is_refused_by_name(params):
    with pytest.raises(QueryParameterError) as refused:
        query(params, terms=TERMS)
    assert refused.value.status == 400


def test_things_of_the_other_types():
    found = lambda params, event: query(params).matches(event)  # noqa: E731
    assert found({"MATCH_parentID": [BOX]}, PACK)
    assert found({"MATCH_epc": [PIECE]}, PACK)
    assert found({"MATCH_anyEPC": [BOX]}, PACK)
    assert found({"MATCH_epcClass": [LOT]}, PACK)
    assert found({"MATCH_inputEPC": [PIECE]}, STEP)
    assert found({"MATCH_outputEPC": [PIECE + "3"]}, STEP)
    assert found({"MATCH_anyEPC": [PIECE]}, STEP)
    assert found({"MATCH_inputEPCClass": [LOT]}, STEP)
    assert found({"MATCH_outputEPCClass": [LOT + "x"]}, STEP)
    assert found({"MATCH_anyEPCClass": [LOT]}, STEP)
    assert not found({"MATCH_epc": [PIECE]}, STEP)
    assert not found({"MATCH_epcClass": [LOT]}, STEP)
    assert found({"EQ_quantity": 3}, PACK)
    assert not found({"EQ_quantity": 3}, STEP)


def test_the_star_of_a_class_is_matched_by_a_star_only():
    every = "https://id.gs1.org/01/04012345123456"
    assert matcher("urn:epc:idpat:sgtin:4012345.012345.*", classes=True)(every)
    assert matcher("urn:epc:idpat:sgtin:4012345.*.*", classes=True)(every)
    assert not matcher("urn:epc:idpat:sgtin:4012345.012345.*")(every)
    assert not matcher("urn:epc:id:sgtin:4012345.012345.12", classes=True)(every)


@pytest.mark.parametrize(
    ("pattern", "link", "other"),
    [
        ("urn:epc:idpat:sscc:4012345.*", BOX, "https://id.gs1.org/00/040123460000003338"),
        ("urn:epc:idpat:sgln:4012345.*.*", SITE + "/254/1", "https://id.gs1.org/414/4012346000115"),
        ("urn:epc:idpat:sgln:4012345.00011.*", SITE, "https://id.gs1.org/414/4012345000122"),
        ("urn:epc:idpat:grai:4012345.66666.*", "https://id.gs1.org/8003/0401234566666387", "https://id.gs1.org/8003/0401234566666"),
        ("urn:epc:idpat:giai:4012345.*", "https://id.gs1.org/8004/4012345AAbb", "https://id.gs1.org/8004/4012346AAbb"),
        ("urn:epc:idpat:itip:4012345.012345.01.*.*", "https://id.gs1.org/8006/040123451234560102/21/999", "https://id.gs1.org/8006/040123451234560202/21/999"),
        ("urn:epc:idpat:cpi:4012345.ABC.*", "https://id.gs1.org/8010/4012345ABC/8011/123", "https://id.gs1.org/8010/4012345ABD/8011/123"),
        ("urn:epc:idpat:sgtin:*.*.*", PIECE, LOT),
    ],
)  # fmt: skip
def test_patterns(pattern, link, other):
    assert matcher(pattern)(link)
    assert not matcher(pattern)(other)


def test_order():
    """Latest first unless asked; what has no such field comes last; ties keep the store's order."""
    early, late = replace(PACK, eventTime=NOON - timedelta(1)), replace(STEP, eventTime=NOON + timedelta(1))
    events_ = [ONE, early, late, PACK]
    assert query({"orderBy": "eventTime"}).ordered(events_) == [late, ONE, PACK, early]
    assert query({"orderBy": "eventTime", "orderDirection": "ASC"}).ordered(events_) == [early, ONE, PACK, late]
    assert query({"orderBy": "ex:run"}, terms=TERMS).ordered([PACK, ONE]) == [ONE, PACK]
    assert query({}).ordered(events_) == events_
    asked = query({"orderBy": "eventTime", "eventCountLimit": "2"})
    assert (asked.limit, asked.most) == (2, None)


@given(
    st.lists(events(), max_size=4),
    st.sampled_from(["EQ_bizStep", "EQ_action", "EQ_disposition"]),
    st.sampled_from(["shipping", "ADD", "in_transit"]),
)
def test_equality_against_its_definition(found, name, wanted):
    if name == "EQ_action" and wanted != "ADD":
        return
    literal = [event for event in found if getattr(event, name[3:]) == wanted]
    assert [event for event in found if query({name: [wanted]}).matches(event)] == literal


@given(events(), events())
def test_an_event_is_found_by_each_thing_it_names(event, other):
    names = {
        *event.epcList,
        *event.childEPCs,
        *event.inputEPCList,
        *event.outputEPCList,
        *filter(None, [event.parentID]),
    }
    theirs = {
        *other.epcList,
        *other.childEPCs,
        *other.inputEPCList,
        *other.outputEPCList,
        *filter(None, [other.parentID]),
    }
    for name in names:
        assert query({"MATCH_anyEPC": [name]}).matches(event)
        assert query({"MATCH_anyEPC": [name]}).matches(other) == (name in theirs)


def test_units_that_are_not_known_compare_only_with_themselves():
    odd = replace(
        ONE, sensorElementList=({"sensorReport": [{"type": "Illuminance", "value": Decimal(800), "uom": "LUX"}]},)
    )
    assert query({"EQ_value_LUX": 800}).matches(odd)
    assert not query({"EQ_value_A93": 800}).matches(odd)
    assert "EPC-103" in rules()
