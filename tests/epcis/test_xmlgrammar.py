"""What stands in an XML document where the schema has no place for it is told; what has a place is kept.

Each case is one breach of the XSD 2.0 or 1.2 in a document that is good otherwise.
"""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from epcis_events import SITE, events
from filon.core.finding import Level
from filon.epcis import jsonwrite, read, xmlwrite
from filon.epcis.hash import event_hash
from filon.epcis.xmlgrammar import CHILDREN, SBDH

NS = 'xmlns:ex="https://ns.example.com/" xmlns:s="' + SBDH + '" '
EX = "https://ns.example.com/"
TIME = "<eventTime>2026-11-03T12:00:00Z</eventTime><eventTimeZoneOffset>+01:00</eventTimeZoneOffset>"
EVENT = f"<ObjectEvent>{TIME}<epcList><epc>urn:a:1</epc></epcList><action>OBSERVE</action></ObjectEvent>"
MADE = f"""<TransformationEvent>{TIME}<inputEPCList><epc>urn:a:1</epc></inputEPCList><outputEPCList><epc>urn:a:2</epc>
</outputEPCList></TransformationEvent>"""
COUNTED = f"<QuantityEvent>{TIME}<epcClass>urn:a:1</epcClass><quantity>7</quantity></QuantityEvent>"
OWN = f"<ex:SmeltEvent>{TIME}</ex:SmeltEvent>"
PARTY = "<s:Identifier Authority='GS1'>a</s:Identifier><s:ContactInformation><s:Contact>b</s:Contact></s:ContactInformation>"
HEADER = f"""<s:StandardBusinessDocumentHeader><s:HeaderVersion>1.0</s:HeaderVersion><s:Sender>{PARTY}</s:Sender>
<s:Receiver>{PARTY}</s:Receiver><s:DocumentIdentification><s:Standard>EPCglobal</s:Standard><s:TypeVersion>1</s:TypeVersion>
<s:InstanceIdentifier>7</s:InstanceIdentifier><s:Type>Events</s:Type><s:CreationDateAndTime>2026-11-03T14:00:00
</s:CreationDateAndTime></s:DocumentIdentification></s:StandardBusinessDocumentHeader>"""
PLACE = f"""<VocabularyElement id="{SITE}" ex:seen="yes"><attribute id="urn:x:name">Smelter</attribute><children><id>urn:a:9</id>
</children><extension><grade>A</grade></extension><ex:more><ex:no>7</ex:no></ex:more></VocabularyElement>"""
MASTER = f"""<extension><EPCISMasterData><VocabularyList><Vocabulary type="urn:x:y" ex:of="all"><VocabularyElementList>{PLACE}
</VocabularyElementList></Vocabulary></VocabularyList></EPCISMasterData></extension>"""
WHOLE = f"<EPCISHeader>{HEADER}{MASTER}</EPCISHeader>"
DATA = "/EPCISHeader/extension/EPCISMasterData/VocabularyList"


def xml(list_=EVENT, header=WHOLE, version="2", more=""):
    return f"""<e:EPCISDocument xmlns:e="urn:epcglobal:epcis:xsd:{version}" {NS} schemaVersion="{version}.0" {more}
        creationDate="2026-11-03T14:00:00Z">{header}<EPCISBody><EventList>{list_}</EventList></EPCISBody></e:EPCISDocument>"""


def results(body):
    return f"""<q:EPCISQueryDocument xmlns:q="urn:epcglobal:epcis-query:xsd:2" {NS} schemaVersion="2.0"
        creationDate="2026-11-03T14:00:00Z"><EPCISBody>{body}</EPCISBody></q:EPCISQueryDocument>"""


RESULTS = f"""<q:QueryResults><queryName>q</queryName><resultsBody><EventList>{EVENT}</EventList></resultsBody>
</q:QueryResults>"""


def errors(text):
    found = [finding for finding in read(text.encode()).findings if finding.level is Level.ERROR]
    return [(finding.code, finding.place.pointer.partition("Document")[2]) for finding in found]


def put(text, old, new):
    assert old in text
    return text.replace(old, new, 1)


@pytest.mark.parametrize(
    "text",
    [
        xml(),
        xml(version="1"),
        xml(EVENT + MADE),
        xml(f"{EVENT}{COUNTED}<extension>{MADE}</extension><extension>{MADE}</extension>", version="1"),
        xml(f"<extension>{OWN}</extension>"),
        results(RESULTS),
        results("<q:GetVendorVersionResult>1</q:GetVendorVersionResult>"),
        results("<q:Poll><queryName>q</queryName><params><param><name>a</name><value><x>1</x></value></param></params></q:Poll>"),
    ],
)  # fmt: skip
def test_what_the_schema_takes_is_taken(text):
    assert errors(text) == []


LIST = "/EPCISBody/EventList"


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        # attributes and words where there is no place for them
        (put(xml(), "<action>", "<action by='me'>"), "EPC-235", f"{LIST}/ObjectEvent[1]/action/@by"),
        (put(xml(), "<epcList>", "<epcList by='me'>"), "EPC-235", f"{LIST}/ObjectEvent[1]/epcList/@by"),
        (put(xml(version="1"), "<EventList>", "<EventList ex:by='me'>"), "EPC-235", f"{LIST}/@{{{EX}}}by"),
        (put(xml(), "<s:Contact>", "<s:Contact by='me'>"), "EPC-235", "/EPCISHeader/StandardBusinessDocumentHeader/Sender[1]/ContactInformation[1]/Contact/@by"),
        (put(xml(), "<epcList>", "<epcList>words"), "EPC-236", f"{LIST}/ObjectEvent[1]/epcList"),
        (put(xml(), "</epcList>", "</epcList>words"), "EPC-236", f"{LIST}/ObjectEvent[1]"),
        (put(xml(), "<EPCISBody>", "<EPCISBody>words"), "EPC-236", "/EPCISBody"),
        # master data
        (put(xml(), 'attribute id="urn:x:name"', "attribute"), "EPC-228", f"{DATA}/Vocabulary[1]/VocabularyElementList/VocabularyElement[1]/attribute[1]"),
        (put(xml(), "</VocabularyElement>", "<grade/></VocabularyElement>"), "EPC-227", f"{DATA}/Vocabulary[1]/VocabularyElementList/VocabularyElement[1]/grade"),
        (put(xml(), PLACE, ""), "EPC-228", f"{DATA}/Vocabulary[1]/VocabularyElementList"),
        (put(put(xml(), "<VocabularyList>", ""), "</VocabularyList>", ""), "EPC-228", "/EPCISHeader/extension/EPCISMasterData"),
        (put(xml(), SITE, "Smelter"), "EPC-100", f"{DATA}/Vocabulary[1]/VocabularyElementList/VocabularyElement[1]/@id"),
        (put(xml(), "urn:a:9", "9"), "EPC-100", f"{DATA}/Vocabulary[1]/VocabularyElementList/VocabularyElement[1]/children/id[1]"),
        (put(xml(), 'type="urn:x:y"', 'type="places"'), "EPC-218", f"{DATA}/Vocabulary[1]/@type"),
        # the header
        (put(xml(), f"<s:Receiver>{PARTY}</s:Receiver>", ""), "EPC-228", "/EPCISHeader/StandardBusinessDocumentHeader"),
        (put(xml(), "<s:Contact>b</s:Contact>", "<s:FaxNumber>b</s:FaxNumber>"), "EPC-228", "/EPCISHeader/StandardBusinessDocumentHeader/Sender[1]/ContactInformation[1]"),
        (put(xml(), "T14:00:00\n", "T14\n:00"), "EPC-002", "/EPCISHeader/StandardBusinessDocumentHeader/DocumentIdentification/CreationDateAndTime"),
        # each event in its place
        (xml(COUNTED), "EPC-227", f"{LIST}/QuantityEvent[1]"),
        (xml(MADE, version="1"), "EPC-227", f"{LIST}/TransformationEvent[1]"),
        (xml(f"<extension>{MADE}</extension>"), "EPC-227", f"{LIST}/extension/TransformationEvent[1]"),
        (xml(f"<extension>{MADE}{MADE}</extension>", version="1"), "EPC-227", f"{LIST}/extension/TransformationEvent[2]"),
        (xml(OWN), "EPC-227", f"{LIST}/ex:SmeltEvent[1]"),
        # fields where 1.2 had them, and names of nobody
        (put(xml(), "</ObjectEvent>", "<extension><quantityList/></extension></ObjectEvent>"), "EPC-227", f"{LIST}/ObjectEvent[1]/extension/quantityList"),
        (put(xml(), "</eventTimeZoneOffset>", "</eventTimeZoneOffset><baseExtension><eventID>urn:a:b</eventID></baseExtension>"), "EPC-227", f"{LIST}/ObjectEvent[1]/baseExtension/eventID"),
        (put(xml(version="1"), "</ObjectEvent>", "<extension><ex:a/></extension></ObjectEvent>"), "EPC-227", f"{LIST}/ObjectEvent[1]/extension/a"),
        (put(xml(), "<epcList>", "<certificationInfo>urn:a:1</certificationInfo><e:epcList>").replace("</epcList>", "</e:epcList>"), "EPC-226", f"{LIST}/ObjectEvent[1]/epcList"),
        # a quantity is a decimal without a power of ten
        (put(xml(), "</ObjectEvent>", "<quantityList><quantityElement><epcClass>urn:a:1</epcClass><quantity>1e3</quantity></quantityElement></quantityList></ObjectEvent>"), "EPC-046", f"{LIST}/ObjectEvent[1]/quantityList/quantityElement[1]/quantity"),
        # results
        (results(""), "EPC-228", "/EPCISBody"),
        (results(RESULTS + RESULTS), "EPC-230", "/EPCISBody/QueryResults"),
        (results(f"{RESULTS}<ex:a/>"), "EPC-227", "/EPCISBody/a"),
        (results(f"<q:Poll/>{RESULTS}"), "EPC-227", "/EPCISBody/QueryResults"),
    ],
)  # fmt: skip
def test_each_breach_is_told_at_its_place(text, code, place):
    assert (code, place) in errors(text)


def test_a_sensor_report_of_nothing_named_is_a_note_in_xml():
    """XSD 2.0: both type and exception are optional; the JSON schema asks for a type."""
    sensed = (
        '<sensorElementList><sensorElement><sensorReport value="1"/></sensorElement></sensorElementList></ObjectEvent>'
    )
    found = read(put(xml(), "</ObjectEvent>", sensed).encode())
    assert "EPC-130" in {finding.code for finding in found.findings}
    assert not found.refused


def test_partners_attributes_are_members_of_the_json_twin():
    text = put(xml(more='ex:run="7"'), "<ObjectEvent>", '<ObjectEvent ex:heat="8">')
    text = put(text, "<action>OBSERVE</action>", "<action>ADD</action><ilmd ex:grade='A'><ex:grade>B</ex:grade></ilmd>")
    document = read(put(text, "<EPCISBody>", '<EPCISBody ex:shift="C">').encode())
    assert not document.refused
    assert document.heading.extensions == {f"{EX}run": "7"}
    assert document.heading.inside == {"/epcisBody": {f"{EX}shift": "C"}}
    (event,) = document.events
    assert event.extensions == {f"{EX}heat": "8"}
    assert event.ilmd == {f"{EX}grade": ["A", "B"]}


@pytest.mark.parametrize("write", [xmlwrite.write, jsonwrite.write])
def test_what_else_master_data_say_is_kept(write):
    """VocabularyElement and Vocabulary are open in both schemas; in XML a name without namespace stands in `extension`."""
    document = read(xml().encode())
    (places,) = document.master
    assert places.extensions == {f"{EX}of": "all"}
    assert places.elements[0].extensions == {f"{EX}seen": "yes", "grade": "A", f"{EX}more": {f"{EX}no": "7"}}
    again = read(write(document.events, heading=document.heading))
    assert not again.refused
    assert again.master == document.master


def test_several_certificates_stand_where_the_schema_takes_them():
    """The XSD has one certificationInfo, the JSON schema a list: the first in its place, the others behind all else."""
    (event,) = read(put(xml(), "<epcList>", "<certificationInfo>urn:c:1</certificationInfo><epcList>").encode()).events
    several = replace(event, certificationInfo=("urn:c:1", "urn:c:2", "urn:c:3"))
    fields = [
        etree.QName(child).localname for child in etree.fromstring(xmlwrite.write([several])).find(".//ObjectEvent")
    ]
    assert [at for at, name in enumerate(fields) if name == "certificationInfo"] == [2, 5, 6]
    (back,) = read(xmlwrite.write([several])).events
    assert back.certificationInfo == several.certificationInfo
    assert event_hash(back) == event_hash(several)


def test_what_is_no_event_between_the_events_is_kept_with_the_body():
    document = read(xml(f"{EVENT}<extension><ex:shift>C</ex:shift></extension>").encode())
    assert len(document.events) == 1
    assert document.heading.inside == {"/epcisBody": {f"{EX}shift": "C"}}
    assert not document.refused


def test_names_without_a_namespace_in_any_extension_are_kept():
    sensed = """<sensorElementList><sensorElement><sensorReport type="gs1:Mass" value="1"/><extension><grade>A</grade></extension>
        </sensorElement></sensorElementList></ObjectEvent>"""
    document = read(put(xml(), "</ObjectEvent>", sensed).encode())
    assert not document.refused
    assert document.events[0].sensorElementList[0]["https://ref.gs1.org/epcis/grade"] == "A"


@given(events(), st.data())
def test_neighbours_that_change_places_are_told(event, draw):
    whole = etree.fromstring(xmlwrite.write([event]))
    fields = whole.find(f".//{event.type}")
    known = CHILDREN[event.type]
    pairs = [
        (one, other) for one, other in pairwise(fields) if one.tag != other.tag and {one.tag, other.tag} & set(known)
    ]
    one, other = draw.draw(st.sampled_from(pairs))
    fields.remove(other)
    one.addprevious(other)
    assert "EPC-227" in {code for code, _ in errors(etree.tostring(whole, encoding="unicode"))}
