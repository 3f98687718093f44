"""Is it withdrawn? One bit a credential in a long, compressed list, so that asking does not tell about whom.

    bits = new_list(131_072)
    encoded = encode(with_status(bits, 94_567, 1))
    status(entry, subject).withdrawn

Source: W3C Bitstring Status List 1.0, 2 and 3.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from filon.seal.base import base64url, from_base64url
from filon.seal.broken import BrokenSealError, broken

ENTRIES = 131_072
"""Fewest places in a list: below, a reader of the list could guess whom it is about."""
LIMIT = 16 * 1024 * 1024
"""Bytes that a list may unfold to: 64 MiB of zeros travel as 87 kB."""
_INDEX = re.compile(r"0|[1-9][0-9]{0,14}")
_WITHDRAWING = {"revocation", "suspension"}
_WIDEST = 8
_GZIP = 31  # zlib's word for "gzip framing only"


@dataclass(frozen=True, slots=True)
class Status:
    """What a list says of one credential.

    Args:
        purpose: `revocation`, `suspension`, `refresh` or `message`.
        value: the bits at its place.
        message: what they mean, where the entry says so.
    """

    purpose: str
    value: int
    message: str = ""

    @property
    def withdrawn(self) -> bool:
        """Whether the credential no longer holds."""
        return self.purpose in _WITHDRAWING and self.value != 0


def status(entry: Mapping[str, Any], subject: Mapping[str, Any]) -> Status:
    """What a status list says of a credential.

    Args:
        entry: the credential's `credentialStatus`.
        subject: the `credentialSubject` of the list's credential, whose own seal was checked before.

    Raises:
        BrokenSealError: SEA-030 with the standard's error name.
    """
    purpose, size, index = _asked(entry)
    offered = subject.get("statusPurpose")
    if purpose not in (offered if isinstance(offered, list) else [offered]):
        raise _fault("STATUS_VERIFICATION_ERROR", "the list is for another purpose")
    if subject.get("type") != "BitstringStatusList" or subject.get("statusSize", 1) != size:
        raise _fault("STATUS_VERIFICATION_ERROR", "the list is of another kind or size")
    bits = decode(subject.get("encodedList"))
    if len(bits) * 8 // size < ENTRIES:
        raise _fault("STATUS_LIST_LENGTH_ERROR", f"{len(bits) * 8 // size} places, {ENTRIES} are needed")
    if (index + 1) * size > len(bits) * 8:
        raise _fault("RANGE_ERROR", f"no place {index}")
    value = place(bits, index, size)
    return Status(purpose, value, _message(entry, value))


def _asked(entry: Mapping[str, Any]) -> tuple[str, int, int]:
    """Purpose, bits a place, and place of an entry."""
    purpose, index, size = entry.get("statusPurpose"), entry.get("statusListIndex"), entry.get("statusSize", 1)
    if not isinstance(purpose, str) or not isinstance(index, str) or not _INDEX.fullmatch(index):
        raise _fault("MALFORMED_VALUE_ERROR", "statusListIndex is a whole number as text")
    if type(size) is not int or not 1 <= size <= _WIDEST:
        raise _fault("MALFORMED_VALUE_ERROR", "statusSize is 1 to 8")
    messages = entry.get("statusMessage")
    if size > 1 and (not isinstance(messages, list) or len(messages) != 2**size):
        raise _fault("MALFORMED_VALUE_ERROR", "statusMessage names every value")
    return purpose, size, int(index)


def _message(entry: Mapping[str, Any], value: int) -> str:
    for one in entry.get("statusMessage") or ():
        if isinstance(one, dict) and str(one.get("status")).lower() == hex(value):
            return str(one.get("message", ""))
    return ""


def new_list(entries: int = ENTRIES, size: int = 1) -> bytes:
    """A list in which nothing is withdrawn."""
    return bytes(max(entries, ENTRIES) * size // 8)


def place(bits: bytes, index: int, size: int = 1) -> int:
    """The value at a place; place 0 is the left-most bit of the first byte."""
    value = 0
    for bit in range(index * size, (index + 1) * size):
        value = value << 1 | (bits[bit >> 3] >> (7 - (bit & 7)) & 1)
    return value


def with_status(bits: bytes, index: int, value: int, size: int = 1) -> bytes:
    """The list with another value at a place."""
    changed = bytearray(bits)
    for offset in range(size):
        bit = index * size + offset
        mask = 1 << (7 - (bit & 7))
        on = value >> (size - 1 - offset) & 1
        changed[bit >> 3] = changed[bit >> 3] | mask if on else changed[bit >> 3] & ~mask
    return bytes(changed)


def encode(bits: bytes) -> str:
    """The list as it travels: gzip, base64url, prefix `u`; the same bits give the same text."""
    packer = zlib.compressobj(9, zlib.DEFLATED, _GZIP)
    return "u" + base64url(packer.compress(bits) + packer.flush())


def decode(encoded: object, *, limit: int = LIMIT) -> bytes:
    """The list as bits, unfolding no more than `limit` bytes.

    Raises:
        BrokenSealError: SEA-030.
    """
    if not isinstance(encoded, str) or not encoded.startswith("u"):
        raise _fault("MALFORMED_VALUE_ERROR", "encodedList begins with u")
    try:
        packed = from_base64url(encoded[1:])
        unpacker = zlib.decompressobj(_GZIP)
        bits = unpacker.decompress(packed, limit)
    except (ValueError, zlib.error) as error:
        raise _fault("MALFORMED_VALUE_ERROR", str(error)) from error
    if unpacker.unconsumed_tail:
        raise _fault("MALFORMED_VALUE_ERROR", "decompressed size above the limit")
    if not unpacker.eof or unpacker.unused_data:
        raise _fault("MALFORMED_VALUE_ERROR", "the list is cut off or has something after it")
    return bits


def _fault(error: str, fault: str) -> BrokenSealError:
    return broken("SEA-030", "/credentialStatus", error=error, fault=fault)
