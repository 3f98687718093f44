"""The sealer: a folder with the key that seals passports, the identity it speaks for, and what it has sealed.

    sealer = create_sealer(Path("sealer"), "id.atlas.example", "Atlas Packs", now=now)
    sealer.key, sealer.document()              # to sign with; to publish at /.well-known/did.json
    sealer.places(["urn:..1"])                 # a place in the status list for each credential
    sealer.withdraw("urn:..1", now=now)        # irrevocable

Keep the folder apart from the ledger, readable by the sealing process only. Places are drawn at random, so that their
order tells nobody how many passports were issued when.

Source: did:web method; Bitstring Status List 1.0; ASVS 13.3.1 (secrets in files of their own).
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from filon.app import durable
from filon.core.errors import ConflictError, NotFoundError, StoreError, WrongCallError
from filon.log.key import SEED_SIZE
from filon.seal.credential import BASE
from filon.seal.did import did_web, document
from filon.seal.key import PublicKey, SecretKey, from_multikey, new_key
from filon.seal.seal import as_token
from filon.seal.stamp import stamp
from filon.seal.status import ENTRIES, encode, new_list, with_status

CARD, KEYS, ISSUED = "sealer.json", "secret", "issued.jsonl"
FULL = ENTRIES // 2
"""So many places of a list are used; then drawing a free one stays quick, and a new list begins."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a credential stands in the status lists."""

    list: int
    index: int


@dataclass(slots=True)
class Sealer:
    """Who seals.

    Args:
        folder: secret, card and what was issued.
        did: identity, a did:web.
        name: of the company, as readers see it.
        host: where documents and lists are served, `https://id.atlas.example`.
        key: signs now.
        published: all keys that ever signed, the newest last; their seals stay good.
        issued: {credential: its place}.
        withdrawn: credentials that no longer hold.
    """

    folder: Path
    did: str
    name: str
    host: str
    key: SecretKey
    published: tuple[PublicKey, ...]
    issued: dict[str, Place] = field(default_factory=dict)
    withdrawn: set[str] = field(default_factory=set)
    used: dict[int, set[int]] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """The DID document to publish."""
        return document(self.did, self.published)

    def list_address(self, number: int) -> str:
        """Where a status list is served."""
        return f"{self.host}/status/{number}"

    def places(self, credentials: Iterable[str]) -> list[dict[str, str]]:
        """A `credentialStatus` for each credential; the same credential keeps its place. Durable before it returns."""
        wanted = list(credentials)
        new = {one: self._draw() for one in dict.fromkeys(wanted) if one not in self.issued}
        if new:
            self._append([{"id": one, "list": place.list, "index": place.index} for one, place in new.items()])
            self.issued |= new
        return [self._entry(self.issued[one]) for one in wanted]

    def withdraw(self, credential: str, *, now: datetime) -> None:
        """Revoke a credential; there is no way back.

        Raises:
            NotFoundError: it was never issued here.
        """
        if credential not in self.issued:
            raise NotFoundError(f"no credential {credential} was issued here")
        if credential not in self.withdrawn:
            self._append([{"id": credential, "withdrawn": stamp(now)}])
            self.withdrawn.add(credential)

    def status_list(self, number: int, *, now: datetime) -> str:
        """A status list as a sealed token.

        Raises:
            NotFoundError: there is no such list.
        """
        if number not in range(1, max(self.used, default=1) + 1):
            raise NotFoundError(f"there is no status list {number}")
        bits = new_list()
        for one in self.withdrawn:
            place = self.issued[one]
            bits = with_status(bits, place.index, 1) if place.list == number else bits
        address = self.list_address(number)
        subject = {"id": f"{address}#list", "type": "BitstringStatusList", "statusPurpose": "revocation",
                   "encodedList": encode(bits)}  # fmt: skip
        return as_token(
            {
                "@context": [BASE],
                "id": address,
                "type": ["VerifiableCredential", "BitstringStatusListCredential"],
                "issuer": self.did,
                "validFrom": stamp(now),
                "credentialSubject": subject,
            },
            self.key,
        )

    def _entry(self, place: Place) -> dict[str, str]:
        address = self.list_address(place.list)
        return {
            "id": f"{address}#{place.index}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(place.index),
            "statusListCredential": address,
        }

    def _draw(self) -> Place:
        number = max(self.used, default=1)
        if len(self.used.setdefault(number, set())) >= FULL:
            number += 1
        taken = self.used.setdefault(number, set())
        index = secrets.randbelow(ENTRIES)
        while index in taken:
            index = secrets.randbelow(ENTRIES)
        taken.add(index)
        return Place(number, index)

    def _append(self, lines: Sequence[Mapping[str, Any]]) -> None:
        """All lines or none that counts: a torn last line is cut off when the folder is opened again."""
        data = b"".join(json.dumps(one).encode() + b"\n" for one in lines)
        try:
            with (self.folder / ISSUED).open("ab") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise StoreError(f"{self.folder / ISSUED} could not be written: {error.strerror}") from error


def create_sealer(
    folder: Path,
    host: str,
    name: str,
    *,
    path: Sequence[str] = (),
    random: Callable[[int], bytes] = secrets.token_bytes,
) -> Sealer:
    """A new sealer in an empty folder.

    Args:
        host: `id.atlas.example`; a port is written `:8443`.
        path: below the host, where several companies share one.

    Raises:
        ConflictError: the folder holds one already. BrokenSealError: no host that a did:web can have.
    """
    if (folder / CARD).exists():
        raise ConflictError(f"{folder} holds a sealer already")
    if not name.strip():
        raise WrongCallError("the sealer needs the name of the company")
    did = did_web(host, *path)
    seed = random(SEED_SIZE)
    key = new_key(f"{did}#key-1", seed)
    keys = [{"id": key.public.id, "multikey": key.public.multikey}]
    card = {"did": did, "name": name, "host": f"https://{host}", "keys": keys}
    durable.write(folder / KEYS, seed.hex().encode() + b"\n", mode=0o600)
    durable.write(folder / CARD, json.dumps(card, indent=2).encode() + b"\n")
    return open_sealer(folder)


def rotated(sealer: Sealer, *, random: Callable[[int], bytes] = secrets.token_bytes) -> Sealer:
    """The sealer with a new key; what the old one sealed stays good, for its document still names it."""
    card = json.loads((sealer.folder / CARD).read_bytes())
    seed = random(SEED_SIZE)
    key = new_key(f"{sealer.did}#key-{len(card['keys']) + 1}", seed)
    card["keys"].append({"id": key.public.id, "multikey": key.public.multikey})
    # The secret first: a card that names a key nobody holds could not be opened any more.
    durable.write(sealer.folder / KEYS, seed.hex().encode() + b"\n", mode=0o600)
    durable.write(sealer.folder / CARD, json.dumps(card, indent=2).encode() + b"\n")
    return open_sealer(sealer.folder)


def open_sealer(folder: Path) -> Sealer:
    """The sealer of a folder.

    Raises:
        NotFoundError: there is none. StoreError: secret and card do not belong together.
    """
    if not (folder / CARD).is_file():
        raise NotFoundError(f"{folder} holds no sealer; make one with filon seal create")
    card = json.loads((folder / CARD).read_bytes())
    published = tuple(from_multikey(one["multikey"], one["id"]) for one in card["keys"])
    key = new_key(published[-1].id, bytes.fromhex((folder / KEYS).read_text().strip()))
    if key.public.multikey != published[-1].multikey:
        raise StoreError(f"the secret in {folder} is not that of {published[-1].id}")
    sealer = Sealer(folder, card["did"], card["name"], card["host"], key, published)
    for line in _lines(folder / ISSUED):
        if "withdrawn" in line:
            sealer.withdrawn.add(line["id"])
        else:
            sealer.issued[line["id"]] = Place(line["list"], line["index"])
            sealer.used.setdefault(line["list"], set()).add(line["index"])
    return sealer


def _lines(path: Path) -> list[dict[str, Any]]:
    """Whole lines; after a power cut the torn rest of the last call is cut off, which nobody was told of."""
    if not path.is_file():
        return []
    data = path.read_bytes()
    whole = data[: data.rfind(b"\n") + 1]
    if len(whole) < len(data):
        durable.write(path, whole)
    return [json.loads(line) for line in whole.splitlines()]
