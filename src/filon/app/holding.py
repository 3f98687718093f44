"""The back-up provider: a signed package of passports, and a shelf that serves them when their maker no longer does.

    data = packed(issuing, identifiers, now=now)          # at the maker's
    holding = restored(data, folder, now=now)             # at the provider's; everything checked, or nothing taken
    create_holding_app(holding)                           # resolver, EN 18222, downloads, pages

A package holds every version of each passport in EN 18223, its seals, its page and its tombstone, the maker's DID
document and status lists, and a manifest that the maker's key signed over the hash of every file. Strangers get the
public files only; the SD-JWT holds the rest, and each reader's part is shown from it without a new signature.

Source: Regulation (EU) 2024/1781, Article 10(4), Annex III(l); Regulation (EU) 2023/1542, Article 78(c)-(e); EN 18221.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from filon.app import durable
from filon.app.evidence import Evidence, named
from filon.app.issuing import FORMATS, Issued, Issuing, Sight
from filon.core.errors import GoneError, NotFoundError, NotProvenError, WrongCallError
from filon.core.finding import Language
from filon.core.ident import canonical
from filon.core.moment import Known
from filon.exchange import en18223
from filon.passport.passport import Passport, disclosed
from filon.passport.point import Audience, by_code
from filon.passport.resolver import Tombstone
from filon.seal.broken import BrokenSealError, broken
from filon.seal.check import Known as Brought
from filon.seal.check import check, resolving
from filon.seal.jcs import canonical as spelled
from filon.seal.jcs import read
from filon.seal.jws import parse, proven, signed
from filon.seal.proof import ASSERTION
from filon.seal.sdjwt import presented
from filon.seal.stamp import stamp

MANIFEST, DID = "manifest.jwt", "did.json"
TYP = "filon-backup+jwt"
LIMIT = 4_000_000_000
"""Bytes that a package may unfold to."""
_MOST = 2_000_000
_EPOCH = (1980, 1, 1, 0, 0, 0)
_PUBLIC = ("en18223", "en18223-full", "jsonld", "vc", "vc-json", "untp", "untp-0.7", "samm", "idta", "idta-aas", "pdf")
_LANGUAGES: tuple[Language, ...] = ("en", "fr")


def packed(
    issuing: Issuing,
    identifiers: Iterable[str],
    *,
    now: datetime,
    pages: Any = None,
    evidence: Evidence | None = None,
) -> bytes:
    """The package of these passports.

    Args:
        pages: (identifier, language) -> the public page as one HTML file; None: without pages.
        evidence: documents; those that public points name go along.

    Raises:
        WrongCallError: nobody seals here.
    """
    sealer = issuing.sealer
    if sealer is None:
        raise WrongCallError("a back-up package is signed; make a sealer with filon seal create")
    files: dict[str, bytes] = {}
    shelf: dict[str, dict[str, Any]] = {}
    for name in map(canonical, identifiers):
        end = issuing.ceased(name)
        if end is not None:
            shelf[name] = {"ceased": end.as_dict()}
            continue
        shelf[name] = _one(issuing, name, files, now, pages)
        if evidence is not None:
            shelf[name]["evidence"] = _documents(issuing, name, evidence, files, now)
    files[DID] = spelled(sealer.document())
    for number in range(1, max(sealer.used, default=1) + 1):
        files[f"status/{number}"] = sealer.status_list(number, now=now).encode()
    manifest = {
        "version": 1,
        "host": issuing.host,
        "issuer": sealer.did,
        "made": stamp(now),
        "shelf": shelf,
        "files": {path: sha256(data).hexdigest() for path, data in files.items()},
    }
    files[MANIFEST] = signed({"typ": TYP}, spelled(manifest), sealer.key).encode()
    return _zip(files)


def _one(issuing: Issuing, name: str, files: dict[str, bytes], now: datetime, pages: Any) -> dict[str, Any]:
    """All files of one passport; told by format, language and version."""
    whole = issuing.passports.passport(name, on=now.date())
    stem = sha256(name.encode()).hexdigest()[:20]
    told: dict[str, Any] = {"public": {}, "pages": {}, "versions": []}
    readable = True
    for form in _PUBLIC:
        try:
            made = issuing.written(whole, form, {Audience.PUBLIC}, now=now)
        except NotFoundError:  # not published: the provider keeps it for its operator only
            readable = False
            break
        told["public"][form] = _put(files, f"{stem}/public/{form}{FORMATS[form].suffix}", made.data)
    parts = issuing.written(whole, "sd-jwt", {Audience.OPERATOR}, now=now)
    told["parts"] = _put(files, f"{stem}/whole.sd-jwt", parts.data)
    for entry in whole.touched:
        try:
            version = issuing.passports.passport(name, as_of=entry + 1)
        except NotFoundError:  # something was said of the model before this battery was made
            continue
        body = issuing.written(version, "en18223", {Audience.OPERATOR}, now=now).data
        where = _put(files, f"{stem}/versions/{version.version}.json", body)
        told["versions"].append(
            {"version": version.version, "entry": entry, "on": version.on.isoformat(), "file": where}
        )
    for language in _LANGUAGES if pages and readable else ():
        try:
            page = pages(name, language)
        except NotFoundError:  # no page for people: a battery that the books never saw made
            break
        told["pages"][language] = _put(files, f"{stem}/page.{language}.html", page)
    return told | {"seen": {one.value: _seen(issuing, whole, one, now) for one in Audience}}


def _documents(
    issuing: Issuing, name: str, evidence: Evidence, files: dict[str, bytes], now: datetime
) -> dict[str, dict[str, str]]:
    """The documents that everybody may fetch, by hash; those that are known by their hash alone are left out."""
    told = {}
    for digest in sorted(named(disclosed(issuing.passports.passport(name, on=now.date()), {Audience.PUBLIC}))):
        try:
            kept = evidence.exhibit(digest)
            _put(files, f"evidence/{digest}", evidence.data(digest))
        except (NotFoundError, GoneError):
            continue
        told[digest] = {"media": kept.media, "name": kept.name}
    return told


def _seen(issuing: Issuing, whole: Passport, audience: Audience, now: datetime) -> list[str]:
    """Data points that an audience sees: what the law allows, and is to be displayed on the day of the package."""
    try:
        made = issuing.written(whole, "en18223", {audience}, now=now)
    except NotFoundError:
        return []
    return sorted(code for code in read(made.data) if code in by_code())


def _put(files: dict[str, bytes], path: str, data: bytes) -> str:
    files[path] = data
    return path


@dataclass(frozen=True, slots=True)
class Holding:
    """A restored package: a `Shelf` that serves what another made; it changes nothing and sells nothing.

    Args:
        folder: of the files.
        manifest: as the maker signed it.
    """

    folder: Path
    manifest: Mapping[str, Any]

    @property
    def host(self) -> str:
        """Where the identifiers lead."""
        return str(self.manifest["host"])

    def known(self, identifier: str) -> bool:
        """Whether the package holds it."""
        return canonical(identifier) in self.manifest["shelf"]

    def ceased(self, identifier: str) -> Tombstone | None:
        """Its tombstone, if it had ceased when the package was made."""
        told = self._of(identifier).get("ceased") if self.known(identifier) else None
        return (
            None
            if told is None
            else Tombstone(told["identifier"], told["ceasedAt"], told["reason"], tuple(told["successors"]))
        )

    def issued(
        self,
        identifier: str,
        form: str,
        audiences: Collection[Audience],
        *,
        now: datetime,
        language: Language = "en",
        on: date | None = None,
        as_of: Known | None = None,
        sight: Sight | None = None,
    ) -> Issued:
        """What the package holds for these readers; for other formats than the sealed ones, the public part.

        A provider knows no grants: nobody ever comes with a sight of their own.
        """
        del now, language, as_of, sight
        told, shape = self._of(identifier), FORMATS.get(form)
        if shape is None or "parts" not in told:
            raise NotFoundError(f"the package holds no {form} of it")
        if form == "sd-jwt":
            seen = {code for one in {*audiences, Audience.PUBLIC} for code in told["seen"][str(one)]}
            text = presented(self._file(told["parts"]).decode(), lambda path: path[-1] in seen)
            return Issued(text.encode(), shape.media, f"passport{shape.suffix}")
        if Audience.OPERATOR in audiences and form == "en18223":
            return Issued(self._file(self._version(told, on)), shape.media, "passport.json")
        path = told["public"].get(form)
        if path is None:
            raise NotFoundError("this passport is not published")
        return Issued(self._file(path), shape.media, f"passport{shape.suffix}")

    def page(self, identifier: str, language: Language) -> bytes:
        """The public page as it was when the package was made.

        Raises:
            NotFoundError: there is none.
        """
        path = self._of(identifier).get("pages", {}).get(language)
        if path is None:
            raise NotFoundError("the package holds no page of it")
        return self._file(path)

    def document(self, identifier: str, digest: str) -> tuple[bytes, str, str]:
        """A document behind a public point, with its media type and name.

        Raises:
            NotFoundError: the package holds none such.
        """
        told = self._of(identifier).get("evidence", {}).get(digest)
        if told is None:
            raise NotFoundError("the package holds no such document")
        return self._file(f"evidence/{digest}"), str(told["media"]), str(told["name"])

    def did_document(self) -> Mapping[str, Any]:
        """The maker's."""
        told: Mapping[str, Any] = json.loads(self._file(DID))
        return told

    def status_list(self, number: int, *, now: datetime) -> str:
        """As it was when the package was made."""
        del now
        return self._file(f"status/{number}").decode()

    def _of(self, identifier: str) -> Mapping[str, Any]:
        told = self.manifest["shelf"].get(canonical(identifier))
        if told is None:
            raise NotFoundError("the package holds nothing of it")
        found: Mapping[str, Any] = told
        return found

    def _version(self, told: Mapping[str, Any], on: date | None) -> str:
        fits = [one for one in told["versions"] if on is None or one["on"] <= on.isoformat()]
        if not fits:
            raise NotFoundError("there was no version of it that day")
        return str(fits[-1]["file"])

    def _file(self, path: str) -> bytes:
        """A file by the manifest's own name; what changed on the disk since is not served."""
        wanted = self.manifest["files"].get(path)
        if wanted is None:
            raise NotFoundError("the package has no such file")
        data: bytes = (self.folder / str(wanted)).read_bytes()
        if sha256(data).hexdigest() != wanted:
            raise NotProvenError(f"{path} is not as the maker signed it; restore the package again")
        return data


def restored(data: bytes, folder: Path, *, now: datetime, document: Mapping[str, Any] | None = None) -> Holding:
    """A package unpacked into a folder: wholly, once everything in it has been checked, or not at all.

    Args:
        document: the maker's DID document as the provider knows it; None: the one in the package, which only shows
            that the package hangs together.

    Raises:
        BrokenSealError: DPP-021, a file is missing, changed or beyond the manifest, or a seal in it does not hold.
    """
    files = _unzip(data)
    trusted = document or _document(files)
    manifest = _manifest(files, trusted)
    wrong = {path for path, digest in manifest["files"].items() if sha256(files.get(path, b"")).hexdigest() != digest}
    if wrong or set(files) != {*manifest["files"], MANIFEST}:
        raise broken("DPP-021", fault=f"files missing, changed or added: {', '.join(sorted(wrong))[:200]}")
    for told in manifest["shelf"].values():
        for path in [told.get("parts"), *(told.get("public", {}).get(form) for form in ("vc", "vc-json"))]:
            if path and not check(files[path], Brought(documents=[trusted]), now=now).holds:
                raise broken("DPP-021", fault=f"the seal of {path} does not hold")
    for path, digest in manifest["files"].items():
        durable.write(folder / digest, files[path])
    # The manifest last: without it the folder holds nothing, so a power cut before leaves no half package.
    durable.write(folder / MANIFEST, files[MANIFEST])
    return Holding(folder, manifest)


def open_holding(folder: Path) -> Holding:
    """What was restored into a folder before.

    Raises:
        NotFoundError: nothing was.
    """
    path = folder / MANIFEST
    if not path.is_file():
        raise NotFoundError(f"{folder} holds no restored package")
    manifest = read(parse(path.read_text()).payload)
    digest = manifest["files"][DID]
    return Holding(folder, _manifest({MANIFEST: path.read_bytes()}, json.loads((folder / digest).read_bytes())))


def _document(files: Mapping[str, bytes]) -> Mapping[str, Any]:
    try:
        found = read(files.get(DID, b""))
    except BrokenSealError as error:
        raise broken("DPP-021", fault="no DID document") from error
    if not isinstance(found, dict):
        raise broken("DPP-021", fault="no DID document")
    return found


def _manifest(files: Mapping[str, bytes], document: Mapping[str, Any]) -> dict[str, Any]:
    try:
        token = parse(files.get(MANIFEST, b"").decode("ascii", "replace"))
        key = resolving([document])(token.kid, ASSERTION)
        manifest: dict[str, Any] = read(proven(token, key, typ=TYP))
    except BrokenSealError as error:
        raise broken("DPP-021", fault=f"its manifest: {error.detail}") from error
    if manifest.get("issuer") != document.get("id") or manifest.get("version") != 1:
        raise broken("DPP-021", fault="its manifest is another maker's or of another edition")
    return manifest


def _zip(files: Mapping[str, bytes]) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as bundle:
        for path in sorted(files):
            bundle.writestr(zipfile.ZipInfo(path, _EPOCH), files[path], zipfile.ZIP_DEFLATED)
    return raw.getvalue()


def _unzip(data: bytes) -> dict[str, bytes]:
    """The files of a package; names are only keys here, nothing is ever written under them."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as bundle:
            listed = bundle.infolist()
            names = [one.filename for one in listed]
            if len(listed) > _MOST or sum(one.file_size for one in listed) > LIMIT or len(set(names)) != len(names):
                raise broken("DPP-021", fault="too large, or a name twice")
            return {one.filename: bundle.read(one) for one in listed}
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError, RuntimeError) as error:
        raise broken("DPP-021", fault="no zip file") from error


def versions(holding: Holding, identifier: str) -> list[Mapping[str, Any]]:
    """Every kept version of a passport, oldest first, for its operator."""
    return [en18223.compressed(json.loads(holding._file(one["file"]))) for one in holding._of(identifier)["versions"]]  # noqa: SLF001 - of this module
