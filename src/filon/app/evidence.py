"""Evidence: the documents behind statements, kept beside the log under their own SHA-256.

A statement names a document by its hash, and the log proves the statement; so the bytes need no second proof, and
whoever fetches them can check them. Who may fetch one is not kept here: whoever may see a data point that names it.

    evidence = Evidence(folder)
    exhibit = evidence.keep(data, "application/pdf", "type-test.pdf", by="Voltarine", now=now)
    evidence.data(exhibit.sha256)          # checked before it is handed out

A file is `ab/abcd..`, beside it `abcd...json` with what is known of it. An erased one leaves that second file: when, by
whom, why. Written durably, the bytes first: without its second file a document is not there.

Source: Article 77(2) (audience of a data point); GDPR, Article 17; decision 0055.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from filon.app import durable
from filon.core.errors import ConflictError, GoneError, NotFoundError, NotProvenError, TooLargeError, WrongCallError
from filon.passport.passport import Passport
from filon.passport.value import Value
from filon.seal.stamp import stamp

LARGEST = 32 * 1024 * 1024
"""Bytes of one document."""
_DIGEST = re.compile(r"[0-9a-f]{64}")
_MEDIA = re.compile(r"[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+-]{0,80}")
_NAME, _REASON = 200, 500


@dataclass(frozen=True, slots=True)
class Exhibit:
    """What is known of one document.

    Args:
        by: who handed it in. at: when.
        erased: when its bytes were erased; empty = they are here.
        reason: why, and on whose order.
    """

    sha256: str
    media: str
    name: str
    size: int
    by: str
    at: str
    erased: str = ""
    reason: str = ""


class Evidence:
    """The documents in a folder.

    Args:
        largest: bytes of one document.
    """

    def __init__(self, folder: Path, *, largest: int = LARGEST) -> None:
        self.folder, self.largest = folder, largest

    def keep(self, data: bytes, media: str, name: str, *, by: str, now: datetime) -> Exhibit:
        """Keep a document; the same bytes again are known already.

        Raises:
            TooLargeError, WrongCallError: too large or empty, or a name or media type that is none.
            ConflictError: these bytes were erased; they do not come back.
        """
        if len(data) > self.largest:
            raise TooLargeError(f"a document has at most {self.largest} bytes")
        plain = Path(name.replace("\\", "/")).name
        if not data or not plain or len(plain) > _NAME or not plain.isprintable() or not _MEDIA.fullmatch(media):
            raise WrongCallError("a document has bytes, a name of printable characters and a media type")
        digest = sha256(data).hexdigest()
        held = self._known(digest)
        if held and held.erased:
            raise ConflictError("this document was erased; it does not come back", reason=held.reason)
        if held:
            return held
        made = Exhibit(digest, media, plain, len(data), by, stamp(now))
        durable.write(self._path(digest), data, mode=0o600)
        # The power may go here: bytes that nothing tells of harm nobody and are written again.
        durable.write(self._told(digest), json.dumps(asdict(made), ensure_ascii=False).encode(), mode=0o600)
        return made

    def exhibit(self, digest: str) -> Exhibit:
        """What is known of a document.

        Raises:
            NotFoundError: it was never handed in. GoneError: it was erased.
        """
        held = self._known(digest)
        if held is None:
            raise NotFoundError("this document is known by its hash alone; nobody handed it in here")
        if held.erased:
            raise GoneError("this document was erased", sha256=digest, erased=held.erased, reason=held.reason)
        return held

    def data(self, digest: str) -> bytes:
        """The bytes of a document, checked.

        Raises:
            NotProvenError: the file is no longer what was handed in; it is not given out.
        """
        self.exhibit(digest)
        path = self._path(digest)
        data = path.read_bytes() if path.is_file() else b""
        if sha256(data).hexdigest() != digest:
            raise NotProvenError(f"{path.name} is not what was handed in; bring it back from a backup")
        return data

    def erase(self, digest: str, *, reason: str, by: str, now: datetime) -> Exhibit:
        """Erase a document's bytes; that it was here, and why it went, stays.

        Raises:
            WrongCallError: no reason. NotFoundError, GoneError: it is not here.
        """
        if not reason.strip() or len(reason) > _REASON:
            raise WrongCallError(f"an erasure needs a reason of at most {_REASON} characters; it stays readable")
        gone = replace(self.exhibit(digest), erased=stamp(now), reason=f"{reason} ({by})" if by else reason)
        durable.write(self._told(digest), json.dumps(asdict(gone), ensure_ascii=False).encode(), mode=0o600)
        # The power may go here: the document is refused already, and erasing it again takes the bytes.
        self._path(digest).unlink(missing_ok=True)
        return gone

    def listed(self) -> Iterator[Exhibit]:
        """All documents that ever were here, by hash."""
        for path in sorted(self.folder.glob("??/*.json")):
            if held := self._known(path.stem):
                yield held

    def damaged(self) -> list[Exhibit]:
        """Documents whose bytes are missing or changed; and the bytes of erased ones, taken away at last."""
        wrong = []
        for one in self.listed():
            if one.erased:
                self._path(one.sha256).unlink(missing_ok=True)
                continue
            try:
                self.data(one.sha256)
            except NotProvenError:
                wrong.append(one)
        return wrong

    def _known(self, digest: str) -> Exhibit | None:
        if not _DIGEST.fullmatch(digest):
            return None
        path = self._told(digest)
        return Exhibit(**json.loads(path.read_bytes())) if path.is_file() else None

    def _path(self, digest: str) -> Path:
        return self.folder / digest[:2] / digest

    def _told(self, digest: str) -> Path:
        return self.folder / digest[:2] / f"{digest}.json"


def named(passport: Passport) -> frozenset[str]:
    """Hashes of the documents that a passport's data points name, in their values or as what shows them."""
    told = {one for point in passport.filled() for one in point.why.documents if _DIGEST.fullmatch(one)}
    return frozenset(told.union(*(_hashes(point.value) for point in passport.filled() if point.value is not None)))


def _hashes(value: Value) -> Iterator[str]:
    if isinstance(value, dict):
        if _DIGEST.fullmatch(str(value.get("sha256", ""))):
            yield str(value["sha256"])
        for one in value.values():
            yield from _hashes(one)
    elif isinstance(value, tuple):
        for one in value:
            yield from _hashes(one)
