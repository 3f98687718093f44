"""Passports of others taken in: which format it is, what it says, and the same as statements for the log.

    form, told = taken_file(data, name="ev.json")
    document = statements(told, battery, data, at=now)        # EPCIS, for `filon capture`

The statements name the file by its hash, so the file itself is captured beside them and nothing of it is lost.

Source: docs/vocabulary.md (`filon:points`); passport reference, section 11.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from filon.core.errors import WrongCallError
from filon.core.finding import Place, found
from filon.core.ident import canonical, is_uri
from filon.exchange import en18223, idta, jsonld, samm
from filon.exchange.idta.aas import submodels
from filon.exchange.lens import Json, Taken, taken
from filon.exchange.untp import taken_untp
from filon.passport.point import by_code
from filon.passport.value import plain
from filon.seal.broken import BrokenSealError
from filon.seal.jcs import read
from filon.seal.jws import parse
from filon.seal.stamp import stamp

EPCIS = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
FILON = "https://w3id.org/filon/"
_NOT_SAID = frozenset({"ledger", "life", "none"})
_SAID_ALL_THE_SAME = frozenset({"ratedEnergy", "placeOfManufacture", "dateOfManufacture"})


def taken_file(data: bytes, *, name: str = "") -> tuple[str, Taken]:
    """The format of a file and what it says.

    Findings:
        DPP-002, DPP-003; SEA-001 where it is no JSON at all.
    """
    try:
        document = read(_text(data), exact=True)
    except BrokenSealError as error:
        return "", Taken({}, (error.finding,))
    if not isinstance(document, Mapping):
        return "", Taken({}, (found("DPP-003", Place(file=name), format="passport", fault="no object"),))
    return _taken(document, name)


def _text(data: bytes) -> bytes:
    """The JSON in a file: UTF-16 as some publish, or the payload of a token (its seal is not judged here)."""
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return data.decode("utf-16", "replace").encode()
    if data[:3] == b"eyJ":
        return parse(data.decode("ascii", "replace").strip().partition("~")[0]).payload
    return data.removeprefix(b"\xef\xbb\xbf")


def _taken(document: Mapping[str, Json], name: str) -> tuple[str, Taken]:
    if "assetAdministrationShells" in document or "submodels" in document:
        parts = [taken(idta.PARTS[part], one, name=name) for part, one in submodels(document) if part in idta.PARTS]
        return "idta-aas", _together(parts)
    if "credentialSubject" in document:
        return "untp", taken_untp(document, name=name)
    if "@context" in document:
        return "jsonld", jsonld.taken_jsonld(document, name=name)
    if aspect := samm.aspect_of(document):
        return f"samm/{aspect}", taken(samm.ASPECTS[aspect], document, name=name)
    if part := idta.part_of(document) if "digitalProductPassportId" not in document or "lastUpdate" in document else "":
        return f"idta/{part}", taken(idta.PARTS[part], document, name=name)
    return "en18223", en18223.taken_en18223(document, name=name)


def _together(parts: list[Taken]) -> Taken:
    told: dict[str, Any] = {}
    for one in reversed(parts):
        told |= one.told
    return Taken(told, tuple(finding for one in parts for finding in one.findings))


def statements(told: Taken, battery: str, data: bytes, *, at: datetime) -> dict[str, Any]:
    """What was taken as an EPCIS document that `filon capture` takes.

    Args:
        battery: which one it is about; empty = as the file says.
        data: the file, named by its hash as evidence.
        at: since when it counts.

    Raises:
        WrongCallError: neither the caller nor the file says which battery, or it says nothing that can be said.
    """
    name = canonical(battery or str(told.told.get("uniqueIdentifier", "")))
    if not is_uri(name):
        raise WrongCallError("the file names no battery; say which one (--battery)")
    points = list(_points(told, sha256(data).hexdigest()))
    if not points:
        raise WrongCallError("everything in it follows from the books; there is nothing to be said")
    event = {
        "type": "ObjectEvent",
        "eventTime": stamp(at),
        "eventTimeZoneOffset": "+00:00",
        "action": "OBSERVE",
        "epcList": [name],
        "filon:points": points,
    }
    return {
        "@context": [EPCIS, {"filon": FILON}],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": stamp(at),
        "epcisBody": {"eventList": [event]},
    }


def _points(told: Taken, digest: str) -> Iterator[dict[str, Any]]:
    """Statements of all points that anybody can say; what follows from the books is not said."""
    for code, value in told.told.items():
        if by_code()[code].source not in _NOT_SAID or code in _SAID_ALL_THE_SAME:
            yield {"filon:point": code, "filon:value": _prefixed(plain(value)), "filon:document": [digest]}


def _prefixed(value: Any) -> Any:
    if isinstance(value, dict):
        return {f"filon:{name}": _prefixed(one) for name, one in value.items()}
    return [_prefixed(one) for one in value] if isinstance(value, list) else value


def as_text(document: Mapping[str, Any]) -> str:
    """The document as a file."""
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"
