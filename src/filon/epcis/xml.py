"""EPCIS 2.0 and 1.x in XML, in: the same events as from JSON, each finding with its XPath.

The document is read element by element and forgotten behind us. A DOCTYPE is refused before anything is read from
it: an entity could hide a number, and no EPCIS document needs one. Nothing is fetched.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from typing import Any

from lxml import etree

from filon.core.finding import Finding, Place, found
from filon.epcis import rules
from filon.epcis.context import STANDARD, Terms, joined
from filon.epcis.document import Document, Heading, Limits
from filon.epcis.heading import master_of
from filon.epcis.jsonld import Item, collected
from filon.epcis.moments import moment
from filon.epcis.reading import Reading
from filon.epcis.telling import Telling, TooManyError
from filon.epcis.xmlorder import misplaced
from filon.epcis.xmlshape import EPCIS, SBDH, Shape, add, foreign_value, split, text

_DEFAULT = Limits()
_ROOTS = {"EPCISDocument": "", "EPCISQueryDocument": "-query", "EPCISMasterDataDocument": "-masterdata"}


def parse(data: bytes, name: str = "", limits: Limits = _DEFAULT) -> Document:
    """A document read whole.

    Findings:
        EPC-001 to EPC-122: events; EPC-201 to EPC-230: the document, order and namespaces.

    Source: EPCIS 2.0, 10; EPCIS 1.2, 9.5 to 9.8.
    """
    return collected(stream(data, name, limits), name)


def stream(data: bytes, name: str = "", limits: Limits = _DEFAULT) -> Iterator[Item]:
    """The parts of a document in its order; the heading comes once, at the end. Memory stays flat."""
    place = Place(file=name)
    if len(data) > limits.size:
        yield found("EPC-206", place, expected=f"<= {limits.size} B", found=f"{len(data)} B")
    elif not data.strip():
        yield found("EPC-201", place)
    else:
        if data.startswith(b"\xef\xbb\xbf"):
            yield found("EPC-207", place)
        yield from _Walk(data, name, limits).all()


class _StopError(Exception):
    """Reading further makes no sense; the finding says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.code)
        self.finding = finding


class _Walk:
    """One pass over one document."""

    def __init__(self, data: bytes, name: str, limits: Limits) -> None:
        self.data = data
        self.limits = limits
        self.reading = Reading(name, Terms(STANDARD, {}), limits, urns=True)
        self.path: list[str] = []
        self.counts: dict[str, int] = {}
        self.version = "2"
        self.heading: dict[str, Any] = {"type": "EPCISDocument", "extensions": {}, "inside": {}}
        self.telling = Telling(name, limits)

    def all(self) -> Iterator[Item]:
        try:
            yield from self._answered()
        except TooManyError:
            yield self.telling.stopped()
        yield from self.telling.silent()

    def _answered(self) -> Iterator[Item]:
        try:
            for kind, element in etree.iterparse(
                BytesIO(self.data),
                events=("start", "end"),
                resolve_entities=False,
                no_network=True,
                load_dtd=False,
                huge_tree=False,
                remove_comments=True,
                remove_pis=True,
            ):
                if kind == "start":
                    self._open(element)
                else:
                    yield from self._close(element)
                yield from self._findings()
            yield Heading(**self.heading)
        except etree.XMLSyntaxError as error:
            yield from self._findings()
            yield found("EPC-221", Place(file=self.reading.name), found=str(error.msg or error))
        except _StopError as stop:
            yield from self._findings()
            yield stop.finding

    def _findings(self) -> Iterator[Finding]:
        findings, self.reading.findings = self.reading.findings, []
        yield from self.telling.told(findings)

    def _open(self, element: etree._Element) -> None:
        namespace, local = split(element)
        if not self.path:
            self._root(element, namespace, local)
        if len(self.path) >= self.limits.depth:
            raise _StopError(found("EPC-205", self._place(), expected=f"<= {self.limits.depth}"))
        self.path.append(f"{element.prefix}:{local}" if element.prefix and namespace else local)

    def _place(self, pointer: str = "") -> Place:
        return Place(file=self.reading.name, pointer=pointer or "/" + "/".join(self.path))

    def _root(self, element: etree._Element, namespace: str, local: str) -> None:
        doctype: str = element.getroottree().docinfo.doctype  # type: ignore[attr-defined]
        if doctype:
            raise _StopError(found("EPC-220", Place(file=self.reading.name), found=doctype))
        match = EPCIS.fullmatch(namespace)
        self.version = match.group(1) if match else "2"
        self.reading.base = f"/{element.prefix}:{local}" if element.prefix else f"/{local}"
        if local in _ROOTS:
            self.heading["type"] = local
            if match is None:
                self.reading.note(
                    "EPC-226", "", namespace, expected=f"urn:epcglobal:epcis{_ROOTS[local]}:xsd:2", name=local
                )
            self._versioned(element)
        elif local.endswith("Event") and not (namespace and match is None):
            self.heading["type"] = "event"
        elif match is not None and namespace.startswith("urn:epcglobal:epcis-query"):
            self.heading["type"] = "call"
            self.reading.note("EPC-229", "", local)
        else:
            raise _StopError(found("EPC-212", self._place(self.reading.base), expected=" | ".join(_ROOTS), found=local))

    def _versioned(self, element: etree._Element) -> None:
        version, created = element.get("schemaVersion"), element.get("creationDate")
        if version is None or not version.replace(".", "", 1).isdecimal():
            self.reading.note(
                "EPC-001", "/@schemaVersion" if version is not None else "", version or "", expected="2.0"
            )
        self.heading["schemaVersion"] = version or ""
        try:
            # EPCIS 1.x asks for no zone here, and nothing depends on it; what has none is not passed on.
            if self.version == "1" and datetime.fromisoformat(created or "").tzinfo is None:
                return
            moment(created or "")
        except ValueError:
            self.reading.note("EPC-002", "/@creationDate" if created is not None else "", created or "")
        else:
            self.heading["creationDate"] = created

    def _close(self, element: etree._Element) -> Iterator[Item]:
        step = self.path.pop()
        namespace, local = split(element)
        parents = [name.rpartition(":")[2] for name in self.path]
        holders = list(parents)
        while holders[-1:] == ["extension"]:
            holders.pop()
        in_list = holders[-1:] == ["EventList"]
        if (in_list and local != "extension") or (not parents and self.heading["type"] == "event"):
            yield from self._event(element, step)
            return
        if local == "EPCISHeader" and len(parents) == 1:
            self._header(element)
        elif local == "VocabularyList" and "EPCISHeader" not in parents:
            lists = _vocabularies(element)
            self._described(element, "/" + "/".join([*self.path, step]))
            self.heading["master"] = master_of(lists, "/" + "/".join([*self.path, step]), self._at(""))
        elif local in {"queryName", "subscriptionID"} and parents[-1:] == ["QueryResults"]:
            self.heading["query"] = {**self.heading.get("query", {}), local: text(element)}
        elif namespace and namespace != SBDH and EPCIS.fullmatch(namespace) is None:
            self._extension(element, joined(namespace, local), _AROUND.get(tuple(holders[1:])) if holders else None)
        self._structure(element, namespace, local, parents)

    def _described(self, lists: etree._Element, base: str) -> None:
        """Order of the parts of master data."""
        for index, element in enumerate(lists.iter("VocabularyElement"), 1):
            self.reading.base = f"{base}//VocabularyElement[{index}]"
            self._misplaced("VocabularyElement", [_own_or_standard(child) for child in element])

    def _at(self, base: str) -> Reading:
        self.reading.base = base
        return self.reading

    def _extension(self, element: etree._Element, name: str, path: str | None) -> None:
        """Keep a partner's own element that stands around the events; what is within another was kept with it."""
        if path is None:
            return
        inside = self.heading["inside"].setdefault(path, {}) if path else self.heading["extensions"]
        add(inside, name, foreign_value(element))

    def _structure(self, element: etree._Element, namespace: str, local: str, parents: list[str]) -> None:
        """Order and namespaces of what stands around the events."""
        if self.heading["type"] in {"call", "event"}:
            return
        base = "/" + "/".join([*self.path, local])
        self.reading.base = base
        if parents[-1:] == ["EPCISBody"]:
            query = parents[0] == "EPCISQueryDocument"
            if query and not EPCIS.fullmatch(namespace) and (not namespace or local == "QueryResults"):
                self.reading.note("EPC-226", "", local, expected="epcisq:QueryResults", name=local)
        if not parents and local in _ROOTS and element.find("EPCISBody") is None:
            self.reading.note("EPC-213", "", expected="EPCISBody")
        if local in {"QueryResults", "Poll", "Subscribe", "param"} or not parents:
            self._misplaced(local, [_own_or_standard(child) for child in element])
        elif [*parents, local] == ["EPCISDocument", "EPCISBody"]:
            self._misplaced("EPCISDocument/EPCISBody", [_own_or_standard(child) for child in element])

    def _misplaced(self, local: str, names: list[str]) -> None:
        for code, name, expected in misplaced(self.version, local, names):
            pointer = "" if code == "EPC-228" else f"/{name}"
            self.reading.note(code, pointer, name if pointer else "", expected=expected, name=name)

    def _event(self, element: etree._Element, step: str) -> Iterator[Item]:
        here = "/" + "/".join([*self.path, step])
        self.counts[here] = self.counts.get(here, 0) + 1
        base = f"{here}[{self.counts[here]}]" if self.path else here
        shape = Shape(self.version)
        raw = shape.event(element)
        own = {prefix: space for prefix, space in element.nsmap.items() if prefix}
        self.reading.terms = Terms({**STANDARD, **own}, {}) if own else Terms(STANDARD, {})
        self.reading.loose = shape.loose
        event = self.reading.event(raw, base)
        if event is not None:
            found_here = [_milder(finding) for finding in rules.check(event, self.reading.name)]
            self.reading.findings += [one for one in found_here if (one.code, one.expected) != _UNTYPED]
        self.reading.findings = [_translated(finding, base, shape) for finding in self.reading.findings]
        for code, tail, name, expected, what in shape.problems:
            self.reading.base = base
            self.reading.note(code, tail, what, expected=expected, name=name)
        if event is not None:
            yield event
        forget(element)

    def _header(self, element: etree._Element) -> None:
        base = "/" + "/".join([*self.path, "EPCISHeader"])
        self.reading.base = base
        names = [_in_header(child) for child in element]
        self._misplaced("EPCISHeader", names)
        if "" in names and self.version == "2":
            self.reading.note("EPC-227", "", "", expected="StandardBusinessDocumentHeader | extension", name="*")
        sbdh = element.find(f"{{{SBDH}}}StandardBusinessDocumentHeader")
        if sbdh is not None:
            for part in (sbdh, *sbdh.iterfind(f"{{{SBDH}}}DocumentIdentification")):
                name = split(part)[1]
                self.reading.base = f"{base}/StandardBusinessDocumentHeader" + (f"/{name}" if part is not sbdh else "")
                self._misplaced(name, [split(child)[1] for child in part])
            for name, path in _SBDH_PARTS.items():
                value = sbdh.findtext("/".join(f"{{{SBDH}}}{part}" for part in path.split("/")))
                if value and value.strip():
                    self.heading[name] = value.strip()
        lists = next(element.iter("VocabularyList"), None)
        if lists is not None:
            self._described(lists, f"{base}//VocabularyList")
            self.heading["master"] = master_of(_vocabularies(lists), f"{base}//VocabularyList", self._at(""))


_AROUND: dict[tuple[str, ...], str] = {
    (): "",
    ("EPCISHeader",): "/epcisHeader",
    ("EPCISBody",): "/epcisBody",
    ("EPCISBody", "QueryResults"): "/epcisBody/queryResults",
    ("EPCISBody", "QueryResults", "resultsBody"): "/epcisBody/queryResults/resultsBody",
}
"""{elements below the root: path of `Heading.inside`}."""
_SBDH_PARTS = {
    "sender": "Sender/Identifier",
    "receiver": "Receiver/Identifier",
    "instanceIdentifier": "DocumentIdentification/InstanceIdentifier",
}


_LISTS = frozenset({"EPC-105", "EPC-116", "EPC-117", "EPC-118"})


_UNTYPED = ("EPC-061", "type")
"""A sensor report without type: JSON's schema asks for one, the XSD does not where it tells an exception."""


def _own_or_standard(element: etree._Element) -> str:
    """Its local name; "" in a foreign namespace."""
    namespace, local = split(element)
    return local if not namespace or EPCIS.fullmatch(namespace) else ""


def _in_header(element: etree._Element) -> str:
    """As `_own_or_standard`, and the header of business documents by its name."""
    namespace, local = split(element)
    return local if namespace == SBDH else _own_or_standard(element)


def _milder(finding: Finding) -> Finding:
    """What JSON forbids and the XSD allows: an event that names no things."""
    return replace(finding, code="EPC-123") if finding.code in _LISTS else finding


def _translated(finding: Finding, base: str, shape: Shape) -> Finding:
    pointer = finding.place.pointer
    if not pointer.startswith(base):
        return finding
    return replace(finding, place=replace(finding.place, pointer=base + shape.xpath(pointer[len(base) :])))


def _vocabularies(element: etree._Element) -> list[dict[str, Any]]:
    return [
        {
            "type": vocabulary.get("type", ""),
            "vocabularyElementList": [_described(each) for each in vocabulary.iter("VocabularyElement")],
        }
        for vocabulary in element.iter("Vocabulary")
    ]


def _described(element: etree._Element) -> dict[str, Any]:
    attributes = []
    for attribute in element.findall("attribute"):
        value = foreign_value(attribute)
        if isinstance(value, dict):
            value.pop("@id", None)
            value = value.get("#text", value) if value.keys() <= {"#text"} else value
        attributes.append({"id": attribute.get("id", ""), "attribute": value or ""})
    children = [text(child) for child in element.iterfind("children/id")]
    return {"id": element.get("id", ""), "attributes": attributes, "children": children}


def forget(element: etree._Element) -> None:
    """Drop what has been read, so that a large document does not stay in memory."""
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]
