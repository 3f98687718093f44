"""Keys that sign checkpoints: the public half everybody may have, the secret half that stays with the signer.

A key has a name and a kind; its id binds both to the public bytes, so a signature line says by four bytes which key
to try. Kinds: Ed25519 for the log itself, Ed25519 and ML-DSA-44 for witnesses (and ML-DSA-44 for the log beside it).

    secret = new_secret("log.example/atlas", Kind.ED25519, seed)
    str(secret.key)     # 'log.example/atlas+48f35bb6+AepK...', given to partners

Source: C2SP signed-note v1.0.0; tlog-cosignature v1.1.0-rc.1; FIPS 204 for ML-DSA.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from enum import IntEnum

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

from filon.core.errors import NotProvenError, WrongCallError

SEED_SIZE = 32
_SECRET = "PRIVATE+KEY+"  # noqa: S105 - how such a text begins
_P = 2**255 - 19
_ORDER_8 = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
_LOW_ORDER = {0, 1, _P - 1, _ORDER_8, _P - _ORDER_8}
"""y coordinates of the points of order 1, 2, 4 and 8: under such a key many signatures fit many messages."""


class Kind(IntEnum):
    """Signature type byte."""

    ED25519 = 0x01
    ED25519_COSIGNATURE = 0x04
    MLDSA44_COSIGNATURE = 0x06

    @property
    def public_size(self) -> int:
        """Bytes of a public key."""
        return 1312 if self is Kind.MLDSA44_COSIGNATURE else 32

    @property
    def signature_size(self) -> int:
        """Bytes of a bare signature."""
        return 2420 if self is Kind.MLDSA44_COSIGNATURE else 64


@dataclass(frozen=True, slots=True)
class Key:
    """A public key with its name and kind; `str(key)` is the text that partners exchange (a vkey)."""

    name: str
    kind: Kind
    public: bytes

    @property
    def id(self) -> bytes:
        """Four bytes that stand for name, kind and public bytes."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{b64encode(bytes([self.kind]) + self.public).decode()}"

    def signed(self, signature: bytes, message: bytes) -> bool:
        """Whether this key made the bare signature over exactly these bytes."""
        if len(signature) != self.kind.signature_size:
            return False
        try:
            if self.kind is Kind.MLDSA44_COSIGNATURE:
                MLDSA44PublicKey.from_public_bytes(self.public).verify(signature, message)
            else:
                Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class Secret:
    """The secret half: a 32-byte seed that never leaves the signer."""

    key: Key
    seed: bytes

    def __repr__(self) -> str:
        return f"Secret({self.key.name})"  # a seed must not end up in a log line

    def sign(self, message: bytes) -> bytes:
        """The bare signature over exactly these bytes."""
        if self.key.kind is Kind.MLDSA44_COSIGNATURE:
            return MLDSA44PrivateKey.from_seed_bytes(self.seed).sign(message)
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)

    def text(self) -> str:
        """The secret as kept in the signer's file."""
        return f"{_SECRET}{self.key.name}+{self.key.id.hex()}+{b64encode(bytes([self.key.kind]) + self.seed).decode()}"


def is_name(text: str) -> bool:
    """Whether the text can name a key: not empty, without spaces and plus signs."""
    return bool(text) and not any(char.isspace() or char == "+" for char in text)


def new_secret(name: str, kind: Kind, seed: bytes) -> Secret:
    """The key made from a seed of 32 random bytes.

    Raises:
        WrongCallError: the name has a space or a plus sign, or the seed is not 32 bytes.
    """
    if not is_name(name):
        raise WrongCallError(f"a key's name has no spaces and no plus sign: {name!r}")
    if len(seed) != SEED_SIZE:
        raise WrongCallError(f"a seed has {SEED_SIZE} bytes")
    if kind is Kind.MLDSA44_COSIGNATURE:
        public = MLDSA44PrivateKey.from_seed_bytes(seed).public_key().public_bytes_raw()
    else:
        public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    return Secret(Key(name, kind, public), seed)


def parse_key(text: str) -> Key:
    """A public key from its text.

    Raises:
        NotProvenError: not such a text, the id does not fit, an unsupported kind, or a key of low order.
    """
    name, key_id, kind, public = _parts(text)
    key = Key(name, kind, public)
    if len(public) != kind.public_size:
        raise NotProvenError(f"the key {name} has {len(public)} bytes where {kind.public_size} are needed")
    if key.id.hex() != key_id:
        raise NotProvenError(f"the key {name} does not have the id {key_id}")
    if kind is not Kind.MLDSA44_COSIGNATURE and is_low_order(public):
        raise NotProvenError(f"the key {name} is of low order: it proves nothing")
    return key


def parse_secret(text: str) -> Secret:
    """A secret key from its text.

    Raises:
        NotProvenError: not such a text, or the id does not fit.
    """
    if not text.startswith(_SECRET):
        raise NotProvenError(f"a secret key begins with {_SECRET}")
    name, key_id, kind, seed = _parts(text.strip().removeprefix(_SECRET))
    secret = new_secret(name, kind, seed)
    if secret.key.id.hex() != key_id:
        raise NotProvenError(f"the secret key {name} does not have the id {key_id}")
    return secret


def _parts(text: str) -> tuple[str, str, Kind, bytes]:
    name, plus, rest = text.partition("+")
    key_id, plus, encoded = rest.partition("+")
    if not plus or not is_name(name):
        raise NotProvenError("a key is written name+id+base64")
    try:
        raw = b64decode(encoded, validate=True)
        return name, key_id, Kind(raw[0]), raw[1:]
    except (NotBase64, ValueError, IndexError) as error:
        raise NotProvenError(f"the key {name} cannot be read or is of a kind not supported") from error


def is_low_order(public: bytes) -> bool:
    """Whether an Ed25519 key is a point of order 1, 2, 4 or 8: many signatures fit many messages under it."""
    return (int.from_bytes(public, "little") & (2**255 - 1)) % _P in _LOW_ORDER
