"""IDTA 02035: technical data. Units: power W, resistance ohm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from filon.exchange.idta.paper import maker_id
from filon.exchange.lens import (
    Json,
    Lens,
    fixed,
    number,
    records,
    text,
    words,
)
from filon.exchange.passport_words import category
from filon.passport.passport import Passport


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
    fixed("GeneralInformation.ManufacturerIdentifier", maker_id, "responsibleOperator"),
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
