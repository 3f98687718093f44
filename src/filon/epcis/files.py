"""A partner's file, whatever its form: the bytes say whether it is XML or JSON."""

from __future__ import annotations

from collections.abc import Iterator

from filon.epcis import jsonld, xml
from filon.epcis.document import Document, Limits
from filon.epcis.jsonld import Item, collected

_DEFAULT = Limits()
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def read(data: bytes, media_type: str | None = None, name: str = "", limits: Limits = _DEFAULT) -> Document:
    """The document in the bytes, with every finding.

    Args:
        media_type: as declared; believed only when the bytes do not show it, for senders declare much.
        name: file name for the findings.
    """
    return collected(stream(data, media_type, name, limits), name)


def stream(data: bytes, media_type: str | None = None, name: str = "", limits: Limits = _DEFAULT) -> Iterator[Item]:
    """The parts of the document one by one: events, findings, and its heading once."""
    return xml.stream(data, name, limits) if is_xml(data, media_type) else jsonld.stream(data, name, limits)


def is_xml(data: bytes, media_type: str | None = None) -> bool:
    """Whether the bytes are to be read as XML."""
    start = data[:256].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:1] in {b"{", b"["}:
        return False
    return start.startswith((b"<", *_UTF16)) or (not start and "xml" in (media_type or ""))
