"""What a deposit is: which format its bytes have, and the document of events that they say.

A pure function of the bytes (and the versioned tables), so that what was logged can be read again years later.
"""

from __future__ import annotations

from filon.epcis import jsonld
from filon.epcis.document import Document
from filon.exchange import workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
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


def is_workbook(kind: str) -> bool:
    """Whether the deposit is the supplier workbook or its CSV twin."""
    return kind in {XLSX, MEDIA_TYPES["csv"], MEDIA_TYPES["zip"]}


def document(data: bytes, name: str, kind: str) -> Document:
    """What the bytes of a logged deposit say."""
    if is_workbook(kind):
        return workbook.events(workbook.read(data, name))
    return epcis_document(data, name, kind)


def epcis_document(data: bytes, name: str, kind: str) -> Document:
    """What an EPCIS document in JSON or XML says."""
    if kind == MEDIA_TYPES["xml"]:
        from filon.epcis import xml  # noqa: PLC0415 - lxml only where somebody sends XML

        return xml.parse(data, name)
    return jsonld.parse(data, name)
