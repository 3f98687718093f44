"""The seven aspects of SAMM Battery Pass 1.2 as lists of lenses.

Units: power kW there, W here; mass of materials g there, kg here. The misspelt names are the model's own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from filon.exchange.lens import (
    Json,
    Lens,
    Written,
    address,
    addresses,
    fixed,
    link,
    measured,
    number,
    records,
    text,
    value_of,
    when,
    words,
    written,
)
from filon.exchange.passport_words import category
from filon.exchange.samm.parts import (
    hazards,
    hazards_back,
    labels,
    materials,
    materials_back,
    recycled,
    recycled_back,
    spares,
    stages,
    stages_back,
    status,
)
from filon.passport.passport import Passport

_MAIL = re.compile(r"[w.-]+@[w.-]+.[A-Za-z]{2,}")  # the model's own pattern, which lost its backslashes


def _urn(passport: Passport) -> str:
    """A passport identifier that the model's pattern allows: the hash of the real one."""
    return f"urn:sha256:{sha256(passport.identifier.encode()).hexdigest()}"


def _operator_is_maker(passport: Passport) -> bool:
    return value_of(passport, "responsibleOperator.name") == passport.value("manufacturer")


def _maker_id(passport: Passport) -> Json:
    return value_of(passport, "responsibleOperator.id") if _operator_is_maker(passport) else None


def _adr(value: Any) -> Json:
    """Country, postcode and street; the model has no town, so it stands behind the street."""
    if not isinstance(value, Mapping):
        return None
    street = ", ".join(str(value[name]) for name in ("street", "city") if value.get(name))
    return {"addressCountry": value["country"], "postalCode": value["postcode"], "streetAddress": street}


def _plant(passport: Passport) -> Json:
    """The plant: the books know its name and country; a postcode is not known and stays empty."""
    plant = passport.value("placeOfManufacture")
    if not isinstance(plant, Mapping):
        return None
    return {"addressCountry": plant["country"], "postalCode": "", "streetAddress": str(plant.get("name", ""))}


def _plant_back(node: Json) -> Mapping[str, Any]:
    country = str(node.get("addressCountry", ""))
    if len(country) != 2:  # noqa: PLR2004 - ISO 3166-1 alpha-2
        return {}
    return {"placeOfManufacture.country": country, "placeOfManufacture.name": node.get("streetAddress")}


def _contact(who: str, *, name: str) -> Sequence[Lens]:
    own = who == "manufacturerInformation"
    where = (lambda p: _adr(p.value("manufacturerAddress"))) if own else (
        lambda p: _adr(p.value("manufacturerAddress")) if _operator_is_maker(p) else None
    )  # fmt: skip
    return (
        text(f"{who}.contactName", name),
        fixed(f"{who}.identifier", _maker_id, "responsibleOperator")
        if own else text(f"{who}.identifier", "responsibleOperator.id"),
        fixed(f"{who}.postalAddress", where, "manufacturerAddress"),
        fixed(f"{who}.emailAddress", lambda p: _mail(p) if own else None, "manufacturerContact", must=False),
        fixed(f"{who}.webAddress", lambda p: value_of(p, "manufacturerContact.web") if own else None,
              "manufacturerContact", must=False),
    )  # fmt: skip


def _mail(passport: Passport) -> Json:
    mail = value_of(passport, "manufacturerContact.email")
    return mail if isinstance(mail, str) and _MAIL.match(mail) else None


def _warranty_ends(passport: Passport) -> Json:
    """The calendar month in which the warranty ends: the member is typed gMonth, so it can hold no number of months."""
    months = passport.value("warranty")
    begin = passport.value("putIntoService") or passport.value("dateOfManufacture")
    if not isinstance(months, int) or not isinstance(begin, str):
        return None
    return f"--{(int(begin[5:7]) - 1 + months) % 12 + 1:02d}"


def _moment(key: str, *, day: str = "") -> Any:
    def out(passport: Passport) -> Json:
        said = value_of(passport, key)
        return f"{said}{day}T00:00:00Z" if isinstance(said, str) else None

    return out


def _day(code: str, length: int) -> Any:
    return lambda node: {code: node[:length]} if isinstance(node, str) and len(node) > length else {}


PRODUCT = (
    text("productIdentifier", "uniqueIdentifier"),
    fixed("batteryPassportIdentifier", _urn, "uniqueIdentifier"),
    words("batteryCategory", "category", category),
    *_contact("manufacturerInformation", name="manufacturer"),
    *_contact("operatorInformation", name="responsibleOperator.name"),
    Lens("manufacturingDate", _moment("dateOfManufacture", day="-01"), _day("dateOfManufacture", 7),
         codes=("dateOfManufacture",)),
    Lens("puttingIntoService", _moment("putIntoService"), _day("putIntoService", 10), codes=("putIntoService",)),
    words("batteryStatus", "batteryStatus", status),
    number("batteryMass", "weight"),
    Lens("manufacturingPlace", _plant, _plant_back, codes=("placeOfManufacture",)),
    fixed("warrentyPeriod", _warranty_ends, "warranty"),
)  # fmt: skip

LABELING = (
    link("declarationOfConformity", "conformityDeclaration"),
    fixed("resultOfTestReport", lambda p: address(p.value("testReports")), "testReports"),
    fixed("labels", labels, "collectionSymbol", "metalSymbols", "carbonFootprintLabel"),
)

FOOTPRINT = (
    number("batteryCarbonFootprint", "carbonFootprint.perTotalKwh"),
    Lens("carbonFootprintPerLifecycleStage", stages, stages_back, codes=("carbonFootprint",)),
    text("carbonFootprintPerformanceClass", "carbonFootprintLabel.class"),
    text("carbonFootprintStudy", "carbonFootprint.study"),
    number("absoluteCarbonFootprint", "carbonFootprint.perBattery", must=False),
)

SUPPLY_CHAIN = (link("supplyChainDueDiligenceReport", "dueDiligenceReport"),)

MATERIALS = (
    text("batteryChemistry.shortName", "chemistry.short"),
    text("batteryChemistry.clearName", "chemistry.name"),
    Lens("batteryMaterials", materials, materials_back, codes=("detailedComposition", "criticalRawMaterials")),
    Lens("hazardousSubstances", hazards, hazards_back, codes=("hazardousSubstances",)),
)


def _manuals(passport: Passport) -> Json:
    known = {"BillOfMaterial", "Model3D", "DismantlingManual", "RemovalManual", "OtherManual", "Drawing"}
    return [
        {
            "documentType": one["kind"] if one.get("kind") in known else "OtherManual",
            "mimeType": one.get("media", "application/octet-stream"),
            "documentURL": uri,
        }
        for one in records(passport.value("dismantling"))
        if (uri := address(one))
    ]


def _manuals_back(node: Json) -> Mapping[str, Any]:
    told = [
        {"uri": one.get("documentURL"), "kind": one.get("documentType"), "media": one.get("mimeType")} for one in node
    ]
    return {"dismantling": told}


def _waste(kind: str) -> Any:
    return lambda passport: next(iter(addresses(passport.value("wasteInformation"), kind)), None)


CIRCULARITY = (
    Lens("dismantlingAndRemovalInformation", _manuals, _manuals_back, codes=("dismantling",)),
    fixed("sparePartSources", spares, "spareSources"),
    Lens("recycledContent", recycled, recycled_back, codes=("recycledShares", "recycledLead")),
    fixed("safetyMeasures.safetyInstructions", lambda p: address(p.value("safetyMeasures")), "safetyMeasures"),
    Lens("safetyMeasures.extinguishingAgent", lambda p: list(p.value("extinguishingAgent") or ()),  # type: ignore[arg-type]
         lambda node: {"extinguishingAgent": node}, codes=("extinguishingAgent",)),
    fixed("endOfLifeInformation.wastePrevention", _waste("prevention"), "wasteInformation"),
    fixed("endOfLifeInformation.separateCollection", _waste("separate collection"), "wasteInformation"),
    fixed("endOfLifeInformation.informationOnCollection", _waste("collection"), "wasteInformation"),
    number("renewableContent", "renewableContent"),
)  # fmt: skip


def _powers(passport: Passport) -> Json:
    return [
        {"atSoC": one["soc"], "powerCapabilityAt": one["watts"] / 1000}  # type: ignore[operator]
        for one in records(passport.value("originalPower"))
    ]


def _resistances(passport: Passport) -> Json:
    return [
        {"ohmicResistance": one["ohm"], "batteryComponent": one["component"]}
        for one in records(passport.value("internalResistance"))
        if one["component"] in {"pack", "module", "cell"}
    ]


def _resistances_back(node: Json) -> Mapping[str, Any]:
    listed = [{"component": one.get("batteryComponent"), "ohm": str(one.get("ohmicResistance"))} for one in node]
    return {"internalResistance": listed}


def _loss(kept: str, before: str) -> Any:
    """Percentage points lost between two efficiencies."""

    def out(passport: Passport) -> Json:
        first, last = passport.value(before), passport.value(kept)
        return None if first is None or last is None else first - last  # type: ignore[operator]

    return out


_T, _C = "batteryTechicalProperties", "batteryCondition"
_HOT = {
    "timeExtremeHighTemp": "minutesHot",
    "timeExtremeLowTemp": "minutesCold",
    "timeExtremeHighTempCharging": "minutesHotCharging",
    "timeExtremeLowTempCharging": "minutesColdCharging",
}


def _temperatures(passport: Passport) -> Json:
    told = passport.value("operatingConditions")
    if not isinstance(told, Mapping) or not set(_HOT.values()) <= told.keys():
        return None
    return {theirs: told[ours] for theirs, ours in _HOT.items()} | {"lastUpdate": when(passport, "operatingConditions")}


def _temperatures_back(node: Json) -> Mapping[str, Any]:
    return {f"operatingConditions.{ours}": str(node[theirs]) for theirs, ours in _HOT.items() if theirs in node}


def _events(passport: Passport) -> Json:
    return [
        {"negativeEvent": one["what"], "lastUpdate": f"{one['day']}T00:00:00Z"}
        for one in records(passport.value("negativeEvents"))
    ]


def _events_back(node: Json) -> Mapping[str, Any]:
    listed = [{"what": one.get("negativeEvent"), "day": str(one.get("lastUpdate"))[:10]} for one in node]
    return {"negativeEvents": listed}


def _power_left(passport: Passport) -> Json:
    watts, charge = passport.value("remainingPower"), passport.value("stateOfCharge")
    if watts is None or charge is None:
        return None
    at = when(passport, "remainingPower")
    inner = {"atSoC": charge, "powerCapabilityAt": watts / 1000, "rPCLastUpdated": at}  # type: ignore[operator]
    return {"remainingPowerCapabilityValue": inner, "lastUpdate": at}


def _resistance_risen(passport: Passport) -> Json:
    risen = passport.value("resistanceIncrease")
    at = None if risen is None else when(passport, "resistanceIncrease")
    return risen and [{"internalResistanceIncreaseValue": risen, "batteryComponent": "pack", "lastUpdate": at}]


PERFORMANCE = (
    fixed(f"{_T}.originalPowerCapability", _powers, "originalPower"),
    number(f"{_T}.ratedMaximumPower", "powerLimit.value", factor="0.001"),
    number(f"{_T}.powerCapabilityRatio", "powerRatio"),
    number(f"{_T}.ratedEnergy", "ratedEnergy"),
    number(f"{_T}.expectedNumberOfCycles", "expectedCycles"),
    number(f"{_T}.initialSelfDischarge", "initialSelfDischarge"),
    number(f"{_T}.roundtripEfficiency", "initialEfficiency"),
    number(f"{_T}.ratedCapacity", "capacity"),
    Lens(f"{_T}.initialInternalResistance", _resistances, _resistances_back, codes=("internalResistance",)),
    number(f"{_T}.expectedLifetime", "lifetimeYears"),
    number(f"{_T}.nominalVoltage", "nominalVoltage.value"),
    number(f"{_T}.minimumVoltage", "minimalVoltage.value"),
    number(f"{_T}.maximumVoltage", "maximumVoltage.value"),
    number(f"{_T}.capacityThresholdForExhaustion", "exhaustionThreshold"),
    fixed(f"{_T}.lifetimeReferenceTest", lambda p: _uri(p.value("cycleLifeTest")), "cycleLifeTest"),
    number(f"{_T}.cRateLifeCycleTest", "cycleLifeRate"),
    number(f"{_T}.temperatureRangeIdleState.minimum", "idleTemperature.low"),
    number(f"{_T}.temperatureRangeIdleState.maximum", "idleTemperature.high"),
    number(f"{_T}.roundTripEfficiencyat50PerCentCycleLife", "halfLifeEfficiency"),
    fixed(f"{_T}.roundTripEfficiencyFade", _loss("halfLifeEfficiency", "initialEfficiency"), "halfLifeEfficiency"),
    number(f"{_T}.powerFade", "powerFade"),
    measured(f"{_C}.energyThroughput", "energyThroughput", "energyThroughputValue"),
    measured(f"{_C}.capacityThroughput", "capacityThroughput", "capacityThroughputValue"),
    measured(f"{_C}.numberOfFullCycles", "cycles", "numberOfFullCyclesValue"),
    measured(f"{_C}.stateOfCertifiedEnergy", "stateOfCertifiedEnergy", "stateOfCertifiedEnergyValue"),
    measured(f"{_C}.capacityFade", "capacityFade", "capacityFadeValue"),
    measured(f"{_C}.remainingEnergy", "remainingEnergy", "remainingEnergyValue"),
    measured(f"{_C}.remainingCapacity", "remainingCapacity", "remainingCapacityValue"),
    Lens(f"{_C}.negativeEvents", _events, _events_back, codes=("negativeEvents",)),
    Lens(f"{_C}.temperatureInformation", _temperatures, _temperatures_back, codes=("operatingConditions",)),
    fixed(f"{_C}.remainingPowerCapability", _power_left, "remainingPower", "stateOfCharge"),
    measured(f"{_C}.evolutionOfSelfDischarge", "selfDischarge", "evolutionOfSelfDischargeValue"),
    measured(f"{_C}.currentSelfDischargingRate", "selfDischargeRate", "currentSelfDischargingRateValue"),
    fixed(f"{_C}.internalResistanceIncrease", _resistance_risen, "resistanceIncrease"),
    measured(f"{_C}.remainingRoundTripEnergyEfficiency", "remainingEfficiency",
             "remainingRoundTripEnergyEfficiencyValue"),
    measured(f"{_C}.stateOfCharge", "stateOfCharge", "stateOfChargeValue"),
)  # fmt: skip


def _uri(value: object) -> Json:
    """The name of a standard as an address, for the member is typed one.

    `IEC 62660-1:2018` -> `urn:iec:std:iec:62660-1:2018`.
    """
    told = str(value or "")
    match = re.match(r"(IEC|ISO)\s+([\d-]+)(?::(\d{4}))?", told)
    if match:
        body = match[1].lower()
        return f"urn:{body}:std:{body}:{match[2]}" + (f":{match[3]}" if match[3] else "")
    return told if "://" in told else None


ASPECTS: Mapping[str, tuple[Lens, ...]] = MappingProxyType(
    {
        "GeneralProductInformation": PRODUCT,
        "Labeling": LABELING,
        "CarbonFootprintForBatteries": FOOTPRINT,
        "SupplyChainDueDiligence": SUPPLY_CHAIN,
        "MaterialComposition": MATERIALS,
        "Circularity": CIRCULARITY,
        "PerformanceAndDurability": PERFORMANCE,
    }
)
"""{aspect: its lenses}, in the model's order."""
_MARKS = {
    "GeneralProductInformation": "batteryPassportIdentifier",
    "Labeling": "declarationOfConformity",
    "CarbonFootprintForBatteries": "batteryCarbonFootprint",
    "SupplyChainDueDiligence": "supplyChainDueDiligenceReport",
    "MaterialComposition": "batteryMaterials",
    "Circularity": "endOfLifeInformation",
    "PerformanceAndDurability": "batteryTechicalProperties",
}


def written_all(passport: Passport) -> dict[str, Written]:
    """The seven documents of a battery."""
    return {name: written(lenses, passport, name=f"{name}.json") for name, lenses in ASPECTS.items()}


def aspect_of(document: Mapping[str, Json]) -> str:
    """Which aspect a document is; empty if none."""
    return next((name for name, mark in _MARKS.items() if mark in document), "")
