"""Every rule has a document that breaks it, in the one place that the finding names."""

import json

import pytest
from hypothesis import given

from epcis_events import BY_TYPE, CONTEXT, LOT, OBJECT, SITE, document, events
from filon.core.finding import Level, rules, worst
from filon.core.tables import table
from filon.epcis import read
from filon.epcis.document import Limits
from filon.epcis.rules import check, identifiers

E = "/epcisBody/eventList/0"
AGG, TRA, XFO, ASS = (
    BY_TYPE[name] for name in ("AggregationEvent", "TransactionEvent", "TransformationEvent", "AssociationEvent")
)
REPORT = {"type": "Mass", "value": 1, "uom": "KGM"}


def obj(**changes):
    return {name: value for name, value in {**OBJECT, **changes}.items() if value is not ...}


def sensor(metadata=None, **report):
    element = {"sensorReport": [{k: v for k, v in {**REPORT, **report}.items() if v is not ...}]}
    return obj(sensorElementList=[element if metadata is None else {"sensorMetadata": metadata, **element}])


def quantity(**changes):
    element = {"epcClass": LOT, "quantity": 5, "uom": "KGM", **changes}
    return obj(quantityList=[{name: value for name, value in element.items() if value is not ...}])


def without(event, *names, **changes):
    return {name: value for name, value in {**event, **changes}.items() if name not in names}


R, M = f"{E}/sensorElementList/0/sensorReport/0", f"{E}/sensorElementList/0/sensorMetadata"
Q = f"{E}/quantityList/0"
DECLARED = {"declarationTime": "2026-11-04T00:00:00Z"}

# (code, event or bytes, pointer)
BROKEN = [
    ("EPC-001", document(OBJECT, schemaVersion=2), "/schemaVersion"),
    ("EPC-001", document(OBJECT, schemaVersion=None), ""),
    ("EPC-002", document(OBJECT, creationDate="3 November"), "/creationDate"),
    ("EPC-003", document(OBJECT, instanceIdentifier=7), "/instanceIdentifier"),
    ("EPC-004", document(OBJECT, sender=[]), "/sender"),
    ("EPC-005", document(OBJECT, receiver=7), "/receiver"),
    ("EPC-006", obj(eventTime="2026-11-03T13:00:00"), f"{E}/eventTime"),
    ("EPC-006", obj(eventTime="11/03/2026"), f"{E}/eventTime"),
    ("EPC-006", obj(eventTime=...), E),
    ("EPC-007", obj(eventTimeZoneOffset="+15:00"), f"{E}/eventTimeZoneOffset"),
    ("EPC-007", obj(eventTimeZoneOffset="+14:01"), f"{E}/eventTimeZoneOffset"),
    ("EPC-007", obj(eventTimeZoneOffset=...), E),
    ("EPC-008", obj(recordTime=1704450071788), f"{E}/recordTime"),
    ("EPC-009", obj(certificationInfo=["https://a.example/1", "no uri"]), f"{E}/certificationInfo/1"),
    ("EPC-009", obj(certificationInfo="no uri"), f"{E}/certificationInfo"),
    ("EPC-010", obj(action="CREATE"), f"{E}/action"),
    ("EPC-010", obj(action=...), E),
    ("EPC-011", {**XFO, "action": "ADD"}, f"{E}/action"),
    ("EPC-012", obj(bizStep="leaching"), f"{E}/bizStep"),
    ("EPC-012", obj(bizStep="urn:epcglobal:cbv:bizstep:leaching"), f"{E}/bizStep"),
    ("EPC-013", obj(disposition=""), f"{E}/disposition"),
    ("EPC-014", obj(readPoint=SITE), f"{E}/readPoint"),
    ("EPC-014", obj(readPoint={"id": "here"}), f"{E}/readPoint/id"),
    ("EPC-015", obj(bizLocation={}), f"{E}/bizLocation"),
    ("EPC-016", {**AGG, "childEPCs": ["x"]}, f"{E}/childEPCs/0"),
    ("EPC-017", obj(childEPCs=[LOT]), f"{E}/childEPCs"),
    ("EPC-017", {**TRA, "childEPCs": []}, f"{E}/childEPCs"),
    ("EPC-018", {**AGG, "ilmd": {"ex:a": "b"}}, f"{E}/ilmd"),
    ("EPC-019", without(ASS, "parentID"), E),
    ("EPC-019", {**ASS, "parentID": "x"}, f"{E}/parentID"),
    ("EPC-020", {**AGG, "parentID": "x"}, f"{E}/parentID"),
    ("EPC-021", obj(parentID=LOT), f"{E}/parentID"),
    ("EPC-022", without(XFO, "outputQuantityList"), E),
    ("EPC-023", obj(epcList=["a b:c"]), f"{E}/epcList/0"),
    ("EPC-023", obj(epcList=LOT), f"{E}/epcList"),
    ("EPC-024", {**XFO, "epcList": [LOT]}, f"{E}/epcList"),
    ("EPC-025", {**XFO, "inputEPCList": [7]}, f"{E}/inputEPCList/0"),
    ("EPC-026", {**XFO, "outputEPCList": [None]}, f"{E}/outputEPCList/0"),
    ("EPC-027", obj(inputEPCList=[LOT]), f"{E}/inputEPCList"),
    ("EPC-028", {**AGG, "outputEPCList": [LOT]}, f"{E}/outputEPCList"),
    ("EPC-029", obj(persistentDisposition=["recalled"]), f"{E}/persistentDisposition"),
    ("EPC-030", {**AGG, "persistentDisposition": {"set": ["recalled"]}}, f"{E}/persistentDisposition"),
    ("EPC-031", obj(persistentDisposition={"set": ["lost"]}), f"{E}/persistentDisposition/set/0"),
    ("EPC-032", obj(persistentDisposition={"unset": "recalled"}), f"{E}/persistentDisposition/unset"),
    ("EPC-033", obj(persistentDisposition={}), f"{E}/persistentDisposition"),
    ("EPC-034", {**XFO, "transformationID": "b0383004-b009"}, f"{E}/transformationID"),
    ("EPC-034", obj(transformationID="urn:a:b"), f"{E}/transformationID"),
    ("EPC-035", {**TRA, "bizTransactionList": [{"type": "po"}]}, f"{E}/bizTransactionList/0"),
    ("EPC-035", obj(bizTransactionList=None), f"{E}/bizTransactionList"),
    ("EPC-036", obj(bizTransactionList=[{"type": "order", "bizTransaction": LOT}]), f"{E}/bizTransactionList/0/type"),
    ("EPC-037", without(TRA, "bizTransactionList"), E),
    ("EPC-038", obj(sourceList=[{"type": "location"}]), f"{E}/sourceList/0"),
    ("EPC-039", obj(destinationList=[{"type": "location", "destination": "x"}]), f"{E}/destinationList/0/destination"),
    ("EPC-040", obj(sourceList=[{"source": LOT}]), f"{E}/sourceList/0"),
    ("EPC-041", {**AGG, "quantityList": OBJECT["quantityList"]}, f"{E}/quantityList"),
    ("EPC-042", obj(childQuantityList=OBJECT["quantityList"]), f"{E}/childQuantityList"),
    ("EPC-043", obj(inputQuantityList=OBJECT["quantityList"]), f"{E}/inputQuantityList"),
    ("EPC-044", obj(outputQuantityList=OBJECT["quantityList"]), f"{E}/outputQuantityList"),
    ("EPC-045", quantity(epcClass=...), Q),
    ("EPC-045", quantity(epcClass="x"), f"{Q}/epcClass"),
    ("EPC-046", quantity(quantity="5"), f"{Q}/quantity"),
    ("EPC-046", quantity(quantity=None), f"{Q}/quantity"),
    ("EPC-047", quantity(uom="kg"), f"{Q}/uom"),
    ("EPC-047", quantity(uom=None), f"{Q}/uom"),
    ("EPC-048", sensor(uom=7), f"{R}/uom"),
    ("EPC-049", obj(errorDeclaration=False), f"{E}/errorDeclaration"),
    ("EPC-050", obj(errorDeclaration={**DECLARED, "correctiveEventIDs": ["x"]}), f"{E}/errorDeclaration/correctiveEventIDs/0"),
    ("EPC-051", obj(errorDeclaration={**DECLARED, "reason": "typo"}), f"{E}/errorDeclaration/reason"),
    ("EPC-052", obj(errorDeclaration={}), f"{E}/errorDeclaration"),
    ("EPC-053", sensor(time="now"), f"{R}/time"),
    ("EPC-054", sensor({"startTime": "x"}), f"{M}/startTime"),
    ("EPC-055", sensor({"endTime": 1}), f"{M}/endTime"),
    ("EPC-056", sensor(deviceID="x"), f"{R}/deviceID"),
    ("EPC-057", sensor({"deviceMetadata": "x"}), f"{M}/deviceMetadata"),
    ("EPC-058", sensor(rawData="x"), f"{R}/rawData"),
    ("EPC-059", sensor(dataProcessingMethod=""), f"{R}/dataProcessingMethod"),
    ("EPC-060", sensor({"bizRules": "x"}), f"{M}/bizRules"),
    ("EPC-061", sensor(type="Weight"), f"{R}/type"),
    ("EPC-061", sensor(type=..., exception="ERROR_CONDITION"), R),
    ("EPC-062", sensor(exception="OOPS"), f"{R}/exception"),
    ("EPC-063", sensor(microorganism="x"), f"{R}/microorganism"),
    ("EPC-064", sensor(chemicalSubstance="Co"), f"{R}/chemicalSubstance"),
    ("EPC-065", sensor(coordinateReferenceSystem="x"), f"{R}/coordinateReferenceSystem"),
    ("EPC-066", sensor(component="w"), f"{R}/component"),
    ("EPC-067", sensor(uriValue="x"), f"{R}/uriValue"),
    *((f"EPC-{68 + n:03d}", sensor(**{name: "1.8"}), f"{R}/{name}") for n, name in enumerate(
        ("value", "minValue", "maxValue", "meanValue", "sDev", "percRank", "percValue"))),
    ("EPC-075", sensor(booleanValue="true"), f"{R}/booleanValue"),
    ("EPC-076", sensor(hexBinaryValue="0xff"), f"{R}/hexBinaryValue"),
    ("EPC-077", sensor(stringValue=1), f"{R}/stringValue"),
    ("EPC-078", obj(action="OBSERVE", ilmd={"ex:a": "b"}), f"{E}/ilmd"),
    ("EPC-079", obj(sensorElementList=[{}]), f"{E}/sensorElementList/0"),
    ("EPC-079", obj(sensorElementList={}), f"{E}/sensorElementList"),
    ("EPC-080", obj(eventID="https://events.example.com/1"), f"{E}/eventID"),
    ("EPC-081", document(OBJECT).replace(b'"epcisBody"', b'"epcisBody": {"eventList": []}, "epcisBody"'), "/epcisBody"),
    ("EPC-100", obj(eventID="7"), f"{E}/eventID"),
    ("EPC-101", quantity(quantity=0), f"{Q}/quantity"),
    ("EPC-101", quantity(quantity=-3), f"{Q}/quantity"),
    ("EPC-101", quantity(quantity=1.5, uom=...), f"{Q}/quantity"),
    ("EPC-129", quantity(quantity=...), f"{Q}/uom"),
    ("EPC-218", document(OBJECT, epcisHeader={"epcisMasterData": ""}), "/epcisHeader/epcisMasterData/vocabularyList"),
    ("EPC-103", quantity(uom="MND"), f"{Q}/uom"),
    ("EPC-103", quantity(uom="CEL"), f"{Q}/uom"),
    ("EPC-104", without(AGG, "parentID"), E),
    ("EPC-105", without(ASS, "childEPCs"), E),
    ("EPC-106", sensor({"deviceID": LOT}, deviceID=LOT), f"{R}/deviceID"),
    ("EPC-107", sensor(time="2026-11-03T12:00:01Z"), f"{R}/time"),
    ("EPC-107", sensor({"endTime": "2026-11-03T13:00:01+01:00"}), f"{M}/endTime"),
    ("EPC-108", obj(readPoint={"id": "https://id.gs1.org/414/4012345000116"}), f"{E}/readPoint/id"),
    ("EPC-109", obj(errorDeclaration={"declarationTime": "2026-11-03T11:59:59Z"}), f"{E}/errorDeclaration/declarationTime"),
    ("EPC-110", sensor(type=...), R),
    ("EPC-111", obj(bizStep="urn:epcglobal:cbv:bizstep:shipping"), f"{E}/bizStep"),
    ("EPC-113", obj(attachments=[]), f"{E}/attachments"),
    ("EPC-113", obj(ilmd={"materialType": "x"}), f"{E}/ilmd/materialType"),
    ("EPC-113", sensor(leftValue=1), f"{R}/leftValue"),
    ("EPC-114", quantity(**{"ex:a": 1}), f"{Q}/ex:a"),
    ("EPC-114", obj(sourceList=[{"type": "location", "source": SITE, "ex:a": 1}]), f"{E}/sourceList/0/ex:a"),
    ("EPC-115", obj(epcList=["urn:epc:id:sgtin:4012345.12345.1"]), f"{E}/epcList/0"),
    ("EPC-116", obj(quantityList=...), E),
    ("EPC-117", without(AGG, "childQuantityList"), E),
    ("EPC-118", without(TRA, "quantityList"), E),
    ("EPC-119", obj(type="ObjectEventInvalid"), f"{E}/type"),
    ("EPC-119", obj(type=...), E),
    ("EPC-120", obj(eventTime="2026-11-03T12:00:00.1234567Z"), f"{E}/eventTime"),
    ("EPC-121", obj(**{"ex:a": json.loads("[" * 65 + "]" * 65)}), f"{E}/ex:a" + "/0" * 64),
    ("EPC-124", obj(quantityList=..., epcList=[]), E),
    ("EPC-124", json.dumps({"@context": CONTEXT, **{k: v for k, v in OBJECT.items() if k != "quantityList"}, "epcList": []}).encode(), ""),
    ("EPC-125", obj(readPoint={"id": SITE, "floor": 2}), f"{E}/readPoint/floor"),
    ("EPC-125", obj(bizLocation={"id": SITE, "name": "x"}), f"{E}/bizLocation/name"),
    ("EPC-126", obj(eventTime="2016-12-31T23:59:60Z"), f"{E}/eventTime"),
    ("EPC-126", sensor(time="2015-07-01T01:59:60.5+02:00"), f"{R}/time"),
    ("EPC-126", document(OBJECT, creationDate="2016-12-31T23:59:60z"), "/creationDate"),
    ("EPC-006", obj(eventTime="2016-12-30T23:59:60Z"), f"{E}/eventTime"),  # no month ends there
    ("EPC-127", obj(**{"my_own:grade": 1}), f"{E}/my_own:grade"),
    ("EPC-127", obj(ilmd={"ex:a b": 1}), f"{E}/ilmd/ex:a b"),
    ("EPC-127", sensor(**{"1x:a": 1}), f"{R}/1x:a"),
    ("EPC-127", document(OBJECT, **{":a": 1}), "/:a"),
    ("EPC-128", obj(epcList=["urn:a:b", "urn:a:c", "urn:a:b"]), f"{E}/epcList/2"),
    ("EPC-131", {**ASS, "childEPCs": [LOT, LOT]}, f"{E}/childEPCs"),
    ("EPC-128", {**XFO, "outputEPCList": [LOT, LOT]}, f"{E}/outputEPCList/1"),
    ("EPC-128", obj(persistentDisposition={"unset": ["recalled", "recalled"]}), f"{E}/persistentDisposition/unset/1"),
    ("EPC-032", obj(persistentDisposition={"set": ["recalled"], "unset": []}), f"{E}/persistentDisposition/unset"),
    ("EPC-078", obj(action="DELETE", ilmd={}), f"{E}/ilmd"),
    ("EPC-111", sensor(type="https://gs1.org/voc/Temperature"), f"{R}/type"),
    ("EPC-124", {**without(TRA, "quantityList"), "epcList": []}, E),
    ("EPC-201", b" \n ", ""),
    ("EPC-202", document(OBJECT)[:-1], ""),
    ("EPC-202", document(OBJECT) + b"}", ""),
    ("EPC-202", b'{"a" 1}', ""),
    ("EPC-203", document(OBJECT).replace(b'"action"', b'"action": "ADD", "action"'), f"{E}/action"),
    ("EPC-203", document(OBJECT).replace(b'"type": "EPCISD', b'"type": "x", "type": "EPCISD'), "/type"),
    ("EPC-204", document(quantity()).replace(b": 5,", b": NaN,"), f"{Q}/quantity"),
    ("EPC-204", document(quantity()).replace(b": 5,", b": -Infinity,"), f"{Q}/quantity"),
    ("EPC-205", b"[" * 100_000, ""),
    ("EPC-207", b"\xef\xbb\xbf" + document(OBJECT), ""),
    ("EPC-208", document(obj(**{"ex:a": "é"})).replace(b"\\u00e9", b"\xe9"), ""),
    ("EPC-209", document(OBJECT, context=None), ""),
    ("EPC-210", document(OBJECT, context=[*CONTEXT, "https://other.example.com/context.jsonld"]), "/@context"),
    ("EPC-211", document(OBJECT, context=[*CONTEXT, 7]), "/@context"),
    ("EPC-212", document(OBJECT, type="Document"), "/type"),
    ("EPC-212", b'"text"', ""),
    ("EPC-213", b'{"@context": [], "type": "EPCISDocument", "schemaVersion": "2.0", "creationDate": "2026-11-03T14:00:00Z"}', ""),
    ("EPC-214", document(OBJECT, _comment="x"), "/_comment"),
    ("EPC-215", document(OBJECT, type="EPCISQueryDocument", epcisHeader={}), "/epcisHeader"),
    ("EPC-216", document(quantity()).replace(b": 5,", b": 1e400,"), f"{Q}/quantity"),
    ("EPC-216", document(quantity()).replace(b": 5,", b": " + b"9" * 65 + b","), f"{Q}/quantity"),
    ("EPC-217", document(obj(**{"ex:a": "x"})).replace(b'"x"', b'"\\ud800"'), f"{E}/ex:a"),
    ("EPC-217", document(obj(**{"ex:a": "x"})).replace(b'"x"', b'"\\u0000"'), f"{E}/ex:a"),
    ("EPC-217", json.dumps({"@context": CONTEXT, **OBJECT, "ex:a": 1}).replace("ex:a", "ex:\\u0000").encode(), ""),
    ("EPC-218", document(OBJECT, epcisHeader={"epcisMasterData": {"vocabularyList": 7}}), "/epcisHeader/epcisMasterData/vocabularyList"),
    ("EPC-218", document(OBJECT).replace(b'"epcisBody"', b'"epcisHeader": null, "epcisBody"'), "/epcisHeader/epcisMasterData/vocabularyList"),
    ("EPC-219", document(7), E),
    ("EPC-214", document(OBJECT, epcisHeader={"note": 1}), "/epcisHeader/note"),
    ("EPC-223", document(OBJECT, type="EPCISQueryDocument"), "/epcisBody/queryResults"),
    ("EPC-223", document(OBJECT).replace(b"EPCISDocument", b"EPCISQueryDocument").replace(b'"epcisBody": {', b'"epcisBody": {"queryResults": {"queryName": 5, "resultsBody": {').replace(b"]}}", b"]}}}}"), "/epcisBody/queryResults/queryName"),
    ("EPC-224", document(OBJECT, schemaVersion="1.2"), "/schemaVersion"),
    ("EPC-225", json.dumps([OBJECT]).encode(), "/0"),
    ("EPC-233", document(OBJECT, context=[*CONTEXT, "context"]), "/@context/2"),
    ("EPC-233", document(OBJECT, context=[*CONTEXT, CONTEXT[0]]), "/@context/2"),
    ("EPC-233", document(OBJECT, context=7), "/@context"),
    ("EPC-233", obj(**{"@context": [None]}), f"{E}/@context/0"),
    ("EPC-234", document(OBJECT).replace(b'"epcisBody": {', b'"epcisBody": {"note": 1, '), "/epcisBody/note"),
    ("EPC-100", document(OBJECT, id="name"), "/id"),
    ("EPC-218", document(OBJECT, epcisHeader={"epcisMasterData": {"vocabularyList": [{"type": "urn:a:b", "vocabularyElementList": [{"id": SITE, "attributes": [{"id": "urn:a:b", "attribute": None}]}]}]}}), "/epcisHeader/epcisMasterData/vocabularyList/0/vocabularyElementList/0/attributes/0"),
]  # fmt: skip
ELSEWHERE = {  # the same rule is shown in test_epcis_xml.py or below
    "EPC-102": "xml", "EPC-112": "xml", "EPC-122": "xml", "EPC-123": "xml", "EPC-206": "below", "EPC-220": "xml", "EPC-221": "xml",
    "EPC-222": "below", "EPC-226": "xml", "EPC-227": "xml", "EPC-228": "xml", "EPC-229": "xml", "EPC-230": "xml",
    "EPC-231": "below", "EPC-232": "capture", "EPC-130": "xmlgrammar", "EPC-235": "xmlgrammar", "EPC-236": "xmlgrammar",
}  # fmt: skip


@pytest.mark.parametrize(
    ("code", "said", "pointer"), BROKEN, ids=[f"{code} {n}" for n, (code, _, _) in enumerate(BROKEN)]
)
def test_each_rule_speaks_at_its_place(code, said, pointer):
    data = said if isinstance(said, bytes) else document(said)
    found = [finding for finding in read(data, None, "f.json").findings if finding.code == code]
    assert [finding.place.pointer for finding in found] == [pointer]
    assert found[0].place.file == "f.json"
    for language in ("en", "fr"):
        assert "?" not in found[0].text(language)
        assert found[0].way_out(language)


def test_every_rule_is_broken_once():
    ours = {row["code"] for row in table("rules-epc").rows}
    assert ours == {code for code, _, _ in BROKEN} | set(ELSEWHERE)
    assert all(rules()[code].text["fr"] and rules()[code].clause for code in ours)


@pytest.mark.parametrize("kind", sorted(BY_TYPE))
def test_a_sound_event_has_no_findings(kind):
    document_ = read(document(BY_TYPE[kind]))
    assert document_.findings == ()
    assert [event.type for event in document_.events] == [kind]


@given(events())
def test_sound_events_have_no_errors(event):
    assert worst(check(event)) in (None, Level.NOTE)
    assert identifiers(event) == []


def test_a_wrong_check_digit_of_an_own_event_is_told():
    event = read(document(obj(readPoint={"id": "https://id.gs1.org/414/4012345000116"}))).events[0]
    assert [(f.code, f.place.pointer, f.expected) for f in identifiers(event)] == [
        ("EPC-108", f"{E}/readPoint/id", "4012345000115")
    ]


def test_too_large_is_told_before_reading():
    data = document(OBJECT)
    assert [f.code for f in read(data, limits=Limits(size=len(data) - 1)).findings] == ["EPC-206"]
    assert read(data, limits=Limits(size=len(data))).findings == ()


def test_reading_stops_after_too_many_findings():
    data = document(*[obj(action="x")] * 50)
    codes = [f.code for f in read(data, limits=Limits(findings=10)).findings]
    assert codes[-1] == "EPC-222"
    assert len(codes) < 15


def test_many_notes_are_counted_not_told_and_do_not_refuse():
    data = document(*[obj(eventID="https://events.example.com/1")] * 30)
    found = read(data, limits=Limits(findings=10))
    assert len(found.events) == 30
    assert [f.code for f in found.findings] == ["EPC-080"] * 10 + ["EPC-231"]
    assert found.findings[-1].found == "20"
    assert not found.refused


def test_an_error_behind_many_notes_is_still_told():
    things = [f"urn:epc:id:sgtin:4012345.12345.{n}" for n in range(40)]
    found = read(document(obj(epcList=[*things, "x"])), limits=Limits(findings=10))
    assert found.refused
    assert "EPC-023" in {f.code for f in found.findings}


def test_the_context_of_an_event_is_its_own():
    other = {**OBJECT, "@context": [{"ex": "https://other.example/"}], "ex:a": "1"}
    mine = {**OBJECT, "ex:a": "1"}
    third = {**OBJECT, "@context": {"ex": "https://third.example/"}, "ex:a": "1"}
    assert [next(iter(event.extensions)) for event in read(document(other, third, other)).events] == [
        "https://other.example/a",
        "https://third.example/a",
        "https://other.example/a",
    ]
    found = read(document(other, other, mine))
    assert [next(iter(event.extensions)) for event in found.events] == ["https://other.example/a"] * 2 + [
        "https://ns.example.com/a"
    ]


def test_notes_do_not_refuse_and_errors_do():
    assert not read(document(obj(eventID="https://events.example.com/1"))).refused
    assert read(document(obj(action="x"))).refused
