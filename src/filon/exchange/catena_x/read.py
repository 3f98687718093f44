"""Catena-X payloads as PACT footprints: 9.0.0, its flatter 8.0.0, and 6.0.0 with the older names.

The names of the leaves say what they are, wherever the version puts them. Where the three geographies stand together
the finest is kept, as PACT takes one only; the file itself stays in the log as it came.

Source: io.catenax.pcf 9.0.0, 8.0.0, 6.0.0; carbon reference, sections 2 (import of 2.x) and 5.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote

from filon.accounts.carbon.activity import sensible

SPEC = "3.0.3"
OLD = {
    "productName": "productNameCompany", "declaredUnit": "declaredUnitOfMeasurement",
    "unitaryProductAmount": "declaredUnitAmount", "pcfExcludingBiogenic": "pcfExcludingBiogenicUptake",
    "pcfIncludingBiogenic": "pcfIncludingBiogenicUptake", "dlucGhgEmissions": "landUseChangeGhgEmissions",
    "biogenicCarbonWithdrawal": "biogenicCO2Uptake", "biogenicCarbonEmissionsOtherThanCO2": "biogenicNonCO2Emissions",
    "carbonContentBiogenic": "biogenicCarbonContent", "extWBCSD_fossilCarbonContent": "fossilCarbonContent",
    "extWBCSD_characterizationFactors": "ipccCharacterizationFactors", "extWBCSD_pfStatus": "status",
    "extWBCSD_packagingEmissionsIncluded": "packagingEmissionsIncluded",
    "extWBCSD_packagingGhgEmissions": "packagingPcfExcludingBiogenicUptake",
    "extWBCSD_allocationRulesDescription": "allocationRulesDescription",
    "distributionStagePcfExcludingBiogenic": "distributionStagePcfExcludingBiogenicUptake",
    "crossSectoralStandard": "crossSectoralStandards",
    "secondaryEmissionFactorSource": "secondaryEmissionFactorSources", "ruleName": "productOrSectorSpecificRules",
}  # fmt: skip
"""{name in 6.0.0: name in 9.0.0}."""
_TEXTS = ("id", "created", "status", "companyName", "productDescription", "productNameCompany", "comment",
          "validityPeriodStart", "validityPeriodEnd")  # fmt: skip
_NUMBERS = (
    "declaredUnitAmount", "productMassPerDeclaredUnit", "pcfExcludingBiogenicUptake", "pcfIncludingBiogenicUptake",
    "fossilCarbonContent", "biogenicCarbonContent", "recycledCarbonContent", "packagingBiogenicCarbonContent",
    "landUseChangeGhgEmissions", "landManagementBiogenicCO2Emissions", "landManagementBiogenicCO2Removals",
    "biogenicCO2Uptake", "biogenicNonCO2Emissions", "aircraftGhgEmissions", "exemptedEmissionsPercent",
    "primaryDataShare",
)  # fmt: skip
_PLAIN = ("referencePeriodStart", "referencePeriodEnd", "boundaryProcessesDescription", "exemptedEmissionsDescription",
          "allocationRulesDescription", "packagingEmissionsIncluded", "ccsTechnologicalCO2CaptureIncluded")  # fmt: skip
_PLACES = ("geographyCountrySubdivision", "geographyCountry", "geographyRegionOrSubregion")
_SOURCE = re.compile(r"(.+?)\s+(v?\d[\w.]*)")
_Leaves = dict[str, list[Any]]


def is_pcf(said: Any) -> bool:
    """Whether a JSON value is such a payload."""
    return isinstance(said, Mapping) and ("scopeOfPcfForm" in said or {"partialFullPcf", "pcf"} <= said.keys())


def from_pcf(said: Mapping[str, Any]) -> dict[str, Any]:
    """The PACT footprint that a payload tells; what it leaves out is left out, for the check to tell.

    Args:
        said: numbers as Decimal, so that none is changed.
    """
    leaves: _Leaves = {}
    for name, value in _walk(said):
        leaves.setdefault(OLD.get(name, name), []).append(value)
    out: dict[str, Any] = {"specVersion": SPEC} | {name: leaves[name][0] for name in _TEXTS if name in leaves}
    out.setdefault("status", "Active")
    out["companyIds"] = [_urn(one) for one in leaves.get("companyIds", ())]
    out["productIds"] = [_urn(one) for one in leaves.get("productIds", ())]
    if "productClassifications" in leaves:
        out["productClassifications"] = [_urn(one) for one in leaves["productClassifications"]]
    if older := _older(said):
        out["precedingPfIds"] = older
    return out | {"pcf": _pcf(leaves)}


def _walk(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, one in value.items():
            if key not in {"precedingPfIds", "attestationOfConformance"}:
                yield from _walk(one, key)
    elif isinstance(value, list):
        for one in value:
            yield from _walk(one, name)
    else:
        yield name, value


def _older(said: Mapping[str, Any]) -> list[str]:
    return [one["id"] for one in said.get("precedingPfIds", ()) if isinstance(one, Mapping) and one.get("id")]


def _pcf(leaves: _Leaves) -> dict[str, Any]:
    pcf: dict[str, Any] = {name: _text(leaves[name][0]) for name in _NUMBERS if name in leaves}
    pcf |= {name: leaves[name][0] for name in _PLAIN if name in leaves}
    unit = leaves.get("declaredUnitOfMeasurement", [""])[0]
    pcf["declaredUnitOfMeasurement"] = "megabit second" if unit == "megabit" else unit
    if "fossilGhgEmissions" in leaves:
        # A part of their own there, a part of the fossil ones here.
        said = leaves["fossilGhgEmissions"][0]
        fossil, aircraft = _number(said), _number(leaves.get("aircraftGhgEmissions", [0])[0])
        pcf["fossilGhgEmissions"] = _text(said if fossil is None or aircraft is None else fossil + aircraft)
    pcf |= next(({name: leaves[name][0]} for name in _PLACES if leaves.get(name, [""])[0]), {})
    if pcf.get("geographyRegionOrSubregion") in {"Global", "Several"}:
        del pcf["geographyRegionOrSubregion"]
    if pcf.get("packagingEmissionsIncluded") and "packagingPcfExcludingBiogenicUptake" in leaves:
        pcf["packagingGhgEmissions"] = _text(leaves["packagingPcfExcludingBiogenicUptake"][0])
    if leaves.get("distributionStageIncluded", [False])[0] and "distributionStagePcfExcludingBiogenicUptake" in leaves:
        pcf["outboundLogisticsGhgEmissions"] = _text(leaves["distributionStagePcfExcludingBiogenicUptake"][0])
    return pcf | _listed(leaves)


def _listed(leaves: _Leaves) -> dict[str, Any]:
    out: dict[str, Any] = {}
    if sets := [one for one in leaves.get("ipccCharacterizationFactors", ()) if str(one).startswith("AR")]:
        out["ipccCharacterizationFactors"] = sets
    if standards := leaves.get("crossSectoralStandards"):
        out["crossSectoralStandards"] = list(dict.fromkeys(standards))
    if rules := [one for one in leaves.get("productOrSectorSpecificRules", ()) if one != "none"]:
        out["productOrSectorSpecificRules"] = [
            {"operator": "Other", "ruleNames": rules, "otherOperatorName": "Catena-X partner"}
        ]
    if sources := leaves.get("secondaryEmissionFactorSources"):
        out["secondaryEmissionFactorSources"] = [_source(str(one)) for one in dict.fromkeys(sources)]
    ratings = {name: _text(leaves[name][0]) for name in ("technologicalDQR", "geographicalDQR", "temporalDQR")
               if name in leaves}  # fmt: skip
    return out | ({"dqi": ratings} if len(ratings) == 3 else {})  # noqa: PLR2004 - all three or none


def _source(text: str) -> dict[str, str]:
    match = _SOURCE.fullmatch(text)
    return {"name": match[1], "version": match[2]} if match else {"name": text, "version": "unsaid"}


def _urn(text: Any) -> str:
    """A URI that is no URN is told as one: PACT takes nothing else."""
    return text if str(text).lower().startswith("urn:") else f"urn:pact:catena-x.net:own-id:{quote(str(text), safe='')}"


def _number(value: Any) -> Decimal | None:
    """None where it measures nothing: `1e999999999` is short to write and fills the memory of whoever spells it out."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if sensible(number.copy_abs()) else None


def _text(value: Any) -> str:
    """A number as text, whole ones without a trailing point; what is none stays as it is, for the rules to refuse."""
    number = _number(value)
    if number is None:
        return str(value)
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
