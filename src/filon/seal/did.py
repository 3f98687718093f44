"""Whose key it is: DIDs, where their documents lie, and which keys a document lets speak.

    address("did:web:id.example.com:atlas")        # 'https://id.example.com/atlas/did.json'
    keys_of(document, "did:web:id.example.com")    # {method id: PublicKey}

Nothing is fetched here. A host must be a full name: numbers, single labels and encoded dots are refused, for they lead
into the house.

Source: W3C DID Core 1.0; W3C Controlled Identifiers 1.0, 2; did:web method (W3C CCG); did:key v0.9.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, unquote

from filon.seal.broken import broken
from filon.seal.key import PublicKey, decoded, from_jwk, from_multikey
from filon.seal.proof import ASSERTION

CONTEXTS = ("https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1", "https://w3id.org/security/jwk/v1")
"""Contexts of the documents that we write."""
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = re.compile(rf"(?:{_LABEL}\.)+[A-Za-z](?:[A-Za-z0-9-]{{0,61}}[A-Za-z0-9])?")
_ESCAPED = re.compile(r"(?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2})+")
_PORT = re.compile(r"[1-9][0-9]{0,4}")
_PORTS = 65_535
_BAD_SEGMENT = re.compile(r"[/\\\x00-\x1f\x7f]")


def address(did: str) -> str:
    """Where the document of a `did:web` lies.

    Raises:
        BrokenSealError: SEA-010, no such DID, or a host or path that could lead elsewhere.
    """
    if not did.startswith("did:web:"):
        raise broken("SEA-010", did=did[:200], fault="did:web: is needed")
    host, segments = place(did, did.removeprefix("did:web:"))
    path = "/".join(segments) if segments else ".well-known"
    return f"https://{host}/{path}/did.json"


def place(did: str, rest: str) -> tuple[str, list[str]]:
    """Host (with port) and path segments of what follows the method's name.

    Raises:
        BrokenSealError: SEA-010.
    """
    first, *segments = rest.split(":")
    if not _ESCAPED.fullmatch(first) or "%" in (name := re.sub("%3[Aa]", ":", first)):
        raise broken("SEA-010", did=did[:200], fault="the host is not a plain name")
    host, colon, port = name.partition(":")
    if not _HOST.fullmatch(host):
        raise broken("SEA-010", did=did[:200], fault="the host is not a full name")
    if colon and not (_PORT.fullmatch(port) and int(port) <= _PORTS):
        raise broken("SEA-010", did=did[:200], fault="the port is none")
    for segment in segments:
        plain = unquote(segment)
        if not _ESCAPED.fullmatch(segment) or plain in {".", ".."} or _BAD_SEGMENT.search(plain):
            raise broken("SEA-010", did=did[:200], fault="a part of the path could lead elsewhere")
    return name, segments


def did_web(host: str, *segments: str) -> str:
    """The `did:web` of a host (`id.example.com:8443`) and path; checked as a reader would.

    Raises:
        BrokenSealError: SEA-010.
    """
    did = ":".join(("did:web", host.replace(":", "%3A"), *(quote(one, safe="") for one in segments)))
    address(did)
    return did


def key_of_did_key(did: str) -> PublicKey:
    """The key that a `did:key` (or its verification method) is.

    Raises:
        BrokenSealError: SEA-010, its fragment names another key; SEA-003, no signing key.
    """
    body, hash_sign, fragment = did.partition("#")
    text = body.removeprefix("did:key:")
    if not body.startswith("did:key:") or (hash_sign and fragment != text):
        raise broken("SEA-010", did=did[:200], fault="a did:key and its fragment are the same key")
    return from_multikey(text, f"did:key:{text}#{text}")


def raw_of_did_key(did: str) -> tuple[str, bytes]:
    """Curve and bytes of a `did:key`, also of one that cannot sign here."""
    if not did.startswith("did:key:") or "#" in did:
        raise broken("SEA-010", did=did[:200], fault="did:key: is needed")
    return decoded(did.removeprefix("did:key:"))


def document(did: str, keys: Iterable[PublicKey], *, services: Iterable[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """The document that publishes these keys: for each a JsonWebKey, for Ed25519 ones a Multikey beside it.

    Tokens name the JsonWebKey (`#2026`), proofs in documents the Multikey (`#2026-multikey`).
    """
    methods: list[dict[str, Any]] = []
    for key in keys:
        methods.append({"id": key.id, "type": "JsonWebKey", "controller": did, "publicKeyJwk": key.jwk})
        if key.jwk["crv"] == "Ed25519":
            multikey = {"type": "Multikey", "controller": did, "publicKeyMultibase": key.multikey}
            methods.append({"id": f"{key.id}-multikey", **multikey})
    listed = [method["id"] for method in methods]
    offered = list(services)
    return {
        "@context": list(CONTEXTS),
        "id": did,
        "verificationMethod": methods,
        "assertionMethod": listed,
        "authentication": listed,
        **({"service": offered} if offered else {}),
    }


def keys_of(found: object, did: str, *, purpose: str = ASSERTION) -> dict[str, PublicKey]:
    """The keys that a controller's document lets speak for this purpose, by verification method.

    Args:
        found: the document as received.
        did: the identifier under which it was asked for.

    Raises:
        BrokenSealError: SEA-011, it is another controller's, or not such a document.
    """
    if not isinstance(found, dict) or found.get("id") != did:
        raise broken("SEA-011", did=did, fault="the document's id is not the identifier asked for")
    methods: dict[str, Mapping[str, Any]] = {}
    for one in [*_listed(found.get("verificationMethod")), *_listed(found.get(purpose))]:
        if isinstance(one, dict):
            methods[_own(one.get("id"), did)] = one
    said = _listed(found.get(purpose))
    allowed = [_own(one.get("id") if isinstance(one, dict) else one, did) for one in said]
    return {name: _key(methods[name], name, did) for name in allowed if name in methods}


def _own(name: object, did: str) -> str:
    if not isinstance(name, str) or not name.startswith(("did:", "https:", "urn:")):
        raise broken("SEA-011", did=did, fault="a verification method needs an absolute identifier")
    return name


def _key(method: Mapping[str, Any], name: str, did: str) -> PublicKey:
    if method.get("controller") != did:
        raise broken("SEA-011", did=did, fault=f"{name} has another controller")
    if "publicKeyJwk" in method:
        if "d" in method["publicKeyJwk"]:
            raise broken("SEA-011", did=did, fault=f"{name} shows a secret key")
        return from_jwk(method["publicKeyJwk"], name)
    return from_multikey(method.get("publicKeyMultibase"), name)


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
