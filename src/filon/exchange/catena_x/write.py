"""A PACT footprint as Catena-X writes it: every node a list of one, numbers as numbers, all three stages apart.

Aircraft emissions are an addend of their own here and a part of the fossil ones in PACT: they are taken out of those.
What the model has no place for (technological removals, carbon capture and use) makes the export impossible where it
is not zero: the totals would lie. Mass balancing is not used: Filon follows matter.

Source: io.catenax.pcf 9.0.0 (CC-BY-4.0); carbon reference, section 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from filon.core.errors import ConflictError
from filon.core.tables import table

VERSION = "urn:io.catenax.pcf:datamodel:version:9.0.0"
LEGAL = "Computed from the events, meter readings and factors named; no statement of conformity."
_UNITS = {"megabit second": "megabit"}
_LOST = ("technologicalCO2Removals", "ccsTechnologicalCO2Capture")
_PARTS = (
    "biogenicNonCO2Emissions", "biogenicCO2Uptake", "landUseChangeGhgEmissions", "landManagementBiogenicCO2Emissions",
    "landManagementBiogenicCO2Removals",
)  # fmt: skip


def to_pcf(body: Mapping[str, Any]) -> dict[str, Any]:
    """The payload of a footprint; decimals stay decimals, for `write`.

    Raises:
        ConflictError: the model has no place for something that is not zero.
    """
    pcf = body["pcf"]
    if lost := [name for name in _LOST if Decimal(pcf.get(name, "0"))]:
        raise ConflictError(f"io.catenax.pcf 9.0.0 has no place for {', '.join(lost)}")
    return {
        "scopeOfPcfForm": [{"specVersion": VERSION, "partialFullPcf": "Cradle-to-gate"}],
        "companyAndProductInformation": [_product(body)],
        "pcfAssessmentAndMethodology": [_method(body)],
        "productLifeCycleStagesAndEmissions": [_stages(pcf)],
        "carbonContent": [_carbon(pcf)],
        "general": [{"pcfLegalStatement": LEGAL, "comment": _comment(body)}],
    }


def _product(body: Mapping[str, Any]) -> dict[str, Any]:
    pcf = body["pcf"]
    unit = pcf["declaredUnitOfMeasurement"]
    return {
        "companyInformation": [{"companyName": body["companyName"], "companyIds": body["companyIds"]}],
        "productInformation": [{
            "productNameCompany": body["productNameCompany"],
            "productDescription": body["productDescription"],
            "productIds": body["productIds"],
            **({"productClassifications": body["productClassifications"]} if "productClassifications" in body else {}),
            "declaredUnitOfMeasurement": _UNITS.get(unit, unit),
            "declaredUnitAmount": Decimal(pcf["declaredUnitAmount"]),
            "productMassPerDeclaredUnit": Decimal(pcf["productMassPerDeclaredUnit"]),
        }],
    }  # fmt: skip


def _method(body: Mapping[str, Any]) -> dict[str, Any]:
    pcf = body["pcf"]
    rules = [name for rule in pcf.get("productOrSectorSpecificRules", ()) for name in rule["ruleNames"]]
    quality: dict[str, Any] = {name: Decimal(value) for name, value in pcf.get("dqi", {}).items()}
    if "primaryDataShare" in pcf:
        quality["primaryDataShare"] = Decimal(pcf["primaryDataShare"])
    if sources := pcf.get("secondaryEmissionFactorSources"):
        quality["secondaryEmissionFactorSources"] = [f"{one['name']} {one['version']}" for one in sources]
    allocation = {"allocationWasteIncineration": "cut-off", "allocationRecycledCarbon": "cut-off"}
    if told := pcf.get("allocationRulesDescription"):
        allocation["allocationRulesDescription"] = told
    return {
        "pcfAssessmentInformation": [_assessment(body)],
        "pcfMethodology": [{
            "standards": [{
                "crossSectoralStandards": pcf["crossSectoralStandards"],
                "productOrSectorSpecificRules": rules or ["none"],
            }],
            "gwpCharacterizationFactorDetails": [
                {"ipccCharacterizationFactors": max(pcf["ipccCharacterizationFactors"], key=lambda one: int(one[2:]))}
            ],
            "allocationInForeground": [allocation],
            "massBalancingInformation": [{
                "massBalancingUsed": False, "freeAttributionInMassBalancing": "not applicable",
                "massBalancingCertificateScheme": "none",
            }],
        }],
        "dataSourcesAndQuality": [quality],
    }  # fmt: skip


def _assessment(body: Mapping[str, Any]) -> dict[str, Any]:
    pcf = body["pcf"]
    technology: dict[str, Any] = {"ccsTechnologicalCO2CaptureIncluded": False}
    if told := pcf.get("boundaryProcessesDescription"):
        technology["boundaryProcessesDescription"] = told
    exempted: dict[str, Any] = {"exemptedEmissionsPercent": Decimal(pcf["exemptedEmissionsPercent"])}
    if told := pcf.get("exemptedEmissionsDescription"):
        exempted["exemptedEmissionsDescription"] = told
    return {
        "idAndVersion": [{
            "id": body["id"], "version": 0, "status": body["status"],
            "retroOrProspectivePcfType": "Retrospective PCF",
        }],
        "time": [_time(body)],
        "geography": [_place(pcf)],
        "boundarySpecifications": [exempted],
        "technology": [technology],
    }  # fmt: skip


def _time(body: Mapping[str, Any]) -> dict[str, str]:
    pcf = body["pcf"]
    end = body.get("validityPeriodEnd")
    if end is None:  # the three years that PACT means where it says nothing
        over = datetime.fromisoformat(pcf["referencePeriodEnd"])
        day = 28 if (over.month, over.day) == (2, 29) else over.day
        end = over.replace(year=over.year + 3, day=day).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "created": body["created"],
        "referencePeriodStart": pcf["referencePeriodStart"],
        "referencePeriodEnd": pcf["referencePeriodEnd"],
        "validityPeriodEnd": end,
        **({"validityPeriodStart": body["validityPeriodStart"]} if "validityPeriodStart" in body else {}),
    }


def _place(pcf: Mapping[str, Any]) -> dict[str, str]:
    part = pcf.get("geographyCountrySubdivision", "")
    country = pcf.get("geographyCountry") or part[:2]
    region = pcf.get("geographyRegionOrSubregion") or region_of(country)
    out = {"geographyRegionOrSubregion": region}
    return (
        out
        | ({"geographyCountry": country} if country else {})
        | ({"geographyCountrySubdivision": part} if part else {})
    )


@cache
def _regions() -> Mapping[str, str]:
    return {country: row["region"] for row in table("regions").rows for country in row["countries"].split()}


def region_of(country: str) -> str:
    """The UN subregion of a country; Global where there is none."""
    return _regions().get(country, "Global")


def _stages(pcf: Mapping[str, Any]) -> dict[str, Any]:
    aircraft = Decimal(pcf.get("aircraftGhgEmissions", "0"))
    production = {name: Decimal(pcf[name]) for name in _PARTS if name in pcf}
    production |= {
        "pcfExcludingBiogenicUptake": Decimal(pcf["pcfExcludingBiogenicUptake"]),
        "pcfIncludingBiogenicUptake": Decimal(pcf["pcfIncludingBiogenicUptake"]),
        "fossilGhgEmissions": Decimal(pcf["fossilGhgEmissions"]) - aircraft,
        "aircraftGhgEmissions": aircraft,
    }
    packaging: dict[str, Any] = {"packagingEmissionsIncluded": pcf.get("packagingEmissionsIncluded", False)}
    if "packagingGhgEmissions" in pcf:
        packaging["packagingPcfExcludingBiogenicUptake"] = Decimal(pcf["packagingGhgEmissions"])
    outbound = pcf.get("outboundLogisticsGhgEmissions")
    distribution: dict[str, Any] = {"distributionStageIncluded": outbound is not None}
    if outbound is not None:
        distribution["distributionStagePcfExcludingBiogenicUptake"] = Decimal(outbound)
    return {"productionStage": [production], "packagingStage": [packaging], "distributionStage": [distribution]}


def _carbon(pcf: Mapping[str, Any]) -> dict[str, Decimal]:
    names = ("fossilCarbonContent", "biogenicCarbonContent", "recycledCarbonContent", "packagingBiogenicCarbonContent")
    out = {name: Decimal(pcf[name]) for name in names if name in pcf}
    out["carbonContentTotal"] = sum((Decimal(pcf.get(name, "0")) for name in names[:2]), Decimal(0))
    return out


def _comment(body: Mapping[str, Any]) -> str:
    """The model's list of older versions cannot hold their ids: they are told here."""
    older = ", ".join(body.get("precedingPfIds", ()))
    return "; ".join(part for part in (body.get("comment", ""), f"replaces {older}" if older else "") if part)
