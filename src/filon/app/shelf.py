"""A shelf of passports: whoever can be asked for them, the maker's own ledger or a back-up provider's copy.

The resolver, the EN 18222 interface and the downloads talk to a shelf, so they serve both alike.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any, Protocol

from filon.app.issuing import Issued, Sight
from filon.core.finding import Language
from filon.core.moment import Known
from filon.passport.point import Audience
from filon.passport.resolver import Tombstone


class Shelf(Protocol):
    """Gives passports out; `app.issuing.Issuing` makes them, `app.holding.Holding` kept them for another."""

    @property
    def host(self) -> str:
        """`https://id.atlas.example`, where the identifiers lead."""
        ...

    def known(self, identifier: str) -> bool:
        """Whether there is anything under this identifier; quick."""
        ...

    def ceased(self, identifier: str) -> Tombstone | None:
        """The tombstone of a battery that was recycled."""
        ...

    def issued(
        self,
        identifier: str,
        form: str,
        audiences: Collection[Audience],
        *,
        now: datetime,
        language: Language = "en",
        on: date | None = None,
        as_of: Known | None = None,
        sight: Sight | None = None,
    ) -> Issued:
        """A passport in one of `issuing.FORMATS`, as these audiences may see it.

        Args:
            sight: what a reader with grants may see, instead of the audiences.

        Raises:
            NotFoundError: nothing is known of it.
        """
        ...

    def did_document(self) -> Mapping[str, Any]:
        """Who sealed them."""
        ...

    def status_list(self, number: int, *, now: datetime) -> str:
        """Which seals were withdrawn."""
        ...
