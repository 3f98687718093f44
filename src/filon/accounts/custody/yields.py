"""Declared conversion factors beside what the books saw in their time, also where no account is kept (I-14)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction

from filon.accounts.custody.claims import Told
from filon.accounts.custody.facts import Fact, Record
from filon.accounts.custody.model import NOTHING
from filon.accounts.custody.observed import Boundary
from filon.accounts.custody.scheme import scheme
from filon.core.finding import Finding, found


@dataclass(frozen=True, slots=True)
class FactorSeen:
    """A declared factor and the one that the books saw in the time it is declared for; None = nothing was worked."""

    fact: Fact
    declared: Fraction
    observed: Fraction | None

    @property
    def tolerance(self) -> Fraction:
        """By so much a declared factor may exceed the observed one."""
        return scheme(self.fact.scheme or "default").factor_tolerance

    @property
    def passes(self) -> bool:
        """Whether no more is declared than was seen."""
        return self.observed is None or self.declared <= self.observed + self.tolerance


def factors_seen(told: Told) -> list[FactorSeen]:
    """Every declared factor beside the observed one, in the order they were told."""
    nothing = [NOTHING] * len(told.book.holdings)
    out = []
    for one in told.of_kind(Record.FACTOR):
        if one.factor is not None:
            boundary = Boundary(told, nothing, frozenset({one.site}), one.element, one.material)
            seen = boundary.seen(one.since or "0001-01-01", one.until or "9999-12-31")
            out.append(FactorSeen(one, one.factor, seen.factor))
    return out


def factor_findings(told: Told, kept: Collection[tuple[str, str]] = ()) -> list[Finding]:
    """Declared factors that are above the observed ones.

    Args:
        kept: (site, element) of the accounts, which look at their factors themselves, period by period.

    Findings:
        CUS-024: by more than the tolerance of the scheme.
    """
    return [_finding(told, one) for one in factors_seen(told)
            if not one.passes and (one.fact.site, one.fact.element) not in kept]  # fmt: skip


def _finding(told: Told, one: FactorSeen) -> Finding:
    names = {"site": told.book.register.name(one.fact.site), "element": one.fact.element}
    factors = {"declared": f"{float(one.declared):.4f}", "observed": f"{float(one.observed or 0):.4f}"}
    return found("CUS-024", one.fact.place, expected="", found="", **names, **factors)
