"""Time stamps: once a day an authority outside signs that it has seen the log's checkpoint, and when.

A checkpoint's own time is its maker's word, a witness's that of a partner. The stamp of an authority under somebody
else's law is what a court knows. It covers the whole checkpoint file with all signature lines, and is kept beside it:

    public/stamps/2026-11-22-600.checkpoint     what was stamped
    public/stamps/2026-11-22-600.tsr            the authority's answer

Any tool for RFC 3161 can check the pair, e.g. `openssl ts -verify -data .checkpoint -in .tsr -CAfile roots.pem`.

Source: RFC 3161, section 2.4.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509

from filon.app import durable
from filon.app.outside import Ask
from filon.core.errors import NotProvenError, OutsideError, WrongCallError
from filon.log.checkpoint import parse_checkpoint
from filon.log.note import parse_note

if TYPE_CHECKING:
    from rfc3161_client import TimeStampResponse, VerifierBuilder

STAMPS = "stamps"
"""Folder of the time stamps, within that of the published log."""
QUERY = "application/timestamp-query"
_OK = 200
_MISSING = "time stamps need the extra: install filon[stamps]"


@dataclass(frozen=True, slots=True)
class Authority:
    """Who stamps: where it is asked, and the root certificates that it must lead to (PEM)."""

    address: str
    roots: bytes


@dataclass(frozen=True, slots=True)
class Stamp:
    """One stamp as it is kept: the checkpoint file and the authority's answer."""

    name: str
    note: bytes
    answer: bytes

    def time(self, roots: bytes) -> datetime:
        """When the authority saw the checkpoint.

        Args:
            roots: certificates that are trusted, PEM.

        Raises:
            NotProvenError: the answer is not one, of something else, or of somebody else.
        """
        return _verified(self.answer, self.note, roots)


def daily(folder: Path, note: bytes, authority: Authority, ask_at: Ask, *, now: datetime) -> Path | None:
    """Have a checkpoint stamped, unless one was today (UTC); the file of the answer.

    Raises:
        OutsideError: the authority does not answer, or not with a stamp of this checkpoint; to be tried again.
    """
    day = now.astimezone(UTC).strftime("%Y-%m-%d")
    if any(folder.glob(f"{day}-*.tsr")):
        return None
    answer = asked(note, authority, ask_at)
    size = parse_checkpoint(parse_note(note).text).size
    durable.write(folder / f"{day}-{size}.checkpoint", note)
    # The power may go here: a checkpoint without its answer is overwritten by the next try.
    durable.write(folder / f"{day}-{size}.tsr", answer)
    return folder / f"{day}-{size}.tsr"


def asked(note: bytes, authority: Authority, ask_at: Ask) -> bytes:
    """The authority's answer over a checkpoint, checked against what was asked, nonce included."""
    try:
        from rfc3161_client import HashAlgorithm, TimestampRequestBuilder, VerifierBuilder  # noqa: PLC0415
    except ImportError as error:
        raise WrongCallError(_MISSING) from error
    request = TimestampRequestBuilder().data(note).hash_algorithm(HashAlgorithm.SHA256).build()
    status, answer = ask_at(authority.address, request.as_bytes(), QUERY)
    if status != _OK:
        raise OutsideError(f"{authority.address} answers {status}")
    try:
        _verified(answer, note, authority.roots, VerifierBuilder.from_request(request))
    except NotProvenError as error:
        raise OutsideError(f"{authority.address} did not stamp what was asked: {error.detail}") from error
    return answer


def stamps_in(folder: Path) -> Iterator[Stamp]:
    """The stamps kept in a folder, oldest first."""
    for path in sorted(folder.glob("*.tsr")):
        note = path.with_suffix(".checkpoint")
        yield Stamp(path.name, note.read_bytes() if note.exists() else b"", path.read_bytes())


def _verified(answer: bytes, note: bytes, roots: bytes, builder: VerifierBuilder | None = None) -> datetime:
    try:
        from rfc3161_client import VerifierBuilder, decode_timestamp_response  # noqa: PLC0415
        from rfc3161_client.errors import VerificationError  # noqa: PLC0415
    except ImportError as error:
        raise WrongCallError(_MISSING) from error
    made = builder or VerifierBuilder()
    for root in _certificates(roots):
        made = made.add_root_certificate(root)
    try:
        response: TimeStampResponse = decode_timestamp_response(answer)
        made.build().verify_message(response, note)
    except (ValueError, VerificationError) as error:
        raise NotProvenError(str(error)) from error
    return response.tst_info.gen_time.astimezone(UTC)


def _certificates(pem: bytes) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise WrongCallError("the roots of a time-stamp authority are a PEM file of certificates") from error
