"""Electricity three ways from the same meter: location-based, market-based and direct.

Location: the country's grid mix, whatever the contract. Market: contracted electricity for as many kWh as certificates
were cancelled for, the rest the residual mix. Direct: only what is made on site or comes by a direct line counts as its
own; all else is the grid. A certificate is used once; sold certificates take the claim with them.

Source: carbon reference, section 6; GHG Protocol Scope 2 Guidance, market- and location-based methods.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
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


def covered(activity: Activity, kwh: Fraction, ledger: Ledger, site: str) -> Covered:
    """How many kWh of contracted electricity are backed by certificates nobody used before.

    Findings:
        CFP-006: a certificate that was used before.
        CFP-007: the certificates do not cover all of it.
    """
    if activity.supply not in {Supply.PPA, Supply.GUARANTEE}:
        return Covered(Fraction(0))
    findings: list[Finding] = []
    certified = Fraction(0)
    if activity.certificates:
        fresh, before = ledger.cancel(activity.certificates)
        certified = Fraction(1000 * fresh)
        findings += [
            found("CFP-006", activity.place, serials=f"{a}–{b}", issuer=activity.certificates.issuer) for a, b in before
        ]
    if certified < kwh:
        amounts = {"covered": f"{float(certified):.0f} kWh", "amount": f"{float(kwh):.0f} kWh"}
        findings.append(found("CFP-007", activity.place, what=activity.technology, site=site, **amounts))
    return Covered(min(certified, kwh), tuple(findings))
