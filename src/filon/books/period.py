"""Periods: who adds or loses a little each time, below what any one step could show, is seen by the month or the year.

period_findings(book, lambda event: "2026-09-14")
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from filon.books.book import Book, Verdict
from filon.books.closure import closures
from filon.books.journal import COVERAGE, kg_text
from filon.books.lot import AccountKind
from filon.core.finding import Finding, Place, found
from filon.core.matter import MASS

MONTH, YEAR = 7, 4
"""Letters of a day's text."""


def period_findings(book: Book, day: Callable[[int], str]) -> list[Finding]:
    """Months, and years none of whose months is told, in which a site does not add up though each of its deeds does.

    Args:
        day: {event: local day, 2026-09-14}.

    Findings:
        BOK-043: more came out, or more lacks, than two sigma of all weights and assays together explain.
    """
    days = [day(event) for event in range(len(book.events))]
    out: list[Finding] = []
    for substance in sorted({check.substance for check in book.checks} - {MASS}):
        silent = {
            (str(check.site), days[check.event][:length])
            for check in book.checks for length in (MONTH, YEAR)
            if check.verdict is not Verdict.PASS and check.account.kind is not AccountKind.REAGENTS
            and check.substance in {substance, MASS}
        }  # fmt: skip  # what fails by itself is told there; what nobody knows cannot be summed
        for length in (MONTH, YEAR):

            def group(event: int, site: str, lot: str) -> tuple[str, str] | None:  # noqa: ARG001 - a grouping
                key = (site, days[event][:length])  # noqa: B023 - called within this turn
                return None if not site or key in silent else key  # noqa: B023

            for one, closure in sorted(closures(book, substance, group).items(), key=str):
                site, period = cast("tuple[str, str]", one)
                if closure.verdict is Verdict.FAIL:
                    surplus = closure.unaccounted + closure.loss < 0
                    left = closure.unaccounted + closure.loss if surplus else closure.unaccounted
                    silent |= {(site, period[:YEAR])}
                    masses = {"left": kg_text(left), "allowed": kg_text(round(COVERAGE * closure.sigma))}
                    names = {"site": book.register.name(site), "period": period, "element": substance, **masses}
                    out.append(
                        found(
                            "BOK-043",
                            Place(),
                            expected=f"±{masses['allowed']} kg",
                            found=f"{masses['left']} kg",
                            **names,
                        )
                    )
    return out
