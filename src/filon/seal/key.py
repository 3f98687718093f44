"""Keys that seal documents: Ed25519 and the NIST curves, as JWK, as Multikey and as raw bytes.

A public key knows under which identifier it is published (a DID URL), a secret key signs.

    key = new_key("did:web:id.example.com#2026", seed)
    key.public.multikey        # 'z6Mk...'

Source: W3C Controlled Identifiers 1.0, 2.2 (Multikey, JsonWebKey); RFC 7517; RFC 8037; RFC 9864.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from filon.core.errors import WrongCallError
from filon.log.key import SEED_SIZE, is_low_order
from filon.seal.base import base64url, from_base64url, from_multibase, multibase
from filon.seal.broken import broken

Jwk = Mapping[str, Any]


class Algorithm(StrEnum):
    """How a key signs, by its JOSE name."""

    ED25519 = "Ed25519"
    ES256 = "ES256"
    ES384 = "ES384"
    ES512 = "ES512"


_CURVES: Mapping[Algorithm, tuple[str, ec.EllipticCurve, hashes.HashAlgorithm, int]] = {
    Algorithm.ES256: ("P-256", ec.SECP256R1(), hashes.SHA256(), 32),
    Algorithm.ES384: ("P-384", ec.SECP384R1(), hashes.SHA384(), 48),
    Algorithm.ES512: ("P-521", ec.SECP521R1(), hashes.SHA512(), 66),
}
_BY_CURVE = {"Ed25519": Algorithm.ED25519, **{curve[0]: name for name, curve in _CURVES.items()}}
_CODECS = {
    b"\xed\x01": ("Ed25519", 32),
    b"\xec\x01": ("X25519", 32),
    b"\xe7\x01": ("secp256k1", 33),
    b"\x80\x24": ("P-256", 33),
    b"\x81\x24": ("P-384", 49),
}
_PREFIX = {curve: prefix for prefix, (curve, _) in _CODECS.items()}


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The half that everybody may have.

    Args:
        id: where it is published, a DID URL; empty if it came alone.
        algorithm: the only one that it is used with.
        native: the key as `cryptography` holds it.
    """

    id: str
    algorithm: Algorithm
    native: Ed25519PublicKey | ec.EllipticCurvePublicKey

    def signed(self, signature: bytes, message: bytes) -> bool:
        """Whether the key made this signature (64 bytes, or r and s in full width) over exactly these bytes."""
        try:
            if isinstance(self.native, Ed25519PublicKey):
                self.native.verify(signature, message)
            else:
                _, _, digest, width = _CURVES[self.algorithm]
                if len(signature) != 2 * width:
                    return False
                r, s = (int.from_bytes(part, "big") for part in (signature[:width], signature[width:]))
                self.native.verify(encode_dss_signature(r, s), message, ec.ECDSA(digest))
        except (InvalidSignature, ValueError):
            return False
        return True

    @property
    def jwk(self) -> dict[str, str]:
        """The key as a JSON Web Key."""
        if isinstance(self.native, Ed25519PublicKey):
            return {"kty": "OKP", "crv": "Ed25519", "x": base64url(self.native.public_bytes_raw())}
        name, _, _, width = _CURVES[self.algorithm]
        numbers = self.native.public_numbers()
        x, y = (base64url(number.to_bytes(width, "big")) for number in (numbers.x, numbers.y))
        return {"kty": "EC", "crv": name, "x": x, "y": y}

    @property
    def multikey(self) -> str:
        """The key as `publicKeyMultibase`.

        Raises:
            WrongCallError: P-521 has no such form here.
        """
        if isinstance(self.native, Ed25519PublicKey):
            return multibase(_PREFIX["Ed25519"] + self.native.public_bytes_raw())
        name, _, _, width = _CURVES[self.algorithm]
        if name not in _PREFIX:
            raise WrongCallError(f"{name} has no Multikey form here")
        numbers = self.native.public_numbers()
        return multibase(_PREFIX[name] + bytes([2 + (numbers.y & 1)]) + numbers.x.to_bytes(width, "big"))


@dataclass(frozen=True, slots=True)
class SecretKey:
    """The half that stays with the sealer; its text never shows the secret."""

    public: PublicKey
    native: Ed25519PrivateKey | ec.EllipticCurvePrivateKey

    def __repr__(self) -> str:
        return f"SecretKey({self.public.id})"

    def sign(self, message: bytes) -> bytes:
        """The bare signature: 64 bytes of Ed25519, or r and s in full width."""
        if isinstance(self.native, Ed25519PrivateKey):
            return self.native.sign(message)
        _, _, digest, width = _CURVES[self.public.algorithm]
        r, s = decode_dss_signature(self.native.sign(message, ec.ECDSA(digest)))
        return r.to_bytes(width, "big") + s.to_bytes(width, "big")


def new_key(key_id: str, seed: bytes) -> SecretKey:
    """The Ed25519 key made from 32 random bytes.

    Args:
        key_id: DID URL under which its public half is published; empty: its own `did:key`.

    Raises:
        WrongCallError: the seed is not 32 bytes.
    """
    if len(seed) != SEED_SIZE:
        raise WrongCallError(f"a seed has {SEED_SIZE} bytes")
    secret = Ed25519PrivateKey.from_private_bytes(seed)
    public = PublicKey(key_id, Algorithm.ED25519, secret.public_key())
    return SecretKey(public if key_id else PublicKey(did_key(public), Algorithm.ED25519, public.native), secret)


def did_key(public: PublicKey) -> str:
    """The key's own verification method: `did:key:z6Mk…#z6Mk…`."""
    return f"did:key:{public.multikey}#{public.multikey}"


def from_jwk(jwk: object, key_id: str = "") -> PublicKey:
    """The public key of a JSON Web Key.

    Raises:
        BrokenSealError: SEA-003, no such key, another algorithm than its curve's, or one that proves nothing.
    """
    if not isinstance(jwk, Mapping):
        raise broken("SEA-003", fault="a JSON Web Key is an object")
    algorithm = _BY_CURVE.get(str(jwk.get("crv")))
    if algorithm is None or jwk.get("kty") != ("OKP" if algorithm is Algorithm.ED25519 else "EC"):
        raise broken("SEA-003", fault=f"curve {jwk.get('crv')} is not used here")
    said = {algorithm.value, "EdDSA"} if algorithm is Algorithm.ED25519 else {algorithm.value}
    if jwk.get("alg", algorithm.value) not in said:
        raise broken("SEA-003", fault=f"the key says {jwk['alg']}, its curve {algorithm.value}")
    if jwk.get("use", "sig") != "sig" or not set(jwk.get("key_ops", ("verify",))) & {"verify", "sign"}:
        raise broken("SEA-003", fault="the key is not for signing")
    try:
        native = _native(jwk, algorithm)
    except (ValueError, TypeError, KeyError) as error:
        raise broken("SEA-003", fault=str(error)[:120] or type(error).__name__) from error
    return PublicKey(key_id, algorithm, native)


def _native(jwk: Jwk, algorithm: Algorithm) -> Ed25519PublicKey | ec.EllipticCurvePublicKey:
    if algorithm is Algorithm.ED25519:
        return _ed25519(from_base64url(jwk["x"]))
    _, curve, _, width = _CURVES[algorithm]
    x, y = from_base64url(jwk["x"]), from_base64url(jwk["y"])
    if {len(x), len(y)} != {width}:
        raise ValueError("coordinates of another length")
    return ec.EllipticCurvePublicNumbers(int.from_bytes(x, "big"), int.from_bytes(y, "big"), curve).public_key()


def _ed25519(raw: bytes) -> Ed25519PublicKey:
    if len(raw) != SEED_SIZE:
        raise ValueError(f"a key of {len(raw)} bytes where {SEED_SIZE} are needed")
    if is_low_order(raw):
        raise ValueError("a key of low order proves nothing")
    return Ed25519PublicKey.from_public_bytes(raw)


def decoded(multikey: object) -> tuple[str, bytes]:
    """Curve and raw bytes of a `publicKeyMultibase`, whether or not we sign with that curve.

    Raises:
        BrokenSealError: SEA-003, unknown codec or wrong length.
    """
    data = from_multibase(multikey)
    curve, size = _CODECS.get(data[:2], ("", 0))
    if not curve or len(data) != size + 2:
        raise broken("SEA-003", fault="no public key of a known kind and length")
    if curve == "Ed25519" and is_low_order(data[2:]):
        raise broken("SEA-003", fault="a key of low order proves nothing")
    return curve, data[2:]


def from_multikey(multikey: object, key_id: str = "") -> PublicKey:
    """The public key of a `publicKeyMultibase`.

    Raises:
        BrokenSealError: SEA-003, no such key, or of a curve that does not sign here.
    """
    curve, raw = decoded(multikey)
    try:
        if curve == "Ed25519":
            return PublicKey(key_id, Algorithm.ED25519, _ed25519(raw))
        if curve in _BY_CURVE:
            algorithm = _BY_CURVE[curve]
            return PublicKey(
                key_id, algorithm, ec.EllipticCurvePublicKey.from_encoded_point(_CURVES[algorithm][1], raw)
            )
    except ValueError as error:
        raise broken("SEA-003", fault=str(error)[:120]) from error
    raise broken("SEA-003", fault=f"{curve} is not used for signing here")


def secret_from_jwk(jwk: Jwk, key_id: str = "") -> SecretKey:
    """The secret key of a JSON Web Key with its member `d`.

    Raises:
        BrokenSealError: SEA-003, no such key.
    """
    public = from_jwk(jwk, key_id)
    try:
        secret = from_base64url(jwk["d"])
        if public.algorithm is Algorithm.ED25519:
            return SecretKey(public, Ed25519PrivateKey.from_private_bytes(secret))
        return SecretKey(public, ec.derive_private_key(int.from_bytes(secret, "big"), _CURVES[public.algorithm][1]))
    except (ValueError, KeyError, TypeError) as error:
        raise broken("SEA-003", fault=str(error)[:120]) from error
