"""What a deposit is: which format its bytes have, and the document of events that they say.

A pure function of the bytes (and the versioned tables), so that what was logged can be read again years later.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from filon.core.finding import Level
from filon.epcis import jsonld
from filon.epcis.document import Document
from filon.exchange import activity, catena_x, custody, points, workbook
from filon.exchange.pact import evidence

ACTIVITY = "application/vnd.filon.activity-sheet"
"""An activity sheet, CSV or xlsx: it says what was used, and moves no matter."""
FOOTPRINT = "application/vnd.filon.pact-footprint+json"
"""Product footprints as PACT partners send them: what a supplier declares of each unit."""
CATENA_X = "application/vnd.filon.catena-x-pcf+json"
"""A footprint as Catena-X partners send it."""
CUSTODY = "application/vnd.filon.custody-sheet"
"""A custody sheet, CSV or xlsx: certificates, claims, statements; it moves no matter."""
POINTS = "application/vnd.filon.point-sheet"
"""A sheet of passport data, CSV or xlsx: it says data points, and moves no matter."""
STATEMENTS = "application/vnd.filon.points+json"
"""Statements and deeds of passports, as programs send them."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHEETS = {ACTIVITY: activity, CUSTODY: custody, POINTS: points}
MEDIA_TYPES = {
    "xlsx": XLSX,
    "csv": "text/csv",
    "zip": "application/zip",
    "json": "application/ld+json",
    "jsonld": "application/ld+json",
    "xml": "application/xml",
}


def media_type(data: bytes, name: str) -> str:
    """The media type of a deposit: by its first bytes, then by its name."""
    if own := _own(data, name):
        return own
    suffix = name.rpartition(".")[2].lower()
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if data.startswith(b"PK") or suffix in {"xlsx", "zip", "xlsm", "xls", "ods"}:
        return MEDIA_TYPES["zip" if suffix == "zip" else "xlsx"]
    if suffix in {"csv", "tsv", "txt"}:
        return MEDIA_TYPES["csv"]
    if head.startswith(b"<"):
        return MEDIA_TYPES["xml"]
    if head.startswith((b"{", b"[")) or suffix in {"json", "jsonld"}:
        return MEDIA_TYPES["json"]
    return MEDIA_TYPES.get(suffix, MEDIA_TYPES["csv"] if suffix == "" and b"," in head else MEDIA_TYPES["json"])


def _own(data: bytes, name: str) -> str:
    """The kind of a deposit that says what was used or declared; empty for one that moves matter."""
    if sheet := next((kind for kind, one in SHEETS.items() if one.is_sheet(data, name)), ""):
        return sheet
    if points.is_json(data):
        return STATEMENTS
    if b'"partialFullPcf"' in data[:200_000]:
        return CATENA_X
    return FOOTPRINT if evidence.is_footprint(data) else ""


def is_workbook(kind: str) -> bool:
    """Whether the deposit is the supplier workbook or its CSV twin."""
    return kind in {XLSX, MEDIA_TYPES["csv"], MEDIA_TYPES["zip"]}


def document(data: bytes, name: str, kind: str) -> Document:
    """What the bytes of a logged deposit say."""
    if is_workbook(kind):
        return with_energy(workbook.events(workbook.read(data, name)), activity.inside(data, name))
    return epcis_document(data, name, kind)


def with_energy(told: Document, energy: Document) -> Document:
    """A workbook's events and those of its sheet "5 Energy"."""
    return replace(told, events=(*told.events, *energy.events)) if energy.events else told


def epcis_document(data: bytes, name: str, kind: str) -> Document:
    """What an EPCIS document in JSON or XML says, or a sheet or document that is none."""
    if read := _READERS.get(kind):
        return read(data, name)
    if kind == MEDIA_TYPES["xml"]:
        from filon.epcis import xml  # noqa: PLC0415 - lxml only where somebody sends XML

        return xml.parse(data, name)
    return jsonld.parse(data, name)


_READERS: Mapping[str, Callable[[bytes, str], Document]] = {
    **{kind: one.read for kind, one in SHEETS.items()},
    STATEMENTS: points.read_json,
    FOOTPRINT: evidence.document,
    CATENA_X: partial(evidence.document, change=catena_x.from_pcf),
}
"""What reads the kinds that are no EPCIS document."""


def sound(document: Document) -> Document:
    """The document without the events that an error finding speaks of: what a capture that proceeds has taken.

    Nothing else that is in the log has such findings, so this is what any logged document says.
    """
    wrong = wrong_roots(document)
    if not wrong:
        return document
    return replace(document, events=tuple(event for event in document.events if event.place not in wrong))


def wrong_roots(document: Document) -> frozenset[str]:
    """Places of the events that an error speaks of."""
    wrong = (one.place.pointer for one in document.findings if one.level is Level.ERROR)
    return frozenset(pointer[: match.end()] for pointer in wrong if (match := _EVENT.match(pointer)))


def spoilt(document: Document) -> bool:
    """Whether an error is of the document as a whole, so that none of its events may be taken."""
    return any(one.level is Level.ERROR and not _EVENT.match(one.place.pointer) for one in document.findings)


_EVENT = re.compile(r".*?/(?:eventList/\d+|EventList/(?:extension/)*[^/@]+)(?=/|$)")
"""An event's place at the beginning of a pointer or XPath."""
