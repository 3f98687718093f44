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
_SENT = ("instanceIdentifier", "sender", "receiver")
"""Members of a document that results have not; XML's have a header, so we write them `epcis:sender` .. there."""
_VERSION = re.compile(r"\d+(?:\.\d+)*", re.ASCII)
_RESULTS = "/epcisBody/queryResults"
_FOUND = f"{_RESULTS}/resultsBody"
_ALLOWED = {_RESULTS: {"queryName", "subscriptionID"}, _FOUND: {"vocabularyList"}}
_MASTER = "/epcisHeader/epcisMasterData/vocabularyList"

Members = dict[str, Any]


def heading_of(around: Members, inside: dict[str, Members], lists: list[str], reading: Values) -> Heading:
    """The heading of a document.

    Args:
        around: {member name: its value}, the body left out.
        inside: {path in the body: {member name: its value}}, the events left out.
        lists: pointers of the event lists that were read.

    Findings:
        EPC-001 to EPC-005, EPC-081: members missing or not as they should be.
        EPC-209, EPC-212 to EPC-215, EPC-218: context, type, body, foreign members, header, master data.
    """
    if "@context" not in around:
        reading.note("EPC-209", "", expected="@context")
    kind = _kind(around.get("type"), reading)
    if kind == "EPCISQueryDocument":
        around = _of_results(around, reading)
    _versioned(around, kind, reading)
    results = inside.get(_RESULTS, {})
    _bodied(inside, lists, kind, reading)
    own = {path: found for path, members in inside.items() if (found := _own(members, path, reading))}
    own |= _headed(around.get("epcisHeader", {}), reading)
    texts = {name: _text(around, name, code, reading) for name, code in _TEXTS.items()}
    return Heading(
        type=kind,
        schemaVersion=str(around.get("schemaVersion", "")),
        creationDate=_created(around, kind, reading),
        query={name: value for name in ("queryName", "subscriptionID") if isinstance(value := results.get(name), str)},
        extensions=_own(around, "", reading),
        inside=own,
        master=_master(around.get("epcisHeader", {}), inside.get(_FOUND, {}), reading),
        **texts,
    )


def _of_results(around: Members, reading: Values) -> Members:
    """The members of a document of results: none of a header, and what was sent with it under its full name."""
    if "epcisHeader" in around:
        reading.note("EPC-215", "/epcisHeader")
    for name in _SENT:
        if name in around:
            reading.note("EPC-214", f"/{name}", name, name=name)
    return {name.removeprefix("epcis:") if name[6:] in _SENT else name: value for name, value in around.items()}


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
    except ValueError:
        if (time := reading.rarer_time(value, "creationDate")) is not None:
            return moments.written(time)
        reading.note(
            "EPC-002", "/creationDate" if "creationDate" in around else "", value, expected="2026-11-03T14:00:00Z"
        )
        return None
    return str(value)


def _bodied(inside: dict[str, Members], lists: list[str], kind: str, reading: Values) -> None:
    expected = f"{_FOUND}/eventList" if kind == "EPCISQueryDocument" else "/epcisBody/eventList"
    if lists != [expected]:
        reading.note("EPC-213", "", " ".join(lists), expected=expected)
    results = inside.get(_RESULTS, {})
    if kind == "EPCISQueryDocument" and "queryName" not in results:
        reading.note("EPC-223", _RESULTS, expected="queryName")
    for name in ("queryName", "subscriptionID"):
        if not isinstance(results.get(name, ""), str):
            reading.note("EPC-223", f"{_RESULTS}/{name}", results[name], expected=name)
    for path, members in inside.items():
        for name in members.keys() - _ALLOWED.get(path, set()) - {"eventList"}:
            if ":" not in name:
                code = "EPC-234" if path == "/epcisBody" and kind == "EPCISDocument" else "EPC-214"
                reading.note(code, f"{path}/{escaped(name)}", name, name=name)


def _own(members: Members, path: str, reading: Values) -> Members:
    """The members there that are the partner's own; at the document one without a namespace is an error."""
    own: Members = {}
    for name, value in members.items():
        foreign = (path or name not in _MEMBERS) and reading.foreign_member(
            own, name, value, path, lenient=path == "/epcisBody"
        )
        if not foreign and not path and name not in _MEMBERS:
            reading.note("EPC-214", f"/{escaped(name)}", name, name=name)
    return own


def _headed(header: Any, reading: Values) -> dict[str, Members]:
    """The partner's own members of the header and of its master data, by path."""
    own: Members = {}
    for name, value in header.items() if isinstance(header, dict) else ():
        if name != "epcisMasterData" and not reading.foreign_member(own, name, value, "/epcisHeader"):
            reading.note("EPC-214", f"/epcisHeader/{escaped(name)}", name, name=name)
    data = header.get("epcisMasterData") if isinstance(header, dict) else None
    where = "/epcisHeader/epcisMasterData"
    more = reading.members(data, where, without=("vocabularyList",), code="EPC-125") if isinstance(data, dict) else {}
    return {path: members for path, members in (("/epcisHeader", own), (where, more)) if members}


def _master(header: Any, results: Members, reading: Values) -> tuple[Vocabulary, ...]:
    """Master data of the header, and those that a query for them found."""
    found = master_of(results.get("vocabularyList", []), f"{_FOUND}/vocabularyList", reading)
    data = header.get("epcisMasterData") if isinstance(header, dict) else None
    lists = data.get("vocabularyList") if isinstance(data, dict) else None
    if isinstance(header, dict) and ("epcisMasterData" not in header or data == {}):
        return found
    return master_of(lists, _MASTER, reading) + found


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
    more = reading.members(item, pointer, without=("type", "vocabularyElementList"), code="EPC-125")
    return Vocabulary(full, tuple(element for element in read if element is not None), more)


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
    more = reading.members(item, pointer, without=("id", "attributes", "children"), code="EPC-125")
    return MasterElement(identifiers[0], attributes, tuple(identifiers[1:]), more)


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
        told = item.get("attribute", "") if isinstance(item, dict) else None
        if not isinstance(name, str) or told is None or isinstance(told, bool | list):
            reading.note("EPC-218", f"{pointer}/{index}", item, expected='{"id": .., "attribute": ..}')
            continue
        if not ident.is_uri(name):  # XML takes any text for one
            reading.note("EPC-122" if reading.urns else "EPC-218", f"{pointer}/{index}/id", name, expected="a URI")
        value = reading.foreign(told, f"{pointer}/{index}/attribute")
        full = reading.terms.member(name)
        read[full] = [*(read[full] if isinstance(read[full], list) else [read[full]]), value] if full in read else value
    return read
