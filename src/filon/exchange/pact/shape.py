"""The shape of a product footprint: every property, whether it must be there, and how its text is written.

Source: PACT Data Exchange 3.0.3, ProductFootprint and CarbonFootprint; patterns anchored, where the published ones for
positive and negative decimals are not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

DECIMAL = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
URN = re.compile(r"[uU][rR][nN]:.+", re.DOTALL)
VERSION = re.compile(r"\d+\.\d+\.\d+(-\d{8})?", re.ASCII)
SEMVER = re.compile(r"\d+\.\d+\.\d+.*", re.ASCII)
UNITS = frozenset({
    "liter", "kilogram", "cubic meter", "kilowatt hour", "megajoule", "ton kilometer", "square meter", "piece", "hour",
    "megabit second",
})  # fmt: skip
REGIONS = frozenset({
    "Africa", "Americas", "Asia", "Europe", "Oceania", "Australia and New Zealand", "Central Asia", "Eastern Asia",
    "Eastern Europe", "Latin America and the Caribbean", "Melanesia", "Micronesia", "Northern Africa",
    "Northern America", "Northern Europe", "Polynesia", "South-eastern Asia", "Southern Asia", "Southern Europe",
    "Sub-Saharan Africa", "Western Asia", "Western Europe",
})  # fmt: skip
GEOGRAPHIES = ("geographyRegionOrSubregion", "geographyCountry", "geographyCountrySubdivision")

Test = Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Property:
    """One property.

    Args:
        must: mandatory.
        expected: how it is written, in words.
        fits: whether a value is written so.
    """

    must: bool
    expected: str
    fits: Test


def _text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _string(value: Any) -> bool:
    return isinstance(value, str)


def _uri(value: Any) -> bool:
    return isinstance(value, str) and re.match(r"[A-Za-z][A-Za-z0-9+.-]*:\S", value) is not None


def _matches(pattern: re.Pattern[str]) -> Test:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _uuid(value: Any) -> bool:
    try:
        return isinstance(value, str) and str(UUID(value)) == value.lower()
    except ValueError:
        return False


def is_time(value: Any) -> bool:
    """Whether it is an ISO 8601 moment with its zone."""
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _list(fits: Test) -> Test:
    def all_fit(value: Any) -> bool:
        if not isinstance(value, list) or not value or not all(map(fits, value)):
            return False
        return len({str(one) for one in value}) == len(value)

    return all_fit


def _object(**members: Test) -> Test:
    return lambda value: (
        isinstance(value, dict) and all(name in value and f(value[name]) for name, f in members.items())
    )


def _some(**members: Test) -> Test:
    """An object whose members, where they are given, are written so."""
    return lambda value: isinstance(value, dict) and all(f(value[name]) for name, f in members.items() if name in value)


def _in(values: frozenset[str]) -> Test:
    return lambda value: isinstance(value, str) and value in values


def _bool(value: Any) -> bool:
    return isinstance(value, bool)


_decimal = _matches(DECIMAL)


def _p(fits: Test, expected: str, *, must: bool = False) -> Property:
    return Property(must, expected, fits)


_N = "a decimal number as text, without exponent"
_T = "a moment as 2026-01-01T00:00:00Z"
_URNS = "URNs, at least one, none twice"

FOOTPRINT: Mapping[str, Property] = {
    "id": _p(_uuid, "a UUID", must=True),
    "specVersion": _p(_matches(VERSION), "major.minor.patch", must=True),
    "precedingPfIds": _p(_list(_uuid), "UUIDs, at least one, none twice"),
    "created": _p(is_time, _T, must=True),
    "status": _p(_in(frozenset({"Active", "Deprecated"})), "Active or Deprecated", must=True),
    "validityPeriodStart": _p(is_time, _T),
    "validityPeriodEnd": _p(is_time, _T),
    "companyName": _p(_text, "text", must=True),
    "companyIds": _p(_list(_matches(URN)), _URNS, must=True),
    "productDescription": _p(_string, "text", must=True),
    "productIds": _p(_list(_matches(URN)), _URNS, must=True),
    "productClassifications": _p(_list(_matches(URN)), _URNS),
    "productNameCompany": _p(_text, "text", must=True),
    "comment": _p(_string, "text"),
    "pcf": _p(lambda value: isinstance(value, dict), "an object", must=True),
    "extensions": _p(
        _list(_object(specVersion=_matches(SEMVER), dataSchema=_uri, data=lambda value: isinstance(value, dict))),
        "objects with specVersion, dataSchema and data",
    ),
}

SIGNED: Mapping[str, tuple[bool, int]] = {
    "declaredUnitAmount": (True, 2), "pcfExcludingBiogenicUptake": (True, 0), "pcfIncludingBiogenicUptake": (True, 0),
    "productMassPerDeclaredUnit": (True, 0), "fossilGhgEmissions": (True, 1), "fossilCarbonContent": (True, 1),
    "biogenicCarbonContent": (False, 1), "recycledCarbonContent": (False, 1), "landUseChangeGhgEmissions": (False, 1),
    "landCarbonLeakage": (False, 1), "landManagementFossilGhgEmissions": (False, 1),
    "landManagementBiogenicCO2Emissions": (False, 1), "landManagementBiogenicCO2Removals": (False, -1),
    "biogenicCO2Uptake": (False, -1), "biogenicNonCO2Emissions": (False, 1), "landAreaOccupation": (False, 1),
    "aircraftGhgEmissions": (False, 1), "packagingGhgEmissions": (False, 1),
    "packagingBiogenicCarbonContent": (False, 1), "outboundLogisticsGhgEmissions": (False, 1),
    "ccsTechnologicalCO2Capture": (False, -1), "technologicalCO2Removals": (False, -1), "ccuCarbonContent": (False, 1),
    "exemptedEmissionsPercent": (True, 0), "primaryDataShare": (False, 0),
}  # fmt: skip
"""{number: (mandatory, sign)}: 2 above 0, 1 at least 0, -1 at most 0, 0 any."""

PCF: Mapping[str, Property] = {
    **{name: _p(_decimal, _N, must=must) for name, (must, _) in SIGNED.items()},
    "declaredUnitOfMeasurement": _p(_in(UNITS), "one of " + ", ".join(sorted(UNITS)), must=True),
    "referencePeriodStart": _p(is_time, _T, must=True),
    "referencePeriodEnd": _p(is_time, _T, must=True),
    "geographyRegionOrSubregion": _p(_in(REGIONS), "a UN region"),
    "geographyCountry": _p(_matches(re.compile(r"[A-Z]{2}")), "two capital letters"),
    "geographyCountrySubdivision": _p(_matches(re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")), "a code as FR-IDF"),
    "packagingEmissionsIncluded": _p(_bool, "true or false"),
    "ccsTechnologicalCO2CaptureIncluded": _p(_bool, "true or false"),
    "ipccCharacterizationFactors": _p(_list(_matches(re.compile(r"AR\d+", re.ASCII))), "a list as [AR6]", must=True),
    "crossSectoralStandards": _p(_list(_text), "a list, at least one", must=True),
    "productOrSectorSpecificRules": _p(
        _list(_object(operator=_in(frozenset({"PEF", "EPD International", "Other"})), ruleNames=_list(_text))),
        "objects with operator and ruleNames",
    ),
    "secondaryEmissionFactorSources": _p(_list(_object(name=_text, version=_text)), "objects with name and version"),
    "dqi": _p(_object(technologicalDQR=_decimal, geographicalDQR=_decimal, temporalDQR=_decimal), "the three ratings"),
    "verification": _p(
        _some(
            coverage=_in(frozenset({"PCF calculation model", "PCF program", "product level"})),
            providerName=_text,
            completedAt=is_time,
            standardName=_text,
            comments=_string,
        ),
        "an object with coverage as PCF calculation model, PCF program or product level",
    ),
    "ccuCalculationApproach": _p(_in(frozenset({"Cut-off", "Credit"})), "Cut-off or Credit"),
    "ccuCreditCertification": _p(_uri, "an address"),
    **{
        name: _p(_string, "text")
        for name in (
            "boundaryProcessesDescription",
            "exemptedEmissionsDescription",
            "allocationRulesDescription",
            "technologicalCO2CaptureOrigin",
        )
    },
}
