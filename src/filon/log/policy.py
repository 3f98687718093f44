"""Policies: whose signatures count, written by whoever relies on a log, in a file of a few lines.

    log     log.example/atlas+48f35bb6+AepK... https://log.example/
    witness carmaker  carmaker.example/w1+e4b0a425+BBOY...
    witness auditor   auditor.example/w2+c4650e64+BmGQ...
    group   both all carmaker auditor
    quorum  both

Source: C2SP tlog-policy (draft).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from filon.core.errors import NotProvenError
from filon.log.checkpoint import Checkpoint, Signer, opened
from filon.log.key import Key, Kind, parse_key

_ALLOWED = re.compile(rb"[\t\n\x20-\x7e\x80-\xff]*")
_COUNT = re.compile(r"[1-9][0-9]*")
_NONE = "none"


@dataclass(frozen=True, slots=True)
class Group:
    """So many of these members, each a witness or a group, must have cosigned."""

    needed: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """Which logs are known, which witnesses, and which of them are enough.

    Args:
        logs: keys by which a log's own signature is known.
        witnesses: {name in this file: key}.
        groups: {name: group}.
        quorum: name of a witness or group, or `none`.
        addresses: {name of a witness: where it is asked}, for those that have one.
    """

    logs: tuple[Key, ...]
    witnesses: Mapping[str, Key] = field(default_factory=dict, hash=False)
    groups: Mapping[str, Group] = field(default_factory=dict, hash=False)
    quorum: str = _NONE
    addresses: Mapping[str, str] = field(default_factory=dict, hash=False)

    def satisfied(self, cosigned_by: Iterable[str]) -> bool:
        """Whether these witnesses (by their names in this file) are enough."""
        return self.quorum == _NONE or self._reached(self.quorum, set(cosigned_by))

    def trusted(self, data: bytes) -> tuple[Checkpoint, list[Signer]]:
        """The checkpoint of a known log that enough witnesses cosigned.

        A cosignature that states no time does not count.

        Raises:
            NotProvenError: an unknown log, a signature that does not fit, or too few witnesses.
        """
        checkpoint, signers = opened(data, [*self.logs, *self.witnesses.values()])
        if not any(s.key in self.logs and s.key.name == checkpoint.origin for s in signers):
            raise NotProvenError(f"the log {checkpoint.origin} did not sign with a key of the policy")
        timed = {signer.key for signer in signers if signer.time is not None}
        cosigned = [name for name, key in self.witnesses.items() if key in timed]
        if not self.satisfied(cosigned):
            told = ", ".join(cosigned) or "nobody"
            raise NotProvenError(f"the policy's quorum {self.quorum} is not reached: cosigned by {told}")
        return checkpoint, signers

    def _reached(self, name: str, cosigned: set[str]) -> bool:
        group = self.groups.get(name)
        if group is None:
            return name in cosigned
        return sum(self._reached(member, cosigned) for member in group.members) >= group.needed


def parse_policy(data: bytes) -> Policy:
    """The policy in a file.

    Raises:
        NotProvenError: the line that is wrong and why.
    """
    if not _ALLOWED.fullmatch(data):
        raise NotProvenError("a policy has no control characters but tab and newline (no carriage return)")
    reader = _Reader()
    for number, line in enumerate(data.decode("utf-8", "surrogateescape").split("\n"), 1):
        words = re.findall(r"[^ \t]+", line)
        if words and not words[0].startswith("#"):
            try:
                reader.read(*words)
            except (NotProvenError, TypeError) as error:
                raise NotProvenError(f"line {number} of the policy: {error}") from error
    return reader.policy()


class _Reader:
    """The lines of a policy as they come; only earlier names may be used."""

    def __init__(self) -> None:
        self.logs: list[Key] = []
        self.witnesses: dict[str, Key] = {}
        self.groups: dict[str, Group] = {}
        self.members: set[str] = set()
        self.quorums: list[str] = []
        self.addresses: dict[str, str] = {}

    def read(self, word: str, *rest: str) -> None:
        """One line."""
        lines: dict[str, Callable[..., None]] = {
            "log": self._log,
            "witness": self._witness,
            "group": self._group,
            "quorum": self._quorum,
        }
        if word not in lines:
            raise NotProvenError(f"{word!r} is not log, witness, group or quorum")
        lines[word](*rest)

    def policy(self) -> Policy:
        """The whole, once all lines are read."""
        if len(self.quorums) != 1:
            raise NotProvenError("a policy has exactly one quorum line")
        return Policy(tuple(self.logs), self.witnesses, self.groups, self.quorums[0], self.addresses)

    def _log(self, key_text: str, _address: str = "") -> None:
        key = self._new_key(key_text)
        if key.kind is not Kind.ED25519:
            raise NotProvenError("a log has a plain Ed25519 key")
        self.logs.append(key)

    def _witness(self, name: str, key_text: str, address: str = "") -> None:
        key = self._new_key(key_text)
        if key.kind is Kind.ED25519:
            raise NotProvenError("a witness has a cosigner's key")
        self.witnesses[self._new_name(name)] = key
        if address:
            self.addresses[name] = address

    def _group(self, name: str, count: str, *members: str) -> None:
        needed = {"any": "1", "all": str(len(members))}.get(count, count)
        if not _COUNT.fullmatch(needed) or int(needed) > len(members):
            raise NotProvenError(f"a group of {len(members)} needs 1 to {len(members)} of them, any or all")
        for member in members:
            self._used(member)
            if member in self.members:
                raise NotProvenError(f"{member} is already a member of a group")
            self.members.add(member)
        self.groups[self._new_name(name)] = Group(int(needed), members)

    def _quorum(self, name: str) -> None:
        if name != _NONE:
            self._used(name)
        self.quorums.append(name)

    def _new_key(self, text: str) -> Key:
        key = parse_key(text)
        if any(key.public == other.public for other in (*self.logs, *self.witnesses.values())):
            raise NotProvenError(f"the key of {key.name} stands twice")
        return key

    def _new_name(self, name: str) -> str:
        if name == _NONE or name in self.witnesses or name in self.groups:
            raise NotProvenError(f"the name {name} is taken")
        return name

    def _used(self, name: str) -> None:
        if name not in self.witnesses and name not in self.groups:
            raise NotProvenError(f"{name} was not named before")
