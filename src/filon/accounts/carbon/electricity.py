"""Electricity three ways from the same meter: location-based, market-based and direct.

Location: the country's grid mix, whatever the contract. Market: contracted electricity for as many kWh as certificates
were cancelled for, the rest the residual mix. Direct: only what is made on site or comes by a direct line counts as its
own; all else is the grid. A certificate is used once; sold certificates take the claim with them.

Source: carbon reference, section 6; GHG Protocol Scope 2 Guidance, market- and location-based methods.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

from filon.accounts.carbon.activity import Activity, Certificates, Supply
from filon.core.finding import Finding, found


@dataclass(frozen=True, slots=True)
class Covered:
    """How much of an activity's electricity its certificates cover.

    Args:
        kwh: covered, never more than was used.
    """

    kwh: Fraction
    findings: tuple[Finding, ...] = ()


class Ledger:
    """Certificates that were used: each serial number once, in the order of use; the memory of one calculation."""

    def __init__(self) -> None:
        self.used: dict[str, list[tuple[int, int]]] = defaultdict(list)

    def cancel(self, certificates: Certificates) -> tuple[int, list[tuple[int, int]]]:
        """Use certificates; how many were new, and the spans that were used before."""
        spans = self.used[certificates.issuer]
        before = _overlaps(spans, certificates.first, certificates.last)
        fresh = certificates.last - certificates.first + 1 - sum(last - first + 1 for first, last in before)
        self.used[certificates.issuer] = _merged([*spans, (certificates.first, certificates.last)])
        return fresh, before


def _overlaps(spans: Iterable[tuple[int, int]], first: int, last: int) -> list[tuple[int, int]]:
    return [(max(a, first), min(b, last)) for a, b in spans if a <= last and b >= first]


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if out and first <= out[-1][1] + 1:
            out[-1] = (out[-1][0], max(out[-1][1], last))
        else:
            out.append((first, last))
    return out


HOURS_SUM = Fraction(1, 1000)
"""The share by which hours may differ from the reading that they are of."""
_MWH = 1000


def covered(activity: Activity, kwh: Fraction, ledger: Ledger, site: str) -> Covered:
    """How many kWh of contracted or own electricity may be claimed.

    As many as certificates of the same calendar year cover that nobody used before, and, where hours are given, no more
    than was made in the hours in which it was used. Own electricity needs no certificate. A claim of hourly matching
    without hours counts as matched by the year.

    Findings:
        CFP-006: a certificate that was used before.
        CFP-007: the certificates do not cover all of it.
        CFP-021: hourly matching is claimed and nothing shows it.
        CFP-022: the hours do not sum to the reading: they show nothing.
        CFP-023: in some hours less was made than used.
        CFP-024: certificates of another year: they do not count.
        CFP-025: more certificates than electricity; the rest is good for nothing else.
    Source: carbon reference, section 6; GHG Protocol Scope 2 Guidance, quality criteria (vintage, one claim).
    """
    if activity.supply is Supply.GRID:
        return Covered(Fraction(0))
    told = _Told(activity, site)
    most = kwh
    if activity.supply is not Supply.OWN:
        most = _certified(activity, kwh, ledger, told)
        if most < kwh:
            told.add("CFP-007", covered=_kwh(most), amount=_kwh(kwh))
    return Covered(min(most, _matched(activity, kwh, told)), tuple(told.findings))


@dataclass
class _Told:
    """Findings about one activity."""

    activity: Activity
    site: str
    findings: list[Finding] = field(default_factory=list)

    def add(self, code: str, **values: str) -> None:
        what = self.activity.technology
        self.findings.append(found(code, self.activity.place, what=what, site=self.site, **values))


def _certified(activity: Activity, kwh: Fraction, ledger: Ledger, told: _Told) -> Fraction:
    """KWh for which certificates are good."""
    given = activity.certificates
    if given is None:
        return Fraction(0)
    year = activity.belongs.since[:4]
    if given.produced and year and given.produced[:4] != year:
        told.add("CFP-024", produced=given.produced, period=activity.belongs.period)
        return Fraction(0)
    fresh, before = ledger.cancel(given)
    for first, last in before:
        told.add("CFP-006", serials=f"{first}–{last}", issuer=given.issuer)
    certified = Fraction(_MWH * fresh)
    if certified >= kwh + _MWH:
        told.add("CFP-025", covered=_kwh(certified), amount=_kwh(kwh))
    return min(certified, kwh)


def _matched(activity: Activity, kwh: Fraction, told: _Told) -> Fraction:
    """KWh that were made when they were used; all of it where nobody claims so and no hours are given."""
    hours = activity.hours
    if hours is None:
        if activity.certificates and activity.certificates.matching == "hourly":
            told.add("CFP-021")
        return kwh
    used = sum(hours.used, Fraction(0))
    if abs(used - kwh) > HOURS_SUM * kwh:
        told.add("CFP-022", used=_kwh(used), amount=_kwh(kwh))
        return kwh
    if hours.short:
        told.add("CFP-023", short=str(hours.short), hours=str(len(hours.used)), covered=_kwh(hours.matched))
    return min(kwh, hours.matched)


def _kwh(amount: Fraction) -> str:
    return f"{float(amount):.0f} kWh"
