"""IDTA 02035: what it is made of, and what comes of it. Units: mass kg."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from filon.exchange.idta.paper import papers
from filon.exchange.lens import (
    Json,
    Lens,
    fixed,
    number,
    records,
    text,
)
from filon.exchange.passport_words import HAZARDS, METALS, UNSAID, mass_kg, parts, said
from filon.passport.passport import Passport


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
    papers("DismantlingAndRemovalInformation", "dismantling"),
    fixed("SparePartSources", _spares, "spareSources"),
    Lens("RecycledContentInformation", _recycled, _recycled_back, codes=("recycledShares",)),
    papers("SafetyMeasures.SafetyInstructions", "safetyMeasures"),
    Lens("SafetyMeasures.ExtinguishingAgents", lambda p: list(p.value("extinguishingAgent") or ()),  # type: ignore[arg-type]
         lambda node: {"extinguishingAgent": node}, codes=("extinguishingAgent",)),
    papers("EndOfLifeInformation.WastePrevention", "wasteInformation", "prevention"),
    papers("EndOfLifeInformation.SeparateCollection", "wasteInformation", "separate collection"),
    papers("EndOfLifeInformation.InformationOnCollection", "wasteInformation", "collection"),
    number("RenewableContent", "renewableContent"),
)  # fmt: skip
