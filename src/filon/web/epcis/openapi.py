"""The OpenAPI document of the interface: what we serve, said for programs, made from the same table that serves it.

It describes what the standard asks for in our own words and only as far as we do it; `/epcis/openapi.json` is open to
everybody, for it holds nothing of any ledger.

Source: OpenAPI Specification 3.1; EPCIS 2.0, 12.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args

from filon import __version__
from filon.app.desk.cards import EVENT_TYPES
from filon.app.desk.schedule import FIELDS
from filon.epcis.formats import CbvFormat, EpcFormat
from filon.web.epcis.call import JSON, LD, PROBLEMS, TEXT_XML, XML
from filon.web.epcis.events import COLLECTIONS
from filon.web.epcis.interface import PATHS

_TEXT = {"type": "string", "minLength": 1}
_TIME = {"type": "string", "format": "date-time"}
_ALL = (JSON, LD, XML, TEXT_XML)
_ALWAYS = ("401", "403", "406", "414", "429", "500")
_WHAT = {
    "400": "Something in the call is wrong; `type` and `detail` say what",
    "401": "No valid token",
    "403": "The token's roles do not allow it",
    "404": "There is none",
    "406": "No form or version that the client takes",
    "409": "It is there already",
    "413": "More than one call may hold",
    "414": "The address is too long",
    "415": "The body's media type is not taken",
    "429": "Enough for one token; `Retry-After` says when to come back, where that helps",
    "500": "Something on our side",
}


@dataclass(frozen=True, slots=True)
class Operation:
    """What one method of one path does.

    Args:
        success: status of a good answer.
        schema: name of the schema of its body; "" = none.
        kinds: media types of its body.
        failures: other statuses than those any call may give.
        parameters: names of `parameters` in the document.
        body: schema of what is sent.
    """

    summary: str
    success: str = "200"
    schema: str = ""
    kinds: tuple[str, ...] = (JSON, LD)
    failures: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    body: str = ""


_PAGED = ("perPage", "nextPageToken")
_ASKED = ("query", "epcFormat", "cbvFormat", "extensions")
_EVENTS = Operation(
    "Events, a page at a time", "200", "QueryDocument", _ALL, ("400", "413"), (*_PAGED, *_ASKED)
)  # fmt: skip
_VALUES = Operation("Values that events name, a page at a time", "200", "Collection", _ALL, ("400",), _PAGED)
_OF_VALUE = Operation(
    "Events of one value", "200", "QueryDocument", _ALL, ("400", "404", "413"), (*_PAGED, *_ASKED)
)  # fmt: skip

OPERATIONS: Mapping[tuple[str, str], Operation] = {
    ("GET", "/"): Operation("What there is", schema="Collection", kinds=_ALL),
    ("POST", "/capture"): Operation(
        "Have a document captured, as a job", "202", "", (), ("400", "413", "415"), ("behaviour",), "Document"
    ),
    ("GET", "/capture"): Operation("Capture jobs, newest first", "200", "CaptureJobs", (JSON, LD), ("400",), _PAGED),
    ("GET", "/capture/{captureID}"): Operation("One capture job", "200", "CaptureJob", _ALL, ("404",)),
    ("POST", "/events"): Operation(
        "Capture one event at once", "201", "", (), ("400", "409", "413", "415"), (), "Event"
    ),
    ("GET", "/events"): _EVENTS,
    ("GET", "/events/{eventID}"): Operation(
        "One event and its error declarations", "200", "QueryDocument", _ALL, ("400", "404"), ("epcFormat", "cbvFormat")
    ),
    **{
        ("GET", path.template): _OF_VALUE if path.template.endswith("/events") else _VALUES
        for path in PATHS
        if path.template.split("/")[1] in COLLECTIONS
    },
    **{
        ("GET", f"/{name}/{{value}}"): Operation("What a value has", "200", "Collection", _ALL, ("404",))
        for name in COLLECTIONS
    },
    ("POST", "/queries"): Operation(
        "Keep a query under a name", "201", "", (), ("400", "409", "413", "415", "429"), (), "NamedQuery"
    ),
    ("GET", "/queries"): Operation("Named queries", "200", "NamedQueries", (JSON, LD), ("400",), _PAGED),
    ("GET", "/queries/{queryName}"): Operation("One named query", "200", "NamedQuery", (JSON, LD), ("404",)),
    ("DELETE", "/queries/{queryName}"): Operation("Forget a query; its subscriptions end", "204", failures=("404",)),
    ("GET", "/queries/{queryName}/events"): Operation(
        "Answers of a named query, or a WebSocket of them", "200", "QueryDocument", _ALL, ("400", "404", "413"),
        (*_PAGED, "epcFormat", "cbvFormat"),
    ),
    ("POST", "/queries/{queryName}/subscriptions"): Operation(
        "Have new answers sent to an address", "201", "Subscription", (JSON, LD),
        ("400", "404", "413", "415", "429"), ("epcFormat",), "NewSubscription",
    ),
    ("GET", "/queries/{queryName}/subscriptions"): Operation(
        "Subscriptions to a query", "200", "Subscriptions", (JSON, LD), ("400", "404"), _PAGED
    ),
    ("GET", "/queries/{queryName}/subscriptions/{subscriptionID}"): Operation(
        "One subscription", "200", "Subscription", (JSON, LD), ("404",)
    ),
    ("DELETE", "/queries/{queryName}/subscriptions/{subscriptionID}"): Operation(
        "End a subscription", "204", failures=("404",)
    ),
    ("DELETE", "/nextPageToken/{token}"): Operation("Give a page token back", "204", failures=("404",)),
}  # fmt: skip
"""{(method, path): what it does}; a test holds it to the table of paths."""


def _object(required: tuple[str, ...], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(required), "properties": properties}


def _closed(required: tuple[str, ...], **properties: Any) -> dict[str, Any]:
    return {**_object(required, **properties), "additionalProperties": False}


def _list(of: str) -> dict[str, Any]:
    return {"type": "array", "items": {"$ref": f"#/components/schemas/{of}"}}


_PART = r"(\d{1,2}|\[\d{1,2}-\d{1,2}\])"
_EVENT = _object(
    ("@context", "type", "eventTime", "eventTimeZoneOffset"),
    type={"type": "string", "enum": list(EVENT_TYPES)},
    eventTime=_TIME,
    eventTimeZoneOffset={"type": "string", "pattern": r"^([+-](0\d|1[0-3]):[0-5]\d|[+-]14:00)$"},
    action={"enum": ["ADD", "OBSERVE", "DELETE"]},
    bizStep=_TEXT,
    disposition=_TEXT,
    epcList={"type": "array", "items": {"type": "string", "format": "uri"}},
)
_SCHEMAS: Mapping[str, Any] = {
    "Problem": _object(
        ("type", "title"),
        type={"type": "string", "pattern": "^epcisException:"},
        title=_TEXT,
        status={"type": "integer"},
        detail={"type": "string"},
    ),
    "Collection": _object(
        ("@context", "type", "member"),
        type={"const": "Collection"},
        member={"type": "array", "items": {"type": "string"}},
    ),
    "Event": _EVENT,
    "StoredEvent": _object(
        ("type", "eventTime", "eventTimeZoneOffset", "recordTime", "eventID"), eventTime=_TIME, recordTime=_TIME,
        type=_TEXT, eventID=_TEXT,
    ),
    "Document": _object(
        ("@context", "type", "schemaVersion", "creationDate", "epcisBody"),
        type={"enum": ["EPCISDocument"]},
        schemaVersion={"const": "2.0"},
        creationDate=_TIME,
        epcisBody=_object(("eventList",), eventList={"type": "array", "items": {"type": "object"}}),
    ),
    "QueryDocument": _object(
        ("@context", "type", "epcisBody"),
        type={"const": "EPCISQueryDocument"},
        epcisBody=_object(
            ("queryResults",),
            queryResults=_object(
                ("queryName", "resultsBody"), queryName=_TEXT,
                resultsBody=_object(("eventList",), eventList=_list("StoredEvent")),
            ),
        ),
    ),
    "CaptureJob": _object(
        ("captureID", "createdAt", "running", "success", "captureErrorBehaviour", "errors"),
        captureID=_TEXT,
        createdAt=_TIME,
        finishedAt=_TIME,
        running={"type": "boolean"},
        success={"type": "boolean"},
        captureErrorBehaviour={"enum": ["rollback", "proceed"]},
        errors=_list("Problem"),
    ),
    "CaptureJobs": _list("CaptureJob"),
    "NamedQuery": _closed(
        ("name", "query"),
        name={"type": "string", "pattern": "^[A-Za-z0-9._~-]{1,128}$"}, query={"type": "object"},
    ),
    "NamedQueries": _list("NamedQuery"),
    "Schedule": {
        **_closed((), **{name: {"type": "string", "pattern": f"^{_PART}(,{_PART})*$"} for name in FIELDS}),
        "minProperties": 1,
    },
    "NewSubscription": _closed(
        ("dest",),
        dest={"type": "string", "format": "uri"}, signatureToken={"type": "string"}, secret={"type": "string"},
        initialRecordTime=_TIME,
        stream={"type": "boolean"}, reportIfEmpty={"type": "boolean"},
        schedule={"$ref": "#/components/schemas/Schedule"},
    ),
    "Subscription": _object(
        ("subscriptionID", "dest", "createdAt", "minRecordTime"), subscriptionID=_TEXT, dest=_TEXT, createdAt=_TIME,
        minRecordTime=_TIME, lastNotifiedAt=_TIME,
    ),
    "Subscriptions": _list("Subscription"),
}  # fmt: skip


def _header(name: str, schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": False, "schema": schema}


def _query(name: str, schema: Any, **more: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema, **more}


_PARAMETERS: Mapping[str, list[dict[str, Any]]] = {
    "perPage": [_query("perPage", {"type": "integer", "minimum": 1})],
    "nextPageToken": [_query("nextPageToken", _TEXT)],
    "epcFormat": [_header("GS1-EPC-Format", {"enum": list(get_args(EpcFormat))})],
    "cbvFormat": [_header("GS1-CBV-XML-Format", {"enum": list(get_args(CbvFormat))})],
    "extensions": [_header("GS1-Extensions", {"type": "string", "pattern": r"^[A-Za-z]+=https?://[a-z.]+/$"})],
    "behaviour": [_header("GS1-Capture-Error-Behaviour", {"enum": ["rollback", "proceed"]})],
    "query": [
        _query("eventType", _TEXT, description="One or more, joined by |, as every list here"),
        *(_query(name, _TIME) for name in ("GE_eventTime", "LT_eventTime", "GE_recordTime", "LT_recordTime")),
        _query("EQ_action", {"enum": ["ADD", "OBSERVE", "DELETE"]}),
        *(
            _query(name, _TEXT)
            for name in (
                "EQ_bizStep", "EQ_disposition", "EQ_readPoint", "WD_readPoint", "EQ_bizLocation", "WD_bizLocation",
                "EQ_bizTransaction_po", "EQ_transformationID", "EQ_eventID", "MATCH_epc", "MATCH_parentID",
                "MATCH_inputEPC", "MATCH_outputEPC", "MATCH_anyEPC", "MATCH_epcClass", "MATCH_inputEPCClass",
                "MATCH_outputEPCClass", "MATCH_anyEPCClass",
            )
        ),
        _query("EXISTS_errorDeclaration", {"type": "boolean"}),
        _query("GE_quantity", {"type": "number"}),
        _query("GE_value_CEL", {"type": "number"}),
        _query("orderBy", {"enum": ["eventTime", "recordTime"]}),
        _query("orderDirection", {"enum": ["ASC", "DESC"]}),
        _query("maxEventCount", {"type": "integer", "minimum": 0}),
    ],
}  # fmt: skip


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document, server `/epcis`."""
    paths: dict[str, Any] = {}
    for path in PATHS:
        for method in path.methods:
            described = _operation(method, path.template, OPERATIONS[method, path.template], path.bodies)
            paths.setdefault(path.template, {})[method.lower()] = described
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Filon: EPCIS 2.0",
            "version": __version__,
            "description": "Capture and query of EPCIS events over a ledger that keeps every gram. Every path also "
            "answers OPTIONS with its methods, versions and limits.",
        },
        "servers": [{"url": "/epcis"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": dict(_SCHEMAS),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "filon_.."}},
        },
    }


def _operation(method: str, template: str, said: Operation, bodies: tuple[str, ...]) -> dict[str, Any]:
    values = [part[1:-1] for part in template.split("/") if part.startswith("{")]
    described: dict[str, Any] = {
        "operationId": f"{method.lower()}{template.replace('{', '').replace('}', '').replace('/', '_')}",
        "summary": said.summary,
        "parameters": [
            *({"name": name, "in": "path", "required": True, "schema": _TEXT} for name in values),
            *(parameter for name in said.parameters for parameter in _PARAMETERS[name]),
        ],
        "responses": _responses(said),
    }
    if said.body:
        content = {kind: {"schema": {"$ref": f"#/components/schemas/{said.body}"}} for kind in bodies if "json" in kind}
        content |= {kind: {"schema": {"type": "string"}} for kind in bodies if "xml" in kind}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _responses(said: Operation) -> dict[str, Any]:
    good: dict[str, Any] = {"description": said.summary}
    if said.schema:
        good["content"] = {
            kind: {"schema": {"$ref": f"#/components/schemas/{said.schema}"} if "json" in kind else {"type": "string"}}
            for kind in said.kinds
        }
    problems = {
        PROBLEMS[0]: {"schema": {"$ref": "#/components/schemas/Problem"}},
        PROBLEMS[1]: {"schema": {"type": "string"}},
    }
    failures = sorted({*_ALWAYS, "400", *said.failures})
    return {said.success: good, **{status: {"description": _WHAT[status], "content": problems} for status in failures}}
