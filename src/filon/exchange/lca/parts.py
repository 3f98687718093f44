"""The XML documents of a file: one, or many in a zip, parsed without reaching outside and within limits.

for part in parts(data, "database.zip"):
part.path, part.root
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from filon.core.errors import WrongCallError

PARTS = 50_000
"""Most documents of one zip."""
PART_BYTES = 32 << 20
"""Most bytes of one document, unpacked."""
WHOLE_BYTES = 2 << 30
"""Most bytes of all documents, unpacked."""
ENDS = (".xml", ".spold")


@dataclass(frozen=True, slots=True)
class Part:
    """One document and its path within the file; empty where the file is the document."""

    path: str
    root: Any


def parts(data: bytes, name: str) -> Iterator[Part]:
    """The documents, one at a time.

    Raises:
        WrongCallError: no zip or XML, a password, or more than the limits; the document is named.
    """
    if not data.startswith(b"PK"):
        yield Part("", _root(data, name))
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as bundle:
            listed = [one for one in bundle.infolist() if one.filename.lower().endswith(ENDS)]
            # Sizes as the directory tells them; reading stops at them, so that a false one makes no flood.
            sizes = [one.file_size for one in listed]
            if len(listed) > PARTS or sum(sizes) > WHOLE_BYTES or max(sizes, default=0) > PART_BYTES:
                raise WrongCallError(f"{name} unpacks to more than may be read; take the data sets needed")
            for one in listed:
                yield Part(one.filename, _root(bundle.read(one), f"{name}, {one.filename}"))
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError, RuntimeError) as error:
        raise WrongCallError(f"{name} is no readable zip: {error}") from error


def is_lca(data: bytes) -> bool:
    """Whether it is for this reader: XML, or a zip that is no workbook."""
    if not data.startswith(b"PK"):
        return data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as bundle:
            names = bundle.namelist()
    except zipfile.BadZipFile:
        return False
    return "[Content_Types].xml" not in names and any(one.lower().endswith(ENDS) for one in names)


def _root(data: bytes, name: str) -> Any:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise WrongCallError(f"{name} is no readable XML: {error.msg}") from error
