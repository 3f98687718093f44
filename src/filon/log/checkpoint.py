"""Checkpoints: "this log has so many entries, and this hash stands for all of them", signed.

The log signs; witnesses cosign with the time at which it was the largest tree that they had seen of this log, each
consistent with all before. Whoever holds a checkpoint can prove any later change of what it covers.

    note = sign(Checkpoint("log.example/atlas", store.size(), store.root()), secret)
    checkpoint, signers = opened(bytes(note), [key])

Source: C2SP tlog-checkpoint v1.0.0; tlog-cosignature v1.0.1 (Ed25519), v1.1.0-rc.1 (ML-DSA-44).
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from filon.core.errors import NotProvenError, WrongCallError
from filon.log.key import Key, Kind, Secret
from filon.log.merkle import HASH_SIZE
from filon.log.note import Note, Signature, parse_note

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_TIME_LIMIT = 2**63 - 1
_NAME_LIMIT = 255
_LINES = 3


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What is signed of a log: whose it is, how many entries, their root.

    Args:
        origin: the log's name for ever, e.g. `log.example/atlas`.
        size: entries.
        root: 32 bytes.
        extensions: further lines; ours has none.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "".join(
            f"{line}\n" for line in (self.origin, self.size, b64encode(self.root).decode(), *self.extensions)
        )


@dataclass(frozen=True, slots=True)
class Signer:
    """A key that signed, and the time it said (None for the log's own plain signature)."""

    key: Key
    time: datetime | None = None


def parse_checkpoint(text: str) -> Checkpoint:
    """The checkpoint in a note's text.

    Raises:
        NotProvenError: fewer than three lines, an empty one, a size with leading zeros, a root not of 32 bytes.
    """
    lines = text.removesuffix("\n").split("\n")
    if len(lines) < _LINES or not all(lines):
        raise NotProvenError("a checkpoint has the lines origin, size and root")
    origin, size, root, *extensions = lines
    try:
        raw = b64decode(root, validate=True)
    except (NotBase64, ValueError) as error:
        raise NotProvenError("a checkpoint's third line is the root in base64") from error
    if not _SIZE.fullmatch(size) or len(raw) != HASH_SIZE:
        raise NotProvenError("a checkpoint's size has no leading zeros and its root has 32 bytes")
    return Checkpoint(origin, int(size), raw, tuple(extensions))


def sign(checkpoint: Checkpoint, secret: Secret) -> Note:
    """The checkpoint with the log's own plain signature.

    Raises:
        WrongCallError: the key is a cosigner's.
    """
    if secret.key.kind is not Kind.ED25519:
        raise WrongCallError("a log signs its checkpoints with a plain Ed25519 key first")
    text = str(checkpoint)
    return Note(text, (Signature(secret.key.name, secret.key.id, secret.sign(text.encode())),))


def cosign(note: Note, secret: Secret, now: datetime) -> Signature:
    """The line of a cosigner: at this time no larger consistent tree of the log was known to it.

    Raises:
        WrongCallError: the key is a log's plain key.
    """
    if secret.key.kind is Kind.ED25519:
        raise WrongCallError("a cosigner has a key of its own kind")
    seconds = int(now.timestamp())
    signature = secret.sign(_cosigned(secret.key, note.text, seconds))
    return Signature(secret.key.name, secret.key.id, seconds.to_bytes(8, "big") + signature)


def opened(data: bytes, keys: Iterable[Key], *, extensions: bool = False) -> tuple[Checkpoint, list[Signer]]:
    """The checkpoint in a note and which of the known keys signed it, in the order of their lines.

    Lines of unknown keys are ignored; one line of a known key that does not fit condemns the note.

    Args:
        data: the note.
        keys: known keys.
        extensions: whether lines after the root are suffered; our own logs have none.

    Raises:
        NotProvenError: not a checkpoint, a signature does not fit, or no known key signed.
    """
    note = parse_note(data)
    signers = verified(note, keys)
    checkpoint = parse_checkpoint(note.text)
    if checkpoint.extensions and not extensions:
        raise NotProvenError("the checkpoint has lines that are not known here")
    return checkpoint, signers


def verified(note: Note, keys: Iterable[Key]) -> list[Signer]:
    """Which of the known keys signed the note.

    Raises:
        NotProvenError: a line of a known key does not fit, two keys share name and id, or no known key signed.
    """
    known: dict[tuple[str, bytes], Key] = {}
    for key in keys:
        if known.setdefault((key.name, key.id), key) != key:
            raise NotProvenError(f"two keys are named {key.name} with the same id")
    signers: dict[Key, Signer] = {}
    for line in note.signatures:
        key_found = known.get((line.name, line.key_id))
        if key_found is not None and key_found not in signers:
            signers[key_found] = _signer(key_found, line.payload, note.text)
    if not signers:
        raise NotProvenError("no known key signed this note")
    return list(signers.values())


def _signer(key: Key, payload: bytes, text: str) -> Signer:
    if key.kind is Kind.ED25519:
        if not key.signed(payload, text.encode()):
            raise NotProvenError(f"the signature of {key.name} does not fit")
        return Signer(key)
    seconds = int.from_bytes(payload[:8], "big")
    if seconds > _TIME_LIMIT or not key.signed(payload[8:], _cosigned(key, text, seconds)):
        raise NotProvenError(f"the cosignature of {key.name} does not fit")
    return Signer(key, _time(seconds))


def _time(seconds: int) -> datetime | None:
    """The cosigner's time; 0 means that it stated none, as does one beyond the calendar."""
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds else None
    except (OverflowError, ValueError, OSError):
        return None


def _cosigned(key: Key, text: str, seconds: int) -> bytes:
    """The bytes a cosigner signs."""
    if key.kind is Kind.ED25519_COSIGNATURE:
        return f"cosignature/v1\ntime {seconds}\n{text}".encode()
    checkpoint = parse_checkpoint(text)
    return b"".join(
        (
            b"subtree/v1\n\x00",
            _short(key.name),
            seconds.to_bytes(8, "big"),
            _short(checkpoint.origin),
            (0).to_bytes(8, "big"),
            checkpoint.size.to_bytes(8, "big"),
            checkpoint.root,
        )
    )


def _short(name: str) -> bytes:
    raw = name.encode()
    if len(raw) > _NAME_LIMIT:
        raise NotProvenError(f"a cosigned name has at most {_NAME_LIMIT} bytes")
    return bytes([len(raw)]) + raw
