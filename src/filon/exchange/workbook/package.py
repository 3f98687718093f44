"""What a file is and whether it is safe to open, told from its first bytes and its zip directory alone.

Nothing is inflated here; headers lie, so the child process counts again while inflating.
"""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from collections.abc import Iterator
from typing import Literal

from filon.core.finding import Finding, Place, found

Kind = Literal["xlsx", "zip", "csv", ""]

MAX_BYTES = 20_000_000
MAX_ENTRIES = 500
MAX_INFLATED = 200_000_000
MAX_RATIO = 100
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_RATIO_FROM = 1_000_000
_ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHER = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf", b"<?xml", b"<html", b"{")


def kind(data: bytes, name: str) -> tuple[Kind, list[Finding]]:
    """Which reader takes these bytes, and what forbids opening them; the kind is empty then.

    Findings:
        IMP-50..55, 58, 59: see the table of rules.

    Source: security reference, section 3 (XLSX/ZIP): bytes, entries, inflated size, ratio, names.
    """
    place = Place(file=name)
    if not data:
        return "", [found("IMP-50", place)]
    if len(data) > MAX_BYTES:
        return "", [found("IMP-58", place, expected=f"≤ {MAX_BYTES}", found=str(len(data)), what=f"{len(data)} bytes")]
    if data.startswith(_OLE):
        return "", [found("IMP-53", place)]
    if data.startswith((_ZIP, _EMPTY_ZIP)):
        return _zip_kind(data, name)
    suffix = _suffix(name)
    if suffix in {"xlsx", "zip", "xlsm"} or data.startswith(_OTHER):
        return "", [found("IMP-51", place, found=suffix)]
    return "csv", []


def _suffix(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""


def _zip_kind(data: bytes, name: str) -> tuple[Kind, list[Finding]]:
    place = Place(file=name)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, struct.error):
        return "", [found("IMP-52", place)]
    findings = list(_dangers(members, place))
    names = [member.filename for member in members]
    if findings:
        return "", findings
    if "xl/workbook.xml" in names:
        return ("", [found("IMP-51", place, found="xlsx")]) if _suffix(name) in {"csv", "zip"} else ("xlsx", [])
    if names and all(each.lower().endswith(".csv") for each in names):
        return "zip", []
    return "", [found("IMP-51", place, found=", ".join(names[:3]))]


def _dangers(members: list[zipfile.ZipInfo], place: Place) -> Iterator[Finding]:
    if len(members) > MAX_ENTRIES:
        yield found("IMP-58", place, found=str(len(members)), what=f"{len(members)} entries")
    total = sum(member.file_size for member in members)
    if total > MAX_INFLATED:
        yield found("IMP-58", place, found=str(total), what=f"{total} bytes inflated")
    elif bomb := next((member for member in members if _ratio(member) > MAX_RATIO), None):
        yield found("IMP-58", place, found=f"{_ratio(bomb)}:1", what=f"{bomb.filename} {_ratio(bomb)}:1")
    names = [member.filename for member in members]
    if unsafe := next(filter(_unsafe, members), None):
        yield found("IMP-59", place, found=unsafe.filename, what=unsafe.filename)
    elif len({each.casefold() for each in names}) != len(names):
        twice = next(each for each in names if sum(each.casefold() == other.casefold() for other in names) > 1)
        yield found("IMP-59", place, found=twice, what=twice)
    if any(member.compress_type not in _METHODS for member in members):
        yield found("IMP-52", place, expected="deflate")
    if any(member.flag_bits & 0x1 for member in members):
        yield found("IMP-53", place)
    if any(each.lower().endswith("vbaproject.bin") for each in names):
        yield found("IMP-54", place)
    if any(each.lower().startswith("xl/externallinks/") for each in names):
        yield found("IMP-55", place)


def _ratio(member: zipfile.ZipInfo) -> int:
    return member.file_size // max(1, member.compress_size) if member.file_size > _RATIO_FROM else 0


def _unsafe(member: zipfile.ZipInfo) -> bool:
    name = member.orig_filename
    if name.startswith("/") or "\\" in name or "\0" in name or ":" in name:
        return True
    return ".." in name.split("/") or stat.S_ISLNK(member.external_attr >> 16)
