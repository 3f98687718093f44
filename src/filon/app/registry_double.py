"""Who answers in the registry's stead: its rules as far as they are published, tried before its door opens.

It reads the passport at the endpoint it is told, compares identifier, granularity and digest, refuses a whole batch for
one bad entry, gives each product one registration id for ever, seals its proofs, and shows them for 90 days.

Source: Implementing Regulation (EU) 2026/1778, Articles 4, 5, 8 to 10, 19(4); Registry User Guide 1.03 (secondary).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from filon.app.registry import BATCH, Answer, Entry
from filon.core.errors import NotFoundError
from filon.core.ident import elements, expected_digits
from filon.seal.base import base58
from filon.seal.jcs import canonical
from filon.seal.key import SecretKey
from filon.seal.proof import with_proof
from filon.seal.stamp import stamp

SHOWN = timedelta(days=90)
VERIFIED = timedelta(days=3 * 365)
_COMMODITY = re.compile(r"8507\d{4}")


@dataclass
class RegistryDouble:
    """The registry's double.

    Args:
        key: it seals proofs with.
        fetch: gives the bytes of a passport at (endpoint, product identifier), None where there are none.
        operators: {identifier: when it was verified}, good for three years.
    """

    key: SecretKey
    fetch: Callable[[str, str], bytes | None]
    operators: dict[str, datetime]
    registered: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)
    batches: dict[str, Answer] = field(default_factory=dict)

    def submit(self, batch: str, entries: Sequence[Entry], *, now: datetime) -> Answer:
        """Register a batch, all or none; a batch number that was answered is answered as before."""
        if batch in self.batches:
            return self.batches[batch]
        faults = {one.uniqueProductIdentifier: fault for one in entries if (fault := self._fault(one, now))}
        names = [one.uniqueProductIdentifier for one in entries]
        if len(entries) > BATCH:
            faults |= dict.fromkeys(names, f"more than {BATCH} requests")
        faults |= {name: "twice in one batch" for name in names if names.count(name) > 1}
        answer = (
            Answer(refused=faults)
            if faults
            else Answer({one.uniqueProductIdentifier: self._proof(one, now) for one in entries})
        )
        if not faults:
            self.batches[batch] = answer
        return answer

    def download(self, identifier: str, *, now: datetime) -> Mapping[str, Any]:
        """A proof, as long as it is shown.

        Raises:
            NotFoundError: none, or older than 90 days.
        """
        proofs = self.registered.get(identifier)
        if not proofs or datetime.fromisoformat(proofs[-1]["registeredAt"]) + SHOWN < now:
            raise NotFoundError("no proof to download")
        return proofs[-1]

    def _fault(self, entry: Entry, now: datetime) -> str:
        """Why an entry cannot be registered; empty if it can."""
        name = entry.uniqueProductIdentifier
        known = elements(name)
        level = "item" if "21" in known or not known else "batch" if "10" in known else "model"
        verified = self.operators.get(entry.uniqueEconomicOperatorIdentifier)
        checks = (
            (not name.startswith("https://"), "the product identifier is no https address"),
            (expected_digits(name) is not None, "the check digit is wrong"),
            (entry.granularity != level, "granularity and identifier differ"),
            (not _COMMODITY.fullmatch(entry.commodity), "the commodity code is not one of batteries"),
            (not entry.backupUniqueEconomicOperatorIdentifier, "there is no back-up provider"),
            (verified is None or verified + VERIFIED < now, "the operator is not verified, or no longer"),
            (any(parent == name for parent in entry.parents), "it is its own batch or model"),
        )
        return next((fault for wrong, fault in checks if wrong), "") or self._unlike(entry)

    def _unlike(self, entry: Entry) -> str:
        """What the passport at the endpoint says against the entry."""
        data = self.fetch(entry.dppApiEndpoint, entry.uniqueProductIdentifier)
        if data is None:
            return "there is no passport at the endpoint"
        return "" if sha256(data).hexdigest() == entry.digest else "the passport at the endpoint is another version"

    def _proof(self, entry: Entry, now: datetime) -> Mapping[str, Any]:
        """The sealed proof; the registration id of a product never changes, its versions are kept."""
        name = entry.uniqueProductIdentifier
        number = "EU-" + base58(sha256(name.encode()).digest())[:22]
        told = {
            "registrationId": number,
            "uniqueProductIdentifier": name,
            "digest": entry.digest,
            "version": len(self.registered.get(name, ())) + 1,
            "registeredAt": stamp(now),
        }
        proof = with_proof(told, self.key, created=now)
        canonical(proof)
        self.registered.setdefault(name, []).append(proof)
        return proof
