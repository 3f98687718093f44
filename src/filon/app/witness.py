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
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from filon.app import durable
from filon.app.outside import Ask
from filon.core.errors import FilonError, NotFoundError, NotProvenError, StoreError
from filon.log.checkpoint import parse_checkpoint, verified
from filon.log.key import SEED_SIZE, Key, Kind, Secret, new_secret, parse_key, parse_secret
from filon.log.merkle import consistency_path
from filon.log.note import Note, Signature, parse_note
from filon.log.policy import Policy
from filon.log.store import Store
from filon.log.witness import Answer, Seen, add_checkpoint, ask

Post = Callable[[bytes], tuple[int, bytes]]
"""Sends the body of add-checkpoint to a witness: (status, answer)."""
_OK, _CONFLICT = 200, 409
_HASH = re.compile(r"[0-9a-f]{64}")
LOGS = "logs"
"""File of a witness: the keys of the logs that it watches, one a line."""
WAIT_SECONDS = 5.0


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
        """Answer a log that asks for a cosignature; what it got is remembered first.

        Raises:
            ConflictError: others ask at the same time, for too long.
        """
        with durable.locked(self.folder / "lock", wait=WAIT_SECONDS):
            seen = {origin: self.seen(origin) for origin in logs}
            answer = add_checkpoint(body, seen, logs, self.secrets, now)
            if answer.seen is not None:
                told: dict[str, str | int] = {"origin": answer.origin, "root": answer.seen.root.hex()}
                told["size"] = answer.seen.size
                told["note"] = bytes(_asked(body).plus(*_lines(answer.body))).decode()
                durable.write(self._path(answer.origin), json.dumps(told, indent=1).encode() + b"\n")
            return answer

    def logs(self) -> dict[str, list[Key]]:
        """The logs that we watch: {origin: keys that may sign for it}."""
        path = self.folder / LOGS
        known: dict[str, list[Key]] = {}
        for line in path.read_text("utf-8").split() if path.exists() else ():
            key = parse_key(line)
            known.setdefault(key.name, []).append(key)
        return known

    def watch(self, keys: Iterable[Key]) -> None:
        """Watch the logs of these keys, too."""
        with durable.locked(self.folder / "lock", wait=WAIT_SECONDS):
            held = [str(key) for mine in self.logs().values() for key in mine]
            lines = dict.fromkeys([*held, *map(str, keys)])
            durable.write(self.folder / LOGS, "".join(f"{line}\n" for line in lines).encode())

    def cosigned(self, origin_hash: str) -> bytes | None:
        """The newest checkpoint that we cosigned, of the log whose origin has this SHA-256 in hex."""
        path = self.folder / f"seen-{origin_hash}.json"
        if not _HASH.fullmatch(origin_hash) or not path.exists():
            return None
        note = json.loads(path.read_bytes()).get("note")
        return None if note is None else str(note).encode()

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


def witnessed(store: Store, note: bytes, policy: Policy, ask_at: Ask) -> tuple[bytes, list[str]]:
    """Ask every witness of a policy that has an address and has not signed yet.

    One that does not answer or refuses does not stop the others: whether those that did are enough, the policy says.

    Returns:
        (the checkpoint with their lines, what went wrong with whom).
    """
    troubles: list[str] = []
    for name, address in policy.addresses.items():
        key = policy.witnesses[name]
        if any((line.name, line.key_id) == (key.name, key.id) for line in parse_note(note).signatures):
            continue
        try:
            note = ask_witness(store, note, key, _posted(ask_at, f"{address.rstrip('/')}/add-checkpoint"))
        except FilonError as error:
            troubles.append(f"{name}: {error.detail}")
    return note, troubles


def _posted(ask_at: Ask, address: str) -> Post:
    return lambda body: ask_at(address, body, "text/plain; charset=utf-8")


def _with_line(note: bytes, answer: bytes, key: Key) -> bytes:
    lines = _lines(answer.decode("utf-8", "replace"))
    mine = [line for line in lines if (line.name, line.key_id) == (key.name, key.id)]
    signed = parse_note(note)
    verified(Note(signed.text, tuple(mine)), [key])
    return bytes(signed.plus(*mine))


def _lines(answer: str) -> tuple[Signature, ...]:
    return parse_note(f"x\n\n{answer}".encode()).signatures


def _asked(body: bytes) -> Note:
    """The checkpoint in a request that was granted."""
    return parse_note(body.partition(b"\n\n")[2])
