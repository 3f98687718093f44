"""Backups: the ledger in plain segment files, each run adding only what is new, each file checked before it is used.

    backup(store, Path("backup"))      # backup/000000000000-3f1c...jsonl.gz, .., backup/manifest.json
    restore(Path("backup"), empty_store)

A segment is gzipped JSON Lines: one line an entry with its leaf, salts, payload and what was said with it (bytes in
base64), its records, and the checkpoints published over it: readable with gzip and a text editor, and by a restore into
any store. The manifest names every segment with its SHA-256 and says which size and root the whole must give.

With a key, segments are sealed with AES-256-GCM; the segment's name is bound in, so none can be put in another's place.

An erasure reaches backward: after one, the next backup is made anew in full, or erased payloads would come back.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from filon.app import durable
from filon.app.derive import derived
from filon.app.verify import Derive
from filon.core.errors import ConflictError, FilonError, NotFoundError, NotProvenError
from filon.core.finding import found
from filon.log.leaf import kind_of
from filon.log.merkle import Frontier, leaf_hash
from filon.log.store import Deposit, Kept, Record, Store

MANIFEST = "manifest.json"
SEGMENT_ENTRIES = 1000
SEGMENT_BYTES = 64_000_000
"""A segment is closed at whichever comes first."""
KEY_SIZE = 32
_NONCE = 12


@dataclass(frozen=True, slots=True)
class Segment:
    """One backup file: entries first..last, and the SHA-256 of the file."""

    name: str
    first: int
    last: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds and must give.

    Args:
        size, root: of the log as backed up.
        erasures: how many entries were erased then.
        sealed: whether the segments are encrypted.
    """

    size: int
    root: bytes
    erasures: int
    sealed: bool
    segments: tuple[Segment, ...]


def backup(store: Store, folder: Path, *, key: bytes | None = None) -> Manifest:
    """Bring a backup up to date; consistent although others append meanwhile.

    Args:
        key: 32 bytes; the segments are encrypted with it. Whoever loses it has no backup.

    Raises:
        ConflictError: the folder holds the backup of another ledger, or one sealed otherwise.
        StoreError: the disk is full or failed; the backup before still stands.
    """
    size, erasures = store.size(), len(store.erasures())
    before = read_manifest(folder) if (folder / MANIFEST).exists() else None
    if before is not None:
        _same(before, store, size, key)
    grown = before if before is not None and before.erasures == erasures else None
    made = list(grown.segments) if grown else []
    for entries in _batches(store, made[-1].last + 1 if made else 0, size):
        made.append(_write(folder, entries, key))
    manifest = Manifest(size, store.root(size), erasures, key is not None, tuple(made))
    # The power may go here: new segments that no manifest names harm nobody and are written again.
    durable.write(folder / MANIFEST, _manifest_bytes(manifest, store))
    for old in folder.glob("*.jsonl.gz*"):
        if old.name not in {segment.name for segment in made}:
            old.unlink()
    return manifest


def restore(folder: Path, store: Store, *, key: bytes | None = None, derive: Derive = derived) -> Manifest:
    """Bring a ledger back, byte for byte; entries that the store has already are left out.

    Into an empty store: the whole. Into an older copy: what is missing, so that the signer goes on.

    Returns:
        The manifest; the store's root now equals its root.

    Raises:
        NotProvenError: a file is missing, changed or sealed with another key (LOG-021); nothing of it was taken.
        ConflictError: the store holds another history.
    """
    manifest = read_manifest(folder)
    here = store.size()
    if here > manifest.size or store.root(here) != _root_at(manifest, folder, key, here):
        raise ConflictError("the ledger here is not an earlier state of this backup")
    for segment in manifest.segments:
        entries = [kept for kept in _read(folder, segment, key) if kept.index >= store.size()]
        if entries:
            store.adopt([(kept, _records(kept, derive)) for kept in entries])
    if store.root() != manifest.root:
        raise NotProvenError("the restored entries do not give the root of the manifest")
    had = store.published()
    for size, note in _notes(folder)[len(had) :]:
        store.publish(size, note)
    return manifest


def check(folder: Path, *, key: bytes | None = None) -> Manifest:
    """Make sure that a backup could be restored, without restoring it: every file, every leaf, the root.

    Raises:
        NotProvenError: as in `restore`.
    """
    manifest = read_manifest(folder)
    if _root_at(manifest, folder, key, manifest.size) != manifest.root:
        raise NotProvenError("the entries of the backup do not give the root of its manifest")
    return manifest


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a backup.

    Raises:
        NotFoundError: the folder holds no backup.
        NotProvenError: the manifest is damaged (LOG-021).
    """
    path = folder / MANIFEST
    if not path.exists():
        raise NotFoundError(f"{folder} holds no backup")
    try:
        told = json.loads(path.read_bytes())
        segments = tuple(Segment(**each) for each in told["segments"])
        return Manifest(told["size"], bytes.fromhex(told["root"]), told["erasures"], told["sealed"], segments)
    except (ValueError, KeyError, TypeError) as error:
        raise _changed(MANIFEST) from error


def _records(kept: Kept, derive: Derive) -> list[Record]:
    """What an entry says; nothing where it was erased, or only an older reader understood it."""
    try:
        return list(derive(kept.said)) if kept.said is not None else []
    except FilonError:
        return []


def _same(before: Manifest, store: Store, size: int, key: bytes | None) -> None:
    if before.size > size or store.root(before.size) != before.root:
        raise ConflictError("the folder holds the backup of another ledger")
    if before.sealed != (key is not None):
        raise ConflictError("the backup there is sealed otherwise; use another folder")


def _batches(store: Store, first: int, size: int) -> Iterator[list[Kept]]:
    batch: list[Kept] = []
    held = 0
    for kept in store.kept(first, size):
        batch.append(kept)
        held += len(kept.data or b"")
        if len(batch) == SEGMENT_ENTRIES or held >= SEGMENT_BYTES:
            yield batch
            batch, held = [], 0
    if batch:
        yield batch


def _write(folder: Path, entries: Sequence[Kept], key: bytes | None) -> Segment:
    raw = io.BytesIO()
    with gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) as lines:
        for kept in entries:
            lines.write(json.dumps(_line(kept), ensure_ascii=False).encode() + b"\n")
    data = raw.getvalue()
    # The content is in the name: a backup made anew after an erasure never overwrites what the old manifest names.
    name = f"{entries[0].index:012d}-{hashlib.sha256(data).hexdigest()[:12]}.jsonl.gz" + (".sealed" if key else "")
    if key is not None:
        nonce = secrets.token_bytes(_NONCE)
        data = nonce + AESGCM(key).encrypt(nonce, data, name.encode())
    durable.write(folder / name, data)
    return Segment(name, entries[0].index, entries[-1].index, hashlib.sha256(data).hexdigest())


def _read(folder: Path, segment: Segment, key: bytes | None) -> Iterator[Kept]:
    path = folder / segment.name
    data = path.read_bytes() if path.exists() else b""
    if hashlib.sha256(data).hexdigest() != segment.sha256:
        raise _changed(segment.name)
    try:
        if segment.name.endswith(".sealed"):
            if key is None:
                raise NotProvenError(f"{segment.name} is sealed; give the key of the backup")
            data = AESGCM(key).decrypt(data[:_NONCE], data[_NONCE:], segment.name.encode())
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as lines:
            yield from (_kept(json.loads(line)) for line in lines)
    except (InvalidTag, OSError, ValueError, KeyError, TypeError) as error:
        raise _changed(segment.name) from error


def _line(kept: Kept) -> dict[str, Any]:
    line: dict[str, Any] = {"index": kept.index, "learned": kept.learned, "leaf": kept.leaf.decode()}
    if kept.said is not None and kept.salts is not None:
        said = kept.said
        line |= {"media_type": said.media_type, "name": said.name, "submitter": said.submitter}
        line |= {"accepted": said.accepted, "salts": _text(kept.salts), "data": _text(said.data)}
    return line


def _kept(line: dict[str, Any]) -> Kept:
    leaf = line["leaf"].encode()
    start = line["index"], line["learned"], leaf, leaf_hash(leaf)
    if "data" not in line:
        return Kept(*start, None, None, None)
    data = b64decode(line["data"])
    accepted = tuple(line["accepted"])
    said = Deposit(data, line["media_type"], line["name"], line["submitter"], accepted, kind_of(leaf))
    return Kept(*start, b64decode(line["salts"]), data, said)


def _root_at(manifest: Manifest, folder: Path, key: bytes | None, size: int) -> bytes:
    """The root of the first `size` entries of a backup, from its leaves."""
    edge = Frontier()
    for segment in manifest.segments:
        if edge.size < size:
            edge.grow(kept.leaf_hash for kept in _read(folder, segment, key) if kept.index < size)
    return edge.root()


def _manifest_bytes(manifest: Manifest, store: Store) -> bytes:
    told = {
        "format": "filon-backup/1",
        "size": manifest.size,
        "root": manifest.root.hex(),
        "erasures": manifest.erasures,
        "sealed": manifest.sealed,
        "segments": [{name: getattr(each, name) for name in Segment.__slots__} for each in manifest.segments],
        "checkpoints": [[size, _text(note)] for size, note in store.published() if size <= manifest.size],
    }
    return json.dumps(told, indent=1).encode() + b"\n"


def _notes(folder: Path) -> list[tuple[int, bytes]]:
    told = json.loads((folder / MANIFEST).read_bytes())
    return [(size, b64decode(note)) for size, note in told["checkpoints"]]


def _changed(path: str) -> NotProvenError:
    finding = found("LOG-021", path=path)
    return NotProvenError(f"{finding.code}: {finding.text()}. {finding.way_out()}", code=finding.code)


def _text(raw: bytes) -> str:
    return b64encode(raw).decode()
