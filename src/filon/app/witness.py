"""Being a witness for partners' logs: a folder with our cosigning key and, per log, the last tree that we saw.

    witness = open_witness(Path("witness"))
    answer = witness.answer(body, {origin: [key]}, now=now)       # the POST add-checkpoint of another log

The state is written durably before the answer leaves, under a lock: two requests at once cannot get two histories
cosigned. Asking others: `ask_witness` speaks the same protocol through any function that posts bytes.

Source: C2SP tlog-witness.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from filon.app import durable
from filon.core.errors import NotFoundError, NotProvenError, StoreError
from filon.log.checkpoint import parse_checkpoint, verified
from filon.log.key import SEED_SIZE, Key, Kind, Secret, new_secret, parse_secret
from filon.log.merkle import consistency_path
from filon.log.note import Note, parse_note
from filon.log.store import Store
from filon.log.witness import Answer, Seen, add_checkpoint, ask

Post = Callable[[bytes], tuple[int, bytes]]
"""Sends the body of add-checkpoint to a witness: (status, answer)."""
_OK, _CONFLICT = 200, 409


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness as its folder has it."""

    folder: Path
    secrets: tuple[Secret, ...]

    @property
    def keys(self) -> tuple[Key, ...]:
        """Our public keys, for the policies of others."""
        return tuple(secret.key for secret in self.secrets)

    def answer(self, body: bytes, logs: Mapping[str, Iterable[Key]], *, now: datetime) -> Answer:
        """Answer a log that asks for a cosignature; what it got is remembered first."""
        with durable.locked(self.folder / "lock"):
            seen = {origin: self.seen(origin) for origin in logs}
            answer = add_checkpoint(body, seen, logs, self.secrets, now)
            if answer.seen is not None:
                told = {"origin": answer.origin, "root": answer.seen.root.hex(), "size": answer.seen.size}
                durable.write(self._path(answer.origin), json.dumps(told, indent=1).encode() + b"\n")
            return answer

    def seen(self, origin: str) -> Seen:
        """The largest tree of a log that we cosigned."""
        path = self._path(origin)
        if not path.exists():
            return Seen()
        try:
            told = json.loads(path.read_bytes())
            return Seen(told["size"], bytes.fromhex(told["root"]))
        except (ValueError, KeyError, TypeError) as error:
            raise StoreError(f"{path} is damaged; this log must not be cosigned until it is restored") from error

    def _path(self, origin: str) -> Path:
        return self.folder / f"seen-{hashlib.sha256(origin.encode()).hexdigest()}.json"


def create_witness(
    folder: Path, name: str, *, mldsa: bool = False, random: Callable[[int], bytes] = secrets.token_bytes
) -> Witness:
    """A new witness with a new Ed25519 key, and an ML-DSA-44 one if wanted."""
    kinds = [Kind.ED25519_COSIGNATURE, *([Kind.MLDSA44_COSIGNATURE] if mldsa else [])]
    held = tuple(new_secret(name, kind, random(SEED_SIZE)) for kind in kinds)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    durable.write(folder / "keys", "".join(f"{secret.text()}\n" for secret in held).encode(), mode=0o600)
    return Witness(folder, held)


def open_witness(folder: Path) -> Witness:
    """The witness in a folder.

    Raises:
        NotFoundError: there is none.
    """
    if not (folder / "keys").exists():
        raise NotFoundError(f"{folder} holds no witness")
    return Witness(folder, tuple(map(parse_secret, (folder / "keys").read_text("utf-8").split())))


def ask_witness(store: Store, note: bytes, key: Key, post: Post, *, last: int = 0) -> bytes:
    """The checkpoint with the cosignature of one witness added.

    Args:
        key: the witness's; its line must verify.
        post: how it is reached.
        last: the size that we believe it saw last; it says so itself if that is wrong.

    Raises:
        NotProvenError: it refused, or its line does not fit.
    """
    checkpoint = parse_checkpoint(parse_note(note).text)
    for _ in range(2):
        proof = consistency_path(store.node, last, checkpoint.size) if last else []
        status, answer = post(ask(last, proof, note))
        if status == _OK:
            return _with_line(note, answer, key)
        if status != _CONFLICT or not answer.strip().isdigit() or int(answer) > checkpoint.size:
            break
        last = int(answer)
    raise NotProvenError(f"the witness {key.name} refused: {status} {answer.decode('utf-8', 'replace').strip()}")


def _with_line(note: bytes, answer: bytes, key: Key) -> bytes:
    lines = parse_note(b"x\n\n" + answer).signatures
    mine = [line for line in lines if (line.name, line.key_id) == (key.name, key.id)]
    signed = parse_note(note)
    verified(Note(signed.text, tuple(mine)), [key])
    return bytes(signed.plus(*mine))
