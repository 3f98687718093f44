"""Words and sums that the published passport models share: metals, categories, the mass of a material."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from filon.exchange.lens import records

category: Mapping[str, str] = MappingProxyType(
    {"ev": "ev", "lmt": "lmt", "industrial": "industrial", "industrial-external": "stationary"}
)
"""Our category: theirs."""
METALS: Mapping[str, str] = MappingProxyType({"Co": "Cobalt", "Ni": "Nickel", "Li": "Lithium", "Pb": "Lead"})
"""Metals with a recycled share."""
HAZARDS = ("AcuteToxicity", "SkinCorrosionOrIrritation", "EyeDamageOrIrritation")
"""The only classes of hazard that the models know."""
UNSAID = "not said"
"""Where a model requires a text that nobody said."""


def mass_kg(one: Mapping[str, Any], weight: Any) -> Decimal | None:
    """The mass of a material: said, else its percent of the battery's weight."""
    if "kg" in one:
        return Decimal(one["kg"])
    return Decimal(one["percent"]) * weight / 100 if "percent" in one and weight is not None else None


def parts(one: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The part numbers that a supplier sells."""
    return [{"partName": each.get("name", UNSAID), "partNumber": each["number"]} for each in records(one.get("parts"))]


def said(text: Any) -> Any:
    """A text that somebody said; None where it is only our word for nothing."""
    return None if text == UNSAID else text
