"""Issuing a footprint of a lot: the account's figures as PACT 3.0.3 writes them, decimals as exact text.

Only a footprint without gaps is issued; what is missing is never sent as zero.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any
from uuid import UUID, uuid5

from filon.accounts.carbon.account import Footprint
from filon.accounts.carbon.line import Variant
from filon.core.errors import ConflictError

NAMESPACE = UUID("6f6d7a0e-52a1-5d0b-9d53-3e6f5d2f4c11")
VERSION = "3.0.3"
_GRAM = Decimal("0.000001")
_UNITS = {"kg": "kilogram", "piece": "piece"}


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who issues, and of which product.

    Args:
        ids, products: URNs.
        mass_kg: of one declared unit, without packaging.
        carbon_kg: fossil carbon in it, kg C.
        country: ISO 3166-1 alpha-2 of the making, or empty.
    """

    name: str
    ids: tuple[str, ...]
    products: tuple[str, ...]
    description: str
    product: str
    mass_kg: Decimal
    carbon_kg: Decimal = Decimal(0)
    country: str = ""


def issue(
    footprint: Footprint,
    issuer: Issuer,
    *,
    start: datetime,
    end: datetime,
    now: datetime,
    preceding: Iterable[str] = (),
) -> dict[str, Any]:
    """The ProductFootprint of a lot, market-based, cradle to where the footprint was taken.

    The same footprint, issuer and period always give the same id; a changed one gives another, and names the old one.

    Raises:
        ConflictError: the footprint has gaps.
    """
    if not footprint.whole:
        what = ", ".join(dict.fromkeys(f"{one.gap.kind}: {one.gap.what}" for one in footprint.lacking))
        raise ConflictError(f"a footprint with gaps is not issued ({what})")
    pcf = _pcf(footprint, issuer, start, end)
    identity = f"{footprint.lot} {sorted(pcf.items(), key=lambda item: item[0])}"
    older = sorted(preceding)
    return {
        "id": str(uuid5(NAMESPACE, identity)),
        "specVersion": VERSION,
        **({"precedingPfIds": older} if older else {}),
        "created": _time(now),
        "status": "Active",
        "companyName": issuer.name,
        "companyIds": list(issuer.ids),
        "productDescription": issuer.description,
        "productIds": list(issuer.products),
        "productNameCompany": issuer.product,
        "comment": f"{footprint.stamp.ruleset}; factors {footprint.stamp.factors}; electricity market-based",
        "pcf": pcf,
    }


def _pcf(footprint: Footprint, issuer: Issuer, start: datetime, end: datetime) -> dict[str, Any]:
    # Each part is rounded first and the total is their sum, so that the parts always add up.
    fossil = _rounded(footprint.total(component="") + footprint.total(component="aircraft"))
    land = _rounded(footprint.total(component="land"))
    biogenic = _rounded(footprint.total(component="biogenic"))
    total = fossil + land + biogenic
    share = footprint.primary_share(Variant.MARKET)
    secondary = sorted({key.split(".")[-1] for key in footprint.factors if not key.startswith("declared")})
    return {
        "declaredUnitOfMeasurement": _UNITS[footprint.per],
        "declaredUnitAmount": "1",
        "productMassPerDeclaredUnit": _text(issuer.mass_kg),
        "referencePeriodStart": _time(start),
        "referencePeriodEnd": _time(end),
        **({"geographyCountry": issuer.country} if issuer.country else {}),
        "pcfExcludingBiogenicUptake": _text(total),
        "pcfIncludingBiogenicUptake": _text(total),
        "fossilGhgEmissions": _text(fossil),
        "fossilCarbonContent": _text(issuer.carbon_kg),
        "landUseChangeGhgEmissions": _text(land),
        "biogenicNonCO2Emissions": _text(biogenic),
        "aircraftGhgEmissions": _text(_rounded(footprint.total(component="aircraft"))),
        "packagingEmissionsIncluded": False,
        "ccsTechnologicalCO2CaptureIncluded": False,
        "ipccCharacterizationFactors": [footprint.stamp.gwp.split("_", maxsplit=1)[0].upper()],
        "crossSectoralStandards": ["ISO14067", "PACT-3.0"],
        "exemptedEmissionsPercent": "0",
        "allocationRulesDescription": footprint.stamp.allocation,
        **({"secondaryEmissionFactorSources": [{"name": one, "version": footprint.stamp.factors} for one in secondary]}
           if secondary else {}),
        **({"primaryDataShare": _text(_rounded(share))} if share is not None else {}),
    }  # fmt: skip


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(_GRAM, rounding=ROUND_HALF_EVEN)


def _text(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
