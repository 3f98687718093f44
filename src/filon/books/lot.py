"""The nouns of the books: lots, places, holdings, accounts."""

from __future__ import annotations

from enum import StrEnum
from typing import NewType

from msgspec import Struct

LotId = NewType("LotId", str)
"""Canonical identifier of a lot (a class identifier) or of one article (an EPC)."""

SiteId = NewType("SiteId", str)
"""Canonical identifier of a site, tank or silo; empty where an event names none."""

Content = dict[str, int | None]
"""{substance: mg}; None = there is some, nobody said how much; absent = none. Substances: `mass` and elements."""

PIECE = "piece"
"""Counting unit of articles and cell batches."""
MILLIGRAM = "mg"
"""Counting unit of bulk matter."""
LITRE = "LTR"
"""Counting unit of solutions, in millionths; all volumes are counted in it."""


BULK = frozenset({MILLIGRAM, LITRE})
"""Counting units of what is weighed or measured, never exactly."""


class AccountKind(StrEnum):
    """Where matter can be or go; the names of the accounts in the books."""

    STOCK = "stock"
    TRANSIT = "transit"
    STEP = "step"
    SOURCE = "source"
    OUT_OF_SCOPE = "out of scope"
    BY_PRODUCT = "by-product"
    WASTE = "waste"
    LOSS = "loss"
    REAGENTS = "reagents"
    WATER = "water"
    UNACCOUNTED = "unaccounted"


INSIDE = frozenset({AccountKind.STOCK, AccountKind.TRANSIT, AccountKind.STEP})
"""Accounts that hold matter of ours; the others are the world outside the books."""

NAMELESS = frozenset({AccountKind.REAGENTS, AccountKind.WATER})
"""Accounts whose matter nobody asks whence it came: it brings an unknown origin to the total mass, to no element."""


class Account(Struct, frozen=True, gc=False):
    """One account of the books: its kind and whose or where, e.g. `source(https://…/Puits-7)`."""

    kind: AccountKind
    key: str = ""

    def __str__(self) -> str:
        return f"{self.kind}({self.key})"


class Amount(Struct, frozen=True, gc=False):
    """How much of a lot, in the unit the lot is counted in.

    Args:
        number: whole mg, whole pieces, or millionths of another unit.
        unit: `mg`, `piece` or a Rec 20 code.
    """

    number: int
    unit: str = MILLIGRAM
