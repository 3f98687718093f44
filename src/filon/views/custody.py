"""Custody as people read it: what may be claimed of a lot and why no more, and the credits of a mass-balance site."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from filon.core.finding import Finding
from filon.views.figure import Figure, Named, Sentence
from filon.views.ledger_state import LedgerState
from filon.views.lot import SiteName


@dataclass(frozen=True, slots=True)
class ClaimStep:
    """One change of a claim on its way to a lot.

    Args:
        rule: `R1` to `R11` of `docs/custody.md`, or `declared`.
        lot: number of the lot that came out of it; a step's or campaign's where matter is still in process.
        entry: log index of the deposit that said so.
    """

    day: date
    site: SiteName
    lot: str
    rule: str
    told: Sentence
    after: Named
    entry: int


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """What may be claimed of a lot for one element and one characteristic.

    Args:
        model: `Named("model", ..)`.
        share, mass: of the element that may be claimed.
        low, high: bounds of what physically carries the characteristic.
        sources: names of the mines or makers that it comes from.
        certificates: numbers that the claim rests on.
        limiting: the step that set the model; None if it is as strong as declared.
        steps: all changes, youngest first.
    """

    element: Named
    characteristic: str
    model: Named
    share: Figure
    mass: Figure
    low: Figure
    high: Figure
    sources: tuple[str, ...]
    certificates: tuple[str, ...]
    limiting: ClaimStep | None
    steps: tuple[ClaimStep, ...]


@dataclass(frozen=True, slots=True)
class CustodyView:
    """What may be claimed of one lot."""

    ledger: LedgerState
    key: str
    number: str
    product: str
    site: SiteName
    lines: tuple[ClaimLine, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A statement that was issued: for which lot, how much, to whom; `withdrawn` = not covered any more."""

    number: str
    day: date
    lot: str
    mass: Figure
    to: str
    withdrawn: Figure


@dataclass(frozen=True, slots=True)
class PeriodLine:
    """One balancing period of an account, in kg of the element.

    Args:
        matter: certified element that came in.
        earned: credits for it; `adjusted` = what the observed factor gives less.
        lowest: least balance, on `lowest_day`.
        declared, observed: conversion factors.
        failures: what breaks the scheme's rules, as `Named("failure", ..)`.
    """

    since: date
    until: date
    opening: Figure
    matter: Figure
    earned: Figure
    adjusted: Figure
    passed: Figure
    claimed: Figure
    moved: Figure
    closing: Figure
    expired: Figure
    carried: Figure
    lowest: Figure
    lowest_day: date
    declared: Figure
    observed: Figure
    closed: bool
    verdict: Named
    failures: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class ReopenedLine:
    """A closed period that would close otherwise today.

    Args:
        then, now: balance at the close, as known then and as known now.
        statements: all that were issued from it: their holders have to be told.
    """

    since: date
    until: date
    closed: date
    then: Figure
    now: Figure
    statements: tuple[StatementLine, ...]


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One mass-balance account."""

    boundary: str
    sites: tuple[SiteName, ...]
    material: str
    element: Named
    characteristic: str
    scheme: str
    periods: tuple[PeriodLine, ...]
    statements: tuple[StatementLine, ...]
    reopened: tuple[ReopenedLine, ...]


@dataclass(frozen=True, slots=True)
class TollLine:
    """Work on contract for an owner, in kg of the element.

    Args:
        contract: share that comes back; `due`, `returned`, `balance` follow from it.
        recovered: what was; the owner may claim this, not `due`.
        from_toller: what the site puts in of its own; negative = what it keeps.
    """

    site: SiteName
    party: str
    element: Named
    contract: Figure
    delivered: Figure
    due: Figure
    returned: Figure
    balance: Figure
    recovered: Figure
    from_toller: Figure


@dataclass(frozen=True, slots=True)
class CreditsView:
    """The mass-balance accounts of a site, or of all, and the work that it does on contract."""

    ledger: LedgerState
    accounts: tuple[AccountLine, ...]
    tolls: tuple[TollLine, ...]
    findings: tuple[Finding, ...]
