"""What may stand where in an EPCIS document in XML, and in which order; a partner's schema validator takes no other.

One table says it of each element; `faults` holds an element and all within it against the table, `CHILDREN` gives the
order to whoever writes. What values must look like is told by `reading`; partners' own elements are not looked into.

Source: EPCglobal-epcis, -query and -masterdata XSD 2.0 and 1.2; the header's of UN/CEFACT. Where we take more than
they: decision 0008.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from lxml import etree

from filon.epcis.shape import EVENT_FIELDS

EPCIS = re.compile(r"urn:epcglobal:epcis(?:-query|-masterdata)?:xsd:([12])")
SBDH = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
_QUERY = "urn:epcglobal:epcis-query:xsd:"

Fault = tuple[str, str, str, str, str]
"""code, XPath below the element, name, expected, found."""
_Child = tuple[str, str, str, str]  # its name in the table, its local name, its spelling if that is wrong, its XPath

_HEAD_2 = "eventTime recordTime eventTimeZoneOffset eventID errorDeclaration certificationInfo* baseExtension"
_HEAD_1 = "eventTime recordTime eventTimeZoneOffset baseExtension"
_DID = "action bizStep disposition readPoint bizLocation"
_TAIL_2 = "sourceList destinationList sensorElementList persistentDisposition"
_MADE = "inputEPCList inputQuantityList outputEPCList outputQuantityList transformationID bizStep disposition readPoint"
_OPEN = "extension OTHER @*"
_DOCUMENT = f"EPCISHeader EPCISBody {_OPEN}"

# NAME once at most, NAME! once, NAME+ and NAME* several times; in this order, unless `|` begins (`1|`: one of them).
# OTHER: elements of partners' namespaces; LOCAL: of none; OWN: either, but no field of the standard; ANY: any at all.
# @NAME an attribute, @* any; TEXT words. What is not listed holds words and has no attributes.
_GRAMMAR: Mapping[str, str] = {
    "EPCISDocument": _DOCUMENT,
    "EPCISQueryDocument": _DOCUMENT,
    "EPCISMasterDataDocument": _DOCUMENT,
    "EPCISDocument/EPCISBody": f"EventList {_OPEN}",
    "EPCISMasterDataDocument/EPCISBody": f"VocabularyList {_OPEN}",
    "1 EPCISHeader": f"sbdh:StandardBusinessDocumentHeader! {_OPEN}",
    "2 EPCISHeader": "sbdh:StandardBusinessDocumentHeader extension @*",
    "EPCISHeader/extension": "EPCISMasterData extension @*",
    "EPCISMasterData": "VocabularyList! extension",
    "VocabularyList": "Vocabulary*",
    "Vocabulary": f"VocabularyElementList @type {_OPEN}",
    "VocabularyElementList": "VocabularyElement+",
    "VocabularyElement": f"attribute* children @id {_OPEN}",
    "attribute": "ANY TEXT @id! @*",
    "children": "id* @*",
    # events
    "2 EventList": "ANY @*",
    "1 EventList": "ANY",
    "EventList/extension": "ANY @*",
    "2 ObjectEvent": f"{_HEAD_2} epcList {_DID} bizTransactionList quantityList {_TAIL_2} ilmd {_OPEN}",
    "2 AggregationEvent": f"{_HEAD_2} parentID childEPCs {_DID} bizTransactionList childQuantityList {_TAIL_2} {_OPEN}",
    "2 AssociationEvent": f"{_HEAD_2} parentID childEPCs childQuantityList {_DID} bizTransactionList {_TAIL_2} {_OPEN}",
    "2 TransactionEvent": f"{_HEAD_2} bizTransactionList parentID epcList {_DID} quantityList {_TAIL_2} {_OPEN}",
    "2 TransformationEvent": f"{_HEAD_2} {_MADE} bizLocation bizTransactionList {_TAIL_2} ilmd {_OPEN}",
    **{f"2 {kind}Event/extension": "OWN @*"
       for kind in ("Object", "Aggregation", "Association", "Transaction", "Transformation")},
    "1 ObjectEvent": f"{_HEAD_1} epcList! {_DID} bizTransactionList {_OPEN}",
    "1 ObjectEvent/extension": "quantityList sourceList destinationList ilmd extension @*",
    "1 AggregationEvent": f"{_HEAD_1} parentID childEPCs! {_DID} bizTransactionList {_OPEN}",
    "1 AggregationEvent/extension": "childQuantityList sourceList destinationList extension @*",
    "1 TransactionEvent": f"{_HEAD_1} bizTransactionList! parentID epcList! {_DID} {_OPEN}",
    "1 TransactionEvent/extension": "quantityList sourceList destinationList extension @*",
    "1 QuantityEvent": (f"{_HEAD_1} epcClass! quantity! bizStep disposition readPoint bizLocation bizTransactionList "
                        f"{_OPEN}"),
    "1 AssociationEvent": "ANY @*",  # by habit: it came with 2.0
    "2 QuantityEvent": "ANY @*",  # gone since 2.0
    "1 TransformationEvent": (f"{_HEAD_1} {_MADE} bizLocation bizTransactionList sourceList destinationList ilmd "
                              f"{_OPEN}"),
    "1 baseExtension": "eventID errorDeclaration extension @*",
    "2 baseExtension": "OTHER @*",
    **dict.fromkeys(("epcList", "childEPCs", "inputEPCList", "outputEPCList"), "epc*"),
    **dict.fromkeys(
        ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList"), "quantityElement*"),
    "quantityElement": "epcClass! quantity uom",
    "readPoint": "id extension OTHER",
    "bizLocation": "id extension OTHER",
    "bizTransactionList": "bizTransaction+",
    "bizTransaction": "TEXT @type",
    "sourceList": "source+",
    "source": "TEXT @type",
    "destinationList": "destination+",
    "destination": "TEXT @type",
    "persistentDisposition": "unset* set*",
    "sensorElementList": "sensorElement+ extension",
    "sensorElement": "sensorMetadata sensorReport* extension OTHER",
    "sensorMetadata": "OTHER TEXT @*",
    "sensorReport": "OTHER TEXT @*",
    "ilmd": _OPEN,
    "1 errorDeclaration": f"declarationTime reason correctiveEventIDs {_OPEN}",
    "2 errorDeclaration": f"| declarationTime reason correctiveEventIDs {_OPEN}",
    "correctiveEventIDs": "correctiveEventID*",
    "extension": "LOCAL @*",
    # the header of business documents
    "sbdh:StandardBusinessDocumentHeader": ("sbdh:HeaderVersion! sbdh:Sender+ sbdh:Receiver+ "
                                            "sbdh:DocumentIdentification! sbdh:Manifest sbdh:BusinessScope"),
    "sbdh:Sender": "sbdh:Identifier! sbdh:ContactInformation*",
    "sbdh:Receiver": "sbdh:Identifier! sbdh:ContactInformation*",
    "sbdh:Identifier": "TEXT @Authority",
    "sbdh:ContactInformation": ("sbdh:Contact! sbdh:EmailAddress sbdh:FaxNumber sbdh:TelephoneNumber "
                                "sbdh:ContactTypeIdentifier"),
    "sbdh:DocumentIdentification": ("sbdh:Standard! sbdh:TypeVersion! sbdh:InstanceIdentifier! sbdh:Type! "
                                    "sbdh:MultipleType sbdh:CreationDateAndTime!"),
    "sbdh:Manifest": "sbdh:NumberOfItems! sbdh:ManifestItem+",
    "sbdh:ManifestItem": ("sbdh:MimeTypeQualifierCode! sbdh:UniformResourceIdentifier! sbdh:Description "
                          "sbdh:LanguageCode"),
    "sbdh:BusinessScope": "ANY",
    # questions and their answers
    "EPCISQueryDocument/EPCISBody": (
        "1| q:GetQueryNames q:GetQueryNamesResult q:Subscribe q:SubscribeResult q:Unsubscribe q:UnsubscribeResult "
        "q:GetSubscriptionIDs q:GetSubscriptionIDsResult q:Poll q:GetStandardVersion q:GetStandardVersionResult "
        "q:GetVendorVersion q:GetVendorVersionResult q:DuplicateNameException q:InvalidURIException "
        "q:NoSuchNameException q:NoSuchSubscriptionException q:DuplicateSubscriptionException "
        "q:QueryParameterException q:QueryTooLargeException q:QueryTooComplexException "
        "q:SubscriptionControlsException q:SubscribeNotPermittedException q:SecurityException q:ValidationException "
        "q:ImplementationException q:QueryResults"),
    "q:QueryResults": "queryName! subscriptionID resultsBody! extension OTHER",
    "resultsBody": "1| EventList VocabularyList",
    **dict.fromkeys(("q:GetQueryNames", "q:SubscribeResult", "q:UnsubscribeResult", "q:GetStandardVersion",
                     "q:GetVendorVersion"), "|"),
    **dict.fromkeys(("q:GetStandardVersionResult", "q:GetVendorVersionResult"), "TEXT"),
    **dict.fromkeys(("q:GetQueryNamesResult", "q:GetSubscriptionIDsResult"), "string*"),
    "q:Subscribe": "queryName! params! dest! controls! subscriptionID!",
    "q:Unsubscribe": "subscriptionID!",
    "q:GetSubscriptionIDs": "queryName!",
    "q:Poll": "queryName! params!",
    "params": "param*",
    "param": "name! value!",
    "value": "ANY TEXT @*",
    "controls": "schedule trigger initialRecordTime reportIfEmpty! extension OTHER",
    "schedule": "second minute hour dayOfMonth month dayOfWeek extension OTHER",
    "q:QueryTooLargeException": "reason! queryName subscriptionID",
    "q:ImplementationException": "reason! severity! queryName subscriptionID",
    **{f"q:{name}Exception": "reason!" for name in (
        "DuplicateName", "InvalidURI", "NoSuchName", "NoSuchSubscription", "DuplicateSubscription", "QueryParameter",
        "QueryTooComplex", "SubscriptionControls", "SubscribeNotPermitted", "Security", "Validation")},
}  # fmt: skip
_EVENTS = {
    "1": ("ObjectEvent AggregationEvent QuantityEvent TransactionEvent", "TransformationEvent", "LOCAL"),
    "2": ("ObjectEvent AggregationEvent TransactionEvent TransformationEvent AssociationEvent", "OTHER", ""),
}
"""{major version: events in the list itself, in an `extension` of it, and in one of that}."""
_KINDS = frozenset({"OTHER", "LOCAL", "OWN", "ANY"})


@dataclass(frozen=True, slots=True)
class _Model:
    """What an element may hold.

    Args:
        order: names of its children, in their order.
        many: those that may stand several times; `needed`: those that must stand.
        others: what else may stand behind them, one of `_KINDS` or "".
        ordered, single: whether their order counts; whether just one of them stands.
        words: whether it holds words.
        attributes: names of its attributes, None for any; `asked`: those that must stand.
    """

    order: tuple[str, ...] = ()
    many: frozenset[str] = frozenset()
    needed: tuple[str, ...] = ()
    others: str = ""
    ordered: bool = True
    single: bool = False
    words: bool = False
    attributes: frozenset[str] | None = frozenset()
    asked: tuple[str, ...] = ()


def _model(line: str) -> _Model:
    parts = line.split()
    names = [part for part in parts if part[-1] != "|" and part not in {*_KINDS, "TEXT"} and part[0] != "@"]
    attributes = [part[1:] for part in parts if part[0] == "@"]
    return _Model(
        order=tuple(name.rstrip("!+*") for name in names),
        many=frozenset(name[:-1] for name in names if name[-1] in "+*"),
        needed=tuple(name[:-1] for name in names if name[-1] in "!+"),
        others=next((part for part in parts if part in _KINDS), ""),
        ordered="|" not in parts[0] if parts else True,
        single=line.startswith("1|"),
        words="TEXT" in parts,
        attributes=None if "*" in attributes else frozenset(name.rstrip("!") for name in attributes),
        asked=tuple(name[:-1] for name in attributes if name[-1] == "!"),
    )


_MODELS = {name: _model(line) for name, line in _GRAMMAR.items()}
_LEAF = _Model(words=True)
CHILDREN: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {name[2:]: model.order for name, model in _MODELS.items() if name.startswith("2 ")}
)
"""{element of 2.0: its children in the order in which they are written}."""


@cache
def _named(version: str, parent: str, name: str) -> tuple[str, _Model]:
    """(key, model) of an element, by where it stands."""
    holder = parent.partition(" ")[2] or parent
    for key in (f"{version} {holder}/{name}", f"{holder}/{name}", f"{version} {name}", name):
        if key in _MODELS:
            return key, _MODELS[key]
    return name, _LEAF


def faults(
    element: etree._Element, version: str, name: str, *, parent: str = "", path: str = "", deep: bool = True
) -> Iterator[Fault]:
    """What stands in an element, and in all of the standard's within it, that the schema does not take.

    Args:
        version: major version of the document, "1" or "2".
        name: as the table calls it; `parent` in what, where that matters.
        path: XPath of the element, for the faults.
        deep: also what stands within its children.

    Findings:
        EPC-226: in another namespace than it should be.
        EPC-227, EPC-228, EPC-230: not here or not in this order, missing, doubled.
        EPC-235: an attribute that is not allowed. EPC-236: words where only elements may stand.
    """
    key, model = _named(version, parent, name)
    yield from _attributes(element, model, path)
    if not model.words and _words(element):
        yield "EPC-236", path, name, "", _words(element)
    children = _children(element, model, version, path)
    if model.others != "ANY":
        yield from _order(model, children, path)
    for child, (called, local, astray, here) in zip(element, children, strict=True):
        if astray and called in model.order:
            yield "EPC-226", here, local, called.replace("q:", "epcisq:"), astray
        if deep and called in model.order:
            yield from faults(child, version, called, parent=key, path=here)


def _children(element: etree._Element, model: _Model, version: str, path: str) -> list[_Child]:
    children = []
    counted: dict[str, int] = {}
    for child in element:
        called, local, astray = _called(child, version)
        counted[called] = counted.get(called, 0) + 1
        count = f"[{counted[called]}]" if called in model.many else ""
        children.append((called, local, astray, f"{path}/{local}{count}"))
    return children


def strayed(version: str, depth: int, name: str, *, foreign: bool) -> str:
    """What an event list would take where this event stands; "" if the event is at its place.

    Args:
        depth: how many `extension` it stands in.
        name: of the event's element; `foreign` if it is in a partner's namespace.
    """
    allowed = _EVENTS[version][depth] if depth < len(_EVENTS[version]) else ""
    kind = "OTHER" if foreign else "LOCAL"
    return (
        ""
        if kind in allowed or (not foreign and name in allowed.split())
        else allowed.replace(" ", " | ") or "no event"
    )


def _called(child: etree._Element, version: str) -> tuple[str, str, str]:
    """(name in the table, local name, its spelling if it is in a wrong namespace); "{}" for a partner's element."""
    space, _, local = str(child.tag).rpartition("}")
    space = space[1:]
    query = f"q:{local}" in _MODELS
    if not space:
        return (f"q:{local}", local, local) if query else (local, local, "")
    if space == SBDH:
        return f"sbdh:{local}", local, ""
    if not EPCIS.fullmatch(space):
        return "{}", local, ""
    if query:
        return f"q:{local}", local, "" if space == f"{_QUERY}{version}" else f"{child.prefix}:{local}"
    return local, local, f"{child.prefix}:{local}"


def _attributes(element: etree._Element, model: _Model, path: str) -> Iterator[Fault]:
    if model.attributes is not None and element.attrib:
        for name in map(str, element.attrib):
            if name not in model.attributes and not name.startswith(f"{{{XSI}}}"):
                yield "EPC-235", f"{path}/@{name}", name, " | ".join(sorted(model.attributes)), name
    for name in model.asked:
        if name not in element.attrib:
            yield "EPC-228", path, f"@{name}", f"@{name}", ""


def _words(element: etree._Element) -> str:
    """The words of an element itself, outside of its children."""
    if element.text and (text := element.text.strip()):
        return text
    return next((words for child in element if child.tail and (words := child.tail.strip())), "")


def _order(model: _Model, children: list[_Child], path: str) -> Iterator[Fault]:
    there = {called for called, *_ in children}
    for name in model.needed if not model.single else model.order[-1:] if not there else ():
        if name not in there:
            yield "EPC-228", path, _plain(name), _plain(name), ""
    places = {name: place for place, name in enumerate(model.order)}
    at = 0
    seen: set[str] = set()
    for called, local, _, here in children:
        place = places.get(called, len(places) if _taken(model, called) else -1)
        if called in seen and called in places and called not in model.many:
            yield "EPC-230", here, local, "", local
        elif place < (at if model.ordered else 0) or (model.single and seen):
            yield "EPC-227", here, local, " | ".join(map(_plain, model.order[at:])) or "other namespaces", local
        at = max(at, place)
        seen.add(called)


def _plain(name: str) -> str:
    """A name of the table without its mark."""
    return name.rpartition(":")[2]


def _taken(model: _Model, called: str) -> bool:
    """Whether an element may stand where the model is open."""
    if called == "{}":
        return model.others in {"OTHER", "OWN"}
    return model.others == "LOCAL" or (model.others == "OWN" and called not in EVENT_FIELDS)
