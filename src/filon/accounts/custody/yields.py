"""Declared conversion factors beside what the books saw in their time, also where no account is kept (I-14)."""

from __future__ import annotations

from collections.abc import Collection

from filon.accounts.custody.claims import Told
from filon.accounts.custody.facts import Fact, Record
from filon.accounts.custody.model import NOTHING
from filon.accounts.custody.observed import Boundary
from filon.accounts.custody.scheme import scheme
from filon.core.finding import Finding, found


def factor_findings(told: Told, kept: Collection[tuple[str, str]] = ()) -> list[Finding]:
    """Declared factors that are above the observed ones.

    Args:
        kept: (site, element) of the accounts, which look at their factors themselves, period by period.

    Findings:
        CUS-024: by more than the tolerance of the default scheme.
    """
    return [
        finding for one in told.of_kind(Record.FACTOR)
        if (one.site, one.element) not in kept for finding in _beyond(told, one)
    ]  # fmt: skip


def _beyond(told: Told, fact: Fact) -> list[Finding]:
    nothing = [NOTHING] * len(told.book.holdings)
    boundary = Boundary(told, nothing, frozenset({fact.site}), fact.element, fact.material)
    observed = boundary.seen(fact.since or "0001-01-01", fact.until or "9999-12-31").factor
    if observed is None or fact.factor is None or fact.factor <= observed + scheme("default").factor_tolerance:
        return []
    names = {"site": told.book.register.name(fact.site), "element": fact.element}
    factors = {"declared": f"{float(fact.factor):.4f}", "observed": f"{float(observed):.4f}"}
    return [found("CUS-024", fact.place, expected="", found="", **names, **factors)]
