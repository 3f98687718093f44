"""The leaf of an entry: a small public record that commits to a deposit without telling anything about it.

What is hashed into the tree is `{"alg", "commitment", "logged", "type", "v"}` in canonical JSON. The commitment is a
Merkle root over salted hashes, one for the exact bytes received and one for what was said with them (name, media
type, submitter, accepted warnings), so each can be shown alone and nothing can be guessed: lot numbers and weights
are few, an unsalted hash of them is as good as the text. When the salts are destroyed, the leaf says nothing for
ever, and the tree stays whole.

Source: RFC 8785 (canonical JSON); docs/decisions/0020.
"""

from __future__ import annotations

from binascii import b2a_base64, hexlify
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import Any

import orjson

from filon.core.errors import ConflictError, StoreError, WrongCallError
from filon.log.merkle import leaf_hash, node_hash
from filon.log.store import Deposit, Entry, Kept

SALT_SIZE = 16
SALTS_SIZE = 2 * SALT_SIZE
"""One salt for the bytes, one for what was said with them."""
_URL_SAFE = bytes.maketrans(b"+/", b"-_")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
KINDS = frozenset({"deposit", "key", "stamp", "import", "erasure", "passport", "did"})


def canonical(value: Any) -> bytes:
    """Canonical JSON of texts, whole numbers below 2**53, lists and objects with ASCII names.

    Raises:
        WrongCallError: a text holds half a surrogate pair.

    Source: RFC 8785; floats do not occur in the log.
    """
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError as error:
        raise WrongCallError(f"not writable as canonical JSON: {error}") from error


def bytes_field(salt: bytes, data_hash: bytes) -> bytes:
    """Hash that stands for the exact bytes received; `data_hash` is their SHA-256.

    The canonical JSON of `["filon.field.v1", salt, "", "sha-256:.."]`, written out because it has nothing to escape.
    """
    return leaf_hash(b'["filon.field.v1","%b","","sha-256:%b"]' % (_text(salt), hexlify(data_hash)))


def said_field(salt: bytes, deposit: Deposit) -> bytes:
    """Hash that stands for what was said with the bytes."""
    said = {
        "accepted": deposit.accepted,
        "media_type": deposit.media_type,
        "name": deposit.name,
        "submitter": deposit.submitter,
    }
    return leaf_hash(b'["filon.said.v1","%b",%b]' % (_text(salt), canonical(said)))


def commitment(deposit: Deposit, salts: bytes) -> bytes:
    """Merkle root over the two fields, sorted so that their order says nothing.

    Args:
        deposit: with the exact bytes.
        salts: 32 random bytes, never used twice.
    """
    data = bytes_field(salts[:SALT_SIZE], sha256(deposit.data).digest())
    said = said_field(salts[SALT_SIZE:], deposit)
    return node_hash(data, said) if data < said else node_hash(said, data)


def leaf(deposit: Deposit, salts: bytes, learned: int) -> bytes:
    """The bytes that go into the tree: canonical JSON, written out because nothing in it needs escaping.

    Args:
        learned: microseconds since 1970 UTC.

    Raises:
        WrongCallError: the kind is unknown or a text is not Unicode.
    """
    if deposit.kind not in KINDS:
        raise WrongCallError(f"an entry of kind {deposit.kind!r} is not known", kind=deposit.kind)
    return _LEAF % (hexlify(commitment(deposit, salts)), _moment_bytes(learned), deposit.kind.encode())


_LEAF = b'{"alg":"sha-256","commitment":"%b","logged":"%b","type":"%b","v":1}'


def kind_of(leaf_bytes: bytes) -> str:
    """The leaf's type; empty if the bytes are no leaf of ours, which `verify` tells."""
    _, ours, rest = leaf_bytes.rpartition(b'","type":"')
    if ours and rest[-8:] == b'","v":1}' and rest[:-8].isalpha():  # as we write it: cut out unread
        return rest[:-8].decode()
    try:
        kind = orjson.loads(leaf_bytes)["type"]
    except (ValueError, TypeError, KeyError):
        return ""
    return kind if isinstance(kind, str) else ""


def sealed(deposit: Deposit, index: int, salts: bytes, learned: int) -> Kept:
    """The deposit as it is kept: with its leaf and its place in the log.

    Raises:
        WrongCallError: as in `leaf`, or an erasure that does not say what it erases.
    """
    leaf_bytes = leaf(deposit, salts, learned)
    if deposit.kind == "erasure":
        erases(deposit, index)
    return Kept(index, learned, leaf_bytes, leaf_hash(leaf_bytes), salts, deposit.data, deposit)


def erases(deposit: Deposit, index: int) -> list[int]:
    """The entries whose payload an erasure takes away.

    Raises:
        WrongCallError: its payload is not `{"erases": [17, ..], ..}` with entries before it.
    """
    try:
        named = orjson.loads(deposit.data)["erases"]
        if not named or any(type(each) is not int or not 0 <= each < index for each in named):
            raise ValueError  # noqa: TRY301
    except (ValueError, TypeError, KeyError) as error:
        raise WrongCallError('an erasure says {"erases": [..]} and names earlier entries') from error
    return list(named)


def follow(size: int, learned: int, entries: Sequence[Kept]) -> None:
    """Make sure that entries continue a log of `size` entries, the last of them learned at `learned`.

    Raises:
        ConflictError: a gap, a time that runs back, or a leaf that does not have its hash.
    """
    for index, kept in enumerate(entries, size):
        if kept.index != index or kept.learned < learned or leaf_hash(kept.leaf) != kept.leaf_hash:
            raise ConflictError(f"entry {kept.index} does not follow here, where {index} is next", entry=kept.index)
        learned = kept.learned


def entered(kept: Kept) -> Entry:
    """The entry that a deposit has become."""
    index, when, leaf_bytes, hashed, d = kept.index, moment(kept.learned), kept.leaf, kept.leaf_hash, kept.said
    if d is None:
        return Entry(index, when, "", "", "", (), leaf_bytes, hashed, 0, kind_of(leaf_bytes), erased=True)
    size = len(d.data)
    return Entry(index, when, d.media_type, d.name, d.submitter, d.accepted, leaf_bytes, hashed, size, d.kind)


def micros(when: datetime) -> int:
    """Microseconds since 1970 UTC of an aware moment."""
    return (when - EPOCH) // timedelta(microseconds=1)


def moment(since_1970: int) -> datetime:
    """The UTC moment so many microseconds after 1970.

    Raises:
        StoreError: beyond the calendar; only a damaged ledger says so.
    """
    try:
        return EPOCH + timedelta(microseconds=since_1970)
    except OverflowError as error:
        raise StoreError(f"{since_1970} is no time; the ledger is damaged, restore it from a mirror") from error


@lru_cache(maxsize=16)
def moment_text(since_1970: int) -> str:
    """`2026-11-22T01:33:00.000000Z` for so many microseconds; entries of one commit share theirs."""
    return moment(since_1970).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@lru_cache(maxsize=16)
def _moment_bytes(since_1970: int) -> bytes:
    return moment_text(since_1970).encode()


def _text(salt: bytes) -> bytes:
    return b2a_base64(salt, newline=False).rstrip(b"=").translate(_URL_SAFE)
