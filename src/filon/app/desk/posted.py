"""A posted document as the log takes it: read once, event by event, each kept only as the record that it becomes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from filon.app.intake import spoilt, wrong_roots
from filon.app.records import event_record, master_records, plain_record
from filon.core.finding import Finding, Level
from filon.epcis import files, quick
from filon.epcis.body import event_from_json
from filon.epcis.document import Document, Heading
from filon.epcis.event import Event
from filon.epcis.plain import Plain
from filon.log.store import Record

TOLD_EVERY = 500
"""Events between two tellings of how far the reading is."""


@dataclass(frozen=True, slots=True)
class Posted:
    """What a posted document says.

    Args:
        records: of its events, in their order.
        places: of the same events in the document.
        about: its heading and findings, without the events.
    """

    about: Document
    records: Sequence[Record]
    places: Sequence[str]

    @property
    def errors(self) -> list[Finding]:
        """The findings for which an event, or all of it, may not be taken."""
        return [one for one in self.about.findings if one.level is Level.ERROR]

    @property
    def milder(self) -> list[Finding]:
        """Warnings and notes."""
        return [one for one in self.about.findings if one.level is not Level.ERROR]

    @property
    def spoilt(self) -> bool:
        """Whether an error is of the document as a whole."""
        return spoilt(self.about)

    @property
    def master(self) -> list[Record]:
        """Records of its master data."""
        return master_records(self.about)

    def sound(self) -> Posted:
        """The document without the events that an error speaks of."""
        wrong = wrong_roots(self.about)
        if not wrong:
            return self
        kept = [pair for pair in zip(self.records, self.places, strict=True) if pair[1] not in wrong]
        return replace(self, records=[record for record, _ in kept], places=[place for _, place in kept])

    def document(self) -> Document:
        """The document with its events, read back from their records."""
        pairs = zip(self.records, self.places, strict=True)
        return replace(self.about, events=tuple(replace(event_from_json(one.body), place=at) for one, at in pairs))


def read(
    body: bytes, media_type: str, name: str, progress: Callable[[int], None], parts: quick.Parted | None = None
) -> Posted:
    """What a document says, plain JSON quickly, all else by the whole reading.

    Args:
        progress: told how many events are read.
        parts: the document parted from its events, if somebody has it already.
    """
    xml = files.is_xml(body, media_type)
    heading, findings = Heading(), list[Finding]()
    records, places = list[Record](), list[str]()
    for item in files.stream(body, media_type, name) if xml else quick.stream(body, name, parts=parts):
        if isinstance(item, Plain):
            records.append(plain_record(item))
        elif isinstance(item, Event):
            records.append(event_record(item))
        elif isinstance(item, Finding):
            findings.append(item)
            continue
        else:
            heading = item
            continue
        places.append(item.place)
        if len(places) % TOLD_EVERY == 0:
            progress(len(places))
    return Posted(Document(heading, (), tuple(findings), name), records, places)
