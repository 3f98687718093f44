"""The parts of IDTA 02035 in plain JSON, as lists of lenses.

Units: mass of materials kg, power W, remaining power %. Texts in several languages are `[{language: text}]`, documents
are lists of identifiers.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from filon.exchange.lens import (
    Json,
    Lens,
    Written,
    address,
    addresses,
    document,
    fixed,
    measured,
    number,
    records,
    text,
    unscaled,
    updated,
    value_of,
    when,
    words,
    written,
)
from filon.exchange.passport_words import HAZARDS, METALS, UNSAID, category, mass_kg, parts, said
from filon.passport.passport import Passport, State

_STATUS = {one: one for one in ("original", "repurposed", "re-used", "remanufactured", "waste")}


def _told(path: str, key: str, *, must: bool = True) -> Lens:
    """A text in one language."""

    def out(passport: Passport) -> Json:
        said = value_of(passport, key)
        return None if said is None else [{"en": str(said)}]

    def back(node: Json) -> Mapping[str, Any]:
        first = node[0] if isinstance(node, list) and node else node
        return {key: next(iter(first.values()))} if isinstance(first, dict) and first else {}

    return Lens(path, out, back, must, (key.partition(".")[0],))


def _papers(path: str, key: str, kind: str = "", *, must: bool = True) -> Lens:
    """Documents as their identifiers."""

    def out(passport: Passport) -> Json:
        value = passport.value(key)
        return [one] if (one := address(value)) and isinstance(value, Mapping) else addresses(value, kind)

    def back(node: Json) -> Mapping[str, Any]:
        papers = [one for each in node if "://" in str(each) and (one := document(each))]
        return {key: papers if key != "conformityDeclaration" else papers[0]} if papers else {}

    return Lens(path, out, back if not kind else None, must, (key,))


def _maker_id(passport: Passport) -> Json:
    same = value_of(passport, "responsibleOperator.name") == passport.value("manufacturer")
    return value_of(passport, "responsibleOperator.id") if same else None


def _day(key: str, day: str = "") -> Any:
    def out(passport: Passport) -> Json:
        said = passport.value(key)
        return None if said is None else f"{said}{day}"

    return out


def _markings(passport: Passport) -> Json:
    told = []
    for code in ("collectionSymbol", "metalSymbols"):
        value = passport.value(code)
        for one in records(value) if isinstance(value, tuple) else [value]:
            if isinstance(one, Mapping) and (picture := address(one.get("symbol"))):
                symbol = one.get("symbol")
                media = symbol.get("media", "image/svg+xml") if isinstance(symbol, Mapping) else "image/svg+xml"
                told.append({"MarkingName": one["subject"], "MarkingFile": {"value": picture, "contentType": media}})
    return told


NAMEPLATE = (
    text("URIOfTheProduct", "uniqueIdentifier"),
    _told("ManufacturerName", "manufacturer"),
    _told("AddressInformation.NationalCode", "manufacturerAddress.country"),
    _told("AddressInformation.CityTown", "manufacturerAddress.city"),
    _told("AddressInformation.Street", "manufacturerAddress.street"),
    _told("AddressInformation.ZipCode", "manufacturerAddress.postcode"),
    text("AddressInformation.AddressOfAdditionalLink", "manufacturerContact.web", must=False),
    text("AddressInformation.Email.EmailAddress", "manufacturerContact.email", must=False),
    fixed("SerialNumber", lambda p: value_of(p, "modelAndSerial.serial"), "modelAndSerial"),
    Lens("DateOfManufacture", _day("dateOfManufacture", "-01"), lambda node: {"dateOfManufacture": node[:7]},
         codes=("dateOfManufacture",)),
    text("DateOfPuttingIntoService", "putIntoService", must=False),
    text("UniqueFacilityIdentifier", "placeOfManufacture.id"),
    words("LifeCycleStage", "batteryStatus", _STATUS),
    text("OperatorIdentifier", "responsibleOperator.id", must=False),
    fixed("ManufacturerIdentifier", _maker_id, "responsibleOperator"),
    fixed("Markings", _markings, "collectionSymbol", "metalSymbols"),
    _papers("EUDeclarationOfConformity", "conformityDeclaration"),
    _papers("ResultsOfTestReportsProvingCompliance", "testReports"),
)  # fmt: skip


def _handover(passport: Passport) -> Json:
    told = []
    for code in (
        "conformityDeclaration",
        "testReports",
        "instructions",
        "dismantling",
        "safetyMeasures",
        "wasteInformation",
    ):
        value = passport.value(code)
        for one in records(value) if isinstance(value, tuple) else [value]:
            if isinstance(one, Mapping) and (uri := address(one)):
                told.append(_paper(code, one, uri))  # noqa: PERF401 - three conditions read better as lines
    return told


_DECLARATION, _DISMANTLING = ("02-04", "Certificates, declarations"), ("03-04", "Maintenance, dismantling")
_VDI = {  # classes of documents of VDI 2770
    "conformityDeclaration": _DECLARATION,
    "testReports": _DECLARATION,
    "instructions": ("03-02", "Operation"),
    "dismantling": _DISMANTLING,
    "safetyMeasures": ("03-03", "General safety"),
    "wasteInformation": _DISMANTLING,
}


def _paper(code: str, one: Mapping[str, Any], uri: str) -> dict[str, Any]:
    class_id, class_name = _VDI[code]
    language = one.get("language", "en")
    return {
        "DocumentIds": [{"DocumentDomainId": "URI", "DocumentIdentifier": uri, "DocumentIsPrimary": True}],
        "DocumentClassifications": [
            {"ClassId": class_id, "ClassName": [{"en": class_name}], "ClassificationSystem": "VDI2770:2018"}
        ],
        "DocumentVersions": [
            {
                "Language": [language],
                "Title": [{language: one.get("title", code)}],
                "DigitalFiles": [{"value": uri, "contentType": one.get("media", "application/octet-stream")}],
            }
        ],
    }


HANDOVER = (fixed("Documents", _handover, "instructions", "dismantling", "safetyMeasures"),)


def _footprint(passport: Passport) -> Json:
    footprint = passport.value("carbonFootprint")
    if not isinstance(footprint, Mapping) or "perTotalKwh" not in footprint or "study" not in footprint:
        return None
    quality = value_of(passport, "carbonFootprintLabel.class")
    if quality is None:
        return None
    return [
        {
            "PcfCalculationMethods": [footprint.get("method", "Regulation (EU) 2023/1542, Annex II")],
            "PcfCo2eq": footprint["perTotalKwh"],
            "ReferenceImpactUnitForCalculation": "kwH",
            "QuantityOfMeasureForCalculation": Decimal(1),
            "LifeCyclePhases": ["A1-A3", "A4 - transport to final destination", "C1-C4"],
            "PerformanceClass": quality,
            "WebLinkToPublicCarbonFootprintStudy": [footprint["study"]],
        }
    ]


FOOTPRINT = (fixed("ProductCarbonFootprints", _footprint, "carbonFootprint", "carbonFootprintLabel"),)


def _months(node: Json) -> Mapping[str, Any]:
    told = str(node)
    return {"warranty": told[1:-1]} if told[:1] == "P" and told[-1:] == "M" and told[1:-1].isdigit() else {}


def _warranty(passport: Passport) -> Json:
    months = passport.value("warranty")
    return None if months is None else f"P{months}M"


def _resistance(component: str) -> Any:
    def out(passport: Passport) -> Json:
        listed = records(passport.value("internalResistance"))
        return next((one["ohm"] for one in listed if one["component"] == component), None)

    return out


def _powers(passport: Passport) -> Json:
    return [
        {"atSoC": one["soc"], "powerCapabilityAt": one["watts"]} for one in records(passport.value("originalPower"))
    ]


def _powers_back(node: Json) -> Mapping[str, Any]:
    return {"originalPower": [{"soc": str(one["atSoC"]), "watts": str(one["powerCapabilityAt"])} for one in node]}


_E = "TechnicalPropertyAreas.CapacityEnergyVoltage"
_R = "TechnicalPropertyAreas.RoundTripEnergyEfficiency"
_O = "TechnicalPropertyAreas.Resistance"
_P = "TechnicalPropertyAreas.PowerCapability"
_L = "TechnicalPropertyAreas.Lifetime"
TECHNICAL = (
    text("GeneralInformation.ManufacturerName", "manufacturer"),
    fixed("GeneralInformation.ManufacturerIdentifier", _maker_id, "responsibleOperator"),
    Lens("GeneralInformation.WarrantyInformation.WarrantyPeriod", _warranty, _months, codes=("warranty",)),
    words("GeneralInformation.BatteryCategory", "category", category),
    number("GeneralInformation.BatteryMass", "weight"),
    number(f"{_E}.NominalVoltage", "nominalVoltage.value"),
    number(f"{_E}.MinVoltage", "minimalVoltage.value"),
    number(f"{_E}.MaxVoltage", "maximumVoltage.value"),
    number(f"{_E}.RatedCapacity", "capacity"),
    number(f"{_E}.CapacityFade", "capacityFade", must=False),
    number(f"{_E}.CertifiedUsableBatteryEnergy", "ratedEnergy", must=False),
    number(f"{_R}.InitialRoundTripEnergyEfficiency", "initialEfficiency"),
    number(f"{_R}.RoundTripEnergyEfficiencyAt50PercentOfCycleLife", "halfLifeEfficiency"),
    number(f"{_R}.EnergyRoundTripEfficiencyFade", "efficiencyFade", must=False),
    number(f"{_R}.InitialSelfDischargingRate", "initialSelfDischarge", must=False),
    fixed(f"{_O}.InitialInternalResistanceAtBatteryCellLevel", _resistance("cell"), "internalResistance"),
    fixed(f"{_O}.InitialInternalResistanceAtBatteryPackLevel", _resistance("pack"), "internalResistance"),
    fixed(f"{_O}.InitialInternalResistanceAtBatteryModuleLevel", _resistance("module"), "internalResistance",
          must=False),
    number(f"{_O}.InternalResistanceIncreaseAtBatteryPackLevel", "resistanceIncrease"),
    number(f"{_P}.MaximumPermittedBatteryPower", "powerLimit.value"),
    number(f"{_P}.PowerFade", "powerFade"),
    number(f"{_P}.RatioNominalBatteryPowerAndBatteryEnergy", "powerRatio"),
    Lens(f"{_P}.OriginalPowerCapability", _powers, _powers_back, codes=("originalPower",)),
    number("TechnicalPropertyAreas.Temperature.TemperatureRangeIdleState_LowerBoundary", "idleTemperature.low"),
    number("TechnicalPropertyAreas.Temperature.TemperatureRangeIdleState_UpperBoundary", "idleTemperature.high"),
    number(f"{_L}.ExpectedLifetimeInCalendarYears", "lifetimeYears"),
    number(f"{_L}.ExpectedNumberOfCycles", "expectedCycles"),
    number(f"{_L}.CapacityThresholdExhaustion", "exhaustionThreshold"),
    Lens(f"{_L}.CycleLifeReferenceTest", lambda p: [p.value("cycleLifeTest")] if p.value("cycleLifeTest") else None,
         lambda node: {"cycleLifeTest": node[0]} if node else {}, codes=("cycleLifeTest",)),
    number(f"{_L}.CrateOfRelevantCycleLifeTest", "cycleLifeRate"),
)  # fmt: skip

_HOT = {
    "MeasuredTemp": "temperature",
    "TimeExtremeHighTemp": "minutesHot",
    "TimeExtremeLowTemp": "minutesCold",
    "TimeExtremeHighTempCharging": "minutesHotCharging",
    "TimeExtremeLowTempCharging": "minutesColdCharging",
}


def _temperatures(passport: Passport) -> Json:
    told = passport.value("operatingConditions")
    if not isinstance(told, Mapping):
        return None
    known = {theirs: told[ours] for theirs, ours in _HOT.items() if ours in told}
    return known | {"LastUpdate": when(passport, "operatingConditions")}


def _temperatures_back(node: Json) -> Mapping[str, Any]:
    return {
        f"operatingConditions.{ours}": unscaled(node[theirs], Decimal(1))
        for theirs, ours in _HOT.items()
        if theirs in node
    }


def _events(passport: Passport) -> Json:
    return [
        {"NegativeEventValue": one["what"], "LastUpdate": f"{one['day']}T00:00:00Z"}
        for one in records(passport.value("negativeEvents"))
    ]


def _events_back(node: Json) -> Mapping[str, Any]:
    return {
        "negativeEvents": [
            {"what": one.get("NegativeEventValue"), "day": str(one.get("LastUpdate"))[:10]} for one in node
        ]
    }


def _accidents(passport: Passport) -> Json:
    """Documents on accidents: the passport holds the events themselves, so their days and words stand for documents."""
    told = [f"{one['day']} {one['what']}" for one in records(passport.value("negativeEvents"))]
    return told or (["none"] if passport.value("negativeEvents") == () else None)


def _power_left(passport: Passport) -> Json:
    """Remaining power in percent of the limit, which is how this model counts it."""
    watts, limit = passport.value("remainingPower"), value_of(passport, "powerLimit.value")
    charge = passport.value("stateOfCharge")
    if watts is None or not limit or charge is None:
        return None
    at, share = when(passport, "remainingPower"), round(Decimal(str(watts)) * 100 / Decimal(str(limit)), 1)
    inner = {"RPCLastUpdated": at, "AtSoC": charge, "PowerCapabilityAt": share}
    return {"RemainingPowerCapabilityValue": inner, "LastUpdate": at}


def _m(name: str, key: str, *, must: bool = False) -> Lens:
    return measured(name, key, f"{name}Value", "LastUpdate", must=must)


CONDITION = (
    _m("EnergyThroughput", "energyThroughput"),
    _m("CapacityThroughput", "capacityThroughput"),
    _m("NumberOfFullCycles", "cycles", must=True),
    _m("StateOfCertifiedEnergy", "stateOfCertifiedEnergy"),
    _m("RemainingEnergy", "remainingEnergy"),
    _m("RemainingCapacity", "remainingCapacity"),
    Lens("NegativeEvents", _events, _events_back, must=False, codes=("negativeEvents",)),
    fixed("InformationOnAccidents", _accidents, "negativeEvents"),
    Lens("TemperatureInformation", _temperatures, _temperatures_back, codes=("operatingConditions",)),
    fixed("RemainingPowerCapability", _power_left, "remainingPower", must=False),
    _m("EvolutionOfSelfDischarge", "selfDischarge"),
    _m("CurrentSelfDischargingRate", "selfDischargeRate"),
    _m("RemainingRoundTripEnergyEfficiency", "remainingEfficiency"),
    _m("StateOfCharge", "stateOfCharge", must=True),
)


def _materials(passport: Passport) -> Json:
    listed = passport.value("detailedComposition") or passport.value("criticalRawMaterials")
    weight = passport.value("weight")
    told = []
    for one in records(listed):
        mass = mass_kg(one, weight)
        if "cas" in one:
            told.append(
                {
                    "BatteryMaterialLocation": {"ComponentName": one.get("location", UNSAID)},
                    "BatteryMaterialIdentifier": one["cas"],
                    "BatteryMaterialName": one["name"],
                    **({} if mass is None else {"BatteryMaterialMass": mass.normalize()}),
                    "IsCriticalRawMaterial": bool(one.get("critical", False)),
                }
            )
    return told


def _materials_back(node: Json) -> Mapping[str, Any]:
    return {
        "detailedComposition": [
            {
                "name": one.get("BatteryMaterialName"),
                "cas": one.get("BatteryMaterialIdentifier"),
                "kg": str(one["BatteryMaterialMass"]) if "BatteryMaterialMass" in one else None,
                "critical": str(one.get("IsCriticalRawMaterial", False)).lower(),
                "location": said((one.get("BatteryMaterialLocation") or {}).get("ComponentName")),
            }
            for one in node
        ]
    }


def _hazards(passport: Passport) -> Json:
    return [
        {
            **({"HazardousSubstanceClass": one["class"]} if one.get("class") in HAZARDS else {}),
            "HazardousSubstanceName": one["name"],
            "HazardousSubstanceIdentifier": one["cas"],
            **({"HazardousSubstanceConcentration": one["percent"]} if "percent" in one else {}),
            **({"HazardousSubstanceImpact": [one["impact"]]} if "impact" in one else {}),
            "HazardousSubstanceLocation": {"ComponentName": one["location"]} if "location" in one else {},
        }
        for one in records(passport.value("hazardousSubstances"))
        if "cas" in one
    ]


def _hazards_back(node: Json) -> Mapping[str, Any]:
    return {
        "hazardousSubstances": [
            {
                "name": one.get("HazardousSubstanceName"),
                "cas": one.get("HazardousSubstanceIdentifier"),
                "class": one.get("HazardousSubstanceClass"),
                "percent": str(one["HazardousSubstanceConcentration"])
                if "HazardousSubstanceConcentration" in one
                else None,
                "impact": "; ".join(one.get("HazardousSubstanceImpact") or ()),
                "location": said((one.get("HazardousSubstanceLocation") or {}).get("ComponentName")),
            }
            for one in node
        ]
    }


MATERIALS = (
    text("BatteryChemistry.ShortName", "chemistry.short"),
    text("BatteryChemistry.ClearName", "chemistry.name"),
    Lens("BatteryMaterials", _materials, _materials_back, codes=("detailedComposition", "criticalRawMaterials")),
    Lens("HazardousSubstances", _hazards, _hazards_back, codes=("hazardousSubstances",)),
)


def _spares(passport: Passport) -> Json:
    return [
        {
            "NameOfSupplier": [{"en": one["name"]}],
            "AddressOfSupplier": {"NationalCode": [], "PostalCode": [], "Street": [{"en": one["address"]}]},
            "EmailAddressOfSupplier": {"EmailAddress": one["email"]},
            "SupplierWebAddress": one["web"],
            "Components": [{"PartName": p["partName"], "PartNumber": p["partNumber"]} for p in parts(one)],
        }
        for one in records(passport.value("spareSources"))
        if {"address", "email", "web"} <= one.keys()
    ]


def _recycled(passport: Passport) -> Json:
    return [
        {
            "PreConsumerShare": one["preConsumer"],
            "RecycledMaterial": METALS[str(one["element"])],
            "PostConsumerShare": one["postConsumer"],
        }
        for one in records(passport.value("recycledShares"))
        if one["element"] in METALS and {"preConsumer", "postConsumer"} <= one.keys()
    ]


def _recycled_back(node: Json) -> Mapping[str, Any]:
    ours = {theirs: element for element, theirs in METALS.items()}
    return {
        "recycledShares": [
            {"element": ours[one["RecycledMaterial"]], "preConsumer": str(one["PreConsumerShare"]),
             "postConsumer": str(one["PostConsumerShare"])}
            for one in node
        ]
    }  # fmt: skip


CIRCULARITY = (
    _papers("DismantlingAndRemovalInformation", "dismantling"),
    fixed("SparePartSources", _spares, "spareSources"),
    Lens("RecycledContentInformation", _recycled, _recycled_back, codes=("recycledShares",)),
    _papers("SafetyMeasures.SafetyInstructions", "safetyMeasures"),
    Lens("SafetyMeasures.ExtinguishingAgents", lambda p: list(p.value("extinguishingAgent") or ()),  # type: ignore[arg-type]
         lambda node: {"extinguishingAgent": node}, codes=("extinguishingAgent",)),
    _papers("EndOfLifeInformation.WastePrevention", "wasteInformation", "prevention"),
    _papers("EndOfLifeInformation.SeparateCollection", "wasteInformation", "separate collection"),
    _papers("EndOfLifeInformation.InformationOnCollection", "wasteInformation", "collection"),
    number("RenewableContent", "renewableContent"),
)  # fmt: skip

STATES = {State.DRAFT: "Inactive", State.ACTIVE: "Active", State.SUSPENDED: "Inactive", State.ARCHIVED: "Archived",
          State.SUPERSEDED: "Archived", State.CEASED: "Invalid"}  # fmt: skip
METADATA = (
    text("digitalProductPassportId", "uniqueIdentifier"),
    text("uniqueProductIdentifier", "uniqueIdentifier"),
    fixed("granularity", lambda p: "Item" if p.serial or not p.gtin else "Model", "uniqueIdentifier"),
    fixed("dppSchemaVersion", lambda _: "EN 18223:2026"),
    fixed("dppStatus", lambda p: STATES[p.state]),
    fixed("lastUpdate", updated),
    text("economicOperatorId", "responsibleOperator.id"),
    text("facilityId", "placeOfManufacture.id", must=False),
)

PARTS: Mapping[str, tuple[Lens, ...]] = MappingProxyType(
    {
        "DigitalNameplate": NAMEPLATE,
        "HandoverDocumentation": HANDOVER,
        "ProductCarbonFootprint": FOOTPRINT,
        "TechnicalData": TECHNICAL,
        "ProductCondition": CONDITION,
        "MaterialComposition": MATERIALS,
        "Circularity": CIRCULARITY,
        "DppMetadata": METADATA,
    }
)
"""{part: its lenses}; the header of IDTA 02099-1 last."""
_MARKS = {
    "DigitalNameplate": "URIOfTheProduct",
    "HandoverDocumentation": "Documents",
    "ProductCarbonFootprint": "ProductCarbonFootprints",
    "TechnicalData": "TechnicalPropertyAreas",
    "ProductCondition": "NumberOfFullCycles",
    "MaterialComposition": "BatteryMaterials",
    "Circularity": "EndOfLifeInformation",
    "DppMetadata": "dppSchemaVersion",
}


def written_all(passport: Passport) -> dict[str, Written]:
    """All parts of a battery's passport in plain JSON."""
    return {name: written(lenses, passport, name=f"{name}.json") for name, lenses in PARTS.items()}


def part_of(node: Mapping[str, Json]) -> str:
    """Which part a document is; empty if none."""
    return next((name for name, mark in _MARKS.items() if mark in node), "")
