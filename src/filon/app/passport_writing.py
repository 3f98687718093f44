"""EN 18222 writing: passports and their elements created, updated, ended and registered by programs with a token.

There is no second truth: a call becomes statements and deeds, captured as one log entry beside the call as it came, or
nothing at all. What follows from the books or the battery's life is a conflict, and so is a passport that is there.

    writing = PassportWriting(data, issuing)
    writing.create(body, secret)                   # identifier of the new passport
    writing.update(identifier, body, secret)       # what the document says of the changed elements

Source: EN 18222 (passport reference, section 8); EN 18221 (every version kept: the log); Article 77(4), (8).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filon.app.capture import State
from filon.app.desk.tokens import Token
from filon.app.issuing import Issuing
from filon.app.passport_calls import (
    NotHereError,
    OverwrittenError,
    UntakenError,
    document_of,
    identity_of,
    json_of,
    strange,
    worth_of,
)
from filon.app.passport_data import PassportData
from filon.app.registry import Outbox, entry_of
from filon.core.errors import ConflictError, GoneError, NotFoundError, WrongCallError
from filon.core.finding import found
from filon.core.ident import canonical, is_uri
from filon.exchange import en18223
from filon.exchange.en18223 import Change
from filon.passport.life import Kind
from filon.passport.passport import Passport
from filon.passport.point import Audience, Level, by_code
from filon.passport.statement import level, sayable
from filon.passport.value import plain
from filon.seal.stamp import stamp

Json = Any
WASTE = "waste"
"""Status of Annex XIII 4(c) after which a passport may end."""


@dataclass(frozen=True, slots=True)
class Created:
    """A passport as it was created.

    Args:
        left: data points of the document that follow from the books or the battery's life; nobody can say them.
    """

    identifier: str
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Registration:
    """Where a passport stands with the registry; `number` is empty until the registry gave one."""

    state: str
    number: str


class PassportWriting:
    """Where EN 18222 calls that change anything come in.

    Args:
        data: tokens, and capture into the log.
        issuing: what passports are there.
        outbox: folder of the registry's outbox; None = nothing is registered from here.
    """

    def __init__(self, data: PassportData, issuing: Issuing, outbox: Path | None = None) -> None:
        self.data, self.issuing, self.outbox = data, issuing, outbox

    def create(self, body: bytes, secret: str) -> Created:
        """Create a passport of a whole document: values become statements; placed by its operator, published if active.

        Raises:
            TokenNeededError, NotAllowedError, UntakenError, WrongCallError; ConflictError: there is one already.
        """
        token, said = self.data.token(secret), document_of(body)
        name = identity_of(said)
        if self._exists(name):
            raise ConflictError("there is a passport of this product already; update it", identifier=name)
        told = en18223.taken_en18223(said)
        unfit = [one for one in told.findings if not _derived(one.place.pointer.removeprefix("/"))]
        if faults := [*unfit, *strange(said)]:
            raise UntakenError(faults)
        points = [Change(code, value) for code, value in told.told.items() if sayable(by_code()[code])]
        kinds = [Kind.PLACE, *([Kind.PUBLISH] if said.get("dppStatus") == "active" else [])] if _is_item(name) else []
        deeds = [self._deed(kind, name, operator=str(said.get("economicOperatorId") or "")) for kind in kinds]
        self._take(token, name, points, deeds, _received("POST /v1/dpps", body))
        left = sorted(told.told.keys() - {one.code for one in points} - {"uniqueIdentifier"})
        return Created(name, tuple(left))

    def update(self, identifier: str, body: bytes, secret: str) -> dict[str, Json]:
        """Change the elements that a merge patch names, all or none.

        Returns:
            Header and elements as the caller said them: a program that hands in may read nothing by that.

        Raises:
            OverwrittenError: an element follows from the books, or the header is fixed. UntakenError, NotFoundError.
        """
        token, said = self.data.token(secret), document_of(body)
        passport = self._passport(identifier)
        whole = en18223.merged_all(en18223.document(passport), said)
        deed = self._change(token, passport, whole, _received(f"PATCH /v1/dpps/{passport.identifier}", body))
        status = {"dppStatus": said["dppStatus"]} if deed else {}
        kept = {name: node for name, node in said.items() if name in by_code() and node is not None}
        return en18223.header(passport) | {"lastUpdated": stamp(self.data.now())} | status | kept

    def update_element(self, identifier: str, path: str, body: bytes, secret: str) -> Json:
        """Change, amend or take away (`null`) one element at an RFC 9535 path.

        Returns:
            The element as the caller said it.

        Raises:
            NotFoundError: no such passport, or the path leads nowhere in it. As in `update` besides.
        """
        token, passport = self.data.token(secret), self._passport(identifier)
        said = json_of(body)
        value = worth_of(said) if isinstance(said, Mapping) and "objectType" in said else said
        whole = en18223.put(en18223.document(passport), path, value)
        if whole is None:
            raise NotFoundError(f"the passport has no element {path[:200]}")
        call = f"PATCH /v1/dpps/{passport.identifier}/elements/{path[:200]}"
        self._change(token, passport, whole, _received(call, body))
        return value

    def end(self, identifier: str, secret: str) -> None:
        """End a passport after its battery was recycled; a tombstone stays.

        Raises:
            ConflictError: the battery has not become waste; a passport is not deleted before (Article 77(8)).
        """
        token, passport = self.data.token(secret), self._passport(identifier)
        if passport.value("batteryStatus") != WASTE:
            told = (
                "a passport ends when its battery was recycled (Article 77(8)), and this one has not become waste; "
                'dppStatus "inactive" or "archived" withdraws it from view'
            )
            raise ConflictError(told, identifier=passport.identifier)
        deed = self._deed(Kind.RECYCLE, passport.identifier, reason="recycled")
        self._take(token, passport.identifier, [], [deed], _received(f"DELETE /v1/dpps/{passport.identifier}"))

    def register(self, body: bytes, secret: str) -> Registration:
        """Queue a passport for the Union's registry; what is registered already is told by its number.

        Raises:
            WrongCallError: the entry contradicts the passport, or nothing is registered from here.
        """
        self.data.token(secret)
        said = document_of(body)
        try:
            passport = self._passport(str(said.get("uniqueProductIdentifier") or ""))
        except (NotFoundError, GoneError) as error:
            raise WrongCallError("there is no passport of this product to register") from error
        if self.outbox is None:
            raise NotHereError("this server keeps no outbox for the registry")
        now = self.data.now()
        public = self.issuing.written(passport, "en18223", {Audience.PUBLIC}, now=now).data
        backup = str(said.get("backupUniqueEconomicOperatorIdentifier") or "")
        entry = entry_of(passport, self.issuing.host, public, backup=backup)
        if wrong := [name for name in _ENTRY if canonical(str(said.get(name))) != canonical(getattr(entry, name))]:
            raise WrongCallError(f"the entry says another {', '.join(wrong)} than the passport")
        box = Outbox.open(self.outbox)
        state = box.queue(entry, now=now)
        return Registration(state.value, box.lines[entry.uniqueProductIdentifier].registration)

    def _passport(self, identifier: str) -> Passport:
        """The whole passport as known now, published or not."""
        name = canonical(identifier.partition("#")[0])
        if not is_uri(name):
            raise NotFoundError("nothing is known under this identifier")
        end = self.issuing.ceased(name)
        if end is not None:
            raise GoneError("this passport has ceased", **end.as_dict())
        if not self._exists(name):
            raise NotFoundError("there is no such passport")
        return self.issuing.passports.passport(name, on=self.data.now().date())

    def _exists(self, name: str) -> bool:
        """Whether a battery's life has begun here, or there are product data of a model or batch."""
        if _is_item(name):
            return self.issuing.known(name)
        return name in self.issuing.passports.grounds().sayings.by_subject

    def _change(
        self, token: Token, passport: Passport, whole: Mapping[str, Json], received: Mapping[str, str]
    ) -> Kind | None:
        """Take what changes; the deed among it, if there is one."""
        made = en18223.changes(passport, whole)
        if made.findings:
            conflict = any(one.code.startswith("DPP-03") for one in made.findings)
            raise (OverwrittenError if conflict else UntakenError)(made.findings)
        if made.deed and not _is_item(passport.identifier):
            raise OverwrittenError([found("DPP-031", member="dppStatus", found=str(whole["dppStatus"]))])
        deeds = [self._deed(made.deed, passport.identifier)] if made.deed else []
        if made.points or deeds:
            self._take(token, passport.identifier, made.points, deeds, received)
        return made.deed

    def _deed(self, kind: Kind, name: str, **more: str) -> dict[str, Json]:
        return {"deed": kind.value, "of": [name], "at": self.data.now().isoformat()} | {
            k: v for k, v in more.items() if v
        }

    def _take(
        self, token: Token, name: str, points: Iterable[Change], deeds: Sequence[Json], received: Mapping[str, str]
    ) -> None:
        """One log entry: what is said, and the call that said it."""
        at = self.data.now().isoformat()
        members = [_member(one) for one in points]
        document = {
            "filonPoints": "1",
            "statements": [{"subject": name, "at": at, "points": members}] if members else [],
            "deeds": list(deeds),
            "received": received,
        }
        outcome = self.data.take(json.dumps(document, ensure_ascii=False).encode(), token)
        if outcome.state is State.REFUSED:
            raise UntakenError(outcome.findings)


_ENTRY = ("uniqueProductIdentifier", "uniqueEconomicOperatorIdentifier", "dppApiEndpoint")
"""Members of a registry entry that must say what the passport says."""


def _received(call: str, body: bytes = b"") -> dict[str, str]:
    """The call as it came, kept beside what it says."""
    return {"call": call, "body": body.decode("utf-8", "replace")}


def _member(one: Change) -> dict[str, Json]:
    if one.value is None:
        return {"point": one.code, "withdrawn": "true"}
    return {"point": one.code, "value": plain(one.value)}


def _derived(name: str) -> bool:
    return name in by_code() and not sayable(by_code()[name])


def _is_item(name: str) -> bool:
    return level(name) is Level.ITEM
