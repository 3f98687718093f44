"""The form of a battery's life: what was done to it, and where it stands now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from filon.core.finding import Finding
from filon.views.figure import Named


@dataclass(frozen=True, slots=True)
class DeedFormView:
    """The form for one battery.

    Args:
        state: of its publication. status: of the battery (Annex XIII 4(c)); empty = not placed yet.
        deeds: what may be said to be done.
        day: filled in. typed: what was typed before, by field.
        findings: what is wrong with it. problem: why nothing was looked at, e.g. no token.
    """

    gtin: str
    serial: str
    state: Named
    status: str
    operator: str
    deeds: tuple[Named, ...]
    day: date
    typed: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    problem: str = ""
