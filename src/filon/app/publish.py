"""Publishing a log as files: tiles, bundles and the checkpoint, as any web server may serve them for ever.

    publish(store, note, Path("public"))     # public/checkpoint, public/tile/0/000, ...

Order: tiles and bundles first, durably, then the checkpoint: whoever sees it finds all that it covers. What is there
already is not written again, so each run costs what is new. Bundles hold the public leaves, never a payload.

Source: C2SP tlog-tiles v0.1.0.
"""

from __future__ import annotations

from pathlib import Path

from filon.app import durable
from filon.core.errors import ConflictError, NotProvenError
from filon.log.checkpoint import Checkpoint, parse_checkpoint
from filon.log.merkle import consistency_path, consistent
from filon.log.note import parse_note
from filon.log.store import Store
from filon.log.tiles import WIDTH, Tile, bundle, hash_tile, tiles

CHECKPOINT = "checkpoint"


def publish(store: Store, note: bytes, folder: Path) -> int:
    """Write what a checkpoint covers and is not there yet, then the checkpoint; how many files were written.

    Raises:
        ConflictError: the folder holds a checkpoint of another history, or a larger one.
        StoreError: the disk is full or failed; what was published before still stands.
    """
    checkpoint = parse_checkpoint(parse_note(note).text)
    before = published_in(folder)
    _continues(store, before, checkpoint, folder)
    written = 0
    for tile in tiles(checkpoint.size, since=before.size if before else 0):
        durable.write(folder / tile.path, content(store, tile))
        written += 1
    # The power may go here: more tiles than the old checkpoint covers harm nobody.
    durable.write(folder / CHECKPOINT, note)
    return written + 1


def published_in(folder: Path) -> Checkpoint | None:
    """The checkpoint that a folder serves; None if it serves none yet. Signatures are not looked at."""
    path = folder / CHECKPOINT
    return parse_checkpoint(parse_note(path.read_bytes()).text) if path.exists() else None


def _continues(store: Store, before: Checkpoint | None, now: Checkpoint, folder: Path) -> None:
    if before is None or before.size == 0:
        return
    if before.origin == now.origin and before.size <= now.size:
        path = consistency_path(store.node, before.size, now.size)
        if consistent(before.size, now.size, path, before.root, now.root):
            return
    raise ConflictError(
        f"{folder} serves {before.size} entries of {before.origin}, which this checkpoint does not continue"
    )


def content(store: Store, tile: Tile) -> bytes:
    """The bytes of a tile or bundle.

    Raises:
        NotProvenError: the log has fewer entries.
    """
    if tile.level is not None:
        return hash_tile(store.node, tile)
    first = tile.number * WIDTH
    leaves = [entry.leaf for entry in store.entries(first, first + tile.width)]
    if len(leaves) != tile.width:
        raise NotProvenError(f"the log has fewer entries than its checkpoint covers: {tile.path}")
    return bundle(leaves)
