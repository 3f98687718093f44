"""Whose the matter is: by owner what entered, changed hands and is held; of a lot, what its holder does not own."""

from __future__ import annotations

from dataclasses import dataclass

from filon.core.finding import Finding
from filon.views.figure import Figure, Named
from filon.views.ledger_state import LedgerState


@dataclass(frozen=True, slots=True)
class OwnerLine:
    """The balance of one owner for one element, in kg: `entered + taken - given - gone = held`.

    Args:
        key, owner: identifier and name; both empty where nobody said whose it is.
        taken, given: from and to other owners.
        gone: lost, wasted or otherwise out of the books, net of what measurements found more.
        elsewhere: of what is held, how much stands at sites of others.
    """

    key: str
    owner: str
    element: Named
    entered: Figure
    taken: Figure
    given: Figure
    gone: Figure
    held: Figure
    elsewhere: Figure


@dataclass(frozen=True, slots=True)
class OwnersView:
    """The ownership book, a line an element and owner.

    Args:
        findings: where parties contradict each other on who owns a lot.
    """

    ledger: LedgerState
    lines: tuple[OwnerLine, ...]
    findings: tuple[Finding, ...]


def differs(owner: str, holder: str) -> bool:
    """Whether somebody else holds what an owner has; who holds it may not be known, then nothing is said."""
    return bool(owner and holder) and owner != holder
