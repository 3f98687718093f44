"""The form of passport data: one field a data point that somebody must say, with the shape of its value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from filon.core.finding import Finding


@dataclass(frozen=True, slots=True)
class FormField:
    """One field.

    Args:
        point: code of the data point. shape: how a value is written. many: one item a line.
        typed: what was typed before, where the form is shown again.
    """

    point: str
    number: int
    shape: str
    unit: str
    many: bool
    typed: str = ""


@dataclass(frozen=True, slots=True)
class FormView:
    """The form of a model, or of one battery where a serial number is given.

    Args:
        findings: what is wrong with what was typed. problem: why nothing was looked at, e.g. no token.
    """

    gtin: str
    serial: str
    category: str
    since: date
    fields: tuple[FormField, ...]
    findings: tuple[Finding, ...] = ()
    problem: str = ""
