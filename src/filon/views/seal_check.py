"""What the verification page tells of a sealed passport: whether it holds, why, and what was signed."""

from __future__ import annotations

from dataclasses import dataclass

from filon.core.finding import Finding


@dataclass(frozen=True, slots=True)
class SealCheckView:
    """The answer to one check, or the empty page before one.

    Args:
        asked: something was handed in.
        holds: nothing speaks against it.
        findings: what does not hold, what was not looked at, what holds.
        method: the key that sealed it; empty if no seal holds.
        document: what was signed, as indented JSON; empty if no seal holds.
    """

    asked: bool = False
    holds: bool = False
    findings: tuple[Finding, ...] = ()
    method: str = ""
    document: str = ""
