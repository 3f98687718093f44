"""Finding footprints: the filters of the list and of a request, and whether a footprint fits them.

Any value of one filter may fit, every filter must. Text compares without regard to case; validity is the period that
the footprint tells, or the three years after its reference period.

    wanted = Wanted.of({"productId": ["urn:gtin:04006381333931"], "validOn": ["2026-06-01T00:00Z"]})
    [body for body in bodies if wanted.fits(body)]

Source: PACT Data Exchange 3.0.3, listing of footprints and RequestCreatedEvent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from filon.core.errors import WrongCallError
from filon.exchange.pact.shape import GEOGRAPHIES

YEARS = 3
"""So long after its reference period a footprint is good that names no validity."""

LISTED = ("productId", "companyId", "classification", "geography")
MOMENTS = ("validOn", "validAfter", "validBefore")
_MEMBER = {"productId": "productIds", "companyId": "companyIds", "classification": "productClassifications"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; what is empty is not asked.

    Args:
        listed: {filter: values, lower case}.
        moments: {validOn | validAfter | validBefore: moment}.
        status: lower case; empty = any.
    """

    listed: Mapping[str, frozenset[str]]
    moments: Mapping[str, datetime]
    status: str = ""

    @classmethod
    def of(cls, said: Mapping[str, Sequence[str]]) -> Wanted:
        """The filters that a query or a request says; unknown ones and empty values are not asked.

        Raises:
            WrongCallError: a moment that is none, or two of one kind.
        """
        listed = {name: frozenset(one.lower() for one in said.get(name, ()) if one) for name in LISTED}
        times = {name: _one(name, said) for name in (*MOMENTS, "status")}
        moments = {name: moment(name, times[name]) for name in MOMENTS if times[name]}
        return cls({name: values for name, values in listed.items() if values}, moments, times["status"].lower())

    def fits(self, body: Mapping[str, Any]) -> bool:
        """Whether a footprint is what is looked for."""
        if self.status and body["status"].lower() != self.status:
            return False
        if not all(_told(name, body) & values for name, values in self.listed.items()):
            return False
        start, end = validity(body)
        tests = {
            "validOn": lambda at: start <= at <= end,
            "validAfter": lambda at: start > at,
            "validBefore": lambda at: end < at,
        }
        return all(tests[name](at) for name, at in self.moments.items())


def _one(name: str, said: Mapping[str, Sequence[str]]) -> str:
    values = [one for one in said.get(name, ()) if one]
    if len(values) > 1:
        raise WrongCallError(f"{name} may be given once")
    return values[0] if values else ""


def moment(name: str, text: str) -> datetime:
    """An ISO 8601 moment; without zone it is UTC. A plus sign that became a blank on its way is taken as meant."""
    try:
        at = datetime.fromisoformat(text.strip().replace(" ", "+"))
    except ValueError as error:
        raise WrongCallError(f"{name} is a moment as 2026-01-31T00:00:00Z") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _told(name: str, body: Mapping[str, Any]) -> set[str]:
    if name == "geography":
        return {body["pcf"][one].lower() for one in GEOGRAPHIES if one in body["pcf"]}
    told = {one.lower() for one in body.get(_MEMBER[name], ())}
    # Who sends our URN unencoded in a query sends its %2F as the stroke that it stands for.
    return told | {unquote(one) for one in told if "%" in one}


def validity(body: Mapping[str, Any]) -> tuple[datetime, datetime]:
    """From when until when a footprint may be used."""
    over = datetime.fromisoformat(body["pcf"]["referencePeriodEnd"])
    start, end = body.get("validityPeriodStart"), body.get("validityPeriodEnd")
    return (
        datetime.fromisoformat(start) if start else over,
        datetime.fromisoformat(end) if end else years_after(over),
    )


def years_after(at: datetime, years: int = YEARS) -> datetime:
    """The same day so many years later; 28 February for the 29th."""
    try:
        return at.replace(year=at.year + years)
    except ValueError:
        return at.replace(year=at.year + years, day=28)
