"""EPCIS 2.0 in XML, out: elements in the order of the schema, CBV words as URN or web URI, as the partner asks.

A list of one is written as the thing itself, a list in a list as nested elements: XML knows no other way, and the
event key sees no difference in the former. Text that XML 1.0 cannot hold (U+0001 ..) is not silently replaced; the
call is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from lxml import etree

from filon.core.errors import WrongCallError
from filon.epcis import cbv
from filon.epcis.body import members
from filon.epcis.context import parted, prefixes_for
from filon.epcis.document import Heading, Vocabulary
from filon.epcis.event import Event
from filon.epcis.formats import CbvFormat
from filon.epcis.jsonwrite import created_at, names
from filon.epcis.number import plain
from filon.epcis.shape import EVENT_TYPES, METADATA_FIELDS, REPORT_FIELDS, TYPED, WORD_KINDS
from filon.epcis.xmlgrammar import CHILDREN, SBDH
from filon.epcis.xmlshape import MORE_CERTIFICATES, escaped_name

_EPCIS = "urn:epcglobal:epcis:xsd:2"
_QUERY = "urn:epcglobal:epcis-query:xsd:2"
_HEADING = Heading()
_BAD = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_COMMON = CHILDREN["ObjectEvent"]

Speller = Callable[[str, str], str]
"""(kind of word, value) -> as written."""


def write(
    events: Iterable[Event],
    *,
    master: Sequence[Vocabulary] = (),
    heading: Heading = _HEADING,
    created: datetime | None = None,
    words: CbvFormat = "Always_URN",
    pretty: bool = False,
) -> bytes:
    """A document of events, or a query document when the heading says so; see `jsonwrite.write`.

    Args:
        words: how CBV words are written; URN unless web URIs are asked for.

    Raises:
        WrongCallError: a text cannot be said in XML 1.0.
    """
    try:
        return _written(tuple(events), tuple(master) or heading.master, heading, created, words, pretty=pretty)
    except ValueError as error:  # a namespace that is no URI: XML has no other way to refuse it
        raise WrongCallError(f"XML has no way to write this ({error}); ask for JSON") from error


def _written(
    kept: tuple[Event, ...],
    vocabularies: tuple[Vocabulary, ...],
    heading: Heading,
    created: datetime | None,
    words: CbvFormat,
    *,
    pretty: bool,
) -> bytes:
    spell = cbv.web if words == "Always_Web_URI" else cbv.urn
    query = heading.type == "EPCISQueryDocument"
    root = _root(kept, heading, query=query)
    root.set("schemaVersion", "2.0")
    root.set("creationDate", heading.creationDate or created_at(kept, created))
    _headed(root, heading, vocabularies)
    body = etree.SubElement(root, "EPCISBody")
    if query:
        results = etree.SubElement(body, f"{{{_QUERY}}}QueryResults")
        for name, text in {"queryName": "SimpleEventQuery", **heading.query}.items():
            _text(results, name, text)
        _events(etree.SubElement(results, "resultsBody"), kept, spell)
        for path in ("/epcisBody/queryResults", "/epcisBody/queryResults/resultsBody"):  # the schema has one place
            _members(results, heading.inside.get(path, {}))
    else:
        _events(body, kept, spell)
        _members(body, heading.inside.get("/epcisBody", {}))
    for path in ("/epcisHeader", "/epcisHeader/epcisMasterData", *(("/epcisBody",) if query else ())):  # no place there
        _members(root, heading.inside.get(path, {}))
    _members(root, heading.extensions)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=pretty)


def write_event(event: Event, *, words: CbvFormat = "Always_URN", pretty: bool = False) -> bytes:
    """One bare event element."""
    try:
        root = etree.Element("holder", nsmap=_spaces((event,), _HEADING))
        written = _event(root, event, cbv.web if words == "Always_Web_URI" else cbv.urn)
    except ValueError as error:
        raise WrongCallError(f"XML has no way to write this ({error}); ask for JSON") from error
    return etree.tostring(written, xml_declaration=True, encoding="UTF-8", pretty_print=pretty)


def _root(events: Sequence[Event], heading: Heading, *, query: bool) -> etree._Element:
    own = {"epcisq": _QUERY} if query else {"epcis": _EPCIS}
    name = f"{{{_QUERY}}}EPCISQueryDocument" if query else f"{{{_EPCIS}}}EPCISDocument"
    return etree.Element(name, nsmap=own | _spaces(events, heading))


def _spaces(events: Sequence[Event], heading: Heading) -> dict[str, str]:
    used = {name for event in events for name in names(event)} | set(heading.extensions)
    used.update(name for members in heading.inside.values() for name in members)
    for each in heading.master:
        used.update(each.extensions, *(element.extensions for element in each.elements))
    return {"cbv": cbv.WEB, "gs1": cbv.GS1} | prefixes_for(used)


def _headed(root: etree._Element, heading: Heading, master: Sequence[Vocabulary]) -> None:
    named = heading.sender or heading.receiver or heading.instanceIdentifier
    if not named and not master:
        return
    header = etree.SubElement(root, "EPCISHeader")
    if named:
        _sbdh(header, heading, root.get("creationDate", ""))
    if master:
        extension = etree.SubElement(etree.SubElement(header, "extension"), "EPCISMasterData")
        lists = etree.SubElement(extension, "VocabularyList")
        for vocabulary in master:
            _vocabulary(lists, vocabulary)


def _sbdh(header: etree._Element, heading: Heading, created: str) -> None:
    sbdh = etree.SubElement(header, f"{{{SBDH}}}StandardBusinessDocumentHeader", nsmap={"sbdh": SBDH})
    _text(sbdh, f"{{{SBDH}}}HeaderVersion", "1.0")
    for role, party in (("Sender", heading.sender), ("Receiver", heading.receiver)):
        _text(etree.SubElement(sbdh, f"{{{SBDH}}}{role}"), f"{{{SBDH}}}Identifier", party or "")
    document = etree.SubElement(sbdh, f"{{{SBDH}}}DocumentIdentification")
    for name, value in (
        ("Standard", "EPCglobal"),
        ("TypeVersion", "1.0"),
        ("InstanceIdentifier", heading.instanceIdentifier or ""),
        ("Type", "Events"),
        ("CreationDateAndTime", created),
    ):
        _text(document, f"{{{SBDH}}}{name}", value)


def _vocabulary(lists: etree._Element, vocabulary: Vocabulary) -> None:
    whole = etree.SubElement(lists, "Vocabulary", type=_sayable(vocabulary.type))
    if vocabulary.elements:
        _elements(etree.SubElement(whole, "VocabularyElementList"), vocabulary)
    _own(whole, vocabulary.extensions)


def _elements(elements: etree._Element, vocabulary: Vocabulary) -> None:
    for element in vocabulary.elements:
        described = etree.SubElement(elements, "VocabularyElement", id=_sayable(element.id))
        for name, values in element.attributes.items():
            for value in values if isinstance(values, list) else [values]:
                attribute = etree.SubElement(described, "attribute", id=_sayable("".join(parted(name))))
                _fill(attribute, value)
        if element.children:
            children = etree.SubElement(described, "children")
            for child in element.children:
                _text(children, "id", child)
        _own(described, element.extensions)


def _events(body: etree._Element, events: Sequence[Event], spell: Speller) -> None:
    inside = etree.SubElement(body, "EventList")
    for event in events:  # a partner's own type has its place in `extension`
        _event(inside if event.type in EVENT_TYPES else etree.SubElement(inside, "extension"), event, spell)


def _event(parent: etree._Element, event: Event, spell: Speller) -> etree._Element:
    element = etree.SubElement(parent, _tag(event.type))
    fields = members(event)
    for name in CHILDREN.get(event.type, _COMMON):
        if name in fields and name != "extension":
            _field(element, name, fields.pop(name), spell)
    for name in sorted(fields.keys() - {"type", "extensions"}):  # an event with fields that its type does not know
        _field(element, name, fields[name], spell)
    _own(element, event.extensions)
    for uri in event.certificationInfo[1:]:  # the schema has a place for one
        _text(element, MORE_CERTIFICATES, uri)
    return element


def _field(element: etree._Element, name: str, value: Any, spell: Speller) -> None:
    if name == "certificationInfo":
        _text(element, name, value[0])
        return
    child = etree.SubElement(element, name)
    special = _SPECIAL.get(name)
    if special is not None:
        special(child, name, value, spell)
    elif isinstance(value, Mapping):
        _members(child, value)
    else:
        child.text = _sayable(spell(WORD_KINDS[name], value) if name in WORD_KINDS else value)


def _listed(child: etree._Element, _: str, value: Any, __: Speller) -> None:
    for epc in value:
        _text(child, "epc", epc)


def _quantities(child: etree._Element, _: str, value: Any, __: Speller) -> None:
    for each in value:
        _plain_fields(etree.SubElement(child, "quantityElement"), each, ("epcClass", "quantity", "uom"))


def _dispositions(child: etree._Element, _: str, value: Any, spell: Speller) -> None:
    for part in ("unset", "set"):
        for word in value.get(part, ()):
            _text(child, part, spell("disposition", word))


def _sensors(child: etree._Element, _: str, value: Any, spell: Speller) -> None:
    for each in value:
        _sensor(etree.SubElement(child, "sensorElement"), each, spell)


def _typed(child: etree._Element, name: str, entries: Any, spell: Speller) -> None:
    member = TYPED[name][0]
    for entry in entries:
        written = _text(child, member, entry[member])
        if "type" in entry:
            written.set("type", _sayable(spell(WORD_KINDS[name], entry["type"])))


def _declaration(child: etree._Element, _: str, declaration: Mapping[str, Any], spell: Speller) -> None:
    _text(child, "declarationTime", declaration["declarationTime"])
    if "reason" in declaration:
        _text(child, "reason", spell("reason", declaration["reason"]))
    if "correctiveEventIDs" in declaration:
        corrective = etree.SubElement(child, "correctiveEventIDs")
        for name in declaration["correctiveEventIDs"]:
            _text(corrective, "correctiveEventID", name)
    own = {"declarationTime", "reason", "correctiveEventIDs"}
    _members(child, {name: value for name, value in declaration.items() if name not in own})


def _sensor(child: etree._Element, element: Mapping[str, Any], spell: Speller) -> None:
    if "sensorMetadata" in element:
        _attributes(etree.SubElement(child, "sensorMetadata"), element["sensorMetadata"], METADATA_FIELDS, spell)
    for report in element.get("sensorReport", ()):
        _attributes(etree.SubElement(child, "sensorReport"), report, REPORT_FIELDS, spell)
    own = {"sensorMetadata", "sensorReport"}
    _members(child, {name: value for name, value in element.items() if name not in own})


def _attributes(child: etree._Element, fields: Mapping[str, Any], known: Mapping[str, Any], spell: Speller) -> None:
    for name, value in fields.items():
        if name not in known and isinstance(value, Mapping | list | tuple):
            _foreign(child, name, value)  # an attribute cannot hold it
        elif known.get(name, ("",))[0] == "word":
            child.set(name, _sayable(spell(WORD_KINDS[name], value)))
        else:
            child.set(_tag(name), _sayable(_scalar(value)))


def _plain_fields(element: etree._Element, fields: Mapping[str, Any], order: tuple[str, ...]) -> None:
    for name in order:
        if name in fields:
            _text(element, name, _scalar(fields[name]))


def _members(element: etree._Element, fields: Mapping[str, Any]) -> None:
    if "id" in fields:
        _text(element, "id", fields["id"])
    _own(element, {name: value for name, value in fields.items() if name != "id"})


def _own(element: etree._Element, fields: Mapping[str, Any]) -> None:
    """A partner's members; those without a namespace have their place in `extension`, before the others."""
    bare = [name for name in fields if not name.startswith(("@", "#")) and not parted(name)[0]]
    extension = etree.SubElement(element, "extension") if bare else element
    for name in bare:
        _foreign(extension, name, fields[name])
    for name in fields:
        if name not in bare:
            _foreign(element, name, fields[name])


def _foreign(element: etree._Element, name: str, value: Any) -> None:
    """A partner's member: one element, or one for each item of a list."""
    if name.startswith("@") and not isinstance(value, Mapping | list | tuple):
        element.set(_tag(name[1:]), _sayable(_scalar(value)))
    elif name == "#text":
        element.text = _sayable(_scalar(value))
    elif isinstance(value, list | tuple):
        for item in value:
            _fill(etree.SubElement(element, _tag(name)), {name: item} if isinstance(item, list | tuple) else item)
    else:
        _fill(etree.SubElement(element, _tag(name)), value)


def _fill(element: etree._Element, value: Any) -> None:
    if isinstance(value, Mapping):
        for name, item in value.items():
            _foreign(element, name, item)
    else:
        element.text = _sayable(_scalar(value)) or None


def _scalar(value: Any) -> str:
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _sayable(text: str) -> str:
    if _BAD.search(text):
        raise WrongCallError(f"XML 1.0 has no way to write {text!a}; ask for JSON")
    return text


def _tag(name: str) -> str:
    space, local = parted(name)
    return f"{{{space}}}{escaped_name(local)}" if space else escaped_name(local)


def _text(parent: etree._Element, name: str, text: str) -> etree._Element:
    child = etree.SubElement(parent, name)
    child.text = _sayable(text)
    return child


_SPECIAL: dict[str, Callable[[etree._Element, str, Any, Speller], None]] = {
    **dict.fromkeys(("epcList", "childEPCs", "inputEPCList", "outputEPCList"), _listed),
    **dict.fromkeys(("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList"), _quantities),
    **dict.fromkeys(TYPED, _typed),
    "sensorElementList": _sensors,
    "persistentDisposition": _dispositions,
    "errorDeclaration": _declaration,
}
