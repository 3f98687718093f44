"""EPCIS 2.0 in JSON and JSON-LD: documents, query documents, bare events and arrays of events, in.

Nothing is half understood: `parse` gives every event it could read and every finding; whether the deposit is taken
is for the caller, who looks at `Document.refused`. `stream` does the same event by event and keeps none.

    document = parse(b'{"@context": ...}', name="oct.jsonld")
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from filon.core.finding import Finding, Place, found
from filon.epcis import rules
from filon.epcis.context import BUILT_IN, Terms
from filon.epcis.cursor import BrokenJsonError, Cursor, oddities
from filon.epcis.document import Document, Heading, Limits
from filon.epcis.event import Event
from filon.epcis.heading import heading_of
from filon.epcis.reading import Reading
from filon.epcis.telling import Telling, TooManyError

Item = Event | Finding | Heading
_DEFAULT = Limits()


def parse(data: bytes, name: str = "", limits: Limits = _DEFAULT) -> Document:
    """A document read whole.

    Args:
        name: file name for the findings.

    Findings:
        EPC-001 to EPC-122: events and heading, each with its JSON pointer.
        EPC-201 to EPC-219: the document; when it is not JSON there are no events.

    Source: EPCIS 2.0, 9; JSON schema 2.0.1.
    """
    return collected(stream(data, name, limits), name)


def collected(items: Iterator[Item], name: str) -> Document:
    """The document that a stream of its parts makes."""
    heading = Heading()
    events: list[Event] = []
    findings: list[Finding] = []
    for item in items:
        if isinstance(item, Event):
            events.append(item)
        elif isinstance(item, Finding):
            findings.append(item)
        else:
            heading = item
    return Document(heading, tuple(events), tuple(findings), name)


def stream(data: bytes, name: str = "", limits: Limits = _DEFAULT) -> Iterator[Item]:
    """The parts of a document in its order; the heading comes once, after the events.

    After `limits.findings` errors the reading stops with EPC-222; of milder findings so many of a code are told and the
    rest counted (EPC-231). Memory does not grow with the number of events.
    """
    text, finding = decoded(data, name, limits)
    if finding is not None:
        yield finding
    if text is not None:
        yield from Walk(text, name, limits).all()


def decoded(data: bytes, name: str, limits: Limits) -> tuple[str | None, Finding | None]:
    """(text, what is to be said of its encoding); no text when it cannot be read at all."""
    place = Place(file=name)
    if len(data) > limits.size:
        return None, found("EPC-206", place, expected=f"<= {limits.size} B", found=f"{len(data)} B")
    marked = data.startswith(b"\xef\xbb\xbf")
    try:
        text = data[3 if marked else 0 :].decode("utf-8")
    except UnicodeDecodeError as error:
        return None, found("EPC-208", place, expected="UTF-8", found=f"byte {error.start}")
    if not text.strip():
        return None, found("EPC-201", place)
    return text, found("EPC-207", place) if marked else None


class Walk:
    """One pass over one document; `lists` are the pointers of the event lists met so far."""

    def __init__(self, text: str, name: str, limits: Limits) -> None:
        self.cursor = Cursor(text)
        self.name = name
        self.limits = limits
        self.reading = Reading(name, BUILT_IN, limits)
        self.around: dict[str, Any] = {}
        self.inside: dict[str, dict[str, Any]] = {}
        self.lists: list[str] = []
        self.telling = Telling(name, limits)

    def all(self) -> Iterator[Item]:
        """Everything, in the order of the document."""
        try:
            yield from self._answered()
        except TooManyError:
            yield self.telling.stopped()
        yield from self.telling.silent()

    def _answered(self) -> Iterator[Item]:
        try:
            yield from self._document()
            self.cursor.end()
        except BrokenJsonError as error:
            yield from self._told()
            yield found("EPC-202", Place(file=self.name), found=f"{error.message}: {self._where(error.at)}")
        except RecursionError:
            yield from self._told()
            at = self._where(self.cursor.at)
            yield found("EPC-205", Place(file=self.name), expected=f"<= {self.limits.depth}", found=at)

    def _where(self, at: int) -> str:
        line = self.cursor.text.count("\n", 0, at) + 1
        column = at - self.cursor.text.rfind("\n", 0, at)
        return f"line {line} column {column} (char {at})"

    def _told(self) -> Iterator[Finding]:
        findings, self.reading.findings = self.reading.findings, []
        yield from self.telling.told(findings)

    def _document(self) -> Iterator[Item]:
        first = self.cursor.space()
        if first == "[":
            yield from self._events("", bare=True)
            yield Heading(type="events")
            return
        if first != "{":
            self.cursor.value()
            yield found("EPC-212", Place(file=self.name), expected="{..} | [..]", found=first)
            return
        self._look_ahead()
        yield from self._members("")
        yield from self._close()

    def _look_ahead(self) -> None:
        """Find the @context when it stands behind the events: they cannot be understood without it."""
        start = self.cursor.at
        at_once = self.cursor.text.find('"@context"', start, start + 4096)
        body = self.cursor.text.find('"epcisBody"', start)
        if body < 0 or 0 <= at_once < body:
            return
        for key in self.cursor.members():
            value = self.cursor.value()
            if key == "@context":
                self.reading.terms = self.reading.inner_terms(value, "/@context")
                self.around["@context"] = value
        self.reading.findings.clear()  # said again, in its place, by the second pass
        self.cursor.at, self.cursor.values.odd = start, False

    _DOWN = frozenset({"/epcisBody", "/epcisBody/queryResults", "/epcisBody/queryResults/resultsBody"})

    def _members(self, path: str) -> Iterator[Item]:
        seen: set[str] = set()
        for key in self.cursor.members():
            here = f"{path}/{key}"
            if key in seen:
                self.reading.base = ""
                code = "EPC-081" if here in {"/epcisBody", "/epcisHeader"} else "EPC-203"
                self.reading.note(code, here, key, name=key)
            seen.add(key)
            if self.cursor.suspect:
                self._odd({key: None}, path)
            opening = self.cursor.space()
            if here in self._DOWN and opening == "{":
                yield from self._members(here)
            elif key == "eventList" and path in self._DOWN and opening == "[":
                self.lists.append(here)
                yield from self._events(here, bare=False)
            else:
                value = self._decoded(here)
                (self.inside.setdefault(path, {}) if path else self.around)[key] = value
                if here == "/@context":
                    self.reading.base = ""  # events may stand before it
                    self.reading.terms = BUILT_IN
                    self.reading.terms = self.reading.inner_terms(value, here)
            yield from self._told()

    def _decoded(self, pointer: str) -> Any:
        value = self.cursor.value()
        if (self.cursor.values.odd or self.cursor.suspect) and self._odd(value, pointer):
            return None
        return value

    def _odd(self, value: Any, pointer: str) -> bool:
        self.cursor.values.odd = False
        self.reading.base = ""
        before = len(self.reading.findings)
        for code, where, what in oddities(value, pointer):
            self.reading.note(code, where, what, name=what)
        return len(self.reading.findings) > before

    def _events(self, path: str, *, bare: bool) -> Iterator[Item]:
        reading = self.reading
        for position in self.cursor.items():
            pointer = f"{path}/{position}"
            raw = self.cursor.value()
            event = self._event(raw, pointer)
            if event is not None:
                yield event
            if bare and position == 0 and isinstance(raw, dict) and "@context" not in raw:
                reading.base = ""
                reading.note("EPC-225", pointer, expected="@context")
            if reading.findings:
                yield from self._told()

    def _event(self, raw: Any, pointer: str) -> Event | None:
        odd = (self.cursor.values.odd or self.cursor.suspect) and self._odd(raw, pointer)
        event = None if odd else self.reading.event(raw, pointer)
        if event is not None and (problems := rules.check(event, self.name)):
            hollow = isinstance(raw.get("epcList"), list)
            self.reading.findings += [_allowed(one, hollow=hollow) for one in problems]
        return event

    def _close(self) -> Iterator[Item]:
        kind = self.around.get("type")
        self.reading.base = ""
        if kind in ("EPCISDocument", "EPCISQueryDocument") or self.lists or "epcisBody" in self.around:
            yield heading_of(self.around, self.inside, self.lists, self.reading)
        else:
            yield from self._bare_event()
        yield from self._told()

    def _bare_event(self) -> Iterator[Item]:
        if "@context" not in self.around:
            self.reading.note("EPC-209", "", expected="@context")
        raw = {key: value for key, value in self.around.items() if key != "@context"}
        event = self.reading.event(raw, "")
        if event is not None:
            hollow = isinstance(raw.get("epcList"), list)
            self.reading.findings += [_allowed(one, hollow=hollow) for one in rules.check(event, self.name)]
            yield event
        yield Heading(type="event")


def _allowed(finding: Finding, *, hollow: bool) -> Finding:
    """What the text forbids and the JSON schema takes: a unit alone; an event of nothing, if its epcList is there."""
    if finding.code == "EPC-102":
        return replace(finding, code="EPC-129")
    return replace(finding, code="EPC-124") if hollow and finding.code in {"EPC-116", "EPC-118"} else finding


def terms_of(context: Any) -> Terms:
    """The terms of a @context value, as the query interface needs them; what is unknown in it is left out."""
    return BUILT_IN.with_context(context)[0]
