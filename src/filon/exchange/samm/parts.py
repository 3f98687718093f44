"""The lists of SAMM Battery Pass: materials, hazardous substances, spares, shares, stages and labels.

What the model cannot say is left out, never bent: there are three classes of hazard, and a label needs its picture.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from filon.exchange.lens import Json, address, records, unscaled, value_of
from filon.exchange.passport_words import HAZARDS, METALS, UNSAID, mass_kg, parts, said
from filon.passport.passport import Passport

status: Mapping[str, str] = MappingProxyType(
    {"original": "Original", "repurposed": "Repurposed", "re-used": "Reused", "remanufactured": "Remanufactured",
     "waste": "Waste"}
)  # fmt: skip
STAGES: Mapping[str, str] = MappingProxyType(
    {
        "raw": "RawMaterialExtraction",
        "main": "MainProduction",
        "distribution": "Distribution",
        "end-of-life": "Recycling",
    }
)
_SUBJECTS: Mapping[str, str] = MappingProxyType(
    {
        "collectionSymbol": "SeparateCollection",
        "metalSymbols": "HazardousMaterial",
        "carbonFootprintLabel": "CarbonFootPrint",
    }
)
GRAMS = Decimal(1000)


def materials(passport: Passport) -> Json:
    """Materials with their mass in g; by percent of the battery where no mass is known."""
    listed = passport.value("detailedComposition") or passport.value("criticalRawMaterials")
    weight = passport.value("weight")
    return [told for one in records(listed) if (told := _material(one, weight))]


def _material(one: Mapping[str, Any], weight: Any) -> Json:
    mass = mass_kg(one, weight)
    if mass is None or "cas" not in one:
        return None
    return {
        "batteryMaterialLocation": {"componentName": one.get("location", UNSAID)},
        "batteryMaterialIdentifier": one["cas"],
        "batteryMaterialName": one["name"],
        "batteryMaterialMass": (mass * GRAMS).normalize(),
        "isCriticalRawMaterial": bool(one.get("critical", False)),
    }


def materials_back(node: Json) -> Mapping[str, Any]:
    """Their materials as ours."""
    return {
        "detailedComposition": [
            {
                "name": one.get("batteryMaterialName"),
                "cas": one.get("batteryMaterialIdentifier"),
                "kg": unscaled(one["batteryMaterialMass"], GRAMS),
                "critical": str(one.get("isCriticalRawMaterial", False)).lower(),
                "location": said((one.get("batteryMaterialLocation") or {}).get("componentName")),
            }
            for one in node
        ]
    }


def hazards(passport: Passport) -> Json:
    """Hazardous substances of the three classes that the model knows."""
    return [
        {
            "hazardousSubstanceClass": one["class"],
            "hazardousSubstanceName": one["name"],
            "hazardousSubstanceConcentration": one["percent"],
            "hazardousSubstanceImpact": [one["impact"]] if "impact" in one else [],
            "hazardousSubstanceLocation": {"componentName": one.get("location", UNSAID)},
            "hazardousSubstanceIdentifier": one["cas"],
        }
        for one in records(passport.value("hazardousSubstances"))
        if one.get("class") in HAZARDS and {"percent", "cas"} <= one.keys()
    ]


def hazards_back(node: Json) -> Mapping[str, Any]:
    """Their hazardous substances as ours."""
    return {
        "hazardousSubstances": [
            {
                "name": one.get("hazardousSubstanceName"),
                "cas": one.get("hazardousSubstanceIdentifier"),
                "class": one.get("hazardousSubstanceClass"),
                "percent": str(one.get("hazardousSubstanceConcentration")),
                "impact": "; ".join(one.get("hazardousSubstanceImpact") or ()),
                "location": said((one.get("hazardousSubstanceLocation") or {}).get("componentName")),
            }
            for one in node
        ]
    }


def recycled(passport: Passport) -> Json:
    """Recycled shares by class of waste; the model has no combined figure."""
    return [
        {
            "preConsumerShare": one["preConsumer"],
            "recycledMaterial": METALS[str(one["element"])],
            "postConsumerShare": one["postConsumer"],
        }
        for one in records(passport.value("recycledShares"))
        if one["element"] in METALS and {"preConsumer", "postConsumer"} <= one.keys()
    ]


def recycled_back(node: Json) -> Mapping[str, Any]:
    """Their shares as ours."""
    ours = {theirs: element for element, theirs in METALS.items()}
    return {
        "recycledShares": [
            {
                "element": ours[one["recycledMaterial"]],
                "preConsumer": str(one["preConsumerShare"]),
                "postConsumer": str(one["postConsumerShare"]),
            }
            for one in node
        ]
    }


def stages(passport: Passport) -> Json:
    """The footprint by life-cycle stage, kg CO2e a kWh of total energy."""
    listed = value_of(passport, "carbonFootprint.stages")
    return [
        {"lifecycleStage": _stage(str(one["stage"])), "carbonFootprint": one["perKwh"]}
        for one in records(listed)
        if "perKwh" in one and _stage(str(one["stage"]))
    ]


def _stage(said: str) -> str | None:
    return STAGES.get(said) or (said if said in STAGES.values() else None)


def stages_back(node: Json) -> Mapping[str, Any]:
    """Their stages as ours."""
    ours = {theirs: stage for stage, theirs in STAGES.items()}
    told = [{"stage": ours[one["lifecycleStage"]], "perKwh": str(one["carbonFootprint"])} for one in node]
    return {"carbonFootprint.stages": told}


def labels(passport: Passport) -> Json:
    """The labels on the battery whose pictures are known."""
    return list(_labels(passport))


def _labels(passport: Passport) -> Iterator[dict[str, Any]]:
    for code, subject in _SUBJECTS.items():
        value = passport.value(code)
        for one in records(value) if isinstance(value, tuple) else [value]:
            picture = address(one.get("symbol")) if isinstance(one, Mapping) else None
            if picture and isinstance(one, Mapping):
                meaning = str(one.get("meaning") or one.get("class") or subject)
                yield {"labelingSymbol": picture, "labelingMeaning": {"en": meaning}, "labelingSubject": subject}


def spares(passport: Passport) -> Json:
    """Sources of spare parts; the supplier's address is one text here, so only its street member is filled."""
    return [
        {
            "nameOfSupplier": one["name"],
            "addressOfSupplier": {
                "addressCountry": "",
                "postalCode": "",
                "streetAddress": one.get("address", ""),
            },
            "emailAddressOfSupplier": one["email"],
            "supplierWebAddress": one["web"],
            "components": parts(one),
        }
        for one in records(passport.value("spareSources"))
        if {"email", "web"} <= one.keys()
    ]
