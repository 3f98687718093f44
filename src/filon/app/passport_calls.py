"""What EN 18222 calls bring: documents and elements, judged as far as that takes no ledger; and why nothing was taken.

Source: EN 18222, EN 18223 (passport reference, section 8); RFC 7493 (I-JSON).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from filon.core.errors import FilonError, WrongCallError
from filon.core.finding import Finding, Place, found
from filon.core.ident import is_uri
from filon.exchange import en18223
from filon.passport.identity import identity
from filon.passport.point import by_code
from filon.seal.broken import BrokenSealError
from filon.seal.jcs import read

Json = Any


class UntakenError(FilonError):
    """Nothing of a call was taken; `findings` say why."""

    status = 400
    title = "Nothing was taken"

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("; ".join(one.text() for one in findings)[:2000] or "nothing of it can be taken")
        self.findings = tuple(findings)


class OverwrittenError(UntakenError):
    """A call would change what nobody can say, or an identity that is fixed."""

    status = 409
    title = "Conflict"


class NotHereError(FilonError):
    """A part of the standard that this server does not do."""

    status = 501
    title = "Not done here"


def json_of(body: bytes) -> Json:
    """A JSON value, numbers as Decimal.

    Raises:
        WrongCallError: it is none that everybody reads alike.
    """
    try:
        return read(body, exact=True)
    except BrokenSealError as error:
        raise WrongCallError(error.detail) from error


def document_of(body: bytes) -> dict[str, Json]:
    """A whole or partial document in the compressed form, whichever form it came in.

    Raises:
        WrongCallError: it is none.
    """
    said = json_of(body)
    try:
        if isinstance(said, Mapping):
            return en18223.compressed(said)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise WrongCallError("elements are objects with elementId, objectType and value") from error
    raise WrongCallError("send a JSON object")


def worth_of(element: Mapping[str, Json]) -> Json:
    """What one element of the full form says.

    Raises:
        WrongCallError: it is none.
    """
    try:
        return en18223.worth(element)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise WrongCallError("an element is an object with elementId, objectType and value") from error


def identity_of(said: Mapping[str, Json]) -> str:
    """The identifier of a new passport.

    Raises:
        UntakenError: it cannot stand on a battery. WrongCallError: the header contradicts it or is not whole.
    """
    missing = [name for name in en18223.NEEDED if not isinstance(said.get(name), str)]
    if missing:
        raise WrongCallError(f"the header lacks {', '.join(missing)}")
    known, faults = identity(str(said["uniqueProductIdentifier"]))
    if known is None:
        raise UntakenError(faults)
    if said["granularity"] != known.level:
        raise WrongCallError(f"{known.link} names a {known.level}, not a {said['granularity']}")
    if not is_uri(str(said["economicOperatorId"])):
        raise WrongCallError("economicOperatorId is an absolute URI")
    return known.id


def strange(said: Mapping[str, Json]) -> list[Finding]:
    """Members that mean nothing here; a document with a context of its own may have what it likes, and it is kept."""
    if "@context" in said:
        return []
    known = {*by_code(), *en18223.HEADER, *(row["element"].partition(".")[0] for row in en18223.foreign())}
    return [
        found("PAS-001", Place(pointer=f"/{one}"), found=one, point=one, number="")
        for one in sorted(said.keys() - known)
    ]
