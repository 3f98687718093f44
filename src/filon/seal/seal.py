"""Sealing a credential and opening it again: `vc+jwt` token, proof inside the document, or SD-JWT.

    token = as_token(credential, key)                     # eyJ... for media type application/vc+jwt
    sealed = as_document(credential, key, created=now)    # JSON with its proof

Source: W3C Securing VCs using JOSE and COSE (VC-JOSE-COSE) 3.1; W3C Data Integrity EdDSA 1.0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

import orjson

from filon.seal.broken import BrokenSealError, broken
from filon.seal.credential import presentation_shape, shape
from filon.seal.jcs import read
from filon.seal.jws import parse, proven, signed
from filon.seal.key import SecretKey
from filon.seal.proof import ASSERTION, Resolver, with_proof
from filon.seal.proof import proven as proven_inside
from filon.seal.sdjwt import Binding, opened

VC_TYPE, VP_TYPE, SD_TYPE, SD_VP_TYPE = "vc+jwt", "vp+jwt", "vc+sd-jwt", "vp+sd-jwt"
_CLAIMS_OF_1_1 = ("vc", "vp")


class Kind(StrEnum):
    """How a document is sealed."""

    TOKEN = "vc+jwt"  # noqa: S105 - no secret: the media type
    PROOF = "eddsa-jcs-2022"
    PARTS = "vc+sd-jwt"


@dataclass(frozen=True, slots=True)
class Sealed:
    """A document whose seal holds.

    Args:
        kind: how it was sealed.
        document: what was signed.
        method: the verification method of the key.
        shown: paths of disclosed parts, of an SD-JWT.
    """

    kind: Kind
    document: Mapping[str, Any]
    method: str
    shown: tuple[tuple[str | int, ...], ...] = ()


def as_token(credential: Mapping[str, Any], key: SecretKey) -> str:
    """The credential as a `vc+jwt` token, its payload the credential itself.

    Source: VC-JOSE-COSE 3.1.1; no `iss`, `nbf` or `vc` claims are added.
    """
    return signed({"typ": VC_TYPE, "cty": "vc"}, _bytes(credential), key)


def as_presentation(presentation: Mapping[str, Any], key: SecretKey) -> str:
    """A presentation as a `vp+jwt` token."""
    return signed({"typ": VP_TYPE, "cty": "vp"}, _bytes(presentation), key)


def as_document(credential: Mapping[str, Any], key: SecretKey, *, created: datetime) -> dict[str, Any]:
    """The credential with its proof inside; the key speaks through its Multikey (`…-multikey`)."""
    method = key.public.id if key.public.id.startswith("did:key:") else f"{key.public.id}-multikey"
    return with_proof(credential, SecretKey(replace(key.public, id=method), key.native), created=created)


def opened_seal(data: bytes | str, resolve: Resolver, *, binding: Binding | None = None) -> Sealed:
    """The document within a seal of any kind, once the seal holds and the key is the issuer's.

    Args:
        data: a token, an SD-JWT, or a JSON document with a proof, as received.
        resolve: gives the key of a verification method; must refuse keys that are not authorised.

    Raises:
        BrokenSealError: with the finding that says what is wrong.
    """
    text = (data.decode("utf-8", "replace") if isinstance(data, bytes) else data).strip()
    if text.startswith("{"):
        sealed = Sealed(Kind.PROOF, *proven_inside(_object(read(text)), resolve))
    elif "~" in text:
        sealed = Sealed(Kind.PARTS, *_parts(text, resolve, binding))
    else:
        sealed = Sealed(Kind.TOKEN, *_token(text, resolve))
    _belongs(sealed.document, sealed.method)
    return sealed


def _token(text: str, resolve: Resolver) -> tuple[dict[str, Any], str]:
    token = parse(text)
    if token.header.get("typ") not in {VC_TYPE, VP_TYPE}:
        raise broken("SEA-006", expected=VC_TYPE, found=str(token.header.get("typ"))[:40])
    document = _object(read(proven(token, resolve(token.kid, ASSERTION))))
    fault = claims_fault(document)
    if fault:
        raise broken("SEA-020", fault=fault)
    inside = shape if token.header["typ"] == VC_TYPE else presentation_shape
    _shaped(document, inside)
    return document, token.kid


def _parts(
    text: str, resolve: Resolver, binding: Binding | None
) -> tuple[dict[str, Any], str, tuple[tuple[str | int, ...], ...]]:
    token = parse(text.partition("~")[0])
    if token.header.get("typ") not in {SD_TYPE, SD_VP_TYPE}:
        raise broken("SEA-006", expected=SD_TYPE, found=str(token.header.get("typ"))[:40])
    shown = opened(text, resolve(token.kid, ASSERTION), binding=binding)
    _shaped(shown.payload, shape if token.header["typ"] == SD_TYPE else presentation_shape)
    return shown.payload, token.kid, shown.hidden


def claims_fault(document: Mapping[str, Any]) -> str:
    """Why the claims of a token are not those of a credential; empty if they are.

    Source: VC-JOSE-COSE 3.1.1 and 3.3.
    """
    if any(name in document for name in _CLAIMS_OF_1_1):
        return "the claims vc and vp are of edition 1.1"
    issuer = document.get("issuer", document.get("holder"))
    if "iss" in document and document["iss"] != (issuer.get("id") if isinstance(issuer, Mapping) else issuer):
        return "iss is not the issuer"
    return ""


def _belongs(document: Mapping[str, Any], method: str) -> None:
    """The key must be the issuer's own: else anybody could speak in its name."""
    issuer = document.get("issuer", document.get("holder"))
    name = issuer.get("id") if isinstance(issuer, Mapping) else issuer
    if not isinstance(name, str) or method.partition("#")[0] != name:
        raise broken("SEA-008", issuer=str(name), key=method or "?")


def _shaped(document: Mapping[str, Any], judge: Callable[[object], list[Any]]) -> None:
    faults = [one for one in judge(document) if one.level == "error"]
    if faults:
        raise BrokenSealError(faults[0])


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise broken("SEA-020", fault="no object")
    return value


def _bytes(document: Mapping[str, Any]) -> bytes:
    return orjson.dumps(document, default=_plain)


def _plain(value: object) -> object:
    """Decimals as JSON numbers, digit by digit: a token signs bytes, so nothing need pass through a double."""
    if hasattr(value, "as_tuple"):
        return orjson.Fragment(format(value, "f"))
    raise TypeError(type(value).__name__)
