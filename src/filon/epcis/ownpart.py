"""Partners' own members of a plain event, and rare members with many rules of their own, from bytes to stored form.

The twin of `part` for what no list of readers can hold: a partner's value may be anything, its names mean what the
document's context says; sensors and declared errors go through the whole reading alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from filon.epcis import body
from filon.epcis.context import Terms
from filon.epcis.cursor import BrokenJsonError, Cursor
from filon.epcis.document import Limits
from filon.epcis.event import FILON
from filon.epcis.key import as_text, counted, same, scalar
from filon.epcis.part import SILENT, WHOLE, OddError, Part, Things, decoded, dumps, kept
from filon.epcis.reading import Reading


def own(terms: Terms, depth: int, name: str, data: bytes) -> Part:
    """A partner's member of the event itself.

    Args:
        depth: how deep its value may be nested.
    """
    full = terms.own_member(name)
    if not full:
        raise OddError
    value, counts = both(decoded(data), terms.member, depth)
    return Part(
        kept(value, data), dumps(counts) if counts else b"", _marked(full, value) if full.startswith(FILON) else ()
    )


def _marked(full: str, value: Any) -> Things:
    member = full.removeprefix(FILON)
    if member in _TOLD_OTHERWISE or (member == "own" and type(value) is not str):
        raise OddError
    return ((member, str(value)),) if value and member in {"own", "activity"} else ()


_TOLD_OTHERWISE = frozenset({"points", "life", "custody"})
"""Members whose marks are made of what stands in them."""


def ilmd(terms: Terms, depth: int, data: bytes) -> Part:
    """What is true of the lots that an event makes."""
    raw = decoded(data)
    if type(raw) is not dict or not raw or not all(map(terms.own_member, raw)):
        raise OddError
    read, counts = both(raw, terms.member, depth + 1)
    things = (("serials", ""),) if read.get(FILON + "serials") else ()
    return Part(kept(read, data), dumps(counts) if counts else b"", things)


def both(value: Any, member: Callable[[str], str], depth: int) -> tuple[Any, Any]:
    """A partner's value with the names in it expanded, and the same as it counts for the event's key."""
    kind = type(value)
    if kind is str:
        return value, scalar(value)
    if kind is float or kind is bool or value is None:
        return value, as_text(value)
    if kind is int:
        if not -WHOLE < value < WHOLE:
            raise OddError
        return value, str(value)
    if depth <= 0 or kind not in {list, dict}:
        raise OddError
    if kind is list:
        pairs = [both(item, member, depth - 1) for item in value]
        counts = [pair[1] or "" for pair in pairs] if len(pairs) > 1 else [pair[1] for pair in pairs]
        return [pair[0] for pair in pairs], counts[0] if len(counts) == 1 else counts
    return _members(value, member, depth)


def _members(value: dict[str, Any], member: Callable[[str], str], depth: int) -> tuple[Any, Any]:
    read, counts = {}, {}
    for key, item in value.items():
        name = member(key)
        if type(item) is str:
            read[name] = item
            text = item if item[:1].isalpha() and not item[-1].isspace() else scalar(item)
        else:
            read[name], text = both(item, member, depth - 1)
        if text:
            counts[name if name[:1] != "{" else same(name)] = text
    return read, counts


def exactly(data: bytes) -> Any:
    """A JSON value as the whole reading decodes it, numbers as Decimal."""
    cursor = Cursor(data.decode())
    try:
        value = cursor.value()
    except BrokenJsonError as error:
        raise OddError from error
    if cursor.values.odd or cursor.suspect:
        raise OddError
    return value


def rare(terms: Terms, limits: Limits, name: str, data: bytes) -> Part:
    """A member that the whole reading reads, alone."""
    reading = Reading("", terms, limits)
    around = {"type": "ObjectEvent", "eventTime": "9999-12-31T00:00:00Z", "eventTimeZoneOffset": "+00:00"}
    event = reading.event({**around, name: exactly(data)}, "")
    if event is None or reading.findings:
        raise OddError
    said = body.members(event).get(name)
    if not said:
        return SILENT
    if name == "errorDeclaration":
        return Part(body.dumped(said), b"", ((name, ""),), event)
    return Part(body.dumped(said), counted(name, said), (), event)
