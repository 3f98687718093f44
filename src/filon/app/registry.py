"""The registry's outbox: which passports the Union's registry has, which it does not, and the proof of each.

    outbox = Outbox.open(folder)
    outbox.queue(entry, now=now)
    outbox.send(registry, now=now)             # at most 100 a batch; one bad one refuses them all

    queued -> submitted -> registered -> stale -> submitted
                        -> rejected  -> queued (once it was corrected)

Order of one batch: written as submitted, durably, with the batch's number; then sent; then the answer written. If the
power goes in between, the next call sends the same batch under the same number, and a registry takes it once.

The registry takes no batteries yet (User Guide 1.03), so `Registry` is an interface; `registry_double` answers instead.

Source: Implementing Regulation (EU) 2026/1778, Articles 8 to 10; EN 18222 (registry entry).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

from filon.app import durable
from filon.core.errors import NotFoundError, OutsideError, StoreError, WrongCallError
from filon.core.finding import Finding, Place, found
from filon.passport.passport import Passport
from filon.seal.jcs import canonical, read
from filon.seal.stamp import stamp

BATCH = 100
"""Requests in one batch.

Source: Registry User Guide 1.03 (secondary).
"""
LOG, PROOFS = "outbox.jsonl", "proofs"


class State(StrEnum):
    """Where an entry stands."""

    QUEUED = "queued"
    SUBMITTED = "submitted"
    REGISTERED = "registered"
    REJECTED = "rejected"
    STALE = "stale"


_MAY: Mapping[State | None, frozenset[State]] = {
    None: frozenset({State.QUEUED}),
    State.QUEUED: frozenset({State.SUBMITTED, State.QUEUED}),
    State.SUBMITTED: frozenset({State.REGISTERED, State.REJECTED, State.QUEUED}),
    State.REGISTERED: frozenset({State.STALE}),
    State.STALE: frozenset({State.SUBMITTED, State.STALE}),
    State.REJECTED: frozenset({State.QUEUED}),
}
"""{state: states that may follow}."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the registry is told of a passport; names as EN 18222 has them.

    Args:
        commodity: combined nomenclature code, 8 digits: 8507 60 00 for lithium-ion accumulators.
        digest: SHA-256 of the version that is registered.
        parents: identifiers of its batch and model, where they have passports.
    """

    uniqueProductIdentifier: str  # noqa: N815 - the standard's spelling
    digitalProductPassportId: str  # noqa: N815
    uniqueEconomicOperatorIdentifier: str  # noqa: N815
    dppApiEndpoint: str  # noqa: N815
    granularity: str
    commodity: str
    digest: str
    backupUniqueEconomicOperatorIdentifier: str = ""  # noqa: N815
    parents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What the registry says of a batch.

    Args:
        registered: {product identifier: proof of registration}; empty if the batch was refused.
        refused: {product identifier: why}; one refuses the whole batch.
    """

    registered: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)


class Registry(Protocol):
    """The registry, or whoever answers in its stead."""

    def submit(self, batch: str, entries: Sequence[Entry], *, now: datetime) -> Answer:
        """Register a batch; the same batch number again is answered as before.

        Raises:
            OutsideError: no answer; nothing is known of what became of it.
        """
        ...


@dataclass(frozen=True, slots=True)
class Line:
    """One passport in the outbox."""

    entry: Entry
    state: State
    at: str
    batch: str = ""
    registration: str = ""
    fault: str = ""


def entry_of(passport: Passport, host: str, document: bytes, *, commodity: str = "85076000", backup: str = "") -> Entry:
    """The registry entry of a passport.

    Args:
        document: the public passport as served, whose hash is registered.
        backup: identifier of the back-up provider.

    Raises:
        WrongCallError: it names no responsible operator.
    """
    operator = passport.value("responsibleOperator")
    if not isinstance(operator, Mapping) or "id" not in operator:
        raise WrongCallError("the passport names no responsible operator with an identifier")
    item = bool(passport.serial or not passport.gtin)
    return Entry(
        uniqueProductIdentifier=passport.identifier,
        digitalProductPassportId=passport.identifier,
        uniqueEconomicOperatorIdentifier=str(operator["id"]),
        dppApiEndpoint=f"{host}/v1",
        granularity="item" if item else "model",
        commodity=commodity,
        digest=sha256(document).hexdigest(),
        backupUniqueEconomicOperatorIdentifier=backup,
        parents=(f"https://id.gs1.org/01/{passport.gtin}",) if item and passport.gtin else (),
    )


@dataclass(slots=True)
class Outbox:
    """The outbox in a folder: a file of changes, the newest of each passport counts; and the archived proofs."""

    folder: Path
    lines: dict[str, Line] = field(default_factory=dict)

    @classmethod
    def open(cls, folder: Path) -> Outbox:
        """The outbox as its folder has it; a torn last line is cut off."""
        folder.mkdir(parents=True, exist_ok=True)
        box = cls(folder)
        path = folder / LOG
        data = path.read_bytes() if path.is_file() else b""
        whole = data[: data.rfind(b"\n") + 1]
        if len(whole) < len(data):
            durable.write(path, whole)
        for row in map(json.loads, whole.splitlines()):
            entry = Entry(**{**row["entry"], "parents": tuple(row["entry"]["parents"])})
            box.lines[entry.uniqueProductIdentifier] = Line(entry, State(row["state"]), *(row[n] for n in _REST))
        return box

    def queue(self, entry: Entry, *, now: datetime) -> State:
        """Take a passport in; what is registered and has not changed stays so."""
        held = self.lines.get(entry.uniqueProductIdentifier)
        if held is None or held.state in {State.REJECTED, State.QUEUED}:
            self._set([Line(entry, State.QUEUED, stamp(now))])
        elif held.state is not State.SUBMITTED and held.entry != entry:
            self._set([Line(entry, State.STALE, stamp(now), registration=held.registration)])
        return self.lines[entry.uniqueProductIdentifier].state

    def send(self, registry: Registry, *, now: datetime) -> list[Finding]:
        """Send what waits, batch by batch.

        Findings:
            DPP-020: the registry refused an entry; the others of its batch wait again.

        Raises:
            OutsideError: no answer; the batch is sent again next time, under the same number.
        """
        findings: list[Finding] = []
        for batch, lines in self._unanswered():
            findings += self._answered(batch, lines, registry, now)
        while waiting := self._waiting():
            batch = batch_number(one.entry for one in waiting)
            self._set([replace(one, state=State.SUBMITTED, batch=batch, at=stamp(now), fault="") for one in waiting])
            # The power may go here: the batch is known as submitted and is sent again under its number.
            sent = [self.lines[one.entry.uniqueProductIdentifier] for one in waiting]
            refused = self._answered(batch, sent, registry, now)
            findings += refused
        return findings

    def proof(self, identifier: str) -> Mapping[str, Any]:
        """The archived proof of a registration; the registry itself keeps it for 90 days only.

        Raises:
            NotFoundError: it is not registered.
        """
        line = self.lines.get(identifier)
        path = self.folder / PROOFS / f"{line.registration}.json" if line and line.registration else None
        if path is None or not path.is_file():
            raise NotFoundError(f"{identifier} is not registered")
        told: Mapping[str, Any] = json.loads(path.read_bytes())
        return told

    def _waiting(self) -> list[Line]:
        return [one for one in self.lines.values() if one.state in {State.QUEUED, State.STALE}][:BATCH]

    def _unanswered(self) -> list[tuple[str, list[Line]]]:
        """Batches that were sent and never answered, oldest first."""
        open_batches: dict[str, list[Line]] = {}
        for one in self.lines.values():
            if one.state is State.SUBMITTED:
                open_batches.setdefault(one.batch, []).append(one)
        return list(open_batches.items())

    def _answered(self, batch: str, lines: Sequence[Line], registry: Registry, now: datetime) -> list[Finding]:
        answer = registry.submit(batch, [one.entry for one in lines], now=now)
        wanted = {one.entry.uniqueProductIdentifier for one in lines}
        if answer.refused:
            return self._refused(lines, answer.refused, now)
        if set(answer.registered) != wanted:
            raise OutsideError("the registry answered for other passports than were sent")
        for name, proof in answer.registered.items():
            durable.write(self.folder / PROOFS / f"{_safe(str(proof['registrationId']))}.json", canonical(dict(proof)))
            self._archived(name, proof)
        done = [
            replace(one, state=State.REGISTERED, at=stamp(now),
                    registration=_safe(str(answer.registered[one.entry.uniqueProductIdentifier]["registrationId"])))
            for one in lines
        ]  # fmt: skip
        self._set(done)
        return []

    def _archived(self, name: str, proof: Mapping[str, Any]) -> None:
        if proof.get("digest") != self.lines[name].entry.digest:
            raise OutsideError(f"the registry's proof of {name} is of another version")

    def _refused(self, lines: Sequence[Line], refused: Mapping[str, str], now: datetime) -> list[Finding]:
        """The bad ones are rejected, the others wait for the next batch."""
        told = []
        changed = []
        for one in lines:
            fault = refused.get(one.entry.uniqueProductIdentifier, "")
            state = State.REJECTED if fault else State.STALE if one.registration else State.QUEUED
            changed.append(replace(one, state=state, fault=fault, at=stamp(now), batch=""))
            if fault:
                told.append(found("DPP-020", Place(), found=one.entry.uniqueProductIdentifier, fault=fault))
        if not told:
            raise OutsideError("the registry refused a batch without saying why")
        self._set_any(changed)
        return told

    def _set(self, lines: Sequence[Line]) -> None:
        for one in lines:
            held = self.lines.get(one.entry.uniqueProductIdentifier)
            if one.state not in _MAY[held.state if held else None]:
                raise StoreError(f"{one.entry.uniqueProductIdentifier} cannot become {one.state}")
        self._set_any(lines)

    def _set_any(self, lines: Sequence[Line]) -> None:
        data = b"".join(json.dumps(asdict(one)).encode() + b"\n" for one in lines)
        try:
            with (self.folder / LOG).open("ab") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise StoreError(f"{self.folder / LOG} could not be written: {error.strerror}") from error
        self.lines |= {one.entry.uniqueProductIdentifier: one for one in lines}


_REST = ("at", "batch", "registration", "fault")


def batch_number(entries: Iterable[Entry]) -> str:
    """The number of a batch: the hash of what is in it, so that sending it again is the same batch."""
    return sha256(canonical([{**asdict(one), "parents": list(one.parents)} for one in entries])).hexdigest()[:32]


def batch_file(batch: str, entries: Sequence[Entry]) -> bytes:
    """The batch as a file for the registry's own page."""
    return json.dumps({"batch": batch, "requests": [asdict(one) for one in entries]}, indent=1).encode()


def _safe(text: str) -> str:
    if not text or len(text) > 100 or not all(one.isalnum() or one in "-_." for one in text) or text.startswith("."):  # noqa: PLR2004 - a file's name
        raise OutsideError("the registry gave a registration id that is no name")
    return text


@dataclass(frozen=True, slots=True)
class ByHand:
    """The registry's own page: a batch is a file to upload there, its answer a file saved beside it.

    Args:
        folder: `BATCH.json` to upload, `BATCH.answer.json` as saved: `{"registered": {..}, "refused": {..}}`.
    """

    folder: Path

    def submit(self, batch: str, entries: Sequence[Entry], *, now: datetime) -> Answer:
        """The saved answer.

        Raises:
            OutsideError: it is not there yet; the file to upload is.
        """
        del now
        answer = self.folder / f"{batch}.answer.json"
        if not answer.is_file():
            durable.write(self.folder / f"{batch}.json", batch_file(batch, entries))
            raise OutsideError(f"upload {self.folder / batch}.json and save the answer as {answer.name} beside it")
        told = read(answer.read_bytes())
        return Answer(dict(told.get("registered") or {}), dict(told.get("refused") or {}))
