"""EPCIS 2.0 and 1.x in XML, in: the same events as from JSON, each finding with its XPath.

The document is read element by element and forgotten behind us. A DOCTYPE is refused before anything is read from
it: an entity could hide a number, and no EPCIS document needs one. Nothing is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from typing import Any

from lxml import etree

from filon.core.finding import Finding, Place, found
from filon.epcis import rules
from filon.epcis.context import STANDARD, Terms, joined, parted
from filon.epcis.document import Document, Heading, Limits
from filon.epcis.heading import master_of
from filon.epcis.jsonld import Item, collected
from filon.epcis.moments import moment
from filon.epcis.reading import Reading
from filon.epcis.shape import EVENT_TYPES
from filon.epcis.telling import Telling, TooManyError
from filon.epcis.xmlgrammar import EPCIS, SBDH, faults, strayed
from filon.epcis.xmlshape import Shape, add, foreign_value, own_attributes, split, text

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
            yield from self._listed(element, step, len(parents) - len(holders))
            return
        if "EventList" in parents:
            return
        here = "/" + "/".join([*self.path, step])
        if parents[1:] == [] and local == "EPCISHeader" and parents:
            self._header(element, here)
        elif local == "VocabularyList" and parents[-1:] in (["EPCISBody"], ["resultsBody"]):
            self._judged(element, here)
            self._master(element, here)
        elif local in {"queryName", "subscriptionID"} and parents[-1:] == ["QueryResults"]:
            self.heading["query"] = {**self.heading.get("query", {}), local: text(element)}
        elif holders and (inside := _AROUND.get(tuple(holders[1:]))) is not None:
            self._around(element, namespace, local, inside)
        if not namespace or EPCIS.fullmatch(namespace):
            self._structure(element, local, parents, here)

    def _judged(self, element: etree._Element, here: str, parent: str = "", *, deep: bool = True) -> None:
        """Tell what the schema does not take of an element around the events."""
        self.reading.base = here
        name = split(element)[1]
        query = split(element)[0].startswith("urn:epcglobal:epcis-query") and name not in _ROOTS
        for code, tail, at, expected, what in faults(
            element, self.version, f"q:{name}" if query else name, parent=parent, deep=deep
        ):
            self.reading.note(code, tail, what, expected=expected, name=at)

    def _at(self, base: str) -> Reading:
        self.reading.base = base
        return self.reading

    def _around(self, element: etree._Element, namespace: str, local: str, path: str) -> None:
        """Keep a partner's own element that stands around the events; what is within another was kept with it.

        Findings:
            EPC-234: it has no namespace, and is left out.
        """
        if namespace and namespace != SBDH and EPCIS.fullmatch(namespace) is None:
            add(self._kept(path), joined(namespace, local), foreign_value(element))
        elif not namespace and self.path[-1] == "extension" and local not in {"extension", "EPCISMasterData"}:
            self.reading.base = "/" + "/".join(self.path)
            self.reading.note("EPC-234", f"/{local}", local, name=local)

    def _kept(self, path: str) -> dict[str, Any]:
        own: dict[str, Any] = self.heading["inside"].setdefault(path, {}) if path else self.heading["extensions"]
        return own

    def _structure(self, element: etree._Element, local: str, parents: list[str], here: str) -> None:
        """Judge what stands around the events, each element when it is closed: its events are forgotten by then."""
        below = (*parents, local)[1:]
        if self.heading["type"] in {"call", "event"} or below == ("EPCISHeader",):
            return
        if not parents and local in _ROOTS and element.find("EPCISBody") is None:
            self._at(here).note("EPC-213", "", expected="EPCISBody")
        if below in _AROUND or local == "EventList":
            self._judged(element, here, parents[0] if below == ("EPCISBody",) else "", deep=False)
            self._attributes(element, _AROUND.get(below, "/epcisBody"))
        elif parents[1:] in ([], ["EPCISBody"]) and (
            local == "extension" or self.heading["type"] == "EPCISQueryDocument"
        ):
            self._judged(element, here)

    def _attributes(self, element: etree._Element, path: str) -> None:
        """Keep a partner's attributes on an element around the events, as members of its JSON twin."""
        for name, value in own_attributes(element).items():
            if parted(name)[0]:
                add(self._kept(path), name, value)

    def _listed(self, element: etree._Element, step: str, depth: int) -> Iterator[Item]:
        """An event, or something of a partner's own that stands between them."""
        namespace, local = split(element)
        foreign = bool(namespace) and EPCIS.fullmatch(namespace) is None
        if depth and local not in EVENT_TYPES and element.find("{*}eventTime") is None:
            self._around(element, namespace, local, "/epcisBody")
            forget(element)
            return
        expected = strayed(self.version, depth, local, foreign=foreign) if self.path else ""
        if self.version == "1" and depth == 1 and element.getprevious() is not None:
            expected = expected or "one event"
        yield from self._event(element, step, expected if foreign or local.endswith("Event") else "")

    def _event(self, element: etree._Element, step: str, expected: str) -> Iterator[Item]:
        """The event; `expected` is what its list would take in its place, "" if it is at its place."""
        here = "/" + "/".join([*self.path, step])
        self.counts[here] = self.counts.get(here, 0) + 1
        base = f"{here}[{self.counts[here]}]" if self.path else here
        if expected:
            self._at(base).note("EPC-227", "", split(element)[1], expected=expected, name=split(element)[1])
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
        for code, tail, name, wanted, what in shape.problems:
            self._at(base).note(code, tail, what, expected=wanted, name=name)
        if event is not None:
            yield event
        forget(element)

    def _header(self, element: etree._Element, base: str) -> None:
        self._judged(element, base)
        sbdh = element.find(f"{{{SBDH}}}StandardBusinessDocumentHeader")
        if sbdh is not None:
            for name, path in _SBDH_PARTS.items():
                value = sbdh.findtext("/".join(f"{{{SBDH}}}{part}" for part in path.split("/")))
                if value and value.strip():
                    self.heading[name] = value.strip()
            self._dated(sbdh.findtext(f"{{{SBDH}}}DocumentIdentification/{{{SBDH}}}CreationDateAndTime"), base)
        self._attributes(element, "/epcisHeader")
        lists = next(element.iter("VocabularyList"), None)
        if lists is not None:
            self._master(lists, f"{base}/extension/EPCISMasterData/VocabularyList")

    def _dated(self, date: str | None, base: str) -> None:
        """The header's own date, of which nothing but its form is asked."""
        try:
            datetime.fromisoformat((date or "1970-01-01T00:00:00").strip())
        except ValueError:
            path = f"{base}/StandardBusinessDocumentHeader/DocumentIdentification/CreationDateAndTime"
            self._at(path).note("EPC-002", "", date, expected="2026-11-03T14:00:00Z")

    def _master(self, lists: etree._Element, here: str) -> None:
        reading = self._at(here)
        before = len(reading.findings)
        self.heading["master"] = master_of(_vocabularies(lists), "", reading)
        reading.findings[before:] = [_at_xpath(one, here) for one in reading.findings[before:]]


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


def _milder(finding: Finding) -> Finding:
    """What JSON forbids and the XSD allows: an event that names no things, a sensor report of nothing named."""
    code = "EPC-123" if finding.code in _LISTS else "EPC-130" if finding.code == "EPC-110" else finding.code
    return replace(finding, code=code)


def _translated(finding: Finding, base: str, shape: Shape) -> Finding:
    pointer = finding.place.pointer
    if not pointer.startswith(base):
        return finding
    return replace(finding, place=replace(finding.place, pointer=base + shape.xpath(pointer[len(base) :])))


_STEPS = (
    (re.compile(r"^/(\d+)"), "/Vocabulary[{}]"),
    (re.compile(r"/vocabularyElementList/(\d+)"), "/VocabularyElementList/VocabularyElement[{}]"),
    (re.compile(r"/attributes/(\d+)(?:/attribute)?"), "/attribute[{}]"),
    (re.compile(r"/children/(\d+)"), "/children/id[{}]"),
    (re.compile(r"/(id|type)$"), "/@{}"),
)
"""(pointer in the JSON shape of master data, XPath in theirs)."""


def _at_xpath(finding: Finding, here: str) -> Finding:
    tail = finding.place.pointer.removeprefix(here)
    for step, path in _STEPS:
        tail = step.sub(lambda match, path=path: path.format(_counted(match[1])), tail)  # type: ignore[misc]
    return replace(finding, place=replace(finding.place, pointer=here + tail))


def _counted(step: str) -> str:
    """XPath counts from one."""
    return str(int(step) + 1) if step.isdecimal() else step


def _vocabularies(element: etree._Element) -> list[dict[str, Any]]:
    return [
        {
            "type": vocabulary.get("type", ""),
            "vocabularyElementList": [
                _described(each) for each in vocabulary.iterfind("VocabularyElementList/VocabularyElement")
            ],
            **_more(vocabulary, ("VocabularyElementList", "type")),
        }
        for vocabulary in element.iterfind("Vocabulary")
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
    more = _more(element, ("attribute", "children", "id"))
    return {"id": element.get("id", ""), "attributes": attributes, "children": children, **more}


def _more(element: etree._Element, known: tuple[str, ...]) -> dict[str, Any]:
    """What else an element of master data says: partners' elements and attributes, also those in its `extension`."""
    own: dict[str, Any] = {name: value for name, value in own_attributes(element).items() if name not in known}
    for child in element:
        namespace, local = split(child)
        if local == "extension" and not namespace:
            own |= _more(child, ())
        elif namespace or local not in known:
            add(own, joined(namespace, local) if namespace else local, foreign_value(child))
    return own


def forget(element: etree._Element) -> None:
    """Drop what has been read, so that a large document does not stay in memory."""
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]
