"""Erasure: the bytes of an entry go, by law or contract; that they were there, and when, stays proven.

The erasure is itself an entry: who asked, why, and which entries. In the same commit payload, salts and records of
those entries are removed and overwritten. Their leaves stay, and without the salts a leaf says nothing of what it
committed to, for ever. Proofs given before keep verifying.

What was handed out before (bundles, mirrors' own captures, older backups) is beyond us: the next `filon backup` is made
anew in full, older copies must be destroyed by whoever keeps them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from filon.core.errors import ConflictError, WrongCallError
from filon.log.leaf import micros, moment_text
from filon.log.store import Deposit, Entry, Store

LAW_OF_THE_LOG = frozenset({"erasure", "key"})
"""Kinds that are never erased: without them the log's own history could not be checked."""
REASON_LIMIT = 500


def erase(store: Store, entries: Sequence[int], *, reason: str, by: str, now: datetime) -> Entry:
    """Remove what entries say, and log that and why.

    Args:
        reason: why, for ever readable: it must hold nothing of what is erased.
        by: who orders it.

    Returns:
        The entry that logs the erasure.

    Raises:
        WrongCallError: no reason, no entry, or one whose kind is never erased.
        NotFoundError: no such entry.
        ConflictError: it was erased before.
    """
    if not reason.strip() or len(reason) > REASON_LIMIT:
        raise WrongCallError(f"an erasure needs a reason of at most {REASON_LIMIT} characters; it stays readable")
    if not entries:
        raise WrongCallError("name the entries to erase")
    for index in entries:
        entry = store.entry(index)
        if entry.erased:
            raise ConflictError(f"entry {index} was erased before", entry=index)
        if entry.kind in LAW_OF_THE_LOG:
            raise WrongCallError(f"entry {index} is of kind {entry.kind}, which is never erased", entry=index)
    told = {"at": moment_text(micros(now)), "by": by, "erases": sorted(set(entries)), "reason": reason}
    data = json.dumps(told, ensure_ascii=False, indent=1).encode()
    return store.append(Deposit(data, "application/json", "erasure.json", by, kind="erasure"), [], now=now)
