"""Receipts: one file that proves an entry's place in a log, with nothing but the policy file and the entry.

    c2sp.org/tlog-proof@v1
    index 300
    6jPdeS/cwI8E0gCnI5HOL34rCjoKnT29yR2nHxyqbDI=
    ...

    <the checkpoint with its signatures, as published>

Source: C2SP tlog-proof (draft), file extension `.tlog-proof`.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass

from filon.core.errors import NotProvenError
from filon.log.checkpoint import Checkpoint, Signer
from filon.log.merkle import HASH_SIZE, includes, leaf_hash
from filon.log.policy import Policy

HEADER = "c2sp.org/tlog-proof@v1"
HASH_LIMIT = 63
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})")


@dataclass(frozen=True, slots=True)
class Receipt:
    """The proof that a log holds an entry.

    Args:
        index: of the entry.
        path: 32-byte hashes, leaf's sibling first.
        checkpoint: the signed note, verbatim.
        extra: anything; not authenticated. None if the line is absent.
    """

    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None

    def __bytes__(self) -> bytes:
        extra = [] if self.extra is None else [f"extra {b64encode(self.extra).decode()}"]
        lines = [HEADER, *extra, f"index {self.index}", *(b64encode(each).decode() for each in self.path), "", ""]
        return "\n".join(lines).encode() + self.checkpoint

    def proves(self, entry: bytes, policy: Policy) -> tuple[Checkpoint, list[Signer]]:
        """The trusted checkpoint that covers the entry, and who stands by it.

        Raises:
            NotProvenError: the checkpoint is not to be trusted by the policy, or does not cover this entry.
        """
        checkpoint, signers = policy.trusted(self.checkpoint)
        if not includes(self.index, checkpoint.size, self.path, leaf_hash(entry), checkpoint.root):
            raise NotProvenError(f"this is not entry {self.index} of {checkpoint.origin}")
        return checkpoint, signers


def parse_receipt(data: bytes) -> Receipt:
    """The receipt in a file.

    Raises:
        NotProvenError: not such a file.
    """
    head, gap, checkpoint = data.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise NotProvenError("a receipt is plain text") from error
    if not gap or lines.pop(0) != HEADER:
        raise NotProvenError(f"a receipt begins with {HEADER} and has an empty line before its checkpoint")
    extra = _base64(lines.pop(0)[6:]) if lines and lines[0].startswith("extra ") else None
    index = _INDEX.fullmatch(lines.pop(0)) if lines else None
    if index is None:
        raise NotProvenError("a receipt names its index, without leading zeros")
    path = tuple(map(_base64, lines))
    if len(path) > HASH_LIMIT or any(len(each) != HASH_SIZE for each in path):
        raise NotProvenError("a receipt has at most 63 hashes of 32 bytes")
    return Receipt(int(index[1]), path, checkpoint, extra)


def _base64(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except (NotBase64, ValueError) as error:
        raise NotProvenError("a receipt's lines are base64") from error
