"""Everything about a sealed document at once, offline: seal, issuer, shape, time, withdrawal, the log's proof.

    verdict = check(data, Known(documents=[did_document]), now=now)
    verdict.holds, verdict.findings

Source: W3C VC Data Model 2.0, 7.1 (verification); Bitstring Status List 1.0, 3.2; C2SP tlog-proof.
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from filon.core.errors import NotProvenError
from filon.core.finding import Finding, Level, found
from filon.log.policy import Policy
from filon.log.receipt import parse_receipt
from filon.seal.broken import BrokenSealError, broken
from filon.seal.credential import shape, valid_at
from filon.seal.did import address, key_of_did_key, keys_of
from filon.seal.key import PublicKey
from filon.seal.proof import Resolver
from filon.seal.sdjwt import Binding
from filon.seal.seal import Sealed, opened_seal
from filon.seal.status import status

RECEIPT = "https://w3id.org/filon/LogReceipt"
"""Type of the evidence that carries a log's proof."""
_MOST = 64


@dataclass(frozen=True, slots=True)
class Known:
    """What the reader brings along; nothing is fetched.

    Args:
        documents: DID documents of issuers, as received from their hosts.
        status_lists: sealed status list credentials, by address.
        log: whose checkpoints count; None: the log's proof is not checked.
        binding: what was asked of the holder of an SD-JWT.
    """

    documents: Sequence[Mapping[str, Any]] = ()
    status_lists: Mapping[str, bytes | str] = field(default_factory=dict)
    log: Policy | None = None
    binding: Binding | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is shown and what is not.

    Args:
        sealed: the document, None if its seal does not hold.
        findings: errors first, then warnings, then what holds.
    """

    sealed: Sealed | None
    findings: tuple[Finding, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing speaks against it; warnings say what was not looked at."""
        return self.sealed is not None and not any(one.level is Level.ERROR for one in self.findings)


def check(data: bytes | str, known: Known, *, now: datetime) -> Verdict:
    """The verdict on a sealed document.

    Findings:
        SEA-001 to SEA-050 what does not hold; SEA-101 to SEA-106 what does, and what was not looked at.
    """
    try:
        sealed = opened_seal(data, resolving(known.documents), binding=known.binding)
    except BrokenSealError as error:
        return Verdict(None, (error.finding,))
    document = sealed.document
    findings = [
        *shape(document),
        *valid_at(document, now),
        *_withdrawn(document, known, now),
        *_logged(document, known.log),
        found("SEA-101", key=sealed.method),
        *_trusted(sealed.method),
    ]
    order = list(Level)
    return Verdict(sealed, tuple(sorted(findings, key=lambda one: order.index(one.level))))


def resolving(documents: Iterable[Mapping[str, Any]]) -> Resolver:
    """Finds a key in the documents of its controller, read anew for the purpose; a did:key is its own document."""
    by_id = {str(one.get("id")): one for one in documents}

    def resolve(method: str, purpose: str) -> PublicKey:
        did = method.partition("#")[0]
        if did.startswith("did:key:"):
            return key_of_did_key(method)
        key = keys_of(by_id[did], did, purpose=purpose).get(method) if did in by_id else None
        if key is None:
            raise broken("SEA-008", issuer=did or "?", key=method or "?")
        return key

    return resolve


def _withdrawn(document: Mapping[str, Any], known: Known, now: datetime) -> Iterator[Finding]:
    entries = document.get("credentialStatus") or []
    for entry in (entries if isinstance(entries, list) else [entries])[:_MOST]:
        address = str(entry.get("statusListCredential"))
        if address not in known.status_lists:
            yield found("SEA-103")
            continue
        try:
            said = status(entry, _listed_by(document, known.status_lists[address], known, now))
        except BrokenSealError as error:
            yield error.finding
            continue
        yield found("SEA-031", purpose=said.purpose) if said.withdrawn else found("SEA-105", list=address)


def _listed_by(document: Mapping[str, Any], data: bytes | str, known: Known, now: datetime) -> Mapping[str, Any]:
    """The list's subject, sealed by the issuer of the credential itself; another's list says nothing here."""
    sealed = opened_seal(data, resolving(known.documents))
    wrong = _name(sealed.document) != _name(document) or valid_at(sealed.document, now)
    if wrong or "BitstringStatusListCredential" not in sealed.document.get("type", ()):
        raise broken("SEA-030", error="STATUS_VERIFICATION_ERROR", fault="the list is another issuer's or has expired")
    subject: Mapping[str, Any] = sealed.document["credentialSubject"]
    return subject


def _logged(document: Mapping[str, Any], policy: Policy | None) -> Iterator[Finding]:
    """Receipts inside: that the log held these entries when it signed."""
    entries, origin, size = 0, "", 0
    for one in _evidence(document):
        if policy is None:
            yield found("SEA-106")
            return
        try:
            receipt = parse_receipt(b64decode(str(one.get("receipt")), validate=True))
            checkpoint, _ = receipt.proves(b64decode(str(one.get("leaf")), validate=True), policy)
        except (NotProvenError, NotBase64, ValueError) as error:
            yield found("SEA-050", fault=str(error))
            return
        entries, origin, size = entries + 1, checkpoint.origin, max(size, checkpoint.size)
    if entries:
        yield found("SEA-102", origin=origin, entries=entries, size=size)


def _evidence(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    listed = document.get("evidence") or []
    both = listed if isinstance(listed, list) else [listed]
    return [one for one in both if RECEIPT in (one["type"] if isinstance(one["type"], list) else [one["type"]])]


def _trusted(method: str) -> Iterator[Finding]:
    did = method.partition("#")[0]
    if not did.startswith("did:key:"):
        where = address(did) if did.startswith("did:web:") else did
        yield found("SEA-104", issuer=did, address=where)


def _name(document: Mapping[str, Any]) -> object:
    issuer = document.get("issuer")
    return issuer.get("id") if isinstance(issuer, Mapping) else issuer
