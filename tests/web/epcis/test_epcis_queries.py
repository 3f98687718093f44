"""Queries over REST: parameters, pages, collections, named queries, forms and spellings."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from epcis_desk import CONTEXT, LOT, PIECE, SITE, event, listed, uuid, world
from filon.app.desk.questions import asked
from filon.epcis.body import event_from_json
from filon.web.epcis.events import COLLECTIONS

MANY = 25


def population():
    """25 events that differ in step, place, action, kind, lot and time."""
    steps = ("shipping", "receiving", "https://steps.example.com/leaching", "commissioning")
    for n in range(MANY):
        lot = {"quantityList": [{"epcClass": f"{LOT}L{n % 4}", "quantity": n + 1, "uom": "KGM"}]}
        more = {
            "bizStep": steps[n % 4] if n % 7 else None,
            "action": ("ADD", "OBSERVE", "DELETE")[n % 3],
            "bizLocation": {"id": f"https://id.gs1.org/414/952123400001{(3, 3)[n % 2]}"} if n % 2 else None,
            "disposition": "in_transit" if n % 5 == 0 else None,
            "bizTransactionList": [{"type": "po", "bizTransaction": f"https://orders.example.com/{n % 6}"}]
            if n % 2
            else None,
            "ex:batch": n % 3,
            **(lot if n % 3 else {}),
        }
        if n % 8 == 6:
            made = event(
                n, type="AggregationEvent", parentID=f"{PIECE}P{n}", childEPCs=[f"{PIECE}{n}"], epcList=None, **more
            )
            made["childQuantityList"] = made.pop("quantityList", None)
            yield {name: value for name, value in made.items() if value is not None}
        elif n % 8 == 7:
            io = {
                "inputQuantityList": lot["quantityList"],
                "outputEPCList": [f"{PIECE}{n}"],
                "transformationID": f"urn:x:t:{n}",
            }
            made = event(
                n, type="TransformationEvent", epcList=None, **{**more, **io, "action": None, "quantityList": None}
            )
            yield made
        else:
            yield event(n, **more)


def filled(made):
    everything = list(population())
    for begin in range(0, MANY, 6):  # several log entries, so record times differ
        job = made.job(made.capture(*everything[begin : begin + 6]))
        assert job["success"], job
    return made


@pytest.fixture(scope="module")
def w():
    return filled(world())


@pytest.fixture(scope="module", params=["memory", "file", "file of the second format"])
def anywhere(request, tmp_path_factory):
    """The same world in other stores; in one its records were kept before words were."""
    if request.param == "memory":
        return filled(world())
    folder = tmp_path_factory.mktemp("world")
    made = filled(world(folder))
    if "second" in request.param:
        with closing(sqlite3.connect(folder / "filon.db")) as raw:
            raw.executescript("""DELETE FROM told WHERE first IN (SELECT first FROM part WHERE entry < 3);
                UPDATE part SET told = NULL WHERE entry < 3""")
    return made


def pages(w, path):
    """All events of all pages, and how many a page had."""
    answer = w.get(path)
    assert answer.status_code == 200, answer.text
    ids, sizes = [], []
    while True:
        page = [one["eventID"] for one in listed(answer)]
        ids += page
        sizes.append(len(page))
        if "next" not in answer.links:
            return ids, sizes
        answer = w.get(answer.links["next"]["url"].partition("/epcis")[2])


PARAMETERS = {
    "EQ_bizStep": ["shipping", "urn:epcglobal:cbv:bizstep:receiving", "https://steps.example.com/leaching", "picking"],
    "EQ_action": ["ADD", "DELETE"],
    "eventType": ["ObjectEvent", "AggregationEvent", "TransformationEvent"],
    "EQ_readPoint": [SITE, "urn:epc:id:sgln:9521234.00001.0", "https://id.gs1.org/414/9521234000099"],
    "EQ_bizLocation": [SITE],
    "EQ_disposition": ["in_transit", "https://ref.gs1.org/cbv/Disp-in_transit", "active"],
    "EQ_bizTransaction_po": ["https://orders.example.com/1", "https://orders.example.com/3"],
    "EQ_bizTransaction_inv": ["https://orders.example.com/1"],
    "MATCH_epc": [
        f"{PIECE}4",
        f"{PIECE}6",
        "urn:epc:id:sgtin:9521234.054321.9",
        "urn:epc:idpat:sgtin:9521234.054321.*",
    ],
    "MATCH_anyEPC": [f"{PIECE}7", f"{PIECE}P6"],
    "MATCH_parentID": [f"{PIECE}P6", f"{PIECE}P14"],
    "MATCH_epcClass": [f"{LOT}L1", f"{LOT}L2"],
    "MATCH_inputEPCClass": [f"{LOT}L3"],
    "MATCH_anyEPCClass": [f"{LOT}L3", "urn:epc:class:lgtin:9521234.054321.L1"],
    "EQ_transformationID": ["urn:x:t:7", "urn:x:t:15"],
    "EQ_eventID": [uuid(3), uuid(11), uuid(99)],
    "GE_eventTime": ["2026-01-10T00:00:00Z"],
    "LT_eventTime": ["2026-01-18T01:00:00+01:00", "2026-01-18T00:00:00.001Z"],
    "EQ_ex:batch": ["1"],
    "GE_quantity": ["9"],
    "EXISTS_errorDeclaration": ["true"],
}
chosen = st.dictionaries(st.sampled_from(sorted(PARAMETERS)), st.integers(0, 15), min_size=0, max_size=3)


@given(chosen, st.integers(1, 9), st.sampled_from(["", "eventTime", "recordTime", "ex:batch"]), st.booleans())
def test_the_answer_is_what_every_event_says_when_it_is_asked(anywhere, picked, per_page, order, ascending):
    """The oracle asks each stored event by the predicates alone: clues and pages may lose and double nothing."""
    w = anywhere
    params = {}
    for name, bits in picked.items():
        values = [value for at, value in enumerate(PARAMETERS[name]) if bits >> at & 1] or PARAMETERS[name][:1]
        params[name] = values if name[:3] not in ("GE_", "LT_", "EXI") else values[:1]
    query = {name: "|".join(values) for name, values in params.items()}
    if order:
        query |= {"orderBy": order, "orderDirection": "ASC" if ascending else "DESC"}
    url = urlencode({**query, "perPage": per_page}, quote_via=quote)
    answer = w.get(f"/events?{url}", headers={"GS1-Extensions": "ex=https://ns.example.com/"})
    assert answer.status_code == 200, answer.text
    found = [one["eventID"] for one in listed(answer)]
    while "next" in answer.links:
        assert len(listed(answer)) == per_page
        path = answer.links["next"]["url"].partition("/epcis")[2]
        answer = w.get(path, headers={"GS1-Extensions": "ex=https://ns.example.com/"})
        found += [one["eventID"] for one in listed(answer)]

    answers = w.repository.answers
    question = asked({k: v if len(v) > 1 else v[0] for k, v in params.items()}, {"ex": "https://ns.example.com/"})
    everything = [answers.shown(stored) for stored in answers.store.records()]
    expected = [one for one in everything if question.query().matches(one)]
    if order:
        name = "https://ns.example.com/batch"
        key = (lambda one: one.extensions.get(name)) if order == "ex:batch" else (lambda one: getattr(one, order))
        expected = sorted(expected, key=key, reverse=not ascending)
    assert found == [one.eventID for one in expected]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        # by hand, from `population`: shipping is n % 4 == 0 where n % 7 != 0
        ("EQ_bizStep=shipping", [4, 8, 12, 16, 20, 24]),
        ("EQ_bizStep=shipping&EQ_disposition=in_transit", [20]),
        ("eventType=TransformationEvent", [7, 15, 23]),
        (f"MATCH_parentID={quote(PIECE)}P6", [6]),
        (f"MATCH_epc={quote(PIECE)}6%7C{quote(PIECE)}5", [5, 6]),
        ("GE_eventTime=2026-01-24T00:00:00Z", [23, 24]),  # event n is on 1 January + n days
        ("LT_eventTime=2026-01-03T00:00:00Z", [0, 1]),
        ("EQ_transformationID=urn:x:t:15", [15]),
        ("orderBy=eventTime&eventCountLimit=3", [24, 23, 22]),
        ("orderBy=eventTime&orderDirection=ASC&eventCountLimit=2", [0, 1]),
        ("EQ_bizStep=picking", []),
    ],
)
def test_answers_by_hand(w, query, expected):
    assert w.ids(f"/events?{query}") == [uuid(n) for n in expected]


def test_record_times_bound_the_answer(w):
    answer = w.get(f"/events/{uuid(6)}")
    time = listed(answer)[0]["recordTime"]
    # events 6..11 came with one entry
    assert w.ids(f"/events?GE_recordTime={time}&LT_recordTime={later(time)}") == [uuid(n) for n in range(6, 12)]
    assert w.ids(f"/events?LT_recordTime={time}") == [uuid(n) for n in range(6)]
    assert w.ids(f"/events?GE_recordTime={later(time)}&perPage=100") == [uuid(n) for n in range(12, MANY)]


def later(time):
    at = datetime.fromisoformat(time) + timedelta(microseconds=1)
    return quote(at.isoformat())


def test_a_page_has_at_most_what_was_asked(w):
    ids, sizes = pages(w, "/events?perPage=10")
    assert sizes == [10, 10, 5]
    assert ids == [uuid(n) for n in range(MANY)]
    assert [len(listed(w.get("/events")))] == [MANY]  # 30 by default
    assert len(listed(w.get("/events?perPage=999999999"))) == MANY


def test_pages_do_not_change_while_others_capture():
    w = world()
    w.capture(*[event(n) for n in range(6)])
    for query in ("perPage=4", "perPage=4&orderBy=eventTime&orderDirection=ASC"):
        first = w.get(f"/events?{query}")
        w.capture(event(100 + len(query)), event(-len(query)))
        second = w.get(first.links["next"]["url"].partition("/epcis")[2])
        assert "next" not in second.links
        both = [one["eventID"] for one in (*listed(first), *listed(second))]
        assert len(both) == len(set(both))
        assert uuid(100 + len(query)) not in both


@pytest.mark.parametrize(
    ("query", "status", "kind"),
    [
        ("perPage=0", 400, "QueryParameterException"), ("perPage=-1", 400, "QueryParameterException"),
        ("perPage=x", 400, "QueryParameterException"), ("perPage=%D9%A3", 400, "QueryParameterException"),
        ("EQ_bizStep=", 400, "QueryParameterException"), ("=x", 400, "QueryParameterException"),
        ("EQ_bizStep", 400, "QueryParameterException"), ("EQ_nothing=1", 400, "QueryParameterException"),
        ("GE_eventTime=yesterday", 400, "QueryParameterException"),
        ("GE_eventTime=2026-01-01T00:00:00Z%7C2026-01-01T00:00:00Z", 400, "QueryParameterException"),
        ("EQ_action=SELL", 400, "QueryParameterException"), ("orderBy=x", 400, "QueryParameterException"),
        ("orderDirection=UP", 400, "QueryParameterException"),
        ("eventCountLimit=3", 400, "QueryParameterException"),
        ("maxEventCount=3&eventCountLimit=3&orderBy=eventTime", 400, "QueryParameterException"),
        ("maxEventCount=3", 413, "QueryTooLargeException"), ("nextPageToken=abc", 400, "QueryParameterException"),
        ("nextPageToken=%00", 400, "QueryParameterException"), ("%FF=1", 400, "QueryParameterException"),
        ("EQ_bizStep=%FF", 400, "QueryParameterException"), ("EQ_bizStep=a%00", 400, "QueryParameterException"),
        ("&".join(f"EQ_ex:a{n}=1" for n in range(200)), 413, "QueryTooComplexException"),
        ("EQ_bizStep=" + "x" * 20_000, 414, "URITooLongException"),
    ],
)  # fmt: skip
def test_wrong_queries(w, query, status, kind):
    answer = w.get(f"/events?{query}", headers={"GS1-Extensions": "ex=https://ns.example.com/"})
    assert (answer.status_code, answer.json()["type"]) == (status, f"epcisException:{kind}")
    assert answer.headers["content-type"] == "application/problem+json"


def test_enough_is_enough_only_when_there_are_more(w):
    assert len(w.ids(f"/events?maxEventCount={MANY}")) == MANY
    assert w.get(f"/events?maxEventCount={MANY - 1}").status_code == 413


def test_a_page_token_is_good_for_its_query_and_its_time_only():
    w = world()
    w.capture(*[event(n) for n in range(3)])
    link = w.get("/events?perPage=1").links["next"]["url"].partition("/epcis")[2]
    token = link.partition("nextPageToken=")[2]
    assert w.get(link).status_code == 200
    assert w.get(f"/events?EQ_bizStep=shipping&nextPageToken={token}").status_code == 400
    assert w.get(f"/events?nextPageToken={token[:-2]}AA").status_code == 400
    w.clock.time += timedelta(days=1, seconds=1)
    assert w.get(link).status_code == 400


def test_a_page_token_that_was_given_back_is_good_for_nothing():
    w = world()
    w.capture(*[event(n) for n in range(3)])
    link = w.get("/events?perPage=1").links["next"]["url"].partition("/epcis")[2]
    token = link.partition("nextPageToken=")[2]
    assert w.call("DELETE", f"/nextPageToken/{token}").status_code == 204
    assert w.get(link).status_code == 400
    assert w.call("DELETE", f"/nextPageToken/{token}").status_code == 204  # twice is once
    assert w.call("DELETE", "/nextPageToken/x").status_code == 404


# --- identifiers in paths ---


def test_an_identifier_with_slashes_is_one_value(w):
    for path in (quote(f"{PIECE}4", safe=""), f"{PIECE}4", quote("urn:epc:id:sgtin:9521234.054321.4", safe="")):
        assert w.ids(f"/epcs/{path}/events") == [uuid(4)]


def test_a_serial_number_may_hold_an_encoded_slash():
    w = world()
    name = f"{PIECE}a%2Fevents"  # the serial number is a/events
    w.capture(event(1, epcList=[name]), event(2, epcList=[f"{PIECE}a"]))
    assert w.ids(f"/epcs/{quote(name, safe='')}/events") == [uuid(1)]
    assert w.get(f"/epcs/{quote(name, safe='')}").json()["member"] == ["events"]


def test_a_line_feed_in_a_path_is_answered_like_anything_else(w):
    answer = w.get("/epcs/a%0Ab/events")
    assert (answer.status_code, answer.json()["type"]) == (404, "epcisException:NoSuchResourceException")


def test_a_lot_is_found_under_epcs_too(w):
    found = w.ids(f"/epcs/{quote(LOT + 'L1', safe='')}/events")
    assert found == w.ids(f"/events?MATCH_anyEPCClass={quote(LOT)}L1")
    assert found


@pytest.mark.parametrize("path", ["/events/urn:uuid:none", "/epcs/urn:x:none", "/epcs/urn:x:none/events", "/bizSteps/nonsense/events",
                                  "/queries/none", "/queries/none/events", "/nothing", "/events/%FF", "/epcs/%00"])  # fmt: skip
def test_what_is_not_there(w, path):
    answer = w.get(path)
    assert answer.status_code == 404
    assert answer.json()["type"] in {"epcisException:NoSuchResourceException", "epcisException:NoSuchNameException"}


# --- collections ---


@pytest.mark.parametrize(
    ("collection", "parameter"),
    [("eventTypes", "eventType"), ("bizSteps", "EQ_bizStep"), ("dispositions", "EQ_disposition"),
     ("readPoints", "EQ_readPoint"), ("bizLocations", "EQ_bizLocation"), ("epcs", None)],
)  # fmt: skip
def test_every_value_of_a_collection_leads_to_its_events(w, collection, parameter):
    members, path = [], f"/{collection}?perPage=7"
    while path:
        answer = w.get(path)
        assert answer.json()["type"] == "Collection"
        members += answer.json()["member"]
        path = answer.links["next"]["url"].partition("/epcis")[2] if "next" in answer.links else None
    assert len(members) == len(set(members))
    together = set()
    for member in members:
        assert w.get(f"/{collection}/{quote(member, safe='')}").json()["member"] == ["events"]
        found = w.ids(f"/{collection}/{quote(member, safe='')}/events")
        if parameter:
            assert found == w.ids(f"/events?{parameter}={quote(member, safe='')}")
        together |= set(found)
    stored = [event_from_json(one.body) for one in w.repository.ledger.store.records()]
    name = {"eventTypes": "type", "epcs": "eventID"}.get(collection, collection[:-1])
    assert together == {one.eventID for one in stored if getattr(one, name)}


def test_the_words_of_the_standard_are_there_before_any_event():
    w = world()
    steps = w.get("/bizSteps?perPage=1000").json()["member"]
    assert len(steps) == 41  # CBV 2.0 has 41 business steps, 33 dispositions
    assert len(w.get("/dispositions?perPage=1000").json()["member"]) == 33
    assert w.get("/eventTypes").json()["member"] == sorted(
        ["ObjectEvent", "AggregationEvent", "TransactionEvent", "TransformationEvent", "AssociationEvent"]
    )
    assert w.ids("/bizSteps/shipping/events") == []
    assert w.get("/readPoints").json()["member"] == []


@pytest.mark.parametrize("path", ["/", *(f"/{name}" for name in COLLECTIONS), "/bizSteps/shipping"])
def test_a_collection_says_the_same_in_every_form(w, path):
    said = w.get(path).json()["member"]
    for form in ("application/ld+json", "application/json"):
        answer = w.get(path, headers={"Accept": form})
        assert (answer.headers["content-type"], answer.json()["member"]) == (form, said)
    for form in ("application/xml", "text/xml"):
        answer = w.get(path, headers={"Accept": form})
        root = etree.fromstring(answer.content)
        assert answer.headers["content-type"].startswith(form)
        assert root.tag == "{urn:epcglobal:epcis:xsd:2}Collection"
        assert [member.text for member in root] == said
    assert w.get(path, headers={"Accept": "text/csv"}).status_code == 406


def test_collections_know_what_came_since(tmp_path):
    w = world(tmp_path)
    w.capture(event(1))
    assert w.get("/readPoints").json()["member"] == [SITE]
    w.capture(event(2, readPoint={"id": "urn:x:place"}))
    assert w.get("/readPoints").json()["member"] == [SITE, "urn:x:place"]
    w.repository.close()
    w.repository.ledger.store.close()


def test_collections_are_made_anew_when_the_records_were():
    w = world()
    w.capture(event(1), event(2, bizStep="https://steps.example.com/a"))
    assert "https://steps.example.com/a" in w.get("/bizSteps?perPage=99").json()["member"]
    store = w.repository.ledger.store
    first = next(iter(store.records()))
    from filon.app.records import event_record
    from filon.epcis.body import event_from_json

    store.remake(
        [
            (
                0,
                [
                    event_record(event_from_json(first.body)),
                    event_record(event_from_json(first.body.replace(b"00001", b"00009").replace(b"/21/1", b"/21/9"))),
                ],
            )
        ]
    )
    assert "https://steps.example.com/a" not in w.get("/bizSteps?perPage=99").json()["member"]


def test_the_path_says_the_value_once(w):
    assert w.get("/bizSteps/shipping/events?EQ_bizStep=receiving").status_code == 400
    assert w.get("/bizSteps?EQ_bizStep=receiving").status_code == 400


# --- named queries ---


def test_a_query_is_kept_under_its_name():
    w = world()
    w.capture(event(1), event(2, bizStep="receiving"), event(3, **{"ex:batch": 7}))
    query = {"EQ_bizStep": ["shipping"], "orderBy": "eventTime", "orderDirection": "DESC"}
    made = w.call("POST", "/queries", json={"name": "mine", "query": query})
    assert made.status_code == 201
    path = made.headers["location"].partition("/epcis")[2]
    assert w.get(path).json() == {"name": "mine", "query": query}
    assert w.get("/queries").json() == [{"name": "mine", "query": query}]
    answer = w.get(f"{path}/events?perPage=1")
    assert answer.json()["epcisBody"]["queryResults"]["queryName"] == "mine"
    assert pages(w, f"{path}/events?perPage=1") == ([uuid(3), uuid(1)], [1, 1])
    own = {"@context": [CONTEXT[1]], "EQ_ex:batch": 7}
    assert w.call("POST", "/queries", json={"name": "own", "query": own}).status_code == 201
    assert w.ids("/queries/own/events") == [uuid(3)]
    assert w.call("DELETE", path).status_code == 204
    assert w.get(path).status_code == 404
    assert w.get(f"{path}/events").json()["type"] == "epcisException:NoSuchNameException"


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        ({"name": "q", "query": {"EQ_nothing": 1}}, 400, "QueryParameterException"),
        ({"name": "q", "query": {"perPage": 1}}, 400, "QueryParameterException"),
        ({"name": "q", "query": {"EQ_bizStep": {"a": 1}}}, 400, "QueryParameterException"),
        ({"name": "q", "query": {"EQ_bizStep": [None]}}, 400, "QueryParameterException"),
        ({"name": "q", "query": {"GE_eventTime": "x"}}, 400, "QueryParameterException"),
        ({"name": "q", "query": []}, 400, "QueryValidationException"), ({"name": "q"}, 400, "QueryValidationException"),
        ({"name": "", "query": {}}, 400, "QueryValidationException"), ({"name": 1, "query": {}}, 400, "QueryValidationException"),
        ({"name": "a/b", "query": {}}, 400, "QueryValidationException"), ({"name": "x" * 200, "query": {}}, 400, "QueryValidationException"),
        ({"name": "SimpleEventQuery", "query": {}}, 400, "QueryValidationException"),
        ({"name": "q", "query": {}, "token": "x"}, 400, "QueryValidationException"),
        ({"name": "q", "query": {"@context": 7}}, 400, "QueryValidationException"),
        ([], 400, "QueryValidationException"),
        ({"name": "taken", "query": {}}, 409, "ResourceAlreadyExistsException"),
    ],
)  # fmt: skip
def test_queries_that_are_not_kept(body, status, kind):
    w = world()
    w.call("POST", "/queries", json={"name": "taken", "query": {}})
    answer = w.call("POST", "/queries", json=body)
    assert (answer.status_code, answer.json()["type"]) == (status, f"epcisException:{kind}")
    assert [one["name"] for one in w.get("/queries").json()] == ["taken"]


def test_a_query_of_another_cannot_be_dropped():
    w = world()
    w.call("POST", "/queries", json={"name": "mine", "query": {}})
    assert w.call("DELETE", "/queries/mine", "other").status_code == 403
    assert w.call("POST", "/queries", "auditor", json={"name": "x", "query": {}}).status_code == 403
    assert w.get("/queries/mine", "auditor").status_code == 200


def test_queries_are_listed_in_pages():
    w = world()
    for n in range(5):
        w.call("POST", "/queries", json={"name": f"q{n}", "query": {}})
    names, path = [], "/queries?perPage=2"
    while path:
        answer = w.get(path)
        names += [one["name"] for one in answer.json()]
        path = answer.links["next"]["url"].partition("/epcis")[2] if "next" in answer.links else None
    assert names == [f"q{n}" for n in range(5)]


# --- forms and spellings ---


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("*/*", "application/json"), ("application/json", "application/json"), ("application/ld+json", "application/ld+json"),
        ("application/xml", "application/xml; charset=utf-8"), ("text/xml;q=0.9, text/html", "text/xml; charset=utf-8"),
        ("application/*;q=0.5, application/xml;q=0.8", "application/xml; charset=utf-8"), ("text/html, */*;q=0.1", "application/json"),
    ],
)  # fmt: skip
def test_the_form_is_the_one_asked_for(w, accept, kind):
    answer = w.get("/events", headers={"Accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)


def test_xml_and_json_say_the_same(w):
    from filon.epcis import files

    def said(accept):
        document = files.read(w.get("/events?perPage=99", headers={"Accept": accept}).content)
        assert not document.refused, document.findings
        return document

    from filon.epcis.key import body_key

    one, two = said("application/json"), said("application/xml")
    assert one.heading.type == two.heading.type == "EPCISQueryDocument"
    assert [body_key(event) for event in one.events] == [body_key(event) for event in two.events]
    assert len(one.events) == MANY


@pytest.mark.parametrize("accept", ["text/html", "image/png", "application/xml;q=0"])
def test_no_form_that_is_wanted(w, accept):
    answer = w.get("/events", headers={"Accept": accept})
    assert (answer.status_code, answer.json()["type"]) == (406, "epcisException:NotAcceptableException")


def test_problems_are_told_in_xml_to_who_takes_only_xml(w):
    answer = w.get("/events?x=1", headers={"Accept": "application/xml"})
    assert answer.headers["content-type"] == "application/problem+xml"
    assert "<type>epcisException:QueryParameterException</type>" in answer.text


def test_identifiers_are_spelled_as_asked():
    w = world()
    w.capture(event(1, epcList=["urn:epc:id:sgtin:9521234.054321.7"]), event(2, epcList=["urn:x:own"]))

    def epcs(spelling):
        headers = {"GS1-EPC-Format": spelling} if spelling else {}
        answer = w.get("/events", headers=headers)
        return [one["epcList"][0] for one in listed(answer)], answer.headers["GS1-EPC-Format"]

    link = f"{PIECE}7"
    assert epcs(None) == ([link, "urn:x:own"], "Always_GS1_Digital_Link")
    assert epcs("Always_GS1_Digital_Link")[0] == [link, "urn:x:own"]
    # 9521234 was seen as a company prefix in the captured URN, so the way back is known
    assert epcs("Always_EPC_URN")[0] == ["urn:epc:id:sgtin:9521234.054321.7", "urn:x:own"]
    assert w.get("/events", headers={"GS1-EPC-Format": "URN"}).status_code == 400


def test_words_in_xml_are_spelled_as_asked(w):
    def text(spelling):
        return w.get("/events", headers={"Accept": "application/xml", "GS1-CBV-XML-Format": spelling}).text

    assert "https://ref.gs1.org/cbv/BizStep-shipping" in text("Always_Web_URI")
    assert "urn:epcglobal:cbv:bizstep:shipping" in text("Always_URN")
    assert "status" in text("Sometimes")


def test_every_answer_has_our_record_time_whatever_the_sender_wrote():
    w = world()
    w.capture(event(1, recordTime="1999-01-01T00:00:00Z"))
    told = listed(w.get("/events"))[0]["recordTime"]
    assert told.startswith("2026-11-22")
    assert w.ids("/events?LT_recordTime=2000-01-01T00:00:00Z") == []


def test_master_data_answer_what_lies_within():
    w = world()
    header = {"epcisMasterData": {"vocabularyList": [{
        "type": "urn:epcglobal:epcis:vtype:BusinessLocation", "vocabularyElementList": [
            {"id": "urn:x:works", "children": ["urn:x:hall"], "attributes": [{"id": "https://ns.example.com/kind", "attribute": "refinery"}]},
            {"id": "urn:x:hall", "children": ["urn:x:shelf"]}]}]}}  # fmt: skip
    from epcis_desk import document

    events = [
        event(n, bizLocation={"id": place}) for n, place in enumerate(("urn:x:works", "urn:x:shelf", "urn:x:yard"))
    ]
    assert w.job(w.capture(body=json.dumps(document(*events, epcisHeader=header)).encode()))["success"]
    assert w.ids("/events?WD_bizLocation=urn:x:works") == [uuid(0), uuid(1)]
    assert w.ids("/events?WD_bizLocation=urn:x:hall") == [uuid(1)]
    assert w.ids("/events?HASATTR_bizLocation=https://ns.example.com/kind") == [uuid(0)]


# --- who, and what every answer has ---


@pytest.mark.parametrize("role", [None, "submitter"])
@pytest.mark.parametrize(
    "path",
    [
        "/events",
        "/events/x",
        "/epcs",
        "/epcs/x",
        "/epcs/x/events",
        "/bizSteps",
        "/queries",
        "/queries/q",
        "/queries/q/events",
    ],
)
def test_strangers_and_submitters_read_nothing(w, path, role):
    answer = w.get(path, role)
    assert answer.status_code == (401 if role is None else 403)
    assert answer.json()["type"] == "epcisException:SecurityException"


@pytest.mark.parametrize(
    "secret", ["", "Bearer", "Bearer x", "Basic eDp5", "filon_" + "a" * 43, "Bearer filon_" + "a" * 43]
)
def test_a_wrong_token_opens_nothing(w, secret):
    assert w.client.get("/epcis/events", headers={"Authorization": secret}).status_code == 401


def test_a_token_in_the_address_opens_nothing(w):
    assert w.client.get(f"/epcis/events?token={w.tokens['reader']}").status_code == 401


def test_an_expired_token_opens_nothing():
    w = world()
    assert w.get("/events").status_code == 200
    w.clock.time += timedelta(days=10)
    assert w.get("/events").status_code == 401


def test_discovery(w):
    from filon.web.epcis.interface import PATHS

    for path in PATHS:
        raw = path.template.replace("{", "").replace("}", "")
        answer = w.call("OPTIONS", raw, "reader" if path.template.startswith("/capture/") else "submitter")
        assert (answer.status_code, answer.content) == (204, b"")
        assert set(answer.headers["Allow"].split(", ")) == {*path.methods, "OPTIONS"}
        for name in (
            "GS1-EPCIS-Version",
            "GS1-EPCIS-Min",
            "GS1-EPCIS-Max",
            "GS1-CBV-Version",
            "GS1-CBV-Min",
            "GS1-CBV-Max",
        ):
            assert answer.headers[name] == "2.0"
        assert "Always_EPC_URN" in answer.headers["GS1-EPC-Format"]
        assert answer.headers["GS1-Vendor-Version"]
    capture = w.call("OPTIONS", "/capture").headers
    assert capture["GS1-EPCIS-Capture-Limit"] == "50000"
    assert capture["GS1-Capture-Error-Behaviour"] == "all"
    assert w.call("OPTIONS", "/events", None).status_code == 401


def test_prefixes_of_a_named_query_may_stand_in_the_header(w):
    """GS1's OpenAPI: POST /queries has GS1-Extensions too."""
    body = {"name": "graded", "query": {"EQ_mine:grade": "A"}}
    header = {"GS1-Extensions": "mine=https://mine.example/"}
    assert w.call("POST", "/queries", json=body, headers=header).status_code == 201
    assert w.get("/queries/graded").json()["query"]["@context"] == {"mine": "https://mine.example/"}
    told = w.get("/queries/graded/events")
    assert told.status_code == 200
    assert told.headers["GS1-CBV-XML-Format"] == "No_Preference"
    assert told.headers["GS1-EPC-Format"] == "Always_GS1_Digital_Link"


def test_discovery_of_what_is_not_there(w):
    """Told to who may read only; the standard's OpenAPI gives OPTIONS a 404 for queries and subscriptions."""
    for raw in ("/queries/none", "/queries/none/events", "/queries/none/subscriptions", "/queries/none/subscriptions/1",
                "/events/urn:uuid:0", "/epcs/urn:x:0", "/bizSteps/urn:x:0/events"):  # fmt: skip
        assert w.call("OPTIONS", raw, "reader").status_code == 404
        assert w.call("OPTIONS", raw, "submitter").status_code == 204
    assert w.call("OPTIONS", "/capture/none", "submitter").status_code == 404
    assert w.call("OPTIONS", "/capture/none", "reader").status_code == 204


def test_a_query_parameter_that_means_nothing_here_is_refused(w):
    """12.4: an unknown parameter is an error, never an answer to another question."""
    w.call("POST", "/queries", json={"name": "strict", "query": {}})
    for method, raw in (("GET", "/"), ("GET", "/capture"), ("GET", "/queries"), ("GET", "/queries/strict"),
                        ("GET", "/queries/strict/subscriptions"), ("GET", "/queries/strict/events"), ("GET", "/events"),
                        ("GET", "/epcs"), ("GET", "/bizSteps/shipping"), ("GET", "/bizSteps/shipping/events"),
                        ("GET", "/events/urn:uuid:1"), ("DELETE", "/queries/strict"), ("HEAD", "/queries/strict")):  # fmt: skip
        answer = w.call(method, f"{raw}?colour=red", "all")
        assert answer.status_code == 400, (method, raw)
        if method != "HEAD":
            assert answer.json()["type"] == "epcisException:QueryParameterException"
            assert "colour" in answer.json()["detail"]
    assert w.get("/queries/strict").status_code == 200


def test_problems_are_told_in_french_to_who_asks_so(w):
    """RFC 9457, 3.1.4: detail is for people; type, status and title stay the standard's."""
    french = w.get("/queries/none", headers={"Accept-Language": "fr-FR,fr;q=0.9,en;q=0.5"})
    assert french.json()["detail"] == "il n’y a pas de requête none"
    assert french.json()["type"] == "epcisException:NoSuchNameException"
    assert french.headers["Content-Language"] == "fr"
    assert w.get("/queries/none").json()["detail"] == "there is no query none"


def test_other_methods_are_refused(w):
    answer = w.call("PUT", "/events")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST, GET, OPTIONS")


def test_the_root_lists_everything(w):
    assert w.get("/").json()["member"] == ["events", "eventTypes", "epcs", "bizSteps", "bizLocations", "readPoints",
                                           "dispositions", "capture", "queries"]  # fmt: skip


def test_an_unforeseen_error_shows_nothing_of_its_inside(w, monkeypatch):
    def broken(*_):
        raise RuntimeError("secret inside")

    monkeypatch.setattr(w.repository.answers, "page", broken)
    answer = w.get("/events")
    assert (answer.status_code, answer.json()["type"]) == (500, "epcisException:ImplementationException")
    assert "secret" not in answer.text


def test_the_clock_of_the_tests_is_right():
    assert world().clock().replace(microsecond=0) == datetime(2026, 11, 22, 12, tzinfo=UTC)
