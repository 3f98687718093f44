"""Verifies a log that Filon published, with aics-tlog and none of our code; runs in an environment of its own.

usage: python aics_verify.py FOLDER LOG_VKEY [WITNESS_VKEY ..]

Exit 0: checkpoint, cosignatures, every tile and bundle, proofs of inclusion and consistency fit; 1: it says what does not.
"""

import sys
from pathlib import Path

from aics_tlog import (
    FileSystemTileReader,
    consistency_proof_from_tiles,
    inclusion_proof_from_tiles,
    leaf_hash,
    parse_note,
    parse_vkey,
    read_entry,
    tree_root_from_tiles,
    verify_checkpoint,
    verify_consistency,
    verify_inclusion,
)  # fmt: skip
from aics_tlog.verified import VerifiedTileReader, audit_tiles


def main(folder, log, *witnesses):
    note = parse_note(Path(folder, "checkpoint").read_bytes())
    told = verify_checkpoint(note, parse_vkey(log), [parse_vkey(each) for each in witnesses], quorum=len(witnesses))
    if not told.ok:
        raise SystemExit(f"checkpoint: {told.error}")
    files = FileSystemTileReader(folder)
    report = audit_tiles(files, told.size, told.root)
    reader = VerifiedTileReader(files, told.size, told.root)
    for index in {0, 1, 255, 256, told.size // 2, told.size - 1}:
        entry = read_entry(reader, index, told.size)
        proof = inclusion_proof_from_tiles(reader, index, told.size)
        if not verify_inclusion(leaf_hash(entry), index, told.size, proof, told.root):
            raise SystemExit(f"entry {index} is not in the tree")
    for old in {1, 256, told.size // 3, told.size - 1}:
        root = tree_root_from_tiles(reader, old, told.size)
        proof = consistency_proof_from_tiles(reader, old, told.size)
        if not verify_consistency(old, told.size, root, told.root, proof):
            raise SystemExit(f"the tree does not begin with that of {old}")
    print(f"{told.origin}: {report.size} entries, {report.tiles} tiles, {report.bundles} bundles, {told.witnesses}")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Exception as error:
        raise SystemExit(f"{type(error).__name__}: {error}") from error
