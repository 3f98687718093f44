"""Witnessing: a partner remembers the last size and root of a log and cosigns only what begins with it.

A log that shows one history to one and another to somebody else needs the cosignature of both. Pure: the state of the
witness comes in and the next one goes out; whoever keeps it must compare and store in one atomic step before the
answer leaves (else two requests at once get two histories cosigned).

Source: C2SP tlog-witness, `add-checkpoint`.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from filon.core.errors import NotProvenError
from filon.log.checkpoint import Checkpoint, cosign, parse_checkpoint, verified
from filon.log.key import Key, Secret
from filon.log.merkle import EMPTY_ROOT, consistent
from filon.log.note import Note, parse_note

PROOF_LIMIT = 63
SIZE_TYPE = "text/x.tlog.size"
_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})")


@dataclass(frozen=True, slots=True)
class Seen:
    """The largest tree of a log that this witness cosigned."""

    size: int = 0
    root: bytes = EMPTY_ROOT


@dataclass(frozen=True, slots=True)
class Answer:
    """What the witness says.

    Args:
        status: as in HTTP: 200, 400, 403, 404, 409 or 422.
        body: cosignature line, the size held on 409, else the reason.
        origin: the log's name, empty if it could not be read.
        seen: what to store instead of the state given in, before the answer leaves; None if nothing changes.
    """

    status: int
    body: str
    origin: str = ""
    seen: Seen | None = None


class _RefusalError(Exception):
    def __init__(self, status: int, body: str) -> None:
        super().__init__(body)
        self.status, self.body = status, body


def add_checkpoint(
    request: bytes,
    seen: Mapping[str, Seen],
    logs: Mapping[str, Iterable[Key]],
    secrets: Sequence[Secret],
    now: datetime,
) -> Answer:
    """Answer a log that asks for a cosignature.

    Args:
        request: body as received.
        seen: {origin: what was cosigned last}; an origin not in it was never seen.
        logs: {origin: keys that may sign for it}.
        secrets: the witness's keys; one line each.
        now: the time that is cosigned.
    """
    origin = ""
    try:
        old, proof, note = _request(request)
        checkpoint = _checkpoint(note)
        origin = checkpoint.origin
        _signed(note, checkpoint, logs)
        _grown(old, proof, checkpoint, seen.get(origin, Seen()))
    except _RefusalError as refusal:
        return Answer(refusal.status, refusal.body, origin)
    lines = "".join(str(cosign(note, secret, now)) for secret in secrets)
    return Answer(200, lines, origin, Seen(checkpoint.size, checkpoint.root))


def ask(old: int, proof: Sequence[bytes], note: bytes) -> bytes:
    """The body with which a log asks: the witness's last size, the proof from there, the checkpoint."""
    lines = [f"old {old}", *(b64encode(each).decode() for each in proof), "", ""]
    return "\n".join(lines).encode() + note


def _request(data: bytes) -> tuple[int, list[bytes], Note]:
    head, gap, rest = data.partition(b"\n\n")
    try:
        first, *lines = head.decode("ascii").split("\n")
        old = _OLD.fullmatch(first)
        proof = [b64decode(line, validate=True) for line in lines]
        note = parse_note(rest)
    except (UnicodeDecodeError, NotBase64, ValueError, NotProvenError) as error:
        raise _RefusalError(400, f"malformed: {error}\n") from error
    if not gap or old is None or len(proof) > PROOF_LIMIT:
        raise _RefusalError(400, "malformed: old size, at most 63 hashes, an empty line, a checkpoint\n")
    return int(old[1]), proof, note


def _checkpoint(note: Note) -> Checkpoint:
    try:
        return parse_checkpoint(note.text)
    except NotProvenError as error:
        raise _RefusalError(400, f"malformed: {error}\n") from error


def _signed(note: Note, checkpoint: Checkpoint, logs: Mapping[str, Iterable[Key]]) -> None:
    if checkpoint.origin not in logs:
        raise _RefusalError(404, "unknown log\n")
    try:
        verified(note, logs[checkpoint.origin])
    except NotProvenError as error:
        raise _RefusalError(403, f"{error}\n") from error


def _grown(old: int, proof: Sequence[bytes], checkpoint: Checkpoint, seen: Seen) -> None:
    """Refuse unless the new tree begins with the one that was seen."""
    if old > checkpoint.size:
        raise _RefusalError(400, "the old size is above the new one\n")
    if old != seen.size:
        raise _RefusalError(409, f"{seen.size}\n")
    if old == 0:
        fits = not proof and (checkpoint.size > 0 or checkpoint.root == EMPTY_ROOT)
    else:
        fits = consistent(old, checkpoint.size, proof, seen.root, checkpoint.root)
    if not fits:
        raise _RefusalError(422, "the proof does not lead from the old tree to the new one\n")
