"""One XML event element as the JSON shape that `epcis/reading` understands, and JSON pointers back as XPath.

Partners' elements become members with their full name, and so do their attributes on elements of the standard; repeated
ones become lists; attributes on their own elements become members `@name` beside `#text`. Attributes of the XML Schema
instance namespace (`xsi:type`) are left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from lxml import etree

from filon.epcis.context import STANDARD, joined, parted
from filon.epcis.shape import METADATA_FIELDS, REPORT_FIELDS
from filon.epcis.xmlgrammar import EPCIS, XSI, Fault, faults

_NAME = re.compile(
    "[A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u2c00-\u2fef\u3001-\ud7ff]"
    "[-.0-9A-Z_a-z\u00b7\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u037d\u037f-\u1fff\u2c00-\u2fef\u3001-\ud7ff]*"
)
_ESCAPE = re.compile(r"_x([0-9A-F]{6})_")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
MORE_CERTIFICATES = f"{{{STANDARD['epcis']}}}certificationInfo"
"""The element of every certificationInfo but the first: JSON takes several, the XSD one."""
_WRAPPERS = frozenset({"baseExtension", "extension"})
_ITEM = {
    "epcList": "epc", "childEPCs": "epc", "inputEPCList": "epc", "outputEPCList": "epc",
    "quantityList": "quantityElement", "childQuantityList": "quantityElement",
    "inputQuantityList": "quantityElement", "outputQuantityList": "quantityElement",
    "bizTransactionList": "bizTransaction", "sourceList": "source", "destinationList": "destination",
    "sensorElementList": "sensorElement", "correctiveEventIDs": "correctiveEventID",
}  # fmt: skip


def split(element: etree._Element) -> tuple[str, str]:
    """(namespace, local name) of an element."""
    return _split(str(element.tag))


def _split(tag: str) -> tuple[str, str]:
    namespace, _, local = tag[1:].rpartition("}") if tag.startswith("{") else ("", "", tag)
    return namespace, _ESCAPE.sub(lambda match: chr(int(match.group(1), 16)), local) if "_x" in local else local


def escaped_name(local: str) -> str:
    """A local name with what XML forbids in names as `_xHHHHHH_`; `split` reads it back."""
    if _NAME.fullmatch(local) and not _ESCAPE.search(local):
        return local
    return "".join(
        sign if _NAME.fullmatch(f"_{sign}" if index else sign) and sign != "_" else f"_x{ord(sign):06X}_"
        for index, sign in enumerate(local)
    )


def text(element: etree._Element) -> str:
    """Its text, trimmed."""
    return (element.text or "").strip()


class Shape:
    """The shaping of one event element.

    Args:
        version: major version of the document, "1" or "2".

    `loose` are names without a namespace that stood in an `extension`, where the schema takes them. `wrapped` remembers
    which field stood in which `extension`, so that a finding's XPath leads there.
    """

    def __init__(self, version: str) -> None:
        self.version = version
        self.problems: list[Fault] = []
        self.loose: set[str] = set()
        self.wrapped: dict[str, str] = {}

    def event(self, element: etree._Element) -> dict[str, Any]:
        """The event's JSON shape; a QuantityEvent of old becomes an ObjectEvent.

        Findings:
            EPC-226: an element in the EPCIS namespace that should be in none.
            EPC-227, EPC-228, EPC-230, EPC-235, EPC-236: what the schema does not take (`xmlgrammar.faults`).
        """
        namespace, local = split(element)
        foreign = namespace and not EPCIS.fullmatch(namespace)
        raw: dict[str, Any] = {"type": joined(namespace, local) if foreign else local}
        if namespace and not foreign:
            self.problems.append(("EPC-226", "", local, local, str(element.prefix or namespace)))
        if not foreign:
            self.problems += faults(element, self.version, local)
        self._fields(element, raw, "")
        return _counted(raw) if local == "QuantityEvent" else raw

    def _fields(self, element: etree._Element, raw: dict[str, Any], path: str) -> None:
        self._own_attributes(element, raw)
        for child in element:
            namespace, local = split(child)
            if child.tag == MORE_CERTIFICATES:
                add(raw, local, text(child))
            elif namespace and not EPCIS.fullmatch(namespace):
                add(raw, joined(namespace, local), foreign_value(child))
            elif local in _WRAPPERS:
                self._fields(child, raw, f"{path}/{local}")
            elif local in _SHAPES:
                content = _SHAPES[local](self, child, f"{path}/{local}")
                if local == "certificationInfo" and local in raw:
                    add(raw, local, content)
                else:
                    raw[local] = content
                self.wrapped[local] = path
            else:
                raw[local] = foreign_value(child) if len(child) else text(child)
                self.wrapped[local] = path
                if path:
                    self.loose.add(local)

    def _own_attributes(self, element: etree._Element, made: dict[str, Any]) -> None:
        own = own_attributes(element)
        self.loose.update(name for name in own if not parted(name)[0])
        for name, value in own.items():
            add(made, name, value)

    def _items(self, element: etree._Element) -> list[etree._Element]:
        """The items of a list; anything else in it has been told and is left out."""
        wanted = _ITEM[split(element)[1]]
        return [child for child in element if _is_own(child, wanted)]

    def _list(self, element: etree._Element, _: str) -> list[str]:
        return [text(child) for child in self._items(element)]

    def _quantities(self, element: etree._Element, _: str) -> list[dict[str, Any]]:
        return [_quantity(child) for child in self._items(element)]

    def _point(self, element: etree._Element, _: str) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for child in element:
            if _is_own(child, "id"):
                made["id"] = text(child)
            else:
                self._member(child, made)
        return made

    def _typed(self, element: etree._Element, _: str) -> list[dict[str, str]]:
        kind = split(element)[1].removesuffix("List")
        return [_entry(child, kind) for child in self._items(element)]

    def _dispositions(self, element: etree._Element, _: str) -> dict[str, list[str]]:
        made: dict[str, list[str]] = {}
        for child in element:
            made.setdefault(split(child)[1], []).append(text(child))
        return made

    def _sensors(self, element: etree._Element, _: str) -> list[dict[str, Any]]:
        return [self._sensor(child) for child in self._items(element)]

    def _sensor(self, element: etree._Element) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for child in element:
            if _is_own(child, "sensorMetadata"):
                made["sensorMetadata"] = _attributes(child, METADATA_FIELDS)
            elif _is_own(child, "sensorReport"):
                reports = made.setdefault("sensorReport", [])
                if not isinstance(reports, list):  # one in `extension`, before this
                    reports = made["sensorReport"] = [reports]
                reports.append(_attributes(child, REPORT_FIELDS))
            else:
                self._member(child, made)
        return made

    def _ilmd(self, element: etree._Element, _: str) -> dict[str, Any]:
        made: dict[str, Any] = {}
        self._members(element, made)
        return made

    def _members(self, element: etree._Element, made: dict[str, Any]) -> None:
        self._own_attributes(element, made)
        for child in element:
            self._member(child, made)

    def _member(self, child: etree._Element, made: dict[str, Any]) -> None:
        namespace, local = split(child)
        if local == "extension" and not namespace:
            self.loose.update(name for space, name in map(split, child) if not space)
            self._members(child, made)
        else:
            add(made, joined(namespace, local) if namespace else local, foreign_value(child))

    def _declaration(self, element: etree._Element, _: str) -> dict[str, Any]:
        made: dict[str, Any] = {}
        self._own_attributes(element, made)
        for child in element:
            namespace, local = split(child)
            if local == "correctiveEventIDs":
                made[local] = [text(item) for item in child]
            elif local == "extension" or (namespace and not EPCIS.fullmatch(namespace)):
                self._member(child, made)
            else:
                made[local] = text(child)
        return made

    def xpath(self, pointer: str) -> str:
        """The XPath below the event of a JSON pointer below it."""
        tokens = [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]
        if not tokens:
            return ""
        return "".join([self.wrapped.get(tokens[0], ""), *_steps(tokens)])


def _steps(tokens: list[str]) -> Iterator[str]:
    holder = ""
    for index, step in enumerate(tokens):
        if step.isdecimal():
            item = _ITEM.get(holder)
            yield f"/{item}[{int(step) + 1}]" if item else f"[{int(step) + 1}]"
        elif holder in {"bizTransactionList", "sourceList", "destinationList"} and index:
            yield "/@type" if step == "type" else ""
        elif step in {*METADATA_FIELDS, *REPORT_FIELDS} and tokens[0] == "sensorElementList":
            yield f"/@{step}"
        else:
            yield f"/{step}"
            holder = step


def _is_own(element: etree._Element, name: str) -> bool:
    """Whether it is the standard's element of this name."""
    namespace, local = split(element)
    return local == name and (not namespace or EPCIS.fullmatch(namespace) is not None)


def _quantity(element: etree._Element) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for child in element:
        local = split(child)[1]
        made[local] = decimal(text(child)) if local == "quantity" else text(child)
    return made


def decimal(written: str) -> Decimal | str:
    """A quantity as XML Schema writes it, without a power of ten; any other text unchanged."""
    return number(written) if "e" not in written.lower() else written


def number(written: str) -> Decimal | str:
    """A number as XML Schema writes it; any other text unchanged, for the rule to speak of."""
    return Decimal(written) if _NUMBER.fullmatch(written) else written


def add(made: dict[str, Any], name: str, value: Any) -> None:
    """Put a value under its name; what stands more than once becomes a list."""
    if name not in made:
        made[name] = value
    elif isinstance(made[name], list):
        made[name].append(value)
    else:
        made[name] = [made[name], value]


def own_attributes(element: etree._Element) -> dict[str, str]:
    """{name: value} of a partner's attributes on an element of the standard."""
    own = {}
    for name, value in element.attrib.items():
        namespace, local = _split(str(name))
        if namespace != XSI:
            own[joined(namespace, local) if namespace else local] = str(value)
    return own


def foreign_value(element: etree._Element) -> Any:
    """A partner's element: its text, or its members when it has children or attributes.

    Of words between children the order is lost, not the words.
    """
    made: dict[str, Any] = {}
    for name, value in element.attrib.items():
        namespace, local = _split(str(name))
        if namespace != XSI:
            made["@" + (joined(namespace, local) if namespace else local)] = str(value)
    for child in element:
        namespace, local = split(child)
        add(made, joined(namespace, local) if namespace else local, foreign_value(child))
    if not made:
        return element.text or ""
    if words := " ".join(filter(None, [text(element), *((child.tail or "").strip() for child in element)])):
        made["#text"] = words
    return made


def _entry(element: etree._Element, kind: str) -> dict[str, str]:
    entry = {str(name): str(value) for name, value in element.attrib.items() if not str(name).startswith("{")}
    return {**entry, kind: text(element)}


def _attributes(element: etree._Element, fields: Any) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in element.attrib.items():
        key, content = str(name), str(value)
        if key.startswith("{"):
            namespace, local = _split(key)
            if namespace != XSI:
                made[joined(namespace, local)] = content
            continue
        kind = fields[key][0] if key in fields else ""
        content = content if kind == "text" else content.strip()
        made[key] = (
            number(content) if kind == "number" else _TRUTH.get(content, content) if kind == "boolean" else content
        )
    for child in element:
        namespace, local = split(child)
        add(made, joined(namespace, local) if namespace else local, foreign_value(child))
    return made


_TRUTH: dict[str, Any] = {"true": True, "1": True, "false": False, "0": False}


def _counted(raw: dict[str, Any]) -> dict[str, Any]:
    """A QuantityEvent as the ObjectEvent that takes its place.

    Source: EPCIS 1.2, 7.4.4 (deprecated since 1.1).
    """
    element = {"epcClass": raw.pop("epcClass", "")}
    if "quantity" in raw:
        counted = raw.pop("quantity")
        element["quantity"] = decimal(counted) if isinstance(counted, str) else counted
    return {**raw, "type": "ObjectEvent", "action": "OBSERVE", "quantityList": [element]}


def _plain(_: Shape, element: etree._Element, __: str) -> str:
    return text(element)


_SHAPES: dict[str, Callable[[Shape, etree._Element, str], Any]] = {
    **dict.fromkeys(
        (
            "eventTime", "recordTime", "eventTimeZoneOffset", "eventID", "certificationInfo", "action", "bizStep",
            "disposition", "parentID", "transformationID",
        ),
        _plain,
    ),
    **dict.fromkeys(("epcList", "childEPCs", "inputEPCList", "outputEPCList"), Shape._list),  # noqa: SLF001
    **dict.fromkeys(
        ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList"),
        Shape._quantities,  # noqa: SLF001 - the table of one class's own shapers
    ),
    **dict.fromkeys(("readPoint", "bizLocation"), Shape._point),  # noqa: SLF001
    **dict.fromkeys(("bizTransactionList", "sourceList", "destinationList"), Shape._typed),  # noqa: SLF001
    "persistentDisposition": Shape._dispositions,  # noqa: SLF001
    "sensorElementList": Shape._sensors,  # noqa: SLF001
    "ilmd": Shape._ilmd,  # noqa: SLF001
    "errorDeclaration": Shape._declaration,  # noqa: SLF001
}  # fmt: skip
