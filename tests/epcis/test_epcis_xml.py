"""EPCIS in XML: the same events as from JSON, places as XPath, and what XML alone can get wrong."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import assume, given
from lxml import etree

from epcis_events import BY_TYPE, LOT, OBJECT, SITE, document, events
from filon.core.errors import WrongCallError
from filon.core.finding import Level
from filon.epcis import jsonwrite, read
from filon.epcis.document import Heading, Limits, MasterElement, Vocabulary
from filon.epcis.files import is_xml
from filon.epcis.hash import event_hash
from filon.epcis.key import body_key
from filon.epcis.xml import forget
from filon.epcis.xmlgrammar import SBDH
from filon.epcis.xmlwrite import write, write_event

EVENT = """<ObjectEvent>
  <eventTime>2026-11-03T13:00:00+01:00</eventTime>
  <eventTimeZoneOffset>+01:00</eventTimeZoneOffset>
  <action>ADD</action>
  <bizStep>urn:epcglobal:cbv:bizstep:commissioning</bizStep>
  <readPoint><id>urn:epc:id:sgln:4012345.00011.0</id></readPoint>
  <quantityList><quantityElement><epcClass>urn:epc:class:lgtin:4012345.012345.L1</epcClass>
    <quantity>+20000.50</quantity><uom>KGM</uom></quantityElement></quantityList>
</ObjectEvent>"""
OLD = """<ObjectEvent>
  <eventTime>2026-11-03T13:00:00+01:00</eventTime>
  <eventTimeZoneOffset>+01:00</eventTimeZoneOffset>
  <epcList/>
  <action>ADD</action>
  <bizStep>urn:epcglobal:cbv:bizstep:commissioning</bizStep>
  <readPoint><id>urn:epc:id:sgln:4012345.00011.0</id></readPoint>
  <extension><quantityList><quantityElement><epcClass>urn:epc:class:lgtin:4012345.012345.L1</epcClass>
    <quantity>20000.5</quantity><uom>KGM</uom></quantityElement></quantityList></extension>
</ObjectEvent>"""
SBDH_NAME = "StandardBusinessDocumentHeader"
PARTIES = "<s:Sender><s:Identifier/></s:Sender><s:Receiver><s:Identifier/></s:Receiver>"
IDENTIFIED = "<s:Standard/><s:TypeVersion/><s:InstanceIdentifier/><s:Type/><s:CreationDateAndTime/>"
DESCRIBED = """<EPCISHeader><extension><EPCISMasterData><VocabularyList><Vocabulary type="urn:x:y"><VocabularyElementList>
<VocabularyElement id="urn:x:1"><attribute id="site name">Smelter</attribute></VocabularyElement>
</VocabularyElementList></Vocabulary></VocabularyList></EPCISMasterData></extension></EPCISHeader>"""
DATA = "/epcis:EPCISDocument/EPCISHeader/extension/EPCISMasterData/VocabularyList"
LIST = "/epcis:EPCISDocument/EPCISBody/EventList"


def xml(*events_, version="2", head="", ns="", declared="2.0"):
    return (
        f'<?xml version="1.0"?>\n<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:{version}" {ns}'
        f'schemaVersion="{declared}" creationDate="2026-11-03T14:00:00Z">{head}'
        f"<EPCISBody><EventList>{''.join(events_)}</EventList></EPCISBody></epcis:EPCISDocument>"
    ).encode()


def told(data, **options):
    return [(f.code, f.place.pointer) for f in read(data, **options).findings]


def test_xml_2_xml_1_and_json_say_the_same():
    (from_json,) = read(document(OBJECT)).events
    for data in (xml(EVENT), xml(OLD, version="1", declared="1.2")):
        (event,) = read(data).events
        assert replace(event, place="") == replace(from_json, place="")
        assert read(data).findings == ()
        assert event.place == f"{LIST}/ObjectEvent[1]"


def test_every_part_of_an_event():
    """Partners' elements, repeated ones, attributes, ilmd, sensors, dispositions, declarations: worked by hand."""
    more = (
        EVENT.replace(
            "</readPoint>",
            "</readPoint><bizTransactionList><bizTransaction type='urn:epcglobal:cbv:btt:po'>https://o.example/1</bizTransaction></bizTransactionList>",
        )
        .replace(
            "</ObjectEvent>",
            """<sourceList><source type="urn:epcglobal:cbv:sdt:location">urn:epc:id:sgln:4012345.00011.0</source></sourceList>
        <sensorElementList><sensorElement>
          <sensorMetadata time="2026-11-03T12:00:00Z" ex:m="n"/>
          <sensorReport type="gs1:Temperature" value="26.0" uom="CEL" booleanValue="1" ex:r="s"/>
          <ex:own>1</ex:own></sensorElement></sensorElementList>
        <persistentDisposition><unset>urn:epcglobal:cbv:disp:damaged</unset><set>urn:epcglobal:cbv:disp:recalled</set>
        </persistentDisposition>
        <ilmd><ex:grade>A</ex:grade><ex:grade>B</ex:grade><ex:box size="2">x</ex:box><ex:none/></ilmd>
        <ex:outer><inner>5</inner></ex:outer></ObjectEvent>""",
        )
        .replace(
            "<action>",
            """<eventID>urn:uuid:1</eventID><errorDeclaration><declarationTime>2026-11-04T00:00:00Z</declarationTime>
        <reason>urn:epcglobal:cbv:er:did_not_occur</reason><correctiveEventIDs><correctiveEventID>urn:uuid:2</correctiveEventID>
        </correctiveEventIDs><ex:who>me</ex:who></errorDeclaration><certificationInfo>https://c.example/1</certificationInfo><action>""",
        )
    )
    found = read(xml(more, ns='xmlns:ex="https://ns.example.com/" '))
    assert [f for f in found.findings if f.level is Level.ERROR] == []
    (event,) = found.events
    assert (event.bizTransactionList[0].type, event.bizTransactionList[0].value) == ("po", "https://o.example/1")
    assert (event.sourceList[0].type, event.sourceList[0].value) == ("location", SITE)
    assert event.sensorElementList == (
        {
            "https://ns.example.com/own": "1",
            "sensorMetadata": {"time": "2026-11-03T12:00:00Z", "https://ns.example.com/m": "n"},
            "sensorReport": [
                {
                    "type": "Temperature",
                    "value": Decimal(26),
                    "uom": "CEL",
                    "booleanValue": True,
                    "https://ns.example.com/r": "s",
                }
            ],
        },
    )
    assert event.persistentDisposition == {"unset": ("damaged",), "set": ("recalled",)}
    assert event.ilmd == {
        "https://ns.example.com/grade": ["A", "B"],
        "https://ns.example.com/box": {"@size": "2", "#text": "x"},
        "https://ns.example.com/none": "",
    }
    assert event.extensions == {"https://ns.example.com/outer": {"inner": "5"}}
    assert event.errorDeclaration
    assert event.errorDeclaration.reason == "did_not_occur"
    assert event.errorDeclaration.correctiveEventIDs == ("urn:uuid:2",)
    assert event.errorDeclaration.extensions == {"https://ns.example.com/who": "me"}
    assert event.certificationInfo == ("https://c.example/1",)


def test_an_old_quantity_event_becomes_an_object_event():
    old = """<QuantityEvent><eventTime>2026-11-03T12:00:00Z</eventTime><eventTimeZoneOffset>+00:00</eventTimeZoneOffset>
    <epcClass>urn:epc:class:lgtin:4012345.012345.L1</epcClass><quantity>7</quantity></QuantityEvent>"""
    (event,) = read(xml(old, version="1", declared="1.0")).events
    assert (event.type, event.action) == ("ObjectEvent", "OBSERVE")
    assert (event.quantityList[0].epcClass, event.quantityList[0].quantity, event.quantityList[0].uom) == (
        LOT,
        Decimal(7),
        None,
    )


def test_a_transformation_in_an_old_extension_is_found():
    old = """<extension><TransformationEvent><eventTime>2026-11-03T12:00:00Z</eventTime>
    <eventTimeZoneOffset>+00:00</eventTimeZoneOffset><inputEPCList><epc>urn:a:1</epc></inputEPCList>
    <outputEPCList><epc>urn:a:2</epc></outputEPCList></TransformationEvent></extension>"""
    found = read(xml(old, version="1", declared="1.1"))
    assert [event.type for event in found.events] == ["TransformationEvent"]
    assert found.findings == ()


@pytest.mark.parametrize(
    ("code", "data", "pointer"),
    [
        ("EPC-006", xml(EVENT.replace("+01:00</eventTime>", "</eventTime>")), f"{LIST}/ObjectEvent[1]/eventTime"),
        ("EPC-007", xml(EVENT, EVENT.replace(">+01:00<", ">0100<")), f"{LIST}/ObjectEvent[2]/eventTimeZoneOffset"),
        ("EPC-046", xml(EVENT.replace("+20000.50", "20 t")), f"{LIST}/ObjectEvent[1]/quantityList/quantityElement[1]/quantity"),
        (
            "EPC-101",
            xml(OLD.replace("20000.5", "-1"), version="1", declared="1.2"),
            f"{LIST}/ObjectEvent[1]/extension/quantityList/quantityElement[1]/quantity",
        ),
        ("EPC-102", xml(EVENT.replace("<quantity>+20000.50</quantity>", "")), f"{LIST}/ObjectEvent[1]/quantityList/quantityElement[1]/uom"),
        ("EPC-112", xml(EVENT.replace(":commissioning", ":leaching")), f"{LIST}/ObjectEvent[1]/bizStep"),
        ("EPC-122", xml(EVENT.replace("urn:epc:id:sgln:4012345.00011.0", "urn:x:&quot;1")), f"{LIST}/ObjectEvent[1]/readPoint/id"),
        ("EPC-123", xml(EVENT[: EVENT.index("<quantityList>")] + "</ObjectEvent>"), f"{LIST}/ObjectEvent[1]"),
        ("EPC-113", xml(EVENT.replace("</ObjectEvent>", "<grade>A</grade></ObjectEvent>")), f"{LIST}/ObjectEvent[1]/grade"),
        ("EPC-201", b" ", ""),
        ("EPC-207", b"\xef\xbb\xbf" + xml(EVENT), ""),
        ("EPC-212", b"<html/>", "/html"),
        ("EPC-213", b'<e:EPCISDocument xmlns:e="urn:epcglobal:epcis:xsd:2" schemaVersion="2.0" creationDate="2026-11-03T14:00:00Z"/>', "/e:EPCISDocument"),
        ("EPC-220", b"<!DOCTYPE a>" + xml(EVENT).split(b"\n", 1)[1], ""),
        ("EPC-220", b'<!DOCTYPE a [<!ENTITY x "0">]>' + xml(EVENT.replace("20000.50", "2&x;")).split(b"\n", 1)[1], ""),
        ("EPC-221", xml(EVENT)[:-9], ""),
        ("EPC-221", xml(EVENT.replace("ADD", "&x;")), ""),
        ("EPC-226", xml(EVENT.replace("ObjectEvent>", "epcis:ObjectEvent>")), f"{LIST}/epcis:ObjectEvent[1]"),
        ("EPC-227", xml(EVENT.replace("  <action>ADD</action>\n", "").replace("</ObjectEvent>", "<action>ADD</action></ObjectEvent>")), f"{LIST}/ObjectEvent[1]/action"),
        ("EPC-227", xml(EVENT.replace("<quantityElement>", "<element>").replace("</quantityElement>", "</element>")), f"{LIST}/ObjectEvent[1]/quantityList/element"),
        ("EPC-227", xml(OLD.replace("<epcList/>", '<epcList><x:epc xmlns:x="urn:x:y">urn:a:b</x:epc></epcList>'), version="1", declared="1.2"), f"{LIST}/ObjectEvent[1]/epcList/epc"),
        ("EPC-227", xml(EVENT).replace(b"<EPCISBody>", b'<x:run xmlns:x="urn:x:y">1</x:run><EPCISBody>'), "/epcis:EPCISDocument/EPCISBody"),
        ("EPC-227", xml(EVENT).replace(b"</EPCISBody>", b"</EPCISBody><EPCISHeader/>"), "/epcis:EPCISDocument/EPCISHeader"),
        ("EPC-230", xml(EVENT).replace(b"</EPCISBody>", b"</EPCISBody><EPCISBody/>"), "/epcis:EPCISDocument/EPCISBody"),
        ("EPC-230", xml(EVENT).replace(b"</EventList>", b"</EventList><EventList/>"), "/epcis:EPCISDocument/EPCISBody/EventList"),
        ("EPC-227", xml(EVENT, head="<EPCISHeader><x:a xmlns:x='urn:x:y'/></EPCISHeader>"), "/epcis:EPCISDocument/EPCISHeader/a"),
        ("EPC-227", xml(EVENT, head=DESCRIBED.replace("<attribute", "<children/><attribute", 1)), f"{DATA}/Vocabulary[1]/VocabularyElementList/VocabularyElement[1]/attribute[1]"),
        ("EPC-228", xml(EVENT.replace("<quantityList>", "<bizTransactionList/><quantityList>")), f"{LIST}/ObjectEvent[1]/bizTransactionList"),
        ("EPC-125", xml(EVENT.replace("</ObjectEvent>", "<extension><grade>A</grade></extension></ObjectEvent>")), f"{LIST}/ObjectEvent[1]/extension/grade"),
        ("EPC-228", xml(OLD, version="1", declared="1.2", head="<EPCISHeader/>"), "/epcis:EPCISDocument/EPCISHeader"),
        ("EPC-227", xml(EVENT, head=f"<EPCISHeader><extension/><s:{SBDH_NAME} xmlns:s='{SBDH}'><s:HeaderVersion/>{PARTIES}<s:DocumentIdentification>{IDENTIFIED}</s:DocumentIdentification></s:{SBDH_NAME}></EPCISHeader>"), f"/epcis:EPCISDocument/EPCISHeader/{SBDH_NAME}"),
        ("EPC-228", xml(EVENT, head=f"<EPCISHeader><s:{SBDH_NAME} xmlns:s='{SBDH}'><s:HeaderVersion/>{PARTIES}<s:DocumentIdentification>{IDENTIFIED.replace('<s:Type/>', '')}</s:DocumentIdentification></s:{SBDH_NAME}></EPCISHeader>"), f"/epcis:EPCISDocument/EPCISHeader/{SBDH_NAME}/DocumentIdentification"),
        ("EPC-228", xml(OLD.replace("<epcList/>", ""), version="1", declared="1.2"), f"{LIST}/ObjectEvent[1]"),
        ("EPC-229", b'<q:GetQueryNames xmlns:q="urn:epcglobal:epcis-query:xsd:1"/>', "/q:GetQueryNames"),
        ("EPC-230", xml(EVENT.replace("<action>ADD</action>", "<action>ADD</action><action>ADD</action>")), f"{LIST}/ObjectEvent[1]/action"),
    ],
)  # fmt: skip
def test_each_finding_names_its_place(code, data, pointer):
    found = [f for f in read(data, "application/xml").findings if f.code == code]
    assert [f.place.pointer for f in found] == [pointer]
    assert all("?" not in f.text("fr") for f in found)


def test_nothing_is_read_behind_a_doctype_and_no_entity_is_opened():
    bomb = b'<!DOCTYPE a [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>' + xml(EVENT).split(b"\n", 1)[1]
    found = read(bomb)
    assert found.events == ()
    assert [f.code for f in found.findings] == ["EPC-220"]


def test_depth_and_findings_are_limited():
    deep = xml(
        EVENT.replace("</ObjectEvent>", "<ex:a>" * 70 + "</ex:a>" * 70 + "</ObjectEvent>"),
        ns='xmlns:ex="https://ns.example.com/" ',
    )
    assert "EPC-205" in [f.code for f in read(deep).findings]
    many = xml(*[EVENT.replace("ADD", "x")] * 50)
    codes = [f.code for f in read(many, limits=Limits(findings=10)).findings]
    assert codes[-1] == "EPC-222"
    assert len(codes) < 20


def test_comments_and_instructions_do_not_cut_texts():
    data = xml(EVENT.replace("20000.50", "200<!-- now -->00.<?x y?>50"))
    assert read(data).events[0].quantityList[0].quantity == Decimal("20000.50")


def test_words_around_a_child_are_kept():
    """A partner's mixed content: of the words the order is lost, not the words."""
    own = '<x:note xmlns:x="https://x.example/">bag <x:no>7</x:no> torn</x:note></ObjectEvent>'
    (event,) = read(xml(EVENT.replace("</ObjectEvent>", own))).events
    note = {"https://x.example/no": "7", "#text": "bag torn"}
    assert event.extensions == {"https://x.example/note": note}
    assert body_key(read(write([event])).events[0]) == body_key(event)


def test_a_text_that_a_sensor_gives_keeps_its_blanks():
    """stringValue is xs:string: blanks are part of it; of a number they are not."""
    report = '<sensorReport type="gs1:Mass" stringValue=" a  b " value=" +1.50 " uom="KGM"/>'
    sensed = f"<sensorElementList><sensorElement>{report}</sensorElement></sensorElementList></ObjectEvent>"
    (event,) = read(xml(EVENT.replace("</ObjectEvent>", sensed), ns='xmlns:gs1="https://gs1.org/voc/" ')).events
    (element,) = event.sensorElementList
    assert element["sensorReport"][0]["stringValue"] == " a  b "
    assert element["sensorReport"][0]["value"] == Decimal("1.5")
    assert replace(read(write([event])).events[0], place="") == replace(event, place="")


def test_a_partners_report_is_not_the_sensors():
    """A partner's member may be called as one of the standard's: it was read as a report of the sensor."""
    own = '<x:sensorMetadata xmlns:x="https://x.example/">m</x:sensorMetadata><x:sensorReport xmlns:x="https://x.example/"/>'
    report = '<sensorReport type="gs1:Mass" value="1.5" uom="KGM"/>'
    sensed = f"<sensorElementList><sensorElement>{report}{own}</sensorElement></sensorElementList></ObjectEvent>"
    found = read(xml(EVENT.replace("</ObjectEvent>", sensed)))
    assert found.findings == ()
    (event,) = found.events
    (element,) = event.sensorElementList
    assert element["https://x.example/sensorMetadata"] == "m"
    assert [one["type"] for one in element["sensorReport"]] == ["Mass"]
    for written in (write([event]), jsonwrite.write([event])):
        assert body_key(read(written).events[0]) == body_key(event)


def test_a_report_in_the_extension_of_a_sensor_is_a_finding():
    """Before the reports of the standard it was a crash (found by XSD documents with one element moved)."""
    report = '<sensorReport type="gs1:Mass" value="1.5" uom="KGM"/>'
    sensed = f"<sensorElement><extension>{report}</extension>{report}</sensorElement>"
    found = read(xml(EVENT.replace("</ObjectEvent>", f"<sensorElementList>{sensed}</sensorElementList></ObjectEvent>")))
    assert {"EPC-113", "EPC-227"} <= {finding.code for finding in found.findings}


def test_what_stands_in_an_extension_needs_no_namespace():
    """The XSD takes any element of no namespace in `extension` (it is meant for later versions): kept, with a warning, in
    the standard's own namespace, so that JSON has a name for it."""
    own = "<extension><grade>A</grade><lot><no>7</no></lot></extension></ObjectEvent>"
    ilmd = "</quantityList><ilmd><extension><purity>4N</purity></extension></ilmd>"
    found = read(xml(EVENT.replace("</ObjectEvent>", own).replace("</quantityList>", ilmd)))
    assert {finding.code for finding in found.findings} == {"EPC-125"}
    (event,) = found.events
    later = "https://ref.gs1.org/epcis/"
    assert event.extensions == {f"{later}grade": "A", f"{later}lot": {"no": "7"}}
    assert event.ilmd == {f"{later}purity": "4N"}
    for written in (write([event]), jsonwrite.write([event])):
        again = read(written)
        assert again.findings == ()
        assert body_key(again.events[0]) == body_key(event)


def test_a_report_of_an_exception_needs_no_type_in_xml():
    """XSD 2.0: type is optional; JSON schema 2.0.1: required."""
    sensed = "<sensorElementList><sensorElement><sensorReport exception='gs1:ALARM_CONDITION'/></sensorElement></sensorElementList>"
    found = read(
        xml(EVENT.replace("</ObjectEvent>", f"{sensed}</ObjectEvent>"), ns='xmlns:gs1="https://gs1.org/voc/" ')
    )
    assert found.findings == ()
    assert [f.code for f in read(jsonwrite.write(found.events)).findings] == ["EPC-061"]


def test_an_error_declaration_may_say_its_parts_in_any_order_in_2_0():
    told = "<errorDeclaration><reason>urn:epcglobal:cbv:er:incorrect_data</reason><declarationTime>2026-11-04T12:00:00Z</declarationTime></errorDeclaration>"
    new = EVENT.replace("  <action>", f"  {told}<action>")
    old = OLD.replace("  <epcList/>", f"  <baseExtension>{told}</baseExtension><epcList/>")
    assert read(xml(new)).findings == ()
    assert "EPC-227" in {f.code for f in read(xml(old, version="1", declared="1.2")).findings}


def test_a_bare_event_has_no_document_around_it():
    bare = read(EVENT.encode())
    assert bare.findings == ()
    assert body_key(bare.events[0]) == body_key(read(xml(EVENT)).events[0])


def test_a_name_of_master_data_may_be_any_text_in_xml():
    """The XSD takes any text as URI; so does the reader, and says so."""
    found = read(xml(EVENT, head=DESCRIBED))
    assert {finding.code for finding in found.findings} == {"EPC-122"}
    assert found.master[0].elements[0].attributes == {"site name": "Smelter"}


def test_utf_16_is_read():
    data = xml(EVENT).decode().replace('version="1.0"', 'version="1.0" encoding="UTF-16"').encode("utf-16")
    assert len(read(data).events) == 1


@pytest.mark.parametrize("data", [b'{"a": 1}', b" \n[", b"\xef\xbb\xbf{"])
def test_json_is_known_by_its_first_sign(data):
    assert not is_xml(data, "application/xml")


@pytest.mark.parametrize("data", [b"<a/>", b"\xef\xbb\xbf <a/>", b"\xff\xfe<\0"])
def test_xml_is_known_by_its_first_sign(data):
    assert is_xml(data, "application/json")


MASTER = (
    Vocabulary(
        "urn:epcglobal:epcis:vtype:Location",
        (
            MasterElement(
                SITE,
                {"https://w3id.org/filon/name": "Usine", "https://w3id.org/filon/tag": ["a", "b"]},
                (SITE + "/254/1",),
            ),
        ),
    ),
)


@pytest.mark.parametrize("words", ["Always_URN", "Always_Web_URI"])
def test_a_document_comes_back_whole(words):
    heading = Heading(sender="https://id.gs1.org/417/4012345000009", receiver="b", instanceIdentifier="7",
                      creationDate="2026-11-03T14:00:00Z", extensions={"https://ns.example.com/run": "9"}, master=MASTER)  # fmt: skip
    written_events = [read(document(BY_TYPE[kind])).events[0] for kind in sorted(BY_TYPE)]
    back = read(write(written_events, heading=heading, words=words, pretty=True))
    assert back.findings == ()
    assert back.heading == heading
    assert list(map(body_key, back.events)) == list(map(body_key, written_events))


@pytest.mark.parametrize("write", [write, jsonwrite.write])
def test_query_results_come_back_whole(write):
    heading = Heading(
        type="EPCISQueryDocument",
        query={"queryName": "mine", "subscriptionID": "4"},
        creationDate="2026-11-03T14:00:00Z",
    )
    back = read(write(read(document(OBJECT)).events, heading=heading))
    assert back.findings == ()
    assert back.heading == heading


def has_list_in_list(value, inside=False):
    if isinstance(value, list):
        return inside or any(has_list_in_list(item, inside=True) for item in value)
    return isinstance(value, dict) and any(has_list_in_list(item) for item in value.values())


@given(events())
def test_any_event_is_the_same_through_xml(event):
    own = [event.extensions, event.ilmd, event.readPointExtensions, event.bizLocationExtensions]
    own.append(getattr(event.errorDeclaration, "extensions", {}))
    assume(not any(map(has_list_in_list, own)))  # XML has no way to say it; decision 0008
    (back,) = read(write([event])).events
    assert body_key(back) == body_key(event)
    assert event_hash(back) == event_hash(event)
    (alone,) = read(write_event(event)).events
    assert body_key(alone) == body_key(event)
    assert [f for f in read(write([event])).findings if f.level is Level.ERROR] == []


def test_what_xml_cannot_say_is_refused_by_name():
    event = replace(read(document(OBJECT)).events[0], extensions={"https://ns.example.com/a": "\x01"})
    with pytest.raises(WrongCallError, match="JSON"):
        write([event])


def test_names_that_xml_forbids_come_back():
    own = {"https://ns.example.com/a b": "1", "https://ns.example.com/_x000041_": "2", "https://ns.example.com/7": "3"}
    event = replace(read(document(OBJECT)).events[0], extensions=own)
    assert read(write([event])).events[0].extensions == own


def test_what_has_been_read_is_dropped_from_the_tree():
    """tracemalloc does not see libxml2's memory, so look at the tree itself."""
    parent = etree.fromstring("<EventList><a>1</a><b>2</b><c><d/></c></EventList>")
    forget(parent[2])
    assert etree.tostring(parent) == b"<EventList><c/></EventList>"


def test_memory_of_a_large_document_is_not_kept():
    import tracemalloc

    from filon.epcis.files import stream

    for data in (xml(*[EVENT] * 1500), document(*[OBJECT] * 1500)):
        tracemalloc.start()
        assert sum(1 for _ in stream(data)) == 1501
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        # JSON is held once as text; the events themselves, were they kept, would be twice as much again.
        assert peak < 1.5 * len(data)


def test_a_partners_own_event_type_is_kept():
    """Common fields only; no rule of the five types is asked of it."""
    own = {"type": "ex:SmeltEvent", "eventTime": OBJECT["eventTime"], "eventTimeZoneOffset": "+01:00", "ex:heat": "7"}
    found = read(document(own))
    assert found.findings == ()
    (event,) = found.events
    assert event.type == "https://ns.example.com/SmeltEvent"
    for back in (read(write([event])), read(jsonwrite.write([event]))):
        assert back.findings == ()
        assert [body_key(each) for each in back.events] == [body_key(event)]
        assert back.events[0].type == event.type
