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
from filon.accounts.carbon.quality import quality
from filon.core.errors import ConflictError
from filon.exchange.pact.search import years_after

NAMESPACE = UUID("6f6d7a0e-52a1-5d0b-9d53-3e6f5d2f4c11")
VERSION = "3.0.3"
_GRAM, _HUNDREDTH = Decimal("0.000001"), Decimal("0.01")
COMPONENTS = {
    "fossilGhgEmissions": ("", "aircraft", "packaging"),
    "landUseChangeGhgEmissions": ("land",),
    "landManagementBiogenicCO2Emissions": ("land management",),
    "landManagementBiogenicCO2Removals": ("land removal",),
    "technologicalCO2Removals": ("removal",),
    "ccsTechnologicalCO2Capture": ("capture",),
    "biogenicNonCO2Emissions": ("biogenic",),
}
"""{property: components of flows that it sums}; together they are the footprint without uptake."""
_ALWAYS = frozenset({"fossilGhgEmissions", "landUseChangeGhgEmissions", "biogenicNonCO2Emissions"})
_UNITS = {"kg": "kilogram", "piece": "piece"}


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who issues, and of which product.

    Args:
        ids, products: URNs.
        mass_kg: of one declared unit, without packaging.
        carbon_kg: fossil carbon in it, kg C.
        country: ISO 3166-1 alpha-2 of the making, or empty.
        classifications: URNs of what kind of product it is.
    """

    name: str
    ids: tuple[str, ...]
    products: tuple[str, ...]
    description: str
    product: str
    mass_kg: Decimal
    carbon_kg: Decimal = Decimal(0)
    country: str = ""
    classifications: tuple[str, ...] = ()


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
        "validityPeriodStart": _time(end),
        "validityPeriodEnd": _time(years_after(end, 1)),
        "companyName": issuer.name,
        "companyIds": list(issuer.ids),
        "productDescription": issuer.description,
        "productIds": list(issuer.products),
        **({"productClassifications": list(issuer.classifications)} if issuer.classifications else {}),
        "productNameCompany": issuer.product,
        "comment": f"{footprint.stamp.ruleset}; factors {footprint.stamp.factors}; electricity market-based",
        "pcf": pcf,
    }


def _pcf(footprint: Footprint, issuer: Issuer, start: datetime, end: datetime) -> dict[str, Any]:
    # Each part is rounded first and the total is their sum, so that the parts always add up.
    parts = {name: _rounded(_component(footprint, components)) for name, components in COMPONENTS.items()}
    total, uptake = sum(parts.values(), Decimal(0)), _rounded(footprint.total(component="uptake"))
    packaging = _component(footprint, ("packaging",))
    captured = any(parts[one] for one in ("technologicalCO2Removals", "ccsTechnologicalCO2Capture"))
    given = {name: value for name, value in parts.items() if name in _ALWAYS or value}
    return {
        "declaredUnitOfMeasurement": _UNITS[footprint.per],
        "declaredUnitAmount": "1",
        "productMassPerDeclaredUnit": _text(_rounded(issuer.mass_kg)),
        "referencePeriodStart": _time(start),
        "referencePeriodEnd": _time(end),
        **({"geographyCountry": issuer.country} if issuer.country else {}),
        "pcfExcludingBiogenicUptake": _text(total),
        "pcfIncludingBiogenicUptake": _text(total + uptake),
        "fossilCarbonContent": _text(_rounded(issuer.carbon_kg)),
        **{name: _text(value) for name, value in given.items()},
        **({"biogenicCO2Uptake": _text(uptake)} if uptake else {}),
        "aircraftGhgEmissions": _text(_rounded(footprint.total(component="aircraft"))),
        "packagingEmissionsIncluded": bool(packaging),
        **({"packagingGhgEmissions": _text(_rounded(packaging))} if packaging else {}),
        "ccsTechnologicalCO2CaptureIncluded": captured,
        "ipccCharacterizationFactors": [footprint.stamp.gwp.split("_", maxsplit=1)[0].upper()],
        "crossSectoralStandards": ["ISO14067", "PACT-3.0"],
        "exemptedEmissionsPercent": _text(_rounded(footprint.exempted_percent())),
        "allocationRulesDescription": footprint.stamp.allocation,
        **_quality(footprint),
    }  # fmt: skip


def _component(footprint: Footprint, components: Iterable[str]) -> Decimal:
    return sum((footprint.total(component=one) for one in components), Decimal(0))


def _quality(footprint: Footprint) -> dict[str, Any]:
    """Primary data share, sources of secondary factors and data quality ratings, where there is anything to rate."""
    out: dict[str, Any] = {}
    secondary = sorted({key.split(".")[-1] for key in footprint.factors if not key.startswith("declared")})
    if secondary:
        version = footprint.stamp.factors
        out["secondaryEmissionFactorSources"] = [{"name": one, "version": version} for one in secondary]
    share = footprint.primary_share(Variant.MARKET)
    if share is not None:
        out["primaryDataShare"] = _text(_rounded(share))
    rated = quality(footprint)
    if rated is not None:
        out["dqi"] = {f"{name}DQR": _text(value.quantize(_HUNDREDTH)) for name, value in rated.items()}
    return out


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(_GRAM, rounding=ROUND_HALF_EVEN)


def _text(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
