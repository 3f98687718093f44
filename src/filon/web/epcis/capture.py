"""Capture: documents as jobs, single events at once.

Source: EPCIS 2.0, 12.3 (capture interface); a body that is no EPCIS document at all is refused, no job is made of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any
from urllib.parse import quote

import orjson
from lxml import etree
from starlette.responses import Response

from filon.app.desk import jobs
from filon.app.desk.answers import minted
from filon.app.desk.exceptions import (
    CaptureLimitExceededException,
    ResourceAlreadyExistsException,
    ValidationException,
)
from filon.app.desk.jobs import BEHAVIOURS, problems
from filon.app.desk.repository import Listed
from filon.app.desk.tokens import Deed
from filon.app.intake import MEDIA_TYPES
from filon.app.records import event_record
from filon.core.finding import Level
from filon.epcis import files, quick
from filon.epcis.document import Document
from filon.log.store import Deposit, Record
from filon.web.epcis import reply
from filon.web.epcis.call import Call

_DOCUMENTS = ("EPCISDocument", "EPCISQueryDocument")


def post(call: Call) -> Response:
    """POST /capture."""
    call.need(Deed.CAPTURE)
    behaviour = call.request.headers.get("GS1-Capture-Error-Behaviour", BEHAVIOURS[0])
    if behaviour not in BEHAVIOURS:
        raise ValidationException(f"GS1-Capture-Error-Behaviour is {' or '.join(BEHAVIOURS)}")
    xml = files.is_xml(call.body, call.kind)
    said = counted(call.body, xml=xml)
    if said.events > call.repository.bounds.capture_events:
        raise too_much(call)
    kind = MEDIA_TYPES["xml" if xml else "json"]
    job = call.repository.capture(call.body, kind, call.token, behaviour, said)
    headers = {"Location": call.here(f"{call.root}/capture/{job.id}"), "GS1-Capture-Error-Behaviour": behaviour}
    return Response(status_code=202, headers=headers)


def too_much(call: Call) -> CaptureLimitExceededException:
    """The error that tells both limits, in its headers too."""
    call.answer.update(limits(call))
    bounds = call.repository.bounds
    return CaptureLimitExceededException(
        f"a capture has at most {bounds.capture_events} events and {bounds.capture_bytes} bytes; send it in parts"
    )


def limits(call: Call) -> dict[str, str]:
    """The headers that tell both limits."""
    bounds = call.repository.bounds
    return {
        "GS1-EPCIS-Capture-Limit": str(bounds.capture_events),
        "GS1-EPCIS-Capture-File-Size-Limit": str(bounds.capture_bytes),
    }


def counted(body: bytes, *, xml: bool) -> Listed:
    """How many events a document lists, and what was found out meanwhile.

    Raises:
        ValidationException: it is no EPCIS document at all.
    """
    return Listed(_xml_events(body)) if xml else _json_events(body)


def _json_events(body: bytes) -> Listed:
    parts = quick.parted(body)
    try:
        document = orjson.loads((parts.around if parts else body).removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise ValidationException(f"the body is not JSON: {error}") from error
    if not isinstance(document, dict) or document.get("type") not in _DOCUMENTS:
        raise ValidationException("the body is neither an EPCISDocument nor an EPCISQueryDocument")
    return Listed(len(parts.events), parts) if parts else Listed(_listed_in(document))


def _listed_in(document: dict[str, Any]) -> int:
    inside: Any = document.get("epcisBody")
    for name in ("queryResults", "resultsBody"):
        inside = inside.get(name, inside) if isinstance(inside, dict) else inside
    listed = inside.get("eventList") if isinstance(inside, dict) else None
    return len(listed) if isinstance(listed, list) else 0


def _xml_events(body: bytes) -> int:
    try:
        return sum(_listed(body))
    except etree.XMLSyntaxError as error:
        raise ValidationException(f"the body is not XML: {error.msg}") from error


def _listed(body: bytes) -> Iterator[int]:
    """How many events each EventList has; the tree is thrown away as it grows."""
    walk = etree.iterparse(
        BytesIO(body), events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    depth = 0
    for what, element in walk:
        if what == "start":
            if depth == 0 and etree.QName(element).localname not in _DOCUMENTS:
                raise ValidationException("the body is neither an EPCISDocument nor an EPCISQueryDocument")
            depth += 1
            continue
        depth -= 1
        parent = element.getparent()
        if parent is not None and isinstance(parent.tag, str) and etree.QName(parent).localname == "EventList":
            yield 1
            element.clear()
            parent.remove(element)
    if walk.root is not None and walk.root.getroottree().docinfo.doctype:
        raise ValidationException("a document with a DOCTYPE is not taken")


def listed(call: Call) -> Response:
    """GET /capture: an auditor sees all jobs, others their own."""
    call.need(Deed.SEE_OWN_JOBS)
    parameters = call.parameters
    per_page, belongs = call.per_page(parameters), "capture"
    at = call.begin(parameters, belongs)
    found = jobs.some(call.repository.desk, per_page + 1, before=at[0] if at else None, token=_own(call))
    page = found[:per_page]
    call.link_next([page[-1].number] if len(found) > per_page else None, belongs)
    return reply.given(call, [reply.job_members(one, call) for one in page])


def shown(call: Call) -> Response:
    """GET /capture/{captureID}."""
    call.need(Deed.SEE_OWN_JOBS)
    return reply.job(call, jobs.one(call.repository.desk, call.values["captureID"], token=_own(call)))


def there(call: Call) -> dict[str, str]:
    """Refuse a job that is not there."""
    jobs.one(call.repository.desk, call.values["captureID"], token=_own(call))
    return {}


def _own(call: Call) -> str | None:
    return None if call.token.may(Deed.SEE_ALL_JOBS) else call.token.id


def post_event(call: Call) -> Response:
    """POST /events: one bare event, taken before we answer."""
    call.need(Deed.CAPTURE)
    xml = files.is_xml(call.body, call.kind)
    name = "event.xml" if xml else "event.jsonld"
    document = files.read(call.body, call.kind, name)
    record = _only(document)
    store = call.repository.ledger.store
    event = document.events[0]
    told = call.here(f"{call.root}/events/{quote(record.name or minted(record.key), safe='')}")
    again = bool(event.eventID) and event.errorDeclaration is None and any(store.named(event.eventID or ""))
    if again or store.known({record.key: record.occurred}):
        call.answer["Location"] = told
        raise ResourceAlreadyExistsException("this event is here already")
    accepted = sorted({one.code for one in document.findings if one.level is Level.WARNING})
    kind = MEDIA_TYPES["xml" if xml else "json"]
    call.repository.cards.learn(call.body)
    deposit = Deposit(call.body, kind, name, call.token.name, tuple(accepted))
    if store.append_new(deposit, [record], keys={record.key: record.occurred}, now=call.now) is None:
        call.answer["Location"] = told
        raise ResourceAlreadyExistsException("this event is here already")
    call.repository.woke()
    return Response(status_code=201, headers={"Location": told})


def _only(document: Document) -> Record:
    """The record of the one event of a document.

    Raises:
        ValidationException: it has errors, or does not hold exactly one bare event.
    """
    errors = [one for one in document.findings if one.level is Level.ERROR]
    if errors or document.heading.type != "event" or len(document.events) != 1:
        detail = errors[0].text() if errors else "POST one bare event here, documents to /capture"
        raise ValidationException(detail, errors=problems(errors))
    return event_record(document.events[0])
