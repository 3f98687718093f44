"""Names of partners' members: what a prefix means, and the border between namespace and name."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epcis_events import CONTEXT, OBJECT, document
from filon.epcis import jsonwrite, moments, read
from filon.epcis.context import ADDRESS, BUILT_IN, KNOWN, compacted, joined, parted, prefixes_for


@pytest.mark.parametrize(
    ("namespace", "local", "name"),
    [
        ("https://w3id.org/filon/", "form", "https://w3id.org/filon/form"),
        ("http://www.w3.org/2000/01/rdf-schema#", "comment", "http://www.w3.org/2000/01/rdf-schema#comment"),
        ("urn:epcglobal:cbv:mda:", "lotNumber", "urn:epcglobal:cbv:mda:lotNumber"),
        ("https://ns.example.com/epcis", "grade", "{https://ns.example.com/epcis}grade"),
        ("https://ns.example.com/", "a/b", "{https://ns.example.com/}a/b"),
        ("", "bare", "bare"),
    ],
)
def test_the_border_is_kept(namespace, local, name):
    assert joined(namespace, local) == name
    assert parted(name) == (namespace, local)


@given(st.text("a:/#{}é1", max_size=8), st.text("a:/#}é1", min_size=1, max_size=6))
def test_any_border_is_found_again(namespace, local):
    if "}" in local or (not namespace and parted(local)[0]) or "}" in namespace or namespace.startswith("{"):
        return
    assert parted(joined(namespace, local)) == (namespace, local)


def test_what_a_context_says():
    terms, strange = BUILT_IN.with_context(
        [
            ADDRESS,
            {
                "ex": "https://ns.example.com/",
                "sub": "ex:deep/",
                "ex:odd": {"@id": "https://odd.example/x"},
                "type": "@type",
            },
            {"one": {"@id": "https://one.example/#", "@prefix": True}, "gone": None},
            "https://unknown.example/context.jsonld",
            7,
        ]
    )
    assert strange == ["https://unknown.example/context.jsonld", "7"]
    assert terms.member("ex:a") == "https://ns.example.com/a"
    assert terms.member("sub:a") == "https://ns.example.com/deep/a"
    assert terms.member("ex:odd") == "https://odd.example/x"
    assert terms.member("one:a") == "https://one.example/#a"
    assert terms.member("unknown:a") == "unknown:a"
    assert terms.member("bare") == "bare"
    assert terms.member("@type") == "@type"
    assert terms.member("https://full.example/a") == "https://full.example/a"
    assert terms.value("cbv:BizStep-shipping") == "https://ref.gs1.org/cbv/BizStep-shipping"
    assert terms.value("https://x.example/a") == "https://x.example/a"


@pytest.mark.parametrize(
    "address",
    [
        "https://ref.gs1.org/standards/epcis/epcis-context.jsonld",
        "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
        "https://ref.gs1.org/standards/epcis/2.0.1/epcis-context.jsonld",
        "https://gs1.github.io/EPCIS/epcis-context.jsonld",
    ],
)
def test_known_addresses(address):
    assert KNOWN.fullmatch(address)
    assert read(document(OBJECT, context=[address])).findings == ()


def test_a_context_behind_the_events_counts_as_well():
    said = json.loads(document({**OBJECT, "ex:a": "1"}))
    late = {key: said[key] for key in sorted(said, key=lambda name: name == "@context")}
    assert next(reversed(late)) == "@context"
    found = read(json.dumps(late).encode())
    assert found.findings == ()
    assert found.events[0].extensions == {"https://ns.example.com/a": "1"}


def test_a_prefix_without_a_namespace_leaves_the_name_as_it_is():
    """A term that means "" means nothing; its names keep their prefix, or they would be bare (a fuzzed file)."""
    empty = document({**OBJECT, "own:a": "1", "cbvmda:lot": "2"}, context=[*CONTEXT, {"own": "", "cbvmda": ""}])
    found = read(empty)
    assert {finding.code for finding in found.findings} == {"EPC-211"}
    assert found.events[0].extensions == {"own:a": "1", "urn:epcglobal:cbv:mda:lot": "2"}
    assert read(jsonwrite.write(found.events)).events == found.events


def test_a_term_that_means_no_uri_leaves_the_name_as_it_is():
    """JSON-LD 1.1 API, 4.2.2, 14.3: its member would have a name that JSON does not take (moved members of a corpus)."""
    found = read(document({**OBJECT, "ex:policy": "1"}, context=[*CONTEXT, {"ex:policy": "3P Audit"}]))
    assert {finding.code for finding in found.findings} == {"EPC-211"}
    (event,) = found.events
    assert event.extensions == {"https://ns.example.com/policy": "1"}
    assert read(jsonwrite.write([event])).events == found.events


@pytest.mark.parametrize("bare", ["ext1", "filon"])
def test_a_prefix_of_ours_is_no_name_inside_a_member(bare):
    """What JSON calls `ext1` would mean the namespace of our prefix of that name (moved members of a corpus)."""
    own = {"ex:a": {bare: "1"}, "https://w3id.org/filon/form": "2"}
    (event,) = read(document({**OBJECT, **own})).events
    assert event.extensions["https://ns.example.com/a"] == {bare: "1"}
    assert read(jsonwrite.write([event])).events == (event,)


def test_a_prefix_may_be_said_by_one_that_stands_behind_it():
    """JSON-LD 1.1 API, 4.2.2: terms are defined in the order they need each other; going round in a circle ends."""
    chained = {"ex": "base:y/", "base": "https://x.example/", "round": "turn:a/", "turn": "round:b/"}
    found = read(document({**OBJECT, "ex:a": "1"}, context=[CONTEXT[0], chained]))
    assert found.events[0].extensions == {"https://x.example/y/a": "1"}
    assert not found.refused
    assert {finding.found for finding in found.findings} == {"round", "turn"}


def test_a_prefix_of_ours_said_by_itself_keeps_its_meaning():
    """4.2.2, step 2: a circle of one. Gone round sixteen times it meant what could not be written back (the fuzzer)."""
    found = read(document({**OBJECT, "cbvmda:lot": "1"}, context=[*CONTEXT, {"cbvmda": "cbvmda:informda"}]))
    assert found.events[0].extensions == {"urn:epcglobal:cbv:mda:lot": "1"}
    assert read(jsonwrite.write(found.events)).events == found.events


def test_prefixes_are_always_the_same():
    names = [
        "https://b.example/x",
        "https://w3id.org/filon/form",
        "https://a.example/y",
        "ext1:z",
        "bare",
        "urn:epcglobal:cbv:mda:l",
    ]
    spaces = prefixes_for(names)
    assert (
        spaces
        == prefixes_for(reversed(names))
        == {
            "filon": "https://w3id.org/filon/",
            "cbvmda": "urn:epcglobal:cbv:mda:",
            "ext2": "https://a.example/",  # ext1 is a name that the partner never explained
            "ext3": "https://b.example/",
        }
    )
    back = {space: prefix for prefix, space in spaces.items()}
    assert [compacted(name, back) for name in names] == ["ext3:x", "filon:form", "ext2:y", "ext1:z", "bare", "cbvmda:l"]


def test_a_name_that_nobody_explained_comes_back_as_it_was():
    event = read(document({**OBJECT, "dpp:a": {"dpp:b": "1"}, "ext1:c": "2"})).events[0]
    written = jsonwrite.write([event])
    assert b'"dpp:a":{"dpp:b":"1"}' in written
    assert b'"ext1:c":"2"' in written
    assert read(written).events[0] == event


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-03T13:00:00+01:00", datetime(2026, 11, 3, 12, tzinfo=UTC)),
        ("2026-11-03T12:00:00Z", datetime(2026, 11, 3, 12, tzinfo=UTC)),
        ("2026-11-03T12:00:00.123456789Z", datetime(2026, 11, 3, 12, 0, 0, 123456, tzinfo=UTC)),
        ("2026-12-31T24:00:00Z", datetime(2027, 1, 1, tzinfo=UTC)),
        ("2026-11-02T24:00:00.000-01:00", datetime(2026, 11, 3, 1, tzinfo=UTC)),
    ],
)
def test_moments(text, moment):
    assert moments.moment(text) == moment
    assert moments.moment(moments.written(moment)) == moment


@pytest.mark.parametrize(
    "text",
    ["", "2026-11-03", "2026-11-03T12:00:00", "20261103T120000Z", "2026-11-03 12:00:00Z", "2026-11-31T12:00:00Z", "2026-11-03T24:00:01Z",
     "2026-12-31T23:59:60Z", "0001-01-01T00:00:00+05:00", "2026-11-03T12:00:00z", "２026-11-03T12:00:00Z"],
)  # fmt: skip
def test_no_moments(text):
    with pytest.raises(ValueError):
        moments.moment(text)


@pytest.mark.parametrize(
    ("text", "fine"),
    [
        ("2026-11-03T12:00:00.1234567Z", True),
        ("2026-11-03T12:00:00.1234560Z", False),
        ("2026-11-03T12:00:00.123456Z", False),
        ("2026-11-03T12:00:00.1+01:00", False),
        ("2026-11-03T12:00:00.0000001+01:00", True),
    ],
)
def test_what_is_too_fine_is_seen(text, fine):
    assert moments.too_fine(text) is fine
