"""A seal that does not hold says which rule it breaks: an error that carries its finding."""

from __future__ import annotations

from filon.core.errors import NotProvenError
from filon.core.finding import Finding, Place
from filon.core.finding import found as finding_of


class BrokenSealError(NotProvenError):
    """Something sealed is not what it claims; `finding` tells it in both languages."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.text())
        self.finding = finding


def broken(code: str, pointer: str = "", *, expected: str = "", found: str = "", **values: object) -> BrokenSealError:
    """The error for a rule of `rules-sea`."""
    return BrokenSealError(finding_of(code, Place(pointer=pointer), expected=expected, found=found, **values))
