"""What one would write first: orjson, a JSON schema, two tables in SQLite; the peer of `bench/epcis_capture`.

A document is decoded, validated by the schema and its events inserted with the identifiers they can be found by, in one
durable transaction. No partner's names are expanded, no check digits looked at, no other spelling of an identifier
known, no sameness but that of eventIDs, no log, no proof. The schema below is plainer than that of the standard, which
takes its place if FILON_EPCIS_SCHEMA names a file with it.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from time import process_time
from typing import Any

import orjson

Valid = Callable[[Any], object]
"""Raises if a document is not valid."""

_URI = {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9+.-]*:.+"}
_TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"}
_LIST = {"type": "array", "items": _URI, "uniqueItems": True}
_POINT = {"type": "object", "properties": {"id": _URI}, "required": ["id"]}
_QUANTITY = {
    "type": "object",
    "properties": {
        "epcClass": _URI,
        "quantity": {"type": "number", "exclusiveMinimum": 0},
        "uom": {"type": "string", "pattern": "^[A-Z0-9]{2,3}$"},
    },
    "required": ["epcClass"],
    "additionalProperties": False,
}
_LOTS = {"type": "array", "items": _QUANTITY}


def _typed(member: str) -> dict[str, Any]:
    entry = {"type": "object", "properties": {"type": {"type": "string"}, member: _URI}, "required": [member]}
    return {"type": "array", "items": {**entry, "additionalProperties": False}}


_EPCS = ("epcList", "childEPCs", "inputEPCList", "outputEPCList")
_CLASSES = ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")
_EVENT = {
    "type": "object",
    "properties": {
        "type": {"enum": ["ObjectEvent", "AggregationEvent", "TransactionEvent", "TransformationEvent",
                          "AssociationEvent"]},
        "eventTime": _TIME,
        "recordTime": _TIME,
        "eventTimeZoneOffset": {"type": "string", "pattern": r"^[+-]\d\d:\d\d$"},
        "eventID": _URI,
        "action": {"enum": ["ADD", "OBSERVE", "DELETE"]},
        "bizStep": {"type": "string"},
        "disposition": {"type": "string"},
        "parentID": _URI,
        "transformationID": _URI,
        "readPoint": _POINT,
        "bizLocation": _POINT,
        "bizTransactionList": _typed("bizTransaction"),
        "sourceList": _typed("source"),
        "destinationList": _typed("destination"),
        "ilmd": {"type": "object"},
        **dict.fromkeys(_EPCS, _LIST),
        **dict.fromkeys(_CLASSES, _LOTS),
    },
    "required": ["type", "eventTime", "eventTimeZoneOffset"],
    "if": {"properties": {"type": {"const": "TransformationEvent"}}},
    "else": {"required": ["action"]},
}  # fmt: skip
SCHEMA = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "properties": {
        "type": {"const": "EPCISDocument"},
        "schemaVersion": {"type": "string"},
        "creationDate": _TIME,
        "epcisBody": {
            "type": "object",
            "properties": {"eventList": {"type": "array", "items": _EVENT}},
            "required": ["eventList"],
        },
    },
    "required": ["@context", "type", "schemaVersion", "creationDate", "epcisBody"],
}


def validators() -> Iterator[tuple[str, Valid]]:
    """(name, check) of the validators that are installed."""
    standard = os.environ.get("FILON_EPCIS_SCHEMA")
    schema = orjson.loads(Path(standard).read_bytes()) if standard else SCHEMA
    try:
        from jsonschema_rs import validator_for

        yield "jsonschema-rs", validator_for(schema).validate
    except ImportError:
        pass
    try:
        from fastjsonschema import compile as compiled

        yield "fastjsonschema", compiled(schema)
    except ImportError:
        pass


def captured(bodies: list[bytes], path: Path, valid: Valid) -> float:
    """Seconds of processor time until all documents are durable and their events can be found."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("""PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
            CREATE TABLE event (number INTEGER PRIMARY KEY, id TEXT UNIQUE, body BLOB);
            CREATE TABLE epc (epc TEXT, event INTEGER); CREATE INDEX epc_of ON epc (epc)""")
        number, begun = 0, process_time()
        for body in bodies:
            document = orjson.loads(body)
            valid(document)
            told = document["epcisBody"]["eventList"]
            rows = [(at, event.get("eventID"), orjson.dumps(event)) for at, event in enumerate(told, number)]
            with connection:
                connection.executemany("INSERT OR IGNORE INTO event VALUES (?, ?, ?)", rows)
                connection.executemany("INSERT INTO epc VALUES (?, ?)", _found(told, number))
            number += len(told)
        return process_time() - begun


def _found(told: list[dict[str, Any]], first: int) -> Iterator[tuple[str, int]]:
    for number, event in enumerate(told, first):
        for name in _EPCS:
            yield from ((epc, number) for epc in event.get(name, ()))
        for name in _CLASSES:
            yield from ((one["epcClass"], number) for one in event.get(name, ()))
        if "parentID" in event:
            yield event["parentID"], number
