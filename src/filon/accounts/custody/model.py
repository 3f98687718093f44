"""The five models of chain of custody, strongest first, and what a holding may claim under them.

A claim is per element and per characteristic: one precursor lot may be segregated for nickel and mass balance for
cobalt. Models are derived from what was mixed with what, never asked for.

    weakest(Model.IDENTITY, Model.BLENDED)      # Model.BLENDED
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction


class Model(StrEnum):
    """Models of chain of custody, strongest first; NONE = nothing may be claimed.

    Source: ISO 22095:2020, 3.3.1 to 3.3.5 (vocabulary).
    """

    IDENTITY = "identity preserved"
    SEGREGATED = "segregated"
    BLENDED = "controlled blending"
    MASS_BALANCE = "mass balance"
    BOOK_AND_CLAIM = "book and claim"
    NONE = "none"

    @property
    def rank(self) -> int:
        """0 is the strongest."""
        return _RANK[self]


_RANK = {model: rank for rank, model in enumerate(Model)}


def weakest(models: Iterable[Model]) -> Model:
    """The weakest of some models; the strongest there is if there are none."""
    return max(models, key=lambda one: one.rank, default=Model.IDENTITY)


class Because(StrEnum):
    """What an operation did to a claim; the rules of the custody reference, section 1.1."""

    DECLARED = "declared"
    SAME_SOURCE = "R2"
    SOURCES_MET = "R3"
    BLENDED = "R4"
    ORDER_UNKNOWN = "R5"
    BOOKKEEPING = "R6"
    NO_GOODS = "R7"
    UNKNOWN_MATTER = "R8"
    NOT_COVERED = "R10"
    TOLLED = "R11"


@dataclass(frozen=True, slots=True)
class Cause:
    """Where a claim changed: in which event, by which rule, from what to what.

    Args:
        event: index in `Book.events`.
        holding: the holding that came out weaker.
        told: a code that says more: why a certificate does not cover, `masses` unknown ..; may be empty.
    """

    event: int
    holding: int
    because: Because
    before: Model
    after: Model
    told: str = ""


@dataclass(frozen=True, slots=True)
class Custody:
    """What may be said of a holding, for one element and one characteristic.

    Args:
        claim: share of the element that may be claimed, 0 to 1.
        low, high: bounds of the share that physically carries the characteristic; equal where it is known.
        sources: whose matter it is; one only while identity is preserved.
        certificates: numbers that the claim rests on; empty = declared without a certificate.
        spread: least and greatest share of its parts, where it is not known how they were mixed; `low` and `high`
            are then of the whole.
        cause: what changed here; None if nothing did.
        through: the holding through which the weakest claim came; None at the beginning.
        unknown: nobody said where some of it comes from.
    """

    model: Model = Model.NONE
    claim: Fraction = Fraction(0)
    low: Fraction = Fraction(0)
    high: Fraction = Fraction(0)
    sources: frozenset[str] = frozenset()
    certificates: frozenset[str] = frozenset()
    spread: tuple[Fraction, Fraction] | None = None
    cause: Cause | None = None
    through: int | None = None
    unknown: bool = False

    @property
    def carries(self) -> bool:
        """Whether anything may be claimed of it."""
        return self.model is not Model.NONE


NOTHING = Custody()
"""Nobody said anything, or nothing is left of what was said."""
FOUND = Custody(unknown=True)
"""Matter of which nobody ever said where it comes from."""
