"""The shape of an EPCIS event as data: which field holds what, and which rule speaks when it does not.

One list rules: reading, writing, XML, hash and documentation are made from it.

Source: EPCIS 2.0, 7 and its JSON schema 2.0.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

EVENT_TYPES = ("ObjectEvent", "AggregationEvent", "TransactionEvent", "TransformationEvent", "AssociationEvent")

WORD_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "bizStep": "bizStep",
        "disposition": "disposition",
        "set": "disposition",
        "unset": "disposition",
        "bizTransactionList": "bizTransaction",
        "sourceList": "party",
        "destinationList": "party",
        "reason": "reason",
        "component": "component",
        "exception": "exception",
        "type": "measurement",
    }
)
"""{field: kind of CBV word that it holds}."""

# (kind of value, rule) of every field of an event.
EVENT_FIELDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "eventTime": ("time", "EPC-006"),
        "eventTimeZoneOffset": ("zone", "EPC-007"),
        "recordTime": ("time", "EPC-008"),
        "eventID": ("name", "EPC-100"),
        "certificationInfo": ("certificates", "EPC-009"),
        "errorDeclaration": ("declaration", "EPC-049"),
        "action": ("action", "EPC-010"),
        "parentID": ("parent", "EPC-019"),
        "epcList": ("identifiers", "EPC-023"),
        "quantityList": ("quantities", "EPC-045"),
        "childEPCs": ("identifiers", "EPC-016"),
        "childQuantityList": ("quantities", "EPC-045"),
        "inputEPCList": ("identifiers", "EPC-025"),
        "inputQuantityList": ("quantities", "EPC-045"),
        "outputEPCList": ("identifiers", "EPC-026"),
        "outputQuantityList": ("quantities", "EPC-045"),
        "transformationID": ("identifier", "EPC-034"),
        "bizStep": ("word", "EPC-012"),
        "disposition": ("word", "EPC-013"),
        "persistentDisposition": ("dispositions", "EPC-029"),
        "readPoint": ("point", "EPC-014"),
        "bizLocation": ("point", "EPC-015"),
        "bizTransactionList": ("typed", "EPC-035"),
        "sourceList": ("typed", "EPC-038"),
        "destinationList": ("typed", "EPC-039"),
        "sensorElementList": ("sensors", "EPC-079"),
        "ilmd": ("members", "EPC-113"),
    }
)

TYPED: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "bizTransactionList": ("bizTransaction", "EPC-036"),
        "sourceList": ("source", "EPC-040"),
        "destinationList": ("destination", "EPC-040"),
    }
)
"""{list: (member that holds the value, rule of its type)}."""

METADATA_FIELDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "time": ("time", "EPC-053"),
        "startTime": ("time", "EPC-054"),
        "endTime": ("time", "EPC-055"),
        "deviceID": ("identifier", "EPC-056"),
        "deviceMetadata": ("identifier", "EPC-057"),
        "rawData": ("identifier", "EPC-058"),
        "dataProcessingMethod": ("identifier", "EPC-059"),
        "bizRules": ("identifier", "EPC-060"),
    }
)
"""sensorMetadata, in the order of the event hash."""

REPORT_FIELDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "type": ("word", "EPC-061"),
        "exception": ("word", "EPC-062"),
        "deviceID": ("identifier", "EPC-056"),
        "deviceMetadata": ("identifier", "EPC-057"),
        "rawData": ("identifier", "EPC-058"),
        "dataProcessingMethod": ("identifier", "EPC-059"),
        "bizRules": ("identifier", "EPC-060"),
        "time": ("time", "EPC-053"),
        "microorganism": ("identifier", "EPC-063"),
        "chemicalSubstance": ("identifier", "EPC-064"),
        "coordinateReferenceSystem": ("identifier", "EPC-065"),
        "value": ("number", "EPC-068"),
        "component": ("word", "EPC-066"),
        "stringValue": ("text", "EPC-077"),
        "booleanValue": ("boolean", "EPC-075"),
        "hexBinaryValue": ("hex", "EPC-076"),
        "uriValue": ("identifier", "EPC-067"),
        "minValue": ("number", "EPC-069"),
        "maxValue": ("number", "EPC-070"),
        "meanValue": ("number", "EPC-071"),
        "sDev": ("number", "EPC-072"),
        "percRank": ("number", "EPC-073"),
        "percValue": ("number", "EPC-074"),
        "uom": ("text", "EPC-048"),
    }
)
"""sensorReport, in the order of section 6 of the standard's class diagram."""

_WHAT = {
    "ObjectEvent": {"childEPCs": "EPC-017", "childQuantityList": "EPC-042", "parentID": "EPC-021"},
    "AggregationEvent": {"epcList": "EPC-024", "quantityList": "EPC-041", "ilmd": "EPC-018"},
    "TransactionEvent": {"childEPCs": "EPC-017", "childQuantityList": "EPC-042", "ilmd": "EPC-018"},
    "AssociationEvent": {"epcList": "EPC-024", "quantityList": "EPC-041", "ilmd": "EPC-018"},
}
_TRANSFORMATION_ONLY = {
    "inputEPCList": "EPC-027",
    "outputEPCList": "EPC-028",
    "inputQuantityList": "EPC-043",
    "outputQuantityList": "EPC-044",
    "transformationID": "EPC-034",
}
FORBIDDEN: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {name: {**fields, **_TRANSFORMATION_ONLY} for name, fields in _WHAT.items()}
    | {
        "TransformationEvent": {
            "action": "EPC-011",
            "childEPCs": "EPC-017",
            "childQuantityList": "EPC-042",
            "parentID": "EPC-021",
            "epcList": "EPC-024",
            "quantityList": "EPC-041",
        }
    }
)
"""{event type: {field that it must not have: rule}}."""
