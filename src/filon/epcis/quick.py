"""A document whose events are mostly plain, read quickly: from a partner's bytes to stored forms, no `Event` between.

The list of events is cut out and what stands around it read by the ordinary walk; then each event by `Plainly.event`
or, where it is not plain, by the whole reading. The findings are those of `jsonld.stream`, with the same places in the
same order; only, plain events come as `Plain`.

    for item in stream(data, "oct.jsonld"): ...
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from filon.core.finding import Finding
from filon.epcis import jsonld
from filon.epcis.cursor import Cursor
from filon.epcis.document import Limits
from filon.epcis.jsonld import Item
from filon.epcis.plain import Plain, plainly

_DEFAULT = Limits()
_LIST = re.compile(rb'"eventList"[ \t\r\n]*:[ \t\r\n]*\[')
_TRIES = 16
"""How many closing brackets from the end may be tried as that of the list; what stands behind it is short."""


class Parted(NamedTuple):
    """A document and its events apart.

    Args:
        around: the document with its list of events emptied.
        events: each as written.
    """

    around: bytes
    events: Sequence[msgspec.Raw]


def stream(
    data: bytes, name: str = "", limits: Limits = _DEFAULT, parts: Parted | None = None
) -> Iterator[Item | Plain]:
    """The parts of a JSON document in its order; the heading comes once, after the events.

    Args:
        parts: what `parted` gives of these bytes, if somebody has it already.

    Findings:
        as `jsonld.stream`.
    """
    parts = (parts or parted(data)) if len(data) <= limits.size else None
    walk = None if parts is None else _around(parts, name, limits)
    return jsonld.stream(data, name, limits) if walk is None else walk.all()


def _is_text(data: bytes) -> bool:
    """Whether it is UTF-8 throughout: events are cut out before anybody looks at their texts."""
    if data.isascii():
        return True
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def parted(data: bytes) -> Parted | None:
    """A document parted from its events; None if there is not exactly one list of them.

    The list and what stands around it are each whole JSON, and there only this list bears the name, so no other reading
    of them is possible.
    """
    found = _LIST.search(data)
    if found is None or not _is_text(data):
        return None
    start, end = found.end(), len(data)
    for _ in range(_TRIES):
        end = data.rfind(b"]", start, end)
        if end < 0:
            break
        around = data[:start] + data[end:]
        try:
            msgspec.json.decode(around)
            events = _EVENTS.decode(memoryview(data)[start - 1 : end + 1])
            return Parted(around, events) if around.count(b'eventList"') == 1 else None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue  # a bracket that closes something else
    return None


_EVENTS = msgspec.json.Decoder(list[msgspec.Raw])


def _around(parts: Parted, name: str, limits: Limits) -> _Walk | None:
    """The walk over the document; None if the list that was cut out is not where events stand."""
    text, marked = jsonld.decoded(parts.around, name, limits)
    if text is None:
        return None
    probe = jsonld.Walk(text, name, limits)
    found = {item.code for item in probe.all() if isinstance(item, Finding)}
    if len(probe.lists) != 1 or found & {"EPC-202", "EPC-205", "EPC-222"}:
        return None
    return _Walk(text, name, limits, parts, marked)


class _Walk(jsonld.Walk):
    """One pass over a document whose events were cut out."""

    def __init__(self, text: str, name: str, limits: Limits, parts: Parted, marked: Finding | None) -> None:
        super().__init__(text, name, limits)
        self.events = parts.events
        self.marked = marked

    def all(self) -> Iterator[Item | Plain]:  # type: ignore[override]
        if self.marked is not None:
            yield self.marked
        yield from super().all()

    def _events(self, path: str, *, bare: bool) -> Iterator[Item | Plain]:  # type: ignore[override]
        yield from super()._events(path, bare=bare)  # nothing: it was emptied; the cursor steps over it
        outer = self.cursor
        quick = plainly(self.reading.terms, self.limits)
        for position, raw in enumerate(self.events):
            text, place = bytes(raw), f"{path}/{position}"
            told = quick.event(text, place) if quick else None
            if told is not None:
                if told.scoped:
                    self.reading.last = None  # the whole reading would have seen another context since
                yield told
                continue
            self.cursor = Cursor(text.decode())
            event = self._event(self.cursor.value(), place)
            self.cursor = outer
            if event is not None:
                yield event
            if self.reading.findings:
                yield from self._told()
