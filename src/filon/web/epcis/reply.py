"""What goes back: query documents, collections, jobs and problems, as JSON or XML."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from lxml import etree
from starlette.responses import Response

from filon.app.desk.exceptions import EpcisError, NotAcceptableException
from filon.app.desk.jobs import Job
from filon.app.desk.written import query_document, stored_document
from filon.core.finding import Language
from filon.epcis.context import ADDRESS
from filon.epcis.event import Event
from filon.epcis.moments import written
from filon.log.store import Stored
from filon.views import details
from filon.views.say import LANGUAGES
from filon.web.epcis.call import JSON, LD, PROBLEMS, TEXT_XML, XML, Call, accepted
from filon.web.reply import preferred

_EPCIS = "urn:epcglobal:epcis:xsd:2"


def events(call: Call, found: Iterable[Event], name: str = "SimpleEventQuery") -> Response:
    """A query document of events.

    Raises:
        NotAcceptableException: XML is wanted and cannot say a text in them.
    """
    form = call.form()
    data = query_document(
        found,
        call.repository.cards.prefixes(),
        query={"queryName": name},
        now=call.now,
        xml=form in {XML, TEXT_XML},
        epc_format=call.epc_format,
        words=call.cbv_format,
    )
    _spelled(call)
    return Response(data, media_type=typed(form))


def stored(call: Call, found: Sequence[Stored], name: str = "SimpleEventQuery") -> Response:
    """A query document of stored events. Errors as in `events`."""
    form = call.form()
    data = stored_document(
        call.repository.answers,
        found,
        call.repository.cards.prefixes(),
        query={"queryName": name},
        now=call.now,
        xml=form in {XML, TEXT_XML},
        epc_format=call.epc_format,
        words=call.cbv_format,
    )
    _spelled(call)
    return Response(data, media_type=typed(form))


def _spelled(call: Call) -> None:
    """Tell how identifiers and words are spelled in the answer."""
    call.answer.update({"GS1-EPC-Format": call.epc_format, "GS1-CBV-XML-Format": call.cbv_format})


def typed(form: str) -> str:
    """A media type as it is declared: XML with its charset, JSON is always UTF-8."""
    return f"{form}; charset=utf-8" if form in {XML, TEXT_XML} else form


def collection(call: Call, members: Sequence[str]) -> Response:
    """A collection of values, in the form that is taken.

    Source: EPCIS 2.0, 12.2 (top-level resources). It gives JSON only; the XML is the same in its words.
    """
    form = call.form()
    if form not in {XML, TEXT_XML}:
        return given(call, {"@context": ADDRESS, "type": "Collection", "member": list(members)})
    root = etree.Element(f"{{{_EPCIS}}}Collection", nsmap={"epcis": _EPCIS})
    try:
        for member in members:
            etree.SubElement(root, "member").text = member
    except ValueError as error:
        raise NotAcceptableException("XML has no way to write a value in it; ask for JSON") from error
    return Response(etree.tostring(root, xml_declaration=True, encoding="UTF-8"), media_type=typed(form))


def given(call: Call, value: Any, status: int = 200) -> Response:
    """Plain JSON."""
    form = call.form((JSON, LD))
    return Response(orjson.dumps(value), status_code=status, media_type=form)


def job(call: Call, shown: Job) -> Response:
    """One capture job."""
    form = call.form()
    if form in {XML, TEXT_XML}:
        return Response(_job_xml(shown), media_type=typed(form))
    return Response(orjson.dumps(job_members(shown, call)), media_type=form)


def job_members(shown: Job, call: Call) -> dict[str, Any]:
    """A capture job as JSON members: the standard's, and ours behind a prefix.

    Source: EPCIS 2.0, 12.3.1 (captureJob).
    """
    members: dict[str, Any] = {
        "captureID": shown.id,
        "createdAt": written(shown.created),
        "finishedAt": written(shown.finished) if shown.finished else None,
        "running": shown.running,
        "success": shown.success,
        "captureErrorBehaviour": shown.behaviour,
        "errors": list(shown.errors),
        "filon:events": shown.events or call.repository.progress(shown.id),
        "filon:taken": shown.taken,
        "filon:entry": shown.entry,
        "filon:warnings": list(shown.warnings),
    }
    return {name: value for name, value in members.items() if value is not None}


def _job_xml(shown: Job) -> bytes:
    root = etree.Element(f"{{{_EPCIS}}}EPCISCaptureJob", nsmap={"epcis": _EPCIS})
    root.set("captureID", shown.id)
    root.set("running", json.dumps(shown.running))
    root.set("success", json.dumps(shown.success))
    times = {"createdAt": shown.created, "finishedAt": shown.finished}
    _put(root, {"captureErrorBehaviour": shown.behaviour, **{k: written(v) for k, v in times.items() if v}})
    if shown.errors:
        errors = etree.SubElement(root, "errors")
        for each in shown.errors:
            _put(etree.SubElement(errors, "error"), {k: v for k, v in each.items() if ":" not in k})
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _put(parent: etree._Element, members: Mapping[str, Any]) -> None:
    for name, value in members.items():
        etree.SubElement(parent, name).text = _clean(str(value))


def _clean(text: str) -> str:
    """A text as XML 1.0 can hold it: what it cannot is shown as `?`; for error texts only."""
    return "".join(c if c in "\t\n\r" or (" " <= c < "\ud800") or "\ue000" <= c < "\ufffe" or c > "\uffff" else "?"
                   for c in text)  # fmt: skip


def problem(error: EpcisError, accept: str, tongues: str = "") -> Response:
    """An error, as JSON unless only XML is taken; its detail in French for who asks so.

    Args:
        accept, tongues: the Accept and Accept-Language headers.

    Source: RFC 9457; EPCIS 2.0, 12.7 (XML: epcis:EPCISException).
    """
    spoken: Language = "fr" if preferred(tongues, LANGUAGES, "en") == "fr" else "en"
    members = {**error.problem(), "detail": details.detail(error.detail, spoken)}
    best = accepted(accept, (*PROBLEMS[:1], JSON, LD, *PROBLEMS[1:], XML, TEXT_XML))
    if best and "xml" in best:
        root = etree.Element(f"{{{_EPCIS}}}EPCISException", nsmap={"epcis": _EPCIS})
        _put(root, {name: members[name] for name in ("type", "title", "status", "detail")})
        body, kind = etree.tostring(root, xml_declaration=True, encoding="UTF-8"), PROBLEMS[1]
    else:
        body, kind = orjson.dumps(members), PROBLEMS[0]
    headers: dict[str, str] = {"Content-Language": spoken}
    if error.status == 401:  # noqa: PLR2004
        headers["WWW-Authenticate"] = 'Bearer realm="epcis"'
    return Response(body, status_code=error.status, media_type=kind, headers=headers)
