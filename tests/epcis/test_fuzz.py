"""Whatever comes in, there is an answer: findings, never a crash; and what is accepted can be kept and written."""

import json
import random
import resource
import time
from copy import deepcopy
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from epcis_corpus import data, rows
from epcis_events import BY_TYPE, CONTEXT, document, events
from filon.core.errors import WrongCallError
from filon.epcis import jsonwrite, read, xmlwrite
from filon.epcis.body import event_from_json, event_json
from filon.epcis.document import Limits
from filon.epcis.hash import event_hash
from filon.epcis.key import body_key
from filon.epcis.shape import EVENT_FIELDS, METADATA_FIELDS, REPORT_FIELDS

MEMBERS = sorted({*EVENT_FIELDS, *METADATA_FIELDS, *REPORT_FIELDS, "id", "type", "set", "unset", "epcClass", "quantity",
                  "bizTransaction", "source", "destination", "sensorMetadata", "sensorReport", "declarationTime", "reason",
                  "correctiveEventIDs", "@context", "ex:a", "https://x.example/b", "bare", "", ":", "@id", "ex:", "{a}b"})  # fmt: skip
WORDS = [
    "urn:a:b",
    "ADD",
    "shipping",
    "2026-11-03T12:00:00Z",
    "+01:00",
    "KGM",
    "ObjectEvent",
    "https://id.gs1.org/01/04012345123456/10/L",
    "a b",
]
TEXTS = st.one_of(st.sampled_from(WORDS), st.text(max_size=8))
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=True), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=4)),
    max_leaves=12,
)
CHANGES = st.dictionaries(st.sampled_from(MEMBERS), VALUES, max_size=4)


def answer(document):
    """Every finding can be told; what is not refused can be kept, named and written, and comes back the same."""
    for finding in document.findings:
        assert finding.text("fr")
        assert finding.way_out("en")
        json.dumps(finding.as_dict())
    if document.refused:
        return
    for event in document.events:
        assert event_from_json(event_json(event)) == event
        event_hash(event)
    keys = [body_key(event) for event in document.events]
    assert [body_key(event) for event in read(jsonwrite.write(document.events)).events] == keys
    try:
        written = xmlwrite.write(document.events)
    except WrongCallError:
        return
    assert len(read(written).events) == len(keys)


@given(st.binary(max_size=200))
def test_any_bytes(noise):
    answer(read(noise))


@given(st.text(max_size=200))
def test_any_text_in_either_form(noise):
    answer(read(noise.encode("utf-8", "replace")))
    answer(read(b"<a>" + noise.encode("utf-8", "replace") + b"</a>"))


@given(st.sampled_from(sorted(BY_TYPE)), CHANGES)
def test_any_values_in_any_member_of_an_event(kind, changes):
    whole = {
        "@context": CONTEXT,
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-11-03T14:00:00Z",
        "epcisBody": {"eventList": [{**BY_TYPE[kind], **changes}]},
    }
    answer(read(json.dumps(whole).encode("utf-8", "replace")))


@given(
    st.dictionaries(
        st.sampled_from([*MEMBERS, "epcisBody", "epcisHeader", "schemaVersion", "eventList"]), VALUES, max_size=6
    )
)
def test_any_members_of_a_document(members):
    answer(read(json.dumps(members).encode("utf-8", "replace")))
    answer(
        read(
            json.dumps({"@context": CONTEXT, "type": "EPCISDocument", "epcisBody": members}).encode("utf-8", "replace")
        )
    )
    header = {"epcisMasterData": {"vocabularyList": [members, {"type": "urn:x:y", "vocabularyElementList": [members]}]}}
    answer(
        read(
            json.dumps({"@context": CONTEXT, "type": "EPCISDocument", "epcisHeader": header, "epcisBody": {}}).encode(
                "utf-8", "replace"
            )
        )
    )


@given(st.lists(events(), min_size=1, max_size=2), st.data())
def test_any_cut_or_doubled_piece(found, draw):
    for whole in (jsonwrite.write(found), xmlwrite.write(found)):
        start = draw.draw(st.integers(0, len(whole)))
        end = draw.draw(st.integers(start, min(len(whole), start + 40)))
        answer(read(whole[:start] + whole[end:]))
        answer(read(whole[:end] + whole[start:]))


@pytest.mark.parametrize(
    "bomb",
    [
        b"[" * 2_000_000,
        b'{"a":' * 500_000,
        b'{"@context":[],"epcisBody":{"eventList":[' + b"[" * 1_000_000,
        b'{"type":"EPCISDocument","n":' + b"9" * 1_000_000 + b"}",
        b'{"type":"EPCISDocument","n":1e' + b"9" * 100_000 + b"}",
        b'{"@context":' + b" " * 1_000_000,
        b"<a>" * 200_000,
        b"<ObjectEvent>" + b"<action/>" * 200_000 + b"</ObjectEvent>",
        b"<a " + b" ".join(b'a%d=""' % n for n in range(20_000)) + b"/>",
        b"{" + b",".join(b'"k%d":0' % n for n in range(100_000)) + b"}",
        b'{"a":{' + b",".join(b'"k%d":0' % n for n in range(100_000)) + b',"k0":1}}',
        b'{"@context":{' + b",".join(b'"k%d":"urn:x:"' % n for n in range(50_000)) + b'},"type":"ObjectEvent"}',
    ],
    ids=[
        "lists",
        "objects",
        "events",
        "digits",
        "exponent",
        "blanks",
        "elements",
        "actions",
        "attributes",
        "members",
        "doubled",
        "prefixes",
    ],
)
def test_bombs_are_answered_soon(bomb):
    start = time.process_time()
    document = read(bomb)
    assert time.process_time() - start < 5  # loaded machines; well under one second on a quiet one
    assert document.refused
    assert document.events == ()


def test_a_doubled_pair_in_a_large_document_costs_once():
    doubled = b'{"type":"x",' + b",".join(b'"k%d":{"a":0,"a":1}' % n for n in range(2_000)) + b"}"
    assert read(doubled).findings[-1].code == "EPC-222"


@cache
def corpus():
    return [
        *(data(row) for row in rows(".json", ".jsonld", ".xml") if row and "design_test" not in row["file"]),
        OLD,
        *(write([read(document(event)).events[0]]) for event in BY_TYPE.values() for write in WRITERS),
    ]


WRITERS = (jsonwrite.write, xmlwrite.write)
OLD = b"""<e:EPCISDocument xmlns:e="urn:epcglobal:epcis:xsd:1" xmlns:ex="https://ns.example.com/" schemaVersion="1.2"
  creationDate="2026-11-03T14:00:00Z"><EPCISBody><EventList>
  <QuantityEvent><eventTime>2026-11-03T12:00:00Z</eventTime><eventTimeZoneOffset>+00:00</eventTimeZoneOffset>
    <baseExtension><eventID>urn:uuid:1</eventID><errorDeclaration><declarationTime>2026-11-04T12:00:00Z</declarationTime>
    </errorDeclaration></baseExtension><epcClass>urn:a:1</epcClass><quantity>7</quantity></QuantityEvent>
  <AggregationEvent><eventTime>2026-11-03T12:00:00Z</eventTime><eventTimeZoneOffset>+00:00</eventTimeZoneOffset>
    <parentID>urn:a:9</parentID><childEPCs><epc>urn:a:2</epc></childEPCs><action>ADD</action><extension>
    <childQuantityList><quantityElement><epcClass>urn:a:3</epcClass><quantity>1.5</quantity><uom>KGM</uom>
    </quantityElement></childQuantityList><extension><later by="1">2</later></extension></extension><ex:own ex:a="b"/>
  </AggregationEvent>
  <extension><TransformationEvent><eventTime>2026-11-03T12:00:00Z</eventTime><eventTimeZoneOffset>+00:00
    </eventTimeZoneOffset><inputEPCList><epc>urn:a:4</epc></inputEPCList><outputEPCList><epc>urn:a:5</epc></outputEPCList>
    <ilmd><ex:grade>A</ex:grade></ilmd></TransformationEvent></extension>
</EventList></EPCISBody></e:EPCISDocument>"""
"""EPCIS 1.2 with what only that has; the corpus has little of it."""


@cache
def trees():
    return [whole for whole in corpus() if whole.lstrip(b"\xef\xbb\xbf \n").startswith(b"<")]


def moved(whole: bytes, dice: random.Random) -> bytes:
    """An XML document with an element dropped, doubled, moved, renamed, wrapped, filled or given an attribute."""
    try:
        root = etree.fromstring(whole, etree.XMLParser(resolve_entities=False))
    except etree.XMLSyntaxError:
        return whole
    for _ in range(dice.randint(1, 3)):
        elements = [one for one in root.iter() if isinstance(one.tag, str) and one is not root]
        if not elements:
            break
        one, other = dice.choice(elements), dice.choice(elements)
        deed = dice.randrange(8)
        if deed == 0:
            one.getparent().remove(one)
        elif deed == 1:
            one.addnext(deepcopy(one))
        elif deed == 2 and other not in set(one.iter()):
            other.insert(dice.randrange(len(other) + 1), one)
        elif deed == 3:
            one.tag = other.tag
        elif deed == 4:
            one.text = dice.choice(["", "x", "1e9", "NaN", "-1", "urn:a:b", "2026-11-03T12:00:00Z", "ADD"])
        elif deed == 5:
            wrapper = etree.Element("extension")
            one.addprevious(wrapper)
            wrapper.append(one)
        elif deed == 6:
            one.tag = "{urn:x:}" + etree.QName(one).localname
        else:
            one.set(
                dice.choice(["a", "id", "type", "{urn:x:}b", "{http://www.w3.org/2001/XMLSchema-instance}nil"]), "1"
            )
    return etree.tostring(root)


@pytest.mark.corpus
@given(st.integers(0, 10**9))
def test_elements_anywhere(seed):
    """Whatever stands wherever, there is an answer; a quantity with children once was none (QuantityEvent of 1.2)."""
    dice = random.Random(seed)
    answer(read(moved(dice.choice(trees()), dice)))


def mutated(whole: bytes, dice: random.Random) -> bytes:
    made = bytearray(whole)
    for _ in range(dice.randint(1, 6)):
        at = dice.randrange(len(made) + 1)
        what = dice.randrange(5)
        if what == 0 and made:
            made[at % len(made)] = dice.randrange(256)
        elif what == 1:
            del made[at : at + dice.randint(1, 60)]
        elif what == 2:
            made[at:at] = made[at : at + dice.randint(1, 200)]
        elif what == 3:
            made[at:at] = dice.choice(
                [b'"', b"{", b"]", b"null", b"1e9999", b"\\u0000", b"<", b"&a;", b"\xff", b",", b"NaN", b"-"]
            )
        else:
            other = dice.randrange(len(made) + 1)
            made[at : at + 20], made[other : other + 20] = made[other : other + 20], made[at : at + 20]
    return bytes(made)


SECOND, ROOM = 1.0, 400 * 1024
"""No document may hold us longer (s of CPU), nor all of them together take more memory (KiB) than the first few did."""


def most() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def mutate(seconds: float, seed: int) -> int:
    """How many documents, mutated at random, were answered in so many seconds of CPU."""
    dice, count, end = random.Random(seed), 0, time.process_time() + seconds
    for whole in corpus():
        answer(read(whole))
    before = most()
    while time.process_time() < end:
        whole = mutated(dice.choice(corpus()), dice)
        start = time.process_time()
        answer(read(whole, limits=Limits(findings=200)))
        assert time.process_time() - start < SECOND, whole
        count += 1
    assert most() - before < ROOM
    return count


@pytest.mark.corpus
def test_mutated_documents_of_others_briefly():
    data(rows(".json")[0])
    assert mutate(3, 1) > 5


@pytest.mark.corpus
@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(4))
def test_mutated_documents_of_others_for_an_hour_of_cpu(seed):
    data(rows(".json")[0])
    assert mutate(900, seed + 100) > 100_000


def test_a_document_that_breaks_off_behind_many_errors_is_answered_too():
    """The last error told is the one too many, while we are already telling that the file is cut."""
    from epcis_events import OBJECT, document

    for most in range(1, 8):
        broken = document(*[{**OBJECT, "action": "x"}] * 3, 7)
        for whole in (broken[:-3], broken):
            findings = read(whole, limits=Limits(findings=most)).findings
            assert findings[-1].code in {"EPC-202", "EPC-219", "EPC-222"}
