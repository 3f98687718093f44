"""Capture over REST: jobs by both manners, limits, single events, who may and who may not."""

import json

import pytest

from corpora import corpus
from epcis_desk import CONTEXT, LOT, PIECE, document, event, listed, uuid, world
from filon.app.derive import derived
from filon.app.desk import jobs
from filon.app.desk.repository import Bounds, Repository
from filon.app.ledger import Ledger
from filon.app.verify import verify

GOOD, BAD = event(1), event(2, action="SOLD")  # EPC-010: action is ADD, OBSERVE or DELETE


@pytest.fixture
def w():
    return world()


def stored(w):
    return w.ids("/events?perPage=1000")


# --- jobs ---


def test_a_document_becomes_a_job_and_then_events(w):
    answer = w.capture(event(1), event(2))
    assert answer.status_code == 202
    job = w.job(answer)
    assert (job["running"], job["success"], job["captureErrorBehaviour"]) == (False, True, "rollback")
    assert job["errors"] == []
    assert (job["filon:events"], job["filon:taken"]) == (2, 2)
    assert job["createdAt"] < job["finishedAt"]
    assert stored(w) == [uuid(1), uuid(2)]


@pytest.mark.parametrize(
    ("events", "behaviour", "success", "kept"),
    [
        # the table of running / success of the reference, section 2, at the end of the job
        ((GOOD, BAD), "rollback", False, []),
        ((GOOD, BAD), "proceed", False, [uuid(1)]),
        ((BAD, GOOD, event(3)), "proceed", False, [uuid(1), uuid(3)]),
        ((GOOD,), "proceed", True, [uuid(1)]),
        ((BAD,), "proceed", False, []),
    ],
)
def test_rollback_and_proceed(w, events, behaviour, success, kept):
    job = w.job(w.capture(*events, headers={"GS1-Capture-Error-Behaviour": behaviour}))
    assert (job["running"], job["success"]) == (False, success)
    assert stored(w) == kept
    assert [error["filon:code"] for error in job["errors"]] == ([] if success else ["EPC-010"])
    if not success:
        place = f"/epcisBody/eventList/{events.index(BAD)}"
        assert job["errors"][0]["instance"].startswith(place)
        assert job["errors"][0]["type"] == "epcisException:ValidationException"


def test_what_proceed_took_can_be_derived_from_the_log_again(w):
    w.capture(GOOD, BAD, headers={"GS1-Capture-Error-Behaviour": "proceed"})
    verdict = verify(w.repository.ledger.store, derive=derived)
    assert verdict.whole
    assert "EPC-010" in w.repository.ledger.store.entry(0).accepted


TIME = "<eventTime>2026-11-03T12:00:00Z</eventTime><eventTimeZoneOffset>+01:00</eventTimeZoneOffset>"
MADE = f"""<extension><TransformationEvent>{TIME}<inputEPCList><epc>urn:a:1</epc></inputEPCList>
<outputEPCList>%s</outputEPCList></TransformationEvent></extension>"""


@pytest.mark.parametrize(
    ("listed", "kept"),
    [
        (MADE % "<epc>urn:a:2</epc>" + MADE % "", 1),  # one makes nothing (EPC-022)
        (MADE % "<epc>urn:a:2</epc>" + MADE % "<epc x='1'>urn:a:3</epc>", 1),  # an attribute too many (EPC-235)
        (MADE.replace("extension>", "extension >") % "<epc>urn:a:2</epc>", 1),
        ((MADE % "<epc>urn:a:2</epc>").replace("<extension>", "").replace("</extension>", ""), 0),  # out of place
        (MADE % "<epc>urn:a:2</epc>" + "words", 0),  # an error of the list, not of an event
    ],
)
def test_events_in_an_extension_of_1_2_are_left_out_one_by_one_too(w, listed, kept):
    """EPCIS 1.2 has transformations in `EventList/extension`; their findings speak of them and of no other."""
    body = f"""<e:EPCISDocument xmlns:e="urn:epcglobal:epcis:xsd:1" schemaVersion="1.2" creationDate="2026-11-03T14:00:00Z">
        <EPCISBody><EventList>{listed}</EventList></EPCISBody></e:EPCISDocument>"""
    w.capture(body=body.encode(), headers={"Content-Type": "application/xml", "GS1-Capture-Error-Behaviour": "proceed"})
    assert len(stored(w)) == kept


def test_an_error_of_the_document_itself_stops_proceed_too(w):
    body = json.dumps(document(GOOD, creationDate="yesterday")).encode()
    job = w.job(w.capture(body=body, headers={"GS1-Capture-Error-Behaviour": "proceed"}))
    assert not job["success"]
    assert [error["filon:code"] for error in job["errors"]] == ["EPC-002"]
    assert stored(w) == []


def test_the_same_document_twice_changes_nothing(w):
    w.capture(GOOD)
    job = w.job(w.capture(GOOD))
    assert (job["success"], job["filon:taken"]) == (True, 0)
    assert w.repository.ledger.store.size() == 1


def test_warnings_of_the_books_are_listed_and_block_nothing(w):
    # 7 pieces of a lot leave that nobody ever declared made: BOK-012 by the books, a warning
    sold = event(1, epcList=None, quantityList=[{"epcClass": LOT + "A7", "quantity": 7, "uom": "KGM"}])
    job = w.job(w.capture(sold))
    assert job["success"]
    assert job["filon:warnings"]
    assert stored(w) == [uuid(1)]


def test_the_submitter_stands_in_the_log(w):
    w.capture(GOOD)
    assert w.repository.ledger.store.entry(0).submitter == "submitter Ltd"


def test_xml_is_captured_and_its_job_told_in_xml(w):
    from filon.epcis import xmlwrite
    from filon.epcis.jsonld import parse

    body = xmlwrite.write(parse(json.dumps(document(GOOD)).encode()).events)
    answer = w.capture(body=body, headers={"Content-Type": "application/xml"})
    assert answer.status_code == 202
    told = w.get(answer.headers["location"].partition("/epcis")[2], "submitter", headers={"Accept": "application/xml"})
    assert told.headers["content-type"] == "application/xml; charset=utf-8"
    assert 'running="false" success="true"' in told.text
    assert stored(w) == [uuid(1)]


def test_a_query_document_is_captured_too(w):
    w.capture(GOOD)
    found = w.get("/events").content
    other = world()
    assert other.job(other.capture(body=found))["success"]
    assert stored(other) == [uuid(1)]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "application/json"), (b"{", "application/json"), (b"[]", "application/json"), (b"7", "application/json"),
        (b'{"type": "ObjectEvent"}', "application/json"), (b'{"a": NaN}', "application/json"),
        (b"\xff\xfe", "application/json"), (b"<a/>", "application/xml"), (b"<EPCISDocument", "application/xml"),
        (b"not xml", "application/xml"),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><EPCISDocument>&x;</EPCISDocument>', "application/xml"),
    ],
)  # fmt: skip
def test_a_body_that_is_no_document_is_refused_and_makes_no_job(w, body, kind):
    answer = w.capture(body=body, headers={"Content-Type": kind})
    assert answer.status_code == 400
    assert answer.json()["type"] == "epcisException:ValidationException"
    assert w.get("/capture", "submitter").json() == []


@pytest.mark.parametrize(
    "kind", ["text/plain", "", "application/json; charset=utf-16", "multipart/form-data", "image/png"]
)
def test_other_media_types_are_refused(w, kind):
    answer = w.capture(GOOD, headers={"Content-Type": kind})
    assert answer.status_code == 415
    assert answer.json()["type"] == "epcisException:UnsupportedMediaTypeException"


def test_a_compressed_body_is_refused(w):
    assert w.capture(GOOD, headers={"Content-Encoding": "gzip"}).status_code == 415


@pytest.mark.parametrize("bounds", [Bounds(capture_events=2), Bounds(capture_bytes=700)])
def test_too_much_is_refused_with_both_limits(bounds):
    w = world(bounds=bounds)
    answer = w.capture(event(1), event(2), event(3))
    assert answer.status_code == 413
    assert answer.json()["type"] == "epcisException:CaptureLimitExceededException"
    assert answer.headers["GS1-EPCIS-Capture-Limit"] == str(bounds.capture_events)
    assert answer.headers["GS1-EPCIS-Capture-File-Size-Limit"] == str(bounds.capture_bytes)
    assert w.get("/capture", "submitter").json() == []


def test_a_body_without_declared_length_is_read_to_the_limit_only():
    w = world(bounds=Bounds(capture_bytes=1000))
    given = []

    def endless():
        for _ in range(100):
            given.append(1)
            yield b" " * 500

    assert w.capture(body=endless()).status_code == 413


@pytest.mark.parametrize("value", ["all", "Rollback", "x"])
def test_an_unknown_behaviour_is_refused(w, value):
    assert w.capture(GOOD, headers={"GS1-Capture-Error-Behaviour": value}).status_code == 400


@pytest.mark.parametrize(("name", "value", "status"), [
    ("GS1-EPCIS-Version", "2.0", 202), ("GS1-EPCIS-Version", "2.0.1", 202), ("GS1-EPCIS-Version", "2", 202),
    ("GS1-EPCIS-Version", "1.2", 406), ("GS1-CBV-Version", "3.0", 406), ("GS1-EPCIS-Version", "two", 400),
    ("GS1-EPCIS-Max", "1.2", 406), ("GS1-EPCIS-Min", "2.1", 406), ("GS1-EPCIS-Min", "1.2", 202),
])  # fmt: skip
def test_versions(w, name, value, status):
    assert w.capture(GOOD, headers={name: value}).status_code == status


def test_jobs_are_listed_newest_first_in_pages(w):
    made = [w.capture(event(n)).headers["location"].rpartition("/")[2] for n in range(5)]
    answer = w.get("/capture?perPage=2", "submitter")
    seen = [job["captureID"] for job in answer.json()]
    while "next" in answer.links:
        answer = w.get(answer.links["next"]["url"].partition("/epcis")[2], "submitter")
        seen += [job["captureID"] for job in answer.json()]
    assert seen == made[::-1]


def test_a_job_is_seen_by_its_submitter_and_the_auditor_only(w):
    path = w.capture(GOOD).headers["location"].partition("/epcis")[2]
    assert w.get(path, "submitter").status_code == 200
    assert w.get(path, "auditor").status_code == 200
    assert w.get(path, "other").status_code == 404  # a foreign job is no job
    assert w.get(path, "reader").status_code == 403
    assert w.get("/capture", "other").json() == []
    assert len(w.get("/capture", "auditor").json()) == 1


def test_an_unknown_job_is_not_there(w):
    answer = w.get("/capture/none", "submitter")
    assert (answer.status_code, answer.json()["type"]) == (404, "epcisException:NoSuchResourceException")


def test_a_job_that_the_power_cut_off_is_done_at_the_next_start(tmp_path):
    first = world(tmp_path)
    from filon.app.desk import tokens

    token = tokens.tokens(first.repository.desk)[-1]
    for number in (1, 2):  # posted, and the power goes before they are done
        jobs.post(
            first.repository.desk,
            json.dumps(document(event(number))).encode(),
            "application/ld+json",
            token,
            "rollback",
            now=first.clock(),
        )
    # .. the first of them after its log entry, before the job was written down as finished
    ids = jobs.unfinished(first.repository.desk)
    jobs.run(first.repository.desk, first.repository.ledger, ids[0], now=first.clock)
    first.repository.desk.change(
        "UPDATE job SET finished = NULL, body = ? WHERE id = ?", (json.dumps(document(event(1))).encode(), ids[0])
    )
    first.repository.close()
    first.repository.ledger.store.close()

    ledger = Ledger.open(tmp_path / "filon.db")
    again = Repository(ledger, now=first.clock)
    again.start()
    again.settle()
    assert jobs.unfinished(again.desk) == []
    assert [jobs.one(again.desk, one).success for one in ids] == [True, True]
    assert ledger.store.size() == 2  # not taken twice
    again.close()
    ledger.store.close()


def test_a_full_disk_is_told_in_the_job(w, monkeypatch):
    from filon.core.errors import StoreError

    def full(*_, **__):
        raise StoreError("the disk is full")

    monkeypatch.setattr(w.repository.ledger.store, "append_new", full)
    job = w.job(w.capture(GOOD))
    assert not job["success"]
    assert job["errors"][0]["type"] == "epcisException:ImplementationException"


# --- single events ---


def bare(number, **more):
    return {"@context": CONTEXT, **event(number, **more)}


def test_one_event_is_there_when_the_answer_comes(w):
    answer = w.call("POST", "/events", "submitter", json=bare(1))
    assert answer.status_code == 201
    found = w.get(answer.headers["location"].partition("/epcis")[2])
    assert [one["eventID"] for one in listed(found)] == [uuid(1)]


def test_one_event_in_xml(w):
    from filon.epcis import files, xmlwrite

    (parsed,) = files.read(json.dumps(document(event(1))).encode()).events
    body = xmlwrite.write_event(parsed)
    answer = w.call("POST", "/events", "submitter", content=body, headers={"Content-Type": "application/xml"})
    assert answer.status_code == 201, answer.text
    found = w.get(answer.headers["location"].partition("/epcis")[2])
    assert [one["eventID"] for one in listed(found)] == [uuid(1)]


def test_an_event_without_id_gets_one_that_finds_it(w):
    answer = w.call("POST", "/events", "submitter", json=bare(1, eventID=None))
    assert "/events/ni%3A%2F%2F%2Fsha-256%3B" in answer.headers["location"]
    found = listed(w.get(answer.headers["location"].partition("/epcis")[2]))
    assert [one["epcList"] for one in found] == [[f"{PIECE}1"]]
    assert w.ids(f"/events?EQ_eventID={found[0]['eventID'].replace(';', '%3B')}") == [found[0]["eventID"]]


def test_an_event_that_is_there_is_a_conflict(w):
    w.call("POST", "/events", "submitter", json=bare(1))
    for again in (bare(1), bare(1, bizStep="receiving"), bare(1, eventID=None)):
        # the same; another with its id; the same said without id
        answer = w.call("POST", "/events", "submitter", json=again)
        assert (answer.status_code, answer.json()["type"]) == (409, "epcisException:ResourceAlreadyExistsException")
    assert stored(w) == [uuid(1)]


def test_a_declared_error_is_the_same_event_again(w):
    w.call("POST", "/events", "submitter", json=bare(1))
    taken_back = bare(1, errorDeclaration={"declarationTime": "2026-11-20T00:00:00Z", "reason": "did_not_occur"})
    assert w.call("POST", "/events", "submitter", json=taken_back).status_code == 201
    assert w.call("POST", "/events", "submitter", json=taken_back).status_code == 409
    found = listed(w.get(f"/events/{uuid(1)}"))
    assert ["errorDeclaration" in one for one in found] == [False, True]


def test_a_declared_error_of_an_event_without_id_is_found_with_it(w):
    made = w.call("POST", "/events", "submitter", json=bare(1, eventID=None)).headers["location"]
    declared = bare(1, eventID=None, errorDeclaration={"declarationTime": "2026-11-20T00:00:00Z"})
    w.call("POST", "/events", "submitter", json=declared)
    w.call("POST", "/events", "submitter", json=bare(2, eventID=None, epcList=[f"{PIECE}1"]))  # another event of it
    assert ["errorDeclaration" in one for one in listed(w.get(made.partition("/epcis")[2]))] == [False, True]


@pytest.mark.parametrize("body", [document(GOOD), [bare(1)], event(1), bare(1, action="SOLD"), {}, "x"])
def test_what_is_not_one_good_event_is_refused(w, body):
    answer = w.call("POST", "/events", "submitter", json=body)
    assert (answer.status_code, answer.json()["type"]) == (400, "epcisException:ValidationException")
    assert stored(w) == []


def test_single_events_verify(w):
    w.call("POST", "/events", "submitter", json=bare(1))
    assert verify(w.repository.ledger.store, derive=derived).whole


# --- who ---


@pytest.mark.parametrize("path", ["/capture", "/events"])
@pytest.mark.parametrize(("role", "status"), [("reader", 403), ("auditor", 403), (None, 401)])
def test_only_submitters_capture(w, path, role, status):
    answer = w.call("POST", path, role, json=bare(1))
    assert (answer.status_code, answer.json()["type"]) == (status, "epcisException:SecurityException")
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)
    assert stored(w) == []


@pytest.mark.corpus
@pytest.mark.parametrize("folder", ["json/valid", "xml-2.0/valid"])
def test_the_documents_of_others_are_captured_and_come_back(folder):
    """Every valid document of the corpus is taken whole, and each of its events is found by its id."""
    from filon.epcis import files

    for path in sorted((corpus("epcis") / folder).rglob("*")):
        if path.suffix not in {".json", ".jsonld", ".xml"}:
            continue
        w = world()
        said = files.read(path.read_bytes())
        if said.heading.type not in {"EPCISDocument", "EPCISQueryDocument"}:
            continue
        kind = "application/xml" if path.suffix == ".xml" else "application/ld+json"
        answer = w.capture(body=path.read_bytes(), headers={"Content-Type": kind})
        assert answer.status_code == 202, path
        assert w.job(answer)["success"], path
        found = w.ids("/events?perPage=1000")
        assert {one.eventID for one in said.events if one.eventID} <= set(found), path
