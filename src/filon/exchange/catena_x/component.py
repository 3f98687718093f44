"""The battery component's payload: kg CO2e of a cell, material or part by the four stages of the battery law.

The stage fields are once described as percentages and once as values: values in the declared unit are written, and
they sum to the whole. An end of life that nobody computed is an error, never a zero.

Source: io.catenax.pcf_for_battery_component_supplier 1.0.0 (CC-BY-4.0); carbon reference, section 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from filon.core.errors import ConflictError

STAGES = {
    "raw": "stage1RawMaterialAquisitionPreProcessing", "main": "stage2MainProductProduction",
    "distribution": "stage3Distribution", "end-of-life": "stage4EndOfLifeRecycling",
}  # fmt: skip
"""{stage: member}; the spelling is the standard's."""


@dataclass(frozen=True, slots=True)
class Part:
    """Whose part it is.

    Args:
        legal, site: BPNL and BPNS of the maker.
        number, customer_number: the maker's and the customer's part number.
        metals: {element: (percent of the part, kg CO2e/kg virgin, kg CO2e/kg recycled)}.
        parameters: what tells the product's quality, as text.
    """

    legal: str
    site: str
    number: str
    customer_number: str
    metals: Mapping[str, tuple[Decimal, Decimal, Decimal]]
    parameters: tuple[str, ...] = ()


def component(body: Mapping[str, Any], stages: Mapping[str, Decimal], part: Part) -> dict[str, Any]:
    """The payload of a footprint with its stages.

    Args:
        body: the PACT footprint of the same lot.
        stages: {raw, main, distribution, end-of-life: kg CO2e per declared unit}.

    Raises:
        ConflictError: a stage is missing, or the footprint has no ratings.
    """
    pcf = body["pcf"]
    if stages.keys() != STAGES.keys() or "dqi" not in pcf:
        raise ConflictError("the payload needs all four stages and the data quality ratings")
    ratings = [Decimal(pcf["dqi"][f"{name}DQR"]) for name in ("technological", "geographical", "temporal")]
    values = {member: {"stageValue": stages[stage]} for stage, member in STAGES.items()}
    values["absPcfValue"] = {"stageValue": sum(stages.values(), Decimal(0))}
    unit = "CO2KG/piece" if pcf["declaredUnitOfMeasurement"] == "piece" else "CO2KG/KG"
    return {
        "manufacturerPartId": part.number,
        "customerPartId": part.customer_number,
        "legalidentifier": part.legal,
        "siteIdentifier": part.site,
        "validityPeriod": {"validFrom": body["validityPeriodStart"], "validTo": body["validityPeriodEnd"]},
        "pcfValues": {"sharesPerStage": {**values, "declaredUnit": unit}},
        "technologicalRepresentativeness": ratings[0],
        "geographicalRepresentativeness": ratings[1],
        "timerelatedRepresentativeness": ratings[2],
        "dataQualityRating": (sum(ratings, Decimal(0)) / 3).quantize(Decimal("0.01")),
        **({"primaryDataShare": Decimal(pcf["primaryDataShare"])} if "primaryDataShare" in pcf else {}),
        "secondaryEmissionFactorSources": [
            f"{one['name']} {one['version']}" for one in pcf.get("secondaryEmissionFactorSources", ())
        ],
        "productQualityParameter": list(part.parameters),
        "contentC02Metals": [
            f"Material: {element}, Specific Content: {share}%, EV_Mat: {virgin} kg CO2e/kg, "
            f"Erecycled_Mat: {recycled} kg CO2e/kg"
            for element, (share, virgin, recycled) in part.metals.items()
        ],
    }
