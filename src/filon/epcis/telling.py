"""How many findings of one document are told: errors until there are too many, milder ones so many of a kind.

A large document in which each event earns the same note is no worse than one event; it is not refused for it, and its
findings do not fill our memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from filon.core.finding import Finding, Level, Place, found
from filon.epcis.document import Limits


class TooManyError(Exception):
    """Reading further tells nothing new. Caught by the parser, never leaves it."""


class Telling:
    """The findings of one document as they go out."""

    def __init__(self, name: str, limits: Limits) -> None:
        self.name = name
        self.most = limits.findings
        self.errors = 0
        self.milder: Counter[str] = Counter()

    def told(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        """Those of the findings that are told.

        Raises:
            TooManyError: as many errors as the limit allows have been told.
        """
        for finding in findings:
            if finding.level is Level.ERROR:
                self.errors += 1
                yield finding
                if self.errors >= self.most:
                    raise TooManyError
            else:
                self.milder[finding.code] += 1
                if self.milder[finding.code] <= self.most:
                    yield finding

    def stopped(self) -> Finding:
        """The error that says that reading stopped."""
        return found("EPC-222", Place(file=self.name), found=str(self.most))

    def silent(self) -> Iterator[Finding]:
        """What was not told, by code."""
        for code, count in sorted(self.milder.items()):
            if count > self.most:
                yield found("EPC-231", Place(file=self.name), found=str(count - self.most), name=code)
