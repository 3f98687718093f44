"""IDTA 02035: the battery's condition, as last measured. Units: remaining power in percent of the limit."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from filon.exchange.lens import (
    Json,
    Lens,
    fixed,
    measured,
    records,
    unscaled,
    value_of,
    when,
)
from filon.passport.passport import Passport

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
