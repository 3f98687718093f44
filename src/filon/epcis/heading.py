"""What stands around the events: the document's members and its master data, from their JSON shape."""

from __future__ import annotations

import re
from typing import Any, Literal

from filon.core import ident
from filon.epcis import moments
from filon.epcis.document import Heading, MasterElement, Vocabulary
from filon.epcis.values import Values, escaped, examined

_MEMBERS = frozenset(
    {
        "@context", "id", "type", "schemaVersion", "creationDate", "instanceIdentifier", "sender", "receiver",
        "epcisHeader", "epcisBody",
    }
)  # fmt: skip
_VERSION = re.compile(r"\d+(?:\.\d+)*", re.ASCII)
_RESULTS = "epcisBody/queryResults"


def heading_of(around: dict[str, Any], lists: list[str], reading: Values) -> Heading:
    """The heading of a document.

    Args:
        around: {member name, or path of a member of the body: its value}, the events left out.
        lists: pointers of the event lists that were read.

    Findings:
        EPC-001 to EPC-005, EPC-081: members missing or not as they should be.
        EPC-209, EPC-212 to EPC-215, EPC-218: context, type, body, foreign members, header, master data.
    """
    if "@context" not in around:
        reading.note("EPC-209", "", expected="@context")
    kind = _kind(around.get("type"), reading)
    _versioned(around, kind, reading)
    _bodied(around, lists, kind, reading)
    extensions = {}
    for key, value in around.items():
        if "/" not in key and key not in _MEMBERS:
            if ":" in key:
                extensions[reading.terms.member(key)] = reading.foreign(value, f"/{escaped(key)}")
            else:
                reading.note("EPC-214", f"/{escaped(key)}", key, name=key)
    texts = {name: _text(around, name, code, reading) for name, code in _TEXTS.items()}
    return Heading(
        type=kind,
        schemaVersion=str(around.get("schemaVersion", "")),
        creationDate=_created(around, kind, reading),
        query={
            name: value
            for name in ("queryName", "subscriptionID")
            if isinstance(value := around.get(f"{_RESULTS}/{name}"), str)
        },
        extensions=extensions,
        master=_master(around.get("epcisHeader"), kind, reading),
        **texts,
    )


_TEXTS = {"id": "EPC-100", "instanceIdentifier": "EPC-003", "sender": "EPC-004", "receiver": "EPC-005"}


def _text(around: dict[str, Any], name: str, code: str, reading: Values) -> str | None:
    value = around.get(name)
    if isinstance(value, str) and name == "id" and not ident.is_uri(reading.terms.value(value)):
        reading.note(code, f"/{name}", value, expected="a URI")
        return value
    if isinstance(value, str) or name not in around:
        return value
    reading.note(code, f"/{name}", value, expected="a text")
    return None


def _kind(value: Any, reading: Values) -> Literal["EPCISDocument", "EPCISQueryDocument"]:
    if value not in {"EPCISDocument", "EPCISQueryDocument"} if isinstance(value, str) else True:
        reading.note(
            "EPC-212", "/type" if value is not None else "", value, expected="EPCISDocument | EPCISQueryDocument"
        )
    return "EPCISQueryDocument" if value == "EPCISQueryDocument" else "EPCISDocument"


def _versioned(around: dict[str, Any], kind: str, reading: Values) -> None:
    version = around.get("schemaVersion")
    if isinstance(version, str) and _VERSION.fullmatch(version):
        if not version.startswith("2."):
            reading.note("EPC-224", "/schemaVersion", version, expected="2.0")
        return
    if kind == "EPCISQueryDocument" and "schemaVersion" not in around:
        return
    pointer = "/schemaVersion" if "schemaVersion" in around else ""
    reading.note("EPC-001", pointer, version, expected='"2.0"')


def _created(around: dict[str, Any], kind: str, reading: Values) -> str | None:
    value = around.get("creationDate")
    if value is None and kind == "EPCISQueryDocument" and "creationDate" not in around:
        return None
    try:
        moments.moment(value if isinstance(value, str) else "")
    except (TypeError, ValueError):
        reading.note(
            "EPC-002", "/creationDate" if "creationDate" in around else "", value, expected="2026-11-03T14:00:00Z"
        )
        return None
    return str(value)


def _bodied(around: dict[str, Any], lists: list[str], kind: str, reading: Values) -> None:
    expected = f"/{_RESULTS}/resultsBody/eventList" if kind == "EPCISQueryDocument" else "/epcisBody/eventList"
    if lists != [expected]:
        reading.note("EPC-213", "", " ".join(lists), expected=expected)
    if kind == "EPCISQueryDocument" and "queryResults/queryName" not in str(list(around)):
        reading.note("EPC-223", f"/{_RESULTS}", expected="queryName")
    elif not isinstance(around.get(f"{_RESULTS}/queryName", ""), str):
        reading.note("EPC-223", f"/{_RESULTS}/queryName", around[f"{_RESULTS}/queryName"], expected="queryName")
    allowed = {f"{_RESULTS}/queryName", f"{_RESULTS}/subscriptionID"}
    for key in around:
        if "/" in key and key not in allowed and ":" not in key and not key.endswith("eventList"):
            code = "EPC-214" if key.count("/") > 1 or kind == "EPCISQueryDocument" else "EPC-234"
            reading.note(code, f"/{key}", key, name=key)


def _master(header: Any, kind: str, reading: Values) -> tuple[Vocabulary, ...]:
    if header is None:
        return ()
    if kind == "EPCISQueryDocument":
        reading.note("EPC-215", "/epcisHeader")
    for name in header if isinstance(header, dict) else ():
        if ":" not in name and name != "epcisMasterData":
            reading.note("EPC-214", f"/epcisHeader/{escaped(name)}", name, name=name)
    pointer = "/epcisHeader/epcisMasterData/vocabularyList"
    data = _data(header)
    lists = data.get("vocabularyList") if isinstance(data, dict) else None
    if lists is None and isinstance(header, dict) and not data:
        return ()
    return master_of(lists, pointer, reading)


def _data(header: Any) -> Any:
    return header.get("epcisMasterData") if isinstance(header, dict) else None


def master_of(lists: Any, pointer: str, reading: Values) -> tuple[Vocabulary, ...]:
    """Master data from their JSON shape, a list of vocabularies.

    Findings:
        EPC-218: not as it should be; EPC-100, EPC-108, EPC-115: the identifiers in them.
    """
    if not isinstance(lists, list):
        reading.note("EPC-218", pointer, lists, expected="[..]")
        return ()
    return tuple(_vocabulary(item, f"{pointer}/{index}", reading) for index, item in enumerate(lists))


def _vocabulary(item: Any, pointer: str, reading: Values) -> Vocabulary:
    kind = item.get("type") if isinstance(item, dict) else None
    elements = item.get("vocabularyElementList", []) if isinstance(item, dict) else None
    if not isinstance(kind, str) or not isinstance(elements, list):
        reading.note("EPC-218", pointer, item, expected='{"type": .., "vocabularyElementList": [..]}')
        return Vocabulary(kind if isinstance(kind, str) else "")
    full = reading.terms.value(kind)
    if not ident.is_uri(full):
        reading.note("EPC-218", f"{pointer}/type", kind, expected="a URI")
    read = [_element(each, f"{pointer}/vocabularyElementList/{at}", reading) for at, each in enumerate(elements)]
    return Vocabulary(full, tuple(element for element in read if element is not None))


def _element(item: Any, pointer: str, reading: Values) -> MasterElement | None:
    named = item.get("id") if isinstance(item, dict) else None
    if not isinstance(named, str):
        reading.note("EPC-218", pointer, item, expected='{"id": ..}')
        return None
    children = item.get("children", [])
    if not isinstance(children, list) or not all(isinstance(child, str) for child in children):
        reading.note("EPC-218", f"{pointer}/children", children, expected="[..]")
        children = []
    identifiers = [_identified(named, f"{pointer}/id", reading)]
    identifiers += [_identified(child, f"{pointer}/children/{at}", reading) for at, child in enumerate(children)]
    attributes = _attributes(item.get("attributes", []), f"{pointer}/attributes", reading)
    return MasterElement(identifiers[0], attributes, tuple(identifiers[1:]))


def _identified(text: str, pointer: str, reading: Values) -> str:
    canonical, problem = examined(reading.terms.value(text))
    if problem:
        expected = ident.expected_digits(canonical) or ("a URI" if problem == "EPC-100" else "")
        reading.note(problem, pointer, text, expected=expected)
    return canonical


def _attributes(items: Any, pointer: str, reading: Values) -> dict[str, Any]:
    if not isinstance(items, list):
        reading.note("EPC-218", pointer, items, expected="[..]")
        return {}
    read: dict[str, Any] = {}
    for index, item in enumerate(items):
        name = item.get("id") if isinstance(item, dict) else None
        if not isinstance(name, str) or item.get("attribute") is None or isinstance(item["attribute"], bool):
            reading.note("EPC-218", f"{pointer}/{index}", item, expected='{"id": .., "attribute": ..}')
            continue
        if not ident.is_uri(name):
            reading.note("EPC-218", f"{pointer}/{index}/id", name, expected="a URI")
        value = reading.foreign(item["attribute"], f"{pointer}/{index}/attribute")
        full = reading.terms.member(name)
        read[full] = [*(read[full] if isinstance(read[full], list) else [read[full]]), value] if full in read else value
    return read
