"""A proof inside the document: W3C Data Integrity with the suite eddsa-jcs-2022 (Ed25519 over canonical JSON).

    sealed = with_proof(document, key, created=now)
    shown, method = proven(sealed, resolve)      # what may be believed, and whose key says so

Source: W3C Data Integrity EdDSA Cryptosuites 1.0, 3.3; W3C Verifiable Credential Data Integrity 1.0, 4.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from filon.seal.base import from_base58, multibase
from filon.seal.broken import broken
from filon.seal.jcs import canonical
from filon.seal.key import Algorithm, PublicKey, SecretKey
from filon.seal.stamp import is_stamp, stamp

SUITE = "eddsa-jcs-2022"
ASSERTION = "assertionMethod"
_SIGNATURE = 64

Resolver = Callable[[str, str], PublicKey]
"""(verification method, purpose) -> the key, if its controller authorised it for that purpose; else raises."""


def with_proof(
    document: Mapping[str, Any], key: SecretKey, *, created: datetime | None, purpose: str = ASSERTION
) -> dict[str, Any]:
    """The document with a proof by this key.

    Args:
        document: JSON members without a proof; its `@context` is bound in.
        key: Ed25519, with its id.
    """
    options = {
        **({"@context": document["@context"]} if "@context" in document else {}),
        "type": "DataIntegrityProof",
        "cryptosuite": SUITE,
        **({"created": stamp(created)} if created else {}),
        "verificationMethod": key.public.id,
        "proofPurpose": purpose,
    }
    value = multibase(key.sign(digest(options, document)))
    return {**document, "proof": {**options, "proofValue": value}}


def digest(options: Mapping[str, Any], document: Mapping[str, Any]) -> bytes:
    """The 64 bytes that are signed: the hash of the proof's options, then that of the document."""
    return sha256(canonical(dict(options))).digest() + sha256(canonical(dict(document))).digest()


def proven(sealed: Mapping[str, Any], resolve: Resolver, *, purpose: str = ASSERTION) -> tuple[dict[str, Any], str]:
    """The document as it was signed, and the verification method that signed it.

    With several proofs every one must hold; one bad proof spoils the document.

    Raises:
        BrokenSealError: SEA-009 the proof is not of this kind, SEA-007 it does not hold.
    """
    proofs = sealed.get("proof")
    document = {name: value for name, value in sealed.items() if name != "proof"}
    listed = proofs if isinstance(proofs, list) else [proofs]
    if not listed:
        raise broken("SEA-009", "/proof", fault="there is none")
    shown = [_proven(document, one, resolve, purpose) for one in listed]
    return shown[0]


def _proven(document: dict[str, Any], proof: object, resolve: Resolver, purpose: str) -> tuple[dict[str, Any], str]:
    options, method, signature = _taken(proof, purpose)
    shown = _bound(document, options)
    key = resolve(method, purpose)
    if key.algorithm is not Algorithm.ED25519 or not key.signed(signature, digest(options, shown)):
        raise broken("SEA-007", "/proof", key=method)
    return shown, method


def _taken(proof: object, purpose: str) -> tuple[dict[str, Any], str, bytes]:
    """Options, method and signature of a well-formed proof."""
    if not isinstance(proof, dict):
        raise broken("SEA-009", "/proof", fault="a proof is an object")
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    for member, wanted in (("type", "DataIntegrityProof"), ("cryptosuite", SUITE), ("proofPurpose", purpose)):
        if options.get(member) != wanted:
            raise broken("SEA-009", f"/proof/{member}", fault=member, expected=wanted, found=str(options.get(member)))
    if "created" in options and not is_stamp(options["created"]):
        raise broken("SEA-009", "/proof/created", fault="created is no moment", found=str(options["created"]))
    method, value = options.get("verificationMethod"), proof.get("proofValue")
    if not isinstance(method, str) or not isinstance(value, str) or not value.startswith("z"):
        raise broken("SEA-009", "/proof", fault="verificationMethod and proofValue (z…) are needed")
    signature = from_base58(value[1:])
    if len(signature) != _SIGNATURE:
        raise broken("SEA-009", "/proof/proofValue", fault=f"{len(signature)} bytes where {_SIGNATURE} are needed")
    return options, method, signature


def _bound(document: dict[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """The document under the proof's own context: terms appended later were not signed, so they do not count."""
    if "@context" not in options:
        return document
    wanted, given = (_listed(one.get("@context")) for one in (options, document))
    if given[: len(wanted)] != wanted:
        raise broken("SEA-009", "/@context", fault="the context is not the one that was signed")
    return {**document, "@context": options["@context"]}


def _listed(context: object) -> list[Any]:
    return context if isinstance(context, list) else [context]
