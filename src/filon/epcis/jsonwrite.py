"""EPCIS 2.0 in JSON-LD, out: what was read comes back with the same meaning, names behind prefixes.

The same events always give the same bytes. Identifiers are written as held, Digital Links by default; `formats` turns
events to URNs first where a partner asks for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson

from filon.core import ident
from filon.epcis.body import Halves, members
from filon.epcis.context import ADDRESS, STANDARD, compacted, prefixes_for
from filon.epcis.document import Heading, Vocabulary
from filon.epcis.event import Event
from filon.epcis.moments import written
from filon.epcis.number import plain

_HEADING = Heading()
_SETS = frozenset({"epcList", "inputEPCList", "outputEPCList"})
_OWN = frozenset({"ilmd", "extensions", "readPoint", "bizLocation", "sensorElementList", "errorDeclaration"})


def write(
    events: Iterable[Event],
    *,
    master: Sequence[Vocabulary] = (),
    heading: Heading = _HEADING,
    created: datetime | None = None,
    pretty: bool = False,
) -> bytes:
    """A document of events, or a query document when the heading says so.

    Args:
        master: master data; those of the heading when empty. A query document carries them as its result.
        heading: sender, receiver, partners' members ..; `creationDate` as in it.
        created: moment of writing when the heading has none; else the latest event's time stands there.
        pretty: indented, for people.

    Returns:
        UTF-8; `jsonld.parse` gives the same events back (their `place` aside).
    """
    kept = tuple(events)
    date = heading.creationDate or created_at(kept, created)
    return write_bodies([members(event) for event in kept], date, master=master, heading=heading, pretty=pretty)


def write_bodies(
    bodies: Sequence[dict[str, Any] | Halves],
    created: str,
    *,
    master: Sequence[Vocabulary] = (),
    heading: Heading = _HEADING,
    pretty: bool = False,
) -> bytes:
    """`write` for events of which only the canonical members are at hand; they are changed on the way.

    Args:
        bodies: members, or the halves of what is written as it is stored.
        created: `creationDate` of the document.
    """
    vocabularies = tuple(master) or heading.master
    spaces = _spaces([each if isinstance(each, dict) else each.own_parts for each in bodies], vocabularies, heading)
    document: dict[str, Any] = {"@context": context(spaces), "type": heading.type}
    if heading.type not in {"EPCISDocument", "EPCISQueryDocument"}:
        document["type"] = "EPCISDocument"
    document |= {"schemaVersion": "2.0", "creationDate": created}
    query = heading.type == "EPCISQueryDocument"
    for name in ("id", "instanceIdentifier", "sender", "receiver"):
        if (value := getattr(heading, name)) is not None:  # results have no such members but these
            document[name if name == "id" or not query else f"epcis:{name}"] = value
    inside = {path: _own(members, spaces) for path, members in heading.inside.items()}
    if query:  # nor a header
        document |= inside.get("/epcisHeader", {}) | inside.get("/epcisHeader/epcisMasterData", {})
    document |= _own(heading.extensions, spaces)
    lists = {"vocabularyList": [_described(v, spaces) for v in vocabularies]} if vocabularies else {}
    listed = [_member(each, spaces) if isinstance(each, dict) else _joined(each, spaces) for each in bodies]
    found: dict[str, Any] = {"eventList": listed}
    if query:
        found |= lists | inside.get("/epcisBody/queryResults/resultsBody", {})
        named = {"queryName": "SimpleEventQuery", **heading.query}
        found = {"queryResults": named | inside.get("/epcisBody/queryResults", {}) | {"resultsBody": found}}
    elif data := lists | inside.get("/epcisHeader/epcisMasterData", {}):
        document["epcisHeader"] = {"epcisMasterData": data} | inside.get("/epcisHeader", {})
    elif "/epcisHeader" in inside:
        document["epcisHeader"] = inside["/epcisHeader"]
    document["epcisBody"] = found | inside.get("/epcisBody", {})
    return orjson.dumps(document, default=_value, option=orjson.OPT_INDENT_2 if pretty else None)


def write_event(event: Event, *, pretty: bool = False) -> bytes:
    """One bare event with its own @context."""
    body = members(event)
    spaces = _spaces((body,), (), _HEADING)
    document = {"@context": context(spaces), **_member(body, spaces)}
    return orjson.dumps(document, default=_value, option=orjson.OPT_INDENT_2 if pretty else None)


def context(spaces: Mapping[str, str]) -> list[Any]:
    """The @context for {namespace: prefix}: the standard's address and what it does not give."""
    own = {prefix: space for space, prefix in spaces.items() if STANDARD.get(prefix) != space}
    return [ADDRESS, own] if own else [ADDRESS]


def _member(body: dict[str, Any], spaces: Mapping[str, str]) -> dict[str, Any]:
    """One event as it stands in a list, with {namespace: prefix}."""
    extensions = body.pop("extensions", None)
    for name in _SETS & body.keys():
        if len(body[name]) > len(set(body[name])):
            body[name] = _different(body[name])
    for name in _OWN & body.keys():
        if not _is_id(body[name]):
            body[name] = _compact(body[name], spaces)
    return body if extensions is None else body | _own(extensions, spaces)


def _joined(halves: Halves, spaces: Mapping[str, str]) -> orjson.Fragment:
    """One event as it stands in a list, of its halves and what stands between them."""
    own = _own(halves.own, spaces)
    if halves.ilmd:
        own["ilmd"] = _compact(halves.ilmd, spaces)
    between = f",{orjson.dumps(own)[1:-1].decode()}" if own else ""
    return orjson.Fragment(f"{halves.before}{between}{halves.after}")


def _different(names: Sequence[str]) -> list[str]:
    """A list in which the schema wants each text once, and the event hash counts a thing as often as it was named.

    A Digital Link is named again with an empty query, which is no part of the name; any other name stands once.
    """
    again: dict[str, None] = {}
    for name in names:
        spelled = name
        while spelled in again:
            spelled += "&" if "?" in spelled else "?"
        if ident.canonical(spelled) == ident.canonical(name):
            again[spelled] = None
    return list(again)


def _is_id(value: Any) -> bool:
    """Whether it is a place by its identifier alone, as nearly all are."""
    return len(value) == 1 and "id" in value and type(value["id"]) is str


def names(event: Event) -> Iterator[str]:
    """Every name of a partner's own in an event, at any depth."""
    for part in (event.extensions, event.ilmd, event.readPointExtensions, event.bizLocationExtensions):
        if part:
            yield from _names(part)
    for element in event.sensorElementList:
        yield from _names(element)
    if event.errorDeclaration is not None:
        yield from _names(event.errorDeclaration.extensions)


def _names(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield name
            yield from _names(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _names(item)


def _spaces(bodies: Sequence[Mapping[str, Any]], master: Sequence[Vocabulary], heading: Heading) -> dict[str, str]:
    used: set[str] = set()
    for body in bodies:
        for part in _OWN & body.keys():
            if not _is_id(body[part]):
                _collect(body[part], used)
    used.update(_names(heading.extensions))
    used.update(name for members in heading.inside.values() for name in _names(members))
    for each in master:
        used.update(_names(each.extensions))
        for element in each.elements:
            used.update(_names(element.extensions))
            used.update(_names(tuple(element.attributes.values())))
    return {space: prefix for prefix, space in prefixes_for(used).items()}


def created_at(events: Sequence[Event], created: datetime | None) -> str:
    """When a document was made: as told, else the time of its latest event, so that writing needs no clock."""
    if created is not None:
        return written(created)
    return written(max(event.eventTime for event in events)) if events else "1970-01-01T00:00:00Z"


def _own(extensions: Mapping[str, Any], spaces: Mapping[str, str]) -> dict[str, Any]:
    return {compacted(name, spaces): _compact(value, spaces) for name, value in extensions.items()}


def _collect(value: Any, used: set[str]) -> None:
    """Put every name in a value among those used; `_names` for pages of a thousand events."""
    if isinstance(value, Mapping):
        used.update(value)
        value = value.values()
    for item in value:
        if type(item) is not str and isinstance(item, _NESTED):
            _collect(item, used)


_NESTED = (dict, list, tuple, Mapping)


def _compact(value: Any, spaces: Mapping[str, str]) -> Any:
    kind = type(value)
    if kind is str:
        return value
    if kind is dict or isinstance(value, Mapping):
        return {
            compacted(name, spaces): item if type(item) is str else _compact(item, spaces)
            for name, item in value.items()
        }
    if kind is list or kind is tuple:
        return [item if type(item) is str else _compact(item, spaces) for item in value]
    return value


def _described(vocabulary: Vocabulary, spaces: Mapping[str, str]) -> dict[str, Any]:
    elements = []
    for element in vocabulary.elements:
        described: dict[str, Any] = {"id": element.id}
        if element.attributes:
            described["attributes"] = [
                {"id": _full(name), "attribute": _compact(value, spaces)}
                for name, values in element.attributes.items()
                for value in (values if isinstance(values, list) else [values])
            ]
        if element.children:
            described["children"] = element.children
        elements.append(described | _own(element.extensions, spaces))
    return {"type": vocabulary.type, "vocabularyElementList": elements} | _own(vocabulary.extensions, spaces)


def _full(name: str) -> str:
    """An attribute's name as a URI: a border in braces is not part of it."""
    return name[1:].replace("}", "", 1) if name.startswith("{") else name


def _value(value: Any) -> Any:
    if isinstance(value, Decimal):
        return orjson.Fragment(plain(value))
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(type(value).__name__)
