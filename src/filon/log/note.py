"""Signed notes: a text and below it the signature lines of whoever stands by it.

    log.example/atlas
    600
    oO3kTOhjX6BVpVkw4cBQNga0jCVGOWDiyPZeoZXtzNk=

    — log.example/atlas SPNbtmYH+SZqIEcR...

The form only: which bytes are the text, which the lines. What a line must have signed says `log/checkpoint.py`.

Source: C2SP signed-note v1.0.0.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass

from filon.core.errors import NotProvenError
from filon.log.key import is_name

SIGNATURE_LIMIT = 100
NOTE_LIMIT = 1_000_000
"""Published limits: signature lines and bytes of a note that we read."""
_ID_SIZE = 4


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line.

    Args:
        name: the key's name.
        key_id: its four bytes.
        payload: what follows the id: the bare signature, before it a time for cosignatures.
    """

    name: str
    key_id: bytes
    payload: bytes

    def __str__(self) -> str:
        return f"— {self.name} {b64encode(self.key_id + self.payload).decode()}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text, ending in a newline, and the lines below it."""

    text: str
    signatures: tuple[Signature, ...] = ()

    def __bytes__(self) -> bytes:
        return (self.text + "\n" + "".join(map(str, self.signatures))).encode()

    def plus(self, *signatures: Signature) -> Note:
        """The same note with further lines; a line of the same key is replaced."""
        keys = {(s.name, s.key_id) for s in signatures}
        kept = (s for s in self.signatures if (s.name, s.key_id) not in keys)
        return Note(self.text, (*kept, *signatures))


def parse_note(data: bytes) -> Note:
    """The note in these bytes; nothing is verified yet.

    Raises:
        NotProvenError: too long, not UTF-8, a control character, no signature lines or one that is malformed.
    """
    if len(data) > NOTE_LIMIT:
        raise NotProvenError(f"a note has at most {NOTE_LIMIT} bytes")
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotProvenError("a note is UTF-8") from error
    if any(char < " " and char != "\n" for char in whole):
        raise NotProvenError("a note has no control characters but the newline")
    text, gap, lines = whole.rpartition("\n\n")
    if not gap or not lines.endswith("\n"):
        raise NotProvenError("a note is a text, an empty line and signature lines, each ended by a newline")
    signatures = lines[:-1].split("\n")
    if len(signatures) > SIGNATURE_LIMIT:
        raise NotProvenError(f"a note has at most {SIGNATURE_LIMIT} signature lines")
    return Note(text + "\n", tuple(map(_signature, signatures)))


def _signature(line: str) -> Signature:
    dash, name, encoded = (line.split(" ") + [""] * 3)[:3] if line.count(" ") == 2 else ("", "", "")  # noqa: PLR2004
    try:
        raw = b64decode(encoded, validate=True)
    except (NotBase64, ValueError) as error:
        raise NotProvenError("a signature line ends in base64") from error
    if dash != "—" or not is_name(name) or len(raw) <= _ID_SIZE:
        raise NotProvenError("a signature line is written — name base64")
    return Signature(name, raw[:_ID_SIZE], raw[_ID_SIZE:])
