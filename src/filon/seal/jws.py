"""Tokens: a JSON Web Signature in compact form, header.payload.signature, each part base64url.

The algorithm is the key's, never the header's to choose; `none` and shared secrets do not exist here. Keys that a
header brings along (`jwk`, `jku`, `x5c`) are not looked at.

Source: RFC 7515, sections 3.1, 4.1, 5; RFC 8725 (best current practice); RFC 9864; decision 0060.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from filon.seal.base import base64url, from_base64url
from filon.seal.broken import broken
from filon.seal.jcs import read
from filon.seal.key import Algorithm, PublicKey, SecretKey

LIMIT = 16_000_000
"""Characters of a token that is looked at."""
_PARTS = 3


@dataclass(frozen=True, slots=True)
class Token:
    """A token taken apart; nothing in it is proven until `proven` says so.

    Args:
        header: the protected header.
        payload: the bytes that were signed.
        signature: raw.
        signing: what the signature is over: header and payload as they stand in the token.
    """

    header: Mapping[str, Any]
    payload: bytes
    signature: bytes
    signing: bytes

    @property
    def kid(self) -> str:
        """Which key signed, as the header names it; empty if it does not."""
        kid = self.header.get("kid", "")
        return kid if isinstance(kid, str) else ""


def parse(text: str) -> Token:
    """The parts of a compact token.

    Raises:
        BrokenSealError: SEA-004, no such token.
    """
    parts = text.split(".") if len(text) <= LIMIT else []
    if len(parts) != _PARTS:
        raise broken("SEA-004", fault="a token has three parts")
    try:
        head, payload, signature = map(from_base64url, parts)
    except ValueError as error:
        raise broken("SEA-004", fault=str(error)) from error
    header = read(head)
    if not isinstance(header, dict):
        raise broken("SEA-004", fault="the header is no object")
    if "crit" in header or "b64" in header:
        raise broken("SEA-004", fault="the header asks for an extension (crit)")
    return Token(header, payload, signature, text.rpartition(".")[0].encode("ascii"))


def proven(token: Token, key: PublicKey, *, typ: str | None = None) -> bytes:
    """The payload, once the key has been shown to have signed it.

    Args:
        typ: what the header must name itself; None takes any.

    Raises:
        BrokenSealError: SEA-005 another algorithm than the key's, SEA-006 another type, SEA-007 not this key's work.
    """
    named = token.header.get("alg")
    if named != key.algorithm and not (named == "EdDSA" and key.algorithm is Algorithm.ED25519):
        raise broken("SEA-005", expected=key.algorithm.value, found=str(named)[:40])
    if typ is not None and token.header.get("typ") != typ:
        raise broken("SEA-006", expected=typ, found=str(token.header.get("typ"))[:40])
    if not key.signed(token.signature, token.signing):
        raise broken("SEA-007", key=token.kid or key.id or "?")
    return token.payload


def signed(header: Mapping[str, Any], payload: bytes, key: SecretKey) -> str:
    """The compact token over a payload; `alg` and `kid` are the key's."""
    said = {"alg": key.public.algorithm.value, **({"kid": key.public.id} if key.public.id else {}), **header}
    signing = f"{base64url(orjson.dumps(said))}.{base64url(payload)}"
    return f"{signing}.{base64url(key.sign(signing.encode('ascii')))}"
