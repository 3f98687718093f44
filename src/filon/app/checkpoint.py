"""One checkpoint from signature to publication: signed, cosigned by the witnesses, published, stamped once a day.

The order is that of trust: what partners can fetch carries all lines that could be had, and the stamp covers them.
A witness or authority that does not answer stops nothing; it is told, and asked again next time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from filon.app.outside import Ask
from filon.app.publish import publish
from filon.app.signer import Signer
from filon.app.stamp import STAMPS, Authority, daily
from filon.app.witness import witnessed
from filon.core.errors import FilonError
from filon.log.checkpoint import parse_checkpoint
from filon.log.note import parse_note
from filon.log.policy import Policy
from filon.log.store import Store


@dataclass(frozen=True, slots=True)
class Outside:
    """Whom to ask beyond ourselves.

    Args:
        ask_at: how they are reached.
        policy: whose witnesses are asked; None = nobody's.
        authority: who stamps; None = nobody.
    """

    ask_at: Ask
    policy: Policy | None = None
    authority: Authority | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """What became of a checkpoint.

    Args:
        files: how many were published.
        stamp: file of today's time stamp, if this call had it made.
        troubles: who did not do what was asked, and why.
        enough: whether the policy's quorum is reached; True without a policy.
    """

    note: bytes
    files: int
    stamp: Path | None
    troubles: tuple[str, ...]
    enough: bool


def checkpoint(
    store: Store,
    signer: Signer,
    *,
    now: datetime,
    folder: Path | None = None,
    stamps: Path | None = None,
    outside: Outside | None = None,
) -> Made:
    """Sign the log as it stands and do all that follows.

    Args:
        folder: where the log's files are published; None = nowhere.
        stamps: folder of the time stamps; None = within `folder`.

    Raises:
        ConflictError: the log is not a continuation of what was signed last (LOG-016).
    """
    note, troubles = signer.checkpoint(store, now=now), list[str]()
    if outside is not None and outside.policy is not None:
        more, troubles = witnessed(store, note, outside.policy, outside.ask_at)
        if more != note:
            note = more
            store.publish(parse_checkpoint(parse_note(note).text).size, note)
    files = publish(store, note, folder) if folder is not None else 0
    stamp = None
    place = stamps or (folder / STAMPS if folder is not None else None)
    if outside is not None and outside.authority is not None and place is not None:
        try:
            stamp = daily(place, note, outside.authority, outside.ask_at, now=now)
        except FilonError as error:
            troubles.append(error.detail)
    return Made(note, files, stamp, tuple(troubles), _enough(note, outside))


def _enough(note: bytes, outside: Outside | None) -> bool:
    if outside is None or outside.policy is None:
        return True
    try:
        outside.policy.trusted(note)
    except FilonError:
        return False
    return True
