"""What W3C says a credential is: its members and their shapes, as findings.

Only shapes are judged here, not seals. Vocabularies are not fetched; a type is known if the base vocabulary or an
inline one names it, and nothing is said about types where a vocabulary is one that we do not hold.

Source: W3C Verifiable Credentials Data Model 2.0 (Recommendation 2025-05-15), 4; edition of the base context: BASE.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from filon.core.finding import Finding, Place, found
from filon.core.ident import is_uri
from filon.seal.stamp import moment

BASE = "https://www.w3.org/ns/credentials/v2"
CREDENTIAL, PRESENTATION, ENVELOPED = "VerifiableCredential", "VerifiablePresentation", "EnvelopedVerifiableCredential"
_TERMS = frozenset(
    {"VerifiableCredential", "EnvelopedVerifiableCredential", "VerifiablePresentation", "JsonSchemaCredential",
     "EnvelopedVerifiablePresentation", "JsonSchema", "BitstringStatusListCredential", "BitstringStatusList",
     "BitstringStatusListEntry", "DataIntegrityProof"}
)  # fmt: skip
_TYPED = ("credentialStatus", "credentialSchema", "evidence", "termsOfUse", "refreshService", "proof")
_NEEDS_ID = {"credentialSchema"}
_OLD = {"issuanceDate", "expirationDate"}
_LANGUAGE = {"@value", "@language", "@direction"}
_DATA = re.compile(r"data:application/vc(?:-ld)?\+(?:sd-)?jwt(?:;base64url)?,[A-Za-z0-9._~-]+")


def shape(document: object) -> list[Finding]:
    """What keeps a document from being a credential; empty if nothing does.

    Findings:
        SEA-020: a member that is missing or wrong. SEA-023: a vocabulary that we do not hold.
    """
    if not isinstance(document, Mapping):
        return [_at("", "an object is needed")]
    return [*_common(document, CREDENTIAL), *_issuer(document), *_subject(document), *_validity(document)]


def presentation_shape(document: object) -> list[Finding]:
    """What keeps a document from being a presentation of credentials.

    Findings:
        SEA-020, SEA-023, also those of the credentials inside.
    """
    if not isinstance(document, Mapping):
        return [_at("", "an object is needed")]
    faults = list(_common(document, PRESENTATION))
    if "holder" in document and not _names(document["holder"]):
        faults.append(_at("/holder", "holder needs an absolute identifier"))
    for index, one in enumerate(_listed(document.get("verifiableCredential", []))):
        if not isinstance(one, Mapping):
            faults.append(_at(f"/verifiableCredential/{index}", "a credential is an object; tokens are enveloped"))
        elif str(one.get("id", "")).startswith("data:"):
            faults += _enveloped(one, index)
        else:
            faults += shape(one)
    return faults


def known_contexts(document: Mapping[str, Any]) -> bool:
    """Whether every vocabulary is the base one or written out in the document."""
    return all(one == BASE or isinstance(one, Mapping) for one in _listed(document.get("@context")))


def valid_at(document: Mapping[str, Any], now: Any) -> list[Finding]:
    """Whether the credential holds now.

    Findings:
        SEA-021, SEA-022.
    """
    faults = []
    start, end = document.get("validFrom"), document.get("validUntil")
    if start is not None and moment(start) > now:
        faults.append(found("SEA-021", Place(pointer="/validFrom"), start=start))
    if end is not None and moment(end) < now:
        faults.append(found("SEA-022", Place(pointer="/validUntil"), end=end))
    return faults


def _common(document: Mapping[str, Any], kind: str) -> Iterator[Finding]:
    yield from _context(document)
    yield from _types(document, kind)
    if "id" in document and not (isinstance(document["id"], str) and is_uri(document["id"])):
        yield _at("/id", "id is one absolute identifier")
    for name in ("name", "description"):
        if name in document and not _told(document[name]):
            yield _at(f"/{name}", f"{name} is a text or a text with its language")
    for name in _TYPED:
        yield from _typed(document, name)


def _context(document: Mapping[str, Any]) -> Iterator[Finding]:
    listed = _listed(document.get("@context"))
    if not listed or listed[0] != BASE:
        yield _at("/@context", f"the first vocabulary is {BASE}")
    terms: dict[str, Any] = {}
    for index, one in enumerate(listed):
        if isinstance(one, Mapping):
            changed = [name for name in one if name in terms and terms[name] != one[name]]
            if changed or _TERMS & one.keys():
                yield _at(f"/@context/{index}", f"{', '.join(changed) or 'a base term'} is defined again")
            if one.get("@protected") is True:
                terms |= {name: value for name, value in one.items() if not name.startswith("@")}
        elif not isinstance(one, str) or not is_uri(one):
            yield _at(f"/@context/{index}", "a vocabulary is an address or an object")
        elif one != BASE:
            yield found("SEA-023", Place(pointer=f"/@context/{index}"), context=one)


def _types(document: Mapping[str, Any], kind: str) -> Iterator[Finding]:
    types = _listed(document.get("type"))
    if kind not in types:
        yield _at("/type", f"type includes {kind}")
    inline = {name for one in _listed(document.get("@context")) if isinstance(one, Mapping) for name in one}
    judged = known_contexts(document)
    for one in types:
        if not isinstance(one, str) or (judged and one not in _TERMS | inline and not is_uri(one)):
            yield _at("/type", f"{one} is no term of a vocabulary and no absolute identifier")


def _issuer(document: Mapping[str, Any]) -> Iterator[Finding]:
    issuer = document.get("issuer")
    if not _names(issuer):
        yield _at("/issuer", "issuer is an absolute identifier, or an object with one")
    if isinstance(issuer, Mapping):
        for name in ("name", "description"):
            if name in issuer and not _told(issuer[name]):
                yield _at(f"/issuer/{name}", f"{name} is a text or a text with its language")


def _subject(document: Mapping[str, Any]) -> Iterator[Finding]:
    subjects = _listed(document.get("credentialSubject"))
    if not subjects:
        yield _at("/credentialSubject", "there is nobody or nothing it speaks of")
    for one in subjects:
        if not isinstance(one, Mapping) or not one:
            yield _at("/credentialSubject", "a subject has at least one claim")
        elif "id" in one and not (isinstance(one["id"], str) and is_uri(one["id"])):
            yield _at("/credentialSubject/id", "id is one absolute identifier")


def _validity(document: Mapping[str, Any]) -> Iterator[Finding]:
    times = {}
    for name in ("validFrom", "validUntil"):
        try:
            times[name] = moment(document[name]) if name in document else None
        except ValueError:
            yield _at(f"/{name}", f"{name} needs date, time and zone")
    if times.get("validFrom") and times.get("validUntil") and times["validFrom"] > times["validUntil"]:  # type: ignore[operator]
        yield _at("/validUntil", "it ends before it begins")
    yield from (
        _at(f"/{name}", f"{name} is of edition 1; say validFrom, validUntil") for name in _OLD & document.keys()
    )


def _typed(document: Mapping[str, Any], name: str) -> Iterator[Finding]:
    if name not in document:
        return
    for one in _listed(document[name]):
        types = _listed(one.get("type")) if isinstance(one, Mapping) else []
        if not types or not all(isinstance(kind, str) and kind for kind in types):
            yield _at(f"/{name}", f"{name} needs a type")
        elif ("id" in one or name in _NEEDS_ID) and not _names(one):
            yield _at(f"/{name}/id", f"{name} has one absolute identifier")


def _enveloped(one: Mapping[str, Any], index: int) -> Iterator[Finding]:
    if ENVELOPED not in _listed(one.get("type")) or not _DATA.fullmatch(one["id"]):
        yield _at(f"/verifiableCredential/{index}", f"an enveloped credential has type {ENVELOPED} and a data: address")


def _names(value: object) -> bool:
    one = value.get("id") if isinstance(value, Mapping) else value
    return isinstance(one, str) and is_uri(one)


def _told(value: object) -> bool:
    parts = value if isinstance(value, list) and value else [value]
    return all(
        isinstance(one, str) or (isinstance(one, Mapping) and "@value" in one and set(one) <= _LANGUAGE)
        for one in parts
    )


def _listed(value: object) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [] if value is None else [value]


def _at(pointer: str, fault: str) -> Finding:
    return found("SEA-020", Place(pointer=pointer), fault=fault)
