"""The signer: a folder with the log's secret keys and the last size and root that were signed, outside the database.

That memory is what makes a forked log impossible by accident: whoever restores an old copy of the ledger and appends
to it would sign a second history, and nobody could tell it from fraud. The signer refuses instead.

    signer = create_signer(Path("signer"), "log.example/atlas", now=now)
    note = signer.checkpoint(store, now=now)

Order of one signature: state written durably, then signed, then kept in the store. If the power goes in between, the
next call signs the same size and root again, which is no fork.

Keep the folder on another disk than the ledger, readable by the signing process only.

Source: C2SP tlog-checkpoint ("a log MUST not sign any checkpoint which is inconsistent with any it signed before").
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from filon.app import durable
from filon.core.errors import ConflictError, NotFoundError, NotProvenError, StoreError, WrongCallError
from filon.core.finding import found
from filon.log.checkpoint import Checkpoint, cosign, opened, sign
from filon.log.key import SEED_SIZE, Key, Kind, Secret, new_secret, parse_secret
from filon.log.leaf import micros, moment_text
from filon.log.merkle import EMPTY_ROOT, consistency_path, consistent
from filon.log.note import Note
from filon.log.store import Deposit, Entry, Store

STATE = "state.json"


@dataclass(frozen=True, slots=True)
class Signed:
    """The largest tree that was signed."""

    size: int = 0
    root: bytes = EMPTY_ROOT


@dataclass(frozen=True, slots=True)
class Signer:
    """A log's signer as its folder has it.

    Args:
        folder: secrets and state.
        origin: the log's name for ever.
        secrets: plain Ed25519 keys that sign now (two during a rotation), then cosigning ones.
        signed: what was signed last.
    """

    folder: Path
    origin: str
    secrets: tuple[Secret, ...]
    signed: Signed = Signed()

    @property
    def keys(self) -> tuple[Key, ...]:
        """The public halves: what partners are given."""
        return tuple(secret.key for secret in self.secrets)

    def checkpoint(self, store: Store, *, now: datetime) -> bytes:
        """Sign the log as it stands, keep the note in the store and give it.

        Nothing is signed anew when the newest kept note already covers this size with these keys.

        Raises:
            ConflictError: the log is not a continuation of what was signed last (LOG-016), or another process signs.
        """
        with durable.locked(self.folder / "lock"):
            before = open_signer(self.folder)
            size = store.size()
            grown = Signed(size, store.root(size))
            _continues(before.signed, grown, store)
            if (kept := before.kept(store, size)) is not None:
                return kept
            # From here on this size counts as signed, whatever happens to the power.
            before.remember(grown)
            note = bytes(before.sign(grown, now))
            store.publish(size, note)
            return note

    def sign(self, tree: Signed, now: datetime) -> Note:
        """The checkpoint with the lines of all our keys."""
        plain, *others = self.secrets
        checkpoint = Checkpoint(self.origin, tree.size, tree.root)
        note = sign(checkpoint, plain)
        for secret in others:
            line = (
                cosign(note, secret, now)
                if secret.key.kind is not Kind.ED25519
                else sign(checkpoint, secret).signatures[0]
            )
            note = note.plus(line)
        return note

    def kept(self, store: Store, size: int) -> bytes | None:
        """The newest note in the store if it covers this size and all our keys signed it."""
        newest = store.newest()
        if newest is None or newest[0] != size:
            return None
        try:
            _, signers = opened(newest[1], self.keys)
        except NotProvenError:
            return None
        return newest[1] if {signer.key for signer in signers} == set(self.keys) else None

    def remember(self, signed: Signed) -> None:
        """Write the state durably."""
        told = {
            "keys": [key.id.hex() for key in self.keys],
            "origin": self.origin,
            "root": signed.root.hex(),
            "size": signed.size,
        }
        durable.write(self.folder / STATE, (json.dumps(told, indent=1) + "\n").encode(), mode=0o600)


def create_signer(
    folder: Path, origin: str, *, mldsa: bool = False, random: Callable[[int], bytes] = secrets.token_bytes
) -> Signer:
    """A new signer with a new key.

    Args:
        origin: the log's name, e.g. `log.example/atlas`: host and path under which it will be served.
        mldsa: whether an ML-DSA-44 line stands beside the Ed25519 one.

    Raises:
        WrongCallError: the folder already is a signer, or the origin cannot name a log.
    """
    if (folder / STATE).exists():
        raise WrongCallError(f"{folder} already holds the keys of a log")
    made = [new_secret(origin, Kind.ED25519, random(SEED_SIZE))]
    if mldsa:
        made.append(new_secret(origin, Kind.MLDSA44_COSIGNATURE, random(SEED_SIZE)))
    signer = Signer(folder, origin, tuple(made))
    _keep_secrets(signer)
    signer.remember(Signed())
    return signer


def open_signer(folder: Path) -> Signer:
    """The signer in a folder.

    Raises:
        NotFoundError: there is none.
        StoreError: its files do not hang together; signing must wait.
    """
    if not (folder / STATE).exists():
        raise NotFoundError(f"{folder} holds no signer; make one with filon key new")
    try:
        told = json.loads((folder / STATE).read_bytes())
        held = tuple(parse_secret((folder / f"key-{each}").read_text("utf-8")) for each in told["keys"])
        return Signer(folder, told["origin"], held, Signed(told["size"], bytes.fromhex(told["root"])))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{folder} is damaged; nothing can be signed until it is restored: {error}") from error


def rotate(
    signer: Signer, store: Store, *, now: datetime, random: Callable[[int], bytes] = secrets.token_bytes
) -> Entry:
    """Announce a new key in the log and sign with both from now on, until `retire`.

    Returns:
        The `key` entry; its payload names the old and the new public keys.
    """
    fresh = new_secret(signer.origin, Kind.ED25519, random(SEED_SIZE))
    both = Signer(signer.folder, signer.origin, (signer.secrets[0], fresh, *signer.secrets[1:]), signer.signed)
    with durable.locked(signer.folder / "lock"):
        _keep_secrets(both)
        entry = store.append(_announcement("new", signer.secrets[0].key, fresh.key, now), [], now=now)
        both.remember(open_signer(signer.folder).signed)
    return entry


def retire(signer: Signer, store: Store, *, now: datetime) -> Entry:
    """End a rotation: the oldest plain key signs no more. Its secret is removed, its public half stays in the log.

    Raises:
        WrongCallError: there is only one plain key.
    """
    plain = [secret for secret in signer.secrets if secret.key.kind is Kind.ED25519]
    if len(plain) < 2:  # noqa: PLR2004 - one must stay
        raise WrongCallError("there is only one key; rotate first")
    rest = Signer(signer.folder, signer.origin, tuple(s for s in signer.secrets if s is not plain[0]), signer.signed)
    with durable.locked(signer.folder / "lock"):
        entry = store.append(_announcement("retired", plain[0].key, plain[1].key, now), [], now=now)
        rest.remember(open_signer(signer.folder).signed)
        (signer.folder / f"key-{plain[0].key.id.hex()}").unlink(missing_ok=True)
    return entry


def _announcement(what: str, old: Key, new: Key, now: datetime) -> Deposit:
    told = {"at": moment_text(micros(now)), "key": what, "new": str(new), "old": str(old)}
    return Deposit(json.dumps(told, indent=1).encode(), "application/json", f"key-{what}.json", kind="key")


def _keep_secrets(signer: Signer) -> None:
    signer.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for secret in signer.secrets:
        durable.write(signer.folder / f"key-{secret.key.id.hex()}", secret.text().encode() + b"\n", mode=0o600)


def _continues(before: Signed, grown: Signed, store: Store) -> None:
    """Refuse a log that is shorter than, or another than, what was signed."""
    fits = before.size <= grown.size
    if fits and before.size:
        path = consistency_path(store.node, before.size, grown.size)
        fits = consistent(before.size, grown.size, path, before.root, grown.root)
    if not fits:
        finding = found("LOG-016", size=before.size)
        raise ConflictError(f"{finding.code}: {finding.text()}. {finding.way_out()}", code=finding.code)
