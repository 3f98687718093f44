"""A passport as somebody sees it who was let in: the public part, and what their organisation's grants add to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from filon.views.figure import Named
from filon.views.ledger_state import LedgerState
from filon.views.passport import PassportView


@dataclass(frozen=True, slots=True)
class GrantedView:
    """What one reader sees.

    Args:
        path: of the battery's public page; empty if its identifier is no GS1 Digital Link.
        reader, organisation: who reads, and for whom.
        kind: what the organisation is to the operator.
        restricted: points among `passport.points` that a stranger does not see.
    """

    ledger: LedgerState
    path: str
    serial: str
    reader: str
    organisation: str
    kind: Named
    passport: PassportView
    restricted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReadLine:
    """One reading of restricted data, as the operator sees it.

    Args:
        behalf: organisations that the reader acted for.
    """

    number: int
    at: datetime
    organisation: str
    who: str
    battery: str
    version: int
    way: Named
    points: tuple[Named, ...]
    behalf: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadList:
    """Who read what beyond the public, the last first."""

    ledger: LedgerState
    rows: tuple[ReadLine, ...]


@dataclass(frozen=True, slots=True)
class GrantLine:
    """One grant that still shows something, as its organisation sees it.

    Args:
        scope: a battery, a model, or `*` = all.
        path: of the granted page, if the scope is one battery.
    """

    scope: str
    path: str
    purpose: Named
    basis: str
    expires: datetime


@dataclass(frozen=True, slots=True)
class DelegationLine:
    """One delegation that still lets somebody act for another, as either of the two sees it.

    Args:
        other: name of the other organisation.
        path: of the granted page, if the scope is one battery.
    """

    id: str
    other: str
    purpose: Named
    scope: str
    path: str
    expires: datetime


@dataclass(frozen=True, slots=True)
class GrantsView:
    """What a reader's organisation was granted, and who acts for whom.

    Args:
        number: the organisation's id, which another needs in order to let it act for it.
        shareable: purposes for which it may let another act.
        given, taken: delegations by it, and to it.
    """

    reader: str
    organisation: str
    number: str
    kind: Named
    rows: tuple[GrantLine, ...]
    shareable: tuple[Named, ...] = ()
    given: tuple[DelegationLine, ...] = ()
    taken: tuple[DelegationLine, ...] = ()
