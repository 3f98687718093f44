"""What the ledger can tell a check: questions only, so that reading a file never depends on a store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Protocol


class Knowledge(Protocol):
    """What is known besides the file. Every answer may be None: cannot tell."""

    def knows_lot(self, lot: str) -> bool | None:
        """Whether anything is known of the lot with this identifier."""
        ...

    def lots_numbered(self, number: str) -> Sequence[str]:
        """Identifiers of known lots that people call by this number; used for proposals only."""
        ...

    def available_kg(self, lot: str, site: str, on: date) -> Decimal | None:
        """Net kg of the lot held at the site at the end of the day, as known before this file."""
        ...

    def shipped_kg(self, note: str, lot: str) -> Decimal | None:
        """Net kg of the lot on the delivery note, as its sender declared."""
        ...

    def deposited(self, sha256: str) -> date | None:
        """The day on which a file with these bytes was taken; None if it never was."""
        ...


class Nothing:
    """No ledger at hand: `filon check` on a bare machine."""

    def knows_lot(self, lot: str) -> bool | None:  # noqa: ARG002 - answers the same whatever is asked
        """Cannot tell."""
        return None

    def lots_numbered(self, number: str) -> Sequence[str]:  # noqa: ARG002
        """None."""
        return ()

    def available_kg(self, lot: str, site: str, on: date) -> Decimal | None:  # noqa: ARG002
        """Cannot tell."""
        return None

    def shipped_kg(self, note: str, lot: str) -> Decimal | None:  # noqa: ARG002
        """Cannot tell."""
        return None

    def deposited(self, sha256: str) -> date | None:  # noqa: ARG002
        """Not as far as we know."""
        return None
