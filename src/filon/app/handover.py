"""The deed of a transfer of responsibility, made by one side, signed by both, then captured like any passport data.

made = deed_of(battery, giver, taker, day, "sale")
made = with_signature(made, secret=text)         # ours
made = with_signature(made, other=their_file)    # theirs, over the very same words
"""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from filon.core.errors import NotProvenError, WrongCallError
from filon.core.ident import canonical
from filon.log.key import Kind, parse_secret
from filon.passport.life import transfer_words


@dataclass(frozen=True, slots=True)
class Handover:
    """A transfer as it is handed around.

    Args:
        signatures: (key, signature) of each side that has signed.
    """

    battery: str
    giver: str
    taker: str
    day: date
    cause: str
    signatures: tuple[tuple[str, str], ...] = ()

    @property
    def words(self) -> bytes:
        """What both sides sign."""
        return transfer_words([self.battery], self.giver, self.taker, self.day, self.cause)

    @property
    def data(self) -> bytes:
        """The deed as passport data: to be sent to the other side, or captured."""
        deed: dict[str, Any] = {
            "deed": "transfer",
            "of": [self.battery],
            "from": self.giver,
            "operator": self.taker,
            "cause": self.cause,
            "at": f"{self.day.isoformat()}T12:00:00Z",
            "signatures": [{"key": key, "signature": signature} for key, signature in self.signatures],
        }
        return (json.dumps({"filonPoints": "1", "deeds": [deed]}, indent=1, ensure_ascii=False) + "\n").encode()


def deed_of(battery: str, giver: str, taker: str, day: date, cause: str = "") -> Handover:
    """A transfer that nobody has signed yet."""
    return Handover(canonical(battery), canonical(giver), canonical(taker), day, cause)


def with_signature(made: Handover, *, secret: str = "", other: bytes = b"") -> Handover:
    """The deed with one side's signature more; the same side signs once.

    Args:
        secret: text of our Ed25519 secret key. other: the deed that the other side signed.

    Raises:
        WrongCallError: the other side signed another deed, or its file is none.
        NotProvenError: the secret is none, or of another kind.
    """
    added: tuple[tuple[str, str], ...]
    if secret:
        key = parse_secret(secret.strip())
        if key.key.kind is not Kind.ED25519:
            raise NotProvenError("a transfer is signed with an Ed25519 key")
        added = ((str(key.key), b64encode(key.sign(made.words)).decode()),)
    else:
        added = _signatures(made, other)
    kept = dict((*made.signatures, *added))
    return replace(made, signatures=tuple(kept.items()))


def _signatures(made: Handover, other: bytes) -> tuple[tuple[str, str], ...]:
    try:
        deed = json.loads(other)["deeds"][0]
        told = Handover(
            deed["of"][0], deed["from"], deed["operator"], date.fromisoformat(deed["at"][:10]), deed["cause"]
        )
        listed = tuple((str(one["key"]), str(one["signature"])) for one in deed["signatures"])
    except (ValueError, LookupError, TypeError) as error:
        raise WrongCallError(f"this is no deed that `filon transfer` wrote: {error}") from error
    if told.words != made.words:
        raise WrongCallError("the other side signed another deed: battery, parties, day or cause differ")
    return listed
