"""The parts of IDTA 02035 in plain JSON, as lists of lenses.

Texts in several languages are `[{language: text}]`, documents are lists of identifiers.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from filon.exchange.idta.condition import CONDITION
from filon.exchange.idta.matter import CIRCULARITY, MATERIALS
from filon.exchange.idta.nameplate import FOOTPRINT, HANDOVER, NAMEPLATE
from filon.exchange.idta.technical import TECHNICAL
from filon.exchange.lens import (
    Json,
    Lens,
    Written,
    fixed,
    text,
    updated,
    written,
)
from filon.passport.passport import Passport, State

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
