"""In which order XML writes the elements of a document; a partner's schema validator refuses any other.

Source: EPCglobal-epcis XSD 2.0 and 1.2, as summarised in docs/standards/epcis.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

_HEAD_2 = "eventTime recordTime eventTimeZoneOffset eventID errorDeclaration certificationInfo baseExtension"
_HEAD_1 = "eventTime recordTime eventTimeZoneOffset baseExtension"
_DID = "action bizStep disposition readPoint bizLocation"
_TAIL_2 = "sourceList destinationList sensorElementList persistentDisposition"
_MADE = "inputEPCList inputQuantityList outputEPCList outputQuantityList transformationID bizStep disposition readPoint"

_ORDERS = {
    ("2", "ObjectEvent"): f"{_HEAD_2} epcList {_DID} bizTransactionList quantityList {_TAIL_2} ilmd extension",
    (
        "2",
        "AggregationEvent",
    ): f"{_HEAD_2} parentID childEPCs {_DID} bizTransactionList childQuantityList {_TAIL_2} extension",
    (
        "2",
        "AssociationEvent",
    ): f"{_HEAD_2} parentID childEPCs childQuantityList {_DID} bizTransactionList {_TAIL_2} extension",
    ("2", "TransactionEvent"): f"{_HEAD_2} bizTransactionList parentID epcList {_DID} quantityList {_TAIL_2} extension",
    ("2", "TransformationEvent"): f"{_HEAD_2} {_MADE} bizLocation bizTransactionList {_TAIL_2} ilmd extension",
    ("1", "ObjectEvent"): f"{_HEAD_1} epcList {_DID} bizTransactionList extension",
    ("1", "ObjectEvent/extension"): "quantityList sourceList destinationList ilmd extension",
    ("1", "AggregationEvent"): f"{_HEAD_1} parentID childEPCs {_DID} bizTransactionList extension",
    ("1", "AggregationEvent/extension"): "childQuantityList sourceList destinationList extension",
    ("1", "TransactionEvent"): f"{_HEAD_1} bizTransactionList parentID epcList {_DID} extension",
    ("1", "TransactionEvent/extension"): "quantityList sourceList destinationList extension",
    (
        "1",
        "QuantityEvent",
    ): f"{_HEAD_1} epcClass quantity bizStep disposition readPoint bizLocation bizTransactionList extension",
    ("1", "TransformationEvent"): (
        f"{_HEAD_1} {_MADE} bizLocation bizTransactionList sourceList destinationList ilmd extension"
    ),
    ("", "baseExtension"): "eventID errorDeclaration extension",
    ("", "quantityElement"): "epcClass quantity uom",
    ("", "persistentDisposition"): "unset set",
    ("", "VocabularyElement"): "attribute children extension",
    ("1", "errorDeclaration"): "declarationTime reason correctiveEventIDs extension",
    (
        "",
        "StandardBusinessDocumentHeader",
    ): "HeaderVersion Sender Receiver DocumentIdentification Manifest BusinessScope",
    ("", "EPCISDocument"): "EPCISHeader EPCISBody extension",
    ("", "EPCISQueryDocument"): "EPCISHeader EPCISBody extension",
    ("", "EPCISMasterDataDocument"): "EPCISHeader EPCISBody extension",
    ("", "EPCISDocument/EPCISBody"): "EventList VocabularyList extension",
    ("", "DocumentIdentification"): "Standard TypeVersion InstanceIdentifier Type MultipleType CreationDateAndTime",
    ("1", "EPCISHeader"): "StandardBusinessDocumentHeader extension",
    ("2", "EPCISHeader"): "StandardBusinessDocumentHeader extension",
    ("", "QueryResults"): "queryName subscriptionID resultsBody extension",
    ("", "Poll"): "queryName params",
    ("", "Subscribe"): "queryName params dest controls subscriptionID",
    ("", "param"): "name value",
}
ORDERS: Mapping[tuple[str, str], tuple[str, ...]] = MappingProxyType(
    {key: tuple(names.split()) for key, names in _ORDERS.items()}
)
"""{(major version or "" for both, element): its children in order}."""

REQUIRED: Mapping[tuple[str, str], tuple[str, ...]] = MappingProxyType(
    {
        ("1", "ObjectEvent"): ("epcList",),
        ("1", "TransactionEvent"): ("epcList", "bizTransactionList"),
        ("1", "AggregationEvent"): ("childEPCs",),
        ("", "quantityElement"): ("epcClass",),
        ("", "StandardBusinessDocumentHeader"): ("HeaderVersion", "Sender", "DocumentIdentification"),
        ("", "DocumentIdentification"): (
            "Standard",
            "TypeVersion",
            "InstanceIdentifier",
            "Type",
            "CreationDateAndTime",
        ),
        ("1", "EPCISHeader"): ("StandardBusinessDocumentHeader",),
        ("", "QueryResults"): ("queryName", "resultsBody"),
        ("", "Poll"): ("queryName", "params"),
        ("", "Subscribe"): ("queryName", "params", "dest", "controls", "subscriptionID"),
        ("", "param"): ("name", "value"),
    }
)
"""{(major version or "", element): children that must be there and that reading does not ask for anyway}."""

_MANY = frozenset({"attribute", "certificationInfo", "Sender", "Receiver", "set", "unset"})


def misplaced(version: str, parent: str, names: Sequence[str]) -> list[tuple[str, str, str]]:
    """(code, element, expected) of children that are out of order, doubled or missing.

    Args:
        names: local names of the children that are in no foreign namespace, in their order; foreign ones as "".
    """
    key = (version, parent) if (version, parent) in ORDERS else ("", parent)
    order = ORDERS.get(key)
    if order is None:
        return []
    problems = [("EPC-228", name, name) for name in REQUIRED.get(key, ()) if name not in names]
    at = -1
    seen: set[str] = set()
    for name in names:
        place = order.index(name) if name in order else len(order) if name == "" else -1
        if place == at and name and name not in _MANY and name in seen:
            problems.append(("EPC-230", name, ""))
        elif place < max(at, 0):
            problems.append(("EPC-227", name, " | ".join(order[at:]) or "other namespaces"))
        at = max(at, place)
        seen.add(name)
    return problems
