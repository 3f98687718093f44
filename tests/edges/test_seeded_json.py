"""Defects seeded into a sound EPCIS document: each has its finding at its place, and nothing is taken.

The sound document: a mine's lot of 20 000 kg CoSO4·7H2O is commissioned, shipped, received, and used for pCAM.
"""

import copy
import json

import pytest

from filon.app import capture
from filon.app.ledger import Ledger
from founding import captured

MINE, PLANT = "https://id.gs1.org/414/9521201000015", "https://id.gs1.org/414/9521210000013"
LOT, MADE = "https://id.gs1.org/01/09521202000014/10/L-1", "https://id.gs1.org/01/09521210000020/10/P-1"


def event(kind, time, **members):
    return {"type": kind, "eventTime": time, "eventTimeZoneOffset": "+01:00", **members}


def kg(lot, amount):
    return [{"epcClass": lot, "quantity": amount, "uom": "KGM"}]


NOTE = [{"type": "desadv", "bizTransaction": "urn:epcglobal:cbv:bt:9521202000007:BL-1"}]
SOUND = {
    "@context": [
        "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
        {"filon": "https://w3id.org/filon/"},
    ],
    "type": "EPCISDocument",
    "schemaVersion": "2.0",
    "creationDate": "2026-11-20T12:00:00Z",
    "epcisBody": {
        "eventList": [
            event("ObjectEvent", "2026-09-01T08:00:00+01:00", action="ADD", bizStep="commissioning",
                  readPoint={"id": MINE}, bizLocation={"id": MINE}, quantityList=kg(LOT, 20000),
                  ilmd={"filon:form": "CoSO4·7H2O", "filon:origin": MINE,
                        "filon:assay": [{"filon:element": "Co", "filon:percent": "20.8", "filon:basis": "wet"}]}),
            event("ObjectEvent", "2026-09-02T08:00:00+01:00", action="OBSERVE", bizStep="shipping",
                  readPoint={"id": MINE}, quantityList=kg(LOT, 20000), bizTransactionList=NOTE,
                  destinationList=[{"type": "location", "destination": PLANT}]),
            event("ObjectEvent", "2026-09-05T08:00:00+01:00", action="OBSERVE", bizStep="receiving",
                  readPoint={"id": PLANT}, bizLocation={"id": PLANT}, quantityList=kg(LOT, 20000),
                  bizTransactionList=NOTE),
            event("TransformationEvent", "2026-09-06T08:00:00+01:00", bizLocation={"id": PLANT},
                  inputQuantityList=kg(LOT, 1000), outputQuantityList=kg(MADE, 3250),
                  ilmd={"filon:form": "NMC811 pCAM",
                        "filon:assay": [{"filon:element": "Co", "filon:percent": "6.38", "filon:basis": "dry"},
                                        {"filon:element": "Ni", "filon:percent": "0", "filon:basis": "dry"},
                                        {"filon:element": "Mn", "filon:percent": "0", "filon:basis": "dry"}]}),
        ]
    },
}  # fmt: skip


def events(document):
    return document["epcisBody"]["eventList"]


def at(index, path, value):
    """Set (or, with None, remove) one member of an event."""

    def change(document):
        here = events(document)[index]
        *before, last = path.split("/")
        for step in before:
            here = here[int(step) if step.isdecimal() else step]
        last = int(last) if last.isdecimal() else last
        if value is None:
            del here[last]
        else:
            here[last] = value

    return change


def drop(index):
    return lambda document: events(document).pop(index)


CHANGES = {
    "no event time": (at(0, "eventTime", None), "EPC-006"),
    "time without zone": (at(0, "eventTime", "2026-09-01T08:00:00"), "EPC-006"),
    "date in US order": (at(0, "eventTime", "09/13/2026"), "EPC-006"),
    "no zone offset": (at(0, "eventTimeZoneOffset", None), "EPC-007"),
    "zone beyond 14 hours": (at(0, "eventTimeZoneOffset", "+14:01"), "EPC-007"),
    "no action": (at(0, "action", None), "EPC-010"),
    "unknown action": (at(0, "action", "APPEND"), "EPC-010"),
    "action on a transformation": (at(3, "action", "ADD"), "EPC-011"),
    "lot is no URI": (at(0, "quantityList/0/epcClass", "L-1"), "EPC-045"),
    "wrong check digit": (at(0, "quantityList/0/epcClass", "https://id.gs1.org/01/09521202000015/10/L-1"), "EPC-108"),
    "quantity as text": (at(0, "quantityList/0/quantity", "20 t"), "EPC-046"),
    "negative quantity": (at(0, "quantityList/0/quantity", -5), "EPC-101"),
    "nothing in a quantity": (at(0, "quantityList/0/quantity", 0), "EPC-101"),
    "unit without quantity": (at(0, "quantityList/0/quantity", None), "EPC-129"),
    "unit of energy for a mass": (at(0, "quantityList/0/uom", "KWH"), "EPC-103"),
    "unit not in the list": (at(0, "quantityList/0/uom", "TON"), "EPC-103"),
    "ilmd on an observation": (at(1, "ilmd", {"filon:form": "CoSO4"}), "EPC-078"),
    "transformation without outputs": (at(3, "outputQuantityList", None), "EPC-022"),
    "declaration without time": (at(0, "errorDeclaration", {"reason": "incorrect_data"}), "EPC-052"),
    "tonnes written as kilograms of lot used": (at(3, "inputQuantityList/0/quantity", 20001500), "BOK-010"),
    "more metal out than in": (at(3, "outputQuantityList/0/quantity", 3900), "BOK-013"),
    "used before it was received": (at(3, "eventTime", "2026-09-04T08:00:00+01:00"), "BOK-011"),
    "nobody made what was used": (at(3, "inputQuantityList/0/epcClass", LOT + "x"), "BOK-012"),
    "received is not what was shipped": (at(2, "quantityList/0/quantity", 18000), "BOK-014"),
    "assay is no number": (at(0, "ilmd/filon:assay/0/filon:percent", "20,8 %"), "BOK-001"),
    "assay above the pure compound": (at(0, "ilmd/filon:assay/0/filon:percent", "22.9"), "BOK-006"),
    "moist lot, assay without basis": (at(0, "ilmd", {
        "filon:form": "CoSO4·7H2O", "filon:moisture": "2.0",
        "filon:assay": [{"filon:element": "Co", "filon:percent": "20.8"}]}), "BOK-003"),
}  # fmt: skip

RAW = {
    "0 bytes": (b"", "EPC-2"),
    "cut off": (json.dumps(SOUND).encode()[:-40], "EPC-2"),
    "duplicate keys": (
        json.dumps(SOUND).replace('"schemaVersion": "2.0"', '"schemaVersion": "2.0", "schemaVersion": "2.0"').encode(),
        "EPC-2",
    ),
    "NaN": (json.dumps(SOUND).replace(": 20000", ": " + "NaN", 1).encode(), "EPC-2"),
    "Infinity": (json.dumps(SOUND).replace(": 20000", ": " + "Infinity", 1).encode(), "EPC-2"),
    "a number of 5 000 digits": (json.dumps(SOUND).replace(": 20000", ": " + "9" * 5000, 1).encode(), "EPC-"),
    "UTF-16": (json.dumps(SOUND).encode("utf-16"), "EPC-2"),
    "100 000 brackets": (b"[" * 100_000, "EPC-2"),
    "not EPCIS": (b'{"hello": "world"}', "EPC-"),
    "XML with a DOCTYPE": (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "1">]><a>&x;</a>', "EPC-"),
}


def tried(data, name="partner.jsonld"):
    """What capture says when no warning is accepted; and that nothing was taken."""
    with Ledger.open("memory:") as ledger:
        outcome = capture.capture(ledger, [capture.File(name, data)], now=_now)[0]
        assert ledger.size() == (1 if outcome.state is capture.State.TAKEN else 0)
        return outcome


def _now():
    from founding import clock

    return clock()


def test_the_sound_document_is_taken_without_warning():
    outcome = tried(json.dumps(SOUND).encode())
    assert (outcome.state, outcome.errors, outcome.warnings) == (capture.State.TAKEN, 0, 0), outcome.findings


@pytest.mark.parametrize("name", CHANGES)
def test_a_seeded_defect_is_found_and_nothing_is_taken(name):
    change, code = CHANGES[name]
    document = copy.deepcopy(SOUND)
    change(document)
    outcome = tried(json.dumps(document).encode())
    assert outcome.state is capture.State.REFUSED, name
    found = [one for one in outcome.findings if one.code == code]
    assert found, [(one.code, str(one.place)) for one in outcome.findings]
    assert found[0].place.pointer.startswith("/epcisBody/eventList/"), found[0].place
    assert found[0].way_out("fr")


@pytest.mark.parametrize("name", RAW)
def test_a_broken_file_is_refused_whole(name):
    data, code = RAW[name]
    outcome = tried(data, "partner.xml" if data.startswith(b"<") else "partner.jsonld")
    assert outcome.state is capture.State.REFUSED
    assert any(one.code.startswith(code) for one in outcome.findings), outcome.findings


def test_an_accepted_warning_is_kept_in_the_log_with_its_code():
    document = copy.deepcopy(SOUND)
    at(2, "quantityList/0/quantity", 18000)(document)
    with Ledger.open("memory:") as ledger:
        outcome = captured(ledger, [capture.File("partner.jsonld", json.dumps(document).encode())])[0]
        assert outcome.state is capture.State.TAKEN
        assert ledger.store.entry(0).accepted == ("BOK-014",)


@pytest.mark.parametrize("name", ["partner.jsonld", "partner.xml"])
def test_a_valid_document_without_events_changes_nothing_and_is_no_mistake(name):
    document = copy.deepcopy(SOUND)
    document["epcisBody"]["eventList"] = []
    query = (
        b'<q:EPCISQueryDocument xmlns:q="urn:epcglobal:epcis-query:xsd:1" schemaVersion="1.2"'
        b' creationDate="2026-11-20T12:00:00Z"><EPCISBody><q:GetQueryNames/></EPCISBody></q:EPCISQueryDocument>'
    )
    outcome = tried(query if name.endswith("xml") else json.dumps(document).encode(), name)
    assert (outcome.state, outcome.errors, outcome.warnings) == (capture.State.KNOWN, 0, 0), outcome.findings
    assert outcome.findings[-1].code == "EPC-232"


def test_a_document_of_another_trade_is_told_its_warnings_and_taken():
    """Fish was used that nobody caught, as far as this ledger knows; no form, no assay: not ours to refuse."""
    document = copy.deepcopy(SOUND)
    for said in events(document):
        said.pop("ilmd", None)
    at(3, "inputQuantityList/0/epcClass", LOT + "x")(document)
    outcome = tried(json.dumps(document).encode())
    assert outcome.state is capture.State.TAKEN
    assert "BOK-012" in {one.code for one in outcome.findings}
