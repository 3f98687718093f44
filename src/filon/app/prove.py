"""A bundle for an auditor: documents disclosed, what proves their place and time in the log, and how to check it.

One zip: for each entry its public leaf, the receipt (`.tlog-proof`), and, where it is disclosed, the bytes as received
with the salts that open the commitment. Beside them the checkpoint, the log's keys and a README in French and English.
Of entries that are not disclosed only the leaf is in it: it shows that they are there and when, not what they say.

    data = prove(store, [17, 18], note, keys, disclosed={17})
    verdict = check_bundle(data, policy)
"""

from __future__ import annotations

import io
import json
import zipfile
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any

from filon.app.verify import Verdict
from filon.core.errors import NotFoundError, NotProvenError, StoreError, WrongCallError
from filon.core.finding import Finding, Place, found
from filon.log.checkpoint import opened
from filon.log.key import Key, Kind
from filon.log.leaf import SALT_SIZE, kind_of, leaf
from filon.log.merkle import inclusion_path
from filon.log.policy import Policy, parse_policy
from filon.log.receipt import Receipt, parse_receipt
from filon.log.store import Deposit, Store

LIMIT = 2_000_000_000
"""Bytes that a bundle may unfold to."""
_EPOCH_ZIP = (1980, 1, 1, 0, 0, 0)


def touched(store: Store, identifiers: Iterable[str], *, size: int | None = None) -> list[int]:
    """The entries that say something of any of the identifiers, oldest first."""
    return sorted({stored.entry for stored in store.touching(identifiers, size=size)})


def prove(
    store: Store, entries: Sequence[int], note: bytes, keys: Sequence[Key], *, disclosed: Iterable[int] | None = None
) -> bytes:
    """The bundle for these entries, as the bytes of a zip file; the same input gives the same bytes.

    Args:
        entries: indexes, covered by the checkpoint.
        note: a signed checkpoint of this log.
        keys: the log's, for the README and the policy file in the bundle.
        disclosed: entries whose bytes are shown; None: all.

    Raises:
        WrongCallError: the checkpoint does not cover an entry, or none was named.
        NotProvenError: the checkpoint is not signed by these keys.
    """
    checkpoint, _ = opened(note, keys)
    if not entries or max(entries) >= checkpoint.size:
        raise WrongCallError(f"name entries that the checkpoint over {checkpoint.size} covers, or sign a newer one")
    shown = set(entries if disclosed is None else disclosed)
    files: dict[str, bytes] = {"checkpoint": note, "policy.txt": _policy(keys)}
    for index in entries:
        receipt = Receipt(index, tuple(inclusion_path(store.node, index, checkpoint.size)), note)
        files |= _entry_files(store, index, receipt, show=index in shown)
    files["README.md"] = _readme("en", files, checkpoint.origin, checkpoint.size)
    files["LISEZMOI.md"] = _readme("fr", files, checkpoint.origin, checkpoint.size)
    return _zip(files)


def check_bundle(data: bytes, policy: Policy | None = None) -> Verdict:
    """Check a bundle offline.

    Args:
        policy: whose signatures count; None takes the keys in the bundle, which proves only that it hangs together.

    Findings:
        LOG-019: a receipt does not hold. LOG-020: a document is not what was committed to.

    Raises:
        NotProvenError: not a bundle.
    """
    files = _unzip(data)
    trusted = policy or parse_policy(files.get("policy.txt", b""))
    checkpoint, signers = trusted.trusted(files.get("checkpoint", b""))
    findings, documents = [], 0
    folders = sorted({path.split("/")[1] for path in files if path.startswith("entries/")})
    for name in folders:
        mine = {PurePosixPath(p).name: raw for p, raw in files.items() if p.startswith(f"entries/{name}/")}
        findings += list(_entry_findings(int(name), mine, trusted, checkpoint.root))
        documents += "opening.json" in mine
    proven = (
        found("LOG-106", entries=len(folders), size=checkpoint.size),
        found("LOG-102", payloads=documents),
        found("LOG-105", signers=", ".join(dict.fromkeys(signer.key.name for signer in signers))),
    )
    unproven = (*(() if policy else (found("LOG-152"),)), found("LOG-155"))
    return Verdict(len(folders), checkpoint.root, tuple(findings), () if findings else proven, unproven, (checkpoint,))


def _entry_files(store: Store, index: int, receipt: Receipt, *, show: bool) -> dict[str, bytes]:
    folder = f"entries/{index:012d}"
    kept = next(store.kept(index, index + 1), None)
    if kept is None:
        raise NotFoundError(f"the log has no entry {index}", entry=index)
    files = {f"{folder}/leaf.json": kept.leaf, f"{folder}/receipt.tlog-proof": bytes(receipt)}
    if show and kept.said is not None and kept.salts is not None:
        said = kept.said
        opening = {
            "accepted": said.accepted,
            "file": f"document{PurePosixPath(said.name).suffix}",
            "learned": kept.learned,
            "media_type": said.media_type,
            "name": said.name,
            "salt_bytes": _text(kept.salts[:SALT_SIZE]),
            "salt_said": _text(kept.salts[SALT_SIZE:]),
            "submitter": said.submitter,
        }
        files[f"{folder}/opening.json"] = json.dumps(opening, indent=1, ensure_ascii=False).encode() + b"\n"
        files[f"{folder}/{opening['file']}"] = said.data
    return files


def _entry_findings(index: int, files: dict[str, bytes], policy: Policy, root: bytes) -> Iterator[Finding]:
    place = Place(entry=index)
    leaf_bytes = files.get("leaf.json", b"")
    try:
        receipt = parse_receipt(files.get("receipt.tlog-proof", b""))
        checkpoint, _ = receipt.proves(leaf_bytes, policy)
        if receipt.index != index or checkpoint.root != root:
            raise NotProvenError("it speaks of another entry or checkpoint")  # noqa: TRY301
    except NotProvenError as error:
        yield found("LOG-019", place, entry=index, reason=error.detail)
    if "opening.json" in files:
        path, made = _opened(files, leaf_bytes)
        if made != leaf_bytes:
            yield found("LOG-020", place, entry=index, path=path)


def _opened(files: dict[str, bytes], leaf_bytes: bytes) -> tuple[str, bytes]:
    """The leaf that the disclosed document gives."""
    try:
        told: dict[str, Any] = json.loads(files["opening.json"])
        data = files[told["file"]]
        kind = kind_of(leaf_bytes)
        said = Deposit(data, told["media_type"], told["name"], told["submitter"], tuple(told["accepted"]), kind)
        salts = _raw(told["salt_bytes"]) + _raw(told["salt_said"])
        return str(told["file"]), leaf(said, salts, told["learned"])
    except (ValueError, KeyError, TypeError, WrongCallError, StoreError, OverflowError):
        return "opening.json", b""


def _policy(keys: Sequence[Key]) -> bytes:
    lines = [f"log {key}" for key in keys if key.kind is Kind.ED25519]
    return "\n".join([*lines, "quorum none", ""]).encode()


def _zip(files: dict[str, bytes]) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as bundle:
        for path in sorted(files):
            bundle.writestr(zipfile.ZipInfo(path, _EPOCH_ZIP), files[path], zipfile.ZIP_DEFLATED)
    return raw.getvalue()


def _unzip(data: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as bundle:
            if sum(info.file_size for info in bundle.infolist()) > LIMIT:
                raise NotProvenError("the bundle is too large")
            return {info.filename: bundle.read(info) for info in bundle.infolist()}
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError) as error:
        raise NotProvenError("this is not a bundle of filon prove") from error


def _readme(language: str, files: dict[str, bytes], origin: str, size: int) -> bytes:
    entries = "\n".join(f"- `{path}`" for path in sorted(files) if path.startswith("entries/"))
    return _WORDS[language].format(origin=origin, size=size, entries=entries).encode()


_WORDS = {
    "en": """# Proof from the log {origin}

This bundle shows that the log {origin} held the entries below, in these places, when it had {size} entries.

Check it with Filon, without network: `filon audit --bundle FILE --policy YOUR-POLICY`. Take the policy (the keys that
you trust) from the log's owner by another way than this file; the one in `policy.txt` only shows that the bundle hangs
together.

Check it with other programs: `receipt.tlog-proof` is a C2SP tlog-proof for the bytes of `leaf.json` (leaf hash =
SHA-256(0x00 || leaf.json)); `checkpoint` is a C2SP signed note. A disclosed document fits its leaf when the commitment
in the leaf is SHA-256(0x01 || a || b), where a and b, the smaller first, are
SHA-256(0x00 || ["filon.field.v1",salt_bytes,"","sha-256:<hex of the document>"]) and
SHA-256(0x00 || ["filon.said.v1",salt_said,{{"accepted":..,"media_type":..,"name":..,"submitter":..}}]), both arrays
written as canonical JSON (RFC 8785).

It does not show that what was said is true, only who said what and when.

{entries}
""",
    "fr": """# Preuve tirée du journal {origin}

Ce dossier montre que le journal {origin} tenait les écritures ci-dessous, à ces places, lorsqu'il en avait {size}.

Vérifiez-le avec Filon, sans réseau : `filon audit --bundle FICHIER --policy VOTRE-POLITIQUE`. Obtenez la politique
(les clés auxquelles vous vous fiez) du propriétaire du journal par une autre voie que ce fichier ; celle de
`policy.txt` montre seulement que le dossier se tient.

Avec d'autres programmes : `receipt.tlog-proof` est une preuve C2SP tlog-proof pour les octets de `leaf.json`
(empreinte de feuille = SHA-256(0x00 || leaf.json)) ; `checkpoint` est une note signée C2SP. Un document divulgué
correspond à sa feuille quand l'engagement qu'elle porte est SHA-256(0x01 || a || b), où a et b, le plus petit d'abord,
sont SHA-256(0x00 || ["filon.field.v1",salt_bytes,"","sha-256:<hex du document>"]) et
SHA-256(0x00 || ["filon.said.v1",salt_said,{{"accepted":..,"media_type":..,"name":..,"submitter":..}}]), les deux
tableaux écrits en JSON canonique (RFC 8785).

Il ne montre pas que ce qui a été dit est vrai, seulement qui a dit quoi et quand.

{entries}
""",
}


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _raw(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
