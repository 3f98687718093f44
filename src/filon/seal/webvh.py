"""Whose key it was at any time: did:webvh, a did:web with its history, each version signed and chained.

    history = resolved(did, log, witness_proofs)      # every version verified, or an error
    history[-1].state                                 # the document now

Its identifier holds the hash of the first version (the SCID): a new owner of the domain cannot begin another history.

Source: did:webvh DID Method 1.0 (Decentralized Identity Foundation).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import orjson

from filon.seal.base import base58, from_base58
from filon.seal.broken import BrokenSealError, broken
from filon.seal.did import key_of_did_key, place
from filon.seal.jcs import canonical, read
from filon.seal.key import PublicKey, SecretKey, did_key
from filon.seal.proof import proven, with_proof
from filon.seal.stamp import moment, stamp

METHOD = "did:webvh:1.0"
HOLE = "{SCID}"
SKEW = timedelta(minutes=5)
_MEMBERS = {"versionId", "versionTime", "parameters", "state", "proof"}
_PARAMETERS = {
    "method", "scid", "updateKeys", "nextKeyHashes", "witness", "watchers", "portable", "deactivated", "ttl",
}  # fmt: skip
_SHA256 = b"\x12\x20"
_SCID = 46


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a DID's document, verified.

    Args:
        id: `3-Qm…`, its number and hash.
        time: when it took effect.
        state: the document.
        parameters: all that hold after it.
    """

    id: str
    time: datetime
    state: Mapping[str, Any]
    parameters: Mapping[str, Any]

    @property
    def number(self) -> int:
        """1 for the first."""
        return int(self.id.partition("-")[0])


def scid_of(did: str) -> str:
    """The hash of the first version that the identifier holds; the rest must be a usable host and path.

    Raises:
        BrokenSealError: SEA-010.
    """
    method, _, rest = did.removeprefix("did:").partition(":")
    scid, colon, host = rest.partition(":")
    if not did.startswith("did:") or method != "webvh" or not colon:
        raise broken("SEA-010", did=did[:200], fault="did:webvh:SCID:host is needed")
    if len(scid) != _SCID or not _is_base58(scid):
        raise broken("SEA-010", did=did[:200], fault="the SCID is not 46 base58btc letters")
    place(did, host)
    return scid


def address(did: str) -> str:
    """Where the history of a `did:webvh` lies.

    Raises:
        BrokenSealError: SEA-010.
    """
    scid = scid_of(did)
    host, segments = place(did, did.removeprefix(f"did:webvh:{scid}:"))
    return f"https://{host}/{'/'.join(segments) if segments else '.well-known'}/did.jsonl"


def resolved(
    did: str, log: str, witness_proofs: Sequence[Mapping[str, Any]] = (), *, now: datetime
) -> tuple[Version, ...]:
    """Every version of the document, oldest first.

    Args:
        log: the text of `did.jsonl`.
        witness_proofs: the entries of `did-witness.json`.

    Raises:
        BrokenSealError: SEA-010, SEA-012; one bad version spoils the history.
    """
    scid = scid_of(did)
    lines = log.splitlines()
    if not lines:
        raise broken("SEA-012", did=did, version=1, fault="there is none")
    versions: list[Version] = []
    for number, line in enumerate(lines, 1):
        try:
            versions.append(_version(read(line), number, versions[-1] if versions else None, scid, now))
        except BrokenSealError as error:
            if error.finding.code == "SEA-012":
                raise
            raise broken("SEA-012", did=did, version=number, fault=error.detail) from error
    if versions[-1].state.get("id") != did:
        raise broken("SEA-012", did=did, version=len(versions), fault="the document is another identifier's")
    _witnessed(did, versions, witness_proofs)
    return tuple(versions)


def at(history: Sequence[Version], moment_asked: datetime) -> Version:
    """The version that held at a moment.

    Raises:
        BrokenSealError: SEA-012, it is older than the identifier.
    """
    held = [one for one in history if one.time <= moment_asked]
    if not held:
        raise broken("SEA-012", did=str(history[0].state.get("id")), version=1, fault="not yet born then")
    return held[-1]


def _version(entry: Any, number: int, before: Version | None, scid: str, now: datetime) -> Version:
    """One entry, verified against the version before it."""
    if not isinstance(entry, dict) or set(entry) != _MEMBERS or not isinstance(entry["state"], dict):
        raise _fault(number, "other members than an entry has")
    said = entry["parameters"]
    if not isinstance(said, dict) or not set(said) <= _PARAMETERS:
        raise _fault(number, "a parameter that this edition does not know")
    _chained(entry, number, before, scid)
    held = _held(said, number, before, scid)
    if scid not in str(entry["state"].get("id")).split(":"):
        raise _fault(number, "the document is another identifier's")
    time = _time(entry["versionTime"], number, before, now)
    active = held["updateKeys"] if before is None or before.parameters.get("nextKeyHashes") else (
        before.parameters["updateKeys"]
    )  # fmt: skip
    proven(entry, _among(active))
    return Version(entry["versionId"], time, entry["state"], held)


def _chained(entry: Mapping[str, Any], number: int, before: Version | None, scid: str) -> None:
    bare = {name: value for name, value in entry.items() if name != "proof"}
    if before is None:
        text = canonical({**bare, "versionId": HOLE}).replace(scid.encode(), HOLE.encode())
        if _hash(text) != scid:
            raise _fault(number, "the identifier is not the hash of its first version")
    wanted = f"{number}-{_hash(canonical({**bare, 'versionId': before.id if before else scid}))}"
    if entry["versionId"] != wanted:
        raise _fault(number, "its number or hash does not follow from the version before")


def _held(said: Mapping[str, Any], number: int, before: Version | None, scid: str) -> dict[str, Any]:
    """All parameters after this entry, each checked."""
    known = dict(before.parameters) if before else {}
    held = {**known, **{name: value for name, value in said.items() if value is not None}}
    if before is None and (said.get("scid") != scid or said.get("method") != METHOD):
        raise _fault(number, "method or SCID")
    if before is not None and (("scid" in said and said["scid"] != scid) or held["method"] != METHOD):
        raise _fault(number, "method or SCID changed")
    late = bool(said.get("portable")) and not known.get("portable")
    if before is not None and (known.get("deactivated") is True or late):
        raise _fault(number, "deactivated before, or made portable late")
    for name in ("updateKeys", "nextKeyHashes", "watchers"):
        value = held.setdefault(name, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise _fault(number, f"{name} is no list of texts")
    if known.get("nextKeyHashes"):
        _promised(said, known["nextKeyHashes"], number)
    _witnesses(held.get("witness") or {}, number)
    return held


def _promised(said: Mapping[str, Any], hashes: Sequence[str], number: int) -> None:
    """Keys whose hashes were announced one version before: who stole today's key cannot name tomorrow's."""
    if "updateKeys" not in said or "nextKeyHashes" not in said:
        raise _fault(number, "keys were announced, so updateKeys and nextKeyHashes must be said")
    if not all(_hash(key.encode()) in hashes for key in said["updateKeys"]):
        raise _fault(number, "a key that was not announced")


def _witnesses(witness: object, number: int) -> None:
    if witness == {}:
        return
    if not isinstance(witness, dict) or set(witness) != {"threshold", "witnesses"}:
        raise _fault(number, "witness needs threshold and witnesses")
    ids = [one.get("id") if isinstance(one, dict) else None for one in witness["witnesses"]]
    threshold = witness["threshold"]
    if len(set(ids)) != len(ids) or not isinstance(threshold, int) or not 1 <= threshold <= len(ids):
        raise _fault(number, "witnesses stand twice, or the threshold cannot be met")
    for one in ids:
        key_of_did_key(str(one))


def _time(text: object, number: int, before: Version | None, now: datetime) -> datetime:
    try:
        time = moment(text)
    except ValueError as error:
        raise _fault(number, "versionTime is no moment") from error
    if not str(text).endswith("Z") or time > now.astimezone(UTC) + SKEW or (before and time <= before.time):
        raise _fault(number, "versionTime is not UTC, lies in the future, or not after the version before")
    return time


def _among(keys: Iterable[str]) -> Callable[[str, str], PublicKey]:
    known = set(keys)

    def resolve(method: str, _purpose: str) -> PublicKey:
        key = key_of_did_key(method)
        if "#" not in method or key.multikey not in known:
            raise broken("SEA-008", issuer="this history", key=method)
        return key

    return resolve


def _witnessed(did: str, versions: Sequence[Version], proofs: Sequence[Mapping[str, Any]]) -> None:
    """Enough witnesses stand by every version that asked for them; a proof covers all versions before its own.

    A list that is changed holds from the next version on, a first one at once.
    """
    numbers = {one.id: one.number for one in versions}
    seen: dict[str, int] = {}
    for one in proofs:
        number = numbers.get(str(one.get("versionId")), 0)
        for method in _signers(one) if number else ():
            seen[method] = max(seen.get(method, 0), number)
    before: Mapping[str, Any] = {}
    for version in versions:
        now = version.parameters.get("witness") or {}
        rule = before or now
        if rule:
            standing = sum(seen.get(one["id"], 0) >= version.number for one in rule["witnesses"])
            if standing < rule["threshold"]:
                raise broken("SEA-012", did=did, version=version.number, fault="too few witnesses stand by it")
        before = now


def _signers(one: Mapping[str, Any]) -> list[str]:
    """Witnesses whose proof over this version holds; others do not count."""
    found = []
    for proof in one.get("proof") or ():
        try:
            _, method = proven({"versionId": one["versionId"], "proof": proof}, lambda name, _: key_of_did_key(name))
        except BrokenSealError:
            continue
        found.append(method.partition("#")[0])
    return found


def founded(
    host: str, segments: Sequence[str], key: SecretKey, state: Callable[[str], Mapping[str, Any]], *, now: datetime,
    announced: Sequence[PublicKey] = (),
) -> tuple[str, str]:  # fmt: skip
    """A new DID and the first line of its history.

    Args:
        state: the document for the identifier (called with one that has a hole where the SCID comes).
        announced: keys that may sign the next version (pre-rotation).
    """
    pattern = ":".join(("did:webvh", HOLE, host.replace(":", "%3A"), *segments))
    entry = {
        "versionId": HOLE,
        "versionTime": stamp(now),
        "parameters": {
            "method": METHOD,
            "scid": HOLE,
            "updateKeys": [key.public.multikey],
            **({"nextKeyHashes": _announced(announced)} if announced else {}),
        },
        "state": dict(state(pattern)),
    }
    scid = _hash(canonical(entry))
    filled = read(canonical(entry).replace(HOLE.encode(), scid.encode()))
    return pattern.replace(HOLE, scid), _line({**filled, "versionId": scid}, 1, key, now)


def continued(
    log: str, key: SecretKey, state: Mapping[str, Any], *, now: datetime, parameters: Mapping[str, Any] | None = None
) -> str:
    """The next line of a history."""
    last = read(log.splitlines()[-1])
    number = int(last["versionId"].partition("-")[0]) + 1
    entry = {
        "versionId": last["versionId"],
        "versionTime": stamp(now),
        "parameters": dict(parameters or {}),
        "state": dict(state),
    }
    return _line(entry, number, key, now)


def _line(entry: Mapping[str, Any], number: int, key: SecretKey, now: datetime) -> str:
    numbered = {**entry, "versionId": f"{number}-{_hash(canonical(dict(entry)))}"}
    method = did_key(key.public)
    signer = SecretKey(PublicKey(method, key.public.algorithm, key.public.native), key.native)
    sealed = with_proof(numbered, signer, created=now)
    return orjson.dumps({**sealed, "proof": [sealed["proof"]]}).decode() + "\n"


def _announced(keys: Iterable[PublicKey]) -> list[str]:
    return [_hash(key.multikey.encode()) for key in keys]


def _hash(data: bytes) -> str:
    return base58(_SHA256 + sha256(data).digest())


def _is_base58(text: str) -> bool:
    try:
        from_base58(text)
    except BrokenSealError:
        return False
    return True


def _fault(number: int, fault: str) -> BrokenSealError:
    return broken("SEA-012", did="this identifier", version=number, fault=fault)
