"""What was promised and what is declared: invented baselines, published targets, a supplier's footprint.

Nobody published the baselines behind -20 % by 2025 and -35 % by 2030, so they are invented and say so.
"""

from __future__ import annotations

import json
from pathlib import Path

from filon.exchange.simulator.strand import AGREEMENT
from filon.exchange.simulator.world import COMPANIES, PRODUCTS

SOURCE = "announced: battery footprint -20 % by 2025, -35 % by 2030 against 2020"
DECLARED = "2026-10-06_atlas_empreinte.pact.json"
"""A footprint that the refinery sends of its sulfate, by the PACT data model."""


def baseline(value: str = "64", unit: str = "kg CO2e/kWh capacity", of: str = "") -> bytes:
    """What the packs (or something else) are compared with, as JSON."""
    said = {
        "year": 2020, "value": value, "unit": unit, "variant": "market", "source": "invented for the demonstration",
        "stamp": {"ruleset": "filon-1", "factors": "factors/1", "gwp": "ar6_100", "allocation": "mass"},
        "targets": [
            {"year": 2025, "percent": "80", "source": SOURCE}, {"year": 2030, "percent": "65", "source": SOURCE},
        ],
        **({"of": of} if of else {}),
    }  # fmt: skip
    return json.dumps(said, indent=2).encode()


def agreement_baseline() -> bytes:
    """The same for the sulfate delivered under the agreement."""
    return baseline("2.1", "kg CO2e/kg", AGREEMENT)


def simulate_declared(directory: Path) -> Path:
    """Write the refinery's own footprint of its sulfate: a mean of the year, a little below what the books give."""
    product, company = PRODUCTS["atlas sulfate"], COMPANIES["atlas"]
    pcf = {
        "declaredUnitOfMeasurement": "kilogram", "declaredUnitAmount": "1", "productMassPerDeclaredUnit": "1",
        "referencePeriodStart": "2026-01-01T00:00:00Z", "referencePeriodEnd": "2026-07-01T00:00:00Z",
        "geographyCountry": "MA", "pcfExcludingBiogenicUptake": "1.46", "pcfIncludingBiogenicUptake": "1.46",
        "fossilGhgEmissions": "1.46", "fossilCarbonContent": "0", "packagingEmissionsIncluded": False,
        "ipccCharacterizationFactors": ["AR6"], "crossSectoralStandards": ["ISO14067", "PACT-3.0"],
        "exemptedEmissionsPercent": "0", "primaryDataShare": "58.0",
        "dqi": {"technologicalDQR": "1.5", "geographicalDQR": "1.2", "temporalDQR": "1.0"},
    }  # fmt: skip
    said = {
        "id": "0f7a3c52-7c1e-4a55-9d0b-6a2d6f5b1c20", "specVersion": "3.0.3", "created": "2026-10-06T08:00:00Z",
        "status": "Active", "companyName": company.name,
        "companyIds": ["urn:pact:atlas-tizi.example:company-id:1"], "productDescription": "Cobalt sulfate, crystals",
        "productIds": [f"urn:gtin:{product.gtin}"], "productNameCompany": product.en, "pcf": pcf,
    }  # fmt: skip
    path = directory / DECLARED
    path.write_text(json.dumps(said, indent=2, ensure_ascii=False), encoding="utf-8")
    return path
