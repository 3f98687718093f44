"""The OpenAPI document of the EN 18222 interface, in our own words and as far as we do it; open to everybody.

Source: OpenAPI Specification 3.1; EN 18222 and EN 18223 (passport reference, section 8).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from filon import __version__
from filon.exchange.en18223 import HEADER, NEEDED
from filon.web.dpp_words import STATUS

_TEXT: Mapping[str, Any] = {"type": "string"}
_WHAT = {
    "400": "Something in the call is wrong, or a value is not one of its data point; nothing was taken",
    "401": "No valid token",
    "403": "The token may not hand in",
    "404": "There is none, or it is not for everybody",
    "409": "It is there already, or follows from the books and cannot be overwritten; nothing was taken",
    "410": "The battery was recycled; what is left is its tombstone",
    "413": "More than one call may hold",
    "501": "Not done by this server",
}
_WRITE = ("400", "401", "403", "404", "409", "410", "413")


@dataclass(frozen=True, slots=True)
class Operation:
    """What one method of one path does.

    Args:
        good: {status: name of the schema of its answer, empty = none}.
        failures: statuses of other answers.
        query: {name: schema} of what may be asked.
        body: name of the schema of what is sent; empty = nothing.
    """

    name: str
    summary: str
    good: Mapping[str, str]
    failures: tuple[str, ...]
    query: tuple[str, ...] = ()
    body: str = ""


_ENDED = ("400", "404", "410")
_ONE = {"200": "Passport"}
OPERATIONS: Mapping[tuple[str, str], Operation] = {
    ("post", "/v1/dpps"): Operation(
        "CreateDPP", "Create a passport", {"201": "Created"}, ("400", "401", "403", "409", "413"), (), "Whole"
    ),
    ("get", "/v1/dpps/{dppId}"): Operation(
        "ReadDPPById", "A passport by its identifier", _ONE, _ENDED, ("representation",)
    ),
    ("patch", "/v1/dpps/{dppId}"): Operation(
        "UpdateDPPById", "Change some elements, all or none (RFC 7396)", _ONE, _WRITE, (), "Partial"
    ),
    ("delete", "/v1/dpps/{dppId}"): Operation(
        "DeleteDPPById", "End the passport of a recycled battery", {"204": ""}, _WRITE
    ),
    ("get", "/v1/dpps/{dppId}/elements/{elementIdPath}"): Operation(
        "ReadDataElement", "One element by its path (RFC 9535)", {"200": "Element"}, _ENDED
    ),
    ("patch", "/v1/dpps/{dppId}/elements/{elementIdPath}"): Operation(
        "UpdateDataElement", "Change one element; null takes it away", {"200": "Element"}, _WRITE, (), "Element"
    ),
    ("get", "/v1/dppsByProductId/{productId}"): Operation(
        "ReadDPPByProductId", "The passport of a product", _ONE, _ENDED, ("representation",)
    ),
    ("get", "/v1/dppsByIdAndDate/{dppId}"): Operation(
        "ReadDPPVersionByIdAndDate", "A passport as it was on a day", _ONE, _ENDED, ("date", "representation")
    ),
    ("post", "/v1/dppsByProductIds"): Operation(
        "ReadDPPIdsByProductIds", "Which of these products have passports", {"200": "Page"}, ("400", "413"),
        ("limit", "cursor"), "Products",
    ),
    ("post", "/v1/registerDPP"): Operation(
        "RegisterProductDPP", "Queue a passport for the Union's registry", {"200": "Registered", "202": "Result"},
        ("400", "401", "403", "413", "501"), (), "Entry",
    ),
}  # fmt: skip
"""{(method, path): operation}."""

_QUERY: Mapping[str, Mapping[str, Any]] = {
    "representation": {"type": "string", "enum": ["compressed", "full"]},
    "date": {"type": "string", "format": "date-time"},
    "limit": {"type": "integer", "minimum": 1, "maximum": 1000},
    "cursor": {"type": "integer", "minimum": 0},
}
_HEADER: Mapping[str, Any] = dict.fromkeys(HEADER, _TEXT) | {
    "granularity": {"enum": ["model", "batch", "item"]},
    "contentSpecificationIds": {"type": "array", "items": _TEXT},
}
_IDS: Mapping[str, Any] = {"type": "array", "maxItems": 1000, "items": _TEXT}


def _object(needed: tuple[str, ...], properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": list(needed), "properties": dict(properties)}


_ENTRY = ("uniqueProductIdentifier", "digitalProductPassportId", "uniqueEconomicOperatorIdentifier", "dppApiEndpoint")
_LEFT = ("identifier", "ceasedAt", "reason")
_MESSAGES: Mapping[str, Any] = {"type": "array", "minItems": 1, "items": {"$ref": "#/components/schemas/Message"}}
_SCHEMAS: Mapping[str, Any] = {
    "Passport": _object((*NEEDED[:4], "digitalProductPassportId", "lastUpdated"), _HEADER),
    "Whole": _object(NEEDED, _HEADER),
    "Partial": {"type": "object"},
    "Element": {},
    "Created": _object(
        ("digitalProductPassportId",),
        {"digitalProductPassportId": _TEXT, "message": _MESSAGES},
    ),
    "Products": _object(("productIds",), {"productIds": _IDS}),
    "Page": _object(("dppIds",), {"dppIds": _IDS, "nextCursor": {"type": ["string", "null"]}}),
    "Entry": _object(_ENTRY, dict.fromkeys((*_ENTRY, "backupUniqueEconomicOperatorIdentifier"), _TEXT)),
    "Registered": _object(("registrationId",), {"registrationId": _TEXT}),
    "Message": _object(
        ("messageType", "text"),
        {"messageType": {"enum": ["Info", "Warning", "Error", "Exception"]}, "text": _TEXT, "code": _TEXT,
         "correlationId": _TEXT, "timestamp": {"type": "string", "format": "date-time"}},
    ),
    "Result": _object(
        ("statusCode", "message"),
        {"statusCode": {"enum": sorted({*STATUS.values(), "SuccessAccepted", "ServerInternalError"})},
         "message": _MESSAGES},
    ),
    "Tombstone": _object(_LEFT, dict.fromkeys(_LEFT, _TEXT)),
}  # fmt: skip


@cache
def document() -> dict[str, Any]:
    """The whole document."""
    paths: dict[str, dict[str, Any]] = {}
    for (method, path), one in OPERATIONS.items():
        paths.setdefault(path, {})[method] = _operation(path, one, writes=method != "get" and one.body != "Products")
    return {
        "openapi": "3.1.0",
        "info": {"title": "Filon: digital product passports (EN 18222)", "version": __version__},
        "paths": paths,
        "components": {
            "schemas": dict(_SCHEMAS),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(path: str, one: Operation, *, writes: bool) -> dict[str, Any]:
    named = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}} for name in named
    ]
    parameters += [
        {"name": name, "in": "query", "required": name == "date", "schema": _QUERY[name]} for name in one.query
    ]
    answers = {status: _answer(schema, "Done") for status, schema in one.good.items()}
    answers |= {status: _answer("Tombstone" if status == "410" else "Result", _WHAT[status]) for status in one.failures}
    told: dict[str, Any] = {
        "operationId": one.name,
        "summary": one.summary,
        "parameters": parameters,
        "responses": answers,
    }
    told["security"] = [{"token": []}] if writes else [{}, {"token": []}]
    if one.body:
        told["requestBody"] = {"required": True, "content": _content(one.body)}
    return told


def _answer(schema: str, what: str) -> dict[str, Any]:
    return {"description": what, **({"content": _content(schema)} if schema else {})}


def _content(schema: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
