"""What stands around the events comes back as it came: partners' members of document, header, body and results."""

import json

import pytest

from epcis_events import CONTEXT, OBJECT, SITE
from filon.core.finding import Level
from filon.epcis import jsonwrite, read, xmlwrite

EX = "https://ns.example.com/"
PLACES = [{"id": SITE, "attributes": [{"id": "urn:x:name", "attribute": "Smelter"}, {"id": "urn:x:closed"}]}]
VOCABULARY = [{"type": "urn:epcglobal:epcis:vtype:Location", "vocabularyElementList": PLACES}]
DOCUMENT = {
    "@context": CONTEXT,
    "type": "EPCISDocument",
    "schemaVersion": "2.0",
    "creationDate": "2026-11-03T14:00:00Z",
    "ex:run": "7",
    "https://ns.example.com/shift": "B",
    "epcisHeader": {"ex:carrier": "Rail", "epcisMasterData": {"vocabularyList": VOCABULARY}},
    "epcisBody": {"ex:count": "1", "eventList": [OBJECT]},
}
RESULTS = {"queryName": "q", "subscriptionID": "s", "ex:page": "1",
           "resultsBody": {"eventList": [OBJECT], "vocabularyList": VOCABULARY, "ex:more": "no"}}  # fmt: skip
QUERY = {**{name: DOCUMENT[name] for name in ("@context", "schemaVersion", "creationDate")},
         "type": "EPCISQueryDocument", "epcisBody": {"queryResults": RESULTS, "ex:from": "Atlas"}}  # fmt: skip


def errors(document):
    return [finding for finding in document.findings if finding.level is Level.ERROR]


def test_own_members_of_document_header_and_body_are_kept():
    heading = read(json.dumps(DOCUMENT).encode()).heading
    assert heading.extensions == {f"{EX}run": "7", f"{EX}shift": "B"}
    assert heading.inside == {"/epcisHeader": {f"{EX}carrier": "Rail"}, "/epcisBody": {f"{EX}count": "1"}}
    assert heading.master[0].elements[0].attributes == {"urn:x:name": "Smelter", "urn:x:closed": ""}


def test_own_members_of_results_are_kept():
    heading = read(json.dumps(QUERY).encode()).heading
    assert heading.inside == {
        "/epcisBody": {f"{EX}from": "Atlas"},
        "/epcisBody/queryResults": {f"{EX}page": "1"},
        "/epcisBody/queryResults/resultsBody": {f"{EX}more": "no"},
    }
    assert heading.query == {"queryName": "q", "subscriptionID": "s"}
    assert heading.master[0].elements[0].id == SITE


@pytest.mark.parametrize("said", [DOCUMENT, QUERY], ids=["document", "results"])
def test_what_stands_around_the_events_comes_back_in_json(said):
    document = read(json.dumps(said).encode())
    assert errors(document) == []
    again = read(jsonwrite.write(document.events, heading=document.heading))
    assert errors(again) == []
    assert again.heading == document.heading


def test_and_in_xml():
    """XML has one place for the members of results and of their body, and none in a header or around results: they go to
    the document."""
    document = read(json.dumps(DOCUMENT).encode())
    written = read(xmlwrite.write(document.events, heading=document.heading))
    assert errors(written) == []
    told = document.heading
    assert written.heading.extensions == {**told.inside["/epcisHeader"], **told.extensions}
    assert written.heading.inside == {"/epcisBody": told.inside["/epcisBody"]}
    assert written.heading.master == told.master
    query = read(json.dumps(QUERY).encode())
    again = read(xmlwrite.write(query.events, heading=query.heading))
    assert errors(again) == []
    assert again.heading.extensions == {f"{EX}from": "Atlas"}
    assert again.heading.inside == {"/epcisBody/queryResults": {f"{EX}page": "1", f"{EX}more": "no"}}


def test_elements_of_1_2_in_an_extension_of_the_document_are_kept():
    whole = b"""<e:EPCISDocument xmlns:e="urn:epcglobal:epcis:xsd:1" xmlns:ex="https://ns.example.com/"
        schemaVersion="1.2" creationDate="2026-11-03T14:00:00Z"><EPCISBody><EventList/></EPCISBody>
        <extension><ex:run>7</ex:run><ex:run><ex:part>8</ex:part></ex:run></extension></e:EPCISDocument>"""
    assert read(whole).heading.extensions == {f"{EX}run": ["7", {f"{EX}part": "8"}]}


def test_lists_and_truths_are_no_attributes_of_master_data():
    """JSON schema 2.0.1: a number, a text or an object; what has none is still named."""
    for value, wrong in ((["a"], 1), (True, 1), (None, 1), (5, 0), ("a", 0), ({"ex:a": 1}, 0)):
        places = [{"id": SITE, "attributes": [{"id": "urn:x:a", "attribute": value}]}]
        header = {"epcisMasterData": {"vocabularyList": [{"type": "urn:x:y", "vocabularyElementList": places}]}}
        assert len(errors(read(json.dumps({**DOCUMENT, "epcisHeader": header}).encode()))) == wrong


@pytest.mark.parametrize("name", ["sender", "receiver", "instanceIdentifier"])
def test_results_have_no_sender_in_json_but_under_its_full_name(name):
    """JSON schema 2.0.1, epcisQueryDocument: a closed set of members beside partners' own; XML's results have a header."""
    assert [f.code for f in errors(read(json.dumps({**QUERY, name: "a"}).encode()))] == ["EPC-214"]
    document = read(json.dumps({**QUERY, f"epcis:{name}": "a"}).encode())
    assert errors(document) == []
    assert getattr(document.heading, name) == "a"
    for write in (jsonwrite.write, xmlwrite.write):
        again = read(write(document.events, heading=document.heading))
        assert errors(again) == []
        assert getattr(again.heading, name) == "a"


def test_own_members_of_master_data_are_kept():
    header = {"epcisMasterData": {"ex:of": "2026", "vocabularyList": VOCABULARY}}
    document = read(json.dumps({**DOCUMENT, "epcisHeader": header}).encode())
    assert document.heading.inside["/epcisHeader/epcisMasterData"] == {f"{EX}of": "2026"}
    assert read(jsonwrite.write(document.events, heading=document.heading)).heading == document.heading
