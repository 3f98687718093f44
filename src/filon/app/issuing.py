"""Passports handed on: in every format, to whoever may see what, sealed by the sealer, with the log's proof inside.

issuing = Issuing(passports, "https://id.atlas.example", sealer)
issuing.issued(battery, "sd-jwt", {Audience.AUTHORITIES}, now=now)       # Issued(data, media, name, findings)
"""

from __future__ import annotations

import io
import secrets
import zipfile
from base64 import b64encode
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

import orjson

from filon.app.passports import Passports
from filon.app.sealer import Sealer
from filon.core.errors import NotFoundError, WrongCallError
from filon.core.finding import Finding, Language
from filon.core.ident import canonical, elements
from filon.core.moment import Known
from filon.exchange import en18223, idta, jsonld, samm
from filon.exchange.idta.aas import environment
from filon.exchange.lens import Written
from filon.exchange.untp import Issuer, credential
from filon.exchange.untp.credential import Edition, characteristics
from filon.exchange.writing import as_json
from filon.log.merkle import inclusion_path
from filon.log.receipt import Receipt
from filon.passport.identity import printed
from filon.passport.passport import Passport, disclosed
from filon.passport.point import Audience
from filon.passport.resolver import Tombstone
from filon.seal.check import RECEIPT
from filon.seal.sdjwt import Path, concealed, presented
from filon.seal.seal import as_document, as_token

MOST_RECEIPTS = 8
"""So many of the newest entries are proven inside a credential; the rest by `filon prove`."""
Sight = Callable[[Passport], Passport]
"""What one reader may see of a passport."""
_POINTS: Path = ("credentialSubject", "product", "characteristics")
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Format:
    """A format that passports are handed on in.

    Args:
        media: its media type.
        suffix: of a file.
        sealed: it needs a sealer.
    """

    media: str
    suffix: str
    sealed: bool = False


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "en18223": Format("application/json", ".json"),
        "en18223-full": Format("application/json", ".json"),
        "jsonld": Format("application/ld+json", ".jsonld"),
        "samm": Format("application/zip", ".zip"),
        "idta": Format("application/zip", ".zip"),
        "idta-aas": Format("application/json", ".json"),
        "untp": Format("application/json", ".json"),
        "untp-0.7": Format("application/json", ".json"),
        "vc": Format("application/vc+jwt", ".jwt", sealed=True),
        "vc-json": Format("application/vc", ".json", sealed=True),
        "sd-jwt": Format("application/vc+sd-jwt", ".sd-jwt", sealed=True),
        "pdf": Format("application/pdf", ".pdf"),
    }
)
"""{name: format}."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A passport as handed on."""

    data: bytes
    media: str
    name: str
    findings: tuple[Finding, ...] = ()


class Issuing:
    """Hands passports on.

    Args:
        host: `https://id.atlas.example`, where codes lead and identifiers live.
        sealer: who seals; None: only unsealed formats.
    """

    def __init__(self, passports: Passports, host: str, sealer: Sealer | None = None) -> None:
        self.passports, self.host, self.sealer = passports, host, sealer

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
        """One passport in one format, as these audiences may see it.

        Args:
            sight: what a reader with grants may see, instead of the audiences.

        Raises:
            WrongCallError: no such format, or it needs a sealer. NotFoundError: no such battery.
        """
        whole = self.passports.passport(identifier, on=on or now.date(), as_of=as_of)
        return self.written(whole, form, audiences, now=now, language=language, sight=sight)

    def written(
        self,
        whole: Passport,
        form: str,
        audiences: Collection[Audience],
        *,
        now: datetime,
        language: Language = "en",
        sight: Sight | None = None,
    ) -> Issued:
        """The same of a passport that was made before."""
        if form not in FORMATS:
            raise WrongCallError(f"there is no format {form!r}; choose of {', '.join(FORMATS)}")
        shape = FORMATS[form]
        seen = sight(whole) if sight else disclosed(whole, audiences)
        if not seen.points:
            raise NotFoundError(f"this passport is not published ({whole.state}); its operator alone sees it")
        data, findings = self._data(whole, seen, form, now, language)
        name = f"passport-{whole.serial or 'battery'}{shape.suffix}"
        return Issued(data, shape.media, name, findings)

    def _data(
        self, whole: Passport, seen: Passport, form: str, now: datetime, language: Language
    ) -> tuple[bytes, tuple[Finding, ...]]:
        if form in {"vc", "vc-json", "sd-jwt"}:
            return self._sealed(whole, seen, form, now)
        if form == "pdf":
            from filon.exchange.passport_pdf import pdf  # noqa: PLC0415 - thirty megabytes that only printing needs

            return pdf(seen, link=printed(whole.identifier, self.host), language=language), ()
        if form in _BUNDLES:
            parts = _BUNDLES[form](seen)
            return _zip({f"{name}.json": as_json(one.document) for name, one in parts.items()}), tuple(
                finding for one in parts.values() for finding in one.findings
            )
        if form == "idta-aas":
            return _shell(seen)
        if form in _EDITIONS:
            made = credential(seen, self._issuer(), valid_from=now, edition=_EDITIONS[form])
            return as_json(made.document), made.findings
        return as_json(_PLAIN[form](seen)), ()

    def _issuer(self) -> Issuer:
        if self.sealer:
            return Issuer(self.sealer.did, self.sealer.name)
        return Issuer(self.host or "urn:filon:unsealed", "unsealed")

    def _sealed(self, whole: Passport, seen: Passport, form: str, now: datetime) -> tuple[bytes, tuple[Finding, ...]]:
        sealer = self.sealer
        if sealer is None:
            raise WrongCallError(f"{form} needs a sealer: filon seal create, and --sealer FOLDER")
        if form == "sd-jwt":
            made = self.unsealed([(whole, disclosed(whole, {Audience.PUBLIC}))], form, now=now)[0]
            text = parts_token(made.document, whole, sealer)
            theirs = {one.code for one in seen}
            return presented(text, lambda path: _may(path, theirs)).encode(), made.findings
        made = self.unsealed([(whole, seen)], form, now=now)[0]
        if form == "vc":
            return as_token(made.document, sealer.key).encode(), made.findings
        return as_json(as_document(_texts(made.document), sealer.key, created=now)), made.findings

    def unsealed(self, pairs: Sequence[tuple[Passport, Passport]], form: str, *, now: datetime) -> list[Written]:
        """Credentials with their status and proof of the log, not sealed yet; one write for all their places.

        Args:
            pairs: (whole, as its reader sees it).
        """
        assert self.sealer is not None
        names = [f"{whole.identifier}#passport-{max(whole.version, 1)}-{form}" for whole, _ in pairs]
        statuses = self.sealer.places(names)
        issuer = self._issuer()
        return [
            _named(
                credential(seen, issuer, valid_from=now, status=status, evidence=self.evidence(whole)), name
            )
            for (whole, seen), name, status in zip(pairs, names, statuses, strict=True)
        ]  # fmt: skip

    def evidence(self, passport: Passport) -> list[Mapping[str, Any]]:
        """The log's proof that it held the newest entries behind a passport, as of its newest checkpoint."""
        store = self.passports.ledger.store
        newest = store.newest()
        if newest is None:
            return []
        size, note = newest
        told: list[Mapping[str, Any]] = []
        for index in [one for one in passport.touched if one < size][-MOST_RECEIPTS:]:
            receipt = Receipt(index, tuple(inclusion_path(store.node, index, size)), note)
            kept = next(store.kept(index, index + 1))
            told.append({"type": [RECEIPT], "leaf": _base64(kept.leaf), "receipt": _base64(bytes(receipt))})
        return told

    def known(self, identifier: str) -> bool:
        """Whether it is a battery that a deed of its life names, or a model of packs: one look into the index.

        Nothing else of the ledger is told here: a partner's lots, sites and papers are nobody's business.
        """
        name, store = canonical(identifier), self.passports.ledger.store
        if elements(name).keys() != {"01"}:
            return next(iter(store.touching([name], roles=["life"], size=store.size())), None) is not None
        told = self.passports.ledger.register().product_traits(name)
        return told.form is not None and told.form.stage == "pack"

    def ceased(self, identifier: str) -> Tombstone | None:
        """What is left of a battery that was recycled."""
        end = self.passports.ceased(identifier)
        return None if end is None else Tombstone(canonical(identifier), end.day.isoformat(), end.reason)

    def did_document(self) -> Mapping[str, Any]:
        """Who seals here.

        Raises:
            NotFoundError: nobody.
        """
        return self._sealing().document()

    def status_list(self, number: int, *, now: datetime) -> str:
        """Which credentials were withdrawn.

        Raises:
            NotFoundError: no such list.
        """
        return self._sealing().status_list(number, now=now)

    def _sealing(self) -> Sealer:
        if self.sealer is None:
            raise NotFoundError("nothing is sealed here")
        return self.sealer


def parts_token(document: Mapping[str, Any], whole: Passport, sealer: Sealer) -> str:
    """The SD-JWT with every data point in it, the restricted ones concealed one by one."""
    body = {**document, "credentialSubject": dict(document["credentialSubject"])}
    every = characteristics(whole)
    body["credentialSubject"]["product"] = {**body["credentialSubject"]["product"], "characteristics": every}
    public = disclosed(whole, {Audience.PUBLIC})
    hidden = [(*_POINTS, code) for code in every if code not in public]
    return concealed(_texts(body), hidden, sealer.key, salt=secrets.token_bytes)


def _may(path: Path, codes: Collection[str]) -> bool:
    """Whether a reader of these data points may see what is concealed at a path."""
    return path[: len(_POINTS)] != _POINTS or len(path) == len(_POINTS) or path[len(_POINTS)] in codes


def _named(made: Written, name: str) -> Written:
    return replace(made, document={**made.document, "id": name})


def _texts(document: Any) -> Any:
    """Decimals as the JSON numbers that canonical JSON has for them."""
    return orjson.loads(as_json(document))


_BUNDLES: Mapping[str, Callable[[Passport], Mapping[str, Written]]] = {
    "samm": samm.written_all,
    "idta": idta.written_all,
}
_EDITIONS: Mapping[str, Edition] = {"untp": "0.6.1", "untp-0.7": "0.7.0"}
_PLAIN: Mapping[str, Callable[[Passport], Mapping[str, Any]]] = {
    "en18223": en18223.document,
    "en18223-full": lambda passport: en18223.document(passport, full=True),
    "jsonld": jsonld.document,
}


def _shell(seen: Passport) -> tuple[bytes, tuple[Finding, ...]]:
    """All parts of IDTA 02035 as one AAS environment."""
    parts = idta.written_all(seen)
    filled = {name: one.document for name, one in parts.items() if one.document}
    return as_json(environment(filled, seen.identifier)), tuple(f for one in parts.values() for f in one.findings)


def _base64(data: bytes) -> str:
    return b64encode(data).decode("ascii")


def _zip(files: Mapping[str, bytes]) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name in sorted(files):
            bundle.writestr(zipfile.ZipInfo(name, _EPOCH), files[name], zipfile.ZIP_DEFLATED)
    return raw.getvalue()


def sealed_all(issuing: Issuing, passports: Iterable[Passport], *, now: datetime) -> list[str]:
    """Many public passports as `vc+jwt` at once.

    Raises:
        WrongCallError: there is no sealer.
    """
    if issuing.sealer is None:
        raise WrongCallError("sealing needs a sealer")
    pairs = [(one, disclosed(one, {Audience.PUBLIC})) for one in passports]
    key = issuing.sealer.key
    return [as_token(one.document, key) for one in issuing.unsealed(pairs, "vc", now=now)]
